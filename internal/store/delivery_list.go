package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// attemptsShown is how many attempts, the latest, are listed with a delivery.
const attemptsShown = 20

// A DeliveryFilter narrows a list of deliveries.
type DeliveryFilter struct {
	// Procurement narrows it to the events of one procurement; empty means all.
	Procurement models.ID
	// State narrows it to deliveries in this state; empty means all.
	State models.DeliveryState
}

// nextInState selects what is next in the feeds of an endpoint that are in a state.
const nextInState = `delivered_at IS NULL AND (procurement_id, seq) IN (SELECT f.procurement_id,
		(SELECT min(n.seq) FROM deliveries n WHERE n.endpoint_id = f.endpoint_id
			AND n.procurement_id = f.procurement_id AND n.delivered_at IS NULL)
	FROM portal_feeds f WHERE f.endpoint_id = ? AND f.state = ?)`

func (only DeliveryFilter) narrow(db *gorm.DB, endpoint models.ID) *gorm.DB {
	if only.Procurement != "" {
		db = db.Where("procurement_id = ?", only.Procurement)
	}
	switch only.State {
	case models.DeliveryPending:
		return db.Where("delivered_at IS NULL")
	case models.DeliveryRetrying, models.DeliveryParked:
		return db.Where(nextInState, endpoint, only.State)
	case models.DeliveryDelivered:
		return db.Where("delivered_at IS NOT NULL AND passed_for = ''")
	case models.DeliveryPassed:
		return db.Where("passed_for <> ''")
	}
	return db
}

// Deliveries lists the deliveries to an endpoint by the ID of the event, those after the given one, at most limit, with
// their latest attempts and what they wait for.
func (s *Store) Deliveries(
	ctx context.Context, endpoint models.ID, only DeliveryFilter, after models.ID, limit int,
) (found []models.Delivery, err error) {
	err = s.Snapshot(ctx, func(tx *Tx) error {
		db := only.narrow(tx.db().Where("endpoint_id = ? AND event_id > ?", endpoint, string(after)), endpoint)
		if err := db.Order("event_id").Limit(limit).Find(&found).Error; err != nil {
			return fmt.Errorf("list deliveries: %w", err)
		}
		if len(found) == 0 {
			return nil
		}
		if err := tx.addAttempts(endpoint, found); err != nil {
			return err
		}
		return tx.addAhead(endpoint, found)
	})
	return found, err
}

func (tx *Tx) addAttempts(endpoint models.ID, deliveries []models.Delivery) error {
	at := map[models.ID]int{}
	ids := make([]models.ID, len(deliveries))
	for i, d := range deliveries {
		at[d.EventID], ids[i] = i, d.EventID
	}
	var attempts []models.DeliveryAttempt
	err := tx.db().
		Raw(`SELECT * FROM (SELECT a.*, row_number() OVER (PARTITION BY event_id ORDER BY n DESC) AS recency
		FROM delivery_attempts a WHERE endpoint_id = ? AND event_id IN ?) a WHERE recency <= ? ORDER BY event_id, n`,
			endpoint, ids, attemptsShown).Scan(&attempts).Error
	if err != nil {
		return fmt.Errorf("list attempts: %w", err)
	}
	for _, a := range attempts {
		d := &deliveries[at[a.EventID]]
		d.Attempts, d.Tried = append(d.Attempts, a), a.N // attempts are numbered without gaps
	}
	return nil
}

// A waiting feed says what is next in it.
type waitingFeed struct {
	ProcurementID models.ID
	First         int64
	FirstEvent    models.ID
	Pending       int64
	State         models.FeedState
	RetryAt       *time.Time
	Endpoint      models.EndpointStatus
}

// addAhead says of the deliveries that have not arrived what they wait for.
func (tx *Tx) addAhead(endpoint models.ID, deliveries []models.Delivery) error {
	procurements := map[models.ID]bool{}
	for _, d := range deliveries {
		if d.DeliveredAt == nil {
			procurements[d.ProcurementID] = true
		}
	}
	if len(procurements) == 0 {
		return nil
	}
	ids := make([]models.ID, 0, len(procurements))
	for id := range procurements {
		ids = append(ids, id)
	}
	var feeds []waitingFeed
	err := tx.db().Raw(`SELECT f.procurement_id, f.state, f.retry_at, x.status AS endpoint, w.first, w.pending,
			(SELECT d.event_id FROM deliveries d WHERE d.endpoint_id = f.endpoint_id
				AND d.procurement_id = f.procurement_id AND d.delivered_at IS NULL AND d.seq = w.first) AS first_event
		FROM portal_feeds f JOIN endpoints x ON x.id = f.endpoint_id
		CROSS JOIN LATERAL (SELECT min(d.seq) AS first, count(*) AS pending FROM deliveries d
			WHERE d.endpoint_id = f.endpoint_id AND d.procurement_id = f.procurement_id AND d.delivered_at IS NULL) w
		WHERE f.endpoint_id = ? AND f.procurement_id IN ?`, endpoint, ids).Scan(&feeds).Error
	if err != nil {
		return fmt.Errorf("read what deliveries wait for: %w", err)
	}
	of := map[models.ID]waitingFeed{}
	for _, f := range feeds {
		of[f.ProcurementID] = f
	}
	for i, d := range deliveries {
		if d.DeliveredAt == nil {
			deliveries[i].Ahead = of[d.ProcurementID].ahead(d)
		}
	}
	return nil
}

func (f waitingFeed) ahead(d models.Delivery) *models.DeliveryAhead {
	switch {
	case d.Seq != f.First:
		return &models.DeliveryAhead{WaitsFor: models.WaitsEvent, Event: f.FirstEvent}
	case f.State == models.FeedParked:
		return &models.DeliveryAhead{WaitsFor: models.WaitsPerson, Behind: f.Pending - 1}
	case f.Endpoint != models.EndpointActive:
		return &models.DeliveryAhead{WaitsFor: models.WaitsResume, Behind: f.Pending - 1}
	case f.State == models.FeedRetrying:
		return &models.DeliveryAhead{WaitsFor: models.WaitsAttempt, At: f.RetryAt, Behind: f.Pending - 1}
	}
	return &models.DeliveryAhead{WaitsFor: models.WaitsTurn, Behind: f.Pending - 1}
}
