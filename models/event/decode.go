package event

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Payload reads the payload of a recorded event. It is nil if only a later release knows the type. It fails when the
// data is none that an event of this type can have.
func (r Recorded) Payload() (Payload, error) {
	row, known := Find(r.Type)
	if !known {
		return nil, nil //nolint:nilnil // the event is good, and says nothing that is understood here
	}
	payload := reflect.New(reflect.TypeOf(row.Payload))
	if err := json.Unmarshal(r.Data, payload.Interface()); err != nil {
		return nil, fmt.Errorf("read payload of event %s (%s): %w", r.ID, r.Type, err)
	}
	return payload.Elem().Interface().(Payload), nil //nolint:forcetypeassert // made of a payload's type
}
