package evaluation

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/procedure"
)

// participants judges who takes part in the present round of talks on a lot. Everyone goes on whose tender or solution
// is admitted. If a number is given, only the best go on, by the award criteria, as announced (Directive 2014/24/EU,
// Articles 29(6), 30(4) and 31(5)).
func participants(d models.Dossier, lot models.Lot, conduct models.Conduct, keep int) ([]Candidate, error) {
	way, err := procedure.Of(d)
	if err != nil {
		return nil, err
	}
	stage, _ := way.Stage(lot.Box().Stage)
	if keep > 0 {
		if err := reducible(lot, conduct, keep); err != nil {
			return nil, err
		}
	}
	all, err := admitted(d, lot)
	if err != nil {
		return nil, err
	}
	qualify := 0
	for _, c := range all {
		if c.Qualifies {
			qualify++
		}
	}
	if keep > 0 {
		if all, err = valued(d, lot, all); err != nil {
			return nil, err
		}
	}
	invite(all, keep)
	if err := enoughRemain(lot, conduct, all, qualify); err != nil {
		return nil, err
	}
	return all, heard(d, lot, stage, all)
}

// enoughRemain refuses fewer than were announced to remain, where more are admitted: minimum scores can take out more
// than the reduction was to.
func enoughRemain(lot models.Lot, conduct models.Conduct, all []Candidate, qualify int) error {
	remain := 0
	for _, c := range all {
		if c.Invited {
			remain++
		}
	}
	if least := min(conduct.Remain, qualify); remain < least {
		return models.Refuse(models.CodeNotAnnouncedSo, "/keep",
			"only %d would remain in lot %d, and at least %d shall", remain, lot.Number, least).
			Accepting("a higher number, or no reduction in this round")
	}
	return nil
}

// reducible refuses to reduce the number of participants unless that was announced, and below the number that was.
func reducible(lot models.Lot, conduct models.Conduct, keep int) error {
	switch {
	case !conduct.Reduction:
		return models.Refuse(models.CodeNotAnnouncedSo, "/keep",
			"the contract notice does not say that the number of participants in lot %d is reduced", lot.Number).
			Accepting("no number: everyone who is admitted goes on")
	case keep < conduct.Remain:
		return models.Refuse(models.CodeNotAnnouncedSo, "/keep",
			"%d are fewer than the %d who remain in lot %d by the contract notice", keep, conduct.Remain, lot.Number).
			Accepting("%d or more; fewer only where fewer are admitted", conduct.Remain)
	}
	return nil
}

// admitted lists what stands in the last box of a lot, with what its formal check came to. It refuses while one is not
// checked.
func admitted(d models.Dossier, lot models.Lot) ([]Candidate, error) {
	all := []Candidate{}
	for _, t := range d.Tendering.In(lot.Box().ID) {
		a, _, checked := d.AdmissionOf(t.ID)
		if !checked {
			return nil, models.Refuse(models.CodeAdmissionMissing, "/lot", "what %s handed in was not checked",
				tenderer(d, t)).
				Accepting("an admission or exclusion of each participant")
		}
		c := Candidate{Request: t.ID, Organisation: t.OrganisationID, Name: tenderer(d, t)}
		if c.Qualifies = a.Decision == models.AdmissionAdmitted; !c.Qualifies {
			c.Excluded, c.Reason = string(a.Code), a.Reason
		}
		all = append(all, c)
	}
	return all, nil
}

// valued gives each participant what it is worth by the award criteria: of tenders the total of the ranking, of
// solutions, which have no price, the quality.
func valued(d models.Dossier, lot models.Lot, all []Candidate) ([]Candidate, error) {
	places, err := standing(d, lot)
	if err != nil {
		return nil, err
	}
	for i := range all {
		c := &all[i]
		at := slices.IndexFunc(places, func(p award.Place) bool { return p.Tender == c.Request })
		switch {
		case !c.Qualifies || at < 0:
		case places[at].Excluded != "":
			c.Qualifies = false
			c.Reasons = append(c.Reasons, places[at].Excluded)
		case places[at].Rank > 0:
			c.Points, c.worth = places[at].Total.String(), -places[at].Rank
		default:
			c.Points, c.worth = places[at].Quality.String(), -behind(places, at)
		}
		if c.Points != "" {
			c.Because = "by the award criteria"
		}
	}
	return all, nil
}

// standing is how the tenders, or solutions, of a lot rank now.
func standing(d models.Dossier, lot models.Lot) ([]award.Place, error) {
	if lot.Box().HandsIn != models.HandedSolution {
		e, err := Evaluate(d, lot.ID)
		return e.Ranking.Places, err
	}
	if lot.QualityLockedAt() == nil {
		return nil, models.Refuse(models.CodeQualityOpen, "/lot",
			"the number is reduced by the award criteria, and the scores of lot %d are not locked", lot.Number).
			Accepting("this after the chair has locked quality")
	}
	s, err := scoresOf(d, lot.ID, false)
	if err != nil {
		return nil, err
	}
	s.scheme.Best = 0 // that is about prices, and there are none
	ranking, err := award.Quality(s.scheme, s.tenders)
	return ranking.Places, err
}

// behind counts the solutions of better quality.
func behind(places []award.Place, at int) int {
	better := 0
	for _, p := range places {
		if p.Excluded == "" && p.Quality.Cmp(places[at].Quality) > 0 {
			better++
		}
	}
	return better
}
