package store

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

const (
	ofUpload       = ", u.digest, u.size, u.filename, u.media_type "
	selectDocument = "SELECT d.*" + ofUpload +
		"FROM documents d JOIN uploads u ON u.id = d.upload_id WHERE d.procurement_id = ? "
	selectVersion = `SELECT d.id, d.procurement_id, d.rendering,
			v.version, v.title, v.audience, v.upload_id, v.author_id, v.written_at` + ofUpload + `
		FROM documents d JOIN document_versions v ON v.document_id = d.id JOIN uploads u ON u.id = v.upload_id
		WHERE d.procurement_id = ? `
)

// Document reads a document in its latest version. It returns a refusal with [models.CodeNotFound].
func (s *Store) Document(ctx context.Context, procurement, id models.ID) (models.Document, error) {
	return takeDocument(s.rows(ctx).Raw(selectDocument+"AND d.id = ?", procurement, id))
}

// LockDocument reads a document in its latest version to write the next. It returns a refusal with
// [models.CodeNotFound].
func (tx *Tx) LockDocument(procurement, id models.ID) (models.Document, error) {
	return takeDocument(tx.db().Raw(selectDocument+"AND d.id = ? FOR NO KEY UPDATE OF d", procurement, id))
}

// DocumentVersion reads a document in one of its versions. It returns a refusal with [models.CodeNotFound].
func (s *Store) DocumentVersion(
	ctx context.Context, procurement, id models.ID, version int64,
) (models.Document, error) {
	return takeDocument(s.rows(ctx).Raw(selectVersion+"AND d.id = ? AND v.version = ?", procurement, id, version))
}

func takeDocument(db *gorm.DB) (models.Document, error) {
	var d models.Document
	if err := db.Take(&d).Error; err != nil {
		return d, notFound("read document", err)
	}
	return d, nil
}

// Documents lists the documents of a procurement in their latest versions by ID, those after the given
// one, at most limit; an empty audience means all.
func (s *Store) Documents(
	ctx context.Context, procurement models.ID, audience models.Audience, after models.ID, limit int,
) ([]models.Document, error) {
	return scanDocuments(s.rows(ctx).Raw(selectDocument+
		"AND (d.audience = ? OR ? = '') AND d.id > ? ORDER BY d.id LIMIT ?",
		procurement, audience, audience, string(after), limit))
}

// Documents lists the documents for an audience in their latest versions, by ID.
func (tx *Tx) Documents(procurement models.ID, audience models.Audience) ([]models.Document, error) {
	return scanDocuments(tx.db().Raw(selectDocument+"AND d.audience = ? ORDER BY d.id", procurement, audience))
}

// DocumentVersions lists all versions of a document, oldest first.
func (s *Store) DocumentVersions(ctx context.Context, procurement, id models.ID) ([]models.Document, error) {
	return scanDocuments(s.rows(ctx).Raw(selectVersion+"AND d.id = ? ORDER BY v.version", procurement, id))
}

func scanDocuments(db *gorm.DB) ([]models.Document, error) {
	var found []models.Document
	if err := db.Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("list documents: %w", err)
	}
	return found, nil
}

// WriteDocument inserts version 1 of a document, or makes d the version after the one that was locked,
// and keeps it in the history.
func (tx *Tx) WriteDocument(d models.Document) error {
	title, err := json.Marshal(d.Title)
	if err != nil {
		return fmt.Errorf("render title of document: %w", err)
	}
	err = tx.db().Exec(`INSERT INTO documents
			(id, procurement_id, version, title, audience, upload_id, author_id, written_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title, audience = excluded.audience,
			upload_id = excluded.upload_id, author_id = excluded.author_id, written_at = excluded.written_at`,
		d.ID, d.ProcurementID, d.Version, string(title), d.Audience, d.UploadID, d.AuthorID, d.WrittenAt).Error
	if err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	err = tx.db().Exec(`INSERT INTO document_versions
			(document_id, version, title, audience, upload_id, author_id, written_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.Version, string(title), d.Audience, d.UploadID, d.AuthorID, d.WrittenAt).Error
	if err != nil {
		return fmt.Errorf("keep version of document: %w", err)
	}
	return nil
}
