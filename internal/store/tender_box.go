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

// An Approach is a supplier who comes to the box of a lot.
type Approach struct {
	ProcurementID, LotID, OrganisationID models.ID
	// UploadIDs are the uploads of the envelopes that the supplier brings.
	UploadIDs []models.ID
	// Confirms asks for the changes after the tender that stands.
	Confirms bool
}

// A Counter is what decides whether a box takes what a supplier brings. It was read in one statement with the clock,
// after the lock of the box, and stays true until the transaction ends.
type Counter struct {
	// Lot has only its last box, and in it, of the organisations invited, only the supplier's.
	Lot         models.Lot
	Procurement models.Procurement
	// Clock is the time of the database, in UTC.
	Clock time.Time
	// StandingID is the standing tender of the organisation; empty: none.
	StandingID models.ID
	// MostLots is for how many lots one tenderer may tender; 0: for all. Others are the numbers of the other lots of
	// the procurement for which a tender of the organisation stands; they are not read where nothing is limited.
	MostLots int
	Others   []int
	// Changes are the notices of change after the standing tender, oldest first, if they were asked for.
	Changes []models.TenderChange
	// Uploads are those of the uploads named that exist.
	Uploads []models.Upload
}

// Now is procedure time.
func (c Counter) Now() time.Time { return c.Procurement.Now(c.Clock) }

// AtBox brings a supplier to a box. It shares the lock of the box; reads deadline, clock and the rest of the Counter;
// calls decide, which returns what to write; writes it and commits. The steps are statements of one transaction, READ
// COMMITTED, in two round trips. A statement sees what was committed before it began, so the deadline that is read
// after the lock is in force until the transaction ends.
//
// Where the notice limits for how many lots one may tender, the lock of the supplier's own tenders is taken with that
// of the box: of two tenders at the same time for different lots, which share no box, the second sees the first.
//
// It returns the error of decide, a refusal with [models.CodeNotFound] when there is no such lot, and
// [ErrDepositRefused] when another deposit, made at the same time, excludes this one.
func (s *Store) AtBox(ctx context.Context, a Approach, decide func(Counter) (Deposit, error)) error {
	return pg.OnLiveConn(ctx, s.DB, func(conn *pgx.Conn) error { return atBox(ctx, conn, a, decide) })
}

func atBox(ctx context.Context, conn *pgx.Conn, a Approach, decide func(Counter) (Deposit, error)) error {
	box, err := approach(ctx, conn, a)
	for errors.Is(err, errNextBox) {
		if err = pg.EndTransaction(ctx, conn); err == nil {
			box, err = approach(ctx, conn, a)
		}
	}
	var brought Deposit
	if err == nil {
		brought, err = decide(box)
	}
	if err == nil {
		err = deposit(ctx, conn, brought)
	}
	return errors.Join(err, pg.EndTransaction(ctx, conn))
}

// errNextBox means that the lock is that of a box that is no longer the last of the lot.
var errNextBox = errors.New("the next box of the lot was opened meanwhile")

const (
	lastBox = "SELECT x.* FROM boxes x WHERE x.lot_id = %s ORDER BY x.opened_at DESC, x.id DESC LIMIT 1"
	// Whoever waits for the lock of the own tenders waits for no box any more, so nobody waits in a circle.
	shareBox = `SELECT b.id, pg_advisory_xact_lock_shared(hashtextextended('box/' || b.id, 0)), CASE WHEN ` + mostLots +
		` IS NOT NULL THEN pg_advisory_xact_lock(hashtextextended('lots/' || b.procurement_id || '/' || $2, 0)) END
		FROM (%s) b`
	// Limits are a part of the specification, which does not change while a box is open.
	mostLots = `(SELECT e.body ->> 'max_lots_tendered' FROM entries e WHERE e.procurement_id = b.procurement_id
		AND e.kind = 'lot_limits' AND e.withdrawn_at IS NULL)`
	otherLots = `(SELECT json_agg(o.number ORDER BY o.number) FROM lots o WHERE o.procurement_id = b.procurement_id
		AND o.id <> $2 AND o.ended_at IS NULL AND EXISTS (SELECT FROM tenders t JOIN boxes c ON c.id = t.box_id
			WHERE t.lot_id = o.id AND t.organisation_id = $3 AND t.ended_at IS NULL AND c.hands_in = 'tender'))`
	// The clock is read once, in a subquery that is evaluated once, for all uploads brought.
	readBox = `SELECT b.number, b.ended_at, b.box, b.invited, b.status, b.mode, b.clock_offset, b.clock, b.standing,
			b.most::int, CASE WHEN b.most IS NOT NULL THEN ` + otherLots + ` END,
			u.id, u.organisation_id, u.purpose, u.size, u.digest, u.completed_at, u.box_id, u.kind,
			u.fingerprint FROM
		(SELECT b.*, ` + mostLots + ` AS most FROM (SELECT l.number, l.ended_at, l.procurement_id, to_jsonb(x) AS box,
			EXISTS (SELECT FROM box_invited i WHERE i.box_id = x.id AND i.organisation_id = $3) AS invited,
			p.status, p.mode, p.clock_offset, clock_timestamp() AS clock,
			(SELECT t.id FROM tenders t WHERE t.box_id = x.id AND t.organisation_id = $3 AND t.ended_at IS NULL)
				AS standing
		FROM lots l JOIN procurements p ON p.id = l.procurement_id LEFT JOIN LATERAL (%s) x ON true
		WHERE l.id = $2 AND p.id = $1) b) b
		LEFT JOIN uploads u ON u.procurement_id = $1 AND u.id IN `
)

var (
	shareLastBox = fmt.Sprintf(shareBox, fmt.Sprintf(lastBox, "$1"))
	readLastBox  = fmt.Sprintf(readBox, fmt.Sprintf(lastBox, "l.id"))
	readChanges  = changesOf + "t.ended_at IS NULL AND t.organisation_id = $2 AND b.id = (SELECT x.id FROM (" +
		fmt.Sprintf(lastBox, "$1") + ") x)" + oldestFirst
)

// approach begins the transaction, waits for the lock of the lot's last box, and reads. It returns [errNextBox] when
// that box is no longer the last.
func approach(ctx context.Context, conn *pgx.Conn, a Approach) (Counter, error) {
	box := Counter{
		Lot:         models.Lot{ID: a.LotID, ProcurementID: a.ProcurementID},
		Procurement: models.Procurement{ID: a.ProcurementID},
	}
	arguments := []any{a.ProcurementID, a.LotID, a.OrganisationID}
	for _, upload := range a.UploadIDs {
		arguments = append(arguments, upload)
	}
	var locked models.ID
	batch := &pgx.Batch{}
	batch.BeginTx(pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	batch.Queue(shareLastBox, a.LotID, string(a.OrganisationID)).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := rows.Scan(&locked, nil, nil); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	batch.Queue(readLastBox+placeholders(len(arguments)-len(a.UploadIDs), len(a.UploadIDs)), arguments...).
		Query(func(rows pgx.Rows) error { return box.scan(rows, a.OrganisationID) })
	if a.Confirms {
		batch.Queue(readChanges, a.LotID, a.OrganisationID).Query(box.scanChanges)
	}
	err := conn.SendBatch(ctx, batch).Close()
	switch {
	case err != nil:
		return box, fmt.Errorf("approach box of lot: %w", err)
	case box.Clock.IsZero():
		return box, models.Refuse(models.CodeNotFound, "", "there is no such lot")
	case box.Lot.Box().ID != locked:
		return box, errNextBox
	}
	return box, nil
}

// placeholders is a list of n parameters after the first ones, or NULL when n is 0. An array would be one parameter,
// but then PostgreSQL would plan the statement again each time.
func placeholders(after, n int) string {
	list := make([]string, max(n, 1))
	list[0] = "NULL"
	for i := range n {
		list[i] = "$" + strconv.Itoa(after+1+i)
	}
	return "(" + strings.Join(list, ", ") + ")"
}

func (c *Counter) scanChanges(rows pgx.Rows) error {
	var err error
	c.Changes, err = pgx.CollectRows(rows, pgx.RowToStructByNameLax[models.TenderChange])
	return err //nolint:wrapcheck // it is wrapped with the whole batch
}

// scan reads the box from each row, and an upload, if there is one.
func (c *Counter) scan(rows pgx.Rows, organisation models.ID) error {
	l, p := &c.Lot, &c.Procurement
	for rows.Next() {
		var box *models.Box
		var intoBox any = &box
		if c.Lot.Published() {
			intoBox = nil // it is the same in each row
		}
		var invited bool
		var standing, upload, of, purpose, digest, sealedIn, kind, sealedFor *string
		var most *int
		var size *int64
		var completed *time.Time
		err := rows.Scan(&l.Number, &l.EndedAt, intoBox, &invited, &p.Status, &p.Mode, &p.ClockOffset, &c.Clock,
			&standing, &most, &c.Others,
			&upload, &of, &purpose, &size, &digest, &completed, &sealedIn, &kind, &sealedFor)
		if err != nil {
			return err
		}
		if box != nil {
			if invited {
				box.Invited = []models.ID{organisation}
			}
			l.Boxes = []models.Box{*box}
		}
		if standing != nil {
			c.StandingID = models.ID(*standing)
		}
		if most != nil {
			c.MostLots = *most
		}
		if upload != nil {
			u := models.Upload{
				ID: models.ID(*upload), OrganisationID: models.ID(*of), Purpose: models.Purpose(*purpose),
				Size: *size, Digest: *digest, CompletedAt: completed,
			}
			if sealedIn != nil && kind != nil && sealedFor != nil {
				u.BoxID, u.Kind, u.Fingerprint = models.ID(*sealedIn), models.EnvelopeKind(*kind), *sealedFor
			}
			c.Uploads = append(c.Uploads, u)
		}
	}
	return rows.Err()
}
