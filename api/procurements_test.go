package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

func TestTheAuthorOfADraftLeadsItForItsLeadBuyer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	r := w.do(leader, POST, "/v1/procurements", draft()).is(http.StatusCreated)
	var p procurement
	r.into(&p)
	require.Equal(t, p.Self(), r.Header().Get("Location"))
	require.Equal(t, models.StatusDraft, p.Status)
	require.WithinDuration(t, time.Now(), p.Now, time.Minute)
	require.Equal(t, time.UTC, p.Now.Location())

	var members rest.Page[member]
	w.do(leader, GET, p.Self()+"/members", nil).is(http.StatusOK).into(&members)
	require.Len(t, members.Items, 1)
	require.Equal(t, leader.organisation, members.Items[0].OrganisationID)
	require.True(t, members.Items[0].Lead)
	var roles rest.Page[role]
	w.do(leader, GET, p.Self()+"/roles", nil).is(http.StatusOK).into(&roles)
	require.Len(t, roles.Items, 1)
	require.Equal(t, models.RoleLeadProcurer, roles.Items[0].Role)
	require.Equal(t, p.Now, roles.Items[0].ValidFrom)
}

func TestOnlyContractingAuthoritiesDraftProcurements(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, c := range []caller{
		w.admin, w.organisation(models.OrganisationEconomicOperator),
		w.organisation(models.OrganisationOther),
	} {
		w.do(c, POST, "/v1/procurements", draft()).is(http.StatusForbidden).refused(models.CodeForbidden)
	}
}

func TestARehearsalRunsOnItsOwnClockAndSaysSo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	body := draft()
	body["mode"], body["clock"] = models.ModeRehearsal, "2017-09-06T09:00:00.123456789+02:00"
	start := time.Date(2017, 9, 6, 7, 0, 0, 123_456_000, time.UTC)
	var p procurement
	w.do(leader, POST, "/v1/procurements", body).is(http.StatusCreated).into(&p)
	require.True(t, p.Now.Equal(start), p.Now)
	r := w.do(leader, GET, p.Self(), nil).is(http.StatusOK)
	r.into(&p)
	require.Equal(t, "rehearsal", r.Header().Get(headerMode))
	require.WithinRange(t, p.Now, start, start.Add(time.Minute))
	given := w.give(leader, p, w.personOf(leader.organisation).person, models.RoleBoard)
	require.WithinRange(t, given.ValidFrom, start, start.Add(time.Minute))
	require.WithinDuration(t, time.Now(), given.CreatedAt, time.Minute)
	require.Equal(t, 4, w.count("SELECT count(*) FROM events WHERE procurement_id = $1 AND at < '2018-01-01' AND "+
		"recorded_at > '2020-01-01'", p.ID))

	live := w.procurement(leader)
	require.Equal(t, "live", w.do(leader, GET, live.Self(), nil).Header().Get(headerMode))
}

func TestADraftIsCheckedInAllItsPartsAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	body := map[string]any{
		"title": models.Text{"en": " ", "fr": "x"}, "description": models.Text{"English!": "x"},
		"languages": []string{"en", "EN"},
		"mode":      "live", "clock": "2999-01-01T00:00:00Z", "zone": "Europe/Atlantis",
	}
	r := w.do(leader, POST, "/v1/procurements", body)
	found := map[string]models.Code{}
	for _, fault := range r.refused(models.CodeInvalidText).Errors {
		found[fault.Pointer] = fault.Code
	}
	require.Contains(t, found, "/title/en")
	require.Contains(t, found, "/description/English!")
	require.Contains(t, found, "/languages")
	require.Contains(t, found, "/clock")
	require.Contains(t, found, "/zone")
	for _, zone := range []string{"", "Local", "CEST", "../etc/passwd", "+01:00"} {
		changed := draft()
		changed["zone"] = zone
		w.do(leader, POST, "/v1/procurements", changed).is(http.StatusUnprocessableEntity).
			refused(models.CodeInvalidValue)
	}
	require.Equal(t, 0, w.count("SELECT count(*) FROM procurements"))
}

func TestADraftChangesUntilItStarts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	var changed procurement
	w.do(leader, PATCH, p.Self(), map[string]any{
		"title": models.Text{"fr": "Trains silencieux"}, "languages": []string{"fr", "en"}, "zone": "Europe/Rome",
		"profile": "COS-PPI-2020-2-04",
	}).is(http.StatusOK).into(&changed)
	require.Equal(t, models.Text{"fr": "Trains silencieux"}, changed.Title)
	require.Equal(t, p.Description, changed.Description)
	require.Equal(t, "COS-PPI-2020-2-04", changed.Profile)
	w.do(leader, PATCH, p.Self(), map[string]any{"profile": nil}).is(http.StatusOK).into(&changed)
	require.Empty(t, changed.Profile)
	for _, immutable := range []string{"mode", "clock", "status", "now"} {
		w.do(leader, PATCH, p.Self(), map[string]any{immutable: "live"}).is(http.StatusUnprocessableEntity).
			refused(models.CodeInvalidValue)
	}
	w.exec("UPDATE procurements SET status = 'running', started_at = clock_timestamp() WHERE id = $1", p.ID)
	w.do(leader, PATCH, p.Self(), map[string]any{"zone": "Europe/Rome"}).is(http.StatusConflict).
		refused(models.CodeNotDraft)
	w.do(leader, PUT, p.Self()+"/members/"+string(leader.organisation), map[string]any{}).is(http.StatusConflict).
		refused(models.CodeNotDraft)
	w.do(leader, DELETE, p.Self()+"/members/"+string(leader.organisation), nil).is(http.StatusConflict).
		refused(models.CodeNotDraft)
}

func TestEveryChangeLeavesItsEventWithoutPersonalData(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	w.do(leader, PATCH, "/v1/people/"+string(leader.person),
		map[string]any{"name": "Zacharias", "email": "zacharias@example.org"}).is(http.StatusOK)
	w.do(w.admin, PATCH, "/v1/organisations/"+string(leader.organisation), map[string]any{"country": "BE"}).
		is(http.StatusOK)
	p := w.procurement(leader)
	other := w.buyer()
	w.join(leader, p, other.organisation)
	w.do(leader, PUT, p.Self()+"/members/"+string(other.organisation), map[string]any{"budget_share": "12.5"}).
		is(http.StatusOK)
	w.do(leader, PUT, p.Self()+"/members/"+string(leader.organisation), map[string]any{"lead": true}).is(http.StatusOK)
	given := w.give(leader, p, w.personOf(leader.organisation).person, models.RoleBoard)
	w.do(leader, DELETE, given.Self(), nil).is(http.StatusOK)
	w.do(leader, DELETE, p.Self()+"/members/"+string(other.organisation), nil).is(http.StatusNoContent)
	w.do(leader, PATCH, p.Self(), map[string]any{"zone": "Europe/Rome"}).is(http.StatusOK)
	var keys rest.Page[Key]
	w.do(other, GET, "/v1/people/"+string(other.person)+"/api-keys", nil).into(&keys)
	w.do(other, DELETE, keys.Items[0].Self(), nil).is(http.StatusOK)

	for _, kind := range typesFor(
		event.OrganisationCreated{}, event.OrganisationChanged{}, event.PersonCreated{}, event.PersonChanged{},
		event.APIKeyCreated{}, event.APIKeyRevoked{},
	) {
		require.Positive(t, w.count("SELECT count(*) FROM events WHERE type = $1 AND procurement_id IS NULL", kind),
			kind)
	}
	for _, kind := range typesFor(
		event.ProcurementCreated{}, event.ProcurementChanged{}, event.MemberJoined{}, event.MemberChanged{},
		event.MemberRemoved{},
		event.RoleGiven{}, event.RoleEnded{},
	) {
		require.Positive(t, w.count("SELECT count(*) FROM events WHERE type = $1 AND procurement_id = $2 AND "+
			"actor_id = $3", kind, p.ID, leader.person), kind)
	}
	require.Equal(t, 0,
		w.count(`SELECT count(*) FROM events WHERE convert_from(canonical, 'UTF8') ~ '[Zz]acharias|Org |Ada|Quiet'`))
}
