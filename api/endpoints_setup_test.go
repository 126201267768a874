package api

import (
	"bytes"
	"crypto/ed25519"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/webhook"
)

func checkpointKey(t testing.TB) audit.Key {
	t.Helper()
	key, err := audit.NewKey("test/log", bytes.Repeat([]byte{8}, ed25519.SeedSize))
	require.NoError(t, err)
	return key
}

// courier may reach this machine.
func courier(t testing.TB) *webhook.Courier {
	t.Helper()
	c, err := webhook.NewCourier(webhook.Options{
		MasterKey: bytes.Repeat([]byte{9}, 32), Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Timeout: 2 * time.Second, RefuseAfter: time.Millisecond,
	})
	require.NoError(t, err)
	return c
}
