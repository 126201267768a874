package evaluation

import (
	"fmt"
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/contract"
)

// FrameworkTerms are the terms by which a lot is awarded as a framework agreement.
type FrameworkTerms struct {
	models.FrameworkTerms
}

// CheckAgainst refuses terms without a lot of the procurement or after its publication, for longer than the law allows,
// and buyers that are none of the consortium.
func (f FrameworkTerms) CheckAgainst(d models.Dossier, _ models.Entry) error {
	if err := unpublished(d, f.Lot); err != nil {
		return err
	}
	if err := contract.TooLong(d, f.FrameworkTerms, "/months"); err != nil {
		return err
	}
	for _, buyer := range f.Buyers {
		if !d.IsBuyer(buyer) {
			return models.Refuse(models.CodeNotAMember, "/buyers", "%s is no buyer of the consortium", d.NameOf(buyer)).
				Accepting("members of the consortium that buy")
		}
	}
	return nil
}

// frameworkFaults lists what keeps a framework agreement from being announced: its currency, languages, and what does
// not go together with it.
func frameworkFaults(d models.Dossier, way models.Procedure, lot models.Lot) []*models.Refusal {
	terms, _, ok := d.FrameworkOf(lot.ID)
	if !ok {
		return nil
	}
	at := fmt.Sprintf("/lots/%d/framework_terms", lot.Number)
	faults := models.RefuseUntranslated(at, terms.Wording(), d.Procurement.Languages)
	if criteria, _, ok := d.CriteriaFor(lot.ID); ok && criteria.Currency != terms.Maximum.Currency {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, at+"/maximum/currency", "prices are in %s",
			criteria.Currency).Accepting("%s", criteria.Currency))
	}
	if way.Asks(models.NoticePartnership) {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, at, "the %s ends with a purchase of its own",
			way.Name).Accepting("a framework agreement in another procedure"))
	}
	if limits, limited := d.LotLimits(); limited && limits.MostAwarded > 0 && terms.Operators > 1 {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, at+"/operators",
			"how many lots one tenderer is awarded is limited, and several operators of a lot cannot be counted").
			Accepting("one operator, or no limit of awarded lots"))
	}
	return append(faults, leftBuyers(d, terms, at)...)
}

// leftBuyers refuses to name a buyer that has left since.
func leftBuyers(d models.Dossier, terms models.FrameworkTerms, at string) []*models.Refusal {
	gone := slices.DeleteFunc(slices.Clone(terms.Buyers), d.IsBuyer)
	if len(gone) == 0 {
		return nil
	}
	return []*models.Refusal{models.Refuse(models.CodeNotAMember, at+"/buyers", "%s is no buyer of the consortium",
		d.NameOf(gone[0])).Accepting("members of the consortium that buy")}
}

// mostWinners is to how many tenders a lot is awarded at most: one, the partners of an innovation partnership, or the
// operators of a framework agreement.
func mostWinners(d models.Dossier, lot models.ID) int {
	if plan, _, ok := d.PartnershipOf(lot); ok {
		return max(plan.Partners, 1)
	}
	terms, _, _ := d.FrameworkOf(lot)
	return max(terms.Operators, 1)
}
