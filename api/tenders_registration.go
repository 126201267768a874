package api

import (
	"context"
	"errors"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// RegistrationView is a person's registration as a supplier.
type RegistrationView struct {
	RoleID         models.ID `json:"role_id"`
	ProcurementID  models.ID `json:"procurement_id"`
	PersonID       models.ID `json:"person_id"`
	OrganisationID models.ID `json:"organisation_id" doc:"The economic operator the person acts for"`
	Since          time.Time `json:"since" doc:"Procedure time"`
}

func (v RegistrationView) self() string   { return "/v1/procurements/" + string(v.ProcurementID) }
func (v RegistrationView) version() int64 { return 1 }

// register gives a person of an economic operator the role supplier, once a lot is published: from then
// on everyone may read the documents and hand in a tender (Directive 2014/24/EU, Article 53(1)).
func (s *server) register(ctx context.Context, in *ProcurementPath) (*Answer[RegistrationView], error) {
	id, err := pathID(models.PrefixProcurement, "procurement", in.Procurement)
	if err != nil {
		return nil, err
	}
	published, err := s.store.HasPublishedLot(ctx, id)
	if err != nil {
		return nil, err
	}
	if !published {
		return nil, noResource()
	}
	return create(ctx, s, func(tx *store.Tx) (RegistrationView, error) {
		a, err := s.registration(ctx, tx, id)
		if err != nil {
			return RegistrationView{}, err
		}
		if err := tx.GiveRole(&a); err != nil {
			return RegistrationView{}, err
		}
		_, err = tx.Append(models.Event{
			ProcurementID: id, Type: models.EventRoleGiven, ActorID: a.PersonID, At: a.ValidFrom, RecordedAt: a.CreatedAt, Data: roleData(a),
		})
		return RegistrationView{RoleID: a.ID, ProcurementID: id, PersonID: a.PersonID, OrganisationID: a.OrganisationID, Since: utc(a.ValidFrom)}, err
	})
}

// registration judges who registers, with the procurement locked so that no other role is given meanwhile.
func (s *server) registration(ctx context.Context, tx *store.Tx, procurement models.ID) (models.RoleAssignment, error) {
	actor := callOf(ctx).actor
	a := models.RoleAssignment{
		ID: models.NewID(models.PrefixRole), ProcurementID: procurement, PersonID: actor.PersonID, OrganisationID: actor.OrganisationID, Role: models.RoleSupplier,
	}
	organisation, err := tx.Organisation(actor.OrganisationID)
	if err != nil {
		return a, err
	}
	if organisation.Kind != models.OrganisationEconomicOperator {
		return a, models.Refuse(models.CodeNotAnOperator, "", "your organisation is registered as %s", organisation.Kind).
			Accepting("a person of an economic operator")
	}
	p, err := tx.LockProcurement(procurement)
	switch {
	case errors.Is(err, store.ErrNoProcurement):
		return a, noResource()
	case err != nil:
		return a, err
	case p.Status.Ended():
		return a, models.Refuse(models.CodeEnded, "", "the procurement is %s", p.Status)
	}
	if a.CreatedAt, err = tx.Now(); err != nil {
		return a, err
	}
	a.ValidFrom = p.Now(a.CreatedAt)
	return a, fits(tx, store.Standing{Procurement: p, Now: a.ValidFrom}, a)
}
