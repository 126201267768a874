package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/gowebpki/jcs"
)

// Canonical renders a value as canonical JSON (RFC 8785) with its SHA-256, in hexadecimal.
func Canonical(v any) (json.RawMessage, string, error) {
	rendered, err := json.Marshal(v)
	if err != nil {
		return nil, "", fmt.Errorf("render: %w", err)
	}
	text, err := jcs.Transform(rendered)
	if err != nil {
		return nil, "", fmt.Errorf("render canonically: %w", err)
	}
	return text, Digest(text), nil
}

// Digest is the SHA-256 of content, in hexadecimal.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
