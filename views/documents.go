package views

import (
	"context"
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// audience is the audience whose documents the reader may read: empty (all documents) on the buyers' side; for
// suppliers the documents for tenderers, once lots are published. Before that it refuses suppliers.
func (v *Views) audience(ctx context.Context, r Reader) (models.Audience, error) {
	if err := r.may(OfDocuments); err != nil {
		return "", err
	}
	if r.buyersEyes() {
		return "", nil
	}
	published, err := v.Store.HasPublishedLot(ctx, r.procurement())
	if err == nil && !published {
		return "", models.NoSuchResource()
	}
	return models.AudienceTenderers, err
}

// Documents lists the documents that the reader may see, in their latest versions, those after the given one.
func (v *Views) Documents(ctx context.Context, r Reader, after models.ID, limit int) ([]models.Document, error) {
	audience, err := v.audience(ctx, r)
	if err != nil {
		return nil, err
	}
	return v.Store.Documents(ctx, r.procurement(), audience, after, limit)
}

// Document reads a document in its latest version. One that is not meant for the reader does not exist.
func (v *Views) Document(ctx context.Context, r Reader, id models.ID) (models.Document, error) {
	return v.document(ctx, r, func() (models.Document, error) { return v.Store.Document(ctx, r.procurement(), id) })
}

// DocumentVersion reads a document in one of its versions. One that is not meant for the reader does not exist.
func (v *Views) DocumentVersion(ctx context.Context, r Reader, id models.ID, version int64) (models.Document, error) {
	return v.document(ctx, r, func() (models.Document, error) {
		return v.Store.DocumentVersion(ctx, r.procurement(), id, version)
	})
}

func (v *Views) document(ctx context.Context, r Reader, read func() (models.Document, error)) (models.Document, error) {
	audience, err := v.audience(ctx, r)
	if err != nil {
		return models.Document{}, err
	}
	d, err := read()
	if err == nil && audience != "" && d.Audience != audience {
		return models.Document{}, models.NoSuchResource()
	}
	return d, err
}

// DocumentVersions lists the versions of a document that the reader may see, oldest first.
func (v *Views) DocumentVersions(ctx context.Context, r Reader, id models.ID) ([]models.Document, error) {
	if _, err := v.Document(ctx, r, id); err != nil {
		return nil, err
	}
	all, err := v.Store.DocumentVersions(ctx, r.procurement(), id)
	return slices.DeleteFunc(all, func(d models.Document) bool {
		return !r.buyersEyes() && d.Audience != models.AudienceTenderers
	}), err
}
