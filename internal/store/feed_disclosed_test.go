package store_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// export exports what may be told of a procurement and verifies it.
func (p *platform) export(key audit.Key, procurement models.ID) (events int64, cut bool) {
	p.Helper()
	var out bytes.Buffer
	err := p.ExportDisclosed(p.Context(), key, procurement, func(c bool) io.Writer { cut = c; return &out })
	require.NoError(p, err)
	report, err := audit.VerifyExport(&out, audit.Options{VerifierKeys: []string{key.Verifier()}})
	require.NoError(p, err)
	require.True(p, report.Valid, "%+v", report.Fault)
	require.Equal(p, procurement, report.Procurement)
	return report.Events, cut
}

func (p *platform) sign(key audit.Key) audit.Checkpoint {
	p.Helper()
	c, err := p.Checkpoint(p.Context(), key, "")
	require.NoError(p, err)
	return c
}

// Positions count what came in before. Whoever could make events and look at their positions would count
// the tenders between them.
func TestNothingThatCountsTendersIsToldWhileABoxIsOpen(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	ada := p.person()
	one, other := p.procurement(models.ModeLive, ada), p.procurement(models.ModeLive, ada)
	_, err := p.PublicCheckpoint(t.Context())
	require.ErrorIs(t, err, store.ErrNoCheckpoint)
	p.event(one, event.ProcurementStarted{})
	p.event(other, event.ProcurementStarted{})
	shown := p.sign(key)

	lot := p.publish(one)
	p.sign(key)
	untouched, _ := p.export(key, one)
	public, err := p.PublicCheckpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, shown.Note, public.Note)

	p.tender()
	p.event(one, event.DeadlineMoved{})
	p.event(other, event.VoteCast{})
	p.sign(key)
	events, cut := p.export(key, one)
	require.True(t, cut)
	require.Equal(t, untouched, events, "with a tender or without, the export is the same")
	require.EqualValues(t, 1, events)
	events, cut = p.export(key, other)
	require.True(t, cut)
	require.EqualValues(t, 1, events)
	public, err = p.PublicCheckpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, shown.Note, public.Note)

	p.close(lot)
	events, cut = p.export(key, one)
	require.False(t, cut)
	require.EqualValues(t, 3, events)
	public, err = p.PublicCheckpoint(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 6, public.Size)
}

func TestABoxOpenedAgainHidesOnlyWhatFollows(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.procurement(models.ModeLive, p.person())
	p.close(p.publish(one))
	p.event(one, event.LotClosed{})
	p.publish(one)
	events, cut := p.export(key, one)
	require.True(t, cut)
	require.EqualValues(t, 2, events)
}

func TestABoxOfARehearsalHidesItsOwnProcurementOnly(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	ada := p.person()
	live, rehearsal := p.procurement(models.ModeLive, ada), p.procurement(models.ModeRehearsal, ada)
	p.event(rehearsal, event.ProcurementStarted{})
	p.publish(rehearsal)
	p.event(live, event.ProcurementStarted{})
	signed := p.sign(key)
	events, cut := p.export(key, rehearsal)
	require.True(t, cut)
	require.EqualValues(t, 1, events)
	_, cut = p.export(key, live)
	require.False(t, cut)
	public, err := p.PublicCheckpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, signed.Note, public.Note)
}

func TestAnExportOfNothingIsSaidToBeSo(t *testing.T) {
	t.Parallel()
	p, key := newPlatform(t), testKey(t)
	one := p.procurement(models.ModeLive, p.person())
	nowhere := func(bool) io.Writer { return io.Discard }
	require.ErrorIs(t, p.ExportDisclosed(t.Context(), key, one, nowhere), store.ErrNothingRecorded)
	p.publish(one)
	require.ErrorIs(t, p.ExportDisclosed(t.Context(), key, one, nowhere), store.ErrNothingRecorded)
}
