package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// gone is an engine on which nothing runs or will, so that a command is answered from the record alone.
type gone struct{}

func (gone) Start(context.Context, models.ID, string, []string) error { return engine.ErrNotRunning }

func (g gone) Anew(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	return g.Command(ctx, cmd)
}

func (gone) Command(context.Context, models.Command) (process.Outcome, error) {
	return process.Outcome{}, engine.ErrNotRunning
}

// hostile are values that break what is careless: too large, too deep, of another type, not text.
func hostile() []string {
	return []string{
		``, `null`, `true`, `0`, `-1`, `1e400`, `1e308`, `123456789012345678901234567890`, `0.1`, `""`, `"x"`, `" "`,
		`"\u0000"`, `"\ud800"`,
		`"` + strings.Repeat("ä", 5000) + `"`, `[]`, `{}`, `[null]`, `{"":null}`, `{"en":null}`, `{"en":"x"}`,
		`{"en":1}`,
		strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100),
		strings.Repeat(`{"a":`, 31) + `1` + strings.Repeat(`}`, 31),
		`"9999-12-31T23:59:59-14:00"`, `"0000-01-01T00:00:00Z"`, `"2026-02-30T00:00:00Z"`, `"2026-11-22T12:00:00Z"`,
		`"2026-11-22T12:00:00"`,
		"\"\xff\"", "\x00", `{"a":1,"a":2}`, `Infinity`, `"per_00000000-0000-7000-8000-000000000000"`,
	}
}

// FuzzRequests sends anything to every operation, as someone who may call it, and asks that the answer
// is one of the document's and never a fault of the engine.
func FuzzRequests(f *testing.F) {
	faults := &lockedBuffer{}
	w := setupWith(f, func(d *Deps) {
		d.Engine, d.Logger = gone{}, slog.New(slog.NewTextHandler(faults, &slog.HandlerOptions{Level: slog.LevelError}))
	})
	stages := w.mayCallAll()
	operations := w.described()
	for i, o := range operations {
		for _, body := range w.seeds(o) {
			f.Add(uint16(i), body, "", "*", "")
			f.Add(uint16(i+len(operations)), body, "", "*", "")
		}
		for _, value := range some(hostile(), i) {
			f.Add(uint16(i), []byte(value), "limit="+url.QueryEscape(value), value, value)
		}
	}
	f.Fuzz(func(t *testing.T, i uint16, body []byte, query, ifMatch, segment string) {
		here := *w
		here.TB = t
		o, ids := operations[int(i)%len(operations)], stages[int(i)/len(operations)%len(stages)]
		r := httptest.NewRequestWithContext(t.Context(), o.Method, "/", strings.NewReader(string(body)))
		r.URL.Path, r.URL.RawQuery = ids.fill(o.Path, segment), query
		r.Header = http.Header{
			"Authorization": {"Bearer " + w.admin.key}, "Content-Type": {rest.MediaJSON},
			headerIfMatch: {ifMatch}, headerIfNoneMatch: {ifMatch},
			headerIdempotencyKey: {string(models.NewID(models.PrefixEvent))},
		}
		if len(body) == 0 {
			r.Header.Del("Content-Type")
		}
		rec := httptest.NewRecorder()
		w.server.router.ServeHTTP(rec, r)
		require.True(t, rec.Code < http.StatusInternalServerError || awaitsRun(o, rec), "%s %s\n%s\n%s", o.Method,
			r.URL, rec.Body, faults.String())
		here.keepsContract(r, rec)
	})
}

// awaitsRun tells whether a command was answered as it should be when the procurement's run is away.
func awaitsRun(o rest.Operation, rec *httptest.ResponseRecorder) bool {
	return rec.Code == http.StatusServiceUnavailable && strings.Contains(o.Path, "/actions/")
}

// places are the IDs of what exists, by where they stand in a path.
type places map[string]string

// mayCallAll makes w.admin an administrator who also holds every role at once, which the API itself
// would never allow, on a draft and on a procurement whose phases are all open.
func (w *world) mayCallAll() []places {
	w.Helper()
	c, other := w.buyer(), w.admin
	var stages []places
	for range 2 {
		p := w.procurement(c)
		for _, r := range models.Roles()[1:] {
			w.exec(`INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from)
				VALUES ($1, $2, $3, $4, $5, '2000-01-01')`, models.NewID(models.PrefixRole), p.ID, c.person,
				c.organisation, r)
		}
		stages = append(stages, places{
			"{procurement}": string(p.ID), "{organisation}": string(c.organisation), "{person}": string(other.person),
			"{phase}": "needs",
		})
	}
	running := stages[1]["{procurement}"]
	w.exec("UPDATE procurements SET status = 'running', started_at = clock_timestamp() WHERE id = $1", running)
	for _, phase := range models.Phases() {
		w.exec("INSERT INTO phase_rounds VALUES ($1, $2, 1, 'open', clock_timestamp())", running, phase)
	}
	w.exec("ALTER TABLE people DROP CONSTRAINT people_administrators_represent_nobody")
	w.exec("UPDATE people SET administrator = true WHERE id = $1", c.person)
	w.admin = c
	return stages
}

// some takes a few of the values, others for each i: all of them are met, but not all everywhere.
func some(values []string, i int) []string {
	const few = 8
	var taken []string
	for j := range few {
		taken = append(taken, values[(i*few+j)%len(values)])
	}
	return taken
}

// described lists the operations that huma binds, always in the same order.
func (w *world) described() []rest.Operation {
	var all []rest.Operation
	for _, o := range w.server.router.Operations() {
		if !o.Hidden {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b rest.Operation) int { return strings.Compare(a.ID(), b.ID()) })
	return all
}

// fill puts IDs of what exists in a path, and in the last of its parts a segment if that is not empty.
func (ids places) fill(path, segment string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		parts[i] = ids[part]
		if parts[i] == "" || (segment != "" && i == len(parts)-1) {
			parts[i] = segment
		}
	}
	return strings.Join(parts, "/")
}

// seeds are a body that fits the operation's schema, and that body with each of its parts made hostile.
func (w *world) seeds(o rest.Operation) [][]byte {
	d := w.describedBy(o)
	if d.RequestBody == nil || d.RequestBody.Content[rest.MediaJSON] == nil {
		return [][]byte{nil}
	}
	valid, ok := w.example(d.RequestBody.Content[rest.MediaJSON].Schema, "").(map[string]any)
	if !ok {
		return [][]byte{[]byte("{}")}
	}
	seeds := [][]byte{marshal(valid)}
	for i, name := range slices.Sorted(maps.Keys(valid)) {
		for _, value := range some(hostile(), len(o.Path)+i) {
			changed := map[string]json.RawMessage{}
			for n, v := range valid {
				changed[n] = marshal(v)
			}
			seeds = append(seeds, []byte(strings.Replace(string(marshal(changed)), string(changed[name]), value, 1)))
		}
	}
	return seeds
}

func (w *world) describedBy(o rest.Operation) *huma.Operation {
	item := w.server.router.Document().Paths[o.Path]
	return map[string]*huma.Operation{
		GET: item.Get, POST: item.Post, PUT: item.Put, PATCH: item.Patch, DELETE: item.Delete,
	}[o.Method]
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// example makes a value of a schema.
func (w *world) example(s *huma.Schema, name string) any {
	for s.Ref != "" {
		s = w.server.router.Document().Components.Schemas.SchemaFromRef(s.Ref)
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	switch s.Type {
	case huma.TypeObject:
		object := map[string]any{}
		for property, schema := range s.Properties {
			object[property] = w.example(schema, property)
		}
		if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
			object["en"] = w.example(values, "en")
		}
		return object
	case huma.TypeArray:
		return []any{w.example(s.Items, name)}
	case huma.TypeBoolean:
		return true
	case huma.TypeInteger, huma.TypeNumber:
		return 1
	}
	return exampleText(s, name, w.admin)
}

func exampleText(s *huma.Schema, name string, c caller) string {
	known := map[string]string{
		"organisation_id": string(c.organisation), "person_id": string(c.person), "country": "FR",
		"zone": "Europe/Paris", "budget_share": "10",
		"email": string(models.NewID(models.PrefixPerson)) + "@example.org", "languages": "en",
		"clock":  "2017-09-06T09:00:00Z",
		"digest": strings.Repeat("0", 64), "amount": "1000.00", "currency": "EUR",
	}
	if text, ok := known[name]; ok {
		return text
	}
	if s.Format == "date-time" {
		return "2030-01-01T00:00:00Z"
	}
	return "text"
}
