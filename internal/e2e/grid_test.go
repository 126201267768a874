package e2e

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// The grid plays every phase in every way that can befall it. An empty cell fails; one that cannot be
// played carries the reason.

// A story fills a phase so that its gate is met.
var stories = map[models.Phase]func(*bundle, *testing.T){
	models.PhaseNeeds:         (*bundle).writeNeeds,
	models.PhaseCapacity:      (*bundle).buildCapacity,
	models.PhaseConsultation:  (*bundle).consultMarket,
	models.PhaseEngagement:    (*bundle).engageMarket,
	models.PhaseSpecification: (*bundle).specify,
	models.PhaseTender:        (*bundle).writeTender,
}

// A way is one column of the grid.
type way struct {
	name string
	// impossible says why the way cannot be played in a phase; empty: it can.
	impossible func(models.Phase) string
	options    options
	play       func(t *testing.T, b *bundle, phase models.Phase)
}

func ways() []way {
	return []way{
		{"happy", nil, options{}, playHappy},
		{"backtrack", noEarlierPhase, options{}, playBacktrack},
		{"suspend", nil, options{}, playSuspend},
		{"cancel", nil, options{}, playCancel},
		{"member leaves", nil, options{}, playLeave},
		{"worker killed", nil, options{noWorker: true}, playKilled},
		{"rotated", nil, options{maxEvents: 30}, playRotated},
		{"cache 0", nil, options{noWorker: true}, playUncached},
	}
}

// neverPlayed are the phases whose content is not built yet, with the reason.
var neverPlayed = map[models.Phase]string{}

func TestGrid(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	cells := map[string]string{}
	t.Cleanup(func() { printGrid(t, cells) })
	for _, phase := range models.Phases() {
		for _, w := range ways() {
			cell := string(phase) + " × " + w.name
			t.Run(cell, func(t *testing.T) {
				t.Parallel()
				outcome := "failed"
				defer func() {
					mu.Lock()
					defer mu.Unlock()
					cells[cell] = outcome
				}()
				if reason := whyNot(phase, w); reason != "" {
					outcome = reason
					return
				}
				o := w.options
				o.draft = rig.Draft{Mode: models.ModeRehearsal, Countries: []string{"FR", "ES", "DE"}}
				b := setup(t, o)
				w.play(t, b, phase)
				outcome = "played"
			})
		}
	}
}

func whyNot(phase models.Phase, w way) string {
	if reason, ok := neverPlayed[phase]; ok {
		return reason
	}
	if w.impossible != nil {
		return w.impossible(phase)
	}
	return ""
}

func printGrid(t *testing.T, cells map[string]string) {
	t.Helper()
	var b strings.Builder
	var notes []string
	fmt.Fprintf(&b, "\n%-15s", "")
	for _, w := range ways() {
		fmt.Fprintf(&b, "%-15s", w.name)
	}
	for _, phase := range models.Phases() {
		fmt.Fprintf(&b, "\n%-15s", phase)
		for _, w := range ways() {
			outcome := cells[string(phase)+" × "+w.name]
			if outcome == "" && partial() {
				outcome = "(not run)"
			}
			require.NotEmpty(t, outcome, "the cell %s × %s is empty", phase, w.name)
			if outcome != "played" && outcome != "failed" && outcome != "(not run)" {
				notes = append(notes, fmt.Sprintf("%s × %s: %s", phase, w.name, outcome))
				outcome = "– (" + strconv.Itoa(len(notes)) + ")"
			}
			fmt.Fprintf(&b, "%-15s", outcome)
		}
	}
	for i, note := range notes {
		fmt.Fprintf(&b, "\n(%d) %s", i+1, note)
	}
	b.WriteString("\n")
	if file := os.Getenv("PPI_TEST_GRID"); file != "" { // make test prints it: go test is silent about what passes
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	}
	t.Log(b.String())
}

// partial tells whether only some of the cells were asked for.
func partial() bool { return strings.Contains(flag.Lookup("test.run").Value.String(), "/") }

// needed are the phases that must be over before a phase can be played: those before it, and beside it
// what the tender waits for.
func needed(phase models.Phase) []models.Phase {
	switch phase {
	case models.PhaseEngagement:
		return []models.Phase{models.PhaseNeeds}
	case models.PhaseCapacity:
		return nil
	case models.PhaseTender:
		return []models.Phase{
			models.PhaseNeeds, models.PhaseConsultation, models.PhaseCapacity,
			models.PhaseSpecification,
		}
	default:
		main := models.MainPhases()
		return main[:slices.Index(main, phase)]
	}
}

// reach starts the procurement and brings it to where the phase is open.
func (b *bundle) reach(t *testing.T, phase models.Phase) {
	t.Helper()
	b.act(t, b.Lead, models.VerbStart, nil)
	for _, before := range needed(phase) {
		stories[before](b, t)
		b.approve(t, before)
	}
	b.requirePhase(t, phase, "open")
}

func (b *bundle) requirePhase(t *testing.T, phase models.Phase, status string) {
	t.Helper()
	_, found := b.phase(t, phase)
	require.Equal(t, status, found, "%s", phase)
}

func playHappy(t *testing.T, b *bundle, phase models.Phase) {
	t.Helper()
	b.playThrough(t, phase)
	if phase.Main() {
		b.saveLastRun(t, string(phase)+"-happy")
	}
}

func (b *bundle) playThrough(t *testing.T, phase models.Phase) {
	t.Helper()
	b.reach(t, phase)
	stories[phase](b, t)
	b.approve(t, phase)
	b.requirePhase(t, phase, "closed")
}

// playRotated plays with runs that hand over within phases. What a phase that runs beside the main ones does is
// saved from here, because elsewhere its end is not the end of a run.
func playRotated(t *testing.T, b *bundle, phase models.Phase) {
	t.Helper()
	b.playThrough(t, phase)
	require.Greater(t, len(b.runs(t)), 1+len(needed(phase)), "no run handed over within a phase")
	if !phase.Main() {
		b.saveHistories(t, string(phase)+"-rotated")
	}
}

func noEarlierPhase(phase models.Phase) string {
	if phase == models.PhaseNeeds || phase == models.PhaseCapacity {
		return "it opens first: there is no earlier phase to return to"
	}
	return ""
}

func playBacktrack(t *testing.T, b *bundle, phase models.Phase) {
	t.Helper()
	if !phase.Main() {
		b.reach(t, models.PhaseConsultation)
	} else {
		b.reach(t, phase)
	}
	b.move(t, models.VerbReturn, map[string]any{"to": "needs", "reason": "the need has changed"})
	round, status := b.phase(t, models.PhaseNeeds)
	require.Equal(t, 2, round)
	require.Equal(t, "open", status)
	b.requirePhase(t, phase, "superseded")
	b.requirePhase(t, models.PhaseCapacity, map[bool]string{
		true:  "closed",
		false: "open",
	}[slices.Contains(needed(phase), models.PhaseCapacity)])
	b.saveLastRun(t, string(phase)+"-backtrack")
}

func playSuspend(t *testing.T, b *bundle, phase models.Phase) {
	t.Helper()
	b.reach(t, phase)
	b.suspend(t)
	g := b.gate(t, phase)
	b.refused(t, models.CodeSuspended, b.Buyers[0].Board, models.VerbVote,
		map[string]any{"phase": phase, "digest": g.Digest, "choice": "abstain"})
	b.move(t, models.VerbResume, map[string]any{"reason": "it goes on"})
	stories[phase](b, t)
	b.approve(t, phase)
	b.requirePhase(t, phase, "closed")
}

func playCancel(t *testing.T, b *bundle, phase models.Phase) {
	t.Helper()
	b.reach(t, phase)
	b.move(t, models.VerbCancel, map[string]any{"code": "chan-need", "reason": "the need is gone"})
	require.Equal(t, "cancelled", b.status(t))
	b.refused(t, models.CodeEnded, b.Buyers[0].Board, models.VerbCancel,
		map[string]any{"code": "other", "reason": "again"})
	b.awaitClosed(t)
	b.saveLastRun(t, string(phase)+"-cancelled")
}

func playLeave(t *testing.T, b *bundle, phase models.Phase) {
	t.Helper()
	b.reach(t, phase)
	before := b.gate(t, phase)
	result := b.act(t, b.Buyers[2].Board, models.VerbLeave, map[string]any{"reason": "no budget"})
	require.Contains(t, result, "eligible")
	require.NotEqual(t, before.Digest, b.gate(t, phase).Digest, "who left changes what is approved")
	b.Buyers = b.Buyers[:2]
	stories[phase](b, t)
	b.approve(t, phase)
	b.requirePhase(t, phase, "closed")
}

// playKilled kills the worker in the activity of the vote that closes the phase.
func playKilled(t *testing.T, b *bundle, phase models.Phase) {
	t.Helper()
	kill := b.spawn(t, b.ownWorker())
	b.reach(t, phase)
	stories[phase](b, t)
	g := b.gate(t, phase)
	last := len(b.Buyers) - 1
	vote := map[string]any{"phase": phase, "digest": g.Digest, "choice": "approve"}
	for _, buyer := range b.Buyers[:last] {
		b.act(t, buyer.Board, models.VerbVote, vote)
	}
	row := b.holdRow(t)
	answered := b.inBackground(t, b.Buyers[last].Board, models.VerbVote, vote)
	b.awaitCaught(t)
	kill()
	row.release(t)
	b.spawn(t, b.ownWorker())
	require.NoError(t, <-answered)
	b.requirePhase(t, phase, "closed")
}

func playUncached(t *testing.T, b *bundle, phase models.Phase) {
	t.Helper()
	w := b.ownWorker()
	w.Uncached = true
	b.spawn(t, w)
	b.playThrough(t, phase)
}

// advance moves the rehearsal's clock, in as many calls as it takes.
func (b *bundle) advance(t *testing.T, to time.Time) {
	t.Helper()
	for {
		result := b.act(t, b.Lead, models.VerbAdvance, map[string]any{"to": to})
		if result["reached"] == true {
			return
		}
	}
}

// now is the procedure time.
func (b *bundle) now(t *testing.T) time.Time {
	t.Helper()
	var p struct {
		Now time.Time `json:"now"`
	}
	b.get(t, b.Lead, "", &p)
	return p.Now
}
