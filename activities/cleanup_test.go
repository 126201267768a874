package activities_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/ppi-engine/ppi/activities"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Whoever could make one step fail for good would keep attempts out of the log.
func TestAStepOfTheCleanUpThatFailsKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	p := pgtest.NewPlatform(t)
	p.Sequencer.Close()
	ada := p.Person()
	p.Exec(`INSERT INTO attempts (person_id, type, subject, hour, event_id, procurement_id, n, last_at)
		VALUES ($1, $2, 'a tender', date_trunc('hour', clock_timestamp(), 'UTC') - interval '1 hour', $3, $4, 3,
			clock_timestamp())`,
		ada, event.TypeOf(event.TenderRefused{}), models.NewID(models.PrefixEvent), p.Procurement(models.ModeLive, ada))
	p.Exec("ALTER TABLE requests RENAME TO requests_away")

	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	m := &activities.Maintenance{Store: p.Store, Log: slog.New(slog.DiscardHandler)}
	env.RegisterActivity(m.CleanUp)
	_, err := env.ExecuteActivity(m.CleanUp)
	require.ErrorContains(t, err, "fault")
	require.Zero(t, pgtest.RowCount(t, p.Database, "SELECT count(*) FROM attempts"))
	require.EqualValues(t, 1, pgtest.RowCount(t, p.Database, "SELECT count(*) FROM events WHERE type = $1",
		event.TypeOf(event.TenderRefusalsCounted{})))
}
