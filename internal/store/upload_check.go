package store

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// Bytes tell which bytes of an upload have arrived.
type Bytes struct {
	// Chunks counts the chunks that are there.
	Chunks int
	// Digest is the SHA-256 over the SHA-256 of each of them, in their order, in hexadecimal.
	Digest string
}

// arrivedBytes finds out without reading the bytes, except those of chunks that an earlier release has written.
const arrivedBytes = `SELECT count(*) AS chunks, encode(sha256(coalesce(
		string_agg(coalesce(digest, sha256(content)), ''::bytea ORDER BY n), '')), 'hex') AS digest
	FROM upload_chunks WHERE upload_id = ?`

// BytesOf tells which bytes of an upload have arrived.
func (s *Store) BytesOf(ctx context.Context, upload models.ID) (Bytes, error) {
	return readBytes(s.rows(ctx), upload)
}

// BytesOf tells which bytes of an upload have arrived. They stay until the transaction ends if the upload is locked.
func (tx *Tx) BytesOf(upload models.ID) (Bytes, error) { return readBytes(tx.db(), upload) }

func readBytes(db *gorm.DB, upload models.ID) (Bytes, error) {
	var b Bytes
	if err := db.Raw(arrivedBytes, upload).Take(&b).Error; err != nil {
		return b, fmt.Errorf("tell bytes of upload: %w", err)
	}
	return b, nil
}

// An UploadFault is what was wrong with the bytes of an upload when they were last checked.
type UploadFault struct {
	// Bytes are those that were checked, as [Bytes] has their digest.
	Bytes string
	// Refusal is what the supplier was told.
	Refusal *models.Refusal
	// Checks counts the checks of this upload that have failed.
	Checks int
}

// UploadFault reads what was wrong with an upload; its zero value: nothing was found yet.
func (s *Store) UploadFault(ctx context.Context, upload models.ID) (UploadFault, error) {
	var rows []struct {
		Bytes   string
		Refusal []byte
		Checks  int
	}
	err := s.rows(ctx).Raw("SELECT bytes, refusal, checks FROM upload_faults WHERE upload_id = ?", upload).Scan(&rows).
		Error
	if err != nil {
		return UploadFault{}, fmt.Errorf("read fault of upload: %w", err)
	}
	if len(rows) == 0 {
		return UploadFault{}, nil
	}
	fault := UploadFault{Bytes: rows[0].Bytes, Checks: rows[0].Checks}
	if err := json.Unmarshal(rows[0].Refusal, &fault.Refusal); err != nil {
		return fault, fmt.Errorf("read fault of upload: %w", err)
	}
	return fault, nil
}

// KeepUploadFault keeps what a check has found wrong, in place of what an earlier one has found, and counts the check.
// It keeps nothing of an upload that was removed meanwhile.
func (s *Store) KeepUploadFault(ctx context.Context, upload models.ID, bytes string, refusal *models.Refusal) error {
	rendered, err := json.Marshal(refusal)
	if err != nil {
		return fmt.Errorf("render fault of upload: %w", err)
	}
	err = s.rows(ctx).Exec(`INSERT INTO upload_faults AS old (upload_id, bytes, refusal) VALUES (?, ?, ?)
		ON CONFLICT (upload_id) DO UPDATE SET bytes = excluded.bytes, refusal = excluded.refusal,
			checks = old.checks + 1, found_at = clock_timestamp()`, upload, bytes, string(rendered)).Error
	if violation, _ := pg.ViolationOf(err); err != nil && violation.Kind != pg.ViolationForeignKey {
		return fmt.Errorf("keep fault of upload: %w", err)
	}
	return nil
}
