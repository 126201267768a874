package process

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A LocalTime is an instant as people set it: what clocks show in a zone.
type LocalTime = models.LocalTime

// Publish opens a box for each lot that was not published before and has not ended.
type Publish struct{}

// PublishResult lists the lots that take tenders now.
type PublishResult struct {
	Lots []PublishedLot `json:"lots"`
	// Notice is what was published, frozen by its digest.
	Notice models.ID `json:"notice"`
	Digest string    `json:"digest"`
}

// A PublishedLot takes tenders until its deadline.
type PublishedLot struct {
	Lot      models.ID `json:"lot"`
	Number   int       `json:"number"`
	Box      models.ID `json:"box" doc:"Takes what is handed in at the first stage"`
	Deadline time.Time `json:"deadline"`
}

// MoveDeadline moves the deadline of an open lot to a later instant.
type MoveDeadline struct {
	Lot      models.ID `json:"lot"`
	Deadline LocalTime `json:"deadline"`
	Reason   string    `json:"reason" minLength:"1" maxLength:"4000" doc:"Published with the change"`
}

// MoveDeadlineResult says from where to where the deadline was moved.
type MoveDeadlineResult struct {
	Lot  models.ID `json:"lot"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Notice informed the public of it.
	Notice models.ID `json:"notice"`
}

// PublishAnswers answers questions about the tender pack to all at once.
type PublishAnswers struct {
	Questions []models.ID `json:"questions" minItems:"1" maxItems:"200" doc:"Questions whose answers are drafted"`
	// Deadlines are moved together with it; needed where an answer comes late.
	Deadlines []LotDeadline `json:"deadlines,omitempty" maxItems:"100" doc:"Later deadlines, where answers come late"`
	Reason    string        `json:"reason,omitempty" maxLength:"4000" doc:"Why deadlines are moved; published"`
}

// A LotDeadline is a later deadline for a lot.
type LotDeadline struct {
	Lot      models.ID `json:"lot"`
	Deadline LocalTime `json:"deadline"`
}

// PublishAnswersResult says under which references the answers stand in the log that everybody reads.
type PublishAnswersResult struct {
	References []string `json:"references"`
	// Notices are those of the deadlines that were moved.
	Notices []models.ID `json:"notices"`
}

// ExtendForOutage gives all open lots the time back in which suppliers could not reach the platform.
type ExtendForOutage struct {
	From     time.Time `json:"from" doc:"When it could no longer be reached, in procedure time"`
	Until    time.Time `json:"until" doc:"When it could be reached again, in procedure time"`
	Document string    `json:"document" pattern:"^[0-9a-f]{64}$" doc:"Digest of a document for tenderers that shows it"`
	Reason   string    `json:"reason" minLength:"1" maxLength:"4000" doc:"Published with the change"`
}

// ChangeOpeners has what is handed in to all open boxes from now on sealed for the present set of openers.
type ChangeOpeners struct {
	Reason string `json:"reason" minLength:"1" maxLength:"4000" doc:"Published with the change"`
}

// ChangeOpenersResult lists the boxes whose openers were changed.
type ChangeOpenersResult struct {
	Lots []ChangedOpeners `json:"lots"`
	// Notice informed the public of it.
	Notice models.ID `json:"notice"`
}

// ChangedOpeners say for whom the envelopes for a lot were sealed, and for whom they are from now on.
type ChangedOpeners struct {
	Lot         models.ID `json:"lot"`
	Box         models.ID `json:"box"`
	Former      string    `json:"former" doc:"Fingerprint of the openers until now: what stands stays sealed for them"`
	Fingerprint string    `json:"fingerprint" doc:"Fingerprint of the openers from now on"`
}

// ExtendForOutageResult lists the deadlines that were moved.
type ExtendForOutageResult struct {
	Lots []MoveDeadlineResult `json:"lots"`
}

// Invite moves to invite the candidates of a shortlist to the next stage of a lot.
type Invite struct {
	Lot       models.ID `json:"lot"`
	Shortlist string    `json:"shortlist" pattern:"^[0-9a-f]{64}$" doc:"Digest of the candidates that the mover saw"`
	Deadline  LocalTime `json:"deadline" doc:"Until when those who are invited hand in"`

	models.Going
}

// EndLot ends one lot without award, or moves to end it if it was published.
type EndLot struct {
	Lot    models.ID           `json:"lot"`
	Code   models.NonAwardCode `json:"code"`
	Reason string              `json:"reason" minLength:"1" maxLength:"4000" doc:"Tenderers are informed of it"`

	Sealed models.SealedGround `json:"sealed,omitempty" doc:"Why what was handed in cannot be opened, if it cannot"`
}
