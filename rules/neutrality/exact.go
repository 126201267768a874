package neutrality

import (
	"strings"
	"unicode"
)

// findExact finds values that leave no room, in sentences that give them none, by no limit, range or tolerance: a value
// that is more exact than a need is, such as 0.468 kg, dimensions such as 1200 × 800 mm, and, where the sentence is not
// about what surrounds it, the value of a dimension or a mass, such as a width of 600 mm.
func (r *reading) findExact() {
	over := r.language.phrases[CodeOverspecified][0]
	roomy, harmless := r.sentencesWith(r.language.tolerances), r.sentencesWith(over.unless)
	around := r.sentencesWith(r.language.circumstances)
	for i := 0; i < len(r.words); {
		v := r.valueAt(i)
		if v.end == 0 {
			i++
			continue
		}
		sentence := r.words[i].sentence
		exact := v.several || v.number > i && r.tooExact(i, v.number) || !around[sentence] && r.measures(i, v.end)
		if v.measured && exact && !r.named[i] && !roomy[sentence] && !harmless[sentence] && !r.limited(i, v.end) {
			r.reportWords(CodeOverspecified, i, v.end-i)
		}
		i = v.end
	}
}

// A value is a number in a text, perhaps several that make up dimensions.
type value struct {
	// number is the word after the digits, end the one after the unit.
	number, end int
	// measured says that it has a unit, several that there are numbers with × between them.
	measured, several bool
}

// valueAt reads the value that starts at the i-th word.
func (r *reading) valueAt(i int) value {
	n := r.numberAt(i)
	if n == 0 {
		return r.gluedAt(i)
	}
	v := value{number: i + n, end: i + n}
	for {
		next := v.end
		if r.unitAt(next) && next+1 < len(r.words) && r.times(next+1) > 0 {
			next++ // 120 cm × 60 cm
		}
		sign := r.times(next)
		more := 0
		if sign > 0 {
			more = r.numberAt(next + sign - 1)
		}
		if more == 0 {
			break
		}
		v.end, v.several = next+sign-1+more, true
	}
	if v.end < len(r.words) && r.gapBefore(v.end) == ":" && allDigits(r.words[v.end]) {
		return value{number: i, end: v.end + 1, measured: true} // a ratio: 217:1
	}
	if r.unitAt(v.end) {
		v.measured, v.end = true, v.end+1
	} else if last := r.words[v.end-1]; r.percent(last.end) {
		v.measured = true
	}
	return v
}

// times returns 2 where the word is the x between two numbers, 1 where the sign × stands before it, 0 otherwise.
func (r *reading) times(i int) int {
	switch {
	case i >= len(r.words):
		return 0
	case r.words[i].near == '×' || strings.TrimSpace(r.gapBefore(i)) == "×":
		return 1
	case r.words[i].folded == "x" && i+1 < len(r.words) && allDigits(r.words[i+1]):
		return 2
	}
	return 0
}

func (r *reading) gapBefore(i int) string {
	if i == 0 {
		return ""
	}
	return string(r.text[r.words[i-1].end:r.words[i].start])
}

func (r *reading) unitAt(i int) bool {
	if i <= 0 || i >= len(r.words) {
		return false
	}
	switch strings.TrimSpace(r.gapBefore(i)) {
	case "":
		return r.language.units.longest(r.words[i:], r.base) > 0
	case "°":
		return r.words[i].exact == "C" || r.words[i].exact == "F"
	}
	return false
}

// percent tells whether a sign of a share or an angle stands at a place of the text, perhaps after a space.
func (r *reading) percent(at int) bool {
	for at < len(r.text) && unicode.IsSpace(r.text[at]) {
		at++
	}
	return at < len(r.text) && strings.ContainsRune("%‰″", r.text[at])
}

// gluedAt reads a value of one word: 600mm, 1200x800mm.
func (r *reading) gluedAt(i int) value {
	w := r.words[i]
	digits := strings.IndexFunc(w.folded, func(c rune) bool { return !unicode.IsDigit(c) })
	if digits <= 0 {
		return value{}
	}
	rest := strings.TrimLeft(w.folded, "0123456789x")
	v := value{number: i + 1, end: i + 1, several: countDigits(w.folded[digits:]) > 0}
	if rest == "" {
		v.measured = v.several && r.unitAt(i+1)
		if v.measured {
			v.end++
		}
		return v
	}
	unit := word{exact: rest, folded: rest, keys: keysOf(rest)}
	v.measured = r.language.units.longest([]word{unit}, r.base) > 0
	return v
}

// limited tells whether a sign beside a value gives it room.
func (r *reading) limited(first, end int) bool {
	before := r.text[max(0, r.words[first].start-1):r.words[first].start]
	if strings.ContainsAny(string(before), "±+-–≤≥<>≈~") || strings.ContainsAny(r.gapBefore(first), "±≤≥<>≈") {
		return true
	}
	if end == len(r.words) {
		return false
	}
	after := r.gapBefore(end)
	return strings.ContainsAny(after, "±≤≥<>+") || strings.Contains(after, "(-")
}

// measures tells whether a word for a dimension or a mass stands close before a value, or after it.
func (r *reading) measures(first, end int) bool {
	const before, after = 5, 2
	for i := max(0, first-before); i < min(len(r.words), end+after); i++ {
		if i >= first && i < end || r.words[i].sentence != r.words[first].sentence {
			continue
		}
		if r.language.measures.longest(r.words[i:], r.base) > 0 && r.sameClause(i, first) {
			return true
		}
	}
	return false
}

// sameClause tells whether no comma that parts words stands between two words.
func (r *reading) sameClause(i, j int) bool {
	i, j = min(i, j), max(i, j)
	for at := i + 1; at <= j; at++ {
		if gap := r.gapBefore(at); strings.ContainsAny(gap, ",;") && strings.ContainsAny(gap, " \n") {
			return false
		}
	}
	return true
}

// numberAt returns how many words make up the number that starts at the i-th: 1,073 or 1 073 or 33.7.
func (r *reading) numberAt(i int) int {
	if i >= len(r.words) || !allDigits(r.words[i]) {
		return 0
	}
	n := 1
	for i+n < len(r.words) && allDigits(r.words[i+n]) &&
		(r.gapBefore(i+n) == "." || r.gapBefore(i+n) == "," || threeDigits(r.words[i+n]) && r.words[i+n].joined &&
			strings.TrimSpace(r.gapBefore(i+n)) == "") {
		n++
	}
	return n
}

func allDigits(w word) bool { return w.exact != "" && countDigits(w.exact) == len([]rune(w.exact)) }

// tooExact tells whether a number has three digits or more that count, the last of them after a decimal point or of
// four and no zero. Shares such as 99.95 % are how availability is said.
func (r *reading) tooExact(first, end int) bool {
	var digits strings.Builder
	for _, w := range r.words[first:end] {
		digits.WriteString(w.exact)
	}
	last := r.words[end-1]
	if !allDigits(last) || (strings.HasPrefix(digits.String(), "99") && r.percent(last.end)) {
		return false
	}
	decimal := end > first+1 && (last.near == '.' || last.near == ',') && !threeDigits(last)
	counted := len(strings.Trim(digits.String(), "0"))
	if decimal || strings.HasPrefix(digits.String(), "0") {
		return counted >= 3
	}
	return counted >= 4
}
