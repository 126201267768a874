package api

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/views"
)

// The methods in use.
const (
	GET    = http.MethodGet
	POST   = http.MethodPost
	PUT    = http.MethodPut
	PATCH  = http.MethodPatch
	DELETE = http.MethodDelete
)

// The headers, as callers know them.
const (
	headerIdempotencyKey = "Idempotency-Key"
	headerIfMatch        = "If-Match"
	headerIfNoneMatch    = "If-None-Match"
	headerReplayed       = "Idempotent-Replayed"
	headerRequestID      = "X-Request-Id"
	headerMode           = "Ppi-Mode"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// away is an engine that is never there: what these tests ask for does not need one.
type away struct{}

func (away) Start(context.Context, models.ID, string, []string) error { return engine.ErrUnavailable }

func (a away) Anew(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	return a.Command(ctx, cmd)
}

func (away) Command(context.Context, models.Command) (process.Outcome, error) {
	return process.Outcome{}, engine.ErrUnavailable
}

// A world is one test's own platform: a database, the real router before it, and an administrator.
type world struct {
	testing.TB

	db       pgtest.Database
	store    *store.Store
	acts     *acts.Acts
	server   *server
	document *openapi3.T
	log      *lockedBuffer
	admin    caller
	// voices are the first representatives of the organisations.
	voices map[models.ID]caller
}

// A caller is a person with an API key.
type caller struct {
	key                  string
	person, organisation models.ID
}

func setup(t testing.TB) *world {
	t.Helper()
	return setupWith(t, func(*Deps) {})
}

// setupWith makes a world whose API works with something else.
func setupWith(t testing.TB, change func(*Deps)) *world {
	t.Helper()
	db := pgtest.NewDatabase(t)
	w := &world{
		TB: t, db: db, store: pgtest.Open(t, db.Application), log: &lockedBuffer{}, voices: map[models.ID]caller{},
	}
	logger := slog.New(slog.NewTextHandler(w.log, nil))
	w.acts = &acts.Acts{Store: w.store, Log: logger, Receipts: receiptSigner(t), Courier: courier(t)}
	deps := Deps{
		Acts: w.acts, Views: &views.Views{Store: w.store, Checkpoints: checkpointKey(t)},
		Engine: away{}, Logger: logger,
		CursorKey: []byte(strings.Repeat("k", 32)), BuildVersion: "test", Limits: manyAtOnce(),
		Ready: func(context.Context) error { return nil },
	}
	change(&deps)
	var err error
	w.server, err = newServer(deps)
	require.NoError(t, err)
	w.document = documentOf(t, w.server)
	token, err := auth.CreateAdministrator(t.Context(), w.store,
		auth.Administrator{Name: "Ada", Organisation: "Operator"})
	require.NoError(t, err)
	w.admin.key = token.Reveal()
	var who me
	w.do(w.admin, GET, "/v1/me", nil).is(http.StatusOK).into(&who)
	w.admin.person, w.admin.organisation = who.Person.ID, who.Organisation.ID
	w.voices[w.admin.organisation] = w.admin
	return w
}

// manyAtOnce are limits for tests whose callers, all at one address, do in seconds what others do in hours.
func manyAtOnce() rest.Limits {
	const many = 1_000_000
	return rest.Limits{PerKey: many, PerAddress: many, WrongKeys: many, OfPerson: many, OfOrganisation: many}
}

// document is that of every test's server: they are all alike, and reading it is slow.
//
//nolint:gochecknoglobals // see above
var document struct {
	once sync.Once
	read *openapi3.T
	err  error
}

func documentOf(t testing.TB, s *server) *openapi3.T {
	t.Helper()
	document.once.Do(func() {
		rec := httptest.NewRecorder()
		s.router.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), GET, "/openapi.json", nil))
		document.read, document.err = openapi3.NewLoader().LoadFromData(rec.Body.Bytes())
	})
	require.NoError(t, document.err)
	return document.read
}

// A header changes a request before it is sent.
type header func(http.Header)

func with(name, value string) header { return func(h http.Header) { h.Set(name, value) } }

func without(name string) header { return func(h http.Header) { h.Del(name) } }

// A response is an answer that has been checked against the OpenAPI document.
type response struct {
	*httptest.ResponseRecorder

	w *world
}

// do sends a request as a caller through the real router. Unless changed by headers it carries a fresh
// Idempotency-Key and If-Match: *.
func (w *world) do(c caller, method, path string, body any, headers ...header) response {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), method, path, reader(w, body))
	if body != nil {
		r.Header.Set("Content-Type", rest.MediaJSON)
	}
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	switch method {
	case POST:
		r.Header.Set(headerIdempotencyKey, uuid.NewString())
		r.Header.Set(headerIfMatch, "*")
	case PUT, PATCH, DELETE:
		r.Header.Set(headerIfMatch, "*")
	}
	for _, change := range headers {
		change(r.Header)
	}
	rec := httptest.NewRecorder()
	w.server.router.ServeHTTP(rec, r)
	w.keepsContract(r, rec)
	return response{rec, w}
}

func reader(t testing.TB, body any) *bytes.Reader {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return bytes.NewReader(nil)
	case string:
		return bytes.NewReader([]byte(b))
	case []byte:
		return bytes.NewReader(b)
	}
	rendered, err := json.Marshal(body)
	require.NoError(t, err)
	return bytes.NewReader(rendered)
}

// keepsContract holds every answer of every test against our own OpenAPI document.
func (w *world) keepsContract(r *http.Request, rec *httptest.ResponseRecorder) {
	w.Helper()
	require.NotEmpty(w, rec.Header().Get(headerRequestID))
	if rec.Code >= http.StatusBadRequest {
		w.isProblem(r, rec)
	}
	o, found := w.operationOf(r)
	if !found || o.Hidden {
		return
	}
	item := w.document.Paths.Value(o.Path)
	err := openapi3filter.ValidateResponse(w.Context(), (&openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: r,
			Route: &routers.Route{
				Spec: w.document, Path: o.Path, PathItem: item, Method: o.Method,
				Operation: item.GetOperation(o.Method),
			},
		},
		Status:  rec.Code,
		Header:  rec.Header(),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}).SetBodyBytes(rec.Body.Bytes()))
	require.NoError(w, err, "%s %s: %d %s", r.Method, r.URL, rec.Code, rec.Body)
}

func (w *world) isProblem(r *http.Request, rec *httptest.ResponseRecorder) {
	w.Helper()
	require.Equal(w, "application/problem+json", rec.Header().Get("Content-Type"), rec.Body)
	var p rest.Problem
	d := json.NewDecoder(bytes.NewReader(rec.Body.Bytes()))
	d.DisallowUnknownFields()
	require.NoError(w, d.Decode(&p), rec.Body)
	require.Equal(w, rec.Code, p.Status)
	refused, known := models.RefusalTypeOf(p.Code)
	require.True(w, known, p.Code)
	require.Equal(w, rest.Status(refused.Kind), p.Status)
	require.Equal(w, rest.DefaultProblemBase+string(p.Code), p.Type)
	require.Equal(w, refused.Title, p.Title)
	require.NotEmpty(w, p.Detail)
	require.Equal(w, instanceOf(r), p.Instance)
	require.Equal(w, rec.Header().Get(headerRequestID), p.RequestID)
}

// instanceOf is the path of a request as a problem repeats it: not all of one that is hostile.
func instanceOf(r *http.Request) string {
	const longest = 200
	if path := r.URL.EscapedPath(); len(path) > longest {
		return path[:longest] + "…"
	}
	return r.URL.EscapedPath()
}

// operationOf finds the row that a request falls to, by comparing paths part by part.
func (w *world) operationOf(r *http.Request) (rest.Operation, bool) {
	for _, o := range w.server.router.Operations() {
		if o.Method == r.Method && fitsPath(o.Path, r.URL.Path) {
			return o, true
		}
	}
	return rest.Operation{}, false
}

func fitsPath(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && (!strings.HasPrefix(want[i], "{") || got[i] == "") {
			return false
		}
	}
	return true
}

func (r response) is(status int) response {
	r.w.Helper()
	require.Equal(r.w, status, r.Code, r.Body)
	return r
}

// refused expects a problem with a code and returns it.
func (r response) refused(code models.Code) rest.Problem {
	r.w.Helper()
	var p rest.Problem
	require.NoError(r.w, json.Unmarshal(r.Body.Bytes(), &p), r.Body)
	require.Equal(r.w, code, p.Code, r.Body)
	return p
}

// into reads the answer into what v points to, of which nothing earlier stays.
func (r response) into(v any) response {
	r.w.Helper()
	reflect.ValueOf(v).Elem().SetZero()
	require.NoError(r.w, json.Unmarshal(r.Body.Bytes(), v), r.Body)
	return r
}

func (r response) etag() string { return r.Header().Get("ETag") }

// organisation registers an organisation with its first representative, who has a key.
func (w *world) organisation(kind models.OrganisationKind) caller {
	w.Helper()
	var o organisation
	w.do(w.admin, POST, "/v1/organisations",
		map[string]any{"legal_name": "Org " + uuid.NewString(), "country": "FR", "kind": kind}).
		is(http.StatusCreated).into(&o)
	var e Enrolling
	w.do(w.admin, POST, o.Self()+"/representatives", map[string]any{"name": "P"}).is(http.StatusCreated).into(&e)
	w.voices[o.ID] = w.redeem(e)
	return w.voices[o.ID]
}

// redeem enrols a person with the code that was issued.
func (w *world) redeem(e Enrolling) caller {
	w.Helper()
	var enrolled Enrolled
	w.do(caller{}, POST, "/v1/enrolments/actions/redeem", map[string]any{"code": e.Enrolment.Code, "label": "test"}).
		is(http.StatusCreated).into(&enrolled)
	return caller{key: enrolled.Key.Secret, person: e.ID, organisation: e.OrganisationID}
}

func (w *world) buyer() caller { return w.organisation(models.OrganisationContractingAuthority) }

// personOf registers a person of an organisation, who has a key and does not represent it.
func (w *world) personOf(organisation models.ID) caller {
	w.Helper()
	var e Enrolling
	w.do(w.voices[organisation], POST, "/v1/people", map[string]any{"organisation_id": organisation, "name": "P"}).
		is(http.StatusCreated).into(&e)
	return w.redeem(e)
}

func draft() map[string]any {
	return map[string]any{
		"title": models.Text{"en": "Quiet trains"}, "description": models.Text{"en": "…"}, "languages": []string{"en"},
		"mode": models.ModeLive, "zone": "Europe/Paris",
	}
}

// procurement drafts a procurement by a lead procurer.
func (w *world) procurement(lead caller) procurement {
	w.Helper()
	var p procurement
	w.do(lead, POST, "/v1/procurements", draft()).is(http.StatusCreated).into(&p)
	return p
}

// give gives a person a role, in the way in which the person's organisation comes to one.
func (w *world) give(lead caller, p procurement, person models.ID, r models.Role) role {
	w.Helper()
	var organisation models.ID
	require.NoError(w, w.db.SQL.QueryRow(w.Context(), "SELECT organisation_id FROM people WHERE id = $1", person).
		Scan(&organisation))
	voice := w.voices[organisation]
	var given role
	switch {
	case r.OfSupplier():
		return w.supply(p, caller{person: person, organisation: organisation}, r)
	case w.count(`SELECT count(*) FROM consortium_members
		WHERE procurement_id = $1 AND organisation_id = $2`, p.ID, organisation) == 0:
		var offer RoleOfferView
		w.do(w.voices[lead.organisation], POST, p.Self()+"/role-offers",
			map[string]any{"person_id": person, "role": r}).
			is(http.StatusCreated).into(&offer)
		w.do(voice, POST, "/v1/role-offers/"+string(offer.ID)+"/actions/accept",
			map[string]any{"will_not_tender": true}).is(http.StatusOK).into(&offer)
		w.do(lead, GET, p.Self()+"/roles/"+string(*offer.RoleID), nil).is(http.StatusOK).into(&given)
		return given
	}
	w.do(voice, POST, p.Self()+"/roles", map[string]any{"person_id": person, "role": r}).is(http.StatusCreated).
		into(&given)
	return given
}

// supply makes a person a supplier's, though nothing may be published yet for which anybody could register.
func (w *world) supply(p procurement, c caller, r models.Role) role {
	w.Helper()
	id := models.NewID(models.PrefixRole)
	w.exec(`INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from)
		VALUES ($1, $2, $3, $4, $5, '2000-01-01')`, id, p.ID, c.person, c.organisation, r)
	return role{ID: id, ProcurementID: p.ID, PersonID: c.person, OrganisationID: c.organisation, Role: r}
}

// employ has a supplier give its colleague the roles of those who hand in tenders.
func (d *tendering) employ(supplier, colleague caller) {
	d.Helper()
	for _, r := range []models.Role{models.RoleSupplier, models.RoleSignatory} {
		d.do(supplier, POST, d.Self()+"/roles", map[string]any{"person_id": colleague.person, "role": r}).
			is(http.StatusCreated)
	}
}

// join takes an organisation into the consortium, and has it accept.
func (w *world) join(lead caller, p procurement, organisation models.ID) {
	w.Helper()
	member := p.Self() + "/members/" + string(organisation)
	w.do(lead, PUT, member, map[string]any{}).is(http.StatusCreated)
	w.do(w.voices[organisation], POST, member+"/actions/accept", nil).is(http.StatusOK)
}

// exec changes the database behind the API's back.
func (w *world) exec(statement string, args ...any) {
	w.Helper()
	_, err := w.db.SQL.Exec(w.Context(), statement, args...)
	require.NoError(w, err)
}

// begin sends a request beside the test and returns what waits for its answer.
func (w *world) begin(send func() response) (answer func() response) {
	w.Helper()
	sent := make(chan response, 1)
	go func() {
		defer close(sent) // also when a check of the answer ends this goroutine
		sent <- send()
	}()
	return func() response {
		w.Helper()
		r, answered := <-sent
		require.True(w, answered, "the request was not answered as it should be")
		return r
	}
}

// atOnce runs n requests at the same time and returns their answers.
func (w *world) atOnce(n int, send func(i int) response) []response {
	w.Helper()
	waiting := make([]func() response, n)
	for i := range n {
		waiting[i] = w.begin(func() response { return send(i) })
	}
	answers := make([]response, n)
	for i, answer := range waiting {
		answers[i] = answer()
	}
	return answers
}

// count reads a number from the database.
func (w *world) count(query string, args ...any) (n int) {
	w.Helper()
	require.NoError(w, w.db.SQL.QueryRow(w.Context(), query, args...).Scan(&n))
	return n
}

// hold takes a lock in a transaction of its own and returns what ends it.
func (w *world) hold(statement string, args ...any) (release func()) {
	w.Helper()
	conn := pgtest.Connect(w, w.db.Superuser)
	_, err := conn.Exec(w.Context(), "BEGIN")
	require.NoError(w, err)
	_, err = conn.Exec(w.Context(), statement, args...)
	require.NoError(w, err)
	return func() {
		_, err := conn.Exec(w.Context(), "COMMIT")
		require.NoError(w, err)
	}
}

// untilWaiting returns once n statements of the API wait for a lock.
func (w *world) untilWaiting(n int) {
	w.Helper()
	require.Eventually(w, func() bool {
		return n == w.count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "+
			"wait_event_type = 'Lock'")
	}, patienceOfTests, tick)
}

func (w *world) logged() string { return w.log.String() }

const (
	tick            = 10 * time.Millisecond
	patienceOfTests = 20 * time.Second
)
