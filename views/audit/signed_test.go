package audit

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Letters of a release in which nobody signed awards follow; those that were sent after the upgrade do not.
func TestLettersWithoutSignatureAreNamedFromTheReleaseOnThatAsksForOne(t *testing.T) {
	t.Parallel()
	p := pgtest.NewPlatform(t)
	procurement := p.Procurement(models.ModeLive, p.Person())
	lot := models.NewID(models.PrefixLot)
	send := func() { p.Event(procurement, event.LettersSent{LotID: lot, Letters: []string{}}) }
	unsigned := func() (named int) {
		pgtest.Sequence(t, p.Sequencer)
		report, err := Follow(t.Context(), p.Store)
		require.NoError(t, err)
		for _, d := range report.Differences {
			if strings.Contains(d.Detail, "no awarder has signed") {
				named++
			}
		}
		return named
	}
	send()
	require.Equal(t, 1, unsigned(), "a new record asks for signatures from its beginning")
	p.Exec("ALTER TABLE followed DROP COLUMN unsigned")
	migration, err := os.ReadFile("../../internal/store/migrations/0092_signed_awards.sql")
	require.NoError(t, err)
	up, _, _ := strings.Cut(string(migration), "-- +goose Down")
	_, err = pgtest.Connect(t, p.Database.Superuser).PgConn().Exec(t.Context(), up).ReadAll()
	require.NoError(t, err)
	require.Zero(t, unsigned())
	send()
	require.Equal(t, 1, unsigned())
}
