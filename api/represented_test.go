package api

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views/audit"
)

// A cause is a procurement of two buyers and two suppliers, each with its representative and a person who is none.
type cause struct {
	*tendering

	partner, supplier, rival, expert caller
	// board and staff are people of the lead, of the partner and of the supplier.
	clerk, board, staff caller
	// boardRole, staffRole and offer are what these people were given.
	boardRole, staffRole role
	offer                RoleOfferView
	lot                  LotView
}

func inCause(t *testing.T) *cause {
	t.Helper()
	c := &cause{tendering: inTender(t)}
	c.partner = c.buyer()
	c.exec("UPDATE procurements SET status = 'draft', started_at = NULL WHERE id = $1", c.ID)
	c.join(c.lead, c.procurement, c.partner.organisation)
	c.exec("UPDATE procurements SET status = 'running', started_at = clock_timestamp() WHERE id = $1", c.ID)
	c.board = c.personOf(c.partner.organisation)
	c.boardRole = c.give(c.lead, c.procurement, c.board.person, models.RoleBoard)
	c.clerk = c.personOf(c.lead.organisation)
	c.give(c.lead, c.procurement, c.clerk.person, models.RoleLeadProcurer)
	c.approveBudget(c.procurement, c.partner.organisation)
	c.lot = c.openLot()
	c.supplier, c.rival = c.tendering.supplier(), c.tendering.supplier()
	c.staff = c.personOf(c.supplier.organisation)
	c.do(c.supplier, POST, c.Self()+"/roles", map[string]any{"person_id": c.staff.person, "role": models.RoleSupplier}).
		is(http.StatusCreated).into(&c.staffRole)
	c.expert = c.organisation(models.OrganisationOther)
	c.do(c.lead, POST, c.Self()+"/role-offers", map[string]any{
		"person_id": c.expert.person, "role": models.RoleLegal,
	}).is(http.StatusCreated).into(&c.offer)
	return c
}

// everyone names all who have a key here.
func (c *cause) everyone() map[string]caller {
	return map[string]caller{
		"the administrator": c.admin, "the lead's representative": c.lead, "the lead procurer": c.clerk,
		"the partner's representative": c.partner, "the partner's board": c.board,
		"the supplier's representative": c.supplier, "the supplier's staff": c.staff, "the rival": c.rival,
		"the expert's representative": c.expert,
	}
}

// An errand is a request that only some may make, whoever else holds the same role for another organisation.
type errand struct {
	name, method, path string
	body               any
	// may are those who may, in the words of everyone; the last one does.
	may []string
}

func (c *cause) errands() []errand {
	const lead, clerk, partner = "the lead's representative", "the lead procurer", "the partner's representative"
	const supplier, expert = "the supplier's representative", "the expert's representative"
	const board, staff = "the partner's board", "the supplier's staff"
	people, organisations := "/v1/people/", "/v1/organisations/"
	fresh := func(of caller, role models.Role) map[string]any {
		return map[string]any{"person_id": c.personOf(of.organisation).person, "role": role}
	}
	newcomer := func(of caller) map[string]any {
		return map[string]any{"organisation_id": of.organisation, "name": "New " + uuid.NewString()}
	}
	return []errand{
		{"register a person of the partner", POST, "/v1/people", newcomer(c.partner), []string{partner}},
		{"register a person of the supplier", POST, "/v1/people", newcomer(c.supplier), []string{supplier}},
		{
			"change the partner's board", PATCH, people + string(c.board.person),
			map[string]any{"name": "B"},
			[]string{partner},
		},
		{
			"make a key for the partner's board", POST, people + string(c.board.person) + "/api-keys",
			map[string]any{"label": "x"},
			[]string{board},
		},
		{
			"issue a code for the partner's board", POST, people + string(c.board.person) + "/enrolments", nil,
			[]string{partner},
		},
		{
			"list the keys of the partner's board", GET, people + string(c.board.person) + "/api-keys", nil,
			[]string{board, partner},
		},
		{
			"appoint a representative of the partner", PUT,
			organisations + string(c.partner.organisation) + "/representatives/" +
				string(c.personOf(c.partner.organisation).person), nil,
			[]string{partner},
		},
		{
			"give a board of the partner", POST, c.Self() + "/roles", fresh(c.partner, models.RoleBoard),
			[]string{partner},
		},
		{
			"give a board of the lead", POST, c.Self() + "/roles", fresh(c.lead, models.RoleBoard), []string{lead},
		},
		{
			"give a signatory of the supplier", POST, c.Self() + "/roles",
			map[string]any{"person_id": c.staff.person, "role": models.RoleSignatory},
			[]string{supplier},
		},
		{"end the partner's board", DELETE, c.boardRole.Self(), nil, []string{board, partner}},
		{"end the supplier's staff", DELETE, c.staffRole.Self(), nil, []string{staff, supplier}},
		{
			"read the role of the supplier's staff", GET, c.staffRole.Self(), nil, []string{staff, supplier},
		},
		{
			"read the lead's offer", GET, c.Self() + "/role-offers/" + string(c.offer.ID), nil, []string{lead},
		},
		{"read the offer to the expert", GET, "/v1/role-offers/" + string(c.offer.ID), nil, []string{expert}},
		{
			"accept the offer to the expert", POST, "/v1/role-offers/" + string(c.offer.ID) + "/actions/accept",
			map[string]any{"will_not_tender": true},
			[]string{expert},
		},
		{"recall the expert", DELETE, "/v1/role-offers/" + string(c.offer.ID), nil, []string{expert}},
		{
			"withdraw an offer of the lead", DELETE, c.Self() + "/role-offers/" + string(c.offered(c.lead).ID), nil,
			[]string{lead},
		},
		{
			"decline an offer to the supplier", POST,
			"/v1/role-offers/" + string(c.offered(c.supplier).ID) + "/actions/decline", nil,
			[]string{supplier},
		},
		{
			"revoke a key of the partner's clerk", DELETE, c.keyOf(c.personOf(c.partner.organisation)), nil,
			[]string{partner},
		},
		{
			"recall a representative of the partner", DELETE,
			organisations + string(c.partner.organisation) + "/representatives/" + string(c.second().person), nil,
			[]string{partner},
		},
	}
}

// offered is an offer of the lead to somebody outside, of the supplier or of nobody in particular.
func (c *cause) offered(to caller) (offer RoleOfferView) {
	c.Helper()
	if to == c.lead {
		to = c.organisation(models.OrganisationOther)
	}
	c.do(c.lead, POST, c.Self()+"/role-offers", map[string]any{"person_id": to.person, "role": models.RoleObserver}).
		is(http.StatusCreated).into(&offer)
	return offer
}

// keyOf makes a second key for somebody, and returns its path.
func (c *cause) keyOf(who caller) string {
	c.Helper()
	var key MadeKey
	c.do(who, POST, "/v1/people/"+string(who.person)+"/api-keys", map[string]any{"label": "second"}).
		is(http.StatusCreated).into(&key)
	return key.Self()
}

// second is another representative of the partner.
func (c *cause) second() caller {
	c.Helper()
	who := c.personOf(c.partner.organisation)
	c.do(c.partner, PUT, "/v1/organisations/"+string(c.partner.organisation)+"/representatives/"+string(who.person),
		nil).is(http.StatusOK)
	return who
}

// Every sequence by which somebody acted in another's name, and its kind: who does not speak for the organisation is
// refused, also with the same role for another, and as the administrator.
func TestNobodyActsForAnotherOrganisation(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	for _, e := range c.errands() {
		before := c.count("SELECT count(*) FROM events")
		for name, who := range c.everyone() {
			if slices.Contains(e.may, name) {
				continue
			}
			r := c.do(who, e.method, e.path, e.body)
			require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, r.Code, "%s as %s: %s", e.name, name,
				r.Body)
		}
		require.Equal(t, before, c.count("SELECT count(*) FROM events"), "%s: a refusal changed something", e.name)
		last := e.may[len(e.may)-1]
		r := c.do(c.everyone()[last], e.method, e.path, e.body)
		require.Less(t, r.Code, http.StatusBadRequest, "%s as %s: %s", e.name, last, r.Body)
	}
}

func TestAnEnrolmentCodeIsRedeemedOnceByThePerson(t *testing.T) {
	t.Parallel()
	w := setup(t)
	voice := w.buyer()
	var e Enrolling
	w.do(voice, POST, "/v1/people", map[string]any{"organisation_id": voice.organisation, "name": "Eve"}).
		is(http.StatusCreated).into(&e)
	redeem := func(code string, headers ...header) response {
		return w.do(caller{}, POST, "/v1/enrolments/actions/redeem", map[string]any{"code": code, "label": "x"},
			headers...)
	}
	for _, wrong := range []string{
		"", "x", e.Enrolment.Code + "x", strings.Replace(e.Enrolment.Code, "ppi-enrol_", "ppi_", 1),
		e.Enrolment.Code[:len(e.Enrolment.Code)-1] + "~", e.Enrolment.Code[:len(e.Enrolment.Code)-4] + "0000",
	} {
		redeem(wrong).is(http.StatusUnauthorized).refused(models.CodeEnrolmentUnknown)
	}
	redeem(strings.Repeat("x", 5000)).is(http.StatusRequestEntityTooLarge)
	again := with(headerIdempotencyKey, "once")
	var first, repeated Enrolled
	redeem(e.Enrolment.Code, again).is(http.StatusCreated).into(&first)
	require.NotEmpty(t, first.Key.Secret)
	redeem(e.Enrolment.Code, again).is(http.StatusCreated).into(&repeated)
	require.Empty(t, repeated.Key.Secret)
	require.Equal(t, first.Key.ID, repeated.Key.ID)
	problem := redeem(e.Enrolment.Code).is(http.StatusConflict).refused(models.CodeEnrolmentOver)
	require.Contains(t, problem.Detail, "redeemed")
	eve := caller{key: first.Key.Secret, person: e.ID, organisation: e.OrganisationID}
	w.do(eve, GET, "/v1/me", nil).is(http.StatusOK)
	w.do(voice, POST, "/v1/people/"+string(voice.person)+"/enrolments", nil).is(http.StatusForbidden)

	// Her key is lost: the next code ends it, and the one after that cancels the next.
	codes := make([]Enrolling, 2)
	for i := range codes {
		w.do(voice, POST, "/v1/people/"+string(eve.person)+"/enrolments", nil).is(http.StatusCreated).into(&codes[i])
	}
	problem = redeem(codes[0].Enrolment.Code).is(http.StatusConflict).refused(models.CodeEnrolmentOver)
	require.Contains(t, problem.Detail, "cancelled")
	w.do(eve, GET, "/v1/me", nil).is(http.StatusOK)
	redeem(codes[1].Enrolment.Code).is(http.StatusCreated)
	w.do(eve, GET, "/v1/me", nil).is(http.StatusUnauthorized)

	// A code that waited too long.
	w.do(voice, POST, "/v1/people/"+string(eve.person)+"/enrolments", nil).is(http.StatusCreated).into(&e)
	w.exec("UPDATE enrolments SET created_at = created_at - interval '20 days', expires_at = clock_timestamp() "+
		"WHERE person_id = $1 AND redeemed_at IS NULL", eve.person)
	problem = redeem(e.Enrolment.Code).is(http.StatusConflict).refused(models.CodeEnrolmentOver)
	require.Contains(t, problem.Detail, "expired")
	require.NotContains(t, w.logged(), "ppi-enrol_")
}

// An administrator who redeems the code that he issued himself gets hold of an organisation that has nothing, which
// everybody can see; what it gets later it gets from others, who see who speaks for it.
func TestAnAdministratorWhoRedeemsHisOwnCodeGetsNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	var o organisation
	w.do(w.admin, POST, "/v1/organisations", map[string]any{
		"legal_name": "Clinic", "country": "FR", "kind": models.OrganisationContractingAuthority,
	}).is(http.StatusCreated).into(&o)
	member := p.Self() + "/members/" + string(o.ID)
	w.do(leader, PUT, member, map[string]any{}).is(http.StatusConflict).refused(models.CodeNotRepresented)

	enrol := func() response {
		return w.do(w.admin, POST, o.Self()+"/representatives", map[string]any{"name": "Real representative"})
	}
	var lost, e Enrolling
	enrol().is(http.StatusCreated).into(&lost)
	enrol().is(http.StatusCreated).into(&e) // the first code was lost on its way
	w.do(caller{}, POST, "/v1/enrolments/actions/redeem", map[string]any{"code": lost.Enrolment.Code, "label": "x"}).
		is(http.StatusConflict).refused(models.CodeEnrolmentOver)
	impostor := w.redeem(e)
	// The person for whom the code was meant learns that it was used, and when.
	problem := w.do(caller{}, POST, "/v1/enrolments/actions/redeem",
		map[string]any{"code": e.Enrolment.Code, "label": "x"}).
		is(http.StatusConflict).refused(models.CodeEnrolmentOver)
	require.Contains(t, problem.Detail, "if that was not you")
	enrol().is(http.StatusConflict).refused(models.CodeRepresented)
	w.do(impostor, GET, p.Self(), nil).is(http.StatusNotFound)
	require.Equal(t, 1, w.count("SELECT count(*) FROM events WHERE type = 'person.enrolled' AND actor_id = $1",
		impostor.person))

	// Once it takes part in something, no code for a first representative is issued, whoever has lost a key.
	w.exec("UPDATE people SET representative = false WHERE id = $1", impostor.person)
	w.exec("INSERT INTO consortium_members (procurement_id, organisation_id, joined_at) "+
		"VALUES ($1, $2, clock_timestamp())", p.ID, o.ID)
	enrol().is(http.StatusConflict).refused(models.CodeRepresented)
}

func TestAnAdministratorTakesPartInNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	colleague := w.personOf(w.admin.organisation)
	w.do(w.admin, PATCH, "/v1/people/"+string(colleague.person), map[string]any{"administrator": true}).
		is(http.StatusOK)
	for _, role := range []models.Role{models.RoleObserver, models.RoleBoard} {
		w.do(leader, POST, p.Self()+"/roles", map[string]any{"person_id": colleague.person, "role": role}).
			is(http.StatusConflict).refused(models.CodeRoleIncompatible)
	}
	w.do(leader, POST, p.Self()+"/role-offers", map[string]any{"person_id": colleague.person, "role": "observer"}).
		is(http.StatusConflict).refused(models.CodeRoleIncompatible)
	w.do(w.admin, POST, "/v1/procurements", draft()).is(http.StatusForbidden)
	w.do(w.admin, PATCH, "/v1/people/"+string(leader.person), map[string]any{"administrator": true}).
		is(http.StatusForbidden)

	// Somebody of the operator's organisation who holds a role somewhere does not become one either.
	auditor := w.personOf(w.admin.organisation)
	w.exec(`INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from)
		VALUES ($1, $2, $3, $4, 'observer', '2000-01-01')`, models.NewID(models.PrefixRole), p.ID, auditor.person,
		auditor.organisation)
	w.do(w.admin, PATCH, "/v1/people/"+string(auditor.person), map[string]any{"administrator": true}).
		is(http.StatusConflict).refused(models.CodeRoleIncompatible)
}

func TestAMemberSpeaksOnceItHasAccepted(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, partner := w.buyer(), w.buyer()
	clerk := w.personOf(leader.organisation)
	p := w.procurement(clerk) // no representative: not even its own organisation has accepted
	path := func(c caller) string { return p.Self() + "/members/" + string(c.organisation) }
	var m member
	w.do(clerk, GET, path(leader), nil).is(http.StatusOK).into(&m)
	require.Nil(t, m.AcceptedAt)
	w.do(clerk, POST, path(leader)+"/actions/accept", nil).is(http.StatusForbidden)
	w.do(leader, POST, path(leader)+"/actions/accept", nil).is(http.StatusOK).into(&m)
	require.Equal(t, leader.person, *m.AcceptedBy)

	w.do(clerk, PUT, path(partner), map[string]any{"budget_share": "40"}).is(http.StatusCreated)
	w.do(partner, GET, p.Self(), nil).is(http.StatusOK)
	w.do(leader, POST, path(partner)+"/actions/accept", nil).is(http.StatusForbidden).
		refused(models.CodeOtherOrganisation)
	stale := with(headerIfMatch, `"1"`)
	w.do(partner, POST, path(partner)+"/actions/accept", nil, stale).is(http.StatusPreconditionFailed)
	w.do(partner, POST, path(partner)+"/actions/accept", nil).is(http.StatusOK).into(&m)
	require.Equal(t, "40", m.BudgetShare)

	// Another part is to be accepted again; the same part stays accepted.
	w.do(clerk, PUT, path(partner), map[string]any{"budget_share": "40.0"}).is(http.StatusOK).into(&m)
	require.NotNil(t, m.AcceptedAt)
	w.do(clerk, PUT, path(partner), map[string]any{"budget_share": "60"}).is(http.StatusOK).into(&m)
	require.Nil(t, m.AcceptedAt)
	require.Equal(t, []string{"member.invited", "member.joined", "member.changed", "member.changed", "member.invited"},
		w.happenedTo(p, partner))

	// Whoever gave its people roles can still decline; the roles end with it.
	board := w.personOf(partner.organisation)
	w.give(leader, p, board.person, models.RoleBoard)
	w.do(leader, POST, path(leader)+"/actions/decline", nil).is(http.StatusConflict).refused(models.CodeLeadMissing)
	w.do(partner, POST, path(partner)+"/actions/decline", nil).is(http.StatusNoContent)
	w.do(partner, GET, p.Self(), nil).is(http.StatusNotFound)
	w.do(board, GET, p.Self(), nil).is(http.StatusNotFound)
}

// happenedTo lists what happened to a member.
func (w *world) happenedTo(p procurement, member caller) []string {
	w.Helper()
	var types []string
	require.NoError(w, w.db.SQL.QueryRow(w.Context(), `SELECT array_agg(type ORDER BY ordinal) FROM events
		WHERE procurement_id = $1 AND type LIKE 'member.%' AND data ->> 'organisation_id' = $2`,
		p.ID, member.organisation).Scan(&types))
	return types
}

func TestAskingAnObserverDoesNotTellWhoRegistered(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	stranger := c.organisation(models.OrganisationEconomicOperator)
	ask := func(of caller) (offer RoleOfferView, told string) {
		r := c.do(c.lead, POST, c.Self()+"/role-offers", map[string]any{
			"person_id": of.person, "role": models.RoleObserver,
		}).is(http.StatusCreated).into(&offer)
		told = r.Body.String()
		for _, hidden := range []string{string(offer.ID), string(of.person), string(of.organisation)} {
			told = strings.ReplaceAll(told, hidden, "…")
		}
		return offer, regexp.MustCompile(`"offered_at":"[^"]*"`).ReplaceAllString(told, "")
	}
	toSupplier, told := ask(c.supplier)
	toStranger, toldOfStranger := ask(stranger)
	require.Equal(t, toldOfStranger, told)

	accept := func(by caller, o RoleOfferView) response {
		return c.do(by, POST, "/v1/role-offers/"+string(o.ID)+"/actions/accept",
			map[string]any{"will_not_tender": true})
	}
	positions := c.count("SELECT count(*) FROM events WHERE procurement_id = $1", c.ID)
	accept(c.supplier, toSupplier).is(http.StatusConflict).refused(models.CodeSupplies)
	for by, o := range map[caller]RoleOfferView{c.supplier: toSupplier, stranger: toStranger} {
		c.do(by, POST, "/v1/role-offers/"+string(o.ID)+"/actions/decline", nil).is(http.StatusOK).into(&o)
		require.NotNil(t, o.AnsweredAt)
		accept(by, o).is(http.StatusConflict).refused(models.CodeOfferOver)
		var shown RoleOfferView
		r := c.do(c.lead, GET, c.Self()+"/role-offers/"+string(o.ID), nil).is(http.StatusOK).into(&shown)
		require.Nil(t, shown.AnsweredAt)
		require.Equal(t, `"1"`, r.etag())
	}
	require.Equal(t, positions, c.count("SELECT count(*) FROM events WHERE procurement_id = $1", c.ID))
	for _, of := range []caller{c.supplier, stranger, c.expert} { // two declined, one is still open
		role := models.RoleObserver
		if of == c.expert {
			role = models.RoleLegal
		}
		c.do(c.lead, POST, c.Self()+"/role-offers", map[string]any{"person_id": of.person, "role": role}).
			is(http.StatusConflict).refused(models.CodeAlreadyExists)
	}
	c.do(c.lead, DELETE, c.Self()+"/role-offers/"+string(toSupplier.ID), nil).is(http.StatusOK)
	var roles rest.Page[role]
	c.do(c.lead, GET, c.Self()+"/roles", nil).is(http.StatusOK).into(&roles)
	for _, r := range roles.Items {
		require.False(t, r.Role.OfSupplier())
	}

	// Who accepted has declared not to tender, and keeps to it.
	third := c.organisation(models.OrganisationEconomicOperator)
	offer, _ := ask(third)
	c.do(third, POST, "/v1/role-offers/"+string(offer.ID)+"/actions/accept", map[string]any{"will_not_tender": false}).
		is(http.StatusUnprocessableEntity)
	accept(third, offer).is(http.StatusOK).into(&offer)
	c.do(third, GET, c.Self(), nil).is(http.StatusOK)
	c.do(third, POST, c.Self()+"/registrations", nil).is(http.StatusConflict).refused(models.CodeDeclaredNotToTender)
	var given role
	c.do(c.lead, GET, c.Self()+"/roles/"+string(*offer.RoleID), nil).is(http.StatusOK).into(&given)
	require.Equal(t, c.lead.organisation, *given.EngagedBy)
	c.do(c.partner, DELETE, given.Self(), nil).is(http.StatusForbidden).refused(models.CodeOtherOrganisation)
	c.do(c.lead, DELETE, given.Self(), nil).is(http.StatusOK)
	c.do(third, POST, c.Self()+"/registrations", nil).is(http.StatusConflict).refused(models.CodeDeclaredNotToTender)
}

func TestATenderIsHandedInByWhomTheSupplierNamed(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	c.do(c.staff, POST, c.Self()+"/lots/"+string(c.lot.ID)+"/tenders", map[string]any{"envelopes": []any{}}).
		is(http.StatusForbidden).refused(models.CodeForbidden)
	receipt := c.submitted(c.supplier, c.lot.ID)
	withdraw := func(by caller) response {
		return c.do(by, POST, c.Self()+"/tenders/"+string(receipt.TenderID)+"/actions/withdraw", nil)
	}
	withdraw(c.staff).is(http.StatusForbidden).refused(models.CodeForbidden)
	c.do(c.supplier, POST, c.Self()+"/roles", map[string]any{"person_id": c.staff.person, "role": "signatory"}).
		is(http.StatusCreated)
	withdraw(c.staff).is(http.StatusOK)
}

func TestTheBuyersLearnNothingOfWhoRegistered(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	seqs := c.count("SELECT count(*) FROM events WHERE procurement_id = $1", c.ID)
	c.tendering.supplier()
	require.Equal(t, seqs, c.count("SELECT count(*) FROM events WHERE procurement_id = $1", c.ID),
		"the numbers of a procurement's events tell how many registered")
	for _, reader := range []caller{c.lead, c.clerk, c.board, c.partner} {
		body := c.do(reader, GET, c.Self()+"/roles", nil).is(http.StatusOK).Body.String()
		require.NotContains(t, body, string(c.supplier.organisation))
	}
	body := c.do(c.supplier, GET, c.Self()+"/roles", nil).is(http.StatusOK).Body.String()
	require.Contains(t, body, string(c.staff.person))
	require.NotContains(t, body, string(c.rival.organisation))
	require.NotContains(t, body, string(c.board.person))
}

// live makes the procurement a live one, for which recoveries wait.
func (c *cause) live() {
	c.exec("UPDATE procurements SET mode = 'live', clock_offset = 0 WHERE id = $1", c.ID)
}

// follows requires that a table follows from the events, and no longer does once it was changed without one.
func (w *world) follows(table, change string) {
	w.Helper()
	report, err := audit.Follow(w.Context(), w.store, table)
	require.NoError(w, err)
	require.Positive(w, report.Rows)
	require.Empty(w, report.Differences)
	w.exec(change)
	report, err = audit.Follow(w.Context(), w.store, table)
	require.NoError(w, err)
	require.False(w, report.Valid(), change)
}

func TestALostKeyIsRecoveredUnlessSomebodyObjects(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	c.live()
	partner := "/v1/organisations/" + string(c.partner.organisation)
	digest := strings.Repeat("ab", 32)
	request := func() response {
		return c.do(c.admin, POST, partner+"/recoveries", map[string]any{"name": "Heir", "request_digest": digest})
	}
	c.do(c.admin, POST, partner+"/recoveries", map[string]any{"name": "Heir", "request_digest": "none"}).
		is(http.StatusUnprocessableEntity)
	c.do(c.admin, POST, partner+"/recoveries", map[string]any{"request_digest": digest}).
		is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	c.do(c.lead, POST, partner+"/recoveries", map[string]any{"name": "Heir", "request_digest": digest}).
		is(http.StatusForbidden)
	var r RecoveryView
	request().is(http.StatusCreated).into(&r)
	request().is(http.StatusConflict).refused(models.CodeAlreadyExists)
	require.Equal(t, models.RecoveryWait, r.ReadyAt.Sub(r.RequestedAt))
	c.do(c.admin, POST, r.Self()+"/actions/complete", nil).is(http.StatusConflict).refused(models.CodeRecoveryWaits)

	// Every member is shown it; suppliers, and who has nothing to do with it, are not.
	for _, who := range []caller{c.lead, c.clerk, c.board} {
		c.do(who, GET, r.Self(), nil).is(http.StatusOK)
	}
	for _, who := range []caller{c.supplier, c.buyer()} {
		c.do(who, GET, r.Self(), nil).is(http.StatusNotFound)
		c.do(who, POST, r.Self()+"/actions/object", map[string]any{"reason": "No"}).is(http.StatusNotFound)
	}
	require.Contains(t, c.do(c.clerk, GET, c.Self()+"/tasks", nil).Body.String(), models.TaskRecovery)
	require.Equal(t, 1, c.count("SELECT count(*) FROM events WHERE procurement_id = $1 AND "+
		"type = 'member.recovery_requested'", c.ID))

	// The lead objects: nothing changes, and it is over.
	c.do(c.clerk, POST, r.Self()+"/actions/object", map[string]any{"reason": "We met their director today"}).
		is(http.StatusOK).into(&r)
	require.Equal(t, c.clerk.person, *r.ObjectedBy)
	c.do(c.admin, POST, r.Self()+"/actions/complete", nil).is(http.StatusConflict).refused(models.CodeRecoveryOver)
	require.Equal(t, 1, c.count("SELECT count(*) FROM tasks WHERE kind = $1 AND done_at IS NOT NULL",
		models.TaskRecovery))

	// Asked again, nobody objects.
	request().is(http.StatusCreated).into(&r)
	c.exec(`UPDATE recoveries SET requested_at = requested_at - interval '73 hours',
		ready_at = ready_at - interval '73 hours' WHERE id = $1`, r.ID)
	var e Enrolling
	c.do(c.admin, POST, r.Self()+"/actions/complete", nil).is(http.StatusOK).into(&e)
	c.do(c.partner, GET, "/v1/me", nil).is(http.StatusUnauthorized) // the old key, whoever has it
	heir := c.redeem(e)
	c.do(heir, POST, c.Self()+"/roles", map[string]any{"person_id": heir.person, "role": models.RoleBoard}).
		is(http.StatusCreated)
	c.follows("recoveries", "UPDATE recoveries SET person_id = requested_by")
	c.follows("role_offers", "UPDATE role_offers SET person_id = offered_by")
	var voices rest.Page[PersonView]
	c.do(c.lead, GET, partner+"/representatives", nil).is(http.StatusOK).into(&voices)
	require.Len(t, voices.Items, 1)
	require.Equal(t, heir.person, voices.Items[0].ID)
	c.do(c.supplier, GET, partner+"/representatives", nil).is(http.StatusNotFound)
}

func TestARecoveryInRehearsalsWaitsForNothing(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	var r RecoveryView
	c.do(c.admin, POST, "/v1/organisations/"+string(c.partner.organisation)+"/recoveries", map[string]any{
		"person_id": c.board.person, "request_digest": strings.Repeat("0", 64),
	}).is(http.StatusCreated).into(&r)
	c.do(c.admin, POST, r.Self()+"/actions/complete", nil).is(http.StatusOK)
	require.WithinDuration(t, r.RequestedAt, r.ReadyAt, time.Second)
}

// A recovery that was asked for while the organisation had nothing to lose takes nothing over later.
func TestARecoveryOfAnotherTimeIsNotCompleted(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	newcomer := c.buyer()
	path := "/v1/organisations/" + string(newcomer.organisation) + "/recoveries"
	body := map[string]any{"name": "Heir", "request_digest": strings.Repeat("0", 64)}
	var r RecoveryView
	c.do(c.admin, POST, path, body).is(http.StatusCreated).into(&r)
	require.Equal(t, models.RecoveryWait, r.ReadyAt.Sub(r.RequestedAt), "it takes part in no rehearsal")
	c.exec("UPDATE recoveries SET ready_at = requested_at WHERE id = $1", r.ID) // as for rehearsals
	p := c.world.procurement(c.lead)
	c.join(c.lead, p, newcomer.organisation)
	require.Equal(t, 1, c.count("SELECT count(*) FROM tasks WHERE procurement_id = $1 AND kind = $2", p.ID,
		models.TaskRecovery), "those it joins are told")
	var who me
	c.do(newcomer, GET, "/v1/me", nil).is(http.StatusOK).into(&who)
	require.Equal(t, r.ID, who.Recovery.ID)
	c.do(c.admin, POST, r.Self()+"/actions/complete", nil).is(http.StatusConflict).refused(models.CodeRecoveryOver)
	c.do(c.admin, POST, path, body).is(http.StatusCreated).into(&r) // in place of it
	c.exec(`UPDATE recoveries SET requested_at = requested_at - interval '18 days',
		ready_at = requested_at - interval '15 days' WHERE id = $1`, r.ID)
	c.do(c.admin, POST, r.Self()+"/actions/complete", nil).is(http.StatusConflict).refused(models.CodeRecoveryOver)
	c.do(c.admin, POST, path, body).is(http.StatusCreated)
	c.do(newcomer, GET, "/v1/me", nil).is(http.StatusOK) // its keys are as they were
}

// Whoever found the lost key of a representative has made itself a key of the heir meanwhile: that is of no use.
func TestWhatWasMadeWithALostKeyDoesNotOutliveTheRecovery(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	var r RecoveryView
	c.do(c.admin, POST, "/v1/organisations/"+string(c.partner.organisation)+"/recoveries", map[string]any{
		"person_id": c.board.person, "request_digest": strings.Repeat("0", 64),
	}).is(http.StatusCreated).into(&r)
	var stolen, open, heir Enrolling
	c.do(c.partner, POST, "/v1/people/"+string(c.board.person)+"/enrolments", nil).is(http.StatusCreated).into(&stolen)
	thief := c.redeem(stolen)
	c.do(c.partner, POST, "/v1/people", map[string]any{
		"organisation_id": c.partner.organisation, "name": "Accomplice",
	}).is(http.StatusCreated).into(&open)
	c.do(c.admin, POST, r.Self()+"/actions/complete", nil).is(http.StatusOK).into(&heir)
	for _, lost := range []caller{c.partner, thief} {
		c.do(lost, GET, "/v1/me", nil).is(http.StatusUnauthorized)
	}
	c.do(caller{}, POST, "/v1/enrolments/actions/redeem", map[string]any{"code": open.Enrolment.Code, "label": "x"}).
		is(http.StatusConflict).refused(models.CodeEnrolmentOver)
	c.do(c.redeem(heir), GET, "/v1/me", nil).is(http.StatusOK)
}

func TestOffersEndWithTheMembershipOfWhoMadeThem(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	c.exec("UPDATE consortium_members SET left_at = accepted_at WHERE organisation_id = $1", c.lead.organisation)
	c.do(c.expert, POST, "/v1/role-offers/"+string(c.offer.ID)+"/actions/accept",
		map[string]any{"will_not_tender": true}).is(http.StatusConflict).refused(models.CodeOfferOver)
}

func TestASupplierRegistersAgain(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	var roles rest.Page[role]
	c.do(c.rival, GET, c.Self()+"/roles", nil).is(http.StatusOK).into(&roles)
	for _, r := range roles.Items {
		if r.Role == models.RoleSupplier {
			c.do(c.rival, DELETE, r.Self(), nil).is(http.StatusOK)
		}
	}
	c.do(c.rival, POST, c.Self()+"/lots/"+string(c.lot.ID)+"/tenders", map[string]any{"envelopes": []any{}}).
		is(http.StatusNotFound) // whoever is no supplier's person any more signs nothing
	c.do(c.rival, POST, c.Self()+"/registrations", nil).is(http.StatusCreated)
	c.do(c.rival, GET, c.Self(), nil).is(http.StatusOK)
}

// An ended key makes no other, though its request was let in before.
func TestAKeyThatEndedWhileItsRequestArrivedMakesNoOther(t *testing.T) {
	t.Parallel()
	w := setup(t)
	owner := w.buyer()
	release := w.hold("SELECT 1 FROM people WHERE id = $1 FOR UPDATE", owner.person)
	answer := w.begin(func() response {
		return w.do(owner, POST, "/v1/people/"+string(owner.person)+"/api-keys", map[string]any{"label": "x"})
	})
	w.untilWaiting(1)
	w.exec("UPDATE api_keys SET revoked_at = clock_timestamp() WHERE person_id = $1", owner.person)
	release()
	answer().is(http.StatusUnauthorized)
	require.Equal(t, 1, w.count("SELECT count(*) FROM api_keys WHERE person_id = $1", owner.person))
}

// The holder of a lost key could otherwise wait for the end of a recovery, and make the heir's code anew.
func TestWhoIsRecalledWhileTheRequestWaitsEnrolsNobody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	owner := w.buyer()
	colleague := w.personOf(owner.organisation)
	codes := w.count("SELECT count(*) FROM enrolments WHERE person_id = $1", colleague.person)
	release := w.hold("SELECT 1 FROM people WHERE id = $1 FOR UPDATE", colleague.person)
	answer := w.begin(func() response {
		return w.do(owner, POST, "/v1/people/"+string(colleague.person)+"/enrolments", nil)
	})
	w.untilWaiting(1)
	w.exec("UPDATE people SET representative = false WHERE id = $1", owner.person)
	release()
	answer().is(http.StatusForbidden)
	require.Equal(t, codes, w.count("SELECT count(*) FROM enrolments WHERE person_id = $1", colleague.person))
}

// A supplier's own people stop what is asked in its name; its customers are not told that it is one.
func TestTheRecoveryOfASupplierTellsNobodyThatItIsOne(t *testing.T) {
	t.Parallel()
	c := inCause(t)
	c.live()
	before := c.count("SELECT count(*) FROM events WHERE procurement_id = $1", c.ID)
	var r RecoveryView
	c.do(c.admin, POST, "/v1/organisations/"+string(c.supplier.organisation)+"/recoveries", map[string]any{
		"name": "Heir", "request_digest": strings.Repeat("0", 64),
	}).is(http.StatusCreated).into(&r)
	require.Equal(t, models.RecoveryWait, r.ReadyAt.Sub(r.RequestedAt))
	require.Equal(t, before, c.count("SELECT count(*) FROM events WHERE procurement_id = $1", c.ID))
	c.do(c.lead, GET, r.Self(), nil).is(http.StatusNotFound)
	c.do(c.staff, POST, r.Self()+"/actions/object", map[string]any{"reason": "Our key is not lost"}).
		is(http.StatusOK)
}

func TestAnOrganisationKeepsARepresentative(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first := w.buyer()
	second := w.personOf(first.organisation)
	all := "/v1/organisations/" + string(first.organisation) + "/representatives/"
	w.do(first, DELETE, all+string(first.person), nil).is(http.StatusConflict).refused(models.CodeLastRepresentative)
	w.do(first, PUT, all+string(w.buyer().person), nil).is(http.StatusNotFound)
	w.do(first, PUT, all+string(second.person), nil).is(http.StatusOK)
	answers := w.atOnce(2, func(i int) response {
		by, whom := first, second
		if i == 1 {
			by, whom = second, first
		}
		return w.do(by, DELETE, all+string(whom.person), nil)
	})
	require.Equal(t, 1, w.count("SELECT count(*) FROM people WHERE organisation_id = $1 AND representative",
		first.organisation))
	require.ElementsMatch(t, []int{http.StatusOK, http.StatusForbidden}, []int{answers[0].Code, answers[1].Code})
}

func TestWhoGivesTheBoardToAnAuthorIsWarned(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	someone := w.personOf(leader.organisation)
	require.Empty(t, w.give(leader, p, someone.person, models.RoleDrafter).Warning)
	require.Contains(t, w.give(leader, p, someone.person, models.RoleBoard).Warning, "does not cast the vote")
}
