package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// A PortalFeed is one procurement's events on their way to one endpoint.
type PortalFeed struct {
	EndpointID, ProcurementID models.ID
}

// An Outgoing is the first delivery of a feed that has not arrived, with what decides whether and how it is sent.
type Outgoing struct {
	Endpoint models.Endpoint
	EventID  models.ID
	// Canonical is the event in its canonical form.
	Canonical []byte
	Mode      models.Mode
	State     models.FeedState
	Reason    string
	Failures  int
	// Wait is how long a failed delivery has still to wait; negative: not at all.
	Wait time.Duration
	// Led tells whether the endpoint's owner leads the procurement now.
	Led bool
}

// ErrNoDelivery means that a feed has nothing to deliver.
var ErrNoDelivery = errors.New("nothing is left to deliver")

// NextDelivery returns what a feed is to deliver next, or [ErrNoDelivery].
func (s *Store) NextDelivery(ctx context.Context, f PortalFeed) (Outgoing, error) {
	db := s.rows(ctx)
	var row struct {
		EventID   models.ID
		Canonical []byte
		Mode      models.Mode
		State     models.FeedState
		Reason    string
		Failures  int
		Micros    int64
		Led       bool
	}
	err := db.Raw(`SELECT d.event_id, e.canonical, p.mode, f.state, f.reason, f.failures,
			coalesce((extract(epoch FROM f.retry_at - clock_timestamp()) * 1e6)::bigint, -1) AS micros,
			EXISTS (SELECT FROM role_assignments r WHERE r.procurement_id = p.id AND r.person_id = x.owner_id
				AND r.role = 'lead_procurer' AND `+heldNow+`) AS led
		FROM deliveries d
		JOIN events e ON e.id = d.event_id
		JOIN endpoints x ON x.id = d.endpoint_id
		JOIN procurements p ON p.id = d.procurement_id
		JOIN portal_feeds f ON f.endpoint_id = d.endpoint_id AND f.procurement_id = d.procurement_id
		WHERE d.endpoint_id = ? AND d.procurement_id = ? AND d.delivered_at IS NULL
		ORDER BY d.seq LIMIT 1`, f.EndpointID, f.ProcurementID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Outgoing{}, ErrNoDelivery
	}
	out := Outgoing{
		EventID: row.EventID, Canonical: row.Canonical, Mode: row.Mode, State: row.State, Reason: row.Reason,
		Failures: row.Failures, Wait: time.Duration(row.Micros) * time.Microsecond, Led: row.Led,
	}
	if err == nil {
		err = db.Where("id = ?", f.EndpointID).Take(&out.Endpoint).Error
	}
	if err != nil {
		return Outgoing{}, fmt.Errorf("read next delivery: %w", err)
	}
	return out, nil
}

// RecordAttempt records an attempt as the next one of its delivery. On success the delivery is done and the feed
// becomes active. The feed must be locked.
func (tx *Tx) RecordAttempt(f PortalFeed, a models.DeliveryAttempt) error {
	err := tx.db().Exec(`INSERT INTO delivery_attempts
			(endpoint_id, event_id, n, started_at, latency, status, fault, answer)
		SELECT ?, ?, count(*) + 1, ?, ?, ?, ?, ? FROM delivery_attempts WHERE endpoint_id = ? AND event_id = ?`,
		f.EndpointID, a.EventID, a.StartedAt, a.Latency, a.Status, a.Fault, a.Answer, f.EndpointID, a.EventID).Error
	if err == nil && a.Fault == "" {
		err = tx.db().Exec(`UPDATE deliveries SET delivered_at = clock_timestamp()
			WHERE endpoint_id = ? AND event_id = ? AND delivered_at IS NULL`, f.EndpointID, a.EventID).Error
	}
	if err == nil && a.Fault == "" {
		err = tx.db().Exec(`UPDATE portal_feeds
			SET state = 'active', reason = '', failures = 0, retry_at = NULL, moved_at = clock_timestamp()
			WHERE endpoint_id = ? AND procurement_id = ?`, f.EndpointID, f.ProcurementID).Error
	}
	if err != nil {
		return fmt.Errorf("record attempt: %w", err)
	}
	return nil
}

// A LockedFeed is a feed that nobody else changes until the transaction ends.
type LockedFeed struct {
	// Failures counts the attempts that failed since the last success or since a person resumed the endpoint.
	Failures int
	// Pending tells whether the delivery asked about has not arrived.
	Pending bool
}

// LockFeed locks a feed and reads whether the delivery of an event is still to be made.
func (tx *Tx) LockFeed(f PortalFeed, event models.ID) (LockedFeed, error) {
	var l LockedFeed
	err := tx.db().Raw("SELECT failures FROM portal_feeds WHERE endpoint_id = ? AND procurement_id = ? FOR UPDATE",
		f.EndpointID, f.ProcurementID).
		Scan(&l.Failures).Error
	if err == nil {
		err = tx.db().Raw(`SELECT EXISTS (SELECT FROM deliveries
			WHERE endpoint_id = ? AND event_id = ? AND delivered_at IS NULL)`, f.EndpointID, event).
			Scan(&l.Pending).Error
	}
	if err != nil {
		return l, fmt.Errorf("lock feed: %w", err)
	}
	return l, nil
}

// RetryFeed makes a locked feed wait before its next attempt; failures counts the attempts that failed.
func (tx *Tx) RetryFeed(f PortalFeed, failures int, reason string, wait time.Duration) error {
	err := tx.db().Exec(`UPDATE portal_feeds
		SET state = 'retrying', reason = ?, failures = ?, moved_at = clock_timestamp(),
			retry_at = clock_timestamp() + ? * interval '1 microsecond'
		WHERE endpoint_id = ? AND procurement_id = ?`,
		reason, failures, wait.Microseconds(), f.EndpointID, f.ProcurementID).Error
	if err != nil {
		return fmt.Errorf("retry feed: %w", err)
	}
	return nil
}

// ParkFeed makes a feed wait until a person resumes it.
func (tx *Tx) ParkFeed(f PortalFeed, failures int, reason string) error {
	err := tx.db().Exec(`UPDATE portal_feeds
		SET state = 'parked', reason = ?, failures = ?, retry_at = NULL, moved_at = clock_timestamp()
		WHERE endpoint_id = ? AND procurement_id = ?`, reason, failures, f.EndpointID, f.ProcurementID).Error
	if err != nil {
		return fmt.Errorf("park feed: %w", err)
	}
	return nil
}

// DisableEndpoint ends an endpoint for good and tells whether it was still served.
func (tx *Tx) DisableEndpoint(id models.ID) (bool, error) {
	done := tx.db().Exec(`UPDATE endpoints SET status = 'disabled', ended_at = clock_timestamp(), version = version + 1
		WHERE id = ? AND status IN ('active', 'paused')`, id)
	if done.Error != nil {
		return false, fmt.Errorf("disable endpoint: %w", done.Error)
	}
	return done.RowsAffected == 1, nil
}

// attemptsShown is how many attempts, the latest, are listed with a delivery.
const attemptsShown = 20

// Deliveries lists the deliveries to an endpoint by the ID of the event, those after the given one, at most limit, with
// their latest attempts. arrived selects those that have arrived (true) or have not (false); nil lists all.
func (s *Store) Deliveries(
	ctx context.Context, endpoint, procurement models.ID, arrived *bool, after models.ID, limit int,
) ([]models.Delivery, error) {
	db := s.rows(ctx).Where("endpoint_id = ? AND event_id > ?", endpoint, string(after))
	if procurement != "" {
		db = db.Where("procurement_id = ?", procurement)
	}
	if arrived != nil {
		db = db.Where("(delivered_at IS NOT NULL) = ?", *arrived)
	}
	var found []models.Delivery
	if err := db.Order("event_id").Limit(limit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return found, s.withAttempts(ctx, endpoint, found)
}

func (s *Store) withAttempts(ctx context.Context, endpoint models.ID, deliveries []models.Delivery) error {
	if len(deliveries) == 0 {
		return nil
	}
	at := map[models.ID]int{}
	ids := make([]models.ID, len(deliveries))
	for i, d := range deliveries {
		at[d.EventID], ids[i] = i, d.EventID
	}
	var attempts []models.DeliveryAttempt
	err := s.rows(ctx).
		Raw(`SELECT * FROM (SELECT a.*, row_number() OVER (PARTITION BY event_id ORDER BY n DESC) AS recency
		FROM delivery_attempts a WHERE endpoint_id = ? AND event_id IN ?) a WHERE recency <= ? ORDER BY event_id, n`,
			endpoint, ids, attemptsShown).Scan(&attempts).Error
	if err != nil {
		return fmt.Errorf("list attempts: %w", err)
	}
	for _, a := range attempts {
		d := &deliveries[at[a.EventID]]
		d.Attempts = append(d.Attempts, a)
	}
	return nil
}

// DeliveriesKept is how long deliveries that have arrived are kept, with their attempts.
const DeliveriesKept = 180 * 24 * time.Hour

// ForgetDeliveries deletes at most limit deliveries that arrived more than [DeliveriesKept] ago, and at most limit that
// will never arrive because their endpoint ended that long ago.
func (s *Store) ForgetDeliveries(ctx context.Context, limit int) (int64, error) {
	done := s.rows(ctx).Exec(`WITH arrived AS (SELECT endpoint_id, event_id FROM deliveries
			WHERE delivered_at < clock_timestamp() - make_interval(secs => @kept)
			ORDER BY delivered_at LIMIT @limit FOR UPDATE SKIP LOCKED),
		stranded AS (SELECT d.endpoint_id, d.event_id
			FROM endpoints x JOIN deliveries d ON d.endpoint_id = x.id AND d.delivered_at IS NULL
			WHERE x.ended_at < clock_timestamp() - make_interval(secs => @kept)
			LIMIT @limit FOR UPDATE OF d SKIP LOCKED)
		DELETE FROM deliveries
		WHERE (endpoint_id, event_id) IN (SELECT * FROM arrived UNION ALL SELECT * FROM stranded)`,
		map[string]any{"kept": DeliveriesKept.Seconds(), "limit": limit})
	if done.Error != nil {
		return 0, fmt.Errorf("forget deliveries: %w", done.Error)
	}
	return done.RowsAffected, nil
}
