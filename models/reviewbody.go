package models

import "slices"

// EntryReviewBody says to which body a review of the procedure is applied for.
const EntryReviewBody EntryKind = "review_body"

// A ReviewBody is the body responsible for review, with what is to be known of its time limits. The contract notice,
// the tender pack and the letters name it (Directive 2014/24/EU, Annex V, Part C, point 25; Directive 89/665/EEC,
// Article 2a(2)).
type ReviewBody struct {
	Name    string  `json:"name" minLength:"1" maxLength:"400"`
	Address Address `json:"address"`
	// Deadlines are told in words: they depend on what is challenged, and on the law.
	Deadlines Text `json:"deadlines" doc:"Until when a review is applied for, in each language of the procurement"`
}

// Check refuses a body without name, address or deadlines.
func (b ReviewBody) Check() error {
	faults := compact(checkWord("/name", b.Name, 400), CheckText("/deadlines", b.Deadlines, 4000))
	return Refusals(append(faults, b.Address.Check("/address")...))
}

// CheckAgainst refuses another body than the one that was published: suppliers were told of it.
func (b ReviewBody) CheckAgainst(d Dossier, _ Entry) error {
	if d.ReviewBody() == nil || !slices.ContainsFunc(d.Tendering.Lots, func(l Lot) bool { return l.Published() }) {
		return nil
	}
	return Refuse(CodeFrozen, "", "the notice of lots that are published names the body responsible for review")
}

// ReviewBody is the one that is named; nil: none is.
func (d Dossier) ReviewBody() *ReviewBody {
	e, ok := d.Latest(EntryReviewBody)
	if !ok {
		return nil
	}
	b, ok := BodyOf[ReviewBody](e)
	if !ok {
		return nil
	}
	return &b
}

// Wording is what is told in words.
func (b ReviewBody) Wording() []Wording { return []Wording{{"/deadlines", b.Deadlines}} }
