package process

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// Schema is the version of [State]; a workflow migrates an older one when it starts.
const Schema = 1

// A State is what the workflow knows of a procurement: enough to wait for the right things and to show
// where it stands. The record holds the rest; every transaction answers with a new State and the
// workflow replaces its own.
type State struct {
	Schema        int           `json:"schema"`
	ProcurementID models.ID     `json:"procurement_id"`
	Version       int64         `json:"version"`
	Status        models.Status `json:"status"`
	Mode          models.Mode   `json:"mode"`
	ClockOffset   time.Duration `json:"clock_offset"`
	Phases        []PhaseState  `json:"phases"`
	Due           []Due         `json:"due,omitempty"`
	WaitingOn     []string      `json:"waiting_on,omitempty"`
	LeadBuyer     string        `json:"lead_buyer,omitempty"`
	// Title, in the procurement's first language, and Buyers, by their legal names, are public; every run shows
	// them, since only the first keeps what it was started with.
	Title  string   `json:"title,omitempty"`
	Buyers []string `json:"buyers,omitempty"`
	// Zone is the procurement's, in which people read its instants.
	Zone string `json:"zone,omitempty"`
	// Stale tells that the record may know more: an act had no answer, and the record could not be read since.
	Stale bool `json:"stale,omitempty"`
	// Gates are what was last known of the gates of the open phases. Content changes a gate without a command.
	Gates []GateState `json:"gates,omitempty"`
}

// A GateState sums up the gate of an open phase as it was judged at an instant of procedure time.
type GateState struct {
	Phase models.Phase `json:"phase"`
	Round int          `json:"round"`
	// Met of Total criteria were met; Missing are the codes of the others.
	Met     int       `json:"met"`
	Total   int       `json:"total"`
	Missing []string  `json:"missing,omitempty"`
	At      time.Time `json:"at"`
}

// A PhaseState is where the latest round of a phase stands.
type PhaseState struct {
	Phase  models.Phase       `json:"phase"`
	Round  int                `json:"round"`
	Status models.PhaseStatus `json:"status"`
}

// A DueKind says what is to happen at an instant.
type DueKind string

// What can fall due.
const (
	// DueCloseBox closes a box of a lot at its deadline. Its value is from the time when a lot had one box only;
	// histories contain it.
	DueCloseBox DueKind = "close_lot"
	// DueCloseConsultation ends the time for responses to a market consultation.
	DueCloseConsultation DueKind = "close_consultation"
	// DueBulletin finds that the market has not been informed for longer than the plan's interval.
	DueBulletin DueKind = "bulletin_overdue"
	// DueAnswers ends the time to answer questions about a box.
	DueAnswers DueKind = "answers_over"
	// DueOpenerTest has the openers of a box show again that they can open it.
	DueOpenerTest DueKind = "opener_test"
	// DueStandstill ends the standstill before contracts.
	DueStandstill DueKind = "standstill_over"
)

// DueKinds lists all that can fall due.
func DueKinds() []DueKind {
	return []DueKind{DueCloseBox, DueAnswers, DueCloseConsultation, DueBulletin, DueOpenerTest, DueStandstill}
}

// A Due is an instant of procedure time at which something must happen by itself.
type Due struct {
	Kind    DueKind      `json:"kind"`
	Phase   models.Phase `json:"phase"`
	Subject models.ID    `json:"subject"`
	At      time.Time    `json:"at"`
	// Label names the subject for a person, such as "lot 2, storage"; Local is the instant in RFC 3339 as clocks in
	// the procurement's zone show it.
	Label string `json:"label,omitempty"`
	Local string `json:"local,omitempty"`
}

// Equal tells whether both are the same thing at the same instant, whatever their labels.
func (d Due) Equal(other Due) bool {
	return d.Kind == other.Kind && d.Phase == other.Phase && d.Subject == other.Subject && d.At.Equal(other.At)
}

// Phase returns where the latest round of phase stands.
func (s State) Phase(phase models.Phase) PhaseState {
	for _, p := range s.Phases {
		if p.Phase == phase {
			return p
		}
	}
	return PhaseState{Phase: phase, Status: models.PhasePending}
}

// Current is the main phase that is open, and false when none is.
func (s State) Current() (models.Phase, bool) {
	for _, p := range models.MainPhases() {
		if s.Phase(p).Status == models.PhaseOpen {
			return p, true
		}
	}
	return "", false
}

// FirstDue returns the earliest of all that falls due.
func (s State) FirstDue() (Due, bool) {
	var first Due
	for i, d := range s.Due {
		if i == 0 || d.At.Before(first.At) {
			first = d
		}
	}
	return first, len(s.Due) > 0
}

// Gate returns what was last known of the gate of a phase in its latest round.
func (s State) Gate(phase models.Phase) (GateState, bool) {
	for _, g := range s.Gates {
		if g.Phase == phase && g.Round == s.Phase(phase).Round {
			return g, true
		}
	}
	return GateState{}, false
}

// Remember keeps what the earlier state knew of gates that were not judged since.
func (s State) Remember(earlier State) State {
	var gates []GateState
	for _, p := range s.Phases {
		if p.Status != models.PhaseOpen {
			continue
		}
		known, ok := s.Gate(p.Phase)
		if before, had := earlier.Gate(p.Phase); !ok && had && before.Round == p.Round {
			known, ok = before, true
		}
		if ok {
			gates = append(gates, known)
		}
	}
	s.Gates = gates
	return s
}

// Migrate brings a state written by an earlier release to [Schema]. A workflow calls it on every state
// it is given.
func Migrate(s State) State {
	s.Schema = Schema
	return s
}
