package api

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// EventType describes one type of event.
type EventType struct {
	Type     models.EventType `json:"type" doc:"Never changes its meaning; types are added, never renamed"`
	Meaning  string           `json:"meaning" doc:"What happened"`
	Audience audienceNames    `json:"audience"`
	Unless   *EventCondition  `json:"portals_unless,omitempty" doc:"Portals are not told if the payload says this"`
	Sealed   bool             `json:"sealed" doc:"Told to nobody while the box of tenders is open"`
	Schema   RawObject        `json:"schema" doc:"JSON Schema (2020-12) of data in the feed; members are only added"`
}

// EventCondition is met by an event whose payload has this value in this field.
type EventCondition struct {
	Field string `json:"field" doc:"Name of a member of the payload"`
	Value string `json:"value" doc:"Its value"`
}

// RawObject is a JSON object that is passed on as it is.
type RawObject struct{ json.RawMessage }

// Schema is that of any object.
func (RawObject) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

type eventTypesOutput struct {
	Body struct {
		Items []EventType `json:"items"`
	}
}

// listEventTypes lists the whole catalogue on one page: the program fixes its length.
func (s *server) listEventTypes(context.Context, *struct{}) (*eventTypesOutput, error) {
	all, err := eventTypes()
	if err != nil {
		return nil, err
	}
	out := &eventTypesOutput{}
	out.Body.Items = all
	return out, nil
}

type eventTypePath struct {
	Type string `path:"type" maxLength:"100" doc:"The type, such as lot.closed"`
}

type eventTypeOutput struct{ Body EventType }

func (s *server) getEventType(_ context.Context, in *eventTypePath) (*eventTypeOutput, error) {
	all, err := eventTypes()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(t EventType) bool { return t.Type == models.EventType(in.Type) })
	if i < 0 {
		return nil, models.NoSuchResource()
	}
	return &eventTypeOutput{all[i]}, nil
}

// eventTypes returns the catalogue as it is shown.
var eventTypes = sync.OnceValues(func() (all []EventType, err error) {
	for _, row := range event.Catalogue() {
		shown, err := showEventType(row)
		if err != nil {
			return nil, err
		}
		all = append(all, shown)
	}
	return all, nil
})

func showEventType(row event.Row) (EventType, error) {
	schema, err := json.Marshal(payloadSchema(row))
	if err != nil {
		return EventType{}, fmt.Errorf("render schema of %s: %w", row.Type, err)
	}
	shown := EventType{
		Type: row.Type, Meaning: row.Means, Audience: row.Audience.Names(), Sealed: row.Audience.Sealed,
		Schema: RawObject{schema},
	}
	if c := row.Audience.PortalsUnless; c != nil {
		shown.Unless = &EventCondition{Field: c.Field, Value: c.Value}
	}
	return shown, nil
}

// payloadSchema describes the payload of a type of event. A later release of PPI Engine may add members, so a validator
// must accept members that are not described.
func payloadSchema(row event.Row) *huma.Schema {
	schema := openSchema(reflect.TypeOf(row.Payload))
	schema.Title, schema.Description = string(row.Type), row.Means
	schema.Extensions = map[string]any{"$schema": "https://json-schema.org/draft/2020-12/schema"}
	return schema
}

// openSchema derives the schema of a Go type, without references and open to what is added.
func openSchema(t reflect.Type) *huma.Schema {
	registry := huma.NewMapRegistry("#/", huma.DefaultSchemaNamer)
	var open func(*huma.Schema) *huma.Schema
	open = func(s *huma.Schema) *huma.Schema {
		if s.Ref != "" {
			description := s.Description
			s = registry.SchemaFromRef(s.Ref)
			s.Description = description
		}
		if s.AdditionalProperties == false {
			s.AdditionalProperties = nil
		}
		for name, property := range s.Properties {
			s.Properties[name] = open(property)
		}
		if s.Items != nil {
			s.Items = open(s.Items)
		}
		return s
	}
	return open(huma.SchemaFromType(registry, t))
}
