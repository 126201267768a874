package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// The pauses after a due activity failed: the record is out of reach, or what is due meets a fault.
const (
	firstPause = 15 * time.Second
	longPause  = time.Hour
)

// whileOpen does what falls due in phase until its round is over or the run should hand over. What meets a fault is put
// off and tried again later, while the rest is done on time.
func (p *procurement) whileOpen(ctx workflow.Context, phase models.Phase) error {
	round := p.state.Phase(phase)
	var putOff delays
	for p.state.Phase(phase) == round && !p.rotate(ctx) {
		next, ok := putOff.next(p.state, phase)
		if !ok {
			disturbed := func() bool { return p.disturbed(ctx, phase, round, putOff, wait{}) }
			if err := workflow.Await(ctx, disturbed); err != nil {
				return err
			}
			continue
		}
		arrived, err := p.awaitDue(ctx, phase, round, putOff, next)
		if err != nil {
			return err
		}
		if !arrived {
			continue
		}
		pause, err := p.runDue(ctx, next.due, next.pause)
		if err != nil {
			return err
		}
		putOff = putOff.with(p.state, delay{
			due: next.due, offset: p.state.ClockOffset, pause: pause, until: workflow.Now(ctx).Add(pause),
		})
	}
	return nil
}

// A delay says that something due is tried again no sooner than until, a real instant. It applies only while the clock
// offset is the same.
type delay struct {
	due    process.Due
	offset time.Duration
	pause  time.Duration
	until  time.Time
}

// delays are what was put off.
type delays []delay

// with adds or replaces a delay, removes it if its pause is 0, and drops those of what is no longer due.
func (all delays) with(s process.State, d delay) delays {
	var kept delays
	for _, earlier := range all {
		if !earlier.due.Equal(d.due) && slices.ContainsFunc(s.Due, earlier.due.Equal) {
			kept = append(kept, earlier)
		}
	}
	if d.pause > 0 && slices.ContainsFunc(s.Due, d.due.Equal) {
		kept = append(kept, d)
	}
	return kept
}

// A wait is for something due until a real instant: its own, or a later one after a pause.
type wait struct {
	due   process.Due
	until time.Time
	pause time.Duration
}

func (w wait) equal(other wait) bool { return w.due.Equal(other.due) && w.until.Equal(other.until) }

// next returns what to wait for in a phase; false: nothing.
func (all delays) next(s process.State, phase models.Phase) (wait, bool) {
	var next wait
	found := false
	for _, due := range s.Due {
		if due.Phase != phase {
			continue
		}
		w := wait{due: due, until: due.At.Add(-s.ClockOffset)}
		for _, d := range all {
			if d.due.Equal(due) && d.offset == s.ClockOffset && d.until.After(w.until) {
				w.until, w.pause = d.until, d.pause
			}
		}
		if !found || w.until.Before(next.until) {
			next, found = w, true
		}
	}
	return next, found
}

// awaitDue waits for an instant. It returns false when a change has made the wait obsolete. A timer that is cancelled
// reports ready like one that fired, so the clock and the state decide, never the timer.
func (p *procurement) awaitDue(
	ctx workflow.Context, phase models.Phase, round process.PhaseState, putOff delays, w wait,
) (bool, error) {
	disturbed := func() bool { return p.disturbed(ctx, phase, round, putOff, w) }
	if workflow.Now(ctx).Before(w.until) {
		timing, cancel := workflow.WithCancel(ctx)
		timer := workflow.NewTimerWithOptions(timing, w.until.Sub(workflow.Now(ctx)), workflow.TimerOptions{
			Summary: process.Clip(dueSummary(w.due), process.LongestSummary),
		})
		err := workflow.Await(ctx, func() bool { return timer.IsReady() || disturbed() })
		cancel()
		if err != nil {
			return false, err
		}
	}
	return !disturbed() && !workflow.Now(ctx).Before(w.until), nil
}

// disturbed tells whether waiting for w in this round of phase is no longer the right thing to do.
func (p *procurement) disturbed(
	ctx workflow.Context, phase models.Phase, round process.PhaseState, putOff delays, w wait,
) bool {
	next, _ := putOff.next(p.state, phase)
	return p.state.Phase(phase) != round || !next.equal(w) || p.rotate(ctx)
}

// runDue does what is due in an activity, under the mutex, and returns how long to wait before the next attempt: what
// the database's clock says is left, or a growing pause after a failure.
func (p *procurement) runDue(ctx workflow.Context, due process.Due, pause time.Duration) (time.Duration, error) {
	if err := p.mutex.Lock(ctx); err != nil {
		return 0, err
	}
	defer p.mutex.Unlock()
	var out process.DueOutcome
	err := p.act(ctx, string(due.Kind), process.ActivityRunDue, dueSummary(due),
		process.RunDue{ProcurementID: p.in.ProcurementID, Due: due, Known: p.known()}, &out)
	if recordBehind(err) {
		return min(max(2*pause, firstPause), longPause), nil
	}
	if err != nil {
		workflow.GetLogger(ctx).Error("what is due could not be done",
			"due", due.Kind, "subject", due.Subject, "error", err)
		p.doubt(ctx)
		return min(max(2*pause, firstPause), longPause), nil
	}
	p.adopt(ctx, out.State)
	if out.Wait == 0 && slices.ContainsFunc(p.state.Due, due.Equal) {
		return min(max(2*pause, time.Second), longPause), nil // it should be done and is not: do not spin
	}
	return out.Wait, nil
}

var dueSummaries = map[process.DueKind]string{
	process.DueCloseBox:          "receipt of tenders ends",
	process.DueCloseConsultation: "market consultation ends",
	process.DueBulletin:          "market to be informed again",
	process.DueAnswers:           "last day for answers ends",
	process.DueOpenerTest:        "openers show that they can open",
	process.DueStandstill:        "standstill ends",
}

// dueSummary names a due instant for the Temporal UI; the label tells lots apart.
func dueSummary(due process.Due) string {
	text, ok := dueSummaries[due.Kind]
	if !ok {
		text = string(due.Kind)
	}
	if due.Label != "" {
		text = due.Label + ": " + text
	}
	return text
}
