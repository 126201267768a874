package views

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// Lots lists lots, those after the given one: the buyers' side sees all, a supplier those that were published.
func (v *Views) Lots(ctx context.Context, r Reader, after models.ID, limit int) ([]models.Lot, error) {
	return v.Store.ListLots(ctx, r.procurement(), !r.buyersEyes(), after, limit)
}

// Lot reads a lot. For a supplier one that was never published does not exist.
func (v *Views) Lot(ctx context.Context, r Reader, id models.ID) (models.Lot, error) {
	l, err := v.Store.Lot(ctx, r.procurement(), id)
	if err == nil && l.OpenedAt == nil && !r.buyersEyes() {
		return models.Lot{}, models.NoSuchResource()
	}
	return l, err
}

// DeadlineOf is the instant that the deadline of a lot means: of one that is not published, by the rules of today.
// There is none when no deadline was set, or when no clock shows it.
func DeadlineOf(l models.Lot) (time.Time, bool) {
	switch {
	case l.DeadlineLocal == "":
		return time.Time{}, false
	case l.Deadline != nil:
		return *l.Deadline, true
	}
	at, err := calendar.Instant("/deadline", l.DeadlineLocal, l.DeadlineZone)
	return at, err == nil
}
