package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func packUnder(t require.TestingT, directive Directive, law, day string) Pack {
	p, err := PackUnder(directive, law, date(t, day))
	require.NoError(t, err)
	return p
}

// An accelerated procedure is one of Directive 2014/24/EU, Articles 27(3) and 28(6), also by 29(1), or of Directive
// 2014/25/EU, Article 45(3): neither a dialogue nor an innovation partnership can be accelerated.
func TestUrgencyShortensTheTimeForAnswersInAcceleratedProceduresOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		directive Directive
		law       string
		days      map[string]string
	}{
		{Directive24, "", map[string]string{
			"": "4", "open": "4", "restricted": "4", "neg-w-call": "4", "comp-dial": "6", "innovation": "6",
		}},
		{Directive24, "FR", map[string]string{"open": "4", "neg-w-call": "4", "comp-dial": "6", "innovation": "6"}},
		{Directive24, "ES", map[string]string{"open": "4", "restricted": "4", "neg-w-call": "6", "comp-dial": "6"}},
		{Directive24, "NL", map[string]string{"open": "4", "comp-dial": "6"}}, // the Directive is the floor
		{Directive25, "", map[string]string{"open": "4", "restricted": "6", "neg-w-call": "6"}},
	} {
		for procedure, days := range c.days {
			e, err := packUnder(t, c.directive, c.law, "2026-03-02").Answer(Question{
				Rule: "answers", Event: date(t, "2026-04-20"), Circumstances: []Circumstance{Urgency},
				Procedure: procedure,
			}, holidaysOf(t, "FR"))
			require.NoError(t, err)
			require.Equal(t, days+" days", e.Length.String(), "%s %s %s", c.directive, c.law, procedure)
		}
	}
	e, err := packFor(t, "FR", "2026-03-02").Answer(Question{
		Rule: "answers", Event: date(t, "2026-04-20"), Circumstances: []Circumstance{Urgency}, Procedure: "comp-dial",
	}, holidaysOf(t, "FR"))
	require.NoError(t, err)
	require.Equal(t, []Circumstance{Urgency}, e.Without, "what is claimed without effect is named")
}

// The Netherlands (article 2.130) and Hungary know no letters by post: the period does not begin with them.
func TestALetterByPostDoesNotBeginAStandstillThatNeedsElectronicOnes(t *testing.T) {
	t.Parallel()
	for law, free := range map[string]string{"NL": "2026-03-24", "HU": "2026-03-18"} {
		e, err := packFor(t, law, "2026-03-02").Count("standstill", date(t, "2026-03-02"), holidaysOf(t, law))
		require.NoError(t, err)
		require.Equal(t, []Circumstance{ElectronicLetters}, e.Needs, law)
		require.Equal(t, free, e.Free.String(), law)
		require.Contains(t, e.String(), "only under this condition, which is not given: the letters were sent")
		for _, language := range Languages() {
			require.NotEqual(t, e.String() == e.In(language), language != theEnglish, language)
		}
		e, err = packFor(t, law, "2026-03-02").
			Count("standstill", date(t, "2026-03-02"), holidaysOf(t, law), ElectronicLetters)
		require.NoError(t, err)
		require.Empty(t, e.Needs, law)
	}
}

// The row "Files": Bulgaria five years, Sweden and Portugal four, Austria and the United Kingdom before 2025 three.
func TestDocumentsAreKeptForTheYearsOfEachLaw(t *testing.T) {
	t.Parallel()
	for law, months := range map[string]int{"": 36, "BG": 60, "SE": 48, "PT": 48, "AT": 36, "DE": 36} {
		rule, err := packFor(t, law, "2026-03-02").Rule("retention")
		require.NoError(t, err, law)
		require.Equal(t, Length{months, Months}, rule.Length, law)
	}
	rule, err := packFor(t, "GB", "2024-03-02").Rule("retention")
	require.NoError(t, err)
	require.Equal(t, 36, rule.Length.N)
	_, err = packFor(t, "FR", "2026-03-02").Rule("retention")
	requireCode(t, models.CodeRuleUnknown, err)
}

func TestAContractIsAttackedForAsLongAsEachLawSays(t *testing.T) {
	t.Parallel()
	for law, want := range map[string][2]Length{
		"": {{30, Days}, {6, Months}}, "DE": {{30, Days}, {6, Months}}, "LI": {{30, Days}, {6, Months}},
		"BG": {{2, Months}, {12, Months}},
	} {
		for i, id := range []string{"ineffectiveness/notified", "ineffectiveness/longest"} {
			rule, err := packFor(t, law, "2026-03-02").Rule(id)
			require.NoError(t, err, law)
			require.Equal(t, want[i], rule.Length, "%s %s", law, id)
		}
	}
}

// The last days for award notices that were read, and the Directive's for every other country.
func TestTheAwardNoticeIsDueAsEachLawSays(t *testing.T) {
	t.Parallel()
	for law, length := range map[string]string{
		"": "30 days", "ES": "10 days", "LV": "10 working days", "HU": "20 days", "NL": "30 days", "PL": "30 days",
		"LU": "30 days", "CZ": "30 days", "LI": "30 days", "SE": "30 days", "PT": "30 days", "RO": "30 days",
	} {
		rule, err := packFor(t, law, "2026-03-02").Rule("award-notice")
		require.NoError(t, err, law)
		require.Equal(t, length, rule.Length.String(), law)
		require.Equal(t, Maximum, rule.Bound, law)
	}
	_, err := packFor(t, "GB", "2026-03-02").Rule("award-notice")
	requireCode(t, models.CodeRuleUnknown, err)
}

// The rows of questions and answers; "" is not known.
func TestQuestionsAndAnswersByTheLawOfEachCountry(t *testing.T) {
	t.Parallel()
	for law, want := range map[string][4]string{ // answers, urgent, questions, urgent
		"AT": {"6 days", "4 days", "", ""}, "DE": {"6 days", "4 days", "", ""}, "FI": {"6 days", "4 days", "", ""},
		"FR": {"6 days", "4 days", "", ""}, "IT": {"6 days", "4 days", "", ""}, "LI": {"6 days", "4 days", "", ""},
		"LU": {"6 days", "4 days", "", ""}, "SE": {"6 days", "4 days", "", ""},
		"PL": {"6 days", "4 days", "14 days", "7 days"}, "NL": {"10 days", "4 days", "", ""},
		"CZ": {"5 working days", "4 working days", "3 working days", "3 working days"},
		"ES": {"6 days", "4 days", "12 days", "12 days"}, "DK": {"7 days", "7 days", "", ""},
		"LV": {"6 days", "4 days", "", ""}, "EU": {"6 days", "4 days", "6 working days", "4 working days"},
		"BE": {}, "BG": {}, "EE": {}, "HU": {}, "IE": {}, "LT": {}, "NO": {}, "RO": {}, "TR": {}, "CH": {}, "GB": {},
	} {
		pack := packFor(t, law, "2026-03-02")
		for i, got := range want {
			rule, err := pack.Rule([]string{"answers", "questions"}[i/2])
			if got == "" {
				requireCode(t, models.CodeRuleUnknown, err)
				continue
			}
			require.NoError(t, err, law)
			length, _, _ := rule.length([][]Circumstance{nil, {Urgency}}[i%2])
			require.Equal(t, got, length.String(), "%s %d", law, i)
		}
	}
	for law, want := range map[string][2]string{
		"LV": {"5 working days", "3 working days"}, "CZ": {"3 working days", "3 working days"},
	} {
		rule, err := packFor(t, law, "2026-03-02").Rule("answers/within")
		require.NoError(t, err)
		for i, facts := range [][]Circumstance{nil, {Urgency}} {
			length, _, _ := rule.length(facts)
			require.Equal(t, want[i], length.String(), law)
		}
	}
}

// The rows of dialogue and partnership, and where national texts name a time for what comes after.
func TestRequestsForDialogueAndPartnershipByTheLawOfEachCountry(t *testing.T) {
	t.Parallel()
	e := []Circumstance{ElectronicSubmission}
	for law, days := range map[string][2]int{ // dialogue, innovation partnership; 0: not known
		"": {30, 30}, "BE": {30, 30}, "BG": {30, 30}, "CZ": {30, 30}, "DE": {30, 30}, "FI": {30, 30}, "FR": {30, 0},
		"LU": {30, 30}, "NL": {30, 30}, "SE": {30, 30}, "AT": {30, 0}, "LI": {30, 0}, "EU": {32, 32},
		"DK": {}, "EE": {}, "ES": {}, "IT": {}, "LT": {}, "LV": {}, "PL": {}, "PT": {},
	} {
		for i, id := range []string{"comp-dial/requests", "innovation/requests"} {
			rule, err := packFor(t, law, "2026-03-02").Rule(id)
			if days[i] == 0 {
				requireCode(t, models.CodeRuleUnknown, err)
				continue
			}
			require.NoError(t, err, law)
			for _, facts := range [][]Circumstance{e, append(e[:1:1], Urgency), append(e[:1:1], PlanningNotice)} {
				length, _, _ := rule.length(facts)
				require.Equal(t, Length{days[i], Days}, length, "%s %s %v", law, id, facts)
			}
		}
	}
	rule, err := packFor(t, "FI", "2026-03-02").Rule("innovation/tenders")
	require.NoError(t, err)
	length, _, _ := rule.length(e)
	require.Equal(t, "25 days", length.String())
}

// Directive 2014/25/EU: in general thirty days for requests and never fewer than fifteen, ten for tenders without
// agreement; and what its transpositions say.
func TestPeriodsOfUtilitiesByTheLawOfEachCountry(t *testing.T) {
	t.Parallel()
	e, u := ElectronicSubmission, Urgency
	for law, want := range map[string]map[string]string{
		"": {
			"open/tenders": "30 days", "restricted/requests": "15 days", "restricted/tenders": "10 days",
			"neg-w-call/requests": "15 days", "neg-w-call/tenders": "10 days", "comp-dial/requests": "15 days",
			"innovation/requests": "15 days", "answers": "6 days", "standstill": "15 days", "reasons": "15 days",
			"award-notice": "30 days", "retention": "36 months",
		},
		"DE": {
			"open/tenders": "30 days", "restricted/requests": "30 days", "neg-w-call/requests": "30 days",
			"restricted/tenders": "10 days", "neg-w-call/tenders": "10 days", "standstill": "15 days", "answers": "",
		},
		"BG": {"open/tenders": "30 days", "standstill": "14 days", "restricted/requests": ""},
		"FI": {"open/tenders": "30 days", "restricted/requests": "15 days", "standstill": "14 days"},
		"FR": {"restricted/requests": "15 days", "standstill": "16 days", "open/tenders": ""},
		"LU": {"open/tenders": "30 days", "restricted/requests": "30 days", "standstill": "15 days"},
		"PT": {"restricted/requests": "30 days", "restricted/tenders": "10 days", "standstill": "10 working days"},
		"RO": {"open/tenders": "", "standstill": "", "award-notice": "30 days"},
	} {
		pack := packUnder(t, Directive25, law, "2026-03-02")
		for id, length := range want {
			rule, err := pack.Rule(id)
			if length == "" {
				requireCode(t, models.CodeRuleUnknown, err)
				continue
			}
			require.NoError(t, err, "%s %s", law, id)
			got, _, _ := rule.length([]Circumstance{e})
			require.Equal(t, length, got.String(), "%s %s", law, id)
		}
	}
	for _, law := range []string{"DE", "LU"} {
		rule, err := packUnder(t, Directive25, law, "2026-03-02").Rule("restricted/requests")
		require.NoError(t, err)
		got, _, _ := rule.length([]Circumstance{e, u})
		require.Equal(t, "15 days", got.String(), law)
	}
	general, err := packUnder(t, Directive25, "", "2026-03-02").
		Count("comp-dial/requests", date(t, "2026-03-02"), holidaysOf(t, "DE"))
	require.NoError(t, err)
	require.Contains(t, general.String(), "as a general rule it is no less than thirty days")
}

// Worked cases of the sources and days of the Acts, besides those of the standstill of each country.
func TestCountsEndAsTheSourcesWorkThemOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		law, place, event string
		electronic        bool
		last, free, why   string
	}{
		{
			"GB", "GB-ENG", "2021-03-23", true, "2021-04-06", "2021-04-07",
			"as in the worked case of 2010: Good Friday to Easter Monday are no end",
		},
		{"GB", "GB-ENG", "2025-12-29", false, "2026-01-09", "2026-01-10", "2 January is a holiday in Scotland"},
		{"GB", "GB-SCT", "2026-07-06", false, "2026-07-16", "2026-07-17", "13 July, for the 12th, in Northern Ireland"},
		{"GB", "GB-ENG", "2026-07-27", false, "2026-08-06", "2026-08-07", "3 August in Scotland"},
		{"GB", "GB-WLS", "2026-11-23", false, "2026-12-03", "2026-12-04", "30 November in Scotland"},
		{"FR", "FR-75", "2026-03-02", true, "2026-03-12", "2026-03-13", "11 days to the 12th"},
		{"BE", "BE", "2026-03-02", true, "2026-03-17", "2026-03-18", "15 days for all means"},
		{"EE", "EE", "2026-03-02", false, "2026-03-17", "2026-03-18", "by post the Directive's fifteen"},
		{"EE", "EE", "2026-03-02", true, "2026-03-16", "2026-03-17", "14 days"},
		{"IE", "IE", "2026-03-02", true, "2026-03-16", "2026-03-17", "14 days"},
		{"FI", "FI", "2026-06-05", true, "2026-06-22", "2026-06-23", "Midsummer Eve is no end"},
		{"DK", "DK", "2026-03-23", true, "2026-04-07", "2026-04-08", "Maundy Thursday to Monday"},
		{"LV", "LV", "2026-03-02", false, "2026-03-18", "2026-03-19", "15 days, and one working day"},
		{"SE", "SE", "2026-12-14", true, "2026-12-28", "2026-12-29", "Christmas Eve is no end"},
		{"PL", "PL", "2025-12-14", true, "2025-12-29", "2025-12-30", "24 December since 2025"},
		{"PL", "PL", "2024-12-14", true, "2024-12-24", "2024-12-25", "and not before"},
		{"LU", "LU", "2026-06-13", true, "2026-06-24", "2026-06-25", "the National Day is no end"},
		{"IT", "IT", "2026-09-02", true, "2026-10-05", "2026-10-06", "32 days end on a Sunday"},
		{"AT", "AT-9", "2026-10-16", true, "2026-10-27", "2026-10-28", "the National Day is no end"},
		{"LT", "LT", "2026-06-14", true, "2026-06-25", "2026-06-26", "St John's Day is no end"},
		{"NO", "NO", "2026-05-07", true, "2026-05-18", "2026-05-19", "17 May is a Sunday"},
		{"CZ", "CZ", "2026-03-02", true, "2026-03-17", "2026-03-18", "15 days from delivery"},
		{"BG", "BG", "2026-03-02", true, "2026-03-16", "2026-03-17", "14 days"},
		{"EU", "BE", "2026-03-02", true, "2026-03-12", "2026-03-13", "as in the Directive"},
	} {
		var letters []Circumstance
		if c.electronic {
			letters = append(letters, ElectronicLetters)
		}
		e, err := packFor(t, c.law, c.event).Count("standstill", date(t, c.event), holidaysOf(t, c.place), letters...)
		require.NoError(t, err)
		require.Equal(t, c.last+" "+c.free, e.LastDay.String()+" "+e.Free.String(), "%s %s: %s", c.law, c.why, e)
	}
}

// The vectors of the day counting: France, where the holidays are those of the vectors but for Good Friday.
func TestTheVectorsOfRegulation1182(t *testing.T) {
	t.Parallel()
	place := holidaysFrom(t, "{country: XX, name: Vectors, zone: Europe/Brussels, sources: [s], "+
		"from: 2026, until: 2027, holidays: [{name: A, on: '01-01'}, {name: B, easter: -2}, {name: C, easter: 1}, "+
		"{name: D, on: '05-01'}, {name: E, easter: 39}, {name: F, easter: 50}, {name: G, on: '12-25'}, "+
		"{name: H, on: '12-26'}]}")
	for _, c := range []struct {
		event     string
		n         int
		raw, last string
	}{
		{"2026-03-02", 30, "2026-04-01", "2026-04-01"},
		{"2026-03-02", 35, "2026-04-06", "2026-04-07"},
		{"2026-06-05", 15, "2026-06-20", "2026-06-22"},
		{"2026-04-01", 30, "2026-05-01", "2026-05-04"},
		{"2026-04-14", 30, "2026-05-14", "2026-05-15"},
		{"2026-09-14", 25, "2026-10-09", "2026-10-09"},
		{"2026-12-15", 10, "2026-12-25", "2026-12-28"},
		{"2026-12-10", 15, "2026-12-25", "2026-12-28"},
		{"2026-04-02", 4, "2026-04-06", "2026-04-08"},
		{"2027-02-22", 35, "2027-03-29", "2027-03-30"},
	} {
		e, err := EarliestEnd(date(t, c.event), c.n, place)
		require.NoError(t, err)
		require.Equal(t, []string{c.raw, c.last}, []string{e.RawDay.String(), e.LastDay.String()}, "%s", e)
		require.Equal(t, e.LastDay.AddDays(1), e.Free)
	}
}

// The machine's own zone is nobody's law. Not parallel: it changes the zone of the whole program for a moment.
func TestTheZoneOfTheMachineChangesNothing(t *testing.T) { //nolint:paralleltest // time.Local is global
	before := time.Local                   //nolint:gosmopolitan // what is proven is that it does not matter
	defer func() { time.Local = before }() //nolint:gosmopolitan // as before
	counted := map[string]bool{}
	for _, zone := range []*time.Location{
		time.UTC, time.FixedZone("+14", 14*60*60), time.FixedZone("-12", -12*60*60), time.FixedZone("+5:45", 20700),
	} {
		time.Local = zone //nolint:gosmopolitan // what is proven is that it does not matter
		e, err := packFor(t, "PT", "2026-03-27").Count("open/tenders", date(t, "2026-03-27"), holidaysOf(t, "PT"))
		require.NoError(t, err)
		ends, err := e.Ends()
		require.NoError(t, err)
		checked, err := packFor(t, "PT", "2026-03-27").CheckDeadline(Deadline{
			Rule: "open/tenders", Event: date(t, "2026-03-27"), Local: "2026-05-29T12:00", Zone: "Pacific/Kiritimati",
		}, holidaysOf(t, "PT"))
		require.NoError(t, err)
		counted[e.String()+ends.UTC().String()+checked.At.UTC().String()] = true
	}
	require.Len(t, counted, 1)
}
