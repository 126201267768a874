// Package e2e drives the whole product over HTTP, on a real PostgreSQL and a real Temporal server.
package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/metrics"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/internal/temporalserver/temporaltest"
	"github.com/ppi-engine/ppi/models"
)

// patience is how long a test waits for something that must happen.
const patience = 60 * time.Second

// A bundle is what a test works with: the product running on a database of its own, and a consortium.
type bundle struct {
	*rig.Rig
	*rig.Consortium
	database pgtest.Database
	// prepared are the tables that the test has changed itself, without events.
	prepared []string
	// people are hired when a test first needs them.
	people team
	// maxEvents is the length at which runs hand over early; 0 leaves it to the server.
	maxEvents int
	// temporal is the server's address.
	temporal string
}

type options struct {
	draft     rig.Draft
	maxEvents int
	// noWorker leaves it to the test to start one.
	noWorker bool
	webhooks rig.Webhooks
	// schedules has the worker keep the schedules.
	schedules bool
	// temporal is the address of a Temporal server of the test's own; empty: the one that all tests share.
	temporal string
	// log is where the product logs; nil: nowhere.
	log *slog.Logger
	// metrics count and traces trace what happens; nil: nothing does.
	metrics *metrics.Metrics
	traces  trace.Tracer
}

// prepare connects with all rights, to change the given tables without events, and without the triggers that keep them.
func (b *bundle) prepare(t *testing.T, tables ...string) *pgx.Conn {
	t.Helper()
	b.prepared = append(b.prepared, tables...)
	conn := pgtest.Connect(t, b.database.Superuser)
	_, err := conn.Exec(t.Context(), "SET session_replication_role = replica")
	require.NoError(t, err)
	return conn
}

func setup(t *testing.T, o options) *bundle {
	t.Helper()
	if o.draft.Countries == nil {
		o.draft.Countries = []string{"FR", "ES"}
	}
	if o.draft.Mode == "" {
		o.draft.Mode = models.ModeLive
	}
	b := &bundle{
		temporal: cmp.Or(o.temporal, temporaltest.Address(t)), database: pgtest.NewDatabase(t),
		maxEvents: o.maxEvents,
	}
	ctx := t.Context()
	var err error
	b.Rig, err = rig.Start(ctx, rig.Options{
		DSN: b.database.Application, TemporalAddress: b.temporal, TaskQueue: "e2e/" + uuid.NewString(),
		MaxEvents: o.maxEvents, Log: cmp.Or(o.log, logger(t)), Webhooks: o.webhooks, Schedules: o.schedules,
		Metrics: o.metrics, Traces: o.traces,
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		if !t.Failed() {
			_, err := b.CheckEvents(context.WithoutCancel(ctx))
			require.NoError(t, err)
			_, err = b.CheckFollowed(context.WithoutCancel(ctx), b.prepared...)
			require.NoError(t, err)
		}
		require.NoError(t, b.Close())
	})
	if !o.noWorker {
		b.startWorker(t)
	}
	b.Consortium, err = b.Rig.Consortium(ctx, o.draft)
	require.NoError(t, err)
	return b
}

func (b *bundle) startWorker(t *testing.T) *rig.Worker {
	t.Helper()
	w := b.StartWorker(context.WithoutCancel(t.Context()))
	t.Cleanup(func() { require.NoError(t, w.Stop()) })
	return w
}

// logger shows what the product logs when the test fails or runs verbosely with PPI_TEST_LOG=1.
func logger(t *testing.T) *slog.Logger {
	t.Helper()
	if os.Getenv("PPI_TEST_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// act carries out a command that must succeed and returns its result.
func (b *bundle) act(t *testing.T, who *apiclient.Client, verb models.Verb, in any) map[string]any {
	t.Helper()
	var out struct {
		Result map[string]any `json:"result"`
	}
	_, err := who.Act(t.Context(), b.Procurement, string(verb), in, &out)
	require.NoError(t, err, "%s", verb)
	return out.Result
}

// refused carries out a command that must be refused with the code.
func (b *bundle) refused(t *testing.T, code models.Code, who *apiclient.Client, verb models.Verb, in any) {
	t.Helper()
	_, err := who.Act(t.Context(), b.Procurement, string(verb), in, nil)
	problem, ok := apiclient.ProblemOf(err)
	require.True(t, ok, "%s must be refused: %v", verb, err)
	require.Equal(t, string(code), problem.Code, problem.Detail)
}

func (b *bundle) get(t *testing.T, who *apiclient.Client, path string, out any) {
	t.Helper()
	_, err := who.Get(t.Context(), b.Path(path), out)
	require.NoError(t, err)
}

func (b *bundle) post(t *testing.T, who *apiclient.Client, path string, in any) entry {
	t.Helper()
	var out entry
	_, err := who.Post(t.Context(), b.Path(path), in, &out)
	require.NoError(t, err, "POST %s", path)
	return out
}

type entry struct {
	ID      models.ID       `json:"id"`
	Digest  string          `json:"digest"`
	Version int64           `json:"version"`
	Content json.RawMessage `json:"content"`
}

type gateView struct {
	Digest   string             `json:"digest"`
	Round    int                `json:"round"`
	Status   string             `json:"status"`
	Met      bool               `json:"met"`
	Criteria []models.Criterion `json:"criteria"`
	Decision string             `json:"decision"`
	Missing  []models.ID        `json:"missing"`
	Votes    []struct {
		Choice   string     `json:"choice"`
		VoidedAt *time.Time `json:"voided_at"`
	} `json:"votes"`
}

func (b *bundle) gate(t *testing.T, phase models.Phase) gateView {
	t.Helper()
	var g gateView
	b.get(t, b.Lead, "/phases/"+string(phase)+"/gate", &g)
	return g
}

// open names the criteria of a gate that block.
func (g gateView) open() string {
	var codes []string
	for _, c := range g.Criteria {
		if c.Finding != models.FindingMet {
			codes = append(codes, c.Code)
		}
	}
	return strings.Join(codes, " ")
}

// approve casts every buyer's vote for the gate as it is now.
func (b *bundle) approve(t *testing.T, phase models.Phase) {
	t.Helper()
	g := b.gate(t, phase)
	require.True(t, g.Met, "open: %s", g.open())
	for _, buyer := range b.Buyers {
		b.act(t, buyer.Board, models.VerbVote, map[string]any{"phase": phase, "digest": g.Digest, "choice": "approve"})
	}
}

func (b *bundle) phase(t *testing.T, phase models.Phase) (round int, status string) {
	t.Helper()
	var view struct {
		Items []struct {
			Phase  models.Phase `json:"phase"`
			Round  int          `json:"round"`
			Status string       `json:"status"`
		} `json:"items"`
	}
	b.get(t, b.Lead, "/phases", &view)
	for _, p := range view.Items {
		if p.Phase == phase && p.Round > round {
			round, status = p.Round, p.Status
		}
	}
	return round, status
}

func (b *bundle) status(t *testing.T) string {
	t.Helper()
	var p struct {
		Status string `json:"status"`
	}
	b.get(t, b.Lead, "", &p)
	return p.Status
}

// writeNeeds fills the dossier of the needs phase so that its gate is met.
func (b *bundle) writeNeeds(t *testing.T) {
	t.Helper()
	require.NoError(t, b.WriteNeeds(t.Context()))
}

// do makes one call and returns the answer and the problem, if there is one.
func do(t *testing.T, who *apiclient.Client, r apiclient.Request) (apiclient.Answer, *apiclient.Problem) {
	t.Helper()
	if r.Method == "" {
		r.Method = http.MethodPost
	}
	answer, err := who.Do(t.Context(), r)
	if problem, ok := apiclient.ProblemOf(err); ok {
		return answer, problem
	}
	require.NoError(t, err)
	return answer, nil
}

func rigDraft(mode models.Mode, clock *time.Time) rig.Draft {
	return rig.Draft{Mode: mode, Clock: clock, Countries: []string{"FR", "ES"}}
}
