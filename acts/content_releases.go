package acts

import (
	"context"
	"errors"
	"fmt"
	"slices"

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

	// Openers is the fingerprint of those who act in its turn.
	Openers      string
	Have, Needed int
}

// errMeanwhile means that another opener has done something since an opening was read: it is read again.
var errMeanwhile = errors.New("another opener has released or handed over meanwhile")

// Release takes what an opener released: the opened shares of every envelope of a kind in a box. Its proofs are checked
// before any lock is taken; under the lock it is made sure that nobody has released or handed over meanwhile. Nothing
// is opened before as many openers as are needed have released.
func (a *Acts) Release(ctx context.Context, by By, box models.ID, content []byte) (Done[Released], error) {
	if earlier, err := answered[Released](ctx, a, by); err != nil || earlier.Again {
		return earlier, err
	}
	r, err := envelope.ReadRelease(content)
	if err != nil {
		return Done[Released]{}, models.At("/release", err)
	}
	switch {
	case r.Box != box || r.Person != by.Actor.PersonID:
		return Done[Released]{}, models.Refuse(models.CodeNotAnOpener, "/release",
			"the release is of %s, for %s", r.Person, r.Box).
			Accepting("what you released yourself, %s, for %s", by.Actor.PersonID, box)
	case !slices.Contains(models.EnvelopeKinds(), r.Kind):
		return Done[Released]{}, models.Refuse(models.CodeReleaseMalformed, "/release",
			"the release is for no kind of envelope").
			Accepting("one of the kinds %v", models.EnvelopeKinds())
	}
	kept := models.BoxRelease{
		BoxID: box, Kind: r.Kind, PersonID: r.Person, Digest: models.Digest(content), Content: string(content),
	}
	return meanwhile(func() (Done[Released], error) {
		may := func(d models.Dossier, turn models.Turn) error {
			kept.Turn = turn.N
			return evaluation.MayReleaseAs(d, kept)
		}
		b, err := a.toOpen(ctx, by, box, r.Place, may)
		if err != nil {
			return Done[Released]{}, err
		}
		kept.Turn = b.Turn
		if err := b.Accept(r); err != nil {
			return Done[Released]{}, models.At("/release", err)
		}
		return once(ctx, a, by, func(d *deed) (Released, error) { return d.release(b, kept) })
	})
}

// meanwhile does an act again on what others have changed, a few times: each of the openers of a box acts once.
func meanwhile[T any](act func() (Done[T], error)) (Done[T], error) {
	for range envelope.MostOpeners {
		done, err := act()
		if !errors.Is(err, errMeanwhile) {
			return done, err
		}
	}
	return Done[T]{}, models.Refuse(models.CodeUnavailable, "", "others release at the same time; send this again")
}

// toOpen reads the opening of a box, if it may be opened now, and by this opener. An attempt to open it before is
// recorded (Directive 2014/24/EU, Annex IV (g): attempts are clearly detectable).
func (a *Acts) toOpen(
	ctx context.Context, by By, box models.ID, at envelope.Place, may func(models.Dossier, models.Turn) error,
) (*opening.Box, error) {
	if by.Seat == nil {
		return nil, models.NoSuchResource()
	}
	kind, openers := at.Kind, at.Fingerprint()
	procurement := by.Seat.Procurement
	var turn models.Turn
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		d, err := tx.Dossier(procurement, by.Seat.Now)
		if err != nil {
			return err
		}
		if _, turn, err = toOpen(d, box, kind, openers); err != nil {
			return err
		}
		return may(d, turn)
	})
	if refusal, refused := models.RefusalOf(err); refused &&
		(refusal.Code == models.CodeDeadlineNotOver || refusal.Code == models.CodeQualityOpen) {
		return nil, errors.Join(a.RecordReleaseTooEarly(ctx, by, box, kind, refusal.Code), err)
	}
	if err != nil {
		return nil, err
	}
	return opening.Of(ctx, a.Store, procurement.ID, box, kind, turn)
}

// toOpen finds a box, and the envelopes of a kind in it that openers with a fingerprint open together.
func toOpen(
	d models.Dossier, box models.ID, kind models.EnvelopeKind, openers string,
) (models.Lot, models.Turn, error) {
	lot, b, ok := d.Tendering.Box(box)
	if !ok {
		return lot, models.Turn{}, models.NoSuchResource()
	}
	turn, err := evaluation.ToOpen(d, lot, b, kind, openers)
	return lot, turn, err
}

// release keeps what was released, in one transaction that knows of all others.
func (d *deed) release(b *opening.Box, r models.BoxRelease) (Released, error) {
	dossier, lot, err := d.openBox(b, r.BoxID, r.Kind)
	if err != nil {
		return Released{}, err
	}
	r.ReleasedAt, r.OrganisationID = d.Seat.Now, b.BuyerOf(r.PersonID)
	if err := evaluation.MayReleaseAs(dossier, r); err != nil {
		return Released{}, err
	}
	fresh, err := d.tx.KeepRelease(r)
	if err != nil {
		return Released{}, err
	}
	if !fresh {
		return Released{}, errMeanwhile
	}
	done := Released{
		BoxRelease: r, Openers: b.Openers, Needed: b.Described.Set.Threshold, Have: len(b.Released) + 1,
	}
	done.Content = ""
	_, box, _ := dossier.Tendering.Box(r.BoxID)
	if r.Kind == models.EnvelopePrice && evaluation.Completes(dossier, box, r.Kind, r.Turn) {
		d.tx.ToRead(r.BoxID, r.Kind, box.SittingOf(r.Turn))
	}
	return done, d.record(event.BoxReleased{
		LotID: lot.ID, BoxID: r.BoxID, Kind: r.Kind, Buyer: r.OrganisationID, Digest: r.Digest,
		Turn: furtherTurn(r.Turn),
	})
}

// openBox takes the lock of a box and judges again, under it, whether it may be opened. It returns [errMeanwhile] when
// others have released or handed over since the opening was read, or when, before the first of them, other envelopes
// are to be opened by now.
func (d *deed) openBox(
	b *opening.Box, box models.ID, kind models.EnvelopeKind,
) (dossier models.Dossier, lot models.Lot, err error) {
	if err := d.tx.LockBoxes(box); err != nil {
		return dossier, lot, err
	}
	if err := d.enterContent(share); err != nil {
		return dossier, lot, err
	}
	if dossier, err = d.dossier(); err != nil {
		return dossier, lot, err
	}
	lot, turn, err := toOpen(dossier, box, kind, b.Openers)
	if err != nil {
		return dossier, lot, err
	}
	handed := len(dossier.Tendering.HandedOver(box, kind, turn.N))
	released := len(dossier.Tendering.ReleasedBy(box, kind, turn.N))
	first := released+handed == 0
	if turn.N != b.Turn || released != len(b.Released) || handed != len(b.Handed) || first && !b.IsOf(turn) {
		return dossier, lot, errMeanwhile
	}
	return dossier, lot, nil
}

// HandOver takes the shares that an opener gives to a colleague of the same buyer. The colleague sends it; from then on
// only the colleague's release counts.
func (a *Acts) HandOver(ctx context.Context, by By, box models.ID, content []byte) (Done[models.BoxHandover], error) {
	if earlier, err := answered[models.BoxHandover](ctx, a, by); err != nil || earlier.Again {
		return earlier, err
	}
	h, err := envelope.ReadHandover(content)
	if err != nil {
		return Done[models.BoxHandover]{}, models.At("/handover", err)
	}
	if h.Request.Box != box || !slices.Contains(models.EnvelopeKinds(), h.Request.Kind) {
		return Done[models.BoxHandover]{}, models.Refuse(models.CodeHandoverRefused, "/handover",
			"the handover is for another box, or for no kind of envelope").Accepting("one for %s", box)
	}
	kept := models.BoxHandover{
		BoxID: box, Kind: h.Request.Kind, ToPersonID: h.Request.To.Person, OrganisationID: h.Request.To.Buyer,
		Digest: models.Digest(content), Content: string(content),
	}
	return meanwhile(func() (Done[models.BoxHandover], error) {
		b, err := a.toOpen(ctx, by, box, h.Request.Place, func(models.Dossier, models.Turn) error { return nil })
		if err != nil {
			return Done[models.BoxHandover]{}, err
		}
		kept.Turn = b.Turn
		kept.PersonID = b.Holding(h.Request.From)
		if err := b.Apply(h); err != nil {
			return Done[models.BoxHandover]{}, models.At("/handover", err)
		}
		return once(ctx, a, by, func(d *deed) (models.BoxHandover, error) { return d.handOver(b, kept) })
	})
}

func (d *deed) handOver(b *opening.Box, h models.BoxHandover) (models.BoxHandover, error) {
	dossier, lot, err := d.openBox(b, h.BoxID, h.Kind)
	if err != nil {
		return h, err
	}
	if err := evaluation.MayHandOver(dossier, h, d.Actor.PersonID); err != nil {
		return h, err
	}
	h.HandedAt = d.Seat.Now
	if err := d.tx.KeepHandover(h); err != nil {
		return h, err
	}
	h.Content = ""
	return h, d.record(event.BoxHandedOver{
		LotID: lot.ID, BoxID: h.BoxID, Kind: h.Kind, From: h.PersonID, To: h.ToPersonID, Buyer: h.OrganisationID,
		Digest: h.Digest, Turn: furtherTurn(h.Turn),
	})
}

// furtherTurn is how events name a turn: the first one not at all, as before there were others.
func furtherTurn(n int) int {
	if n == 1 {
		return 0
	}
	return n
}

// RecordReleaseTooEarly records that somebody wanted to open a box before that was allowed, and why it was refused.
func (a *Acts) RecordReleaseTooEarly(
	ctx context.Context, by By, box models.ID, kind models.EnvelopeKind, why models.Code,
) error {
	return a.recordEarly(ctx, by, event.ReleaseRefused{BoxID: box, Kind: kind, Code: why},
		fmt.Sprintf("%s/%s", box, kind))
}

// RecordTooEarly records that somebody asked for an envelope before it may be opened, and why it was refused.
func (a *Acts) RecordTooEarly(ctx context.Context, by By, tender models.ID, envelope int, why models.Code) error {
	return a.recordEarly(ctx, by, event.OpeningRefused{TenderID: tender, Envelope: envelope, Code: why},
		fmt.Sprintf("%s/%d", tender, envelope))
}

// recordEarly records an attempt (Directive 2014/24/EU, Annex IV (g): attempts are clearly detectable).
func (a *Acts) recordEarly(ctx context.Context, by By, attempt event.Payload, subject string) error {
	_, err := change(ctx, a, by, func(d *deed) (event.Payload, error) {
		return attempt, recordAttempt(d.tx, d.event(attempt), subject, "")
	})
	return err
}
