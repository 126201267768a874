package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// details describes the procurement in Markdown, as lists: the Temporal UI runs the cells of a table together.
func details(s process.State) string {
	var b strings.Builder
	if s.Title != "" {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", inline(s.Title), inline(strings.Join(s.Buyers, " · ")))
	}
	fmt.Fprintf(&b, "**%s**", statusText(s))
	if s.Mode == models.ModeRehearsal {
		b.WriteString(" – *a rehearsal, nothing is published*")
	}
	b.WriteString("\n\n### Phases\n\n")
	for _, phase := range models.Phases() {
		b.WriteString("- " + phaseText(s, phase) + "\n")
	}
	if len(s.WaitingOn) > 0 {
		b.WriteString("\n### Awaited\n\n")
		for _, awaited := range s.WaitingOn {
			b.WriteString("- " + inline(awaited) + "\n")
		}
	}
	if len(s.Due) > 0 {
		b.WriteString("\n### Deadlines, in procedure time\n\n")
		for _, d := range s.Due {
			fmt.Fprintf(&b, "- **%s:** %s\n", inline(dueSummary(d)), dueText(d, s.Zone))
		}
	}
	return b.String()
}

// inline keeps what people wrote from being read as Markdown.
func inline(text string) string { return markdown.Replace(strings.Join(strings.Fields(text), " ")) }

var markdown = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;",
	"#", `\#`, "|", `\|`, "!", `\!`, "~", `\~`,
)

func statusText(s process.State) string {
	if phase, ok := s.Current(); ok && s.Status == models.StatusRunning {
		return "In the phase " + string(phase)
	}
	return "The procurement is " + string(s.Status)
}

var phaseStatus = map[models.PhaseStatus]string{
	models.PhasePending: "not begun", models.PhaseOpen: "open", models.PhaseClosed: "closed",
}

// phaseText says where a phase stands and, if it is open, what was last known of its gate.
func phaseText(s process.State, phase models.Phase) string {
	at := s.Phase(phase)
	status, ok := phaseStatus[at.Status]
	if !ok {
		status = string(at.Status)
	}
	text := fmt.Sprintf("**%s:** %s", phase, status)
	if at.Round > 1 {
		text += fmt.Sprintf(", round %d", at.Round)
	}
	if g, known := s.Gate(phase); known && at.Status == models.PhaseOpen {
		text += " – " + gateText(g)
	}
	return text
}

// gateText sums up a gate. Content written since may have changed it, so the text says as of when.
func gateText(g process.GateState) string {
	text := fmt.Sprintf("gate %d of %d met", g.Met, g.Total)
	if len(g.Missing) > 0 {
		var missing []string
		for _, code := range g.Missing {
			missing = append(missing, strings.ReplaceAll(code, "_", " "))
		}
		slices.Sort(missing)
		text += ", missing: " + strings.Join(slices.Compact(missing), ", ")
	}
	return text + " (as of " + g.At.UTC().Format("2 Jan 2006, 15:04") + " UTC)"
}

// dueText shows an instant as clocks in the zone show it, and in UTC.
func dueText(d process.Due, zone string) string {
	utc := d.At.UTC()
	local, err := time.Parse(time.RFC3339, d.Local)
	if err != nil {
		return utc.Format(dateAndTime) + " UTC"
	}
	inUTC := utc.Format("15:04")
	if utc.Format(time.DateOnly) != local.Format(time.DateOnly) {
		inUTC = utc.Format(dateAndTime)
	}
	return fmt.Sprintf("%s %s (%s UTC)", local.Format(dateAndTime), inline(zone), inUTC)
}

const dateAndTime = "Mon 2 Jan 2006, 15:04"
