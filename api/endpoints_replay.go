package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// replayWithin is how long a replay of as many events as are sent again at once may take.
const replayWithin = time.Minute

// ReplayView says what a replay has queued.
type ReplayView struct {
	EndpointID models.ID             `json:"endpoint_id"`
	Events     int64                 `json:"events" doc:"How many are sent that would not have been sent otherwise"`
	More       bool                  `json:"more" doc:"More may be missing: ask again"`
	Status     models.EndpointStatus `json:"status" doc:"Of the endpoint: nothing is sent until it is active"`

	of int64
}

func (v ReplayView) Self() string     { return "/v1/endpoints/" + string(v.EndpointID) }
func (v ReplayView) AtVersion() int64 { return v.of }

func showReplay(r acts.Replayed) ReplayView {
	return ReplayView{EndpointID: r.Endpoint, Events: r.Events, More: r.More, Status: r.Status, of: r.Of}
}

type replayInput struct {
	EndpointPath

	Body struct {
		EventID models.ID  `json:"event_id,omitempty" doc:"Only this event"`
		Since   *time.Time `json:"since,omitempty" doc:"All that has happened since then, also what has arrived"`
		Missing bool       `json:"missing,omitempty" doc:"true: all that was passed, never queued, or waits"`
	}
}

func (s *server) replayEndpoint(ctx context.Context, in *replayInput) (*rest.Answer[ReplayView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.ReplayEndpoint(ctx, rest.By(ctx), id, models.Replay{
		EventID: in.Body.EventID, Since: in.Body.Since, Missing: in.Body.Missing,
	})
	return rest.Created(ctx, done, err, showReplay)
}

// PassedDeliveryView is an event that a person had pass.
type PassedDeliveryView struct {
	DeliveryView

	EndpointID models.ID `json:"endpoint_id"`

	of int64
}

func (v PassedDeliveryView) Self() string     { return "/v1/endpoints/" + string(v.EndpointID) }
func (v PassedDeliveryView) AtVersion() int64 { return v.of }

func showPassed(p acts.PassedBy) PassedDeliveryView {
	return PassedDeliveryView{DeliveryView: showDelivery(p.Delivery), EndpointID: p.Endpoint, of: p.Of}
}

type passInput struct {
	EndpointPath

	Body struct {
		EventID models.ID `json:"event_id" doc:"The event; it must not have arrived"`
		Reason  string    `json:"reason" minLength:"1" maxLength:"400" doc:"Why it is not delivered. Name no person"`
	}
}

func (s *server) passDelivery(ctx context.Context, in *passInput) (*rest.Answer[PassedDeliveryView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.PassDelivery(ctx, rest.By(ctx), id, models.DeliveryPass{
		EventID: in.Body.EventID, Reason: in.Body.Reason,
	})
	return rest.Created(ctx, done, err, showPassed)
}
