package api

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// silent is an engine whose runs carry out what they are asked, and whose answers are lost.
type silent struct {
	away

	acts *acts.Acts
}

func (silent) Start(context.Context, models.ID, string, []string) error { return nil }

func (e *silent) Command(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	_, err := e.acts.Execute(ctx, process.Execute{ProcurementID: cmd.ProcurementID, CommandID: cmd.ID})
	if err != nil {
		return process.Outcome{}, err
	}
	return process.Outcome{}, engine.ErrUnavailable
}

// When the answer of the run is lost, the record knows the outcome, be it a refusal or not.
func TestAnOutcomeIsReadFromTheRecordWhenTheRunsAnswerIsLost(t *testing.T) {
	t.Parallel()
	lost := &silent{}
	w := setupWith(t, func(d *Deps) { lost.acts, d.Engine = d.Acts, lost })
	leader := w.buyer()
	p := w.procurement(leader)
	start := func(key string) response {
		return w.do(leader, POST, p.Self()+"/actions/start", map[string]any{}, with(headerIdempotencyKey, key))
	}
	start("early").refused(models.CodeDraftIncomplete)
	w.give(leader, p, leader.person, models.RoleBoard)
	start("ready").is(http.StatusOK)
	require.Equal(t, 1, w.count("SELECT count(*) FROM commands WHERE status = 'done'"))
}

// forgetful is an engine without a run, asked after a crash of the database has lost the command.
type forgetful struct {
	away

	lose func()
}

func (e *forgetful) Command(context.Context, models.Command) (process.Outcome, error) {
	e.lose()
	return process.Outcome{}, engine.ErrNotRunning
}

// Where no run takes up a command that was lost, the record refuses it all the same, and says why.
func TestALostCommandWithoutARunIsRefusedByTheRecord(t *testing.T) {
	t.Parallel()
	without := &forgetful{}
	w := setupWith(t, func(d *Deps) { d.Engine = without })
	leader := w.buyer()
	p := w.procurement(leader)
	w.give(leader, p, leader.person, models.RoleBoard)
	without.lose = func() { w.exec("DELETE FROM commands") }
	w.do(leader, POST, p.Self()+"/actions/suspend", map[string]any{"reason": "a flood"}).
		refused(models.CodeNotRunning)
	require.Equal(t, 1, w.count("SELECT count(*) FROM commands WHERE status = 'refused'"))
}
