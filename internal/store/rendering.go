package store

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A Rendering is a version of a document that the engine rendered, with its bytes.
type Rendering struct {
	models.Document

	Content []byte
}

// Renderings lists the documents of a procurement that the engine rendered, in their latest versions.
func (tx *Tx) Renderings(procurement models.ID) ([]models.Document, error) {
	return scanDocuments(tx.db().Raw(selectDocument+"AND d.rendering <> '' ORDER BY d.rendering", procurement))
}

// KeepRenderings keeps versions of documents that the engine rendered, for an organisation, in a few statements
// whatever their number. Each document has its ID and version, and gets the ID of its upload.
func (tx *Tx) KeepRenderings(organisation models.ID, all []Rendering) error {
	if len(all) == 0 {
		return nil
	}
	rows := make([]renderedRow, len(all))
	for i := range all {
		d := &all[i].Document
		d.UploadID = models.NewID(models.PrefixUpload)
		rows[i] = renderedRow{
			d.ID, d.Version, d.Title, d.Audience, d.UploadID, d.Rendering, d.WrittenAt, d.Filename, d.MediaType, d.Size,
			d.Digest,
		}
	}
	written, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("keep renderings: %w", err)
	}
	tx.keepBytes(organisation, string(written), all)
	author := all[0].AuthorID
	tx.Send("write rendered documents", `INSERT INTO documents
			(id, procurement_id, version, title, audience, upload_id, author_id, written_at, rendering)
		SELECT x.id, $2, x.version, x.title, x.audience, x.upload_id, nullif($3, ''), x.written_at,
			x.rendering`+fromRendered+`
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title, audience = excluded.audience,
			upload_id = excluded.upload_id, author_id = excluded.author_id, written_at = excluded.written_at`,
		string(written), all[0].ProcurementID, author)
	tx.Send("keep versions of rendered documents", `INSERT INTO document_versions
			(document_id, version, title, audience, upload_id, author_id, written_at)
		SELECT x.id, x.version, x.title, x.audience, x.upload_id, nullif($2, ''), x.written_at`+fromRendered,
		string(written), author)
	return nil
}

// A renderedRow is what is written of a rendering, besides its bytes.
type renderedRow struct {
	ID        models.ID       `json:"id"`
	Version   int64           `json:"version"`
	Title     models.Text     `json:"title"`
	Audience  models.Audience `json:"audience"`
	UploadID  models.ID       `json:"upload_id"`
	Rendering string          `json:"rendering"`
	WrittenAt time.Time       `json:"written_at"`
	Filename  string          `json:"filename"`
	MediaType string          `json:"media_type"`
	Size      int64           `json:"size"`
	Digest    string          `json:"digest"`
}

const fromRendered = ` FROM jsonb_to_recordset($1) AS x(id text, version bigint, title jsonb, audience text,
	upload_id text, rendering text, written_at timestamptz, filename text, media_type text, size bigint, digest text)`

// keepBytes keeps the bytes of renderings as uploads that are complete.
func (tx *Tx) keepBytes(organisation models.ID, rows string, all []Rendering) {
	var ids []models.ID
	var numbers []int
	var chunks, digests [][]byte
	for _, r := range all {
		n := 0
		for chunk := range slices.Chunk(r.Content, models.ChunkSize) {
			sum := sha256.Sum256(chunk)
			ids, numbers = append(ids, r.UploadID), append(numbers, n)
			chunks, digests = append(chunks, chunk), append(digests, sum[:])
			n++
		}
	}
	tx.Send("keep renderings", `INSERT INTO uploads
			(id, procurement_id, organisation_id, person_id, purpose, filename, media_type, size, digest)
		SELECT x.upload_id, $2, $3, nullif($4, ''), 'rendering', x.filename, x.media_type, x.size,
			x.digest`+fromRendered, rows, all[0].ProcurementID, organisation, all[0].AuthorID)
	tx.Send("keep bytes of renderings", `INSERT INTO upload_chunks (upload_id, n, content, digest)
		SELECT * FROM unnest($1::text[], $2::int[], $3::bytea[], $4::bytea[])`, ids, numbers, chunks, digests)
	tx.Send("complete renderings", "UPDATE uploads SET completed_at = clock_timestamp() WHERE id = ANY($1)", ids)
}
