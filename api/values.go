package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/models"
)

// ProcurementPath is embedded by the input of what concerns a procurement. The guard has read and judged
// the ID already; see [call.standing].
type ProcurementPath struct {
	Procurement string `path:"procurement" doc:"ID of the procurement"`
}

// checkInstant refuses an instant that cannot be meant, and might not be storable or showable; none is
// fine.
func checkInstant(field string, t *time.Time) *models.Refusal {
	earliest, latest := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	if t == nil || (!t.Before(earliest) && t.Before(latest)) {
		return nil
	}
	return models.Refuse(models.CodeInvalidValue, field, "the instant lies outside any procurement's life").
		Accepting("an instant from %s and before %s", earliest.Format(time.DateOnly), latest.Format(time.DateOnly))
}

// utc is an instant as it is stored and shown: in UTC, to the microsecond.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func utcOrNil(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := utc(*t)
	return &u
}

// pathID reads an ID of the path; what is not one names nothing.
func pathID(prefix models.Prefix, parameter, s string) (models.ID, error) {
	id, err := models.ParseID(prefix, parameter, s)
	if err != nil {
		return "", models.Refuse(models.CodeNotFound, parameter, "there is no such resource").
			Accepting("%s_ followed by a UUID version 7 in lower case", prefix)
	}
	return id, nil
}

// gather makes one error of what checks found, or nil.
func gather(checks ...*models.Refusal) error {
	return models.Refusals(checks)
}

// optional is a member of a merge patch (RFC 7396): absent leaves the value, null removes it.
type optional[T any] struct {
	given bool
	value *T
}

// UnmarshalJSON reads null or a value.
func (o *optional[T]) UnmarshalJSON(b []byte) error {
	o.given = true
	if bytes.Equal(b, []byte("null")) {
		o.value = nil
		return nil
	}
	if err := json.Unmarshal(b, &o.value); err != nil {
		return fmt.Errorf("read optional value: %w", err)
	}
	return nil
}

// Schema describes the value or null.
func (o optional[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), false, "")
	s.Nullable = true
	return &s
}

// set changes target when the member was given.
func (o optional[T]) set(target **T) {
	if o.given {
		*target = o.value
	}
}

func setIf[T any](target, value *T) {
	if value != nil {
		*target = *value
	}
}
