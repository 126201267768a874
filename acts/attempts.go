package acts

import (
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Attempts must be clearly detectable (Directive 2014/24/EU, Annex IV (g)), but whoever repeats one must not fill the
// record. The first of a person, on one subject, in an hour is an event; the others are counted, and their number is an
// event when the hour has passed.

// recordAttempt appends the event of an attempt, or counts the attempt when there is an event of the hour.
func recordAttempt(tx *store.Tx, e event.Event, subject string, lot models.ID) error {
	e.ID = models.NewID(models.PrefixEvent)
	first, err := tx.CountAttempt(store.Attempt{
		PersonID: e.ActorID, Type: event.TypeOf(e.Payload), EventID: e.ID, Subject: subject,
		ProcurementID: e.ProcurementID, LotID: lot, LastAt: e.At,
	})
	if err != nil || !first {
		return err
	}
	_, err = tx.Append(e)
	return err
}

// CountAttempts takes at most limit counts of attempts whose hour has passed, records those of more than one attempt,
// and returns how many it took.
func (a *Acts) CountAttempts(ctx context.Context, limit int) (int64, error) {
	taken := 0
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		attempts, err := tx.TakeAttempts(limit)
		if err != nil {
			return err
		}
		taken = len(attempts)
		for _, attempt := range attempts {
			if err := recordCount(tx, attempt); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return int64(taken), nil
}

func recordCount(tx *store.Tx, a store.Attempt) error {
	if a.N == 1 {
		return nil // its event tells it
	}
	e := event.Event{ProcurementID: a.ProcurementID, ActorID: a.PersonID, At: a.LastAt}
	switch a.Type {
	case event.TypeOf(event.TenderRefused{}):
		e.Payload = event.TenderRefusalsCounted{EventID: a.EventID, LotID: a.LotID, Attempts: a.N}
	case event.TypeOf(event.OpeningRefused{}), event.TypeOf(event.ReleaseRefused{}):
		e.Payload = event.OpeningRefusalsCounted{EventID: a.EventID, Attempts: a.N}
	default:
		return fmt.Errorf("count attempts: nobody knows how to record those of type %s", a.Type)
	}
	_, err := tx.Append(e)
	return err
}
