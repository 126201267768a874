// Package webhook sends messages to servers of others: signed by Standard Webhooks 1.0.0, to addresses that are safe to
// call, and tried again with growing pauses.
package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

const (
	secretBytes  = 32
	secretPrefix = "whsec_"
	hidden       = "***"
)

// A Secret is shared with the owner of an endpoint: we sign with it, and the owner verifies. It is never shown when it
// is printed or logged.
type Secret struct{ key func() [secretBytes]byte }

// NewSecret makes a secret.
func NewSecret() Secret {
	var key [secretBytes]byte
	rand.Read(key[:]) // never fails, see crypto/rand
	return secretOf(key)
}

func secretOf(key [secretBytes]byte) Secret { return Secret{func() [secretBytes]byte { return key }} }

// Reveal returns the secret in the form that libraries of Standard Webhooks take.
func (s Secret) Reveal() string {
	key := s.key()
	return secretPrefix + base64.StdEncoding.EncodeToString(key[:])
}

// Format hides the secret.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// LogValue hides the secret in logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// sign makes a signature of scheme v1: HMAC-SHA256 over "{id}.{timestamp}.{body}".
func (s Secret) sign(id string, at time.Time, body []byte) string {
	key := s.key()
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signatures signs with every secret, because a receiver may know only one of them while one replaces another.
func signatures(secrets []Secret, id string, at time.Time, body []byte) string {
	all := make([]string, len(secrets))
	for i, s := range secrets {
		all[i] = s.sign(id, at, body)
	}
	return strings.Join(all, " ")
}
