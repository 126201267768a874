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
			found, err := k.lint(r, tag)
			if err != nil {
				return nil, err
			}
			findings = append(findings, found...)
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

func (k *knowledge) lint(requirement Requirement, tag string) ([]Finding, error) {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	language, err := k.language(base)
	if err != nil {
		return nil, err
	}
	text := []rune(norm.NFC.String(requirement.Statement[tag]))
	r := reading{k: k, language: language, base: base, requirement: requirement.ID, tag: tag, text: text}
	r.words = split(text, r.language)
	if len(r.words) == 0 {
		return nil, nil
	}
	r.named = make([]bool, len(r.words))
	r.findEquivalents()
	r.findNames()
	r.findSigns()
	if r.language == nil {
		r.report(CodeLanguage, r.words[0].start, r.words[len(r.words)-1].end)
	} else {
		r.find(CodeBrand)
		r.findModels()
		r.find(CodeStandard)
		for _, code := range requirement.Part.looked() {
			r.find(code)
		}
		if requirement.Part == PartNeed {
			r.findExact()
		}
	}
	slices.SortStableFunc(r.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	r.dropCovered()
	return r.findings, nil
}

// findNames finds brands and standards; words that belong to one are not read again.
func (r *reading) findNames() {
	spared := map[int]bool{}
	if r.language != nil {
		spared = r.sentencesWith(r.language.withNames)
	}
	for i := 0; i < len(r.words); {
		if n := r.standardAt(i); n > 0 {
			alone := !r.orEquivalent(i+n) || r.brandBefore(i+n)
			if r.language != nil && alone && !r.equivalentTo(i) { // without phrases, "or equivalent" cannot be found
				r.reportWords(CodeStandard, i, n)
			}
			i += n
			continue
		}
		if n := r.k.brands.longest(r.words[i:], r.base); n > 0 {
			code := CodeBrand
			if r.orEquivalent(i+n) || r.equivalentTo(i) {
				code = CodeBrandEquivalent
			}
			if !r.elsewhere(i, n) && !spared[r.words[i].sentence] {
				r.reportWords(code, i, n)
			}
			i += n
			continue
		}
		i++
	}
}

// elsewhere tells whether the n words from the i-th on are the name of a person, a street, a school or the like.
func (r *reading) elsewhere(i, n int) bool {
	if r.language == nil {
		return false
	}
	after := i+n < len(r.words) && r.words[i+n].joined && r.language.notBefore[r.words[i+n].folded]
	return after || i > 0 && r.language.notAfter[r.words[i-1].folded]
}

// brandBefore tells whether, after a comma, a brand stands between the word before next and "or equivalent", which then
// is said of the brand: tested as in EN 3, brackets by Acme or equivalent.
func (r *reading) brandBefore(next int) bool {
	comma := false
	for i := next; i < r.equivalent[r.words[next-1].sentence]; i++ {
		comma = comma || strings.Contains(string(r.text[r.words[i-1].end:r.words[i].start]), ", ")
		if comma && r.k.brands.longest(r.words[i:], r.base) > 0 {
			return true
		}
	}
	return false
}

// standardAt returns how many words from the i-th on name a standard or a label.
func (r *reading) standardAt(i int) int {
	return max(r.k.standardAt(r.words[i:]), r.k.labels.longest(r.words[i:], r.base))
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
	or, first := -1, 0
	accepted := r.sentencesWith(r.language.accepting)
	for i, w := range r.words {
		if w.sentence != r.words[first].sentence {
			first = i
		}
		near := or >= 0 && r.words[or].sentence == w.sentence && i-or <= between+1
		switch {
		case r.language.conjunctions[w.folded]:
			or = i
		case r.refused(i):
		case near && r.language.equivalents.longest(r.words[i:], r.base) > 0:
			r.equivalent[w.sentence] = or
			if w.goesOn && r.words[or-1].sentence == w.sentence-1 {
				r.equivalent[w.sentence-1] = or
			}
		case r.language.alone.longest(r.words[i:], r.base) > 0:
			r.equivalent[w.sentence] = i
			opens := i == first || i <= first+2 && accepted[w.sentence]
			if first > 0 && (opens || w.goesOn && i == first+1) {
				r.equivalent[w.sentence-1] = i
			}
		}
	}
}

// refused tells whether the words around "equivalent" say that it is not taken, or that something else is meant.
func (r *reading) refused(at int) bool {
	const around = 4
	if at > 0 && r.language.whose[r.words[at-1].folded] {
		return true
	}
	for i := max(0, at-around); i < min(len(r.words), at+around+1); i++ {
		if r.words[i].sentence == r.words[at].sentence && !r.abbreviated(i) &&
			r.language.refusing.longest(r.words[i:], r.base) > 0 {
			return true
		}
	}
	return false
}

// abbreviated tells whether a word is an abbreviation here, such as no. for number.
func (r *reading) abbreviated(i int) bool {
	return i+1 < len(r.words) && r.words[i+1].sentence == r.words[i].sentence && r.gapBefore(i+1) != "" &&
		r.text[r.words[i].end] == '.'
}

// equivalentTo tells whether the words right before the i-th say that something is its equivalent: equivalent to ISO
// 9001.
func (r *reading) equivalentTo(i int) bool {
	const before = 3
	for at := i - 1; at >= max(0, i-before) && r.words[at+1].joined && r.language != nil; at-- {
		if r.words[at].sentence == r.words[i].sentence && !r.refused(at) &&
			r.language.equivalents.longest(r.words[at:], r.base) > 0 {
			return true
		}
	}
	return false
}

// orEquivalent tells whether "or equivalent" comes after the word before next, in the same sentence.
func (r *reading) orEquivalent(next int) bool {
	at, said := r.equivalent[r.words[next-1].sentence]
	return said && at >= next
}

// dropCovered leaves out, of findings in their order, what another says already: a solution in a sentence that names a
// product or an origin, which has to be written anew, and the second part of a name, such as NetApp's AFF range.
func (r *reading) dropCovered() {
	favours := map[int]bool{}
	for _, f := range r.findings {
		if f.Code == CodeBrand || f.Code == CodeOrigin {
			favours[r.sentenceAt(f.Start)] = true
		}
	}
	var kept []Finding
	name := -1 // where the last name ends
	for _, f := range r.findings {
		covered := f.Code == CodeSolutionFirst && favours[r.sentenceAt(f.Start)]
		if f.Code == CodeBrand {
			covered, name = name >= 0 && name < f.Start && r.suffix(name, f.Start), f.End
		}
		if !covered {
			kept = append(kept, f)
		}
	}
	r.findings = kept
}

// sentenceAt returns the sentence of the word that starts at a place of the text.
func (r *reading) sentenceAt(start int) int {
	i, _ := slices.BinarySearchFunc(r.words, start, func(w word, at int) int { return cmp.Compare(w.start, at) })
	return r.words[min(i, len(r.words)-1)].sentence
}

// suffix tells whether only an ending behind an apostrophe stands between two places, or white space.
func (r *reading) suffix(from, to int) bool {
	const longest = 8
	if to-from > longest {
		return false
	}
	between := strings.TrimSpace(string(r.text[from:to]))
	return between == "" || strings.ContainsRune("'’", firstRune(between)) && !strings.ContainsAny(between, " \n,;")
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
	for _, s := range r.language.phrases[code] {
		harmless := r.sentencesWith(s.unless)
		for i := 0; i < len(r.words); {
			n := s.words.longest(r.words[i:], r.base)
			if n > 0 && !harmless[r.words[i].sentence] && !r.allowed(code, i, n) {
				r.cover(covered, i, i+n)
				r.reportWords(code, i, n)
			}
			i += max(n, 1)
		}
	}
	harmless := map[int]bool{}
	if code == CodeOverspecified || code == CodeSolutionFirst {
		harmless = r.sentencesWith(r.language.phrases[code][0].unless)
	}
	for _, p := range r.language.pairs[code] {
		r.findPair(p, code, covered, harmless)
	}
}

// allowed tells whether the n words from the i-th on are no fault: they say "or equivalent", or belong to a name that
// was reported.
func (r *reading) allowed(code Code, i, n int) bool {
	switch code {
	case CodeLocalPreference:
		return r.orEquivalent(i + n)
	case CodeBrand, CodeStandard, CodeSolutionFirst:
		return r.orEquivalent(i+n) || slices.Contains(r.named[i:i+n], true)
	default:
		return false
	}
}

// sentencesWith lists the sentences in which a phrase stands.
func (r *reading) sentencesWith(d dictionary) map[int]bool {
	sentences := map[int]bool{}
	for i, w := range r.words {
		if len(d) > 0 && d.longest(r.words[i:], r.base) > 0 {
			sentences[w.sentence] = true
		}
	}
	return sentences
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
