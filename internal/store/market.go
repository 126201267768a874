package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// Release records that an entry was told to the market.
func (tx *Tx) Release(r models.Release) error {
	if err := tx.db().Create(&r).Error; err != nil {
		return fmt.Errorf("write release: %w", err)
	}
	return nil
}

// Releases lists what the market was told of a procurement, after the given entry, with the entries.
func (s *Store) Releases(
	ctx context.Context, procurement, after models.ID, limit int,
) ([]models.Release, map[models.ID]models.Entry, error) {
	var (
		releases []models.Release
		entries  []models.Entry
	)
	db := s.rows(ctx)
	err := db.Where("procurement_id = ? AND entry_id > ?", procurement, string(after)).Order("entry_id").Limit(limit).
		Find(&releases).Error
	ids := make([]models.ID, len(releases))
	for i, r := range releases {
		ids[i] = r.EntryID
	}
	if err == nil {
		err = db.Where("id IN ?", ids).Find(&entries).Error
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list releases: %w", err)
	}
	byID := make(map[models.ID]models.Entry, len(entries))
	for _, e := range entries {
		byID[e.ID] = e
	}
	return releases, byID, nil
}

// HasReleases tells whether anything of a procurement was told to the market.
func (s *Store) HasReleases(ctx context.Context, procurement models.ID) (bool, error) {
	var found bool
	err := s.rows(ctx).Raw("SELECT EXISTS (SELECT FROM releases WHERE procurement_id = ?)", procurement).Scan(&found).
		Error
	if err != nil {
		return false, fmt.Errorf("look for releases: %w", err)
	}
	return found, nil
}

// Consultations lists the consultations of a procurement after the given announcement.
func (s *Store) Consultations(
	ctx context.Context, procurement, after models.ID, limit int,
) ([]models.Consultation, error) {
	var found []models.Consultation
	err := s.rows(ctx).Where("procurement_id = ? AND announcement_id > ?", procurement, string(after)).
		Order("announcement_id").Limit(limit).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list consultations: %w", err)
	}
	return found, nil
}

// Announce records a consultation that was announced.
func (tx *Tx) Announce(c models.Consultation) error {
	if err := tx.db().Create(&c).Error; err != nil {
		return fmt.Errorf("announce consultation: %w", err)
	}
	return nil
}

// Consultation reads a consultation; the procurement must be locked or shared. It returns a refusal with
// [models.CodeNotFound].
func (tx *Tx) Consultation(procurement, announcement models.ID) (models.Consultation, error) {
	var c models.Consultation
	err := tx.db().Where("procurement_id = ? AND announcement_id = ?", procurement, announcement).Take(&c).Error
	if err != nil {
		return c, notFound("read consultation", err)
	}
	return c, nil
}

// ExtendConsultation sets a later closing time for an open consultation.
func (tx *Tx) ExtendConsultation(announcement models.ID, closes time.Time, at models.LocalTime) {
	tx.SendFor(1, "extend consultation", `UPDATE consultations SET closes_at = $1, closes_local = $2, closes_zone = $3
		WHERE announcement_id = $4 AND closed_at IS NULL`, closes, at.Local, at.Zone, announcement)
}

// CloseConsultation closes an open consultation.
func (tx *Tx) CloseConsultation(announcement models.ID, at time.Time) {
	tx.SendFor(1, "close consultation", `UPDATE consultations SET closed_at = $1
		WHERE announcement_id = $2 AND closed_at IS NULL`, at, announcement)
}

// Respond keeps a response.
func (tx *Tx) Respond(r models.ConsultationResponse) error {
	if err := tx.db().Create(&r).Error; err != nil {
		return fmt.Errorf("keep response: %w", err)
	}
	return nil
}

// ResponsesOf counts the responses of an organisation to a consultation.
func (tx *Tx) ResponsesOf(announcement, organisation models.ID) (int64, error) {
	var n int64
	err := tx.db().Raw("SELECT count(*) FROM consultation_responses WHERE announcement_id = ? AND organisation_id = ?",
		announcement, organisation).
		Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count responses: %w", err)
	}
	return n, nil
}

// Responses lists responses with their content after the given ID: those of a procurement, narrowed to one consultation
// and to one organisation if their IDs are not empty. A limit of 0 lists all.
func (tx *Tx) Responses(
	of models.ConsultationResponse, after models.ID, limit int,
) ([]models.ConsultationResponse, error) {
	query := tx.db().Where("procurement_id = ? AND id > ?", of.ProcurementID, string(after)).Order("id")
	if of.AnnouncementID != "" {
		query = query.Where("announcement_id = ?", of.AnnouncementID)
	}
	if of.OrganisationID != "" {
		query = query.Where("organisation_id = ?", of.OrganisationID)
	}
	if limit > 0 {
		query = query.Limit(limit)
	}
	var found []models.ConsultationResponse
	if err := query.Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list responses: %w", err)
	}
	return found, nil
}

// Response reads a response. It returns a refusal with [models.CodeNotFound].
func (s *Store) Response(ctx context.Context, procurement, id models.ID) (models.ConsultationResponse, error) {
	var r models.ConsultationResponse
	err := s.rows(ctx).Where("procurement_id = ? AND id = ?", procurement, id).Take(&r).Error
	if err != nil {
		return r, notFound("read response", err)
	}
	return r, nil
}
