package envelope

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/gowebpki/jcs"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// Render writes a value of this package as canonical JSON (RFC 8785).
func Render(v any) ([]byte, error) {
	text, _, err := models.Canonical(v)
	return text, err
}

// readOpen reads JSON as [read] does, but with any spacing and order: for descriptions that are not hashed as they are.
func readOpen(text []byte, v any, code models.Code, what string) error {
	canonical, err := jcs.Transform(text)
	if err != nil {
		return malformed(code, what, "cannot be read: %v", err)
	}
	return read(canonical, v, code, what)
}

// read reads canonical JSON into v and refuses what is not exactly what [Render] writes: unknown members, members that
// stand twice, other spacing or order, encodings that are not the only one. So one meaning has one text. what names the
// file in the refusal.
func read(text []byte, v any, code models.Code, what string) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return malformed(code, what, "cannot be read: %v", err)
	}
	again, err := Render(v)
	if err != nil {
		return malformed(code, what, "cannot be read: %v", err)
	}
	if !bytes.Equal(again, text) {
		return malformed(code, what, "is not canonical JSON (RFC 8785) with the members of its format, each once")
	}
	return nil
}

func malformed(code models.Code, what, format string, args ...any) *models.Refusal {
	return models.Refuse(code, "", "%s %s", what, fmt.Sprintf(format, args...)).
		Accepting("what ppi seal or the sealing page made, without any change")
}

// tagOf is the SHA-256 of the canonical JSON of what a proof belongs to.
func tagOf(statement any) (pvss.Tag, error) {
	text, err := Render(statement)
	if err != nil {
		return pvss.Tag{}, fmt.Errorf("render what a proof belongs to: %w", err)
	}
	return sha256.Sum256(text), nil
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
