package api

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
)

// EventPayload is what an event says, as it was recorded.
type EventPayload struct{ json.RawMessage }

// Schema is that of any payload: which it is depends on the event's type.
func (EventPayload) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}
