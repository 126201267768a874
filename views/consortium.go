package views

import (
	"context"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Procurements lists those on which the reader holds a role now, those after the given one; an empty status means all.
func (v *Views) Procurements(
	ctx context.Context, r Reader, status models.Status, after models.ID, limit int,
) ([]models.Seat, error) {
	return v.Store.Seats(ctx, r.Actor.PersonID, status, after, limit)
}

// Procurement reads the reader's procurement as the reader finds it.
func (v *Views) Procurement(r Reader) (models.Seat, error) {
	if err := r.may(OfProcurement); err != nil {
		return models.Seat{}, err
	}
	return *r.Seat, nil
}

// Members lists the members of the consortium by organisation, also those who left, those after the given one.
func (v *Views) Members(ctx context.Context, r Reader, after models.ID, limit int) ([]models.Member, error) {
	return rows(r, OfMembers, func(p models.ID) ([]models.Member, error) {
		return v.Store.ListMembers(ctx, p, after, limit)
	})
}

// Member reads one member of the consortium.
func (v *Views) Member(ctx context.Context, r Reader, organisation models.ID) (models.Member, error) {
	return rows(r, OfMembers, func(p models.ID) (models.Member, error) { return v.Store.Member(ctx, p, organisation) })
}

// sideOf is whose roles the reader sees: on the buyers' side all but those that are held for suppliers, as a supplier
// those of the own organisation. Who registered is nobody else's business, before the opening and after it: who
// tendered is seen in the list of tenderers.
func (r Reader) sideOf() store.Side {
	if r.Actor.Supplies() {
		return store.Side{Supplier: r.Actor.OrganisationID}
	}
	return store.Side{}
}

// Roles lists the roles of the reader's side that were given on the procurement, also ended ones, those after the given
// one.
func (v *Views) Roles(ctx context.Context, r Reader, after models.ID, limit int) ([]models.RoleAssignment, error) {
	return rows(r, OfRoles, func(p models.ID) ([]models.RoleAssignment, error) {
		return v.Store.ListRoles(ctx, p, r.sideOf(), after, limit)
	})
}

// Role reads a role of the reader's side that was given on the procurement.
func (v *Views) Role(ctx context.Context, r Reader, id models.ID) (models.RoleAssignment, error) {
	return rows(r, OfRoles, func(p models.ID) (models.RoleAssignment, error) {
		return v.Store.Role(ctx, p, r.sideOf(), id)
	})
}

// RoleOffers lists the offers that the reader's member made to people outside the consortium, those after the given
// one. It does not tell whether one was declined.
func (v *Views) RoleOffers(ctx context.Context, r Reader, after models.ID, limit int) ([]models.RoleOffer, error) {
	return rows(r, OfRoleOffers, func(p models.ID) ([]models.RoleOffer, error) {
		found, err := v.Store.RoleOffersFrom(ctx, p, r.Actor.OrganisationID, after, limit)
		for i, o := range found {
			found[i] = o.Unanswered()
		}
		return found, err
	})
}

// RoleOffer reads an offer as the reader's member made it.
func (v *Views) RoleOffer(ctx context.Context, r Reader, id models.ID) (models.RoleOffer, error) {
	return rows(r, OfRoleOffers, func(p models.ID) (models.RoleOffer, error) {
		o, err := v.Store.RoleOffer(ctx, id)
		if err == nil && (o.ProcurementID != p || o.OfferedFor != r.Actor.OrganisationID) {
			err = models.NoSuchResource()
		}
		return o.Unanswered(), err
	})
}

// RoleOffersTo lists the offers to the people of the reader's organisation, those after the given one.
func (v *Views) RoleOffersTo(ctx context.Context, r Reader, after models.ID, limit int) ([]models.RoleOffer, error) {
	if !r.Actor.Representative {
		return nil, notARepresentative()
	}
	return v.Store.RoleOffersTo(ctx, r.Actor.OrganisationID, after, limit)
}

// RoleOfferTo reads an offer to a person of the reader's organisation.
func (v *Views) RoleOfferTo(ctx context.Context, r Reader, id models.ID) (models.RoleOffer, error) {
	o, err := v.Store.RoleOffer(ctx, id)
	if err == nil && !r.Actor.Represents(o.OrganisationID) {
		err = models.NoSuchResource()
	}
	return o, err
}
