package pg

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pair is a connection of ours, and the server's end of it.
func pair(t *testing.T, limit time.Duration) (ours, server net.Conn) {
	t.Helper()
	server, client := net.Pipe()
	t.Cleanup(func() { _ = server.Close() })
	ours, err := impatiently(func(context.Context, string, string) (net.Conn, error) { return client, nil }, limit)(
		t.Context(), "tcp", "server")
	require.NoError(t, err)
	return ours, server
}

func TestASilentServerFailsWhatWaitsForIt(t *testing.T) {
	t.Parallel()
	ours, server := pair(t, 50*time.Millisecond)
	go func() { _, _ = server.Write([]byte("x")) }()
	one := make([]byte, 1)
	_, err := ours.Read(one)
	require.NoError(t, err)
	_, err = ours.Read(one)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.True(t, IsRetryable(err))
}

// pgx ends a read by a deadline in the past, also when it begins only afterwards.
func TestTheUsersDeadlineComesFirst(t *testing.T) {
	t.Parallel()
	ours, _ := pair(t, time.Hour)
	ended := make(chan error, 1)
	go func() {
		_, err := ours.Read(make([]byte, 1))
		ended <- err
	}()
	require.NoError(t, ours.SetDeadline(time.Unix(1, 0)))
	require.ErrorIs(t, <-ended, os.ErrDeadlineExceeded)
	_, err := ours.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}
