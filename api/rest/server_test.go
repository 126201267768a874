package rest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/stretchr/testify/require"
)

// moment is short, patienceOfTests long.
const (
	moment          = 100 * time.Millisecond
	patienceOfTests = 20 * time.Second
)

// online serves a site with timeouts of a moment and returns its address.
func (s *site) online(t Timeouts) string {
	s.Helper()
	listener, err := new(net.ListenConfig).Listen(s.Context(), "tcp", "127.0.0.1:0")
	require.NoError(s, err)
	server := NewServer(s.router, t, slog.New(slog.DiscardHandler))
	go func() { _ = server.Serve(listener) }()
	s.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// dial connects and sends the text, and nothing more.
func (s *site) dial(address, text string) net.Conn {
	s.Helper()
	conn, err := new(net.Dialer).DialContext(s.Context(), "tcp", address)
	require.NoError(s, err)
	s.Cleanup(func() { _ = conn.Close() })
	require.NoError(s, conn.SetDeadline(time.Now().Add(patienceOfTests)))
	_, err = io.WriteString(conn, text)
	require.NoError(s, err)
	return conn
}

// hangsUp expects that the server ends the connection.
func (s *site) hangsUp(conn net.Conn) string {
	s.Helper()
	said, err := io.ReadAll(conn)
	var network net.Error
	if err != nil {
		require.ErrorAs(s, err, &network)
		require.False(s, network.Timeout(), "the server keeps the connection")
	}
	return string(said)
}

func TestAClientThatDoesNotGetOnLosesItsConnection(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{}, mine(), fine("/v1/things"))
	address := s.online(Timeouts{Header: moment, Read: moment, Write: time.Minute, Idle: moment})
	const get = "GET /v1/things HTTP/1.1\r\nHost: x\r\n"
	for name, c := range map[string]struct{ sends, hears string }{
		"half a header":             {get, ""},
		"nothing":                   {"", ""},
		"nothing more":              {get + "\r\n", "200 OK"},
		"a body that nobody reads":  {get + "Content-Length: 100\r\n\r\nx", "200 OK"},
		"a body without a key":      {"PUT /v1/me HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx", "405 Method"},
		"a header without an end":   {get + "X-Long: " + strings.Repeat("x", longestHeader+8192), "431 Request"},
		"chunks that do not arrive": {get + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", "200 OK"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := *s
			own.TB = t
			require.Contains(t, own.hangsUp(own.dial(address, c.sends)), c.hears)
		})
	}
}

// file is an operation that sends zeros until they are not taken any more.
func file(ended chan<- struct{}) Operation {
	return Get("/v1/file", Public(), "Read", func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			out := Patient(humagin.Unwrap(hc))
			for part, sent := make([]byte, 1<<16), error(nil); sent == nil; {
				_, sent = out.Write(part)
			}
			ended <- struct{}{}
		}}, nil
	}, GivesBytes())
}

func TestAReaderThatTakesNothingIsGivenUpAndOneThatGoesOnIsNot(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{}, 2)
	s := setup(t, Limits{Patience: 5 * moment}, file(ended))
	address := s.online(Timeouts{Write: moment})
	s.dial(address, "GET /v1/file HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case <-ended:
	case <-time.After(patienceOfTests):
		require.Fail(t, "the reader keeps its place")
	}

	// A reader that takes what comes may take longer than any limit for a whole answer.
	reader := s.dial(address, "GET /v1/file HTTP/1.1\r\nHost: x\r\n\r\n")
	for begin := time.Now(); time.Since(begin) < 15*moment; {
		_, err := io.CopyN(io.Discard, reader, 1<<20)
		require.NoError(t, err)
	}
}

func TestARequestThatWaitsLongerThanItMayTakeToArriveIsAnswered(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{}, Get("/v1/wait", Public(), "Wait",
		func(ctx context.Context, _ *struct{}) (*thingOutput, error) {
			select {
			case <-ctx.Done():
				return nil, fmt.Errorf("wait: %w", ctx.Err())
			case <-time.After(5 * moment):
				return &thingOutput{}, nil
			}
		}))
	address := s.online(Timeouts{Header: moment, Read: moment, Idle: moment})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/v1/wait", nil)
	require.NoError(t, err)
	answer, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
}
