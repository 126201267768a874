package process

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A PortalFeed is a procurement's events on their way to an endpoint.
type PortalFeed struct {
	EndpointID    models.ID `json:"endpoint_id"`
	ProcurementID models.ID `json:"procurement_id"`
}

// A FeedRun starts a run that delivers a feed until nothing is left.
type FeedRun struct {
	PortalFeed

	// MaxEvents makes the run hand over after that many events; 0 leaves it to the server.
	MaxEvents int `json:"max_events,omitempty"`
	// Linger is how long the run waits for more once nothing is left; 0 ends it at once.
	Linger time.Duration `json:"linger,omitempty"`
}

// More tells a run that events up to this position of the procurement's log wait. The record knows which.
type More struct {
	UpTo int64 `json:"up_to"`
}

// A FeedStatus says how far a delivery has come.
type FeedStatus string

// How far a delivery can come.
const (
	// FeedDrained has nothing left to deliver.
	FeedDrained FeedStatus = "drained"
	// FeedMore has delivered some and found more.
	FeedMore FeedStatus = "more"
	// FeedWaiting failed and is to be tried again after Wait.
	FeedWaiting FeedStatus = "waiting"
	// FeedBusy waits for its turn: its endpoint is taking as many other procurements' events as it may at once. It is
	// signalled when it is its turn; Wait is for a signal that is lost.
	FeedBusy FeedStatus = "busy"
	// FeedHeld delivers nothing until a person acts: the feed is parked, or the endpoint paused, disabled or removed.
	FeedHeld FeedStatus = "held"
)

// A FeedOutcome answers the activity that delivers.
type FeedOutcome struct {
	Status FeedStatus `json:"status"`
	// Delivered counts what this activity brought to the receiver.
	Delivered int `json:"delivered,omitempty"`
	// Wait is how long to wait before the next attempt, which is the Attempt'th.
	Wait    time.Duration `json:"wait,omitempty"`
	Attempt int           `json:"attempt,omitempty"`
	// Reason is what the last attempt met, or why nothing is delivered.
	Reason string `json:"reason,omitempty"`
}
