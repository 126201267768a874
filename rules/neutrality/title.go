package neutrality

import (
	"maps"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// SameTitle finds that an award criterion has the title of a selection criterion, in any language that both have. It
// leaves out languages in which another finding on the title says so already.
func SameTitle(id string, award, selection map[string]string, already []Finding) []Finding {
	var findings []Finding
	for _, tag := range slices.Sorted(maps.Keys(award)) {
		said := slices.ContainsFunc(already,
			func(f Finding) bool { return f.Code == CodeSelection && f.Language == tag })
		if said || !sameWords(award[tag], selection[tag]) {
			continue
		}
		text := norm.NFC.String(award[tag])
		e := explain(CodeSelection)
		findings = append(findings, Finding{
			Code: CodeSelection, Severity: e.severity, Requirement: id, Language: tag,
			End: utf8.RuneCountInString(text), Text: text,
			Reason: "has the title of a selection criterion of the lot", Suggestion: e.suggestion, Source: e.source,
		})
	}
	return findings
}

// sameWords tells whether two texts are the same words, in any case and however they are set.
func sameWords(a, b string) bool {
	equal := func(v, w word) bool { return v.folded == w.folded }
	words := split([]rune(norm.NFC.String(a)), nil)
	return len(words) > 0 && slices.EqualFunc(words, split([]rune(norm.NFC.String(b)), nil), equal)
}
