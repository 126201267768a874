package models

import (
	"regexp"
	"slices"
)

// EntryRequirement is one requirement of the specification.
const EntryRequirement EntryKind = "requirement"

// What a requirement is for in the tender.
const (
	// UseMinimum: a tender that does not meet it is not admitted.
	UseMinimum = "minimum"
	// UseAward: the better it is met, the more points.
	UseAward = "award"
	// UseNone: not part of this tender; recorded so that nobody asks for it again.
	UseNone = "none"
)

// What a requirement is about.
const (
	// TypeFunctional says what the solution does, TypePerformance how well, TypeConstraint within which bounds.
	TypeFunctional  = "functional"
	TypePerformance = "performance"
	TypeConstraint  = "constraint"
)

// RequirementTypes lists the types of requirements.
func RequirementTypes() []string { return []string{TypeFunctional, TypePerformance, TypeConstraint} }

// Priorities lists the priorities (MoSCoW), the highest first.
func Priorities() []string { return []string{"must", "should", "could", "wont"} }

// RequirementUses lists what a requirement is for in the tender.
func RequirementUses() []string { return []string{UseMinimum, UseAward, UseNone} }

// VerificationMethods lists the ways to find out whether a requirement is met.
func VerificationMethods() []string {
	return []string{"test", "demonstration", "inspection", "analysis", "certificate", "reference", "declaration"}
}

// A Requirement is one sentence of the specification, by what is to be achieved (Directive 2014/24/EU,
// Article 42(3)). While it is drafted it may lack what it rests on and how it is verified; the gate asks
// for both.
type Requirement struct {
	Code         string       `json:"code" pattern:"^R-[0-9]{3,5}$" doc:"Unique; it never changes" example:"R-001"`
	Statement    Text         `json:"statement"`
	Type         string       `json:"type" enum:"functional,performance,constraint"`
	Priority     string       `json:"priority" enum:"must,should,could,wont" doc:"MoSCoW priority"`
	Use          string       `json:"use" enum:"minimum,award,none" doc:"Met by every tender; scored; or neither"`
	Minimum      Text         `json:"minimum,omitempty" doc:"The minimum level; a minimum requirement needs one"`
	Measure      *Measure     `json:"measure,omitempty" doc:"The minimum level in numbers"`
	Verification Verification `json:"verification,omitzero"`
	Traces       []ID         `json:"traces,omitempty" maxItems:"200" doc:"The common need or needs that it comes from"`
	Evidence     []ID         `json:"evidence,omitempty" maxItems:"200" doc:"Entries of the consultation it rests on"`
	Lots         []ID         `json:"lots,omitempty" maxItems:"200" doc:"The lots it applies to; absent: all"`
}

// A Verification says how one finds out whether a requirement is met.
type Verification struct {
	Method string `json:"method" enum:"test,demonstration,inspection,analysis,certificate,reference,declaration"`
	How    Text   `json:"how"`
}

// Stated tells whether there is a verification.
func (v Verification) Stated() bool { return v.Method != "" && len(v.How) > 0 }

var requirementCode = regexp.MustCompile(`^R-[0-9]{3,5}$`)

// Check refuses a requirement that cannot be read, and one whose priority and use contradict each other: a must is a
// minimum, and a wont, and nothing else, is left out of the tender.
func (r Requirement) Check() error {
	var faults []*Refusal
	if !requirementCode.MatchString(r.Code) {
		faults = append(faults, Refuse(CodeInvalidValue, "/code", "%q is not the code of a requirement", r.Code).
			Accepting("R- and three to five digits"))
	}
	faults = append(faults, compact(CheckText("/statement", r.Statement, 8000))...)
	faults = append(faults, checkOneOf("/type", r.Type, RequirementTypes()...)...)
	faults = append(faults, checkOneOf("/priority", r.Priority, Priorities()...)...)
	faults = append(faults, checkOneOf("/use", r.Use, RequirementUses()...)...)
	return Refusals(slices.Concat(faults, r.checkUse(), r.Measure.check(), r.checkVerification(), r.checkReferences()))
}

func (r Requirement) checkUse() []*Refusal {
	var faults []*Refusal
	if r.Priority == "must" && r.Use != UseMinimum {
		faults = append(faults, Refuse(CodeInvalidValue, "/use",
			"a requirement of priority must is a minimum and is never scored").
			Accepting(UseMinimum))
	}
	if (r.Priority == "wont") != (r.Use == UseNone) {
		faults = append(faults, Refuse(CodeInvalidValue, "/use",
			"priority %s and use %s contradict each other", r.Priority, r.Use).
			Accepting("use %s with priority wont, and with no other priority", UseNone))
	}
	if r.Use == UseMinimum || len(r.Minimum) > 0 {
		faults = append(faults, compact(CheckText("/minimum", r.Minimum, 4000))...)
	}
	return faults
}

func (r Requirement) checkVerification() []*Refusal {
	if r.Verification.Method == "" && len(r.Verification.How) == 0 {
		return nil
	}
	return append(checkOneOf("/verification/method", r.Verification.Method, VerificationMethods()...),
		compact(CheckText("/verification/how", r.Verification.How, 4000))...)
}

func (r Requirement) checkReferences() []*Refusal {
	var faults []*Refusal
	for _, id := range r.Traces {
		faults = append(faults, checkID("/traces", id, PrefixEntry)...)
	}
	for _, id := range r.Evidence {
		faults = append(faults, checkID("/evidence", id, PrefixEntry)...)
	}
	for _, id := range r.Lots {
		faults = append(faults, checkID("/lots", id, PrefixLot)...)
	}
	return faults
}

// Subject is the code: one requirement stands for each.
func (r Requirement) Subject() string { return r.Code }

// Wording lists what tenderers read of it.
func (r Requirement) Wording() []Wording {
	return []Wording{{"/statement", r.Statement}, {"/minimum", r.Minimum}, {"/verification/how", r.Verification.How}}
}

// CheckAgainst refuses a requirement that refers to something other than needs, entries of the market consultation and
// lots of this procurement that have not ended.
func (r Requirement) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	var faults []*Refusal
	for _, id := range r.Traces {
		if _, ok := d.Standing(id, EntryCommonNeed, EntryNeedsStatement); !ok {
			faults = append(faults, Refuse(CodeInvalidValue, "/traces",
				"%s is neither the common need nor a needs statement", id).Accepting("IDs of needs"))
		}
	}
	for _, id := range r.Evidence {
		if found, ok := d.Standing(id); !ok || found.Phase != PhaseConsultation {
			faults = append(faults, Refuse(CodeInvalidValue, "/evidence",
				"%s is not an entry of the market consultation", id).Accepting("IDs of such entries"))
		}
	}
	for _, id := range r.Lots {
		if lot, ok := d.Tendering.Lot(id); !ok || lot.EndedAt != nil {
			faults = append(faults, Refuse(CodeInvalidValue, "/lots",
				"%s is not a lot of this procurement, or has ended", id).
				Accepting("IDs of its lots, or none if it applies to all"))
		}
	}
	return Refusals(faults)
}

// AppliesTo tells whether the requirement is one of a lot: one that names no lot is of all.
func (r Requirement) AppliesTo(lot ID) bool { return len(r.Lots) == 0 || slices.Contains(r.Lots, lot) }

// A StandingRequirement is a requirement that stands, with the entry that holds it.
type StandingRequirement struct {
	Requirement

	Entry Entry
}

// Requirements lists the requirements that stand, in the order in which they were first written.
func (d Dossier) Requirements() []StandingRequirement {
	var all []StandingRequirement
	for _, e := range d.Of(EntryRequirement) {
		if r, ok := BodyOf[Requirement](e); ok {
			all = append(all, StandingRequirement{r, e})
		}
	}
	return all
}
