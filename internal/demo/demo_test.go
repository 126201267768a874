package demo

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/internal/temporalserver/temporaltest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// stageOn is the product running on a database of its own.
func stageOn(t *testing.T, db pgtest.Database) *rig.Rig {
	t.Helper()
	r, err := rig.Start(t.Context(), rig.Options{
		DSN: db.Application, TemporalAddress: temporaltest.Address(t),
		TaskQueue: "demo/" + uuid.NewString(), Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	w := r.StartWorker(context.WithoutCancel(t.Context()))
	t.Cleanup(func() { require.NoError(t, w.Stop()) })
	return r
}

// requirePlayed requires what make demo promises.
func requirePlayed(t *testing.T, result Result) {
	t.Helper()
	require.Equal(t, "completed", result.Status)
	require.Equal(t, "valid", result.Audit)
	require.Len(t, result.Phases, 6)
	for _, phase := range result.Phases {
		require.Equal(t, "closed", phase.Status, phase.Phase)
	}
	require.Positive(t, result.Events)
	require.Equal(t, Webhooks{Delivered: result.Events}, result.Webhooks)
	require.Len(t, result.Winners, 4)
	var codes []string
	for _, r := range result.Refusals {
		require.Equal(t, r.Expected, r.Code)
		codes = append(codes, r.Code)
	}
	require.Subset(t, codes, []string{
		"author_may_not_vote", "deadline_passed", "product_named", "gate_not_met", "consortium_ineligible",
		"version_stale",
	})
}

func TestTheWholeProcurementIsPlayedAndAnotherSeedBringsOtherWinners(t *testing.T) {
	t.Parallel()
	var results [2]Result
	var screens [2]bytes.Buffer
	var errs [2]error
	var both sync.WaitGroup
	var stages [2]*rig.Rig
	var databases [2]pgtest.Database
	for i := range results {
		databases[i] = pgtest.NewDatabase(t)
		stages[i] = stageOn(t, databases[i])
		admin, err := stages[i].Administrator(t.Context())
		require.NoError(t, err)
		both.Go(func() {
			results[i], errs[i] = Play(t.Context(), Options{
				Admin: admin, Screen: &screens[i], Began: time.Now(),
				Seed: uint64(i) + 1,
			})
		})
	}
	both.Wait()
	for i, result := range results {
		require.NoError(t, errs[i], "%s", &screens[i])
		requirePlayed(t, result)
		described, err := stages[i].CheckEvents(t.Context())
		require.NoError(t, err)
		require.Greater(t, described, result.Events, "every event is what the API describes")
		followed, err := stages[i].CheckFollowed(t.Context())
		require.NoError(t, err)
		require.Greater(t, followed.Rows, int64(500))
		require.Equal(t, len(result.Winners), followed.Ranked)
		require.Empty(t, followed.Unranked)
		require.Positive(t, followed.Files.Bytes)
	}
	requireEveryChangeFound(t, stages[0], databases[0])
	first, second := results[0].Winners, results[1].Winners
	require.NotEqual(t, tenderers(first), tenderers(second))
	for lot := range first {
		require.NotEqual(t, first[lot].Price, second[lot].Price)
	}
	for _, said := range []string{
		"the real procedure was a COMPETITIVE DIALOGUE. It is replayed here as an OPEN PROCEDURE", "assumed: true",
		"Saturday 12 May 2018, 09:00 in Paris", "Monday 9 July 2018, 12:00 in Paris", "with 16 companies",
		"at that instant or before", "NVIDIA",
	} {
		require.Contains(t, screens[0].String(), said)
	}
}

func tenderers(winners []Winner) []string {
	var all []string
	for _, w := range winners {
		all = append(all, w.Tenderer)
	}
	return all
}
