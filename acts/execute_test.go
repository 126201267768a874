package acts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/models/zone"
)

func TestACommandTakesEffectOnceHoweverOftenItIsExecuted(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	id := p.asked(p.lead, models.VerbStart, `{}`)
	first := p.execute(id)
	require.Equal(t, process.CommandDone, first.Status)
	require.Equal(t, models.StatusRunning, first.State.Status)
	require.Equal(t, []string{"City", "Region"}, first.State.Buyers)
	require.Equal(t, []string{"City: to approve needs", "Region: to approve needs"}, first.State.WaitingOn)

	require.Len(t, first.State.Gates, 2, "what it takes to end needs and capacity is known from their beginning")
	first.State.Gates = nil // judged by the act, and by nothing that only repeats its answer
	require.Equal(t, first, p.execute(id))
	require.Equal(t, 1, p.events(event.ProcurementStarted{}))
	require.Equal(t, 2, p.events(event.PhaseOpened{}), "needs and capacity, each once")
	cmd := p.command(id)
	require.Equal(t, string(process.CommandDone), cmd.Status)
	require.Equal(t, first.Version, cmd.Version)
	require.NotNil(t, cmd.DoneAt)

	state, err := p.Load(t.Context(), p.id, 0)
	require.NoError(t, err)
	require.Equal(t, first.State, state)
}

func TestARefusalIsAnOutcome(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	p.started()
	for name, c := range map[string]struct {
		id   string
		code models.Code
	}{
		"started before":   {p.asked(p.lead, models.VerbStart, `{}`), models.CodeNotDraft},
		"without the role": {p.asked(p.lead, models.VerbSuspend, `{"reason": "a flood"}`), models.CodeForbidden},
		"nothing to go on": {p.asked(p.board, models.VerbResume, `{"reason": "dry"}`), models.CodeNotSuspended},
	} {
		for range 2 {
			require.Equal(t, process.CommandRefused, p.execute(c.id).Status, name)
		}
		require.Equal(t, c.code, p.command(c.id).Refusal.Code, name)
	}
	require.Equal(t, 3, p.events(event.CommandRefused{}), "each once")
	state, err := p.Load(t.Context(), p.id, 0)
	require.NoError(t, err)
	require.Equal(t, models.StatusRunning, state.Status)
}

// No request gets such a payload past the API; it stands for any fault of ours.
func TestAPoisonousCommandFailsWithAFaultThatTheLogExplains(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	p.started()
	before, err := p.Load(t.Context(), p.id, 0)
	require.NoError(t, err)
	id := p.asked(p.board, models.VerbCancel, `["not", "an", "object"]`)
	for range 2 {
		out := p.execute(id)
		require.Equal(t, process.CommandFailed, out.Status)
		require.Equal(t, before, out.State)
	}
	cmd := p.command(id)
	require.NotEmpty(t, cmd.FaultID)
	require.Contains(t, p.log.String(), cmd.FaultID)
	require.Contains(t, p.log.String(), "decode payload of cancel")
	require.Equal(t, 1, p.events(event.CommandFailed{}))

	require.Equal(t, process.CommandDone, p.execute(p.asked(p.board, models.VerbSuspend, `{"reason": "a flood"}`)).
		Status)
}

func TestACommandOfANewerReleaseWaitsForIt(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	id := p.asked(p.lead, "teleport", `{}`)
	_, err := p.Execute(t.Context(), process.Execute{ProcurementID: p.id, CommandID: id})
	require.ErrorIs(t, err, acts.ErrOtherRelease)
	require.True(t, acts.Retryable(err))
	require.Equal(t, string(process.CommandPending), p.command(id).Status)
}

func TestACommandIsOfItsOwnProcurementOnly(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	id := p.asked(p.lead, models.VerbStart, `{}`)
	for _, in := range []process.Execute{
		{ProcurementID: models.NewID(models.PrefixProcurement), CommandID: id},
		{ProcurementID: p.id, CommandID: models.CommandID(p.lead, "POST", "start", "never written down")},
	} {
		_, err := p.Execute(t.Context(), in)
		require.ErrorIs(t, err, store.ErrNoCommand)
		require.False(t, acts.Retryable(err))
	}
	require.Equal(t, string(process.CommandPending), p.command(id).Status)
}

// A database that crashed may have lost a command. Written down again it is as old as it was: of two votes the one that
// was asked for later stands, and an old command expires.
func TestACommandThatWasLostIsWrittenDownAsOldAsItWas(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	first := p.command(p.asked(p.lead, models.VerbStart, `{}`))
	lost, err := p.AskAgain(t.Context(), first)
	require.NoError(t, err)
	require.False(t, lost)
	p.exec("DELETE FROM commands")
	lost, err = p.AskAgain(t.Context(), first)
	require.NoError(t, err)
	require.True(t, lost)
	again := p.command(first.ID)
	require.Equal(t, first.CreatedAt, again.CreatedAt)
	require.JSONEq(t, string(first.Payload), string(again.Payload))
	require.Contains(t, p.log.String(), "lost=true")
	_, err = p.AskAgain(t.Context(), models.Command{ID: first.ID, Verb: "teleport"})
	require.Error(t, err)
}

// Who gives up has not refused: another attempt finds the command as it was.
func TestAnAttemptThatIsBrokenOffLeavesTheCommandPending(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	id := p.asked(p.lead, models.VerbStart, `{}`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Execute(ctx, process.Execute{ProcurementID: p.id, CommandID: id})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, string(process.CommandPending), p.command(id).Status)
	require.Equal(t, process.CommandDone, p.execute(id).Status)
}

func TestABoxClosesAtItsDeadlineAndNotBefore(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	p.started()
	lot, deadline := models.NewID(models.PrefixLot), time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	p.exec(`INSERT INTO lots (id, procurement_id, number, title) VALUES ($1, $2, 1, '{"en": "Wheels"}')`, lot, p.id)
	p.exec(pgtest.OpenBox("'"+deadline.Format(time.RFC3339)+"'"), lot)
	due := process.RunDue{ProcurementID: p.id, Due: process.Due{
		Kind: process.DueCloseBox, Phase: models.PhaseTender, Subject: pgtest.BoxOf(lot), At: deadline, Label: "lot 1",
	}}
	out, err := p.RunDue(t.Context(), due)
	require.NoError(t, err)
	require.InDelta(t, time.Hour, out.Wait, float64(time.Minute))
	require.Len(t, out.State.Due, 1)
	paris, known := zone.Load("Europe/Paris")
	require.True(t, known)
	require.Equal(t, "lot 1, Wheels", out.State.Due[0].Label)
	require.Equal(t, deadline.In(paris).Format(time.RFC3339), out.State.Due[0].Local,
		"as the procurement's people read it")
	require.Zero(t, p.events(event.LotClosed{}))

	p.exec("UPDATE procurements SET clock_offset = 2 * 3600 * 1000000::bigint WHERE id = $1", p.id)
	for range 2 {
		out, err = p.RunDue(t.Context(), due)
		require.NoError(t, err)
		require.Zero(t, out.Wait)
		require.Empty(t, out.State.Due)
		require.Equal(t, 1, p.events(event.LotClosed{}))
	}
}

// gateVote is the payload of a vote on a gate as it is now.
func (p *procuring) gateVote(phase models.Phase, choice models.Choice) string {
	p.Helper()
	return fmt.Sprintf(`{"phase": %q, "digest": %q, "choice": %q, "reason": "x"}`, phase, p.gate(phase).Digest(),
		choice)
}

func TestAVoteOnWhatHasChangedSinceIsVoidedByTheNext(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	p.started()
	out := p.execute(p.asked(p.board, models.VerbVote, p.gateVote(models.PhaseNeeds, models.ChoiceAbstain)))
	require.Equal(t, []string{"Region: to approve needs"}, out.State.WaitingOn)
	p.inTx(func(tx *store.Tx) {
		written, err := tx.WriteEntry(&models.Entry{
			ID: models.NewID(models.PrefixEntry), ProcurementID: p.id, Kind: models.EntryCommonNeed,
			Phase: models.PhaseNeeds, Round: 1, Version: 1, AuthorID: p.lead, Body: []byte(`{}`),
			Digest: models.Digest([]byte(`{}`)), WrittenAt: time.Now(),
		}, false)
		require.NoError(t, err)
		require.True(t, written)
	})
	out = p.execute(p.asked(p.partner, models.VerbVote, p.gateVote(models.PhaseNeeds, models.ChoiceAbstain)))
	require.Equal(t, process.CommandDone, out.Status)
	require.Equal(t, []string{"City: to approve needs"}, out.State.WaitingOn)
	require.Equal(t, 1, p.events(event.VoteVoided{}))
}

// A motion that is carried because a buyer has left may make another one lapse that was to be counted next.
func TestAMotionThatHasLapsedIsNotDecidedAgain(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	p.started()
	lot := models.NewID(models.PrefixLot)
	p.exec(`INSERT INTO lots (id, procurement_id, number, title) VALUES ($1, $2, 1, '{"en": "Wheels"}')`, lot, p.id)
	p.exec(pgtest.OpenBox("clock_timestamp() + interval '1 hour'"), lot)
	for _, verb := range []models.Verb{models.VerbEndLot, models.VerbAward} {
		motion := models.NewID(models.PrefixMotion)
		p.exec(`INSERT INTO motions (id, procurement_id, verb, payload, digest, mover_id, moved_at, status)
			VALUES ($1, $2, $3, jsonb_build_object('lot', $4::text, 'code', 'chan-need', 'reason', 'x'),
				repeat('a', 64), $5, clock_timestamp(), 'open')`, motion, p.id, verb, lot, p.board)
		p.exec(`INSERT INTO votes (id, procurement_id, subject, round, digest, organisation_id, person_id, choice,
				cast_at, asked_at)
			SELECT $1, $2, $3, 1, repeat('a', 64), organisation_id, id, 'approve', clock_timestamp(), clock_timestamp()
			FROM people WHERE id = $4`, models.NewID(models.PrefixVote), p.id, models.MotionSubject(motion), p.board)
	}
	out := p.execute(p.asked(p.partner, models.VerbLeave, `{"reason": "no budget"}`))
	require.Equal(t, process.CommandDone, out.Status)
	require.Equal(t, 1, p.events(event.LotEnded{}))
	require.Equal(t, 2, p.events(event.MotionDecided{}), "one carried, the other lapsed")
}

// The clock of a rehearsal never goes back, so a mistyped year would spoil it.
func TestAClockMovesFiveYearsAtMostAtOnce(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	p.started()
	to := func(at time.Time) string {
		return p.asked(p.lead, models.VerbAdvance, fmt.Sprintf(`{"to": %q}`, at.Format(time.RFC3339)))
	}
	typo := to(time.Now().AddDate(5, 1, 0))
	require.Equal(t, process.CommandRefused, p.execute(typo).Status)
	require.Equal(t, models.CodeInvalidValue, p.command(typo).Refusal.Code)
	require.Equal(t, process.CommandDone, p.execute(to(time.Now().AddDate(5, 0, -1))).Status)
}
