package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/metrics"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// A diary keeps what the product logs.
type diary struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (d *diary) Write(line []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(line)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.String()
}

// While the boxes are open, whatever anybody can read is the same before and after suppliers register, upload, hand in,
// replace and withdraw: every GET as everybody but the supplier itself, webhooks, the run in Temporal, the log, metrics
// and traces.
func TestNoTraceOfASupplierBeforeItsTime(t *testing.T) {
	t.Parallel()
	log, counted, traced := &diary{}, metrics.New("canary", logger(t)), newTraces(t)
	b := setup(t, options{
		metrics: counted, traces: traced.tracer,
		draft:    rig.Draft{Mode: models.ModeLive, Countries: []string{"FR", "ES", "DE"}},
		webhooks: quick, log: slog.New(slog.NewTextHandler(log, nil)),
	})
	b.skipToTender(t)
	p := b.describeTender(t)
	b.settle(t)
	portal := newPortal(t)
	endpoint := b.endpoint(t, portal, nil)
	start := now(t, p.Lead)
	p.act(t, p.Lead, models.VerbPublish, nil)
	readers := p.everyReader(t)
	readers["rival"] = p.newSupplier(t, "470000.00", "7").Client
	one, two, three := p.newOperator(t, "480000.00", "8"), p.newOperator(t, "400000.00", "5"),
		p.newOperator(t, "390000.00", "4")
	named := p.namedBy(t, one, endpoint)
	asked := p.post(t, readers["rival"], "/questions", map[string]any{"language": "en", "text": "What is a node?"})
	named["{question}"] = string(asked.ID)
	// The first attempt to open a box is an event, those after it are counted.
	_, err := readers["opener"].Get(t.Context(), p.Path("/boxes/"+string(p.box(t))+"/headers?kind=quality"), nil)
	requireRefused(t, models.CodeDeadlineNotOver, err)
	heard, history := p.awaitSent(t, portal, start), p.shownByTemporal(t)
	before := p.readEverything(t, readers, named)
	countedBefore, vitals := shownBy(t, counted), p.vitals(t)
	logged, tracedBefore := len(log.String()), traced.said()

	var registration entryRole
	for _, s := range []*supplier{one, two, three} {
		_, err := s.Post(t.Context(), p.Path("/registrations"), nil, &registration)
		require.NoError(t, err)
	}
	p.handIn(t, two)
	first := two.tender
	_, problem := do(t, two.Client, apiclient.Request{
		Path: p.Path("/tenders/" + string(first) + "/actions/withdraw"), IfMatch: "*",
	})
	require.Nil(t, problem)
	p.handIn(t, one)
	for range tendersOfCanary - 2 {
		p.replace(t, one)
	}
	p.requireHandedIn(t, tendersOfCanary)
	sealed := p.sealed(t, three, "quality", []byte("not handed in yet"))

	p.settle(t)
	said := log.String()[logged:]
	require.Equal(t, countedBefore, shownBy(t, counted))
	require.Equal(t, vitals, p.vitals(t))
	require.Equal(t, tracedBefore, traced.said())
	require.NotContains(t, said, "status=201", "how many were told that something was handed in")

	maps.Copy(named, map[string]string{
		"{tender}": string(one.tender), "{role}": string(registration.RoleID),
		"{upload}": string(sealed["upload"].(models.ID)),
	})
	after := p.readEverything(t, readers, named)
	for _, name := range slices.Sorted(maps.Keys(before)) {
		same, was, is := parted(before[name], after[name])
		require.Equal(t, was, is, "%s, after %q", name, same)
	}
	require.Equal(t, heard, p.awaitSent(t, portal, start))
	p.requireNotTold(t, portal, one, two)
	require.Equal(t, history, p.shownByTemporal(t))
	for _, s := range []*supplier{one, two, three} {
		for _, trace := range []string{s.organisation, s.person, string(s.tender)} {
			require.True(t, trace == "" || !strings.Contains(said, trace), "the log tells of a supplier: %s", said)
		}
	}
}

// Once a box is opened the server reads what was sealed. Nothing of it is in the log, in Temporal or in what is traced.
func TestNothingOfAnOfferIsToldBesideTheRecordOnceItIsOpened(t *testing.T) {
	t.Parallel()
	log, traced := &diary{}, newTraces(t)
	b := setup(t, options{
		draft:  rig.Draft{Mode: models.ModeRehearsal, Countries: []string{"FR", "ES", "DE"}},
		traces: traced.tracer, log: slog.New(slog.NewTextHandler(log, nil)),
	})
	b.skipToTender(t)
	p := b.published(t)
	p.supplyTwo(t)
	p.locked(t)
	p.openPrices(t)
	p.settle(t)
	for where, told := range map[string]string{
		"log": log.String(), "Temporal": p.shownByTemporal(t), "traces": traced.everything(t),
	} {
		require.NotEmpty(t, told, where)
		for _, s := range p.suppliers {
			for _, secret := range []string{string(s.offer), s.amount} {
				require.NotContains(t, told, secret, where)
				require.NotContains(t, told, base64.StdEncoding.EncodeToString([]byte(secret)), where)
			}
		}
	}
}

// tendersOfCanary is how many tenders are handed in while nobody may learn of them.
const tendersOfCanary = 100

// replace hands in another tender in the place of the one that a supplier has.
func (p *tenderPlay) replace(t *testing.T, s *supplier) {
	t.Helper()
	s.offer = []byte("a better offer")
	var receipt struct {
		Tender models.ID `json:"tender_id"`
	}
	_, err := s.Do(t.Context(), apiclient.Request{
		Method: http.MethodPost, Path: p.Path("/tenders/" + string(s.tender) + "/actions/replace"),
		In: map[string]any{"envelopes": []map[string]any{
			p.sealed(t, s, "quality", s.offer),
			p.sealed(t, s, "price", []byte("470000.00")),
		}},
		IfMatch: "*", Out: &receipt,
	})
	require.NoError(t, err)
	s.tender = receipt.Tender
}

// requireHandedIn finds so many tenders in the record, whatever became of them.
func (p *tenderPlay) requireHandedIn(t *testing.T, n int) {
	t.Helper()
	var found int
	p.scan(t, &found, "SELECT count(*) FROM tenders WHERE lot_id = $1", p.lot)
	require.Equal(t, n, found)
}

// parted cuts two answers where they begin to differ.
func parted(a, b string) (same, restA, restB string) {
	i, most := 0, min(len(a), len(b))
	for i < most && a[i] == b[i] {
		i++
	}
	const context = 200
	return a[max(0, i-context):i], a[i:min(len(a), i+context)], b[i:min(len(b), i+context)]
}

type entryRole struct {
	RoleID models.ID `json:"role_id"`
}

// everyReader is somebody in every role on the buyers' side, for a member and from outside, an operator who has nothing
// to do with it, and an administrator.
func (p *tenderPlay) everyReader(t *testing.T) map[string]*apiclient.Client {
	t.Helper()
	readers := map[string]*apiclient.Client{
		"administrator": p.Admin, "lead procurer": p.Lead, "representative": p.Voice(p.Buyers[1].Organisation),
		"stranger": p.newOperator(t, "1", "1").Client, "opener": p.openers[0].Client,
	}
	for _, role := range models.BuyerSide()[1:] {
		who, err := p.Staff(t.Context(), p.Buyers[2].Organisation, role)
		require.NoError(t, err)
		readers[string(role)] = who
	}
	for _, role := range []models.Role{models.RoleObserver, models.RoleEvaluator} {
		expert := p.newOperator(t, "2", "2")
		offer := p.post(t, p.Lead, "/role-offers", map[string]any{"person_id": expert.person, "role": role})
		_, err := expert.Post(t.Context(), "/v1/role-offers/"+string(offer.ID)+"/actions/accept",
			map[string]any{"will_not_tender": true}, nil)
		require.NoError(t, err)
		readers[string(role)+" from outside"] = expert.Client
	}
	return readers
}

// whatVaries differs from one request to the next, whatever happens. A preview is dated when it is read.
var whatVaries = regexp.MustCompile(`"(now|request_id|next|next_cursor|cursor|issued_at|published_at)":"[^"]*"`)

// namedBy says what stands in paths for what is of a supplier, and not yet there. It asks for what tenders need not:
// a document, and somebody new who speaks for the supplier.
func (p *tenderPlay) namedBy(t *testing.T, s *supplier, endpoint string) map[string]string {
	t.Helper()
	file := p.upload(t, p.Lead, []byte("What we need"), "document")
	p.post(t, p.Lead, "/documents", map[string]any{
		"title": models.Text{"en": "Annex"}, "audience": "tenderers", "upload": file,
		"significant": false, "reason": "It was forgotten.",
	})
	var recovery struct{ ID string }
	_, err := p.Admin.Post(t.Context(), "/v1/organisations/"+s.organisation+"/recoveries",
		map[string]any{"name": "Heir", "request_digest": rig.Digest([]byte("letter"))}, &recovery)
	require.NoError(t, err)
	var key string
	p.scan(t, &key, "SELECT id FROM api_keys WHERE person_id = $1 ORDER BY id LIMIT 1", s.person)
	named := map[string]string{
		"{organisation}": s.organisation, "{person}": s.person, "{key}": key, "{recovery}": recovery.ID,
		"{endpoint}": endpoint, "{lot}": string(p.lot),
	}
	for name, prefix := range map[string]models.Prefix{
		"{tender}": models.PrefixTender, "{role}": models.PrefixRole, "{upload}": models.PrefixUpload,
	} {
		named[name] = nobodys(prefix)
	}
	return named
}

// nobodys is an ID that nothing has.
func nobodys(prefix models.Prefix) string {
	return string(prefix) + "_00000000-0000-7000-8000-000000000000"
}

// everyPath fills the paths of all GETs: with what is named, or with what the record has. The procurement begins with
// its tender phase and has neither a consultation nor entries of every kind: these are asked for by IDs of nobody's.
func (p *tenderPlay) everyPath(t *testing.T, named map[string]string) map[string]string {
	t.Helper()
	places := make([]string, 0, 2*len(named))
	for name, id := range named {
		places = append(places, name, id)
	}
	asked := strings.NewReplacer(places...)
	nothing := strings.NewReplacer("{entry}", nobodys(models.PrefixEntry), "{announcement}",
		nobodys(models.PrefixEntry), "{response}", nobodys(models.PrefixResponse))
	record, paths, entries := pgtest.Connect(t, p.database.Superuser), map[string]string{}, 0
	for _, path := range p.everyGET(t) {
		at, missing, err := rig.Fill(asked.Replace(path), func(query string) (value string, err error) {
			err = record.QueryRow(t.Context(), query, p.Procurement).Scan(&value)
			if errors.Is(err, pgx.ErrNoRows) {
				err = nil
			}
			return value, err
		})
		require.NoError(t, err)
		if strings.Contains(path, "{entry}") && len(missing) == 0 {
			entries++
		}
		paths[path] = nothing.Replace(at)
		require.NotContains(t, paths[path], "{")
	}
	require.GreaterOrEqual(t, entries, 2, "of the kinds that this procurement has")
	return paths
}

// readEverything answers every GET of the described API as every reader, by reader and path. What is named
// stands in the answers as it stands in the path.
func (p *tenderPlay) readEverything(
	t *testing.T, readers map[string]*apiclient.Client, named map[string]string,
) map[string]string {
	t.Helper()
	p.settle(t)
	read := map[string]string{}
	for path, at := range p.everyPath(t, named) {
		for name, who := range readers {
			var body bytes.Buffer
			answer, err := who.Do(t.Context(), apiclient.Request{Method: http.MethodGet, Path: at, Out: &body})
			said := body.String()
			if problem, ok := apiclient.ProblemOf(err); ok {
				said = problem.Code + ": " + problem.Detail
			} else {
				require.NoError(t, err, "%s as %s", at, name)
			}
			said = whatVaries.ReplaceAllString(said, "")
			for _, place := range []string{"{tender}", "{role}", "{upload}"} {
				said = strings.ReplaceAll(said, named[place], place)
			}
			read[name+" reads "+path] = answer.Header.Get("ETag") + " " + said
		}
	}
	return read
}

// everyGET lists the paths of the described API that can be read.
func (p *tenderPlay) everyGET(t *testing.T) []string {
	t.Helper()
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	_, err := p.Anonymous.Get(t.Context(), "/openapi.json", &document)
	require.NoError(t, err)
	var paths []string
	for path, methods := range document.Paths {
		if _, reads := methods["get"]; reads {
			paths = append(paths, path)
		}
	}
	require.Greater(t, len(paths), 100)
	slices.Sort(paths)
	return paths
}

// shownByTemporal is the history of the procurement's runs, and their search attributes.
func (p *tenderPlay) shownByTemporal(t *testing.T) string {
	t.Helper()
	id := process.WorkflowID(models.ID(p.Procurement))
	var shown strings.Builder
	for _, run := range p.runs(t) {
		for _, event := range p.history(t, id, run).GetEvents() {
			text, err := protojson.Marshal(event)
			require.NoError(t, err)
			shown.Write(text)
		}
		d, err := p.Temporal.DescribeWorkflowExecution(t.Context(), id, run)
		require.NoError(t, err)
		attributes, err := json.Marshal(d.GetWorkflowExecutionInfo().GetSearchAttributes())
		require.NoError(t, err)
		shown.Write(attributes)
	}
	return shown.String()
}
