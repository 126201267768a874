package eventlog_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// export exports what may be told of a procurement and verifies it.
func (p *platform) export(key audit.Key, procurement models.ID) (events int64, cut bool) {
	p.Helper()
	var out bytes.Buffer
	err := p.Log().ExportDisclosed(p.Context(), key, procurement, func(c bool) io.Writer { cut = c; return &out })
	require.NoError(p, err)
	report, err := audit.VerifyExport(&out, audit.Options{VerifierKeys: []string{key.Verifier()}})
	require.NoError(p, err)
	require.True(p, report.Valid, "%+v", report.Fault)
	require.Equal(p, procurement, report.Procurement)
	return report.Events, cut
}

func (p *platform) sign(key audit.Key) audit.Checkpoint {
	p.Helper()
	c, err := p.Log().Checkpoint(p.Context(), key, "")
	require.NoError(p, err)
	return c
}

// Positions count what came in before. Whoever could make events and look at their positions would count
// the tenders between them.
func TestNothingThatCountsTendersIsToldWhileABoxIsOpen(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	ada := p.Person()
	one, other := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeLive, ada)
	_, err := p.Log().PublicCheckpoint(t.Context())
	require.ErrorIs(t, err, eventlog.ErrNoCheckpoint)
	p.Event(one, event.ProcurementStarted{})
	p.Event(other, event.ProcurementStarted{})
	shown := p.sign(key)

	lot := p.Publish(one)
	p.sign(key)
	untouched, _ := p.export(key, one)
	public, err := p.Log().PublicCheckpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, shown.Note, public.Note)

	p.Tender()
	p.Event(one, event.DeadlineMoved{})
	p.Event(other, event.VoteCast{})
	p.sign(key)
	events, cut := p.export(key, one)
	require.True(t, cut)
	require.Equal(t, untouched, events, "with a tender or without, the export is the same")
	require.EqualValues(t, 1, events)
	events, cut = p.export(key, other)
	require.True(t, cut)
	require.EqualValues(t, 1, events)
	public, err = p.Log().PublicCheckpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, shown.Note, public.Note)

	p.CloseBox(lot)
	events, cut = p.export(key, one)
	require.False(t, cut)
	require.EqualValues(t, 3, events)
	public, err = p.Log().PublicCheckpoint(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 6, public.Size)
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

func TestABoxOfARehearsalHidesItsOwnProcurementOnly(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	ada := p.Person()
	live, rehearsal := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeRehearsal, ada)
	p.Event(rehearsal, event.ProcurementStarted{})
	p.Publish(rehearsal)
	p.Event(live, event.ProcurementStarted{})
	signed := p.sign(key)
	events, cut := p.export(key, rehearsal)
	require.True(t, cut)
	require.EqualValues(t, 1, events)
	_, cut = p.export(key, live)
	require.False(t, cut)
	public, err := p.Log().PublicCheckpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, signed.Note, public.Note)
}

func TestAnExportOfNothingIsSaidToBeSo(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.Procurement(models.ModeLive, p.Person())
	nowhere := func(bool) io.Writer { return io.Discard }
	require.ErrorIs(t, p.Log().ExportDisclosed(t.Context(), key, one, nowhere), eventlog.ErrNothingRecorded)
	p.Publish(one)
	require.ErrorIs(t, p.Log().ExportDisclosed(t.Context(), key, one, nowhere), eventlog.ErrNothingRecorded)
}
