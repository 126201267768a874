package models

import (
	"fmt"
	"slices"
)

// What is written about candidates where only those who are invited may tender.
const (
	// EntrySelectionCriteria says who is able to perform the contract of a lot, and how many are invited.
	EntrySelectionCriteria EntryKind = "selection_criteria"
	// EntrySelection says whether one candidate is able.
	EntrySelection EntryKind = "selection"
)

// SelectionCriteria are announced in the contract notice and bind from then on (Directive 2014/24/EU, Articles 58
// and 65(2)).
type SelectionCriteria struct {
	Lot      ID                   `json:"lot"`
	Criteria []SelectionCriterion `json:"criteria" minItems:"1" maxItems:"50"`
	Least    int                  `json:"least" minimum:"1" maximum:"100" doc:"Fewest to invite, if that many qualify"`
	Most     int                  `json:"most,omitempty" minimum:"1" maximum:"100" doc:"Most to invite; absent: all"`

	Ties string `json:"ties,omitempty" enum:"all_invited" doc:"Invites all who tie with the last; required with most"`
	Rule Text   `json:"rule,omitempty" doc:"The objective rule by which points are given; required with most"`
}

// TiesAllInvited says that a tie for the last place invites all of them: nothing that was announced tells them apart.
const TiesAllInvited = "all_invited"

// A SelectionCriterion is something that a candidate has to show.
type SelectionCriterion struct {
	ID          string `json:"id" minLength:"1" maxLength:"60" pattern:"^[a-z0-9_-]+$" doc:"Unique within the lot"`
	Title       Text   `json:"title"`
	Requirement Text   `json:"requirement" doc:"What is asked, and how it is shown"`
}

// Check refuses criteria that are malformed or named twice, a highest number below the lowest, and a highest number
// without the rule that it needs.
func (c SelectionCriteria) Check() error {
	faults := checkID("/lot", c.Lot, PrefixLot)
	for i, k := range c.Criteria {
		at := fmt.Sprintf("/criteria/%d", i)
		faults = append(faults, compact(checkWord(at+"/id", k.ID, 60), CheckText(at+"/title", k.Title, 400),
			CheckText(at+"/requirement", k.Requirement, 8000))...)
		if slices.ContainsFunc(c.Criteria[:i], func(o SelectionCriterion) bool { return o.ID == k.ID }) {
			faults = append(faults, Refuse(CodeInvalidValue, at+"/id", "the criterion %s is listed twice", k.ID).
				Accepting("each criterion once"))
		}
	}
	if c.Most > 0 {
		faults = append(faults, compact(CheckText("/rule", c.Rule, 8000))...)
		faults = append(faults, checkOneOf("/ties", c.Ties, TiesAllInvited)...)
		if c.Most < c.Least {
			faults = append(faults, Refuse(CodeInvalidValue, "/most",
				"the highest number %d is below the lowest number %d", c.Most, c.Least).
				Accepting("%d or more", c.Least))
		}
	}
	return Refusals(faults)
}

// Wording lists what candidates read of it.
func (c SelectionCriteria) Wording() []Wording {
	var all []Wording
	for i, k := range c.Criteria {
		at := fmt.Sprintf("/criteria/%d", i)
		all = append(all, Wording{at + "/title", k.Title}, Wording{at + "/requirement", k.Requirement})
	}
	return append(all, Wording{"/rule", c.Rule})
}

// Subject is the lot.
func (c SelectionCriteria) Subject() string { return string(c.Lot) }

// A Selection is what was found about a candidate, by its request to participate.
type Selection struct {
	Request  ID                 `json:"request" doc:"The request to participate"`
	Excluded CandidateExclusion `json:"excluded,omitempty"`
	Reason   Text               `json:"reason,omitempty" doc:"What the candidate is told; required for an exclusion"`
	Grounds  []ExclusionFinding `json:"grounds,omitempty" maxItems:"30" doc:"Exclusion grounds found; see Article 57"`

	Findings []SelectionFinding `json:"findings,omitempty" maxItems:"50" doc:"One for each criterion; none if excluded"`

	Points  string `json:"points,omitempty" maxLength:"20" doc:"By the rule; needed where most is set" example:"82.5"`
	Because string `json:"because,omitempty" maxLength:"8000" doc:"Why these points; required with them"`
}

// A SelectionFinding says whether a candidate shows what one criterion asks.
type SelectionFinding struct {
	Criterion string `json:"criterion" maxLength:"60" doc:"ID of the criterion"`
	Met       bool   `json:"met"`
	Reason    string `json:"reason" minLength:"1" maxLength:"8000" doc:"Told to a candidate who is not invited"`
}

// A CandidateExclusion says why a candidate is excluded (Directive 2014/24/EU, Article 57).
type CandidateExclusion string

// CandidateExclusions lists why a candidate can be excluded.
func CandidateExclusions() []CandidateExclusion {
	return []CandidateExclusion{
		"incomplete", "unreadable", CandidateExclusion(reasonGround), "conflict_of_interest",
		CandidateExclusion(reasonCollusion), "other",
	}
}

// Check refuses an exclusion without its reason, one on a ground of Article 57 without the ground, its evidence and a
// word on self-cleaning, and points without their reason.
func (s Selection) Check() error {
	faults := checkID("/request", s.Request, PrefixTender)
	if s.Excluded != "" {
		faults = append(faults, checkOneOf("/excluded", s.Excluded, CandidateExclusions()...)...)
		faults = append(faults, compact(CheckText("/reason", s.Reason, 8000))...)
	}
	faults = append(faults, checkGrounds(string(s.Excluded), s.Grounds)...)
	for i, f := range s.Findings {
		faults = append(faults, compact(checkWord(fmt.Sprintf("/findings/%d/reason", i), f.Reason, 8000))...)
	}
	if s.Points != "" {
		faults = append(faults, compact(CheckDecimal("/points", s.Points), checkWord("/because", s.Because, 8000))...)
	}
	return Refusals(faults)
}

// Subject is the request.
func (s Selection) Subject() string { return string(s.Request) }

// Qualifies tells whether the candidate is not excluded and meets every criterion found so far.
func (s Selection) Qualifies() bool {
	return s.Excluded == "" && !slices.ContainsFunc(s.Findings, func(f SelectionFinding) bool { return !f.Met })
}

// SelectionFor returns the selection criteria of a lot, with the entry that holds them.
func (d Dossier) SelectionFor(lot ID) (SelectionCriteria, Entry, bool) {
	return about[SelectionCriteria](d, EntrySelectionCriteria, lot)
}

// SelectionOf returns what was found about the candidate of a request, with the entry that holds it.
func (d Dossier) SelectionOf(request ID) (Selection, Entry, bool) {
	return about[Selection](d, EntrySelection, request)
}
