// Package specification reads a specification as a whole: which need led to which requirement, how each is scored,
// tested and verified, what in it deserves a thought, and what has changed between two versions of it.
package specification

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// A Trace follows the specification in both directions: from needs over requirements to what shows that they are met,
// and back.
type Trace struct {
	Needs        []Need
	Requirements []Requirement
	Criteria     []Criterion
	Tests        []Test
	// Orphans are those that lead nowhere, or come from nowhere.
	Orphans []models.Warning
}

// A Need is a need with the codes of the requirements that come from it. The common need leads to those of the
// statements on which it rests, too.
type Need struct {
	Entry        models.Entry
	Outcome      models.Text
	Requirements []string
}

// A Requirement is one with what it comes from and what shows that it is met.
type Requirement struct {
	models.Requirement

	Entry models.Entry
	// Criteria score it, Tests test it.
	Criteria []Criterion
	Tests    []string
	Remarks  []models.Remark
}

// A Criterion is an award criterion with the codes of the requirements that it scores.
type Criterion struct {
	Entry        models.ID
	Lot          models.ID
	ID           string
	Title        models.Text
	Requirements []string
}

// A Test is one of the conformance plan with the codes of the requirements that it tests.
type Test struct {
	Entry        models.ID
	ID           string
	Title        models.Text
	Requirements []string
}

// TraceOf follows the specification of a dossier.
func TraceOf(d models.Dossier) Trace {
	t := Trace{Requirements: requirementsOf(d), Criteria: criteriaOf(d), Tests: testsOf(d)}
	remarks := d.Remarks()
	for i := range t.Requirements {
		r := &t.Requirements[i]
		for _, c := range t.Criteria {
			if slices.Contains(c.Requirements, r.Code) && r.AppliesTo(c.Lot) {
				r.Criteria = append(r.Criteria, c)
			}
		}
		for _, test := range t.Tests {
			if slices.Contains(test.Requirements, r.Code) {
				r.Tests = append(r.Tests, test.ID)
			}
		}
		for _, remark := range remarks {
			if remark.Comment.Entry == r.Entry.ID {
				r.Remarks = append(r.Remarks, remark)
			}
		}
	}
	t.Needs = needsOf(d, t.Requirements)
	t.Orphans = t.orphans(d)
	return t
}

func requirementsOf(d models.Dossier) []Requirement {
	var all []Requirement
	for _, r := range d.Requirements() {
		all = append(all, Requirement{Requirement: r.Requirement, Entry: r.Entry})
	}
	return all
}

func criteriaOf(d models.Dossier) []Criterion {
	var all []Criterion
	for _, e := range d.Of(models.EntryAwardCriteria) {
		criteria, ok := models.BodyOf[models.AwardCriteria](e)
		if lot, known := d.Tendering.Lot(criteria.Lot); !ok || !known || lot.EndedAt != nil {
			continue
		}
		for _, k := range criteria.Criteria {
			all = append(all, Criterion{e.ID, criteria.Lot, k.ID, k.Title, k.Requirements})
		}
	}
	return all
}

func testsOf(d models.Dossier) []Test {
	plan, _ := d.ConformancePlan()
	e, _ := d.Latest(models.EntryConformancePlan)
	var all []Test
	for _, t := range plan.Tests {
		all = append(all, Test{e.ID, t.ID, t.Title, t.Requirements})
	}
	return all
}

// needsOf lists the needs. What comes from a statement on which the common need rests comes from the common need.
func needsOf(d models.Dossier, requirements []Requirement) []Need {
	var all []Need
	for _, kind := range []models.EntryKind{models.EntryCommonNeed, models.EntryNeedsStatement} {
		for _, e := range d.Of(kind) {
			need, ok := models.BodyOf[models.CommonNeed](e) // a statement is one that rests on no other
			if !ok {
				continue
			}
			n := Need{Entry: e, Outcome: need.Outcome.Outcome}
			for _, r := range requirements {
				if slices.Contains(r.Traces, e.ID) ||
					slices.ContainsFunc(need.Statements, func(id models.ID) bool {
						return slices.Contains(r.Traces,
							id)
					}) {
					n.Requirements = append(n.Requirements, r.Code)
				}
			}
			all = append(all, n)
		}
	}
	return all
}

// orphans names what leads nowhere or comes from nowhere. Nothing is said of needs before the first requirement is
// written, nor of criteria before the first criterion.
func (t Trace) orphans(d models.Dossier) []models.Warning {
	var all []models.Warning
	if len(t.Requirements) > 0 {
		all = t.needless(d)
	}
	for _, r := range t.Requirements {
		all = append(all, t.orphaned(d, r)...)
	}
	for _, c := range t.Criteria {
		if len(c.Requirements) == 0 {
			all = append(all, models.Warn(models.WarnCriterionUnfounded, "/award-criteria",
				"the award criterion %s names no requirement that it scores", c.ID).On(c.Entry))
		}
	}
	return append(all, t.unfounded()...)
}

// needless names needs that no requirement comes from. A statement is served by what comes from the common need that
// rests on it.
func (t Trace) needless(d models.Dossier) []models.Warning {
	served := map[models.ID]bool{}
	for _, n := range t.Needs {
		served[n.Entry.ID] = served[n.Entry.ID] || len(n.Requirements) > 0
		direct := slices.ContainsFunc(t.Requirements, func(r Requirement) bool {
			return slices.Contains(r.Traces, n.Entry.ID)
		})
		if need, _ := models.BodyOf[models.CommonNeed](n.Entry); direct {
			for _, id := range need.Statements {
				served[id] = true
			}
		}
	}
	var all []models.Warning
	for _, n := range t.Needs {
		if served[n.Entry.ID] {
			continue
		}
		whose := "the common need"
		if n.Entry.OrganisationID != "" {
			whose = "a need of " + d.NameOf(n.Entry.OrganisationID)
		}
		all = append(all, models.Warn(models.WarnNeedUnserved, "/requirements", "no requirement comes from %s: %s",
			whose,
			excerpt(n.Outcome.In("", d.Procurement.Languages...))).On(n.Entry.ID))
	}
	return all
}

// orphaned names what a requirement lacks.
func (t Trace) orphaned(d models.Dossier, r Requirement) []models.Warning {
	var all []models.Warning
	warn := func(code models.WarningCode, says string) {
		all = append(all, models.Warn(code, "/requirements", "%s %s", r.Code, says).On(r.Entry.ID))
	}
	comes := slices.ContainsFunc(r.Traces, func(id models.ID) bool {
		_, ok := d.Standing(id, models.EntryCommonNeed, models.EntryNeedsStatement)
		return ok
	})
	if !comes {
		warn(models.WarnRequirementNeedless, "comes from no need that stands")
	}
	if r.Use != models.UseNone && !r.Verification.Stated() {
		warn(models.WarnRequirementUnverified, "does not say how it is verified")
	}
	if r.Use == models.UseAward && len(t.Criteria) > 0 && len(r.Criteria) == 0 {
		warn(models.WarnRequirementUnscored, "is to be scored, and no award criterion names it")
	}
	return all
}

// unfounded names tests of requirements that do not stand.
func (t Trace) unfounded() []models.Warning {
	var all []models.Warning
	for _, test := range t.Tests {
		for _, code := range test.Requirements {
			if !slices.ContainsFunc(t.Requirements, func(r Requirement) bool { return r.Code == code }) {
				all = append(all, models.Warn(models.WarnTestUnfounded, "/conformance-plan",
					"the test %s is of %s, which does not stand", test.ID, code).On(test.Entry))
			}
		}
	}
	return all
}

// excerpt shortens a text to what a list can show.
func excerpt(s string) string {
	const longest = 120
	runes := []rune(s)
	if len(runes) <= longest {
		return s
	}
	return string(runes[:longest]) + "…"
}
