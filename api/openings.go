package api

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

func (s *server) openingOperations() []operation {
	const procurement = "/v1/procurements/{procurement}"
	const one = procurement + "/tenders/{tender}"
	return []operation{
		act[process.Open, process.OpenResult](s, models.VerbOpen, "Open a lot after its deadline, together with an opener of another buyer"),
		op(POST, one+"/openings", roles(models.RoleOpener), "Record what I found in an envelope", s.recordOpening),
		op(GET, one+"/openings", roles(studies()...), "List what openers found in the envelopes of a tender", s.listOpenings),
		op(GET, one+"/envelopes/{n}/plaintext", roles(studies()...), "Read what was in an envelope, if openers uploaded it", s.getPlaintext, givesBytes()),
		op(GET, procurement+"/lots/{lot}/tenderers", roles(models.BuyerSide()...), "List who tendered for a lot, once it is opened", s.listTenderers),
	}
}

// studies lists who may study tenders once they are opened; evaluators and the chair after a declaration.
func studies() []models.Role {
	return []models.Role{
		models.RoleLeadProcurer, models.RoleBoard, models.RoleOpener, models.RoleEvaluator, models.RoleChair, models.RoleAwarder,
		models.RoleLegal, models.RoleObserver,
	}
}

// OpeningBody is what an opener found in an envelope.
type OpeningBody struct {
	Envelope        int           `json:"envelope" minimum:"1" maximum:"20" doc:"Its number"`
	Unreadable      bool          `json:"unreadable,omitempty" doc:"It cannot be decrypted with the opening key"`
	PlaintextDigest string        `json:"plaintext_digest,omitempty" doc:"SHA-256 of what was in it, in hexadecimal, as ppi seal open prints it"`
	Size            int64         `json:"size,omitempty" minimum:"0" doc:"Bytes of what was in it"`
	Upload          models.ID     `json:"upload,omitempty" doc:"What was in it, uploaded as a document, for the evaluators"`
	Price           *models.Money `json:"price,omitempty" doc:"Of a price envelope: the price it names"`
}

type newOpening struct {
	TenderPath
	Body OpeningBody
}

// OpeningView is what an opener found.
type OpeningView struct {
	ProcurementID   models.ID     `json:"procurement_id"`
	TenderID        models.ID     `json:"tender_id"`
	Envelope        int           `json:"envelope"`
	PersonID        models.ID     `json:"person_id"`
	OrganisationID  models.ID     `json:"organisation_id" doc:"The buyer the opener acts for"`
	Readable        bool          `json:"readable"`
	PlaintextDigest string        `json:"plaintext_digest,omitempty"`
	Size            int64         `json:"size"`
	Upload          models.ID     `json:"upload,omitempty"`
	Price           *models.Money `json:"price,omitempty"`
	RecordedAt      time.Time     `json:"recorded_at" doc:"Procedure time"`
	Found           models.Found  `json:"found" enum:"missing,agreed,disputed" doc:"missing: an opener of another buyer is awaited; disputed: openers found different things"`
}

func (v OpeningView) self() string { return tenderPath(v.ProcurementID, v.TenderID) + "/openings" }

// version: what was recorded is never changed.
func (OpeningView) version() int64 { return 1 }

func showOpening(d models.Dossier, o models.Opening) OpeningView {
	_, found := d.FoundIn(o.TenderID, o.N)
	return OpeningView{
		ProcurementID: d.Procurement.ID, TenderID: o.TenderID, Envelope: o.N, PersonID: o.PersonID, OrganisationID: o.OrganisationID,
		Readable: o.Readable, PlaintextDigest: o.PlaintextDigest, Size: o.Size, Upload: o.UploadID, Price: o.Price, RecordedAt: utc(o.RecordedAt), Found: found,
	}
}

func (s *server) recordOpening(ctx context.Context, in *newOpening) (*Answer[OpeningView], error) {
	id, err := pathID(models.PrefixTender, "tender", in.Tender)
	if err != nil {
		return nil, err
	}
	return create(ctx, s, func(tx *store.Tx) (OpeningView, error) {
		st, err := s.enterContent(ctx, tx, share)
		if err != nil {
			return OpeningView{}, err
		}
		d, err := tx.Dossier(st.Procurement, st.Now)
		if err != nil {
			return OpeningView{}, err
		}
		if _, ok := d.Tendering.Tender(id); !ok {
			return OpeningView{}, noResource()
		}
		o, err := s.openingOf(ctx, tx, d, id, in.Body)
		if err != nil {
			return OpeningView{}, err
		}
		if o.ID, err = tx.RecordOpening(o); err != nil {
			return OpeningView{}, err
		}
		d.Tendering.Openings = append(d.Tendering.Openings, o)
		view := showOpening(d, o)
		return view, s.opened(ctx, tx, view)
	})
}

// openingOf makes the record of the body and judges it.
func (*server) openingOf(ctx context.Context, tx *store.Tx, d models.Dossier, tender models.ID, b OpeningBody) (models.Opening, error) {
	actor := callOf(ctx).actor
	o := models.Opening{
		TenderID: tender, N: b.Envelope, PersonID: actor.PersonID, OrganisationID: actor.OrganisationID, Readable: !b.Unreadable,
		PlaintextDigest: b.PlaintextDigest, Size: b.Size, UploadID: b.Upload, Price: b.Price, RecordedAt: d.Now,
	}
	for _, opener := range d.Tendering.Openers {
		if opener.PersonID == o.PersonID {
			o.OrganisationID = opener.OrganisationID
		}
	}
	if err := evaluation.CheckOpening(d, o); err != nil || o.UploadID == "" {
		return o, err
	}
	u, err := tx.Upload(d.Procurement.ID, o.UploadID)
	switch {
	case err != nil:
		return o, err
	case !owns(actor, u) || !u.Complete():
		return o, models.Refuse(models.CodeUploadIncomplete, "/upload", "this is no complete upload of your organisation")
	case u.Digest != o.PlaintextDigest || u.Size != o.Size:
		return o, models.Refuse(models.CodeDigestMismatch, "/upload", "the upload is not what was in the envelope").Accepting("an upload with the SHA-256 %s", o.PlaintextDigest)
	}
	return o, nil
}

func (*server) opened(ctx context.Context, tx *store.Tx, v OpeningView) error {
	data := map[string]any{"tender_id": string(v.TenderID), "envelope": v.Envelope, "readable": v.Readable, "digest": v.PlaintextDigest, "found": string(v.Found)}
	if err := record(ctx, tx, models.EventEnvelopeOpened, data); err != nil || v.Found != models.FoundDisputed {
		return err
	}
	return record(ctx, tx, models.EventOpeningDisputed, map[string]any{"tender_id": string(v.TenderID), "envelope": v.Envelope})
}

// mayStudy lets nobody of a tenderer see tenders, and evaluators and the chair only after they have declared to
// have no conflict.
func mayStudy(ctx context.Context, d models.Dossier, lot models.ID) error {
	actor := callOf(ctx).actor
	if _, opened := d.Tendering.Stage(lot); !opened {
		return models.Refuse(models.CodeNotUnsealed, "", "the envelopes of the lot are not opened")
	}
	if !actor.HasAny(models.RoleEvaluator, models.RoleChair) {
		return d.MayStudy(actor.OrganisationID, lot)
	}
	return d.MayEvaluate(actor.PersonID, lot)
}

// OpeningsView lists what openers found.
type OpeningsView struct {
	Items []OpeningView `json:"items"`
}

func (s *server) listOpenings(ctx context.Context, in *TenderPath) (*Shown[OpeningsView], error) {
	view := OpeningsView{Items: []OpeningView{}}
	err := s.study(ctx, func(_ *store.Tx, d models.Dossier) error {
		t, ok := d.Tendering.Tender(models.ID(in.Tender))
		if !ok {
			return noResource()
		}
		for _, o := range d.Tendering.Openings {
			if o.TenderID == t.ID {
				view.Items = append(view.Items, showOpening(d, o))
			}
		}
		return mayStudy(ctx, d, t.LotID)
	})
	if err != nil {
		return nil, err
	}
	return &Shown[OpeningsView]{Body: view}, nil
}

func (s *server) getPlaintext(ctx context.Context, in *envelopePath) (*huma.StreamResponse, error) {
	var file models.Upload
	err := s.study(ctx, func(tx *store.Tx, d models.Dossier) error {
		t, ok := d.Tendering.Tender(models.ID(in.Tender))
		if !ok {
			return noResource()
		}
		if err := mayStudy(ctx, d, t.LotID); err != nil {
			return err
		}
		agreed, found := d.FoundIn(t.ID, in.N)
		for _, o := range d.Tendering.Openings {
			if found != models.FoundAgreed || o.TenderID != t.ID || o.N != in.N || o.UploadID == "" || o.PlaintextDigest != agreed.PlaintextDigest {
				continue
			}
			var err error
			file, err = tx.Upload(d.Procurement.ID, o.UploadID)
			return err
		}
		return noResource()
	})
	if err != nil {
		return nil, err
	}
	file.Filename = in.Tender + "-" + strconv.Itoa(in.N)
	return s.serveFile(file), nil
}

// mayFetch judges whether an opener gets the sealed bytes of an envelope. That somebody tried too early is
// recorded (Directive 2014/24/EU, Annex IV (g)).
func (s *server) mayFetch(ctx context.Context, t models.Tender, e models.Envelope) error {
	var refused error
	err := s.store.InTx(ctx, func(tx *store.Tx) error {
		st := callOf(ctx).standing
		d, err := tx.Dossier(st.Procurement, st.Now)
		if err != nil {
			return err
		}
		refused = evaluation.MayFetch(d, t.ID, e)
		refusal, ok := models.RefusalOf(refused)
		if !ok {
			return refused
		}
		return record(ctx, tx, models.EventOpeningRefused, map[string]any{"tender_id": string(t.ID), "envelope": e.N, "code": string(refusal.Code)})
	})
	return errors.Join(err, refused)
}

// A TendererView is somebody who tendered for a lot.
type TendererView struct {
	TenderID       models.ID `json:"tender_id"`
	OrganisationID models.ID `json:"organisation_id"`
	Name           string    `json:"name"`
	Country        string    `json:"country"`
}

// TenderersView lists who tendered.
type TenderersView struct {
	Items []TendererView `json:"items"`
}

func (s *server) listTenderers(ctx context.Context, in *LotPath) (*Shown[TenderersView], error) {
	view := TenderersView{Items: []TendererView{}}
	err := s.study(ctx, func(_ *store.Tx, d models.Dossier) error {
		lot, ok := d.Tendering.Lot(models.ID(in.Lot))
		if !ok {
			return noResource()
		}
		if _, opened := d.Tendering.Stage(lot.ID); !opened {
			return models.Refuse(models.CodeNotUnsealed, "", "the envelopes of lot %d are not opened", lot.Number)
		}
		for _, t := range d.Tendering.TendersFor(lot.ID) {
			o := d.Tendering.Tenderers[t.OrganisationID]
			view.Items = append(view.Items, TendererView{t.ID, o.ID, o.LegalName, o.Country})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Shown[TenderersView]{Body: view}, nil
}
