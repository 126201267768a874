package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

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
	// ID and N are the key of the row that refers to it, in a table of [fileSources].
	ID     string
	N      int64
	source int
}

// fileSources are the tables that refer to uploads: versions of documents, documents that have another upload than
// their version, envelopes of tenders, and what openers uploaded of what they had found. Each is read by its primary
// key, from after @id and @n on.
var fileSources = []string{
	`SELECT v.document_id AS id, v.version AS n, v.upload_id, d.procurement_id,
			'version ' || v.version || ' of document ' || v.document_id AS part, coalesce(u.digest, '') AS digest
		FROM document_versions v JOIN documents d ON d.id = v.document_id LEFT JOIN uploads u ON u.id = v.upload_id
		WHERE (v.document_id, v.version) > (CAST(@id AS text), CAST(@n AS bigint))
		ORDER BY v.document_id, v.version LIMIT @most`,
	`SELECT d.id, d.upload_id, d.procurement_id, 'document ' || d.id AS part, coalesce(u.digest, '') AS digest
		FROM documents d LEFT JOIN uploads u ON u.id = d.upload_id
		WHERE d.id > CAST(@id AS text) AND d.upload_id IS DISTINCT FROM (SELECT v.upload_id FROM document_versions v
			WHERE v.document_id = d.id AND v.version = d.version)
		ORDER BY d.id LIMIT @most`,
	`SELECT e.tender_id AS id, e.n, e.upload_id, l.procurement_id,
			'envelope ' || e.n || ' of tender ' || e.tender_id AS part, e.digest
		FROM tender_envelopes e JOIN tenders t ON t.id = e.tender_id JOIN lots l ON l.id = t.lot_id
		WHERE (e.tender_id, e.n) > (CAST(@id AS text), CAST(@n AS smallint))
		ORDER BY e.tender_id, e.n LIMIT @most`,
	`SELECT o.id AS n, o.upload_id, l.procurement_id, 'what ' || o.person_id || ' found in envelope ' || o.n
			|| ' of tender ' || o.tender_id || ' (' || o.id || ')' AS part, o.plaintext_digest AS digest
		FROM openings o JOIN tenders t ON t.id = o.tender_id JOIN lots l ON l.id = t.lot_id
		WHERE o.id > CAST(@n AS bigint) AND o.upload_id IS NOT NULL
		ORDER BY o.id LIMIT @most`,
}

// StoredFiles lists references of the record to uploads, after the given one, at most limit: table after table, each by
// its key. Empty: there are no more.
func (s *Store) StoredFiles(ctx context.Context, after StoredFile, limit int) ([]StoredFile, error) {
	for source := after.source; source < len(fileSources); source++ {
		var found []StoredFile
		err := s.rows(ctx).Raw(fileSources[source],
			map[string]any{"id": after.ID, "n": after.N, "most": limit}).Scan(&found).Error
		if err != nil {
			return nil, fmt.Errorf("list files: %w", err)
		}
		if len(found) > 0 {
			for i := range found {
				found[i].source = source
			}
			return found, nil
		}
		after = StoredFile{}
	}
	return nil, nil
}

// Unreadable tells whether the database could not read what it stores: it found its data corrupted (class XX), or the
// disk failed (58030).
func Unreadable(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (strings.HasPrefix(refused.Code, "XX") || refused.Code == "58030")
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
