package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Optional is a member of a merge patch (RFC 7396): absent leaves the value, null removes it.
type Optional[T any] struct {
	given bool
	value *T
}

// UnmarshalJSON reads null or a value.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
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
func (o Optional[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), false, "")
	s.Nullable = true
	return &s
}

// Change points to the new value, which is nil when the member is null. Change returns nil when the member was not
// given.
func (o Optional[T]) Change() **T {
	if !o.given {
		return nil
	}
	return &o.value
}

// OrZero points to the new value of something that can be empty but never absent: null becomes the zero value. OrZero
// returns nil when the member was not given.
func (o Optional[T]) OrZero() *T {
	if o.given && o.value == nil {
		return new(T)
	}
	return o.value
}

// Given tells whether the member was given.
func (o Optional[T]) Given() bool { return o.given }

// Value is the new value; nil when the member is null or was not given.
func (o Optional[T]) Value() *T { return o.value }
