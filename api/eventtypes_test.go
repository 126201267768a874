package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// compiled reads a schema with a library that is not ours, which also judges it by the schema of schemas.
func compiled(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource("schema.json", document))
	read, err := compiler.Compile("schema.json")
	require.NoError(t, err, "%s", schema)
	return read
}

// filled is a payload that says something in each of its fields.
func filled(p event.Payload) event.Payload {
	value := reflect.New(reflect.TypeOf(p)).Elem()
	fill("", value)
	return value.Interface().(event.Payload)
}

func fill(name string, v reflect.Value) {
	if !v.CanSet() {
		return // kept beside the event
	}
	switch one := v.Addr().Interface().(type) {
	case *event.Part:
		part, err := event.NewPart("withheld")
		if err != nil {
			panic(err)
		}
		*one = part
		return
	case *models.ID:
		*one = models.NewID(models.PrefixLot)
		if name == "PersonID" {
			*one = models.NewID(models.PrefixPerson)
		}
		return
	case *models.Mode:
		*one = models.ModeLive
		return
	case *models.Decision:
		*one = models.DecisionApproved
		return
	case *models.Abstention:
		*one = models.AbstentionNeutral
		return
	case *time.Time:
		*one = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(name, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(name, v.Index(0))
	case reflect.String:
		v.SetString("said")
	case reflect.Bool:
		v.SetBool(true)
	default:
		v.SetInt(7)
	}
}

func TestEveryTypeOfEventIsDescribedToEveryone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var shown struct {
		Items []EventType `json:"items"`
	}
	w.do(caller{}, GET, "/v1/event-types", nil).is(http.StatusOK).into(&shown)
	require.Len(t, shown.Items, len(event.Catalogue()))
	for i, row := range event.Catalogue() {
		item := shown.Items[i]
		require.Equal(t, row.Type, item.Type)
		require.Equal(t, row.Means, item.Meaning)
		require.Equal(t, row.Audience.Names(), []string(item.Audience))
		require.Equal(t, row.Audience.Sealed, item.Sealed)
		schema := compiled(t, item.Schema.RawMessage)
		require.Equal(t, 2020, schema.DraftVersion, row.Type)
		require.Equal(t, string(row.Type), schema.Title)
		requireDescribed(t, schema)
		more := data(t, filled(row.Payload)).(map[string]any)
		require.NoError(t, schema.Validate(more), row.Type)
		more["added_later"] = "1"
		require.NoError(t, schema.Validate(more), "a later release may say more")
		for _, name := range schema.Required {
			delete(more, name)
			require.Error(t, schema.Validate(more), "%s without %s", row.Type, name)
		}
	}
	var one EventType
	w.do(caller{}, GET, "/v1/event-types/lot.closed", nil).is(http.StatusOK).into(&one)
	require.Contains(t, shown.Items, one)
	require.Equal(t, "The box of a lot was closed, at its deadline or because the lot ended.", one.Meaning)
	w.do(caller{}, GET, "/v1/event-types/lot.dreamt", nil).refused(models.CodeNotFound)
}

func requireDescribed(t *testing.T, schema *jsonschema.Schema) {
	t.Helper()
	require.NotEmpty(t, schema.Description, schema.Location)
	for _, property := range schema.Properties {
		requireDescribed(t, property)
		if items := property.Items2020; items != nil {
			for _, inner := range items.Properties {
				requireDescribed(t, inner)
			}
		}
	}
}

// data is a payload as a reader of JSON sees it.
func data(t *testing.T, p event.Payload) any {
	t.Helper()
	rendered, err := json.Marshal(p)
	require.NoError(t, err)
	read, err := jsonschema.UnmarshalJSON(bytes.NewReader(rendered))
	require.NoError(t, err)
	return read
}

func TestTheDocumentDescribesEveryMessageToPortals(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var document struct {
		Webhooks map[string]struct {
			Post struct {
				Summary    string `json:"summary"`
				Parameters []struct {
					Name     string `json:"name"`
					In       string `json:"in"`
					Required bool   `json:"required"`
				} `json:"parameters"`
				RequestBody struct {
					Content map[string]struct {
						Schema json.RawMessage `json:"schema"`
					} `json:"content"`
				} `json:"requestBody"` //nolint:tagliatelle // as OpenAPI names it
				Responses map[string]any `json:"responses"`
			} `json:"post"`
		} `json:"webhooks"`
	}
	rendered := w.do(caller{}, GET, "/openapi.json", nil).is(http.StatusOK).Body.Bytes()
	require.NoError(t, json.Unmarshal(rendered, &document))
	sent := event.Types(func(a event.Audience) bool { return a.Portals })
	require.Len(t, document.Webhooks, len(sent)+1)
	require.Contains(t, document.Webhooks, string(webhook.TypePing))
	for _, kind := range sent {
		described := document.Webhooks[kind].Post
		row, _ := event.Find(models.EventType(kind))
		require.Equal(t, row.Means, described.Summary)
		headers := map[string]bool{}
		for _, p := range described.Parameters {
			require.Equal(t, "header", p.In)
			headers[p.Name] = p.Required
		}
		require.Equal(t, map[string]bool{
			"webhook-id": true, "webhook-timestamp": true, "webhook-signature": true, "webhook-replay": false,
		}, headers)
		require.Contains(t, described.Responses, "410")

		recorded, err := event.Event{
			ID: models.NewID(models.PrefixEvent), ProcurementID: models.NewID(models.PrefixProcurement),
			Payload: filled(row.Payload),
		}.Record()
		require.NoError(t, err)
		message, err := webhook.EventMessage(recorded, models.ModeRehearsal)
		require.NoError(t, err)
		schema := compiled(t, described.RequestBody.Content[rest.MediaJSON].Schema)
		read, err := jsonschema.UnmarshalJSON(bytes.NewReader(message.Body))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(read), "%s", message.Body)
		requireSubjects(t, row, schema, read)
	}
}

// requireSubjects requires that a message names what the document and the row's payload say it does.
func requireSubjects(t *testing.T, row event.Row, schema *jsonschema.Schema, message any) {
	t.Helper()
	said := message.(map[string]any)["data"].(map[string]any)["subjects"].(map[string]any)
	var names, described []string
	for name := range said {
		names = append(names, name)
	}
	for name, subject := range schema.Properties["data"].Properties["subjects"].Properties {
		require.NotEmpty(t, subject.Description)
		described = append(described, name)
	}
	slices.Sort(names)
	slices.Sort(described)
	require.Equal(t, names, described, row.Type)
	require.ElementsMatch(t, row.Subjects(), described)
}
