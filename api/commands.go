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

// patience is how long a caller is kept waiting for a command's outcome. What is not answered by then
// goes on; repeating the request answers with the outcome.
const patience = 25 * time.Second

// startPause is how long a start waits for the run of a refused one to end.
const startPause = 50 * time.Millisecond

// A CommandInput asks something of the process of a procurement. What its body must be, the verb says.
type CommandInput struct {
	ProcurementPath
	Body json.RawMessage
}

// A CommandAnswer answers a command that was carried out, by the view that its verb gives.
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
			payload, err := readPayload(verb, in.Body)
			if err != nil {
				return nil, err
			}
			cmd, replayed, err := s.command(ctx, verb, payload)
			if err != nil {
				return nil, err
			}
			return answerTo(verb, cmd, replayed)
		}, rest.Conditional(), rest.KeepsOutcome(), rest.Answers(http.StatusOK),
		rest.Takes(rest.SchemaOf(verb.Payload())), rest.Gives(rest.SchemaOf(verb.View())))
}

// readPayload brings what a request says into the form in which it is written down.
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

// command writes a command down, has it carried out, and reads its outcome from the record. A repeat is
// answered from the record, however long ago the first was.
func (s *server) command(ctx context.Context, verb acts.Verb, payload []byte) (models.Command, bool, error) {
	cmd, repeated, err := s.acts.Ask(ctx, rest.By(ctx), verb, payload)
	switch {
	case err != nil:
		return cmd, false, err
	case !acts.Pending(cmd):
		return cmd, true, nil
	}
	if err := s.carryOut(ctx, cmd); err != nil {
		return cmd, false, err
	}
	cmd, err = s.views.Command(ctx, cmd.ID)
	return cmd, repeated, err
}

// carryOut sends a command that is written down to the procurement's run and returns once it has an
// outcome in the record.
func (s *server) carryOut(ctx context.Context, cmd models.Command) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if cmd.Verb == models.VerbStart {
		return s.unanswered(ctx, cmd, s.start(ctx, cmd))
	}
	_, err := s.engine.Command(ctx, cmd)
	return s.unanswered(ctx, cmd, err)
}

// start starts the run and sends it the command. A run that another start was refused in may end in
// between; then there is room for the next.
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

// unanswered makes of an engine's silence what the caller can act on. When no run is open the record
// knows why; only a run that should be open and is not leaves the command pending.
func (s *server) unanswered(ctx context.Context, cmd models.Command, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, engine.ErrNotRunning):
		return s.refuseWithoutRun(context.WithoutCancel(ctx), cmd)
	case errors.Is(err, engine.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		s.log.WarnContext(ctx, "command without an answer", "command", cmd.ID, "verb", cmd.Verb, "cause", err)
		return notAnswered()
	}
	return err
}

func notAnswered() *models.Refusal {
	return models.Refuse(models.CodeUnavailable, "", "the command has no outcome yet").
		Accepting("the same request with the same Idempotency-Key: it is carried out once")
}

// refuseWithoutRun has the record answer a command that no run takes up, unless a run ought to be open: the
// reconcile schedule starts that again and sends the command.
func (s *server) refuseWithoutRun(ctx context.Context, cmd models.Command) error {
	answered, err := s.acts.RefuseWithoutRun(ctx, cmd)
	if err == nil && !answered {
		return notAnswered()
	}
	return err
}

func answerTo(verb acts.Verb, cmd models.Command, replayed bool) (*CommandAnswer, error) {
	switch process.CommandStatus(cmd.Status) {
	case process.CommandRefused:
		return nil, cmd.Refusal
	case process.CommandExpired:
		return nil, models.Refuse(models.CodeExpired, "", "the command was never taken up").
			Accepting("a new Idempotency-Key")
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
