package event

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// OpeningJoined is the payload of lot.opening_joined.
type OpeningJoined struct {
	LotID          models.ID `json:"lot_id" doc:"The lot"`
	BoxID          models.ID `json:"box_id,omitempty" doc:"The box that is opened"`
	OrganisationID models.ID `json:"organisation_id" doc:"The buyer for which the opener joined"`
}

// LotUnsealed is the payload of lot.unsealed.
type LotUnsealed struct {
	BoxID   models.ID `json:"box_id" doc:"The box that was opened"`
	LotID   models.ID `json:"lot_id" doc:"The lot"`
	Tenders int       `json:"tenders" doc:"How many tenders may be opened"`

	HandsIn models.Handed `json:"hands_in,omitempty" doc:"What the box received: tenders or requests to participate"`
}

// BoxReleased is the payload of box.released.
type BoxReleased struct {
	LotID  models.ID           `json:"lot_id" doc:"The lot"`
	BoxID  models.ID           `json:"box_id" doc:"The box"`
	Kind   models.EnvelopeKind `json:"kind" doc:"Which of its envelopes the opener released, all of them"`
	Buyer  models.ID           `json:"buyer_id" doc:"The buyer whose opener it is"`
	Digest string              `json:"digest" doc:"SHA-256 of the release"`
	Turn   int                 `json:"turn,omitempty" doc:"From 2 on: prices that were released later than the others"`
}

// BoxHandedOver is the payload of box.handed_over.
type BoxHandedOver struct {
	LotID  models.ID           `json:"lot_id" doc:"The lot"`
	BoxID  models.ID           `json:"box_id" doc:"The box"`
	Kind   models.EnvelopeKind `json:"kind" doc:"Of which of its envelopes the shares were handed over"`
	From   models.ID           `json:"from" doc:"The opener who handed over"`
	To     models.ID           `json:"to" doc:"The opener who has the shares from now on"`
	Buyer  models.ID           `json:"buyer_id" doc:"The buyer of both"`
	Digest string              `json:"digest" doc:"SHA-256 of the handover"`
	Turn   int                 `json:"turn,omitempty" doc:"From 2 on: prices that are released later than the others"`
}

// LotLeftSealed is the payload of lot.left_sealed.
type LotLeftSealed struct {
	LotID    models.ID           `json:"lot_id" doc:"The lot"`
	BoxID    models.ID           `json:"box_id" doc:"The box that could not be opened"`
	Kind     models.EnvelopeKind `json:"kind" doc:"Which of its envelopes were to be opened next"`
	Ground   models.SealedGround `json:"ground" doc:"Whether openers withhold them, or too few are left"`
	Openers  string              `json:"openers,omitempty" doc:"Fingerprint of the openers for whom they are sealed"`
	Needed   int                 `json:"needed" doc:"How many openers open together"`
	Released []models.ID         `json:"released,omitempty" doc:"The openers who have released"`
	Withheld []models.ID         `json:"withheld,omitempty" doc:"Those who could and have not"`
	Lost     []models.ID         `json:"lost,omitempty" doc:"Those who could not any more"`
}

// ReleaseRefused is the payload of box.release_refused.
type ReleaseRefused struct {
	BoxID models.ID           `json:"box_id" doc:"The box"`
	Kind  models.EnvelopeKind `json:"kind" doc:"Which of its envelopes somebody wanted to open"`
	Code  models.Code         `json:"code" doc:"Why it was refused: the code of the problem"`
}

// OpenersTested is the payload of openers.tested.
type OpenersTested struct {
	TestID      models.ID `json:"test_id" doc:"The test envelope"`
	Fingerprint string    `json:"fingerprint" doc:"The fingerprint of the openers it is sealed for"`
	Header      string    `json:"header" doc:"SHA-256 of its header"`
	Buyer       models.ID `json:"buyer_id" doc:"The buyer who asked for it; the lead buyer if the engine did"`
	Due         bool      `json:"due" doc:"The engine made it, because a deadline came near"`
}

// OpenerPassed is the payload of opener.passed.
type OpenerPassed struct {
	TestID models.ID `json:"test_id" doc:"The test envelope that the opener released"`
	Digest string    `json:"digest" doc:"SHA-256 of the release"`
}

// OpeningRefused is the payload of envelope.opening_refused.
type OpeningRefused struct {
	TenderID models.ID   `json:"tender_id" doc:"The tender"`
	Envelope int         `json:"envelope" doc:"The envelope's number in the tender"`
	Code     models.Code `json:"code" doc:"Why it was refused: the code of the problem"`
}

// OpeningRefusalsCounted is the payload of envelope.opening_refusals_counted.
type OpeningRefusalsCounted struct {
	EventID  models.ID `json:"event_id" doc:"The event envelope.opening_refused of the first of these attempts"`
	Attempts int64     `json:"attempts" doc:"How many there were in that hour, the first included"`
}

// EnvelopeOpened is the payload of envelope.opened.
type EnvelopeOpened struct {
	TenderID models.ID `json:"tender_id" doc:"The tender"`
	Envelope int       `json:"envelope" doc:"The envelope's number in the tender"`
	Readable bool      `json:"readable" doc:"Whether the secret that the openers released opens it"`
	Digest   string    `json:"digest" doc:"SHA-256 of what was in it; empty when it could not be read"`
	Found    string    `json:"found,omitempty" doc:"How the record of an opener agreed with others, before release 0.2"`

	Content Part `json:"content,omitzero" doc:"What was found besides, by salted digest: size and price"`
}

// OpeningDisputed is the payload of envelope.disputed.
type OpeningDisputed struct {
	TenderID models.ID `json:"tender_id" doc:"The tender"`
	Envelope int       `json:"envelope" doc:"The envelope's number in the tender"`
}

// SheetWritten is the payload of score_sheet.written.
type SheetWritten struct {
	TenderID models.ID `json:"tender_id" doc:"The tender that is scored"`
	Version  int       `json:"version" doc:"The sheet's version"`
	Scores   Part      `json:"scores,omitzero" doc:"The scores, by salted digest"`
}

// QualityLocked is the payload of lot.quality_locked.
type QualityLocked struct {
	LotID models.ID `json:"lot_id" doc:"The lot"`
	BoxID models.ID `json:"box_id,omitempty" doc:"The box whose content was scored"`
}

// LotAwarded is the payload of lot.awarded.
type LotAwarded struct {
	LotID    models.ID `json:"lot_id" doc:"The lot"`
	TenderID models.ID `json:"tender_id" doc:"The tender that wins"`
	Ranking  string    `json:"ranking" doc:"SHA-256 of the ranking that was decided on"`

	Partners []models.ID `json:"partners,omitempty" doc:"The tenders of further partners of an innovation partnership"`
}

// AwardSetAside is the payload of lot.award_set_aside.
type AwardSetAside struct {
	LotID    models.ID             `json:"lot_id" doc:"The lot"`
	Decision int                   `json:"decision" doc:"Which decision on the lot, counted from 1"`
	Ground   models.SetAsideGround `json:"ground" doc:"Why"`
	ReviewID models.ID             `json:"review_id,omitempty" doc:"The entry of the review that was upheld"`
	Flaw     models.Flaw           `json:"flaw,omitempty" doc:"The step to which the lot goes back after the review"`
	TenderID models.ID             `json:"tender_id,omitempty" doc:"The tender of the winner that fell away"`
	Unlocked models.ID             `json:"unlocked,omitempty" doc:"The box whose quality is scored again"`
	Letters  []string              `json:"letters" doc:"SHA-256 of each letter to those who had been told"`
}

// PartnershipPhaseEnded is the payload of lot.partnership_phase_ended.
type PartnershipPhaseEnded struct {
	LotID    models.ID           `json:"lot_id" doc:"The lot"`
	Phase    string              `json:"phase" doc:"The phase, as the plan names it"`
	Outcome  models.PhaseOutcome `json:"outcome" doc:"How it ended"`
	Partners []models.ID         `json:"partners" doc:"The tenders of those who go on, or from whom is purchased"`
	Letters  []string            `json:"letters" doc:"SHA-256 of each letter to a partner"`
}

// CandidatesInvited is the payload of lot.candidates_invited.
type CandidatesInvited struct {
	LotID     models.ID `json:"lot_id" doc:"The lot"`
	BoxID     models.ID `json:"box_id" doc:"The box in which the invited candidates hand in"`
	Shortlist string    `json:"shortlist" doc:"SHA-256 of the list of candidates that the decision rests on"`
	Deadline  time.Time `json:"deadline" doc:"The deadline of that box, in procedure time"`
	Letters   []string  `json:"letters" doc:"SHA-256 of each letter, to candidates invited or not"`
	Invited   Part      `json:"invited,omitzero" doc:"The candidates who are invited, by salted digest"`

	Stage   models.StageCode `json:"stage,omitempty" doc:"The stage to which they are invited"`
	Round   int              `json:"round,omitempty" doc:"How often the stage was opened, this time included"`
	HandsIn models.Handed    `json:"hands_in,omitempty" doc:"What the box receives"`
	Talks   models.Talks     `json:"talks,omitempty" doc:"Which talks are held on it; absent: none"`

	SealedFor SealedFor `json:"sealed_for,omitzero" doc:"Who opens it; absent in events of releases before 0.2"`
}

// CandidatesTold is the payload of lot.candidates_told.
type CandidatesTold struct {
	LotID   models.ID `json:"lot_id" doc:"The lot"`
	BoxID   models.ID `json:"box_id" doc:"The box whose deadline was moved, or whose participants were told"`
	Letters []string  `json:"letters" doc:"SHA-256 of each letter"`

	EntryID models.ID `json:"entry_id,omitempty" doc:"What participants were told; absent: of a moved deadline"`
}

// LettersSent is the payload of lot.letters_sent.
type LettersSent struct {
	LotID           models.ID  `json:"lot_id" doc:"The lot"`
	Letters         []string   `json:"letters" doc:"SHA-256 of each letter"`
	StandstillUntil *time.Time `json:"standstill_until,omitempty" doc:"No contract before; absent: no award"`
	Code            string     `json:"code,omitempty" doc:"Code of eForms non-award-justification; absent: an award"`
}

// StandstillOver is the payload of lot.standstill_over.
type StandstillOver struct {
	LotID models.ID `json:"lot_id" doc:"The lot"`
}

func (OpeningJoined) event()  {}
func (LotUnsealed) event()    {}
func (BoxReleased) event()    {}
func (BoxHandedOver) event()  {}
func (LotLeftSealed) event()  {}
func (ReleaseRefused) event() {}
func (OpenersTested) event()  {}
func (OpenerPassed) event()   {}
func (OpeningRefused) event() {}

func (OpeningRefusalsCounted) event() {}
func (EnvelopeOpened) event()         {}
func (OpeningDisputed) event()        {}
func (SheetWritten) event()           {}
func (QualityLocked) event()          {}
func (LotAwarded) event()             {}
func (CandidatesInvited) event()      {}
func (CandidatesTold) event()         {}
func (LettersSent) event()            {}
func (PartnershipPhaseEnded) event()  {}
func (StandstillOver) event()         {}
func (AwardSetAside) event()          {}
