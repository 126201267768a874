package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/ppi-engine/ppi/models"
)

// A StoredFile is an upload to which the record refers, with what events have committed to.
type StoredFile struct {
	UploadID      models.ID
	ProcurementID models.ID
	// Part says what of the record it is.
	Part string
	// Digest is the SHA-256 of its bytes, in hexadecimal; empty: there is no such upload.
	Digest string
}

// storedFiles finds what refers to uploads: versions of documents, envelopes of tenders, and what openers uploaded of
// what they had found.
const storedFiles = `SELECT * FROM (
	SELECT v.upload_id, d.procurement_id, 'version ' || v.version || ' of document ' || v.document_id AS part,
			coalesce(u.digest, '') AS digest
		FROM document_versions v JOIN documents d ON d.id = v.document_id LEFT JOIN uploads u ON u.id = v.upload_id
	UNION ALL SELECT d.upload_id, d.procurement_id, 'document ' || d.id, coalesce(u.digest, '')
		FROM documents d LEFT JOIN uploads u ON u.id = d.upload_id
	UNION ALL SELECT e.upload_id, l.procurement_id, 'envelope ' || e.n || ' of tender ' || e.tender_id, e.digest
		FROM tender_envelopes e JOIN tenders t ON t.id = e.tender_id JOIN lots l ON l.id = t.lot_id
	UNION ALL SELECT o.upload_id, l.procurement_id, 'what ' || o.person_id || ' found in envelope ' || o.n
			|| ' of tender ' || o.tender_id || ' (' || o.id || ')', o.plaintext_digest
		FROM openings o JOIN tenders t ON t.id = o.tender_id JOIN lots l ON l.id = t.lot_id
		WHERE o.upload_id IS NOT NULL) f
	WHERE (f.upload_id::text COLLATE "C", f.part COLLATE "C") > (?, ?)
	ORDER BY f.upload_id::text COLLATE "C", f.part COLLATE "C" LIMIT ?`

// StoredFiles lists uploads to which the record refers, after the given one, at most limit, by upload and part.
func (s *Store) StoredFiles(ctx context.Context, after StoredFile, limit int) ([]StoredFile, error) {
	var found []StoredFile
	err := s.rows(ctx).Raw(storedFiles, string(after.UploadID), after.Part, limit).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	return found, nil
}

// chunksAtOnce is how many chunks are read at once.
const chunksAtOnce = 8

// DigestOf reads the stored bytes of an upload, a few chunks at once, and returns their SHA-256, in hexadecimal, and
// how many they are.
func (s *Store) DigestOf(ctx context.Context, upload models.ID) (digest string, size int64, err error) {
	h := sha256.New()
	for n := -1; ; {
		var chunks []struct {
			N       int
			Content []byte
		}
		err := s.rows(ctx).Raw("SELECT n, content FROM upload_chunks WHERE upload_id = ? AND n > ? ORDER BY n LIMIT ?",
			upload, n, chunksAtOnce).Scan(&chunks).Error
		if err != nil {
			return "", 0, fmt.Errorf("read bytes of upload %s: %w", upload, err)
		}
		for _, c := range chunks {
			h.Write(c.Content)
			size += int64(len(c.Content))
			n = c.N
		}
		if len(chunks) < chunksAtOnce {
			return hex.EncodeToString(h.Sum(nil)), size, nil
		}
	}
}
