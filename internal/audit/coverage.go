package audit

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// Lines that the signed head of an export has after its root.
const (
	publicLogLine    = "public-log "
	cutCountingLine  = "cut first-form"
	coversEverything = math.MaxInt64
)

// Coverage is what an export says of itself under the signature of its head.
type Coverage struct {
	// Public is how many entries the public log had when the export was made: it can say nothing of later ones.
	Public int64
	// CutCounting says that entries of [FormCounting] are withheld, because their positions would count what is in open
	// boxes. The public log may commit to them: it does not tell positions.
	CutCounting bool
}

// SignExport signs the head of an export of a procurement.
func SignExport(key Key, procurement models.ID, t Tree, c Coverage) (Checkpoint, error) {
	lines := []string{publicLogLine + strconv.FormatInt(c.Public, 10)}
	if c.CutCounting {
		lines = append(lines, cutCountingLine)
	}
	return SignCheckpoint(key, ProcurementOrigin(key.Name(), procurement), t, lines...)
}

// coverage reads what the head of an export says. A head that says nothing of the public log is of an earlier release,
// and covers everything: otherwise leaving the line out would be a way to hide.
func (c Checkpoint) coverage() Coverage {
	covers := Coverage{Public: coversEverything, CutCounting: slices.Contains(c.Extensions, cutCountingLine)}
	for _, line := range c.Extensions {
		told, found := strings.CutPrefix(line, publicLogLine)
		if n, err := strconv.ParseInt(told, 10, 64); found && err == nil {
			covers.Public = n
			break
		}
	}
	return covers
}

// onlyCounting marks an entry of [FormSilent] as damaged in an export that says it withholds earlier entries of
// [FormCounting]: those are before all others, so what was withheld would be missing.
func (c Coverage) onlyCounting(entries iter.Seq2[Entry, error]) iter.Seq2[Entry, error] {
	if !c.CutCounting {
		return entries
	}
	return func(yield func(Entry, error) bool) {
		for e, err := range entries {
			if e.Form == FormSilent && e.Damage == "" {
				e.Damage = "the export says that it ends among entries of the first form, and this one is of the second"
			}
			if !yield(e, err) {
				return
			}
		}
	}
}
