package views

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/internal/opening"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Openings lists what was found in the envelopes of a tender. The reader must be allowed to study the tender, or be who
// handed it in: a supplier sees that what was found is what it had sealed.
func (v *Views) Openings(ctx context.Context, r Reader, tender models.ID) ([]models.Opening, error) {
	var openings []models.Opening
	of := OfOpenings
	if r.Actor.Supplies() {
		of = OfOwnOpenings
	}
	err := v.study(ctx, r, of, tender, func(_ *store.Tx, d models.Dossier) error {
		for _, o := range d.Tendering.Openings {
			if o.TenderID == tender {
				openings = append(openings, o)
			}
		}
		return nil
	})
	return openings, err
}

// A Plaintext is what was in an envelope, to be opened anew for whoever reads it.
type Plaintext struct {
	models.Opening

	Filename string

	views *Views
	// sealed is the envelope; of is whose and in which box.
	sealed models.Upload
	of     models.Tender
	kind   models.EnvelopeKind
}

// Plaintext finds what was in an envelope. The reader must be allowed to study the tender.
func (v *Views) Plaintext(ctx context.Context, r Reader, tender models.ID, n int) (Plaintext, error) {
	p := Plaintext{views: v, Filename: string(tender) + "-" + strconv.Itoa(n)}
	err := v.study(ctx, r, OfOpenings, tender, func(_ *store.Tx, d models.Dossier) error {
		found, ok := d.FoundIn(tender, n)
		if !ok || !found.Readable {
			return models.NoSuchResource()
		}
		t, _ := d.Tendering.Tender(tender)
		e, _ := t.Envelope(n)
		p.Opening, p.of, p.kind, p.sealed = found, t, e.Kind, sealedFile(t, e)
		return nil
	})
	return p, err
}

// Open recovers what opens the envelope, from what its openers have released. The writing that it returns is right only
// if it ends without an error.
func (p Plaintext) Open(ctx context.Context) (func(ctx context.Context, w io.Writer) error, error) {
	turns, err := opening.Released(ctx, p.views.Store, p.of.ProcurementID, p.of.BoxID, p.kind, 0)
	if err != nil {
		return nil, err
	}
	identities := map[string]*age.X25519Identity{}
	for _, b := range turns {
		recovered, err := b.Identities()
		if err != nil {
			return nil, fmt.Errorf("open envelope %d of tender %s: %s", p.N, p.TenderID, err.Error())
		}
		maps.Copy(identities, recovered)
	}
	return func(ctx context.Context, w io.Writer) error {
		if err := envelope.Open(w, p.views.Content(ctx, p.sealed), identities); err != nil {
			return fmt.Errorf("open envelope %d of tender %s: %w", p.N, p.TenderID, err)
		}
		return nil
	}, nil
}

// study calls read with the dossier of a tender, if the reader may study the tender, or it is the reader's own.
func (v *Views) study(
	ctx context.Context, r Reader, of Subject, tender models.ID, read func(*store.Tx, models.Dossier) error,
) error {
	return v.dossier(ctx, r, of, func(tx *store.Tx, d models.Dossier) error {
		t, ok := d.Tendering.Tender(tender)
		if !ok || of == OfOwnOpenings && t.OrganisationID != r.Actor.OrganisationID {
			return models.NoSuchResource()
		}
		if err := d.Unsealed(t); err != nil {
			return err
		}
		if of == OfOwnOpenings {
			return read(tx, d)
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
	// Changes are the notices of change that asked for a confirmation, oldest first. Whoever did not confirm its tender
	// has tendered all the same.
	Changes []models.TenderChange
}

// Tenderers lists who tendered for a lot, once it is opened.
func (v *Views) Tenderers(ctx context.Context, r Reader, lot models.ID) ([]Tenderer, error) {
	var tenderers []Tenderer
	err := v.dossier(ctx, r, OfTenderers, func(tx *store.Tx, d models.Dossier) error {
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
		changes, err := tx.ChangesIn(box.ID)
		if err != nil {
			return err
		}
		for _, t := range d.Tendering.In(box.ID) {
			own := slices.DeleteFunc(slices.Clone(changes),
				func(c models.TenderChange) bool { return c.TenderID != t.ID })
			tenderers = append(tenderers, Tenderer{t.ID, d.Tendering.Tenderers[t.OrganisationID], own})
		}
		return nil
	})
	return tenderers, err
}
