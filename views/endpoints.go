package views

import (
	"context"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Endpoints lists the endpoints that the reader may see (their own, or all for an administrator), those after the given
// one.
func (v *Views) Endpoints(ctx context.Context, r Reader, after models.ID, limit int) ([]models.Endpoint, error) {
	all, err := v.Store.Endpoints(ctx, r.Actor, after, limit)
	for i, e := range all {
		all[i] = e.Bare()
	}
	return all, err
}

// Endpoint reads an endpoint, if the reader may see it.
func (v *Views) Endpoint(ctx context.Context, r Reader, id models.ID) (models.Endpoint, error) {
	e, err := v.Store.Endpoint(ctx, r.Actor, id)
	return e.Bare(), err
}

// URLOf is the URL of an endpoint if the reader owns it, else empty: the URL concerns nobody else, not even
// administrators.
func URLOf(r Reader, e models.Endpoint) string {
	if e.OwnerID != r.Actor.PersonID {
		return ""
	}
	return e.URL
}

// myEndpoint refuses everybody but the owner of the endpoint: its deliveries concern nobody else, not even
// administrators.
func (v *Views) myEndpoint(ctx context.Context, r Reader, id models.ID) error {
	e, err := v.Endpoint(ctx, r, id)
	if err != nil {
		return err
	}
	return e.MustBeOf(r.Actor.PersonID)
}

// Backlog sums up what has not been delivered to an endpoint of the reader.
func (v *Views) Backlog(ctx context.Context, r Reader, endpoint models.ID) (store.Backlog, error) {
	if err := v.myEndpoint(ctx, r, endpoint); err != nil {
		return store.Backlog{}, err
	}
	return v.Store.Backlog(ctx, endpoint)
}

// A DeliveryFilter narrows a list of deliveries.
type DeliveryFilter struct {
	// Procurement narrows it to the events of one procurement; empty means all.
	Procurement models.ID
	// Arrived narrows it to deliveries that have arrived (true) or have not (false); nil means all.
	Arrived *bool
}

// Deliveries lists the deliveries to an endpoint of the reader with their attempts, those of events after the given
// one.
func (v *Views) Deliveries(
	ctx context.Context, r Reader, endpoint models.ID, only DeliveryFilter, after models.ID, limit int,
) ([]models.Delivery, error) {
	if err := v.myEndpoint(ctx, r, endpoint); err != nil {
		return nil, err
	}
	return v.Store.Deliveries(ctx, endpoint, only.Procurement, only.Arrived, after, limit)
}
