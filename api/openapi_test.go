package api

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

func TestTheDocumentDescribesEveryOperationAndWhoMayCallIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.document.Validate(t.Context()))
	require.Equal(t, "3.1.0", w.document.OpenAPI)
	described := 0
	for _, item := range w.document.Paths.Map() {
		described += len(item.Operations())
	}
	expected := 0
	for _, o := range w.server.router.Operations() {
		if o.Hidden {
			continue
		}
		expected++
		d := w.document.Paths.Value(o.Path).GetOperation(o.Method)
		require.NotNil(t, d, o.ID())
		var names []string
		for _, n := range d.Extensions["x-roles"].([]any) {
			names = append(names, n.(string))
		}
		require.Equal(t, o.Access.Names(), names, o.ID())
		health := o.Path == "/livez" || o.Path == "/readyz"
		require.Equal(t, !health, d.Responses.Value("429") != nil, o.ID())
		require.Equal(t, !health, len(d.Extensions["x-limits"].([]any)) > 0, o.ID())
		open := slices.Equal(o.Access.Names(), []string{everyone})
		require.Equal(t, !open, d.Security != nil && len(*d.Security) > 0, o.ID())
		require.Equal(t, o.Keyed, d.Parameters.GetByInAndName("header", headerIdempotencyKey) != nil, o.ID())
		require.Equal(t, o.Conditional, d.Parameters.GetByInAndName("header", headerIfMatch) != nil, o.ID())
	}
	require.Equal(t, expected, described)
	for _, refused := range models.RefusalTypes() {
		require.Contains(t, w.document.Info.Description, "`"+string(refused.Code)+"`")
		require.Contains(t, w.document.Info.Description, refused.Title+". "+refused.Doc)
	}
}

func TestTheDocumentSaysWhichOperationsAreLongWork(t *testing.T) {
	t.Parallel()
	w := setup(t)
	found, changes := map[string][]string{}, 0
	for path, item := range w.document.Paths.Map() {
		for method, d := range item.Operations() {
			for _, of := range d.Extensions["x-limits"].([]any)[min(1, len(d.Extensions["x-limits"].([]any))):] {
				found[of.(string)] = append(found[of.(string)], method+" "+strings.TrimPrefix(path, ofProcurement))
			}
			if method != http.MethodGet && path != "/v1/enrolments/actions/redeem" { // no key: only its address counts
				changes++
			}
		}
	}
	const upload, tender, at = "/uploads/{upload}", "/tenders/{tender}", " of a person and an organisation at once"
	for work, expected := range map[rest.Work][]string{
		rest.Check: {
			"POST " + upload + "/actions/complete", "POST /v1/neutrality-check/file",
			"POST /requirements/actions/import_sheet",
		},
		rest.Export: {"GET /events"},
		rest.Replay: {"POST /v1/endpoints/{endpoint}/actions/replay"},
		rest.Receipt: {
			"POST /lots/{lot}/tenders", "POST " + tender + "/actions/replace", "POST " + tender + "/actions/withdraw",
			"POST " + tender + "/actions/confirm",
		},
		rest.Transfer: {
			"PUT " + upload + "/chunks/{n}", "GET " + upload + "/content", "GET /documents/{document}/content",
			"GET " + tender + "/envelopes/{n}/content", "GET " + tender + "/envelopes/{n}/plaintext",
			"GET /tender-pack/documents/{document}/content", "GET /tender-pack/preview/{file}",
			"GET /boxes/{box}/headers",
			"GET /requirements.xlsx", "GET " + tender + "/letter.html", "GET " + tender + "/letter.pdf",
			"GET /report-record.html",
			"GET /report-record.pdf",
		},
	} {
		require.ElementsMatch(t, expected, found[string(work)+at], work)
	}
	require.Len(t, found, 6)
	const otherWork = 9
	require.Len(t, found[string(rest.Write)+at], changes-otherWork, "whatever else changes something")
}

func TestTheDocumentNamesTheValuesThatTheDomainHas(t *testing.T) {
	t.Parallel()
	w := setup(t)
	enum := func(schema, property string) []string {
		var values []string
		for _, v := range w.document.Components.Schemas[schema].Value.Properties[property].Value.Enum {
			values = append(values, v.(string))
		}
		return values
	}
	require.Equal(t, words(models.OrganisationKinds()), enum("NewOrganisationBody", "kind"))
	require.Equal(t, words(models.OrganisationKinds()), enum("Organisation", "kind"))
	require.Equal(t, words(models.Roles()), enum("NewRoleBody", "role"))
	require.Equal(t, words(models.SetAsideGrounds()), enum("SetAside", "ground"))
	require.Equal(t, words(models.SealedGrounds()), enum("EndLot", "sealed"))
	require.Equal(t, words(models.ModificationGrounds()), enum("Modification", "ground"))
	require.Equal(t, words([]models.Mode{models.ModeLive, models.ModeRehearsal}), enum("NewProcurementBody", "mode"))
}

func words[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}

func TestTheReferencePageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	w := setup(t)
	page := w.do(caller{}, GET, "/docs", nil).is(http.StatusOK)
	policy := page.Header().Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'; script-src 'self'; style-src 'self';")
	require.NotContains(t, policy, "unsafe")
	html := page.Body.String()
	require.NotRegexp(t, `(?i)<script(?:[^>]*[^/])?>[^<]`, html, "no script in line")
	require.NotRegexp(t, `(?i)\s(style|on[a-z]+)=`, html)
	loads := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(html, -1)
	require.Len(t, loads, 5)
	for _, load := range loads {
		if load[1] == "data:," {
			continue
		}
		require.True(t, strings.HasPrefix(load[1], "/docs/"), load[1])
		file := w.do(caller{}, GET, load[1], nil).is(http.StatusOK)
		require.Equal(t, policy, file.Header().Get("Content-Security-Policy"))
		w.do(caller{}, GET, load[1], nil, with(headerIfNoneMatch, file.etag())).is(http.StatusNotModified)
		media := file.Header().Get("Content-Type")
		require.True(t, slices.ContainsFunc([]string{"text/javascript", "text/css"},
			func(m string) bool { return strings.HasPrefix(media, m) }), media)
	}
	script := w.do(caller{}, GET, "/docs/page.js", nil).Body.String()
	require.NotContains(t, script, "http")
	require.Contains(t, script, "validatorUrl: null")
	style := w.do(caller{}, GET, "/docs/swagger-ui.css", nil).Body.String()
	require.NotRegexp(t, `@import|url\("?(https?:)?//`, style)
}

func TestEveryVerbHasAnOperationMadeOfItsRow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const actions = "/v1/procurements/{procurement}/actions/"
	offered := 0
	for path := range w.document.Paths.Map() {
		if strings.HasPrefix(path, actions) {
			offered++
		}
	}
	require.Equal(t, len(acts.Verbs()), offered)
	for _, v := range acts.Verbs() {
		d := w.document.Paths.Value(actions + string(v.Name)).Post
		require.Equal(t, v.Summary, d.Summary)
		require.True(t, d.RequestBody.Value.Required, v.Name)
		taken := d.RequestBody.Value.Content[rest.MediaJSON].Schema.Ref
		require.Equal(t, "#/components/schemas/"+v.Payload().Name(), taken)
		require.Contains(t, d.Responses.Value("200").Value.Content[rest.MediaJSON].Schema.Ref, "/CommandView", v.Name)
	}
}
