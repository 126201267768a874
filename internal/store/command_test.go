package store_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// ask writes a command down, with the n-th ID.
func (p *platform) ask(n int, procurement, actor models.ID, verb models.Verb, payload any, phaseIn string) models.Command {
	p.Helper()
	body, err := json.Marshal(payload)
	require.NoError(p, err)
	cmd, fresh, err := p.WriteCommand(p.Context(), models.Command{
		ID: fmt.Sprintf("%064x", n), ProcurementID: procurement, ActorID: actor, Verb: verb, Fingerprint: make([]byte, 32), Payload: body,
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
		{models.VerbReturn, process.Return{To: models.PhaseConsultation, Reason: "secret"}, "to", "return · consultation · BSC"},
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
		ID: strings.Repeat("0", 64), ProcurementID: procurement, ActorID: lead, Verb: models.VerbCancel, Fingerprint: make([]byte, 32), Payload: []byte("{}"),
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
		found, err := p.UntoldCommands(t.Context(), age, 10)
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
		if err := tx.StepCommand(halfway.ID); err != nil {
			return err
		}
		_, err := tx.AnswerCommand(done.ID, store.Answer{Status: process.CommandDone})
		return err
	}))
	require.ElementsMatch(t, []string{done.ID, halfway.ID}, untold(0))
	require.Empty(t, untold(time.Hour), "whoever asked tells it")

	require.NoError(t, p.TellCommands(t.Context(), []string{pending.ID, done.ID, halfway.ID}))
	require.Equal(t, []string{halfway.ID}, untold(0), "what has no outcome yet is not finished")
	require.NoError(t, p.TellCommands(t.Context(), nil))
}
