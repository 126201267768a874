package models

import (
	"fmt"
	"slices"
)

// What is written about negotiations and dialogues.
const (
	// EntryConduct says how talks on a lot are conducted; it is announced.
	EntryConduct EntryKind = "conduct"
	// EntryTalk is a talk with one participant, with its minutes.
	EntryTalk EntryKind = "talk"
	// EntrySharedInformation is what all participants were told at once.
	EntrySharedInformation EntryKind = "shared_information"
)

// A Conduct says how the negotiation or dialogue on a lot is conducted. It is announced in the contract notice and
// binds from then on (Directive 2014/24/EU, Articles 29(4) and (6), 30(4) and 31(5)).
type Conduct struct {
	Lot    ID   `json:"lot"`
	Method Text `json:"method" doc:"How it is conducted: the subjects, where or by which means, in which language"`

	Reduction bool `json:"reduction,omitempty" doc:"Takes place in stages that reduce the number (eForms BT-52)"`
	Remain    int  `json:"remain,omitempty" minimum:"2" maximum:"100" doc:"Fewest to remain; required with reduction"`

	AwardInitial bool `json:"award_initial,omitempty" doc:"Reserves an award without negotiation (eForms BT-120)"`

	Payments Text `json:"payments,omitempty" doc:"Prizes or payments to participants of a dialogue (Article 30(8))"`
}

// Check refuses a conduct that is not described, and a reduction without a lowest number.
func (c Conduct) Check() error {
	faults := append(checkID("/lot", c.Lot, PrefixLot), compact(CheckText("/method", c.Method, 8000))...)
	if len(c.Payments) > 0 {
		faults = append(faults, compact(CheckText("/payments", c.Payments, 4000))...)
	}
	if c.Reduction != (c.Remain > 0) || c.Remain == 1 {
		faults = append(faults, Refuse(CodeInvalidValue, "/remain",
			"the lowest number that remains belongs to a reduction, and one alone is no competition (Article 66)").
			Accepting("reduction with remain of 2 or more, or neither"))
	}
	return Refusals(faults)
}

// Subject is the lot.
func (c Conduct) Subject() string { return string(c.Lot) }

// Wording lists what tenderers read.
func (c Conduct) Wording() []Wording {
	return []Wording{{"/method", c.Method}, {"/payments", c.Payments}}
}

// A Talk was held with one participant of a negotiation or dialogue, on what it had handed in.
type Talk struct {
	Tender ID     `json:"tender" doc:"The tender or solution that was discussed: it names participant and round"`
	Date   string `json:"date" format:"date" doc:"By the calendar of the procurement's zone"`
	Place  string `json:"place" minLength:"1" maxLength:"400" doc:"Town, venue, or by which means"`

	Minutes  int      `json:"minutes" minimum:"1" maximum:"10000" doc:"How long it lasted"`
	Buyers   int      `json:"buyers" minimum:"1" maximum:"1000" doc:"How many people took part for the buyers"`
	People   int      `json:"people" minimum:"1" maximum:"1000" doc:"How many took part for the participant"`
	Subjects []string `json:"subjects" minItems:"1" maxItems:"100" doc:"What was discussed"`
	Record   Proof    `json:"record" doc:"The minutes, as a document or in short"`

	News bool `json:"news,omitempty" doc:"Something was said that all other participants need as well"`
}

// Check refuses a talk without date, place, subject or minutes.
func (s Talk) Check() error {
	faults := append(checkID("/tender", s.Tender, PrefixTender),
		compact(checkDate("/date", s.Date), checkWord("/place", s.Place, 400))...)
	if len(s.Subjects) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/subjects", "it is not said what was discussed").
			Accepting("at least one subject"))
	}
	for i, subject := range s.Subjects {
		faults = append(faults, compact(checkWord(fmt.Sprintf("/subjects/%d", i), subject, 400))...)
	}
	return Refusals(append(faults, s.Record.check("/record")...))
}

// Subject is the tender.
func (s Talk) Subject() string { return string(s.Tender) }

// Documents names the minutes, if they are a document.
func (s Talk) Documents() []string { return given(s.Record.Document) }

// SharedInformation is what all participants who remain were told at once, in writing (Directive 2014/24/EU, Articles
// 29(5), 30(3) and 31(4)).
type SharedInformation struct {
	Lot  ID   `json:"lot"`
	Text Text `json:"text" doc:"What all are told, in each language of the procurement"`

	Talks []ID `json:"talks,omitempty" maxItems:"100" doc:"The talks with news that this tells of"`

	Confidential bool   `json:"confidential,omitempty" doc:"A participant had said that it is confidential"`
	Consent      string `json:"consent,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of its consent to exactly this"`
}

// Check refuses information without text, and what is confidential without the consent of the one whose it is.
func (s SharedInformation) Check() error {
	faults := append(checkID("/lot", s.Lot, PrefixLot), compact(CheckText("/text", s.Text, 8000))...)
	for i, id := range s.Talks {
		faults = append(faults, checkID(fmt.Sprintf("/talks/%d", i), id, PrefixEntry)...)
	}
	switch {
	case s.Confidential && s.Consent == "":
		faults = append(faults, Refuse(CodeConsentMissing, "/consent",
			"what a participant said in confidence is not told to others without its agreement").
			Accepting("the digest of its consent, which names the intended communication of specific information"))
	case s.Consent != "":
		faults = append(faults, checkDigest("/consent", s.Consent)...)
	}
	return Refusals(faults)
}

// Documents names the consent.
func (s SharedInformation) Documents() []string { return given(s.Consent) }

// Wording lists the texts that the participants read.
func (s SharedInformation) Wording() []Wording { return []Wording{{"/text", s.Text}} }

// Going says where a lot goes on to: to which stage (empty: the next), and, where the number of participants is
// reduced, with how many at most (0: with all who are admitted).
type Going struct {
	Stage StageCode `json:"stage,omitempty" maxLength:"40" doc:"The same, if it repeats, or the next; absent: the next"`
	Keep  int       `json:"keep,omitempty" minimum:"1" maximum:"100" doc:"Reduces the participants to the best so many"`
}

// ConductOf returns how talks on a lot are conducted, with the entry that says so.
func (d Dossier) ConductOf(lot ID) (Conduct, Entry, bool) {
	return about[Conduct](d, EntryConduct, lot)
}

// TalksOn lists the talks on a tender or solution.
func (d Dossier) TalksOn(tender ID) []Entry {
	return slices.DeleteFunc(slices.Clone(d.Of(EntryTalk)), func(e Entry) bool { return e.Subject != string(tender) })
}

// Talked tells whether there was a talk on anything that stands in a box.
func (d Dossier) Talked(box ID) bool {
	return slices.ContainsFunc(d.Tendering.In(box), func(t Tender) bool { return len(d.TalksOn(t.ID)) > 0 })
}

// Untold lists the talks on what stands in a box of which the other participants need to learn something that they
// were not told yet.
func (d Dossier) Untold(box ID) []Entry {
	told := map[ID]bool{}
	for _, e := range d.Of(EntrySharedInformation) {
		if s, ok := BodyOf[SharedInformation](e); ok {
			for _, talk := range s.Talks {
				told[talk] = true
			}
		}
	}
	var untold []Entry
	for _, t := range d.Tendering.In(box) {
		for _, e := range d.TalksOn(t.ID) {
			if s, ok := BodyOf[Talk](e); ok && s.News && !told[e.ID] {
				untold = append(untold, e)
			}
		}
	}
	return untold
}

// Participants lists the organisations that take part in the present round of a lot: while its box is open those who
// were invited to it, and after it was opened those whose tender or solution stands and is not excluded.
func (d Dossier) Participants(lot Lot) []ID {
	box := lot.Box()
	if box.UnsealedAt == nil {
		return slices.Clone(box.Invited)
	}
	var remain []ID
	for _, t := range d.Tendering.In(box.ID) {
		if a, _, checked := d.AdmissionOf(t.ID); !checked || a.Decision == AdmissionAdmitted {
			remain = append(remain, t.OrganisationID)
		}
	}
	return remain
}
