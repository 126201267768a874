package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// A persona is a caller of one kind and the words by which rules let it in: on the platform, and on the procurement.
type persona struct {
	caller

	name, onPlatform, onProcurement string
}

// Every operation meets every role twice: as held for the organisation that what the path names belongs to, and as held
// for another. Here the guard is judged; what acts and views say of other organisations, see
// TestNobodyActsForAnotherOrganisation.
func TestEveryOperationLetsInExactlyWhoItShould(t *testing.T) {
	t.Parallel()
	w := setup(t)
	all, p, path := cast(w)
	expected := expectedAccess()
	for _, o := range w.server.router.Operations() { // HEAD: see TestHEADIsAnsweredAsGETWithoutABody
		who, listed := expected[o.Method+" "+o.Path]
		require.True(t, listed, "%s %s is not in the table of this test: decide who may call it and write it down",
			o.Method, o.Path)
		delete(expected, o.Method+" "+o.Path)
		for _, person := range all {
			got := w.knock(person.caller, o, path.Replace(o.Path))
			require.Equal(t, admission(o, who, person), got, "%s %s as %s on %s", o.Method, o.Path, person.name, p.ID)
		}
	}
	require.Empty(t, expected, "this test expects operations that are not served")
}

// cast makes a procurement with people in every role, of the organisation that leads and of another, and those who have
// none.
func cast(w *world) ([]persona, procurement, *strings.Replacer) {
	leader, partner := w.buyer(), w.buyer()
	drafter := w.personOf(leader.organisation)
	p := w.procurement(drafter)
	w.do(leader, POST, p.Self()+"/members/"+string(leader.organisation)+"/actions/accept", nil).is(http.StatusOK)
	w.join(drafter, p, partner.organisation)
	all := []persona{
		{caller{}, "nobody", "", ""},
		{w.admin, "administrator", "administrator", ""},
		{w.personOf(w.buyer().organisation), "stranger", "", ""},
		{w.buyer(), "representative of strangers", "representative", ""},
		{drafter, "lead_procurer", "", "lead_procurer"},
		{leader, "representative of the lead", "representative", "representative"},
		{partner, "representative of a partner", "representative", "representative"},
	}
	for _, r := range models.Roles()[1:] {
		for _, of := range []caller{leader, partner} {
			if r.OfSupplier() {
				of = w.organisation(models.OrganisationEconomicOperator)
			}
			c := w.personOf(of.organisation)
			w.give(leader, p, c.person, r)
			all = append(all, persona{c, string(r) + " of " + string(of.organisation), "", string(r)})
		}
	}
	supplier := w.organisation(models.OrganisationEconomicOperator)
	w.supply(p, w.personOf(supplier.organisation), models.RoleSupplier)
	former, later, myself := w.personOf(leader.organisation), w.personOf(leader.organisation),
		w.personOf(leader.organisation)
	ended := w.give(leader, p, former.person, models.RoleLeadProcurer)
	w.do(leader, DELETE, ended.Self(), nil).is(http.StatusOK)
	w.do(leader, POST, p.Self()+"/roles", map[string]any{
		"person_id": later.person, "role": models.RoleLeadProcurer, "valid_from": time.Now().Add(time.Hour),
	}).is(http.StatusCreated)
	all = append(all, persona{former, "former lead", "", ""}, persona{later, "future lead", "", ""},
		persona{myself, "the person itself", "self", ""},
		persona{supplier, "representative of a supplier", "representative", "supplier"})

	var keys rest.Page[Key]
	w.do(myself, GET, "/v1/people/"+string(myself.person)+"/api-keys", nil).is(http.StatusOK).into(&keys)
	return all, p, strings.NewReplacer(
		"{procurement}", string(p.ID), "{organisation}", string(leader.organisation), "{person}", string(myself.person),
		"{key}", string(keys.Items[0].ID), "{role}", string(ended.ID), "{phase}", "needs", "{entry}",
		string(models.NewID(models.PrefixEntry)),
	)
}

// admission is what a persona meets at an operation that lets in who.
func admission(o rest.Operation, who string, p persona) string {
	words, onProcurement := strings.Fields(who), strings.Contains(o.Path, "{procurement}")
	word := p.onPlatform
	if onProcurement {
		word = p.onProcurement
	}
	switch {
	case who == everyone:
		return "let in"
	case p.key == "":
		return string(models.CodeUnauthenticated)
	case who == known, slices.Contains(words, word):
		return "let in"
	case onProcurement && word == "":
		return string(models.CodeNotFound)
	}
	return string(models.CodeForbidden)
}

// knock sends a request that cannot succeed for a reason that is looked at only after access was
// judged, and so tells whether the caller was let in.
func (w *world) knock(c caller, o rest.Operation, path string) string {
	afterwards := map[models.Code]bool{
		models.CodeMissingKey: true, models.CodeMissingIfMatch: true,
		models.CodeInvalidRequest: true, models.CodeUnsupportedMediaType: true,
	}
	computes := o.Method == POST && !o.Keyed && !o.Conditional // and may need no body
	if (o.Method == GET || computes) && !o.Hidden {
		path += "?" + uuid.NewString() + "=1"
	}
	r := w.do(c, o.Method, path, nil, without(headerIdempotencyKey), without(headerIfMatch))
	if o.Hidden && r.Code == http.StatusOK {
		return "let in"
	}
	var p rest.Problem
	r.into(&p)
	if afterwards[p.Code] {
		return "let in"
	}
	return string(p.Code)
}

func TestARoleThatEndsWhileARequestWaitsIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first := w.buyer()
	p := w.procurement(first)
	second := w.personOf(first.organisation)
	given := w.give(first, p, second.person, models.RoleLeadProcurer)

	release := w.hold("SELECT 1 FROM procurements WHERE id = $1 FOR UPDATE", p.ID)
	answer := w.begin(func() response { return w.do(second, PATCH, p.Self(), map[string]any{"zone": "Europe/Rome"}) })
	w.untilWaiting(1)
	w.exec("UPDATE role_assignments SET valid_until = clock_timestamp() WHERE id = $1", given.ID)
	release()
	answer().is(http.StatusNotFound)
	var now procurement
	w.do(first, GET, p.Self(), nil).into(&now)
	require.Equal(t, "Europe/Paris", now.Zone)
}

func TestAnAttemptThatWasTurnedAwayIsLogged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.procurement(w.buyer())
	stranger := w.buyer()
	w.do(stranger, GET, p.Self(), nil).is(http.StatusNotFound)
	require.Contains(t, w.logged(), "access denied")
	require.Contains(t, w.logged(), "person="+string(stranger.person)+" method=GET path="+p.Self())
}

func TestTheRefusalOfARoleNamesThoseThatMay(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	observer := w.personOf(leader.organisation)
	w.give(leader, p, observer.person, models.RoleObserver)
	problem := w.do(observer, PATCH, p.Self(), map[string]any{}).is(http.StatusForbidden).refused(models.CodeForbidden)
	require.Contains(t, problem.Errors[0].Accepted, "lead_procurer")
}

func TestWhatIsNoIDOfAProcurementIsNotFound(t *testing.T) {
	t.Parallel()
	w := setup(t)
	buyer := w.buyer()
	for _, id := range []string{
		"x", "prc_", string(buyer.organisation), string(models.NewID(models.PrefixProcurement)),
		strings.Repeat("p", 5000),
	} {
		w.do(buyer, GET, "/v1/procurements/"+id, nil).is(http.StatusNotFound).refused(models.CodeNotFound)
	}
}
