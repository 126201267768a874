package acts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

func TestACommandWithoutARunIsRefusedUnlessOneOughtToBeOpen(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	early := p.command(p.asked(p.board, models.VerbSuspend, `{"reason": "a flood"}`))
	for range 2 {
		answered, err := p.RefuseWithoutRun(t.Context(), early)
		require.NoError(t, err)
		require.True(t, answered)
	}
	require.Equal(t, models.CodeNotRunning, p.command(early.ID).Refusal.Code)
	require.Equal(t, 1, p.events(event.CommandRefused{}))

	p.started()
	waiting := p.command(p.asked(p.board, models.VerbSuspend, `{"reason": "a flood"}`))
	answered, err := p.RefuseWithoutRun(t.Context(), waiting)
	require.NoError(t, err)
	require.False(t, answered)
	require.Equal(t, string(process.CommandPending), p.command(waiting.ID).Status)

	p.exec("UPDATE procurements SET status = 'cancelled', ended_at = clock_timestamp() WHERE id = $1", p.id)
	answered, err = p.RefuseWithoutRun(t.Context(), waiting)
	require.NoError(t, err)
	require.True(t, answered)
	require.Equal(t, models.CodeEnded, p.command(waiting.ID).Refusal.Code)
}

func TestACommandThatNobodyCarriedOutExpires(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	cmd := p.command(p.asked(p.lead, models.VerbStart, `{}`))
	for _, c := range []struct {
		age     string
		expires bool
	}{{"14 minutes", false}, {"16 minutes", true}, {"16 minutes", false}} {
		p.exec("UPDATE commands SET created_at = clock_timestamp() - $2::interval WHERE id = $1", cmd.ID, c.age)
		expired, err := p.ExpireCommand(t.Context(), cmd)
		require.NoError(t, err)
		require.Equal(t, c.expires, expired, c.age)
	}
	require.Equal(t, process.CommandExpired, p.execute(cmd.ID).Status)
	require.Empty(t, p.log.String(), "it is not even tried")
	require.Zero(t, p.events(event.ProcurementStarted{}))
}
