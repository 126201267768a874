package eligibility

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

func profile(t require.TestingT, id string) Profile {
	p, ok := ProfileByID(id)
	require.True(t, ok, id)
	return p
}

func authority(id models.ID, country string) models.Organisation {
	return models.Organisation{
		ID: id, LegalName: string(id), Country: country,
		Kind: models.OrganisationContractingAuthority,
	}
}

// ppi4hpc is the consortium of the first joint procurement of innovation in high-performance computing.
func ppi4hpc() models.Dossier {
	return dossierOf(authority("GENCI", "FR"), authority("BSC", "ES"), authority("Cineca", "IT"),
		authority("Jülich", "DE"))
}

func dossierOf(organisations ...models.Organisation) models.Dossier {
	d := models.Dossier{
		Organisations: map[models.ID]models.Organisation{},
		Now:           time.Date(2021, time.June, 1, 9, 0, 0, 0, time.UTC),
	}
	for i, o := range organisations {
		d.Organisations[o.ID] = o
		d.Members = append(d.Members, models.Member{OrganisationID: o.ID, Lead: i == 0})
	}
	return d
}

func write(t require.TestingT, d *models.Dossier, kind models.EntryKind, organisation models.ID, content any) {
	body, err := json.Marshal(content)
	require.NoError(t, err)
	d.Entries = append(d.Entries, models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: kind, OrganisationID: organisation, Body: body, Digest: "d",
	})
}

func findingOf(t require.TestingT, criteria []models.Criterion, rule string) models.Criterion {
	i := slices.IndexFunc(criteria, func(c models.Criterion) bool { return c.Code == CodePrefix+rule })
	require.GreaterOrEqual(t, i, 0, "no criterion for %s in %v", rule, criteria)
	require.NotEmpty(t, criteria[i].Source)
	require.NotEmpty(t, criteria[i].Detail)
	return criteria[i]
}

func day(s string) calendar.Date {
	d, err := calendar.ParseDate("", s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestEveryProfileIsReadAndSourced(t *testing.T) {
	t.Parallel()
	profiles, err := Profiles()
	require.NoError(t, err)
	var ids []string
	for _, p := range profiles {
		ids = append(ids, p.ID)
		for _, r := range p.Rules {
			require.NotEmpty(t, r.Source, "%s %s", p.ID, r.ID)
		}
	}
	require.Equal(t, []string{
		"COS-CLUSINT-2019-3-01", "COS-CLUSINT-2020-3-01-A", "COS-CLUSINT-2020-3-01-B", "COS-CLUSTER-2018-03-02",
		"COS-CLUSTER-2020-3-03", "COS-LINKPP-2017-2-02", "COS-LINKPP-2020-2-05", "COS-PPI-2018-2-01",
		"COS-PPI-2020-2-04", "COS-WP2014-3-04", "EINFRA-21-2017", "HORIZON-CL3-2026-01-SSRI-03",
		"HORIZON-HLTH-2026-01-CARE-01", "HORIZON-PPI-2026-2027",
	}, ids)
	_, known := ProfileByID("COS-PPI-2099-1-01")
	require.False(t, known)
}

func TestFourBuyersFromFourCountriesAreEligible(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"EINFRA-21-2017", "COS-PPI-2020-2-04", "COS-PPI-2018-2-01"} {
		criteria := Judge(profile(t, id), ppi4hpc())
		require.Equal(t, models.FindingMet, findingOf(t, criteria, "buyers").Finding)
		require.Equal(t, models.FindingMet, findingOf(t, criteria, "countries").Finding)
	}
}

func TestTwoBuyersFromOneCountryAreNotEligible(t *testing.T) {
	t.Parallel()
	criteria := Judge(profile(t, "COS-PPI-2020-2-04"), dossierOf(authority("GENCI", "FR"), authority("CEA", "FR")))
	require.Equal(t, models.FindingMet, findingOf(t, criteria, "buyers").Finding)
	countries := findingOf(t, criteria, "countries")
	require.Equal(t, models.FindingNotMet, countries.Finding)
	require.Equal(t, "1 different countries (FR); at least 2 required", countries.Detail)
}

func TestAnEconomicOperatorIsNoBuyer(t *testing.T) {
	t.Parallel()
	vendor := authority("ACME", "DE")
	vendor.Kind = models.OrganisationEconomicOperator
	criteria := Judge(profile(t, "COS-PPI-2020-2-04"), dossierOf(authority("GENCI", "FR"), vendor))
	require.Equal(t, models.FindingNotMet, findingOf(t, criteria, "buyers").Finding)
	require.Equal(t, models.FindingNotMet, findingOf(t, criteria, "countries").Finding)
}

func TestWhoHasLeftDoesNotCount(t *testing.T) {
	t.Parallel()
	d := dossierOf(authority("GENCI", "FR"), authority("BSC", "ES"))
	d.Members[1].LeftAt = &d.Now
	require.Equal(t, models.FindingNotMet, findingOf(t, Judge(profile(t, "COS-PPI-2020-2-04"), d), "buyers").Finding)
}

func TestABuyerFromACountryOutsideTheProgrammeIsNamed(t *testing.T) {
	t.Parallel()
	p := profile(t, "COS-PPI-2020-2-04")
	require.Equal(t, models.FindingMet, findingOf(t,
		Judge(p, dossierOf(authority("KOSGEB", "TR"), authority("GENCI", "FR"))), "eligible_countries").Finding)
	criterion := findingOf(t, Judge(p, dossierOf(authority("Empa", "CH"), authority("GENCI", "FR"))),
		"eligible_countries")
	require.Equal(t, models.FindingNotMet, criterion.Finding)
	require.Contains(t, criterion.Detail, "Empa (CH)")
}

func TestWhatIsNotRecordedIsUnknown(t *testing.T) {
	t.Parallel()
	criteria := JudgeAt(profile(t, "COS-PPI-2020-2-04"), models.PhaseCapacity, ppi4hpc())
	for _, rule := range []string{"submission", "grant"} {
		require.Equal(t, models.FindingUnknown, findingOf(t, criteria, rule).Finding, rule)
	}
	reach := findingOf(t, JudgeAt(profile(t, "COS-PPI-2020-2-04"), models.PhaseConsultation, ppi4hpc()),
		"consultation_reach")
	require.Equal(t, models.FindingUnknown, reach.Finding)
}

func TestAnApplicationOneSecondLateIsLate(t *testing.T) {
	t.Parallel()
	p := profile(t, "COS-PPI-2020-2-04")
	for at, want := range map[string]models.Finding{
		"2021-01-19T16:00:01Z":      models.FindingMet, // after the deadline before the corrigendum
		"2021-01-26T16:00:00Z":      models.FindingMet, // 17:00 in Brussels
		"2021-01-26T16:00:01Z":      models.FindingNotMet,
		"2021-01-26T17:00:00+02:00": models.FindingMet, // 17:00 in Helsinki
		"2021-01-26T17:00:00Z":      models.FindingNotMet,
	} {
		submitted, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		d := ppi4hpc()
		write(t, &d, EntryAction, "", Action{Months: 36, Starts: day("2022-01-01"), SubmittedAt: &submitted})
		criterion := findingOf(t, JudgeAt(p, models.PhaseCapacity, d), "submission")
		require.Equal(t, want, criterion.Finding, at)
		require.Len(t, criterion.Evidence, 1)
	}
}

func TestTheActionMustFitTheCall(t *testing.T) {
	t.Parallel()
	p := profile(t, "COS-CLUSTER-2020-3-03")
	for _, c := range []struct {
		action                       Action
		duration, coFinancing, grant models.Finding
	}{
		{
			Action{Months: 20, CoFinancing: "75", Grant: "500000"},
			models.FindingMet, models.FindingMet,
			models.FindingMet,
		},
		{
			Action{Months: 24, CoFinancing: "74.99", Grant: "0.5"},
			models.FindingMet, models.FindingMet,
			models.FindingMet,
		},
		{
			Action{Months: 19, CoFinancing: "75.01", Grant: "500000.01"},
			models.FindingNotMet, models.FindingNotMet,
			models.FindingNotMet,
		},
		{Action{Months: 25}, models.FindingNotMet, models.FindingUnknown, models.FindingUnknown},
	} {
		d := ppi4hpc()
		write(t, &d, EntryAction, "", c.action)
		criteria := JudgeAt(p, models.PhaseCapacity, d)
		require.Equal(t, c.duration, findingOf(t, criteria, "duration").Finding)
		require.Equal(t, c.coFinancing, findingOf(t, criteria, "co_financing").Finding)
		require.Equal(t, c.grant, findingOf(t, criteria, "grant").Finding)
	}
	d := ppi4hpc()
	write(t, &d, EntryAction, "", Action{Grant: "1999999.99"})
	require.Equal(t, models.FindingNotMet, findingOf(t,
		JudgeAt(profile(t, "COS-PPI-2020-2-04"), models.PhaseCapacity, d), "grant").Finding)
}

func TestARegionNotSaidIsUnknownUnlessAnotherMemberSettlesIt(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	p := profile(t, "COS-CLUSTER-2020-3-03")
	for _, c := range []struct {
		regions []*bool
		want    models.Finding
	}{
		{[]*bool{nil, nil, nil}, models.FindingUnknown},
		{[]*bool{&no, &no, nil}, models.FindingUnknown},
		{[]*bool{&no, &no, &no}, models.FindingNotMet},
		{[]*bool{&no, nil, &yes}, models.FindingMet},
	} {
		organisations := []models.Organisation{authority("A", "PL"), authority("B", "ES"), authority("C", "IT")}
		for i := range organisations {
			organisations[i].LessDevelopedRegion = c.regions[i]
		}
		require.Equal(t, c.want, findingOf(t, Judge(p, dossierOf(organisations...)), "less_developed_region").Finding)
	}
}

func TestEveryMemberMustBelongToTheBodyInTime(t *testing.T) {
	t.Parallel()
	const eccp = "European Cluster Collaboration Platform"
	p := profile(t, "COS-CLUSTER-2020-3-03")
	d := dossierOf(authority("A", "PL"), authority("B", "ES"), authority("C", "IT"))
	write(t, &d, EntryMembership, "A", Membership{Body: eccp, Since: day("2019-05-01")})
	write(t, &d, EntryMembership, "B", Membership{Body: eccp, Applied: true, Since: day("2021-02-01")})
	write(t, &d, EntryMembership, "C", Membership{Body: eccp, Since: day("2021-02-03")}) // a day late
	criterion := findingOf(t, Judge(p, d), "platform_membership")
	require.Equal(t, models.FindingNotMet, criterion.Finding)
	require.Contains(t, criterion.Detail, "for C")
	require.Len(t, criterion.Evidence, 2)
	write(t, &d, EntryMembership, "C", Membership{Body: eccp, Applied: true, Since: day("2021-01-15")})
	require.Equal(t, models.FindingMet, findingOf(t, Judge(p, d), "platform_membership").Finding)
}

// exchanges writes n exchanges, of which some are with enterprises and some with outsiders.
func exchanges(t require.TestingT, d *models.Dossier, n, sme, outside int) {
	for i := range n {
		write(t, d, EntryActivity, "", Activity{
			Activity: "exchange", Date: day("2022-05-02"), Until: day("2022-05-06"),
			Participants: []Participant{
				{Organisation: "visitor", Part: models.PartVisitor, Country: "TR"},
				{
					Organisation: "host", Part: models.PartHost, Country: "IT", SME: i < sme, Outside: i < outside,
				},
			},
		})
	}
}

func TestQuotasOfActivities(t *testing.T) {
	t.Parallel()
	p := profile(t, "COS-CLUSTER-2020-3-03")
	for _, c := range []struct {
		n, sme, outside          int
		count, shareSME, shareEx models.Finding
	}{
		{80, 40, 20, models.FindingMet, models.FindingMet, models.FindingMet},
		{79, 40, 20, models.FindingNotMet, models.FindingMet, models.FindingMet},
		{81, 40, 20, models.FindingMet, models.FindingNotMet, models.FindingNotMet},
		{0, 0, 0, models.FindingNotMet, models.FindingUnknown, models.FindingUnknown},
	} {
		d := ppi4hpc()
		exchanges(t, &d, c.n, c.sme, c.outside)
		criteria := JudgeAt(p, models.PhaseCapacity, d)
		require.Equal(t, c.count, findingOf(t, criteria, "exchanges").Finding, "%+v", c)
		require.Equal(t, c.shareSME, findingOf(t, criteria, "exchanges_with_sme").Finding, "%+v", c)
		require.Equal(t, c.shareEx, findingOf(t, criteria, "exchanges_with_outsiders").Finding, "%+v", c)
	}
}

func TestEventsAreDueInEachFullYear(t *testing.T) {
	t.Parallel()
	p := profile(t, "COS-CLUSTER-2020-3-03")
	d := ppi4hpc()
	require.Equal(t, models.FindingUnknown, findingOf(t, JudgeAt(p, models.PhaseCapacity, d), "cluster_events").Finding)
	d.Procurement.Zone = "Europe/Paris"
	write(t, &d, EntryAction, "", Action{Starts: day("2022-02-01"), Months: 24})
	for _, date := range []string{"2022-03-01", "2023-01-31", "2023-02-01"} {
		write(t, &d, EntryActivity, "", Activity{Activity: "cluster_event", Date: day(date)})
	}
	for now, want := range map[string]models.Finding{
		"2022-06-01T00:00:00Z": models.FindingMet, // no full year yet
		"2023-06-01T00:00:00Z": models.FindingMet,
		"2024-01-31T22:30:00Z": models.FindingMet,    // still 31 January in Paris
		"2024-01-31T23:30:00Z": models.FindingNotMet, // one event in the second year
		"2030-01-01T00:00:00Z": models.FindingNotMet,
	} {
		at, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		d.Now = at
		require.Equal(t, want, findingOf(t, JudgeAt(p, models.PhaseCapacity, d), "cluster_events").Finding, now)
	}
}

func TestTheConsultationMustReachFiveStates(t *testing.T) {
	t.Parallel()
	p := profile(t, "COS-PPI-2020-2-04")
	facts := FactsOf(ppi4hpc())
	facts.ConsultationStates = []string{"FR", "ES", "IT", "DE", "DE"}
	require.Equal(t, models.FindingNotMet, findingOf(t, JudgeFacts(p, models.PhaseConsultation, facts),
		"consultation_reach").Finding)
	facts.ConsultationStates = []string{"FR", "ES", "IT", "DE", "BE"}
	require.Equal(t, models.FindingMet, findingOf(t, JudgeFacts(p, models.PhaseConsultation, facts),
		"consultation_reach").Finding)
}

func TestMandatoryActivitiesAreClosedBeforeTheTenderEnds(t *testing.T) {
	t.Parallel()
	p, d := profile(t, "COS-PPI-2020-2-04"), ppi4hpc()
	for _, phase := range models.Phases() {
		d.Rounds = append(d.Rounds, models.PhaseRound{Phase: phase, Round: 1, Status: models.PhaseClosed})
	}
	require.Equal(t, models.FindingMet, findingOf(t, JudgeAt(p, models.PhaseTender, d), "mandatory_activities").Finding)
	d.Rounds = append(d.Rounds, models.PhaseRound{Phase: models.PhaseCapacity, Round: 2, Status: models.PhaseOpen})
	criterion := findingOf(t, JudgeAt(p, models.PhaseTender, d), "mandatory_activities")
	require.Equal(t, models.FindingNotMet, criterion.Finding)
	require.Contains(t, criterion.Detail, "capacity")
}

func TestAnEntryThatCannotBeReadIsNotThere(t *testing.T) {
	t.Parallel()
	d := ppi4hpc()
	d.Entries = append(d.Entries, models.Entry{Kind: EntryAction, Body: json.RawMessage(`{"months": "many"}`)})
	require.Equal(t, models.FindingUnknown, findingOf(t,
		JudgeAt(profile(t, "COS-CLUSTER-2020-3-03"), models.PhaseCapacity, d), "duration").Finding)
}

func TestAProfileIsReadStrictly(t *testing.T) {
	t.Parallel()
	const head = "{id: X, title: T, programme: P, opens: '2020-01-01', rules: "
	_, err := parse([]byte(head + "[{id: a, kind: countries, at_least: 2, source: s}]}"))
	require.NoError(t, err)
	for name, yaml := range map[string]string{
		"unknown field": head + "[{id: a, kind: countries, at_least: 2, source: s, colour: red}]}",
		"no source":     head + "[{id: a, kind: countries, at_least: 2}]}",
		"no id":         head + "[{kind: countries, at_least: 2, source: s}]}",
		"unknown kind":  head + "[{id: a, kind: luck, source: s}]}",
		"twice": head + "[{id: a, kind: countries, at_least: 2, source: s}, {id: a, kind: countries, " +
			"at_least: 2, source: s}]}",
		"no number":         head + "[{id: a, kind: countries, source: s}]}",
		"of whom":           head + "[{id: a, kind: countries, of: grant, at_least: 2, source: s}]}",
		"malformed country": head + "[{id: a, kind: eligible_countries, countries: [Fr], source: s}]}",
		"no such phase":     head + "[{id: a, kind: countries, at_least: 2, source: s, phase: lunch}]}",
		"deadline without":  head + "[{id: a, kind: submission, deadline: {local: '2021-01-26T17:00'}, source: s}]}",
		"deadline in the gap": head + "[{id: a, kind: submission, deadline: {local: '2021-03-28T02:30', zone: " +
			"Europe/Brussels}, source: s}]}",
		"no body": head + "[{id: a, kind: membership, deadline: {local: '2021-01-26T17:00', zone: UTC}, " +
			"source: s}]}",
		"months turned round": head + "[{id: a, kind: duration, months: {from: 24, to: 20}, source: s}]}",
		"percent over 100":    head + "[{id: a, kind: co_financing, percent: '101', source: s}]}",
		"amount":              head + "[{id: a, kind: grant, amount: {to: 1e6}, source: s}]}",
		"share of whom": head + "[{id: a, kind: activity_share, activity: x, percent: '50', participants: " +
			"cats, source: s}]}",
		"no activity": head + "[{id: a, kind: activity_count, at_least: 3, source: s}]}",
		"phases":      head + "[{id: a, kind: phases_closed, phases: [lunch], source: s}]}",
		"empty":       head + "[]}",
		"nameless":    "{title: T, rules: []}",
		"timeless":    "{id: X, title: T, programme: P, rules: [{id: a, kind: countries, at_least: 2, source: s}]}",
		"closing in no zone": "{id: X, title: T, programme: P, closes: {local: '2021-01-26'}, rules: [{id: a, kind: " +
			"countries, at_least: 2, source: s}]}",
		"not YAML": "}",
	} {
		_, err := parse([]byte(yaml))
		require.Error(t, err, name)
	}
}

func TestOneMoreBuyerNeverHurts(t *testing.T) {
	t.Parallel()
	countries := []string{"FR", "ES", "IT", "DE", "TR"}
	rapid.Check(t, func(rt *rapid.T) {
		p := profile(rt, rapid.SampledFrom([]string{"COS-PPI-2020-2-04", "EINFRA-21-2017"}).Draw(rt, "profile"))
		var organisations []models.Organisation
		for i, country := range rapid.SliceOfN(rapid.SampledFrom(countries), 1, 6).Draw(rt, "countries") {
			organisations = append(organisations, authority(models.ID(rune('a'+i)), country))
		}
		fewer := Judge(p, dossierOf(organisations[:len(organisations)-1]...))
		more := Judge(p, dossierOf(organisations...))
		for i := range fewer {
			if fewer[i].Finding == models.FindingMet {
				require.Equal(rt, models.FindingMet, more[i].Finding, fewer[i].Code)
			}
		}
	})
}
