package gate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/consolidation"
)

func (f *file) needFindings() []consolidation.Finding {
	f.Helper()
	all, err := consolidation.Findings(f.Dossier)
	require.NoError(f, err)
	return all
}

func (f *file) approveBudget(buyer int, b models.BudgetApproval) models.ID {
	b.ApprovedOn = "2026-01-15"
	e := f.writeFor(f.buyer(buyer), models.EntryBudgetApproval, b)
	f.Entries[len(f.Entries)-1].Subject = b.Subject()
	return e.ID
}

func euro(amount string) models.Money { return models.Money{Amount: amount, Currency: "EUR"} }

func TestTheSpecificationIsNotClosedBeforeEachBuyerHasApprovedItsBudget(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.Procurement.Edition = models.EditionNow
	f.blocks(models.PhaseSpecification, "budget_approved")
	for i := range f.Members {
		f.approveBudget(i, models.BudgetApproval{Stage: models.BudgetForNotice, Amount: euro("1000000.10")})
	}
	f.blocks(models.PhaseSpecification)
	f.change(f.latest(models.EntryBudgetApproval), func(c map[string]any) { c["valid_until"] = "2026-03-01" })
	require.Equal(t, "Buyer DE approved its budget until 2026-03-01",
		f.find(models.PhaseSpecification, "budget_approved").Detail)
	f.change(f.latest(models.EntryBudgetApproval), func(c map[string]any) {
		c["valid_until"], c["amount"] = "2026-12-31", euro("1000000.09")
	})
	require.Contains(t, f.find(models.PhaseSpecification, "budget_approved").Detail, "its estimate is 1000000.10 EUR")
}

func TestTheTenderGateSaysWhoHasApprovedTheResult(t *testing.T) {
	t.Parallel()
	f := bought(t)
	f.Procurement.Edition = models.EditionNow
	f.blocks(models.PhaseTender, "result_approved")
	tender := f.Tendering.Received[0].ID
	for i, amount := range []string{"0.40", "0.60"} {
		f.approveBudget(i, models.BudgetApproval{Stage: models.BudgetForResult, Tender: tender, Amount: euro(amount)})
	}
	require.Equal(t, models.FindingMet, f.find(models.PhaseTender, "result_approved").Finding)
	f.change(f.latest(models.EntryBudgetApproval), func(c map[string]any) { c["amount"] = euro("0.59") })
	require.Contains(t, f.find(models.PhaseTender, "result_approved").Detail,
		"Buyer FR, Buyer ES approved 0.99 EUR for the result, and would commit to 1.00 EUR")

	f.withdrawAll(models.EntryContract)
	require.Contains(t, f.find(models.PhaseTender, "result_approved").Detail,
		"lot 1 is awarded, and has no contract: each buyer that one is to bind approves the result first; "+
			"approved by: Buyer ES, Buyer FR")
	f.withdrawAll(models.EntryBudgetApproval)
	require.Contains(t, f.find(models.PhaseTender, "result_approved").Detail, "approved by: nobody")
}
