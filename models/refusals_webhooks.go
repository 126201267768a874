package models

// Codes of webhooks.
const (
	// CodeEndpointLimit refuses another endpoint to an organisation that has as many as it may.
	CodeEndpointLimit Code = "endpoint_limit_reached"
	// CodeEndpointDisabled refuses to change or resume an endpoint that answered 410 Gone.
	CodeEndpointDisabled Code = "endpoint_disabled"
)

var refusedWebhooks = []RefusalType{
	{
		CodeEndpointLimit, RefusalConflict, "The organisation has as many endpoints as allowed",
		"First remove an endpoint that is no longer needed.",
	},
	{
		CodeEndpointDisabled, RefusalConflict, "The endpoint is disabled for good",
		"It answered 410 Gone. Register a new endpoint.",
	},
}
