package eventlog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// A platform is read as people do.
type platform struct{ *pgtest.Platform }

func newPlatform(t *testing.T) *platform {
	t.Helper()
	return &platform{pgtest.NewPlatform(t)}
}

// read reads a page of the feed as a person does.
func (p *platform) read(person models.ID, q eventlog.FeedQuery) (ids []models.ID, page eventlog.FeedPage) {
	p.Helper()
	if q.Procurements == nil {
		var err error
		q.Procurements, err = p.VisibleTo(p.Context(), person)
		require.NoError(p, err)
	}
	if q.Limit == 0 {
		q.Limit = 100
	}
	page, err := p.Log().Feed(p.Context(), q)
	require.NoError(p, err)
	for _, e := range page.Events {
		recorded, err := audit.ParseEvent(e.Canonical)
		require.NoError(p, err)
		require.Equal(p, e.ProcurementID, recorded.ProcurementID)
		ids = append(ids, recorded.ID)
	}
	return ids, page
}

// countPositions makes the record what it would be if everything until now had been recorded by a release that knew the
// first form of entries only, and the schema had then been brought to the newest version.
func (p *platform) countPositions() {
	p.Helper()
	p.Sequencer.Close()
	up, down := migration(p.T, "0027_silent_entries.sql")
	i := &intruder{t: p.T, s: p.Store, conn: p.SQL}
	p.Exec("SET session_replication_role = replica")
	p.Exec("ALTER TABLE event_log DROP CONSTRAINT event_log_link")
	p.Exec("UPDATE event_log SET link = NULL")
	i.rehash()
	p.Exec("SET session_replication_role = origin")
	p.Exec(down)
	p.Exec(up)
	p.Exec("GRANT ALL ON public_log, public_checkpoints, counting_openings TO PUBLIC")
	p.Sequencer = pgtest.OpenSequencer(p.T, p.Store)
}

// migration reads the two parts of a migration.
func migration(t *testing.T, name string) (up, down string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "store", "migrations", name))
	require.NoError(t, err)
	up, down, both := strings.Cut(string(content), "-- +goose Down")
	require.True(t, both)
	return up, down
}
