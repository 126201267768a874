package evaluation

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// AwardAuthors are the people who wrote what the board decides on when it awards a lot: the criteria of the lot, the
// admissions, the results of tests, the scores and the values for costs. They may not cast their buyer's vote.
func AwardAuthors(d models.Dossier, lot models.ID) []models.ID {
	var authors []models.ID
	if _, criteria, ok := d.CriteriaFor(lot); ok {
		authors = append(authors, d.Authors[criteria.ID]...)
	}
	for _, t := range d.Tendering.TendersFor(lot) {
		for _, e := range slices.Concat(
			d.Of(models.EntryConsensus), d.Of(models.EntryAdmission), d.Of(models.EntryCostValues),
			d.Of(models.EntryConformanceResult),
		) {
			if e.Subject == string(t.ID) {
				authors = append(authors, d.Authors[e.ID]...)
			}
		}
		for _, s := range d.Tendering.Sheets {
			if s.TenderID == t.ID {
				authors = append(authors, s.PersonID)
			}
		}
	}
	return eachOnce(authors)
}

// InvitationAuthors are the people who wrote what the board decides on when it invites to the next stage of a lot: of
// candidates the selection criteria and the findings, of participants in talks what an award would rest on. They may
// not cast their buyer's vote.
func InvitationAuthors(d models.Dossier, lot models.ID) []models.ID {
	if l, _ := d.Tendering.Lot(lot); l.Box().HandsIn.Evaluated() {
		return AwardAuthors(d, lot)
	}
	var authors []models.ID
	if _, criteria, ok := d.SelectionFor(lot); ok {
		authors = append(authors, d.Authors[criteria.ID]...)
	}
	for _, t := range d.Tendering.RequestsFor(lot) {
		if _, e, ok := d.SelectionOf(t.ID); ok {
			authors = append(authors, d.Authors[e.ID]...)
		}
	}
	return eachOnce(authors)
}

func eachOnce(people []models.ID) []models.ID {
	slices.Sort(people)
	return slices.Compact(people)
}
