package views

import (
	"context"
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/pack"
	"github.com/ppi-engine/ppi/rules/publication"
)

// TenderPack lists what everybody may read of a procurement, registered or not, from its publication on: the documents
// for tenderers in their latest versions, those after the given one (Directive 2014/24/EU, Article 53(1)). Before that
// there is no such procurement.
func (v *Views) TenderPack(ctx context.Context, procurement, after models.ID, limit int) ([]models.Document, error) {
	if err := v.published(ctx, procurement); err != nil {
		return nil, err
	}
	return v.Store.Documents(ctx, procurement, models.AudienceTenderers, after, limit)
}

// PackDocument reads a document of the tender pack in one of its versions, or in the latest (0). One that is not for
// tenderers does not exist.
func (v *Views) PackDocument(
	ctx context.Context, procurement, id models.ID, version int64,
) (models.Document, error) {
	if err := v.published(ctx, procurement); err != nil {
		return models.Document{}, err
	}
	var d models.Document
	var err error
	if version == 0 {
		d, err = v.Store.Document(ctx, procurement, id)
	} else {
		d, err = v.Store.DocumentVersion(ctx, procurement, id, version)
	}
	if err == nil && d.Audience != models.AudienceTenderers {
		return models.Document{}, models.NoSuchResource()
	}
	if err == nil && version > 0 {
		err = v.shownOnce(ctx, d)
	}
	return d, err
}

// shownOnce refuses a version of a document that was replaced before anything was published: nobody was to read it.
func (v *Views) shownOnce(ctx context.Context, d models.Document) error {
	since, err := v.Store.PublishedSince(ctx, d.ProcurementID)
	if err != nil {
		return err
	}
	next, err := v.Store.DocumentVersion(ctx, d.ProcurementID, d.ID, d.Version+1)
	if _, latest := models.RefusalOf(err); latest {
		return nil
	}
	if err == nil && since != nil && !next.WrittenAt.After(*since) {
		return models.NoSuchResource()
	}
	return err
}

func (v *Views) published(ctx context.Context, procurement models.ID) error {
	published, err := v.Store.HasPublishedLot(ctx, procurement)
	if err == nil && !published {
		return models.NoSuchResource()
	}
	return err
}

// A PackPreview is the tender pack as it would be if it were published now.
type PackPreview struct {
	// Missing keeps it from being published.
	Missing []*models.Refusal
	Files   []PackFile
	// Documents are the buyers' uploaded ones, which would be published with it.
	Documents []models.Document
}

// A PackFile is one rendering.
type PackFile = pack.File

// PreviewPack renders, for the buyers' side, the tender pack of the lots that are not published yet, with what is still
// missing of it. Once all are published, it renders the pack as the record is now.
func (v *Views) PreviewPack(ctx context.Context, r Reader) (PackPreview, error) {
	var preview PackPreview
	err := v.dossier(ctx, r, OfPackPreview, func(tx *store.Tx, d models.Dossier) error {
		given, err := tx.Documents(d.Procurement.ID, models.AudienceTenderers)
		if err != nil {
			return err
		}
		preview.Documents = publication.Uploaded(given)
		lots := publication.Awaiting(d.Tendering.Lots)
		running := models.Running(d.Tendering.Lots)
		if len(lots) == 0 && len(running) > 0 {
			lots = running // as the record is now
		} else {
			responses, err := tx.Responses(models.ConsultationResponse{ProcurementID: d.Procurement.ID}, "", 0)
			if err != nil {
				return err
			}
			preview.Missing = publication.Unready(d, responses)
		}
		preview.Files, err = pack.Files(publication.Pack(d, lots, preview.Documents, ""))
		return err
	})
	return preview, err
}

// PreviewFile renders one file of [Views.PreviewPack].
func (v *Views) PreviewFile(ctx context.Context, r Reader, name string) (Rendering, error) {
	preview, err := v.PreviewPack(ctx, r)
	if err != nil {
		return Rendering{}, err
	}
	at := slices.IndexFunc(preview.Files, func(f PackFile) bool { return f.Name == name })
	if at < 0 {
		return Rendering{}, models.NoSuchResource()
	}
	f := preview.Files[at]
	return Rendering{Name: f.Name, MediaType: f.MediaType, Content: f.Content}, nil
}
