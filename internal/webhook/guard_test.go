package webhook

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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
	_, err := newGuard(nil, nil).checkURL(t.Context(), "/url", "https://１２７.０.０.１/")
	require.ErrorContains(t, err, "may not be sent")
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
	require.Equal(t, models.FaultBlocked, report.Fault)
	require.False(t, reached)
}
