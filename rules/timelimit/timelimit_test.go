package timelimit_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// A file is the dossier of a procurement whose lead buyer sits in one place and whose law is that of a country.
type file struct {
	*testing.T
	models.Dossier
}

const lead, partner models.ID = "org_01a1f9d4-0000-7000-8000-000000000001", "org_01a1f9d4-0000-7000-8000-000000000002"

// newFile begins at noon in Paris on 2 March 2026. An empty law: nothing is agreed yet.
func newFile(t *testing.T, country, region, law string) *file {
	t.Helper()
	f := &file{t, models.Dossier{
		Procurement: models.Procurement{ID: models.NewID(models.PrefixProcurement), Zone: "Europe/Paris"},
		Members:     []models.Member{{OrganisationID: lead, Lead: true}, {OrganisationID: partner}},
		Organisations: map[models.ID]models.Organisation{
			lead:    {ID: lead, LegalName: "Lead", Country: country, Region: region},
			partner: {ID: partner, LegalName: "Partner", Country: "ES"},
		},
		Now: time.Date(2026, time.March, 2, 11, 0, 0, 0, time.UTC),
	}}
	if law == "" {
		return f
	}
	agreement := f.write("", models.EntryAgreement, models.Agreement{
		Lead: lead, ApplicableLaw: law,
		Shares: []models.Share{{Organisation: lead, Percent: "50"}, {Organisation: partner, Percent: "50"}},
	})
	for _, member := range []models.ID{lead, partner} {
		f.write(member, models.EntrySignature, models.Signature{
			Agreement: agreement.ID, Digest: agreement.Digest, Version: 1, Capacity: "Mayor",
		})
	}
	return f
}

func (f *file) write(buyer models.ID, kind models.EntryKind, content any) models.Entry {
	f.Helper()
	text, digest, err := models.Canonical(content)
	require.NoError(f, err)
	rule, ok := models.EntryRuleOf(kind)
	require.True(f, ok)
	e := models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: kind, Phase: rule.Phase, OrganisationID: buyer, Version: 1,
		AuthorID: models.NewID(models.PrefixPerson), Body: text, Digest: digest, WrittenAt: f.Now.Add(-time.Hour),
	}
	f.Entries = append(f.Entries, e)
	return e
}

func requireCode(t *testing.T, code models.Code, err error) models.Refusal {
	t.Helper()
	refusal, ok := models.RefusalOf(err)
	require.True(t, ok, "want the refusal %s, got %v", code, err)
	require.Equal(t, code, refusal.Code, refusal.Detail)
	return *refusal
}

// Lead in France, agreement under the law of Spain: fifteen working days, not ten days (Directive 2014/24/EU, Art. 39).
func TestTheAgreedLawGovernsTheStandstill(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, law, free string }{
		{"FR", "ES", "2026-03-24"},
		{"FR", "", "2026-03-13"},
		{"FR", "FR", "2026-03-13"},
		{"NL", "", "2026-03-24"},
		{"BE", "BE", "2026-03-18"},
		{"IT", "IT", "2026-04-04"},
		{"IE", "IE", "2026-03-17"},
		{"EE", "EE", "2026-03-17"},
		{"FI", "FI", "2026-03-17"},
	} {
		f := newFile(t, c.country, "", c.law)
		s, err := timelimit.CountStandstill(f.Dossier, f.Now, true)
		require.NoError(t, err)
		require.Equal(t, c.free, s.FirstDay.String(), "%s under %s: %s", c.country, c.law, s.Because)
		require.Empty(t, s.Awaits)
	}
}

func (f *file) deadline(local, zone string) error {
	return timelimit.CheckDeadline(f.Dossier, models.Lot{Number: 1}, models.Stage{Limit: "open/tenders"}, "/deadline",
		models.LocalTime{Local: local, Zone: zone})
}

func (f *file) on(day string) *file {
	at, err := time.Parse(time.RFC3339, day+"T10:00:00Z")
	require.NoError(f, err)
	f.Now = at
	return f
}

// A buyer in Cologne: Corpus Christi (4 June 2026) is a holiday in North Rhine-Westphalia.
func TestHolidaysOfTheRegionCount(t *testing.T) {
	t.Parallel()
	for region, earliest := range map[string]string{
		"DE-NW": "2026-06-06T00:00", "DE-BE": "2026-06-05T00:00", "": "2026-06-06T00:00",
	} {
		f := newFile(t, "DE", region, "DE").on("2026-05-05")
		require.NoError(t, f.deadline(earliest, "Europe/Berlin"), region)
		at, err := time.Parse("2006-01-02T15:04", earliest)
		require.NoError(t, err)
		refusal := requireCode(t, models.CodeBelowStatutoryMinimum,
			f.deadline(at.Add(-time.Minute).Format("2006-01-02T15:04"), "Europe/Berlin"))
		require.Equal(t, earliest+":00 Europe/Berlin or later", refusal.Accepted)
		if region == "" {
			require.Contains(t, refusal.Detail, "It is not settled whether 2026-06-04 is a holiday in DE")
		}
	}
}

func TestHolidaysThatABuyerKeepsCount(t *testing.T) {
	t.Parallel()
	f := newFile(t, "FR", "FR-75", "FR")
	require.NoError(t, f.deadline("2026-04-02T00:00", "Europe/Paris"))
	f.write(partner, models.EntryLocalHolidays, models.LocalHolidays{
		Days: []models.LocalHoliday{{Day: "2026-04-01", Name: "Patron saint"}}, Source: "town council",
	})
	require.NoError(t, f.deadline("2026-04-02T00:00", "Europe/Paris"), "another buyer's day")
	f.write(lead, models.EntryLocalHolidays, models.LocalHolidays{
		Days: []models.LocalHoliday{{Day: "2026-04-01", Name: "Patron saint"}}, Source: "town council",
	})
	refusal := requireCode(t, models.CodeBelowStatutoryMinimum, f.deadline("2026-04-02T00:00", "Europe/Paris"))
	require.Contains(t, refusal.Detail, "Patron saint in FR-75")
}

// Midnight in Kiritimati is noon of the day before in Paris.
func TestAZoneThatSomebodyTypesMovesNoLimit(t *testing.T) {
	t.Parallel()
	f := newFile(t, "FR", "", "FR")
	refusal := requireCode(t, models.CodeBelowStatutoryMinimum, f.deadline("2026-04-02T00:00", "Pacific/Kiritimati"))
	require.Equal(t, "2026-04-02T00:00:00 Europe/Paris or later", refusal.Accepted)
	require.NoError(t, f.deadline("2026-04-02T12:00", "Pacific/Kiritimati"))
	f.Procurement.Zone = "Pacific/Kiritimati"
	requireCode(t, models.CodeBelowStatutoryMinimum, f.deadline("2026-04-01T12:00", "Europe/Paris"))
}

// Dispatch on 26 November 2026, lead in Hungary, 30 days: whether 24 December is a holiday changes nothing.
func TestAnOpenQuestionThatDoesNotMatterIsNotAsked(t *testing.T) {
	t.Parallel()
	f := newFile(t, "HU", "", "").on("2026-11-26")
	pack, err := calendar.PackFor("", calendar.NewDate(2026, time.November, 26))
	require.NoError(t, err)
	frame, err := timelimit.Of(f.Dossier)
	require.NoError(t, err)
	e, err := pack.Count("open/tenders", frame.Today(), frame.Holidays, calendar.ElectronicSubmission)
	require.NoError(t, err)
	require.Equal(t, "2026-12-28", e.LastDay.String())
	require.Empty(t, e.Unsettled)
}

func TestALawThatIsNotKnownIsCertifiedBeforeAnythingIsCounted(t *testing.T) {
	t.Parallel()
	f := newFile(t, "RO", "", "RO")
	_, err := timelimit.CountStandstill(f.Dossier, f.Now, true)
	refusal := requireCode(t, models.CodeRuleUnknown, err)
	require.Contains(t, refusal.Detail, `what the law of RO says on "standstill" is not known here`)
	frame, err := timelimit.Of(f.Dossier)
	require.NoError(t, err)
	require.Equal(t, []string{"answers", "standstill", "open/tenders"}, frame.Unknown())

	certified := models.CertifiedPeriod{
		Law: "RO", Rule: "standstill", N: 11, Unit: "days", Source: "Legea nr. 101/2016", ReadOn: "2026-03-01",
	}
	require.NoError(t, timelimit.CertifiedPeriod{CertifiedPeriod: certified}.CheckAgainst(f.Dossier, models.Entry{}))
	f.write("", models.EntryCertifiedPeriod, certified)
	s, err := timelimit.CountStandstill(f.Dossier, f.Now, true)
	require.NoError(t, err)
	require.Equal(t, "2026-03-14", s.FirstDay.String())
	require.Contains(t, s.Because.String(), "Legea nr. 101/2016, read on 2026-03-01")

	for field, wrong := range map[string]models.CertifiedPeriod{
		"/n":       {Law: "RO", Rule: "standstill", N: 9, Unit: "days", Source: "s", ReadOn: "2026-03-01"},
		"/rule":    {Law: "RO", Rule: "coffee", N: 9, Unit: "days", Source: "s", ReadOn: "2026-03-01"},
		"/read_on": {Law: "RO", Rule: "standstill", N: 19, Unit: "days", Source: "s", ReadOn: "2026-03-03"},
	} {
		err := timelimit.CertifiedPeriod{CertifiedPeriod: wrong}.CheckAgainst(f.Dossier, models.Entry{})
		refused, ok := models.RefusalOf(err)
		require.True(t, ok, field)
		require.Equal(t, field, refused.Field)
	}
}

// A later release may know what was certified under an earlier one.
func TestACertificateGivesWayToAPackThatKnows(t *testing.T) {
	t.Parallel()
	f := newFile(t, "NL", "", "NL")
	f.write("", models.EntryCertifiedPeriod, models.CertifiedPeriod{
		Law: "NL", Rule: "standstill", N: 12, Unit: "days", Source: "s", ReadOn: "2026-03-01",
	})
	s, err := timelimit.CountStandstill(f.Dossier, f.Now, true)
	require.NoError(t, err)
	require.Equal(t, "2026-03-24", s.FirstDay.String())
	require.Empty(t, s.Because.Certified)
}

func TestUrgencyAndOtherClaimsCount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		claim, early, lawful string
	}{
		{"", "2026-04-01T23:59", "2026-04-02T00:00"},
		{models.ClaimUrgency, "2026-03-17T23:59", "2026-03-18T00:00"},
		{models.ClaimDocumentsNotElectronic, "2026-04-07T23:59", "2026-04-08T00:00"},
		{models.ClaimSiteVisit, "2026-04-02T23:59", "2026-04-03T00:00"},
	} {
		f := newFile(t, "FR", "FR-75", "FR")
		if c.claim != "" {
			f.write("", models.EntryTimeLimits, models.TimeLimits{
				Directive: "2014/24", Claims: []models.Claim{{Circumstance: c.claim, Reason: "because"}},
			})
		}
		requireCode(t, models.CodeBelowStatutoryMinimum, f.deadline(c.early, "Europe/Paris"))
		require.NoError(t, f.deadline(c.lawful, "Europe/Paris"), c.claim)
	}
}

func TestAPlaceWithoutLeadOrHolidaysIsRefused(t *testing.T) {
	t.Parallel()
	f := newFile(t, "US", "", "")
	requireCode(t, models.CodeHolidayUnknown, f.deadline("2026-06-02T00:00", "Europe/Paris"))
	f.Members = nil
	requireCode(t, models.CodeLeadMissing, f.deadline("2026-06-02T00:00", "Europe/Paris"))
}

func judged(t *testing.T, in timelimit.Intention) map[string]timelimit.Line {
	t.Helper()
	lines, err := in.Judge()
	require.NoError(t, err)
	by := map[string]timelimit.Line{}
	for _, l := range lines {
		by[l.Step] = l
	}
	return by
}

// Every step is judged, also those after an unlawful one, and what is left out is proposed.
func TestATimetableShowsEveryViolationWithItsEarliestDate(t *testing.T) {
	t.Parallel()
	lines := judged(t, timelimit.Intention{
		Setting:   timelimit.Setting{Law: "ES", Place: "ES-MD", Circumstances: []string{"electronic_submission"}},
		Procedure: "open", Notice: "2026-03-02", Tenders: "2026-03-30T12:00", Questions: "2026-03-29",
		Answers: "2026-03-29", Letters: "2026-06-01", Contract: "2026-06-12", AwardNotice: "2026-08-01",
	})
	for step, want := range map[string]struct {
		code  models.Code
		bound string
	}{
		"tenders":      {models.CodeBelowStatutoryMinimum, "2026-04-02"},
		"questions":    {models.CodeBelowStatutoryMinimum, "2026-03-18"},
		"answers":      {models.CodeBelowStatutoryMinimum, "2026-03-24"},
		"contract":     {models.CodeStandstill, "2026-06-23"},
		"award_notice": {models.CodeInvalidValue, "2026-06-22"},
	} {
		line := lines[step]
		require.NotNil(t, line.Violation, step)
		require.Equal(t, want.code, line.Violation.Code, step)
		bound := line.Earliest
		if bound.IsZero() {
			bound = line.Latest
		}
		require.Equal(t, want.bound, bound.String(), "%s: %s", step, line.Because)
		require.NotEmpty(t, line.Violation.Accepted, step)
	}
	require.Nil(t, lines["letters"].Violation)
	require.Len(t, lines, 6)

	proposed := judged(t, timelimit.Intention{
		Setting:   timelimit.Setting{Place: "DE-NW", Circumstances: []string{"electronic_submission"}},
		Procedure: "restricted", Notice: "2026-05-05",
	})
	require.Equal(t, "2026-06-06", proposed["requests"].Earliest.String())
	require.Equal(t, "2026-07-02", proposed["tenders"].Earliest.String(), "25 days from an invitation on 6 June")
	for step, line := range proposed {
		require.Nil(t, line.Violation, step)
	}
}

// A deadline on a holiday is lawful: it is warned of, with a code and the place in the request.
func TestADeadlineOnAHolidayIsWarnedOfAndNotRefused(t *testing.T) {
	t.Parallel()
	line := judged(t, timelimit.Intention{
		Setting:   timelimit.Setting{Law: "FR", Place: "FR-75", Circumstances: []string{"electronic_submission"}},
		Procedure: "open", Notice: "2026-03-02", Tenders: "2026-05-01T12:00",
	})["tenders"]
	require.Nil(t, line.Violation)
	written, err := json.Marshal(line.Warnings)
	require.NoError(t, err)
	require.JSONEq(t, `[{"code": "deadline_on_holiday", "field": "/tenders",
		"detail": "the deadline falls on 2026-05-01, which is not a working day (Labour Day in FR-75)",
		"source": "Regulation (EEC, Euratom) No 1182/71, Article 3"}]`, string(written))
}

func TestAPlanningNoticeOutsideItsWindowShortensNothing(t *testing.T) {
	t.Parallel()
	in := timelimit.Intention{
		Setting: timelimit.Setting{Law: "FR", Place: "FR-75"}, Notice: "2026-03-02", PlanningNotice: "2025-12-01",
	}
	require.Equal(t, "2026-03-18", judged(t, in)["tenders"].Earliest.String())
	in.PlanningNotice = "2026-02-20"
	lines := judged(t, in)
	require.Equal(t, models.CodeShorteningNotAllowed, lines["planning_notice"].Violation.Code)
	require.Equal(t, "2026-04-08", lines["tenders"].Earliest.String())
}

func TestWhatCannotBeJudgedIsRefusedByItsField(t *testing.T) {
	t.Parallel()
	for field, in := range map[string]timelimit.Intention{
		"/notice":          {Setting: timelimit.Setting{Law: "FR"}},
		"/law":             {Notice: "2026-03-02"},
		"/place":           {Setting: timelimit.Setting{Law: "FR", Place: "DE-XX"}, Notice: "2026-03-02"},
		"/procedure":       {Setting: timelimit.Setting{Law: "FR"}, Notice: "2026-03-02", Procedure: "auction"},
		"/contract":        {Setting: timelimit.Setting{Law: "FR"}, Notice: "2026-03-02", Contract: "soon"},
		"/directive":       {Setting: timelimit.Setting{Law: "FR", Directive: "2009/81"}, Notice: "2026-03-02"},
		"/planning_notice": {Setting: timelimit.Setting{Law: "FR"}, Notice: "2026-03-02", PlanningNotice: "2026-13-01"},
	} {
		_, err := in.Judge()
		refusal, refused := models.RefusalOf(err)
		require.True(t, refused, field)
		require.Equal(t, field, refusal.Field)
	}
	unknown := judged(t, timelimit.Intention{
		Setting: timelimit.Setting{Law: "RO"}, Notice: "2026-03-02", Letters: "2026-06-01",
	})
	require.Equal(t, models.CodeRuleUnknown, unknown["tenders"].Violation.Code)
	require.Equal(t, models.CodeRuleUnknown, unknown["contract"].Violation.Code)
}

// What was agreed when the lots were published goes on for them.
func TestTheLawOfThePublishedLotsIsNotExchanged(t *testing.T) {
	t.Parallel()
	f := newFile(t, "FR", "FR-75", "ES")
	published := models.Lot{Number: 1, Boxes: []models.Box{{ID: "box_a", OpenedAt: f.Now.Add(-time.Minute)}}}
	f.Tendering.Lots = []models.Lot{published}
	later := f.write("", models.EntryAgreement, models.Agreement{
		Lead: lead, ApplicableLaw: "FR",
		Shares: []models.Share{{Organisation: lead, Percent: "50"}, {Organisation: partner, Percent: "50"}},
	})
	for _, member := range []models.ID{lead, partner} {
		f.write(member, models.EntrySignature, models.Signature{
			Agreement: later.ID, Digest: later.Digest, Version: 1, Capacity: "Mayor",
		})
		f.Entries[len(f.Entries)-1].WrittenAt = f.Now
	}
	frame, err := timelimit.Of(f.Dossier)
	require.NoError(t, err)
	require.Equal(t, "ES", frame.Law)
	f.Tendering.Lots = nil
	frame, err = timelimit.Of(f.Dossier)
	require.NoError(t, err)
	require.Equal(t, "FR", frame.Law)
	frame, known := timelimit.Governing(f.Dossier)
	require.True(t, known)
	require.Equal(t, "FR", frame.Law)
}

func TestNoLawIsKnownToGovernWithoutALeadOrItsHolidays(t *testing.T) {
	t.Parallel()
	f := newFile(t, "FR", "FR-75", "")
	f.Members[0].Lead = false
	_, known := timelimit.Governing(f.Dossier)
	require.False(t, known)
	_, known = timelimit.Governing(newFile(t, "US", "", "").Dossier)
	require.False(t, known)
}

// Whatever law is agreed, the Directive binds a buyer of the Union.
func TestTheDirectiveBindsTheLeadWhateverLawIsAgreed(t *testing.T) {
	t.Parallel()
	f := newFile(t, "FR", "FR-75", "GB")
	f.write("", models.EntryTimeLimits, models.TimeLimits{
		Directive: "2014/24", Contract: "supplies",
		Claims: []models.Claim{{Circumstance: models.ClaimUrgency, Reason: "because"}},
	})
	requireCode(t, models.CodeBelowStatutoryMinimum, f.deadline("2026-03-13T00:00", "Europe/Paris"))
	require.NoError(t, f.deadline("2026-03-18T00:00", "Europe/Paris"), "fifteen days, not ten")
	f.Organisations[lead] = models.Organisation{ID: lead, Country: "GB", Region: "GB-ENG"}
	require.NoError(t, f.deadline("2026-03-13T00:00", "Europe/London"))
}

// A law that waits for more than days is told as it is: nobody knows yet on which day the letters will be delivered.
func TestLettersUnderALawThatCountsFromDeliveryPromiseNoDay(t *testing.T) {
	t.Parallel()
	f := newFile(t, "BG", "", "BG")
	s, err := timelimit.CountStandstill(f.Dossier, f.Now, true)
	require.NoError(t, err)
	require.Equal(t, []string{models.FactLettersDelivered, models.FactDecisionFinal}, s.Awaits)
	text, earliest := s.Told("")
	require.Empty(t, earliest)
	require.Contains(t, text, "14 days from delivery of the last letter about the award decision, counted once")
	require.Contains(t, text, "wait until the decision on the award can no longer be challenged")
}

func TestWhatIsKnownIsNotCertifiedAnew(t *testing.T) {
	t.Parallel()
	f := newFile(t, "NL", "", "NL")
	for _, rule := range []string{"standstill", "open/tenders", "answers"} {
		err := timelimit.CertifiedPeriod{CertifiedPeriod: models.CertifiedPeriod{
			Law: "NL", Rule: rule, N: 30, Unit: "days", Source: "s", ReadOn: "2026-03-01",
		}}.CheckAgainst(f.Dossier, models.Entry{})
		refusal := requireCode(t, models.CodeInvalidValue, err)
		require.Contains(t, refusal.Detail, "is known here")
	}
}

func TestAPlanningNoticeThatIsJudgedInvalidShortensNothingThoughItIsClaimed(t *testing.T) {
	t.Parallel()
	lines := judged(t, timelimit.Intention{
		Setting: timelimit.Setting{Law: "FR", Place: "FR-75", Circumstances: []string{"planning_notice", "site_visit"}},
		Notice:  "2026-03-02", PlanningNotice: "2026-02-20", Tenders: "2026-04-08T00:00", Answers: "2026-04-02",
	})
	require.Equal(t, "2026-04-09", lines["tenders"].Earliest.String(), "35 days, and one more for the visit")
	require.NotNil(t, lines["tenders"].Violation)
	require.NotNil(t, lines["answers"].Violation, "a deadline at midnight belongs to the 7th")
}

// signed is a contract on a lot whose letters were sent electronically on 2 March 2026, as it is judged on 1 June.
func (f *file) signed(on string) error {
	f.Helper()
	return f.signedAfter(true, on)
}

// signedAfter is signed after letters that were all sent electronically, or not all.
func (f *file) signedAfter(electronic bool, on string) error {
	f.Helper()
	const lot, tender = models.ID("lot_a"), models.ID("ten_a")
	sent := f.Now
	s, err := timelimit.CountStandstill(f.Dossier, sent, electronic)
	require.NoError(f, err)
	d := f.Dossier
	d.Tendering.Lots = []models.Lot{{ID: lot, Boxes: []models.Box{{
		HandsIn: models.HandedTender, OpenedAt: sent, UnsealedAt: &sent,
	}}}}
	d.Tendering.Awards = map[models.ID]models.LotAward{lot: {
		LotID: lot, AwardedAt: &sent, WinnerID: tender, LettersAt: &sent, StandstillUntil: &s.Until,
	}}
	d.Tendering.Letters = []models.Letter{{LotID: lot, Kind: models.LetterAward, Electronic: electronic, SentAt: sent}}
	d.Now = time.Date(2026, time.June, 1, 10, 0, 0, 0, time.UTC)
	c := timelimit.Contract{Contract: models.Contract{
		Lot: lot, Tender: tender, Buyers: []models.ID{lead}, SignedOn: on,
		Value: models.Money{Amount: "1", Currency: "EUR"},
	}}
	return c.CheckAgainst(d, models.Entry{})
}

func (f *file) fact(fact, on string) {
	f.write("", models.EntryStandstillFact,
		models.StandstillFact{Lot: "lot_a", Fact: fact, On: on, Evidence: "register"})
}

// Bulgaria counts fourteen days from delivery, and waits until the decision cannot be challenged any more.
func TestAContractWaitsForMoreThanDaysWhereTheLawDoes(t *testing.T) {
	t.Parallel()
	f := newFile(t, "BG", "", "BG")
	refusal := requireCode(t, models.CodeStandstill, f.signed("2026-05-29"))
	require.Contains(t, refusal.Detail, "letters_delivery, decision_final")
	f.fact(models.FactLettersDelivered, "2026-03-10")
	refusal = requireCode(t, models.CodeStandstill, f.signed("2026-05-29"))
	require.Contains(t, refusal.Detail, ": decision_final")
	f.fact(models.FactDecisionFinal, "2026-03-20")
	refusal = requireCode(t, models.CodeStandstill, f.signed("2026-03-24"))
	require.Equal(t, "2026-03-25 or later", refusal.Accepted, "fourteen days from delivery end with the 24th")
	require.NoError(t, f.signed("2026-03-25"))

	later := newFile(t, "BG", "", "BG")
	later.fact(models.FactLettersDelivered, "2026-03-10")
	later.fact(models.FactDecisionFinal, "2026-05-04")
	refusal = requireCode(t, models.CodeStandstill, later.signed("2026-03-25"))
	require.Equal(t, "2026-05-04 or later", refusal.Accepted)
	require.NoError(t, later.signed("2026-05-04"))
}

// By post the Directive's fifteen days from dispatch are longer than fourteen from the same day; but a letter that
// comes late lets the period of these laws begin late, and that is not over with the Directive's.
func TestALetterByPostIsAwaitedThoughTheDirectiveIsLonger(t *testing.T) {
	t.Parallel()
	for law, fact := range map[string]string{"BG": models.FactLettersDelivered, "FI": models.FactLettersReceived} {
		f := newFile(t, law, "", law)
		s, err := timelimit.CountStandstill(f.Dossier, f.Now, false)
		require.NoError(t, err)
		require.Contains(t, s.Awaits, fact, law)
		text, earliest := s.Told("")
		require.Empty(t, earliest, law)
		require.Contains(t, text, "counts 14 days from ", law)
		refusal := requireCode(t, models.CodeStandstill, f.signedAfter(false, "2026-05-29"))
		require.Contains(t, refusal.Detail, fact)
		f.fact(models.FactDecisionFinal, "2026-03-03")
		late := *f
		f.fact(fact, "2026-03-09")
		requireCode(t, models.CodeStandstill, f.signedAfter(false, "2026-03-23"))
		require.NoError(t, f.signedAfter(false, "2026-03-24"), "%s: fourteen days from the 9th", law)
		late.fact(fact, "2026-03-02")
		requireCode(t, models.CodeStandstill, late.signedAfter(false, "2026-03-17"))
		require.NoError(t, late.signedAfter(false, "2026-03-18"), "%s: the Directive's fifteen from dispatch", law)
	}
}

// Whatever law is agreed: a British standstill begins with the award notice, and the Directive binds the French lead.
func TestAnEventOfTheAgreedLawIsAwaitedUnderTheDirectiveToo(t *testing.T) {
	t.Parallel()
	f := newFile(t, "FR", "FR-75", "GB")
	s, err := timelimit.CountStandstill(f.Dossier, f.Now, false)
	require.NoError(t, err)
	require.Equal(t, []string{models.FactAwardNoticePublished}, s.Awaits)
}

func TestAContractNeedsNoFactWhereTheLawCountsFromDispatch(t *testing.T) {
	t.Parallel()
	f := newFile(t, "FR", "FR-75", "ES")
	requireCode(t, models.CodeStandstill, f.signed("2026-03-23"))
	require.NoError(t, f.signed("2026-03-24"))
}
