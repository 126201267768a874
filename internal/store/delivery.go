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
	// Wanted tells whether the endpoint's filters still select the event.
	Wanted bool
	// Replays counts how often somebody asked for it again.
	Replays int
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
		Wanted    bool
		Replays   int
	}
	err := db.Raw(`SELECT d.event_id, e.canonical, p.mode, f.state, f.reason, f.failures, d.replays,
			coalesce((extract(epoch FROM f.retry_at - clock_timestamp()) * 1e6)::bigint, -1) AS micros,
			`+led+` AS led,
			`+selectedBy("d.type")+` AS wanted
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
		Wanted: row.Wanted, Replays: row.Replays,
	}
	if err == nil {
		err = db.Where("id = ?", f.EndpointID).Take(&out.Endpoint).Error
	}
	if err != nil {
		return Outgoing{}, fmt.Errorf("read next delivery: %w", err)
	}
	return out, nil
}

// RecordAttempt records an attempt as the next one of its delivery. On success the delivery is done, also if somebody
// has passed it meanwhile; the feed becomes active, and keeps its turn for the next delivery. The feed must be locked.
func (tx *Tx) RecordAttempt(f PortalFeed, a models.DeliveryAttempt) error {
	err := tx.db().Exec(`INSERT INTO delivery_attempts
			(endpoint_id, event_id, n, started_at, latency, status, fault, answer)
		SELECT ?, ?, count(*) + 1, ?, ?, ?, ?, ? FROM delivery_attempts WHERE endpoint_id = ? AND event_id = ?`,
		f.EndpointID, a.EventID, a.StartedAt, a.Latency, a.Status, a.Fault, a.Answer, f.EndpointID, a.EventID).Error
	if err == nil && a.Fault == "" {
		err = tx.db().Exec(`UPDATE deliveries
			SET delivered_at = clock_timestamp(), passed_for = '', passed_reason = ''
			WHERE endpoint_id = ? AND event_id = ? AND (delivered_at IS NULL OR passed_for <> '')`,
			f.EndpointID, a.EventID).Error
	}
	if err == nil && a.Fault == "" {
		err = tx.db().Exec(`UPDATE portal_feeds
			SET state = 'active', reason = '', failures = 0, retry_at = NULL, due_at = NULL,
				moved_at = clock_timestamp(), taken_at = clock_timestamp(),
				turn_until = CASE WHEN turn_until IS NOT NULL THEN `+turnEnds+` END
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
	// Early is how long before it was due the attempt under way was made, because it was brought forward; 0: it was
	// not.
	Early time.Duration
	// Pending tells whether the delivery asked about has not arrived.
	Pending bool
}

// LockFeed locks a feed and reads whether the delivery of an event is still to be made.
func (tx *Tx) LockFeed(f PortalFeed, event models.ID) (LockedFeed, error) {
	var row struct {
		Failures int
		Micros   int64
	}
	err := tx.db().Raw(`SELECT failures,
			coalesce((extract(epoch FROM due_at - clock_timestamp()) * 1e6)::bigint, 0) AS micros
		FROM portal_feeds WHERE endpoint_id = ? AND procurement_id = ? FOR UPDATE`, f.EndpointID, f.ProcurementID).
		Scan(&row).Error
	l := LockedFeed{Failures: row.Failures, Early: max(0, time.Duration(row.Micros)*time.Microsecond)}
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
		SET state = 'retrying', reason = ?, failures = ?, moved_at = clock_timestamp(), due_at = NULL,
			retry_at = clock_timestamp() + ? * interval '1 microsecond'
		WHERE endpoint_id = ? AND procurement_id = ?`,
		reason, failures, wait.Microseconds(), f.EndpointID, f.ProcurementID).Error
	if err != nil {
		return fmt.Errorf("retry feed: %w", err)
	}
	return nil
}

// RetryWhenDue makes a locked feed, whose attempt was brought forward and failed, wait for the instant at which that
// attempt was due. It is not brought forward again before.
func (tx *Tx) RetryWhenDue(f PortalFeed, reason string) error {
	err := tx.db().Exec(`UPDATE portal_feeds
		SET state = 'retrying', reason = ?, moved_at = clock_timestamp(), retry_at = due_at
		WHERE endpoint_id = ? AND procurement_id = ?`, reason, f.EndpointID, f.ProcurementID).Error
	if err != nil {
		return fmt.Errorf("retry feed when due: %w", err)
	}
	return nil
}

// BringForward has the feeds of an endpoint that wait for their next attempt try at once, each once before that attempt
// is due: the receiver has just taken a message.
func (s *Store) BringForward(ctx context.Context, endpoint models.ID) error {
	err := s.InTx(ctx, func(tx *Tx) error {
		return tx.db().Exec(`UPDATE portal_feeds f
			SET state = 'active', due_at = f.retry_at, retry_at = NULL, asked = f.asked + 1,
				moved_at = clock_timestamp()
			FROM (SELECT endpoint_id, procurement_id FROM portal_feeds
				WHERE endpoint_id = ? AND state = 'retrying' AND due_at IS NULL
				ORDER BY procurement_id FOR UPDATE) w
			WHERE f.endpoint_id = w.endpoint_id AND f.procurement_id = w.procurement_id`, endpoint).Error
	})
	if err != nil {
		return fmt.Errorf("bring attempts forward: %w", err)
	}
	return nil
}

// TookWithin tells whether an endpoint has taken a message during the time that has just passed.
func (tx *Tx) TookWithin(endpoint models.ID, passed time.Duration) (bool, error) {
	var took bool
	err := tx.db().Raw(`SELECT EXISTS (SELECT FROM portal_feeds
		WHERE endpoint_id = ? AND taken_at > clock_timestamp() - ? * interval '1 microsecond')`,
		endpoint, passed.Microseconds()).Scan(&took).Error
	if err != nil {
		return false, fmt.Errorf("look for what an endpoint took: %w", err)
	}
	return took, nil
}

// ParkFeed makes a feed wait until a person resumes it.
func (tx *Tx) ParkFeed(f PortalFeed, failures int, reason string) error {
	err := tx.db().Exec(`UPDATE portal_feeds
		SET state = 'parked', reason = ?, failures = ?, retry_at = NULL, due_at = NULL, moved_at = clock_timestamp()
		WHERE endpoint_id = ? AND procurement_id = ?`, reason, failures, f.EndpointID, f.ProcurementID).Error
	if err != nil {
		return fmt.Errorf("park feed: %w", err)
	}
	return nil
}

// A Gone says what became of an endpoint whose receiver answered 410 Gone.
type Gone struct {
	// First tells that it was paused for that now; Paused, that it is paused for that.
	First, Paused bool
}

// PauseGone pauses an endpoint whose receiver answered 410 Gone to what was sent to that version of the endpoint. An
// endpoint that was changed or resumed since stays as it is.
func (tx *Tx) PauseGone(id models.ID, version int64) (Gone, error) {
	done := tx.db().Exec(`UPDATE endpoints SET status = 'paused', paused_because = 'gone', version = version + 1
		WHERE id = ? AND version = ? AND status IN ('active', 'paused') AND paused_because = ''`, id, version)
	gone := Gone{First: done.RowsAffected == 1, Paused: done.RowsAffected == 1}
	err := done.Error
	if err == nil && !gone.First {
		err = tx.db().Raw("SELECT paused_because = 'gone' FROM endpoints WHERE id = ?", id).Scan(&gone.Paused).Error
	}
	if err != nil {
		return Gone{}, fmt.Errorf("pause endpoint that is gone: %w", err)
	}
	return gone, nil
}

// DeliveriesKept is how long deliveries that have arrived are kept, with their attempts.
const DeliveriesKept = 180 * 24 * time.Hour

// ForgetDeliveries deletes at most limit deliveries that arrived more than [DeliveriesKept] ago, or were passed then
// without a person, and at most limit that will never arrive because their endpoint ended that long ago.
func (s *Store) ForgetDeliveries(ctx context.Context, limit int) (int64, error) {
	done := s.rows(ctx).Exec(`WITH arrived AS (SELECT endpoint_id, event_id FROM deliveries
			WHERE delivered_at < clock_timestamp() - make_interval(secs => @kept) AND passed_for <> 'person'
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
