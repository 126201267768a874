package eventlog_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// export exports what may be told of a procurement and verifies it.
func (p *platform) export(key audit.Key, procurement models.ID) (events int64, cut bool) {
	p.Helper()
	content, cut := p.exported(key, procurement)
	report, err := audit.VerifyExport(bytes.NewReader(content), audit.Options{VerifierKeys: []string{key.Verifier()}})
	require.NoError(p, err)
	require.True(p, report.Valid, "%+v", report.Fault)
	require.Equal(p, procurement, report.Procurement)
	return report.Events, cut
}

func (p *platform) exported(key audit.Key, procurement models.ID) (content []byte, cut bool) {
	p.Helper()
	var out bytes.Buffer
	err := p.Log().ExportDisclosed(p.Context(), key, procurement, nil, func(c bool) io.Writer { cut = c; return &out })
	require.NoError(p, err)
	return out.Bytes(), cut
}

func (p *platform) sign(key audit.Key) audit.Checkpoint {
	p.Helper()
	c, err := p.Log().Checkpoint(p.Context(), key, "")
	require.NoError(p, err)
	return c
}

// Positions count what came in before. Whoever could make events and look at their positions would count
// the tenders between them.
func TestAnExportTellsNothingOfTenders(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	ada := p.Person()
	one, other := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeLive, ada)
	p.Event(one, event.ProcurementStarted{})
	p.Event(other, event.ProcurementStarted{})
	lot := p.Publish(one)
	untouched, cut := p.exported(key, one)
	require.True(t, cut)
	p.Tender()
	p.Event(one, event.DeadlineMoved{})
	content, cut := p.exported(key, one)
	require.True(t, cut)
	require.Equal(t, string(untouched), string(content), "with a tender or without, the export is the same")
	require.NotContains(t, string(content), `"position"`)

	p.CloseBox(lot)
	events, cut := p.export(key, one)
	require.False(t, cut)
	require.EqualValues(t, 3, events)
	content, _ = p.exported(key, one)
	require.NotContains(t, string(content), `"position"`)
}

// A box that is open for years holds back what its own procurement recorded, and nothing else.
func TestABoxHidesItsOwnProcurementOnly(t *testing.T) {
	t.Parallel()
	for _, mode := range []models.Mode{models.ModeLive, models.ModeRehearsal} {
		p, key := newPlatform(t), testKey(t)
		ada := p.Person()
		one, other := p.Procurement(mode, ada), p.Procurement(models.ModeLive, ada)
		p.Event(one, event.ProcurementStarted{})
		p.Publish(one)
		p.Event(other, event.ProcurementStarted{})
		p.Tender()
		p.Event(other, event.VoteCast{})
		events, cut := p.export(key, one)
		require.True(t, cut)
		require.EqualValues(t, 1, events)
		events, cut = p.export(key, other)
		require.False(t, cut)
		require.EqualValues(t, 2, events)
	}
}

func TestABoxOpenedAgainHidesOnlyWhatFollows(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.Procurement(models.ModeLive, p.Person())
	p.CloseBox(p.Publish(one))
	p.Event(one, event.LotClosed{})
	p.Publish(one)
	events, cut := p.export(key, one)
	require.True(t, cut)
	require.EqualValues(t, 2, events)
}

// The box is there, and the event that opened it still waits for its place: nothing recorded since is in the log
// either.
func TestABoxWhoseOpeningHasNoPlaceYetHidesNothingBefore(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.Procurement(models.ModeLive, p.Person())
	p.Event(one, event.ProcurementStarted{})
	_, published := p.OpenLot(one)
	p.Append(published)
	p.Append(event.Event{ProcurementID: one, Payload: event.VoteCast{}})
	events, _ := p.export(key, one)
	require.EqualValues(t, 1, events)
	pgtest.Sequence(t, p.Sequencer)
	events, cut := p.export(key, one)
	require.True(t, cut)
	require.EqualValues(t, 1, events)
}

// A record that an earlier release began has entries that contain positions.
func TestEntriesOfTheFirstFormEndBeforeTheOldestBoxThatWasOpenThen(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	ada := p.Person()
	one, other := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeLive, ada)
	rehearsal := p.Procurement(models.ModeRehearsal, ada)
	p.Event(other, event.ProcurementStarted{})
	p.Publish(rehearsal)
	lot := p.Publish(one)
	p.Tender()
	p.Event(other, event.VoteCast{})
	p.countPositions()
	p.Publish(one)
	p.Event(other, event.VoteCast{})

	events, cut := p.export(key, other)
	require.True(t, cut)
	require.EqualValues(t, 1, events)
	content, _ := p.exported(key, other)
	require.Contains(t, string(content), `"position":1,`)
	p.CloseBox(lot)
	events, cut = p.export(key, other)
	require.False(t, cut, "the box that was opened since does not matter")
	require.EqualValues(t, 3, events)
}

func TestAnExportOfNothingIsSaidToBeSo(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.Procurement(models.ModeLive, p.Person())
	nowhere := func(bool) io.Writer { return io.Discard }
	require.ErrorIs(t, p.Log().ExportDisclosed(t.Context(), key, one, nil, nowhere), eventlog.ErrNothingRecorded)
	p.Publish(one)
	require.ErrorIs(t, p.Log().ExportDisclosed(t.Context(), key, one, nil, nowhere), eventlog.ErrNothingRecorded)
}
