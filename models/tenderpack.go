package models

import (
	"strconv"
	"time"
)

// A TenderPack is what everybody may read of a procurement from its publication on: who buys what, what a tender must
// do and is ranked by, until when and how it is handed in (Directive 2014/24/EU, Article 53(1)). It holds nothing that
// is not published: no estimate or budget, nobody's name, no reasons among the buyers, nothing of the consultation.
type TenderPack struct {
	Procurement ID     `json:"procurement"`
	Mode        Mode   `json:"mode"`
	Title       Text   `json:"title"`
	Description Text   `json:"description,omitempty"`
	Procedure   string `json:"procedure"`
	// Source is the article that rules the procedure.
	Source string `json:"procedure_source"`
	// Law is the country whose law governs the procurement.
	Law       string      `json:"applicable_law"`
	Directive string      `json:"directive"`
	Languages []string    `json:"languages"`
	Buyers    []PackBuyer `json:"buyers"`
	Lots      []PackLot   `json:"lots"`
	// NotDivided says why the procurement is not divided into lots; empty: it is.
	NotDivided Text `json:"not_divided,omitempty"`
	// Review is the body responsible for review; nil: none was named.
	Review       *ReviewBody       `json:"review_body,omitempty"`
	Requirements []PackRequirement `json:"requirements"`
	Clauses      []Clauses         `json:"clauses"`
	Glossary     []Term            `json:"glossary"`
	// LotLimits say for how many lots one tenderer may tender, and how many it is awarded at most.
	LotLimits *LotLimits `json:"lot_limits,omitempty"`
	// Conformance announces tests before the award.
	Conformance *ConformancePlan `json:"conformance_plan,omitempty"`
	// Follows are pre-commercial procurements whose results everybody is told.
	Follows []PrecedingPCP `json:"follows,omitempty"`
	// Claims shorten or lengthen the time limits.
	Claims []Claim `json:"claims"`
	// Documents are the buyers' uploaded documents for tenderers.
	Documents []PackDocument `json:"documents"`
	// At is where everybody reads all of it.
	At          string    `json:"at"`
	PublishedAt time.Time `json:"published_at"`
	// Openers are for whom what is handed in is sealed.
	Openers PublishedOpeners `json:"openers"`
}

// A PackBuyer is a contracting authority.
type PackBuyer struct {
	Organisation ID     `json:"organisation"`
	Name         string `json:"name"`
	Country      string `json:"country"`
	Lead         bool   `json:"lead"`

	Address *Address `json:"address,omitempty"`
}

// A PackLot is what is published of a lot.
type PackLot struct {
	Lot         ID     `json:"lot"`
	Number      int    `json:"number"`
	Title       Text   `json:"title"`
	Description Text   `json:"description,omitempty"`
	HandsIn     Handed `json:"hands_in"`
	// Deadline is the instant of Local in Zone.
	Deadline time.Time `json:"deadline"`
	Local    string    `json:"deadline_local"`
	Zone     string    `json:"deadline_zone"`
	// QuestionsUntil is when the time for questions is over, AnswersBy the last day for answers.
	QuestionsUntil *time.Time `json:"questions_until,omitempty"`
	AnswersBy      string     `json:"answers_by,omitempty"`

	Criteria  AwardCriteria      `json:"award_criteria"`
	Selection *SelectionCriteria `json:"selection_criteria,omitempty"`
	// Conduct says how negotiations or the dialogue are conducted.
	Conduct *Conduct `json:"conduct,omitempty"`
	// Partnership says in which phases an innovation partnership goes.
	Partnership *PartnershipPlan `json:"partnership_plan,omitempty"`
	// Framework says that the lot is awarded as a framework agreement.
	Framework *FrameworkTerms `json:"framework_terms,omitempty"`
}

// A PackRequirement is a requirement as tenderers read it, without what it was drawn from.
type PackRequirement struct {
	Code         string       `json:"code"`
	Statement    Text         `json:"statement"`
	Type         string       `json:"type"`
	Use          string       `json:"use"`
	Minimum      Text         `json:"minimum,omitempty"`
	Verification Verification `json:"verification,omitzero"`
	// Lots are the numbers of the lots it applies to.
	Lots []int `json:"lots"`
}

// A PackDocument is one of the buyers' documents for tenderers, in the version that was published.
type PackDocument struct {
	Document ID     `json:"document"`
	Version  int64  `json:"version"`
	Title    Text   `json:"title"`
	Filename string `json:"filename"`
	Media    string `json:"media_type"`
	Size     int64  `json:"size"`
	Digest   string `json:"sha256"`
	// At is where everybody reads it.
	At string `json:"at"`
}

// Published are the criteria as everybody reads them: without the buyers' own estimate, which stays theirs.
func (c AwardCriteria) Published() AwardCriteria {
	if c.Low != nil && c.Low.Estimate != "" {
		low := *c.Low
		low.Estimate = ""
		c.Low = &low
	}
	return c
}

// PackAt is where everybody reads the tender pack of a procurement, below the address of the API; empty: a path.
func PackAt(address string, procurement ID) string {
	return address + "/v1/procurements/" + string(procurement) + "/tender-pack"
}

// At is where everybody reads the version of a document for tenderers, below the address of the API.
func (d Document) At(address string) string {
	return PackAt(address, d.ProcurementID) + "/documents/" + string(d.ID) + "/content?version=" +
		strconv.FormatInt(d.Version, 10)
}

// InPack lists the document in a tender pack, below the address of the API.
func (d Document) InPack(address string) PackDocument {
	return PackDocument{
		Document: d.ID, Version: d.Version, Title: d.Title, Filename: d.Filename, Media: d.MediaType, Size: d.Size,
		Digest: d.Digest, At: d.At(address),
	}
}

// A QuestionLog is what everybody reads of the questions that were answered.
type QuestionLog struct {
	Procurement ID          `json:"procurement"`
	Mode        Mode        `json:"mode"`
	Title       Text        `json:"title"`
	Languages   []string    `json:"languages"`
	Questions   []LoggedOne `json:"questions"`
	PublishedAt time.Time   `json:"published_at"`
}

// A LoggedOne is a question with its answer, as everybody reads them.
type LoggedOne struct {
	Reference   string    `json:"reference"`
	Lots        []int     `json:"lots"`
	Asks        Text      `json:"asks"`
	Answer      Text      `json:"answer"`
	PublishedAt time.Time `json:"published_at"`
}

// An Outage is a time in which suppliers could not reach the platform, with what proves it.
type Outage struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Document is the digest of a document for tenderers that shows it.
	Document string `json:"document"`
}
