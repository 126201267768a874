package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// An Approach is a supplier at the box of a lot.
type Approach struct {
	ProcurementID, LotID, OrganisationID models.ID
	// UploadIDs are those of the envelopes brought.
	UploadIDs []models.ID
}

// A Box is what decides whether it takes a tender. It was read in one statement with the clock, after
// the box's lock was got, and stays true until the transaction ends.
type Box struct {
	Lot         models.Lot
	Procurement models.Procurement
	// Clock is the database's own, in UTC.
	Clock time.Time
	// StandingID is the organisation's tender that stands; empty: none.
	StandingID models.ID
	// Uploads are those brought that there are.
	Uploads []models.Upload
}

// Now is procedure time.
func (b Box) Now() time.Time { return b.Procurement.Now(b.Clock) }

// AtBox brings a supplier to a box: it takes the box's lock shared, reads deadline, clock and what else
// decides, asks decide what is to be written, writes that and commits. The steps are statements of one
// transaction, READ COMMITTED, sent in two round trips: a statement sees what was committed before it
// began, so the deadline read after the lock is the one in force until the transaction ends.
//
// It returns decide's error, a refusal with [models.CodeNotFound] when there is no such lot, and
// [ErrEntryRefused] when the entry cannot be made because of another one made at the same time.
func (s *Store) AtBox(ctx context.Context, a Approach, decide func(Box) (BoxEntry, error)) error {
	return pg.OnLiveConn(ctx, s.DB, func(conn *pgx.Conn) error { return atBox(ctx, conn, a, decide) })
}

func atBox(ctx context.Context, conn *pgx.Conn, a Approach, decide func(Box) (BoxEntry, error)) error {
	box, err := approach(ctx, conn, a)
	var entry BoxEntry
	if err == nil {
		entry, err = decide(box)
	}
	if err == nil {
		err = enter(ctx, conn, entry)
	}
	return errors.Join(err, pg.EndTransaction(ctx, conn))
}

const (
	shareBox = "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))"
	// The clock is read once, in a subquery that is evaluated once, for all uploads brought.
	readBox = `SELECT b.*, u.id, u.organisation_id, u.purpose, u.size, u.digest, u.completed_at FROM
		(SELECT l.number, l.deadline, l.deadline_local, l.deadline_zone, l.opened_at, l.closed_at, l.ended_at,
			p.status, p.mode, p.clock_offset, clock_timestamp(),
			(SELECT t.id FROM tenders t WHERE t.lot_id = l.id AND t.organisation_id = $3 AND t.ended_at IS NULL)
		FROM lots l JOIN procurements p ON p.id = l.procurement_id WHERE l.id = $2 AND p.id = $1) b
		LEFT JOIN uploads u ON u.procurement_id = $1 AND u.id IN `
)

// approach begins the transaction, waits for the lock, and reads.
func approach(ctx context.Context, conn *pgx.Conn, a Approach) (Box, error) {
	box := Box{Lot: models.Lot{ID: a.LotID, ProcurementID: a.ProcurementID}, Procurement: models.Procurement{ID: a.ProcurementID}}
	arguments := []any{a.ProcurementID, a.LotID, a.OrganisationID}
	for _, upload := range a.UploadIDs {
		arguments = append(arguments, upload)
	}
	batch := &pgx.Batch{}
	batch.BeginTx(pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	batch.Queue(shareBox, boxKey(a.LotID))
	batch.Queue(readBox+placeholders(len(arguments)-len(a.UploadIDs), len(a.UploadIDs)), arguments...).Query(box.scan)
	err := conn.SendBatch(ctx, batch).Close()
	switch {
	case err != nil:
		return box, fmt.Errorf("approach box of lot: %w", err)
	case box.Clock.IsZero():
		return box, models.Refuse(models.CodeNotFound, "", "there is no such lot")
	}
	return box, nil
}

// placeholders is a list of n parameters after the first ones; NULL stands for none. An array would be
// one parameter, but PostgreSQL plans a statement with one anew each time.
func placeholders(after, n int) string {
	list := make([]string, max(n, 1))
	list[0] = "NULL"
	for i := range n {
		list[i] = "$" + strconv.Itoa(after+1+i)
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// scan reads the box from each row, and an upload, if there is one.
func (b *Box) scan(rows pgx.Rows) error {
	l, p := &b.Lot, &b.Procurement
	for rows.Next() {
		var standing, upload, organisation, purpose, digest *string
		var size *int64
		var completed *time.Time
		err := rows.Scan(&l.Number, &l.Deadline, &l.DeadlineLocal, &l.DeadlineZone, &l.OpenedAt, &l.ClosedAt, &l.EndedAt,
			&p.Status, &p.Mode, &p.ClockOffset, &b.Clock, &standing, &upload, &organisation, &purpose, &size, &digest, &completed)
		if err != nil {
			return err
		}
		if standing != nil {
			b.StandingID = models.ID(*standing)
		}
		if upload != nil {
			b.Uploads = append(b.Uploads, models.Upload{
				ID: models.ID(*upload), OrganisationID: models.ID(*organisation), Purpose: models.Purpose(*purpose),
				Size: *size, Digest: *digest, CompletedAt: completed,
			})
		}
	}
	return rows.Err()
}
