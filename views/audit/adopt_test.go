package audit

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// earlier is a record of an earlier release, which told of one event and wrote the rest without.
func earlier(t *testing.T) (p *pgtest.Platform, procurement models.ID) {
	t.Helper()
	p = pgtest.NewPlatform(t)
	lead := p.Person()
	procurement = p.Procurement(models.ModeLive, lead)
	p.Event(procurement, event.ProcurementChanged{Version: 2})
	pgtest.Sequence(t, p.Sequencer)
	p.Exec("SET session_replication_role = replica")
	p.Exec("UPDATE followed SET since = clock_timestamp()")
	return p, procurement
}

func adoptAll(t *testing.T, p *pgtest.Platform) int {
	t.Helper()
	events, rows, err := Adoption(t.Context(), p.Store)
	require.NoError(t, err)
	require.NoError(t, p.InTx(t.Context(), func(tx *store.Tx) error {
		for _, e := range events {
			if _, err := tx.Append(e); err != nil {
				return err
			}
		}
		return nil
	}))
	pgtest.Sequence(t, p.Sequencer)
	return rows
}

func TestARecordOfAnEarlierReleaseIsAdoptedOnceAsItStands(t *testing.T) {
	t.Parallel()
	p, _ := earlier(t)
	before, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.False(t, before.Valid(), "no event tells of the rows")

	require.Positive(t, adoptAll(t, p))
	after, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.Empty(t, after.Differences)
	require.Equal(t, before.Rows, after.Rows)

	p.Exec("UPDATE organisations SET legal_name = 'Another'")
	changed, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.Len(t, changed.Differences, 1)
	require.Equal(t, "organisations", changed.Differences[0].Table)
	require.Equal(t, "identity", changed.Differences[0].Column)
	require.Zero(t, adoptAll(t, p), "what was changed afterwards is not adopted by a further migration")
	again, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.False(t, again.Valid())
}

func TestANewRecordAdoptsNothing(t *testing.T) {
	t.Parallel()
	p := pgtest.NewPlatform(t)
	p.Procurement(models.ModeLive, p.Person())
	pgtest.Sequence(t, p.Sequencer)
	require.Zero(t, adoptAll(t, p))
	report, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.False(t, report.Valid(), "what was inserted without an event is found")
	require.Equal(t, "the row is there, and no event tells of it", report.Differences[0].Detail)
}
