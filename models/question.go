package models

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
	"time"
)

// A TenderQuestion is what a supplier asks about the tender pack (Directive 2014/24/EU, Article 53(2)). Who asked is
// shown to nobody but the asker, also not once it is answered.
type TenderQuestion struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	// LotID is the lot it is about; empty: all of them.
	LotID          *ID
	OrganisationID ID
	PersonID       ID
	// Number counts the questions of the organisation from 1; it says nothing of how many others ask.
	Number   int
	Language string
	Text     string
	// AskedAt is procedure time, RecordedAt the database's own.
	AskedAt    time.Time
	RecordedAt time.Time
	// Version counts from 1, and with each draft of an answer.
	Version int64
	// Asks is the question as everybody will read it, Answer what is answered; empty: nothing is drafted yet.
	Asks      Text `gorm:"serializer:json"`
	Answer    Text `gorm:"serializer:json"`
	DraftedBy *ID
	DraftedAt *time.Time
	// Reference names it in the log that everybody reads.
	Reference   string
	PublishedAt *time.Time
	// SetAside is why it is not answered; empty: it is, or will be.
	SetAside   string
	SetAsideAt *time.Time
}

// TableName says where questions are kept.
func (TenderQuestion) TableName() string { return "questions" }

// Open tells whether the question waits for an answer.
func (q TenderQuestion) Open() bool { return q.PublishedAt == nil && q.SetAsideAt == nil }

// About tells whether the question is about a lot.
func (q TenderQuestion) About(lot ID) bool { return q.LotID == nil || *q.LotID == lot }

// WithoutAsker is the question as the buyers read it: nothing in it tells who asks, or what else the same supplier
// asks.
func (q TenderQuestion) WithoutAsker() TenderQuestion {
	q.OrganisationID, q.PersonID, q.Number = "", "", 0
	return q
}

// LogReference is under what the question stands in the log that everybody reads. References do not follow each other,
// so that nobody can count from one to the next.
func (q TenderQuestion) LogReference() string {
	sum := sha256.Sum256([]byte(q.ID))
	return "Q-" + base32.StdEncoding.EncodeToString(sum[:])[:10]
}

// An Asker is who asked a question, and which of its questions it is.
type Asker struct {
	Organisation ID  `json:"organisation"`
	Person       ID  `json:"person"`
	Number       int `json:"number"`
}

// From is who asked.
func (q TenderQuestion) From() Asker { return Asker{q.OrganisationID, q.PersonID, q.Number} }

// Drafted is what is drafted of the answer.
func (q TenderQuestion) Drafted() AnswerDraft { return AnswerDraft{Asks: q.Asks, Answer: q.Answer} }

// An AnswerDraft is a question as everybody is to read it, with its answer.
type AnswerDraft struct {
	Asks   Text `json:"asks" doc:"The question as everybody will read it: nothing in it may tell who asked"`
	Answer Text `json:"answer"`
}

// Check refuses a draft without question or answer.
func (a AnswerDraft) Check() error {
	return Refusals(compact(CheckText("/asks", a.Asks, longestQuestion), CheckText("/answer", a.Answer, 40_000)))
}

const longestQuestion = 8000

// CheckQuestion refuses a question without words, in no language, and one that names who asks: the buyers would learn
// who means to tender (Directive 2014/24/EU, Article 21).
func CheckQuestion(text, language, asker string) error {
	faults := compact(checkWord("/text", text, longestQuestion), CheckLanguage("/language", language))
	if name := spoken(asker); strings.TrimSpace(name) != "" && strings.Contains(spoken(text), name) {
		faults = append(faults, Refuse(CodeNamesAsker, "/text",
			"the question names your organisation, and so would tell the buyers who asks").
			Accepting("the same question without that name"))
	}
	return Refusals(faults)
}

// Codes of questions about the tender pack.
const (
	CodeNamesAsker      Code = "question_names_asker"
	CodeQuestionsClosed Code = "questions_closed"
	CodeQuestionLimit   Code = "question_limit_reached"
	CodeQuestionClosed  Code = "question_closed"
	CodeAnswerMissing   Code = "answer_missing"
)

var refusedQuestions = []RefusalType{
	{
		CodeNamesAsker, RefusalUnacceptable, "The question tells who asks",
		"Nobody on the buyers' side may learn who means to tender. Leave out the name of your organisation.",
	},
	{
		CodeQuestionsClosed, RefusalConflict, "Questions are closed",
		"The time for questions is over, or has not begun: the tender pack names the last day for each lot.",
	},
	{
		CodeQuestionLimit, RefusalConflict, "Too many questions",
		"A supplier may ask a limited number of questions in one procurement.",
	},
	{
		CodeQuestionClosed, RefusalConflict, "The question is closed",
		"It was answered or set aside. What was answered stays as it was published.",
	},
	{
		CodeAnswerMissing, RefusalConflict, "There is no answer to publish",
		"First draft the question as everybody is to read it, and its answer, in every language of the procurement.",
	},
}

// OpenQuestions are those that wait for an answer about a lot.
func OpenQuestions(all []TenderQuestion, lot ID) []TenderQuestion {
	return slices.DeleteFunc(slices.Clone(all), func(q TenderQuestion) bool { return !q.Open() || !q.About(lot) })
}
