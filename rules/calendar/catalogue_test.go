package calendar

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/calendar.md as the packs are now")

const cataloguePage = "../../docs/calendar.md"

// The page says what the packs say, or this test says how to write it anew.
func TestThePageOfCountriesIsThatOfThePacks(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	require.NoError(t, WriteCatalogue(&page))
	if *update {
		require.NoError(t, os.WriteFile(cataloguePage, []byte(page.String()), 0o600))
	}
	stands, err := os.ReadFile(cataloguePage)
	require.NoError(t, err)
	require.Equal(t, page.String(), string(stands), "write it with: go test ./rules/calendar -update")
}

// Every state of the Union, of the European Economic Area, and the neighbours: with what is known, or as unknown.
func TestEveryStateIsInTheCatalogueWithWhatIsUnknown(t *testing.T) {
	t.Parallel()
	all, err := Catalogue()
	require.NoError(t, err)
	var codes []string
	for _, k := range all {
		codes = append(codes, k.Law)
	}
	require.ElementsMatch(t, strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL "+
		"PL PT RO SE SI SK IS LI NO CH GB TR EU"), codes)
	byLaw := func(law string) Known { return all[slices.Index(codes, law)] }
	require.Empty(t, byLaw("RO").Acts)
	require.Contains(t, byLaw("RO").Unknown[Directive24], "standstill")
	require.Contains(t, byLaw("HU").Unknown[Directive24], "open/tenders")
	gb := byLaw("GB").Acts
	require.Len(t, gb, 1)
	require.Equal(t, "Procurement Act 2023", gb[0].Title, "what holds now")
	standstill, ok := byLaw("LV").Of(Directive24, "standstill")
	require.True(t, ok)
	require.Equal(t, "1 working day more; the act on a working day", standstill.Manner())
	require.Equal(t, "15 days; electronic_letters: 10 days", standstill.Lengths())
}
