package models

// Codes of webhooks and the feed of events.
const (
	// CodeEndpointLimit refuses another endpoint to an organisation that has as many as it may.
	CodeEndpointLimit Code = "endpoint_limit_reached"
	// CodeEndpointDisabled refuses to go on with an endpoint that has answered 410 Gone.
	CodeEndpointDisabled Code = "endpoint_disabled"
	// CodeBoxOpen refuses what would tell how many tenders lie in a box that is not closed.
	CodeBoxOpen Code = "box_open"
)
