package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// bestTwo is a lot of which only the prices of the two best by quality are opened; of the others none is known.
func bestTwo(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair,
		offer{"100.00", "9"}, offer{"80.00", "8"}, offer{"10.00", "7"}, offer{"120.00", "8"})
	d.criteria(func(c *models.AwardCriteria) { c.Best, c.ZeroPrice = 2, award.ZeroGetsAll })
	openings := d.Tendering.Openings[:0]
	for _, o := range d.Tendering.Openings {
		if o.TenderID != d.tenders[2].ID {
			openings = append(openings, o)
		}
	}
	d.Tendering.Openings = openings
	return d
}

func TestWhoIsOutIsNamedBeforePricesAreOpened(t *testing.T) {
	t.Parallel()
	d := bestTwo(t)
	standing, err := LockedQuality(d.Dossier, d.lot)
	require.NoError(t, err)
	out := map[string]string{}
	for _, s := range standing.Tenders {
		out[s.Tenderer] = s.Out
	}
	require.Equal(t, map[string]string{
		"Supplier of 100.00": "", "Supplier of 80.00": "", "Supplier of 120.00": "", // as good as the second
		"Supplier of 10.00": "quality 42.00 is not among the best 2, of which the last has 48.00",
	}, out)
	require.Equal(t, "54.00", standing.Tenders[0].Quality)

	price := models.Envelope{N: 2, Kind: models.EnvelopePrice}
	requireRefused(t, models.CodePriceSealed, MayFetch(d.Dossier, d.tenders[2].ID, price))
	require.NoError(t, MayFetch(d.Dossier, d.tenders[3].ID, price))
	require.NoError(t, MayFetch(d.Dossier, d.tenders[2].ID, models.Envelope{N: 1, Kind: models.EnvelopeQuality}))

	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err, "nobody asks for the price of who is out")
	require.Equal(t, d.tenders[1].ID, e.Ranking.Places[0].Tender, "48 + 40 against 54 + 32")
	require.False(t, e.Ranking.In(d.tenders[2].ID))

	d.lockedAt(nil)
	_, err = LockedQuality(d.Dossier, d.lot)
	requireRefused(t, models.CodeQualityOpen, err)
}

// Whoever was excluded after prices were known leaves the place empty: it is nobody's turn.
func TestALateExclusionOpensNoFurtherPrice(t *testing.T) {
	t.Parallel()
	d := bestTwo(t)
	d.exclude(0, time.Minute)
	d.exclude(1, time.Minute)
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	winner, ok := e.Ranking.Winner()
	require.True(t, ok)
	require.Equal(t, d.tenders[3].ID, winner.Tender)
	require.False(t, e.Ranking.In(d.tenders[2].ID))
	require.ElementsMatch(t, []models.ID{d.tenders[0].ID, d.tenders[1].ID}, e.LateExclusions)
}

func TestAnEarlyExclusionMakesRoomForTheNext(t *testing.T) {
	t.Parallel()
	d := bestTwo(t)
	d.exclude(0, -time.Minute)
	d.exclude(1, -time.Minute)
	standing, err := QualityOf(d.Dossier, d.lot)
	require.NoError(t, err)
	require.Empty(t, standing.Tenders[1].Out)
	require.Equal(t, d.tenders[2].ID, standing.Tenders[1].Tender)
}
