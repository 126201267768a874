package demo

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// answers is an API that gives these statuses one after the other, and the keys of the requests it got.
func answers(t *testing.T, statuses ...int) (*play, *person, *[]string) {
	t.Helper()
	var keys []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		w.WriteHeader(statuses[min(len(keys), len(statuses))-1])
		_, _ = w.Write([]byte(`{"code":"gate_not_met"}`))
	}))
	t.Cleanup(server.Close)
	p := &play{ctx: t.Context(), screen: &screen{out: io.Discard}}
	return p, &person{Client: &apiclient.Client{Base: server.URL, HTTP: server.Client()}}, &keys
}

func TestARequestWithoutOutcomeIsMadeAgainUnderItsKey(t *testing.T) {
	t.Parallel()
	p, who, keys := answers(t, http.StatusServiceUnavailable, http.StatusOK)
	p.post(who, "/lots", object{})
	require.NoError(t, p.err)
	require.Len(t, *keys, 2)
	require.NotEmpty(t, (*keys)[0])
	require.Equal(t, (*keys)[0], (*keys)[1])
}

func TestWhatIsNotRefusedAsExpectedEndsThePlay(t *testing.T) {
	t.Parallel()
	p, who, _ := answers(t, http.StatusConflict)
	p.refused(models.CodeGateNotMet, who, p.writing("/lots", object{}), "GENCI", "tries")
	require.NoError(t, p.err)
	require.Equal(t, []Refusal{{Code: "gate_not_met", Expected: "gate_not_met"}}, p.result.Refusals)
	p.refused(models.CodeStale, who, p.writing("/lots", object{}), "GENCI", "tries")
	require.ErrorContains(t, p.err, "must be refused with version_stale")

	p, who, keys := answers(t, http.StatusOK)
	p.refused(models.CodeStale, who, p.writing("/lots", object{}), "GENCI", "tries")
	require.ErrorContains(t, p.err, "was not refused")
	p.post(who, "/lots", object{})
	require.Len(t, *keys, 1, "nothing is done after the first error")
	require.Empty(t, p.result.Refusals)
}
