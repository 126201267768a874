package models

import (
	"errors"
	"fmt"
)

// A Refusal says no to a caller: what was wrong, where, and what would be accepted. It is a value of
// the domain, recorded like any other outcome; it is never a fault of the engine.
type Refusal struct {
	Code     Code   `json:"code"`
	Field    string `json:"field,omitempty"`
	Detail   string `json:"detail"`
	Accepted string `json:"accepted,omitempty"`
	// Others holds further faults of the same request, so that a caller can mend all at once.
	Others []*Refusal `json:"others,omitempty"`
}

// Refuse makes a refusal about field (a JSON pointer into the request, or empty).
func Refuse(code Code, field, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Field: field, Detail: fmt.Sprintf(format, args...)}
}

// Accepting adds what would have been accepted.
func (r *Refusal) Accepting(format string, args ...any) *Refusal {
	r.Accepted = fmt.Sprintf(format, args...)
	return r
}

// Error describes the refusal for a log.
func (r *Refusal) Error() string {
	if r.Field == "" {
		return fmt.Sprintf("%s: %s", r.Code, r.Detail)
	}
	return fmt.Sprintf("%s at %s: %s", r.Code, r.Field, r.Detail)
}

// RefusalOf returns the refusal in err's chain, if there is one.
func RefusalOf(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}

// Refusals gathers the faults of one request into one refusal, or nil when there are none.
func Refusals(all []*Refusal) error {
	if len(all) == 0 {
		return nil
	}
	first := *all[0]
	first.Others = append(first.Others, all[1:]...)
	return &first
}
