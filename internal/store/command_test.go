package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// ask writes a command down, with the n-th ID.
func (p *platform) ask(
	n int, procurement, actor models.ID, verb models.Verb, payload any, phaseIn string,
) models.Command {
	p.Helper()
	body, err := json.Marshal(payload)
	require.NoError(p, err)
	cmd, fresh, err := p.WriteCommand(p.Context(), models.Command{
		ID: fmt.Sprintf("%064x", n), ProcurementID: procurement, ActorID: actor, Verb: verb,
		Fingerprint: make([]byte, 32), Payload: body,
	}, store.Label{By: []models.Role{models.RoleBoard}, PhaseIn: phaseIn})
	require.NoError(p, err)
	require.True(p, fresh)
	return cmd
}

func TestACommandIsLabelledWithWhoAsksWhat(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	lead := p.Person()
	procurement := p.Procurement(models.ModeLive, lead)
	p.Exec("UPDATE organisations SET kind = 'contracting_authority', legal_name = 'BSC' WHERE id = $1", p.Organisation)
	p.Give(procurement, lead, models.RoleBoard)
	lot := p.Publish(procurement)

	for n, c := range []struct {
		verb    models.Verb
		payload any
		phaseIn string
		label   string
	}{
		{models.VerbVote, process.Vote{Phase: models.PhaseNeeds}, "phase", "vote · needs · BSC"},
		{
			models.VerbReturn,
			process.Return{To: models.PhaseConsultation, Reason: "secret"},
			"to",
			"return · consultation · BSC",
		},
		{models.VerbMoveDeadline, process.MoveDeadline{Lot: lot, Reason: "secret"}, "", "move deadline · lot 1 · BSC"},
		{models.VerbCancel, process.Cancel{Code: "other", Reason: "secret"}, "", "cancel · BSC"},
		{models.VerbStart, nil, "", "start · BSC"},
		{models.VerbAdvance, process.Advance{To: time.Now()}, "", "advance · BSC"},
		{models.VerbVote, []string{"not", "an", "object"}, "phase", "vote · BSC"},
	} {
		cmd := p.ask(n, procurement, lead, c.verb, c.payload, c.phaseIn)
		require.Equal(t, c.label, cmd.Label)
		require.Equal(t, string(process.CommandPending), cmd.Status)
	}

	again, fresh, err := p.WriteCommand(t.Context(), models.Command{
		ID: strings.Repeat("0", 64), ProcurementID: procurement, ActorID: lead, Verb: models.VerbCancel,
		Fingerprint: make([]byte, 32), Payload: []byte("{}"),
	}, store.Label{})
	require.NoError(t, err)
	require.False(t, fresh)
	require.Equal(t, models.VerbVote, again.Verb, "the first stands")
}

func TestACommandOfASupplierIsLabelledWithoutItsName(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	lead, supplier := p.Person(), p.Person()
	procurement := p.Procurement(models.ModeLive, lead)
	p.Exec("UPDATE organisations SET kind = 'economic_operator', legal_name = 'Rival' WHERE id = $1", p.Organisation)
	p.Give(procurement, supplier, models.RoleBoard)
	require.Equal(t, "cancel", p.ask(1, procurement, supplier, models.VerbCancel, nil, "").Label)
}

func TestACommandIsUntoldUntilItsRunKnows(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	lead := p.Person()
	procurement := p.Procurement(models.ModeLive, lead)
	untold := func(age time.Duration) (ids []string) {
		p.Exec("DELETE FROM retellings")
		found, err := p.ClaimUntold(t.Context(),
			store.Claims{Age: age, Limit: 10, First: time.Hour, Longest: time.Hour})
		require.NoError(t, err)
		for _, c := range found {
			ids = append(ids, c.ID)
		}
		return ids
	}
	pending := p.ask(1, procurement, lead, models.VerbCancel, nil, "")
	done := p.ask(2, procurement, lead, models.VerbCancel, nil, "")
	halfway := p.ask(3, procurement, lead, models.VerbAdvance, nil, "")
	require.NoError(t, p.InTx(t.Context(), func(tx *store.Tx) error {
		tx.StepCommand(halfway.ID)
		return tx.AnswerCommand(done.ID, store.Answer{Status: process.CommandDone})
	}))
	require.Len(t, untold(0), 1, "one of a procurement")
	require.Contains(t, []string{done.ID, halfway.ID}, untold(0)[0])
	require.Empty(t, untold(time.Hour), "whoever asked tells it")

	require.NoError(t, p.TellCommands(t.Context(), []string{pending.ID, done.ID, halfway.ID}))
	require.Equal(t, []string{halfway.ID}, untold(0), "what has no outcome yet is not finished")
	require.NoError(t, p.TellCommands(t.Context(), nil))
}

func (p *platform) scan(into any, query string, arguments ...any) {
	p.Helper()
	require.NoError(p, p.SQL.QueryRow(p.Context(), query, arguments...).Scan(into))
}

// outcome writes a command down and its outcome, so long ago.
func (p *platform) outcome(n int, procurement, actor models.ID, age time.Duration) models.Command {
	p.Helper()
	cmd := p.ask(n, procurement, actor, models.VerbVote, nil, "")
	p.Exec(`UPDATE commands SET status = 'done', done_at = clock_timestamp() - make_interval(secs => $2),
		created_at = clock_timestamp() - make_interval(secs => $2) WHERE id = $1`, cmd.ID, age.Seconds())
	return cmd
}

func TestWhatIsUntoldIsClaimedByOneWorkerAndLessAndLessOften(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	lead := p.Person()
	const procurements, workers = 20, 4
	for n := range procurements {
		procurement := p.Procurement(models.ModeLive, lead)
		p.outcome(2*n, procurement, lead, time.Hour)
		p.outcome(2*n+1, procurement, lead, time.Hour)
	}
	claims := store.Claims{Age: time.Minute, Limit: procurements, First: time.Minute, Longest: 5 * time.Minute}
	for _, pause := range []time.Duration{
		time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute,
		5 * time.Minute,
	} {
		var all errgroup.Group
		claimed := make([][]store.Untold, workers)
		for worker := range workers {
			all.Go(func() (err error) {
				claimed[worker], err = p.ClaimUntold(t.Context(), claims)
				return err
			})
		}
		require.NoError(t, all.Wait())
		seen := map[models.ID]bool{}
		for _, u := range slices.Concat(claimed...) {
			require.False(t, seen[u.ProcurementID], "claimed twice")
			seen[u.ProcurementID] = true
		}
		require.Len(t, seen, procurements)
		for _, which := range []string{"min", "max"} {
			var left float64
			p.scan(&left, "SELECT extract(epoch FROM "+which+"(next_at) - clock_timestamp()) FROM retellings")
			require.InDelta(t, pause.Seconds(), left, 5)
		}
		p.Exec("UPDATE retellings SET next_at = clock_timestamp()")
	}
}

func TestARunThatWasToldOfOneOutcomeKnowsAllThatWereThere(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	lead := p.Person()
	procurement, other := p.Procurement(models.ModeLive, lead), p.Procurement(models.ModeLive, lead)
	for n := range 3 {
		p.outcome(n, procurement, lead, time.Hour)
	}
	p.outcome(3, other, lead, time.Hour)
	halfway := p.ask(4, procurement, lead, models.VerbAdvance, nil, "")
	p.Exec("UPDATE commands SET steps = 1 WHERE id = $1", halfway.ID)
	claims := store.Claims{Limit: 10, First: time.Minute, Longest: time.Minute}
	claimed, err := p.ClaimUntold(t.Context(), claims)
	require.NoError(t, err)
	require.Len(t, claimed, 2)
	of := slices.IndexFunc(claimed, func(u store.Untold) bool { return u.ProcurementID == procurement })
	later := p.outcome(5, procurement, lead, 0)
	require.NoError(t, p.Retold(t.Context(), claimed[of]))

	untold := func(id models.ID) (ids []string) {
		p.scan(&ids, "SELECT array_agg(id ORDER BY id) FROM commands WHERE procurement_id = $1 AND told_at IS NULL", id)
		return ids
	}
	require.Equal(t, []string{halfway.ID, later.ID}, untold(procurement), "what is half done, and what came after")
	require.Len(t, untold(other), 1)
	again, err := p.ClaimUntold(t.Context(), claims)
	require.NoError(t, err)
	require.Len(t, again, 1, "it may be claimed anew, and the other is claimed still")
	require.Equal(t, procurement, again[0].ProcurementID)
}

// Some of its steps have taken effect, so it was taken up.
func TestACommandThatIsHalfDoneDoesNotExpire(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	lead := p.Person()
	cmd := p.ask(1, p.Procurement(models.ModeRehearsal, lead), lead, models.VerbAdvance, nil, "")
	p.Exec("UPDATE commands SET steps = 1, created_at = clock_timestamp() - interval '1 day'")
	require.NoError(t, p.InTx(t.Context(), func(tx *store.Tx) error {
		expired, err := tx.ExpireCommand(cmd.ID, time.Minute)
		require.False(t, expired)
		return err
	}))
	standing, err := p.Command(t.Context(), cmd.ID)
	require.NoError(t, err)
	require.Equal(t, string(process.CommandPending), standing.Status)
}
