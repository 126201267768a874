package acts

import (
	"context"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// A SheetWritten is an evaluator's own scores of a tender, after they were written.
type SheetWritten struct {
	models.ScoreSheet

	// Complete tells whether all of the evaluator's own scores for the lot are in.
	Complete bool
}

// WriteSheet takes an evaluator's own scores. Nobody else sees them before having given their own.
func (a *Acts) WriteSheet(
	ctx context.Context, by By, tender models.ID, scores []models.Score,
) (Done[SheetWritten], error) {
	return once(ctx, a, by, func(d *deed) (SheetWritten, error) {
		if err := d.enterContent(share); err != nil {
			return SheetWritten{}, err
		}
		// One sheet of a person after the other: what is final depends on those before.
		if _, err := d.tx.LockPerson(d.Actor.PersonID); err != nil {
			return SheetWritten{}, err
		}
		dossier, err := d.dossier()
		if err != nil {
			return SheetWritten{}, err
		}
		sheet := models.ScoreSheet{TenderID: tender, PersonID: d.Actor.PersonID, Scores: scores, WrittenAt: dossier.Now}
		if err := evaluation.CheckSheet(dossier, sheet); err != nil {
			return SheetWritten{}, err
		}
		if err := d.tx.WriteSheet(&sheet); err != nil {
			return SheetWritten{}, err
		}
		dossier.Tendering.Sheets = append(dossier.Tendering.Sheets, sheet)
		t, _ := dossier.Tendering.Tender(tender)
		return SheetWritten{sheet, evaluation.HasScoredAll(dossier, t.LotID, sheet.PersonID)},
			d.recordSheet(sheet)
	})
}

// recordSheet appends that a sheet was written. The scores are a part of the event: nobody reads them there before they
// are locked.
func (d *deed) recordSheet(s models.ScoreSheet) error {
	scores, err := event.NewPart(s.Scores)
	if err != nil {
		return err
	}
	return d.record(event.SheetWritten{TenderID: s.TenderID, Version: s.Version, Scores: scores})
}
