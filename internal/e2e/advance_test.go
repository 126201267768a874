package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

func TestTheClockStopsBeforeWhatMeetsAFaultAndNamesIt(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.describeTender(t)
	second := b.post(t, b.Lead, "/lots", map[string]any{
		"title":    models.Text{"en": "Storage"},
		"deadline": b.deadlineIn(t, 50),
	}).ID
	b.post(t, b.Lead, "/award-criteria", rig.AwardCriteria(second))
	b.act(t, b.Lead, models.VerbPublish, nil)
	p.supply(t, "480000.00", "8")
	conn := pgtest.Connect(t, b.database.Superuser)
	_, err := conn.Exec(t.Context(),
		`CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
		CREATE TRIGGER break BEFORE UPDATE OF closed_at ON boxes FOR EACH ROW WHEN (new.lot_id = '`+string(second)+
			`') EXECUTE FUNCTION break()`)
	require.NoError(t, err)

	end := b.now(t).AddDate(0, 0, 60)
	first := b.act(t, b.Lead, models.VerbAdvance, map[string]any{"to": end})
	require.Equal(t, false, first["reached"])
	require.Equal(t, 1, b.countEvents(t, event.LotClosed{}), "what was done before is kept")
	_, err = b.Lead.Act(t.Context(), b.Procurement, string(models.VerbAdvance), map[string]any{"to": end}, nil)
	problem, ok := apiclient.ProblemOf(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, string(models.CodeDueBroken), problem.Code)
	require.Contains(t, problem.Detail, "close_lot (lot 2, Storage) is due at ")
	require.Contains(t, problem.Errors[0].Accepted, "an instant before that")

	require.Equal(t, true, b.act(t, b.Lead, models.VerbAdvance,
		map[string]any{"to": b.now(t).Add(time.Hour)})["reached"])
	_, err = conn.Exec(t.Context(), "DROP TRIGGER break ON boxes")
	require.NoError(t, err)
	b.advance(t, end)
	require.WithinDuration(t, end, b.now(t), time.Minute)
	require.Equal(t, 2, b.countEvents(t, event.LotClosed{}))
}
