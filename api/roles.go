package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

type role struct {
	ID             models.ID   `json:"id"`
	ProcurementID  models.ID   `json:"procurement_id"`
	PersonID       models.ID   `json:"person_id"`
	OrganisationID models.ID   `json:"organisation_id" doc:"The organisation the person acts for in this role"`
	EngagedBy      *models.ID  `json:"engaged_by,omitempty" doc:"The member that engaged the person; absent: its own"`
	Role           models.Role `json:"role"`
	ValidFrom      time.Time   `json:"valid_from" doc:"Procedure time"`
	ValidUntil     *time.Time  `json:"valid_until,omitempty" doc:"Procedure time; absent: until further notice"`
	CreatedAt      time.Time   `json:"created_at" doc:"Real time"`
	Warning        string      `json:"warning,omitempty" doc:"What the person cannot do because of another role"`
}

func (r role) Self() string {
	return "/v1/procurements/" + string(r.ProcurementID) + "/roles/" + string(r.ID)
}

func (r role) AtVersion() int64 { return models.RoleAssignment{ValidUntil: r.ValidUntil}.Version() }

func showRole(a models.RoleAssignment) role {
	return role{
		ID: a.ID, ProcurementID: a.ProcurementID, PersonID: a.PersonID, OrganisationID: a.OrganisationID,
		EngagedBy: a.EngagedBy, Role: a.Role, ValidFrom: utc(a.ValidFrom), ValidUntil: utcOrNil(a.ValidUntil),
		CreatedAt: utc(a.CreatedAt),
	}
}

func showGivenRole(g acts.GivenRole) role {
	r := showRole(g.RoleAssignment)
	r.Warning = g.Warning
	return r
}

type newRole struct {
	ProcurementPath

	Body struct {
		PersonID   models.ID  `json:"person_id"`
		Role       givenRole  `json:"role"`
		ValidFrom  *time.Time `json:"valid_from,omitempty" doc:"Procedure time, not in the past; absent: now"`
		ValidUntil *time.Time `json:"valid_until,omitempty" doc:"Procedure time; absent: until further notice"`
	}
}

func (s *server) giveRole(ctx context.Context, in *newRole) (*rest.Answer[role], error) {
	done, err := s.acts.GiveRole(ctx, rest.By(ctx), acts.NewRole{
		Person: in.Body.PersonID, Role: models.Role(in.Body.Role), From: in.Body.ValidFrom, Until: in.Body.ValidUntil,
	})
	return rest.Created(ctx, done, err, showGivenRole)
}

type rolesQuery struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listRoles(ctx context.Context, in *rolesQuery) (*rest.Listed[role], error) {
	read := func(after models.ID, limit int) ([]models.RoleAssignment, error) {
		return s.views.Roles(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(a models.RoleAssignment) models.ID { return a.ID },
		showRole)
}

// RolePath is embedded by the inputs of operations on one role.
type RolePath struct {
	ProcurementPath

	Role string `path:"role" doc:"ID of the role assignment"`
}

func (s *server) getRole(ctx context.Context, in *struct{ RolePath }) (*rest.Answer[role], error) {
	id, err := pathID(models.PrefixRole, "role", in.Role)
	if err != nil {
		return nil, err
	}
	a, err := s.views.Role(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, a, err, showRole)
}

func (s *server) endRole(ctx context.Context, in *struct{ RolePath }) (*rest.Answer[role], error) {
	id, err := pathID(models.PrefixRole, "role", in.Role)
	if err != nil {
		return nil, err
	}
	a, err := s.acts.EndRole(ctx, rest.By(ctx), id)
	return rest.Changed(ctx, a, err, showRole)
}
