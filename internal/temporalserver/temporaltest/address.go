// Package temporaltest gives tests the Temporal server that the test stack started for all of them.
package temporaltest

import (
	"os"
	"testing"
)

// Address is the address of the server's frontend. Without a server the test is skipped, because to start one for each
// package would take minutes. In CI, which must have started one, the test fails instead.
func Address(t testing.TB) string {
	t.Helper()
	address := os.Getenv("PPI_TEST_TEMPORAL_ADDRESS")
	switch {
	case address != "":
	case os.Getenv("CI") == "true":
		t.Fatal("CI must set PPI_TEST_TEMPORAL_ADDRESS; make test does")
	default:
		t.Skip("no Temporal server for tests: run through make test, which sets PPI_TEST_TEMPORAL_ADDRESS")
	}
	return address
}
