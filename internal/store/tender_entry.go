package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Deposit is what one act at a box writes: a tender that comes in, perhaps in place of another, or a tender that is
// withdrawn or confirmed. It always has its event, dated by the database's clock alone, and the answer to its request.
type Deposit struct {
	// Tender comes in, in place of the one it supersedes.
	Tender *models.Tender
	// Withdrawn is the tender that is taken back: of it, EndedAt and Withdrawal are written.
	Withdrawn *models.Tender
	// Confirmed is that its tenderer holds on to a tender.
	Confirmed *models.TenderConfirmation
	Event     event.Event
	Request   Request
}

// ErrDepositRefused means that another deposit, made at the same time, excludes this one: the same request, another
// tender of the organisation, or the end of the same tender. Nothing was written; the caller finds the other deposit by
// reading again.
var ErrDepositRefused = errors.New("another deposit excludes this one")

// The statements share their first parameters, those of the event and the request.
const (
	endReplaced = `WITH ended AS (UPDATE tenders SET ended_at = $13, ended_by = 'replaced'
		WHERE id = $16 AND ended_at IS NULL RETURNING id), `
	// The envelopes follow as rows of four parameters each.
	insertTender = `tender AS (INSERT INTO tenders
			(id, lot_id, organisation_id, person_id, manifest, receipt, received_at, recorded_at, box_id, supersedes_id)
		SELECT $8, $9, $10, $11, $12, $14, $13, $2, $15, %s RETURNING id),
	envelopes AS (INSERT INTO tender_envelopes (tender_id, n, kind, upload_id, digest, size)
		SELECT tender.id, e.* FROM tender, (VALUES `
	endWithdrawn = `WITH tender AS (UPDATE tenders SET ended_at = $8, ended_by = 'withdrawn', withdrawal = $9
		WHERE id = $10 AND ended_at IS NULL RETURNING id)`
	insertConfirmation = `WITH tender AS (INSERT INTO tender_confirmations
			(tender_id, notice_id, confirmed_at, recorded_at, receipt, digest)
		SELECT t.id, $8, $9, $2, $10, $12 FROM tenders t WHERE t.id = $11 AND t.ended_at IS NULL FOR NO KEY UPDATE
		RETURNING tender_id AS id)`
	insertRest = `, event AS (INSERT INTO events (id, type, at, recorded_at, data, canonical)
		SELECT $1, '%s', $2, $2, $3, $4 FROM tender)
	INSERT INTO requests (id, fingerprint, body) SELECT $5, $6, $7 FROM tender`
)

// deposit writes a deposit in one statement and commits, in one round trip. If the statement fails, the commit after it
// is not carried out.
func deposit(ctx context.Context, conn *pgx.Conn, e Deposit) error {
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
	switch violation, _ := pg.ViolationOf(err); {
	case violation.Constraint == "requests_pkey", violation.Constraint == "tenders_standing",
		violation.Constraint == "tender_confirmations_tender_id_notice_id_key":
		return ErrDepositRefused
	case violation.Constraint == "tender_envelopes_upload_id_fkey":
		return models.Refuse(models.CodeUploadGone, "/envelopes", "an unused upload of an envelope was removed").
			Accepting("the envelope, uploaded again")
	case err != nil:
		return fmt.Errorf("write deposit: %w", err)
	case written.RowsAffected() == 0:
		return ErrDepositRefused
	}
	return nil
}

func (e Deposit) statement() (string, []any, error) {
	recorded, err := e.Event.Record()
	if err != nil {
		return "", nil, err
	}
	canonical, data, err := audit.Canonical(recorded)
	if err != nil {
		return "", nil, err
	}
	arguments := []any{
		e.Event.ID, e.Event.RecordedAt, data, canonical, e.Request.ID, e.Request.Fingerprint, []byte(e.Request.Body),
	}
	rest := fmt.Sprintf(insertRest, recorded.Type)
	if w := e.Withdrawn; w != nil {
		return endWithdrawn + rest, append(arguments, w.EndedAt, w.Withdrawal, w.ID), nil
	}
	if c := e.Confirmed; c != nil {
		return insertConfirmation + rest, append(arguments, c.NoticeID, c.ConfirmedAt, c.Receipt, c.TenderID,
			models.Digest([]byte(c.Receipt))), nil
	}
	t := e.Tender
	arguments = append(arguments,
		t.ID, t.LotID, t.OrganisationID, t.PersonID, t.Manifest, t.ReceivedAt, t.Receipt, t.BoxID)
	begin := "WITH " + fmt.Sprintf(insertTender, "NULL")
	if t.SupersedesID != "" {
		begin = endReplaced + fmt.Sprintf(insertTender, "ended.id FROM ended")
		arguments = append(arguments, t.SupersedesID)
	}
	rows := make([]string, len(t.Envelopes))
	for i, envelope := range t.Envelopes {
		n := len(arguments)
		rows[i] = fmt.Sprintf("(%d, $%d, $%d, $%d, $%d::bigint)", envelope.N, n+1, n+2, n+3, n+4)
		arguments = append(arguments, string(envelope.Kind), envelope.UploadID, envelope.Digest, envelope.Size)
	}
	return begin + strings.Join(rows, ", ") + ") e)" + rest, arguments, nil
}

// EarlierRequest reads the request with the ID and its answer; nil when there is none.
func (s *Store) EarlierRequest(ctx context.Context, id string) (*Request, error) {
	var found []Request
	err := s.rows(ctx).Raw("SELECT id, fingerprint, body, form FROM requests WHERE id = ?", id).Scan(&found).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("read earlier request: %w", err)
	case len(found) == 0:
		return nil, nil //nolint:nilnil // nothing earlier is the usual case, not a fault
	}
	return &found[0], nil
}
