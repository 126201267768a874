package models

import (
	"slices"
)

const (
	// EntryConformancePlan says by which tests it is shown, before the award, that what is offered meets the minimum
	// requirements. It is announced with the specification; without one nothing is tested.
	EntryConformancePlan EntryKind = "conformance_plan"
	// EntryConformanceResult is what the tests of the plan have shown of one tender.
	EntryConformanceResult EntryKind = "conformance_result"
)

// Whose tenders are tested.
const (
	// TestedAll: all tenders that may still win, before the lot is awarded.
	TestedAll = "all_admitted"
	// TestedFirst: the tender to which the lot would go; if it fails and is excluded, the next.
	TestedFirst = "first_ranked"
)

// A ConformancePlan announces an optional stage before the award: tests that show whether what is offered meets minimum
// requirements (fact sheet §2.1: conformance testing). They earn no points.
type ConformancePlan struct {
	Tested     string            `json:"tested" enum:"all_admitted,first_ranked" doc:"Whose tenders are tested"`
	Conditions Text              `json:"conditions" doc:"Where and when, what is handed in, and who bears the cost"`
	Tests      []ConformanceTest `json:"tests" minItems:"1" maxItems:"200"`
}

// A ConformanceTest shows whether minimum requirements are met.
type ConformanceTest struct {
	ID           string   `json:"id" pattern:"^[a-z][a-z0-9_-]{0,59}$"`
	Title        Text     `json:"title"`
	Requirements []string `json:"requirements" minItems:"1" maxItems:"200" doc:"Codes of minimum requirements"`
	How          Text     `json:"how" doc:"How it is carried out"`
	Passes       Text     `json:"passes" doc:"What must be found, so that it is passed"`
}

// Check refuses a plan without tests or conditions, and a test that is named twice or does not say how it is passed.
func (p ConformancePlan) Check() error {
	faults := append(checkOneOf("/tested", p.Tested, TestedAll, TestedFirst),
		compact(CheckText("/conditions", p.Conditions, 8000))...)
	if len(p.Tests) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/tests", "there is no test").Accepting("one test at least"))
	}
	for i, t := range p.Tests {
		if !criterionID.MatchString(t.ID) {
			faults = append(faults, Refuse(CodeInvalidValue, "/tests", "%q is not an ID of a test", t.ID).
				Accepting("a lower-case letter and up to 59 lower-case letters, digits, - or _"))
		}
		if slices.ContainsFunc(p.Tests[:i], func(other ConformanceTest) bool { return other.ID == t.ID }) {
			faults = append(faults, Refuse(CodeInvalidValue, "/tests", "the test %s stands there twice", t.ID).
				Accepting("each test once"))
		}
		if len(t.Requirements) == 0 {
			faults = append(faults, Refuse(CodeInvalidValue, "/tests", "the test %s tests no requirement", t.ID).
				Accepting("codes of minimum requirements"))
		}
		faults = append(faults, compact(CheckText("/tests", t.Title, 400), CheckText("/tests", t.How, 8000),
			CheckText("/tests", t.Passes, 4000))...)
	}
	return Refusals(faults)
}

// Wording lists what tenderers read.
func (p ConformancePlan) Wording() []Wording {
	all := []Wording{{"/conditions", p.Conditions}}
	for _, t := range p.Tests {
		all = append(all, Wording{"/tests", t.Title}, Wording{"/tests", t.How}, Wording{"/tests", t.Passes})
	}
	return all
}

// CheckAgainst refuses a test of what is no minimum requirement.
func (p ConformancePlan) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	if refusal := p.Unfounded(d); refusal != nil {
		return refusal
	}
	return nil
}

// Unfounded refuses a test of what is no minimum requirement of the specification: a tender fails by nothing else. It
// is nil if there is none.
func (p ConformancePlan) Unfounded(d Dossier) *Refusal {
	var minima []string
	for _, r := range d.Requirements() {
		if r.Use == UseMinimum {
			minima = append(minima, r.Code)
		}
	}
	for _, t := range p.Tests {
		for _, code := range t.Requirements {
			if !slices.Contains(minima, code) {
				return Refuse(CodeConformanceUnfounded, "/tests",
					"the test %s is of %s, which is no minimum requirement", t.ID, code).
					Accepting("codes of minimum requirements: %v", minima)
			}
		}
	}
	return nil
}

// ConformancePlan returns the plan that was announced; false: none was, so nothing is tested.
func (d Dossier) ConformancePlan() (ConformancePlan, bool) {
	e, ok := d.Latest(EntryConformancePlan)
	if !ok {
		return ConformancePlan{}, false
	}
	return BodyOf[ConformancePlan](e)
}

// A ConformanceResult is what the announced tests have shown of one tender.
type ConformanceResult struct {
	Tender   ID             `json:"tender"`
	TestedOn string         `json:"tested_on" format:"date" doc:"The last day of the tests"`
	Findings []TestedResult `json:"findings" minItems:"1" maxItems:"200" doc:"One for each test of the plan"`
	Report   string         `json:"report,omitempty" pattern:"^[0-9a-f]{64}$" doc:"Digest of the report of the tests"`
}

// A TestedResult is what one test has shown.
type TestedResult struct {
	Test   string `json:"test" maxLength:"60" doc:"ID of the test"`
	Passed bool   `json:"passed"`
	Found  string `json:"found" minLength:"1" maxLength:"8000" doc:"What was found, so that the tenderer understands"`
}

// Check refuses a malformed date and a finding without words.
func (r ConformanceResult) Check() error {
	faults := append(checkID("/tender", r.Tender, PrefixTender), compact(checkDate("/tested_on", r.TestedOn))...)
	for _, f := range r.Findings {
		faults = append(faults, compact(checkWord("/findings", f.Found, 8000))...)
	}
	if r.Report != "" {
		faults = append(faults, checkDigest("/report", r.Report)...)
	}
	return Refusals(faults)
}

// Subject is the tender.
func (r ConformanceResult) Subject() string { return string(r.Tender) }

// Documents are the report.
func (r ConformanceResult) Documents() []string {
	if r.Report == "" {
		return nil
	}
	return []string{r.Report}
}

// CheckAgainst refuses results of tests that were not announced, or of some of them only, before the tender is opened,
// after the award, and by somebody who is not impartial.
func (r ConformanceResult) CheckAgainst(d Dossier, e Entry) error {
	plan, announced := d.ConformancePlan()
	if !announced {
		return Refuse(CodeConformanceUnannounced, "", "no tests were announced").
			Accepting("what the tender itself shows, in its admission")
	}
	if _, err := d.Evaluating(r.Tender, e.AuthorID); err != nil || e.WithdrawnAt != nil {
		return err
	}
	var planned, found []string
	for _, t := range plan.Tests {
		planned = append(planned, t.ID)
	}
	for _, f := range r.Findings {
		found = append(found, f.Test)
	}
	slices.Sort(found)
	if !slices.Equal(slices.Sorted(slices.Values(planned)), found) {
		return Refuse(CodeInvalidValue, "/findings", "these are not the tests that were announced").
			Accepting("one finding for each of %v", planned)
	}
	if today := d.Today(); r.TestedOn > today {
		return Refuse(CodeInvalidValue, "/tested_on", "today is %s: the tests are still to come", today).
			Accepting("a day up to %s", today)
	}
	return nil
}

// Failed lists the findings of the tests that were not passed.
func (r ConformanceResult) Failed() []TestedResult {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f TestedResult) bool { return f.Passed })
}

// ConformanceOf returns what the tests have shown of a tender; false: it was not tested.
func (d Dossier) ConformanceOf(tender ID) (ConformanceResult, bool) {
	r, _, ok := about[ConformanceResult](d, EntryConformanceResult, tender)
	return r, ok
}
