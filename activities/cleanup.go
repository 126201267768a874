package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models/process"
)

// Transactions of a clean-up stay short: one upload may have gigabytes.
const (
	uploadsAtOnce = 5
	rowsAtOnce    = 1000
)

// CleanUp removes what nobody needs any more: abandoned uploads, old answers of requests, old deliveries, and counts of
// refused attempts, which it records. What was removed before an error stays removed; the next clean-up continues. One
// kind that fails does not keep the others waiting.
func (m *Maintenance) CleanUp(ctx context.Context) (done process.CleanedUp, err error) {
	attempts := &acts.Acts{Store: m.Store, Log: m.Log}
	for _, step := range []struct {
		removed *int64
		remove  func(ctx context.Context, limit int) (int64, error)
		limit   int
	}{
		{&done.Uploads, m.Store.CleanUploads, uploadsAtOnce},
		{&done.Requests, m.Store.ForgetRequests, rowsAtOnce},
		{&done.Deliveries, m.Store.ForgetDeliveries, rowsAtOnce},
		{&done.Attempts, attempts.CountAttempts, rowsAtOnce},
	} {
		removed, failed := untilNothing(ctx, step.remove, step.limit)
		*step.removed = removed
		err = errors.Join(err, failed)
	}
	return done, sanitise(ctx, m.Log, err)
}

// untilNothing removes limit things at a time until nothing is left, with a heartbeat before each.
func untilNothing(
	ctx context.Context, remove func(ctx context.Context, limit int) (int64, error), limit int,
) (removed int64, err error) {
	for {
		activity.RecordHeartbeat(ctx)
		n, err := remove(ctx, limit)
		removed += n
		if err != nil || n == 0 {
			return removed, err
		}
	}
}
