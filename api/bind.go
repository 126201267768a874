package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// by is the caller as an act is asked for.
func by(ctx context.Context) acts.By {
	req := requestOf(ctx)
	return acts.By{
		Actor: req.actor, Seat: req.seat, Roles: req.op.access.roles,
		Request: acts.Request{ID: req.commandID(), Fingerprint: req.fingerprint},
		On:      req.ifMatch.on(),
	}
}

// on is the precondition as acts take it.
func (p precondition) on() acts.Versions { return acts.Versions{Any: p.any, Of: p.versions} }

// readerOf is the caller as views take one.
func readerOf(ctx context.Context) views.Reader {
	req := requestOf(ctx)
	return views.Reader{Actor: req.actor, Seat: req.seat}
}

// A resource is something that has a URL and a version.
type resource interface {
	self() string
	version() int64
}

// An Answer shows a resource.
type Answer[T resource] struct {
	Status   int
	ETag     string `header:"ETag" doc:"The version, for If-Match and If-None-Match"`
	Location string `header:"Location" doc:"Where the resource is, when it was just created"`
	Replayed string `header:"Idempotent-Replayed" doc:"true: the answer of an earlier request with the same key"`
	Body     T
}

// show answers a GET; with 304 when the caller has this version already.
func show[T resource](ctx context.Context, body T) *Answer[T] {
	a := &Answer[T]{Status: http.StatusOK, ETag: etag(body.version()), Body: body}
	if matchesNone(requestOf(ctx).ifNoneMatch, a.ETag) {
		a.Status = http.StatusNotModified
	}
	return a
}

// A novel resource tells whether a PUT has just created it (RFC 9110 §9.3.4 asks for 201).
type novel interface {
	isNew() bool
}

// created answers a POST with what its act has made.
func created[M any, T resource](ctx context.Context, done acts.Done[M], err error, show func(M) T) (*Answer[T], error) {
	if err != nil {
		return nil, err
	}
	body := show(done.Result)
	a := &Answer[T]{Status: requestOf(ctx).op.status, ETag: etag(body.version()), Location: body.self(), Body: body}
	if done.Again {
		a.Replayed = "true"
	}
	return a, nil
}

// changed answers a PUT, PATCH or DELETE with what has come of its act.
func changed[M any, T resource](ctx context.Context, result M, err error, show func(M) T) (*Answer[T], error) {
	if err != nil {
		return nil, err
	}
	body := show(result)
	a := &Answer[T]{Status: requestOf(ctx).op.status, ETag: etag(body.version()), Body: body}
	if n, ok := any(body).(novel); ok && n.isNew() {
		a.Status, a.Location = http.StatusCreated, body.self()
	}
	return a, nil
}

// got answers a GET of something that has a version.
func got[M any, T resource](ctx context.Context, result M, err error, view func(M) T) (*Answer[T], error) {
	if err != nil {
		return nil, err
	}
	return show(ctx, view(result)), nil
}

// traced leaves a trace of an act that was denied only when it was to be carried out, and has it recorded that
// somebody tried to open an envelope too early.
func (s *server) traced(ctx context.Context, err error) error {
	if early, ok := errors.AsType[*views.TooEarly](err); ok {
		return errors.Join(s.acts.RecordTooEarly(ctx, by(ctx), early.Tender, early.Envelope, early.Refusal.Code),
			early.Refusal)
	}
	if denied, ok := errors.AsType[*acts.Denied](err); ok {
		return s.denied(ctx, denied.Refusal)
	}
	return err
}

// inHeaders makes a refusal name the headers by which a request says what it does not say in its body.
func inHeaders(r *models.Refusal) *models.Refusal {
	if r.Code == models.CodeKeyReused {
		return keyReused()
	}
	named := *r
	switch r.Field {
	case models.FieldVersion:
		named.Field = headerIfMatch
	case models.FieldRequest:
		named.Field = headerIdempotencyKey
	}
	return &named
}

func keyReused() *models.Refusal {
	return models.Refuse(models.CodeKeyReused, headerIdempotencyKey,
		"this Idempotency-Key was used for a request with another body").
		Accepting("a new key for a new request, or the first request as it was")
}
