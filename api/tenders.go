package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// EnvelopeInput is one sealed envelope of a tender.
type EnvelopeInput struct {
	Kind   models.EnvelopeKind `json:"kind" doc:"At most one for quality and one for price"`
	Upload models.ID           `json:"upload" doc:"A complete upload of my organisation for the purpose envelope"`
	Digest string              `json:"digest" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the sealed file, in hexadecimal"`
}

// TenderBody is what is handed in.
type TenderBody struct {
	Envelopes []EnvelopeInput `json:"envelopes" minItems:"1" maxItems:"20"`
}

func (b TenderBody) envelopes() []models.Envelope {
	all := make([]models.Envelope, len(b.Envelopes))
	for i, e := range b.Envelopes {
		all[i] = models.Envelope{N: i + 1, Kind: e.Kind, UploadID: e.Upload, Digest: e.Digest}
	}
	return all
}

type newTender struct {
	LotPath
	Body TenderBody
}

func (s *server) submitTender(ctx context.Context, in *newTender) (*rest.Answer[ReceiptView], error) {
	lot, err := pathID(models.PrefixLot, "lot", in.Lot)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.HandIn(ctx, rest.By(ctx), lot, in.Body.envelopes())
	return receipted(ctx, done, err)
}

// TenderPath names a tender.
type TenderPath struct {
	ProcurementPath

	Tender string `path:"tender" doc:"ID of the tender"`
}

type tenderReplacement struct {
	TenderPath
	Body TenderBody
}

func (in TenderPath) id() (models.ID, error) { return pathID(models.PrefixTender, "tender", in.Tender) }

func (s *server) replaceTender(ctx context.Context, in *tenderReplacement) (*rest.Answer[ReceiptView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.ReplaceTender(ctx, rest.By(ctx), id, in.Body.envelopes())
	return receipted(ctx, done, err)
}

func (s *server) withdrawTender(ctx context.Context, in *TenderPath) (*rest.Answer[ReceiptView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.WithdrawTender(ctx, rest.By(ctx), id)
	return receipted(ctx, done, err)
}

type confirmation struct {
	TenderPath
	Body struct {
		Notice models.ID `json:"notice" doc:"The last notice of change, which the supplier has read"`
	}
}

func (s *server) confirmTender(ctx context.Context, in *confirmation) (*rest.Answer[ReceiptView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	if _, err := models.ParseID(models.PrefixNotice, "/notice", string(in.Body.Notice)); err != nil {
		return nil, err
	}
	done, err := s.acts.ConfirmTender(ctx, rest.By(ctx), id, in.Body.Notice)
	return receipted(ctx, done, err)
}

// ChangeView is a notice of change that was dispatched after a tender was handed in, and asks to confirm it.
type ChangeView struct {
	Notice       models.ID  `json:"notice"`
	Digest       string     `json:"digest" doc:"SHA-256 of the notice, in hexadecimal"`
	DispatchedAt time.Time  `json:"dispatched_at" doc:"Procedure time"`
	ConfirmedAt  *time.Time `json:"confirmed_at,omitempty" doc:"When the tender was confirmed after it; absent: never"`
}

// ChangesView lists them.
type ChangesView struct {
	Items []ChangeView `json:"items" doc:"Oldest first; without confirmation the tender counts all the same"`
}

func showChanges(changes []models.TenderChange) []ChangeView {
	shown := make([]ChangeView, len(changes))
	for i, c := range changes {
		shown[i] = ChangeView{c.NoticeID, c.Digest, utc(c.DispatchedAt), utcOrNil(c.ConfirmedAt)}
	}
	return shown
}

func (s *server) listChanges(ctx context.Context, in *TenderPath) (*rest.Shown[ChangesView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	changes, err := s.views.Changes(ctx, rest.Reader(ctx), id)
	if err != nil {
		return nil, err
	}
	return &rest.Shown[ChangesView]{Body: ChangesView{showChanges(changes)}}, nil
}

func (s *server) getConfirmation(ctx context.Context, in *TenderPath) (*rest.Answer[ReceiptView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	r, err := s.views.Confirmation(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, r, err, showReceipt)
}

// TenderView is a tender as its supplier sees it; the buyers see it once the box is closed.
type TenderView struct {
	ID             models.ID      `json:"id"`
	ProcurementID  models.ID      `json:"procurement_id"`
	LotID          models.ID      `json:"lot_id"`
	BoxID          models.ID      `json:"box_id" doc:"The box of the lot that received it"`
	HandsIn        models.Handed  `json:"hands_in" enum:"tender,request,solution" doc:"What it is"`
	OrganisationID models.ID      `json:"organisation_id"`
	Status         string         `json:"status" enum:"standing,replaced,withdrawn"`
	ReceivedAt     time.Time      `json:"received_at" doc:"Procedure time"`
	RecordedAt     time.Time      `json:"recorded_at" doc:"Real time"`
	Envelopes      []EnvelopeView `json:"envelopes"`
	Manifest       string         `json:"manifest" doc:"SHA-256 over the list of envelopes, in hexadecimal"`
	SupersedesID   models.ID      `json:"supersedes_id,omitempty" doc:"The tender it replaced"`
	EndedAt        *time.Time     `json:"ended_at,omitempty" doc:"When it was replaced or withdrawn; procedure time"`
	Version        int64          `json:"version"`
}

// EnvelopeView is one sealed envelope.
type EnvelopeView struct {
	N      int                 `json:"n" doc:"Number within the tender, from 1"`
	Kind   models.EnvelopeKind `json:"kind"`
	Digest string              `json:"digest" doc:"SHA-256 of the sealed file, in hexadecimal"`
	Size   int64               `json:"size" doc:"Bytes"`
}

// tenderStanding is the status of a tender that was neither replaced nor withdrawn.
const tenderStanding = "standing"

func tenderPath(procurement, tender models.ID) string {
	return "/v1/procurements/" + string(procurement) + "/tenders/" + string(tender)
}

func (v TenderView) Self() string     { return tenderPath(v.ProcurementID, v.ID) }
func (v TenderView) AtVersion() int64 { return v.Version }

func showTender(t models.Tender) TenderView {
	v := TenderView{
		ID: t.ID, ProcurementID: t.ProcurementID, LotID: t.LotID, BoxID: t.BoxID, HandsIn: t.HandsIn,
		OrganisationID: t.OrganisationID, Status: tenderStanding, ReceivedAt: utc(t.ReceivedAt),
		RecordedAt: utc(t.RecordedAt), Envelopes: showEnvelopes(t.Envelopes), Manifest: t.Manifest,
		SupersedesID: t.SupersedesID, EndedAt: utcOrNil(t.EndedAt), Version: t.Version(),
	}
	if !t.Standing() {
		v.Status = string(t.EndedBy)
	}
	return v
}

func showEnvelopes(envelopes []models.Envelope) []EnvelopeView {
	views := make([]EnvelopeView, len(envelopes))
	for i, e := range envelopes {
		views[i] = EnvelopeView{N: e.N, Kind: e.Kind, Digest: e.Digest, Size: e.Size}
	}
	return views
}

type tendersQuery struct {
	ProcurementPath
	rest.Paging

	Lot models.ID `query:"lot" doc:"Only those for this lot"`
}

func (s *server) listTenders(ctx context.Context, in *tendersQuery) (*rest.Listed[TenderView], error) {
	filters := url.Values{}
	if in.Lot != "" {
		if _, err := models.ParseID(models.PrefixLot, "lot", string(in.Lot)); err != nil {
			return nil, err
		}
		filters.Set("lot", string(in.Lot))
	}
	read := func(after models.ID, limit int) ([]models.Tender, error) {
		return s.views.Tenders(ctx, rest.Reader(ctx), in.Lot, after, limit)
	}
	return rest.List(ctx, in.Paging, filters, read, func(t models.Tender) models.ID { return t.ID }, showTender)
}

func (s *server) getTender(ctx context.Context, in *TenderPath) (*rest.Answer[TenderView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	t, err := s.views.Tender(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, t, err, showTender)
}

// ReceiptView is what a supplier gets for a tender, a withdrawal or a confirmation: the content of the receipt, and the
// signed note that proves it to anyone who has the public key.
type ReceiptView struct {
	Act            views.ReceiptAct `json:"act" enum:"received,withdrawn,confirmed"`
	TenderID       models.ID        `json:"tender_id"`
	ProcurementID  models.ID        `json:"procurement_id"`
	LotID          models.ID        `json:"lot_id"`
	OrganisationID models.ID        `json:"organisation_id"`
	Mode           models.Mode      `json:"mode" enum:"live,rehearsal"`
	ProcedureTime  time.Time        `json:"procedure_time" doc:"When that happened; procedure time"`
	RealTime       time.Time        `json:"real_time" doc:"The same instant, by the database's own clock"`
	Envelopes      []EnvelopeView   `json:"envelopes"`
	Manifest       string           `json:"manifest" doc:"SHA-256 over the list of envelopes, in hexadecimal"`
	SupersedesID   models.ID        `json:"supersedes_id,omitempty" doc:"The tender that this one replaced"`
	NoticeID       models.ID        `json:"notice_id,omitempty" doc:"The notice of change before a confirmation"`
	Note           string           `json:"note" doc:"The signed receipt (C2SP signed-note, Ed25519)"`
}

func (v ReceiptView) Self() string { return tenderPath(v.ProcurementID, v.TenderID) + "/receipt" }

// AtVersion is always 1: a receipt is never changed.
func (ReceiptView) AtVersion() int64 { return 1 }

func showReceipt(r views.Receipt) ReceiptView {
	return ReceiptView{
		Act: r.Act, TenderID: r.TenderID, ProcurementID: r.ProcurementID, LotID: r.LotID,
		OrganisationID: r.OrganisationID, Mode: r.Mode, ProcedureTime: r.ProcedureTime, RealTime: r.RealTime,
		Envelopes: showEnvelopes(r.Envelopes), Manifest: r.Manifest, SupersedesID: r.SupersedesID,
		NoticeID: r.NoticeID, Note: r.Note,
	}
}

// receipted answers an act of a supplier at a box with its receipt. The Location is that of the tender, because the
// tender is what was created.
func receipted(ctx context.Context, done acts.Done[views.Receipt], err error) (*rest.Answer[ReceiptView], error) {
	a, err := rest.Created(ctx, done, err, showReceipt)
	if err != nil {
		return nil, err
	}
	a.Location = ""
	if a.Status == http.StatusCreated {
		a.Location = tenderPath(done.Result.ProcurementID, done.Result.TenderID)
	}
	return a, nil
}

func (s *server) getReceipt(ctx context.Context, in *TenderPath) (*rest.Answer[ReceiptView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	r, err := s.views.Receipt(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, r, err, showReceipt)
}

func (s *server) getWithdrawal(ctx context.Context, in *TenderPath) (*rest.Answer[ReceiptView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	r, err := s.views.Withdrawal(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, r, err, showReceipt)
}

type envelopePath struct {
	TenderPath

	N int `path:"n" minimum:"1" maximum:"20" doc:"Number of the envelope, from 1"`
}

// getEnvelope serves the sealed bytes. A request that comes too early is recorded.
func (s *server) getEnvelope(ctx context.Context, in *envelopePath) (*huma.StreamResponse, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	file, err := s.views.Envelope(ctx, rest.Reader(ctx), id, in.N)
	if early, ok := errors.AsType[*views.TooEarly](err); ok {
		return nil, errors.Join(
			s.acts.RecordTooEarly(ctx, rest.By(ctx), early.Tender, early.Envelope, early.Refusal.Code), early.Refusal)
	}
	if err != nil {
		return nil, err
	}
	return s.serveFile(file), nil
}
