package models

// Codes of webhooks.
const (
	// CodeEndpointLimit refuses another endpoint to an organisation that has as many as it may.
	CodeEndpointLimit Code = "endpoint_limit_reached"
	// CodeEndpointDisabled refuses to pause or replay an endpoint that was disabled by an earlier release.
	CodeEndpointDisabled Code = "endpoint_disabled"
	// CodeEndpointBusy refuses to change an endpoint while another change of it takes long.
	CodeEndpointBusy Code = "endpoint_busy"
	// CodeEndpointSecretLost refuses to send to an endpoint whose secret nobody can read any more.
	CodeEndpointSecretLost Code = "endpoint_secret_lost"
	// CodeReplayLimit refuses another replay to an endpoint that had as many as it may have for now.
	CodeReplayLimit Code = "replay_limit_reached"
	// CodeReplayTooLarge refuses a replay of more events than are sent again at once.
	CodeReplayTooLarge Code = "replay_too_large"
	// CodeDeliverySettled refuses to pass an event that has arrived or was passed.
	CodeDeliverySettled Code = "delivery_settled"
)

var refusedWebhooks = []RefusalType{
	{
		CodeEndpointLimit, RefusalConflict, "The organisation has as many endpoints as allowed",
		"First remove an endpoint that is no longer needed.",
	},
	{
		CodeEndpointDisabled, RefusalConflict, "The endpoint is disabled",
		"It answered 410 Gone under an earlier release. Resume it: then it gets what it has missed.",
	},
	{
		CodeEndpointBusy, RefusalConflict, "The endpoint is being changed",
		"Ask again when the other change has ended.",
	},
	{
		CodeEndpointSecretLost, RefusalConflict, "The endpoint needs a new secret",
		"The platform has lost the key that its secret was encrypted with. " +
			"Rotate the secret, then resume the endpoint.",
	},
	{
		CodeReplayLimit, RefusalTooMany, "The endpoint was replayed too often",
		"Wait as long as Retry-After says.",
	},
	{
		CodeReplayTooLarge, RefusalUnacceptable, "The replay is too large",
		"Replay from a later instant, or only what is missing.",
	},
	{
		CodeDeliverySettled, RefusalConflict, "The event does not wait",
		"It has arrived, or it was passed. Only an event that waits can be passed.",
	},
}
