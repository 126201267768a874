package acts_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

// The database lets nothing be erased but what the rows of the kinds of entries call personal.
func TestTheDatabaseErasesExactlyThePersonalKinds(t *testing.T) {
	t.Parallel()
	var definition string
	conn := pgtest.Connect(t, pgtest.NewDatabase(t).Superuser)
	err := conn.QueryRow(t.Context(), "SELECT pg_get_functiondef('erase_part(ppi_id, text)'::regprocedure)").
		Scan(&definition)
	require.NoError(t, err)
	list := regexp.MustCompile(`'kind'\s+IN \(([^)]*)\)`).FindStringSubmatch(definition)
	require.NotNil(t, list)
	var erased, personal []string
	for _, kind := range regexp.MustCompile(`'([a-z_]+)'`).FindAllStringSubmatch(list[1], -1) {
		erased = append(erased, kind[1])
	}
	for _, rule := range models.EntryRules() {
		if rule.Personal {
			personal = append(personal, string(rule.Kind))
		}
	}
	require.NotEmpty(t, personal)
	require.ElementsMatch(t, personal, erased)
}
