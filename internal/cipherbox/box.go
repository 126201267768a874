// Package cipherbox encrypts what only this installation may read again.
package cipherbox

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// keyBytes is the length of an AES-256 key, and the least that a master key must have.
const keyBytes = 32

// New makes a cipher for one purpose from a key that is used for several: AES-256-GCM with a random nonce before
// the text, under a key derived by HKDF-SHA256 (RFC 5869). What was sealed for one purpose opens for no other.
func New(master []byte, purpose string) (cipher.AEAD, error) {
	if len(master) < keyBytes {
		return nil, fmt.Errorf("make cipher of %s: the master key has %d bytes, not %d", purpose, len(master), keyBytes)
	}
	key, err := hkdf.Key(sha256.New, master, nil, purpose, keyBytes)
	if err != nil {
		return nil, fmt.Errorf("derive key of %s: %w", purpose, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher of %s: %w", purpose, err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make cipher of %s: %w", purpose, err)
	}
	return aead, nil
}
