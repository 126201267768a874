package acts

import (
	"context"
	"errors"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Register gives a person of an economic operator the role supplier, once a lot is published: from then on everyone
// may read the documents and hand in a tender (Directive 2014/24/EU, Article 53(1)).
func (a *Acts) Register(ctx context.Context, by By, procurement models.ID) (Done[models.RoleAssignment], error) {
	published, err := a.Store.HasPublishedLot(ctx, procurement)
	if err != nil {
		return Done[models.RoleAssignment]{}, err
	}
	if !published {
		return Done[models.RoleAssignment]{}, models.NoSuchResource()
	}
	return once(ctx, a, by, func(d *deed) (models.RoleAssignment, error) {
		given, err := d.registration(procurement)
		if err != nil {
			return given, err
		}
		if err := d.tx.GiveRole(&given); err != nil {
			return given, err
		}
		return given, d.record(aboutRole(given))
	})
}

// registration judges the person who registers, who needs no role yet. The procurement is locked, so that no other role
// is given meanwhile.
func (d *deed) registration(procurement models.ID) (models.RoleAssignment, error) {
	a := models.RoleAssignment{
		ID: models.NewID(models.PrefixRole), ProcurementID: procurement, PersonID: d.Actor.PersonID,
		OrganisationID: d.Actor.OrganisationID, Role: models.RoleSupplier,
	}
	organisation, err := d.tx.Organisation(a.OrganisationID)
	if err != nil {
		return a, err
	}
	if organisation.Kind != models.OrganisationEconomicOperator {
		return a, models.Refuse(models.CodeNotAnOperator, "",
			"your organisation is registered as %s", organisation.Kind).
			Accepting("a person of an economic operator")
	}
	p, err := d.tx.LockProcurement(procurement)
	switch {
	case errors.Is(err, store.ErrNoProcurement):
		return a, models.NoSuchResource()
	case err != nil:
		return a, err
	case p.Status.Ended():
		return a, models.Refuse(models.CodeEnded, "", "the procurement has ended: %s", p.Status)
	}
	if a.CreatedAt, err = d.tx.Now(); err != nil {
		return a, err
	}
	a.ValidFrom = p.Now(a.CreatedAt)
	d.Seat = &models.Seat{Procurement: p, Now: a.ValidFrom}
	return a, d.fits(a)
}
