package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models/event"
)

// eventsRead is how many events are read at once.
const eventsRead = 1000

// CheckEvents reads the whole log and tells of each event that does not say what the API describes: its data
// fits the JSON Schema of its type, judged by an independent library, and is what its payload's Go type renders.
func (r *Rig) CheckEvents(ctx context.Context) (read int, err error) {
	schemas, err := r.eventSchemas(ctx)
	if err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		entries, err := r.Store.Log().Read(ctx, after, eventsRead)
		if err != nil || len(entries) == 0 {
			return read, err
		}
		for _, entry := range entries {
			recorded, err := audit.ParseEvent(entry.Canonical)
			if err == nil {
				err = errors.Join(fits(schemas[string(recorded.Type)], recorded), rendersAgain(recorded))
			}
			if err != nil {
				return read, fmt.Errorf("check event %s of type %s with %s: %w", recorded.ID, recorded.Type,
					recorded.Data, err)
			}
			read++
			after = entry.Position
		}
	}
}

// eventSchemas are the schemas that the API shows, by type.
func (r *Rig) eventSchemas(ctx context.Context) (map[string]*jsonschema.Schema, error) {
	var shown struct {
		Items []struct {
			Type   string          `json:"type"`
			Schema json.RawMessage `json:"schema"`
		} `json:"items"`
	}
	if _, err := r.Anonymous.Get(ctx, "/v1/event-types", &shown); err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schemas := map[string]*jsonschema.Schema{}
	for _, item := range shown.Items {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(item.Schema))
		if err != nil {
			return nil, fmt.Errorf("read schema of %s: %w", item.Type, err)
		}
		if err := compiler.AddResource(item.Type, document); err != nil {
			return nil, fmt.Errorf("take in schema of %s: %w", item.Type, err)
		}
		if schemas[item.Type], err = compiler.Compile(item.Type); err != nil {
			return nil, fmt.Errorf("compile schema of %s: %w", item.Type, err)
		}
	}
	return schemas, nil
}

func fits(schema *jsonschema.Schema, e event.Recorded) error {
	if schema == nil {
		return errors.New("the API describes no such type")
	}
	data, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.Data))
	if err != nil {
		return fmt.Errorf("read data: %w", err)
	}
	if err := schema.Validate(data); err != nil {
		return fmt.Errorf("validate data: %w", err)
	}
	return nil
}

func rendersAgain(e event.Recorded) error {
	row, known := event.Find(e.Type)
	if !known {
		return errors.New("the type is in no row of the catalogue")
	}
	payload := reflect.New(reflect.TypeOf(row.Payload))
	decoder := json.NewDecoder(bytes.NewReader(e.Data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(payload.Interface()); err != nil {
		return fmt.Errorf("read payload: %w", err)
	}
	said, ok := reflect.TypeAssert[event.Payload](payload.Elem())
	if !ok {
		return fmt.Errorf("%s is no payload", payload.Elem().Type())
	}
	again, err := event.Event{Payload: said}.Record()
	if err != nil {
		return err
	}
	_, data, err := audit.Canonical(again)
	if err != nil {
		return err
	}
	if !bytes.Equal(data, e.Data) {
		return fmt.Errorf("its payload renders %s", data)
	}
	return nil
}
