package publication

import (
	"cmp"
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// Log composes what everybody reads of questions that were answered, the first answers first. Answers of one moment
// stand in the order of their references, which says nothing of who asked first.
func Log(d models.Dossier, all []models.TenderQuestion) models.QuestionLog {
	p := d.Procurement
	log := models.QuestionLog{
		Procurement: p.ID, Mode: p.Mode, Title: p.Title, Languages: p.Languages, PublishedAt: d.Now.UTC(),
		Questions: []models.LoggedOne{},
	}
	for _, q := range all {
		if q.PublishedAt == nil {
			continue
		}
		one := models.LoggedOne{
			Reference: q.Reference, Asks: q.Asks, Answer: q.Answer, PublishedAt: q.PublishedAt.UTC(), Lots: []int{},
		}
		for _, lot := range d.Tendering.Lots {
			if lot.Published() && q.About(lot.ID) {
				one.Lots = append(one.Lots, lot.Number)
			}
		}
		log.Questions = append(log.Questions, one)
	}
	slices.SortFunc(log.Questions, func(a, b models.LoggedOne) int {
		return cmp.Or(a.PublishedAt.Compare(b.PublishedAt), cmp.Compare(a.Reference, b.Reference))
	})
	return log
}

// Discloses refuses texts that repeat, word for word, what somebody told a market consultation in confidence (Directive
// 2014/24/EU, Article 21).
func Discloses(all []models.Wording, responses []models.ConsultationResponse) []*models.Refusal {
	var faults []*models.Refusal
	for _, w := range all {
		for _, language := range w.Text.Languages() {
			for _, r := range responses {
				if at := r.Content.Discloses(w.Text[language]); at != "" {
					faults = append(faults, models.Refuse(models.CodeConfidential, w.Field+"/"+language,
						"the text repeats what the response %s says in confidence (%s)", r.ID, at).
						Accepting("a text that does not repeat it"))
				}
			}
		}
	}
	return faults
}

// Told lists the texts of a dossier that the pack repeats, each with its place.
func Told(d models.Dossier) []models.Wording {
	var all []models.Wording
	kinds := []models.EntryKind{
		models.EntryRequirement, models.EntryGlossary, models.EntryClauses, models.EntryLotsDecision,
		models.EntryConformancePlan, models.EntryPrecedingPCP, models.EntryConduct, models.EntryPartnershipPlan,
		models.EntryFramework, models.EntryReviewBody, models.EntryAwardCriteria, models.EntrySelectionCriteria,
	}
	for _, kind := range kinds {
		rule, _ := models.EntryRuleOf(kind)
		for _, e := range d.Of(kind) {
			for _, w := range models.WordingOf(e) {
				at := "/" + rule.Path
				if e.Subject != "" {
					at += "/" + e.Subject
				}
				all = append(all, models.Wording{Field: at + w.Field, Text: w.Text})
			}
		}
	}
	return all
}
