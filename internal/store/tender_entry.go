package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
)

// A BoxEntry is what one act at a box writes: a tender that comes in, in place of another or not, or a
// tender that is withdrawn; always with its event and the answer to its request.
type BoxEntry struct {
	// Tender comes in, in place of the one it supersedes.
	Tender *models.Tender
	// Withdrawn is taken back: its ID, EndedAt and Withdrawal are written.
	Withdrawn *models.Tender
	Event     models.Event
	Request   Request
}

// ErrEntryRefused means that another entry was made at the same time that excludes this one: the same
// request, another tender of the organisation, or one that ended the tender acted on. Nothing was
// written; who looks again finds it.
var ErrEntryRefused = errors.New("another entry excludes this one")

const (
	insertTender = `tender AS (INSERT INTO tenders
			(id, lot_id, organisation_id, person_id, supersedes_id, manifest, received_at, recorded_at, receipt)
		SELECT $13, $14, $15, $16, $17, $18, $19, $20, $21 %s RETURNING id),
	envelopes AS (INSERT INTO tender_envelopes (tender_id, n, kind, upload_id, digest, size)
		SELECT tender.id, e.* FROM tender, unnest($22::smallint[], $23::text[], $24::text[], $25::text[], $26::bigint[]) e),`
	endReplaced  = "ended AS (UPDATE tenders SET ended_at = $19, ended_by = 'replaced' WHERE id = $17 AND ended_at IS NULL RETURNING id), "
	endWithdrawn = `tender AS (UPDATE tenders SET ended_at = $13, ended_by = 'withdrawn', withdrawal = $14
		WHERE id = $15 AND ended_at IS NULL RETURNING id),`
	insertRest = ` event AS (INSERT INTO events (id, procurement_id, type, actor_id, at, recorded_at, data, canonical)
		SELECT $1, $2, $3, $4, $5, $6, $7::jsonb, $8 FROM tender)
	INSERT INTO requests (id, fingerprint, status, body) SELECT $9, $10, $11, $12::jsonb FROM tender`
)

var (
	enterNew       = "WITH " + fmt.Sprintf(insertTender, "") + insertRest
	enterReplacing = "WITH " + endReplaced + fmt.Sprintf(insertTender, "FROM ended") + insertRest
	withdraw       = "WITH " + endWithdrawn + insertRest
)

// enter writes an entry in one statement and commits, in one round trip. A statement that fails keeps
// the commit behind it from being carried out.
func enter(ctx context.Context, conn *pgx.Conn, e BoxEntry) error {
	statement, arguments, err := e.statement()
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(statement, arguments...)
	batch.Queue("COMMIT")
	results := conn.SendBatch(ctx, batch)
	written, err := results.Exec()
	err = errors.Join(err, results.Close())
	switch violation, _ := ViolationOf(err); {
	case violation.Constraint == "requests_pkey", violation.Constraint == "tenders_standing":
		return ErrEntryRefused
	case violation.Constraint == "tender_envelopes_upload_id_fkey":
		return models.Refuse(models.CodeUploadGone, "/envelopes", "an upload was removed as abandoned").Accepting("uploading it again")
	case err != nil:
		return fmt.Errorf("enter into box of lot: %w", err)
	case written.RowsAffected() == 0:
		return ErrEntryRefused
	}
	return nil
}

func (e BoxEntry) statement() (string, []any, error) {
	event := e.Event
	canonical, data, err := audit.Canonical(event)
	if err != nil {
		return "", nil, err
	}
	arguments := []any{
		event.ID, nullID(event.ProcurementID), string(event.Type), nullID(event.ActorID), event.At, event.RecordedAt, data, canonical,
		e.Request.ID, e.Request.Fingerprint, e.Request.Status, []byte(e.Request.Body),
	}
	if e.Withdrawn != nil {
		return withdraw, append(arguments, e.Withdrawn.EndedAt, e.Withdrawn.Withdrawal, e.Withdrawn.ID), nil
	}
	t := e.Tender
	arguments = append(arguments, t.ID, t.LotID, t.OrganisationID, t.PersonID, nullID(t.SupersedesID), t.Manifest, t.ReceivedAt, t.RecordedAt, t.Receipt)
	arguments = append(arguments, columns(t.Envelopes)...)
	if t.SupersedesID != "" {
		return enterReplacing, arguments, nil
	}
	return enterNew, arguments, nil
}

// columns turns envelopes into arrays, one for each column.
func columns(envelopes []models.Envelope) []any {
	numbers := make([]int16, len(envelopes))
	kinds, uploads, digests := make([]string, len(envelopes)), make([]string, len(envelopes)), make([]string, len(envelopes))
	sizes := make([]int64, len(envelopes))
	for i, e := range envelopes {
		numbers[i], kinds[i], uploads[i], digests[i], sizes[i] = int16(e.N), string(e.Kind), string(e.UploadID), e.Digest, e.Size //nolint:gosec // n ≤ 20
	}
	return []any{numbers, kinds, uploads, digests, sizes}
}

// EarlierRequest reads what a request with that ID was answered; nil when it was not.
func (s *Store) EarlierRequest(ctx context.Context, id string) (*Request, error) {
	var found []Request
	err := s.db.WithContext(ctx).Raw("SELECT id, fingerprint, status, etag, body FROM requests WHERE id = ?", id).Scan(&found).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("read earlier request: %w", err)
	case len(found) == 0:
		return nil, nil //nolint:nilnil // nothing earlier is the usual case, not a fault
	}
	return &found[0], nil
}
