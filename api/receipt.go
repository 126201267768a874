package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// A visit is what a supplier does at a box: hand in a tender, in place of another or not, or take one back.
type visit struct {
	act seal.Act
	lot models.ID
	// envelopes are those of a tender handed in.
	envelopes []models.Envelope
	// standing is the tender that is replaced or withdrawn; empty: none.
	standing models.ID
}

// A tenderAnswer is what is kept of the answer to a visit; the receipt itself is with the tender.
type tenderAnswer struct {
	Tender models.ID `json:"tender"`
	Act    seal.Act  `json:"act"`
}

// atBox carries out a visit and answers with its receipt. What decides is read under the box's lock; see
// [store.Store.AtBox]. Whoever repeats a visit gets the receipt of the first, also after the deadline.
func (s *server) atBox(ctx context.Context, v visit) (*Answer[ReceiptView], error) {
	approach := store.Approach{ProcurementID: callOf(ctx).procurement(), LotID: v.lot, OrganisationID: callOf(ctx).actor.OrganisationID}
	for _, e := range v.envelopes {
		approach.UploadIDs = append(approach.UploadIDs, e.UploadID)
	}
	var (
		box     store.Box
		receipt seal.Receipt
		signed  string
	)
	err := s.store.AtBox(ctx, approach, func(b store.Box) (store.BoxEntry, error) {
		box = b
		if err := mayEnter(b, v, approach.OrganisationID); err != nil {
			return store.BoxEntry{}, err
		}
		receipt = v.receipt(b, approach.OrganisationID)
		var err error
		if signed, err = s.receipts.Sign(receipt); err != nil {
			return store.BoxEntry{}, err
		}
		return v.entry(callOf(ctx), receipt, signed)
	})
	if err != nil {
		return s.turnedAway(ctx, v, box, err)
	}
	return receiptAnswer(callOf(ctx).op.status, receipt, signed), nil
}

// mayEnter judges a visit by what the box shows: first whether it is open at that instant, then whether
// the organisation's standing tender is the one meant, then the envelopes, whose sizes it fills in.
func mayEnter(b store.Box, v visit, organisation models.ID) error {
	if refusal := b.Lot.Receives(b.Now()); refusal != nil {
		return refusal
	}
	if b.StandingID != v.standing {
		return store.ErrEntryRefused
	}
	return brought(b.Uploads, v.envelopes, organisation)
}

// brought finds the uploads of the envelopes and refuses those that are not the organisation's own sealed
// and complete files with the digests it gave.
func brought(uploads []models.Upload, envelopes []models.Envelope, organisation models.ID) error {
	var faults []*models.Refusal
	for i := range envelopes {
		e, field := &envelopes[i], fmt.Sprintf("/envelopes/%d", i)
		at := slices.IndexFunc(uploads, func(u models.Upload) bool { return u.ID == e.UploadID && u.OrganisationID == organisation })
		if at < 0 {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, field+"/upload", "your organisation has no such upload for this procurement"))
			continue
		}
		u := uploads[at]
		switch {
		case u.Purpose != models.PurposeEnvelope:
			faults = append(faults, models.Refuse(models.CodeNotSealed, field+"/upload", "the file was not uploaded as an envelope").
				Accepting("an upload for the purpose envelope"))
		case !u.Complete():
			faults = append(faults, models.Refuse(models.CodeUploadIncomplete, field+"/upload", "the upload is not complete").Accepting("completing it first"))
		case u.Digest != e.Digest:
			faults = append(faults, models.Refuse(models.CodeDigestMismatch, field+"/digest", "the upload has the SHA-256 %s", u.Digest))
		}
		e.Size = u.Size
	}
	return models.Refusals(faults)
}

func (v visit) receipt(b store.Box, organisation models.ID) seal.Receipt {
	r := seal.Receipt{
		Act: v.act, TenderID: v.standing, ProcurementID: b.Procurement.ID, LotID: b.Lot.ID, OrganisationID: organisation,
		Mode: b.Procurement.Mode, ProcedureTime: b.Now(), RealTime: b.Clock, Envelopes: v.envelopes, Manifest: seal.Manifest(v.envelopes),
	}
	if v.act == seal.ActReceived {
		r.TenderID, r.SupersedesID = models.NewID(models.PrefixTender), v.standing
	}
	return r
}

// entry is what the visit writes. Its event tells nobody anything before the box is closed: it belongs to
// no procurement, names no actor, and holds the tender's ID and the digest of its receipt only. The
// closing of the box binds these to the lot.
func (v visit) entry(call *call, r seal.Receipt, signed string) (store.BoxEntry, error) {
	body, err := json.Marshal(tenderAnswer{Tender: r.TenderID, Act: r.Act})
	if err != nil {
		return store.BoxEntry{}, fmt.Errorf("render answer: %w", err)
	}
	e := store.BoxEntry{
		Event: models.Event{
			ID: models.NewID(models.PrefixEvent), Type: models.EventTenderReceived, At: r.RealTime, RecordedAt: r.RealTime,
			Data: map[string]any{"tender_id": r.TenderID, "receipt": models.Digest([]byte(signed))},
		},
		Request: store.Request{ID: call.commandID(), Fingerprint: call.fingerprint[:], Body: body},
	}
	if v.act == seal.ActWithdrawn {
		e.Event.Type = models.EventTenderWithdrawn
		e.Withdrawn = &models.Tender{ID: r.TenderID, EndedAt: &r.ProcedureTime, Withdrawal: signed}
		return e, nil
	}
	e.Tender = &models.Tender{
		ID: r.TenderID, LotID: r.LotID, OrganisationID: r.OrganisationID, PersonID: call.actor.PersonID, SupersedesID: r.SupersedesID,
		Manifest: r.Manifest, ReceivedAt: r.ProcedureTime, RecordedAt: r.RealTime, Receipt: signed, Envelopes: r.Envelopes,
	}
	return e, nil
}

// turnedAway answers a visit that came to nothing: with the receipt of the same visit made before, or
// with a refusal. That a tender came too late is recorded (Directive 2014/24/EU, Annex IV (g): attempts
// are clearly detectable).
func (s *server) turnedAway(ctx context.Context, v visit, b store.Box, cause error) (*Answer[ReceiptView], error) {
	refusal, refused := models.RefusalOf(cause)
	if !refused && !errors.Is(cause, store.ErrEntryRefused) {
		return nil, cause
	}
	earlier, err := s.store.EarlierRequest(ctx, callOf(ctx).commandID())
	switch {
	case err != nil:
		return nil, err
	case earlier != nil:
		return s.replayReceipt(ctx, earlier)
	case !refused:
		return nil, s.excluded(ctx, v)
	case refusal.Code == models.CodeDeadlinePassed || refusal.Code == models.CodeLotClosed:
		return nil, errors.Join(s.recordLate(ctx, v, b, refusal), refusal)
	}
	return nil, refusal
}

// excluded says what stands in the way of a visit: the organisation's tender is another than the visit
// supposes.
func (s *server) excluded(ctx context.Context, v visit) error {
	if v.standing == "" {
		return models.Refuse(models.CodeTenderExists, "", "your organisation has a tender for this lot").Accepting("replacing it, or withdrawing it first")
	}
	t, err := s.store.Tender(ctx, callOf(ctx).procurement(), s.sight(ctx), v.standing)
	if err != nil {
		return err
	}
	if refusal := t.Ended(); refusal != nil {
		return refusal
	}
	return models.Refuse(models.CodeUnavailable, "", "another request of your organisation is under way; repeat this one")
}

func (s *server) recordLate(ctx context.Context, v visit, b store.Box, refusal *models.Refusal) error {
	call := callOf(ctx)
	return s.store.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.Append(models.Event{
			ProcurementID: call.procurement(), Type: models.EventTenderRefused, ActorID: call.actor.PersonID, At: b.Now(), RecordedAt: b.Clock,
			Data: map[string]any{"lot_id": v.lot, "organisation_id": call.actor.OrganisationID, "act": v.act, "code": refusal.Code},
		})
		return err
	})
}

func (s *server) replayReceipt(ctx context.Context, earlier *store.Request) (*Answer[ReceiptView], error) {
	call := callOf(ctx)
	if !bytes.Equal(earlier.Fingerprint, call.fingerprint[:]) {
		return nil, keyReused()
	}
	var kept tenderAnswer
	if err := json.Unmarshal(earlier.Body, &kept); err != nil {
		return nil, fmt.Errorf("read earlier answer: %w", err)
	}
	t, err := s.store.Tender(ctx, call.procurement(), s.sight(ctx), kept.Tender)
	if err != nil {
		return nil, err
	}
	signed := t.Receipt
	if kept.Act == seal.ActWithdrawn {
		signed = t.Withdrawal
	}
	receipt, err := seal.Read(signed)
	if err != nil {
		return nil, err
	}
	answer := receiptAnswer(call.op.status, receipt, signed)
	answer.Replayed = "true"
	return answer, nil
}

func receiptAnswer(status int, r seal.Receipt, signed string) *Answer[ReceiptView] {
	view := showReceipt(r, signed)
	a := &Answer[ReceiptView]{Status: status, ETag: etag(view.version()), Body: view}
	if status == http.StatusCreated {
		a.Location = tenderPath(r.ProcurementID, r.TenderID)
	}
	return a
}
