package worker_test

import (
	"flag"
	"testing"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

func TestMain(m *testing.M) {
	// A check plays a scenario in real time; -rapid.checks on the command line still decides.
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
	pgtest.Main(m)
}
