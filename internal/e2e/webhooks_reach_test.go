package e2e

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// A names server answers every question for an IPv4 address with the one it was told last.
type names struct {
	packets net.PacketConn
	address atomic.Pointer[netip.Addr]
	asked   atomic.Int64
}

func newNames(t *testing.T, address string) *names {
	t.Helper()
	packets, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	require.NoError(t, err)
	n := &names{packets: packets}
	n.lead(address)
	go n.serve()
	t.Cleanup(func() { _ = packets.Close() })
	return n
}

// lead has names lead to an address from now on.
func (n *names) lead(address string) {
	ip := netip.MustParseAddr(address)
	n.address.Store(&ip)
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", n.packets.LocalAddr().String())
	}}
}

func (n *names) serve() {
	question := make([]byte, 512)
	for {
		length, from, err := n.packets.ReadFrom(question)
		if err != nil {
			return
		}
		if answer := n.answer(question[:length]); answer != nil {
			n.asked.Add(1)
			_, _ = n.packets.WriteTo(answer, from)
		}
	}
}

// answer makes an answer of one question (RFC 1035 §4.1).
func (n *names) answer(question []byte) []byte {
	const header, ofAddress, pointerToName = 12, 1, 0xC00C
	end := header
	for end < len(question) && question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5 // the root label, type and class
	if end > len(question) {
		return nil
	}
	answer := append([]byte{}, question[:end]...)
	answer[2], answer[3] = 0x81, 0x80 // an answer without error, by a server that looks names up
	copy(answer[6:header], make([]byte, 6))
	if binary.BigEndian.Uint16(question[end-4:]) != ofAddress {
		return answer
	}
	answer[7] = 1
	answer = binary.BigEndian.AppendUint16(answer, pointerToName)
	answer = append(answer, 0, ofAddress, 0, 1, 0, 0, 0, 0, 0, net.IPv4len)
	return append(answer, n.address.Load().AsSlice()...)
}

// A name leads to a network that the operator allows when the endpoint is registered, and inside later on: the
// connection is refused, nobody inside hears of it, and nothing is skipped.
func TestANameThatLeadsInsideLaterIsNotFollowed(t *testing.T) {
	t.Parallel()
	dns := newNames(t, "127.0.0.2")
	b := setup(t, options{webhooks: rig.Webhooks{
		Pace: quick.Pace, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}, Resolver: dns.resolver(),
	}})
	b.settle(t)
	p, inside := newNeighbours(t)
	start := now(t, b.Lead)
	id := b.endpoint(t, p, map[string]any{"url": "http://portal.example:" + portOf(t, p.URL)})
	b.change(t, 1)
	b.awaitSent(t, p, start)

	dns.lead("127.0.0.1")
	before := dns.asked.Load()
	b.change(t, 2)
	b.awaitParked(t, id)
	require.Greater(t, dns.asked.Load(), before)
	require.Zero(t, inside.Load(), "nobody inside was reached")
	attempts := b.deliveries(t, id, "pending")[0].Attempts
	require.Len(t, attempts, 10)
	for _, a := range attempts {
		require.Equal(t, models.FaultAddress, a.Fault)
	}
	_, problem := do(t, b.Lead, apiclient.Request{
		Method: http.MethodPatch, Path: "/v1/endpoints/" + id,
		In: map[string]any{"url": "http://portal.example:" + portOf(t, p.URL) + "/other"}, IfMatch: "*",
	})
	require.Equal(t, string(models.CodeInvalidValue), problem.Code, "it is judged anew when it is changed")

	dns.lead("127.0.0.2")
	b.actOn(t, id, "resume", nil)
	require.Len(t, b.awaitSent(t, p, start), 3)
	require.Zero(t, inside.Load())
}

// newNeighbours are a portal on 127.0.0.2 and somebody on the same port of 127.0.0.1, who counts the calls.
func newNeighbours(t *testing.T) (*portal, *atomic.Int64) {
	t.Helper()
	var calls atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	t.Cleanup(inside.Close)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.2:"+portOf(t, inside.URL))
	require.NoError(t, err)
	p := &portal{answer: always(http.StatusOK)}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(p.receive))
	require.NoError(t, p.Listener.Close())
	p.Listener = listener
	p.Config.SetKeepAlivesEnabled(false) // so that the name is looked up for each message
	p.Start()
	t.Cleanup(p.Close)
	return p, &calls
}

func portOf(t *testing.T, raw string) string {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	return u.Port()
}

func TestEndpointsInsideAreRefusedUnlessTheOperatorAllowsThem(t *testing.T) {
	t.Parallel()
	dns := newNames(t, "192.168.7.7")
	b := setup(t, options{noWorker: true, webhooks: rig.Webhooks{
		Pace: quick.Pace, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}, Resolver: dns.resolver(),
	}})
	for _, address := range []string{
		"http://127.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://10.0.0.1/",
		"https://169.254.169.254/latest",
		"https://0.0.0.0/", "https://portal.example/", "http://portal.example:8080/", "http://93.184.216.34/",
		"https://93.184.216.34:8443/",
	} {
		_, problem := do(t, b.Lead, apiclient.Request{Path: "/v1/endpoints", In: map[string]any{"url": address}})
		require.NotNil(t, problem, address)
		require.Equal(t, string(models.CodeInvalidValue), problem.Code, address)
		require.NotContains(t, problem.Detail, "192.168", "where a name leads is not told")
	}
	for _, address := range []string{"http://127.0.0.2:9/", "https://93.184.216.34/"} {
		_, problem := do(t, b.Lead, apiclient.Request{Path: "/v1/endpoints", In: map[string]any{"url": address}})
		require.Nil(t, problem, address)
	}
}

func TestARedirectIsNotFollowedAndCountsAsAFailure(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick})
	b.settle(t)
	var followed atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	t.Cleanup(elsewhere.Close)
	p, start := newPortal(t), now(t, b.Lead)
	p.redirect = elsewhere.URL
	statuses := []int{
		http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect,
		http.StatusPermanentRedirect,
	}
	p.answers(func(n int, _ heard) int { return statuses[n%len(statuses)] })
	id := b.endpoint(t, p, nil)
	b.change(t, 1)
	b.awaitParked(t, id)
	require.Zero(t, followed.Load())
	for _, a := range b.deliveries(t, id, "pending")[0].Attempts {
		require.Equal(t, models.FaultRedirect, a.Fault)
		require.Contains(t, statuses, a.Status)
	}
	require.Equal(t, "redirect", b.task(t, models.TaskFeedParked).Detail["reason"].(string)[:len("redirect")])

	p.answers(always(http.StatusOK))
	b.actOn(t, id, "resume", nil)
	b.awaitSent(t, p, start)
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, patience, 20*time.Millisecond)
	require.Zero(t, followed.Load())
}
