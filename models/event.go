package models

// An EventType names what happened, such as lot.closed. The catalogue in models/event lists them all.
type EventType string
