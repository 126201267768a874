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
	return &backlogOutput{BacklogView{Pending: b.Pending, Parked: append([]models.ID{}, b.Parked...)}}, nil
}

// DeliveryView is an event on its way to an endpoint. The event's ID is the webhook-id of every attempt.
type DeliveryView struct {
	EventID       models.ID        `json:"event_id"`
	Type          models.EventType `json:"type"`
	ProcurementID models.ID        `json:"procurement_id"`
	Status        string           `json:"status" enum:"pending,delivered"`
	QueuedAt      time.Time        `json:"queued_at"`
	DeliveredAt   *time.Time       `json:"delivered_at,omitempty"`
	Attempts      []AttemptView    `json:"attempts" doc:"The latest 20, oldest first"`
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

const (
	deliveryPending   = "pending"
	deliveryDelivered = "delivered"
)

func showDelivery(d models.Delivery) DeliveryView {
	v := DeliveryView{
		EventID: d.EventID, Type: d.Type, ProcurementID: d.ProcurementID, Status: deliveryPending,
		QueuedAt: utc(d.QueuedAt), DeliveredAt: utcOrNil(d.DeliveredAt), Attempts: make([]AttemptView, len(d.Attempts)),
	}
	if d.DeliveredAt != nil {
		v.Status = deliveryDelivered
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

	Status      string    `query:"status" enum:"pending,delivered" doc:"Only deliveries that have arrived, or have not"`
	Procurement models.ID `query:"procurement" doc:"Only those of this procurement"`
}

func (s *server) listDeliveries(ctx context.Context, in *deliveriesQuery) (*rest.Listed[DeliveryView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	filters, only := url.Values{}, views.DeliveryFilter{Procurement: in.Procurement}
	if in.Status != "" {
		filters.Set("status", in.Status)
		is := in.Status == deliveryDelivered
		only.Arrived = &is
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

	of int64
}

func (v PingView) Self() string     { return "/v1/endpoints/" + string(v.EndpointID) }
func (v PingView) AtVersion() int64 { return v.of }

func showPing(p acts.Pinged) PingView {
	return PingView{
		EndpointID: p.Endpoint, Delivered: p.Attempt.Fault == "", AttemptView: showAttempt(p.Attempt),
		of: p.Of,
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
