package eventlog_test

import (
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
