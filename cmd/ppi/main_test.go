package main

import (
	"os"
	"testing"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

// beProgram makes the test binary the program itself, so that tests can run it as
// a process of its own without building it first.
const beProgram = "TEST_BINARY_IS_PPI"

func TestMain(m *testing.M) {
	if os.Getenv(beProgram) != "" {
		if into := os.Getenv(tellPeak); into != "" {
			os.Exit(runAndTellPeak(into))
		}
		main()
	}
	pgtest.Main(m)
}
