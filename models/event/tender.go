package event

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// ConsultationAnnounced is the payload of consultation.announced.
type ConsultationAnnounced struct {
	AnnouncementID  models.ID `json:"announcement_id" doc:"The entry that announces it"`
	QuestionnaireID models.ID `json:"questionnaire_id" doc:"The entry with the questions to the market"`
	OpensAt         time.Time `json:"opens_at" doc:"From when on the market may respond, in procedure time"`
	ClosesAt        time.Time `json:"closes_at" doc:"Until when, in procedure time"`
	Zone            string    `json:"zone" doc:"IANA zone in which the closing was announced"`
}

// ConsultationExtended is the payload of consultation.extended.
type ConsultationExtended struct {
	AnnouncementID models.ID `json:"announcement_id" doc:"The entry that announced it"`
	From           time.Time `json:"from" doc:"The closing as it was before, in procedure time"`
	To             time.Time `json:"to" doc:"The closing from now on, in procedure time"`
	Zone           string    `json:"zone" doc:"IANA zone in which the closing was announced"`
}

// ConsultationClosed is the payload of consultation.closed.
type ConsultationClosed struct {
	AnnouncementID models.ID `json:"announcement_id" doc:"The entry that announced it"`
	Responses      int       `json:"responses" doc:"How many responses came"`
	Digest         string    `json:"digest" doc:"SHA-256 over the digests of all responses"`
}

// ResponseReceived is the payload of consultation.response_received.
type ResponseReceived struct {
	ResponseID     models.ID `json:"response_id" doc:"The response"`
	AnnouncementID models.ID `json:"announcement_id" doc:"The entry that announced the consultation"`
	Digest         string    `json:"digest" doc:"SHA-256 of what it says"`
	From           Part      `json:"from,omitzero" doc:"Operator and person who responded, by salted digest"`
}

// LotCreated is the payload of lot.created.
type LotCreated struct {
	LotID  models.ID `json:"lot_id" doc:"The lot"`
	Number int       `json:"number" doc:"Its number in the procurement"`
	Digest string    `json:"digest,omitempty" doc:"SHA-256 of title, description and the deadline that is planned"`
}

// LotChanged is the payload of lot.changed.
type LotChanged struct {
	LotID   models.ID `json:"lot_id" doc:"The lot"`
	Version int64     `json:"version" doc:"Its version from now on"`
	Number  int       `json:"number,omitempty" doc:"Its number in the procurement from now on"`
	Digest  string    `json:"digest,omitempty" doc:"SHA-256 of title, description and the deadline that is planned"`
}

// ProcurementPublished is the payload of procurement.published.
type ProcurementPublished struct {
	Lots     []PublishedLot `json:"lots" doc:"The lots whose boxes take tenders from now on"`
	NoticeID models.ID      `json:"notice_id" doc:"The contract notice"`
	Digest   string         `json:"digest" doc:"SHA-256 of what the notice says"`
}

// A PublishedLot takes tenders until its deadline.
type PublishedLot struct {
	Lot      models.ID `json:"lot" doc:"The lot"`
	Number   int       `json:"number" doc:"Its number in the procurement"`
	Box      models.ID `json:"box" doc:"Its first box: it takes what is handed in at the first stage of the procedure"`
	Deadline time.Time `json:"deadline" doc:"Until when tenders are taken, in procedure time"`

	Stage   models.StageCode `json:"stage,omitempty" doc:"The first stage of the procedure"`
	HandsIn models.Handed    `json:"hands_in,omitempty" doc:"What the box receives: tenders or requests to participate"`

	SealedFor SealedFor `json:"sealed_for,omitzero" doc:"Who opens it; absent in events of releases before 0.2"`
}

// SealedFor says for which openers what is in a box is sealed.
type SealedFor struct {
	Entry       models.ID `json:"entry" doc:"The entry that names them"`
	Version     int64     `json:"version" doc:"Its version"`
	Fingerprint string    `json:"fingerprint" doc:"Their fingerprint"`
}

// DeadlineMoved is the payload of lot.deadline_moved.
type DeadlineMoved struct {
	LotID    models.ID `json:"lot_id" doc:"The lot"`
	BoxID    models.ID `json:"box_id" doc:"The box of the lot that is open"`
	From     time.Time `json:"from" doc:"The deadline as it was before, in procedure time"`
	To       time.Time `json:"to" doc:"The deadline from now on, in procedure time"`
	Zone     string    `json:"zone" doc:"IANA zone in which the deadline was given"`
	NoticeID models.ID `json:"notice_id" doc:"The notice of the change"`
}

// OpenersChanged is the payload of lot.openers_changed.
type OpenersChanged struct {
	LotID     models.ID `json:"lot_id" doc:"The lot"`
	BoxID     models.ID `json:"box_id" doc:"The box of the lot that is open"`
	Former    SealedFor `json:"former" doc:"For whom envelopes were sealed until now; what stands stays so"`
	SealedFor SealedFor `json:"sealed_for" doc:"For whom envelopes are sealed from now on"`
	NoticeID  models.ID `json:"notice_id" doc:"The notice of the change"`
}

// TenderReceived is the payload of tender.received.
type TenderReceived struct {
	TenderID models.ID `json:"tender_id" doc:"The tender"`
	Receipt  string    `json:"receipt" doc:"SHA-256 of the signed receipt"`
}

// TenderWithdrawn is the payload of tender.withdrawn.
type TenderWithdrawn TenderReceived

// TenderConfirmed is the payload of tender.confirmed.
type TenderConfirmed TenderReceived

// TenderRefused is the payload of tender.refused.
type TenderRefused struct {
	LotID          models.ID   `json:"lot_id" doc:"The lot"`
	OrganisationID models.ID   `json:"organisation_id" doc:"The supplier"`
	Act            string      `json:"act" doc:"What was tried: received for handing in, or withdrawn"`
	Code           models.Code `json:"code" doc:"Why it was refused: the code of the problem"`
}

// TenderRefusalsCounted is the payload of tender.refusals_counted.
type TenderRefusalsCounted struct {
	EventID  models.ID `json:"event_id" doc:"The event tender.refused of the first of these attempts"`
	LotID    models.ID `json:"lot_id" doc:"The lot"`
	Attempts int64     `json:"attempts" doc:"How many there were in that hour, the first included"`
}

// LotClosed is the payload of lot.closed.
type LotClosed struct {
	LotID    models.ID `json:"lot_id" doc:"The lot"`
	BoxID    models.ID `json:"box_id" doc:"The box"`
	Received int64     `json:"received" doc:"How many tenders came in, including those replaced or withdrawn"`
	Standing int64     `json:"standing" doc:"How many of them stand"`
	Digest   string    `json:"digest" doc:"SHA-256 over a line for each tender by ID: see docs/record.md"`
}

// LotEnded is the payload of lot.ended.
type LotEnded struct {
	LotID models.ID `json:"lot_id" doc:"The lot"`
	Code  string    `json:"code" doc:"Why, from the eForms code list non-award-justification"`
}

// ReceiptEntered is the payload of receipt.entered.
type ReceiptEntered struct {
	TenderID models.ID `json:"tender_id" doc:"The tender that the receipt names"`
	Receipt  string    `json:"receipt" doc:"SHA-256 of the receipt"`
}

// QuestionAsked is the payload of question.asked.
type QuestionAsked struct {
	QuestionID models.ID `json:"question_id" doc:"The question"`
	LotID      models.ID `json:"lot_id,omitempty" doc:"The lot it is about; absent: all"`
	Language   string    `json:"language" doc:"BCP 47 tag of its language"`
	Text       Part      `json:"text,omitzero" doc:"What is asked, by salted digest"`
	From       Part      `json:"from,omitzero" doc:"Supplier and person who asked, by salted digest"`
}

// AnswerDrafted is the payload of question.answer_drafted.
type AnswerDrafted struct {
	QuestionID models.ID `json:"question_id" doc:"The question"`
	Version    int64     `json:"version" doc:"Its version from now on"`
	Digest     string    `json:"digest" doc:"SHA-256 of question and answer as they are to be read"`
}

// QuestionAnswered is the payload of question.answered.
type QuestionAnswered struct {
	QuestionID models.ID `json:"question_id" doc:"The question"`
	Reference  string    `json:"reference" doc:"What it is called in the log that everybody reads"`
	Digest     string    `json:"digest" doc:"SHA-256 of question and answer as everybody reads them"`
}

// QuestionSetAside is the payload of question.set_aside.
type QuestionSetAside struct {
	QuestionID models.ID `json:"question_id" doc:"The question"`
	Reason     Part      `json:"reason,omitzero" doc:"Why it is not answered, by salted digest"`
}

// DocumentChanged is the payload of document.changed.
type DocumentChanged struct {
	DocumentID  models.ID `json:"document_id" doc:"The document of the tender pack"`
	Version     int64     `json:"version" doc:"Its version from now on"`
	Before      string    `json:"before,omitempty" doc:"SHA-256 of its bytes as they were; absent: new to tenderers"`
	After       string    `json:"after" doc:"SHA-256 of its bytes from now on"`
	Significant bool      `json:"significant" doc:"Whether tenderers were given more time for it"`
	NoticeID    models.ID `json:"notice_id" doc:"The notice of the change"`
}

// AnswersPublished is the payload of answers.published.
type AnswersPublished struct {
	References []string `json:"references" doc:"What the questions are called in the log that everybody reads"`
	Digest     string   `json:"digest" doc:"SHA-256 of the whole log, as JSON"`
}

func (QuestionAsked) event()         {}
func (AnswerDrafted) event()         {}
func (QuestionAnswered) event()      {}
func (QuestionSetAside) event()      {}
func (AnswersPublished) event()      {}
func (DocumentChanged) event()       {}
func (ReceiptEntered) event()        {}
func (ConsultationAnnounced) event() {}
func (ConsultationExtended) event()  {}
func (ConsultationClosed) event()    {}
func (ResponseReceived) event()      {}
func (LotCreated) event()            {}
func (LotChanged) event()            {}
func (ProcurementPublished) event()  {}
func (DeadlineMoved) event()         {}
func (OpenersChanged) event()        {}
func (TenderReceived) event()        {}
func (TenderWithdrawn) event()       {}
func (TenderConfirmed) event()       {}
func (TenderRefused) event()         {}
func (TenderRefusalsCounted) event() {}
func (LotClosed) event()             {}
func (LotEnded) event()              {}
