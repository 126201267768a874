package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

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
	Replayed string `header:"Idempotent-Replayed" doc:"true when this is the answer of an earlier request with the same Idempotency-Key"`
	Body     T
}

// show answers a GET; with 304 when the caller has this version already.
func show[T resource](ctx context.Context, body T) *Answer[T] {
	a := &Answer[T]{Status: http.StatusOK, ETag: etag(body.version()), Body: body}
	if matchesNone(callOf(ctx).ifNoneMatch, a.ETag) {
		a.Status = http.StatusNotModified
	}
	return a
}

// change runs one PUT, PATCH or DELETE in a transaction and shows what came of it. do compares the
// call's If-Match with the version it locked.
func change[T resource](ctx context.Context, s *server, do func(*store.Tx) (T, error)) (*Answer[T], error) {
	var body T
	err := s.store.InTx(ctx, func(tx *store.Tx) error {
		var err error
		body, err = do(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	a := &Answer[T]{Status: callOf(ctx).op.status, ETag: etag(body.version()), Body: body}
	if n, ok := any(body).(novel); ok && n.isNew() {
		a.Status, a.Location = http.StatusCreated, body.self()
	}
	return a, nil
}

// A novel resource tells whether a PUT has just created it (RFC 9110 §9.3.4 asks for 201).
type novel interface {
	isNew() bool
}

// create runs one POST in a transaction, at most once per Idempotency-Key: what it did, its events and
// its answer are committed together, and whoever repeats it gets the same answer. A refusal leaves
// nothing behind, so that the key can be used again once what was refused is mended.
func create[T resource](ctx context.Context, s *server, do func(*store.Tx) (T, error)) (*Answer[T], error) {
	call := callOf(ctx)
	var answer *Answer[T]
	err := s.store.InTx(ctx, func(tx *store.Tx) error {
		earlier, err := tx.ClaimRequest(store.Request{ID: call.commandID(), Fingerprint: call.fingerprint[:]})
		if err != nil {
			return err
		}
		if earlier != nil {
			answer, err = replay[T](call, earlier)
			return err
		}
		body, err := do(tx)
		if err != nil {
			return err
		}
		answer = &Answer[T]{Status: call.op.status, ETag: etag(body.version()), Location: body.self(), Body: body}
		return keep(tx, call, answer)
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// A secretive resource shows a secret when it is made. The secret is not kept with the answer; a
// replay says so instead.
type secretive[T any] interface {
	withoutSecret() T
}

func keep[T resource](tx *store.Tx, call *call, a *Answer[T]) error {
	kept := a.Body
	if s, ok := any(kept).(secretive[T]); ok {
		kept = s.withoutSecret()
	}
	body, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("render answer: %w", err)
	}
	return tx.AnswerRequest(store.Request{ID: call.commandID(), Body: body})
}

func replay[T resource](call *call, earlier *store.Request) (*Answer[T], error) {
	if !bytes.Equal(earlier.Fingerprint, call.fingerprint[:]) {
		return nil, keyReused()
	}
	a := &Answer[T]{Status: call.op.status, Replayed: "true"}
	if err := json.Unmarshal(earlier.Body, &a.Body); err != nil {
		return nil, fmt.Errorf("read earlier answer: %w", err)
	}
	a.ETag, a.Location = etag(a.Body.version()), a.Body.self()
	return a, nil
}

func keyReused() *models.Refusal {
	return models.Refuse(models.CodeKeyReused, headerIdempotencyKey, "this Idempotency-Key was used for a request with another body").
		Accepting("a new key for a new request, or the first request as it was")
}

// record appends an event about what the caller did, on the procurement of the path if there is one.
// data holds IDs, codes and amounts, never personal data.
func record(ctx context.Context, tx *store.Tx, kind models.EventType, data map[string]any) error {
	call := callOf(ctx)
	e := models.Event{Type: kind, ActorID: call.actor.PersonID, Data: data}
	if call.standing != nil {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		e.ProcurementID, e.RecordedAt, e.At = call.procurement(), now, call.standing.Procurement.Now(now)
	}
	_, err := tx.Append(e)
	return err
}
