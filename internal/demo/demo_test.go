package demo

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/examples/ppi4hpc"
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

// requireCompleted requires what every play ends with.
func requireCompleted(t *testing.T, result Result) {
	t.Helper()
	require.Equal(t, "completed", result.Status)
	require.Len(t, result.Phases, 6)
	for _, phase := range result.Phases {
		require.Equal(t, "closed", phase.Status, phase.Phase)
	}
	require.Len(t, result.Winners, 4)
}

// requirePlayed requires what make demo promises beside that.
func requirePlayed(t *testing.T, result Result) {
	t.Helper()
	require.Equal(t, "valid", result.Audit)
	require.Positive(t, result.Events)
	require.Equal(t, Webhooks{Delivered: result.Events}, result.Webhooks)
	var codes []string
	for _, r := range result.Refusals {
		require.Equal(t, r.Expected, r.Code)
		codes = append(codes, r.Code)
	}
	require.Subset(t, codes, []string{
		"author_may_not_vote", "deadline_passed", "product_named", "gate_not_met", "consortium_ineligible",
		"version_stale", "not_invited", "not_announced_so",
	})
}

// As it was, with the portal and everything that is refused; and by each other procedure, of the commands alone.
func TestTheCaseIsPlayedAsItWasAndByEveryOtherProcedure(t *testing.T) {
	t.Parallel()
	facts, err := ppi4hpc.Load()
	require.NoError(t, err)
	for name, procedure := range facts.Procedures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, procedure.Code, playOf(t, name).Procedure)
		})
	}
}

// playOf plays a procedure on a stage of its own and compares the record with its tables.
func playOf(t *testing.T, name string) Result {
	t.Helper()
	db := pgtest.NewDatabase(t)
	stage := stageOn(t, db)
	admin, err := stage.Administrator(t.Context())
	require.NoError(t, err)
	o := Options{Admin: admin, Began: time.Now(), Seed: 1, Procedure: name, ProcedureOnly: name != ppi4hpc.AsItWas}
	var screen bytes.Buffer
	o.Screen = &screen
	result, err := Play(t.Context(), o)
	require.NoError(t, err, "%s", &screen)
	requireCompleted(t, result)
	described, err := stage.CheckEvents(t.Context())
	require.NoError(t, err)
	require.Greater(t, described, result.Events, "every event is what the API describes")
	followed, err := stage.CheckFollowed(t.Context())
	require.NoError(t, err)
	require.Greater(t, followed.Rows, int64(500))
	require.Equal(t, len(result.Winners), followed.Ranked)
	require.Empty(t, followed.Unranked)
	require.Positive(t, followed.Files.Bytes)
	if name == ppi4hpc.AsItWas {
		requirePlayed(t, result)
		requireTold(t, screen.String())
		requireEveryChangeFound(t, stage, db)
	}
	return result
}

// requireTold finds in the story what is sourced, and what is said to be assumed.
func requireTold(t *testing.T, story string) {
	t.Helper()
	for _, said := range []string{
		"As it was: a COMPETITIVE DIALOGUE", "assumed: true", "Saturday 12 May 2018, 09:00 in Paris",
		"Monday 9 July 2018, 12:00 in Paris – the deadline for requests to participate  [source S3, S4]",
		"with 16 companies", "at that instant or before", "NVIDIA",
	} {
		require.Contains(t, story, said)
	}
}
