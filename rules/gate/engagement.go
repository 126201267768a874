package gate

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/market"
)

const (
	engagementSource = "COS-PPI-2020-2-04, mandatory activity III"
	shorteningSource = "Directive 2014/24/EU, Articles 27(2) and 28(3)"
)

var engagementSubject = []models.EntryKind{
	models.EntryEngagementPlan, models.EntryBulletin, models.EntryMarketChange, models.EntryPlanningNotice,
}

// EngagementCurrent asks that the market is informed as planned now: recently enough of budget, timing and needs; of
// every change; and by a planning notice in its window if time limits are to be shortened. Publication requires that
// all of this is met.
func EngagementCurrent(d models.Dossier) []models.Criterion {
	criteria := []models.Criterion{planned(d)}
	for _, topic := range models.Topics() {
		criteria = append(criteria, informed(d, topic))
	}
	return append(criteria, changesAnnounced(d), planningNotice(d))
}

func planned(d models.Dossier) models.Criterion {
	c := check{"engagement_planned", engagementSource}
	plan, e, ok := d.Plan()
	if !ok {
		return c.notMet("no engagement plan was released")
	}
	return c.met([]string{Reference(e)},
		"the market is informed at least every %d days, in %d places", plan.Days(), len(plan.Channels))
}

func informed(d models.Dossier, topic string) models.Criterion {
	c := check{"informed_of_" + topic, engagementSource}
	last, ok := d.LastOn(topic)
	if !ok {
		return c.notMet("no bulletin covers %s", topic)
	}
	told := dayOf(d, last.Release.ReleasedAt)
	plan, _, ok := d.Plan()
	if !ok {
		return c.of(models.FindingUnknown, nil,
			"the last bulletin on %s is of %s; without a plan it is unknown whether that is recent enough",
			topic, told)
	}
	stale, err := market.Stale(d, last, plan.Days())
	switch {
	case err != nil:
		return c.of(models.FindingUnknown, nil,
			"the age of the last bulletin on %s cannot be determined: %v", topic, err)
	case stale:
		return c.notMet(
			"the last bulletin on %s is of %s, older than the %d days of the plan", topic, told, plan.Days())
	}
	return c.met([]string{Reference(last.Entry)}, "the last bulletin on %s is of %s", topic, told)
}

func changesAnnounced(d models.Dossier) models.Criterion {
	c := check{"changes_announced", engagementSource}
	var silent, evidence []string
	for _, e := range d.Of(models.EntryMarketChange) {
		by, ok := d.AnnouncedBy(e.ID)
		if !ok {
			silent = append(silent, string(e.ID))
			continue
		}
		evidence = append(evidence, Reference(by))
	}
	for _, topic := range models.Topics() {
		if last, ok := d.LastOn(topic); ok && market.Outdated(d, last, topic) {
			silent = append(silent, topic+" since the bulletin "+string(last.Entry.ID))
		}
	}
	if len(silent) > 0 {
		return c.notMet("changes that no bulletin has announced: %s", silent)
	}
	return c.met(slices.Compact(evidence), "every change was announced")
}

func planningNotice(d models.Dossier) models.Criterion {
	c := check{"planning_notice_in_window", shorteningSource}
	plan, _, ok := d.Plan()
	if !ok {
		return c.of(models.FindingUnknown, nil,
			"without a plan it is unknown whether time limits are to be shortened")
	}
	if !plan.Shortens {
		return c.met(nil, "no time limit is to be shortened by a planning notice")
	}
	e, err := market.CheckPlanningNotice(d, plan)
	if refusal, refused := models.RefusalOf(err); refused {
		return c.notMet("%s", refusal.Detail)
	}
	if err != nil {
		return c.of(models.FindingUnknown, nil, "the window of the planning notice cannot be determined: %v", err)
	}
	return c.met([]string{Reference(e)}, "the planning notice was sent in its window")
}
