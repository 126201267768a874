package eventlog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Visible is a procurement whose events a person may read.
type Visible struct {
	ID   models.ID
	Mode models.Mode
	// Buyers tells whether the reader is on the buyers' side; a supplier reads what everybody may know.
	Buyers bool
}

// A FeedQuery says whose events are to be read, and from which place on.
type FeedQuery struct {
	Procurements []Visible
	// Platform adds the events that concern no procurement.
	Platform bool
	// Types narrows to these types and those below them; empty: all.
	Types []string
	After Place
	Limit int
}

// A FeedEvent is an event as a reader gets it.
type FeedEvent struct {
	// Place is the place after the event.
	Place         Place
	ProcurementID models.ID
	Canonical     []byte
}

// A FeedPage is a part of the feed.
type FeedPage struct {
	Events []FeedEvent
	// Reached is the place up to which this query has read everything.
	Reached Place
	// Head is the last position there was.
	Head int64
}

// Who reads which types, as the catalogue of events says.
var (
	knownTypes    = event.Types(func(event.Audience) bool { return true })
	platformTypes = event.Types(func(a event.Audience) bool { return a.Administrators })
	buyersTypes   = event.Types(func(a event.Audience) bool { return a.Buyers })
	supplierTypes = event.Types(func(a event.Audience) bool { return a.Suppliers })
	sealedTypes   = event.Types(func(a event.Audience) bool { return a.Sealed })
)

// An event about tenders of a procurement is sealed while the box of its lot is open, or any box if the event names no
// lot. Such an event occurs only after the deadline, when nobody can hand in anything any more, so only the moment
// until the box is closed is bridged: the feed ends before the event and continues with it afterwards. What tells of
// tenders before the deadline belongs to no procurement and is in nobody's feed. An event of a type that only a later
// release of PPI Engine knows is sealed until that release reads it.
const readFeed = `SELECT f.position, f.procurement, f.canonical, f.sealed,
	CASE WHEN f.sealed THEN (SELECT b.hash FROM event_log b WHERE b.position = f.position - 1) ELSE f.hash END FROM (
	SELECT x.*, v.id AS procurement FROM unnest($1::text[], $2::bool[]) AS v (id, buyers) CROSS JOIN LATERAL (
		SELECT l.position, l.hash, e.canonical, e.type <> ALL ($12) OR e.type = ANY ($11) AND EXISTS (
				SELECT FROM boxes b WHERE b.procurement_id = v.id AND b.closed_at IS NULL AND b.opened_at <= e.at
					AND b.lot_id = coalesce(nullif(e.data->>'lot_id', ''), b.lot_id)) AS sealed
		FROM event_log l JOIN events e ON e.id = l.event_id
		WHERE l.procurement_id = v.id AND l.position > $4 AND l.position <= $5 AND ` + wanted + `
			AND NOT (e.type IN ('role.given', 'role.ended') AND e.data->>'role' = 'supplier')
			AND (e.type = ANY (CASE WHEN v.buyers THEN $9::text[] ELSE $6::text[] END) OR e.type <> ALL ($12::text[]))
		ORDER BY l.position LIMIT $8) x
	UNION ALL (
	SELECT l.position, l.hash, e.canonical, e.type <> ALL ($12), '' FROM event_log l JOIN events e ON e.id = l.event_id
		WHERE $3 AND l.procurement_id IS NULL AND l.position > $4 AND l.position <= $5 AND ` + wanted + `
			AND (e.type = ANY ($10) OR e.type <> ALL ($12))
		ORDER BY l.position LIMIT $8)
	) f ORDER BY f.position LIMIT $8`

// wanted is the SQL condition that an event has a type that was asked for.
const wanted = `(cardinality($7::text[]) = 0 OR EXISTS (SELECT FROM unnest($7::text[]) t
	WHERE e.type = t OR starts_with(e.type, t || '.')))`

// Feed reads events in the order of the log. A reader who continues at Reached gets every event of the query, once,
// whatever is being written: positions are given after commit. It returns [ErrNoPlace] to a reader whose place was
// lost.
func (l *Log) Feed(ctx context.Context, q FeedQuery) (page FeedPage, err error) {
	ids, buyers := make([]string, len(q.Procurements)), make([]bool, len(q.Procurements))
	for i, v := range q.Procurements {
		ids[i], buyers[i] = string(v.ID), v.Buyers
	}
	types := append([]string{}, q.Types...)
	err = pg.OnConn(ctx, l.db, func(conn *pgx.Conn) error {
		if page.Reached, err = readEnd(ctx, conn, q.After); err != nil {
			return err
		}
		page.Head = page.Reached.Position
		rows, err := conn.Query(ctx, readFeed, ids, buyers, q.Platform, q.After.Position, page.Head, supplierTypes,
			types, q.Limit, buyersTypes, platformTypes, sealedTypes, knownTypes)
		if err != nil {
			return err
		}
		return page.take(rows, q.Limit)
	})
	if err != nil {
		return FeedPage{}, fmt.Errorf("read feed: %w", err)
	}
	return page, nil
}

// take reads rows up to the first sealed one.
func (p *FeedPage) take(rows pgx.Rows, limit int) error {
	defer rows.Close()
	for rows.Next() {
		var e FeedEvent
		var sealed bool
		var hash []byte // of the event or, if it is sealed, of the entry before
		if err := rows.Scan(&e.Place.Position, &e.ProcurementID, &e.Canonical, &sealed, &hash); err != nil {
			return err
		}
		e.Place.Mark = markOf(hash)
		if sealed {
			p.Reached = Place{e.Place.Position - 1, e.Place.Mark}
			return nil
		}
		p.Events = append(p.Events, e)
		if len(p.Events) == limit {
			p.Reached = e.Place
		}
	}
	return rows.Err()
}

// A TailEntry says that something happened, for those who wait for it.
type TailEntry struct {
	Position      int64
	ProcurementID models.ID
}

// Tail lists what was added to the log after a position, at most limit entries, without those that are in nobody's
// feed. head is the position up to which it has read.
func (l *Log) Tail(ctx context.Context, after int64, limit int) (head int64, entries []TailEntry, err error) {
	var found []struct {
		TailEntry
		Shown bool
	}
	err = pg.Rows(ctx, l.db).Raw(`SELECT l.position, coalesce(l.procurement_id, '') AS procurement_id,
			l.procurement_id IS NOT NULL OR e.type IN ? AS shown
		FROM event_log l JOIN events e ON e.id = l.event_id WHERE l.position > ? ORDER BY l.position LIMIT ?`,
		platformTypes, after, limit).Scan(&found).Error
	if err != nil {
		return after, nil, fmt.Errorf("read tail of the log: %w", err)
	}
	head = after
	for _, f := range found {
		head = f.Position
		if f.Shown {
			entries = append(entries, f.TailEntry)
		}
	}
	return head, entries, nil
}
