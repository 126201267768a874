package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

const procurement models.ID = "prc_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e11"

// A forger holds an export and can change anything in it but the signed head.
type forger struct {
	t       *testing.T
	form    audit.Form
	key     audit.Key
	entries []audit.Entry
	head    audit.Checkpoint
	public  []audit.PublicHead
	// says are the lines that the heads have after the root.
	says []string
}

// newForger makes an export of n events, every third position being another procurement's.
func newForger(t *testing.T, form audit.Form, n int) *forger {
	t.Helper()
	f := &forger{t: t, form: form, key: newKey(t, "procurement.example.org/log")}
	for i := range n {
		f.entries = append(f.entries, audit.Entry{Position: int64(i + i/3 + 1), Canonical: f.event(i)})
	}
	f.rehash(0)
	f.head = f.sign(n)
	return f
}

func (f *forger) event(n int) []byte {
	f.t.Helper()
	at := time.Date(2027, 1, 1, 0, 0, n, 0, time.UTC)
	canonical, _, err := audit.Canonical(event.Recorded{
		ID: models.NewID(models.PrefixEvent), ProcurementID: procurement, Type: "test.happened",
		At: at, RecordedAt: at, Data: json.RawMessage(`{"n":` + strconv.Itoa(n) + `}`),
	})
	require.NoError(f.t, err)
	return canonical
}

// rehash makes all links and hashes anew from the i-th entry on.
func (f *forger) rehash(i int) {
	var link audit.Link
	if i > 0 {
		link = audit.Link{Seq: f.entries[i-1].Seq, Hash: f.entries[i-1].Link}
	}
	for ; i < len(f.entries); i++ {
		f.entries[i], link = link.Next(f.form, f.entries[i].Position, f.entries[i].Canonical)
	}
}

// sign makes an honest head of the first n entries.
func (f *forger) sign(n int) audit.Checkpoint {
	f.t.Helper()
	var tree audit.Tree
	for _, e := range f.entries[:n] {
		tree, _ = tree.Append(e.Link)
	}
	head, err := audit.SignCheckpoint(f.key, audit.ProcurementOrigin(f.key.Name(), procurement), tree, f.says...)
	require.NoError(f.t, err)
	return head
}

// covering lets the head of the export say what it covers.
func (f *forger) covering(c audit.Coverage) {
	f.t.Helper()
	head, err := audit.SignExport(f.key, procurement, audit.Tree{}, c)
	require.NoError(f.t, err)
	f.says = head.Extensions
	f.head = f.sign(len(f.entries))
}

func (f *forger) export() string {
	f.t.Helper()
	var out bytes.Buffer
	err := audit.WriteExport(&out, f.key, audit.Export{
		Procurement: procurement, Head: f.head, Public: f.public, Entries: func(yield func(audit.Entry, error) bool) {
			for _, e := range f.entries {
				if !yield(e, nil) {
					return
				}
			}
		},
	})
	require.NoError(f.t, err)
	return out.String()
}

func (f *forger) verify(earlier ...audit.Checkpoint) audit.Report {
	f.t.Helper()
	o := audit.Options{VerifierKeys: []string{f.key.Verifier()}}
	for _, c := range earlier {
		o.Earlier = append(o.Earlier, c.Note)
	}
	report, err := audit.VerifyExport(strings.NewReader(f.export()), o)
	require.NoError(f.t, err)
	return report
}

func (f *forger) alter(i int) {
	f.entries[i].Canonical = bytes.Replace(f.entries[i].Canonical, []byte(`{"n":`), []byte(`{"n":9`), 1)
}

func TestAnUntouchedExportIsValid(t *testing.T) {
	t.Parallel()
	f := newForger(t, audit.FormSilent, 20)
	report := f.verify(f.sign(1), f.sign(13))
	require.Nil(t, report.Fault)
	require.True(t, report.Valid)
	require.EqualValues(t, 20, report.Events)
	require.Equal(t, 3, report.Checkpoints)
	require.Equal(t, f.head.Root, report.Root)
	require.True(t, report.KeyGiven)

	unkeyed, err := audit.VerifyExport(strings.NewReader(f.export()), audit.Options{})
	require.NoError(t, err)
	require.True(t, unkeyed.Valid)
	require.False(t, unkeyed.KeyGiven)
	require.Equal(t, f.key.Name(), unkeyed.SignedBy)
}

// A forgery is what a forger may do to an export of 20 entries, and the fault that must be named: its
// kind, its number in the chain, and the event, unless nothing is left to name it.
type forgery struct {
	forge func(f *forger)
	kind  audit.FaultKind
	seq   int64
	event func(before, after []models.ID) models.ID
}

func forgeries() map[string]forgery {
	return map[string]forgery{
		"an event is altered":       {func(f *forger) { f.alter(6) }, audit.FaultAltered, 7, was(6)},
		"the last event is altered": {func(f *forger) { f.alter(19) }, audit.FaultAltered, 20, was(19)},
		"a hash is altered": {
			func(f *forger) { f.entries[6].Link[0]++ }, audit.FaultAltered, 7,
			was(6),
		},
		"a link is altered": {
			func(f *forger) { f.entries[6].Prev[0]++ }, audit.FaultAltered, 7,
			was(6),
		},
		"a seq is altered": {func(f *forger) { f.entries[6].Seq = 6 }, audit.FaultAltered, 7, was(6)},
		"an event is altered with its hash": {
			func(f *forger) { f.alter(6); f.rehashOne(6) }, audit.FaultAltered, 7,
			was(6),
		},

		"the first event is removed": {func(f *forger) { f.remove(0) }, audit.FaultRemoved, 1, nameless},
		"an event is removed":        {func(f *forger) { f.remove(6) }, audit.FaultRemoved, 7, nameless},
		"two events are removed": {
			func(f *forger) { f.remove(6); f.remove(6) }, audit.FaultRemoved, 7,
			nameless,
		},
		"an event is removed and the gap closed": {
			func(f *forger) { f.remove(6); f.renumber(6) }, audit.FaultRemoved,
			7, nameless,
		},

		"an event is inserted": {
			func(f *forger) { f.insert(6, false) }, audit.FaultInserted, 7,
			is(6),
		},
		"an event is inserted, the rest renumbered": {
			func(f *forger) { f.insert(6, false); f.renumber(6) },
			audit.FaultInserted, 7, is(6),
		},
		"an event is inserted with a fitting hash": {
			func(f *forger) { f.insert(6, true) }, audit.FaultInserted, 7,
			is(6),
		},
		"an event is inserted with a fitting hash, the rest renumbered": {func(f *forger) {
			f.insert(6, true)
			f.renumber(7)
		}, audit.FaultInserted, 7, is(6)},
		"three are inserted with fitting hashes": {func(f *forger) {
			f.insert(6, true)
			f.insert(7, true)
			f.insert(8, true)
		}, audit.FaultInserted, 7, is(6)},
		"a copy is inserted behind the event": {func(f *forger) { f.copyTo(6, 7) }, audit.FaultInserted, 7, was(6)},
		"a copy is inserted long before":      {func(f *forger) { f.copyTo(6, 2) }, audit.FaultInserted, 7, was(6)},
		"a copy is inserted long behind":      {func(f *forger) { f.copyTo(4, 12) }, audit.FaultInserted, 5, was(4)},
		"an event is added at the end": {
			func(f *forger) { f.insert(20, true) }, audit.FaultInserted, 21,
			is(20),
		},

		"two neighbours are exchanged": {func(f *forger) { f.swap(6, 7) }, audit.FaultReordered, 8, was(7)},
		"two distant entries are exchanged": {
			func(f *forger) { f.swap(6, 15) }, audit.FaultReordered, 16,
			was(15),
		},
		"an entry is moved to the end": {
			func(f *forger) { f.copyTo(6, 20); f.remove(6) },
			audit.FaultReordered, 8, was(7),
		},
		"entries are exchanged with their places": {
			func(f *forger) { f.swapWithNumbers(6, 15) }, audit.FaultReordered,
			7, was(15),
		},
		"two events are exchanged in place": {
			func(f *forger) { f.swapEvents(6, 9) }, audit.FaultReordered, 7,
			was(9),
		},

		"the end is cut off": {func(f *forger) { f.entries = f.entries[:15] }, audit.FaultCut, 16, nameless},
	}
}

func was(i int) func(before, after []models.ID) models.ID {
	return func(before, _ []models.ID) models.ID { return before[i] }
}

func is(i int) func(before, after []models.ID) models.ID {
	return func(_, after []models.ID) models.ID { return after[i] }
}

func nameless(_, _ []models.ID) models.ID { return "" }

func TestEveryFaultOfAnExportIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range forgeries() {
		for _, form := range []audit.Form{audit.FormCounting, audit.FormSilent} {
			t.Run(fmt.Sprintf("%s, form %d", name, form), func(t *testing.T) {
				t.Parallel()
				c.isFound(t, newForger(t, form, 20))
			})
		}
	}
	t.Run("a position is altered", func(t *testing.T) {
		t.Parallel()
		forgery{
			func(f *forger) { f.entries[19].Position += 100 }, audit.FaultAltered, 20, was(19),
		}.isFound(t, newForger(t, audit.FormCounting, 20))
	})
}

func (c forgery) isFound(t *testing.T, f *forger) {
	t.Helper()
	before := f.ids()
	c.forge(f)
	report := f.verify()
	require.False(t, report.Valid)
	require.NotNil(t, report.Fault)
	require.Equal(t, c.kind, report.Fault.Kind, "%+v", *report.Fault)
	require.Equal(t, c.seq, report.Fault.Seq, "%+v", *report.Fault)
	require.Equal(t, c.event(before, f.ids()), report.Fault.EventID, "%+v", *report.Fault)
}

// The events of one chain alone, however many others there are between them, determine an export.
func TestAnExportTellsNothingOfOtherChains(t *testing.T) {
	t.Parallel()
	f := newForger(t, audit.FormSilent, 20)
	quiet := f.export()
	for i := range f.entries {
		f.entries[i].Position += int64(100 * i)
	}
	f.rehash(0)
	require.Equal(t, quiet, f.export())
	require.Equal(t, f.head, f.sign(20))
}

// An installation began with entries of the first form, and goes on with those of the second.
func TestAChainOfBothFormsIsValid(t *testing.T) {
	t.Parallel()
	f := newForger(t, audit.FormCounting, 20)
	f.form = audit.FormSilent
	f.rehash(12)
	f.head = f.sign(20)
	require.True(t, f.verify(f.sign(5), f.sign(15)).Valid)
	f.alter(11)
	report := f.verify()
	require.Equal(t, audit.FaultAltered, report.Fault.Kind)
	require.EqualValues(t, 12, report.Fault.Seq)
}

// What was exported before entries had a second form is still proof.
func TestAnExportOfTheFirstFormIsValid(t *testing.T) {
	t.Parallel()
	f := newForger(t, audit.FormCounting, 3)
	first := strings.Replace(f.export(), "ppi-engine.org/export/2", "ppi-engine.org/export/1", 1)
	report, err := audit.VerifyExport(strings.NewReader(first), audit.Options{})
	require.NoError(t, err)
	require.True(t, report.Valid)
}

// A forger who makes all hashes anew needs the signer's key for the head. With that key only a head
// signed before betrays him.
func TestAnEarlierCheckpointBetraysARewrittenExport(t *testing.T) {
	t.Parallel()
	for _, form := range []audit.Form{audit.FormCounting, audit.FormSilent} {
		f := newForger(t, form, 20)
		f.isBetrayed()
	}
}

func (f *forger) isBetrayed() {
	t := f.t
	t.Helper()
	checkpoints := []audit.Checkpoint{f.sign(5), f.sign(10), f.sign(15)}
	f.alter(11)
	f.rehash(11)

	report := f.verify()
	require.Equal(t, audit.FaultRehashed, report.Fault.Kind, "the head of the export was signed before")

	f.head = f.sign(20)
	require.True(t, f.verify().Valid, "nothing in the export shows it")
	report = f.verify(checkpoints...)
	require.False(t, report.Valid)
	require.Equal(t, audit.FaultRehashed, report.Fault.Kind)
	require.EqualValues(t, 11, report.Fault.Seq, "the first entry no checkpoint vouches for")
	require.Empty(t, report.Fault.EventID, "it may be any of five")
	if f.form == audit.FormCounting {
		require.Equal(t, f.entries[10].Position, report.Fault.Position)
		require.Equal(t, f.entries[14].Position, report.Fault.Through)
	}
	require.Equal(t, 2, report.Checkpoints)
}

func TestAnEarlierCheckpointBetraysACutExport(t *testing.T) {
	t.Parallel()
	f := newForger(t, audit.FormSilent, 20)
	earlier := f.sign(18)
	f.entries = f.entries[:15]
	f.head = f.sign(15)
	require.True(t, f.verify().Valid, "nothing in the export shows it")
	report := f.verify(earlier)
	require.Equal(t, audit.FaultCut, report.Fault.Kind)
	require.EqualValues(t, 16, report.Fault.Seq)
}

func TestAHeadBySomebodyElseIsNoProof(t *testing.T) {
	t.Parallel()
	f, other := newForger(t, audit.FormSilent, 3), newForger(t, audit.FormSilent, 3)
	report, err := audit.VerifyExport(strings.NewReader(f.export()),
		audit.Options{VerifierKeys: []string{other.key.Verifier()}})
	require.NoError(t, err)
	require.Equal(t, audit.FaultSignature, report.Fault.Kind)

	whole, err := audit.SignCheckpoint(f.key, f.key.Name(), audit.Tree{})
	require.NoError(t, err)
	report = f.verify(whole)
	require.Equal(t, audit.FaultSignature, report.Fault.Kind, "a checkpoint of another log")
}

func TestADamagedLineIsAnAlteredEvent(t *testing.T) {
	t.Parallel()
	f := newForger(t, audit.FormSilent, 5)
	lines := strings.SplitAfter(f.export(), "\n")
	for name, damage := range map[string]func(line string) string{
		"no JSON":              func(line string) string { return line[1:] },
		"an added member":      func(line string) string { return strings.Replace(line, "{", `{"note":"x",`, 1) },
		"a member twice":       func(line string) string { return strings.Replace(line, "{", `{"seq":9,`, 1) },
		"another event form":   func(line string) string { return strings.Replace(line, `"n":`, `"n": `, 1) },
		"another procurement":  func(line string) string { return strings.Replace(line, "1c7e11", "1c7e12", 1) },
		"a member of an event": func(line string) string { return strings.Replace(line, `"n":`, `"m":0,"n":`, 1) },
	} {
		forged := slices.Clone(lines)
		forged[3] = damage(forged[3])
		require.NotEqual(t, lines[3], forged[3])
		report, err := audit.VerifyExport(strings.NewReader(strings.Join(forged, "")), audit.Options{})
		require.NoError(t, err, name)
		require.False(t, report.Valid, name)
		require.Equal(t, audit.FaultAltered, report.Fault.Kind, name)
		require.EqualValues(t, 2, report.Events, name)
	}
}

func TestWhatIsNoExportIsRefused(t *testing.T) {
	t.Parallel()
	for _, input := range []string{"", "\n", "{}", `{"format":"something else"}`, "x"} {
		_, err := audit.VerifyExport(strings.NewReader(input), audit.Options{})
		require.ErrorIs(t, err, audit.ErrNotAnExport, input)
	}
	_, err := audit.VerifyExport(strings.NewReader(newForger(t, audit.FormSilent, 1).export()),
		audit.Options{VerifierKeys: []string{"no key"}})
	require.Error(t, err)
}

// Whatever one byte of an export is changed to, it is no longer valid, and never a crash.
func FuzzAChangedByteIsFound(f *testing.F) {
	f.Add(uint32(0), byte(1))
	f.Add(uint32(700), byte('x'))
	f.Fuzz(func(t *testing.T, at uint32, to byte) {
		forger := newForger(t, audit.FormSilent, 4)
		export := []byte(forger.export())
		i := int(at) % len(export)
		if export[i] == to {
			return
		}
		export[i] = to
		report, err := audit.VerifyExport(bytes.NewReader(export),
			audit.Options{VerifierKeys: []string{forger.key.Verifier()}})
		inHeader := i < bytes.IndexByte(export, '\n')
		require.True(t, err != nil || !report.Valid || inHeader, "byte %d changed to %q in %s", i, to, export)
	})
}

func (f *forger) ids() []models.ID {
	ids := make([]models.ID, len(f.entries))
	for i, e := range f.entries {
		recorded, err := audit.ParseEvent(e.Canonical)
		require.NoError(f.t, err)
		ids[i] = recorded.ID
	}
	return ids
}

func (f *forger) copyTo(from, to int) { f.entries = slices.Insert(f.entries, to, f.entries[from]) }

func (f *forger) swapEvents(i, j int) {
	f.entries[i].Canonical, f.entries[j].Canonical = f.entries[j].Canonical, f.entries[i].Canonical
}

func (f *forger) remove(i int) { f.entries = slices.Delete(f.entries, i, i+1) }

func (f *forger) swap(i, j int) { f.entries[i], f.entries[j] = f.entries[j], f.entries[i] }

// rehashOne gives one entry the hash its content has now.
func (f *forger) rehashOne(i int) {
	e := &f.entries[i]
	e.Link, e.Hash = audit.Hashes(e.Form, e.Position, e.Seq, e.Prev, e.Canonical)
}

// renumber makes seq dense again, and nothing else.
func (f *forger) renumber(from int) {
	for i := from; i < len(f.entries); i++ {
		f.entries[i].Seq = int64(i + 1)
	}
}

// swapWithNumbers exchanges two entries, but each place keeps its numbers.
func (f *forger) swapWithNumbers(i, j int) {
	f.swap(i, j)
	one, other := &f.entries[i], &f.entries[j]
	one.Seq, other.Seq = other.Seq, one.Seq
	one.Position, other.Position = other.Position, one.Position
}

// insert puts a new event in, with a hash that fits or with one that does not.
func (f *forger) insert(i int, fitting bool) {
	last := f.entries[i-1]
	e, _ := audit.Link{Seq: last.Seq, Hash: last.Link}.Next(f.form, last.Position+1, f.event(100+i))
	if !fitting {
		e.Link[0]++
	}
	f.entries = slices.Insert(f.entries, i, e)
}

func ExampleReport_Print() {
	report := audit.Report{
		Events: 6, KeyGiven: true,
		Fault: &audit.Fault{Kind: audit.FaultRemoved, Position: 7, Seq: 3, Detail: "the entry before evt_… is missing"},
	}
	_ = report.Print(os.Stdout)
	// Output:
	// NOT VALID: log, after 6 good events
	// first fault: removed at position 7 (3 of its chain)
	// the entry before evt_… is missing
}
