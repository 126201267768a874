package workflows

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// The search attributes an operator filters by in the Temporal UI. Nothing in them is confidential.
var (
	AttributePhase     = temporal.NewSearchAttributeKeyKeyword("PPIPhase")
	AttributeStatus    = temporal.NewSearchAttributeKeyKeyword("PPIStatus")
	AttributeWaitingOn = temporal.NewSearchAttributeKeyKeyword("PPIWaitingOn")
	AttributeLeadBuyer = temporal.NewSearchAttributeKeyKeyword("PPILeadBuyer")
	AttributeDeadline  = temporal.NewSearchAttributeKeyTime("PPIDeadline")
)

// show puts where the procurement stands before the eyes of an operator: current details, which cost
// no event, and search attributes, which cost one and are therefore set only when they change.
func (p *procurement) show(ctx workflow.Context) error {
	workflow.SetCurrentDetails(ctx, details(p.state))
	now := shownOf(p.state)
	if now == p.shown {
		return nil
	}
	p.shown = now
	deadline := AttributeDeadline.ValueUnset()
	if !now.Deadline.IsZero() {
		deadline = AttributeDeadline.ValueSet(now.Deadline)
	}
	return workflow.UpsertTypedSearchAttributes(ctx,
		AttributePhase.ValueSet(now.Phase), AttributeStatus.ValueSet(now.Status),
		AttributeWaitingOn.ValueSet(now.WaitingOn), AttributeLeadBuyer.ValueSet(now.LeadBuyer), deadline)
}

func shownOf(s process.State) process.Shown {
	shown := process.Shown{Status: string(s.Status), WaitingOn: clip(strings.Join(s.WaitingOn, ", ")), LeadBuyer: clip(s.LeadBuyer)}
	if phase, ok := s.Current(); ok {
		shown.Phase = string(phase)
	}
	if due, ok := s.FirstDue(); ok {
		shown.Deadline = due.At
	}
	return shown
}

// details describes the procurement in Markdown.
func details(s process.State) string {
	var b strings.Builder
	if s.Title != "" {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", s.Title, strings.Join(s.Buyers, " · "))
	}
	fmt.Fprintf(&b, "**%s**", statusText(s))
	if s.Mode == models.ModeRehearsal {
		b.WriteString(" – *rehearsal, nothing is published*")
	}
	b.WriteString("\n\n| phase | round | stands |\n|---|---|---|\n")
	for _, phase := range models.Phases() {
		st := s.Phase(phase)
		round := "–"
		if st.Round > 0 {
			round = strconv.Itoa(st.Round)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", phase, round, st.Status)
	}
	if len(s.WaitingOn) > 0 {
		fmt.Fprintf(&b, "\n**Waiting for:** %s\n", strings.Join(s.WaitingOn, "; "))
	}
	for _, d := range s.Due {
		fmt.Fprintf(&b, "\n**%s:** %s (procedure time)\n", dueSummary(d), d.At.UTC().Format(time.RFC3339))
	}
	return b.String()
}

func statusText(s process.State) string {
	if phase, ok := s.Current(); ok && s.Status == models.StatusRunning {
		return "In the phase " + string(phase)
	}
	return "The procurement is " + string(s.Status)
}

// clip keeps a search attribute within what its column holds, 255 characters.
func clip(s string) string {
	runes := []rune(s)
	if len(runes) <= 200 {
		return s
	}
	return string(runes[:199]) + "…"
}
