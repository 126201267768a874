package models

// An EventType names what happened, such as lot.closed. All there are stand in the catalogue, models/event.
type EventType string
