package publication

import (
	"fmt"
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// Missing lists what tenderers could not read if lots were published now: requirements of a lot that has none, and
// texts that lack a language of the procurement. Titles of lots, award and selection criteria are judged with the lots.
func Missing(d models.Dossier, lots []models.Lot) []*models.Refusal {
	faults := unrequired(d, lots)
	languages := d.Procurement.Languages
	faults = append(faults, lacking("/description", d.Procurement.Description, languages)...)
	for _, r := range required(d) {
		if !slices.ContainsFunc(lots, func(l models.Lot) bool { return applies(r, l.ID) }) {
			continue
		}
		faults = append(faults, unworded("/requirements/"+r.Code, r.Wording(), languages)...)
	}
	for _, kind := range []models.EntryKind{models.EntryGlossary, models.EntryClauses, models.EntryLotsDecision} {
		rule, _ := models.EntryRuleOf(kind)
		for _, e := range d.Of(kind) {
			faults = append(faults, unworded("/"+rule.Path, models.WordingOf(e), languages)...)
		}
	}
	return faults
}

// unrequired refuses lots that nothing is required of: whoever tendered for them would not know what for.
func unrequired(d models.Dossier, lots []models.Lot) []*models.Refusal {
	var faults []*models.Refusal
	for _, lot := range lots {
		if slices.ContainsFunc(required(d), func(r models.Requirement) bool { return applies(r, lot.ID) }) {
			continue
		}
		faults = append(faults, models.Refuse(models.CodeRequirementsMissing,
			fmt.Sprintf("/lots/%d/requirements", lot.Number),
			"nothing is required of lot %d, so suppliers could not read what to tender", lot.Number).
			Accepting("at least one requirement that applies to the lot and is a minimum or is scored"))
	}
	return faults
}

func unworded(at string, all []models.Wording, languages []string) []*models.Refusal {
	var faults []*models.Refusal
	for _, w := range all {
		faults = append(faults, lacking(at+w.Field, w.Text, languages)...)
	}
	return faults
}

// lacking refuses a text that is written in some languages of the procurement and not in all.
func lacking(at string, text models.Text, languages []string) []*models.Refusal {
	missing := text.Missing(languages)
	if len(text) == 0 || len(missing) == 0 {
		return nil
	}
	return []*models.Refusal{models.Refuse(models.CodeMissingTranslation, at, "the text is missing in %v", missing).
		Accepting("text in each of the languages %v", languages)}
}
