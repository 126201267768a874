package acts_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/gate"
)

// sent notes the statements that reach the database, and in how many round trips.
type sent struct {
	statements []string
	trips      int
}

func (s *sent) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.statements = append(s.statements, data.SQL)
	s.trips++
	return ctx
}

func (s *sent) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	for _, q := range data.Batch.QueuedQueries {
		s.statements = append(s.statements, q.SQL)
	}
	s.trips++
	return ctx
}

func (*sent) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (*sent) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (*sent) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestAVoteReadsTheProcurementOnce(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	p.started()
	digest := p.gate(models.PhaseNeeds).Digest()
	id := p.asked(p.board, models.VerbVote, fmt.Sprintf(`{"phase": "needs", "digest": %q, "choice": "abstain"}`,
		digest))

	trace := &sent{}
	traced, err := store.Open(t.Context(), store.Options{
		DSN: p.dsn, Logger: slog.New(slog.DiscardHandler),
		Tracer: trace,
	})
	require.NoError(t, err)
	defer traced.Close()
	begun, trips := len(trace.statements), trace.trips
	out, err := (&acts.Acts{Store: traced, Log: slog.New(slog.DiscardHandler)}).Execute(t.Context(),
		process.Execute{ProcurementID: p.id, CommandID: id})
	require.NoError(t, err)
	require.Equal(t, process.CommandDone, out.Status)

	act := trace.statements[begun:]
	require.LessOrEqual(t, len(act), 9, strings.Join(act, "\n"))
	require.LessOrEqual(t, trace.trips-trips, 3, "round trips")
	for part, times := range map[string]int{"FROM phase_rounds": 1, "FROM entry_versions": 1, "INSERT INTO events": 1} {
		with := slices.DeleteFunc(slices.Clone(act), func(s string) bool { return !strings.Contains(s, part) })
		require.Len(t, with, times, part)
	}
}

// gate judges a gate as it is now.
func (p *procuring) gate(phase models.Phase) (judged models.Gate) {
	p.Helper()
	p.inTx(func(tx *store.Tx) {
		shared, err := tx.ShareProcurement(p.id)
		require.NoError(p, err)
		now, err := tx.Now()
		require.NoError(p, err)
		d, err := tx.Dossier(shared, shared.Now(now))
		require.NoError(p, err)
		judged = gate.Judge(phase, d)
	})
	return judged
}
