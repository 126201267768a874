package evaluation

import (
	"cmp"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/procedure"
)

// A Shortlist says of every candidate for a lot, or of every participant of its present round, whether it is invited,
// and why not.
type Shortlist struct {
	Lot        models.ID        `json:"lot"`
	Stage      models.StageCode `json:"stage" doc:"The stage to which they are invited"`
	Round      int              `json:"round,omitempty" doc:"Which round of the stage; absent where it does not repeat"`
	Least      int              `json:"least" doc:"Fewest to invite, if that many qualify"`
	Most       int              `json:"most,omitempty" doc:"Most to invite; absent: all who qualify"`
	Candidates []Candidate      `json:"candidates"`
	Invited    int              `json:"invited"`
	// Digest is the SHA-256 of all of this, in hexadecimal; the decision to invite names it.
	Digest string `json:"digest"`
}

// A Candidate is an economic operator that asked to participate, or takes part.
type Candidate struct {
	Request      models.ID   `json:"request" doc:"What it handed in at the present stage"`
	Organisation models.ID   `json:"organisation"`
	Name         string      `json:"name"`
	Qualifies    bool        `json:"qualifies"`
	Points       string      `json:"points,omitempty"`
	Because      string      `json:"because,omitempty" doc:"Why these points"`
	Invited      bool        `json:"invited"`
	Excluded     string      `json:"excluded,omitempty" doc:"Why the candidate was excluded"`
	Reason       models.Text `json:"reason,omitempty" doc:"What it is told of an exclusion"`

	Grounds []models.ExclusionFinding `json:"grounds,omitempty" doc:"Exclusion grounds found (Article 57)"`
	// Reasons say in words why it is not invited.
	Reasons []string `json:"reasons,omitempty"`

	// worth puts participants in order: the more, the better.
	worth int
}

// ComposeShortlist judges everyone who takes part in the present stage of a lot: candidates by what was found about
// each, participants of talks by whether they are admitted and, where their number is reduced, by the award criteria.
// It refuses before what they handed in is opened, while findings or talks are missing, and when nobody qualifies.
func ComposeShortlist(d models.Dossier, lot models.Lot, to models.Going) (Shortlist, error) {
	list := Shortlist{Lot: lot.ID, Candidates: []Candidate{}}
	stage, err := goingTo(d, lot, to)
	if err != nil {
		return list, err
	}
	list.Stage = stage.Code
	if stage.Rounds {
		list.Round = lot.NextRound(stage.Code)
	}
	if lot.Box().HandsIn == models.HandedRequest {
		criteria, _, _ := d.SelectionFor(lot.ID)
		list.Least, list.Most = criteria.Least, criteria.Most
		list.Candidates, err = candidates(d, lot, criteria.Most)
	} else {
		conduct, _, _ := d.ConductOf(lot.ID)
		list.Least, list.Most = max(conduct.Remain, 1), to.Keep
		list.Candidates, err = participants(d, lot, conduct, to.Keep)
	}
	if err != nil {
		return list, err
	}
	for _, c := range list.Candidates {
		if c.Invited {
			list.Invited++
		}
	}
	if list.Invited == 0 {
		return list, models.Refuse(models.CodeNobodyQualifies, "/lot",
			"none of %d candidates for lot %d qualifies", len(list.Candidates), lot.Number).
			Accepting("ending the lot with a reason")
	}
	list.Digest, err = digest(list)
	return list, err
}

// goingTo returns the stage to which a lot is to go on: by default the next one.
func goingTo(d models.Dossier, lot models.Lot, to models.Going) (models.Stage, error) {
	var none models.Stage
	box := lot.Box()
	way, err := procedure.Of(d)
	if err != nil {
		return none, err
	}
	onward := way.Onward(box.Stage)
	switch {
	case lot.EndedAt != nil:
		return none, lot.RefuseEnded("/lot")
	case d.Tendering.Awards[lot.ID].Awarded():
		return none, models.Refuse(models.CodeAlreadyAwarded, "/lot", "the award of lot %d is decided", lot.Number)
	case !lot.Published() || len(onward) == 0:
		return none, models.Refuse(models.CodeNoFurtherStage, "/lot",
			"nobody is to be invited for lot %d now: the %s has no further stage", lot.Number, way.Name)
	case box.UnsealedAt == nil:
		return none, models.Refuse(models.CodeNotUnsealed, "/lot",
			"the %s for lot %d are not opened", box.HandsIn.Called(), lot.Number).
			Accepting("this after enough openers have released the envelopes, and one of them has opened the lot")
	case box.HandsIn == models.HandedRequest && to.Keep > 0:
		return none, models.Refuse(models.CodeInvalidValue, "/keep",
			"how many candidates are invited is said by the selection criteria").Accepting("no number")
	}
	if to.Stage == "" {
		return onward[len(onward)-1], nil
	}
	codes := make([]models.StageCode, len(onward))
	for i, s := range onward {
		if codes[i] = s.Code; s.Code == to.Stage {
			return s, nil
		}
	}
	return none, models.Refuse(models.CodeInvalidValue, "/stage",
		"lot %d does not go on to a stage %q", lot.Number, to.Stage).
		Accepting("one of %v", codes)
}

// candidates judges who asked to participate in a lot, in the order of the requests. Of those who qualify, the best are
// invited, up to most. Candidates who tie with the last of them are invited too, because nothing that was announced
// tells them apart.
func candidates(d models.Dossier, lot models.Lot, most int) ([]Candidate, error) {
	all := []Candidate{}
	var missing []string
	for _, t := range d.Tendering.RequestsFor(lot.ID) {
		c := Candidate{Request: t.ID, Organisation: t.OrganisationID, Name: tenderer(d, t)}
		s, e, found := d.SelectionOf(t.ID)
		// Findings by a person who is no longer impartial do not count (Article 24), unless the candidates were invited
		// before.
		if !found || !d.Later(t) && d.Impartial(e.AuthorID, lot.ID) != nil {
			missing = append(missing, c.Name)
			all = append(all, c)
			continue
		}
		c.Because = s.Because
		c.Qualifies, c.Points, c.Excluded, c.Reason = s.Qualifies(), s.Points, string(s.Excluded), s.Reason
		c.Grounds = s.Grounds
		for _, f := range s.Findings {
			if !f.Met {
				c.Reasons = append(c.Reasons, f.Criterion+": "+f.Reason)
			}
		}
		all = append(all, c)
	}
	if len(missing) > 0 {
		return all, models.Refuse(models.CodeSelectionMissing, "/lot",
			"findings are still missing about %s", missing).
			Accepting("findings about every candidate of lot %d", lot.Number)
	}
	byPoints(all)
	invite(all, most)
	return all, nil
}

// invite marks who is invited: everyone who qualifies, or the best up to most, with those who tie with the last of
// them. It notes for the others how many points were needed.
func invite(all []Candidate, most int) {
	var best []Candidate
	for _, c := range all {
		if c.Qualifies {
			best = append(best, c)
		}
	}
	limited := most > 0 && len(best) > most
	if limited {
		slices.SortStableFunc(best, func(a, b Candidate) int { return cmp.Compare(b.worth, a.worth) })
	}
	for i := range all {
		c := &all[i]
		c.Invited = c.Qualifies && (!limited || c.worth >= best[most-1].worth)
		if c.Qualifies && !c.Invited {
			c.Reasons = append(c.Reasons, c.Points+" points ("+c.Because+
				"); the last candidate who is invited has "+best[most-1].Points)
		}
	}
}

// byPoints puts candidates in order by their points.
func byPoints(all []Candidate) {
	points := func(c Candidate) decimal.Decimal {
		var r reader
		return r.number(c.Points)
	}
	for i := range all {
		for _, other := range all {
			if other.Qualifies && points(other).Cmp(points(all[i])) > 0 {
				all[i].worth--
			}
		}
	}
}
