package models

import (
	"slices"
	"time"
)

// A FeedState says how the delivery of one procurement's events to one endpoint is going.
type FeedState string

// The states of a feed.
const (
	FeedActive FeedState = "active"
	// FeedRetrying waits for the next attempt.
	FeedRetrying FeedState = "retrying"
	// FeedParked waits for a person: the last attempt failed, or nothing may be sent.
	FeedParked FeedState = "parked"
)

// A Delivery is one event on its way to one endpoint. The events of one procurement go in the order of
// the log: a later one waits for those before it.
type Delivery struct {
	EndpointID    ID `gorm:"primaryKey"`
	EventID       ID `gorm:"primaryKey"`
	ProcurementID ID
	// Seq is the event's place among those of the procurement.
	Seq         int64
	Type        EventType
	QueuedAt    time.Time
	DeliveredAt *time.Time
	Attempts    []DeliveryAttempt `gorm:"-"`
}

// A DeliveryFault names what kept a delivery from its receiver. Empty: nothing did.
type DeliveryFault string

// What can keep a delivery from its receiver.
const (
	// FaultStatus is an answer that does not report success; FaultRedirect is one that points elsewhere, which is not
	// followed.
	FaultStatus   DeliveryFault = "status"
	FaultRedirect DeliveryFault = "redirect"
	// FaultGone is 410: the receiver wants no more.
	FaultGone DeliveryFault = "gone"
	// FaultTimeout had no answer in time.
	FaultTimeout DeliveryFault = "timeout"
	// FaultAddress is a host name that leads nowhere, or to an address that webhooks may not reach. Which of the two is
	// not told: it would tell about the internal network.
	FaultAddress DeliveryFault = "address"
	// FaultTLS is a certificate that cannot be trusted, FaultNetwork any other fault of the network.
	FaultTLS     DeliveryFault = "tls"
	FaultNetwork DeliveryFault = "network"
)

// faultsOfAddress are how earlier releases recorded [FaultAddress].
var faultsOfAddress = []DeliveryFault{"name", "blocked"}

// Shown is the fault as it is shown, whichever release recorded it.
func (f DeliveryFault) Shown() DeliveryFault {
	if slices.Contains(faultsOfAddress, f) {
		return FaultAddress
	}
	return f
}

// Kinds of tasks about endpoints; their subject is the endpoint.
const (
	TaskFeedParked       = "webhook_parked"
	TaskEndpointDisabled = "webhook_disabled"
)

// Reasons for which a feed is parked besides faults of delivery.
const (
	// ParkedOwner: the endpoint's owner no longer leads the procurement.
	ParkedOwner = "owner_not_leading"
	// ParkedSecret: the endpoint's secret cannot be decrypted by this installation's master key.
	ParkedSecret = "secret_unreadable"
)

// A DeliveryAttempt is one try to deliver an event.
type DeliveryAttempt struct {
	EndpointID ID `gorm:"primaryKey"`
	EventID    ID `gorm:"primaryKey"`
	// N counts the attempts from 1.
	N         int `gorm:"primaryKey"`
	StartedAt time.Time
	// Latency is how long the answer took, in microseconds.
	Latency int64
	// Status is the HTTP status of the answer; 0: there was none.
	Status int
	Fault  DeliveryFault
	// Answer is the beginning of the receiver's answer; empty for receivers in internal networks.
	Answer string
}
