package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

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

// Whatever comes back from decide and from the database while the box is held ends the transaction; a
// connection whose transaction cannot be ended in this time is given up.
const rollbackTimeout = 5 * time.Second

// AtBox brings a supplier to a box: it takes the box's lock shared, reads deadline, clock and what else
// decides, asks decide what is to be written, writes that and commits. The steps are statements of one
// transaction, READ COMMITTED, sent in two round trips: a statement sees what was committed before it
// began, so the deadline read after the lock is the one in force until the transaction ends.
//
// It returns decide's error, a refusal with [models.CodeNotFound] when there is no such lot, and
// [ErrEntryRefused] when the entry cannot be made because of another one made at the same time.
func (s *Store) AtBox(ctx context.Context, a Approach, decide func(Box) (BoxEntry, error)) error {
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("get connection: %w", err)
	}
	defer conn.Close()
	return conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return errors.New("the pool's driver is not pgx")
		}
		return atBox(ctx, c.Conn(), a, decide)
	})
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
	return errors.Join(err, endTransaction(ctx, conn))
}

// endTransaction rolls back what was not committed, also when ctx has ended.
func endTransaction(ctx context.Context, conn *pgx.Conn) error {
	if conn.IsClosed() || conn.PgConn().TxStatus() == 'I' {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil {
		return driver.ErrBadConn // makes the pool discard it
	}
	return nil
}

const (
	shareBox = "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))"
	readBox  = `SELECT l.id, l.number, l.deadline, l.deadline_local, l.deadline_zone, l.opened_at, l.closed_at, l.ended_at,
		p.id, p.status, p.mode, p.clock_offset, clock_timestamp(),
		(SELECT t.id FROM tenders t WHERE t.lot_id = l.id AND t.organisation_id = $3 AND t.ended_at IS NULL)
		FROM lots l JOIN procurements p ON p.id = l.procurement_id WHERE l.id = $2 AND p.id = $1`
	readBrought = `SELECT id, organisation_id, purpose, size, digest, completed_at FROM uploads
		WHERE procurement_id = $1 AND id = ANY ($2::text[])`
)

// approach begins the transaction, waits for the lock, and reads.
func approach(ctx context.Context, conn *pgx.Conn, a Approach) (Box, error) {
	var box Box
	batch := &pgx.Batch{}
	batch.BeginTx(pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	batch.Queue(shareBox, boxKey(a.LotID))
	batch.Queue(readBox, a.ProcurementID, a.LotID, a.OrganisationID).QueryRow(box.scan)
	if len(a.UploadIDs) > 0 {
		batch.Queue(readBrought, a.ProcurementID, a.UploadIDs).Query(box.scanUploads)
	}
	err := conn.SendBatch(ctx, batch).Close()
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return box, models.Refuse(models.CodeNotFound, "", "there is no such lot")
	case err != nil:
		return box, fmt.Errorf("approach box of lot: %w", err)
	}
	return box, nil
}

func (b *Box) scan(row pgx.Row) error {
	l, p := &b.Lot, &b.Procurement
	var standing *models.ID
	err := row.Scan(&l.ID, &l.Number, &l.Deadline, &l.DeadlineLocal, &l.DeadlineZone, &l.OpenedAt, &l.ClosedAt, &l.EndedAt,
		&p.ID, &p.Status, &p.Mode, &p.ClockOffset, &b.Clock, &standing)
	if err != nil {
		return err
	}
	l.ProcurementID = p.ID
	if standing != nil {
		b.StandingID = *standing
	}
	return nil
}

func (b *Box) scanUploads(rows pgx.Rows) error {
	for rows.Next() {
		var u models.Upload
		if err := rows.Scan(&u.ID, &u.OrganisationID, &u.Purpose, &u.Size, &u.Digest, &u.CompletedAt); err != nil {
			return err
		}
		b.Uploads = append(b.Uploads, u)
	}
	return rows.Err()
}
