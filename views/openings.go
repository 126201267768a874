package views

import (
	"context"
	"strconv"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// An Opening is what an opener found in an envelope, and whether the openers agree by now.
type Opening struct {
	models.Opening

	Found models.Found
}

// Openings lists what openers found in the envelopes of a tender. The reader must be allowed to study the tender.
func (v *Views) Openings(ctx context.Context, r Reader, tender models.ID) ([]Opening, error) {
	var openings []Opening
	err := v.study(ctx, r, tender, func(_ *store.Tx, d models.Dossier) error {
		for _, o := range d.Tendering.Openings {
			if o.TenderID == tender {
				_, found := d.FoundIn(tender, o.N)
				openings = append(openings, Opening{o, found})
			}
		}
		return nil
	})
	return openings, err
}

// Plaintext finds the content of an envelope, if the openers agree on it and one of them uploaded it. The reader must
// be allowed to study the tender.
func (v *Views) Plaintext(ctx context.Context, r Reader, tender models.ID, n int) (models.Upload, error) {
	var file models.Upload
	err := v.study(ctx, r, tender, func(tx *store.Tx, d models.Dossier) error {
		o, ok := uploaded(d, tender, n)
		if !ok {
			return models.NoSuchResource()
		}
		var err error
		file, err = tx.Upload(r.procurement(), o.UploadID)
		return err
	})
	file.Filename = string(tender) + "-" + strconv.Itoa(n)
	return file, err
}

// uploaded finds the record of an opener who uploaded what openers agree on.
func uploaded(d models.Dossier, tender models.ID, n int) (models.Opening, bool) {
	agreed, found := d.FoundIn(tender, n)
	if found != models.FoundAgreed {
		return models.Opening{}, false
	}
	for _, o := range d.Tendering.Openings {
		if o.TenderID == tender && o.N == n && o.UploadID != "" && o.PlaintextDigest == agreed.PlaintextDigest {
			return o, true
		}
	}
	return models.Opening{}, false
}

// study calls read with the dossier of a tender, if the reader may study the tender.
func (v *Views) study(
	ctx context.Context, r Reader, tender models.ID, read func(*store.Tx, models.Dossier) error,
) error {
	return v.dossier(ctx, r, OfOpenings, func(tx *store.Tx, d models.Dossier) error {
		t, ok := d.Tendering.Tender(tender)
		if !ok {
			return models.NoSuchResource()
		}
		if err := d.Unsealed(t); err != nil {
			return err
		}
		if err := r.mayStudy(d, t.LotID); err != nil {
			return err
		}
		return read(tx, d)
	})
}

// A Tenderer is somebody who tendered for a lot.
type Tenderer struct {
	Tender       models.ID
	Organisation models.Organisation
}

// Tenderers lists who tendered for a lot, once it is opened.
func (v *Views) Tenderers(ctx context.Context, r Reader, lot models.ID) ([]Tenderer, error) {
	var tenderers []Tenderer
	err := v.dossier(ctx, r, OfTenderers, func(_ *store.Tx, d models.Dossier) error {
		l, ok := d.Tendering.Lot(lot)
		if !ok {
			return models.NoSuchResource()
		}
		if err := d.MayStudy(r.Actor.OrganisationID, lot); err != nil {
			return err
		}
		box, opened := l.Unsealed()
		if !opened {
			return models.Refuse(models.CodeNotUnsealed, "", "the envelopes of lot %d are not opened yet", l.Number)
		}
		for _, t := range d.Tendering.In(box.ID) {
			tenderers = append(tenderers, Tenderer{t.ID, d.Tendering.Tenderers[t.OrganisationID]})
		}
		return nil
	})
	return tenderers, err
}
