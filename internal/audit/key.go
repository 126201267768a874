package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// ed25519Algorithm marks Ed25519 in the keys of notes.
const ed25519Algorithm = 1

// A Key signs checkpoints.
type Key struct {
	signer   note.Signer
	verifier string
}

// NewKey makes a signing key from a secret of 32 bytes (an Ed25519 seed, RFC 8032 §5.1.5) and a name that identifies
// the installation, for example procurement.example.org/log. A name has no space and no plus sign. The same name and
// secret always make the same key.
func NewKey(name string, secret []byte) (Key, error) {
	if len(secret) != ed25519.SeedSize {
		return Key{}, fmt.Errorf("make checkpoint key: the secret has %d bytes, not %d", len(secret), ed25519.SeedSize)
	}
	public, _ := ed25519.NewKeyFromSeed(secret).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey(name, public)
	if err != nil {
		return Key{}, fmt.Errorf("make checkpoint key: %w", err)
	}
	// A verifier's key is name+hash+public; a signer's is marked as private and ends in the secret.
	id, _, _ := strings.Cut(strings.TrimPrefix(verifier, name+"+"), "+")
	private := base64.StdEncoding.EncodeToString(append([]byte{ed25519Algorithm}, secret...))
	signer, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + id + "+" + private)
	if err != nil {
		return Key{}, fmt.Errorf("make checkpoint key: %q cannot name a key: a name needs letters, no space and no "+
			"plus sign", name)
	}
	return Key{signer: signer, verifier: verifier}, nil
}

// Name is the name of the key, and the origin of the checkpoints that it signs for the whole log.
func (k Key) Name() string { return k.signer.Name() }

// Verifier is the public half, for people who verify.
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
