// Package auth tells who is calling: it makes API keys and recognises them again.
package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"log/slog"
	"math/big"
	"strings"

	"github.com/google/uuid"

	"github.com/ppi-engine/ppi/models"
)

const (
	tokenPrefix  = "ppi_"
	secretBytes  = 32
	secretLength = 43 // the digits that 32 bytes take in base 62
	base62       = 62
)

// ErrMalformed means that a string does not have the form of an API key.
var ErrMalformed = errors.New("not an API key: ppi_, 32 hexadecimal digits, _ and 43 letters and digits")

// A Token is an API key as its owner presents it: ppi_<key's UUID>_<secret>. It prints without its secret; only
// [Token.Reveal] shows the secret.
type Token struct {
	KeyID  models.ID
	secret string
}

// NewToken makes the token of a new API key from 32 random bytes.
func NewToken() Token {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // never fails, says its documentation
	digits := new(big.Int).SetBytes(raw).Text(base62)
	return Token{
		KeyID:  models.NewID(models.PrefixAPIKey),
		secret: strings.Repeat("0", secretLength-len(digits)) + digits,
	}
}

// ParseToken reads a presented API key; it fails with [ErrMalformed].
func ParseToken(s string) (Token, error) {
	id, secret, ok := strings.Cut(strings.TrimPrefix(s, tokenPrefix), "_")
	if !ok || !strings.HasPrefix(s, tokenPrefix) || len(secret) != secretLength || !isBase62(secret) {
		return Token{}, ErrMalformed
	}
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) != len(uuid.UUID{}) || strings.ToLower(id) != id {
		return Token{}, ErrMalformed
	}
	t := Token{KeyID: models.ID(string(models.PrefixAPIKey) + "_" + uuid.UUID(raw).String()), secret: secret}
	if !t.KeyID.Is(models.PrefixAPIKey) {
		return Token{}, ErrMalformed
	}
	return t, nil
}

func isBase62(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// Digest is what the record keeps of the secret. A fast hash is as safe as a slow one, because the secret has 256
// random bits.
func (t Token) Digest() []byte {
	sum := sha256.Sum256([]byte(t.secret))
	return sum[:]
}

// Matches tells, in constant time, whether digest is that of the token's secret.
func (t Token) Matches(digest []byte) bool {
	return subtle.ConstantTimeCompare(t.Digest(), digest) == 1
}

// Reveal returns the token with its secret, to be shown once to its owner.
func (t Token) Reveal() string {
	return tokenPrefix + strings.ReplaceAll(t.KeyID.UUID(), "-", "") + "_" + t.secret
}

// String names the key without its secret.
func (t Token) String() string { return string(t.KeyID) }

// LogValue names the key without its secret.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }
