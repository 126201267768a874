package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// describeWebhooks adds to the document the messages that endpoints receive: one for each type of event that portals
// are told of, and the test message.
func describeWebhooks(document *huma.OpenAPI) {
	document.Webhooks = map[string]*huma.PathItem{}
	for _, row := range event.Catalogue() {
		if row.Audience.Portals {
			document.Webhooks[string(row.Type)] = describeWebhook(row.Type, row.Means, messageSchema(row))
		}
	}
	ping := openSchema(reflect.TypeFor[webhook.Envelope[webhook.Ping]]())
	ping.Properties["type"].Enum = []any{string(webhook.TypePing)}
	document.Webhooks[string(webhook.TypePing)] = describeWebhook(webhook.TypePing,
		"A test of the endpoint; nothing happened.", ping)
}

// messageSchema describes a message about events of a type: it contains the IDs that the payload contains, and nothing
// else of the payload.
func messageSchema(row event.Row) *huma.Schema {
	message := openSchema(reflect.TypeFor[webhook.Envelope[webhook.Occurrence]]())
	message.Properties["type"].Enum = []any{string(row.Type)}
	payload := payloadSchema(row)
	subjects := message.Properties["data"].Properties["subjects"]
	subjects.Properties = map[string]*huma.Schema{}
	for _, name := range row.Subjects() {
		subjects.Properties[name] = payload.Properties[name]
	}
	return message
}

func describeWebhook(kind models.EventType, means string, message *huma.Schema) *huma.PathItem {
	header := func(name, doc string) *huma.Param {
		return &huma.Param{
			Name: name, In: "header", Required: true, Description: doc,
			Schema: &huma.Schema{Type: huma.TypeString},
		}
	}
	return &huma.PathItem{Post: &huma.Operation{
		OperationID: "webhook-" + string(kind),
		Summary:     means,
		Tags:        []string{"webhooks"},
		Parameters: []*huma.Param{
			header("webhook-id",
				"ID of the message, the same for each attempt; ignore a message that you have already"),
			header("webhook-timestamp", "When this attempt was made, in seconds since 1970; refuse a message when it "+
				"differs from your clock by more than five minutes"),
			header("webhook-signature", "One or two signatures, separated by spaces: v1, a comma, and the base64 of "+
				"HMAC-SHA256 under the endpoint's secret over ID, timestamp and body, joined by full stops (Standard "+
				"Webhooks). One valid signature is enough"),
			{
				Name: "webhook-replay", In: "header",
				Schema: &huma.Schema{Type: huma.TypeInteger, Minimum: new(float64(1))},
				Description: "Only if somebody asked that the event be sent again, or after all: how often. The " +
					"webhook-id is that of the first time. It is not signed; events may have come that happened later",
			},
		},
		RequestBody: &huma.RequestBody{
			Required: true,
			Content:  map[string]*huma.MediaType{rest.MediaJSON: {Schema: message}},
		},
		Responses: map[string]*huma.Response{
			"2XX": {Description: "The message was received. After any other answer, or none in time, it is sent " +
				"again later; later events wait until it has arrived"},
			"410": {Description: "The receiver wants no more messages: the endpoint is paused, and what happens is " +
				"kept until its owner resumes or removes it"},
		},
	}}
}
