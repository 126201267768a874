package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

func TestTheFirstKeyIsAnAdministratorsAndShownOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	environ := []string{"PPI_DATA_DIR=" + t.TempDir(), "PPI_DATABASE_URL=" + db.Application}
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	code, stdout, stderr := invoke(t, environ, "key", "create", "--administrator", "--name", "Ade\u0301le ",
		"--email=ada@example.org", "--expires", end.Format(time.RFC3339))
	require.Equal(t, exitDone, code, stderr)
	key, rest, _ := strings.Cut(stdout, "\n")
	require.Empty(t, rest)
	require.NotContains(t, stderr, key[len(key)-43:])

	found, err := auth.NewAuthenticator(pgtest.Open(t, db.Application)).Authenticate(t.Context(), "Bearer "+key)
	require.NoError(t, err)
	require.True(t, found.Person.Administrator)
	require.Equal(t, "Ad\u00e9le", found.Person.Name, "composed")
	require.True(t, end.Equal(*found.Key.ExpiresAt))

	code, stdout, stderr = invoke(t, environ, "key", "create", "--administrator", "--email=ADA@example.org")
	require.Equal(t, exitFailed, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "another person has this e-mail address")
	code, stdout, _ = invoke(t, environ, "key", "create", "--administrator")
	require.Equal(t, exitDone, code)
	require.NotEqual(t, key+"\n", stdout)
}

func TestAKeyIsNotMadeOfNonsense(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{},
		{"--administrator", "--name", " "},
		{"--administrator", "--name", "Ada\u202ecba"},
		{"--administrator", "--organisation", "Region\xff"},
		{"--administrator", "--country", "France"},
		{"--administrator", "--email", "ada"},
		{"--administrator", "--expires", "tomorrow"},
		{"--administrator", "--expires", "2020-01-01T00:00:00Z"},
	} {
		code, stdout, _ := invoke(t, nil, append([]string{"key", "create"}, args...)...)
		require.Equal(t, exitUsage, code, args)
		require.Empty(t, stdout)
	}
}
