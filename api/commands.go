package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// patience is how long a caller waits for the outcome of a command; writing it down and reading its outcome come on
// top, within the time of the request. A command that has no outcome by then may still be carried out; the caller gets
// its outcome by repeating the request.
const patience = 25 * time.Second

// startPause is how long a start waits before it tries again, so that the run of a refused start can end.
const startPause = 50 * time.Millisecond

// A CommandInput asks the process of a procurement for something. The verb says what its body must be.
type CommandInput struct {
	ProcurementPath
	Body json.RawMessage
}

// A CommandAnswer answers a command that was carried out. Its body is the view that the verb gives.
type CommandAnswer struct {
	Status   int
	ETag     string `header:"ETag" doc:"The procurement's version after the command"`
	Replayed string `header:"Idempotent-Replayed" doc:"true when the command had been carried out before"`
	Body     any
}

// act makes the operation of a verb: its payload is written down as a command, carried out by the procurement's
// workflow, and answered with its result.
func (s *server) act(verb acts.Verb) rest.Operation {
	return rest.Post(ofProcurement+"/actions/"+string(verb.Name), rest.Roles(verb.By...), verb.Summary,
		func(ctx context.Context, in *CommandInput) (*CommandAnswer, error) {
			began := time.Now()
			payload, err := readPayload(verb, in.Body)
			if err != nil {
				return nil, err
			}
			cmd, replayed, err := s.command(ctx, verb, payload)
			s.observe(cmd, replayed, time.Since(began))
			if err != nil {
				return nil, err
			}
			return answerTo(verb, cmd, replayed)
		}, rest.Conditional(), rest.KeepsOutcome(), rest.Answers(http.StatusOK),
		rest.Takes(rest.SchemaOf(verb.Payload())), rest.Gives(rest.SchemaOf(verb.View())))
}

// readPayload turns the body of a request into the payload that is written down.
func readPayload(verb acts.Verb, body []byte) ([]byte, error) {
	in, err := verb.Read(body)
	if err != nil {
		return nil, rest.DoesNotFit()
	}
	payload, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("render payload of %s: %w", verb.Name, err)
	}
	return payload, nil
}

// command writes a command down, has it carried out, and reads its outcome from the record. A repeated request is
// answered from the record, however long ago the first one was. With an error comes the command as far as it is known.
func (s *server) command(ctx context.Context, verb acts.Verb, payload []byte) (models.Command, bool, error) {
	cmd, repeated, err := s.acts.Ask(ctx, rest.By(ctx), verb, payload)
	switch {
	case err != nil:
		return cmd, false, err
	case !acts.Pending(cmd):
		return cmd, true, nil
	}
	silence := s.carryOut(ctx, cmd)
	known, err := s.views.Command(ctx, cmd.ID)
	if err == nil {
		err = acts.RefuseReuse(known, cmd.Fingerprint) // it was lost, and its ID was used again meanwhile
	}
	switch {
	case err == nil && !acts.Pending(known):
		return known, repeated, nil // also if the answer of the run was lost
	case silence != nil:
		return cmd, repeated, silence
	case err != nil:
		return cmd, repeated, err
	}
	known, err = s.carryOutAnew(ctx, known)
	return known, repeated, err
}

// carryOutAnew sends a command whose outcome the run knows and the record does not: it was carried out before the
// record was restored from a backup.
func (s *server) carryOutAnew(ctx context.Context, cmd models.Command) (models.Command, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := s.engine.Anew(waiting, cmd)
	if err := s.unanswered(ctx, cmd, err); err != nil {
		return cmd, err
	}
	known, err := s.views.Command(ctx, cmd.ID)
	if err != nil {
		return cmd, err
	}
	return known, nil
}

// carryOut sends a command that is written down to the procurement's run and returns once it has an
// outcome in the record.
func (s *server) carryOut(ctx context.Context, cmd models.Command) error {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if cmd.Verb == models.VerbStart {
		return s.unanswered(ctx, cmd, s.start(waiting, cmd))
	}
	_, err := s.engine.Command(waiting, cmd)
	return s.unanswered(ctx, cmd, err)
}

// start starts the run and sends it the command. The open run may be one that refused another start and now ends. If it
// ends before the command arrives, start tries again with a new run.
func (s *server) start(ctx context.Context, cmd models.Command) error {
	for {
		if err := s.startRun(ctx, cmd.ProcurementID); err != nil {
			return err
		}
		_, err := s.engine.Command(ctx, cmd)
		if !errors.Is(err, engine.ErrNotRunning) {
			return err
		}
		select {
		case <-ctx.Done():
			return engine.ErrUnavailable
		case <-time.After(startPause):
		}
	}
}

func (s *server) startRun(ctx context.Context, procurement models.ID) error {
	title, buyers, err := s.views.Face(ctx, procurement)
	if err != nil {
		return err
	}
	return s.engine.Start(ctx, procurement, title, buyers)
}

// unanswered turns silence of the engine into something the caller can act on. When no run is open, the record knows
// why. The command stays pending only when a run should be open and is not.
func (s *server) unanswered(ctx context.Context, cmd models.Command, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, engine.ErrNotRunning):
		return s.refuseWithoutRun(ctx, cmd, err)
	case errors.Is(err, engine.ErrRecordBehind):
		return recordBehind()
	case errors.Is(err, engine.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		s.log.WarnContext(ctx, "command without an answer", "command", cmd.ID, "verb", cmd.Verb, "cause", err)
		return notAnswered()
	}
	return err
}

func notAnswered() *models.Refusal {
	return models.Refuse(models.CodeUnavailable, "", "the command has no outcome yet").
		Accepting("the same request with the same Idempotency-Key: the command is carried out only once")
}

// recordBehind says what only the people who run the platform can put right.
func recordBehind() *models.Refusal {
	return models.Refuse(models.CodeRecordBehind, "",
		"the record was restored from a backup that is older than what had been decided: nothing is carried out on it").
		Accepting("the same request with the same Idempotency-Key, after the people who run the platform have run " +
			"ppi recover")
}

// refuseWithoutRun answers, from the record, a command that no run takes up. When a run ought to be open, the command
// stays pending: the reconcile schedule starts the run again and sends the command.
func (s *server) refuseWithoutRun(ctx context.Context, cmd models.Command, cause error) error {
	if _, err := s.acts.AskAgain(ctx, cmd); err != nil {
		return err
	}
	answered, err := s.acts.RefuseWithoutRun(ctx, cmd)
	switch {
	case err != nil, answered:
		return err
	case errors.Is(cause, engine.ErrEnded):
		return recordBehind() // the run ended because the procurement had, and the record does not know it any more
	}
	return notAnswered()
}

// observe counts a command that was written down, once: not its repeats.
func (s *server) observe(cmd models.Command, replayed bool, took time.Duration) {
	if s.observer == nil || cmd.ID == "" || replayed {
		return
	}
	s.observer.Command(cmd.Verb, outcomes[process.CommandStatus(cmd.Status)], took)
}

// outcomes are the outcomes of commands in metrics.
var outcomes = map[process.CommandStatus]string{
	process.CommandDone: "completed", process.CommandRefused: "refused", process.CommandFailed: "failed",
	process.CommandExpired: "expired", process.CommandPending: "unanswered",
}

func answerTo(verb acts.Verb, cmd models.Command, replayed bool) (*CommandAnswer, error) {
	switch process.CommandStatus(cmd.Status) {
	case process.CommandRefused:
		return nil, cmd.Refusal
	case process.CommandExpired:
		return nil, models.Refuse(models.CodeExpired, "", "the command expired: it was not carried out").
			Accepting("the same request with a new Idempotency-Key")
	case process.CommandFailed:
		return nil, rest.KnownFault(cmd.FaultID)
	case process.CommandPending:
		return nil, notAnswered()
	case process.CommandDone:
	}
	view, err := verb.Show(cmd)
	if err != nil {
		return nil, err
	}
	answer := &CommandAnswer{Status: http.StatusOK, ETag: rest.ETag(cmd.Version), Body: view}
	if replayed {
		answer.Replayed = "true"
	}
	return answer, nil
}
