// Package auth tells who is calling: it makes API keys and codes of enrolment, and recognises them again.
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
	secretBytes  = 32
	secretLength = 43 // the digits that 32 bytes take in base 62
	base62       = 62
)

// A form is how a token of one kind begins, and of which kind its ID is.
type form struct {
	begins string
	of     models.Prefix
}

var (
	keyForm  = form{"ppi_", models.PrefixAPIKey}
	codeForm = form{"ppi-enrol_", models.PrefixEnrolment}
)

// ErrMalformed means that a string does not have the form of an API key, or of a code of enrolment.
var ErrMalformed = errors.New("not of this form: ppi_, 32 hexadecimal digits, _ and 43 letters and digits")

// A Token is an API key as its owner presents it: ppi_<key's UUID>_<secret>; or a code of enrolment, which begins with
// ppi-enrol_. It prints without its secret; only [Token.Reveal] shows the secret.
type Token struct {
	// ID is that of the API key or of the enrolment.
	ID     models.ID
	secret string
	form   form
}

// NewToken makes the token of a new API key from 32 random bytes.
func NewToken() Token { return keyForm.make() }

// NewCode makes a code of enrolment from 32 random bytes.
func NewCode() Token { return codeForm.make() }

// ParseToken reads a presented API key; it fails with [ErrMalformed].
func ParseToken(s string) (Token, error) { return keyForm.parse(s) }

// ParseCode reads a presented code of enrolment; it fails with [ErrMalformed].
func ParseCode(s string) (Token, error) { return codeForm.parse(s) }

func (f form) make() Token {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // never fails, says its documentation
	digits := new(big.Int).SetBytes(raw).Text(base62)
	return Token{models.NewID(f.of), strings.Repeat("0", secretLength-len(digits)) + digits, f}
}

func (f form) parse(s string) (Token, error) {
	id, secret, ok := strings.Cut(strings.TrimPrefix(s, f.begins), "_")
	if !ok || !strings.HasPrefix(s, f.begins) || len(secret) != secretLength || !isBase62(secret) {
		return Token{}, ErrMalformed
	}
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) != len(uuid.UUID{}) || strings.ToLower(id) != id {
		return Token{}, ErrMalformed
	}
	t := Token{models.ID(string(f.of) + "_" + uuid.UUID(raw).String()), secret, f}
	if !t.ID.Is(f.of) {
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
	return t.form.begins + strings.ReplaceAll(t.ID.UUID(), "-", "") + "_" + t.secret
}

// String names the token without its secret.
func (t Token) String() string { return string(t.ID) }

// LogValue names the token without its secret.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }
