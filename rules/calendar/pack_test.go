package calendar

import (
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func packFor(t require.TestingT, country, day string) Pack {
	p, err := PackFor(country, date(t, day))
	require.NoError(t, err)
	return p
}

func TestMinimumPeriodsOfTheDirective(t *testing.T) {
	t.Parallel()
	pack := packFor(t, "", "2026-03-02")
	for _, c := range []struct {
		rule   string
		facts  []Circumstance
		length string
		source string
	}{
		{"open/tenders", nil, "35 days", "Directive 2014/24/EU, Article 27(1)"},
		{"open/tenders", []Circumstance{ElectronicSubmission}, "30 days", "Directive 2014/24/EU, Article 27(4)"},
		{"open/tenders", []Circumstance{PlanningNotice}, "15 days", "Directive 2014/24/EU, Article 27(2)"},
		{"open/tenders", []Circumstance{Urgency}, "15 days", "Directive 2014/24/EU, Article 27(3)"},
		// The five days for electronic tenders are taken off 35 only.
		{
			"open/tenders",
			[]Circumstance{PlanningNotice, ElectronicSubmission},
			"15 days",
			"Directive 2014/24/EU, Article 27(2)",
		},
		// Of two that shorten alike the Directive's first is cited.
		{"open/tenders", []Circumstance{Urgency, PlanningNotice}, "15 days", "Directive 2014/24/EU, Article 27(2)"},
		{
			"open/tenders",
			[]Circumstance{DocumentsNotElectronic},
			"40 days",
			"Directive 2014/24/EU, Article 27(1) and Article 53(1)",
		},
		{
			"open/tenders",
			[]Circumstance{DocumentsNotElectronic, Urgency},
			"15 days",
			"Directive 2014/24/EU, Article 27(3)",
		},
		{"restricted/requests", nil, "30 days", "Directive 2014/24/EU, Article 28(1)"},
		{"restricted/requests", []Circumstance{Urgency}, "15 days", "Directive 2014/24/EU, Article 28(6)(a)"},
		{"restricted/requests", []Circumstance{ElectronicSubmission}, "30 days", "Directive 2014/24/EU, Article 28(1)"},
		{"restricted/tenders", nil, "30 days", "Directive 2014/24/EU, Article 28(2)"},
		{"restricted/tenders", []Circumstance{ElectronicSubmission}, "25 days", "Directive 2014/24/EU, Article 28(5)"},
		{"restricted/tenders", []Circumstance{PlanningNotice}, "10 days", "Directive 2014/24/EU, Article 28(3)"},
		{"restricted/tenders", []Circumstance{NoAgreement}, "10 days", "Directive 2014/24/EU, Article 28(4)"},
		{"restricted/tenders", []Circumstance{AgreedPeriod}, "0 days", "Directive 2014/24/EU, Article 28(4)"},
		{"neg-w-call/requests", nil, "30 days", "Directive 2014/24/EU, Article 29(1)"},
		{"neg-w-call/tenders", []Circumstance{Urgency}, "10 days", "Directive 2014/24/EU, Articles 29(1) and 28(6)(b)"},
		{"comp-dial/requests", nil, "30 days", "Directive 2014/24/EU, Article 30(1)"},
		{"comp-dial/requests", []Circumstance{Urgency}, "30 days", "Directive 2014/24/EU, Article 30(1)"},
		{"innovation/requests", []Circumstance{PlanningNotice}, "30 days", "Directive 2014/24/EU, Article 31(1)"},
		{"answers", nil, "6 days", "Directive 2014/24/EU, Articles 47(3)(a) and 53(2)"},
		{"answers", []Circumstance{Urgency}, "4 days", "Directive 2014/24/EU, Articles 47(3)(a) and 53(2)"},
		{"standstill", nil, "15 days", "Directive 89/665/EEC, Article 2a(2)"},
		{"standstill", []Circumstance{ElectronicLetters}, "10 days", "Directive 89/665/EEC, Article 2a(2)"},
		{"award-notice", nil, "30 days", "Directive 2014/24/EU, Article 50(1)"},
	} {
		e, err := pack.Count(c.rule, date(t, "2026-03-02"), holidaysOf(t, "FR"), c.facts...)
		require.NoError(t, err)
		require.Equal(t, c.length, e.Length.String(), "%s with %v", c.rule, c.facts)
		require.Equal(t, c.source, e.RuleSource, "%s with %v", c.rule, c.facts)
	}
}

func TestAClaimThatChangesNothingIsNamed(t *testing.T) {
	t.Parallel()
	e, err := packFor(t, "FR", "2026-03-02").
		Count("comp-dial/requests", date(t, "2026-03-02"), holidaysOf(t, "FR"), Urgency)
	require.NoError(t, err)
	require.Equal(t, []Circumstance{Urgency}, e.Without)
	_, err = packFor(t, "FR", "2026-03-02").
		Count("comp-dial/requests", date(t, "2026-03-02"), holidaysOf(t, "FR"), "friday")
	requireCode(t, models.CodeInvalidValue, err)
}

func TestACountryMayBeStricterThanTheDirective(t *testing.T) {
	t.Parallel()
	spain := holidaysOf(t, "ES-CT")
	e, err := packFor(t, "ES", "2026-12-04").Count("standstill", date(t, "2026-12-04"), spain, ElectronicLetters)
	require.NoError(t, err)
	require.Equal(t, "15 working days", e.Length.String())
	require.Equal(t, "2026-12-29", e.LastDay.String())
	// What held before its act was in force is not known here.
	_, err = packFor(t, "ES", "2018-03-08").Count("standstill", date(t, "2018-03-08"), spain, ElectronicLetters)
	requireCode(t, models.CodeRuleUnknown, err)
}

func TestNoRuleIsMadeUp(t *testing.T) {
	t.Parallel()
	_, err := PackFor("FR", date(t, "2015-01-01"))
	requireCode(t, models.CodeRuleUnknown, err)
	_, err = packFor(t, "FR", "2026-03-02").Rule("open/coffee")
	requireCode(t, models.CodeRuleUnknown, err)
	_, err = ThresholdsUnder(Directive24, date(t, "2028-01-01"))
	requireCode(t, models.CodeRuleUnknown, err)
}

func TestADeadlineOneMinuteShortIsRefusedWithTheEarliestLawfulOne(t *testing.T) {
	t.Parallel()
	pack, france := packFor(t, "FR", "2026-03-02"), holidaysOf(t, "FR")
	deadline := Deadline{
		Field: "/deadline", Rule: "open/tenders", Event: date(t, "2026-03-02"),
		Zone: "Europe/Paris", Circumstances: []Circumstance{ElectronicSubmission},
	}
	for _, early := range []string{"2026-03-31T12:00", "2026-04-01T12:00", "2026-04-01T23:59"} {
		deadline.Local = early
		_, err := pack.CheckDeadline(deadline, france)
		refusal := requireCode(t, models.CodeBelowStatutoryMinimum, err)
		require.Equal(t, "2026-04-02T00:00:00 Europe/Paris or later", refusal.Accepted)
		require.Contains(t, refusal.Detail, "Article 27(4)")
	}
	deadline.Local = "2026-04-02T00:00"
	checked, err := pack.CheckDeadline(deadline, france)
	require.NoError(t, err)
	require.Equal(t, checked.Earliest, checked.At)
	require.Empty(t, checked.Warnings, "midnight belongs to Wednesday")
	deadline.Local = "2026-04-05T12:00"
	checked, err = pack.CheckDeadline(deadline, france)
	require.NoError(t, err)
	require.Len(t, checked.Warnings, 1)
	require.Contains(t, checked.Warnings[0].Detail, "Sunday")
}

// The first instant of a day ends the day before: nobody is at work in the night to Monday, or after Friday's midnight.
func TestADeadlineAtMidnightBelongsToTheDayThatEnds(t *testing.T) {
	t.Parallel()
	pack, france := packFor(t, "FR", "2026-03-02"), holidaysOf(t, "FR")
	for local, warning := range map[string]string{
		"2026-04-11T00:00":    "",
		"2026-04-11T00:00:01": "2026-04-11, which is not a working day (Saturday)",
		"2026-04-13T00:00":    "2026-04-12, which is not a working day (Sunday)",
		"2026-04-13T00:00:01": "",
		"2026-05-02T00:00":    "2026-05-01, which is not a working day (Labour Day in FR)",
	} {
		checked, err := pack.CheckDeadline(Deadline{
			Field: "/deadline", Rule: "open/tenders", Event: date(t, "2026-03-02"), Local: local, Zone: "Europe/Paris",
		}, france)
		require.NoError(t, err)
		if warning == "" {
			require.Empty(t, checked.Warnings, local)
			continue
		}
		require.Equal(t, []models.Warning{{
			Code: "deadline_on_holiday", Field: "/deadline", Detail: "the deadline falls on " + warning,
			Source: "Regulation (EEC, Euratom) No 1182/71, Article 3",
		}}, checked.Warnings)
	}
}

func TestADeadlineIsDueByTheClocksOfThePlace(t *testing.T) {
	t.Parallel()
	pack, holidays := packFor(t, "PT", "2026-03-02"), holidaysOf(t, "PT")
	deadline := Deadline{
		Rule: "open/tenders", Event: date(t, "2026-03-02"), Local: "2026-04-06T23:30",
		Zone: "Europe/Lisbon",
	}
	_, err := pack.CheckDeadline(deadline, holidays) // 00:30 in Paris already
	requireCode(t, models.CodeBelowStatutoryMinimum, err)
	deadline.Local, deadline.Zone = "2026-04-07T00:30", "Europe/Paris" // the same instant
	refusal := requireCode(t, models.CodeBelowStatutoryMinimum, second(pack.CheckDeadline(deadline, holidays)))
	require.Equal(t, "2026-04-07T00:00:00 Europe/Lisbon or later", refusal.Accepted)
	deadline.Local = "2026-04-07T01:00"
	_, err = pack.CheckDeadline(deadline, holidays)
	require.NoError(t, err)
	deadline.Local, deadline.Zone = "2026-03-29T01:30", "Europe/Lisbon"
	_, err = pack.CheckDeadline(deadline, holidays)
	requireCode(t, models.CodeInvalidLocalTime, err)
	deadline.Rule, deadline.Local = "award-notice", "2026-05-29T01:30"
	_, err = pack.CheckDeadline(deadline, holidays)
	requireCode(t, models.CodeRuleUnknown, err)
}

func second[T any](_ T, err error) error { return err }

func TestAPlanningNoticeShortensOnlyInsideItsWindow(t *testing.T) {
	t.Parallel()
	pack := packFor(t, "FR", "2026-06-01")
	notice := date(t, "2026-06-01")
	for _, sent := range []string{"2025-06-01", "2026-01-15", "2026-04-27"} {
		require.NoError(t, pack.CheckPlanningNotice("/planning_notice", date(t, sent), notice), sent)
	}
	for _, sent := range []string{"2026-04-28" /* 34 days */, "2025-05-31", "2025-05-01", /* 13 months */
		"2026-07-01"} {
		refusal := requireCode(t, models.CodeShorteningNotAllowed,
			pack.CheckPlanningNotice("/planning_notice", date(t, sent), notice))
		require.Equal(t, "a planning notice sent from 2025-06-01 to 2026-04-27", refusal.Accepted)
	}
}

func TestAnEstimateThatEqualsTheThresholdReachesIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		day     string
		kind    ContractKind
		value   string
		reached bool
	}{
		{"2025-12-31", SubCentralSupplies, "220999.99", false},
		{"2025-12-31", SubCentralSupplies, "221000", true},
		{"2026-01-01", SubCentralSupplies, "216000.00", true},
		{"2026-01-01", CentralSupplies, "139999.99", false},
		{"2018-05-12", CentralSupplies, "144000", true},
		{"2027-12-31", Works, "5403999.99", false},
		{"2027-12-31", SocialServices, "750000", true},
	} {
		thresholds, err := ThresholdsUnder(Directive24, date(t, c.day))
		require.NoError(t, err)
		reached, err := thresholds.Reached(c.kind, decimal.MustParse(c.value))
		require.NoError(t, err)
		require.Equal(t, c.reached, reached, "%+v", c)
	}
	utilities, err := ThresholdsUnder(Directive25, date(t, "2025-12-31"))
	require.NoError(t, err)
	reached, err := utilities.Reached(CentralSupplies, decimal.MustParse("442999.99"))
	require.NoError(t, err)
	require.False(t, reached, "one threshold for the supplies of all utilities")
	thresholds, err := ThresholdsUnder(Directive24, date(t, "2026-01-01"))
	require.NoError(t, err)
	_, err = thresholds.Reached("ships", decimal.One)
	requireCode(t, models.CodeInvalidValue, err)
}

func TestARuleFileIsCheckedStrictly(t *testing.T) {
	t.Parallel()
	const head = "{title: T, source: S, directive: 2014/24, valid_from: '2016-01-01', rules: "
	const whole = head + "[{id: a, event: notice_dispatch, source: s, bound: minimum, length: {n: 9, unit: days}"
	var sound packFile
	require.NoError(t, decode([]byte(whole+"}]}"), &sound))
	require.NoError(t, sound.check())
	for name, yaml := range map[string]string{
		"no source":        "{title: T, directive: 2014/24, valid_from: '2016-01-01', rules: []}",
		"no directive":     "{title: T, source: S, valid_from: '2016-01-01', rules: []}",
		"odd directive":    "{title: T, source: S, directive: 2009/81, valid_from: '2016-01-01', rules: []}",
		"both":             "{title: T, source: S, directive: 2014/24, outside: true, valid_from: '2016-01-01'}",
		"no bound":         head + "[{id: a, event: notice_dispatch, source: s, length: {n: 1, unit: days}}]}",
		"no length":        head + "[{id: a, event: notice_dispatch, source: s, bound: minimum}]}",
		"no rule source":   head + "[{id: a, event: notice_dispatch, bound: minimum, length: {n: 1, unit: days}}]}",
		"odd wait":         whole + ", waits_for: [rain]}]}",
		"odd event":        head + "[{id: a, event: rain, source: s, bound: minimum, length: {n: 1, unit: days}}]}",
		"twice":            whole + "}, {id: a, as_directive: true, source: s}]}",
		"own and adopted":  head + "[{id: a, as_directive: true, source: s, length: {n: 1, unit: days}}]}",
		"the whole":        head + "[{id: a, event: notice_dispatch, bound: minimum, source: s, share: {part: 3}}]}",
		"plain variant":    whole + ", variants: [{length: {n: 1, unit: days}}]}]}",
		"odd circumstance": whole + ", variants: [{when: [rain], length: {n: 1, unit: days}, source: s}]}]}",
		"other unit":       whole + ", variants: [{when: [urgency], length: {n: 1, unit: months}, source: s}]}]}",
		"empty extension":  whole + ", extensions: [{when: [urgency], source: s}]}]}",
	} {
		var f packFile
		require.NoError(t, decode([]byte(yaml), &f), name)
		require.Error(t, f.check(), name)
	}
}

func TestAnExplanationIsASentenceALawyerCanCheck(t *testing.T) {
	t.Parallel()
	pack, france := packFor(t, "FR", "2026-03-02"), holidaysOf(t, "FR")
	forward, err := pack.Count("open/tenders", date(t, "2026-03-02"), france)
	require.NoError(t, err)
	require.Equal(t, "Tenders in an open procedure (open/tenders; Code de la commande publique, R2161-2 and "+
		"R2161-3; Directive 2014/24/EU, Article 27(1)): 35 days from dispatch of the contract notice on "+
		"2026-03-02, a day not counted, end on 2026-04-06; not 2026-04-06: Easter Monday in FR; "+
		"so the last hour of Tuesday 2026-04-07 "+
		"(Regulation (EEC, Euratom) No 1182/71, Article 3(1), 3(2)(b), 3(4))", forward.String())
	backward, err := pack.Count("answers", date(t, "2026-04-10"), nil)
	require.NoError(t, err)
	require.Equal(t, "Answers to questions on the documents (answers; Code de la commande publique, R2132-6; "+
		"Directive 2014/24/EU, Articles 47(3)(a) and 53(2)): 6 days before the deadline for tenders on "+
		"2026-04-10 is 2026-04-04; a period counted backwards does not move "+
		"(Regulation (EEC, Euratom) No 1182/71, Article 3(1), 3(4) second sentence)", backward.String())
}
