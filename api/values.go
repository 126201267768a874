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
// the ID already; see [call.seat].
type ProcurementPath struct {
	Procurement string `path:"procurement" doc:"ID of the procurement"`
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

// change points to what the member changes its value to, which may be nothing; nil: the member was not given.
func (o optional[T]) change() **T {
	if !o.given {
		return nil
	}
	return &o.value
}

// orZero points to what the member changes a value to that is never absent, only empty; nil: the member was not given.
func (o optional[T]) orZero() *T {
	if o.given && o.value == nil {
		return new(T)
	}
	return o.value
}
