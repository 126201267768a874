package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

func TestAnAddressBelongsToOnePerson(t *testing.T) {
	t.Parallel()
	w := setup(t)
	body := map[string]any{"organisation_id": w.admin.organisation, "name": "P", "email": "p@example.org"}
	w.do(w.admin, POST, "/v1/people", body).is(http.StatusCreated)
	body["email"] = "P@Example.ORG"
	problem := w.do(w.admin, POST, "/v1/people", body).is(http.StatusConflict).refused(models.CodeAlreadyExists)
	require.Equal(t, "/email", problem.Errors[0].Pointer)
	body["email"] = "other@example.org"
	var other PersonView
	w.do(w.admin, POST, "/v1/people", body).is(http.StatusCreated).into(&other)
	w.do(w.admin, PATCH, other.Self(), map[string]any{"email": "p@example.org"}).is(http.StatusConflict)
	w.do(w.admin, PATCH, other.Self(), map[string]any{"email": nil}).is(http.StatusOK).into(&other)
}

func TestAPatchLeavesWhatItDoesNotNameAndRemovesWhatIsNull(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var o organisation
	w.do(w.admin, POST, "/v1/organisations", map[string]any{
		"legal_name": "A", "country": "GR", "kind": "economic_operator", "sme": true, "less_developed_region": false,
		"address": map[string]any{"street": "Quay 1", "town": "Piraeus"},
	}).is(http.StatusCreated).into(&o)
	var changed organisation
	w.do(w.admin, PATCH, o.Self(), map[string]any{"legal_name": "B", "sme": nil}).is(http.StatusOK).into(&changed)
	o.LegalName, o.SME, o.Version = "B", nil, 2
	require.Equal(t, o, changed)
	require.Equal(t, "Quay 1, Piraeus", changed.Address.Line())
	w.do(w.admin, PATCH, o.Self(), map[string]any{
		"address": map[string]any{"street": "Quay 2", "town": "Piraeus", "email": "nobody"},
	}).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	w.do(w.admin, PATCH, o.Self(), map[string]any{"address": nil}).is(http.StatusOK).into(&changed)
	require.Equal(t, int64(3), changed.Version)
	w.do(w.admin, PATCH, o.Self(), map[string]any{"kind": "other"}).is(http.StatusUnprocessableEntity)
	w.do(w.admin, PATCH, o.Self(), map[string]any{"sme": "yes"}).is(http.StatusUnprocessableEntity)
}

func TestThePlatformKeepsAnAdministrator(t *testing.T) {
	t.Parallel()
	w := setup(t)
	path := "/v1/people/" + string(w.admin.person)
	down := map[string]any{"administrator": false}
	w.do(w.admin, PATCH, path, down).is(http.StatusConflict).refused(models.CodeLastAdministrator)

	second := w.personOf(w.admin.organisation)
	w.do(w.admin, PATCH, "/v1/people/"+string(second.person), map[string]any{"administrator": true}).is(http.StatusOK)
	both := []caller{w.admin, second}
	stepped := 0
	for _, a := range w.atOnce(2, func(i int) response {
		return w.do(both[i], PATCH,
			"/v1/people/"+string(both[i].person), down)
	}) {
		if a.Code == http.StatusOK {
			stepped++
		}
	}
	require.Equal(t, 1, stepped)
	require.Equal(t, 1, w.count("SELECT count(*) FROM people WHERE administrator"))
}

func TestMeShowsWhereIHoldARoleNow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	first, second := w.procurement(leader), w.procurement(leader)
	other := w.personOf(leader.organisation)
	w.give(leader, first, other.person, models.RoleBoard)
	w.give(leader, first, other.person, models.RoleBuyer)
	ended := w.give(leader, second, other.person, models.RoleBoard)
	w.do(leader, DELETE, ended.Self(), nil).is(http.StatusOK)

	var who me
	w.do(other, GET, "/v1/me", nil).is(http.StatusOK).into(&who)
	require.Equal(t, other.person, who.Person.ID)
	require.Equal(t, other.organisation, who.Organisation.ID)
	require.Len(t, who.Procurements, 1)
	require.Equal(t, first.ID, who.Procurements[0].ProcurementID)
	require.Equal(t, []models.Role{models.RoleBoard, models.RoleBuyer}, who.Procurements[0].Roles)

	var page rest.Page[procurement]
	w.do(other, GET, "/v1/procurements", nil).is(http.StatusOK).into(&page)
	require.Len(t, page.Items, 1)
	w.do(leader, GET, "/v1/procurements?status=draft", nil).is(http.StatusOK).into(&page)
	require.Len(t, page.Items, 2)
	w.do(leader, GET, "/v1/procurements?status=running", nil).is(http.StatusOK).into(&page)
	require.Empty(t, page.Items)
	w.do(w.admin, GET, "/v1/procurements", nil).is(http.StatusOK).into(&page)
	require.Empty(t, page.Items, "an administrator sees no procurement")
}
