package publication

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// unfundedBuyers are those of which a publication says that their money is not approved.
func (d *desk) unfundedBuyers() []string {
	var said []string
	for _, r := range Unready(d.Dossier, nil) {
		if r.Code == models.CodeBudgetNotApproved {
			require.Equal(d, "/budget-approvals", r.Field)
			require.Contains(d, r.Accepted, models.BudgetForNotice)
			said = append(said, strings.Fields(r.Detail)[0])
		}
	}
	return said
}

func TestNothingIsPublishedBeforeEachBuyerHasApprovedItsBudget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Empty(t, d.unfundedBuyers(), "nothing is asked of what began before")
	d.Procurement.Edition = models.EditionNeeds
	require.Equal(t, []string{"Ville", "Ciudad"}, d.unfundedBuyers())
	approve := func(buyer models.ID, until string) {
		d.write(models.EntryBudgetApproval, models.BudgetApproval{
			Stage: models.BudgetForNotice, Organ: "Council", ApprovedOn: "2026-02-01", ValidUntil: until,
			Amount: models.Money{Amount: "10.00", Currency: "EUR"}, Reference: "7",
		})
		d.Entries[len(d.Entries)-1].OrganisationID = buyer
	}
	approve("org_a", "2026-03-02")
	approve("org_b", "2026-03-01")
	require.Equal(t, []string{"Ciudad"}, d.unfundedBuyers(), "it expired the day before")
}
