package acts

import (
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// utc is an instant as it is stored: in UTC, to the microsecond.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func utcOrNil(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := utc(*t)
	return &u
}

// later is the later of two instants.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// checkInstant refuses an instant that must be a mistake, because no procurement is so old or so far ahead. No instant
// is fine.
func checkInstant(field string, t *time.Time) *models.Refusal {
	earliest, latest := calendar.Earliest, calendar.Latest
	if t == nil || (!t.Before(earliest) && t.Before(latest)) {
		return nil
	}
	return models.Refuse(models.CodeInvalidValue, field, "the instant is too early or too late for a procurement").
		Accepting("an instant from %s and before %s", earliest.Format(time.DateOnly), latest.Format(time.DateOnly))
}

// sameInstant tells whether both are the same instant, or neither is one.
func sameInstant(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}
