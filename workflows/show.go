package workflows

import (
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models/process"
)

// The search attributes by which people filter in the Temporal UI. Nothing in them is confidential.
var (
	AttributePhase     = temporal.NewSearchAttributeKeyKeyword("PPIPhase")
	AttributeStatus    = temporal.NewSearchAttributeKeyKeyword("PPIStatus")
	AttributeWaitingOn = temporal.NewSearchAttributeKeyKeyword("PPIWaitingOn")
	AttributeLeadBuyer = temporal.NewSearchAttributeKeyKeyword("PPILeadBuyer")
	AttributeTitle     = temporal.NewSearchAttributeKeyKeyword("PPITitle")
	AttributeDeadline  = temporal.NewSearchAttributeKeyTime("PPIDeadline")
)

// show displays where the procurement stands in the Temporal UI: by current details, which cost no event, and by search
// attributes, which cost one and are therefore set only when they change.
func (p *procurement) show(ctx workflow.Context) error {
	workflow.SetCurrentDetails(ctx, details(p.state))
	now := shownOf(p.state)
	if !p.titled {
		now.Title = ""
	}
	if now == p.shown {
		return nil
	}
	p.shown = now
	deadline := AttributeDeadline.ValueUnset()
	if !now.Deadline.IsZero() {
		deadline = AttributeDeadline.ValueSet(now.Deadline)
	}
	updates := []temporal.SearchAttributeUpdate{
		AttributePhase.ValueSet(now.Phase), AttributeStatus.ValueSet(now.Status),
		AttributeWaitingOn.ValueSet(now.WaitingOn), AttributeLeadBuyer.ValueSet(now.LeadBuyer), deadline,
	}
	if p.titled {
		updates = append(updates, AttributeTitle.ValueSet(now.Title))
	}
	return workflow.UpsertTypedSearchAttributes(ctx, updates...)
}

// changeTitle marks the runs that show the title in their search attributes.
const changeTitle = "show-title"

// showsTitle tells whether the run shows the title: those that began with an earlier release do not.
func showsTitle(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, changeTitle, workflow.DefaultVersion, 1) >= 1
}

func shownOf(s process.State) process.Shown {
	shown := process.Shown{
		Status: string(s.Status), WaitingOn: clip(strings.Join(s.WaitingOn, ", ")),
		LeadBuyer: clip(s.LeadBuyer), Title: clip(s.Title),
	}
	if phase, ok := s.Current(); ok {
		shown.Phase = string(phase)
	}
	if due, ok := s.FirstDue(); ok {
		shown.Deadline = due.At
	}
	return shown
}

// clip shortens a search attribute to fit its column of 255 characters.
func clip(s string) string {
	runes := []rune(s)
	if len(runes) <= 200 {
		return s
	}
	return string(runes[:199]) + "…"
}
