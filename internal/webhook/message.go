package webhook

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Message is what one delivery says.
type Message struct {
	// ID is the webhook-id: the same for every attempt, so that a receiver recognises what it has already.
	ID   models.ID
	Body []byte
}

// body is the form that Standard Webhooks asks for.
type body struct {
	Type      models.EventType `json:"type"`
	Timestamp time.Time        `json:"timestamp"`
	Data      any              `json:"data"`
}

// An Occurrence is what a message tells of an event: that it happened, when, and to what. It names things by
// their IDs only; who wants to know more asks the API, with the rights held then. So nothing leaves that
// a receiver may not know, such as how many tenders were in a box.
type Occurrence struct {
	Event       models.ID   `json:"event"`
	Procurement models.ID   `json:"procurement"`
	Mode        models.Mode `json:"mode"`
	// At is procedure time.
	At time.Time `json:"at"`
	// Subjects are the IDs in the event's payload, by their names there.
	Subjects map[string]models.ID `json:"subjects"`
}

// EventMessage tells of an event.
func EventMessage(e event.Recorded, mode models.Mode) (Message, error) {
	var payload map[string]json.RawMessage
	if err := json.Unmarshal(e.Data, &payload); err != nil {
		return Message{}, fmt.Errorf("read payload of %s: %w", e.ID, err)
	}
	subjects := map[string]models.ID{}
	for name, value := range payload {
		var id models.ID
		if json.Unmarshal(value, &id) == nil && id.Valid() && !strings.HasPrefix(string(id), string(models.PrefixPerson)) {
			subjects[name] = id
		}
	}
	return render(e.ID, body{
		Type: e.Type, Timestamp: e.RecordedAt.UTC(),
		Data: Occurrence{Event: e.ID, Procurement: e.ProcurementID, Mode: mode, At: e.At.UTC(), Subjects: subjects},
	})
}

// typePing is the type of a test message, which is no event.
const typePing models.EventType = "endpoint.ping"

// pingMessage tells that an endpoint can be reached.
func pingMessage(endpoint models.ID, at time.Time) (Message, error) {
	return render(models.NewID(models.PrefixEvent), body{
		Type: typePing, Timestamp: at.UTC(), Data: map[string]models.ID{"endpoint": endpoint},
	})
}

func render(id models.ID, b body) (Message, error) {
	rendered, err := json.Marshal(b)
	if err != nil {
		return Message{}, fmt.Errorf("render message %s: %w", id, err)
	}
	return Message{ID: id, Body: rendered}, nil
}
