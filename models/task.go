package models

import (
	"encoding/json"
	"time"
)

// What a task asks for. Its subject is the procurement, or for a recovery the organisation.
const (
	// TaskBulletin asks the lead procurer to inform the market again.
	TaskBulletin = "bulletin_overdue"
	// TaskEligibility asks the board to look after a consortium that is no longer eligible.
	TaskEligibility = "consortium_ineligible"
	// TaskRecovery asks every member to look at a request to replace the representatives of one of them.
	TaskRecovery = "representation_recovery"
	// TaskRestored asks the buyers to look what is missing: the record was restored from a backup that is older than
	// what had been done.
	TaskRestored = "record_restored"
	// TaskQuestions asks the lead procurer to answer questions about the tender pack before their answers are late.
	TaskQuestions = "questions_open"
	// TaskOpenerTest asks the openers of a box to release a test envelope.
	TaskOpenerTest = "opener_test"
	// TaskPublicationProof asks the lead procurer to record what the Publications Office has confirmed of a notice.
	// Until then the procurement lacks a proof of dispatch (Directive 2014/24/EU, Article 51); nothing waits for it.
	// Its subject is the notice.
	TaskPublicationProof = "publication_proof_missing"
	// TaskTenderMissing tells the buyers, once the box is closed, that a supplier holds a receipt of a tender that the
	// record does not know (received_at), or of the withdrawal of one that stands on record (withdrawn_at). Its subject
	// is the tender.
	TaskTenderMissing = "tender_missing"
)

// A Task asks people to look after something.
type Task struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	Kind          string
	SubjectID     string
	Detail        json.RawMessage `gorm:"type:jsonb"`
	// RaisedAt, RemindedAt and DoneAt are procedure time; DoneAt is nil while the task is open.
	RaisedAt   time.Time
	RemindedAt *time.Time
	DoneAt     *time.Time
}

// LastRaised is when people were last told of the task.
func (t Task) LastRaised() time.Time {
	if t.RemindedAt != nil {
		return *t.RemindedAt
	}
	return t.RaisedAt
}
