package models

import (
	"time"
)

// A CompletionRequest asks a tenderer to submit, supplement, clarify or complete information that is missing or appears
// wrong (Directive 2014/24/EU, Article 56(3)). Everybody who is asked gets as much time as those who were asked before.
// It cannot amount to a new tender (C-599/10 SAG).
type CompletionRequest struct {
	Tender ID        `json:"tender"`
	What   Text      `json:"what" doc:"What is missing or unclear, and what is not to change"`
	Until  time.Time `json:"until" doc:"Until when an answer is taken"`
	// AskedAt is filled in when it is first written.
	AskedAt *time.Time        `json:"asked_at,omitempty" doc:"When it was asked; the engine fills it in"`
	Answer  *CompletionAnswer `json:"answer,omitempty" doc:"Absent: there is none yet"`
}

// A CompletionAnswer is what came of a request.
type CompletionAnswer struct {
	ReceivedAt time.Time `json:"received_at"`
	Complete   bool      `json:"complete" doc:"Whether the tender is complete now"`
	Note       string    `json:"note" minLength:"1" maxLength:"8000" doc:"What was received; why it suffices or not"`
}

// Check refuses a request that does not say what is missing, and an answer after the end that would complete a tender.
func (r CompletionRequest) Check() error {
	faults := append(checkID("/tender", r.Tender, PrefixTender), compact(CheckText("/what", r.What, 8000))...)
	if r.Until.IsZero() {
		faults = append(faults, Refuse(CodeInvalidValue, "/until", "the end is missing").Accepting("an instant"))
	}
	if r.Answer == nil {
		return Refusals(faults)
	}
	faults = append(faults, compact(checkWord("/answer/note", r.Answer.Note, 8000))...)
	if r.Answer.Complete && r.Answer.ReceivedAt.After(r.Until) {
		faults = append(faults, Refuse(CodeInvalidValue, "/answer/complete", "the answer came after the end").
			Accepting("an answer that came in time, or false"))
	}
	return Refusals(faults)
}

// Subject is the tender.
func (r CompletionRequest) Subject() string { return string(r.Tender) }

// Drawn says when it was asked: now, or when the request was first written.
func (r CompletionRequest) Drawn(d Dossier) CompletionRequest {
	r.AskedAt = &d.Now
	for _, other := range d.completions() {
		if other.Tender == r.Tender && other.Until.Equal(r.Until) {
			r.AskedAt = other.AskedAt
		}
	}
	return r
}

// CheckAgainst refuses a request out of its time, one that gives less time than another of the lot, and a change of
// what was asked.
func (r CompletionRequest) CheckAgainst(d Dossier, e Entry) error {
	if _, err := d.Evaluating(r.Tender, e.AuthorID); err != nil {
		return err
	}
	for _, before := range d.Of(EntryCompletionRequest) {
		asked, _ := BodyOf[CompletionRequest](before)
		if before.ID == e.ID && (asked.Tender != r.Tender || !asked.Until.Equal(r.Until)) {
			return Refuse(CodeEntryFinal, "/until", "what was asked does not change").
				Accepting("the answer, or a further request")
		}
	}
	if !r.Until.After(*r.AskedAt) {
		return Refuse(CodeInvalidValue, "/until", "the end is over").Accepting("an instant in the future")
	}
	t, _ := d.Tendering.Tender(r.Tender)
	for _, other := range d.completions() {
		of, _ := d.Tendering.Tender(other.Tender)
		if given := other.time(); of.LotID == t.LotID && r.time() < given {
			return Refuse(CodeInvalidValue, "/until", "another tenderer of the lot got more time: %s", given).
				Accepting("%s or later", r.AskedAt.Add(given).UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// time is how much time the tenderer has.
func (r CompletionRequest) time() time.Duration { return r.Until.Sub(*r.AskedAt) }

func (d Dossier) completions() []CompletionRequest {
	var all []CompletionRequest
	for _, e := range d.Of(EntryCompletionRequest) {
		if r, ok := BodyOf[CompletionRequest](e); ok && r.AskedAt != nil {
			all = append(all, r)
		}
	}
	return all
}

// completing refuses while a tenderer still has time to complete its tender.
func (d Dossier) completing(tender ID) error {
	for _, r := range d.completions() {
		if r.Tender == tender && r.Answer == nil && d.Now.Before(r.Until) {
			return Refuse(CodeCompletionRunning, "/code", "the tenderer has time to complete its tender until %s",
				r.Until.UTC().Format(time.RFC3339)).Accepting("the exclusion after that, or after the answer")
		}
	}
	return nil
}
