package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// Credentials is where keys are looked up.
type Credentials interface {
	// Credential reads a key with its owner. It returns a refusal with [models.CodeNotFound] when
	// there is no such key.
	Credential(ctx context.Context, key models.ID) (models.Credential, error)
}

// A Failure says why a caller was not recognised, in words that are safe to show to the caller.
type Failure struct {
	// Presented tells whether there was a key at all.
	Presented bool
	Reason    string
}

// Error returns the reason.
func (f *Failure) Error() string { return f.Reason }

// An Authenticator recognises callers by their API keys.
type Authenticator struct {
	credentials Credentials
}

// NewAuthenticator makes an authenticator over the record.
func NewAuthenticator(c Credentials) *Authenticator { return &Authenticator{credentials: c} }

// A Lookup reads a key with its owner. It returns a refusal with [models.CodeNotFound] when there is no
// such key.
type Lookup func(ctx context.Context, key models.ID) (models.Credential, error)

// Authenticate reads the value of an Authorization header and returns the key with its owner. It returns a [*Failure]
// when the caller is not recognised. Expiry and revocation are judged by the database's clock, in real time, on each
// call; nothing is cached, so a key cannot be used from the moment it is revoked.
func (a *Authenticator) Authenticate(ctx context.Context, authorization string) (models.Credential, error) {
	return a.AuthenticateBy(ctx, authorization, a.credentials.Credential)
}

// AuthenticateBy authenticates with a lookup that may read more than the credential.
func (*Authenticator) AuthenticateBy(
	ctx context.Context, authorization string, lookUp Lookup,
) (models.Credential, error) {
	token, err := bearer(authorization)
	if err != nil {
		return models.Credential{}, err
	}
	found, err := lookUp(ctx, token.ID)
	if refusal, refused := models.RefusalOf(err); refused && refusal.Code == models.CodeNotFound {
		return models.Credential{}, unknownKey()
	}
	if err != nil {
		return models.Credential{}, fmt.Errorf("look up API key: %w", err)
	}
	return found, judge(token, found)
}

// judge reveals the state of a key only to callers who know its secret.
func judge(token Token, found models.Credential) error {
	switch {
	case !token.Matches(found.Key.Digest):
		return unknownKey()
	case found.Key.RevokedAt != nil:
		return &Failure{Presented: true, Reason: "the API key has been revoked"}
	case !found.Key.Usable(found.At):
		return &Failure{Presented: true, Reason: "the API key has expired"}
	}
	return nil
}

func unknownKey() *Failure {
	return &Failure{Presented: true, Reason: "the API key is not known"}
}

// Presented is the API key in the value of an Authorization header, however the header is written; empty: it holds none
// of the form of a key.
func Presented(authorization string) string {
	token, err := bearer(authorization)
	if err != nil {
		return ""
	}
	return token.Reveal()
}

func bearer(authorization string) (Token, error) {
	if authorization == "" {
		return Token{}, &Failure{Reason: "this operation needs an API key"}
	}
	scheme, value, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Token{}, &Failure{
			Presented: true,
			Reason:    "the Authorization header is not of the form Bearer <API key>",
		}
	}
	token, err := ParseToken(strings.TrimSpace(value))
	if errors.Is(err, ErrMalformed) {
		return Token{}, &Failure{Presented: true, Reason: err.Error()}
	}
	return token, err
}
