package process

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// Input starts a run of the procurement's workflow, also after each continue-as-new.
type Input struct {
	ProcurementID models.ID `json:"procurement_id"`
	// MaxEvents rotates the run when its history holds that many events, for tests and for tuning;
	// 0 leaves it to the server's suggestion.
	MaxEvents int `json:"max_events,omitempty"`
	// State is carried over from the run before; nil in the first.
	State *State `json:"state,omitempty"`
	// Shown is what the search attributes say; they survive continue-as-new by themselves.
	Shown Shown `json:"shown"`
	// OrdinaryActs makes the run carry out acts by ordinary activities instead of local ones, to compare both.
	OrdinaryActs bool `json:"ordinary_acts,omitempty"`
}

// Shown is what the search attributes of a run say.
type Shown struct {
	Phase     string    `json:"phase,omitempty"`
	Status    string    `json:"status,omitempty"`
	WaitingOn string    `json:"waiting_on,omitempty"`
	LeadBuyer string    `json:"lead_buyer,omitempty"`
	Title     string    `json:"title,omitempty"`
	Deadline  time.Time `json:"deadline,omitzero"`
}

// A Command is all that an Update carries: the ID of a row in commands, and for people the row's label.
type Command struct {
	ID    string `json:"id"`
	Label string `json:"label,omitempty"`
}

// A CommandStatus says what became of a command.
type CommandStatus string

// What can become of a command.
const (
	CommandPending CommandStatus = "pending"
	CommandDone    CommandStatus = "done"
	CommandRefused CommandStatus = "refused"
	// CommandFailed met a fault of the engine; nothing was changed.
	CommandFailed CommandStatus = "failed"
	// CommandExpired was not taken up in time and never will be.
	CommandExpired CommandStatus = "expired"
)

// Execute is the argument of the activity that carries out a command.
type Execute struct {
	ProcurementID models.ID `json:"procurement_id"`
	CommandID     string    `json:"command_id"`
	// Step counts the steps already carried out of a command that has several (advance).
	Step int `json:"step,omitempty"`
	// Known is the version of the procurement that the run knows; 0: none. A record at an earlier one was restored from
	// a backup, and nothing is carried out on it.
	Known int64 `json:"known,omitempty"`
}

// Outcome is what a command's transaction answers. The caller reads the rest from the record.
type Outcome struct {
	CommandID string        `json:"command_id"`
	Status    CommandStatus `json:"status"`
	// Step is the step that was asked for, so that a history shows what its outcomes answer.
	Step int `json:"step,omitempty"`
	// Verb is set once the command was read.
	Verb models.Verb `json:"verb,omitempty"`
	// More asks the workflow to carry out a further step of the same command (advance).
	More bool `json:"more,omitempty"`
	// Behind tells why a command is pending: the record is older than the run, so nothing is carried out.
	Behind bool `json:"behind,omitempty"`
	// Version is that of the procurement after the command.
	Version int64 `json:"version,omitempty"`
	// State is for the workflow; the Update's caller gets none.
	State *State `json:"state,omitempty"`
}

// RunDue is the argument of the activity that does what has fallen due.
type RunDue struct {
	ProcurementID models.ID `json:"procurement_id"`
	Due           Due       `json:"due"`
	// Known is as in [Execute].
	Known int64 `json:"known,omitempty"`
}

// DueOutcome answers a [RunDue]. When the instant has not come by the database's clock nothing was
// done and Wait says how long is left.
type DueOutcome struct {
	// Due is what was asked for, so that a history shows what its outcomes answer.
	Due   Due           `json:"due"`
	Wait  time.Duration `json:"wait,omitempty"`
	State *State        `json:"state,omitempty"`
}

// Reconciled counts what a reconciliation found and did.
type Reconciled struct {
	// Open procurements were looked at; WithoutRun are those whose run is missing and could not be started.
	Open       int `json:"open"`
	WithoutRun int `json:"without_run"`
	// Started runs were missing, Reminded ones knew less than the record. Behind are procurements whose record is older
	// than their run, or does not know that they were started: they wait for `ppi recover`.
	Started  int `json:"started,omitempty"`
	Reminded int `json:"reminded,omitempty"`
	Behind   int `json:"behind,omitempty"`
	// Resent commands have an outcome now, Waiting ones not yet, Expired ones never will.
	Resent  int `json:"resent"`
	Waiting int `json:"waiting"`
	Expired int `json:"expired"`
}

// CleanedUp counts what a clean-up removed.
type CleanedUp struct {
	Uploads    int64 `json:"uploads"`
	Requests   int64 `json:"requests"`
	Deliveries int64 `json:"deliveries"`
	// Attempts are counts of refused attempts that were taken into the log.
	Attempts int64 `json:"attempts"`
}
