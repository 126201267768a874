package calendar

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

// The rows of standstill: electronic letters, and letters by other means.
func TestStandstillByTheLawOfEachCountry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		law, electronic, other string
		from                   Event
		waits                  []Wait
	}{
		{"AT", "10 days", "15 days", EventLettersDispatch, nil},
		{"BE", "15 days", "15 days", EventLettersDispatch, nil},
		{"BG", "14 days", "14 days", EventLettersDelivery, []Wait{WaitDecisionFinal}},
		{"CZ", "15 days", "15 days", EventLettersDelivery, []Wait{WaitObjections}},
		{"DE", "10 days", "15 days", EventLettersDispatch, nil},
		{"DK", "10 days", "15 days", EventLettersDispatch, nil},
		{"EE", "14 days", "14 days", EventLettersDispatch, nil},
		{"ES", "15 working days", "15 working days", EventLettersDispatch, nil},
		{"FI", "14 days", "14 days", EventLettersReceipt, nil},
		{"FR", "11 days", "16 days", EventLettersDispatch, nil},
		{"HU", "10 days", "10 days", EventLettersDispatch, nil},
		{"IE", "14 days", "16 days", EventLettersDispatch, nil},
		{"IT", "32 days", "32 days", EventLettersDispatch, nil},
		{"LT", "10 days", "15 days", EventLettersDispatch, nil},
		{"LU", "10 days", "15 days", EventLettersDispatch, nil},
		{"LV", "10 days", "15 days", EventLettersDispatch, nil},
		{"NL", "20 days", "20 days", EventLettersDispatch, nil},
		{"PL", "10 days", "15 days", EventLettersDispatch, nil},
		{"PT", "10 working days", "10 working days", EventLettersDispatch, []Wait{WaitDocuments}},
		{"SE", "10 days", "15 days", EventLettersDispatch, nil},
		{"LI", "10 days", "15 days", EventLettersDelivery, nil},
		{"NO", "10 days", "10 days", EventLettersDispatch, nil},
		{"CH", "20 days", "20 days", EventLettersDelivery, nil},
		{"GB", "8 working days", "8 working days", EventAwardNotice, nil},
		{"TR", "10 days", "10 days", EventLettersDelivery, nil},
		{"EU", "10 days", "15 days", EventLettersDispatch, nil},
	} {
		rule, err := packFor(t, c.law, "2026-03-02").Rule("standstill")
		require.NoError(t, err, c.law)
		electronic, _, _ := rule.length([]Circumstance{ElectronicLetters})
		other, _, _ := rule.length(nil)
		require.Equal(t, []string{c.electronic, c.other}, []string{electronic.String(), other.String()}, c.law)
		require.Equal(t, c.from, rule.RunsFrom, c.law)
		require.Equal(t, c.waits, rule.WaitsFor, c.law)
	}
}

// The rows of minimum periods, in days: for tenders in an open procedure (electronic, paper, planning notice, urgency),
// requests (urgency), and tenders after them (electronic, paper, planning notice, urgency, no agreement). 0: not known.
func TestMinimumPeriodsByTheLawOfEachCountry(t *testing.T) {
	t.Parallel()
	e, p, u, n := ElectronicSubmission, PlanningNotice, Urgency, NoAgreement
	questions := []struct {
		rule  string
		facts []Circumstance
	}{
		{"open/tenders", []Circumstance{e}},
		{"open/tenders", nil},
		{"open/tenders", []Circumstance{e, p}},
		{"open/tenders", []Circumstance{e, u}},
		{"restricted/requests", []Circumstance{e}},
		{"restricted/requests", []Circumstance{e, u}},
		{"restricted/tenders", []Circumstance{e}},
		{"restricted/tenders", nil},
		{"restricted/tenders", []Circumstance{e, p}},
		{"restricted/tenders", []Circumstance{e, u}},
		{"restricted/tenders", []Circumstance{e, n}},
	}
	for law, days := range map[string][11]int{
		"":   {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 10},
		"AT": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 10},
		"BE": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 25},
		"BG": {30, 30, 15, 15, 30, 15, 25, 25, 10, 10, 10},
		"CZ": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 10},
		"DE": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 10},
		"DK": {0, 0, 0, 0, 30, 15, 25, 30, 10, 10, 10},
		"EE": {30, 35, 15, 30, 0, 0, 0, 0, 0, 0, 0},
		"ES": {30, 35, 15, 15, 0, 0, 25, 30, 10, 10, 25},
		"FI": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 10},
		"FR": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 10},
		"IT": {30, 30, 15, 15, 30, 30, 30, 30, 10, 30, 30},
		"LT": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 10},
		"LV": {35, 35, 15, 35, 0, 0, 0, 0, 0, 0, 0},
		"LU": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 10},
		"NL": {45, 45, 29, 15, 30, 15, 40, 40, 29, 10, 40},
		"PL": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 25},
		"PT": {30, 30, 15, 15, 30, 15, 25, 25, 10, 10, 25},
		"SE": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 10},
		"LI": {30, 35, 15, 15, 30, 15, 25, 30, 10, 10, 10},
		"GB": {25, 30, 10, 10, 25, 10, 25, 30, 10, 10, 10},
		"EU": {32, 37, 32, 15, 32, 15, 25, 30, 25, 10, 25},
		"CH": {30, 35, 10, 10, 25, 25, 30, 35, 10, 10, 30},
		"RO": {}, "HR": {}, "MT": {}, "SI": {}, "SK": {}, "CY": {}, "GR": {}, "HU": {}, "IE": {}, "IS": {}, "NO": {},
		"TR": {},
	} {
		pack := packFor(t, law, "2026-03-02")
		for i, q := range questions {
			rule, err := pack.Rule(q.rule)
			if days[i] == 0 {
				requireCode(t, models.CodeRuleUnknown, err)
				continue
			}
			require.NoError(t, err, law)
			length, _, _ := rule.length(q.facts)
			require.Equal(t, Length{days[i], Days}, length, "%s: %s with %v", law, q.rule, q.facts)
		}
	}
}

func TestLawsLengthenTheirPeriodsInTheirOwnWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		law, rule string
		facts     []Circumstance
		length    string
	}{
		{"AT", "open/tenders", []Circumstance{ElectronicSubmission, DocumentsNotElectronic}, "35 days"},
		{"AT", "open/tenders", []Circumstance{DocumentsNotElectronic}, "40 days"},
		{"CZ", "comp-dial/requests", nil, "35 days"},
		{"CZ", "open/tenders", []Circumstance{ElectronicSubmission, PlanningNotice, WorksContract}, "30 days"},
		{"CZ", "open/tenders", []Circumstance{ElectronicSubmission, Urgency, WorksContract}, "30 days"},
		{"CZ", "open/tenders", []Circumstance{Urgency, WorksContract, DocumentsNotElectronic}, "40 days"},
		{"GB", "open/tenders", []Circumstance{NoAgreement, DocumentsNotElectronic}, "35 days"},
		{"EE", "open/tenders", []Circumstance{ElectronicSubmission, WorksContract}, "45 days"},
		{"EE", "open/tenders", []Circumstance{ElectronicSubmission, WorksContract, PlanningNotice}, "25 days"},
		{"GB", "open/tenders", []Circumstance{DocumentsNotElectronic}, "35 days"},
		{"CH", "open/tenders", []Circumstance{ElectronicNotice, ElectronicSubmission}, "25 days"},
		{"CH", "open/tenders", []Circumstance{DocumentsNotElectronic}, "40 days"},
		{"PL", "final-tenders", nil, "5 days"},
		{"PL", "final-tenders", []Circumstance{WorksContract}, "10 days"},
		{"FI", "innovation/tenders", nil, "30 days"},
		{"PT", "restricted/requests", []Circumstance{DocumentsNotElectronic}, "35 days"},
		{"NL", "planning-notice/latest", nil, "52 days"},
		{"CH", "planning-notice/latest", nil, "40 days"},
		{"ES", "award-notice", nil, "10 days"},
		{"HU", "award-notice", nil, "20 days"},
		{"LV", "award-notice", nil, "10 working days"},
		{"FR", "award-notice", nil, "30 days"}, // what the Directive gives at most binds every country
		{"NL", "answers", nil, "10 days"},
		{"NL", "answers", []Circumstance{Urgency}, "4 days"},
		{"CZ", "answers", nil, "5 working days"},
		{"LV", "answers/within", []Circumstance{Urgency}, "3 working days"},
		{"ES", "questions", nil, "12 days"},
		{"PL", "questions", []Circumstance{Urgency}, "7 days"},
		{"DE", "restricted/tenders", []Circumstance{AgreedPeriod}, "0 days"},
	} {
		rule, err := packFor(t, c.law, "2026-03-02").Rule(c.rule)
		require.NoError(t, err, c.law)
		length, _, _ := rule.length(c.facts)
		require.Equal(t, c.length, length.String(), "%s %s", c.law, c.rule)
	}
}

// The law's own examples, and those of the courts and guides.
func TestStandstillEndsAsTheLawsOwnExamplesSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		law, place, event string
		electronic        bool
		last, free        string
		why               string
	}{
		{"FR", "FR-67", "2026-12-28", false, "2027-01-12", "2027-01-13", "Conseil d'État, 2 August 2011"},
		{"SE", "SE", "2019-04-18", true, "2019-04-29", "2019-04-30", "day 10 is Sunday 28 April"},
		{"ES", "ES-MD", "2026-03-02", true, "2026-03-23", "2026-03-24", "15 working days"},
		{"NL", "NL", "2026-03-02", true, "2026-03-23", "2026-03-24", "20 days end on a Sunday"},
		{"IT", "IT", "2026-03-02", true, "2026-04-03", "2026-04-04", "32 days"},
		{"LV", "LV", "2026-03-02", true, "2026-03-13", "2026-03-16", "10 days, one working day, the next working day"},
		{"LV", "LV", "2026-03-04", true, "2026-03-17", "2026-03-18", "day 10 is a Saturday: two working days more"},
		{"GB", "GB-ENG", "2026-03-09", true, "2026-03-19", "2026-03-20", "17 March is a holiday in a part"},
		{"GB", "GB-ENG", "2026-03-07", true, "2026-03-19", "2026-03-20", "published on a Saturday"},
		{"PT", "PT", "2026-03-02", true, "2026-03-16", "2026-03-17", "10 working days"},
		{"HU", "HU", "2026-12-15", true, "2026-12-28", "2026-12-29", "day 10 is Christmas Day"},
		{"LI", "LI", "2026-01-23", true, "2026-02-03", "2026-02-04", "2 February stops a period"},
		{"CH", "CH-ZH", "2026-03-02", true, "2026-03-23", "2026-03-24", "20 days end on a Sunday"},
		{"TR", "TR", "2026-03-10", true, "2026-03-23", "2026-03-24", "Ramadan Feast"},
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

// Germany counts plain calendar days; the Directive's ten days do not end on a holiday.
func TestTheDirectiveIsTheFloorUnderEveryLaw(t *testing.T) {
	t.Parallel()
	e, err := packFor(t, "DE", "2026-12-15").
		Count("standstill", date(t, "2026-12-15"), holidaysOf(t, "DE-BE"), ElectronicLetters)
	require.NoError(t, err)
	require.Equal(t, "2026-12-29", e.Free.String())
	require.Equal(t, &Floor{Source: "GWB § 134(2)", Length: Length{10, Days}, LastDay: date(t, "2026-12-25")}, e.Floor)
	require.Contains(t, e.String(), "The law of DE alone (GWB § 134(2)) would give 2026-12-25")

	paper, err := packFor(t, "IT", "2026-03-02").Count("open/tenders", date(t, "2026-03-02"), holidaysOf(t, "IT"))
	require.NoError(t, err)
	require.Equal(t, "35 days", paper.Length.String(), "Italy has thirty for paper tenders, too")
}

// Union countries and those of the EEA never give less than the Directive.
func TestNoLawGivesLessThanTheDirective(t *testing.T) {
	t.Parallel()
	data, err := loadData()
	require.NoError(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		file := rapid.SampledFrom(data.packs).Draw(rt, "pack")
		if file.Country == "" || file.Outside || file.Country == "EU" {
			return
		}
		day := file.ValidFrom.AddDays(rapid.IntRange(0, 300).Draw(rt, "day"))
		if day.Year() < 2017 {
			day = date(rt, "2020-01-01").AddDays(rapid.IntRange(0, 2000).Draw(rt, "later"))
		}
		own, err := PackUnder(file.Directive, file.Country, day)
		require.NoError(rt, err)
		directive, err := PackUnder(file.Directive, "", day)
		require.NoError(rt, err)
		rule := rapid.SampledFrom(directive.Rules()).Draw(rt, "rule")
		facts := rapid.SliceOfDistinct(rapid.SampledFrom(Circumstances()), rapid.ID).Draw(rt, "facts")
		if all([]Circumstance{AgreedPeriod, NoAgreement}, facts) {
			return // refused
		}
		q := Question{Rule: rule.ID, Event: day, Until: day.AddDays(60), Circumstances: facts}
		least, err := directive.Answer(q, holidaysOf(rt, file.Country))
		require.NoError(rt, err)
		e, err := own.Answer(q, holidaysOf(rt, file.Country))
		if _, unknown := models.RefusalOf(err); unknown {
			requireCode(rt, models.CodeRuleUnknown, err)
			return
		}
		require.NoError(rt, err)
		require.False(rt, least.stricterThan(e, rule.Bound) && e.Share == nil, "%s: %s\n%s", file.Country, e, least)
	})
}

func TestTheLawOfACountryThatIsNotKnownIsAskedFor(t *testing.T) {
	t.Parallel()
	pack := packFor(t, "RO", "2026-03-02")
	_, err := pack.Rule("standstill")
	refusal := requireCode(t, models.CodeRuleUnknown, err)
	require.Contains(t, refusal.Detail, `what the law of RO says on "standstill" is not known here`)
	require.Contains(t, refusal.Accepted, "certified with its source by a person with the role legal; not less than 15")
	require.True(t, slices.Contains(pack.Unknown(), "open/tenders"))

	shape, err := pack.Shape("standstill")
	require.NoError(t, err)
	shape.Length, shape.Source = Length{11, Days}, "Legea nr. 101/2016"
	certified, err := pack.With(shape, "ent_1")
	require.NoError(t, err)
	e, err := certified.Count("standstill", date(t, "2026-03-02"), holidaysOf(t, "RO"))
	require.NoError(t, err)
	require.Equal(t, "15 days", e.Length.String(), "letters by post: the Directive is the floor")
	e, err = certified.Count("standstill", date(t, "2026-03-02"), holidaysOf(t, "RO"), ElectronicLetters)
	require.NoError(t, err)
	require.Equal(t, "2026-03-13", e.LastDay.String())
	require.Contains(t, e.String(), "Certified in the record (entry ent_1).")
	require.Contains(t, e.In("fr"), "Certifié au dossier (pièce ent_1).")
	_, err = pack.Rule("standstill")
	require.Error(t, err, "the pack itself stays as it is")

	for name, wrong := range map[string]Rule{
		"below the Directive": {ID: "standstill", RunsFrom: EventLettersDispatch, Length: Length{9, Days}},
		"no such time limit":  {ID: "coffee", RunsFrom: EventLettersDispatch, Length: Length{9, Days}},
		"no length":           {ID: "standstill", RunsFrom: EventLettersDispatch},
		"no event":            {ID: "standstill", RunsFrom: "rain", Length: Length{20, Days}},
	} {
		wrong.Bound, wrong.Source = Minimum, "s"
		_, err := pack.With(wrong, "ent_1")
		_, refused := models.RefusalOf(err)
		require.True(t, refused, name)
	}
}

func TestPortugalAsksInTheFirstThirdAndAnswersInTheSecond(t *testing.T) {
	t.Parallel()
	pack := packFor(t, "PT", "2026-03-02")
	q := Question{Rule: "questions", Event: date(t, "2026-03-02"), Until: date(t, "2026-04-01")}
	e, err := pack.Answer(q, holidaysOf(t, "PT"))
	require.NoError(t, err)
	require.Equal(t, "2026-03-12", e.LastDay.String())
	require.Contains(t, e.String(), "1 of 3 parts of the time from dispatch of the contract notice on 2026-03-02 to")
	q.Rule = "answers"
	e, err = pack.Answer(q, holidaysOf(t, "PT"))
	require.NoError(t, err)
	require.Equal(t, "2026-03-22", e.LastDay.String())
	q.Until = Date{}
	_, err = pack.Answer(q, holidaysOf(t, "PT"))
	requireCode(t, models.CodeInvalidValue, err)
}

// Statens Indkøb: with a deadline of 28 October at noon answers are due on the 21st.
func TestDenmarkLeavesSixFullDaysAfterAnAnswer(t *testing.T) {
	t.Parallel()
	e, err := packFor(t, "DK", "2020-10-01").Count("answers", date(t, "2020-10-28"), holidaysOf(t, "DK"))
	require.NoError(t, err)
	require.Equal(t, "2020-10-21", e.LastDay.String())
}

func TestCzechAnswersAreDueWorkingDaysBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	e, err := packFor(t, "CZ", "2026-03-02").Count("answers", date(t, "2026-04-08"), holidaysOf(t, "CZ"))
	require.NoError(t, err)
	// 7, 2, 1 April, 31, 30 March: Good Friday and Easter Monday are holidays.
	require.Equal(t, "2026-03-30", e.LastDay.String())
}

func TestUtilitiesAreUnderADirectiveOfTheirOwn(t *testing.T) {
	t.Parallel()
	directive, err := PackUnder(Directive25, "", date(t, "2026-03-02"))
	require.NoError(t, err)
	e, err := directive.Count("restricted/tenders", date(t, "2026-03-02"), holidaysOf(t, "DE-NW"))
	require.NoError(t, err)
	require.Equal(t, "10 days", e.Length.String())
	france, err := PackUnder(Directive25, "FR", date(t, "2026-03-02"))
	require.NoError(t, err)
	_, err = france.Rule("open/tenders")
	requireCode(t, models.CodeRuleUnknown, err)
	_, err = PackUnder("2009/81", "", date(t, "2026-03-02"))
	requireCode(t, models.CodeRuleUnknown, err)
}

func TestTheLawInForceIsThatOfTheDay(t *testing.T) {
	t.Parallel()
	for day, length := range map[string]string{"2025-02-23": "10 days", "2025-02-24": "8 working days"} {
		rule, err := packFor(t, "GB", day).Rule("standstill")
		require.NoError(t, err)
		got, _, _ := rule.length([]Circumstance{ElectronicLetters})
		require.Equal(t, length, got.String(), day)
	}
}

func TestEveryCountIsToldInEveryLanguage(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"de", "en", "es", "fr", "it", "tr"}, Languages())
	data, err := loadData()
	require.NoError(t, err)
	for _, file := range data.packs {
		for _, rule := range file.Rules {
			require.Contains(t, data.words[theEnglish].Rules, rule.ID)
		}
	}
	e, err := packFor(t, "FR", "2026-03-02").Count("open/tenders", date(t, "2026-03-02"), holidaysOf(t, "FR-75"))
	require.NoError(t, err)
	for _, language := range Languages() {
		told := e.In(language)
		require.NotContains(t, told, "{", language)
		for _, fact := range []string{"2026-03-02", "2026-04-06", "2026-04-07", "35", "1182/71", "3(4)", "R2161-2"} {
			require.Contains(t, told, fact, language)
		}
	}
	require.Contains(t, e.In("fr"), "Lundi de Pâques")
	require.Equal(t, e.String(), e.In("xx"))
	require.NoError(t, CheckLanguage("/lang", ""))
	requireCode(t, models.CodeInvalidValue, CheckLanguage("/lang", "xx"))
}

// A deadline is lawful from one instant on, in whichever zone it is written; and an event one day later never ends a
// shortest period earlier.
func TestNeitherTheZoneNorALaterEventShortensALimit(t *testing.T) {
	t.Parallel()
	laws := []string{"AT", "BE", "DE", "ES", "FI", "FR", "IT", "LU", "NL", "PL", "PT", "SE"}
	zones := []string{"UTC", "Europe/Paris", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"}
	rapid.Check(t, func(rt *rapid.T) {
		law := rapid.SampledFrom(laws).Draw(rt, "law")
		day := date(rt, "2024-01-01").AddDays(rapid.IntRange(0, 3000).Draw(rt, "day"))
		pack, holidays := packFor(rt, law, day.String()), holidaysOf(rt, law)
		for _, rule := range []string{"open/tenders", "standstill"} {
			e, err := pack.Count(rule, day, holidays, ElectronicSubmission, ElectronicLetters)
			require.NoError(rt, err)
			later, err := pack.Count(rule, day.AddDays(1), holidays, ElectronicSubmission, ElectronicLetters)
			require.NoError(rt, err)
			require.False(rt, later.Free.Before(e.Free), "%s\n%s", e, later)
		}
		e, err := pack.Count("open/tenders", day, holidays, ElectronicSubmission)
		require.NoError(rt, err)
		earliest, err := e.Ends()
		require.NoError(rt, err)
		at := earliest.Add(time.Duration(rapid.IntRange(-2000, 2000).Draw(rt, "minutes")) * time.Minute)
		zone := rapid.SampledFrom(zones).Draw(rt, "zone")
		local, err := Local(at, zone)
		require.NoError(rt, err)
		if written, err := Instant("", local, zone); err != nil || !written.Equal(at) {
			return // an hour that the zone's clocks repeat
		}
		_, err = pack.CheckDeadline(Deadline{
			Rule: "open/tenders", Event: day, Local: local, Zone: zone,
			Circumstances: []Circumstance{ElectronicSubmission},
		}, holidays)
		require.Equal(rt, at.Before(earliest), err != nil, "%s %s, lawful from %s: %v", local, zone, earliest, err)
	})
}
