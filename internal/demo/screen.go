package demo

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// A screen tells the story line by line, for a person to read.
type screen struct {
	out   io.Writer
	began time.Time
	steps int
	// closed counts the phases that are over.
	closed int
}

const (
	rule      = 110
	nameWidth = 8
	phases    = 6
)

func (s *screen) sayf(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// chapter begins a part of the story and shows how far the play has come.
func (s *screen) chapter(title string) {
	progress := fmt.Sprintf(" %s %d of %d phases closed · %.0f s ",
		strings.Repeat("■", s.closed)+strings.Repeat("□", phases-s.closed), s.closed, phases, time.Since(s.began).
			Seconds())
	line := "── " + title + " "
	s.sayf("\n%s%s%s", line, strings.Repeat("─", max(rule-width(line)-width(progress), 0)), progress)
}

// step tells who did what, on which day of procedure time.
func (s *screen) step(day, name, said string) {
	s.steps++
	s.wrap(fmt.Sprintf("  %s %-*s ", day, nameWidth, name), said)
}

// refusal shows what was refused, why, and what would be accepted.
func (s *screen) refusal(name, tried string, p *apiclient.Problem) {
	s.steps++
	s.wrap(fmt.Sprintf("  ✗           %-*s ", nameWidth, name), tried)
	s.wrap("      refused: ", fmt.Sprintf("%d %s – %s", p.Status, p.Code, p.Detail))
	for _, e := range p.Errors {
		if e.Accepted != "" {
			s.wrap("      accepted would be: ", e.Accepted)
		}
	}
}

// gate shows a gate's criteria.
func (s *screen) gate(phase models.Phase, criteria []models.Criterion) {
	s.sayf("  The gate of %s:", phase)
	for _, c := range criteria {
		s.criterion(c)
	}
}

// criterion shows one condition and what was found.
func (s *screen) criterion(c models.Criterion) {
	mark := "✓"
	if c.Finding != models.FindingMet {
		mark = "✗"
	}
	s.wrap(fmt.Sprintf("    %s %-28s ", mark, c.Code), c.Detail)
}

// width is how many columns a text takes.
func width(text string) int { return utf8.RuneCountInString(text) }

// grouped writes an amount with commas between its thousands.
func grouped(amount string) string {
	whole, fraction, _ := strings.Cut(amount, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + "." + fraction
}

var digests = regexp.MustCompile(`\b([0-9a-f]{12})[0-9a-f]{52}\b`)

// wrap prints text after a head, broken between words; further lines are indented to the beginning of the text. Digests
// are shortened, but can still be recognised.
func (s *screen) wrap(head, text string) {
	text = digests.ReplaceAllString(text, "$1…")
	indent := strings.Repeat(" ", width(head))
	line, used := head, len(indent)
	for i, word := range strings.Fields(text) {
		length := width(word)
		switch {
		case i == 0:
			line, used = line+word, used+length
		case used+1+length > rule:
			s.sayf("%s", line)
			line, used = indent+word, len(indent)+length
		default:
			line, used = line+" "+word, used+1+length
		}
	}
	s.sayf("%s", line)
}
