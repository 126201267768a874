package eligibility

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

const (
	isMet     = models.FindingMet
	isNotMet  = models.FindingNotMet
	isUnknown = models.FindingUnknown
)

// alone is a profile of one rule, besides others that it depends on.
func alone(rules ...Rule) Profile {
	for i := range rules {
		rules[i].ID, rules[i].Source = string(rules[i].Kind), "s"
	}
	return Profile{ID: "X", Rules: rules}
}

// judged is what is found on the first of the rules.
func judged(t require.TestingT, f Facts, rules ...Rule) Judgement {
	j := Explained(alone(rules...), f, "en")[0]
	require.NotEmpty(t, j.Explained)
	require.NotContains(t, j.Explained+j.Reason+j.Needed, "{", "every name is filled in")
	require.NotEmpty(t, j.Reason)
	require.Equal(t, j.Finding == isMet, j.Needed == "", "%s: what is needed is said of what is not met: %q",
		j.Rule.Kind, j.Needed)
	return j
}

func TestASecondStageHasADeadlineOfItsOwn(t *testing.T) {
	t.Parallel()
	p := profile(t, "COS-PPI-2020-2-04")
	first := time.Date(2021, time.January, 20, 0, 0, 0, 0, time.UTC)
	for at, want := range map[string]models.Finding{
		"2021-06-08T14:59:59Z": isMet, "2021-06-08T15:00:00Z": isMet, // 17:00 in Brussels
		"2021-06-08T15:00:01Z": isNotMet, "": isUnknown,
	} {
		a := Action{SubmittedAt: &first}
		if at != "" {
			second, err := time.Parse(time.RFC3339, at)
			require.NoError(t, err)
			a.SecondAt = &second
		}
		d := ppi4hpc()
		write(t, &d, EntryAction, "", a)
		criteria := JudgeAt(p, models.PhaseCapacity, d)
		require.Equal(t, want, findingOf(t, criteria, "second_stage").Finding, at)
		require.Equal(t, isMet, findingOf(t, criteria, "submission").Finding)
	}
}

// Where no source gives the hour, what was done on the day of the deadline may have been in time or not.
func TestADeadlineWithoutHourLeavesItsDayOpen(t *testing.T) {
	t.Parallel()
	r := Rule{Kind: KindSubmission, Deadline: LocalTime{"2018-12-11", "Europe/Brussels"}}
	for at, want := range map[string]models.Finding{
		"2018-12-10T22:59:59Z": isMet, "2018-12-10T23:00:00Z": isUnknown, "2018-12-11T22:59:59Z": isUnknown,
		"2018-12-11T23:00:00Z": isNotMet,
	} {
		submitted, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		require.Equal(t, want, judged(t, Facts{Action: &Action{SubmittedAt: &submitted}}, r).Finding, at)
	}
}

func TestAnActionStartsWhenTheCallAsks(t *testing.T) {
	t.Parallel()
	both := Days{From: day("2022-02-01"), To: day("2022-03-01")}
	for _, c := range []struct {
		days   Days
		starts string
		want   models.Finding
	}{
		{both, "2022-01-31", isNotMet},
		{both, "2022-02-01", isMet},
		{both, "2022-03-01", isMet},
		{both, "2022-03-02", isNotMet},
		{Days{From: both.From}, "2030-01-01", isMet},
		{Days{From: both.From}, "2022-01-31", isNotMet},
		{Days{To: both.To}, "2000-01-01", isMet},
		{Days{To: both.To}, "2022-03-02", isNotMet},
	} {
		r := Rule{Kind: KindStarts, Days: c.days}
		require.Equal(t, c.want, judged(t, Facts{Action: &Action{Starts: day(c.starts)}}, r).Finding, "%+v", c)
		require.Equal(t, isUnknown, judged(t, Facts{Action: &Action{}}, r).Finding)
		require.Equal(t, isUnknown, judged(t, Facts{}, r).Finding)
	}
}

func TestSupportThatIsPassedOnHasARateOfItsOwn(t *testing.T) {
	t.Parallel()
	r := Rule{Kind: KindCoFinancing, Percent: "75", PassedOn: "100"}
	for _, c := range []struct {
		rate, passedOn string
		want           models.Finding
	}{
		{"75", "100", isMet},
		{"75", "", isMet},
		{"76", "100", isNotMet},
		{"75", "100.01", isNotMet},
		{"", "100", isUnknown},
		{"", "101", isNotMet},
	} {
		f := Facts{Action: &Action{CoFinancing: c.rate, PassedOn: c.passedOn}}
		require.Equal(t, c.want, judged(t, f, r).Finding, "%+v", c)
	}
}

func TestCostsBesideTheProcurementAreAtMostHalf(t *testing.T) {
	t.Parallel()
	r := Rule{Kind: KindCostShare, Percent: "50"}
	for _, c := range []struct {
		all, procurement string
		want             models.Finding
	}{
		{"6000000", "3000000", isMet},
		{"6000000", "2999999.99", isNotMet},
		{"6000000", "", isUnknown},
		{"", "1", isUnknown},
		{"0", "0", isUnknown},
		{"6000000", "6000000.01", isUnknown},
	} {
		f := Facts{Action: &Action{Eligible: c.all, Procurement: c.procurement}}
		require.Equal(t, c.want, judged(t, f, r).Finding, "%+v", c)
	}
}

func TestTargetCountriesLieOutsideTheUnion(t *testing.T) {
	t.Parallel()
	r := Rule{Kind: KindTargetCountries, AtLeast: 2, On: day("2020-12-02")}
	for _, c := range []struct {
		targets []string
		want    models.Finding
	}{
		{[]string{"JP", "US"}, isMet},
		{[]string{"JP", "JP"}, isNotMet},
		{[]string{"JP", "FR"}, isNotMet},
		{[]string{"JP", "GB"}, isNotMet}, // treated as a Member State until the end of 2020
		{nil, isUnknown},
	} {
		require.Equal(t, c.want, judged(t, Facts{Action: &Action{Targets: c.targets}}, r).Finding, "%v", c.targets)
	}
}

func TestACallMayAskForFewMembers(t *testing.T) {
	t.Parallel()
	r := Rule{Kind: KindMaxMembers, AtMost: 2}
	members := []models.Organisation{authority("A", "FR"), authority("B", "ES"), authority("C", "IT")}
	require.Equal(t, isMet, judged(t, Facts{Members: members[:2]}, r).Finding)
	j := judged(t, Facts{Members: members}, r)
	require.Equal(t, isNotMet, j.Finding)
	require.Equal(t, "1 fewer.", j.Needed)
	require.Equal(t, []string{"A", "B", "C"}, j.Counted)
}

// The United Kingdom left at the end of January 2020, and was treated as a Member State until the end of that year
// (Withdrawal Agreement, Articles 126 and 127(6)).
func TestMemberStatesAreThoseOfTheDay(t *testing.T) {
	t.Parallel()
	f := Facts{
		Members:  []models.Organisation{authority("A", "GB"), authority("B", "TR"), authority("C", "FR")},
		Partners: []models.ID{"C"}, Today: day("2021-01-01"),
	}
	for _, c := range []struct {
		rule Rule
		want models.Finding
	}{
		{Rule{AtLeast: 2, On: day("2020-12-31")}, isMet},
		{Rule{AtLeast: 2}, isNotMet},
		{Rule{AtLeast: 1}, isMet},
		{Rule{AtLeast: 1, Of: KindContractingAuthorities}, isNotMet}, // the French member does not buy
		{Rule{AtLeast: 1, Of: KindContractingAuthorities, On: day("2020-12-31")}, isMet},
	} {
		c.rule.Kind = KindMemberStates
		require.Equal(t, c.want, judged(t, f, c.rule).Finding, "%+v", c.rule)
	}
}

func TestOnlyListedCountriesCount(t *testing.T) {
	t.Parallel()
	f := Facts{Members: []models.Organisation{authority("A", "FR"), authority("B", "US"), authority("C", "TR")}}
	r := Rule{Kind: KindCountries, AtLeast: 3, Countries: []string{"FR", "TR", "DE"}}
	j := judged(t, f, r)
	require.Equal(t, isNotMet, j.Finding)
	require.Equal(t, []string{"FR", "TR"}, j.Counted)
	require.Equal(t, "Somebody from each of 1 more countries.", j.Needed)
}

func TestMembersAreCountedByWhatTheyAre(t *testing.T) {
	t.Parallel()
	yes := true
	city, brigade, firm := authority("city", "FR"), authority("brigade", "ES"), authority("firm", "IT")
	city.Kind, firm.Kind, firm.SME = models.OrganisationOther, models.OrganisationOther, &yes
	say := func(all ...models.MemberTrait) Traits { return Traits{All: all, evidence: "ent@d"} }
	f := Facts{Members: []models.Organisation{city, brigade, firm}}
	practitioners := Rule{Kind: KindMembersOfKind, AtLeast: 2, Kinds: []models.MemberTrait{models.TraitPractitioner}}
	j := judged(t, f, practitioners)
	require.Equal(t, isUnknown, j.Finding)
	require.Equal(t, []string{"city", "brigade", "firm"}, j.Missing)

	f.Traits = map[models.ID]Traits{"city": say(models.TraitUniversity), "brigade": say(models.TraitPractitioner)}
	require.Equal(t, isUnknown, judged(t, f, practitioners).Finding, "the firm has not said what it is")
	f.Traits["firm"] = say(models.TraitIncubator)
	require.Equal(t, isNotMet, judged(t, f, practitioners).Finding)
	f.Traits["firm"] = say(models.TraitPractitioner, models.TraitIncubator)
	j = judged(t, f, practitioners)
	require.Equal(t, isMet, j.Finding)
	require.Equal(t, []string{"brigade", "firm"}, j.Counted)
	require.Len(t, j.Evidence, 2)

	every := Rule{Kind: KindMembersOfKind, Every: true, Kinds: practitioners.Kinds}
	j = judged(t, f, every)
	require.Equal(t, isNotMet, j.Finding)
	require.Equal(t, []string{"city"}, j.Missing)
	require.Equal(t, "A consortium without: city.", j.Needed)
	require.Equal(t, isMet, judged(t, f, Rule{
		Kind: KindMembersOfKind, AtLeast: 1,
		Kinds: []models.MemberTrait{models.TraitSME},
	}).Finding, "its registration says that the firm is an SME")
}

func TestAMemberThatSuppliesIsNamed(t *testing.T) {
	t.Parallel()
	f := Facts{Members: []models.Organisation{authority("org_1", "FR"), authority("Politécnico Évora", "FR")}}
	r := Rule{Kind: KindMembersDoNotSupply}
	require.Equal(t, isMet, judged(t, f, r).Finding)
	f.Suppliers = []models.Organisation{{ID: "org_9", LegalName: "Another", Country: "FR"}}
	require.Equal(t, isMet, judged(t, f, r).Finding)
	f.Suppliers = append(f.Suppliers, models.Organisation{ID: "org_8", LegalName: "POLITECNICO EVORA", Country: "FR"})
	j := judged(t, f, r)
	require.Equal(t, isNotMet, j.Finding, "it is registered a second time, as a supplier")
	require.Equal(t, []string{"Politécnico Évora"}, j.Missing)
	f.Suppliers = []models.Organisation{{ID: "org_1"}}
	require.Equal(t, []string{"org_1"}, judged(t, f, r).Missing)
}

func TestWhoSuppliesIsReadFromResponsesAndClosedBoxes(t *testing.T) {
	t.Parallel()
	d := ppi4hpc()
	d.Market.Responses = []models.ConsultationResponse{{OrganisationID: "org_a"}}
	d.Tendering.Tenderers = map[models.ID]models.Organisation{"org_b": {LegalName: "B"}}
	require.Equal(t, []models.Organisation{{ID: "org_a"}, {ID: "org_b", LegalName: "B"}}, FactsOf(d).Suppliers)
}

func TestAMembershipOnTheDayOfTheDeadlineNeedsItsHour(t *testing.T) {
	t.Parallel()
	at := func(hour, zone string) Membership {
		return Membership{Since: day("2021-02-02"), Local: "2021-02-02T" + hour, Zone: zone}
	}
	r := Rule{
		Kind: KindMembership, Body: "platform", OrApplied: true,
		Deadline: LocalTime{"2021-02-02T17:00", "Europe/Brussels"},
	}
	for _, c := range []struct {
		name string
		m    Membership
		want models.Finding
	}{
		{"the day before", Membership{Since: day("2021-02-01")}, isMet},
		{"that day, at no hour", Membership{Since: day("2021-02-02")}, isUnknown},
		{"the day after", Membership{Since: day("2021-02-03")}, isNotMet},
		{"to the minute", at("17:00", "Europe/Brussels"), isMet},
		{"a minute late", at("17:01", "Europe/Brussels"), isNotMet},
		{"in Turkey two hours ahead", at("19:00", "Europe/Istanbul"), isMet},
		{"and a minute later", at("19:01", "Europe/Istanbul"), isNotMet},
		{"in no zone", at("17:00", "Mars"), isUnknown},
		{"of another body", Membership{Since: day("2021-02-01"), Body: "club"}, isNotMet},
		{"applied for", Membership{Since: day("2021-02-01"), Applied: true}, isMet},
	} {
		m := c.m
		if m.Body == "" {
			m.Body = "platform"
		}
		m.organisation, m.evidence = "A", "ent@d"
		f := Facts{Members: []models.Organisation{authority("A", "TR")}, Memberships: []Membership{m}}
		j := judged(t, f, r)
		require.Equal(t, c.want, j.Finding, c.name)
		if c.want != isMet {
			require.Equal(t, []string{"A"}, j.Missing, c.name)
		}
	}
	r.OrApplied = false
	f := Facts{
		Members:     []models.Organisation{authority("A", "TR")},
		Memberships: []Membership{{Body: "platform", Since: day("2021-02-01"), Applied: true, organisation: "A"}},
	}
	require.Equal(t, isNotMet, judged(t, f, r).Finding)
}

func TestNetworksAreCountedByKindAndCountry(t *testing.T) {
	t.Parallel()
	p := profile(t, "COS-LINKPP-2017-2-02")
	d := ppi4hpc()
	enrol := func(network models.NetworkName, name, country string, is models.MemberTrait) {
		write(t, &d, models.EntryNetworkMember, "", models.NetworkMember{
			Network: network, Organisation: name, Country: country, Traits: []models.MemberTrait{is},
			Since: "2019-01-01",
		})
	}
	of := func(rule string) models.Criterion {
		return findingOf(t, JudgeAt(p, models.PhaseCapacity, d), rule)
	}
	require.Equal(t, isNotMet, of("network_universities").Finding)
	enrol(models.NetworkSuppliers, "Aalto", "FI", models.TraitUniversity)
	enrol(models.NetworkSuppliers, "AALTO", "FI", models.TraitUniversity)
	enrol(models.NetworkBuyers, "ETH", "CH", models.TraitUniversity)
	require.Equal(t, isNotMet, of("network_universities").Finding, "one twice, and one of another network")
	enrol(models.NetworkSuppliers, "KTH", "SE", models.TraitUniversity)
	require.Equal(t, isMet, of("network_universities").Finding)
	enrol(models.NetworkSuppliers, "Acme", "US", models.TraitSME)
	enrol(models.NetworkSuppliers, "Tolga", "TR", models.TraitStartup)
	require.Equal(t, isNotMet, of("suppliers_network_countries").Finding, "the United States are not eligible")
	enrol(models.NetworkSuppliers, "Lleida", "ES", models.TraitIncubator)
	require.Equal(t, isMet, of("suppliers_network_countries").Finding)
	require.Equal(t, isNotMet, of("network_smes").Finding)
}

func TestADutyIsDueInEachPeriodOrSoonAfterIt(t *testing.T) {
	t.Parallel()
	r := Rule{Kind: KindActivityPeriodic, Activity: "report", AtLeast: 1, EveryMonths: 6, WithinDays: 60}
	for _, c := range []struct {
		today string
		done  []string
		want  models.Finding
	}{
		{"2022-08-29", nil, isMet}, // 60 days after the end of June are not over
		{"2022-08-30", nil, isNotMet},
		{"2022-08-30", []string{"2022-08-29"}, isMet},
		{"2022-08-30", []string{"2022-08-30"}, isNotMet},
		{"2022-08-30", []string{"2021-12-31"}, isNotMet},
		{"2030-01-01", []string{"2022-08-01", "2023-01-15"}, isMet}, // an action of 12 months has two periods
	} {
		f := Facts{Action: &Action{Starts: day("2022-01-01"), Months: 12}, Today: day(c.today)}
		for _, date := range c.done {
			f.Activities = append(f.Activities, Activity{Activity: "report", Date: day(date)})
		}
		require.Equal(t, c.want, judged(t, f, r).Finding, "%+v", c)
	}
	require.Equal(t, isUnknown, judged(t, Facts{}, r).Finding)
}

// exchange is one that counts, from the first day until the last.
func exchange(from, until string) Activity {
	return Activity{
		Activity: "exchange", Date: day(from), Until: day(until),
		Participants: []Participant{
			{Part: models.PartVisitor, Country: "TR"}, {Part: models.PartHost, Country: "IT"},
		},
	}
}

// ClusterXchange: a stay of 3 working days, travel excluded, to 1 month; from one eligible country to another.
func TestAnExchangeThatDoesNotCountIsNamedWithTheReason(t *testing.T) {
	t.Parallel()
	valid := Rule{Kind: KindActivityValid, Activity: "exchange", WorkingDays: 3, LongestMonths: 1, TwoCountries: true}
	count := Rule{Kind: KindActivityCount, Activity: "exchange", AtLeast: 1}
	share := Rule{Kind: KindActivityShare, Activity: "exchange", With: ParticipantSME, Percent: "50"}
	eligible := Rule{Kind: KindEligibleCountries, Countries: []string{"TR", "IT", "FR"}}
	for name, c := range map[string]struct {
		change func(*Activity)
		want   models.Finding
		why    string
	}{
		"from Monday to Wednesday": {func(*Activity) {}, isMet, ""},
		"two days": {
			func(a *Activity) { a.Until = day("2022-05-10") }, isNotMet, "2 working days without travel, fewer than 3",
		},
		"one day": {
			func(a *Activity) { a.Until = calendar.Date{} }, isNotMet, "1 working days without travel, fewer than 3",
		},
		"a day of travel": {
			func(a *Activity) { a.TravelDays = 1 }, isNotMet, "2 working days without travel, fewer than 3",
		},
		"over a weekend": {
			func(a *Activity) { a.Date, a.Until = day("2022-05-13"), day("2022-05-16") }, isNotMet,
			"2 working days without travel, fewer than 3",
		},
		"over a holiday of the host": {
			func(a *Activity) { a.Date, a.Until = day("2022-06-01"), day("2022-06-03") }, isNotMet, // Republic Day
			"2 working days without travel, fewer than 3",
		},
		"a month": {func(a *Activity) { a.Until = day("2022-06-08") }, isMet, ""},
		"a day more than a month": {
			func(a *Activity) { a.Until = day("2022-06-09") }, isNotMet,
			"from 2022-05-09 to 2022-06-09, longer than 1 month",
		},
		"within a country": {
			func(a *Activity) { a.Participants[0].Country = "IT" }, isNotMet, "visitor and host are both from IT",
		},
		"from elsewhere": {
			func(a *Activity) { a.Participants[0].Country = "US" }, isNotMet, "US is no eligible country",
		},
		"from nobody knows where": {
			func(a *Activity) { a.Participants[0].Country = "" }, isUnknown,
			"the countries of visitor and host are not recorded",
		},
		"without host": {
			func(a *Activity) { a.Participants = a.Participants[:1] }, isUnknown,
			"the countries of visitor and host are not recorded",
		},
	} {
		a := exchange("2022-05-09", "2022-05-11")
		a.Title = models.Text{"tr": "Ziyaret"}
		c.change(&a)
		f := Facts{Activities: []Activity{a}}
		j := judged(t, f, count, valid, eligible)
		require.Equal(t, c.want, j.Finding, name)
		require.Equal(t, isMet, judged(t, f, valid, eligible).Finding, "it only does not count: %s", name)
		if c.why != "" {
			require.Contains(t, j.Reason, "not counted: "+a.Date.String()+" Ziyaret ("+c.why+")", name)
			require.Equal(t, []string{a.Date.String() + " Ziyaret"}, j.Missing, name)
		}
		require.NotEqual(t, isMet, judged(t, f, share, valid, eligible).Finding, name)
	}
}

// An exchange of which not enough is recorded settles nothing that the others do not settle.
func TestWhatIsNotKnownOfAnExchangeMayDecideAShare(t *testing.T) {
	t.Parallel()
	rules := []Rule{
		{Kind: KindActivityShare, Activity: "exchange", With: ParticipantSME, Percent: "50"},
		{Kind: KindActivityValid, Activity: "exchange", WorkingDays: 3, LongestMonths: 1, TwoCountries: true},
	}
	with := func(sme, known bool) Activity {
		a := exchange("2022-05-09", "2022-05-11")
		a.Participants[1].SME = sme
		if !known {
			a.Participants[0].Country = ""
		}
		return a
	}
	for _, c := range []struct {
		all  []Activity
		want models.Finding
	}{
		{[]Activity{with(true, true), with(false, true)}, isMet},
		{[]Activity{with(true, true), with(false, false)}, isMet},
		{[]Activity{with(true, true), with(false, true), with(false, false)}, isUnknown},
		{[]Activity{with(false, true), with(true, false)}, isUnknown},
		{[]Activity{with(false, true), with(false, false)}, isNotMet},
		{nil, isUnknown},
	} {
		require.Equal(t, c.want, judged(t, Facts{Activities: c.all}, rules...).Finding, "%+v", c)
	}
}
