package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

const (
	budgetSource = "Directive 2014/24/EU, Article 26(4)(b)"
	resultSource = "what joint procurers name first as missing (good practice)"
)

// budgetsApproved asks that each buyer has approved its budget before the notice: the publication refuses it otherwise.
func budgetsApproved(d models.Dossier) models.Criterion {
	c := check{"budget_approved", budgetSource}
	approved, lacking := d.NoticeBudgets()
	if len(lacking) > 0 {
		return c.notMet("%s", strings.Join(lacking, "; "))
	}
	return c.met(references(approved), "all %d buyers have approved their budgets, which cover their estimates",
		len(approved))
}

// resultsApproved asks that the buyers have approved the result before they signed: no contract is taken otherwise.
// From the award on it says who has, so that nobody learns of it on the day of the signature.
func resultsApproved(d models.Dossier) models.Criterion {
	c := check{"result_approved", resultSource}
	var evidence, lacking []string
	for _, e := range d.Of(models.EntryContract) {
		contract, ok := models.BodyOf[models.Contract](e)
		if !ok {
			continue
		}
		approved, missing := d.ApprovalsOf(contract, e.ID)
		evidence, lacking = append(evidence, references(approved)...), append(lacking, missing...)
	}
	for _, lot := range published(d) {
		award := d.Tendering.Awards[lot.ID]
		if lot.EndedAt == nil && award.Awarded() && len(contractsOf(d, lot.ID)) == 0 {
			lacking = append(lacking, fmt.Sprintf("lot %d is awarded, and has no contract: each buyer that one is to "+
				"bind approves the result first; approved by: %s", lot.Number, approvers(d, award)))
		}
	}
	if len(lacking) > 0 {
		return c.notMet("%s", strings.Join(lacking, "; "))
	}
	return c.met(unique(evidence), "every buyer had approved the result before a contract bound it")
}

// approvers names the buyers that have approved the result of an award.
func approvers(d models.Dossier, award models.LotAward) string {
	var names []string
	for _, e := range d.Of(models.EntryBudgetApproval) {
		b, ok := models.BodyOf[models.BudgetApproval](e)
		if ok && b.Stage == models.BudgetForResult && award.Won(b.Tender) {
			names = append(names, d.NameOf(e.OrganisationID))
		}
	}
	if len(names) == 0 {
		return "nobody"
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

func references(entries []models.Entry) []string {
	refs := make([]string, len(entries))
	for i, e := range entries {
		refs[i] = Reference(e)
	}
	return refs
}
