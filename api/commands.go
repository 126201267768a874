package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// patience is how long a caller is kept waiting for a command's outcome. What is not answered by then
// goes on; repeating the request answers with the outcome.
const patience = 25 * time.Second

// startPause is how long a start waits for the run of a refused one to end.
const startPause = 50 * time.Millisecond

// A CommandInput asks something of the process of a procurement.
type CommandInput[P any] struct {
	ProcurementPath
	Body P
}

// A CommandView says what became of a command.
type CommandView[R any] struct {
	CommandID string      `json:"command_id" doc:"Names the command for good"`
	Verb      models.Verb `json:"verb"`
	Status    string      `json:"status" enum:"pending,done,refused,failed,expired"`
	CreatedAt time.Time   `json:"created_at" doc:"When it was written down, real time"`
	DoneAt    *time.Time  `json:"done_at,omitempty" doc:"When it was carried out, real time"`
	Result    *R          `json:"result,omitempty"`
}

// A CommandAnswer answers a command that was carried out.
type CommandAnswer[R any] struct {
	Status   int
	ETag     string `header:"ETag" doc:"The procurement's version after the command"`
	Replayed string `header:"Idempotent-Replayed" doc:"true when the command had been carried out before"`
	Body     CommandView[R]
}

// act makes the row of a verb: its payload P is written down as a command, carried out by the
// procurement's workflow, and answered with R.
func act[P, R any](s *server, verb models.Verb, summary string) operation {
	return op(http.MethodPost, "/v1/procurements/{procurement}/actions/"+string(verb), roles(verb.Roles()...), summary,
		func(ctx context.Context, in *CommandInput[P]) (*CommandAnswer[R], error) {
			payload, err := json.Marshal(in.Body)
			if err != nil {
				return nil, fmt.Errorf("render payload of %s: %w", verb, err)
			}
			cmd, replayed, err := s.command(ctx, verb, payload)
			if err != nil {
				return nil, err
			}
			return answerTo[R](ctx, s, cmd, replayed)
		}, conditional(), commands(), answers(http.StatusOK))
}

// command writes a command down, has it carried out, and reads its outcome from the record. A repeat is
// answered from the record, however long ago the first was.
func (s *server) command(ctx context.Context, verb models.Verb, payload []byte) (models.Command, bool, error) {
	cmd, repeated, err := s.acts.Ask(ctx, by(ctx), verb, payload)
	switch {
	case err != nil:
		return cmd, false, s.traced(ctx, err)
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
	return models.Refuse(models.CodeUnavailable, "", "the command is written down but has no outcome yet").
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

func answerTo[R any](ctx context.Context, s *server, cmd models.Command, replayed bool) (*CommandAnswer[R], error) {
	switch process.CommandStatus(cmd.Status) {
	case process.CommandRefused:
		return nil, inHeaders(cmd.Refusal)
	case process.CommandExpired:
		return nil, models.Refuse(models.CodeExpired, "", "the command was never taken up").Accepting("a new Idempotency-Key")
	case process.CommandFailed:
		return nil, s.translate.failed(ctx, cmd.FaultID)
	case process.CommandPending:
		return nil, notAnswered()
	case process.CommandDone:
	}
	view, err := viewCommand[R](cmd)
	if err != nil {
		return nil, err
	}
	answer := &CommandAnswer[R]{Status: callOf(ctx).op.status, ETag: etag(cmd.Version), Body: view}
	if replayed {
		answer.Replayed = "true"
	}
	return answer, nil
}

func viewCommand[R any](cmd models.Command) (CommandView[R], error) {
	view := CommandView[R]{CommandID: cmd.ID, Verb: cmd.Verb, Status: cmd.Status, CreatedAt: cmd.CreatedAt, DoneAt: cmd.DoneAt}
	if len(cmd.Result) == 0 || string(cmd.Result) == "null" {
		return view, nil
	}
	if err := json.Unmarshal(cmd.Result, &view.Result); err != nil {
		return view, fmt.Errorf("read result of command: %w", err)
	}
	return view, nil
}

// Nothing is the result of a command that only says it was done.
type Nothing struct{}

func (s *server) commandOperations() []operation {
	return []operation{
		act[process.Start, Nothing](s, models.VerbStart, "Start the procurement"),
		act[process.Vote, process.VoteResult](s, models.VerbVote, "Cast a buyer's vote on a gate or a motion"),
		act[process.Suspend, process.MotionResult](s, models.VerbSuspend, "Move to suspend the procurement"),
		act[process.Resume, process.MotionResult](s, models.VerbResume, "Move to resume it"),
		act[process.Return, process.MotionResult](s, models.VerbReturn, "Move to return to an earlier phase"),
		act[process.Cancel, process.MotionResult](s, models.VerbCancel, "Move to cancel it without award"),
		act[process.Leave, process.LeaveResult](s, models.VerbLeave, "Leave the consortium with the actor's buyer"),
		act[process.Advance, process.AdvanceResult](s, models.VerbAdvance, "Move the clock of a rehearsal forward"),
	}
}
