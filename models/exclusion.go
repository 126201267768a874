package models

import (
	"slices"

	"github.com/google/uuid"
)

// An ExclusionGround is a ground on which an economic operator is excluded (Directive 2014/24/EU, Article 57; eForms
// code list exclusion-ground, version 20250618-0, without the codes that only head others).
type ExclusionGround string

// ExclusionGrounds lists the grounds: criminal convictions, payment of taxes and contributions, insolvency and the
// like, misconduct, and those of national law.
func ExclusionGrounds() []ExclusionGround {
	return []ExclusionGround{
		"exg-crim-corrpt", "exg-crim-fraud", "exg-crim-laund", "exg-crim-part", "exg-crim-terror", "exg-crim-traffick",
		"exg-pmt-bre-ssc", "exg-pmt-bre-tax",
		"exg-sitn-as-susp", "exg-sitn-bankr", "exg-sitn-cred-arran", "exg-sitn-insolvency", "exg-sitn-liq-admin",
		"exg-sitn-other",
		"exg-mis-bre-env-law", "exg-mis-bre-lab-law", "exg-mis-bre-soc-law", "exg-mis-distortion", "exg-mis-misconduct",
		"exg-mis-misrepresent", "exg-mis-off-cond", "exg-mis-partic-confl", "exg-mis-prep-confl", "exg-mis-sanction",
		"exg-mis-unrel-sec",
		"exg-natl-bre-nat-law",
	}
}

// What measures of self-cleaning were found to be.
const (
	MeasuresSufficient   = "sufficient"
	MeasuresInsufficient = "insufficient"
	// MeasuresNone: the operator was asked, and claimed none.
	MeasuresNone = "none_claimed"
)

// An ExclusionFinding is a ground that was found, with what the operator has done about it: whoever shows that its
// measures suffice is not excluded (Article 57(6)).
type ExclusionFinding struct {
	Ground ExclusionGround `json:"ground" doc:"eForms code list exclusion-ground"`
	// Criterion names the question of the European Single Procurement Document that was answered, by its UUID in
	// e-Certis.
	Criterion string `json:"espd_criterion,omitempty" format:"uuid" doc:"UUID of the criterion in e-Certis"`
	Evidence  string `json:"evidence" minLength:"1" maxLength:"8000" doc:"By what it was found"`
	On        string `json:"on,omitempty" format:"date" doc:"Day of the final judgment, or of the event"`
	Measures  string `json:"measures" enum:"sufficient,insufficient,none_claimed" doc:"What self-cleaning came to"`
	Reason    string `json:"reason,omitempty" maxLength:"8000" doc:"Why measures suffice or not; required if claimed"`
}

func (f ExclusionFinding) check() []*Refusal {
	const at = "/grounds"
	faults := checkOneOf(at, f.Ground, ExclusionGrounds()...)
	faults = append(faults, checkOneOf(at, f.Measures, MeasuresSufficient, MeasuresInsufficient, MeasuresNone)...)
	faults = append(faults, compact(checkWord(at, f.Evidence, 8000))...)
	if f.Measures != MeasuresNone {
		faults = append(faults, compact(checkWord(at, f.Reason, 8000))...)
	}
	if f.On != "" {
		faults = append(faults, compact(checkDate(at, f.On))...)
	}
	if _, err := uuid.Parse(f.Criterion); f.Criterion != "" && err != nil {
		faults = append(faults, Refuse(CodeInvalidValue, at, "%q is not a UUID", f.Criterion).
			Accepting("the UUID of a criterion in e-Certis"))
	}
	return faults
}

// groundDistortion is an agreement with others to distort competition (Article 57(4)(d)).
const groundDistortion ExclusionGround = "exg-mis-distortion"

// Reasons for an exclusion that rest on a ground of Article 57, which has to be named.
const (
	reasonGround    = string(ExcludedOnGround)
	reasonCollusion = "collusion"
)

// checkGrounds refuses an exclusion for a reason that rests on a ground which nobody names, and one in spite of
// measures that suffice. Collusion rests on its own ground.
func checkGrounds(excludedFor string, grounds []ExclusionFinding) []*Refusal {
	const at = "/grounds"
	var faults []*Refusal
	var counted []ExclusionFinding
	for _, f := range grounds {
		faults = append(faults, f.check()...)
		if excludedFor != reasonCollusion || f.Ground == groundDistortion {
			counted = append(counted, f)
		}
	}
	switch {
	case excludedFor != reasonGround && excludedFor != reasonCollusion:
	case len(counted) == 0 && excludedFor == reasonCollusion:
		faults = append(faults, Refuse(CodeInvalidValue, at, "nothing shows that the operator agreed with others").
			Accepting("the ground %s, its evidence, and what self-cleaning came to (Article 57(4)(d) and (6))",
				groundDistortion))
	case len(counted) == 0:
		faults = append(faults, Refuse(CodeInvalidValue, at, "no ground is named").
			Accepting("each ground that was found, its evidence, and what self-cleaning came to"))
	case !stands(counted):
		faults = append(faults, Refuse(CodeInvalidValue, at,
			"on every ground the measures of the operator were found sufficient").
			Accepting("an admission, or a ground that stands (Article 57(6))"))
	}
	return faults
}

// stands tells whether the measures of the operator do not suffice on one of the grounds.
func stands(grounds []ExclusionFinding) bool {
	return slices.ContainsFunc(grounds, func(f ExclusionFinding) bool { return f.Measures != MeasuresSufficient })
}
