package eligibility

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// A finding is the result of judging one rule.
type finding struct {
	models.Finding

	// says are sentences of the words, with what fills them in; see [words.tell].
	says []said
	// counted are the names of what was counted, missing of what does not meet the rule, or about which nothing is
	// recorded. together are organisations that were taken as one.
	counted, missing []string
	together         [][]string
	evidence         []string
	// needs says what would meet the rule; nil if it is met.
	needs *said
}

// A said is a sentence with what fills in its {names}: names and values in turn.
type said struct {
	sentence string
	fill     []any
}

// A thing is a value that has a name of its own in each language.
type thing string

func met(sentence string, fill ...any) finding {
	return finding{Finding: models.FindingMet, says: []said{{sentence, fill}}}
}

func notMet(sentence string, fill ...any) finding {
	return finding{Finding: models.FindingNotMet, says: []said{{sentence, fill}}}
}

func unknown(sentence string, fill ...any) finding {
	return finding{Finding: models.FindingUnknown, says: []said{{sentence, fill}}}
}

// metIf is met or not met, with the same words.
func metIf(is bool, sentence string, fill ...any) finding {
	if is {
		return met(sentence, fill...)
	}
	return notMet(sentence, fill...)
}

// on adds what the finding rests on.
func (f finding) on(evidence ...string) finding {
	f.evidence = slices.DeleteFunc(evidence, func(e string) bool { return e == "" })
	return f
}

// of adds the names of what was counted.
func (f finding) of(counted []string) finding {
	f.counted = counted
	return f
}

// without adds the names of what does not meet the rule.
func (f finding) without(missing []string) finding {
	f.missing = missing
	return f
}

// also adds a sentence.
func (f finding) also(sentence string, fill ...any) finding {
	f.says = append(f.says, said{sentence, fill})
	return f
}

// needing says what would meet the rule, unless it is met.
func (f finding) needing(sentence string, fill ...any) finding {
	if f.Finding != models.FindingMet {
		f.needs = &said{sentence, fill}
	}
	return f
}

// enough compares a number with the least that is required.
func (r Rule) enough(got int, sentence string, fill ...any) finding {
	return metIf(got >= r.AtLeast, sentence, append(fill, "n", got, "at_least", r.AtLeast)...).
		needing("more", "more", r.AtLeast-got)
}

// evidenceOf refers to a version of an entry.
func evidenceOf(e models.Entry) string { return string(e.ID) + "@" + e.Digest }

// worse tells whether a finding blocks more than another.
func worse(a, b finding) bool {
	rank := []models.Finding{models.FindingMet, models.FindingUnknown, models.FindingNotMet}
	return slices.Index(rank, a.Finding) > slices.Index(rank, b.Finding)
}
