package views

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/contract"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// Letter is what a tenderer is told of a decision.
type Letter = evaluation.Letter

// A LetterSent is a letter as it was sent.
type LetterSent struct {
	Letter

	// Digest is the SHA-256 of the letter's canonical form (RFC 8785).
	Digest     string
	Electronic bool
}

// Letter reads the letter about a tender; an empty kind means the letter about the last decision. A supplier reads the
// letter about its own tender. People on the buyers' side read it unless their own organisation has tendered for the
// lot: competitors must not learn what a letter says of a tender.
func (v *Views) Letter(ctx context.Context, r Reader, tender models.ID, kind models.LetterKind) (LetterSent, error) {
	if err := r.may(OfLetters); err != nil {
		return LetterSent{}, err
	}
	sight := store.Sight{Buyers: true}
	if r.Actor.Supplies() {
		sight = store.Sight{Organisation: r.Actor.OrganisationID}
	}
	if _, err := v.Store.Tender(ctx, r.procurement(), sight, tender); err != nil {
		return LetterSent{}, err
	}
	var view LetterSent
	err := v.dossier(ctx, r, OfLetters, func(tx *store.Tx, d models.Dossier) error {
		if t, ok := d.Tendering.Tender(tender); ok && sight.Buyers {
			if err := d.MayStudy(r.Actor.OrganisationID, t.LotID); err != nil {
				return err
			}
		}
		letter, sent, err := tx.Letter(tender, kind)
		switch {
		case err != nil:
			return err
		case !sent:
			return models.NoSuchResource()
		}
		view.Digest, view.Electronic = letter.Digest, letter.Electronic
		if err := json.Unmarshal(letter.Content, &view.Letter); err != nil {
			return fmt.Errorf("read letter: %w", err)
		}
		return nil
	})
	return view, err
}

// mayStudyAll refuses people of an organisation that tendered for any lot.
func mayStudyAll(d models.Dossier, organisation models.ID) error {
	for _, lot := range d.Tendering.Lots {
		if err := d.MayStudy(organisation, lot.ID); err != nil {
			return err
		}
	}
	return nil
}

// Notices lists the notices that were dispatched, those after the given one.
func (v *Views) Notices(ctx context.Context, r Reader, after models.ID, limit int) ([]models.Notice, error) {
	return inTx(ctx, v, r, OfNotices, func(tx *store.Tx, p models.ID) ([]models.Notice, error) {
		return tx.Notices(p, after, limit)
	})
}

// Retention is for how long the record is kept, and why.
type Retention = contract.Retention

// Retention computes until when nothing of the record of a procurement is erased.
func (v *Views) Retention(ctx context.Context, r Reader) (Retention, error) {
	var kept Retention
	err := v.dossier(ctx, r, OfRetention, func(tx *store.Tx, d models.Dossier) error {
		years, until, err := tx.KeptUntil(d.Procurement.ID)
		if err != nil {
			return err
		}
		kept, err = contract.RetentionOf(d, years, until)
		return err
	})
	return kept, err
}

// Record is what the record knows for the individual report.
type Record = evaluation.Record

// Record composes what the record knows for the individual report. It says what was found about every tender, so it
// refuses people whose organisation has tendered.
func (v *Views) Record(ctx context.Context, r Reader) (Record, error) {
	var record Record
	err := v.dossier(ctx, r, OfReport, func(_ *store.Tx, d models.Dossier) error {
		if err := mayStudyAll(d, r.Actor.OrganisationID); err != nil {
			return err
		}
		var err error
		record, err = evaluation.ComposeRecord(d)
		return err
	})
	return record, err
}
