package gate

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/consolidation"
)

// The sources of what the needs rest on.
const (
	needSource     = "INPROCAP, lesson 2.2 (good practice)"
	prioritySource = "INPROCAP, lesson 2.4 (good practice)"
	priorArtSource = "European Commission, research and innovation, node 11879 (good practice)"
	caseSource     = `Corvers, "Capturing Value in Innovation Procurement" (good practice)`
)

// foundation asks what the needs rest on: a reason that is not novelty, end users, figures, a search for prior art,
// standards, a preliminary business case with a route; and that what is needed is told from what is wanted, and what
// differs between buyers is settled.
func foundation(d models.Dossier) []models.Criterion {
	return slices.Concat([]models.Criterion{
		founded(d),
		check{"end_users_heard", needSource}.everyMember(d, models.EntryEndUserInput, always, "what end users said"),
		baselinesMeasured(d), priorArtSearched(d), standardsSurveyed(d),
		preliminaryCase(d), routeForNow(d),
	}, consolidated(d))
}

// A stated need is one with its entry.
type stated struct {
	models.NeedsStatement

	entry models.Entry
}

// needsOf lists the standing needs of buyers, but for those that they will not have this time.
func needsOf(d models.Dossier) []stated {
	var all []stated
	for _, e := range d.Of(models.EntryNeedsStatement) {
		s, ok := models.BodyOf[models.NeedsStatement](e)
		if ok && d.IsBuyer(e.OrganisationID) && s.Priority != models.PriorityWont {
			all = append(all, stated{s, e})
		}
	}
	return all
}

// eachNeed asks that no need has the fault.
func (c check) eachNeed(d models.Dossier, fault func(stated) string, format string, args ...any) models.Criterion {
	needs := needsOf(d)
	if len(needs) == 0 {
		return c.notMet("no buyer has stated a need")
	}
	var faults, evidence []string
	for _, s := range needs {
		if f := fault(s); f != "" {
			faults = append(faults, d.NameOf(s.entry.OrganisationID)+": "+f)
			continue
		}
		evidence = append(evidence, Reference(s.entry))
	}
	if len(faults) > 0 {
		return c.notMet("%s", strings.Join(faults, "; "))
	}
	return c.met(evidence, format, args...)
}

// founded asks what gives rise to each need: innovation for its own sake is no need.
func founded(d models.Dossier) models.Criterion {
	return check{"needs_founded", needSource}.eachNeed(d, func(s stated) string {
		if s.Trigger == "" {
			return "its need does not say what gives rise to it, one of " + strings.Join(models.NeedTriggers(), ", ")
		}
		return ""
	}, "each need says what gives rise to it")
}

// baselinesMeasured asks that each baseline is a figure of the present service.
func baselinesMeasured(d models.Dossier) models.Criterion {
	figures := map[models.ID]models.Figure{}
	for _, e := range d.Of(models.EntryAsIs) {
		asIs, _ := models.BodyOf[models.AsIs](e)
		for _, f := range asIs.Figures {
			figures[f.Statement] = f
		}
	}
	return check{"baselines_measured", needSource}.eachNeed(d, func(s stated) string {
		f, ok := figures[s.entry.ID]
		switch {
		case !ok:
			return "no figure of the present service stands behind its baseline of " + s.Baseline + " " + s.Unit
		case !models.SameDecimal(f.Value, s.Baseline) || models.Plain(f.Unit) != models.Plain(s.Unit):
			return "the baseline is " + s.Baseline + " " + s.Unit + ", and " + f.Value + " " + f.Unit + " was measured"
		}
		return ""
	}, "each baseline was measured")
}

// priorArtSearched asks for a search, also for patents; and that the need was restated where a patent stands in its
// way.
func priorArtSearched(d models.Dossier) models.Criterion {
	c := check{"prior_art_searched", priorArtSource}
	var evidence []string
	patents, restated := false, true
	var blocking []string
	need, _ := d.Latest(models.EntryCommonNeed)
	for _, e := range d.Of(models.EntryPriorArtSearch) {
		search, ok := models.BodyOf[models.PriorArtSearch](e)
		if !ok {
			continue
		}
		evidence, patents = append(evidence, Reference(e)), patents || search.OfPatents()
		if numbers := search.Restating(); len(numbers) > 0 && !need.WrittenAt.After(e.WrittenAt) {
			blocking, restated = append(blocking, numbers...), false
		}
	}
	switch {
	case len(evidence) == 0 && concluded(d) != "":
		return c.notMet("the report on the state of the art concludes %s, and nobody has searched for prior art",
			concluded(d))
	case len(evidence) == 0:
		return c.notMet("nobody has searched for prior art")
	case !patents:
		return c.notMet("no database of patents was searched")
	case !restated:
		return c.notMet("the common need was not restated since these patents were found to stand in its way: %s",
			strings.Join(blocking, ", "))
	}
	return c.met(evidence, "%d searches for prior art, patents included", len(evidence))
}

// concluded is what the report on the state of the art concludes; empty: nothing yet.
func concluded(d models.Dossier) string {
	e, _ := d.Latest(models.EntryStateOfTheArt)
	report, _ := models.BodyOf[models.StateOfTheArt](e)
	if report.Conclusion == models.ConclusionUndetermined {
		return ""
	}
	return report.Conclusion
}

func standardsSurveyed(d models.Dossier) models.Criterion {
	c := check{"standards_surveyed", caseSource}
	e, ok := d.Latest(models.EntryStandards)
	landscape, readable := models.BodyOf[models.StandardsLandscape](e)
	switch {
	case !ok || !readable:
		return c.notMet("nobody has looked for standards that concern the need")
	case len(landscape.Standards) == 0:
		return c.met([]string{Reference(e)}, "no standard concerns the need; it is written down where was looked")
	}
	return c.met([]string{Reference(e)}, "%d standards concern the need", len(landscape.Standards))
}

func preliminaryCase(d models.Dossier) models.Criterion {
	c := check{"preliminary_case", caseSource}
	e, ok := d.PreliminaryCase(models.CaseBeforeConsultation)
	if !ok {
		return c.notMet("there is no preliminary business case")
	}
	business, _ := models.BodyOf[models.PreliminaryCase](e)
	return c.met([]string{Reference(e)}, "the preliminary business case compares %d options over %d years",
		len(business.Options), business.Years)
}

// caseUpdated asks that the preliminary business case says what the market has changed in it.
func caseUpdated(d models.Dossier) models.Criterion {
	c := check{"preliminary_case_updated", caseSource}
	before, _ := d.PreliminaryCase(models.CaseBeforeConsultation)
	e, ok := d.PreliminaryCase(models.CaseAfterConsultation)
	update, _ := models.BodyOf[models.PreliminaryCase](e)
	switch {
	case !ok:
		return c.notMet("the preliminary business case does not say what the consultation has changed in it")
	case update.Before != before.Digest:
		return c.notMet("the update follows an earlier text of the preliminary business case")
	}
	return c.met([]string{Reference(e)}, "the preliminary business case says what the consultation has changed in it")
}

// routeForNow asks for a route, for the time being, that the state of the art points to.
func routeForNow(d models.Dossier) models.Criterion {
	c := check{"route_for_now", needsSource}
	e, ok := d.PreliminaryCase(models.CaseBeforeConsultation)
	business, _ := models.BodyOf[models.PreliminaryCase](e)
	conclusion := concluded(d)
	switch {
	case !ok:
		return c.notMet("no route is chosen for the time being; the preliminary business case names it")
	case conclusion == "":
		return c.notMet("whether the route %s fits depends on the conclusion on the state of the art", business.Route)
	case slices.Contains(models.RoutesFor(conclusion), business.Route):
		return c.met([]string{Reference(e)}, "for the time being the route is %s", business.Route)
	case strings.TrimSpace(business.Deviation) != "":
		return c.met([]string{Reference(e)}, "for the time being the route is %s, which the state of the art does not "+
			"point to; a reason is given", business.Route)
	}
	return c.notMet("the conclusion on the state of the art is %s, which does not point to the route %s, and no "+
		"reason is given", conclusion, business.Route)
}

// consolidated asks that what is needed is told from what is wanted, and that what differs between buyers is settled.
func consolidated(d models.Dossier) []models.Criterion {
	wants, settled := check{"wants_separated", prioritySource}, check{"need_findings_resolved", needsSource}
	findings, err := consolidation.Findings(d)
	if err != nil {
		const unknown = "the needs cannot be compared: %v"
		return []models.Criterion{
			wants.of(models.FindingUnknown, nil, unknown, err), settled.of(models.FindingUnknown, nil, unknown, err),
		}
	}
	var mixed, open, evidence []string
	for _, f := range findings {
		switch {
		case !f.Open():
			evidence = append(evidence, Reference(*f.Resolution))
		case f.Code.OfPriority():
			mixed = append(mixed, f.Detail)
		default:
			open = append(open, f.Detail)
		}
	}
	return []models.Criterion{wantsSeparated(d, wants, mixed), findingsResolved(settled, len(findings), open, evidence)}
}

func findingsResolved(c check, found int, open, evidence []string) models.Criterion {
	if len(open) > 0 {
		return c.notMet("%d findings on the needs are open: %s", len(open), strings.Join(open, "; "))
	}
	return c.met(unique(evidence), "no finding on the needs of several buyers is open; %d were resolved or concern "+
		"priorities", found)
}

// wantsSeparated asks that the common need rests on something that a buyer must have, and on nothing that is only a
// wish.
func wantsSeparated(d models.Dossier, c check, mixed []string) models.Criterion {
	e, ok := d.Latest(models.EntryCommonNeed)
	need, _ := models.BodyOf[models.CommonNeed](e)
	musts := slices.ContainsFunc(needsOf(d), func(s stated) bool {
		return s.Priority == models.PriorityMust && slices.Contains(need.Statements, s.entry.ID)
	})
	switch {
	case !ok:
		return c.notMet("there is no common need that could tell needs from wants")
	case len(mixed) > 0:
		return c.notMet("%s", strings.Join(mixed, "; "))
	case !musts:
		return c.notMet("the common need rests on nothing that a buyer must have")
	}
	return c.met([]string{Reference(e)}, "the common need takes up every must, and nothing that a buyer will not have")
}
