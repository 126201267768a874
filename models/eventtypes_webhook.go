package models

// Types of events of webhook endpoints. None of them is itself sent to an endpoint.
const (
	EventEndpointCreated  EventType = "endpoint.created"
	EventEndpointChanged  EventType = "endpoint.changed"
	EventEndpointRotated  EventType = "endpoint.secret_rotated"
	EventEndpointPaused   EventType = "endpoint.paused"
	EventEndpointResumed  EventType = "endpoint.resumed"
	EventEndpointRemoved  EventType = "endpoint.removed"
	EventEndpointDisabled EventType = "endpoint.disabled"
	// EventEndpointParked and EventEndpointUnparked belong to the procurement whose events wait.
	EventEndpointParked   EventType = "endpoint.parked"
	EventEndpointUnparked EventType = "endpoint.unparked"
)
