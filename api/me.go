package api

import (
	"context"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// mostShown is how many procurements /v1/me shows at most.
const mostShown = 200

type me struct {
	Person       PersonView    `json:"person"`
	Organisation organisation  `json:"organisation"`
	Key          Key           `json:"key" doc:"The key this request was made with"`
	Recovery     *RecoveryView `json:"recovery,omitempty" doc:"Open request to replace who speaks for us"`
	Procurements []involvement `json:"procurements" doc:"Where I hold a role now; at most 200, see /v1/procurements"`
}

type involvement struct {
	ProcurementID models.ID     `json:"procurement_id"`
	Title         models.Text   `json:"title"`
	Mode          models.Mode   `json:"mode" enum:"live,rehearsal"`
	Status        models.Status `json:"status" enum:"draft,running,suspended,cancelled,completed"`
	Roles         []models.Role `json:"roles"`
}

type meOutput struct{ Body me }

func (s *server) getMe(ctx context.Context, _ *struct{}) (*meOutput, error) {
	credential := rest.Credential(ctx)
	o, err := s.views.Organisation(ctx, credential.Person.OrganisationID)
	if err != nil {
		return nil, err
	}
	standings, err := s.views.Procurements(ctx, rest.Reader(ctx), "", "", mostShown)
	if err != nil {
		return nil, err
	}
	out := me{
		Person: showPerson(credential.Person), Organisation: showOrganisation(o), Key: showAPIKey(credential.Key),
		Procurements: make([]involvement, len(standings)),
	}
	recovery, err := s.views.OpenRecovery(ctx, rest.Reader(ctx))
	if err != nil {
		return nil, err
	}
	if recovery != nil {
		view := showRecovery(*recovery)
		out.Recovery = &view
	}
	for i, st := range standings {
		p := st.Procurement
		out.Procurements[i] = involvement{p.ID, p.Title, p.Mode, p.Status, st.Roles}
	}
	return &meOutput{out}, nil
}
