package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/seal"
)

// What an operator is told about a receipt says what to do next, and for a withdrawal something else than for a tender.
func TestReceiptSaysWhatFollows(t *testing.T) {
	t.Parallel()
	const handIn, withdraw = "can hand in again", "can withdraw again what stands on record"
	const settled = "does not stand on record: nothing is to be done"
	received := seal.Receipt{
		Act: seal.ActReceived, TenderID: "ten_1", ProcedureTime: time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	withdrawn := received
	withdrawn.Act = seal.ActWithdrawn
	for name, c := range map[string]struct {
		entered acts.EnteredReceipt
		says    []string
		not     []string
	}{
		"known": {
			acts.EnteredReceipt{Receipt: received, Known: true},
			[]string{"tender ten_1 was received at 2027-03-01T12:00:00Z", "nothing is to be done"},
			[]string{"evidence", "again"},
		},
		"new": {
			acts.EnteredReceipt{Receipt: received, Digest: "d1", Contradicts: true},
			[]string{"is now kept as evidence (SHA-256 d1)", "Tell nobody either", handIn},
			[]string{"before and", withdraw, "the box is closed: "},
		},
		"repeated": {
			acts.EnteredReceipt{Receipt: received, Repeated: true, Contradicts: true},
			[]string{"was entered before", handIn},
			[]string{"is now kept"},
		},
		"told": {
			acts.EnteredReceipt{Receipt: received, Contradicts: true, Closed: true},
			[]string{"the box is closed: a task tells the buyers"},
			[]string{"nobody", handIn},
		},
		"a withdrawal": {
			acts.EnteredReceipt{Receipt: withdrawn, Contradicts: true},
			[]string{"tender ten_1 was withdrawn at", "Tell nobody either", withdraw},
			[]string{handIn},
		},
		"a withdrawal that is told": {
			acts.EnteredReceipt{Receipt: withdrawn, Contradicts: true, Closed: true},
			[]string{"was withdrawn at", "which stand on record although they were withdrawn"},
			[]string{handIn, withdraw},
		},
		"a tender that was withdrawn": {
			acts.EnteredReceipt{Receipt: received},
			[]string{"was received at", "now kept as evidence", settled},
			[]string{handIn, withdraw, "before the box is closed", "a task tells"},
		},
		"a withdrawal of a tender that is unknown": {
			acts.EnteredReceipt{Receipt: withdrawn},
			[]string{"was withdrawn at", "now kept as evidence", settled},
			[]string{handIn, withdraw, "before the box is closed", "a task tells"},
		},
		"a withdrawal of a tender that is unknown, in a closed box": {
			acts.EnteredReceipt{Receipt: withdrawn, Closed: true},
			[]string{"was withdrawn at", settled},
			[]string{handIn, withdraw, "before the box is closed", "a task tells"},
		},
	} {
		text := saysOf(c.entered)
		for _, says := range c.says {
			require.Contains(t, text, says, name)
		}
		for _, not := range c.not {
			require.NotContains(t, text, not, name)
		}
	}
}
