package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// MostReplayed is how many events one replay queues.
const MostReplayed = 10_000

// A Requeued says what a replay has queued.
type Requeued struct {
	Events int64
	// Procurements are those whose feeds have something to deliver because of it.
	Procurements []models.ID
}

// WithDelivery locks the feed of a delivery and reads the delivery; false: there is none.
func (tx *Tx) WithDelivery(endpoint, event models.ID) (models.Delivery, bool, error) {
	var d models.Delivery
	err := tx.db().Exec(`SELECT FROM portal_feeds f JOIN deliveries d ON d.endpoint_id = f.endpoint_id
			AND d.procurement_id = f.procurement_id
		WHERE d.endpoint_id = ? AND d.event_id = ? FOR UPDATE OF f`, endpoint, event).Error
	if err == nil {
		err = tx.db().Where("endpoint_id = ? AND event_id = ?", endpoint, event).Limit(1).Find(&d).Error
	}
	if err != nil {
		return d, false, fmt.Errorf("read delivery: %w", err)
	}
	return d, d.EventID != "", nil
}

// toReplay are the events that a replay would send to the endpoint x, of those that it would be sent now, the oldest
// first: deliveries d that are settled, and events e that were never queued for it, because it was not there yet, was
// disabled, selected others, or its owner did not lead. Events behind the relay's position are the relay's.
var toReplay = `WITH found AS (SELECT x.id AS endpoint_id, d.event_id, d.procurement_id, d.seq, d.type, l.position,
			true AS known
		FROM endpoints x JOIN deliveries d ON d.endpoint_id = x.id JOIN procurements p ON p.id = d.procurement_id
			JOIN events e ON e.id = d.event_id JOIN event_log l ON l.event_id = e.id
		WHERE x.id = $1 AND d.delivered_at IS NOT NULL AND ` + selectedBy("d.type") + ` AND ` + led + `
			AND %[1]s AND %[2]s
		UNION ALL
		SELECT x.id, e.id, p.id, l.seq, e.type, l.position, false
		FROM endpoints x
			JOIN role_assignments r ON r.person_id = x.owner_id AND r.role = 'lead_procurer'
			JOIN procurements p ON p.id = r.procurement_id AND ` + heldNow + `
			JOIN event_log l ON l.procurement_id = p.id AND l.position <= (SELECT position FROM webhook_relay)
			JOIN events e ON e.id = l.event_id
		WHERE x.id = $1 AND ` + ofMode + ` AND ` + sent + ` AND ` + selectedBy("e.type") + ` AND %[1]s
			AND NOT EXISTS (SELECT FROM deliveries d WHERE d.endpoint_id = x.id AND d.event_id = e.id)
		GROUP BY 1, 2, 3, 4, 5, 6
		ORDER BY position LIMIT $5)`

var requeue = toReplay + `,
	again AS (UPDATE deliveries a
		SET delivered_at = NULL, passed_for = '', passed_reason = '', replays = a.replays + 1
		FROM found f
		WHERE f.known AND a.endpoint_id = f.endpoint_id AND a.event_id = f.event_id AND a.delivered_at IS NOT NULL
		RETURNING a.procurement_id),
	feeds AS (INSERT INTO portal_feeds (endpoint_id, procurement_id)
		SELECT DISTINCT endpoint_id, procurement_id FROM found WHERE NOT known ORDER BY 1, 2
		ON CONFLICT (endpoint_id, procurement_id) DO UPDATE SET moved_at = clock_timestamp()),
	queued AS (INSERT INTO deliveries (endpoint_id, event_id, procurement_id, seq, type, replays)
		SELECT endpoint_id, event_id, procurement_id, seq, type, 1 FROM found WHERE NOT known
		RETURNING procurement_id)
	SELECT count(*), coalesce(array_agg(DISTINCT procurement_id::text), '{}')
	FROM (SELECT procurement_id FROM again UNION ALL SELECT procurement_id FROM queued) q`

const (
	oneEvent    = "e.id = $2"
	sinceThen   = "e.recorded_at >= $2"
	notArrived  = "d.passed_for <> ''"
	neverQueued = "false"
)

var (
	requeueOne         = fmt.Sprintf(requeue, oneEvent, "true")
	requeueSince       = fmt.Sprintf(requeue, sinceThen, "true")
	requeueMissing     = fmt.Sprintf(requeue, sinceThen, notArrived)
	requeueNeverQueued = fmt.Sprintf(requeue, sinceThen, neverQueued)
	countSince         = fmt.Sprintf(toReplay, sinceThen, "true") + " SELECT count(*) FROM found"
)

// EventsSince counts what [Tx.RequeueSince] would queue, without a lock, up to one more than [MostReplayed].
func (s *Store) EventsSince(ctx context.Context, endpoint models.ID, since time.Time) (n int64, err error) {
	err = s.Snapshot(ctx, func(tx *Tx) error {
		return tx.Ask(countSince, []any{endpoint, since, portalTypes, portalsUnless, MostReplayed + 1}, &n)
	})
	if err != nil {
		return 0, fmt.Errorf("count events to replay: %w", err)
	}
	return n, nil
}

// RequeueOne queues an event that is settled or was never queued, if the endpoint would be sent it now.
func (tx *Tx) RequeueOne(endpoint, event models.ID) (Requeued, error) {
	return tx.requeue(requeueOne, endpoint, event, 1)
}

// RequeueSince queues what has happened since an instant, and is settled or was never queued for an endpoint that would
// be sent it now: the oldest events first, at most one more than [MostReplayed].
func (tx *Tx) RequeueSince(endpoint models.ID, since time.Time) (Requeued, error) {
	return tx.requeue(requeueSince, endpoint, since, MostReplayed+1)
}

// RequeueMissing is [Tx.RequeueSince] without what has arrived, and for at most [MostReplayed] events.
func (tx *Tx) RequeueMissing(endpoint models.ID, since time.Time) (Requeued, error) {
	return tx.requeue(requeueMissing, endpoint, since, MostReplayed)
}

// RequeueNeverQueued is [Tx.RequeueMissing] without what was passed.
func (tx *Tx) RequeueNeverQueued(endpoint models.ID, since time.Time) (Requeued, error) {
	return tx.requeue(requeueNeverQueued, endpoint, since, MostReplayed)
}

func (tx *Tx) requeue(statement string, endpoint models.ID, what any, limit int64) (Requeued, error) {
	var q Requeued
	var procurements []string
	arguments := []any{endpoint, what, portalTypes, portalsUnless, limit}
	if err := tx.Ask(statement, arguments, &q.Events, &procurements); err != nil {
		return q, fmt.Errorf("queue again: %w", err)
	}
	for _, id := range procurements {
		q.Procurements = append(q.Procurements, models.ID(id))
	}
	return q, nil
}

// Waiting lists the procurements in whose feeds something waits for an endpoint.
func (tx *Tx) Waiting(endpoint models.ID) ([]models.ID, error) {
	var waiting []models.ID
	err := tx.db().Raw(`SELECT DISTINCT procurement_id FROM deliveries WHERE endpoint_id = ? AND delivered_at IS NULL`,
		endpoint).Scan(&waiting).Error
	if err != nil {
		return nil, fmt.Errorf("list feeds that wait: %w", err)
	}
	return waiting, nil
}

// CountReplay writes back how often a locked endpoint was replayed.
func (tx *Tx) CountReplay(e models.Endpoint) error {
	err := tx.db().
		Exec("UPDATE endpoints SET replays = ?, replays_from = ? WHERE id = ?", e.Replays, e.ReplaysFrom, e.ID).Error
	if err != nil {
		return fmt.Errorf("count replay: %w", err)
	}
	return nil
}

// IsNext tells whether a pending delivery is the next one of its locked feed.
func (tx *Tx) IsNext(d models.Delivery) (bool, error) {
	var earlier bool
	err := tx.db().Raw(`SELECT EXISTS (SELECT FROM deliveries
		WHERE endpoint_id = ? AND procurement_id = ? AND delivered_at IS NULL AND seq < ?)`,
		d.EndpointID, d.ProcurementID, d.Seq).Scan(&earlier).Error
	if err != nil {
		return false, fmt.Errorf("look what is next: %w", err)
	}
	return !earlier, nil
}

// PassDelivery settles a pending delivery without sending it, for a reason that a person gave. Its feed is locked.
func (tx *Tx) PassDelivery(d models.Delivery, reason string) error {
	done := tx.db().Exec(`UPDATE deliveries
		SET delivered_at = clock_timestamp(), passed_for = 'person', passed_reason = ?
		WHERE endpoint_id = ? AND event_id = ? AND delivered_at IS NULL`, reason, d.EndpointID, d.EventID)
	if done.Error != nil {
		return fmt.Errorf("pass delivery: %w", done.Error)
	}
	return nil
}

// A Passed says which deliveries were passed.
type Passed struct {
	First  models.ID
	Events int64
}

// PassUnwanted passes all that waits in a locked feed and that its endpoint does not select any more.
func (tx *Tx) PassUnwanted(f PortalFeed) (Passed, error) {
	var passed Passed
	err := tx.db().Raw(`WITH passed AS (UPDATE deliveries d
			SET delivered_at = clock_timestamp(), passed_for = 'unsubscribed'
			FROM endpoints x, procurements p
			WHERE x.id = ? AND p.id = ? AND d.endpoint_id = x.id AND d.procurement_id = p.id
				AND d.delivered_at IS NULL AND NOT (`+selectedBy("d.type")+`)
			RETURNING d.event_id, d.seq)
		SELECT (SELECT event_id FROM passed ORDER BY seq LIMIT 1) AS first, (SELECT count(*) FROM passed) AS events`,
		f.EndpointID, f.ProcurementID).Scan(&passed).Error
	if err == nil && passed.Events > 0 {
		err = tx.db().Exec(`UPDATE portal_feeds SET state = 'active', reason = '', failures = 0, retry_at = NULL,
				due_at = NULL, moved_at = clock_timestamp()
			WHERE endpoint_id = ? AND procurement_id = ?`, f.EndpointID, f.ProcurementID).Error
	}
	if err != nil {
		return passed, fmt.Errorf("pass what is not wanted: %w", err)
	}
	return passed, nil
}

// HeldByUnwanted lists the procurements in whose feeds an event is next that the endpoint does not select any more.
func (tx *Tx) HeldByUnwanted(endpoint models.ID) ([]models.ID, error) {
	var held []models.ID
	err := tx.db().Raw(`SELECT f.procurement_id
		FROM portal_feeds f JOIN endpoints x ON x.id = f.endpoint_id JOIN procurements p ON p.id = f.procurement_id
		CROSS JOIN LATERAL (SELECT d.type FROM deliveries d WHERE d.endpoint_id = f.endpoint_id
			AND d.procurement_id = f.procurement_id AND d.delivered_at IS NULL ORDER BY d.seq LIMIT 1) d
		WHERE f.endpoint_id = ? AND NOT (`+selectedBy("d.type")+`) ORDER BY 1`, endpoint).Scan(&held).Error
	if err != nil {
		return nil, fmt.Errorf("list feeds held by what is not wanted: %w", err)
	}
	return held, nil
}
