package acts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// ErrOtherRelease means that the API wrote a command down that this worker is too old for: another
// worker, or this one after its update, will carry it out.
var ErrOtherRelease = errors.New("this release does not know the command")

// Execute carries out one command in one transaction and writes its outcome. A refusal is an outcome; so
// is a fault of ours: it is recorded with an ID that finds its cause in the log, and changes nothing.
// An error leaves the command without an outcome; [Retryable] tells whether another attempt may give it one.
func (a *Acts) Execute(ctx context.Context, in process.Execute) (process.Outcome, error) {
	var out process.Outcome
	err := a.guarded(ctx, func(tx *store.Tx) (err error) {
		out, err = a.execute(tx, in)
		return err
	})
	var broken *brokenDue
	switch refusal, refused := models.RefusalOf(err); {
	case err == nil:
		return out, nil
	case refused && !errors.As(err, &broken):
		return a.answer(ctx, in, store.Answer{Status: process.CommandRefused, Refusal: refusal})
	case errors.Is(err, store.ErrNoCommand), errors.Is(err, store.ErrNoProcurement), Retryable(err), ctx.Err() != nil,
		errors.As(err, new(*BehindError)):
		return out, err
	}
	fault := uuid.NewString()
	a.Log.ErrorContext(ctx, "command failed",
		"command", in.CommandID, "procurement", in.ProcurementID, "fault", fault, "error", err)
	if errors.As(err, &broken) {
		return a.answer(ctx, in, store.Answer{Status: process.CommandRefused, Refusal: broken.refusal(fault)})
	}
	return a.answer(ctx, in, store.Answer{Status: process.CommandFailed, FaultID: fault})
}

// Retryable tells whether an act that met this error may succeed later, unchanged.
func Retryable(err error) bool {
	return pg.IsRetryable(err) || errors.Is(err, ErrOtherRelease) || errors.Is(err, store.ErrBoxNotLocked)
}

// guarded runs f in one transaction and turns a panic into an error, so that a fault in one command
// harms nothing else.
func (a *Acts) guarded(ctx context.Context, f func(tx *store.Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in a transaction: %v", r)
		}
	}()
	return a.Store.InTx(ctx, f)
}

// execute locks what the command needs, in the order boxes, procurement, and runs it on what the locks keep unchanged.
// What is read before the locks only tells which locks to take.
func (a *Acts) execute(tx *store.Tx, in process.Execute) (process.Outcome, error) {
	s, err := tx.Summons(in.CommandID)
	if err != nil {
		return process.Outcome{}, err
	}
	if s.Command.ProcurementID != in.ProcurementID {
		return process.Outcome{}, store.ErrNoCommand
	}
	verb, known := verbOf(s.Command.Verb)
	if !known {
		return process.Outcome{}, fmt.Errorf("%w: verb %s", ErrOtherRelease, s.Command.Verb)
	}
	var boxes []models.ID
	if verb.boxes != nil {
		if boxes, err = verb.boxes(s); err != nil {
			return process.Outcome{}, err
		}
	}
	c, err := enter(tx, in.ProcurementID, boxes, s.Command, !verb.brief)
	if err != nil {
		return process.Outcome{}, err
	}
	if err := c.notBehind(in.Known); err != nil {
		return process.Outcome{}, err
	}
	c.step, c.address = in.Step, a.Address
	if c.cmd.Status != string(process.CommandPending) {
		return c.outcome(process.CommandStatus(c.cmd.Status))
	}
	if err := c.permit(verb); err != nil {
		return process.Outcome{}, err
	}
	return c.carryOut(verb)
}

func (c *call) carryOut(verb Verb) (process.Outcome, error) {
	result, err := verb.work.run(c)
	if err != nil {
		return process.Outcome{}, err
	}
	c.tx.SaveProcess(&c.p)
	if c.more {
		c.tx.StepCommand(c.cmd.ID)
		return c.outcome(process.CommandPending)
	}
	err = c.tx.AnswerCommand(c.cmd.ID, store.Answer{Status: process.CommandDone, Result: result, Version: c.p.Version})
	if err != nil {
		return process.Outcome{}, err
	}
	return c.outcome(process.CommandDone)
}

// answer records a refusal or a fault in a transaction of its own, after the one that met it was
// rolled back. If another attempt has answered meanwhile, that answer stands.
func (a *Acts) answer(ctx context.Context, in process.Execute, answer store.Answer) (process.Outcome, error) {
	var out process.Outcome
	err := a.guarded(ctx, func(tx *store.Tx) error {
		s, err := tx.Summons(in.CommandID)
		if err != nil {
			return err
		}
		c, err := enter(tx, in.ProcurementID, nil, s.Command, false)
		if err != nil {
			return err
		}
		c.step = in.Step
		answer = c.interrupted(answer)
		first, err := tx.AnswerIfPending(in.CommandID, answer)
		if err != nil {
			return err
		}
		if !first {
			out, err = c.outcome(process.CommandStatus(c.cmd.Status))
			return err
		}
		if answer.Status != process.CommandDone {
			if err := c.record(aboutAnswer(c.cmd, answer)); err != nil {
				return err
			}
		}
		out, err = c.outcome(answer.Status)
		return err
	})
	return out, err
}

// interrupted is the answer to a command that was stopped after some of its steps: they have taken
// effect, so it is done as far as it came, and asking again goes on from there.
func (c *call) interrupted(answer store.Answer) store.Answer {
	if c.cmd.Steps == 0 {
		return answer
	}
	return store.Answer{
		Status: process.CommandDone,
		Result: process.AdvanceResult{Now: c.now.UTC()}, Version: c.p.Version,
	}
}

// aboutAnswer tells of a command that was not carried out.
func aboutAnswer(cmd models.Command, answer store.Answer) event.Payload {
	if answer.Refusal != nil {
		return event.CommandRefused{CommandID: cmd.ID, Verb: cmd.Verb, Code: answer.Refusal.Code}
	}
	return event.CommandFailed{CommandID: cmd.ID, Verb: cmd.Verb, FaultID: answer.FaultID}
}
