package models

// Codes of webhooks.
const (
	// CodeEndpointLimit refuses another endpoint to an organisation that has as many as it may.
	CodeEndpointLimit Code = "endpoint_limit_reached"
	// CodeEndpointDisabled refuses to change or resume an endpoint that answered 410 Gone.
	CodeEndpointDisabled Code = "endpoint_disabled"
	// CodeEndpointSecretLost refuses to send to an endpoint whose secret nobody can read any more.
	CodeEndpointSecretLost Code = "endpoint_secret_lost"
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
	{
		CodeEndpointSecretLost, RefusalConflict, "The endpoint needs a new secret",
		"The platform has lost the key that its secret was encrypted with. " +
			"Rotate the secret, then resume the endpoint.",
	},
}
