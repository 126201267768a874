package views_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/views"
)

// exported is the export as the reader gets it, which is valid.
func (r *record) exported(reader views.Reader) string {
	r.Helper()
	export, err := r.views.Export(r.Context(), reader)
	require.NoError(r, err)
	var out bytes.Buffer
	require.NoError(r, export.Write(r.Context(), func(bool) io.Writer { return &out }))
	report, err := audit.VerifyExport(bytes.NewReader(out.Bytes()), audit.Options{})
	require.NoError(r, err)
	require.True(r, report.Valid, "%+v", report.Fault)
	return out.String()
}

func part(t testing.TB, content any) event.Part {
	t.Helper()
	p, err := event.NewPart(content)
	require.NoError(t, err)
	return p
}

// Competitors must not learn each other's prices and scores, whatever role one of their people holds.
func TestAnExportTellsATenderersObserverNothingOfItsRivals(t *testing.T) {
	t.Parallel()
	r := setUp(t).tendering()
	key, err := audit.NewKey("test.example/log", bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	r.views.Checkpoints = key
	supplier := r.supplier()
	tender := r.handsIn(supplier)
	r.close()
	r.happens(event.EnvelopeOpened{TenderID: tender, Envelope: 1, Content: part(t, "480000.00")})
	r.happens(event.SheetWritten{TenderID: tender, Scores: part(t, "nine of ten")})
	r.happens(event.VoteCast{Reason: part(t, "My doubts about them")})
	r.sequenced()
	observer, rival := r.ofBuyers(models.RoleObserver), r.ofBuyers(models.RoleObserver)
	rival.Actor.OrganisationID = supplier.Actor.OrganisationID

	require.NotContains(t, r.exported(observer), `"parts"`, "the procurement goes on")
	for _, status := range []models.Status{models.StatusCompleted, models.StatusCancelled} {
		r.procurement.Status = status
		observer.Seat.Procurement.Status, rival.Seat.Procurement.Status = status, status
		seen := r.exported(observer)
		require.Contains(t, seen, "480000.00")
		require.Contains(t, seen, "nine of ten")
		require.NotContains(t, seen, "My doubts", "why somebody voted is personal")
		require.NotContains(t, r.exported(rival), `"parts"`)
	}
}
