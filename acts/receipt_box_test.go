package acts

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// What reaches the box at the very instant of the deadline is in time, a microsecond later it is late.
func TestATenderOneMicrosecondLateIsRefused(t *testing.T) {
	t.Parallel()
	operator := models.NewID(models.PrefixOrganisation)
	clock := time.Date(2027, 3, 1, 11, 0, 0, 123456000, time.UTC)
	file := models.Upload{
		ID: models.NewID(models.PrefixUpload), OrganisationID: operator, Purpose: models.PurposeEnvelope,
		Digest: models.Digest([]byte("sealed")), Size: 6, CompletedAt: &clock, BoxID: "box_1",
		Kind: models.EnvelopePrice,
	}
	published := clock.Add(-time.Hour)
	for late, want := range map[time.Duration]models.Code{
		-time.Microsecond: "", 0: "",
		time.Microsecond: models.CodeDeadlinePassed,
	} {
		deadline := clock.Add(-late)
		box := store.Counter{
			Lot: models.Lot{Number: 1, Boxes: []models.Box{{
				ID: "box_1", HandsIn: models.HandedTender, OpenedAt: published, Deadline: deadline, DeadlineZone: "UTC",
			}}},
			Procurement: models.Procurement{Status: models.StatusRunning}, Clock: clock, Uploads: []models.Upload{file},
		}
		envelopes := []models.Envelope{{N: 1, Kind: models.EnvelopePrice, UploadID: file.ID, Digest: file.Digest}}
		refusal, refused := models.RefusalOf(mayHandIn(box, visit{act: seal.ActReceived, envelopes: envelopes},
			operator))
		if want == "" {
			require.False(t, refused, "%s: %v", late, refusal)
			require.Equal(t, file.Size, envelopes[0].Size)
			continue
		}
		require.Equal(t, want, refusal.Code, late)
		require.Contains(t, refusal.Detail, clock.Format("15:04:05.000000"), "the instant of receipt is said")
		require.Contains(t, refusal.Detail, deadline.Format("15:04:05.000000"), "the deadline is said")
	}
}
