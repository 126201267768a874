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
	Seq      int64
	Type     EventType
	QueuedAt time.Time
	// DeliveredAt is when it was settled: it has arrived or, if PassedFor is not empty, it was passed. nil: it waits.
	DeliveredAt *time.Time
	PassedFor   PassedFor
	// PassedReason is in the words of the person who passed it.
	PassedReason string
	// Replays counts how often somebody asked for it again.
	Replays int
	// Attempts are the latest, the oldest of them first; Tried counts all.
	Attempts []DeliveryAttempt `gorm:"-"`
	Tried    int               `gorm:"-"`
	// Ahead says what it waits for; nil once it is settled.
	Ahead *DeliveryAhead `gorm:"-"`
}

// PassedFor says why a delivery was passed. Empty: it was not.
type PassedFor string

// Why a delivery is passed.
const (
	// PassedPerson: a person did, and gave a reason.
	PassedPerson PassedFor = "person"
	// PassedUnsubscribed: the endpoint's filters had been changed, and do not select the event any more.
	PassedUnsubscribed PassedFor = "unsubscribed"
)

// A DeliveryAhead says what a delivery waits for.
type DeliveryAhead struct {
	WaitsFor WaitsFor
	// Event is the earlier event of the procurement that has to arrive first, if it waits for that.
	Event ID
	// At is when the next attempt is made, if it waits for that.
	At *time.Time
	// Behind counts the later events of the procurement that wait behind it; only of the first of them.
	Behind int64
}

// WaitsFor names what a delivery that has not arrived waits for.
type WaitsFor string

// What a delivery can wait for.
const (
	// WaitsTurn is sent as soon as the receiver has room.
	WaitsTurn WaitsFor = "turn"
	// WaitsEvent follows an earlier event of its procurement.
	WaitsEvent WaitsFor = "earlier_event"
	// WaitsAttempt failed and is tried again at a set instant.
	WaitsAttempt WaitsFor = "next_attempt"
	// WaitsPerson is parked until a person resumes the endpoint.
	WaitsPerson WaitsFor = "person"
	// WaitsResume is held back because the endpoint is paused.
	WaitsResume WaitsFor = "endpoint"
)

// A DeliveryState narrows a list of deliveries.
type DeliveryState string

// The states of deliveries. Those retrying and parked are pending, too.
const (
	DeliveryPending   DeliveryState = "pending"
	DeliveryRetrying  DeliveryState = "retrying"
	DeliveryParked    DeliveryState = "parked"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryPassed    DeliveryState = "passed"
)

// DeliveryStates lists all states.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{DeliveryPending, DeliveryRetrying, DeliveryParked, DeliveryDelivered, DeliveryPassed}
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
	TaskFeedParked = "webhook_parked"
	// TaskEndpointGone asks whether the receiver, which answered 410 Gone, is to get what waits.
	TaskEndpointGone = "webhook_gone"
	// TaskEndpointDisabled was raised by earlier releases, which ended an endpoint for such an answer.
	TaskEndpointDisabled = "webhook_disabled"
)

// EndpointTasks lists the kinds of tasks that are done once an endpoint goes on.
func EndpointTasks() []string {
	return []string{TaskFeedParked, TaskEndpointGone, TaskEndpointDisabled}
}

// Reasons for which a feed is parked besides faults of delivery.
const (
	// ParkedOwner: the endpoint's owner no longer leads the procurement.
	ParkedOwner = "owner_not_leading"
	// ParkedSecret: the endpoint's secret cannot be decrypted by this installation's master key.
	ParkedSecret = "secret_unreadable"
)

// A DeliveryPass has one event pass that waits for an endpoint: it will not be delivered.
type DeliveryPass struct {
	EventID ID
	Reason  string
}

const longestPassReason = 400

// Check refuses a pass without a reason ([CodeInvalidValue]) or without an event ([CodeInvalidID]).
func (p DeliveryPass) Check() []*Refusal {
	return append(compact(checkWord("/reason", p.Reason, longestPassReason)),
		checkID("/event_id", p.EventID, PrefixEvent)...)
}

// A Replay asks that events are sent to an endpoint again, or after all. Exactly one of its fields is set.
type Replay struct {
	// EventID asks for one event.
	EventID ID
	// Since asks for all that has happened since this instant (real time), whether it has arrived or not.
	Since *time.Time
	// Missing asks for all that the endpoint selects and that has not arrived.
	Missing bool
}

// Check refuses a replay of nothing, or of two things at once ([CodeInvalidValue]).
func (r Replay) Check() []*Refusal {
	asked := 0
	for _, set := range []bool{r.EventID != "", r.Since != nil, r.Missing} {
		if set {
			asked++
		}
	}
	if asked != 1 {
		return []*Refusal{Refuse(CodeInvalidValue, "", "%d things are asked for", asked).
			Accepting(`one of "event_id", "since" and "missing": true`)}
	}
	if r.EventID != "" {
		return checkID("/event_id", r.EventID, PrefixEvent)
	}
	return nil
}

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
