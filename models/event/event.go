// Package event is the catalogue of what can happen: a row for each type of event, with what it means, what its payload
// holds and who gets it. An event can be appended to the record only with a payload of the catalogue, whose row gives
// it its type.
package event

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A Payload is what an event of one type says: IDs, codes, digests, instants and amounts. Personal data stays
// out of it, so that erasing a person does not break the chain (Regulation (EU) 2016/679, Article 17). Fields
// are part of the public feed: they are added, never renamed or removed, and a new one is omitted when empty.
type Payload interface{ event() }

// An Event is to be inserted by the transaction that changes something. It is never altered.
type Event struct {
	ID models.ID
	// ProcurementID is empty for what concerns the platform, such as a new organisation.
	ProcurementID models.ID
	// ActorID is the person who acted; empty when the engine did.
	ActorID models.ID
	// At is procedure time: database time plus the procurement's offset.
	At time.Time
	// RecordedAt is the database's own time.
	RecordedAt time.Time
	Payload    Payload
}

// A Recorded event is one line of the record as it is read again. Its type may be one that only a later
// release knows.
type Recorded struct {
	ID            models.ID
	ProcurementID models.ID
	Type          models.EventType
	ActorID       models.ID
	At            time.Time
	RecordedAt    time.Time
	// Data is the payload as JSON; empty: nothing.
	Data json.RawMessage
}

// Record renders the payload, under the type that its row in the catalogue gives it.
func (e Event) Record() (Recorded, error) {
	r := Recorded{ID: e.ID, ProcurementID: e.ProcurementID, ActorID: e.ActorID, At: e.At, RecordedAt: e.RecordedAt}
	if r.Type = TypeOf(e.Payload); r.Type == "" {
		return r, fmt.Errorf("record event: payload %T is in no row of the catalogue", e.Payload)
	}
	var err error
	if r.Data, err = json.Marshal(e.Payload); err != nil {
		return r, fmt.Errorf("render payload of %s: %w", r.Type, err)
	}
	return r, nil
}

// TypeOf is the type of events with such a payload; empty: no row of the catalogue has it.
func TypeOf(p Payload) models.EventType { return typeOfPayload[reflect.TypeOf(p)] }

var typeOfPayload = func() map[reflect.Type]models.EventType {
	types := make(map[reflect.Type]models.EventType, len(catalogue))
	for _, r := range catalogue {
		types[reflect.TypeOf(r.Payload)] = r.Type
	}
	return types
}()
