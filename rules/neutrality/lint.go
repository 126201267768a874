package neutrality

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Lint returns what it finds in the requirements, in their order, by language and place. It reads them composed
// (NFC), as they are stored; places are those in the composed text. An error
// means that the program was built with broken data.
func Lint(requirements []Requirement) ([]Finding, error) {
	k, err := load()
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, r := range requirements {
		tags := make([]string, 0, len(r.Statement))
		for tag := range r.Statement {
			tags = append(tags, tag)
		}
		slices.Sort(tags)
		for _, tag := range tags {
			findings = append(findings, k.lint(r, tag)...)
		}
	}
	return findings, nil
}

// Languages lists the languages with phrases, sorted.
func Languages() ([]string, error) {
	k, err := load()
	if err != nil {
		return nil, err
	}
	var tags []string
	for tag := range k.languages {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	return tags, nil
}

// A reading is one statement being read.
type reading struct {
	k           *knowledge
	language    *language
	base        string
	requirement string
	tag         string
	text        []rune
	words       []word
	// equivalent holds, for each sentence that says "or equivalent", the word with which it last does.
	equivalent map[int]int
	// named marks the words that belong to a name already reported.
	named    []bool
	findings []Finding
}

func (k *knowledge) lint(requirement Requirement, tag string) []Finding {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	text := []rune(norm.NFC.String(requirement.Statement[tag]))
	r := reading{k: k, language: k.languages[base], base: base, requirement: requirement.ID, tag: tag, text: text}
	r.words = split(text, r.language.abbreviated())
	if len(r.words) == 0 {
		return nil
	}
	r.named = make([]bool, len(r.words))
	r.findEquivalents()
	r.findNames()
	r.findSigns()
	if r.language == nil {
		r.report(CodeLanguage, r.words[0].start, r.words[len(r.words)-1].end)
	} else {
		for _, code := range requirement.Part.looked() {
			r.find(code)
		}
	}
	slices.SortStableFunc(r.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	return r.findings
}

// findNames finds brands and standards; words that belong to one are not read again.
func (r *reading) findNames() {
	for i := 0; i < len(r.words); {
		if n := r.k.standardAt(r.words[i:]); n > 0 {
			if r.language != nil && !r.orEquivalent(i+n) { // without phrases, "or equivalent" cannot be found
				r.reportWords(CodeStandard, i, n)
			}
			i += n
			continue
		}
		if n := r.k.brands.longest(r.words[i:], r.base); n > 0 {
			code := CodeBrand
			if r.orEquivalent(i + n) {
				code = CodeBrandEquivalent
			}
			r.reportWords(code, i, n)
			i += n
			continue
		}
		i++
	}
}

// findEquivalents finds "or equivalent" and its like. Between the two words may stand up to three others: or any
// technically equivalent. When these words begin after a semicolon or on a new line, they belong to the sentence
// before.
func (r *reading) findEquivalents() {
	const between = 3
	if r.language == nil {
		return
	}
	r.equivalent = map[int]int{}
	or := -1
	for i, w := range r.words {
		switch {
		case r.language.conjunctions[w.folded]:
			or = i
		case or >= 0 && r.words[or].sentence == w.sentence && i-or <= between+1 && r.language.equivalents[w.folded]:
			r.equivalent[w.sentence] = or
			if w.goesOn && r.words[or-1].sentence == w.sentence-1 {
				r.equivalent[w.sentence-1] = or
			}
		}
	}
}

// orEquivalent tells whether "or equivalent" comes after the word before next, in the same sentence.
func (r *reading) orEquivalent(next int) bool {
	at, said := r.equivalent[r.words[next-1].sentence]
	return said && at >= next
}

// findSigns finds the signs ® and ™ behind a word that is not known as a name.
func (r *reading) findSigns() {
	for i, w := range r.words {
		if !r.named[i] && w.end < len(r.text) && (r.text[w.end] == '®' || r.text[w.end] == '™') {
			r.report(CodeBrand, w.start, w.end+1)
		}
	}
}

// find looks for all that one kind of finding is about.
func (r *reading) find(code Code) {
	if code == CodeSelection && r.ofPeople() {
		return
	}
	covered := make([]bool, len(r.words))
	d := r.language.phrases[code]
	for i := 0; i < len(r.words); {
		n := d.longest(r.words[i:], r.base)
		if n > 0 && (code != CodeLocalPreference || !r.orEquivalent(i+n)) {
			r.cover(covered, i, i+n)
			r.reportWords(code, i, n)
		}
		i += max(n, 1)
	}
	for _, p := range r.language.pairs[code] {
		r.findPair(p, code, covered)
	}
}

// ofPeople tells whether a title is about people, and not about a firm as well.
func (r *reading) ofPeople() bool { return r.has(r.language.people) && !r.has(r.language.firms) }

func (r *reading) has(d dictionary) bool {
	for i := range r.words {
		if d.longest(r.words[i:], r.base) > 0 {
			return true
		}
	}
	return false
}

func (r *reading) reportWords(code Code, first, n int) {
	for i := first; i < first+n; i++ {
		r.named[i] = true
	}
	r.report(code, r.words[first].start, r.words[first+n-1].end)
}

func (r *reading) report(code Code, start, end int) {
	e := explain(code)
	if code == CodeBrand && r.language == nil {
		e.severity, e.reason = Medium, e.reason+"; the engine cannot find \"or equivalent\" in this language"
	}
	r.findings = append(r.findings, Finding{
		Code: code, Severity: e.severity, Requirement: r.requirement, Language: r.tag,
		Start: start, End: end, Text: string(r.text[start:end]),
		Reason: e.reason, Suggestion: e.suggestion, Source: e.source,
	})
}
