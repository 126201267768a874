package views

import (
	"context"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// mayStudy refuses people of a tenderer for the lot. Evaluators and the chair must also have declared that they have no
// conflict of interest.
func (r Reader) mayStudy(d models.Dossier, lot models.ID) error {
	if !r.Actor.HasAny(models.RoleEvaluator, models.RoleChair) {
		return d.MayStudy(r.Actor.OrganisationID, lot)
	}
	return d.MayEvaluate(r.Actor.PersonID, lot)
}

// hasLot refuses what is no lot of the procurement.
func hasLot(d models.Dossier, id models.ID) error {
	if _, ok := d.Tendering.Lot(id); !ok {
		return models.NoSuchResource()
	}
	return nil
}

// A Sheet is an evaluator's own scores of a tender.
type Sheet struct {
	models.ScoreSheet

	// Complete tells whether all of the evaluator's own scores for the lot are in.
	Complete bool
}

// Sheets lists individual scores. An evaluator sees the others' only after all of their own are in; other readers see
// them when quality is locked, the chair earlier.
func (v *Views) Sheets(ctx context.Context, r Reader, lot models.ID) ([]Sheet, error) {
	var sheets []Sheet
	err := v.dossier(ctx, r, OfScores, func(_ *store.Tx, d models.Dossier) error {
		l, ok := d.Tendering.Lot(lot)
		if !ok {
			return models.NoSuchResource()
		}
		if _, opened := d.Tendering.AwardOf(lot); !opened {
			return models.Refuse(models.CodeNotUnsealed, "", "the envelopes of lot %d are not opened yet", l.Number)
		}
		if err := r.mayStudy(d, lot); err != nil {
			return err
		}
		all := r.seesAllSheets(d, lot)
		for _, sheet := range d.Tendering.Sheets {
			t, _ := d.Tendering.Tender(sheet.TenderID)
			if t.LotID == lot && (all || sheet.PersonID == r.Actor.PersonID) {
				sheets = append(sheets, Sheet{sheet, evaluation.HasScoredAll(d, lot, sheet.PersonID)})
			}
		}
		return nil
	})
	return sheets, err
}

func (r Reader) seesAllSheets(d models.Dossier, lot models.ID) bool {
	if d.Tendering.QualityLockedAt(lot) != nil {
		return true
	}
	if r.Actor.HasAny(models.RoleEvaluator) {
		return evaluation.HasScoredAll(d, lot, r.Actor.PersonID)
	}
	return r.Actor.HasAny(models.RoleChair)
}

// A QualityStanding says who goes on to prices, by name.
type QualityStanding = evaluation.QualityStanding

// Quality says of every tender for a lot whose quality is locked whether it goes on to prices, and if not, why.
func (v *Views) Quality(ctx context.Context, r Reader, lot models.ID) (QualityStanding, error) {
	var standing QualityStanding
	err := v.dossier(ctx, r, OfRanking, func(_ *store.Tx, d models.Dossier) error {
		if err := hasLot(d, lot); err != nil {
			return err
		}
		if err := d.MayStudy(r.Actor.OrganisationID, lot); err != nil {
			return err
		}
		var err error
		standing, err = evaluation.LockedQuality(d, lot)
		return err
	})
	return standing, err
}

// A Method is how tenders for a lot are ranked, in words.
type Method = evaluation.Method

// Method tells how tenders for a lot will be ranked, and what to think of before that is published.
func (v *Views) Method(ctx context.Context, r Reader, lot models.ID, language string) (Method, error) {
	var method Method
	err := v.dossier(ctx, r, OfEntries, func(_ *store.Tx, d models.Dossier) error {
		if err := hasLot(d, lot); err != nil {
			return err
		}
		criteria, _, ok := d.CriteriaFor(lot)
		if !ok {
			return models.Refuse(models.CodeCriteriaMissing, "/lot", "the lot has no award criteria").
				Accepting("this after the award criteria were written")
		}
		var err error
		method, err = evaluation.MethodOf(criteria, language)
		return err
	})
	return method, err
}

// An Evaluation is the ranking of the tenders for a lot, every line explained.
type Evaluation = evaluation.Evaluation

// Ranking computes the ranking of a lot from the record as it is now.
func (v *Views) Ranking(ctx context.Context, r Reader, lot models.ID) (Evaluation, error) {
	var ranking Evaluation
	err := v.dossier(ctx, r, OfRanking, func(_ *store.Tx, d models.Dossier) error {
		if err := hasLot(d, lot); err != nil {
			return err
		}
		if err := d.MayStudy(r.Actor.OrganisationID, lot); err != nil {
			return err
		}
		ranked, err := evaluation.Evaluate(d, lot)
		if err == nil {
			ranking, err = ranked.Among(d)
		}
		return err
	})
	return ranking, err
}
