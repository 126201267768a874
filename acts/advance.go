package acts

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// advanceSteps is the most due instants that one command passes.
const advanceSteps = 100

// advance moves a rehearsal's clock to the next due instant and does what is due, or to the end when
// nothing falls due before it. The workflow repeats it until More is false.
func advance(c *call, in process.Advance) (*process.AdvanceResult, error) {
	if err := c.mayAdvance(in.To); err != nil {
		return nil, err
	}
	before, _, _, err := c.position()
	if err != nil {
		return nil, err
	}
	due, ok := before.FirstDue()
	if !ok || due.At.After(in.To) {
		if err := c.moveClock(in.To); err != nil {
			return nil, err
		}
		return c.reached(true)
	}
	if due.At.After(c.now) {
		if err := c.moveClock(due.At); err != nil {
			return nil, err
		}
	}
	if err := c.attempt(due); err != nil {
		return nil, err
	}
	after, err := c.rounds()
	if err != nil {
		return nil, err
	}
	if boundary(before, process.State{Status: c.p.Status, Phases: phasesOf(after)}) || c.step+1 >= advanceSteps {
		return c.reached(false)
	}
	c.more = true
	return nil, nil //nolint:nilnil // the result comes with the last step
}

// A brokenDue is something due that met a fault. The clock stops there, because what follows could depend on it.
type brokenDue struct {
	due process.Due
	err error
}

func (b *brokenDue) Error() string { return fmt.Sprintf("do what is due, %s: %v", b.due.Kind, b.err) }
func (b *brokenDue) Unwrap() error { return b.err }

// refusal names what is in the way of the clock, and where its cause is found.
func (b *brokenDue) refusal(fault string) *models.Refusal {
	what := string(b.due.Kind)
	if b.due.Label != "" {
		what += " (" + b.due.Label + ")"
	}
	return models.Refuse(models.CodeDueBroken, "/to",
		"%s is due at %s but failed; the log explains it under %s", what, rfc3339(b.due.At), fault).
		Accepting("an instant before that; a later one after the people who run the platform have repaired the fault")
}

// attempt does one due thing. A fault in it is a [brokenDue].
func (c *call) attempt(due process.Due) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
		if err != nil {
			err = &brokenDue{due, err}
		}
	}()
	if err := c.runDue(due); err != nil {
		return err
	}
	return c.tx.Flush() // a fault in what it wrote counts as its own
}

func (c *call) mayAdvance(to time.Time) error {
	if c.p.Mode != models.ModeRehearsal {
		return models.Refuse(models.CodeLiveClock, "", "only the clock of a rehearsal can be moved").
			Accepting("a procurement whose mode is rehearsal")
	}
	if err := calendar.CheckAhead("/to", to, c.now); err != nil { // the clock never goes back
		return err
	}
	if to.Before(c.now) && c.cmd.Steps == 0 {
		return models.Refuse(models.CodeClockBackwards, "/to",
			"procedure time is already %s", c.now.Format(time.RFC3339)).
			Accepting("that instant or a later one")
	}
	return nil
}

// moveClock moves procedure time to at. All open boxes are locked, so nobody hands in meanwhile.
func (c *call) moveClock(at time.Time) error {
	if !at.After(c.now) {
		return nil
	}
	r, err := c.reading(false)
	if err != nil {
		return err
	}
	for _, lot := range r.Dossier.Tendering.Lots {
		if lot.Open() {
			if err := c.tx.HasLocked(lot.Box().ID); err != nil {
				return err
			}
		}
	}
	c.p.ClockOffset += at.Sub(c.now).Microseconds()
	c.now = at
	return c.note(event.ClockAdvanced{To: at.UTC()}, nil)
}

func (c *call) reached(all bool) (*process.AdvanceResult, error) {
	return &process.AdvanceResult{Now: c.now.UTC(), Reached: all}, nil
}

func boundary(before, after process.State) bool {
	was, _ := before.Current()
	is, _ := after.Current()
	return was != is || after.Status.Ended()
}
