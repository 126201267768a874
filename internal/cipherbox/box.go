// Package cipherbox encrypts what only this installation may decrypt.
package cipherbox

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// keyBytes is the length of an AES-256 key, and the shortest length of a master key.
const keyBytes = 32

// New makes a cipher for one purpose from a key that serves several purposes: AES-256-GCM with a random nonce before
// the text, with a key derived by HKDF-SHA256 (RFC 5869). What was encrypted for one purpose cannot be decrypted for
// another.
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
