package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// DocumentView is a document in one version.
type DocumentView struct {
	ID            models.ID       `json:"id"`
	ProcurementID models.ID       `json:"procurement_id"`
	Version       int64           `json:"version"`
	Title         models.Text     `json:"title"`
	Audience      models.Audience `json:"audience" enum:"buyers,tenderers"`
	SHA256        string          `json:"sha256" doc:"Of the file, in hexadecimal"`
	Size          int64           `json:"size" doc:"Bytes"`
	Filename      string          `json:"filename"`
	MediaType     string          `json:"media_type"`
	AuthorID      models.ID       `json:"author_id" doc:"Who wrote this version"`
	WrittenAt     time.Time       `json:"written_at" doc:"Procedure time"`
	Rendering     string          `json:"rendering,omitempty" doc:"Which rendering of the record it is, if it is one"`
}

func (v DocumentView) Self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/documents/" + string(v.ID)
}

func (v DocumentView) AtVersion() int64 { return v.Version }

func showDocument(d models.Document) DocumentView {
	return DocumentView{
		ID: d.ID, ProcurementID: d.ProcurementID, Version: d.Version, Title: d.Title, Audience: d.Audience,
		SHA256: d.Digest, Size: d.Size,
		Filename: d.Filename, MediaType: d.MediaType, AuthorID: d.AuthorID, WrittenAt: utc(d.WrittenAt),
		Rendering: d.Rendering,
	}
}

// DocumentBody writes a document or its next version. Where a document for tenderers is written while a box is open,
// the notice of change tells why, and whether tenderers need more time.
type DocumentBody struct {
	Title    models.Text     `json:"title"`
	Audience models.Audience `json:"audience" enum:"buyers,tenderers" doc:"tenderers: all suppliers, once published"`
	Upload   models.ID       `json:"upload" doc:"A complete upload of the caller's organisation, of purpose document"`

	Significant *bool  `json:"significant,omitempty" doc:"Tenderers need more time; required while a box is open"`
	Reason      string `json:"reason,omitempty" maxLength:"4000" doc:"Why; published, required as significant is"`

	Effect models.ChangeEffect `json:"effect,omitempty" enum:"none,wider_circle,fundamental" doc:"If significant"`
}

type newDocument struct {
	ProcurementPath
	Body DocumentBody
}

func (b DocumentBody) change() acts.DocumentChange {
	return acts.DocumentChange{
		DocumentText: acts.DocumentText{Title: b.Title, Audience: b.Audience, Upload: b.Upload},
		Significant:  b.Significant, Reason: b.Reason, Effect: b.Effect,
	}
}

func (s *server) createDocument(ctx context.Context, in *newDocument) (*rest.Answer[DocumentView], error) {
	done, err := s.acts.WriteDocument(ctx, rest.By(ctx), in.Body.change())
	return rest.Created(ctx, done, err, showDocument)
}

// DocumentPath names a document.
type DocumentPath struct {
	ProcurementPath

	Document string `path:"document" doc:"ID of the document"`
}

func (in DocumentPath) id() (models.ID, error) {
	return pathID(models.PrefixDocument, "document", in.Document)
}

type documentChange struct {
	DocumentPath

	Body DocumentBody
}

func (s *server) rewriteDocument(ctx context.Context, in *documentChange) (*rest.Answer[DocumentView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	d, err := s.acts.RewriteDocument(ctx, rest.By(ctx), id, in.Body.change())
	return rest.Changed(ctx, d, err, showDocument)
}

type documentsQuery struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listDocuments(ctx context.Context, in *documentsQuery) (*rest.Listed[DocumentView], error) {
	read := func(after models.ID, limit int) ([]models.Document, error) {
		return s.views.Documents(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(d models.Document) models.ID { return d.ID },
		showDocument)
}

func (s *server) getDocument(ctx context.Context, in *DocumentPath) (*rest.Answer[DocumentView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	d, err := s.views.Document(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, d, err, showDocument)
}

// DocumentVersions lists the versions of a document.
type DocumentVersions struct {
	Body struct {
		Items []DocumentView `json:"items"`
	}
}

func (s *server) listDocumentVersions(ctx context.Context, in *DocumentPath) (*DocumentVersions, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	all, err := s.views.DocumentVersions(ctx, rest.Reader(ctx), id)
	out := &DocumentVersions{}
	out.Body.Items = make([]DocumentView, len(all))
	for i, d := range all {
		out.Body.Items[i] = showDocument(d)
	}
	return out, err
}

type documentContentQuery struct {
	DocumentPath

	Version int64 `query:"version" minimum:"1" doc:"Absent: the latest"`
}

func (s *server) getDocumentContent(ctx context.Context, in *documentContentQuery) (*huma.StreamResponse, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	var d models.Document
	if in.Version == 0 {
		d, err = s.views.Document(ctx, rest.Reader(ctx), id)
	} else {
		d, err = s.views.DocumentVersion(ctx, rest.Reader(ctx), id, in.Version)
	}
	if err != nil {
		return nil, err
	}
	return s.serveFile(fileOf(d)), nil
}

// fileOf is the file of a document.
func fileOf(d models.Document) models.Upload {
	u := models.Upload{
		ID: d.UploadID, Size: d.Size, Digest: d.Digest, Filename: d.Filename, MediaType: d.MediaType,
		Purpose: models.PurposeDocument,
	}
	if d.Rendering != "" {
		u.Purpose = models.PurposeRendering
	}
	return u
}
