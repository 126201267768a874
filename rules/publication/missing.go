package publication

import (
	"fmt"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// Missing lists what tenderers could not read if lots were published now: a deadline, requirements of a lot that has
// none, and texts that lack a language of the procurement. What is written for each lot, such as its criteria, is
// judged by rules/evaluation.
func Missing(d models.Dossier, lots []models.Lot) []*models.Refusal {
	p, languages := d.Procurement, d.Procurement.Languages
	faults := untitled("/title", "the procurement's title", p.Title, languages)
	faults = append(faults, models.RefuseUntranslated("",
		[]models.Wording{{Field: "/description", Text: p.Description}}, languages)...)
	faults = append(faults, incomplete(d, lots)...)
	faults = append(faults, unrequired(d, lots)...)
	for _, r := range required(d) {
		if !slices.ContainsFunc(lots, func(l models.Lot) bool { return r.AppliesTo(l.ID) }) {
			continue
		}
		faults = append(faults, models.RefuseUntranslated("/requirements/"+r.Code, r.Wording(), languages)...)
	}
	for _, kind := range []models.EntryKind{
		models.EntryGlossary, models.EntryClauses, models.EntryLotsDecision, models.EntryConformancePlan,
		models.EntryPrecedingPCP, models.EntryReviewBody,
	} {
		rule, _ := models.EntryRuleOf(kind)
		for _, e := range d.Of(kind) {
			faults = append(faults, models.RefuseUntranslated("/"+rule.Path, models.WordingOf(e), languages)...)
		}
	}
	return faults
}

// incomplete lists what lots lack: text in every language of the procurement, and a deadline in the future.
func incomplete(d models.Dossier, lots []models.Lot) []*models.Refusal {
	var faults []*models.Refusal
	languages := d.Procurement.Languages
	for _, lot := range lots {
		at, name := fmt.Sprintf("/lots/%d", lot.Number), fmt.Sprintf("lot %d", lot.Number)
		faults = append(faults, untitled(at+"/title", "the title of "+name, lot.Title, languages)...)
		if len(lot.Description) > 0 {
			faults = append(faults, untitled(at+"/description", "the description of "+name, lot.Description,
				languages)...)
		}
		if fault := deadlineFault(at+"/deadline", name, lot, d.Now); fault != nil {
			faults = append(faults, fault)
		}
	}
	return faults
}

func untitled(field, what string, text models.Text, languages []string) []*models.Refusal {
	missing := text.Missing(languages)
	if len(missing) == 0 {
		return nil
	}
	return []*models.Refusal{models.Refuse(models.CodeMissingTranslation, field, "%s is missing in %v", what, missing).
		Accepting("text in each of the languages %v", languages)}
}

func deadlineFault(field, name string, lot models.Lot, now time.Time) *models.Refusal {
	if lot.DeadlineLocal == "" {
		return models.Refuse(models.CodeDeadlineMissing, field, "%s has no deadline", name).
			Accepting("a local time and its zone")
	}
	deadline, err := calendar.InstantAhead(field, lot.DeadlineLocal, lot.DeadlineZone, now)
	if refusal, refused := models.RefusalOf(err); refused {
		return refusal // it is too far ahead, or the zone's rules have changed since it was entered
	}
	if !deadline.After(now) {
		return models.Refuse(models.CodeDeadlineInPast, field,
			"the deadline of %s is %s, and it is already %s", name, rfc3339(deadline), rfc3339(now)).
			Accepting("an instant in the future")
	}
	return nil
}

func rfc3339(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// unrequired refuses lots that nothing is required of: whoever tendered for them would not know what for.
func unrequired(d models.Dossier, lots []models.Lot) []*models.Refusal {
	var faults []*models.Refusal
	for _, lot := range lots {
		if slices.ContainsFunc(required(d), func(r models.Requirement) bool { return r.AppliesTo(lot.ID) }) {
			continue
		}
		faults = append(faults, models.Refuse(models.CodeRequirementsMissing,
			fmt.Sprintf("/lots/%d/requirements", lot.Number),
			"nothing is required of lot %d, so suppliers could not read what to tender", lot.Number).
			Accepting("at least one requirement that applies to the lot and is a minimum or is scored"))
	}
	return faults
}
