package views

import (
	"context"
	"errors"
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Entries lists the entries of a kind, withdrawn ones too, those after the given one, without those that
// [models.EntryRule.OfTender] keeps from the reader.
func (v *Views) Entries(
	ctx context.Context, r Reader, kind models.EntryKind, after models.ID, limit int,
) ([]models.Entry, error) {
	var found []models.Entry
	err := v.entries(ctx, r, kind, func(tx *store.Tx, p models.ID, mayRead func(models.Entry) error) error {
		for len(found) < limit {
			batch, err := tx.Entries(p, kind, after, limit)
			if err != nil || len(batch) == 0 {
				return err
			}
			after = batch[len(batch)-1].ID
			found = append(found, slices.DeleteFunc(batch, func(e models.Entry) bool { return mayRead(e) != nil })...)
		}
		found = found[:limit]
		return nil
	})
	return found, err
}

// Entry reads an entry of a kind in its latest version.
func (v *Views) Entry(ctx context.Context, r Reader, kind models.EntryKind, id models.ID) (e models.Entry, err error) {
	err = v.entries(ctx, r, kind, func(tx *store.Tx, p models.ID, mayRead func(models.Entry) error) error {
		e, err = tx.Entry(p, id)
		switch {
		case errors.Is(err, store.ErrNoEntry), err == nil && e.Kind != kind:
			return models.NoSuchResource()
		case err != nil:
			return err
		}
		return mayRead(e)
	})
	if err != nil {
		return models.Entry{}, err
	}
	return e, nil
}

// mayReadOfTender refuses people of a tenderer, and, while there is scoring, all who do not score.
func (r Reader) mayReadOfTender(d models.Dossier, rule models.EntryRule, e models.Entry) error {
	t, ok := d.Tendering.Tender(models.ID(e.Subject))
	if !ok {
		return mayStudyAll(d, r.Actor.OrganisationID)
	}
	if rule.Confidential && !r.Actor.HasAny(models.Besides(models.RoleObserver)...) {
		return models.Refuse(models.CodeForbidden, "",
			"what a participant said in confidence is not for those who only watch").
			Accepting("a role that takes part in the procurement")
	}
	if err := d.MayStudy(r.Actor.OrganisationID, t.LotID); err != nil || !rule.Scoring ||
		d.Tendering.BoxOf(t).QualityLockedAt != nil {
		return err
	}
	if !r.Actor.HasAny(models.RoleEvaluator, models.RoleChair) {
		return models.Refuse(models.CodeQualityOpen, "", "the scores for quality are not locked yet").
			Accepting("the same request when they are locked; until then those who score read it")
	}
	return r.mayStudy(d, t.LotID)
}

// entries calls read with a function that judges whether the reader may see an entry of the kind.
func (v *Views) entries(ctx context.Context, r Reader, kind models.EntryKind,
	read func(tx *store.Tx, procurement models.ID, mayRead func(models.Entry) error) error,
) error {
	rule, _ := models.EntryRuleOf(kind)
	if rule.OfTender {
		return v.dossier(ctx, r, OfEntries, func(tx *store.Tx, d models.Dossier) error {
			return read(tx, d.Procurement.ID, func(e models.Entry) error { return r.mayReadOfTender(d, rule, e) })
		})
	}
	_, err := inTx(ctx, v, r, OfEntries, func(tx *store.Tx, p models.ID) (struct{}, error) {
		return struct{}{}, read(tx, p, func(models.Entry) error { return nil })
	})
	return err
}
