package workflows

import (
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

// whileOpen does what falls due in phase until its round is over or the run should hand over.
func (p *procurement) whileOpen(ctx workflow.Context, phase models.Phase) error {
	round := p.state.Phase(phase)
	pause := time.Duration(0)
	for p.state.Phase(phase) == round && !p.rotate(ctx) {
		due, ok := p.state.NextDue(phase)
		if !ok {
			if err := workflow.Await(ctx, func() bool { return p.disturbed(ctx, phase, round, process.Due{}) }); err != nil {
				return err
			}
			continue
		}
		arrived, err := p.awaitDue(ctx, phase, round, due, pause)
		if err != nil {
			return err
		}
		if !arrived {
			pause = 0
			continue
		}
		if pause, err = p.runDue(ctx, due, pause); err != nil {
			return err
		}
	}
	return nil
}

// awaitDue waits for an instant of procedure time, or for a pause if that is longer. It answers false
// when something changed that makes the wait another one. A timer that is cancelled reports ready
// like one that fired, so the clock and the state decide, never the timer.
func (p *procurement) awaitDue(ctx workflow.Context, phase models.Phase, round process.PhaseState, due process.Due, pause time.Duration) (bool, error) {
	offset := p.state.ClockOffset
	until := due.At.Add(-offset)
	if notBefore := workflow.Now(ctx).Add(pause); until.Before(notBefore) {
		until = notBefore
	}
	disturbed := func() bool { return offset != p.state.ClockOffset || p.disturbed(ctx, phase, round, due) }
	if workflow.Now(ctx).Before(until) {
		timing, cancel := workflow.WithCancel(ctx)
		timer := workflow.NewTimerWithOptions(timing, until.Sub(workflow.Now(ctx)), workflow.TimerOptions{Summary: dueSummary(due)})
		err := workflow.Await(ctx, func() bool { return timer.IsReady() || disturbed() })
		cancel()
		if err != nil {
			return false, err
		}
	}
	return !disturbed() && !workflow.Now(ctx).Before(until), nil
}

// disturbed tells whether waiting for due in this round of phase is no longer the right thing to do.
func (p *procurement) disturbed(ctx workflow.Context, phase models.Phase, round process.PhaseState, due process.Due) bool {
	next, _ := p.state.NextDue(phase)
	return p.state.Phase(phase) != round || !next.Equal(due) || p.rotate(ctx)
}

// runDue has an activity do what is due, under the mutex, and answers how long to wait before the next
// attempt: what the database's clock says is left, or a growing pause after a failure.
func (p *procurement) runDue(ctx workflow.Context, due process.Due, pause time.Duration) (time.Duration, error) {
	if err := p.mutex.Lock(ctx); err != nil {
		return 0, err
	}
	defer p.mutex.Unlock()
	var out process.DueOutcome
	err := workflow.ExecuteActivity(p.transaction(ctx, dueSummary(due)), process.ActivityRunDue,
		process.RunDue{ProcurementID: p.in.ProcurementID, Due: due}).Get(ctx, &out)
	if err != nil {
		workflow.GetLogger(ctx).Error("what is due could not be done", "due", due.Kind, "subject", due.Subject, "error", err)
		return min(max(2*pause, firstPause), longPause), p.load(ctx)
	}
	p.adopt(ctx, out.State)
	if next, ok := p.state.NextDue(due.Phase); ok && next.Equal(due) && out.Wait == 0 {
		return min(max(2*pause, time.Second), longPause), nil // it should be done and is not: do not run hot
	}
	return out.Wait, nil
}

var dueSummaries = map[process.DueKind]string{
	process.DueCloseLot:          "receipt of tenders ends",
	process.DueCloseConsultation: "market consultation ends",
	process.DueBulletin:          "market to be informed again",
	process.DueStandstill:        "standstill ends",
}

// dueSummary names a due instant for the Temporal UI; the subject's last digits tell lots apart.
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
