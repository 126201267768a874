package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
)

func anOrganisation() map[string]any {
	return map[string]any{"legal_name": "GENCI", "country": "FR", "kind": "contracting_authority"}
}

func TestARepeatedRequestIsCarriedOutOnceAndAnsweredAlike(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := with(headerIdempotencyKey, `"7f1d2c1e"`)
	first := w.do(w.admin, POST, "/v1/organisations", anOrganisation(), key).is(http.StatusCreated)
	require.Empty(t, first.Header().Get(headerReplayed))
	bare := with(headerIdempotencyKey, "7f1d2c1e")
	again := w.do(w.admin, POST, "/v1/organisations", anOrganisation(), bare).is(http.StatusCreated)
	require.Equal(t, "true", again.Header().Get(headerReplayed))
	require.JSONEq(t, first.Body.String(), again.Body.String())
	require.Equal(t, first.etag(), again.etag())
	require.Equal(t, first.Header().Get("Location"), again.Header().Get("Location"))
	require.Equal(t, 1, w.count("SELECT count(*) FROM organisations WHERE legal_name = 'GENCI'"))
	require.Equal(t, 1, w.count("SELECT count(*) FROM events e JOIN organisations o ON o.id = "+
		"e.data->>'organisation_id' WHERE o.legal_name = 'GENCI'"))
}

func TestAKeyIsNotForAnotherBody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := with(headerIdempotencyKey, "k")
	w.do(w.admin, POST, "/v1/organisations", anOrganisation(), key).is(http.StatusCreated)
	w.do(w.admin, POST, "/v1/organisations",
		map[string]any{"legal_name": "BSC", "country": "ES", "kind": "contracting_authority"}, key).
		is(http.StatusUnprocessableEntity).refused(models.CodeKeyReused)
	require.Equal(t, 0, w.count("SELECT count(*) FROM organisations WHERE legal_name = 'BSC'"))
}

func TestTheSameKeyByAnotherPersonOrOnAnotherPathIsAnotherRequest(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := with(headerIdempotencyKey, "k")
	a, b := w.buyer(), w.buyer()
	first, second := w.procurement(a), w.procurement(a)
	third := w.personOf(a.organisation)
	body := map[string]any{"person_id": third.person, "role": models.RoleObserver}
	for _, p := range []procurement{first, second} {
		var given role
		w.do(a, POST, p.Self()+"/roles", body, key).is(http.StatusCreated).into(&given)
		require.Equal(t, p.ID, given.ProcurementID)
	}
	for _, c := range []caller{a, b} {
		r := w.do(c, POST, "/v1/procurements", draft(), key).is(http.StatusCreated)
		require.Empty(t, r.Header().Get(headerReplayed))
	}
}

func TestCallersWithTheSameKeyAtOnceGetTheAnswerOfOne(t *testing.T) {
	t.Parallel()
	w := setup(t)
	buyer := w.buyer()
	answers := w.atOnce(24, func(int) response {
		return w.do(buyer, POST, "/v1/procurements", draft(), with(headerIdempotencyKey, "k"))
	})
	replayed := 0
	ids := map[models.ID]bool{}
	for _, a := range answers {
		var p procurement
		a.is(http.StatusCreated).into(&p)
		ids[p.ID] = true
		if a.Header().Get(headerReplayed) == "true" {
			replayed++
		}
	}
	require.Len(t, ids, 1)
	require.Equal(t, len(answers)-1, replayed)
	require.Equal(t, 1, w.count("SELECT count(*) FROM procurements"))
	require.Equal(t, 1, w.count("SELECT count(*) FROM events WHERE type = 'procurement.created'"))
}

func TestTheSecondOfTwoWaitsForTheFirstAndTakesOverWhenThatFails(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	body := map[string]any{"person_id": w.personOf(leader.organisation).person, "role": models.RoleObserver}
	release := w.hold("SELECT 1 FROM procurements WHERE id = $1 FOR UPDATE", p.ID)
	send := func() response { return w.do(leader, POST, p.Self()+"/roles", body, with(headerIdempotencyKey, "k")) }
	first := w.begin(send)
	w.untilWaiting(1)
	second := w.begin(send)
	w.untilWaiting(2)
	// The first one's connection is lost: its claim goes with it, and the second one does the work.
	w.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM procurements%'`)
	lost := first()
	lost.is(http.StatusServiceUnavailable).refused(models.CodeUnavailable)
	require.NotEmpty(t, lost.Header().Get("Retry-After"))
	release()
	done := second().is(http.StatusCreated)
	require.Empty(t, done.Header().Get(headerReplayed))
	w.do(leader, POST, p.Self()+"/roles", body, with(headerIdempotencyKey, "k")).is(http.StatusCreated)
	require.Equal(t, 1, w.count("SELECT count(*) FROM role_assignments WHERE role = 'observer'"))
}

func TestARefusedRequestLeavesItsKeyFree(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := with(headerIdempotencyKey, "k")
	w.do(w.admin, POST, "/v1/people", map[string]any{
		"organisation_id": w.admin.organisation, "name": "Q", "email": "q@example.org",
	}).is(http.StatusCreated)
	body := map[string]any{"organisation_id": w.admin.organisation, "name": "P", "email": "q@example.org"}
	w.do(w.admin, POST, "/v1/people", body, key).is(http.StatusConflict).refused(models.CodeAlreadyExists)
	body["email"] = "p@example.org"
	w.do(w.admin, POST, "/v1/people", body, key).is(http.StatusCreated)
}

func TestTheSecretOfAKeyIsNeitherKeptNorRepeated(t *testing.T) {
	t.Parallel()
	w := setup(t)
	path := "/v1/people/" + string(w.admin.person) + "/api-keys"
	var made, again MadeKey
	w.do(w.admin, POST, path, map[string]any{"label": "second"}, with(headerIdempotencyKey, "k")).
		is(http.StatusCreated).into(&made)
	require.NotEmpty(t, made.Secret)
	require.Empty(t, made.Note)
	w.do(w.admin, POST, path, map[string]any{"label": "second"}, with(headerIdempotencyKey, "k")).
		is(http.StatusCreated).into(&again)
	require.Empty(t, again.Secret)
	require.Equal(t, secretNote, again.Note)
	require.Equal(t, made.Key, again.Key)

	token, err := auth.ParseToken(made.Secret)
	require.NoError(t, err)
	secret := made.Secret[strings.LastIndex(made.Secret, "_")+1:]
	require.Equal(t, 0, w.count(`SELECT count(*) FROM requests WHERE body::text LIKE '%' || $1 || '%'`, secret))
	require.Equal(t, 0,
		w.count(`SELECT count(*) FROM events WHERE convert_from(canonical, 'UTF8') LIKE '%' || $1 || '%'`, secret))
	require.Equal(t, 1, w.count(`SELECT count(*) FROM api_keys WHERE digest = $1`, token.Digest()))
	require.NotContains(t, w.logged(), secret)
}

func TestIdempotencyKeysAreReadStrictly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for value, code := range map[string]models.Code{
		"-":                            models.CodeMissingKey,
		"":                             models.CodeInvalidKey,
		`""`:                           models.CodeInvalidKey,
		`"a`:                           models.CodeInvalidKey,
		`a"b`:                          models.CodeInvalidKey,
		`"a"b"`:                        models.CodeInvalidKey,
		`"a\n"`:                        models.CodeInvalidKey,
		`"a\`:                          models.CodeInvalidKey,
		"a b":                          models.CodeInvalidKey,
		"ä":                            models.CodeInvalidKey,
		"a\x01":                        models.CodeInvalidKey,
		strings.Repeat("k", 256):       models.CodeInvalidKey,
		`"` + strings.Repeat("k", 255): models.CodeInvalidKey,
	} {
		change := with(headerIdempotencyKey, value)
		if value == "-" {
			change = without(headerIdempotencyKey)
		}
		w.do(w.admin, POST, "/v1/organisations", anOrganisation(), change).is(http.StatusBadRequest).refused(code)
	}
	twice := func(h http.Header) { h[headerIdempotencyKey] = []string{"a", "b"} }
	w.do(w.admin, POST, "/v1/organisations", anOrganisation(), twice).is(http.StatusBadRequest).
		refused(models.CodeInvalidKey)
	for _, value := range []string{
		"k", strings.Repeat("k", 255), `"` + strings.Repeat("l", 255) + `"`, `"a\"\\b"`,
		"!#$~",
	} {
		w.do(w.admin, POST, "/v1/organisations", anOrganisation(), with(headerIdempotencyKey, value)).
			is(http.StatusCreated)
	}
}

func TestAnswersAreForgottenAfterAMonth(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := with(headerIdempotencyKey, "k")
	w.do(w.admin, POST, "/v1/organisations", anOrganisation(), key).is(http.StatusCreated)
	w.do(w.admin, POST, "/v1/organisations", anOrganisation()).is(http.StatusCreated)
	forgotten, err := w.store.ForgetRequests(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, forgotten)
	w.exec("UPDATE requests SET created_at = clock_timestamp() - interval '30 days 1 second' WHERE id = $1",
		models.CommandID(w.admin.person, POST, "/v1/organisations", "k"))
	forgotten, err = w.store.ForgetRequests(t.Context(), 10)
	require.NoError(t, err)
	require.EqualValues(t, 1, forgotten)
	require.Empty(t, w.do(w.admin, POST, "/v1/organisations", anOrganisation(), key).is(http.StatusCreated).Header().
		Get(headerReplayed))
}
