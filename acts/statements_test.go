package acts_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

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

// traced carries out a command and returns the statements that its act sent, and in how many round trips.
func (p *procuring) traced(id string) (statements []string, trips int) {
	p.Helper()
	trace := &sent{}
	traced, err := store.Open(p.Context(), store.Options{
		DSN: p.dsn, Logger: slog.New(slog.DiscardHandler),
		Tracer: trace,
	})
	require.NoError(p, err)
	defer traced.Close()
	begun, before := len(trace.statements), trace.trips
	out, err := (&acts.Acts{Store: traced, Log: slog.New(slog.DiscardHandler)}).Execute(p.Context(),
		process.Execute{ProcurementID: p.id, CommandID: id})
	require.NoError(p, err)
	require.Equal(p, process.CommandDone, out.Status)
	return trace.statements[begun:], trace.trips - before
}

func TestAVoteReadsTheProcurementOnce(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	p.started()
	silent := strings.Replace(p.gateVote(models.PhaseNeeds, models.ChoiceAbstain), `, "reason": "x"`, "", 1)
	act, trips := p.traced(p.asked(p.board, models.VerbVote, silent))
	require.LessOrEqual(t, len(act), 9, strings.Join(act, "\n"))
	require.LessOrEqual(t, trips, 3, "round trips")
	for part, times := range map[string]int{"FROM phase_rounds": 1, "FROM entry_versions": 1, "INSERT INTO events": 1} {
		require.Equal(t, times, mentions(act, part), part)
	}

	reasoned, again := p.traced(p.asked(p.board, models.VerbVote, p.gateVote(models.PhaseNeeds, models.ChoiceReject)))
	require.Equal(t, 1, mentions(reasoned, "INSERT INTO event_parts"), "a reason is a part of the event")
	require.Equal(t, trips, again, "it travels with the commit")
}

func TestTheClockMovesWithoutReadingTheDossier(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	p.started()
	to := time.Now().AddDate(0, 1, 0).Format(time.RFC3339)
	act, _ := p.traced(p.asked(p.lead, models.VerbAdvance, fmt.Sprintf(`{"to": %q}`, to)))
	require.Equal(t, 1, mentions(act, "FROM phase_rounds"), "where the procurement stands")
	require.Zero(t, mentions(act, "FROM entry_versions"))
}

// mentions counts the statements with a part.
func mentions(statements []string, part string) (n int) {
	for _, s := range statements {
		if strings.Contains(s, part) {
			n++
		}
	}
	return n
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
