package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// A Key signs checkpoints. Its text, in the form of golang.org/x/mod/sumdb/note, is a secret.
type Key struct {
	signer   note.Signer
	verifier string
}

// NewKey makes an Ed25519 key and returns the text that [ReadKey] reads. The name identifies the
// installation, for example procurement.example.org/log; it has no space and no plus sign.
func NewKey(name string) (text string, err error) {
	text, _, err = note.GenerateKey(rand.Reader, name)
	if err != nil {
		return "", fmt.Errorf("make checkpoint key: %w", err)
	}
	if _, err := ReadKey(text); err != nil {
		return "", fmt.Errorf("make checkpoint key: %q cannot name a key: it needs letters, and neither space nor plus sign", name)
	}
	return text, nil
}

// ReadKey reads a key made by [NewKey].
func ReadKey(text string) (Key, error) {
	// PRIVATE+KEY+name+hash+base64(algorithm, seed); the last part may hold plus signs.
	const parts = 5
	text = strings.TrimSpace(text)
	signer, err := note.NewSigner(text)
	fields := strings.SplitN(text, "+", parts)
	if err != nil || len(fields) != parts {
		return Key{}, errors.New("read checkpoint key: it is not a signing key in note form")
	}
	secret, err := base64.StdEncoding.DecodeString(fields[parts-1])
	if err != nil || len(secret) != 1+ed25519.SeedSize {
		return Key{}, errors.New("read checkpoint key: it is not an Ed25519 key in note form")
	}
	public := ed25519.NewKeyFromSeed(secret[1:]).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey(signer.Name(), public)
	if err != nil {
		return Key{}, fmt.Errorf("read checkpoint key: %w", err)
	}
	return Key{signer: signer, verifier: verifier}, nil
}

// Name is the key's name, and the origin of what it signs for the whole log.
func (k Key) Name() string { return k.signer.Name() }

// Verifier is the public half, for those who verify.
func (k Key) Verifier() string { return k.verifier }

// Verifiers reads the public halves of keys; a note signed by any of them is accepted, so that keys can
// be rotated.
func Verifiers(keys ...string) (note.Verifiers, error) {
	list := make([]note.Verifier, len(keys))
	for i, key := range keys {
		v, err := note.NewVerifier(strings.TrimSpace(key))
		if err != nil {
			return nil, fmt.Errorf("read verifier key %d: %w", i+1, err)
		}
		list[i] = v
	}
	return note.VerifierList(list...), nil
}
