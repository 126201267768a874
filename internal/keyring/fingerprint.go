package keyring

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/models"
)

const fingerprintBytes = 32

// Fingerprint tells a key from others and nothing about its secret: SHA-256 of the public key of a signing key
// (Ed25519), and 32 bytes derived by HKDF-SHA256 from the master key. It is in hexadecimal.
func Fingerprint(use models.KeyUse, key config.Key) (string, error) {
	if use != models.KeyMaster {
		return models.Digest(publicOf(key)), nil
	}
	derived, err := hkdf.Key(sha256.New, key.Bytes(), nil, "fingerprint", fingerprintBytes)
	if err != nil {
		return "", fmt.Errorf("derive fingerprint of the master key: %w", err)
	}
	return hex.EncodeToString(derived), nil
}

func publicOf(key config.Key) ed25519.PublicKey {
	//nolint:forcetypeassert // an Ed25519 key has no other public key
	return ed25519.NewKeyFromSeed(key.Bytes()).Public().(ed25519.PublicKey)
}

// short is as much of a fingerprint as people compare.
func short(fingerprint string) string { return fingerprint[:16] }

// Name names a key by the host name under which clients know us, so that the receipts of several installations can be
// told apart. The port is left out, because it may change from start to start.
func Name(c *config.Config, use models.KeyUse) string {
	return c.PublicURL.Hostname() + "/" + map[models.KeyUse]string{
		models.KeyCheckpoint: "log", models.KeyReceipt: "receipts",
	}[use]
}

// verifierOf is the public key under a name, as signed notes have it; nothing for the master key.
func verifierOf(use models.KeyUse, name string, key config.Key) (string, error) {
	if use == models.KeyMaster {
		return "", nil
	}
	verifier, err := note.NewEd25519VerifierKey(name, publicOf(key))
	if err != nil {
		return "", fmt.Errorf("name the %s key: %w", use, err)
	}
	return verifier, nil
}

// signer returns the name under which a key has signed a note; "" when it did not sign it.
func signer(key config.Key, signed string) string {
	_, signatures, _ := strings.Cut(signed, "\n\n")
	for line := range strings.Lines(signatures) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		name := fields[1]
		public, err := note.NewEd25519VerifierKey(name, publicOf(key))
		if err != nil {
			continue
		}
		verifier, err := note.NewVerifier(public)
		if err != nil {
			continue
		}
		if _, err := note.Open([]byte(signed), note.VerifierList(verifier)); err == nil {
			return name
		}
	}
	return ""
}
