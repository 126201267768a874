package acts

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// expiresAfter is the age from which a command that waits is never carried out: the person who asked may have decided
// otherwise since, and an old request must not override that.
const expiresAfter = 15 * time.Minute

// RefuseWithoutRun answers a command that no run can take up, because its procurement has not started or has ended.
// answered is false when a run ought to be open, for which the command still waits, or when there is no such command.
func (a *Acts) RefuseWithoutRun(ctx context.Context, cmd models.Command) (answered bool, err error) {
	err = a.guarded(ctx, func(tx *store.Tx) error {
		c, err := enter(tx, cmd.ProcurementID, nil, cmd, false)
		if err != nil {
			return err
		}
		refusal := withoutRun(c.p.Status, cmd.Verb)
		if refusal == nil || c.cmd.Status == "" {
			return nil // it waits, or was lost before it was on disk: then whoever asks again writes it down again
		}
		answered = true
		answer := store.Answer{Status: process.CommandRefused, Refusal: refusal}
		first, err := tx.AnswerIfPending(cmd.ID, answer)
		if err != nil || !first {
			return err
		}
		return c.record(aboutAnswer(cmd, answer))
	})
	return answered && err == nil, err
}

func withoutRun(s models.Status, verb models.Verb) *models.Refusal {
	switch {
	case s.Ended():
		return models.Refuse(models.CodeEnded, "", "the procurement has ended: %s", s)
	case s == models.StatusDraft && verb != models.VerbStart:
		return models.Refuse(models.CodeNotRunning, "", "the procurement is a draft").Accepting("starting it first")
	}
	return nil
}

// ExpireCommand gives up a command that has waited for too long. expired is false while there is still time, or when
// the command has an outcome.
func (a *Acts) ExpireCommand(ctx context.Context, cmd models.Command) (expired bool, err error) {
	err = a.guarded(ctx, func(tx *store.Tx) error {
		if _, err := tx.LockProcurement(cmd.ProcurementID); err != nil {
			return err
		}
		expired, err = tx.ExpireCommand(cmd.ID, expiresAfter)
		return err
	})
	return expired, err
}
