package models

import (
	"slices"
	"time"
)

// A TenderSession is a presentation, demonstration or visit by which a tender was evaluated, with its minutes. All
// tenderers have the same (Directive 2014/24/EU, Article 18(1)).
type TenderSession struct {
	Tender   ID        `json:"tender"`
	What     string    `json:"what" enum:"presentation,demonstration,visit"`
	HeldAt   time.Time `json:"held_at" doc:"When it was held, or would have been"`
	Length   int       `json:"length_minutes" minimum:"0" maximum:"10000" doc:"How long; the same for all tenders"`
	Attended []ID      `json:"attended" maxItems:"50" doc:"Evaluators and the chair, who were there"`
	Minutes  string    `json:"minutes" minLength:"1" maxLength:"40000" doc:"What was shown, asked and answered"`
	Declined bool      `json:"declined,omitempty" doc:"The tenderer was invited alike and did not come"`
}

// Check refuses malformed IDs and a session without minutes, or that nobody attended.
func (s TenderSession) Check() error {
	faults := append(checkID("/tender", s.Tender, PrefixTender), checkOneOf("/what", s.What, sessionKinds()...)...)
	faults = append(faults, compact(checkWord("/minutes", s.Minutes, 40000))...)
	for _, person := range s.Attended {
		faults = append(faults, checkID("/attended", person, PrefixPerson)...)
	}
	if !s.Declined && (len(s.Attended) == 0 || s.Length <= 0) {
		faults = append(faults, Refuse(CodeInvalidValue, "/attended", "nobody was there, or for no time").
			Accepting("who of the panel attended, and how long it was"))
	}
	return Refusals(faults)
}

func sessionKinds() []string { return []string{"presentation", "demonstration", "visit"} }

// Subject is the tender.
func (s TenderSession) Subject() string { return string(s.Tender) }

// CheckAgainst refuses a session out of its time, with somebody who may not evaluate the lot, or of another length than
// those of the other tenders.
func (s TenderSession) CheckAgainst(d Dossier, e Entry) error {
	award, err := d.Evaluating(s.Tender, e.AuthorID)
	t, _ := d.Tendering.Tender(s.Tender)
	switch {
	case err != nil:
		return err
	case award.QualityLockedAt != nil:
		return Refuse(CodeQualityLocked, "/tender", "quality is locked: nothing more is evaluated")
	case s.HeldAt.After(d.Now) || s.HeldAt.Before(*d.Tendering.BoxOf(t).UnsealedAt):
		return Refuse(CodeInvalidValue, "/held_at", "no session was held then").
			Accepting("an instant since the envelopes were opened, and not in the future")
	}
	for _, person := range s.Attended {
		if err := d.MayEvaluate(person, t.LotID); err != nil {
			return Refuse(CodeInvalidValue, "/attended", "%s may not evaluate the lot", d.PersonOf(person)).
				Accepting("persons who have declared, naming all tenderers, to have no conflict of interest")
		}
	}
	for _, other := range d.sessions(t.LotID) {
		if other.What == s.What && !other.Declined && !s.Declined && other.Length != s.Length {
			return Refuse(CodeInvalidValue, "/length_minutes", "another tenderer had %d minutes", other.Length).
				Accepting("%d minutes", other.Length)
		}
	}
	return nil
}

func (d Dossier) sessions(lot ID) []TenderSession {
	var all []TenderSession
	for _, e := range d.Of(EntryTenderSession) {
		s, ok := BodyOf[TenderSession](e)
		if t, _ := d.Tendering.Tender(s.Tender); ok && t.LotID == lot {
			all = append(all, s)
		}
	}
	return all
}

// TreatedAlike refuses while a tender that is admitted had no session of a kind that another tender of the lot had.
func (d Dossier) TreatedAlike(lot ID) error {
	sessions := d.sessions(lot)
	for _, held := range sessions {
		for _, t := range d.Admitted(lot) {
			had := slices.ContainsFunc(sessions,
				func(s TenderSession) bool { return s.Tender == t.ID && s.What == held.What })
			if !had {
				return Refuse(CodeSessionMissing, "/lot",
					"the tender of %s had no %s, and another had", d.TendererOf(t.ID), held.What).
					Accepting("the same session for all, or its record that the tenderer declined")
			}
		}
	}
	return nil
}
