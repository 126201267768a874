package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestHEADIsAnsweredAsGETWithoutABody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	all, p, path := cast(w)
	site := httptest.NewServer(w.server.router)
	t.Cleanup(site.Close)
	w.exec("UPDATE procurements SET title = jsonb_build_object('en', repeat('x', 5000)) WHERE id = $1",
		p.ID) // more than is buffered
	for _, o := range w.server.router.Operations() {
		if o.Method != GET {
			continue
		}
		for _, person := range all {
			at := site.URL + path.Replace(o.Path)
			get, head := w.over(GET, at, person.caller), w.over(http.MethodHead, at, person.caller)
			require.Equal(t, get.StatusCode, head.StatusCode, "%s as %s", o.Path, person.name)
			if len(get.TransferEncoding) > 0 {
				head.Header.Del("Content-Length")
			}
			for _, header := range []http.Header{get.Header, head.Header} {
				header.Del("Ratelimit") // each request leaves less, and the first one makes the key known
				header.Del("Ratelimit-Policy")
			}
			require.Equal(t, get.Header, head.Header, "%s as %s", o.Path, person.name)
		}
	}
}

// A head is what an answer says before its body.
type head struct {
	StatusCode       int
	Header           http.Header
	TransferEncoding []string
}

// over asks the site over the network and expects that what answers HEAD has no body.
func (w *world) over(method, at string, c caller, headers ...header) head {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, at, nil)
	require.NoError(w, err)
	r.Header.Set(headerRequestID, "one")
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	for _, change := range headers {
		change(r.Header)
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(w, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(w, err)
	if method == http.MethodHead {
		require.Empty(w, body)
	}
	answer.Header.Del("Date")
	return head{answer.StatusCode, answer.Header, answer.TransferEncoding}
}

func TestHEADTellsOfFilesAndExportsWhatGETWould(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	content := noise(t, models.ChunkSize+10)
	u := d.upload(d.lead, content, models.PurposeDocument)
	d.sequencer()()
	site := httptest.NewServer(d.server.router)
	t.Cleanup(site.Close)
	for _, at := range []string{u.Self() + "/content", d.Self() + "/events?export=1", "/docs", "/openapi.json"} {
		get, head := d.over(GET, site.URL+at, d.lead), d.over(http.MethodHead, site.URL+at, d.lead)
		require.Equal(t, http.StatusOK, head.StatusCode, at)
		require.Equal(t, get.Header, head.Header, at)
	}
	part := d.over(http.MethodHead, site.URL+u.Self()+"/content", d.lead, with("Range", "bytes=0-9"))
	require.Equal(t, http.StatusOK, part.StatusCode, "ranges are of GET only")
	had := d.over(http.MethodHead, site.URL+u.Self()+"/content", d.lead,
		with(headerIfNoneMatch, part.Header.Get("ETag")))
	require.Equal(t, http.StatusNotModified, had.StatusCode)
}

func TestAllowNamesHEADWhereverItNamesGET(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, at := range []string{
		"/livez", "/readyz", "/docs", "/openapi.json", "/v1/organisations",
		"/v1/procurements/x/actions/start",
	} {
		allowed := w.do(w.admin, "TRACE", at, nil).is(http.StatusMethodNotAllowed).Header().Get("Allow")
		methods := strings.Split(allowed, ", ")
		require.Equal(t, slices.Contains(methods, GET), slices.Contains(methods, http.MethodHead), "%s: %s", at,
			allowed)
	}
	require.Contains(t, w.do(w.admin, DELETE, "/readyz", nil).Header().Get("Allow"), "HEAD")
}
