package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// OpeningBody is what an opener found in an envelope.
type OpeningBody struct {
	Envelope        int           `json:"envelope" minimum:"1" maximum:"20" doc:"Its number"`
	Unreadable      bool          `json:"unreadable,omitempty" doc:"It cannot be decrypted with the opening key"`
	PlaintextDigest string        `json:"plaintext_digest,omitempty" doc:"SHA-256 in hexadecimal, from ppi seal open"`
	Size            int64         `json:"size,omitempty" minimum:"0" doc:"Bytes of what was in it"`
	Upload          models.ID     `json:"upload,omitempty" doc:"What was in it, uploaded for the evaluators"`
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

	Found models.Found `json:"found"`
}

func (v OpeningView) Self() string { return tenderPath(v.ProcurementID, v.TenderID) + "/openings" }

// AtVersion is always 1: what was recorded is never changed.
func (OpeningView) AtVersion() int64 { return 1 }

func showOpening(procurement models.ID, o models.Opening, found models.Found) OpeningView {
	return OpeningView{
		ProcurementID: procurement, TenderID: o.TenderID, Envelope: o.N, PersonID: o.PersonID,
		OrganisationID: o.OrganisationID, Readable: o.Readable, PlaintextDigest: o.PlaintextDigest, Size: o.Size,
		Upload: o.UploadID, Price: o.Price, RecordedAt: utc(o.RecordedAt), Found: found,
	}
}

func (s *server) recordOpening(ctx context.Context, in *newOpening) (*rest.Answer[OpeningView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	b := in.Body
	done, err := s.acts.RecordOpening(ctx, rest.By(ctx), id, acts.EnvelopeFound{
		N: b.Envelope, Unreadable: b.Unreadable, PlaintextDigest: b.PlaintextDigest, Size: b.Size, Upload: b.Upload,
		Price: b.Price,
	})
	return rest.Created(ctx, done, err, func(o acts.OpeningRecorded) OpeningView {
		return showOpening(rest.Procurement(ctx), o.Opening, o.Found)
	})
}

// OpeningsView lists what openers found.
type OpeningsView struct {
	Items []OpeningView `json:"items"`
}

func (s *server) listOpenings(ctx context.Context, in *TenderPath) (*rest.Shown[OpeningsView], error) {
	openings, err := s.views.Openings(ctx, rest.Reader(ctx), models.ID(in.Tender))
	if err != nil {
		return nil, err
	}
	view := OpeningsView{Items: make([]OpeningView, len(openings))}
	for i, o := range openings {
		view.Items[i] = showOpening(rest.Procurement(ctx), o.Opening, o.Found)
	}
	return &rest.Shown[OpeningsView]{Body: view}, nil
}

func (s *server) getPlaintext(ctx context.Context, in *envelopePath) (*huma.StreamResponse, error) {
	file, err := s.views.Plaintext(ctx, rest.Reader(ctx), models.ID(in.Tender), in.N)
	if err != nil {
		return nil, err
	}
	return s.serveFile(file), nil
}

// A TendererView is somebody who tendered for a lot.
type TendererView struct {
	TenderID       models.ID `json:"tender_id"`
	OrganisationID models.ID `json:"organisation_id"`
	Name           string    `json:"name"`
	Country        string    `json:"country"`
}

func showTenderer(t views.Tenderer) TendererView {
	return TendererView{t.Tender, t.Organisation.ID, t.Organisation.LegalName, t.Organisation.Country}
}

// TenderersView lists who tendered.
type TenderersView struct {
	Items []TendererView `json:"items"`
}

func (s *server) listTenderers(ctx context.Context, in *LotPath) (*rest.Shown[TenderersView], error) {
	tenderers, err := s.views.Tenderers(ctx, rest.Reader(ctx), models.ID(in.Lot))
	if err != nil {
		return nil, err
	}
	view := TenderersView{Items: make([]TendererView, len(tenderers))}
	for i, t := range tenderers {
		view.Items[i] = showTenderer(t)
	}
	return &rest.Shown[TenderersView]{Body: view}, nil
}
