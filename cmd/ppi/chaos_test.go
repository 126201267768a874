package main

import (
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/chaos"
)

// chaosRuns and chaosSeed are the environment's, where make chaos sets them.
const (
	chaosRuns = "PPI_CHAOS_RUNS"
	chaosSeed = "PPI_CHAOS_SEED"
)

// API, workers, Temporal and PostgreSQL are killed, frozen and cut off at random while 8 procurements live through
// commands, receipts, motions and votes. What the clients saw must be what a system without faults could have shown.
func TestNothingIsLostDoubledOrStuckWhateverIsKilled(t *testing.T) {
	t.Parallel()
	temporal := requirePrograms(t)
	result, err := chaos.Run(t.Context(), chaos.Options{
		Fleet: chaos.FleetOptions{
			Program: []string{os.Args[0]}, Environ: []string{beProgram + "=1"}, Temporal: temporal, Dir: dataDir(t),
		},
		Runs: number(t, chaosRuns, 10), Seed: uint64(number(t, chaosSeed, 1)), Out: t.Output(),
	})
	require.NoError(t, err)
	require.Positive(t, result.Tenders)
	require.Positive(t, result.Votes)
	require.Less(t, result.Next, chaos.Bar)
}

func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, name)
	return n
}
