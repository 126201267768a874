package rest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
)

// from sends a request to read /v1/me from a peer, with a key or without one, through proxies or not.
func (s *site) from(peer, key string, forwarded ...string) *httptest.ResponseRecorder {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), http.MethodGet, "/v1/me", nil)
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(peer), 4711).String()
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for _, line := range forwarded {
		r.Header.Add(headerForwarded, line)
	}
	answer := httptest.NewRecorder()
	s.router.ServeHTTP(answer, r)
	return answer
}

// mine is an operation for everyone who has a key.
func mine() Operation {
	return Get("/v1/me", Authenticated(), "Read", func(context.Context, *struct{}) (*thingOutput, error) {
		return &thingOutput{}, nil
	})
}

func TestAKeyThatAsksTooOftenIsToldWhenToAskAgain(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{PerKey: 3}, mine())
	key := s.caller.token.Reveal()
	first := s.from("192.0.2.1", key)
	require.Equal(t, `"address";q=1200;w=60`, first.Header().Get(headerLimitPolicy), "nobody knew the key before")
	for left := 2; left >= 0; left-- {
		answer := s.from("192.0.2.1", key)
		require.Equal(t, http.StatusOK, answer.Code)
		require.Equal(t, `"key";q=3;w=60`, answer.Header().Get(headerLimitPolicy))
		require.True(t, strings.HasPrefix(answer.Header().Get(headerLimit), `"key";r=`+strconv.Itoa(left)+`;t=`))
	}
	answer := s.from("198.51.100.9", key) // wherever it comes from
	refused := s.refused(answer, http.StatusTooManyRequests, models.CodeRateLimited)
	require.Equal(t, "this key has made too many requests", refused.Detail)
	require.Contains(t, refused.Errors[0].Accepted, "3 requests a minute")
	wait, err := strconv.Atoi(answer.Header().Get(headerRetryAfter))
	require.NoError(t, err)
	require.True(t, wait > 10 && wait <= 20, "a third of a minute: %d", wait)
	require.Equal(t, `"key";r=0;t=`+strconv.Itoa(wait), answer.Header().Get(headerLimit))

	// However the header is written, it is the same key.
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/me", nil)
	r.RemoteAddr = "192.0.2.1:4711"
	r.Header.Set("Authorization", "bEARER   "+key+" ")
	again := httptest.NewRecorder()
	s.router.ServeHTTP(again, r)
	s.refused(again, http.StatusTooManyRequests, models.CodeRateLimited)
}

func TestAnAddressThatAsksTooOftenIsRefusedBeforeAnythingIsLookedUp(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{PerAddress: 2}, mine(), fine("/v1/things"), Get("/livez", Public(), "Live",
		func(context.Context, *struct{}) (*thingOutput, error) { return &thingOutput{}, nil }, Uncounted()))
	for _, path := range []string{"/v1/things", "/nothing"} {
		require.NotEqual(t, http.StatusTooManyRequests, s.get(path).Code)
	}
	for _, path := range []string{"/v1/things", "/nothing", "/v1/me", "/%00"} {
		refused := s.refused(s.get(path), http.StatusTooManyRequests, models.CodeRateLimited)
		require.Equal(t, "this address has made too many requests", refused.Detail)
	}
	require.Equal(t, http.StatusOK, s.get("/livez").Code, "the health of the instance can always be read")
	require.Empty(t, s.get("/livez").Header().Get(headerLimit))
}

func TestAForgedAddressNeverCounts(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{PerAddress: 2, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, mine())
	for n, expected := range []int{401, 401, 429, 429} {
		forged := "203.0.113." + strconv.Itoa(n)
		require.Equal(t, expected, s.from("192.0.2.1", "", forged).Code, "from a peer that is no proxy")
		require.Equal(t, expected, s.from("10.0.0.1", "", forged+", 198.51.100.1").Code, "before a proxy")
		require.Equal(t, expected, s.from("10.0.0.1", "", forged, "198.51.100.2, 10.0.0.9").Code, "before two")
		require.Equal(t, expected, s.from("2001:db8:1:2::"+strconv.Itoa(n+1), "").Code, "in one network of IPv6")
	}
	require.Equal(t, http.StatusUnauthorized, s.from("10.0.0.1", "", "198.51.100.3").Code, "another client of it")
}

func TestTheLogSaysOnceThatAProxyIsNotTrusted(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, mine())
	s.from("10.0.0.1", "", "198.51.100.3")
	require.NotContains(t, s.log.String(), "PPI_TRUSTED_PROXIES")
	for range 3 {
		s.from("172.17.0.1", "", "198.51.100.3")
	}
	require.Equal(t, 1, strings.Count(s.log.String(), "PPI_TRUSTED_PROXIES"))
	require.Contains(t, s.log.String(), "proxy=172.17.0.1")
}

// countingCallers counts how often a key is looked up; revoked keys are not known.
type countingCallers struct {
	one

	lookups *atomic.Int64
	revoked *atomic.Bool
}

func (c countingCallers) Credential(ctx context.Context, key models.ID) (models.Credential, error) {
	c.lookups.Add(1)
	if c.revoked.Load() {
		return models.Credential{}, models.NoSuchResource()
	}
	return c.one.Credential(ctx, key)
}

func TestWrongKeysAreRefusedBeforeTheyAreLookedUpAndGoodOnesAreNotHampered(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{WrongKeys: 3, PerKey: 1000}, mine())
	callers := countingCallers{s.caller, &atomic.Int64{}, &atomic.Bool{}}
	s.router.callers = callers
	good, wrong := s.caller.token.Reveal(), auth.NewToken().Reveal
	require.Equal(t, http.StatusOK, s.from("192.0.2.1", good).Code)
	require.Equal(t, http.StatusUnauthorized, s.from("192.0.2.1", wrong()).Code)
	require.Equal(t, http.StatusUnauthorized, s.from("192.0.2.1", good+"x").Code, "not even a key")
	require.Equal(t, http.StatusUnauthorized, s.from("192.0.2.1", "").Code, "no key")
	before := callers.lookups.Load()
	for range 3 {
		answer := s.from("192.0.2.1", wrong())
		refused := s.refused(answer, http.StatusTooManyRequests, models.CodeRateLimited)
		require.Equal(t, "too many requests without a good key came from this address", refused.Detail)
		require.NotEmpty(t, answer.Header().Get(headerRetryAfter))
	}
	require.Equal(t, before, callers.lookups.Load())
	require.Equal(t, http.StatusOK, s.from("192.0.2.1", good).Code, "who shares the address with an intruder goes on")
	require.Equal(t, http.StatusUnauthorized, s.from("192.0.2.2", wrong()).Code, "another address has its own")

	callers.revoked.Store(true)
	require.Equal(t, http.StatusUnauthorized, s.from("192.0.2.1", good).Code)
	require.Equal(t, http.StatusTooManyRequests, s.from("192.0.2.1", good).Code, "a revoked key is no longer known")
}

func TestLongWorkIsBoundedForAPersonAndForAnOrganisation(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	work := func(context.Context, *struct{}) (*thingOutput, error) {
		begun <- struct{}{}
		<-end
		return &thingOutput{}, nil
	}
	s := setup(t, Limits{OfPerson: 2, OfOrganisation: 3},
		Get("/v1/check", Authenticated(), "Check", work, Long(Check, time.Minute)),
		Get("/v1/export", Authenticated(), "Export", func(ctx context.Context, in *struct{}) (*thingOutput, error) {
			if err := Enter(ctx, Export); err != nil {
				return nil, err
			}
			return work(ctx, in)
		}))
	people := &several{credentials: map[models.ID]models.Credential{}}
	s.router.callers = people
	ann, bob, eve := people.join("org_1"), people.join("org_1"), people.join("org_2")
	answers := make(chan int, 10)
	ask := func(path, key string) { answers <- s.get(path, "Authorization", "Bearer "+key).Code }
	enter := func(path, key string) {
		go ask(path, key)
		<-begun
	}
	refuse := func(path, key, detail string) {
		answer := s.get(path, "Authorization", "Bearer "+key)
		require.Equal(t, detail, s.refused(answer, http.StatusTooManyRequests, models.CodeRateLimited).Detail)
		require.Equal(t, "1", answer.Header().Get(headerRetryAfter))
	}
	enter("/v1/check", ann)
	enter("/v1/check", ann)
	refuse("/v1/check", ann, "2 checks of uploads of yours are under way")
	enter("/v1/check", bob)
	refuse("/v1/check", bob, "3 checks of uploads of your organisation are under way")
	enter("/v1/check", eve)
	enter("/v1/export", ann) // another kind of work has places of its own
	enter("/v1/export", bob)
	refuse("/v1/export", ann, "2 exports of your organisation are under way")
	close(end)
	for range 6 {
		require.Equal(t, http.StatusOK, <-answers)
	}
	go ask("/v1/check", ann)
	<-begun
	require.Equal(t, http.StatusOK, <-answers, "the places are free again")
}

func TestChangesOfAPersonAndAnOrganisationAreBoundedBeforeTheirBodiesAreRead(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{OfPerson: 2, OfOrganisation: 3}, Post("/v1/things", Authenticated(), "Make",
		func(context.Context, *struct{ Body struct{} }) (*thingOutput, error) { return &thingOutput{}, nil }), mine())
	people := &several{credentials: map[models.ID]models.Credential{}}
	s.router.callers = people
	ann, bob, eve := people.join("org_1"), people.join("org_1"), people.join("org_2")
	send := func(key, body string) *httptest.ResponseRecorder {
		return s.do(http.MethodPost, "/v1/things", body, "Content-Type", "application/json", "Idempotency-Key",
			string(models.NewID(models.PrefixUpload)), "Authorization", "Bearer "+key)
	}
	refuse := func(key, detail string) {
		refused := s.refused(send(key, "no JSON"), http.StatusTooManyRequests, models.CodeRateLimited)
		require.Equal(t, detail, refused.Detail)
	}
	var leave []func()
	enter := func(key string) {
		token, err := auth.ParseToken(key)
		require.NoError(t, err)
		p := people.credentials[token.ID].Person
		left, err := s.router.crowd.enter(Write, models.Actor{PersonID: p.ID, OrganisationID: p.OrganisationID})
		require.NoError(t, err)
		leave = append(leave, left)
	}
	enter(ann)
	enter(ann)
	refuse(ann, "2 changes of yours are under way")
	require.Equal(t, http.StatusOK, s.from("192.0.2.1", ann).Code, "reading goes on")
	enter(bob)
	refuse(bob, "3 changes of your organisation are under way")
	enter(people.join("org_2"))
	require.Equal(t, http.StatusCreated, send(eve, "{}").Code, "another organisation goes on")
	leave[0]()
	require.Equal(t, http.StatusCreated, send(ann, "{}").Code, "a place is free again")
}

func TestAPlaceIsTakenBeforeTheBodyIsRead(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{OfPerson: 1}, Put("/v1/bytes", Authenticated(), "Send",
		func(context.Context, *struct{}) (*thingOutput, error) { return &thingOutput{}, nil },
		TakesBytes(10, 1), Unconditional()))
	leave, err := s.router.crowd.enter(Transfer, models.Actor{})
	require.NoError(t, err)
	send := func() *httptest.ResponseRecorder {
		return s.do(http.MethodPut, "/v1/bytes", strings.Repeat("x", 11), "Content-Type", mediaBytes,
			"Authorization", "Bearer "+s.caller.token.Reveal())
	}
	s.refused(send(), http.StatusTooManyRequests, models.CodeRateLimited)
	leave()
	s.refused(send(), http.StatusRequestEntityTooLarge, models.CodeBodyTooLarge)
	s.refused(send(), http.StatusRequestEntityTooLarge, models.CodeBodyTooLarge)
}

func TestAnOrganisationHasAsManyReceiptsAtOnceAsAPerson(t *testing.T) {
	t.Parallel()
	c := newCrowd(Limits{OfPerson: 2, OfOrganisation: 16}.orDefaults())
	for _, person := range []models.ID{"per_1", "per_2"} {
		_, err := c.enter(Receipt, models.Actor{PersonID: person, OrganisationID: "org_1"})
		require.NoError(t, err)
	}
	_, err := c.enter(Receipt, models.Actor{PersonID: "per_3", OrganisationID: "org_1"})
	require.ErrorContains(t, err, "2 requests to hand in or withdraw tenders of your organisation are under way")
	_, err = c.enter(Receipt, models.Actor{PersonID: "per_4", OrganisationID: "org_2"})
	require.NoError(t, err)
}

// several are callers with one key each.
type several struct {
	one

	credentials map[models.ID]models.Credential
}

// join adds a person of an organisation and returns their key.
func (s *several) join(organisation models.ID) string {
	token := auth.NewToken()
	s.credentials[token.ID] = models.Credential{
		Key:    models.APIKey{ID: token.ID, Digest: token.Digest()},
		Person: models.Person{ID: models.NewID(models.PrefixPerson), OrganisationID: organisation},
	}
	return token.Reveal()
}

func (s *several) Credential(_ context.Context, key models.ID) (models.Credential, error) {
	return s.credentials[key], nil
}

func TestEveryOperationButThoseOfHealthSaysThatItMayBeAskedTooOften(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{}, mine(), fine("/v1/things"), Get("/livez", Public(), "Live",
		func(context.Context, *struct{}) (*thingOutput, error) { return &thingOutput{}, nil }, Uncounted()))
	for path, item := range s.router.Document().Paths {
		refused := item.Get.Responses["429"]
		if path == "/livez" {
			require.Nil(t, refused)
			continue
		}
		require.NotNil(t, refused, path)
		for _, header := range []string{"Retry-After", "RateLimit", "RateLimit-Policy"} {
			require.Contains(t, refused.Headers, header, path)
		}
	}
}

// An operation has the time that its row gives it, not the usual one.
func TestLongWorkHasItsTime(t *testing.T) {
	t.Parallel()
	var left time.Duration
	s := setup(t, Limits{Reading: time.Second}, Get("/v1/check", Authenticated(), "Check",
		func(ctx context.Context, _ *struct{}) (*thingOutput, error) {
			until, _ := ctx.Deadline()
			left = time.Until(until)
			return &thingOutput{}, nil
		}, Long(Check, time.Hour)))
	require.Equal(t, http.StatusOK, s.get("/v1/check", "Authorization", "Bearer "+s.caller.token.Reveal()).Code)
	require.Greater(t, left, 59*time.Minute)
}
