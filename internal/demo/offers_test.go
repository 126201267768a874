package demo

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/examples/ppi4hpc"
	"github.com/ppi-engine/ppi/models"
)

func TestASeedAlwaysBringsTheSameOffersAndAnotherSeedOthers(t *testing.T) {
	t.Parallel()
	facts, err := ppi4hpc.Load()
	require.NoError(t, err)
	first, outsiders := offersOf(facts.Tender, 1)
	again, outsidersAgain := offersOf(facts.Tender, 1)
	other, _ := offersOf(facts.Tender, 2)
	require.Equal(t, outsiders, outsidersAgain)
	require.Equal(t, first, again)
	require.NotEqual(t, first, other)
	bounds := facts.Tender.Offers
	for seed := range uint64(100) {
		all, outsiders := offersOf(facts.Tender, seed)
		for i, lot := range all {
			require.Len(t, lot, facts.Tender.TendersPerLot)
			suppliers := map[string]bool{outsiders[i]: true}
			for _, o := range lot {
				suppliers[o.supplier] = true
				require.True(t, bounds.PriceFrom <= o.price && o.price <= bounds.PriceTo, o.price)
				require.True(t, bounds.HoursFrom <= o.hours && o.hours <= bounds.HoursTo, o.hours)
				require.True(t, bounds.EnergyFrom*10 <= o.energy && o.energy <= bounds.EnergyTo*10, o.energy)
			}
			require.Len(t, suppliers, facts.Tender.TendersPerLot+1, "nobody asks or tenders twice for a lot")
		}
	}
}

func TestScoresFollowFromWhatIsPromisedAndThePanelAgreesOnTheMiddle(t *testing.T) {
	t.Parallel()
	p := &play{}
	p.facts.Needs.Target = "60"
	found := promise{Energy: "46.5", Hours: 4}
	alone := p.scores(found, 0)
	require.NoError(t, p.err)
	require.Equal(t, []string{"6.5", "6.0"}, []string{alone[0].Score, alone[1].Score})
	agreed := middle([][]models.Score{p.scores(found, 1), p.scores(found, -1), p.scores(found, 0)})
	require.Equal(t, "6.5", agreed[0].Score)
	best := promise{Energy: "41.0", Hours: 2}
	agreed = middle([][]models.Score{p.scores(best, 1), p.scores(best, 0), p.scores(best, 1)})
	require.Equal(t, []string{"10.0", "8.0"}, []string{agreed[0].Score, agreed[1].Score}, "10.0 is more than 9.5")
	p.scores(promise{Energy: "little"}, 0)
	require.Error(t, p.err)
}

func TestLongLinesAreBrokenAtWords(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &screen{out: &out, began: time.Now()}
	s.step("2018-05-12 ", "GENCI", strings.Repeat("Ünïcode ", 30))
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Greater(t, len(lines), 2)
	for _, line := range lines {
		require.LessOrEqual(t, width(line), rule)
	}
	require.True(t, strings.HasPrefix(lines[1], strings.Repeat(" ", 23)+"Ünïcode"), lines[1])
	require.Equal(t, "1,234,567.00", grouped("1234567.00"))
	require.Equal(t, "999.50", grouped("999.50"))
	out.Reset()
	s.wrap("", "the digest "+models.Digest(nil)+" was signed")
	require.Equal(t, "the digest e3b0c44298fc… was signed\n", out.String())
}
