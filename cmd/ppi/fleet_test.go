package main

import (
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/internal/temporalserver/temporaltest"
)

// The other shape: several instances of API and worker, each a process of its own, on one database and
// one Temporal server.
func TestSeveralInstancesShareTheWork(t *testing.T) {
	t.Parallel()
	temporal := temporaltest.Address(t)
	database := pgtest.NewDatabase(t)
	dir := t.TempDir()
	environ := []string{
		"PPI_DATABASE_URL=" + database.Application, "PPI_DATA_DIR=" + dir, "TEMPORAL_ADDRESS=" + temporal,
		"TEMPORAL_NAMESPACE=ppi", "PPI_TASK_QUEUE=fleet/" + database.Name,
	}
	var addresses []string
	for range 2 {
		listen := freeAddress(t).String()
		startProgram(t, append(environ, "PPI_LISTEN="+listen), "serve")
		addresses = append(addresses, "http://"+listen)
	}
	first := startProgram(t, environ, "worker")
	startProgram(t, environ, "worker")
	for _, address := range addresses {
		readyAt(t, address)
	}

	token, err := auth.CreateAdministrator(t.Context(), pgtest.Open(t, database.Application),
		auth.Administrator{Name: "A", Organisation: "P", Country: "FR"})
	require.NoError(t, err)
	clients := []*apiclient.Client{
		{Base: addresses[0], Key: token.Reveal(), HTTP: http.DefaultClient},
		{Base: addresses[1], Key: token.Reveal(), HTTP: http.DefaultClient},
	}
	lead, procurement := fleetProcurement(t, clients)

	// The same start, asked of both instances at once while a worker dies, happens once.
	first.signal(syscall.SIGKILL)
	var answers [2]apiclient.Answer
	var errs [2]error
	var both sync.WaitGroup
	for i, address := range addresses {
		both.Go(func() {
			client := &apiclient.Client{Base: address, Key: lead, HTTP: http.DefaultClient}
			answers[i], errs[i] = startAgain(t, client, procurement)
		})
	}
	both.Wait()
	require.NoError(t, errs[0])
	require.NoError(t, errs[1])
	require.Equal(t, answers[0].ETag, answers[1].ETag)

	var view struct {
		Status string `json:"status"`
	}
	_, err = (&apiclient.Client{Base: addresses[1], Key: lead, HTTP: http.DefaultClient}).
		Get(t.Context(), "/v1/procurements/"+procurement, &view)
	require.NoError(t, err)
	require.Equal(t, "running", view.Status)
}

// startAgain starts a procurement with one Idempotency-Key until there is an answer, as an integrator does.
func startAgain(t *testing.T, client *apiclient.Client, procurement string) (apiclient.Answer, error) {
	t.Helper()
	for {
		answer, err := client.Do(t.Context(), apiclient.Request{
			Method: http.MethodPost, Path: "/v1/procurements/" + procurement + "/actions/start", In: struct{}{},
			Key: "start", IfMatch: "*",
		})
		problem, ok := apiclient.ProblemOf(err)
		if !ok || problem.Status != http.StatusServiceUnavailable {
			return answer, err
		}
		select {
		case <-t.Context().Done():
			return answer, err
		case <-time.After(problem.RetryAfter):
		}
	}
}

// fleetProcurement drafts a procurement that can start, each request to another instance.
func fleetProcurement(t *testing.T, admin []*apiclient.Client) (key, procurement string) {
	t.Helper()
	type made struct {
		ID        string `json:"id"`
		Enrolment struct {
			Code string `json:"code"`
		} `json:"enrolment"`
		Key struct {
			Secret string `json:"secret"`
		} `json:"key"`
	}
	turn := 0
	post := func(client *apiclient.Client, path string, in any) made {
		var out made
		turn++
		_, err := (&apiclient.Client{Base: admin[turn%2].Base, Key: client.Key, HTTP: client.HTTP}).
			Post(t.Context(), path, in, &out)
		require.NoError(t, err, path)
		return out
	}
	organisation := post(admin[0], "/v1/organisations",
		map[string]any{"legal_name": "Buyer", "country": "FR", "kind": "contracting_authority"}).ID
	lead := post(admin[0], "/v1/organisations/"+organisation+"/representatives", map[string]any{"name": "Lead"})
	key = post(admin[0].As(""), "/v1/enrolments/actions/redeem",
		map[string]any{"code": lead.Enrolment.Code, "label": "test"}).Key.Secret
	client := admin[0].As(key)
	procurement = post(client, "/v1/procurements", map[string]any{
		"title": map[string]string{"en": "Fleet"}, "languages": []string{"en"}, "mode": "live", "zone": "Europe/Paris",
	}).ID
	board := post(client, "/v1/people", map[string]any{"organisation_id": organisation, "name": "Board"}).ID
	post(client, "/v1/procurements/"+procurement+"/roles", map[string]any{"person_id": board, "role": "board"})
	return key, procurement
}

// readyAt waits until an API answers that it can serve.
func readyAt(t *testing.T, address string) {
	t.Helper()
	require.Eventually(t, func() bool {
		status,
			_ := get(t.Context(), address+"/readyz")
		return status == http.StatusOK
	}, recovery, 20*time.Millisecond)
}
