package limit_test

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/limit"
)

var start = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func TestAQuotaMayBeSpentAtOnceAndComesBackEvenly(t *testing.T) {
	t.Parallel()
	r := limit.NewRates[string](limit.Policy{Quota: 60, Callers: 10, Keep: time.Hour})
	for n := range 60 {
		s := r.Spend("ann", start)
		require.Zero(t, s.Wait)
		require.Equal(t, 59-n, s.Left)
		require.Equal(t, time.Duration(n+1)*time.Second, s.Whole)
	}
	refused := r.Spend("ann", start)
	require.Equal(t, time.Second, refused.Wait)
	require.Zero(t, refused.Left)
	require.Zero(t, r.Spend("bob", start).Wait, "the quota is the caller's own")

	require.Equal(t, 500*time.Millisecond, r.Spend("ann", start.Add(500*time.Millisecond)).Wait)
	require.Zero(t, r.Spend("ann", start.Add(time.Second)).Wait)
	require.NotZero(t, r.Spend("ann", start.Add(time.Second)).Wait)
	require.Equal(t, 59, r.Spend("ann", start.Add(time.Hour)).Left, "more than the quota is never saved")
}

func TestAskingDoesNotCount(t *testing.T) {
	t.Parallel()
	r := limit.NewRates[string](limit.Policy{Quota: 1, Callers: 10, Keep: time.Hour})
	for range 3 {
		require.Zero(t, r.Ask("ann", start).Wait)
	}
	require.False(t, r.Knows("ann"))
	require.Zero(t, r.Spend("ann", start).Wait)
	require.Equal(t, time.Minute, r.Ask("ann", start).Wait)
	require.Zero(t, r.Ask("ann", start.Add(time.Minute)).Wait)
	r.Forget("ann")
	require.False(t, r.Knows("ann"))
	r.Remember("ann", start)
	require.True(t, r.Knows("ann"))
	require.Equal(t, 1, r.Ask("ann", start).Left)
}

func TestOnlySoManyCallersAreRememberedAndIdleOnesAreForgotten(t *testing.T) {
	t.Parallel()
	r := limit.NewRates[int](limit.Policy{Quota: 1, Callers: 3, Keep: time.Minute})
	for caller := range 1000 {
		r.Spend(caller, start)
		require.LessOrEqual(t, r.Callers(), 3)
	}
	r.Spend(998, start.Add(time.Second))
	r.Spend(1000, start.Add(time.Second))
	require.False(t, r.Knows(997), "the one that was idle for longest goes first")
	require.True(t, r.Knows(998))

	r.Spend(2000, start.Add(time.Hour))
	require.Equal(t, 1, r.Callers())
}

func TestManyWhoSpendAtOnceGetNoMoreThanTheQuota(t *testing.T) {
	t.Parallel()
	r := limit.NewRates[string](limit.Policy{Quota: 100, Callers: 10, Keep: time.Hour})
	allowed := make(chan bool, 1000)
	var all sync.WaitGroup
	for range cap(allowed) {
		all.Go(func() { allowed <- r.Spend("ann", start).Wait == 0 })
	}
	all.Wait()
	close(allowed)
	n := 0
	for was := range allowed {
		if was {
			n++
		}
	}
	require.Equal(t, 100, n)
}

func TestAPlaceIsTakenOfEveryHolderOrOfNone(t *testing.T) {
	t.Parallel()
	var p limit.Places[string]
	of := func(person string) []limit.Share[string] {
		return []limit.Share[string]{{Holder: person, Most: 2}, {Holder: "org", Most: 3}}
	}
	first, _ := p.Take(of("ann")...)
	require.NotNil(t, first)
	second, _ := p.Take(of("ann")...)
	require.NotNil(t, second)
	none, full := p.Take(of("ann")...)
	require.Nil(t, none)
	require.Equal(t, 0, full)
	third, _ := p.Take(of("bob")...)
	require.NotNil(t, third, "what was refused took no place")
	none, full = p.Take(of("bob")...)
	require.Nil(t, none)
	require.Equal(t, 1, full)
	first()
	again, _ := p.Take(of("bob")...)
	require.NotNil(t, again)
}

func TestOnlyWhatATrustedProxySaysCounts(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		client    string
	}{
		"no proxy":                        {"192.0.2.1", nil, "192.0.2.1"},
		"forged by a peer":                {"192.0.2.1", []string{"198.51.100.7"}, "192.0.2.1"},
		"forged as a proxy":               {"192.0.2.1", []string{"10.0.0.1"}, "192.0.2.1"},
		"one proxy":                       {"10.0.0.1", []string{"198.51.100.7"}, "198.51.100.7"},
		"forged before a proxy":           {"10.0.0.1", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
		"forged in a line of its own":     {"10.0.0.1", []string{"203.0.113.9", "198.51.100.7"}, "198.51.100.7"},
		"forged as a trusted one":         {"10.0.0.1", []string{"10.9.9.9, 198.51.100.7"}, "198.51.100.7"},
		"two proxies":                     {"10.0.0.1", []string{"192.0.2.9, 198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		"all are proxies":                 {"10.0.0.1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"a proxy without header":          {"10.0.0.1", nil, "10.0.0.1"},
		"an empty header":                 {"10.0.0.1", []string{""}, "10.0.0.1"},
		"no address":                      {"10.0.0.1", []string{"203.0.113.9, unknown"}, "10.0.0.1"},
		"no address behind another proxy": {"10.0.0.1", []string{"203.0.113.9, _x, 10.0.0.2"}, "10.0.0.2"},
		"with a port":                     {"10.0.0.1", []string{"198.51.100.7:4711"}, "198.51.100.7"},
		"IPv6":                            {"fd00::1", []string{"2001:db8::7"}, "2001:db8::7"},
		"IPv6 in brackets":                {"fd00::1", []string{"[2001:db8::7]"}, "2001:db8::7"},
		"IPv6 with a port":                {"fd00::1", []string{"[2001:db8::7]:4711"}, "2001:db8::7"},
		"IPv4 in IPv6":                    {"::ffff:10.0.0.1", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		"a zone":                          {"fe80::1%eth0", []string{"198.51.100.7"}, "fe80::1"},
	} {
		client := limit.Client(netip.MustParseAddr(c.peer), c.forwarded, trusted)
		require.Equal(t, c.client, client.String(), name)
	}
	require.False(t, limit.Client(netip.Addr{}, []string{"10.0.0.1"}, trusted).IsValid())
}

func TestASubscriberOfIPv6CountsAsOne(t *testing.T) {
	t.Parallel()
	of := func(address string) string { return limit.Network(netip.MustParseAddr(address)).String() }
	require.Equal(t, of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"))
	require.NotEqual(t, of("2001:db8:1:2::1"), of("2001:db8:1:3::1"))
	require.Equal(t, "192.0.2.1/32", of("192.0.2.1"))
	require.Equal(t, of("192.0.2.1"), of("::ffff:192.0.2.1"))
	require.Equal(t, netip.Prefix{}, limit.Network(netip.Addr{}))
}

func FuzzClient(f *testing.F) {
	f.Add("10.0.0.1", "203.0.113.9, 198.51.100.7")
	f.Add("192.0.2.1", "[::1%zone]:1,,x")
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		address, err := netip.ParseAddr(peer)
		if err != nil {
			return
		}
		client := limit.Client(address, []string{forwarded}, trusted)
		require.True(t, client.IsValid())
		if !limit.Trusts(trusted, address) {
			require.Equal(t, address.Unmap().WithZone(""), client, "a peer that is not trusted names nobody")
		}
	})
}
