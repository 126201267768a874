package webhook

import (
	"crypto/cipher"
	"errors"

	"github.com/ppi-engine/ppi/internal/cipherbox"
	"github.com/ppi-engine/ppi/models"
)

// ErrSecretUnreadable means that a stored secret was not encrypted for that endpoint with this
// installation's master key.
var ErrSecretUnreadable = errors.New("the endpoint's secret cannot be decrypted with this master key")

// A vault encrypts secrets for the database (AES-256-GCM). A secret that was encrypted for one endpoint cannot be
// decrypted for another.
type vault struct{ aead cipher.AEAD }

func newVault(master []byte) (vault, error) {
	aead, err := cipherbox.New(master, "webhook secrets")
	return vault{aead}, err
}

func (v vault) seal(endpoint models.ID, s Secret) []byte {
	key := s.key()
	return v.aead.Seal(nil, nil, key[:], []byte(endpoint)) //nolint:gosec // the cipher makes its own random nonce
}

// open decrypts a secret. It returns [ErrSecretUnreadable] for what the vault did not encrypt for this endpoint.
func (v vault) open(endpoint models.ID, sealed []byte) (Secret, error) {
	key, err := v.aead.Open(nil, nil, sealed, []byte(endpoint))
	if err != nil || len(key) != secretBytes {
		return Secret{}, ErrSecretUnreadable
	}
	return secretOf([secretBytes]byte(key)), nil
}

// Readable tells whether a stored secret of an endpoint was encrypted with this master key.
func Readable(master []byte, endpoint models.ID, sealed []byte) (bool, error) {
	v, err := newVault(master)
	if err != nil {
		return false, err
	}
	_, err = v.open(endpoint, sealed)
	return err == nil, nil
}

// Reseal encrypts a stored secret of an endpoint anew, for another master key. It returns [ErrSecretUnreadable] when
// the former master key did not encrypt it.
func Reseal(former, master []byte, endpoint models.ID, sealed []byte) ([]byte, error) {
	from, err := newVault(former)
	if err != nil {
		return nil, err
	}
	to, err := newVault(master)
	if err != nil {
		return nil, err
	}
	secret, err := from.open(endpoint, sealed)
	if err != nil {
		return nil, err
	}
	return to.seal(endpoint, secret), nil
}
