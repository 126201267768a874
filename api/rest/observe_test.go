package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
)

// tally is an observer in a test.
type tally struct {
	mu   sync.Mutex
	seen []string
}

func (t *tally) Request(operation string, status int, _ time.Duration) {
	t.note(fmt.Sprintf("%s %d", operation, status))
}

func (t *tally) UndisclosedFault() { t.note("undisclosed") }

func (t *tally) note(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = append(t.seen, what)
}

// somebody calls from an organisation of a kind, holding roles on the only procurement.
type somebody struct {
	one

	kind  models.OrganisationKind
	roles []models.Role
}

func (s somebody) Credential(ctx context.Context, key models.ID) (models.Credential, error) {
	found, err := s.one.Credential(ctx, key)
	found.Kind, found.Person.ID = s.kind, "per_somebody"
	return found, err
}

const onlyProcurement = "prc_00000000-0000-7000-8000-000000000000"

func (s somebody) KeyAndSeat(ctx context.Context, key, _ models.ID) (models.Credential, *models.Seat, error) {
	found, err := s.Credential(ctx, key)
	return found, &models.Seat{Procurement: models.Procurement{ID: onlyProcurement}, Roles: s.roles}, err
}

// A watchedSite is one of which everything that operators see is kept.
type watchedSite struct {
	*site

	tally *tally
	spans *tracetest.InMemoryExporter
	key   string
}

// watched has somebody call operations that everybody, and nobody but suppliers, calls.
func watched(t *testing.T, kind models.OrganisationKind, roles ...models.Role) *watchedSite {
	t.Helper()
	answer := func(context.Context, *struct{}) (*thingOutput, error) { return &thingOutput{}, nil }
	broken := func(context.Context, *struct{}) (*thingOutput, error) { return nil, errors.New("broken") }
	refusing := func(context.Context, *struct{}) (*thingOutput, error) {
		return nil, models.Refuse(models.CodePhaseNotOpen, "", "not now")
	}
	w := &watchedSite{
		site: &site{TB: t, log: &strings.Builder{}}, tally: &tally{}, spans: tracetest.NewInMemoryExporter(),
	}
	w.caller = one{auth.NewToken()}
	w.key = "Bearer " + w.caller.token.Reveal()
	all := Roles(models.RoleLeadProcurer, models.RoleSupplier)
	var err error
	w.router, err = New(Config{
		Callers: somebody{w.caller, kind, roles}, Logger: slog.New(slog.NewTextHandler(w.log, nil)),
		CursorKey: make([]byte, 32), Version: "test", Observer: w.tally,
		Tracer: sdktrace.NewTracerProvider(sdktrace.WithSyncer(w.spans)).Tracer("test"),
	}, []Operation{
		Get("/livez", Public(), "Live", answer, Uncounted()),
		Get("/v1/public", Public(), "Public", answer),
		Get("/v1/known", Authenticated(), "Known", answer),
		Get("/v1/broken", Authenticated(), "Broken", broken),
		Get("/v1/refusing", Authenticated(), "Refusing", refusing),
		Get("/v1/discreet", Authenticated(), "Discreet", answer, Discreet()),
		Get("/v1/procurements/{procurement}/lots", all, "Lots", func(context.Context, *struct {
			Procurement string `path:"procurement"`
		},
		) (*thingOutput, error) {
			return &thingOutput{}, nil
		}),
	})
	require.NoError(t, err)
	return w
}

var ofLots = "/v1/procurements/" + onlyProcurement + "/lots"

func (w *watchedSite) callEverything() {
	w.Helper()
	for _, path := range []string{"/v1/known", "/v1/refusing", "/v1/discreet", ofLots} {
		w.get(path, "Authorization", w.key, "Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	}
}

func (w *watchedSite) traced() []string {
	var names []string
	for _, s := range w.spans.GetSpans() {
		names = append(names, s.Name)
	}
	return names
}

func TestBuyersAreCountedAndTraced(t *testing.T) {
	t.Parallel()
	w := watched(t, models.OrganisationContractingAuthority, models.RoleLeadProcurer)
	w.callEverything()
	require.Equal(t, []string{
		"get-v1-known 200", "get-v1-refusing 409", "get-v1-procurements-procurement-lots 200",
	}, w.tally.seen)
	require.Equal(t, []string{"get-v1-known", "get-v1-refusing", "get-v1-procurements-procurement-lots"}, w.traced())
	require.Regexp(t, "msg=request .*operation=get-v1-refusing .*person=per_somebody status=409 outcome=refused .*"+
		"code=phase_not_open", w.log.String())
	for _, s := range w.spans.GetSpans() {
		require.Equal(t, "4bf92f3577b34da6a3ce929d0e0e4736", s.SpanContext.TraceID().String())
	}
}

// Neither a supplier's role nor the supplier's organisation may be counted: a count is the number of tenders to whoever
// watches it grow.
func TestWhoSuppliesOrMightIsNeitherCountedNorTraced(t *testing.T) {
	t.Parallel()
	for _, w := range []*watchedSite{
		watched(t, models.OrganisationEconomicOperator, models.RoleSupplier),
		watched(t, models.OrganisationEconomicOperator),
	} {
		w.callEverything()
		require.Empty(t, w.tally.seen)
		require.Empty(t, w.traced())
		w.get("/v1/broken", "Authorization", w.key)
		require.Equal(t, []string{"undisclosed"}, w.tally.seen, "a fault of ours is told, and nothing else of it")
		for line := range strings.Lines(w.log.String()) {
			require.Regexp(t, `msg=request request=\S+ outcome=(done|refused|failed)\n$|msg="internal error"|`+
				`msg="access denied"`, line)
			require.NotContains(t, line, onlyProcurement, "where somebody looks is where it might tender")
		}
	}
	supplies := watched(t, models.OrganisationOther, models.RoleSupplier)
	supplies.get(ofLots, "Authorization", supplies.key)
	require.Empty(t, supplies.tally.seen)
	require.Empty(t, supplies.traced())
	require.Regexp(t, `msg=request request=\S+ outcome=done\n$`, supplies.log.String(),
		"method, status and size tell a receipt from other answers")
}

// A supplier whose key has expired is not told apart from anybody else.
func TestCallersWhoAreNotRecognisedAreOne(t *testing.T) {
	t.Parallel()
	w := watched(t, models.OrganisationContractingAuthority)
	for _, path := range []string{"/v1/known", ofLots, "/v1/absent"} {
		w.get(path)
	}
	w.get("/v1/discreet")
	w.get("/v1/public")
	w.get("/livez")
	require.Equal(t, []string{
		"unrecognised 401", "unrecognised 401", "none 404", "get-v1-public 200", "get-livez 200",
	}, w.tally.seen)
	require.Equal(t, []string{"get-v1-public"}, w.traced())
}

func TestNothingIsTracedWithoutATracer(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{}, fine("/v1/things"))
	require.Equal(t, http.StatusOK, s.get("/v1/things", "Traceparent",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").Code)
	require.NotContains(t, s.log.String(), "trace")
}
