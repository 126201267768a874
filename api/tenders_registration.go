package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// RegistrationView is a person's registration as a supplier.
type RegistrationView struct {
	RoleID         models.ID `json:"role_id"`
	ProcurementID  models.ID `json:"procurement_id"`
	PersonID       models.ID `json:"person_id"`
	OrganisationID models.ID `json:"organisation_id" doc:"The economic operator the person acts for"`
	Since          time.Time `json:"since" doc:"Procedure time"`
	Language       string    `json:"language,omitempty" doc:"In which it wants its letters; absent: it did not say"`
}

func (v RegistrationView) Self() string     { return "/v1/procurements/" + string(v.ProcurementID) }
func (v RegistrationView) AtVersion() int64 { return 1 }

type newRegistration struct {
	ProcurementPath
	Body *struct {
		Language string `json:"language,omitempty" maxLength:"35" doc:"One of the procurement's, for your letters"`
	}
}

func (s *server) register(ctx context.Context, in *newRegistration) (*rest.Answer[RegistrationView], error) {
	id, err := pathID(models.PrefixProcurement, "procurement", in.Procurement)
	if err != nil {
		return nil, err
	}
	language := ""
	if in.Body != nil {
		language = in.Body.Language
	}
	done, err := s.acts.Register(ctx, rest.By(ctx), id, language)
	return rest.Created(ctx, done, err, func(a models.RoleAssignment) RegistrationView {
		return RegistrationView{
			RoleID: a.ID, ProcurementID: a.ProcurementID, PersonID: a.PersonID, OrganisationID: a.OrganisationID,
			Since: utc(a.ValidFrom), Language: a.Language,
		}
	})
}
