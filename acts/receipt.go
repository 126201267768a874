package acts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// HandIn hands in a tender for a lot.
func (a *Acts) HandIn(
	ctx context.Context, by By, lot models.ID, envelopes []models.Envelope,
) (Done[seal.Issued], error) {
	if err := models.Refusals(models.CheckEnvelopes("/envelopes", envelopes)); err != nil {
		return Done[seal.Issued]{}, err
	}
	return a.atBox(ctx, by, visit{act: seal.ActReceived, lot: lot, envelopes: envelopes})
}

// ReplaceTender hands in a tender in place of one of the same organisation.
func (a *Acts) ReplaceTender(
	ctx context.Context, by By, tender models.ID, envelopes []models.Envelope,
) (Done[seal.Issued], error) {
	if err := models.Refusals(models.CheckEnvelopes("/envelopes", envelopes)); err != nil {
		return Done[seal.Issued]{}, err
	}
	t, err := a.tenderToEnd(ctx, by, tender)
	if err != nil {
		return Done[seal.Issued]{}, err
	}
	return a.atBox(ctx, by, visit{
		act: seal.ActReceived, lot: t.LotID, box: t.BoxID, envelopes: envelopes,
		standing: t.ID,
	})
}

// WithdrawTender takes a tender back.
func (a *Acts) WithdrawTender(ctx context.Context, by By, tender models.ID) (Done[seal.Issued], error) {
	t, err := a.tenderToEnd(ctx, by, tender)
	if err != nil {
		return Done[seal.Issued]{}, err
	}
	return a.atBox(ctx, by, visit{
		act: seal.ActWithdrawn, lot: t.LotID, box: t.BoxID,
		envelopes: t.Envelopes, standing: t.ID,
	})
}

// ConfirmTender records that the supplier holds on to a tender after the last notice of change. Without it the tender
// stands all the same: silence takes nothing away that was handed in.
func (a *Acts) ConfirmTender(ctx context.Context, by By, tender, notice models.ID) (Done[seal.Issued], error) {
	t, err := a.tenderToEnd(ctx, by, tender)
	if err != nil {
		return Done[seal.Issued]{}, err
	}
	return a.atBox(ctx, by, visit{
		act: seal.ActConfirmed, lot: t.LotID, box: t.BoxID,
		envelopes: t.Envelopes, standing: t.ID, notice: notice,
	})
}

// tenderToEnd reads the actor's own tender that is to be replaced, withdrawn or confirmed. Whether it stands is decided
// at the box; here only a change made on another version is refused.
func (a *Acts) tenderToEnd(ctx context.Context, by By, id models.ID) (models.Tender, error) {
	if by.Seat == nil {
		return models.Tender{}, models.NoSuchResource()
	}
	t, err := a.ownTender(ctx, by, id)
	if err != nil || !t.Standing() {
		return t, err
	}
	return t, by.On.check(t.Version())
}

// ownTender reads a tender of the actor's organisation.
func (a *Acts) ownTender(ctx context.Context, by By, id models.ID) (models.Tender, error) {
	own := store.Sight{Organisation: by.Actor.OrganisationID}
	return a.Store.ForReceipt().Tender(ctx, by.Seat.Procurement.ID, own, id)
}

// A visit is what a supplier does at a box: hand in a tender, in place of another or not, take one back, or confirm
// one.
type visit struct {
	act seal.Act
	lot models.ID
	// box is that of the tender that is replaced, withdrawn or confirmed; empty: none is.
	box models.ID
	// envelopes are those of a tender handed in.
	envelopes []models.Envelope
	// standing is the tender that is replaced, withdrawn or confirmed; empty: none.
	standing models.ID
	// notice is the last notice of change that the supplier has read before it confirms a tender.
	notice models.ID
}

// A tenderAnswer is what is kept of the answer to a visit; the receipt itself is with the tender.
type tenderAnswer struct {
	Tender models.ID `json:"tender"`
	Act    seal.Act  `json:"act"`
	// Notice is that after which a tender was confirmed.
	Notice models.ID `json:"notice,omitempty"`
}

// atBox carries out a visit; its result is the receipt. What decides is read under the box's lock; see
// [store.Store.AtBox], and uses connections that nothing else can take:
// [store.Store.ForReceipt]. Whoever repeats a visit gets the receipt of the first, also after the deadline.
func (a *Acts) atBox(ctx context.Context, by By, v visit) (Done[seal.Issued], error) {
	if by.Seat == nil {
		return Done[seal.Issued]{}, models.NoSuchResource()
	}
	// The roles are those that were looked up with the procurement: receipt takes no lock of it.
	if err := by.Actor.MustHoldAny(by.Roles...); err != nil {
		return Done[seal.Issued]{}, &Denied{err}
	}
	approach := store.Approach{
		ProcurementID: by.Seat.Procurement.ID, LotID: v.lot, OrganisationID: by.Actor.OrganisationID,
		Confirms: v.act == seal.ActConfirmed,
	}
	for _, e := range v.envelopes {
		approach.UploadIDs = append(approach.UploadIDs, e.UploadID)
	}
	var (
		box    store.Counter
		issued seal.Issued
	)
	err := a.Store.ForReceipt().AtBox(ctx, approach, func(b store.Counter) (store.Deposit, error) {
		box = b
		if err := mayHandIn(b, v, approach.OrganisationID); err != nil {
			return store.Deposit{}, err
		}
		var err error
		if issued, err = a.Receipts.Issue(v.receipt(b, approach.OrganisationID)); err != nil {
			return store.Deposit{}, err
		}
		return v.deposit(by, issued)
	})
	if err != nil {
		return a.turnedAway(ctx, by, v, box, err)
	}
	return Done[seal.Issued]{Result: issued}, nil
}

// mayHandIn judges a visit by what the box shows: first whether it is open at that instant, then whether
// the organisation's standing tender is the one meant, then the envelopes, whose sizes it fills in.
func mayHandIn(b store.Counter, v visit, organisation models.ID) error {
	if v.box != "" && v.box != b.Lot.Box().ID {
		return models.Refuse(models.CodeLotClosed, "",
			"lot %d has gone on to its next stage: what was handed in before can no longer be changed", b.Lot.Number)
	}
	if refusal := b.Lot.Receives(organisation, b.Now()); refusal != nil {
		return refusal
	}
	if b.StandingID != v.standing {
		return store.ErrDepositRefused
	}
	if v.act == seal.ActConfirmed {
		if refusal := models.Confirmable(b.Changes, v.notice); refusal != nil {
			return refusal
		}
	}
	if refusal := oneLotTooMany(b); refusal != nil && v.standing == "" {
		return refusal
	}
	if err := brought(b.Lot.Box(), b.Uploads, v.envelopes, organisation); err != nil || v.act != seal.ActReceived {
		return err // what stands stays sealed for whom it was sealed
	}
	return sealedForPresent(b.Lot.Box(), b.Uploads, v.envelopes)
}

// sealedForPresent refuses envelopes that are sealed for former openers of the box.
func sealedForPresent(b models.Box, uploads []models.Upload, envelopes []models.Envelope) error {
	var faults []*models.Refusal
	for i, e := range envelopes {
		if former := openersOf(uploads, e); former != b.Fingerprint {
			faults = append(faults, sealedForFormer(fmt.Sprintf("/envelopes/%d/upload", i), former, b.Fingerprint))
		}
	}
	return models.Refusals(faults)
}

// openersOf is the fingerprint of those for whom an envelope is sealed.
func openersOf(uploads []models.Upload, e models.Envelope) string {
	for _, u := range uploads {
		if u.ID == e.UploadID {
			return u.Fingerprint
		}
	}
	return ""
}

// oneLotTooMany refuses a tender for one lot more than the notice allows (Directive 2014/24/EU, Article 46(2)). Nobody
// but who tenders is told.
func oneLotTooMany(b store.Counter) *models.Refusal {
	if b.MostLots == 0 || len(b.Others) < b.MostLots || b.Lot.Box().HandsIn != models.HandedTender {
		return nil
	}
	return models.Refuse(models.CodeLotLimit, "",
		"one may tender for %d lots at most, and tenders of your organisation stand for %s", b.MostLots,
		models.LotNumbers(b.Others)).
		Accepting("this tender after the withdrawal of another, while its box is open")
}

// brought finds the uploads of the envelopes and refuses those that are not the organisation's own sealed
// and complete files with the digests it gave.
func brought(b models.Box, uploads []models.Upload, envelopes []models.Envelope, organisation models.ID) error {
	var faults []*models.Refusal
	for i := range envelopes {
		e, field := &envelopes[i], fmt.Sprintf("/envelopes/%d", i)
		if kinds := b.HandsIn.Envelopes(); !slices.Contains(kinds, e.Kind) {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, field+"/kind",
				"%s have no envelope of the kind %s", b.HandsIn.Called(), e.Kind).
				Accepting("%v", kinds))
		}
		at := slices.IndexFunc(uploads, func(u models.Upload) bool {
			return u.ID == e.UploadID && u.OrganisationID == organisation
		})
		if at < 0 {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, field+"/upload",
				"your organisation has no such upload for this procurement").
				Accepting("an upload of your organisation with the purpose envelope"))
			continue
		}
		u := uploads[at]
		switch {
		case u.Purpose != models.PurposeEnvelope:
			faults = append(faults, models.Refuse(models.CodeNotSealed, field+"/upload",
				"the file was not uploaded as an envelope").
				Accepting("an upload for the purpose envelope"))
		case !u.Complete():
			faults = append(faults, models.Refuse(models.CodeUploadIncomplete, field+"/upload",
				"the upload is not complete").Accepting("an upload with all of its chunks"))
		case u.BoxID != b.ID || u.Kind != e.Kind:
			faults = append(faults, models.Refuse(models.CodeEnvelopeElsewhere, field+"/upload",
				"the envelope was sealed as %s for %s, and not as %s for %s", u.Kind, u.BoxID, e.Kind, b.ID).
				Accepting("an envelope sealed as %s for %s", e.Kind, b.ID))
		case u.Digest != e.Digest:
			faults = append(faults, models.Refuse(models.CodeDigestMismatch, field+"/digest",
				"the upload has the SHA-256 %s", u.Digest).
				Accepting("the SHA-256 of the file that was uploaded"))
		}
		e.Size = u.Size
	}
	return models.Refusals(faults)
}

func (v visit) receipt(b store.Counter, organisation models.ID) seal.Receipt {
	r := seal.Receipt{
		Act: v.act, TenderID: v.standing, ProcurementID: b.Procurement.ID, LotID: b.Lot.ID,
		BoxID: b.Lot.Box().ID, HandsIn: b.Lot.Box().HandsIn, Openers: openersOf(b.Uploads, v.envelopes[0]),
		OrganisationID: organisation,
		Mode:           b.Procurement.Mode, ProcedureTime: b.Now(), RealTime: b.Clock, Envelopes: v.envelopes,
		Manifest: seal.Manifest(v.envelopes), NoticeID: v.notice,
	}
	if v.act == seal.ActReceived {
		r.TenderID, r.SupersedesID = models.NewID(models.PrefixTender), v.standing
	}
	return r
}

// deposit is what the visit writes. Its event reveals nothing before the box is closed: it belongs to no procurement,
// names no actor, and contains only the tender's ID and the digest of its receipt. The closing of the box binds these
// to the lot.
func (v visit) deposit(by By, r seal.Issued) (store.Deposit, error) {
	body, err := json.Marshal(tenderAnswer{Tender: r.TenderID, Act: r.Act, Notice: r.NoticeID})
	if err != nil {
		return store.Deposit{}, fmt.Errorf("render answer: %w", err)
	}
	received := event.TenderReceived{TenderID: r.TenderID, Receipt: models.Digest([]byte(r.Note))}
	e := store.Deposit{
		Event: event.Event{
			ID: models.NewID(models.PrefixEvent), At: r.RealTime, RecordedAt: r.RealTime, Payload: received,
		},
		Request: store.Request{ID: by.Request.ID, Fingerprint: by.Request.Fingerprint[:], Body: body},
	}
	switch v.act {
	case seal.ActWithdrawn:
		e.Event.Payload = event.TenderWithdrawn(received)
		e.Withdrawn = &models.Tender{ID: r.TenderID, EndedAt: &r.ProcedureTime, Withdrawal: r.Note}
		return e, nil
	case seal.ActConfirmed:
		e.Event.Payload = event.TenderConfirmed(received)
		e.Confirmed = &models.TenderConfirmation{
			TenderID: r.TenderID, NoticeID: r.NoticeID, ConfirmedAt: r.ProcedureTime, Receipt: r.Note,
		}
		return e, nil
	case seal.ActReceived:
	}
	e.Tender = &models.Tender{
		ID: r.TenderID, LotID: r.LotID, BoxID: r.BoxID, OrganisationID: r.OrganisationID, PersonID: by.Actor.PersonID,
		SupersedesID: r.SupersedesID, Manifest: r.Manifest, ReceivedAt: r.ProcedureTime, RecordedAt: r.RealTime,
		Receipt: r.Note, Envelopes: r.Envelopes,
	}
	return e, nil
}

// turnedAway answers a visit that came to nothing: with the receipt of the same visit made before, or
// with a refusal. That a tender came too late is recorded (Directive 2014/24/EU, Annex IV (g): attempts
// are clearly detectable).
func (a *Acts) turnedAway(
	ctx context.Context, by By, v visit, b store.Counter, cause error,
) (Done[seal.Issued], error) {
	none := Done[seal.Issued]{}
	refusal, refused := models.RefusalOf(cause)
	if !refused && !errors.Is(cause, store.ErrDepositRefused) {
		return none, cause
	}
	earlier, err := a.Store.ForReceipt().EarlierRequest(ctx, by.Request.ID)
	switch {
	case err != nil:
		return none, err
	case earlier != nil:
		return a.issuedBefore(ctx, by, earlier)
	case !refused:
		return none, a.excluded(ctx, by, v)
	case refusal.Code == models.CodeDeadlinePassed || refusal.Code == models.CodeLotClosed:
		return none, errors.Join(a.recordLate(ctx, by, v, b, refusal), refusal)
	}
	return none, refusal
}

// excluded says what stands in the way of a visit: the organisation's tender is not the one that the visit names.
func (a *Acts) excluded(ctx context.Context, by By, v visit) error {
	if v.standing == "" {
		return models.Refuse(models.CodeTenderExists, "", "what your organisation handed in for this lot still stands").
			Accepting("replacing it, or withdrawing it first")
	}
	t, err := a.ownTender(ctx, by, v.standing)
	if err != nil {
		return err
	}
	if refusal := t.Ended(); refusal != nil {
		return refusal
	}
	return models.Refuse(models.CodeUnavailable, "",
		"another request of your organisation is under way; send this one again")
}

func (a *Acts) recordLate(ctx context.Context, by By, v visit, b store.Counter, refusal *models.Refusal) error {
	return a.Store.ForReceipt().InTx(ctx, func(tx *store.Tx) error {
		return recordAttempt(tx, event.Event{
			ProcurementID: by.Seat.Procurement.ID, ActorID: by.Actor.PersonID, At: b.Now(), RecordedAt: b.Clock,
			Payload: event.TenderRefused{
				LotID: v.lot, OrganisationID: by.Actor.OrganisationID, Act: string(v.act), Code: refusal.Code,
			},
		}, string(v.lot)+"/"+string(v.act), v.lot)
	})
}

func (a *Acts) issuedBefore(ctx context.Context, by By, earlier *store.Request) (Done[seal.Issued], error) {
	done := Done[seal.Issued]{Again: true}
	if err := by.Request.repeats(earlier); err != nil {
		return done, err
	}
	var kept tenderAnswer
	if err := json.Unmarshal(earlier.Body, &kept); err != nil {
		return done, fmt.Errorf("read earlier answer: %w", err)
	}
	t, err := a.ownTender(ctx, by, kept.Tender)
	if err != nil {
		return done, err
	}
	signed := t.Receipt
	switch kept.Act {
	case seal.ActWithdrawn:
		signed = t.Withdrawal
	case seal.ActConfirmed:
		confirmed, err := a.Store.ForReceipt().ConfirmationAfter(ctx, t.ID, kept.Notice)
		if err != nil {
			return done, err
		}
		signed = confirmed.Receipt
	case seal.ActReceived:
	}
	done.Result, err = seal.ReadIssued(signed)
	return done, err
}
