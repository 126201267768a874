package neutrality

import "slices"

// A pair is two dictionaries whose phrases mean something when they stand close together, in whatever order.
type pair struct {
	one, other dictionary
	// words is how many words may stand between them at most.
	words int
}

// findPair reports where the phrases of a pair stand close together in a sentence. What a phrase of the same kind has
// covered is not reported again, nor is what stands in a harmless sentence.
func (r *reading) findPair(p pair, code Code, covered []bool, harmless map[int]bool) {
	for i := 0; i < len(r.words); i++ {
		n := p.one.longest(r.words[i:], r.base)
		if n == 0 || covered[i] || harmless[r.words[i].sentence] {
			continue
		}
		first, last, found := r.beside(p, i, n)
		if found && !slices.Contains(covered[first:last], true) && !r.allowed(code, first, last-first) {
			r.cover(covered, first, last)
			r.reportWords(code, first, last-first)
			i = max(i, last-1)
		}
	}
}

// beside finds the other phrase of a pair within reach of the n words from the i-th on, and returns the words from the
// first of both to the last, last exclusive.
func (r *reading) beside(p pair, i, n int) (first, last int, found bool) {
	for distance := 0; distance <= p.words; distance++ {
		after := i + n + distance
		if after < len(r.words) && r.words[after].sentence == r.words[i].sentence {
			if m := p.other.longest(r.words[after:], r.base); m > 0 {
				return i, after + m, true
			}
		}
	}
	const longestPhrase = 4
	for back := 1; back <= p.words+longestPhrase && back <= i; back++ {
		before := i - back
		if r.words[before].sentence != r.words[i].sentence {
			break
		}
		if m := p.other.longest(r.words[before:], r.base); m > 0 && before+m <= i && i-before-m <= p.words {
			return before, i + n, true
		}
	}
	return 0, 0, false
}

func (r *reading) cover(covered []bool, first, last int) {
	for i := first; i < last; i++ {
		covered[i] = true
	}
}
