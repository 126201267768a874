package models

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatIsClaimedOfTimeLimitsSaysWhy(t *testing.T) {
	t.Parallel()
	sound := func() TimeLimits {
		return TimeLimits{Directive: "2014/24", Contract: "supplies", Claims: []Claim{
			{Circumstance: ClaimUrgency, Reason: "a pandemic"},
			{Circumstance: ClaimAgreedPeriod, Reason: "agreed", Document: strings.Repeat("a", 64)},
		}}
	}
	require.NoError(t, sound().Check())
	require.Equal(t, []string{strings.Repeat("a", 64)}, sound().Documents())
	refused(t, sound, []wrong[TimeLimits]{
		{"under no directive", func(l *TimeLimits) { l.Directive = "2009/81" }, "/directive"},
		{"for nothing", func(l *TimeLimits) { l.Contract = "" }, "/contract"},
		{"as utilities without a reason", func(l *TimeLimits) { l.Directive = "2014/25" }, "/utilities"},
		{"of something unknown", func(l *TimeLimits) { l.Claims[0].Circumstance = "rain" }, "/claims"},
		{"without a reason", func(l *TimeLimits) { l.Claims[0].Reason = " " }, "/claims"},
		{"twice", func(l *TimeLimits) { l.Claims[1] = l.Claims[0] }, "/claims"},
		{"agreed without proof", func(l *TimeLimits) { l.Claims[1].Document = "" }, "/claims"},
		{"agreed and not agreed", func(l *TimeLimits) { l.Claims[0].Circumstance = ClaimNoAgreement }, "/claims"},
	})
}

// Whoever holds that the Directive does not apply says on which ground and why (irregularity unj-na-ppr).
func TestWhoHoldsThatTheDirectiveDoesNotApplySaysWhy(t *testing.T) {
	t.Parallel()
	sound := func() TimeLimits {
		return TimeLimits{Directive: "2014/24", Contract: "supplies", Outside: &Outside{
			Ground: "excluded", Article: "Article 12(1)", Reasons: "it is bought from a body that the buyers control",
		}}
	}
	require.NoError(t, sound().Check())
	refused(t, sound, []wrong[TimeLimits]{
		{"without a ground", func(l *TimeLimits) { l.Outside.Ground = "" }, "/outside/ground"},
		{"on no ground of the law", func(l *TimeLimits) { l.Outside.Ground = "too_much_work" }, "/outside/ground"},
		{"without reasons", func(l *TimeLimits) { l.Outside.Reasons = " " }, "/outside/reasons"},
		{"excluded by no article", func(l *TimeLimits) { l.Outside.Article = "" }, "/outside/article"},
	})
	below := sound()
	below.Outside = &Outside{Ground: "below_threshold", Reasons: "the estimates add up to EUR 80000"}
	require.NoError(t, below.Check())
}

func TestAPeriodIsCertifiedWithItsSource(t *testing.T) {
	t.Parallel()
	sound := func() CertifiedPeriod {
		return CertifiedPeriod{Law: "RO", Rule: "standstill", N: 11, Unit: "days", Source: "s", ReadOn: "2026-03-01"}
	}
	require.NoError(t, sound().Check())
	require.Equal(t, "RO standstill", sound().Subject())
	refused(t, sound, []wrong[CertifiedPeriod]{
		{"of no country", func(p *CertifiedPeriod) { p.Law = "UK" }, "/law"},
		{"of no rule", func(p *CertifiedPeriod) { p.Rule = "" }, "/rule"},
		{"in hours", func(p *CertifiedPeriod) { p.Unit = "hours" }, "/unit"},
		{"without a source", func(p *CertifiedPeriod) { p.Source = "" }, "/source"},
		{"read on no day", func(p *CertifiedPeriod) { p.ReadOn = "2026-02-30" }, "/read_on"},
	})
}

func TestLocalHolidaysSayWhereTheyWerePublished(t *testing.T) {
	t.Parallel()
	sound := func() LocalHolidays {
		return LocalHolidays{Days: []LocalHoliday{{Day: "2026-09-24", Name: "La Mercè"}}, Source: "BOPB"}
	}
	require.NoError(t, sound().Check())
	refused(t, sound, []wrong[LocalHolidays]{
		{"without days", func(l *LocalHolidays) { l.Days = nil }, "/days"},
		{"on no day", func(l *LocalHolidays) { l.Days[0].Day = "24 September" }, "/days"},
		{"without a name", func(l *LocalHolidays) { l.Days[0].Name = "" }, "/days"},
		{"without a source", func(l *LocalHolidays) { l.Source = "" }, "/source"},
	})
}

func TestAFactOfTheStandstillLiesBetweenTheLettersAndToday(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)
	d := Dossier{Procurement: Procurement{Zone: "Europe/Sofia"}, Now: sent.AddDate(0, 0, 10), Authors: map[ID][]ID{}}
	f := StandstillFact{Lot: NewID(PrefixLot), Fact: FactLettersDelivered, On: "2026-03-05", Evidence: "return receipt"}
	require.NoError(t, f.Check())
	require.Equal(t, "/lot", fieldOf(t, f.CheckAgainst(d, Entry{})), "no letters were sent")
	d.Tendering.Awards = map[ID]LotAward{f.Lot: {LettersAt: &sent}}
	require.NoError(t, f.CheckAgainst(d, Entry{}))
	for _, on := range []string{"2026-03-01", "2026-03-13"} {
		early := f
		early.On = on
		require.Equal(t, "/on", fieldOf(t, early.CheckAgainst(d, Entry{})), on)
	}
	d.put(t, EntryContract, "", Contract{Lot: f.Lot, SignedOn: "2026-03-12"})
	refusal, _ := RefusalOf(f.CheckAgainst(d, Entry{}))
	require.Equal(t, CodeContractSigned, refusal.Code)
	refused(t, func() StandstillFact { return f }, []wrong[StandstillFact]{
		{"of no lot", func(f *StandstillFact) { f.Lot = "lot" }, "/lot"},
		{"that no law waits for", func(f *StandstillFact) { f.Fact = "rain" }, "/fact"},
		{"on no day", func(f *StandstillFact) { f.On = "soon" }, "/on"},
		{"without evidence", func(f *StandstillFact) { f.Evidence = "" }, "/evidence"},
	})
}

// The notice tells of urgency and of documents; what is agreed with the candidates comes later.
func TestWhatTheNoticeRestsOnIsFrozenWithIt(t *testing.T) {
	t.Parallel()
	opened := time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)
	d := Dossier{Now: opened, Authors: map[ID][]ID{}}
	before := TimeLimits{Directive: "2014/24", Contract: "supplies"}
	e := d.put(t, EntryTimeLimits, "", before)
	urgent := before
	urgent.Claims = []Claim{{Circumstance: ClaimUrgency, Reason: "late"}}
	agreed := before
	agreed.Claims = []Claim{{Circumstance: ClaimAgreedPeriod, Reason: "all agree", Document: strings.Repeat("a", 64)}}
	require.NoError(t, urgent.CheckAgainst(d, e))
	d.Tendering.Lots = []Lot{{ID: "lot_a", Boxes: []Box{{ID: "box_a", OpenedAt: opened}}}}
	refusal, _ := RefusalOf(urgent.CheckAgainst(d, e))
	require.Equal(t, CodeFrozen, refusal.Code)
	require.NoError(t, agreed.CheckAgainst(d, e))
	works := before
	works.Contract = ContractWorks
	require.Error(t, works.CheckAgainst(d, e))
	withdrawn := e
	withdrawn.WithdrawnAt = &opened
	require.Error(t, before.CheckAgainst(d, withdrawn), "then nothing would be said of the contract")
}
