package audit_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
)

// A public log as its operator keeps it, and as anybody has it.
type publicLog struct {
	t       *testing.T
	entries []audit.PublicEntry
	told    []audit.PublicHead
}

// commit adds an entry that commits to the first entries of an export.
func (l *publicLog) commit(f *forger, size int) {
	l.t.Helper()
	head := audit.PublicHead{N: int64(len(l.entries)) + 1, Size: int64(size)}
	_, _ = rand.Read(head.Salt[:])
	l.entries = append(l.entries, audit.PublicEntry{
		N: head.N, Label: audit.PublicLabel(procurement), Commitment: head.Commitment(f.sign(size).Root),
	})
	l.told = append(l.told, head)
}

func (l *publicLog) head(key audit.Key) audit.Checkpoint {
	l.t.Helper()
	var tree audit.Tree
	for _, e := range l.entries {
		tree, _ = tree.Append(e.Hash())
	}
	c, err := audit.SignCheckpoint(key, audit.PublicOrigin(key.Name()), tree)
	require.NoError(l.t, err)
	return c
}

// verify verifies the export as somebody does who kept an earlier head of the public log.
func (l *publicLog) verify(f *forger, kept ...audit.Checkpoint) audit.Report {
	l.t.Helper()
	o := audit.Options{VerifierKeys: []string{f.key.Verifier()}, Public: l.read()}
	for _, c := range kept {
		o.Earlier = append(o.Earlier, c.Note)
	}
	f.public = l.told
	report, err := audit.VerifyExport(strings.NewReader(f.export()), o)
	require.NoError(l.t, err)
	return report
}

// read is the public log as it is read page by page.
func (l *publicLog) read() []audit.PublicEntry {
	l.t.Helper()
	var pages bytes.Buffer
	for i := range l.entries {
		page, err := json.Marshal(map[string]any{"items": l.entries[i : i+1], "next": i})
		require.NoError(l.t, err)
		pages.Write(append(page, '\n'))
	}
	entries, err := audit.ReadPublicLog(&pages)
	require.NoError(l.t, err)
	require.Equal(l.t, l.entries, entries)
	return entries
}

func newPublicLog(t *testing.T) (*publicLog, *forger) {
	t.Helper()
	l, f := &publicLog{t: t}, newForger(t, audit.FormSilent, 20)
	l.commit(f, 5)
	l.entries = append(l.entries, audit.PublicEntry{N: 2, Commitment: tlog.Hash{1}})
	l.commit(f, 12)
	return l, f
}

func TestAnExportAgreesWithThePublicLog(t *testing.T) {
	t.Parallel()
	l, f := newPublicLog(t)
	report := l.verify(f, l.head(f.key), f.sign(7))
	require.True(t, report.Valid, "%+v", report.Fault)
	require.Equal(t, 2, report.Public)
	require.Equal(t, 2, report.Checkpoints)
}

// Whoever kept nothing but a head of the public log, which tells nothing, finds that the record was rewritten.
func TestThePublicLogBetraysARewrittenExport(t *testing.T) {
	t.Parallel()
	l, f := newPublicLog(t)
	kept := l.head(f.key)
	f.alter(9)
	f.rehash(9)
	f.head = f.sign(20)
	require.True(t, f.verify().Valid, "nothing in the export shows it")
	report := l.verify(f, kept)
	require.Equal(t, audit.FaultRehashed, report.Fault.Kind)
	require.Contains(t, report.Fault.Detail, "entry 3 of the public log does not commit to the first 12 events")

	l.commit(f, 12)
	l.told = append(l.told[:1], l.told[2])
	report = l.verify(f, kept)
	require.Equal(t, audit.FaultRehashed, report.Fault.Kind, "what was committed to cannot be kept quiet about")
	require.Contains(t, report.Fault.Detail, "entry 3 of the public log is about this procurement")

	l.entries = append(l.entries[:2], l.entries[3])
	l.entries[2].N, l.told[1].N = 3, 3
	report = l.verify(f, kept, l.head(f.key))
	require.Equal(t, audit.FaultRehashed, report.Fault.Kind)
	require.Contains(t, report.Fault.Detail, "the first 3 entries of the public log have the root")

	l.entries = l.entries[:1]
	require.Equal(t, audit.FaultCut, l.verify(f, kept).Fault.Kind)
}

// The sizes in an export are not signed: whoever rewrote the record could tell any that cannot be compared.
func TestAnExportCannotSayThatTheRecordWasLonger(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{21, 999999, 0, -1} {
		l, f := newPublicLog(t)
		kept := l.head(f.key)
		f.alter(9)
		f.rehash(9)
		f.head = f.sign(20)
		l.told[1].Size = size
		report := l.verify(f, kept)
		require.False(t, report.Valid, size)
		require.Equal(t, audit.FaultCut, report.Fault.Kind)
		require.Contains(t, report.Fault.Detail, "entry 3 of the public log commits to the first")
	}
}

// An entry that commits to no events at all would agree with every export.
func TestAnEntryAboutNothingIsNoAgreement(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{0, -1, 30} {
		l, f := newPublicLog(t)
		head := audit.PublicHead{N: int64(len(l.entries)) + 1, Size: size}
		l.entries = append(l.entries, audit.PublicEntry{
			N: head.N, Label: audit.PublicLabel(procurement), Commitment: head.Commitment(tlog.Hash{}),
		})
		l.told = append(l.told, head)
		report := l.verify(f, l.head(f.key))
		require.False(t, report.Valid, size)
		require.Equal(t, audit.FaultCut, report.Fault.Kind)
	}
}

// Entries of the first form are withheld while a box is open that was open when the second form began; the public log
// commits to them all the same.
func TestWhatIsWithheldOfTheFirstFormIsSaidNotToBeCompared(t *testing.T) {
	t.Parallel()
	l := &publicLog{t: t}
	f := newForger(t, audit.FormCounting, 20)
	l.commit(f, 5)
	l.commit(f, 12)
	f.entries = f.entries[:8]
	f.head = f.sign(8)
	report := l.verify(f, l.head(f.key))
	require.False(t, report.Valid, "the export does not say that it is cut")
	require.Equal(t, audit.FaultCut, report.Fault.Kind)

	f.covering(audit.Coverage{Public: 2, CutCounting: true})
	report = l.verify(f, l.head(f.key))
	require.True(t, report.Valid, "%+v", report.Fault)
	require.Equal(t, 1, report.Public)
	require.Equal(t, 1, report.NotCompared)
	require.Contains(t, printed(t, report), "1 entries of the public log not compared")
	require.NotContains(t, printed(t, report), "valid: ")

	f.form = audit.FormSilent
	f.rehash(6)
	f.covering(audit.Coverage{Public: 2, CutCounting: true})
	report = l.verify(f, l.head(f.key))
	require.False(t, report.Valid, "entries of the second form follow: nothing before them can be withheld")
	require.Contains(t, report.Fault.Detail, "this one is of the second")
}

// The public log goes on while somebody reads an export.
func TestLaterEntriesAreNotCoveredByAnExport(t *testing.T) {
	t.Parallel()
	l, f := newPublicLog(t)
	f.covering(audit.Coverage{Public: 3})
	told := l.told
	l.commit(f, 15)
	l.told = told
	report := l.verify(f, l.head(f.key))
	require.True(t, report.Valid, "%+v", report.Fault)
	require.Equal(t, 2, report.Public)
	require.Equal(t, 1, report.NotCovered)
	require.EqualValues(t, 3, report.Covers)
	require.Contains(t, printed(t, report), "1 entries of the public log about it are not covered by this export, "+
		"which was made when the public log had 3 entries")
	require.NotContains(t, printed(t, report), "valid: ")

	f.covering(audit.Coverage{Public: 4})
	require.Equal(t, audit.FaultRehashed, l.verify(f, l.head(f.key)).Fault.Kind, "the export covers that entry")
	signed := f.head.Note
	f.head.Note = bytes.Replace(signed, []byte("public-log 4"), []byte("public-log 3"), 1)
	require.NotEqual(t, signed, f.head.Note)
	require.Equal(t, audit.FaultSignature, l.verify(f, l.head(f.key)).Fault.Kind, "the size is signed")
}

func printed(t *testing.T, r audit.Report) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, r.Print(&out))
	return out.String()
}

func TestThePublicLogAndItsHeadAreComparedTogether(t *testing.T) {
	t.Parallel()
	l, f := newPublicLog(t)
	for _, o := range []audit.Options{{Public: l.entries}, {Earlier: [][]byte{l.head(f.key).Note}}} {
		_, err := audit.VerifyExport(strings.NewReader(f.export()), o)
		require.ErrorIs(t, err, audit.ErrHalfPublic)
	}
	for _, broken := range []string{"x", `{"items":[{"n":2}]}`, `{"items":[{"n":1},{"n":1}]}`} {
		_, err := audit.ReadPublicLog(strings.NewReader(broken))
		require.Error(t, err, broken)
	}
}

// A salt makes that two commitments to the same head have nothing in common.
func TestACommitmentTellsNothing(t *testing.T) {
	t.Parallel()
	root := treeOf(3).Root()
	one := audit.PublicHead{Size: 3, Salt: tlog.Hash{1}}.Commitment(root)
	require.NotEqual(t, one, audit.PublicHead{Size: 3, Salt: tlog.Hash{2}}.Commitment(root))
	require.NotEqual(t, one, audit.PublicHead{Size: 4, Salt: tlog.Hash{1}}.Commitment(root))
}

func TestACheckpointSaysOfWhichTreeItIs(t *testing.T) {
	t.Parallel()
	key := newKey(t, "example.org/log")
	of := func(origin string) (audit.HeadOf, models.ID, error) {
		c, err := audit.SignCheckpoint(key, origin, treeOf(1))
		require.NoError(t, err)
		return c.Of()
	}
	kind, _, err := of("example.org/log")
	require.NoError(t, err)
	require.Equal(t, audit.HeadOfLog, kind)
	kind, _, err = of("example.org/log/public")
	require.NoError(t, err)
	require.Equal(t, audit.HeadOfPublicLog, kind)
	kind, id, err := of(audit.ProcurementOrigin(key.Name(), procurement))
	require.NoError(t, err)
	require.Equal(t, audit.HeadOfProcurement, kind)
	require.Equal(t, procurement, id)
	for _, origin := range []string{"other", "example.org/log/", "example.org/log/prc_1", "example.org/logs"} {
		_, _, err = of(origin)
		require.Error(t, err, origin)
	}
}
