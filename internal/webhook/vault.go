package webhook

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/ppi-engine/ppi/models"
)

// ErrSecretUnreadable means that a stored secret was not encrypted for that endpoint with this
// installation's master key.
var ErrSecretUnreadable = errors.New("the endpoint's secret cannot be decrypted with this master key")

// A vault encrypts secrets for the database (AES-256-GCM). What it made for one endpoint opens for no other.
type vault struct{ aead cipher.AEAD }

// newVault derives the key from the installation's master key (HKDF-SHA256, RFC 5869).
func newVault(master []byte) (vault, error) {
	const aes256 = 32
	if len(master) < aes256 {
		return vault{}, fmt.Errorf("make vault for secrets: the master key has %d bytes, not %d", len(master), aes256)
	}
	key, err := hkdf.Key(sha256.New, master, nil, "webhook secrets", aes256)
	if err != nil {
		return vault{}, fmt.Errorf("make vault for secrets: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return vault{}, fmt.Errorf("make vault for secrets: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return vault{}, fmt.Errorf("make vault for secrets: %w", err)
	}
	return vault{aead}, nil
}

// seal encrypts under a nonce of its own, which precedes the result.
func (v vault) seal(endpoint models.ID, s Secret) []byte {
	nonce := make([]byte, v.aead.NonceSize())
	rand.Read(nonce) // never fails, see crypto/rand
	key := s.key()
	return v.aead.Seal(nonce, nonce, key[:], []byte(endpoint))
}

// open returns [ErrSecretUnreadable] for whatever it did not make for this endpoint.
func (v vault) open(endpoint models.ID, sealed []byte) (Secret, error) {
	if len(sealed) < v.aead.NonceSize() {
		return Secret{}, ErrSecretUnreadable
	}
	nonce, box := sealed[:v.aead.NonceSize()], sealed[v.aead.NonceSize():]
	key, err := v.aead.Open(nil, nonce, box, []byte(endpoint))
	if err != nil || len(key) != secretBytes {
		return Secret{}, ErrSecretUnreadable
	}
	return secretOf([secretBytes]byte(key)), nil
}
