package evaluation

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// BoundShortlist is the bound of those who qualify, or are admitted, and are not among so many that go on.
const BoundShortlist award.Bound = "shortlist"

// A Finding is what was found of a candidate under one selection criterion.
type Finding struct {
	Title  models.Text `json:"title"`
	Met    bool        `json:"met"`
	Reason string      `json:"reason"`
}

// explain tells a candidate, or a participant of talks, why it does not go on: what was found under each criterion, its
// points and scores with their reasons, and the bound that it missed (Directive 2014/24/EU, Article 55(2)(a) and (b)).
func (l *Letter) explain(d models.Dossier, list Shortlist, c Candidate) {
	t, _ := d.Tendering.Tender(c.Request)
	if c.Qualifies && c.Points != "" {
		l.Shortfall = &Shortfall{Bound: BoundShortlist, Reached: c.Points, Needed: list.last(), Because: c.Because}
	}
	if !t.HandsIn.Evaluated() {
		l.Findings = findings(d, t)
		return
	}
	if len(c.Reasons) == 0 {
		return // nobody was ranked for this
	}
	lot, _ := d.Tendering.Lot(t.LotID)
	places, err := standing(d, lot)
	if err != nil {
		return
	}
	at := slices.IndexFunc(places, func(p award.Place) bool { return p.Tender == t.ID })
	criteria, _, _ := d.CriteriaFor(t.LotID)
	if at < 0 || len(places[at].Lines) == 0 {
		return
	}
	if m := places[at].Missed; m != nil {
		l.Shortfall = shortfall(d, t, *m)
	}
	l.Consensus, l.Reasons = criteria.Consensus, panelReasons(d, t)
	s, err := scoresOf(d, t.LotID, false)
	if err == nil {
		l.Lines = ownLines(criteria, s.tenders, places[at], l.Reasons)
	}
}

// last is what the last of those who are invited has.
func (s Shortlist) last() string {
	var invited []Candidate
	for _, c := range s.Candidates {
		if c.Invited {
			invited = append(invited, c)
		}
	}
	if len(invited) == 0 {
		return ""
	}
	return slices.MinFunc(invited, func(a, b Candidate) int { return a.worth - b.worth }).Points
}

// findings is what was found of a candidate, in the order of the criteria.
func findings(d models.Dossier, request models.Tender) []Finding {
	criteria, _, _ := d.SelectionFor(request.LotID)
	selection, _, _ := d.SelectionOf(request.ID)
	var all []Finding
	for _, k := range criteria.Criteria {
		for _, f := range selection.Findings {
			if f.Criterion == k.ID {
				all = append(all, Finding{k.Title, f.Met, f.Reason})
			}
		}
	}
	return all
}
