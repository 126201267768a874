package acts

import (
	"context"
	"errors"
	"fmt"

	"github.com/ppi-engine/ppi/internal/opening"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// A Released is what an opener has released, and how many openers have by now.
type Released struct {
	models.BoxRelease

	Have, Needed int
}

// Release takes what an opener released: the opened shares of every envelope of a kind in a box. Its proofs are checked
// before any lock is taken: what stands in a closed box does not change. Nothing is opened before as many openers as
// are needed have released.
func (a *Acts) Release(ctx context.Context, by By, box models.ID, content []byte) (Done[Released], error) {
	if earlier, err := answered[Released](ctx, a, by); err != nil || earlier.Again {
		return earlier, err
	}
	r, err := envelope.ReadRelease(content)
	if err != nil {
		return Done[Released]{}, err
	}
	if r.Box != box || r.Person != by.Actor.PersonID {
		return Done[Released]{}, models.Refuse(models.CodeNotAnOpener, "/release",
			"the release is of %s, for %s", r.Person, r.Box).
			Accepting("what you released yourself, %s, for %s", by.Actor.PersonID, box)
	}
	b, err := a.toOpen(ctx, by, box, r.Kind)
	if err != nil {
		return Done[Released]{}, err
	}
	if err := b.Accept(r); err != nil {
		return Done[Released]{}, models.At("/release", err)
	}
	return once(ctx, a, by, func(d *deed) (Released, error) {
		return d.release(b, models.BoxRelease{
			BoxID: box, Kind: r.Kind, PersonID: r.Person, Digest: models.Digest(content), Content: string(content),
		})
	})
}

// toOpen reads the opening of a box, if it may be opened now. An attempt to open it before is recorded (Directive
// 2014/24/EU, Annex IV (g): attempts are clearly detectable).
func (a *Acts) toOpen(ctx context.Context, by By, box models.ID, kind models.EnvelopeKind) (*opening.Box, error) {
	if by.Seat == nil {
		return nil, models.NoSuchResource()
	}
	procurement := by.Seat.Procurement
	var envelopes []models.Envelope
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		d, err := tx.Dossier(procurement, by.Seat.Now)
		if err == nil {
			_, envelopes, err = toOpen(d, box, kind)
		}
		return err
	})
	if refusal, refused := models.RefusalOf(err); refused &&
		(refusal.Code == models.CodeDeadlineNotOver || refusal.Code == models.CodeQualityOpen) {
		return nil, errors.Join(a.RecordReleaseTooEarly(ctx, by, box, kind, refusal.Code), err)
	}
	if err != nil {
		return nil, err
	}
	return opening.Of(ctx, a.Store, procurement.ID, box, kind, envelopes)
}

// toOpen finds a box, and the envelopes of a kind in it that are opened together.
func toOpen(d models.Dossier, box models.ID, kind models.EnvelopeKind) (models.Lot, []models.Envelope, error) {
	lot, b, ok := d.Tendering.Box(box)
	if !ok {
		return lot, nil, models.NoSuchResource()
	}
	envelopes, err := evaluation.ToOpen(d, lot, b, kind)
	return lot, envelopes, err
}

// release keeps what was released, in one transaction that knows of all others.
func (d *deed) release(b *opening.Box, r models.BoxRelease) (Released, error) {
	lot, err := d.openBox(r.BoxID, r.Kind)
	if err != nil {
		return Released{}, err
	}
	r.ReleasedAt, r.OrganisationID = d.Seat.Now, b.BuyerOf(r.PersonID)
	fresh, err := d.tx.KeepRelease(r)
	if err != nil {
		return Released{}, err
	}
	if !fresh {
		return Released{}, models.Refuse(models.CodeReleaseTwice, "/release",
			"you have released the envelopes of the kind %s already", r.Kind)
	}
	dossier, err := d.dossier()
	if err != nil {
		return Released{}, err
	}
	shown := r
	shown.Content = ""
	done := Released{
		BoxRelease: shown, Needed: b.Described.Set.Threshold, Have: len(dossier.Tendering.ReleasedBy(r.BoxID, r.Kind)),
	}
	if r.Kind == models.EnvelopePrice && done.Have >= done.Needed {
		d.tx.ToRead(r.BoxID, r.Kind)
	}
	return done, d.record(event.BoxReleased{
		LotID: lot.ID, BoxID: r.BoxID, Kind: r.Kind, Buyer: r.OrganisationID, Digest: r.Digest,
	})
}

// openBox takes the lock of a box and judges again, under it, whether it may be opened.
func (d *deed) openBox(box models.ID, kind models.EnvelopeKind) (models.Lot, error) {
	if err := d.tx.LockBoxes(box); err != nil {
		return models.Lot{}, err
	}
	if err := d.enterContent(share); err != nil {
		return models.Lot{}, err
	}
	dossier, err := d.dossier()
	if err != nil {
		return models.Lot{}, err
	}
	lot, _, err := toOpen(dossier, box, kind)
	return lot, err
}

// HandOver takes the shares that an opener gives to a colleague of the same buyer. Either of the two sends it; from
// then on only the colleague's release counts.
func (a *Acts) HandOver(ctx context.Context, by By, box models.ID, content []byte) (Done[models.BoxHandover], error) {
	if earlier, err := answered[models.BoxHandover](ctx, a, by); err != nil || earlier.Again {
		return earlier, err
	}
	h, err := envelope.ReadHandover(content)
	if err != nil {
		return Done[models.BoxHandover]{}, err
	}
	if h.Request.Box != box {
		return Done[models.BoxHandover]{}, models.Refuse(models.CodeHandoverRefused, "/handover",
			"the handover is for %s", h.Request.Box).Accepting("one for %s", box)
	}
	b, err := a.toOpen(ctx, by, box, h.Request.Kind)
	if err != nil {
		return Done[models.BoxHandover]{}, err
	}
	from := b.Holding(h.Request.From)
	if err := b.Apply(h); err != nil {
		return Done[models.BoxHandover]{}, models.At("/handover", err)
	}
	kept := models.BoxHandover{
		BoxID: box, Kind: h.Request.Kind, PersonID: from, ToPersonID: h.Request.To.Person,
		OrganisationID: h.Request.To.Buyer, Digest: models.Digest(content), Content: string(content),
	}
	return once(ctx, a, by, func(d *deed) (models.BoxHandover, error) {
		err := d.handOver(&kept)
		shown := kept
		shown.Content = ""
		return shown, err
	})
}

func (d *deed) handOver(h *models.BoxHandover) error {
	lot, err := d.openBox(h.BoxID, h.Kind)
	if err != nil {
		return err
	}
	dossier, err := d.dossier()
	if err != nil {
		return err
	}
	// The opening was read before the lock: what another has done meanwhile is judged here.
	set, _ := dossier.OpenersOf(boxOf(dossier, h.BoxID))
	if err := evaluation.MayHandOver(dossier, *h, set, d.Actor.PersonID); err != nil {
		return err
	}
	h.HandedAt = d.Seat.Now
	if err := d.tx.KeepHandover(*h); err != nil {
		return err
	}
	return d.record(event.BoxHandedOver{
		LotID: lot.ID, BoxID: h.BoxID, Kind: h.Kind, From: h.PersonID, To: h.ToPersonID, Buyer: h.OrganisationID,
		Digest: h.Digest,
	})
}

func boxOf(d models.Dossier, id models.ID) models.Box {
	_, box, _ := d.Tendering.Box(id)
	return box
}

// RecordReleaseTooEarly records that somebody wanted to open a box before that was allowed, and why it was refused.
func (a *Acts) RecordReleaseTooEarly(
	ctx context.Context, by By, box models.ID, kind models.EnvelopeKind, why models.Code,
) error {
	_, err := change(ctx, a, by, func(d *deed) (models.Code, error) {
		e := d.event(event.ReleaseRefused{BoxID: box, Kind: kind, Code: why})
		return why, recordAttempt(d.tx, e, string(box)+"/"+string(kind), "")
	})
	return err
}

// RecordTooEarly records that somebody asked for an envelope before it may be opened, and why it was refused
// (Directive 2014/24/EU, Annex IV (g): attempts are clearly detectable).
func (a *Acts) RecordTooEarly(ctx context.Context, by By, tender models.ID, envelope int, why models.Code) error {
	_, err := change(ctx, a, by, func(d *deed) (models.Code, error) {
		e := d.event(event.OpeningRefused{TenderID: tender, Envelope: envelope, Code: why})
		return why, recordAttempt(d.tx, e, fmt.Sprintf("%s/%d", tender, envelope), "")
	})
	return err
}
