package gate

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/procedure"
	"github.com/ppi-engine/ppi/rules/route"
)

const (
	specificationSource = "COS-PPI-2020-2-04, mandatory activity V"
	technicalSource     = "Directive 2014/24/EU, Article 42"
)

var specificationSubject = append(models.SpecificationKinds(), models.EntrySpecificationVersion)

// specification asks for requirements that come from needs and can be verified, neutral and in every
// language, a decision on lots, a business case, and one version that every buyer has approved and a lawyer
// has certified.
func specification(d models.Dossier) []models.Criterion {
	requirements := d.Requirements()
	criteria := []models.Criterion{
		requirementsTraced(d, requirements), requirementsVerifiable(requirements), minimumSeparated(requirements),
		requirementsPlaced(d, requirements),
		neutral(d, models.EntryRequirement, models.EntryClauses), translated(d), lotsDecided(d), businessCase(d),
		clausesWritten(d), frozen(d), approvedByAll(d), legallyCertified(d),
	}
	if plan, planned := d.ConformancePlan(); planned {
		criteria = append(criteria, testsFounded(d, plan))
	}
	if consistent := limitsConsistent(requirements); consistent != nil {
		criteria = append(criteria, *consistent)
	}
	if remarks := d.Remarks(); len(remarks) > 0 {
		criteria = append(criteria, commentsResolved(d, remarks))
	}
	if limits, limited := d.LotLimits(); limited {
		criteria = append(criteria, lotsLimited(d, limits))
	}
	if d.Procurement.Edition >= models.EditionNeeds {
		criteria = append(criteria, budgetsApproved(d))
	}
	switch _, taken := d.Latest(models.EntryRoute); {
	case d.IsPCP():
		criteria = append(criteria, pcpPlanned(d))
	case taken:
		criteria = append(criteria, procedureFits(d))
	}
	return criteria
}

// procedureFits asks that the buyers approve a procedure which the route allows: it would not be published otherwise.
func procedureFits(d models.Dossier) models.Criterion {
	c := check{"procedure_fits_route", "Directive 2014/24/EU, Articles 14, 26 and 31"}
	way, err := procedure.Of(d)
	if err == nil {
		err = route.Fits(d, way.Code)
	}
	if r, refused := models.RefusalOf(err); refused {
		return c.notMet("%s", r.Detail)
	}
	if err != nil {
		return c.notMet("whether the procedure fits the route cannot be judged: %v", err)
	}
	return c.met(nil, "the %s fits the route", way.Name)
}

// A requirement is one that stands, with its entry.
type requirement = models.StandingRequirement

// each asks that no requirement has the fault.
func (c check) each(
	requirements []requirement, fault func(requirement) string, format string, args ...any,
) models.Criterion {
	if len(requirements) == 0 {
		return c.notMet("no requirement is written down")
	}
	var faults, evidence []string
	for _, r := range requirements {
		if f := fault(r); f != "" {
			faults = append(faults, r.Code+": "+f)
			continue
		}
		evidence = append(evidence, Reference(r.Entry))
	}
	if len(faults) > 0 {
		return c.notMet("%s", strings.Join(faults, "; "))
	}
	return c.met(evidence, format, args...)
}

func requirementsTraced(d models.Dossier, all []requirement) models.Criterion {
	return check{"requirements_traced", specificationSource}.each(all, func(r requirement) string {
		for _, id := range r.Traces {
			if _, ok := d.Standing(id, models.EntryCommonNeed, models.EntryNeedsStatement); !ok {
				return "comes from " + string(id) + ", which no longer stands"
			}
		}
		if len(r.Traces) == 0 {
			return "comes from no need"
		}
		return ""
	}, "all %d requirements come from a need", len(all))
}

func requirementsVerifiable(all []requirement) models.Criterion {
	return check{"requirements_verifiable", technicalSource + "(3)(a)"}.each(all, func(r requirement) string {
		if r.Use != models.UseNone && !r.Verification.Stated() {
			return "does not say how it is verified"
		}
		return ""
	}, "all %d requirements say how they are verified", len(all))
}

// minimumSeparated asks that what excludes a tender and what earns points are told apart: no requirement appears both
// as a minimum and for points, and there is at least one minimum.
func minimumSeparated(all []requirement) models.Criterion {
	uses := map[string]map[string]string{}
	count := map[string]int{}
	for _, r := range all {
		count[r.Use]++
		for language, text := range r.Statement {
			key := language + " " + models.Plain(text)
			if uses[key] == nil {
				uses[key] = map[string]string{}
			}
			uses[key][r.Use] = r.Code
		}
	}
	c := check{"minimum_separated", "Directive 2014/24/EU, Articles 42(1) and 67(4)"}
	if len(all) > 0 && count[models.UseMinimum] == 0 {
		return c.notMet("no requirement is a minimum, so every tender would be admitted")
	}
	return c.each(all, func(r requirement) string {
		for language, text := range r.Statement {
			said := uses[language+" "+models.Plain(text)]
			if minimum, award := said[models.UseMinimum], said[models.UseAward]; minimum != "" && award != "" {
				return fmt.Sprintf("says the same as %s and %s, once as a minimum and once for points", minimum, award)
			}
		}
		return ""
	}, "%d minimum requirements, %d scored for the award, %d not in this tender", count[models.UseMinimum],
		count[models.UseAward], count[models.UseNone])
}

func requirementsPlaced(d models.Dossier, all []requirement) models.Criterion {
	return check{"requirements_placed", "Directive 2014/24/EU, Article 46"}.each(all, func(r requirement) string {
		for _, id := range r.Lots {
			if lot, ok := d.Tendering.Lot(id); !ok || lot.EndedAt != nil {
				return "applies to " + string(id) + ", which is not a lot of this procurement or has ended"
			}
		}
		return ""
	}, "every requirement applies to existing lots")
}

// limitsConsistent asks that a tender can keep the bounds of all minimum requirements on the same thing; nil: no
// requirement is bound by numbers.
func limitsConsistent(all []requirement) *models.Criterion {
	var bounded []string
	var minima []models.Requirement
	for _, r := range all {
		if r.Measure != nil {
			bounded = append(bounded, Reference(r.Entry))
		}
		minima = append(minima, r.Requirement)
	}
	if len(bounded) == 0 {
		return nil
	}
	c := check{"limits_consistent", technicalSource + "(3)(a)"}
	criterion := c.met(bounded, "the bounds of requirements on the same thing can be kept together")
	if clashes := models.Clashes(minima); len(clashes) > 0 {
		said := make([]string, len(clashes))
		for i, clash := range clashes {
			said[i] = clash.String()
		}
		criterion = c.notMet("%s", strings.Join(said, "; "))
	}
	return &criterion
}

// commentsResolved asks that something came of every comment.
func commentsResolved(d models.Dossier, remarks []models.Remark) models.Criterion {
	c := check{"comments_resolved", specificationSource}
	if open := d.OpenComments(); len(open) > 0 {
		return c.notMet("comments are open: %s", strings.Join(open, "; "))
	}
	evidence := make([]string, len(remarks))
	for i, r := range remarks {
		evidence[i] = Reference(r.ResolvedBy)
	}
	return c.met(evidence, "all %d comments are resolved", len(remarks))
}

func translated(d models.Dossier) models.Criterion {
	c := check{"translated", "Directive 2014/24/EU, Article 53(1)"}
	var lacking, evidence []string
	for _, kind := range models.SpecificationKinds() {
		for _, e := range d.Of(kind) {
			if faults := d.Untranslated(e); len(faults) > 0 {
				lacking = append(lacking, fmt.Sprintf("%s %s: %s", kind, e.ID, strings.Join(faults, ", ")))
				continue
			}
			evidence = append(evidence, Reference(e))
		}
	}
	if len(lacking) > 0 {
		return c.notMet("not in every language of the procurement: %s", strings.Join(lacking, "; "))
	}
	if len(evidence) == 0 {
		return c.notMet("nothing is written yet")
	}
	return c.met(evidence, "every text exists in %s", d.Procurement.Languages)
}

func lotsDecided(d models.Dossier) models.Criterion {
	c := check{"lots_decided", "Directive 2014/24/EU, Article 46(1)"}
	e, ok := d.Latest(models.EntryLotsDecision)
	decision, readable := models.BodyOf[models.LotsDecision](e)
	if !ok || !readable {
		return c.notMet("whether to divide into lots is not decided")
	}
	lots := lotsLeft(d)
	switch {
	case decision.Divided && lots < 2:
		return c.notMet("the decision is to divide into lots, but the number of lots is %d", lots)
	case !decision.Divided && lots > 1:
		return c.notMet("the decision is not to divide into lots, but the number of lots is %d", lots)
	case decision.Divided:
		return c.met([]string{Reference(e)}, "divided into %d lots", lots)
	}
	return c.met([]string{Reference(e)}, "not divided, for reasons written down")
}

// testsFounded asks that tests are of minimum requirements, as these stand now.
func testsFounded(d models.Dossier, plan models.ConformancePlan) models.Criterion {
	c := check{"conformance_planned", technicalSource}
	if refusal := plan.Unfounded(d); refusal != nil {
		return c.notMet("%s", refusal.Detail)
	}
	e, _ := d.Latest(models.EntryConformancePlan)
	return c.met([]string{Reference(e)}, "%d tests show whether minimum requirements are met", len(plan.Tests))
}

// lotsLimited asks that limits of lots are limits among the lots there are.
func lotsLimited(d models.Dossier, limits models.LotLimits) models.Criterion {
	c := check{"lots_limited", "Directive 2014/24/EU, Article 46(2)"}
	if refusal := limits.Exceed(lotsLeft(d)); refusal != nil {
		return c.notMet("%s", refusal.Detail)
	}
	e, _ := d.Latest(models.EntryLotLimits)
	return c.met([]string{Reference(e)}, "what one tenderer may tender for and be awarded is limited")
}

// lotsLeft counts the lots that have not ended.
func lotsLeft(d models.Dossier) int {
	return len(slices.DeleteFunc(slices.Clone(d.Tendering.Lots), func(l models.Lot) bool { return l.EndedAt != nil }))
}

// LotsAsDecided refuses a first publication of lots other than those the buyers approved with the specification: lots
// can be added or ended after that gate. After a first publication, this is no longer asked.
func LotsAsDecided(d models.Dossier) *models.Refusal {
	_, decided := d.Latest(models.EntryLotsDecision)
	again := slices.ContainsFunc(d.Tendering.Lots, models.Lot.Published)
	if k := lotsDecided(d); decided && !again && k.Finding != models.FindingMet {
		return models.Refuse(models.CodeLotsNotAsDecided, "/lots", "%s", k.Detail).
			Accepting("the lots as decided, or a return to the specification")
	}
	return nil
}

func businessCase(d models.Dossier) models.Criterion {
	c := check{"business_case", specificationSource}
	e, ok := d.Latest(models.EntryBusinessCase)
	business, readable := models.BodyOf[models.BusinessCase](e)
	if !ok || !readable {
		return c.notMet("no business case is written down")
	}
	var missing []string
	var estimates []models.Estimate
	for _, m := range d.Buyers() {
		i := slices.IndexFunc(d.Of(models.EntryEstimate), func(x models.Entry) bool {
			return x.OrganisationID == m.OrganisationID && slices.Contains(business.Estimates, x.ID)
		})
		if i < 0 {
			missing = append(missing, d.NameOf(m.OrganisationID))
			continue
		}
		if estimate, ok := models.BodyOf[models.Estimate](d.Of(models.EntryEstimate)[i]); ok {
			estimates = append(estimates, estimate)
		}
	}
	if len(missing) > 0 {
		return c.notMet("the business case leaves out the estimates of %s", missing)
	}
	return c.affordable(business, estimates, e)
}

// affordable compares the price with what the buyers have estimated, where both are in one currency.
func (c check) affordable(business models.BusinessCase, estimates []models.Estimate, e models.Entry) models.Criterion {
	sum, currency, ok := models.SumOfEstimates(estimates)
	price, readable := new(big.Rat).SetString(business.Price.Amount)
	switch {
	case !readable:
		return c.notMet("the price of the business case cannot be read")
	case !ok || currency != business.Price.Currency:
		return c.met([]string{Reference(e)},
			"the price and the %d estimates are not in one currency, so they were not compared",
			len(estimates))
	case price.Cmp(sum) > 0:
		return c.notMet(
			"the price of %s %s is above the estimates, %s in all", business.Price.Amount, currency, sum.FloatString(2))
	}
	return c.met([]string{Reference(e)}, "the price of %s %s is within the estimates of %d buyers, %s in all",
		business.Price.Amount, currency, len(estimates), sum.FloatString(2))
}

func clausesWritten(d models.Dossier) models.Criterion {
	c := check{"clauses_written", technicalSource + "(1)"}
	e, ok := d.Latest(models.EntryClauses)
	if !ok {
		return c.notMet("no clauses on intellectual property and confidentiality are written down")
	}
	return c.met([]string{Reference(e)}, "clauses on intellectual property and confidentiality are written")
}

func frozen(d models.Dossier) models.Criterion {
	c := check{"version_frozen", specificationSource}
	e, current := d.FrozenSpecification()
	switch {
	case e.ID == "":
		return c.notMet("no version is frozen")
	case !current:
		return c.notMet("the specification was changed after its frozen version %d", e.Version)
	}
	return c.met([]string{Reference(e)}, "%d parts are frozen under the digest %s", len(d.Specification()), e.Digest)
}

func approvedByAll(d models.Dossier) models.Criterion {
	c := check{"version_approved", specificationSource}
	version, current := d.FrozenSpecification()
	if !current {
		return c.notMet("there is no frozen version to approve")
	}
	return c.everyMember(d, models.EntrySpecificationApproval,
		func(e models.Entry) bool { return d.Judged(version, e) }, "an approval of the digest "+version.Digest)
}

func legallyCertified(d models.Dossier) models.Criterion {
	c := check{"legally_certified", technicalSource}
	version, current := d.FrozenSpecification()
	if !current {
		return c.notMet("there is no frozen version to certify")
	}
	for _, e := range d.Of(models.EntryLegalCertification) {
		if d.Judged(version, e) {
			return c.met([]string{Reference(e)}, "%s has certified the digest %s",
				d.PersonOf(e.AuthorID), version.Digest)
		}
	}
	return c.notMet("no lawyer has certified the digest %s", version.Digest)
}
