package market_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/market"
)

func TestTheWindowRunsFromTheOldestOfTheLastBulletins(t *testing.T) {
	t.Parallel()
	began := now.AddDate(0, -2, 0) // 2 January, 23:30 in UTC
	for name, c := range map[string]struct {
		do   func(*file)
		want string
	}{
		"nothing was told: from the beginning": {func(*file) {}, "2026-01-03"},
		"one topic was told: the others were not": {
			func(f *file) { f.bulletin(now, models.TopicBudget) },
			"2026-01-03",
		},
		"all were told": {func(f *file) { f.bulletin(now.AddDate(0, -1, 0), models.Topics()...) }, "2026-02-03"},
		"one was told again": {func(f *file) {
			f.bulletin(now.AddDate(0, -1, 0), models.Topics()...)
			f.bulletin(now, models.TopicNeeds)
		}, "2026-02-03"},
		"each at another time": {func(f *file) {
			f.bulletin(now.AddDate(0, 0, -3), models.TopicNeeds)
			f.bulletin(now.AddDate(0, 0, -5), models.TopicTiming)
			f.bulletin(now.AddDate(0, 0, -4), models.TopicBudget)
		}, "2026-02-26"},
		"before engagement began": {
			func(f *file) { f.bulletin(began.AddDate(0, 0, -1), models.Topics()...) },
			"2026-01-03",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFile(t)
			f.plan(models.EngagementPlan{Interval: "P60D"})
			c.do(f)
			w, planned, err := market.WindowOf(f.Dossier)
			require.NoError(t, err)
			require.True(t, planned)
			require.Equal(t, market.Window{Since: day(t, c.want), Days: 60, Zone: "Europe/Paris"}, w,
				"by the calendar of Paris")
		})
	}
}

func TestWithoutAPlanThereIsNoWindow(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	_, planned, err := market.WindowOf(f.Dossier)
	require.NoError(t, err)
	require.False(t, planned)
	f.plan(models.EngagementPlan{Interval: "now and then"})
	_, planned, err = market.WindowOf(f.Dossier)
	require.NoError(t, err)
	require.False(t, planned, "an interval that cannot be read asks for nothing")
}

func TestNoDayIsCountedInAZoneThatNobodyKnows(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.plan(models.EngagementPlan{Interval: "P60D"})
	told := f.bulletin(now, models.Topics()...)
	f.Procurement.Zone = "Nowhere"
	_, _, err := market.WindowOf(f.Dossier)
	requireRefused(t, models.CodeInvalidLocalTime, err)
	_, err = market.Stale(f.Dossier, told, 60)
	requireRefused(t, models.CodeInvalidLocalTime, err)
	w := market.Window{Since: day(t, "2026-01-15"), Days: 60, Zone: "Nowhere"}
	_, err = w.Overdue(now)
	requireRefused(t, models.CodeInvalidLocalTime, err)
}

// Told on 3 March by the calendar of Paris: the sixtieth day after it is 2 May.
func TestABulletinIsStaleOnTheDayAfterItsInterval(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	told := f.bulletin(now, models.Topics()...)
	for at, stale := range map[time.Time]bool{
		now: false,
		time.Date(2026, time.May, 2, 21, 59, 59, 0, time.UTC): false,
		time.Date(2026, time.May, 2, 22, 0, 0, 0, time.UTC):   true, // midnight in Paris
	} {
		f.Now = at
		got, err := market.Stale(f.Dossier, told, 60)
		require.NoError(t, err)
		require.Equal(t, stale, got, at.String())
	}
}

// Directive 2014/24/EU, Article 27(2): between 35 days and 12 months before the contract notice.
func TestAPlanningNoticeIsJudgedByTheDayOfTheContractNotice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		contract string
		sent     []models.PlanningNotice
		chosen   int
		detail   string
	}{
		"35 days before": {
			"2026-06-01",
			[]models.PlanningNotice{{SentOn: "2026-04-27", Complete: true}},
			0,
			"",
		},
		"34 days before": {
			"2026-06-01",
			[]models.PlanningNotice{{SentOn: "2026-04-28", Complete: true}},
			-1, "34 days older",
		},
		"none": {"2026-06-01", nil, -1, "no complete planning notice was sent"},
		"not complete": {
			"2026-06-01",
			[]models.PlanningNotice{{SentOn: "2026-04-27"}},
			-1,
			"no complete planning notice was sent",
		},
		"the second will do": {
			"2026-06-01",
			[]models.PlanningNotice{{SentOn: "2026-04-28", Complete: true}, {SentOn: "2026-04-27", Complete: true}},
			1,
			"",
		},
		"behind an empty one": {
			"2026-06-01",
			[]models.PlanningNotice{{SentOn: "2026-04-27"}, {SentOn: "2026-04-27", Complete: true}},
			1, "",
		},
		"today, for the day is past": {
			"2026-01-01",
			[]models.PlanningNotice{{SentOn: "2026-01-27", Complete: true}},
			0,
			"",
		},
		"today, 34 days before": {
			"2026-01-01",
			[]models.PlanningNotice{{SentOn: "2026-01-28", Complete: true}},
			-1, "34 days older than the contract notice of 2026-03-03",
		},
		"on a day that is none": {
			"2026-06-01",
			[]models.PlanningNotice{{SentOn: "2026-02-30", Complete: true}},
			-1, "is not a date",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFile(t)
			var written []models.Entry
			for _, n := range c.sent {
				written = append(written, f.write(models.EntryPlanningNotice, n))
			}
			e, err := market.CheckPlanningNotice(f.Dossier, models.EngagementPlan{ContractNotice: c.contract})
			if c.chosen < 0 {
				refusal, refused := models.RefusalOf(err)
				require.True(t, refused)
				require.Contains(t, refusal.Detail, c.detail)
				return
			}
			require.NoError(t, err)
			require.Equal(t, written[c.chosen].ID, e.ID)
		})
	}
}

func TestTheWindowOfAPlanningNoticeIsNotGuessed(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.write(models.EntryPlanningNotice, models.PlanningNotice{SentOn: "2026-04-27", Complete: true})
	_, err := market.CheckPlanningNotice(f.Dossier, models.EngagementPlan{ContractNotice: "soon"})
	requireRefused(t, models.CodeInvalidValue, err)
	plan := models.EngagementPlan{ContractNotice: "2026-06-01"}
	f.Members = nil
	_, err = market.CheckPlanningNotice(f.Dossier, plan)
	requireRefused(t, models.CodeLeadMissing, err)
	f = newFile(t)
	f.Now = time.Date(2015, time.January, 1, 12, 0, 0, 0, time.UTC)
	_, err = market.CheckPlanningNotice(f.Dossier, models.EngagementPlan{})
	requireRefused(t, models.CodeRuleUnknown, err)
}

func TestABulletinTellsOfTheNeedAndTheBudgetAsTheyStand(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	need, _ := f.Latest(models.EntryCommonNeed)
	ours := f.writeFor("org_a", models.EntryEstimate, models.Estimate{Quantity: "1"})
	f.writeFor("org_c", models.EntryEstimate, models.Estimate{Quantity: "2"}) // of no member
	for _, c := range []struct {
		covers []string
		basis  []models.Reference
	}{
		{[]string{models.TopicTiming}, []models.Reference{}},
		{[]string{models.TopicNeeds}, []models.Reference{reference(need)}},
		{[]string{models.TopicBudget}, []models.Reference{reference(ours)}},
		{models.Topics(), []models.Reference{reference(need), reference(ours)}},
	} {
		e := f.write(models.EntryBulletin, models.Bulletin{Covers: c.covers})
		require.Equal(t, c.basis, market.Basis(f.Dossier, e), c.covers)
		e.Kind = models.EntryConsultationReport
		require.Empty(t, market.Basis(f.Dossier, e), "only bulletins tell of them")
	}
	f.withdraw(need.ID)
	require.Empty(t, market.Basis(f.Dossier,
		f.write(models.EntryBulletin, models.Bulletin{Covers: []string{models.TopicNeeds}})))
}

func TestABulletinIsOutdatedByWhatItToldOf(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.writeFor("org_a", models.EntryEstimate, models.Estimate{Quantity: "1"})
	told := f.bulletin(now, models.Topics()...)
	for _, topic := range models.Topics() {
		require.False(t, market.Outdated(f.Dossier, told, topic), topic)
	}
	f.writeFor("org_b", models.EntryEstimate, models.Estimate{Quantity: "2"})
	require.True(t, market.Outdated(f.Dossier, told, models.TopicBudget))
	require.False(t, market.Outdated(f.Dossier, told, models.TopicNeeds), "the need is the same")
	need, _ := f.Latest(models.EntryCommonNeed)
	f.withdraw(need.ID)
	require.True(t, market.Outdated(f.Dossier, told, models.TopicNeeds))
	require.False(t, market.Outdated(f.Dossier, told, models.TopicTiming), "changes of time are written down")
}
