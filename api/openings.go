package api

import (
	"context"
	"encoding/hex"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// OpeningView is what was found in an envelope.
type OpeningView struct {
	TenderID        models.ID     `json:"tender_id"`
	Envelope        int           `json:"envelope" doc:"Its number"`
	Readable        bool          `json:"readable" doc:"false: the secret that the openers released does not open it"`
	PlaintextDigest string        `json:"plaintext_digest,omitempty" doc:"SHA-256 of what was in it, in hexadecimal"`
	Size            int64         `json:"size" doc:"Bytes of what was in it"`
	Price           *models.Money `json:"price,omitempty" doc:"What a price envelope says"`
	RecordedAt      time.Time     `json:"recorded_at" doc:"Procedure time"`
}

// OpeningsView lists what was found.
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
		view.Items[i] = OpeningView{
			TenderID: o.TenderID, Envelope: o.N, Readable: o.Readable, PlaintextDigest: o.PlaintextDigest, Size: o.Size,
			Price: o.Price, RecordedAt: utc(o.RecordedAt),
		}
	}
	return &rest.Shown[OpeningsView]{Body: view}, nil
}

// getPlaintext opens an envelope while it is read: the platform keeps sealed bytes only.
func (s *server) getPlaintext(ctx context.Context, in *envelopePath) (*huma.StreamResponse, error) {
	plain, err := s.views.Plaintext(ctx, rest.Reader(ctx), models.ID(in.Tender), in.N)
	if err != nil {
		return nil, err
	}
	write, err := plain.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		c := humagin.Unwrap(hc)
		h := c.Writer.Header()
		h.Set("Content-Type", models.MediaTypeBytes)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": plain.Filename}))
		h.Set("ETag", fileTag(plain.PlaintextDigest))
		if sum, err := hex.DecodeString(plain.PlaintextDigest); err == nil && len(sum) == 32 {
			h.Set("Repr-Digest", reprDigest([32]byte(sum)))
		}
		h.Set("Content-Length", strconv.FormatInt(plain.Size, 10))
		c.Status(http.StatusOK)
		if c.Request.Method == http.MethodHead {
			return
		}
		if err := write(rest.Streaming(c.Request.Context()), rest.Patient(c)); err != nil {
			// The answer has begun; it stays shorter than its Content-Length, which tells the client.
			s.log.ErrorContext(c.Request.Context(), "envelope not opened", "request",
				rest.RequestID(c.Request.Context()), "cause", err)
		}
	}}, nil
}

// A TendererView is somebody who tendered for a lot.
type TendererView struct {
	TenderID       models.ID `json:"tender_id"`
	OrganisationID models.ID `json:"organisation_id"`
	Name           string    `json:"name"`
	Country        string    `json:"country"`

	Changes []ChangeView `json:"changes" doc:"Notices of change after the tender was handed in, oldest first"`
}

func showTenderer(t views.Tenderer) TendererView {
	return TendererView{
		t.Tender, t.Organisation.ID, t.Organisation.LegalName, t.Organisation.Country, showChanges(t.Changes),
	}
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
