package api

import (
	"context"
	"net/url"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// BacklogView says what has not been delivered to an endpoint.
type BacklogView struct {
	Pending int64       `json:"pending" doc:"Events that have not arrived"`
	Parked  []models.ID `json:"parked" doc:"Procurements that wait for you: repair the receiver, then resume"`

	Status        models.EndpointStatus `json:"status" doc:"Nothing is sent unless it is active"`
	PausedBecause string                `json:"paused_because,omitempty" enum:"gone" doc:"gone: it answered 410"`
	NotSent       *NotSentView          `json:"not_sent,omitempty" doc:"What is not even queued; absent: nothing"`
}

type backlogOutput struct{ Body BacklogView }

func (s *server) getBacklog(ctx context.Context, in *struct{ EndpointPath }) (*backlogOutput, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	b, err := s.views.Backlog(ctx, rest.Reader(ctx), id)
	if err != nil {
		return nil, err
	}
	return &backlogOutput{BacklogView{
		Pending: b.Pending, Parked: append([]models.ID{}, b.Parked...), Status: b.Endpoint.Status,
		PausedBecause: b.Endpoint.PausedBecause, NotSent: showNotSent(b.Endpoint),
	}}, nil
}

// DeliveryView is an event on its way to an endpoint. The event's ID is the webhook-id of every attempt.
type DeliveryView struct {
	EventID       models.ID        `json:"event_id"`
	Type          models.EventType `json:"type"`
	ProcurementID models.ID        `json:"procurement_id"`
	Status        string           `json:"status" enum:"pending,delivered,passed"`
	QueuedAt      time.Time        `json:"queued_at"`
	DeliveredAt   *time.Time       `json:"delivered_at,omitempty"`
	Passed        *PassedView      `json:"passed,omitempty" doc:"Why it will not be delivered"`
	Waits         *WaitsView       `json:"waits,omitempty" doc:"What a pending event waits for"`
	Replays       int              `json:"replays,omitempty" doc:"How often somebody asked for it again"`
	AttemptsMade  int              `json:"attempts_made" doc:"All attempts so far"`
	Attempts      []AttemptView    `json:"attempts" doc:"The latest 20, oldest first; the last is the last answer"`
}

// PassedView says why an event is not delivered.
type PassedView struct {
	At     time.Time        `json:"at"`
	For    models.PassedFor `json:"for" enum:"person,unsubscribed" doc:"unsubscribed: the endpoint selects it no more"`
	Reason string           `json:"reason,omitempty" doc:"What the person said"`
}

// WaitsView says what a pending event waits for.
type WaitsView struct {
	For models.WaitsFor `json:"for" enum:"turn,earlier_event,next_attempt,person,endpoint"`

	EarlierEvent  models.ID  `json:"earlier_event,omitempty" doc:"What of its procurement has to arrive first"`
	NextAttemptAt *time.Time `json:"next_attempt_at,omitempty"`
	Behind        int64      `json:"behind" doc:"How many later events of its procurement wait behind it"`
}

// AttemptView is one try to deliver an event.
type AttemptView struct {
	N         int       `json:"n" doc:"Counts the attempts from 1"`
	StartedAt time.Time `json:"started_at"`
	Millis    int64     `json:"duration_ms"`
	Status    int       `json:"status,omitempty" doc:"HTTP status; absent: there was no answer"`

	Fault models.DeliveryFault `json:"fault,omitempty" doc:"Why it did not arrive; absent: it arrived"`

	Answer string `json:"answer,omitempty" doc:"Up to 1 KB of the answer; never from internal networks"`
}

func showDelivery(d models.Delivery) DeliveryView {
	v := DeliveryView{
		EventID: d.EventID, Type: d.Type, ProcurementID: d.ProcurementID, Status: string(models.DeliveryPending),
		QueuedAt: utc(d.QueuedAt), Replays: d.Replays, AttemptsMade: d.Tried,
		Attempts: make([]AttemptView, len(d.Attempts)),
	}
	switch {
	case d.PassedFor != "":
		v.Status = string(models.DeliveryPassed)
		v.Passed = &PassedView{At: utc(*d.DeliveredAt), For: d.PassedFor, Reason: d.PassedReason}
	case d.DeliveredAt != nil:
		v.Status, v.DeliveredAt = string(models.DeliveryDelivered), utcOrNil(d.DeliveredAt)
	}
	if a := d.Ahead; a != nil {
		v.Waits = &WaitsView{For: a.WaitsFor, EarlierEvent: a.Event, NextAttemptAt: utcOrNil(a.At), Behind: a.Behind}
	}
	for i, a := range d.Attempts {
		v.Attempts[i] = showAttempt(a)
	}
	return v
}

func showAttempt(a models.DeliveryAttempt) AttemptView {
	latency := time.Duration(a.Latency) * time.Microsecond
	fault := a.Fault.Shown()
	if fault == models.FaultAddress {
		latency = 0 // earlier releases kept how long it took to find out, which tells about the name
	}
	return AttemptView{
		N: a.N, StartedAt: utc(a.StartedAt), Millis: latency.Milliseconds(), Status: a.Status,
		Fault: fault, Answer: a.Answer,
	}
}

type deliveriesQuery struct {
	EndpointPath
	rest.Paging

	Status deliveryState `query:"status" doc:"Only these"`

	Procurement models.ID `query:"procurement" doc:"Only those of this procurement"`
}

func (s *server) listDeliveries(ctx context.Context, in *deliveriesQuery) (*rest.Listed[DeliveryView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	only := views.DeliveryFilter{Procurement: in.Procurement, State: models.DeliveryState(in.Status)}
	filters := url.Values{}
	if in.Status != "" {
		filters.Set("status", string(in.Status))
	}
	if in.Procurement != "" {
		if _, err := models.ParseID(models.PrefixProcurement, "procurement", string(in.Procurement)); err != nil {
			return nil, err
		}
		filters.Set("procurement", string(in.Procurement))
	}
	read := func(after models.ID, limit int) ([]models.Delivery, error) {
		return s.views.Deliveries(ctx, rest.Reader(ctx), id, only, after, limit)
	}
	return rest.List(ctx, in.Paging, filters, read, func(d models.Delivery) models.ID { return d.EventID },
		showDelivery)
}

// PingView is what came of a test message.
type PingView struct {
	EndpointID models.ID `json:"endpoint_id"`
	Delivered  bool      `json:"delivered"`
	AttemptView

	NotSent *NotSentView `json:"not_sent,omitempty" doc:"What is never sent to it, however well it answers"`

	of int64
}

func (v PingView) Self() string     { return "/v1/endpoints/" + string(v.EndpointID) }
func (v PingView) AtVersion() int64 { return v.of }

func showPing(p acts.Pinged) PingView {
	return PingView{
		EndpointID: p.Endpoint, Delivered: p.Attempt.Fault == "", AttemptView: showAttempt(p.Attempt),
		NotSent: showNotSent(models.Endpoint{Unsent: p.Unsent, UnsentAt: p.UnsentAt, Rehearsals: p.Rehearsals}),
		of:      p.Of,
	}
}

func (s *server) pingEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*rest.Answer[PingView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.PingEndpoint(ctx, rest.By(ctx), id)
	return rest.Created(ctx, done, err, showPing)
}
