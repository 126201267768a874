package acts

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A deed is an act of content under way: the transaction that carries it out, and who acts. Once it has entered,
// it knows the procurement and the actor's roles as they are under the lock.
type deed struct {
	By

	tx *store.Tx
}

// Done is what came of an act that makes something.
type Done[T any] struct {
	Result T
	// Again tells that an earlier request with the same ID did it, and that this is its result.
	Again bool
}

// once carries out an act in one transaction, at most once per request: what it did, its events and its result are
// committed together, and whoever repeats it gets the same result. A refusal leaves nothing behind, so that the request
// can be repeated after its fault was corrected.
func once[T any](ctx context.Context, a *Acts, by By, do func(*deed) (T, error)) (Done[T], error) {
	var done Done[T]
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		earlier, err := tx.ClaimRequest(store.Request{ID: by.Request.ID, Fingerprint: by.Request.Fingerprint[:]})
		if err != nil {
			return err
		}
		if earlier != nil {
			done.Again = true
			return recall(by.Request, earlier, &done.Result)
		}
		d, err := begin(tx, by)
		if err != nil {
			return err
		}
		if done.Result, err = do(d); err != nil {
			return err
		}
		return keep(tx, by.Request, done.Result)
	})
	if err != nil {
		return Done[T]{}, err
	}
	return done, nil
}

// begin starts a deed. One about a procurement confirms who acts when it has entered.
func begin(tx *store.Tx, by By) (*deed, error) {
	d := &deed{By: by, tx: tx}
	if d.Seat != nil {
		return d, nil
	}
	return d, d.confirm()
}

// confirm reads what the actor is on the platform now, and refuses a key that has ended: a request may have been on its
// way for long, and waited for locks, since it was let in.
func (d *deed) confirm() error {
	switch {
	case d.Actor.PersonID == "":
		return nil // everybody may ask for the act
	case d.Key == "": // tests come without one
		p, err := d.tx.Person(d.Actor.PersonID)
		d.Actor.Administrator, d.Actor.Representative = p.Administrator, p.Representative
		return err
	}
	c, err := d.tx.Credential(d.Key)
	if err != nil {
		return err
	}
	d.Actor.Administrator, d.Actor.Representative = c.Person.Administrator, c.Person.Representative
	if !c.Key.Usable(c.At) {
		return models.Refuse(models.CodeUnauthenticated, "", "the API key of this request has ended").
			Accepting("a key that is neither expired nor revoked")
	}
	return nil
}

// RequestsKept is how long the result of a request is kept at least.
const RequestsKept = store.RequestsKept

// MayRepeat tells whether an act or view that met this error may succeed when it is tried again.
func MayRepeat(err error) bool { return pg.IsRetryable(err) }

// A secretive result contains a secret that is shown once. The secret is not kept; a repeat gets the result without it.
type secretive[T any] interface {
	WithoutSecret() T
}

func keep[T any](tx *store.Tx, r Request, result T) error {
	if s, ok := any(result).(secretive[T]); ok {
		result = s.WithoutSecret()
	}
	body, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("render result: %w", err)
	}
	return tx.AnswerRequest(store.Request{ID: r.ID, Body: body})
}

func recall[T any](r Request, earlier *store.Request, result *T) error {
	if err := r.repeats(earlier); err != nil {
		return err
	}
	if err := json.Unmarshal(earlier.Body, result); err != nil {
		return fmt.Errorf("read earlier result: %w", err)
	}
	return nil
}

// answered is what an earlier request with the same ID came to, if it was answered (Again). It is for acts that do
// something before their transaction.
func answered[T any](ctx context.Context, a *Acts, by By) (Done[T], error) {
	earlier, err := a.Store.EarlierRequest(ctx, by.Request.ID)
	if err != nil || earlier == nil {
		return Done[T]{}, err
	}
	done := Done[T]{Again: true}
	return done, recall(by.Request, earlier, &done.Result)
}

// repeats refuses a request that is not the earlier one again, or whose result cannot be read any more.
func (r Request) repeats(earlier *store.Request) error {
	switch {
	case !bytes.Equal(earlier.Fingerprint, r.Fingerprint[:]):
		return anotherRequest()
	case earlier.Form != store.RequestForm:
		return models.Refuse(models.CodeAnswerLost, models.FieldRequest,
			"this request was carried out before the last upgrade, and its answer cannot be shown again").
			Accepting("reading what the request has made or changed")
	}
	return nil
}

func anotherRequest() *models.Refusal {
	return models.Refuse(models.CodeKeyReused, models.FieldRequest, "the ID of this request was used for another one").
		Accepting("a new ID for a new request, or the first request as it was")
}

// change carries out, in one transaction, an act that does no harm when it is repeated: it sets values, and checks the
// version that the change was made on.
func change[T any](ctx context.Context, a *Acts, by By, do func(*deed) (T, error)) (T, error) {
	var result T
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		d, err := begin(tx, by)
		if err != nil {
			return err
		}
		result, err = do(d)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}

// A lock is how the procurement's row is taken.
type lock bool

const (
	// share is for content: many at once, while no process command runs.
	share lock = false
	// alone is for what changes the procurement's row itself, or must not run beside another of its kind.
	alone lock = true
)

func (l lock) take(tx *store.Tx, id models.ID) (models.Procurement, error) {
	if l == alone {
		return tx.LockProcurement(id)
	}
	return tx.ShareProcurement(id)
}

// enter locks the procurement and judges whether the actor may do this: a role may have ended between the first look
// and the lock. From here on the deed's seat is the one read under the lock.
func (d *deed) enter(how lock) error {
	if d.Seat == nil {
		return models.NoSuchResource()
	}
	p, err := how.take(d.tx, d.procurement())
	if err != nil {
		return err
	}
	// The roles are read after the lock was taken, in a statement of their own.
	seat, err := d.tx.Seat(p, d.Actor.PersonID)
	if err != nil {
		return err
	}
	d.Seat, d.Actor.Roles = &seat, seat.Roles
	if err := d.confirm(); err != nil {
		return err
	}
	if err := d.Actor.MustHoldAny(d.Roles...); err != nil {
		return &Denied{err}
	}
	return nil
}

// enterContent locks a procurement for a change of its content. It refuses one that has ended or is suspended:
// suspension stops the buyers' acts.
func (d *deed) enterContent(how lock) error {
	if err := d.enter(how); err != nil {
		return err
	}
	switch status := d.Seat.Procurement.Status; {
	case status.Ended():
		return models.Refuse(models.CodeEnded, "", "the procurement has ended: %s", status)
	case status == models.StatusSuspended:
		return models.Refuse(models.CodeSuspended, "", "the procurement is suspended").Accepting("resuming it first")
	}
	return nil
}

// enterDraft locks a draft for a change of what its start will fix, made on its present version.
func (d *deed) enterDraft() error {
	if err := d.enter(alone); err != nil {
		return err
	}
	p := d.Seat.Procurement
	if err := d.On.check(p.Version); err != nil {
		return err
	}
	if p.Status != models.StatusDraft {
		return models.Refuse(models.CodeNotDraft, "",
			"the procurement is %s: only a draft can be changed in this way", p.Status)
	}
	return nil
}

// enterUnended locks a procurement that has not ended, alone, so that roles given at once are judged one after the
// other.
func (d *deed) enterUnended() error {
	if err := d.enter(alone); err != nil {
		return err
	}
	if status := d.Seat.Procurement.Status; status.Ended() {
		return models.Refuse(models.CodeEnded, "", "the procurement has ended: %s", status)
	}
	return nil
}

// procurement is the ID of the procurement that the act is about, or nothing.
func (d *deed) procurement() models.ID {
	if d.Seat == nil {
		return ""
	}
	return d.Seat.Procurement.ID
}

// dossier reads what the gates are judged on.
func (d *deed) dossier() (models.Dossier, error) {
	return d.tx.Dossier(d.Seat.Procurement, d.Seat.Now)
}

// record appends an event about what the actor did.
func (d *deed) record(what event.Payload) error {
	_, err := d.tx.Append(d.event(what))
	return err
}

// event is the event about what the actor did. On a procurement it bears the instant at which the deed read the
// procurement: one reading of the clock dates the change and its event.
func (d *deed) event(what event.Payload) event.Event {
	e := event.Event{ActorID: d.Actor.PersonID, Payload: what}
	if st := d.Seat; st != nil {
		e.ProcurementID, e.At, e.RecordedAt = d.procurement(), st.Now, st.Procurement.RealTime(st.Now)
	}
	return e
}

// setIf sets what was given.
func setIf[T any](target, value *T) {
	if value != nil {
		*target = *value
	}
}
