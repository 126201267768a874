package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

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

// A lock is how the procurement's row is taken.
type lock bool

const (
	// share is for content: many at once, while no process command runs.
	share lock = false
	// alone is for what changes the procurement's row itself, or must not meet another of its kind.
	alone lock = true
)

func (l lock) take(tx *store.Tx, id models.ID) (models.Procurement, error) {
	if l == alone {
		return tx.LockProcurement(id)
	}
	return tx.ShareProcurement(id)
}

// enter locks the procurement of the path inside a transaction and judges again whether the caller may
// do this: between the guard's look and the lock a role may have ended.
func (s *server) enter(ctx context.Context, tx *store.Tx, how lock) (models.Standing, error) {
	call := callOf(ctx)
	p, err := how.take(tx, call.procurement())
	if err != nil {
		return models.Standing{}, err
	}
	// The roles are read after the lock was got, in a statement of their own.
	standing, err := tx.Standing(p, call.actor.PersonID)
	if err != nil {
		return standing, err
	}
	call.standing, call.actor.Roles = &standing, standing.Roles
	if err := acts.Permit(call.actor, call.op.access.roles...); err != nil {
		return standing, s.denied(ctx, err)
	}
	return standing, nil
}

// enterContent locks a procurement for a change of what it says: not once it has ended, and not while it
// is suspended, which stops the buyers' acts.
func (s *server) enterContent(ctx context.Context, tx *store.Tx, take lock) (models.Standing, error) {
	st, err := s.enter(ctx, tx, take)
	switch {
	case err != nil:
		return st, err
	case st.Procurement.Status.Ended():
		return st, models.Refuse(models.CodeEnded, "", "the procurement is %s", st.Procurement.Status)
	case st.Procurement.Status == models.StatusSuspended:
		return st, models.Refuse(models.CodeSuspended, "", "the procurement is suspended").Accepting("resume it first")
	}
	return st, nil
}
