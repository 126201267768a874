package models

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// A Measure bounds by numbers what a requirement asks for. Requirements that name the same indicator in the same unit
// are about the same thing, so their bounds can be compared.
type Measure struct {
	Indicator string `json:"indicator" minLength:"1" maxLength:"200" doc:"What is measured" example:"energy per job"`
	Unit      string `json:"unit" minLength:"1" maxLength:"60" example:"kWh"`
	AtLeast   string `json:"at_least,omitempty" maxLength:"40" doc:"Lower bound, a decimal number as text"`
	AtMost    string `json:"at_most,omitempty" maxLength:"40" doc:"Upper bound, a decimal number as text" example:"30"`
}

// check refuses a measure without bound, and one that no value can keep.
func (m *Measure) check() []*Refusal {
	if m == nil {
		return nil
	}
	faults := compact(checkWord("/measure/indicator", m.Indicator, 200), checkWord("/measure/unit", m.Unit, 60),
		optionalDecimal("/measure/at_least", m.AtLeast), optionalDecimal("/measure/at_most", m.AtMost))
	if m.AtLeast == "" && m.AtMost == "" {
		faults = append(faults, Refuse(CodeInvalidValue, "/measure/at_most", "the measure has no bound").
			Accepting("a lower bound, an upper bound, or both; or no measure"))
	}
	least, most := m.Bounds()
	if len(faults) == 0 && least != nil && most != nil && least.Cmp(most) > 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/measure/at_most",
			"no value is at least %s and at most %s", m.AtLeast, m.AtMost).
			Accepting("an upper bound of %s or more", m.AtLeast))
	}
	return faults
}

// Bounds are the lower and the upper bound; nil: there is none.
func (m *Measure) Bounds() (least, most *big.Rat) { return bound(m.AtLeast), bound(m.AtMost) }

func bound(s string) *big.Rat {
	if r, ok := new(big.Rat).SetString(s); ok {
		return r
	}
	return nil
}

// Of names what is measured, however it is spelled: requirements with the same name are about the same thing.
func (m *Measure) Of() string {
	return Plain(m.Indicator) + " [" + strings.TrimSpace(m.Unit) + "]"
}

// A Clash is two minimum requirements of which no tender can keep both.
type Clash struct {
	// Least has the lower bound, Most the upper one.
	Least, Most Requirement
}

// String says it in words.
func (c Clash) String() string {
	m := c.Most.Measure
	return fmt.Sprintf("%s asks for at least %s %s and %s for at most %s %s of the same: %s", c.Least.Code,
		c.Least.Measure.AtLeast, m.Unit, c.Most.Code, m.AtMost, m.Unit, m.Indicator)
}

// Clashes finds minimum requirements on the same thing, for the same lot, whose bounds exclude each other.
func Clashes(all []Requirement) []Clash {
	var found []Clash
	for _, least := range all {
		for _, most := range all {
			if least.excludes(most) {
				found = append(found, Clash{least, most})
			}
		}
	}
	return found
}

// excludes tells whether the lower bound of r is above the upper bound of other.
func (r Requirement) excludes(other Requirement) bool {
	if r.Use != UseMinimum || other.Use != UseMinimum || r.Measure == nil || other.Measure == nil ||
		r.Measure.Of() != other.Measure.Of() || !r.meets(other) {
		return false
	}
	least, _ := r.Measure.Bounds()
	_, most := other.Measure.Bounds()
	return least != nil && most != nil && least.Cmp(most) > 0
}

// meets tells whether both requirements apply to the same lot.
func (r Requirement) meets(other Requirement) bool {
	return len(r.Lots) == 0 || len(other.Lots) == 0 ||
		slices.ContainsFunc(r.Lots, func(lot ID) bool { return slices.Contains(other.Lots, lot) })
}
