package store

import (
	"context"
	"fmt"
	"maps"
	"time"
)

// How many feeds of one endpoint are served at the same time is bounded over all workers, so the turns are in the
// record. A feed that finds no turn waits there, with no workflow that would ask again and again: the relay calls as
// many as there are places, whoever has waited longest first.

// TurnsAtOnce is how many feeds of one endpoint are served at the same time, by all workers together: a slow receiver
// of the events of many procurements leaves room for others.
const TurnsAtOnce = 4

const (
	// turnEnds is when a turn ends unless its worker goes on or says before that it has ended: after the time of one
	// attempt (20 s) and as much again for the record. A worker that has died holds its turn no longer.
	turnEnds = "clock_timestamp() + interval '45 seconds'"
	// wakingEnds is when a place is given to another feed although the one that is being woken has not taken its turn.
	wakingEnds = "clock_timestamp() + interval '15 seconds'"
	// dueLong is how long the next attempt of a feed is overdue before it is woken: its own timer comes first.
	dueLong = "interval '2 seconds'"
)

// TakeTurn takes the turn of a feed; false: as many others are being served, or are being woken, as may be. Then the
// feed waits to be woken.
func (s *Store) TakeTurn(ctx context.Context, f PortalFeed) (taken bool, err error) {
	err = s.InTx(ctx, func(tx *Tx) error {
		// Turns of one endpoint are taken one after the other, so that they are counted right.
		if err := tx.db().Exec("SELECT FROM endpoints WHERE id = ? FOR NO KEY UPDATE", f.EndpointID).Error; err != nil {
			return fmt.Errorf("lock endpoint: %w", err)
		}
		// A feed that is served already was begun by a worker that has died: it has its turn.
		done := tx.db().Exec(`UPDATE portal_feeds SET turn_until = `+turnEnds+`, waking_until = NULL
			WHERE endpoint_id = @endpoint AND procurement_id = @procurement
				AND (SELECT count(*) FROM portal_feeds o WHERE o.endpoint_id = @endpoint
					AND o.procurement_id <> @procurement
					AND greatest(o.turn_until, o.waking_until) > clock_timestamp()) < @most`,
			f.named(map[string]any{"most": TurnsAtOnce}))
		if done.Error != nil {
			return fmt.Errorf("take turn: %w", done.Error)
		}
		if taken = done.RowsAffected == 1; taken {
			return nil
		}
		waits := tx.db().Exec(`UPDATE portal_feeds SET waking_until = NULL, asked = asked + 1
			WHERE endpoint_id = @endpoint AND procurement_id = @procurement`, f.named(nil))
		if waits.Error != nil {
			return fmt.Errorf("wait for a turn: %w", waits.Error)
		}
		taken = waits.RowsAffected == 0 // a feed that does not exist has nothing to deliver
		return nil
	})
	return taken, err
}

func (f PortalFeed) named(more map[string]any) map[string]any {
	all := map[string]any{"endpoint": f.EndpointID, "procurement": f.ProcurementID}
	maps.Copy(all, more)
	return all
}

// EndTurn ends the turn of a feed. If nothing is left to deliver, there is also no reason left to wake it. If something
// is left and another feed of the endpoint waits for a turn, it is woken after that one: then it returns true.
func (s *Store) EndTurn(ctx context.Context, f PortalFeed) (gaveWay bool, err error) {
	err = s.InTx(ctx, func(tx *Tx) error {
		// The relay, which adds to the feed, waits for this lock: so the second statement sees all that was added.
		err := tx.db().Exec("SELECT FROM portal_feeds WHERE endpoint_id = ? AND procurement_id = ? FOR UPDATE",
			f.EndpointID, f.ProcurementID).Error
		if err == nil {
			err = tx.db().Raw(`UPDATE portal_feeds f SET turn_until = NULL, waking_until = NULL,
				told = CASE WHEN w.more THEN told ELSE asked END,
				asked = CASE WHEN w.more AND w.others AND f.state = 'active' THEN asked + 1 ELSE asked END
				FROM (SELECT EXISTS (SELECT FROM deliveries d WHERE d.endpoint_id = @endpoint
						AND d.procurement_id = @procurement AND d.delivered_at IS NULL) AS more,
					EXISTS (SELECT FROM portal_feeds n WHERE n.endpoint_id = @endpoint
						AND n.procurement_id <> @procurement AND n.told < n.asked AND n.state = 'active'
						AND (n.turn_until IS NULL OR n.turn_until <= clock_timestamp())) AS others) w
				WHERE f.endpoint_id = @endpoint AND f.procurement_id = @procurement
				RETURNING w.more AND w.others AND f.state = 'active'`, f.named(nil)).Scan(&gaveWay).Error
		}
		if err != nil {
			return fmt.Errorf("end turn: %w", err)
		}
		return nil
	})
	return gaveWay, err
}

// A Wake is a feed whose workflow is to be woken because it is its turn to deliver.
type Wake struct {
	PortalFeed
	// UpTo is the last place in the procurement's log that waits to be delivered; 0: none.
	UpTo int64
	// Asked counts the reasons to wake it.
	Asked int64
	// Title is that of the procurement, in its first language; Owner is the authority whose endpoint it is. Both are
	// public; the URL of an endpoint is not.
	Title string
	Owner string
}

// ToWake picks the feeds whose turn it is: of each endpoint as many as there are places, those first that have waited
// longest, at most limit. Each is to be woken, and then [Store.Told] or [Store.NotWoken] is to be said. No other
// process wakes it meanwhile.
func (s *Store) ToWake(ctx context.Context, limit int) ([]Wake, error) {
	var found []Wake
	err := s.rows(ctx).Raw(`WITH places AS (SELECT w.endpoint_id, @most - (SELECT count(*) FROM portal_feeds b
				WHERE b.endpoint_id = w.endpoint_id
					AND greatest(b.turn_until, b.waking_until) > clock_timestamp()) AS free
			FROM (SELECT DISTINCT endpoint_id FROM portal_feeds WHERE told < asked AND state <> 'parked') w
			JOIN endpoints x ON x.id = w.endpoint_id AND x.status = 'active'),
		picked AS (UPDATE portal_feeds f SET waking_until = `+wakingEnds+`
			FROM (SELECT n.* FROM places CROSS JOIN LATERAL (SELECT n.endpoint_id, n.procurement_id FROM portal_feeds n
				WHERE n.endpoint_id = places.endpoint_id AND n.told < n.asked AND n.state <> 'parked'
					AND (n.state = 'active' OR n.retry_at < clock_timestamp() - `+dueLong+`)
					AND (n.turn_until IS NULL OR n.turn_until <= clock_timestamp())
					AND (n.waking_until IS NULL OR n.waking_until <= clock_timestamp())
				ORDER BY n.moved_at LIMIT greatest(places.free, 0) FOR NO KEY UPDATE SKIP LOCKED) n LIMIT @limit) n
			WHERE f.endpoint_id = n.endpoint_id AND f.procurement_id = n.procurement_id
			RETURNING f.endpoint_id, f.procurement_id, f.asked)
		SELECT c.endpoint_id, c.procurement_id, c.asked, o.legal_name AS owner,
			p.title->>(p.languages->>0) AS title,
			coalesce((SELECT max(d.seq) FROM deliveries d WHERE d.endpoint_id = c.endpoint_id
				AND d.procurement_id = c.procurement_id AND d.delivered_at IS NULL), 0) AS up_to
		FROM picked c JOIN endpoints x ON x.id = c.endpoint_id JOIN organisations o ON o.id = x.organisation_id
			JOIN procurements p ON p.id = c.procurement_id`,
		map[string]any{"most": TurnsAtOnce, "limit": limit}).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("pick feeds to wake: %w", err)
	}
	return found, nil
}

// Told records that the workflow of a feed was woken for the reasons that the Wake counts.
func (s *Store) Told(ctx context.Context, c Wake) error {
	return s.afterWaking(ctx, "note that a feed was woken", "told = greatest(told, ?)", c, c.Asked)
}

// NotWoken gives the place of a feed that could not be woken to the one that has waited longest then.
func (s *Store) NotWoken(ctx context.Context, c Wake) error {
	return s.afterWaking(ctx, "note that a feed was not woken", "waking_until = NULL", c)
}

func (s *Store) afterWaking(ctx context.Context, doing, set string, c Wake, arguments ...any) error {
	err := s.rows(ctx).Exec("UPDATE portal_feeds SET "+set+`, moved_at = clock_timestamp()
		WHERE endpoint_id = ? AND procurement_id = ?`, append(arguments, c.EndpointID, c.ProcurementID)...).Error
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// AskQuiet has the feeds be woken again that have something to deliver, do not wait to be woken, and were not heard
// of for the given time: their workflow was terminated, or lost with its server. At most limit; it returns how many.
func (s *Store) AskQuiet(ctx context.Context, since time.Duration, limit int) (int64, error) {
	done := s.rows(ctx).Exec(`UPDATE portal_feeds f SET asked = f.asked + 1
		FROM (SELECT q.endpoint_id, q.procurement_id FROM portal_feeds q JOIN endpoints x ON x.id = q.endpoint_id
			WHERE x.status = 'active' AND q.told >= q.asked AND q.state <> 'parked'
				AND q.moved_at < clock_timestamp() - @since * interval '1 microsecond'
				AND (q.state = 'active' OR q.retry_at < clock_timestamp() - @since * interval '1 microsecond')
				AND (q.turn_until IS NULL OR q.turn_until <= clock_timestamp())
				AND EXISTS (SELECT FROM deliveries d WHERE d.endpoint_id = q.endpoint_id
					AND d.procurement_id = q.procurement_id AND d.delivered_at IS NULL)
			ORDER BY q.moved_at LIMIT @limit FOR NO KEY UPDATE OF q SKIP LOCKED) q
		WHERE f.endpoint_id = q.endpoint_id AND f.procurement_id = q.procurement_id`,
		map[string]any{"since": since.Microseconds(), "limit": limit})
	if done.Error != nil {
		return 0, fmt.Errorf("ask for quiet feeds: %w", done.Error)
	}
	return done.RowsAffected, nil
}
