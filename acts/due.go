package acts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// dues is the table of what happens by itself at an instant.
var dues = map[process.DueKind]func(c *call, due process.Due) error{
	process.DueCloseBox:   closeDue,
	process.DueAnswers:    answersOver,
	process.DueStandstill: endStandstill,
	process.DueOpenerTest: testOpeners,

	process.DueCloseConsultation: closeConsultation,
	process.DueBulletin:          bulletinOverdue,
}

// RunDue does what has fallen due. The database's clock decides whether it has: when it has not, the
// answer says how long is left and nothing is done.
func (a *Acts) RunDue(ctx context.Context, in process.RunDue) (process.DueOutcome, error) {
	var out process.DueOutcome
	err := a.guarded(ctx, func(tx *store.Tx) (err error) {
		out, err = runDueTx(tx, in)
		return err
	})
	return out, err
}

func runDueTx(tx *store.Tx, in process.RunDue) (process.DueOutcome, error) {
	out := process.DueOutcome{Due: in.Due}
	var boxes []models.ID
	if in.Due.Kind == process.DueCloseBox || in.Due.Kind == process.DueAnswers {
		boxes = []models.ID{in.Due.Subject}
	}
	c, err := enter(tx, in.ProcurementID, boxes, models.Command{}, false)
	if err != nil {
		return out, err
	}
	if err := c.notBehind(in.Known); err != nil {
		return out, err
	}
	if out.State, err = c.state(); err != nil {
		return out, err
	}
	if !slices.ContainsFunc(out.State.Due, in.Due.Equal) {
		return out, nil // moved or done meanwhile: the state says what to wait for
	}
	if left := in.Due.At.Sub(c.now); left > 0 {
		out.Wait = max(left, time.Millisecond)
		return out, nil
	}
	if err := c.runDue(in.Due); err != nil {
		return out, err
	}
	tx.SaveProcess(&c.p)
	c.seen = nil // it was read before the change
	out.State, err = c.state()
	return out, err
}

// runDue does one due thing within the call.
func (c *call) runDue(due process.Due) error {
	run, known := dues[due.Kind]
	if !known {
		return fmt.Errorf("this release does not know what to do when %s is due", due.Kind)
	}
	return run(c, due)
}

// longestLabel bounds a label, in bytes, and leaves room for what else is in a summary.
const longestLabel = process.LongestSummary * 3 / 5

// nameOf names a lot for people: by its number and by its title.
func (c *call) nameOf(lot models.Lot) string {
	name := fmt.Sprintf("lot %d", lot.Number)
	title := lot.Title.In("", c.p.Languages...)
	if title == "" {
		return name
	}
	return process.Clip(name+", "+title, longestLabel)
}

// dueOf lists what falls due by itself, earliest first. Suspension stops our acts, never a published
// deadline: a box closes on time.
func (c *call) dueOf(r store.Reading) ([]process.Due, error) {
	all, err := c.marketDues(r)
	if err != nil {
		return nil, err
	}
	for _, lot := range r.Dossier.Tendering.Lots {
		due := process.Due{Phase: models.PhaseTender, Subject: lot.ID, Label: c.nameOf(lot)}
		award := r.Dossier.Tendering.Awards[lot.ID]
		switch {
		case !lot.Running():
			continue
		case lot.Open():
			due.Kind, due.Subject, due.At = process.DueCloseBox, lot.Box().ID, lot.Box().Deadline.UTC()
			if over, waits := answersLimit(r, lot.Box()); waits {
				answers := due
				answers.Kind, answers.At = process.DueAnswers, over
				all = append(all, answers)
			}
			if at, openers := openerTestAt(r.Dossier.Tendering.Tests, lot.Box()); len(openers) > 0 {
				test := due
				test.Kind, test.At = process.DueOpenerTest, at
				all = append(all, test)
			}
		case award.StandstillUntil != nil && award.StandstillOverAt == nil:
			due.Kind, due.At = process.DueStandstill, award.StandstillUntil.UTC()
		default:
			continue
		}
		all = append(all, due)
	}
	slices.SortStableFunc(all, func(a, b process.Due) int { return a.At.Compare(b.At) })
	return all, nil
}

// answersLimit is when the time for answers about a box is over; false: it was looked at, or is not before the
// deadline.
func answersLimit(r store.Reading, box models.Box) (time.Time, bool) {
	for _, limit := range r.Answers {
		if limit.BoxID == box.ID && limit.DueAt.Before(box.Deadline) {
			return limit.DueAt.UTC(), true
		}
	}
	return time.Time{}, false
}
