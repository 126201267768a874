package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// sealing runs ppi seal with the arguments and returns its exit code and stdout.
func sealing(t *testing.T, arguments ...string) (int, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), append([]string{"seal"}, arguments...), nil, &stdout, &stderr)
	t.Log(stderr.String())
	return code, stdout.String()
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
