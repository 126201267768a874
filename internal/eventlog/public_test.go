package eventlog_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// publicLog is the public log as anybody reads it, and its signed head.
func (p *platform) publicLog(key audit.Key) ([]audit.PublicEntry, audit.Checkpoint) {
	p.Helper()
	head, err := p.Log().PublicCheckpoint(p.Context())
	require.NoError(p, err)
	verifiers, err := audit.Verifiers(key.Verifier())
	require.NoError(p, err)
	head, err = audit.OpenCheckpoint(head.Note, verifiers)
	require.NoError(p, err)
	var entries []audit.PublicEntry
	for after := int64(0); after < head.Size; after = entries[len(entries)-1].N {
		page, err := p.Log().PublicLog(p.Context(), after, 2)
		require.NoError(p, err)
		entries = append(entries, page...)
	}
	require.Nil(p, audit.ComparePublic(slices.Values(entries), []audit.Checkpoint{head}))
	return entries, head
}

// hourPasses lets the last entry be an hour old.
func (p *platform) hourPasses() {
	p.Helper()
	p.Exec("BEGIN")
	p.Exec("SET LOCAL session_replication_role = replica")
	p.Exec("UPDATE public_log SET made_at = made_at - interval '1 hour'")
	p.Exec("COMMIT")
}

// about lists the numbers of the entries about a procurement.
func about(entries []audit.PublicEntry, procurement models.ID) (numbers []int64) {
	for _, e := range entries {
		if e.Label == audit.PublicLabel(procurement) {
			numbers = append(numbers, e.N)
		}
	}
	return numbers
}

// Somebody who looks at the public log all the time learns what everybody may know anyway.
func TestThePublicLogTellsNothingOfTenders(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	ada := p.Person()
	one, other := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeLive, ada)
	_, err := p.Log().PublicCheckpoint(t.Context())
	require.ErrorIs(t, err, eventlog.ErrNoCheckpoint)
	grows := func(by int, why string) {
		t.Helper()
		var before audit.Checkpoint
		if c, err := p.Log().PublicCheckpoint(t.Context()); err == nil {
			before = c
		}
		p.hourPasses()
		p.sign(key)
		after, err := p.Log().PublicCheckpoint(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, by, after.Size-before.Size, why)
	}
	p.Event(one, event.ProcurementStarted{})
	p.Event(other, event.ProcurementStarted{})
	grows(1, "nobody outside may know that they were started")
	lot := p.Publish(one)
	grows(2, "what was recorded of it before its publication")
	grows(1, "nothing happened")
	p.Tender()
	p.Tender()
	p.Happens(event.Event{Payload: event.SupplierRoleGiven{}})
	p.Event(other, event.VoteCast{})
	grows(1, "tenders came in, suppliers registered, a buyer voted")
	p.Event(one, event.DeadlineMoved{})
	grows(1, "what was recorded since the box was opened is kept back")
	p.Event(other, event.ProcurementCancelled{})
	grows(2, "the box of one procurement holds back no other")
	p.CloseBox(lot)
	p.Event(one, event.LotClosed{})
	grows(2, "the box was closed at its deadline, as was announced")
	p.Event(one, event.EnvelopeOpened{})
	grows(1, "how often something is done with tenders shows their number")

	entries, head := p.publicLog(key)
	require.Len(t, entries, 11)
	require.Equal(t, []int64{2, 9}, about(entries, one))
	require.Equal(t, []int64{7}, about(entries, other))
	require.Len(t, about(entries, ""), 8)
	for i, e := range entries {
		for _, f := range entries[:i] {
			require.NotEqual(t, e.Commitment, f.Commitment, "no entry shows that a head is the same")
		}
	}

	content, _ := p.exported(key, one)
	report, err := audit.VerifyExport(bytes.NewReader(content), audit.Options{
		VerifierKeys: []string{key.Verifier()}, Earlier: [][]byte{head.Note}, Public: entries,
	})
	require.NoError(t, err)
	require.True(t, report.Valid, "%+v", report.Fault)
	require.Equal(t, 2, report.Public)
}

// What happens within the hour shows only if everybody may know it.
func TestThePublicLogGrowsByTheHour(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.Procurement(models.ModeLive, p.Person())
	p.Event(one, event.ProcurementStarted{})
	p.sign(key)
	_, first := p.publicLog(key)
	p.Tender()
	p.Event(one, event.VoteCast{})
	p.sign(key)
	_, second := p.publicLog(key)
	require.Equal(t, first, second)
	p.Event(one, event.ProcurementCancelled{})
	p.sign(key)
	entries, third := p.publicLog(key)
	require.EqualValues(t, 3, third.Size)
	require.Equal(t, []int64{2}, about(entries, one))
	p.hourPasses()
	p.sign(key)
	_, fourth := p.publicLog(key)
	require.EqualValues(t, 4, fourth.Size)
}

// An operator who rewrites the record makes everything in the database fit again, and signs it anew. Whoever kept a
// head of the public log finds it, by an export alone.
func TestAKeptHeadOfThePublicLogBetraysAnOperator(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.Procurement(models.ModeLive, p.Person())
	for range 3 {
		p.Event(one, event.VoteCast{})
	}
	p.Event(one, event.ProcurementCancelled{})
	p.sign(key)
	_, kept := p.publicLog(key)

	i := &intruder{t: t, s: p.Store, conn: p.SQL}
	i.do("SET session_replication_role = replica")
	i.do(`UPDATE events SET at = at - interval '1 day', canonical = convert_to(regexp_replace(
		convert_from(canonical, 'UTF8'), '"at":"[^"]+"', '"at":"' || to_char((at - interval '1 day') AT TIME ZONE 'UTC',
		'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"'), 'UTF8') WHERE type = 'vote.cast'`)
	i.rehash()
	i.forgetHeads()
	p.sign(key)
	report, err := p.Log().Verify(t.Context(), eventlog.VerifyOptions{})
	require.NoError(t, err)
	require.True(t, report.Valid, "nothing in the database shows it")

	entries, head := p.publicLog(key)
	content, _ := p.exported(key, one)
	export, err := audit.VerifyExport(bytes.NewReader(content), audit.Options{
		VerifierKeys: []string{key.Verifier()}, Earlier: [][]byte{head.Note, kept.Note}, Public: entries,
	})
	require.NoError(t, err)
	require.Equal(t, audit.FaultRehashed, export.Fault.Kind)
	report, err = p.Log().Verify(t.Context(), eventlog.VerifyOptions{Earlier: []audit.Checkpoint{kept}})
	require.NoError(t, err)
	require.Equal(t, audit.FaultRehashed, report.Fault.Kind)
}

func TestTheRecordIsComparedWithHeadsOfAllTrees(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.Procurement(models.ModeLive, p.Person())
	p.Event(one, event.VoteCast{})
	p.Event(one, event.ProcurementCancelled{})
	whole := p.sign(key)
	_, public := p.publicLog(key)
	var out bytes.Buffer
	chain, err := p.Log().Export(t.Context(), key, one, nil, &out)
	require.NoError(t, err)
	verifiers, err := audit.Verifiers(key.Verifier())
	require.NoError(t, err)
	o := eventlog.VerifyOptions{Verifiers: verifiers, Earlier: []audit.Checkpoint{whole, public, chain}}
	report, err := p.Log().Verify(t.Context(), o)
	require.NoError(t, err)
	require.True(t, report.Valid, "%+v", report.Fault)
	require.Equal(t, 4, report.Checkpoints, "that in the database, and three that were kept")
	require.Equal(t, 2, report.Public)

	for name, c := range map[string]struct {
		breach string
		kind   audit.FaultKind
	}{
		"a root is altered":   {"UPDATE public_log SET root = sha256(root) WHERE n = 1", audit.FaultAltered},
		"a salt is altered":   {"UPDATE public_log SET salt = sha256(salt) WHERE n = 2", audit.FaultAltered},
		"an entry is removed": {"DELETE FROM public_log WHERE n = 1", audit.FaultAltered},
		"an entry is hidden":  {"UPDATE public_log SET procurement_id = NULL WHERE n = 1", audit.FaultAltered},
		"the end is cut off":  {"DELETE FROM public_log WHERE n = 2", audit.FaultCut},
		"a head is altered":   {"UPDATE public_checkpoints SET note = 'nothing'", audit.FaultSignature},
		"a root of a head":    {"UPDATE public_checkpoints SET root = sha256(root)", audit.FaultSignature},
	} {
		p.Exec("BEGIN")
		p.Exec("CREATE TEMP TABLE kept_log AS SELECT * FROM public_log")
		p.Exec("CREATE TEMP TABLE kept_heads AS SELECT * FROM public_checkpoints")
		p.Exec("SET LOCAL session_replication_role = replica")
		p.Exec(c.breach)
		p.Exec("COMMIT")
		report, err := p.Log().Verify(t.Context(), o)
		require.NoError(t, err)
		require.NotNil(t, report.Fault, name)
		require.Equal(t, c.kind, report.Fault.Kind, "%s: %+v", name, *report.Fault)
		if name == "the end is cut off" {
			_, err = p.Log().Checkpoint(t.Context(), key, "")
			require.ErrorIs(t, err, eventlog.ErrLogRewritten, name)
		}
		p.Exec("BEGIN")
		p.Exec("SET LOCAL session_replication_role = replica")
		p.Exec("DELETE FROM public_log")
		p.Exec("DELETE FROM public_checkpoints")
		p.Exec("INSERT INTO public_log SELECT * FROM kept_log")
		p.Exec("INSERT INTO public_checkpoints SELECT * FROM kept_heads")
		p.Exec("DROP TABLE kept_log, kept_heads")
		p.Exec("COMMIT")
	}
	bent := chain
	bent.Root[0]++
	report, err = p.Log().Verify(t.Context(), eventlog.VerifyOptions{Earlier: []audit.Checkpoint{bent}})
	require.NoError(t, err)
	require.Equal(t, audit.FaultRehashed, report.Fault.Kind)
	bent.Size = 9
	report, err = p.Log().Verify(t.Context(), eventlog.VerifyOptions{Earlier: []audit.Checkpoint{bent}})
	require.NoError(t, err)
	require.Equal(t, audit.FaultCut, report.Fault.Kind)
}

// Several workers may sign at once, each having seen another end of the log.
func TestManyAddToThePublicLogAtOnce(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	ada := p.Person()
	var procurements []models.ID
	var together sync.WaitGroup
	for range 12 {
		id := p.Procurement(models.ModeLive, ada)
		procurements = append(procurements, id)
		p.Event(id, event.ProcurementCancelled{})
		together.Go(func() {
			_, err := p.Log().Checkpoint(t.Context(), key, "")
			assert.NoError(t, err)
		})
	}
	together.Wait()
	p.sign(key)
	entries, _ := p.publicLog(key)
	for _, id := range procurements {
		require.Len(t, about(entries, id), 1)
	}
	verifiers, err := audit.Verifiers(key.Verifier())
	require.NoError(t, err)
	report, err := p.Log().Verify(t.Context(), eventlog.VerifyOptions{Verifiers: verifiers})
	require.NoError(t, err)
	require.True(t, report.Valid, "%+v", report.Fault)
	require.Equal(t, len(entries), report.Public)
}

// A record that is new to the public log is added in steps.
func TestWhatIsLeftOverIsAddedNextTime(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	ada := p.Person()
	one, other := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeLive, ada)
	for range eventlog.PublicAtOnce {
		p.Append(event.Event{ProcurementID: one, Payload: event.LotEnded{}})
	}
	p.Append(event.Event{ProcurementID: other, Payload: event.LotEnded{}})
	pgtest.Sequence(t, p.Sequencer)
	p.sign(key)
	entries, _ := p.publicLog(key)
	require.Empty(t, about(entries, other))
	p.sign(key)
	entries, _ = p.publicLog(key)
	require.Equal(t, []int64{1}, about(entries, one))
	require.Equal(t, []int64{3}, about(entries, other))
}

// The database was replaced by an older one, without the head that was signed last.
func TestAPublicLogThatForgotAHeadIsNotContinued(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	archive := audit.Archive(t.TempDir())
	p.Happens(event.Event{Payload: event.PersonCreated{}})
	for range 2 {
		p.hourPasses()
		_, err := p.Log().Checkpoint(t.Context(), key, archive)
		require.NoError(t, err)
	}
	p.Exec("SET session_replication_role = replica")
	p.Exec("DELETE FROM public_checkpoints WHERE size = 2")
	p.Exec("DELETE FROM public_log WHERE n = 2")
	_, err := p.Log().Checkpoint(t.Context(), key, archive)
	require.ErrorIs(t, err, eventlog.ErrLogRewritten)
}

// compared verifies an export as somebody does who has the public log as it is now, and its head.
func (p *platform) compared(key audit.Key, export []byte) audit.Report {
	p.Helper()
	entries, head := p.publicLog(key)
	report, err := audit.VerifyExport(bytes.NewReader(export), audit.Options{
		VerifierKeys: []string{key.Verifier()}, Earlier: [][]byte{head.Note}, Public: entries,
	})
	require.NoError(p, err)
	require.True(p, report.Valid, "%+v", report.Fault)
	return report
}

// Somebody exports, something happens that everybody may know, and only then the public log is read.
func TestAnExportStaysValidWhileThePublicLogGoesOn(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.Procurement(models.ModeLive, p.Person())
	lot := p.Publish(one)
	p.CloseBox(lot)
	p.Event(one, event.LotClosed{})
	p.sign(key)
	content, _ := p.exported(key, one)
	p.Event(one, event.LotEnded{})
	p.sign(key)
	report := p.compared(key, content)
	require.Equal(t, 1, report.Public)
	require.Equal(t, 1, report.NotCovered)
	require.EqualValues(t, 2, report.Covers)
	content, _ = p.exported(key, one)
	report = p.compared(key, content)
	require.Equal(t, 2, report.Public)
	require.Zero(t, report.NotCovered)
}

// The public log commits to positions that an export must not tell.
func TestWhatPositionsKeepBackIsNotCompared(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	ada := p.Person()
	one, other := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeLive, ada)
	p.Event(other, event.ProcurementStarted{})
	lot := p.Publish(one)
	p.Event(other, event.ProcurementCancelled{})
	p.countPositions()
	p.sign(key)
	content, cut := p.exported(key, other)
	require.True(t, cut)
	report := p.compared(key, content)
	require.Zero(t, report.Public)
	require.Equal(t, 1, report.NotCompared)
	p.CloseBox(lot)
	content, _ = p.exported(key, other)
	report = p.compared(key, content)
	require.Equal(t, 1, report.Public)
	require.Zero(t, report.NotCompared)
}

// A box is dated when the transaction that opens it begins, and another event may come in before it ends.
func TestABoxKeepsBackNothingThatThePublicLogCommittedTo(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.Procurement(models.ModeLive, p.Person())
	p.Event(one, event.ProcurementStarted{})
	p.Event(one, event.LotEnded{})
	p.sign(key)
	p.Publish(one)
	p.Exec("UPDATE boxes SET opened_at = (SELECT min(at) FROM events WHERE type = 'lot.ended')")
	content, cut := p.exported(key, one)
	require.True(t, cut)
	report := p.compared(key, content)
	require.EqualValues(t, 2, report.Events)
	require.Equal(t, 1, report.Public)
}

// Rows of the log itself are bound to no procurement: one that is forged must not end the public log.
func TestAnEventOfNoProcurementDoesNotStopThePublicLog(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	p.Exec("ALTER TABLE events DROP CONSTRAINT IF EXISTS events_procurement")
	one, invented := p.Procurement(models.ModeLive, p.Person()), models.NewID(models.PrefixProcurement)
	p.Event(invented, event.ProcurementCancelled{})
	p.Event(one, event.ProcurementCancelled{})
	p.sign(key)
	entries, _ := p.publicLog(key)
	require.Len(t, about(entries, one), 1)
	require.Empty(t, about(entries, invented))
}
