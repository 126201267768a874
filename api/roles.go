package api

import (
	"context"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

type role struct {
	ID             models.ID   `json:"id"`
	ProcurementID  models.ID   `json:"procurement_id"`
	PersonID       models.ID   `json:"person_id"`
	OrganisationID models.ID   `json:"organisation_id" doc:"The organisation the person acts for in this role"`
	Role           models.Role `json:"role"`
	ValidFrom      time.Time   `json:"valid_from" doc:"Procedure time"`
	ValidUntil     *time.Time  `json:"valid_until,omitempty" doc:"Procedure time; absent: until further notice"`
	CreatedAt      time.Time   `json:"created_at" doc:"Real time"`
}

func (r role) self() string {
	return "/v1/procurements/" + string(r.ProcurementID) + "/roles/" + string(r.ID)
}

// version is the instant of the end: that is all that changes of an assignment.
func (r role) version() int64 {
	if r.ValidUntil == nil {
		return 1
	}
	return r.ValidUntil.UnixMicro()
}

func showRole(a models.RoleAssignment) role {
	return role{a.ID, a.ProcurementID, a.PersonID, a.OrganisationID, a.Role, utc(a.ValidFrom), utcOrNil(a.ValidUntil), utc(a.CreatedAt)}
}

func roleData(a models.RoleAssignment) map[string]any {
	data := map[string]any{"role_id": a.ID, "role": a.Role, "person_id": a.PersonID, "organisation_id": a.OrganisationID, "valid_from": utc(a.ValidFrom)}
	if a.ValidUntil != nil {
		data["valid_until"] = utc(*a.ValidUntil)
	}
	return data
}

type newRole struct {
	ProcurementPath

	Body struct {
		PersonID   models.ID   `json:"person_id"`
		Role       models.Role `json:"role" enum:"lead_procurer,buyer,board,drafter,opener,evaluator,chair,awarder,legal,observer,supplier"`
		ValidFrom  *time.Time  `json:"valid_from,omitempty" doc:"Procedure time, not in the past; absent: now"`
		ValidUntil *time.Time  `json:"valid_until,omitempty" doc:"Procedure time; absent: until further notice"`
	}
}

func (s *server) giveRole(ctx context.Context, in *newRole) (*Answer[role], error) {
	if _, err := models.ParseID(models.PrefixPerson, "/person_id", string(in.Body.PersonID)); err != nil {
		return nil, err
	}
	if err := gather(checkInstant("/valid_from", in.Body.ValidFrom), checkInstant("/valid_until", in.Body.ValidUntil)); err != nil {
		return nil, err
	}
	return create(ctx, s, func(tx *store.Tx) (role, error) {
		st, err := s.enterOpen(ctx, tx)
		if err != nil {
			return role{}, err
		}
		a, err := in.assignment(tx, st)
		if err != nil {
			return role{}, err
		}
		if err := fits(tx, st, a); err != nil {
			return role{}, err
		}
		if err := tx.GiveRole(&a); err != nil {
			return role{}, err
		}
		return showRole(a), record(ctx, tx, models.EventRoleGiven, roleData(a))
	})
}

// enterOpen locks a procurement that has not ended, alone, so that roles are judged one by one.
func (s *server) enterOpen(ctx context.Context, tx *store.Tx) (store.Standing, error) {
	st, err := s.enter(ctx, tx, alone)
	if err == nil && st.Procurement.Status.Ended() {
		return st, models.Refuse(models.CodeEnded, "", "the procurement is %s", st.Procurement.Status)
	}
	return st, err
}

func (in *newRole) assignment(tx *store.Tx, st store.Standing) (models.RoleAssignment, error) {
	b := in.Body
	a := models.RoleAssignment{
		ID: models.NewID(models.PrefixRole), ProcurementID: st.Procurement.ID, PersonID: b.PersonID, Role: b.Role,
		ValidFrom: st.Now, ValidUntil: utcOrNil(b.ValidUntil),
	}
	if b.ValidFrom != nil {
		a.ValidFrom = utc(*b.ValidFrom)
	}
	switch {
	case a.ValidFrom.Before(st.Now):
		return a, models.Refuse(models.CodeInvalidValue, "/valid_from", "a role is not given for the past").Accepting("an instant from %s (procedure time), or none", st.Now.Format(time.RFC3339))
	case a.ValidUntil != nil && !a.ValidUntil.After(a.ValidFrom):
		return a, models.Refuse(models.CodeInvalidValue, "/valid_until", "the role would end before it begins").Accepting("an instant after %s", a.ValidFrom.Format(time.RFC3339))
	}
	p, err := tx.Person(b.PersonID)
	if r, refused := models.RefusalOf(err); refused && r.Code == models.CodeNotFound {
		return a, models.Refuse(models.CodeInvalidValue, "/person_id", "there is no such person")
	}
	a.OrganisationID = p.OrganisationID
	if err == nil {
		a.CreatedAt, err = tx.Now()
	}
	return a, err
}

// fits judges an assignment by the person's organisation and by the person's other roles.
func fits(tx *store.Tx, st store.Standing, a models.RoleAssignment) error {
	if err := fitsOrganisation(tx, st, a); err != nil {
		return err
	}
	all, err := tx.Roles(st.Procurement.ID)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.PersonID != a.PersonID || !overlap(other, a) {
			continue
		}
		if other.Role == a.Role {
			return models.Refuse(models.CodeAlreadyExists, "/role", "the person is %s in that time already, by the role %s", a.Role, other.ID)
		}
		if models.Incompatible(other.Role, a.Role) {
			return models.Refuse(models.CodeRoleIncompatible, "/role", "the person is %s in that time, and %s and %s exclude each other on one procurement", other.Role, other.Role, a.Role)
		}
	}
	return nil
}

// forMembers tells whether a role is exercised for a member of the consortium.
func forMembers(r models.Role) bool {
	return slices.Contains([]models.Role{models.RoleLeadProcurer, models.RoleBuyer, models.RoleBoard}, r)
}

func fitsOrganisation(tx *store.Tx, st store.Standing, a models.RoleAssignment) error {
	members, _, err := tx.Members(st.Procurement.ID)
	if err != nil {
		return err
	}
	isMember := slices.ContainsFunc(members, func(m models.Member) bool { return m.OrganisationID == a.OrganisationID && m.Active() })
	switch {
	case forMembers(a.Role) && !isMember:
		return models.Refuse(models.CodeNotAMember, "/person_id", "the person's organisation %s is not a member of the consortium, so the person cannot be its %s", a.OrganisationID, a.Role)
	case a.Role == models.RoleSupplier && isMember:
		return models.Refuse(models.CodeRoleIncompatible, "/role", "the person's organisation buys on this procurement, so the person cannot be a supplier")
	}
	return nil
}

// overlap tells whether there is an instant at which both are in force.
func overlap(a, b models.RoleAssignment) bool {
	return (a.ValidUntil == nil || a.ValidUntil.After(b.ValidFrom)) && (b.ValidUntil == nil || b.ValidUntil.After(a.ValidFrom))
}

// over tells whether an assignment is past at the instant now; one in the future is not.
func over(a models.RoleAssignment, now time.Time) bool {
	return a.ValidUntil != nil && !a.ValidUntil.After(now)
}

type rolesQuery struct {
	ProcurementPath
	Paging
}

func (s *server) listRoles(ctx context.Context, in *rolesQuery) (*Listed[role], error) {
	call := callOf(ctx)
	read := func(after models.ID, limit int) ([]models.RoleAssignment, error) {
		return s.store.ListRoles(ctx, call.procurement(), after, limit)
	}
	return list(s, call, in.Paging, nil, read, func(a models.RoleAssignment) models.ID { return a.ID }, showRole)
}

// RolePath is embedded by the input of what concerns one role.
type RolePath struct {
	ProcurementPath

	Role string `path:"role" doc:"ID of the role assignment"`
}

func (s *server) getRole(ctx context.Context, in *struct{ RolePath }) (*Answer[role], error) {
	id, err := pathID(models.PrefixRole, "role", in.Role)
	if err != nil {
		return nil, err
	}
	a, err := s.store.Role(ctx, callOf(ctx).procurement(), id)
	if err != nil {
		return nil, err
	}
	return show(ctx, showRole(a)), nil
}

// endRole ends a role now; one that has not begun never begins, one that is over stays as it is.
func (s *server) endRole(ctx context.Context, in *struct{ RolePath }) (*Answer[role], error) {
	id, err := pathID(models.PrefixRole, "role", in.Role)
	if err != nil {
		return nil, err
	}
	return change(ctx, s, func(tx *store.Tx) (role, error) {
		st, err := s.enterOpen(ctx, tx)
		if err != nil {
			return role{}, err
		}
		a, err := tx.Role(st.Procurement.ID, id)
		if err != nil {
			return role{}, err
		}
		if err := callOf(ctx).ifMatch.check(showRole(a).version()); err != nil || over(a, st.Now) {
			return showRole(a), err
		}
		if err := leadRemains(tx, st, a); err != nil {
			return role{}, err
		}
		end := st.Now
		if end.Before(a.ValidFrom) {
			end = a.ValidFrom
		}
		a.ValidUntil = &end
		if err := tx.EndRole(&a); err != nil {
			return role{}, err
		}
		return showRole(a), record(ctx, tx, models.EventRoleEnded, roleData(a))
	})
}

// leadRemains refuses to leave a procurement without anyone who can give roles.
func leadRemains(tx *store.Tx, st store.Standing, ending models.RoleAssignment) error {
	if ending.Role != models.RoleLeadProcurer {
		return nil
	}
	all, err := tx.Roles(st.Procurement.ID)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.ID != ending.ID && a.Role == models.RoleLeadProcurer && a.ValidUntil == nil && a.Holds(st.Now) {
			return nil
		}
	}
	return models.Refuse(models.CodeLastLeadProcurer, "", "no other lead procurer is in force without an end")
}
