package views

import (
	"context"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// sight is which tenders the reader sees. A supplier sees those of its own organisation. The buyers' side sees nothing
// before a box is closed, not even how many tenders there are, and nothing of a lot for which the reader's own
// organisation has tendered.
func (r Reader) sight() store.Sight {
	if r.Actor.Supplies() {
		return store.Sight{Organisation: r.Actor.OrganisationID}
	}
	return store.Sight{
		Buyers: r.Actor.HasAny(models.RoleLeadProcurer, models.RoleOpener), Rival: r.Actor.OrganisationID,
	}
}

// Tenders lists the tenders that the reader sees, those after the given one; an empty lot means all.
func (v *Views) Tenders(ctx context.Context, r Reader, lot, after models.ID, limit int) ([]models.Tender, error) {
	return rows(r, OfTenders, func(p models.ID) ([]models.Tender, error) {
		return v.Store.Tenders(ctx, p, r.sight(), lot, after, limit)
	})
}

// Tender reads a tender that the reader sees.
func (v *Views) Tender(ctx context.Context, r Reader, id models.ID) (models.Tender, error) {
	return rows(r, OfTenders, func(p models.ID) (models.Tender, error) { return v.Store.Tender(ctx, p, r.sight(), id) })
}

// A Receipt is what a supplier got for a tender or a withdrawal, with the note that proves it.
type Receipt = seal.Issued

// A ReceiptAct is what a receipt confirms.
type ReceiptAct = seal.Act

// Receipt reads the receipt of a tender again.
func (v *Views) Receipt(ctx context.Context, r Reader, tender models.ID) (Receipt, error) {
	t, err := v.Tender(ctx, r, tender)
	if err != nil {
		return Receipt{}, err
	}
	return seal.ReadIssued(t.Receipt)
}

// Withdrawal reads the receipt of a withdrawal again.
func (v *Views) Withdrawal(ctx context.Context, r Reader, tender models.ID) (Receipt, error) {
	t, err := v.Tender(ctx, r, tender)
	switch {
	case err != nil:
		return Receipt{}, err
	case t.Withdrawal == "":
		return Receipt{}, models.NoSuchResource()
	}
	return seal.ReadIssued(t.Withdrawal)
}

// Changes lists the notices of change that ask for a confirmation of a tender, oldest first.
func (v *Views) Changes(ctx context.Context, r Reader, tender models.ID) ([]models.TenderChange, error) {
	if _, err := v.Tender(ctx, r, tender); err != nil {
		return nil, err
	}
	return v.Store.Changes(ctx, tender)
}

// Confirmation reads the receipt of the last confirmation of a tender again.
func (v *Views) Confirmation(ctx context.Context, r Reader, tender models.ID) (Receipt, error) {
	if _, err := v.Tender(ctx, r, tender); err != nil {
		return Receipt{}, err
	}
	c, err := v.Store.ConfirmationAfter(ctx, tender, "")
	if err != nil {
		return Receipt{}, err
	}
	return seal.ReadIssued(c.Receipt)
}

// Envelope finds the sealed bytes of an envelope. A supplier may always read its own. An opener may read it once the
// lot is opened, and a price once quality is locked; not while the procurement is suspended, because opening is an act
// of the buyers. Envelope returns a [TooEarly] to a reader who asks too early.
func (v *Views) Envelope(ctx context.Context, r Reader, tender models.ID, n int) (models.Upload, error) {
	if err := r.may(OfEnvelopes); err != nil {
		return models.Upload{}, err
	}
	t, err := v.Tender(ctx, r, tender)
	if err != nil {
		return models.Upload{}, err
	}
	buyers := r.sight().Buyers
	if buyers && r.Seat.Procurement.Status == models.StatusSuspended {
		return models.Upload{}, models.Refuse(models.CodeSuspended, "",
			"the procurement is suspended: no envelope can be opened").
			Accepting("the same request when the procurement is resumed")
	}
	e, ok := t.Envelope(n)
	if !ok {
		return models.Upload{}, models.NoSuchResource()
	}
	if buyers {
		err = v.mayOpen(ctx, r, t, e)
	}
	return sealedFile(t, e), err
}

// mayOpen judges whether the buyers get the sealed bytes of an envelope.
func (v *Views) mayOpen(ctx context.Context, r Reader, t models.Tender, e models.Envelope) error {
	return v.dossier(ctx, r, OfEnvelopes, func(_ *store.Tx, d models.Dossier) error {
		err := evaluation.MayFetch(d, t.ID, e)
		if refusal, refused := models.RefusalOf(err); refused {
			return &TooEarly{Tender: t.ID, Envelope: e.N, Refusal: refusal}
		}
		return err
	})
}

// TooEarly refuses an envelope, or the envelopes of a kind in a box, to a person who asked before they may be opened.
// The caller must have the attempt recorded (Directive 2014/24/EU, Annex IV (g): attempts are clearly detectable).
type TooEarly struct {
	Tender   models.ID
	Envelope int
	Box      models.ID
	Kind     models.EnvelopeKind
	Refusal  *models.Refusal
}

// Error describes the refusal.
func (e *TooEarly) Error() string { return e.Refusal.Error() }

// Unwrap returns the refusal.
func (e *TooEarly) Unwrap() error { return e.Refusal }

func sealedFile(t models.Tender, e models.Envelope) models.Upload {
	return models.Upload{
		ID: e.UploadID, Size: e.Size, Digest: e.Digest, MediaType: models.MediaTypeBytes,
		Filename: string(t.ID) + "-" + string(e.Kind) + ".age",
	}
}
