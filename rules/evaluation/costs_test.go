package evaluation

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// late is a lot of two tenders: one at 100 in 30 days, one at 110 in 10 days, and a day is worth 1.
func late(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"110.00", "8"})
	d.criteria(func(c *models.AwardCriteria) {
		c.Costs = &models.CostModel{Items: []models.CostItem{
			{ID: "days", For: models.CostOfTime, Rate: "1", Highest: "60"},
		}}
	})
	return d
}

func (d *desk) days(n int, days string) CostValues {
	return CostValues{d.tenders[n].ID, []CostValue{{"days", days, "page 3 of the offer"}}}
}

func TestTimeIsMoney(t *testing.T) {
	t.Parallel()
	d := late(t)
	_, err := Evaluate(d.Dossier, d.lot)
	requireRefused(t, models.CodeValuesMissing, err)
	for n, days := range []string{"30", "10"} {
		stated := d.days(n, days)
		require.NoError(t, stated.Check())
		require.NoError(t, stated.CheckAgainst(d.Dossier, models.Entry{}))
		d.write(models.EntryCostValues, stated.Subject(), "", stated)
	}
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	first := e.Ranking.Places[0]
	require.Equal(t, d.tenders[1].ID, first.Tender, "120 against 130")
	require.Equal(t, "120", first.Cost)
	require.Equal(t, "40 × 120 / 130", lineOf(t, e, d.tenders[0].ID, "price").How)
}

func TestValuesThatTheCriteriaDoNotAskForAreRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*desk, *CostValues){
		"another cost": func(_ *desk, v *CostValues) { v.Values[0].Cost = "charm" },
		"twice":        func(_ *desk, v *CostValues) { v.Values = append(v.Values, v.Values[0]) },
		"none":         func(_ *desk, v *CostValues) { v.Values = nil },
		"below 0":      func(_ *desk, v *CostValues) { v.Values[0].Value = "-1" },
		"too high":     func(_ *desk, v *CostValues) { v.Values[0].Value = "60.01" },
		"of criteria without costs": func(d *desk, _ *CostValues) {
			d.criteria(func(c *models.AwardCriteria) { c.Costs = nil })
		},
		"of no tender": func(_ *desk, v *CostValues) { v.Tender = "tnd_none" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := late(t)
			v := d.days(0, "30")
			spoil(d, &v)
			requireRefused(t, models.CodeInvalidValue, v.CheckAgainst(d.Dossier, models.Entry{}))
		})
	}
	d := late(t)
	d.change(func(a *models.LotAward) { a.AwardedAt = &now })
	requireRefused(t, models.CodeAlreadyAwarded, d.days(0, "30").CheckAgainst(d.Dossier, models.Entry{}))
	unfounded := d.days(0, "1e3")
	unfounded.Values[0].Found = " "
	requireRefused(t, models.CodeInvalidValue, unfounded.Check())
	requireRefused(t, models.CodeInvalidID, CostValues{Tender: "me"}.Check())
}
