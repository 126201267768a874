package api

import (
	"context"
	"crypto/sha256"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// PackDocumentView is a document of the tender pack, as everybody may read it.
type PackDocumentView struct {
	models.PackDocument

	Rendering string `json:"rendering,omitempty" doc:"Which rendering of the record it is; absent: it was uploaded"`
}

func showPackDocument(d models.Document) PackDocumentView {
	return PackDocumentView{d.InPack(""), d.Rendering}
}

type packQuery struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listPack(ctx context.Context, in *packQuery) (*rest.Listed[PackDocumentView], error) {
	procurement, err := pathID(models.PrefixProcurement, "procurement", in.Procurement)
	if err != nil {
		return nil, err
	}
	read := func(after models.ID, limit int) ([]models.Document, error) {
		return s.views.TenderPack(ctx, procurement, after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(d models.Document) models.ID { return d.ID }, showPackDocument)
}

func (s *server) getPackContent(ctx context.Context, in *documentContentQuery) (*huma.StreamResponse, error) {
	procurement, err := pathID(models.PrefixProcurement, "procurement", in.Procurement)
	if err != nil {
		return nil, err
	}
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	d, err := s.views.PackDocument(ctx, procurement, id, in.Version)
	if err != nil {
		return nil, err
	}
	return s.serveFile(fileOf(d)), nil
}

// PackPreviewView is the tender pack as it would be if it were published now.
type PackPreviewView struct {
	Missing   []MissingView      `json:"missing" doc:"What keeps it from being published"`
	Files     []PackFileView     `json:"files" doc:"What would be rendered of the record, in every language"`
	Documents []PackDocumentView `json:"documents" doc:"The uploaded documents that would be published with it"`
}

// MissingView is something that the pack lacks.
type MissingView struct {
	Code     models.Code `json:"code"`
	Field    string      `json:"field"`
	Detail   string      `json:"detail"`
	Accepted string      `json:"accepted,omitempty" doc:"What would be accepted"`
}

// PackFileView is a rendering that would be published.
type PackFileView struct {
	Name      string `json:"name" example:"tender-pack.en.html"`
	Language  string `json:"language,omitempty" doc:"Absent: all languages"`
	MediaType string `json:"media_type"`
}

func (s *server) previewPack(ctx context.Context, _ *ProcurementPath) (*rest.Shown[PackPreviewView], error) {
	preview, err := s.views.PreviewPack(ctx, rest.Reader(ctx))
	if err != nil {
		return nil, err
	}
	view := PackPreviewView{Missing: []MissingView{}, Files: []PackFileView{}, Documents: []PackDocumentView{}}
	for _, m := range preview.Missing {
		view.Missing = append(view.Missing, MissingView{m.Code, m.Field, m.Detail, m.Accepted})
	}
	for _, f := range preview.Files {
		view.Files = append(view.Files, PackFileView{f.Name, f.Language, f.MediaType})
	}
	for _, d := range preview.Documents {
		view.Documents = append(view.Documents, showPackDocument(d))
	}
	return &rest.Shown[PackPreviewView]{Body: view}, nil
}

type previewPath struct {
	ProcurementPath

	File string `path:"file" maxLength:"80" doc:"Name of a file of the preview" example:"tender-pack.en.html"`
}

func (s *server) previewFile(ctx context.Context, in *previewPath) (*huma.StreamResponse, error) {
	f, err := s.views.PreviewFile(ctx, rest.Reader(ctx), in.File)
	if err != nil {
		return nil, err
	}
	return s.serveRendering(f), nil
}

// renderedPolicy lets a page that was rendered use its own style, and nothing else.
const renderedPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

// serveRendering shows what was rendered just now and is kept nowhere.
func (s *server) serveRendering(f views.Rendering) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		c := humagin.Unwrap(hc)
		h := c.Writer.Header()
		how := "inline"
		if f.Saved {
			how = "attachment"
		}
		h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": f.Name}))
		h.Set("Content-Security-Policy", renderedPolicy)
		h.Set("Repr-Digest", reprDigest(sha256.Sum256(f.Content)))
		c.Data(http.StatusOK, f.MediaType, f.Content)
	}}
}
