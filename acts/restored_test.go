package acts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// Whatever a run asks of a record that is older than itself is not done, until somebody decides to go on from it.
func TestNothingIsDoneOnARecordOlderThanItsRun(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	state, err := p.Load(t.Context(), p.id, 0)
	require.NoError(t, err)
	ahead := state.Version + 10
	id := p.asked(p.lead, models.VerbStart, `{}`)
	behind := func(err error) {
		t.Helper()
		found := new(acts.BehindError)
		require.ErrorAs(t, err, &found)
		require.Equal(t, acts.BehindError{Procurement: p.id, Record: state.Version, Run: ahead}, *found)
		require.False(t, acts.Retryable(err))
	}
	_, err = p.Execute(t.Context(), process.Execute{ProcurementID: p.id, CommandID: id, Known: ahead})
	behind(err)
	require.Equal(t, string(process.CommandPending), p.command(id).Status)
	_, err = p.Load(t.Context(), p.id, ahead)
	behind(err)
	_, err = p.RunDue(t.Context(), process.RunDue{ProcurementID: p.id, Known: ahead})
	behind(err)

	for range 2 { // it is safe to repeat
		require.NoError(t, p.GoOnRestored(t.Context(), p.id, ahead))
	}
	out, err := p.Execute(t.Context(), process.Execute{ProcurementID: p.id, CommandID: id, Known: ahead})
	require.NoError(t, err)
	require.Greater(t, out.State.Version, ahead)
	require.Equal(t, 1, p.events(event.ProcurementRestored{}))
}
