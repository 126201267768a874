package webhook

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func courier(t *testing.T, o Options) *Courier {
	t.Helper()
	o.MasterKey = []byte(strings.Repeat("m", 32))
	c, err := NewCourier(o)
	require.NoError(t, err)
	return c
}

// receiver answers as told and returns an endpoint that leads to it.
func receiver(t *testing.T, c *Courier, answer http.HandlerFunc) (models.Endpoint, Secret) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	e := models.Endpoint{ID: models.NewID(models.PrefixEndpoint), URL: server.URL + "/hook"}
	var secret Secret
	secret, e.Secret = c.NewSecret(e.ID)
	return e, secret
}

func happened() event.Recorded {
	return event.Recorded{
		ID: models.NewID(models.PrefixEvent), ProcurementID: models.NewID(models.PrefixProcurement),
		Type: event.TypeOf(event.LotClosed{}), ActorID: models.NewID(models.PrefixPerson),
		At: time.Unix(1_500_000_000, 0), RecordedAt: time.Unix(1_700_000_000, 0),
		Data: json.RawMessage(`{"lot_id": "lot_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10", "received": 7, "digest": "` +
			strings.Repeat("0", 64) + `", "person_id": "per_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10"}`),
	}
}

func TestAnIndependentLibraryVerifiesOurSignatures(t *testing.T) {
	t.Parallel()
	c := courier(t, Options{Allow: loopback})
	var headers http.Header
	var body []byte
	e, secret := receiver(t, c, func(w http.ResponseWriter, r *http.Request) {
		headers, body = r.Header, readAll(t, r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	former := secret
	e.FormerSecret = e.Secret
	secret, e.Secret = c.NewSecret(e.ID)
	until := time.Now().Add(time.Hour)
	e.FormerUntil = &until
	m, err := EventMessage(happened(), models.ModeLive)
	require.NoError(t, err)

	report, err := c.Deliver(t.Context(), e, m)
	require.NoError(t, err)
	require.True(t, report.Delivered())
	require.Equal(t, string(m.ID), headers.Get(standardwebhooks.HeaderWebhookID))
	for _, s := range []Secret{secret, former} {
		verifier, err := standardwebhooks.NewWebhook(s.Reveal())
		require.NoError(t, err)
		require.NoError(t, verifier.Verify(body, headers))
		require.Error(t, verifier.Verify(append(body, ' '), headers))
		forged := headers.Clone()
		forged.Set(standardwebhooks.HeaderWebhookID, string(models.NewID(models.PrefixEvent)))
		require.Error(t, verifier.Verify(body, forged))
	}

	until = time.Now().Add(-time.Second)
	_, err = c.Deliver(t.Context(), e, m)
	require.NoError(t, err)
	verifier, err := standardwebhooks.NewWebhook(former.Reveal())
	require.NoError(t, err)
	require.Error(t, verifier.Verify(body, headers), "the overlap is over")
}

func TestAMessageNamesThingsAndTellsNothingAboutThem(t *testing.T) {
	t.Parallel()
	e := happened()
	m, err := EventMessage(e, models.ModeRehearsal)
	require.NoError(t, err)
	require.JSONEq(t, fmt.Sprintf(`{"type":"lot.closed","timestamp":"2023-11-14T22:13:20Z","data":{
		"event":%q,"procurement":%q,"mode":"rehearsal","at":"2017-07-14T02:40:00Z",
		"subjects":{"lot_id":"lot_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10"}}}`, e.ID, e.ProcurementID), string(m.Body))
}

func TestWhatCameOfAnAttempt(t *testing.T) {
	t.Parallel()
	// Only who meets the silent one is impatient: on a busy machine others take their time, too.
	c, impatient := courier(t, Options{Allow: loopback}), courier(t, Options{Allow: loopback, Timeout: time.Second / 4})
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	elsewhere := func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) }
	silent := func(_ http.ResponseWriter, r *http.Request) {
		readAll(t, r.Body) // a server notices that its client has gone once it has read what came
		<-r.Context().Done()
	}
	rude := func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = connection.Close()
		}
	}
	for name, c2 := range map[string]struct {
		answer http.HandlerFunc
		fault  models.DeliveryFault
		status int
	}{
		"taken": {status(200), "", 200}, "taken without a word": {status(204), "", 204},
		"error": {status(500), models.FaultStatus, 500}, "not found": {status(404), models.FaultStatus, 404},
		"gone": {status(410), models.FaultGone, 410}, "redirect": {elsewhere, models.FaultRedirect, 302},
		"slow": {silent, models.FaultTimeout, 0}, "cut": {rude, models.FaultNetwork, 0},
	} {
		sender := c
		if c2.fault == models.FaultTimeout {
			sender = impatient
		}
		e, _ := receiver(t, sender, c2.answer)
		report, err := sender.Ping(t.Context(), e)
		require.NoError(t, err, name)
		require.Equal(t, c2.fault, report.Fault, name)
		require.Equal(t, c2.status, report.Status, name)
	}
	e, _ := receiver(t, c, status(200))
	e.URL = "https://no-such-host.invalid/"
	report, err := c.Ping(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, models.FaultAddress, report.Fault)

	stranger := httptest.NewTLSServer(status(200))
	t.Cleanup(stranger.Close)
	e.URL = stranger.URL
	report, err = c.Ping(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, models.FaultTLS, report.Fault)

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	e.URL = "http://" + closed.Addr().String()
	report, err = c.Ping(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, models.FaultNetwork, report.Fault)
}

func TestWhatIsSaidInsideIsNotTold(t *testing.T) {
	t.Parallel()
	c := courier(t, Options{Allow: loopback})
	e, _ := receiver(t, c, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "database password: secret")
	})
	report, err := c.Ping(t.Context(), e)
	require.NoError(t, err)
	require.Empty(t, report.Answer)

	report.answered(&http.Response{
		StatusCode: http.StatusInternalServerError,
		Body:       io.NopCloser(strings.NewReader("no\x00 \xff" + strings.Repeat("x", 5000))),
	}, false)
	require.True(t, strings.HasPrefix(report.Answer, "no ?xxx"))
	require.LessOrEqual(t, len([]rune(report.Answer)), keptOfAnswer)
}

func TestAReceiverAsksForTime(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	for value, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, "0": 0, "-1": 0, "soon": 0, "99999999999": 0,
		now.Add(time.Hour).UTC().Format(http.TimeFormat): time.Hour, now.Add(-time.Hour).UTC().
									Format(http.TimeFormat): 0,
	} {
		require.Equal(t, want, retryAfter(http.Header{"Retry-After": {value}}, now), value)
	}
}

func TestPausesGrowAndEnd(t *testing.T) {
	t.Parallel()
	s, total := StandardSchedule(), time.Duration(0)
	for failures := 1; failures <= 9; failures++ {
		pause, again := s.Pause(failures, 0)
		require.True(t, again)
		require.GreaterOrEqual(t, pause, s[failures-1])
		require.LessOrEqual(t, pause, s[failures-1]*11/10)
		total += s[failures-1]
	}
	require.Equal(t, 75*time.Hour+35*time.Minute+5*time.Second, total, "the appendix of Standard Webhooks")
	_, again := s.Pause(10, 0)
	require.False(t, again)
	pause, _ := s.Pause(1, time.Minute)
	require.Equal(t, time.Minute, pause, "the receiver asked for more")
	pause, _ = s.Pause(1, 1000*time.Hour)
	require.Equal(t, longestAsked, pause)
	require.Equal(t, 5*time.Millisecond, s.Scaled(0.001)[0])
}

func TestASecretOpensForItsEndpointAndInstallationOnly(t *testing.T) {
	t.Parallel()
	c := courier(t, Options{})
	one, other := models.NewID(models.PrefixEndpoint), models.NewID(models.PrefixEndpoint)
	secret, sealed := c.NewSecret(one)
	opened, err := c.vault.open(one, sealed)
	require.NoError(t, err)
	require.Equal(t, secret.Reveal(), opened.Reveal())
	require.NotContains(t, string(sealed), string(secretBytesOf(secret)))
	require.NotEqual(t, sealed, c.vault.seal(one, secret), "a nonce is used once")

	_, err = c.vault.open(other, sealed)
	require.ErrorIs(t, err, ErrSecretUnreadable)
	stranger, err := NewCourier(Options{MasterKey: []byte(strings.Repeat("n", 32))})
	require.NoError(t, err)
	_, err = stranger.Ping(t.Context(), models.Endpoint{ID: one, Secret: sealed})
	require.ErrorIs(t, err, ErrSecretUnreadable)
	for i := range sealed {
		forged := append([]byte{}, sealed...)
		forged[i] ^= 1
		_, err = c.vault.open(one, forged)
		require.ErrorIs(t, err, ErrSecretUnreadable)
	}
	_, err = c.vault.open(one, nil)
	require.ErrorIs(t, err, ErrSecretUnreadable)
	_, err = NewCourier(Options{MasterKey: []byte("short")})
	require.Error(t, err)
}

func TestASecretDoesNotShow(t *testing.T) {
	t.Parallel()
	secret := NewSecret()
	shown := fmt.Sprintf("%v %+v %#v %s %q %x %v", secret, secret, secret, secret, secret, secret,
		struct{ S Secret }{secret})
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("made", "secret", secret)
	for _, text := range []string{shown, log.String()} {
		require.Contains(t, text, "***")
		require.NotContains(t, text, secret.Reveal()[len(secretPrefix):])
	}
	require.Len(t, secret.Reveal(), len(secretPrefix)+44)
}

func secretBytesOf(s Secret) []byte {
	key := s.key()
	return key[:]
}

func readAll(t *testing.T, r io.Reader) []byte {
	t.Helper()
	body, err := io.ReadAll(r)
	require.NoError(t, err)
	return body
}
