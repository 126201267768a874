package views

import (
	"context"

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

// Roles lists the roles that were given on the procurement, also ended ones, those after the given one.
func (v *Views) Roles(ctx context.Context, r Reader, after models.ID, limit int) ([]models.RoleAssignment, error) {
	return rows(r, OfRoles, func(p models.ID) ([]models.RoleAssignment, error) {
		return v.Store.ListRoles(ctx, p, after, limit)
	})
}

// Role reads a role that was given on the procurement.
func (v *Views) Role(ctx context.Context, r Reader, id models.ID) (models.RoleAssignment, error) {
	return rows(r, OfRoles, func(p models.ID) (models.RoleAssignment, error) { return v.Store.Role(ctx, p, id) })
}
