package api

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// The methods in use.
const (
	GET    = "GET"
	POST   = "POST"
	PUT    = "PUT"
	PATCH  = "PATCH"
	DELETE = "DELETE"
)

// operations is the whole API and who may call it. Routing, access, the OpenAPI document and the access
// test are made from it; what is not here is not served.
func (s *server) operations() []operation {
	lead := roles(models.RoleLeadProcurer)
	rows := []operation{
		op(GET, "/livez", public(), "Tell whether the process runs", s.live),
		op(GET, "/readyz", public(), "Tell whether requests can be answered", s.isReady),

		op(GET, "/v1/me", authenticated(), "Read who I am and what I take part in", s.getMe),

		op(POST, "/v1/organisations", administrator(), "Register an organisation", s.createOrganisation),
		op(GET, "/v1/organisations", authenticated(), "List organisations", s.listOrganisations),
		op(GET, "/v1/organisations/{organisation}", authenticated(), "Read an organisation", s.getOrganisation),
		op(PATCH, "/v1/organisations/{organisation}", administrator(), "Change an organisation", s.changeOrganisation),

		op(POST, "/v1/people", administrator(), "Register a person", s.createPerson),
		op(GET, "/v1/people", administrator(), "List people", s.listPeople),
		op(GET, "/v1/people/{person}", administrator(), "Read a person", s.getPerson),
		op(PATCH, "/v1/people/{person}", administrator(), "Change a person", s.changePerson),

		op(POST, "/v1/people/{person}/api-keys", self(), "Make an API key; its secret is shown once", s.createAPIKey),
		op(GET, "/v1/people/{person}/api-keys", self(), "List a person's API keys", s.listAPIKeys),
		op(GET, "/v1/people/{person}/api-keys/{key}", self(), "Read an API key", s.getAPIKey),
		op(DELETE, "/v1/people/{person}/api-keys/{key}", self(), "Revoke an API key", s.revokeAPIKey),

		op(POST, "/v1/procurements", authenticated(), "Draft a procurement, as a person of a contracting authority",
			s.createProcurement),
		op(GET, "/v1/procurements", authenticated(), "List the procurements in which I hold a role",
			s.listProcurements),
		op(GET, "/v1/procurements/{procurement}", reads(views.OfProcurement), "Read a procurement", s.getProcurement),
		op(PATCH, "/v1/procurements/{procurement}", lead, "Change a draft", s.changeProcurement),

		op(GET, "/v1/procurements/{procurement}/members", reads(views.OfMembers), "List the members of the consortium",
			s.listMembers),
		op(GET, "/v1/procurements/{procurement}/members/{organisation}", reads(views.OfMembers), "Read a member",
			s.getMember),
		op(PUT, "/v1/procurements/{procurement}/members/{organisation}", lead,
			"Take a contracting authority in, or change its part", s.putMember, mayCreate()),
		op(DELETE, "/v1/procurements/{procurement}/members/{organisation}", lead, "Take a member out of a draft",
			s.removeMember, answers(noContent)),

		op(POST, "/v1/procurements/{procurement}/roles", lead, "Give a person a role", s.giveRole),
		op(GET, "/v1/procurements/{procurement}/roles", reads(views.OfRoles), "List roles, ended ones too",
			s.listRoles),
		op(GET, "/v1/procurements/{procurement}/roles/{role}", reads(views.OfRoles), "Read a role", s.getRole),
		op(DELETE, "/v1/procurements/{procurement}/roles/{role}", lead, "End a role now", s.endRole),
	}
	return slices.Concat(rows, s.commandOperations(), s.gateOperations(), s.dossierOperations(),
		s.documentOperations(), s.uploadOperations(), s.lotOperations(), s.tenderOperations(), s.openingOperations(),
		s.evaluationOperations(), s.conclusionOperations(), s.neutralityOperations(), s.marketOperations(),
		s.eventOperations(), s.eventTypeOperations(), s.endpointOperations(), docsPages())
}
