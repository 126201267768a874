package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

func TestWithoutAKeyNothingButPublicPagesIsAnswered(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.do(caller{}, GET, "/v1/me", nil).is(http.StatusUnauthorized)
	r.refused(models.CodeUnauthenticated)
	require.Equal(t, `Bearer realm="ppi"`, r.Header().Get("WWW-Authenticate"))
	for _, key := range []string{"qqqq", w.admin.key[:len(w.admin.key)-1] + "_", strings.ToUpper(w.admin.key)} {
		r := w.do(caller{key: key}, GET, "/v1/me", nil).is(http.StatusUnauthorized)
		require.Contains(t, r.Header().Get("WWW-Authenticate"), `error="invalid_token"`)
		require.NotContains(t, r.Body.String(), key)
	}
	twice := func(h http.Header) { h["Authorization"] = []string{"Bearer " + w.admin.key, "Bearer x"} }
	w.do(w.admin, GET, "/v1/me", nil, twice).is(http.StatusBadRequest)
}

func TestAKeyIsReplacedByAnotherWithoutAGap(t *testing.T) {
	t.Parallel()
	w := setup(t)
	buyer := w.buyer()
	path := "/v1/people/" + string(buyer.person) + "/api-keys"
	var keys rest.Page[Key]
	w.do(buyer, GET, path, nil).is(http.StatusOK).into(&keys)
	first := keys.Items[0]

	var second MadeKey
	w.do(buyer, POST, path, map[string]any{"label": "next"}).is(http.StatusCreated).into(&second)
	successor := caller{key: second.Secret, person: buyer.person}
	w.do(successor, GET, "/v1/me", nil).is(http.StatusOK)
	w.do(buyer, GET, "/v1/me", nil).is(http.StatusOK)
	w.do(buyer, POST, path, map[string]any{"label": "third"}).is(http.StatusConflict).refused(models.CodeKeyLimit)

	var revoked Key
	w.do(successor, DELETE, first.Self(), nil).is(http.StatusOK).into(&revoked)
	require.NotNil(t, revoked.RevokedAt)
	problem := w.do(buyer, GET, "/v1/me", nil).is(http.StatusUnauthorized).refused(models.CodeUnauthenticated)
	require.Contains(t, problem.Detail, "revoked")
	var again Key
	w.do(successor, DELETE, first.Self(), nil).is(http.StatusOK).into(&again)
	require.Equal(t, revoked, again, "a revoked key stays revoked since then")
	w.do(successor, POST, path, map[string]any{"label": "third"}).is(http.StatusCreated)
}

func TestKeysMadeAtOnceAreCountedOneByOne(t *testing.T) {
	t.Parallel()
	w := setup(t)
	buyer := w.buyer()
	path := "/v1/people/" + string(buyer.person) + "/api-keys"
	made := 0
	for _, a := range w.atOnce(8, func(int) response {
		return w.do(buyer, POST, path,
			map[string]any{"label": "more"})
	}) {
		if a.Code == http.StatusCreated {
			made++
		}
	}
	require.Equal(t, 1, made)
}

func TestAnExpiredKeyIsRefusedAndLeavesRoomForAnother(t *testing.T) {
	t.Parallel()
	w := setup(t)
	buyer := w.buyer()
	path := "/v1/people/" + string(buyer.person) + "/api-keys"
	for _, at := range []string{"2020-01-01T00:00:00Z", "1989-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"} {
		problem := w.do(buyer, POST, path, map[string]any{"label": "x", "expires_at": at}).
			is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
		require.Equal(t, "/expires_at", problem.Errors[0].Pointer)
	}
	w.do(buyer, POST, path, map[string]any{"label": "x", "expires_at": "2030-01-01T00:00:00"}).
		is(http.StatusUnprocessableEntity)

	var key MadeKey
	w.do(buyer, POST, path, map[string]any{"label": "x", "expires_at": time.Now().Add(time.Hour)}).
		is(http.StatusCreated).into(&key)
	var who me
	short := caller{key: key.Secret}
	w.do(short, GET, "/v1/me", nil).is(http.StatusOK).into(&who)
	require.Equal(t, key.ExpiresAt, who.Key.ExpiresAt)
	w.exec("UPDATE api_keys SET expires_at = clock_timestamp() WHERE id = $1", key.ID)
	problem := w.do(short, GET, "/v1/me", nil).is(http.StatusUnauthorized).refused(models.CodeUnauthenticated)
	require.Contains(t, problem.Detail, "expired")
	w.do(buyer, POST, path, map[string]any{"label": "y"}).is(http.StatusCreated)
}

func TestKeysOfOthersAreOutOfReach(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a, b := w.buyer(), w.buyer()
	var keys rest.Page[Key]
	w.do(a, GET, "/v1/people/"+string(a.person)+"/api-keys", nil).into(&keys)
	// b's own path with a's key: the key is not found below b.
	w.do(b, DELETE, "/v1/people/"+string(b.person)+"/api-keys/"+string(keys.Items[0].ID), nil).is(http.StatusNotFound)
	w.do(a, GET, "/v1/me", nil).is(http.StatusOK)
	for _, owner := range []models.ID{models.NewID(models.PrefixPerson), b.person} {
		path := "/v1/people/" + string(owner) + "/api-keys"
		w.do(w.admin, POST, path, map[string]any{"label": "x"}).is(http.StatusForbidden)
		w.do(w.admin, GET, path, nil).is(http.StatusForbidden)
		w.do(a, GET, path, nil).is(http.StatusNotFound)
	}
}

func TestSecretsNeverReachTheLog(t *testing.T) {
	t.Parallel()
	w := setup(t)
	buyer := w.buyer()
	w.do(buyer, GET, "/v1/me", nil)
	w.do(caller{key: buyer.key + "x"}, GET, "/v1/me?key="+buyer.key, nil)
	require.NotContains(t, w.logged(), buyer.key[40:])
}
