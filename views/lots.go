package views

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// Lots lists lots, those after the given one: the buyers' side sees all, a supplier those that were published.
func (v *Views) Lots(ctx context.Context, r Reader, after models.ID, limit int) ([]models.Lot, error) {
	return rows(r, OfLots, func(p models.ID) ([]models.Lot, error) {
		return v.Store.ListLots(ctx, p, !r.buyersEyes(), after, limit)
	})
}

// Lot reads a lot. For a supplier, a lot that was never published does not exist.
func (v *Views) Lot(ctx context.Context, r Reader, id models.ID) (models.Lot, error) {
	l, err := rows(r, OfLots, func(p models.ID) (models.Lot, error) { return v.Store.Lot(ctx, p, id) })
	if err == nil && !l.Published() && !r.buyersEyes() {
		return models.Lot{}, models.NoSuchResource()
	}
	return l, err
}

// A Deadline is a deadline as it was entered, and the instant that it means.
type Deadline struct {
	At          time.Time
	Local, Zone string
}

// DeadlineOf is the deadline of a lot's last box. While the lot is not published, it is the deadline that its first box
// is to have, by the zone rules of today. There is none when no deadline was set, or when the local time does not exist
// in the zone.
func DeadlineOf(l models.Lot) (Deadline, bool) {
	if b := l.Box(); l.Published() {
		return Deadline{b.Deadline, b.DeadlineLocal, b.DeadlineZone}, true
	}
	if l.DeadlineLocal == "" {
		return Deadline{}, false
	}
	at, err := calendar.Instant("/deadline", l.DeadlineLocal, l.DeadlineZone)
	return Deadline{at, l.DeadlineLocal, l.DeadlineZone}, err == nil
}
