package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// CreateUpload inserts an upload without bytes and sets its ID and the time of its creation.
func (tx *Tx) CreateUpload(u *models.Upload) error {
	now, err := tx.Now()
	if err != nil {
		return err
	}
	u.ID, u.CreatedAt = models.NewID(models.PrefixUpload), now
	if err := tx.db().Create(u).Error; err != nil {
		return fmt.Errorf("create upload: %w", err)
	}
	return nil
}

// OpenUploads counts the uploads of a person that are not complete.
func (tx *Tx) OpenUploads(person models.ID) (int64, error) {
	var n int64
	if err := tx.db().Model(&models.Upload{}).Where("person_id = ? AND completed_at IS NULL", person).Count(&n).
		Error; err != nil {
		return 0, fmt.Errorf("count open uploads: %w", err)
	}
	return n, nil
}

// Uploaded is what an organisation has begun to upload, or has uploaded, for a procurement.
type Uploaded struct {
	Envelopes int64
	// Bytes are those of all its files, without what the engine rendered.
	Bytes int64
}

// UploadsOf counts the uploads of an organisation for a procurement.
func (tx *Tx) UploadsOf(procurement, organisation models.ID) (Uploaded, error) {
	var found Uploaded
	err := tx.db().Raw(`SELECT count(*) FILTER (WHERE purpose = 'envelope') AS envelopes,
		coalesce(sum(size) FILTER (WHERE purpose <> 'rendering'), 0)::bigint AS bytes
		FROM uploads WHERE procurement_id = ? AND organisation_id = ?`, procurement, organisation).Scan(&found).Error
	if err != nil {
		return found, fmt.Errorf("count uploads: %w", err)
	}
	return found, nil
}

// Upload reads an upload for a procurement. It returns a refusal with [models.CodeNotFound].
func (s *Store) Upload(ctx context.Context, procurement, id models.ID) (models.Upload, error) {
	return takeByID[models.Upload](s.rows(ctx).Where("procurement_id = ?", procurement), "read upload", id)
}

// Upload reads an upload for a procurement within the transaction. It returns a refusal with
// [models.CodeNotFound].
func (tx *Tx) Upload(procurement, id models.ID) (models.Upload, error) {
	return takeByID[models.Upload](tx.db().Where("procurement_id = ?", procurement), "read upload", id)
}

// LockUpload reads an upload to complete it; no chunk of it is written meanwhile. Whoever sends a chunk waits for the
// end of the transaction, so that must be short: the bytes are checked before. It returns a refusal
// with [models.CodeNotFound].
func (tx *Tx) LockUpload(procurement, id models.ID) (models.Upload, error) {
	query := tx.db().Clauses(forChange()).Where("procurement_id = ?", procurement)
	return takeByID[models.Upload](query, "lock upload", id)
}

// PutChunk writes chunk n of an upload that is not complete, with its SHA-256, in a transaction of its own; the same
// chunk may be written again. It returns a refusal with [models.CodeUploadComplete].
func (s *Store) PutChunk(
	ctx context.Context, upload models.ID, n int, content []byte, digest [sha256.Size]byte,
) error {
	var open []models.ID
	err := s.rows(ctx).Raw(`WITH open AS (SELECT id FROM uploads WHERE id = ? AND completed_at IS NULL FOR SHARE),
		written AS (INSERT INTO upload_chunks AS old (upload_id, n, content, digest)
			SELECT id, ?::int, ?::bytea, ?::bytea FROM open
			ON CONFLICT (upload_id, n) DO UPDATE SET content = excluded.content, digest = excluded.digest
				WHERE old.digest IS DISTINCT FROM excluded.digest)
		SELECT id FROM open`, upload, n, content, digest[:]).Scan(&open).Error
	switch violation, _ := pg.ViolationOf(err); {
	case violation.Constraint == "uploads_kept", err == nil && len(open) == 0:
		return models.Refuse(models.CodeUploadComplete, "",
			"the upload is complete and cannot be changed any more").Accepting("a new upload")
	case err != nil:
		return fmt.Errorf("write chunk: %w", err)
	}
	return nil
}

// Chunk reads chunk n of an upload; nil when it is not there.
func (s *Store) Chunk(ctx context.Context, upload models.ID, n int) ([]byte, error) {
	var row struct{ Content []byte }
	err := s.rows(ctx).Raw("SELECT content FROM upload_chunks WHERE upload_id = ? AND n = ?", upload, n).Take(&row).
		Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fmt.Errorf("read chunk: %w", err)
	}
	return row.Content, nil
}

// ChunksOf lists the numbers of the chunks of an upload that are there.
func (s *Store) ChunksOf(ctx context.Context, upload models.ID) ([]int, error) {
	var there []int
	err := s.rows(ctx).Raw("SELECT n FROM upload_chunks WHERE upload_id = ? ORDER BY n", upload).Scan(&there).Error
	if err != nil {
		return nil, fmt.Errorf("list chunks: %w", err)
	}
	return there, nil
}

// CompleteUpload makes a locked upload, whose bytes were checked, complete for good; of an envelope, with what its
// header says.
func (tx *Tx) CompleteUpload(u *models.Upload) error {
	var now time.Time
	err := tx.db().Raw(`UPDATE uploads SET completed_at = clock_timestamp(), box_id = nullif(?, ''),
		kind = nullif(?, ''), header = nullif(?, ''), header_line = nullif(?, ''), fingerprint = nullif(?, '')
		WHERE id = ? RETURNING completed_at`, u.BoxID, u.Kind, u.Header, u.HeaderLine, u.Fingerprint, u.ID).
		Scan(&now).Error
	if err != nil {
		return fmt.Errorf("complete upload: %w", err)
	}
	u.CompletedAt = &now
	return nil
}
