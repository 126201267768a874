package api

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal"
)

func receiptSigner(t testing.TB) *seal.Signer {
	t.Helper()
	s, err := seal.NewSigner("test/receipts", bytes.Repeat([]byte{7}, ed25519.SeedSize))
	require.NoError(t, err)
	return s
}
