package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"

	"github.com/anishathalye/porcupine"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// buyers are as many as vote; without an agreement, unanimity holds.
const buyers = 3

// A boardStory is a board that votes on the gate of the needs phase, and on motions to suspend the procurement and to
// resume it.
type boardStory struct {
	*rig.Consortium

	history history
	random  *rand.Rand
	gate    string

	mu sync.Mutex
	// motion is the last that a board was told of, and status that of the procurement.
	motion motion
	status models.Status
}

type motion struct {
	ID     models.ID `json:"motion_id"`
	Digest string    `json:"digest"`
}

// What is done by a board.
const (
	move         = "move"
	voteOnMotion = "vote on the motion"
	voteOnGate   = "vote on the gate"
	readStatus   = "read the status"
	readGate     = "read the gate"
)

// A boardInput is what was asked for.
type boardInput struct {
	Act   string
	Buyer int
	// Verb is what is moved.
	Verb   models.Verb
	Motion models.ID
	Choice models.Choice
}

// A boardOutput is what was answered.
type boardOutput struct {
	Code     models.Code
	Motion   models.ID
	Decision models.Decision
	Status   models.Status
	// Closed tells of a gate that its phase is closed.
	Closed bool
	// Standing counts the votes on the gate that stand.
	Standing int
}

// A boardState is what a board without faults has decided.
type boardState struct {
	suspended bool
	// motion is the one that is open, to do what; its votes are by buyer.
	motion models.ID
	verb   models.Verb
	votes  [buyers]models.Choice
	// onGate are the votes on the gate.
	onGate [buyers]models.Choice
	closed bool
}

func (b *boardStory) knows() (motion, models.Status) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.motion, b.status
}

// learns keeps what an answer told: that a motion is open, or that the one that was voted on is decided.
func (b *boardStory) learns(in boardInput, out boardOutput, digest string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case out.Motion != "":
		b.motion = motion{out.Motion, digest}
	case in.Act == voteOnMotion && in.Motion == b.motion.ID && out.Decision != models.DecisionOpen:
		b.motion = motion{}
	}
	if out.Status != "" {
		b.status = out.Status
	}
}

func (b *boardStory) players() []player {
	all := []player{func(ctx context.Context) error { return b.look(ctx, buyers) }}
	for n := range buyers {
		random := rand.New(rand.NewPCG(b.random.Uint64(), b.random.Uint64())) //nolint:gosec // repeatable
		all = append(all, func(ctx context.Context) error { return b.take(ctx, n, random) })
	}
	return all
}

// take has the board member of a buyer do something that fits what it knows, which may be out of date.
func (b *boardStory) take(ctx context.Context, n int, random *rand.Rand) error {
	known, status := b.knows()
	in := boardInput{Buyer: n, Choice: models.ChoiceApprove}
	if random.IntN(10) < 2 { //nolint:mnd // in tenths
		in.Choice = models.ChoiceReject
	}
	switch dice := random.IntN(10); { //nolint:mnd // in tenths
	case dice < 3:
		in.Act = voteOnGate
	case dice < 9 && known.ID != "":
		in.Act, in.Motion = voteOnMotion, known.ID
	default:
		in.Act, in.Verb = move, models.VerbSuspend
		if status == models.StatusSuspended {
			in.Verb = models.VerbResume
		}
	}
	out, err := record(&b.history, n, in, func() (boardOutput, error) { return b.ask(ctx, in, known.Digest) })
	if err == nil && out.Code == "" && in.Act != move {
		b.history.run.done(0, 0, 1)
	}
	return err
}

func (b *boardStory) ask(ctx context.Context, in boardInput, digest string) (out boardOutput, err error) {
	body := map[string]any{"choice": in.Choice}
	if in.Choice == models.ChoiceReject {
		body["reason"] = "We need more time"
	}
	verb := models.VerbVote
	switch in.Act {
	case move:
		verb, body = in.Verb, map[string]any{"reason": "A court has asked for it"}
	case voteOnMotion:
		body["motion"], body["digest"] = in.Motion, digest
	case voteOnGate:
		body["phase"], body["digest"] = models.PhaseNeeds, b.gate
	}
	var answer struct {
		Result struct {
			motion

			Decision models.Decision `json:"decision"`
		} `json:"result"`
	}
	out.Code, err = ask(ctx, b.Buyers[in.Buyer].Board, apiclient.Request{
		Method: http.MethodPost, Path: b.Path("/actions/" + string(verb)), IfMatch: "*", In: body, Out: &answer,
	})
	out.Motion, out.Decision = answer.Result.ID, answer.Result.Decision
	if err == nil && out.Code != models.CodeAlreadyVoted {
		b.learns(in, out, answer.Result.Digest)
	}
	return out, err
}

// look reads the status and the gate.
func (b *boardStory) look(ctx context.Context, client int) error {
	_, err := record(&b.history, client, boardInput{Act: readStatus}, func() (out boardOutput, err error) {
		var view struct {
			Status models.Status `json:"status"`
		}
		out.Code, err = ask(ctx, b.Lead, apiclient.Request{Method: http.MethodGet, Path: b.Path(""), Out: &view})
		out.Status = view.Status
		b.learns(boardInput{Act: readStatus}, out, "")
		return out, err
	})
	if err != nil {
		return err
	}
	in := boardInput{Act: readGate}
	_, err = record(&b.history, client, in, func() (boardOutput, error) { return b.readGate(ctx) })
	return err
}

func (b *boardStory) readGate(ctx context.Context) (out boardOutput, err error) {
	var view struct {
		Status models.PhaseStatus `json:"status"`
		Digest string             `json:"digest"`
		Votes  []struct {
			VoidedAt *string `json:"voided_at"`
		} `json:"votes"`
	}
	out.Code, err = ask(ctx, b.Lead, apiclient.Request{
		Method: http.MethodGet, Path: b.Path("/phases/" + string(models.PhaseNeeds) + "/gate"), Out: &view,
	})
	out.Closed = view.Status == models.PhaseClosed
	for _, v := range view.Votes {
		if v.VoidedAt == nil {
			out.Standing++
		}
	}
	return out, err
}

func (b *boardStory) of() *rig.Consortium { return b.Consortium }

func (b *boardStory) last(ctx context.Context) error { return b.look(ctx, buyers) }

func (b *boardStory) judge() error {
	if err := b.history.judgeBy(boardModel()); err != nil {
		return fmt.Errorf("board of %s: %w", b.Procurement, err)
	}
	return nil
}

// boardModel is a board without faults.
func boardModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return boardState{} },
		Step: func(state, in, out any) (bool, any) {
			//nolint:forcetypeassert // ours
			ok, next := state.(boardState).step(in.(boardInput), out.(boardOutput))
			return ok, next
		},
		DescribeOperation: describe,
	}
}

// step tells whether the board may answer so, and what it has decided then.
func (s boardState) step(in boardInput, out boardOutput) (bool, boardState) {
	switch in.Act {
	case readStatus:
		return out.Code == "" && (out.Status == models.StatusSuspended) == s.suspended, s
	case readGate:
		standing := buyers
		for _, v := range s.onGate {
			if v == "" {
				standing--
			}
		}
		return out.Code == "" && out.Closed == s.closed && out.Standing == standing, s
	case move:
		return s.move(in, out)
	case voteOnMotion:
		return s.onMotion(in, out)
	default:
		return s.onTheGate(in, out)
	}
}

func (s boardState) move(in boardInput, out boardOutput) (bool, boardState) {
	fits := models.VerbSuspend
	if s.suspended {
		fits = models.VerbResume
	}
	if in.Verb != fits || s.motion != "" {
		return slices.Contains([]models.Code{
			models.CodeNotRunning, models.CodeSuspended, models.CodeNotSuspended, models.CodeAlreadyMoved,
		}, out.Code), s
	}
	s.motion, s.verb, s.votes = out.Motion, in.Verb, [buyers]models.Choice{}
	s.votes[in.Buyer] = models.ChoiceApprove
	return out.Code == "" && out.Motion != "" && out.Decision == models.DecisionOpen, s
}

func (s boardState) onMotion(in boardInput, out boardOutput) (bool, boardState) {
	if s.motion != in.Motion {
		return out.Code == models.CodeAlreadyDecided, s
	}
	if s.votes[in.Buyer] == in.Choice {
		return out.Code == models.CodeAlreadyVoted, s
	}
	s.votes[in.Buyer] = in.Choice
	decision := decided(s.votes)
	if decision != models.DecisionOpen {
		s.motion = ""
	}
	if decision == models.DecisionApproved {
		s.suspended = s.verb == models.VerbSuspend
	}
	return out.Code == "" && out.Decision == decision, s
}

func (s boardState) onTheGate(in boardInput, out boardOutput) (bool, boardState) {
	switch {
	case s.suspended:
		return out.Code == models.CodeSuspended, s
	case s.closed:
		return out.Code == models.CodePhaseNotOpen, s
	case s.onGate[in.Buyer] == in.Choice:
		return out.Code == models.CodeAlreadyVoted, s
	}
	s.onGate[in.Buyer] = in.Choice
	decision := decided(s.onGate)
	s.closed = decision == models.DecisionApproved
	return out.Code == "" && out.Decision == decision, s
}

// decided counts by unanimity.
func decided(votes [buyers]models.Choice) models.Decision {
	switch {
	case slices.Contains(votes[:], models.ChoiceReject):
		return models.DecisionRejected
	case slices.Contains(votes[:], ""):
		return models.DecisionOpen
	}
	return models.DecisionApproved
}
