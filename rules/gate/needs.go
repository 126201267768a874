package gate

import (
	"fmt"
	"slices"

	"github.com/ppi-engine/ppi/models"
)

const needsSource = "COS-PPI-2020-2-04, mandatory activity I"

var needsSubject = []models.EntryKind{
	models.EntryNeedsStatement, models.EntryCommonNeed, models.EntryStateOfTheArt, models.EntryEstimate,
	models.EntryEndUserInput, models.EntryAsIs, models.EntryPriorArtSearch, models.EntryStandards,
	models.EntryPreliminaryCase, models.EntryNeedResolution,
}

// needs asks for a common need, stated as an outcome, that every buyer has confirmed, with a report on the state of the
// art and every buyer's estimate, in words that favour nobody; and for what the needs rest on.
func needs(d models.Dossier) []models.Criterion {
	criteria := []models.Criterion{
		check{"needs_stated", needsSource}.everyMember(d, models.EntryNeedsStatement, always, "a needs statement"),
		commonNeed(d),
		confirmed(d),
		stateOfTheArt(d),
		check{"estimated", "Directive 2014/24/EU, Article 5"}.everyMember(d, models.EntryEstimate, always,
			"an estimate of value and quantity"),
		neutral(d, models.EntryNeedsStatement, models.EntryCommonNeed),
	}
	if d.Procurement.Edition < models.EditionNeeds {
		return criteria
	}
	return append(criteria, foundation(d)...)
}

func commonNeed(d models.Dossier) models.Criterion {
	c := check{"common_need", needsSource}
	e, ok := d.Latest(models.EntryCommonNeed)
	if !ok {
		return c.notMet("no common need is written down")
	}
	need, ok := models.BodyOf[models.CommonNeed](e)
	if !ok {
		return c.notMet("the common need cannot be read")
	}
	standing := d.Of(models.EntryNeedsStatement)
	for _, id := range need.Statements {
		if !slices.ContainsFunc(standing, func(s models.Entry) bool { return s.ID == id }) {
			return c.notMet("the common need rests on %s, which is not a standing needs statement", id)
		}
	}
	return c.met([]string{Reference(e)}, "the common need rests on %d needs statements", len(need.Statements))
}

func confirmed(d models.Dossier) models.Criterion {
	c := check{"common_need_confirmed", needsSource}
	need, ok := d.Latest(models.EntryCommonNeed)
	if !ok {
		return c.notMet("there is no common need to confirm")
	}
	return c.everyMember(d, models.EntryNeedConfirmation, func(e models.Entry) bool {
		return d.NeedConfirmed(need, e)
	}, fmt.Sprintf("a confirmation of the common need in version %d", need.Version))
}

func stateOfTheArt(d models.Dossier) models.Criterion {
	c := check{"state_of_the_art", needsSource}
	e, ok := d.Latest(models.EntryStateOfTheArt)
	if !ok {
		return c.notMet("no state-of-the-art report is written down")
	}
	report, ok := models.BodyOf[models.StateOfTheArt](e)
	if !ok || report.Conclusion == models.ConclusionUndetermined {
		return c.notMet("the state-of-the-art report has no conclusion")
	}
	return c.met([]string{Reference(e)}, "the report concludes: %s", report.Conclusion)
}
