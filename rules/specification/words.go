package specification

import (
	"slices"
	"strings"
	"unicode"
)

// A Piece is a run of words that is in both texts, in the old one, or in the new one.
type Piece struct {
	// Change is empty for what stands in both, else [Added] or [Removed].
	Change string
	Text   string
}

// mostCompared bounds the work of a comparison: the product of the numbers of words that differ. Beyond it a text
// counts as replaced.
const mostCompared = 4_000_000

// Words compares two texts word by word: the pieces without those that were added are the old text, and without those
// that were removed the new one.
func Words(before, after string) []Piece {
	old, now := split(before), split(after)
	head := 0
	for head < len(old) && head < len(now) && old[head] == now[head] {
		head++
	}
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	var b builder
	b.add("", old[:head]...)
	b.middle(old[head:len(old)-tail], now[head:len(now)-tail])
	b.add("", old[len(old)-tail:]...)
	return b.pieces
}

// split cuts a text into words and what is between them.
func split(s string) []string {
	var all []string
	var word strings.Builder
	inWord := false
	for _, r := range s {
		letter := unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
		if word.Len() > 0 && (letter != inWord || !letter) {
			all = append(all, word.String())
			word.Reset()
		}
		inWord = letter
		word.WriteRune(r)
	}
	if word.Len() > 0 {
		all = append(all, word.String())
	}
	return all
}

// A builder joins words of the same change into pieces.
type builder struct {
	pieces []Piece
}

func (b *builder) add(change string, words ...string) {
	for _, word := range words {
		if n := len(b.pieces); n > 0 && b.pieces[n-1].Change == change {
			b.pieces[n-1].Text += word
			continue
		}
		b.pieces = append(b.pieces, Piece{change, word})
	}
}

// middle compares by the longest sequence of words that both have.
func (b *builder) middle(old, now []string) {
	if len(old)*len(now) > mostCompared {
		b.add(Removed, old...)
		b.add(Added, now...)
		return
	}
	common := lengths(old, now)
	for len(old) > 0 && len(now) > 0 {
		i, j := len(common)-1-len(old), len(common[0])-1-len(now)
		switch {
		case old[0] == now[0]:
			b.add("", old[0])
			old, now = old[1:], now[1:]
		case common[i+1][j] >= common[i][j+1]:
			b.add(Removed, old[0])
			old = old[1:]
		default:
			b.add(Added, now[0])
			now = now[1:]
		}
	}
	b.add(Removed, old...)
	b.add(Added, now...)
}

// worth is how much it counts that both texts have a word: more than that they have a blank.
func worth(word string) uint16 {
	if strings.IndexFunc(word, unicode.IsLetter) >= 0 || strings.IndexFunc(word, unicode.IsNumber) >= 0 {
		return 3
	}
	return 1
}

// lengths are what the ends of both texts have in common, from each pair of words on.
func lengths(old, now []string) [][]uint16 {
	all := make([][]uint16, len(old)+1)
	for i := range all {
		all[i] = make([]uint16, len(now)+1)
	}
	for i := range slices.Backward(old) {
		for j := range slices.Backward(now) {
			if old[i] == now[j] {
				all[i][j] = all[i+1][j+1] + worth(old[i])
			} else {
				all[i][j] = max(all[i+1][j], all[i][j+1])
			}
		}
	}
	return all
}
