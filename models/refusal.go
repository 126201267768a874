package models

import (
	"errors"
	"fmt"
	"time"
)

// A Refusal says no to a caller: what was wrong, where, and what would be accepted. It is a value of
// the domain, recorded like any other outcome; it is never a fault of the engine.
type Refusal struct {
	Code     Code   `json:"code"`
	Field    string `json:"field,omitempty"`
	Detail   string `json:"detail"`
	Accepted string `json:"accepted,omitempty"`
	// Wait is how long to wait before the same request may succeed; 0: as the kind of refusal says.
	Wait time.Duration `json:"-"`
	// Others holds further faults of the same request, so that a caller can correct all at once.
	Others []*Refusal `json:"others,omitempty"`
}

// Refuse makes a refusal about field (a JSON pointer into the request, or empty).
func Refuse(code Code, field, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Field: field, Detail: Sentence(format, args...)}
}

// Accepting adds what would have been accepted.
func (r *Refusal) Accepting(format string, args ...any) *Refusal {
	r.Accepted = Sentence(format, args...)
	return r
}

// After adds how long to wait before the same request may succeed.
func (r *Refusal) After(wait time.Duration) *Refusal {
	r.Wait = wait
	return r
}

// Error describes the refusal for a log.
func (r *Refusal) Error() string {
	if r.Field == "" {
		return fmt.Sprintf("%s: %s", r.Code, r.Detail)
	}
	return fmt.Sprintf("%s at %s: %s", r.Code, r.Field, r.Detail)
}

// What a refusal names of a request outside of its content. Each protocol has its own name for it.
const (
	// FieldVersion is the version that a change was made on.
	FieldVersion = "@version"
	// FieldRequest is the ID by which a repeated request is recognised.
	FieldRequest = "@request"
)

// NoSuchResource refuses what does not exist and what the caller may not know of, in the same words ([CodeNotFound]).
func NoSuchResource() *Refusal {
	return Refuse(CodeNotFound, "", "there is no such resource, or you hold no role that lets you see it")
}

// RefusalOf returns the refusal in err's chain, if there is one.
func RefusalOf(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}

// Refusals gathers the faults of one request into one refusal, or nil when there are none; nil is no fault. Faults
// that were gathered before are listed beside the others.
func Refusals(all []*Refusal) error {
	var flat []*Refusal
	for _, r := range all {
		if r != nil {
			flat = append(flat, r.each()...)
		}
	}
	if len(flat) == 0 {
		return nil
	}
	flat[0].Others = flat[1:]
	return flat[0]
}

// At names the field of a refusal that has none.
func At(field string, err error) error {
	r, refused := RefusalOf(err)
	if !refused || r.Field != "" {
		return err
	}
	moved := *r
	moved.Field = field
	return &moved
}

// Faults lists the faults that err gathers, one by one; none when it is no refusal.
func Faults(err error) []*Refusal {
	r, refused := RefusalOf(err)
	if !refused {
		return nil
	}
	return r.each()
}

// each copies the refusal and its others into one list.
func (r *Refusal) each() []*Refusal {
	alone := *r
	alone.Others = nil
	all := []*Refusal{&alone}
	for _, other := range r.Others {
		all = append(all, other.each()...)
	}
	return all
}
