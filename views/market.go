package views

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Released refuses a procurement of which the market was told nothing: it does not exist for people who hold no role on
// it.
func (v *Views) Released(ctx context.Context, procurement models.ID) error {
	told, err := v.Store.HasReleases(ctx, procurement)
	if err == nil && !told {
		err = models.NoSuchResource()
	}
	return err
}

// A Release is an entry as the market was told it.
type Release struct {
	models.Release

	// Content is what was told: of a consultation report its summary and findings, of other entries everything.
	Content json.RawMessage
}

// Releases lists what the market was told of a procurement, after the given entry. Everyone may read it.
func (v *Views) Releases(ctx context.Context, procurement, after models.ID, limit int) ([]Release, error) {
	if err := v.Released(ctx, procurement); err != nil {
		return nil, err
	}
	found, entries, err := v.Store.Releases(ctx, procurement, after, limit)
	if err != nil {
		return nil, err
	}
	releases := make([]Release, len(found))
	for i, r := range found {
		content, err := publicPart(entries[r.EntryID])
		if err != nil {
			return nil, err
		}
		releases[i] = Release{r, content}
	}
	return releases, nil
}

// publicPart is the part of an entry that the market is told.
func publicPart(e models.Entry) (json.RawMessage, error) {
	if e.Kind != models.EntryConsultationReport {
		return e.Body, nil
	}
	report, ok := models.BodyOf[models.ConsultationReport](e)
	if !ok {
		return nil, fmt.Errorf("read report %s", e.ID)
	}
	content, err := json.Marshal(report.Public())
	if err != nil {
		return nil, fmt.Errorf("render report %s: %w", e.ID, err)
	}
	return content, nil
}

// Consultations lists the market consultations of a procurement, after the given announcement. Everyone may read
// them.
func (v *Views) Consultations(
	ctx context.Context, procurement, after models.ID, limit int,
) ([]models.Consultation, error) {
	if err := v.Released(ctx, procurement); err != nil {
		return nil, err
	}
	return v.Store.Consultations(ctx, procurement, after, limit)
}

// Responses lists the responses to all consultations of the reader's procurement, those after the given one, with
// what is confidential: for the buyers' side only.
func (v *Views) Responses(
	ctx context.Context, r Reader, after models.ID, limit int,
) ([]models.ConsultationResponse, error) {
	return rows(r, OfResponses, func(p models.ID) ([]models.ConsultationResponse, error) {
		return v.responses(ctx, models.ConsultationResponse{ProcurementID: p}, after, limit)
	})
}

// Response reads a response, for the buyers' side only.
func (v *Views) Response(ctx context.Context, r Reader, id models.ID) (models.ConsultationResponse, error) {
	return rows(r, OfResponses, func(p models.ID) (models.ConsultationResponse, error) {
		return v.Store.Response(ctx, p, id)
	})
}

// OwnResponses lists the responses of the reader's organisation to a consultation, those after the given one.
func (v *Views) OwnResponses(
	ctx context.Context, r Reader, of models.Consultation, after models.ID, limit int,
) ([]models.ConsultationResponse, error) {
	if err := v.Released(ctx, of.ProcurementID); err != nil {
		return nil, err
	}
	return v.responses(ctx, models.ConsultationResponse{
		ProcurementID: of.ProcurementID, AnnouncementID: of.AnnouncementID, OrganisationID: r.Actor.OrganisationID,
	}, after, limit)
}

func (v *Views) responses(
	ctx context.Context, of models.ConsultationResponse, after models.ID, limit int,
) ([]models.ConsultationResponse, error) {
	var found []models.ConsultationResponse
	err := v.Store.InTx(ctx, func(tx *store.Tx) error {
		var err error
		found, err = tx.Responses(of, after, limit)
		return err
	})
	return found, err
}
