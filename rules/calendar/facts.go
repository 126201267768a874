package calendar

import "github.com/ppi-engine/ppi/models"

// A Circumstance shortens or lengthens a time limit where a rule says so.
type Circumstance string

// The circumstances known to the rule packs.
const (
	// PlanningNotice: a prior information notice with all required information was sent in its window.
	PlanningNotice Circumstance = "planning_notice"
	// Urgency: a duly substantiated state of urgency.
	Urgency Circumstance = models.ClaimUrgency
	// ElectronicSubmission: tenders are accepted by electronic means.
	ElectronicSubmission Circumstance = "electronic_submission"
	// ElectronicNotice: the notice is sent electronically.
	ElectronicNotice Circumstance = "electronic_notice"
	// NoAgreement: a sub-central authority has not agreed the time limit with all candidates.
	NoAgreement Circumstance = models.ClaimNoAgreement
	// AgreedPeriod: a sub-central authority has agreed the time limit with all candidates.
	AgreedPeriod Circumstance = models.ClaimAgreedPeriod
	// DocumentsNotElectronic: the documents cannot be offered for free and direct electronic access.
	DocumentsNotElectronic Circumstance = models.ClaimDocumentsNotElectronic
	// ElectronicLetters: the award decision was sent by electronic means or fax to all concerned.
	ElectronicLetters Circumstance = "electronic_letters"
	// WorksContract: the contract is for works.
	WorksContract Circumstance = models.ContractWorks
	// SiteVisit: tenders can only be made after a visit to the site or an inspection of documents on the spot.
	SiteVisit Circumstance = models.ClaimSiteVisit
)

// Circumstances lists every circumstance.
func Circumstances() []Circumstance {
	return []Circumstance{
		PlanningNotice, Urgency, ElectronicSubmission, ElectronicNotice, NoAgreement, AgreedPeriod,
		DocumentsNotElectronic, ElectronicLetters, WorksContract, SiteVisit,
	}
}

// An Event is what a period runs from.
type Event string

// The events known to the rule packs.
const (
	EventUnnamed            Event = "event"
	EventNoticeDispatch     Event = "notice_dispatch"
	EventNoticePublication  Event = "notice_publication"
	EventNoticeRegistered   Event = "notice_registered"
	EventInvitationDispatch Event = "invitation_dispatch"
	EventChangeDispatch     Event = "change_dispatch"
	EventTenderDeadline     Event = "tender_deadline"
	EventAnswersDue         Event = "answers_due"
	EventQuestionReceipt    Event = "question_receipt"
	EventLettersDispatch    Event = "letters_dispatch"
	EventLettersReceipt     Event = models.FactLettersReceived
	EventLettersDelivery    Event = models.FactLettersDelivered
	EventAwardNotice        Event = models.FactAwardNoticePublished
	EventReasonsRequest     Event = "reasons_request"
	EventConclusion         Event = "contract_conclusion"
	EventAward              Event = "contract_award"
	EventInformed           Event = "award_notice_or_information"
)

// Events lists every event.
func Events() []Event {
	return []Event{
		EventUnnamed, EventNoticeDispatch, EventNoticePublication, EventNoticeRegistered, EventInvitationDispatch,
		EventChangeDispatch, EventTenderDeadline, EventAnswersDue, EventQuestionReceipt, EventLettersDispatch,
		EventLettersReceipt, EventLettersDelivery, EventAwardNotice, EventReasonsRequest, EventConclusion, EventAward,
		EventInformed,
	}
}

// A Wait is what must have happened besides the end of a period, and takes as long as it takes.
type Wait string

// What the rule packs let wait for.
const (
	// WaitDecisionFinal: the decision on the award can no longer be challenged.
	WaitDecisionFinal Wait = models.FactDecisionFinal
	// WaitObjections: objections that were made are decided, and what can follow from that is over.
	WaitObjections Wait = models.FactObjectionsDecided
	// WaitDocuments: the winner has given the documents, the security and the confirmations that the law asks for.
	WaitDocuments Wait = models.FactDocumentsInOrder
)

// Waits lists everything that is waited for.
func Waits() []Wait { return []Wait{WaitDecisionFinal, WaitObjections, WaitDocuments} }

// A Bound says whether a period is the shortest or the longest that the law allows.
type Bound string

// The bounds.
const (
	Minimum Bound = "minimum"
	Maximum Bound = "maximum"
)

// A Directive is the law of the Union under which a procurement is.
type Directive string

// The directives whose time limits are known.
const (
	Directive24 Directive = models.DirectiveClassic
	Directive25 Directive = models.DirectiveUtilities
)

// Directives lists them.
func Directives() []Directive { return []Directive{Directive24, Directive25} }
