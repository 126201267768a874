package demo

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// A screen tells the story line by line, as a person wants to read it.
type screen struct {
	out   io.Writer
	began time.Time
	steps int
}

const (
	rule      = 100
	nameWidth = 8
)

func (s *screen) sayf(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// chapter begins a phase and shows how far the play has come.
func (s *screen) chapter(title string) {
	progress := fmt.Sprintf(" step %d, %.1f s ", s.steps, time.Since(s.began).Seconds())
	line := "── " + title + " "
	s.sayf("\n%s%s%s", line, strings.Repeat("─", max(rule-len([]rune(line))-len(progress), 0)), progress)
}

// step tells who did what, on which day of procedure time.
func (s *screen) step(at time.Time, name, said string) {
	s.steps++
	s.sayf("  %s  %-*s %s", at.Format(time.DateOnly), nameWidth, name, said)
}

// refusal shows what was refused, why, and what would be accepted.
func (s *screen) refusal(name, tried string, p *apiclient.Problem) {
	s.steps++
	s.sayf("  ✗ %-*s %s", nameWidth+8, name, tried)
	s.sayf("    refused: %d %s – %s", p.Status, p.Code, p.Detail)
	for _, e := range p.Errors {
		if e.Accepted != "" {
			s.sayf("    accepted would be: %s", e.Accepted)
		}
	}
}

// gate shows a gate's criteria.
func (s *screen) gate(phase models.Phase, criteria []models.Criterion) {
	s.sayf("  gate of %s:", phase)
	for _, c := range criteria {
		mark := "✓"
		if c.Finding != models.FindingMet {
			mark = "✗"
		}
		s.sayf("    %s %-28s %s", mark, c.Code, c.Detail)
	}
}
