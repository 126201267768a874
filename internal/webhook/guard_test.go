package webhook

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/ppi-engine/ppi/models"
)

func TestOnlyPublicAddressesAreReachedUnlessAllowed(t *testing.T) {
	t.Parallel()
	nobody := newGuard(nil, nil)
	some := newGuard([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")}, nil)
	for _, c := range []struct {
		scheme, address string
		nobody, some    bool
	}{
		{"https", "93.184.216.34:443", true, true},
		{"https", "[2606:2800:220:1::1]:443", true, true},
		{"https", "93.184.216.34:8443", false, false},
		{"http", "93.184.216.34:80", false, false},
		{"http", "93.184.216.34:443", false, false},

		{"https", "10.1.2.3:443", false, true},
		{"http", "10.1.2.3:8080", false, true},
		{"http", "[fd00:1::5]:9000", false, true},
		{"https", "10.2.0.1:443", false, false},
		{"https", "[fd00:2::5]:443", false, false},

		{"https", "127.0.0.1:443", false, false},
		{"https", "[::1]:443", false, false},
		{"https", "0.0.0.0:443", false, false},
		{"https", "[::ffff:127.0.0.1]:443", false, false},
		{"https", "[::ffff:10.1.2.3]:443", false, false},
		{"https", "169.254.169.254:443", false, false},
		{"https", "[fe80::1]:443", false, false},
		{"https", "168.63.129.16:443", false, false},
		{"https", "100.64.0.1:443", false, false},
		{"https", "192.168.1.1:443", false, false},
		{"https", "172.16.0.1:443", false, false},
		{"https", "198.18.0.1:443", false, false},
		{"https", "224.0.0.1:443", false, false},
		{"https", "240.0.0.1:443", false, false},
		{"https", "[64:ff9b::7f00:1]:443", false, false},
		{"https", "[2002:7f00:1::]:443", false, false},
		{"https", "[2001::1]:443", false, false},
		{"https", "nonsense", false, false},
	} {
		for guard, want := range map[*guard]bool{nobody: c.nobody, some: c.some} {
			err := guard.control(c.scheme)("tcp", c.address, nil)
			if want {
				require.NoError(t, err, "%s %s", c.scheme, c.address)
			} else {
				require.ErrorIs(t, err, errBlocked, "%s %s", c.scheme, c.address)
			}
		}
	}
}

func TestAURLThatWouldNotBeServedIsRefused(t *testing.T) {
	t.Parallel()
	g := newGuard([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, nil)
	g.refuseAfter = time.Millisecond
	for _, url := range []string{"http://127.0.0.1:9/hook", "https://127.0.0.1/", "https://93.184.216.34/hook?x=1"} {
		kept, err := g.checkURL(t.Context(), "/url", url)
		require.NoError(t, err, url)
		require.Equal(t, url, kept)
	}
	for _, url := range []string{
		"", "portal", "/hook", "ftp://93.184.216.34/", "https:93.184.216.34", "https://",
		"https://user:word@93.184.216.34/",
		"https://93.184.216.34/#part", "https://93.184.216.34:0/", "https://93.184.216.34:99999/",
		"https://93.184.216.34:8443/",
		"http://93.184.216.34/", "https://10.0.0.1/", "http://[::1]/", "https://no-such-host.invalid/",
		"https://169.254.169.254/latest",
	} {
		_, err := g.checkURL(t.Context(), "/url", url)
		refusal, refused := models.RefusalOf(err)
		require.True(t, refused, url)
		require.Equal(t, models.CodeInvalidValue, refusal.Code)
		require.Equal(t, "/url", refusal.Field)
	}
}

func TestAnInternationalisedHostIsReadByItsALabels(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://bücher.example/hook":                  "https://xn--bcher-kva.example/hook",
		"https://bu\u0308cher.example/hook":            "https://xn--bcher-kva.example/hook",
		"https://BÜCHER.Example:8443/a%20b?x=ü":        "https://xn--bcher-kva.example:8443/a%20b?x=ü",
		"https://b%C3%BCcher.example/hook":             "https://xn--bcher-kva.example/hook",
		"https://xn--bcher-kva.example/hook":           "https://xn--bcher-kva.example/hook",
		"https://straße.example/":                      "https://xn--strae-oqa.example/",
		"https://δοκιμή。example/":                      "https://xn--jxalpdlp.example/",
		"https://١٢.example/":                          "",
		"https://１２７.０.０.１/":                           "https://127.0.0.1/", // and refused as such
		"https://my_host.example/":                     "https://my_host.example/",
		"https://[2001:db8::1]:443/":                   "https://[2001:db8::1]:443/",
		"https://xn--zzzzzzzzzzzzzzzzzz.example/":      "",
		"https://a\u0300\u0301.xn--0.example/":         "",
		"https://-ü.example/":                          "",
		"https://ü" + strings.Repeat("x", 70) + ".eu/": "",
		"https://a\u200db.example/":                    "", // a joiner where none may be
		"https://☕ .example/":                          "",
	} {
		u, err := parseURL("/url", given)
		if want == "" {
			refusal, refused := models.RefusalOf(err)
			require.True(t, refused, given)
			require.Equal(t, models.CodeInvalidValue, refusal.Code)
			continue
		}
		require.NoError(t, err, given)
		require.Equal(t, want, u.String())
	}
	g := newGuard(nil, nil)
	g.refuseAfter = time.Millisecond
	_, err := g.checkURL(t.Context(), "/url", "https://１２７.０.０.１/")
	require.ErrorContains(t, err, "where webhooks may be sent")
}

// Whoever tries names must not learn which of them are those of the internal network (OWASP, server-side request
// forgery): neither by what is said, nor by when.
func TestARefusalDoesNotTellWhetherANameExists(t *testing.T) {
	t.Parallel()
	const after = 300 * time.Millisecond
	zone := namesOf(t, map[string]string{"intranet.example.": "10.0.0.7"})
	c := courier(t, Options{Resolver: zone, RefuseAfter: after})
	said := map[string]bool{}
	for _, url := range []string{
		"https://intranet.example/", "https://absent.example/", "http://intranet.example/", "http://absent.example/",
		"https://intranet.example:8443/", "https://absent.example:8443/", "https://10.0.0.7/",
	} {
		began := time.Now()
		_, err := c.CheckURL(t.Context(), "/url", url)
		require.GreaterOrEqual(t, time.Since(began), after, url)
		refusal, refused := models.RefusalOf(err)
		require.True(t, refused, url)
		said[refusal.Detail+refusal.Accepted+string(refusal.Code)] = true
	}
	require.Len(t, said, 1)

	reports := map[Report]bool{}
	for _, url := range []string{"https://intranet.example/", "https://absent.example/", "https://10.0.0.7/"} {
		e := models.Endpoint{ID: models.NewID(models.PrefixEndpoint), URL: url}
		_, e.Secret = c.NewSecret(e.ID)
		began := time.Now()
		report, err := c.Ping(t.Context(), e)
		require.NoError(t, err)
		require.GreaterOrEqual(t, time.Since(began), after, url)
		report.StartedAt = time.Time{}
		reports[report] = true
	}
	require.Len(t, reports, 1, "a delivery does not tell either")
}

// namesOf is a resolver that knows these names and no others.
func namesOf(t *testing.T, known map[string]string) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(packet)
			if err != nil {
				return
			}
			if answer := resolve(packet[:n], known); answer != nil {
				_, _ = server.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

func resolve(question []byte, known map[string]string) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	m.Header = dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true, RCode: dnsmessage.RCodeNameError}
	m.Additionals = nil
	if ip, is := known[q.Name.String()]; is {
		m.RCode = dnsmessage.RCodeSuccess
		if q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(ip).As4()},
			}}
		}
	}
	answer, _ := m.Pack()
	return answer
}

// The check when a URL is saved can be fooled by a name that leads elsewhere afterwards; the one when
// the connection is made cannot.
func TestAConnectionIsJudgedWhenItIsMade(t *testing.T) {
	t.Parallel()
	reached := false
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(receiver.Close)
	c, e := courier(t, Options{}), models.Endpoint{ID: models.NewID(models.PrefixEndpoint), URL: receiver.URL}
	_, e.Secret = c.NewSecret(e.ID)
	report, err := c.Ping(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, models.FaultAddress, report.Fault)
	require.False(t, reached)
}
