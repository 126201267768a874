package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestWhatContradictsBetweenNeedsIsListedAndResolvedByAnotherPerson(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseNeeds)
	writer := r.person(models.RoleBuyer)
	need := func(baseline, target string) map[string]any {
		return map[string]any{
			"outcome": models.Text{"en": "Rooms are pleasant"}, "indicator": models.Text{"en": "Room temperature"},
			"baseline": baseline, "target": target, "unit": "degrees", "priority": "must", "trigger": "service_problem",
		}
	}
	cold := r.written(writer, "/needs-statements", need("30", "20"))
	r.written(writer, "/needs-statements", need("18", "26"))
	list := func() (found NeedFindingsView) {
		r.do(r.lead, GET, r.p.Self()+"/need-findings", nil).is(http.StatusOK).into(&found)
		return found
	}
	found := list()
	require.Equal(t, 1, found.Open)
	require.Equal(t, "contradiction", found.Items[0].Code)
	require.Contains(t, found.Items[0].Entries, cold.ID)

	resolution := map[string]any{
		"finding": found.Items[0].Key, "digest": found.Items[0].Digest, "outcome": models.ResolvedOption,
		"reason": "heating is an option",
	}
	r.post(writer, "/need-resolutions", resolution).is(http.StatusForbidden).refused(models.CodeOwnWork)
	given := r.written(r.lead, "/need-resolutions", resolution)
	r.post(r.lead, "/need-resolutions", resolution).is(http.StatusConflict).refused(models.CodeAlreadyExists)
	found = list()
	require.Zero(t, found.Open)
	require.Equal(t, given.ID, found.Items[0].Resolution)

	r.do(writer, PUT, cold.Self(), need("30", "21")).is(http.StatusOK)
	require.Equal(t, 1, list().Open, "the text has changed")
	resolution["outcome"] = models.ResolvedKept
	r.do(r.lead, PUT, given.Self(), resolution).refused(models.CodeInvalidValue)
}

func TestMoneyIsApprovedByEachBuyerForItself(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseNeeds)
	officer := r.person(models.RoleBuyer)
	approval := map[string]any{
		"stage": models.BudgetForNotice, "organ": "City council", "approved_on": "2020-01-10", "reference": "2020/7",
		"amount": models.Money{Amount: "1000000.00", Currency: "EUR"},
	}
	r.post(r.lead, "/budget-approvals", approval).is(http.StatusForbidden)
	given := r.written(officer, "/budget-approvals", approval)
	require.Equal(t, r.lead.organisation, given.OrganisationID)
	r.post(officer, "/budget-approvals", approval).is(http.StatusConflict).refused(models.CodeAlreadyExists)
	r.end(models.PhaseNeeds)
	approval["valid_until"] = "2030-12-31"
	r.do(officer, PUT, given.Self(), approval).is(http.StatusOK)

	approval["stage"], approval["tender"] = models.BudgetForResult, models.NewID(models.PrefixTender)
	r.post(officer, "/budget-approvals", approval).is(http.StatusConflict).refused(models.CodeNotAwarded)
}
