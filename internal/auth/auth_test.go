package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
)

type keys map[models.ID]models.Credential

var errDown = errors.New("connection refused")

func (k keys) Credential(_ context.Context, id models.ID) (models.Credential, error) {
	if k == nil {
		return models.Credential{}, errDown
	}
	c, ok := k[id]
	if !ok {
		return c, models.Refuse(models.CodeNotFound, "", "no such key")
	}
	return c, nil
}

func TestAKeyIsRecognisedUntilItExpiresOrIsRevoked(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	earlier, later := now.Add(-time.Second), now.Add(time.Second)
	for name, c := range map[string]struct {
		key    models.APIKey
		reason string
	}{
		"without end":    {models.APIKey{}, ""},
		"not yet over":   {models.APIKey{ExpiresAt: &later}, ""},
		"over this very": {models.APIKey{ExpiresAt: &now}, "the API key has expired"},
		"over":           {models.APIKey{ExpiresAt: &earlier}, "the API key has expired"},
		"revoked":        {models.APIKey{ExpiresAt: &later, RevokedAt: &earlier}, "the API key has been revoked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := auth.NewToken()
			c.key.ID, c.key.Digest = token.ID, token.Digest()
			a := auth.NewAuthenticator(keys{token.ID: {Key: c.key, Person: models.Person{Name: "Ann"}, At: now}})
			found, err := a.Authenticate(t.Context(), "bearer "+token.Reveal())
			if c.reason == "" {
				require.NoError(t, err)
				require.Equal(t, "Ann", found.Person.Name)
				return
			}
			var failure *auth.Failure
			require.ErrorAs(t, err, &failure)
			require.Equal(t, c.reason, failure.Reason)
		})
	}
}

func TestTheStateOfAKeyIsToldOnlyToItsHolder(t *testing.T) {
	t.Parallel()
	token, other := auth.NewToken(), auth.NewToken()
	past := time.Unix(0, 0)
	a := auth.NewAuthenticator(keys{token.ID: {Key: models.APIKey{Digest: token.Digest(), RevokedAt: &past}}})
	_, secret, _ := strings.Cut(strings.TrimPrefix(other.Reveal(), "ppi_"), "_")
	forged := token.Reveal()[:len("ppi_")+32+1] + secret

	_, wrongSecret := a.Authenticate(t.Context(), "Bearer "+forged)
	_, unknownID := a.Authenticate(t.Context(), "Bearer "+other.Reveal())
	require.Equal(t, unknownID, wrongSecret)
	require.EqualError(t, wrongSecret, "the API key is not known")
}

func TestADatabaseFaultIsNoFailureOfTheCaller(t *testing.T) {
	t.Parallel()
	_, err := auth.NewAuthenticator(keys(nil)).Authenticate(t.Context(), "Bearer "+auth.NewToken().Reveal())
	require.ErrorIs(t, err, errDown)
	var failure *auth.Failure
	require.NotErrorAs(t, err, &failure)
}

func TestOnlyWellFormedKeysAreLookedUp(t *testing.T) {
	t.Parallel()
	good := auth.NewToken().Reveal()
	for _, header := range []string{
		"", "Bearer", "Bearer ", "Basic " + good, good, "Bearer " + good[1:], "Bearer " + good + "0",
		"Bearer " + good[:len(good)-1],
		"Bearer " + strings.ToUpper(good), "Bearer " + strings.Replace(good, "_", "-", 2),
		"Bearer ppi_" + strings.Repeat("0", 32) + good[36:],
		"Bearer " + good[:len(good)-1] + "\x00", "Bearer " + good[:len(good)-2] + "é",
	} {
		_, err := auth.NewAuthenticator(keys(nil)).Authenticate(t.Context(), header)
		var failure *auth.Failure
		require.ErrorAs(t, err, &failure, "%q", header)
		require.Equal(t, header != "", failure.Presented)
	}
}

func TestATokenSurvivesItsTextAndNeverPrintsItsSecret(t *testing.T) {
	t.Parallel()
	token := auth.NewToken()
	read, err := auth.ParseToken(token.Reveal())
	require.NoError(t, err)
	require.Equal(t, token, read)
	require.True(t, read.Matches(token.Digest()))

	secret := token.Reveal()[len("ppi_")+32+1:]
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("made", "token", token)
	require.NotContains(t, log.String()+fmt.Sprint(token), secret)
}

func FuzzParseToken(f *testing.F) {
	f.Add(auth.NewToken().Reveal())
	f.Add("ppi__")
	f.Fuzz(func(t *testing.T, s string) {
		token, err := auth.ParseToken(s)
		if err != nil {
			require.ErrorIs(t, err, auth.ErrMalformed)
			return
		}
		require.Equal(t, s, token.Reveal())
	})
}
