package webhook

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Message is the content of one delivery.
type Message struct {
	// ID is the webhook-id: it is the same for every attempt, so that a receiver recognises a message that it has
	// already.
	ID   models.ID
	Body []byte
	// Replay counts how often somebody asked that the message be sent again, or after all; 0: nobody did.
	Replay int
}

// An Envelope is the form of a message that Standard Webhooks requires.
type Envelope[Data any] struct {
	Type      models.EventType `json:"type" doc:"What happened"`
	Timestamp time.Time        `json:"timestamp" doc:"When it was recorded, in real time"`
	Data      Data             `json:"data" doc:"What it happened to"`
}

// An Occurrence is what a message tells of an event: that it happened, when, and to what. It names things only by their
// IDs; a receiver who wants to know more asks the API, with the rights that the receiver has then. So a message tells
// nothing that a receiver may not know, such as how many tenders were in a box.
type Occurrence struct {
	Event       models.ID   `json:"event" doc:"The event, as the feed has it"`
	Procurement models.ID   `json:"procurement" doc:"The procurement it belongs to"`
	Mode        models.Mode `json:"mode" enum:"live,rehearsal" doc:"Whether the procurement is live or a rehearsal"`
	At          time.Time   `json:"at" doc:"When it happened, in procedure time"`
	// Subjects are the IDs in the event's payload by their names there, without IDs of people.
	Subjects map[string]models.ID `json:"subjects" doc:"The IDs in the event's payload by name, but none of people"`
}

// EventMessage makes the message about an event.
func EventMessage(e event.Recorded, mode models.Mode) (Message, error) {
	var payload map[string]json.RawMessage
	if err := json.Unmarshal(e.Data, &payload); err != nil {
		return Message{}, fmt.Errorf("read payload of %s: %w", e.ID, err)
	}
	subjects := map[string]models.ID{}
	for name, value := range payload {
		var id models.ID
		if json.Unmarshal(value, &id) == nil && id.Valid() &&
			!strings.HasPrefix(string(id), string(models.PrefixPerson)) {
			subjects[name] = id
		}
	}
	return render(e.ID, Envelope[Occurrence]{
		Type: e.Type, Timestamp: e.RecordedAt.UTC(),
		Data: Occurrence{Event: e.ID, Procurement: e.ProcurementID, Mode: mode, At: e.At.UTC(), Subjects: subjects},
	})
}

// TypePing is the type of a test message, which is not an event.
const TypePing models.EventType = "endpoint.ping"

// A Ping is the content of a test message.
type Ping struct {
	Endpoint models.ID `json:"endpoint" doc:"The endpoint that is tested"`
}

// pingMessage makes a test message.
func pingMessage(endpoint models.ID, at time.Time) (Message, error) {
	return render(models.NewID(models.PrefixEvent), Envelope[Ping]{
		Type: TypePing, Timestamp: at.UTC(), Data: Ping{Endpoint: endpoint},
	})
}

func render[Data any](id models.ID, e Envelope[Data]) (Message, error) {
	rendered, err := json.Marshal(e)
	if err != nil {
		return Message{}, fmt.Errorf("render message %s: %w", id, err)
	}
	return Message{ID: id, Body: rendered}, nil
}
