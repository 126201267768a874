package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

func TestRolesThatExcludeEachOtherAreNamed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	for _, a := range models.Roles() {
		for _, b := range models.Roles() {
			if a.OfSupplier() || b.OfSupplier() || a >= b {
				continue
			}
			someone := w.personOf(leader.organisation)
			w.give(leader, p, someone.person, a)
			r := w.do(leader, POST, p.Self()+"/roles", map[string]any{"person_id": someone.person, "role": b})
			if !models.Incompatible(a, b) {
				r.is(http.StatusCreated)
				continue
			}
			problem := r.is(http.StatusConflict).refused(models.CodeRoleIncompatible)
			require.Contains(t, problem.Detail, string(a))
			require.Contains(t, problem.Detail, string(b))
		}
	}
}

func TestOfRolesThatExcludeEachOtherGivenAtOnceOneStands(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	someone := w.personOf(leader.organisation)
	pair := []models.Role{models.RoleDrafter, models.RoleEvaluator}
	w.atOnce(8, func(i int) response {
		return w.do(leader, POST, p.Self()+"/roles", map[string]any{"person_id": someone.person, "role": pair[i%2]})
	})
	require.Equal(t, 1, w.count("SELECT count(*) FROM role_assignments WHERE person_id = $1", someone.person))
}

func TestWhoActsForABuyerBelongsToOne(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, outsider := w.buyer(), w.buyer()
	p := w.procurement(leader)
	path := p.Self() + "/roles"
	for _, r := range []models.Role{models.RoleLeadProcurer, models.RoleBuyer, models.RoleBoard} {
		problem := w.do(leader, POST, p.Self()+"/role-offers", map[string]any{"person_id": outsider.person, "role": r}).
			is(http.StatusConflict).refused(models.CodeNotAMember)
		require.Contains(t, problem.Detail, "the role "+string(r))
	}
	w.give(leader, p, outsider.person, models.RoleLegal)
	w.do(leader, POST, path, map[string]any{
		"person_id": w.personOf(leader.organisation).person,
		"role":      models.RoleSupplier,
	}).
		is(http.StatusConflict).refused(models.CodeRoleIncompatible)
	w.do(leader, POST, path, map[string]any{"person_id": models.NewID(models.PrefixPerson), "role": models.RoleBoard}).
		is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	w.do(leader, POST, path, map[string]any{"person_id": "x", "role": models.RoleBoard}).
		is(http.StatusUnprocessableEntity).refused(models.CodeInvalidID)
	w.do(leader, POST, path, map[string]any{"person_id": outsider.person, "role": models.RoleAdministrator}).
		is(http.StatusUnprocessableEntity)
}

func TestARoleIsDatedInProcedureTime(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	someone := w.personOf(leader.organisation)
	give := func(from, until time.Time) response {
		return w.do(leader, POST, p.Self()+"/roles", map[string]any{
			"person_id": someone.person, "role": models.RoleObserver, "valid_from": from, "valid_until": until,
		})
	}
	now := time.Now()
	give(now.Add(-time.Hour), now.Add(time.Hour)).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	give(now.Add(time.Hour), now.Add(time.Hour)).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	give(now.Add(time.Hour), now.AddDate(300, 0, 0)).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	var later role
	give(now.Add(time.Hour), now.Add(2*time.Hour)).is(http.StatusCreated).into(&later)
	give(now.Add(90*time.Minute), now.Add(3*time.Hour)).is(http.StatusConflict).refused(models.CodeAlreadyExists)
	give(now.Add(2*time.Hour), now.Add(3*time.Hour)).is(http.StatusCreated)
	w.do(someone, GET, p.Self(), nil).is(http.StatusNotFound)
	// A role that has not begun and is ended never begins.
	var ended role
	w.do(leader, DELETE, later.Self(), nil).is(http.StatusOK).into(&ended)
	require.Equal(t, later.ValidFrom, *ended.ValidUntil)
}

func TestAnEndedRoleEndsAtOnceAndForGood(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	someone := w.personOf(leader.organisation)
	given := w.give(leader, p, someone.person, models.RoleBoard)
	w.do(someone, GET, p.Self(), nil).is(http.StatusOK)
	var ended, again role
	w.do(leader, DELETE, given.Self(), nil).is(http.StatusOK).into(&ended)
	w.do(someone, GET, p.Self(), nil).is(http.StatusNotFound)
	w.do(leader, DELETE, given.Self(), nil).is(http.StatusOK).into(&again)
	require.Equal(t, ended, again)
	require.Equal(t, 1, w.count("SELECT count(*) FROM events WHERE type = 'role.ended'"))
	w.give(leader, p, someone.person, models.RoleBoard)
	w.do(leader, GET, p.Self()+"/roles/"+string(models.NewID(models.PrefixRole)), nil).is(http.StatusNotFound)
	other := w.procurement(leader)
	w.do(leader, DELETE, other.Self()+"/roles/"+string(given.ID), nil).is(http.StatusNotFound)
}

func TestAProcurementKeepsALeadProcurer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	var roles rest.Page[role]
	w.do(leader, GET, p.Self()+"/roles", nil).into(&roles)
	w.do(leader, DELETE, roles.Items[0].Self(), nil).is(http.StatusConflict).refused(models.CodeLastLeadProcurer)
	second := w.personOf(leader.organisation)
	limited := map[string]any{
		"person_id": second.person, "role": models.RoleLeadProcurer,
		"valid_until": time.Now().Add(time.Hour),
	}
	w.do(leader, POST, p.Self()+"/roles", limited).is(http.StatusCreated)
	w.do(leader, DELETE, roles.Items[0].Self(), nil).is(http.StatusConflict).refused(models.CodeLastLeadProcurer)
	third := w.personOf(leader.organisation)
	w.give(leader, p, third.person, models.RoleLeadProcurer)
	w.do(leader, DELETE, roles.Items[0].Self(), nil).is(http.StatusOK)
	w.do(leader, PATCH, p.Self(), map[string]any{}).is(http.StatusForbidden)
}

func TestRolesStayAsTheyWereWhenAProcurementHasEnded(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	given := w.give(leader, p, w.personOf(leader.organisation).person, models.RoleObserver)
	w.exec("UPDATE procurements SET status = 'completed', started_at = clock_timestamp(), ended_at = "+
		"clock_timestamp() WHERE id = $1", p.ID)
	w.do(leader, DELETE, given.Self(), nil).is(http.StatusConflict).refused(models.CodeEnded)
	w.do(leader, POST, p.Self()+"/roles", map[string]any{"person_id": given.PersonID, "role": models.RoleLegal}).
		is(http.StatusConflict).refused(models.CodeEnded)
}
