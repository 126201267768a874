package store

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// ErrNoEntry means that the dossier of the procurement has no entry with the ID.
var ErrNoEntry = errors.New("no such entry")

// Entry reads one entry in its latest version. It returns [ErrNoEntry].
func (tx *Tx) Entry(procurement, id models.ID) (models.Entry, error) {
	var e models.Entry
	err := tx.db().Where("procurement_id = ? AND id = ?", procurement, id).Take(&e).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return e, ErrNoEntry
	case err != nil:
		return e, fmt.Errorf("read entry: %w", err)
	}
	return e, nil
}

// Entries lists entries of a kind after the given ID, in the order they were first written; withdrawn
// ones too. A limit of 0 lists all.
func (tx *Tx) Entries(
	procurement models.ID, kind models.EntryKind, after models.ID, limit int,
) ([]models.Entry, error) {
	query := tx.db().Where("procurement_id = ? AND kind = ? AND id > ?", procurement, kind, string(after)).Order("id")
	if limit > 0 {
		query = query.Limit(limit)
	}
	var entries []models.Entry
	if err := query.Find(&entries).Error; err != nil {
		return nil, fmt.Errorf("list entries: %w", err)
	}
	return entries, nil
}

// WriteEntry inserts the first version of an entry, or replaces version e.Version-1 by e, and keeps the version in the
// history. It tells whether the version it replaces was still the latest. If single is true, only one entry of the kind
// may stand for the same buyer and subject (constraint entries_single).
func (tx *Tx) WriteEntry(e *models.Entry, single bool) (bool, error) {
	var result *gorm.DB
	if e.Version == 1 {
		result = tx.db().Exec(`INSERT INTO entries (id, procurement_id, kind, phase, round, organisation_id, subject,
				version, author_id, body, digest, written_at, single)
			VALUES (?, ?, ?, ?, ?, nullif(?, ''), ?, 1, ?, ?, ?, ?, ?)`,
			e.ID, e.ProcurementID, e.Kind, e.Phase, e.Round, e.OrganisationID, e.Subject, e.AuthorID, string(e.Body),
			e.Digest, e.WrittenAt, single)
	} else {
		result = tx.db().Exec(`UPDATE entries
			SET round = ?, version = ?, author_id = ?, body = ?, digest = ?, written_at = ?, withdrawn_at = ?
			WHERE id = ? AND version = ?`,
			e.Round, e.Version, e.AuthorID, string(e.Body), e.Digest, e.WrittenAt, e.WithdrawnAt, e.ID, e.Version-1)
	}
	if result.Error != nil {
		return false, fmt.Errorf("write entry: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return false, nil
	}
	err := tx.db().Exec(`INSERT INTO entry_versions
			(entry_id, version, author_id, body, digest, written_at, withdrawn_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.Version, e.AuthorID, string(e.Body), e.Digest, e.WrittenAt, e.WithdrawnAt).Error
	if err != nil {
		return false, fmt.Errorf("keep version of entry: %w", err)
	}
	return true, nil
}

// Versions lists every version of some entries of a procurement, in the order of entries and versions.
func (tx *Tx) Versions(procurement models.ID, entries []models.ID) ([]models.Entry, error) {
	var all []models.Entry
	err := tx.db().Raw(`SELECT e.id, e.procurement_id, e.kind, e.phase, e.organisation_id, e.subject, v.version,
			v.author_id, v.body, v.digest, v.written_at, v.withdrawn_at
		FROM entries e JOIN entry_versions v ON v.entry_id = e.id
		WHERE e.procurement_id = ? AND e.id IN ? ORDER BY e.id, v.version`, procurement, entries).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list versions of entries: %w", err)
	}
	return all, nil
}
