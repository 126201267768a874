package main

import (
	"cmp"
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

// It runs alone (make chaos, which make test ends with): the time until the next command is measured, and other tests
// would take part of the machine.
//
// API, workers, Temporal and PostgreSQL are killed, frozen and cut off at random while 8 procurements live through
// commands, receipts, motions and votes. What the clients saw must be what a system without faults could have shown.
//
//nolint:paralleltest // it runs alone
func TestNothingIsLostDoubledOrStuckWhateverIsKilled(t *testing.T) {
	if os.Getenv(chaosRuns) == "" {
		t.Skip("make chaos runs this alone")
	}
	runs := number(t, chaosRuns)
	require.Positive(t, runs)
	temporal := requirePrograms(t)
	result, err := chaos.Run(t.Context(), chaos.Options{
		Fleet: chaos.FleetOptions{
			Program: []string{os.Args[0]}, Environ: []string{beProgram + "=1"}, Temporal: temporal, Dir: dataDir(t),
		},
		Runs: runs, Seed: uint64(number(t, chaosSeed)), Out: t.Output(),
	})
	require.NoError(t, err)
	require.Positive(t, result.Tenders)
	require.Positive(t, result.Votes)
	require.Less(t, result.Next, chaos.Bar)
}

// number reads one from the environment; 0 where there is none.
func number(t *testing.T, name string) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv(name), "0"))
	require.NoError(t, err, name)
	return n
}
