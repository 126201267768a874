package api

import (
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

func (s *server) documentOperations() []operation {
	const all, one = "/v1/procurements/{procurement}/documents", "/v1/procurements/{procurement}/documents/{document}"
	writers, readers := roles(documentWriters()...), roles(models.Roles()...)
	return []operation{
		op(POST, all, writers, "Write a document from a complete upload", s.createDocument),
		op(GET, all, readers, "List documents; suppliers see those for tenderers, once published", s.listDocuments),
		op(GET, one, readers, "Read what a document is", s.getDocument),
		op(PUT, one, writers, "Write the next version of a document", s.rewriteDocument),
		op(GET, one+"/versions", readers, "List all versions of a document, oldest first", s.listDocumentVersions),
		op(GET, one+"/content", readers, "Read the file of a document", s.getDocumentContent, givesBytes()),
	}
}

const longestTitle = 400

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
}

func (v DocumentView) self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/documents/" + string(v.ID)
}

func (v DocumentView) version() int64 { return v.Version }

func showDocument(d models.Document) DocumentView {
	return DocumentView{
		ID: d.ID, ProcurementID: d.ProcurementID, Version: d.Version, Title: d.Title, Audience: d.Audience, SHA256: d.Digest, Size: d.Size,
		Filename: d.Filename, MediaType: d.MediaType, AuthorID: d.AuthorID, WrittenAt: utc(d.WrittenAt),
	}
}

// DocumentBody is what is written of a document.
type DocumentBody struct {
	Title    models.Text     `json:"title"`
	Audience models.Audience `json:"audience" enum:"buyers,tenderers" doc:"tenderers: everyone registered as supplier may read it, once lots are published"`
	Upload   models.ID       `json:"upload" doc:"A complete upload of the caller's organisation for the purpose document"`
}

type newDocument struct {
	ProcurementPath
	Body DocumentBody
}

func (s *server) createDocument(ctx context.Context, in *newDocument) (*Answer[DocumentView], error) {
	return create(ctx, s, func(tx *store.Tx) (DocumentView, error) {
		st, err := s.enterContent(ctx, tx, share)
		if err != nil {
			return DocumentView{}, err
		}
		return s.writeDocument(ctx, tx, models.Document{
			ID: models.NewID(models.PrefixDocument), ProcurementID: st.Procurement.ID, WrittenAt: st.Now,
		}, in.Body)
	})
}

// DocumentPath names a document.
type DocumentPath struct {
	ProcurementPath

	Document string `path:"document" doc:"ID of the document"`
}

type documentChange struct {
	DocumentPath

	Body struct {
		DocumentBody

		Significant *bool `json:"significant,omitempty" doc:"Whether tenderers need more time because of the change; required for a document of tenderers while a box is open"`
	}
}

func (s *server) rewriteDocument(ctx context.Context, in *documentChange) (*Answer[DocumentView], error) {
	id, err := pathID(models.PrefixDocument, "document", in.Document)
	if err != nil {
		return nil, err
	}
	return change(ctx, s, func(tx *store.Tx) (DocumentView, error) {
		st, err := s.enterContent(ctx, tx, share)
		if err != nil {
			return DocumentView{}, err
		}
		d, err := tx.LockDocument(st.Procurement.ID, id)
		if err != nil {
			return DocumentView{}, err
		}
		if err := callOf(ctx).ifMatch.check(d.Version); err != nil {
			return DocumentView{}, err
		}
		if err := mayRewrite(tx, d, in.Body.DocumentBody, in.Body.Significant); err != nil {
			return DocumentView{}, err
		}
		d.WrittenAt = st.Now
		return s.writeDocument(ctx, tx, d, in.Body.DocumentBody)
	})
}

// mayRewrite refuses to take from tenderers what they were given, and to change it once no box is open any
// more: the tenders that are in were made on it (Directive 2014/24/EU, Articles 18(1) and 53(1)). While one is
// open a significant change takes more time for tenders (Article 47(3)).
func mayRewrite(tx *store.Tx, d models.Document, b DocumentBody, significant *bool) error {
	if d.Audience != models.AudienceTenderers {
		return nil
	}
	lots, err := tx.Lots(d.ProcurementID)
	if err != nil {
		return err
	}
	lots = slices.DeleteFunc(lots, func(l models.Lot) bool { return l.OpenedAt == nil || l.EndedAt != nil })
	switch {
	case len(lots) == 0:
		return nil
	case b.Audience != models.AudienceTenderers:
		return models.Refuse(models.CodeFrozen, "/audience", "lots are published: what tenderers were given is not taken from them").Accepting("tenderers")
	case !slices.ContainsFunc(lots, models.Lot.Open):
		return models.Refuse(models.CodeFrozen, "", "every box is closed: the tenders in them were made on this document").
			Accepting("a change while a box is open, or another document")
	case significant == nil:
		return models.Refuse(models.CodeInvalidValue, "/significant", "a box is open: whether the change is significant is to be said").
			Accepting("true, once the deadlines were moved; or false")
	case !*significant:
		return nil
	}
	return extended(tx, d, lots)
}

// extended refuses unless the deadline of every open lot was moved since the version that tenderers have.
func extended(tx *store.Tx, d models.Document, lots []models.Lot) error {
	t, err := tx.Tendering(d.ProcurementID)
	if err != nil {
		return err
	}
	for _, lot := range lots {
		if lot.Open() && !evaluation.MovedSince(t, lot.ID, d.WrittenAt) {
			return models.Refuse(models.CodeDeadlineNotMoved, "/significant", "the deadline of lot %d was not moved since version %d was written", lot.Number, d.Version).
				Accepting("a significant change after the action move_deadline on every open lot")
		}
	}
	return nil
}

// writeDocument writes the version after d's.
func (s *server) writeDocument(ctx context.Context, tx *store.Tx, d models.Document, b DocumentBody) (DocumentView, error) {
	if err := gather(models.CheckText("/title", b.Title, longestTitle)); err != nil {
		return DocumentView{}, err
	}
	u, err := documentUpload(ctx, tx, b.Upload)
	if err != nil {
		return DocumentView{}, err
	}
	d.Version, d.AuthorID = d.Version+1, callOf(ctx).actor.PersonID
	d.Title, d.Audience, d.UploadID = b.Title, b.Audience, u.ID
	d.Digest, d.Size, d.Filename, d.MediaType = u.Digest, u.Size, u.Filename, u.MediaType
	if err := tx.WriteDocument(d); err != nil {
		return DocumentView{}, err
	}
	return showDocument(d), record(ctx, tx, models.EventDocumentWritten, map[string]any{
		"document_id": d.ID, "version": d.Version, "digest": d.Digest, "audience": d.Audience,
	})
}

// documentUpload returns an upload that can become a document: complete, for that purpose, and of the
// caller's organisation.
func documentUpload(ctx context.Context, tx *store.Tx, id models.ID) (models.Upload, error) {
	const field = "/upload"
	if _, err := models.ParseID(models.PrefixUpload, field, string(id)); err != nil {
		return models.Upload{}, err
	}
	call := callOf(ctx)
	u, err := tx.Upload(call.procurement(), id)
	refusal, refused := models.RefusalOf(err)
	switch {
	case refused && refusal.Code == models.CodeNotFound, err == nil && !owns(call.actor, u):
		return u, models.Refuse(models.CodeIncompatibleDocument, field, "your organisation has no such upload for this procurement")
	case err != nil:
		return u, err
	case u.Purpose != models.PurposeDocument:
		return u, models.Refuse(models.CodeIncompatibleDocument, field, "the upload is for the purpose %s", u.Purpose).Accepting("one for the purpose document")
	case !u.Complete():
		return u, models.Refuse(models.CodeUploadIncomplete, field, "the upload is not complete").Accepting("completing it first")
	}
	return u, nil
}

// audience is what a caller reads of the documents: all on the buyers' side, where it is empty; what is
// meant for tenderers on the other, once lots are published. It refuses before that.
func (s *server) audience(ctx context.Context) (models.Audience, error) {
	call := callOf(ctx)
	if buyersEyes(ctx) {
		return "", nil
	}
	published, err := s.store.HasPublishedLot(ctx, call.procurement())
	if err == nil && !published {
		return "", noResource()
	}
	return models.AudienceTenderers, err
}

type documentsQuery struct {
	ProcurementPath
	Paging
}

func (s *server) listDocuments(ctx context.Context, in *documentsQuery) (*Listed[DocumentView], error) {
	audience, err := s.audience(ctx)
	if err != nil {
		return nil, err
	}
	call := callOf(ctx)
	read := func(after models.ID, limit int) ([]models.Document, error) {
		return s.store.Documents(ctx, call.procurement(), audience, after, limit)
	}
	return list(s, call, in.Paging, nil, read, func(d models.Document) models.ID { return d.ID }, showDocument)
}

// documentOf reads the document of the path as the caller may see it, in a version or, by 0, the latest.
func (s *server) documentOf(ctx context.Context, in DocumentPath, version int64) (models.Document, error) {
	id, err := pathID(models.PrefixDocument, "document", in.Document)
	if err != nil {
		return models.Document{}, err
	}
	audience, err := s.audience(ctx)
	if err != nil {
		return models.Document{}, err
	}
	var d models.Document
	if version == 0 {
		d, err = s.store.Document(ctx, callOf(ctx).procurement(), id)
	} else {
		d, err = s.store.DocumentVersion(ctx, callOf(ctx).procurement(), id, version)
	}
	if err == nil && audience != "" && d.Audience != audience {
		return d, noResource()
	}
	return d, err
}

func (s *server) getDocument(ctx context.Context, in *DocumentPath) (*Answer[DocumentView], error) {
	d, err := s.documentOf(ctx, *in, 0)
	if err != nil {
		return nil, err
	}
	return show(ctx, showDocument(d)), nil
}

// DocumentVersions lists the versions of a document.
type DocumentVersions struct {
	Body struct {
		Items []DocumentView `json:"items"`
	}
}

func (s *server) listDocumentVersions(ctx context.Context, in *DocumentPath) (*DocumentVersions, error) {
	d, err := s.documentOf(ctx, *in, 0)
	if err != nil {
		return nil, err
	}
	all, err := s.store.DocumentVersions(ctx, d.ProcurementID, d.ID)
	if err != nil {
		return nil, err
	}
	audience, err := s.audience(ctx)
	out := &DocumentVersions{}
	out.Body.Items = []DocumentView{}
	for _, v := range all {
		if audience == "" || v.Audience == audience {
			out.Body.Items = append(out.Body.Items, showDocument(v))
		}
	}
	return out, err
}

type documentContentQuery struct {
	DocumentPath

	Version int64 `query:"version" minimum:"1" doc:"Absent: the latest"`
}

func (s *server) getDocumentContent(ctx context.Context, in *documentContentQuery) (*huma.StreamResponse, error) {
	d, err := s.documentOf(ctx, in.DocumentPath, in.Version)
	if err != nil {
		return nil, err
	}
	return s.serveFile(models.Upload{ID: d.UploadID, Size: d.Size, Digest: d.Digest, Filename: d.Filename, MediaType: d.MediaType}), nil
}
