package event

import "github.com/ppi-engine/ppi/models"

// PhaseOpened is the payload of phase.opened.
type PhaseOpened struct {
	Phase models.Phase `json:"phase" doc:"The phase"`
	Round int          `json:"round" doc:"How often it was opened, this time included"`
}

// PhaseClosed is the payload of phase.closed.
type PhaseClosed struct {
	Phase  models.Phase `json:"phase" doc:"The phase"`
	Round  int          `json:"round" doc:"How often it was opened"`
	Digest string       `json:"digest" doc:"SHA-256 of the gate that was voted on"`

	Count *models.VoteCount `json:"count,omitempty" doc:"How the votes were counted, and by which agreement"`
}

// GateRejected is the payload of gate.rejected.
type GateRejected PhaseClosed

// CommandRefused is the payload of command.refused.
type CommandRefused struct {
	CommandID string      `json:"command_id" doc:"The command"`
	Verb      models.Verb `json:"verb" doc:"What it asked for"`
	Code      models.Code `json:"code" doc:"Why it was refused: the code of the problem"`
}

// CommandFailed is the payload of command.failed.
type CommandFailed struct {
	CommandID string      `json:"command_id" doc:"The command"`
	Verb      models.Verb `json:"verb" doc:"What it asked for"`
	FaultID   string      `json:"fault_id" doc:"Finds the cause in the log of the platform"`
}

// VoteCast is the payload of vote.cast.
type VoteCast struct {
	VoteID         models.ID     `json:"vote_id" doc:"The vote"`
	Subject        string        `json:"subject" doc:"What it is on: gate/ and the phase, or motion/ and its ID"`
	Round          int           `json:"round" doc:"The round of the phase; 1 for a motion"`
	Digest         string        `json:"digest" doc:"SHA-256 of what was voted on"`
	OrganisationID models.ID     `json:"organisation_id" doc:"The buyer whose vote it is"`
	PersonID       models.ID     `json:"person_id,omitempty" doc:"The board member who cast it"`
	Choice         models.Choice `json:"choice" doc:"Approve, reject or abstain"`
	Reason         Part          `json:"reason,omitzero" doc:"Why, in words, by salted digest; absent: no reason given"`
}

// VoteVoided is the payload of vote.voided.
type VoteVoided struct {
	VoteID  models.ID `json:"vote_id" doc:"The vote"`
	Subject string    `json:"subject" doc:"What it was on: gate/ and the phase, or motion/ and its ID"`
	Digest  string    `json:"digest,omitempty" doc:"SHA-256 of what is voted on there now"`
}

// MotionMoved is the payload of motion.moved.
type MotionMoved struct {
	MotionID models.ID   `json:"motion_id" doc:"The motion"`
	Verb     models.Verb `json:"verb" doc:"What is to be done if it is carried"`
	Digest   string      `json:"digest" doc:"SHA-256 of what was moved"`
}

// MotionDecided is the payload of motion.decided.
type MotionDecided struct {
	MotionID models.ID           `json:"motion_id" doc:"The motion"`
	Verb     models.Verb         `json:"verb" doc:"What was to be done"`
	Status   models.MotionStatus `json:"status" doc:"Carried, rejected or lapsed"`

	Count *models.VoteCount `json:"count,omitempty" doc:"How the votes were counted; absent: they were not"`
}

// TaskRaised is the payload of task.raised.
type TaskRaised struct {
	TaskID    models.ID `json:"task_id" doc:"The task"`
	Kind      string    `json:"kind" doc:"Code of what is to be looked after"`
	SubjectID models.ID `json:"subject_id" doc:"What it is about, such as the procurement"`
}

// TaskReminded is the payload of task.reminded.
type TaskReminded struct {
	TaskID models.ID `json:"task_id" doc:"The task"`
	Kind   string    `json:"kind" doc:"Code of what is to be looked after"`
}

// TaskDone is the payload of task.done.
type TaskDone TaskReminded

// EntryWritten is the payload of entry.written.
type EntryWritten struct {
	EntryID        models.ID        `json:"entry_id" doc:"The entry"`
	Kind           models.EntryKind `json:"kind" doc:"What kind of entry it is"`
	Phase          models.Phase     `json:"phase" doc:"The phase it belongs to"`
	Round          int              `json:"round" doc:"The round of the phase"`
	Version        int64            `json:"version" doc:"The entry's version"`
	Digest         string           `json:"digest" doc:"SHA-256 of what it says"`
	OrganisationID models.ID        `json:"organisation_id" doc:"The buyer for which it speaks; empty: the consortium"`

	Confirms *models.Confirmation `json:"confirms,omitempty" doc:"The version of an entry that it signs or confirms"`
	Body     Part                 `json:"body,omitzero" doc:"The same digest, if it is salted; absent: it is not"`
}

// AgreementInForce is the payload of agreement.in_force.
type AgreementInForce struct {
	EntryID models.ID          `json:"entry_id" doc:"The collaboration agreement's entry"`
	Version int64              `json:"version" doc:"The version that all buyers have signed"`
	Digest  string             `json:"digest" doc:"SHA-256 of what it says"`
	Terms   models.VotingTerms `json:"terms" doc:"How votes are counted from now on"`
	Weights []PartyWeight      `json:"weights,omitempty" doc:"What each buyer's vote weighs, if votes are weighted"`
}

// PartyWeight is what the vote of a buyer weighs.
type PartyWeight struct {
	OrganisationID models.ID `json:"organisation_id" doc:"The buyer"`
	Weight         string    `json:"weight" doc:"A decimal"`
}

// EntryWithdrawn is the payload of entry.withdrawn.
type EntryWithdrawn EntryWritten

// EntryReleased is the payload of entry.released.
type EntryReleased struct {
	EntryID models.ID        `json:"entry_id" doc:"The entry"`
	Kind    models.EntryKind `json:"kind" doc:"What kind of entry it is"`
	Digest  string           `json:"digest" doc:"SHA-256 of what was released"`
}

// DocumentWritten is the payload of document.written.
type DocumentWritten struct {
	DocumentID models.ID       `json:"document_id" doc:"The document"`
	Version    int64           `json:"version" doc:"Its version"`
	Digest     string          `json:"digest" doc:"SHA-256 of its bytes"`
	Audience   models.Audience `json:"audience" doc:"Who may read it: the buyers, or tenderers too"`
	Title      Part            `json:"title,omitzero" doc:"Its title, by salted digest"`
	Rendering  string          `json:"rendering,omitempty" doc:"What of the record it renders; absent: it was uploaded"`
}

// NoticeDispatched is the payload of notice.dispatched.
type NoticeDispatched struct {
	NoticeID models.ID         `json:"notice_id" doc:"The notice"`
	Kind     models.NoticeKind `json:"kind" doc:"What kind of notice it is"`
	Digest   string            `json:"digest" doc:"SHA-256 of what it says"`
}

func (PhaseOpened) event()      {}
func (PhaseClosed) event()      {}
func (GateRejected) event()     {}
func (CommandRefused) event()   {}
func (CommandFailed) event()    {}
func (VoteCast) event()         {}
func (VoteVoided) event()       {}
func (MotionMoved) event()      {}
func (MotionDecided) event()    {}
func (TaskRaised) event()       {}
func (TaskReminded) event()     {}
func (TaskDone) event()         {}
func (EntryWritten) event()     {}
func (AgreementInForce) event() {}
func (EntryWithdrawn) event()   {}
func (EntryReleased) event()    {}
func (DocumentWritten) event()  {}
func (NoticeDispatched) event() {}
