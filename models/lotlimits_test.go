package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLimitsOfLotsSaySomethingAndDoNotContradictEachOther(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits LotLimits
		field  string
	}{
		"tendered":               {LotLimits{MostTendered: 2}, ""},
		"awarded, by a rule":     {LotLimits{MostAwarded: 1, Rule: LotsInOrder}, ""},
		"both":                   {LotLimits{MostTendered: 2, MostAwarded: 1, Rule: LotsByTotal}, ""},
		"all lots":               {LotLimits{AllLots: true}, ""},
		"all lots, one awarded":  {LotLimits{AllLots: true, MostAwarded: 1, Rule: LotsByAdvantage}, ""},
		"awarded without a rule": {LotLimits{MostAwarded: 1}, "/rule"},
		"an unknown rule":        {LotLimits{MostAwarded: 1, Rule: "by_taste"}, "/rule"},
		"a rule without a limit": {LotLimits{MostTendered: 1, Rule: LotsInOrder}, "/rule"},
		"more awarded than tendered": {
			LotLimits{MostTendered: 1, MostAwarded: 2, Rule: LotsInOrder},
			"/max_lots_awarded",
		},
		"all lots, two tendered":      {LotLimits{AllLots: true, MostTendered: 2}, "/max_lots_tendered"},
		"less than none":              {LotLimits{MostTendered: -1}, "/max_lots_tendered"},
		"more lots than there can be": {LotLimits{MostTendered: 1001}, "/max_lots_tendered"},
	} {
		err := c.limits.Check()
		if c.field == "" {
			require.NoError(t, err, name)
			continue
		}
		r, refused := RefusalOf(err)
		require.True(t, refused, name)
		require.Equal(t, c.field, r.Field, name)
	}
	require.Error(t, LotLimits{}.Check(), "nothing is limited")
}

func TestAReaderIsToldLotsByTheirNumbers(t *testing.T) {
	t.Parallel()
	require.Equal(t, "lot 3", LotNumbers([]int{3}))
	require.Equal(t, "lots 1 and 3", LotNumbers([]int{1, 3}))
	require.Equal(t, "lots 1, 3 and 4", LotNumbers([]int{1, 3, 4}))
}
