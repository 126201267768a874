package eligibility

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

func TestOneEntityIsOneHoweverItWasWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"GENCI", "Genci", true},
		{"Forschungszentrum Jülich GmbH", "FORSCHUNGSZENTRUM JULICH", true},
		{"Électricité de France S.A.", "Electricite de France, SA", true},
		{"Électricité de France S. A.", "electricite-de-france", true},
		{"Küme Geliştirme A.Ş.", "KUME GELISTIRME ANONIM SIRKETI", true},
		{"İzmir Kümesi Ltd. Şti.", "izmir kümesi", true},
		{"Straße e.V.", "STRASSE", true},
		{"CINECA", "Cineca Consorzio", false},
		{"Cluster West GmbH", "Cluster East GmbH", false},
		{"AG", "GmbH", false}, // a name that is nothing but a legal form stays
		{"Λάρισα Α.Ε.", "ΛΑΡΙΣΑ ΑΕ", true},
		{"„…“", "!!", false}, // nothing that could be compared
	} {
		a, b := models.Organisation{LegalName: c.a, Country: "X"}, models.Organisation{LegalName: c.b, Country: "X"}
		require.Equal(t, c.same, same(a, b), "%s = %s", c.a, c.b)
		b.Country = "Y"
		require.False(t, same(a, b), "%s of two countries", c.a)
	}
}

func TestWhatIsTakenAsOneIsShownAndCountsOnce(t *testing.T) {
	t.Parallel()
	f := Facts{Members: []models.Organisation{
		authority("GENCI", "FR"), authority("Genci", "FR"), authority("BSC", "ES"),
	}}
	j := judged(t, f, Rule{Kind: KindLegalEntities, AtLeast: 3})
	require.Equal(t, isNotMet, j.Finding)
	require.Equal(t, []string{"GENCI", "BSC"}, j.Counted)
	require.Equal(t, [][]string{{"GENCI", "Genci"}}, j.AsOne)
	require.Equal(t,
		"2 members; at least 3 required. counted once, because taken to be the same: GENCI = Genci", j.Reason)
	require.Equal(t, "1 more.", j.Needed)
	require.Equal(t, isMet, judged(t, f, Rule{Kind: KindMaxMembers, AtMost: 2}).Finding)
	require.Equal(t, isNotMet, judged(t, f, Rule{Kind: KindContractingAuthorities, AtLeast: 3}).Finding)
}

// A membership of either registration is one of the entity.
func TestAnEntityBelongsIfEitherRegistrationDoes(t *testing.T) {
	t.Parallel()
	f := Facts{
		Members:     []models.Organisation{authority("GENCI", "FR"), authority("Genci", "FR")},
		Memberships: []Membership{{Body: "b", Since: day("2020-01-01"), organisation: "Genci"}},
	}
	r := Rule{Kind: KindMembership, Body: "b", Deadline: LocalTime{"2021-02-02T17:00", "Europe/Brussels"}}
	require.Equal(t, isMet, judged(t, f, r).Finding)
}

func TestRegisteringAMemberAgainChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var f Facts
		for i, c := range rapid.SliceOfN(rapid.SampledFrom([]string{"FR", "ES"}), 1, 5).Draw(rt, "countries") {
			f.Members = append(f.Members, authority(models.ID(rune('a'+i)), c))
		}
		again := rapid.SampledFrom(f.Members).Draw(rt, "again")
		again.ID, again.LegalName = "again", again.LegalName+" GmbH"
		twice := f
		twice.Members = append(append([]models.Organisation{}, f.Members...), again)
		for _, r := range []Rule{
			{Kind: KindLegalEntities, AtLeast: 3},
			{Kind: KindContractingAuthorities, AtLeast: 3},
			{Kind: KindMaxMembers, AtMost: 3},
			{Kind: KindCountries, AtLeast: 2},
		} {
			require.Equal(rt, judged(rt, f, r).Finding, judged(rt, twice, r).Finding, r.Kind)
		}
	})
}

// Whatever a call asks at least of, one more member or exchange never takes away.
func TestMoreNeverCountsLess(t *testing.T) {
	t.Parallel()
	p := Profile{Rules: []Rule{
		{Kind: KindLegalEntities, AtLeast: 3},
		{Kind: KindContractingAuthorities, AtLeast: 2},
		{Kind: KindCountries, AtLeast: 3, Countries: []string{"FR", "TR", "ES"}},
		{Kind: KindMemberStates, AtLeast: 2, On: day("2020-01-01")},
		{Kind: KindMembersOfKind, AtLeast: 2, Kinds: []models.MemberTrait{models.TraitUniversity}},
		{Kind: KindLessDevelopedRegion, AtLeast: 2},
		{Kind: KindActivityCount, Activity: "exchange", AtLeast: 3},
		{Kind: KindActivityValid, Activity: "exchange", WorkingDays: 3, LongestMonths: 1, TwoCountries: true},
	}}
	rapid.Check(t, func(rt *rapid.T) {
		f := Facts{Traits: map[models.ID]Traits{}}
		for i := range rapid.IntRange(1, 6).Draw(rt, "n") {
			country := rapid.SampledFrom([]string{"FR", "TR", "ES", "US"}).Draw(rt, "country")
			o := authority(models.ID(rune('a'+i)), country)
			o.LessDevelopedRegion = rapid.SampledFrom([]*bool{nil, new(bool)}).Draw(rt, "region")
			if rapid.Bool().Draw(rt, "said") {
				f.Traits[o.ID] = Traits{All: []models.MemberTrait{
					rapid.SampledFrom([]models.MemberTrait{models.TraitUniversity, models.TraitSME}).Draw(rt, "trait"),
				}}
			}
			f.Members = append(f.Members, o)
			until := rapid.SampledFrom([]string{"2022-05-10", "2022-05-11"}).Draw(rt, "until")
			f.Activities = append(f.Activities, exchange("2022-05-09", until))
		}
		fewer := f
		fewer.Members, fewer.Activities = f.Members[:len(f.Members)-1], f.Activities[:len(f.Activities)-1]
		before, after := Explained(p, fewer, "en"), Explained(p, f, "en")
		for i := range before {
			if before[i].Finding == isMet {
				require.Equal(rt, isMet, after[i].Finding, before[i].Rule.Kind)
			}
			require.GreaterOrEqual(rt, len(after[i].Counted), len(before[i].Counted), before[i].Rule.Kind)
		}
	})
}
