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

// Owns tells whether the reader owns an endpoint: where it leads and what it is not sent concern nobody else, not even
// administrators.
func Owns(r Reader, e models.Endpoint) bool { return e.OwnerID == r.Actor.PersonID }

// myEndpoint refuses everybody but the owner of the endpoint: its deliveries concern nobody else, not even
// administrators.
func (v *Views) myEndpoint(ctx context.Context, r Reader, id models.ID) (models.Endpoint, error) {
	e, err := v.Endpoint(ctx, r, id)
	if err != nil {
		return e, err
	}
	return e, e.MustBeOf(r.Actor.PersonID)
}

// A Backlog is what has not been delivered to an endpoint.
type Backlog struct {
	store.Backlog

	Endpoint models.Endpoint
}

// Backlog sums up what has not been delivered to an endpoint of the reader.
func (v *Views) Backlog(ctx context.Context, r Reader, endpoint models.ID) (Backlog, error) {
	e, err := v.myEndpoint(ctx, r, endpoint)
	if err != nil {
		return Backlog{}, err
	}
	waiting, err := v.Store.Backlog(ctx, endpoint)
	return Backlog{Backlog: waiting, Endpoint: e}, err
}

// A DeliveryFilter narrows a list of deliveries.
type DeliveryFilter = store.DeliveryFilter

// Deliveries lists the deliveries to an endpoint of the reader with their attempts and what they wait for, those of
// events after the given one.
func (v *Views) Deliveries(
	ctx context.Context, r Reader, endpoint models.ID, only DeliveryFilter, after models.ID, limit int,
) ([]models.Delivery, error) {
	if _, err := v.myEndpoint(ctx, r, endpoint); err != nil {
		return nil, err
	}
	return v.Store.Deliveries(ctx, endpoint, only, after, limit)
}
