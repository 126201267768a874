package neutrality

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// A Part says what a text is for: what is harmless in one is a fault in another. A clause on intellectual property has
// to speak of patents, and a criterion by which tenders are scored may ask for more than can be measured.
type Part string

// The parts of what tenderers read.
const (
	// PartNeed is a need or a requirement.
	PartNeed Part = ""
	// PartCriterion is a selection criterion, or what is said of an award criterion besides its title.
	PartCriterion Part = "criterion"
	// PartAward is the title of an award criterion.
	PartAward Part = "award_criterion"
	// PartClause is a clause of the contract.
	PartClause Part = "clause"
)

// needCalled is how people call [PartNeed], which the record leaves empty.
const needCalled Part = "need"

// Parts lists the parts as people call them.
func Parts() []Part { return []Part{needCalled, PartCriterion, PartAward, PartClause} }

// ParsePart reads the name of a part; empty: a need. It refuses any other ([models.CodeInvalidValue]).
func ParsePart(field, name string) (Part, error) {
	p := Part(name)
	if p == PartNeed || p == needCalled {
		return PartNeed, nil
	}
	if slices.Contains(Parts(), p) {
		return p, nil
	}
	return "", models.Refuse(models.CodeInvalidValue, field, "%q is not what a text can be for", name).
		Accepting("one of %v", Parts())
}

// looked lists what is looked for in a part, besides names of products and standards, which are found in all.
func (p Part) looked() []Code {
	switch p {
	case PartNeed, needCalled:
		return []Code{
			CodeOrigin, CodeVague, CodeSolutionFirst, CodeOverspecified, CodeLocalPreference, CodeSubcontracting,
		}
	case PartAward:
		return []Code{CodeOrigin, CodeLocalPreference, CodeSubcontracting, CodeSelection}
	case PartCriterion:
		return []Code{CodeOrigin, CodeLocalPreference, CodeSubcontracting}
	case PartClause:
		return []Code{CodeLocalPreference, CodeSubcontracting}
	}
	return nil
}
