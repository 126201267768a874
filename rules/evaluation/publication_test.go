package evaluation

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// newPublication is a lot that is ready to be published on 2 March 2026: with criteria, openers and a
// deadline 30 days ahead.
func newPublication(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair)
	d.Tendering.Awards, d.Entries = nil, nil
	d.Procurement.ID, d.Procurement.Mode = models.NewID(models.PrefixProcurement), models.ModeRehearsal
	d.Procurement.Title, d.Procurement.Languages = models.Text{"en": "MRI", "fr": "IRM"}, []string{"en", "fr"}
	d.Tendering.Lots[0] = models.Lot{
		ID: d.lot, Number: 1, Title: models.Text{"en": "Scanners", "fr": "Scanners"},
		DeadlineLocal: "2026-04-02T00:00", DeadlineZone: "Europe/Paris",
	}
	d.write(models.EntryAwardCriteria, string(d.lot), "", bilingual(d.lot))
	d.sealFor(2, "org_a", "org_b", "org_c")
	return d
}

// sealFor has so many of the openers, one of each buyer, open together; each has opened a test.
func (d *desk) sealFor(threshold int, buyers ...models.ID) {
	d.Helper()
	set := models.OpenerSet{Threshold: threshold, Fingerprint: "FINGERPRINT"}
	test := models.OpenerTest{ID: models.NewID(models.PrefixBox), Fingerprint: set.Fingerprint}
	for _, buyer := range buyers {
		person := "per_of_" + buyer
		key := "key of " + string(buyer)
		set.Openers = append(set.Openers, models.SetOpener{Buyer: buyer, Person: person, Key: key})
		d.write(models.EntryOpenerKey, "", "", models.OpenerKey{Person: person, Key: key})
		d.Roles = append(d.Roles, models.RoleAssignment{
			PersonID: person, Role: models.RoleOpener, OrganisationID: buyer,
		})
		test.Passed = append(test.Passed, person)
	}
	d.write(models.EntryOpenerSet, "", "", set)
	d.Tendering.Tests = append(d.Tendering.Tests, test)
}

func bilingual(lot models.ID) models.AwardCriteria {
	text := models.Text{"en": "Energy", "fr": "Énergie"}
	return models.AwardCriteria{
		Lot: lot, Currency: "EUR",
		Criteria: []models.AwardCriterion{{ID: "energy", Title: text, Link: text}},
	}
}

// rewrite puts another entry in the place of those of the kind.
func (d *desk) rewrite(kind models.EntryKind, subject string, content any) {
	d.Helper()
	d.drop(kind)
	d.write(kind, subject, "", content)
}

// published has the notice of the lot dispatched now.
func (d *desk) published() models.Notice {
	d.Helper()
	deadline := time.Date(2026, time.April, 1, 22, 0, 0, 0, time.UTC)
	lot := &d.Tendering.Lots[0]
	lot.Boxes = []models.Box{{
		ID: "box_1", HandsIn: models.HandedTender, OpenedAt: d.Now, Deadline: deadline,
		DeadlineLocal: lot.DeadlineLocal, DeadlineZone: lot.DeadlineZone,
	}}
	return d.dispatch(models.NoticeContract, d.Now, ComposeContractNotice(d.Dossier, d.Tendering.Lots))
}

func (d *desk) dispatch(kind models.NoticeKind, at time.Time, content any) models.Notice {
	d.Helper()
	text, digest, err := models.Canonical(content)
	require.NoError(d, err)
	n := models.Notice{
		ID: models.NewID(models.PrefixNotice), Kind: kind, Content: text, Digest: digest,
		DispatchedAt: at, PersonID: "per_lead",
	}
	d.Tendering.Notices = append(d.Tendering.Notices, n)
	return n
}

func TestALotIsPublishedWhenNothingIsMissing(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	require.Empty(t, Unready(d.Dossier, d.Tendering.Lots))
	require.Empty(t, Unready(d.Dossier, nil))
}

func TestWhatIsMissingOfALotIsNamedBeforeItIsPublished(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*desk)
		code  models.Code
		field string
	}{
		"no openers": {func(d *desk) { d.drop(models.EntryOpenerSet) }, models.CodeOpenersMissing, "/opener_set"},
		"an opener who has opened no test": {
			func(d *desk) { d.Tendering.Tests[0].Passed = d.Tendering.Tests[0].Passed[1:] },
			models.CodeOpenersUntested, "/opener_set",
		},
		"a test of other openers": {
			func(d *desk) { d.Tendering.Tests[0].Fingerprint = "OTHER" }, models.CodeOpenersUntested, "/opener_set",
		},
		"an opener without the role": {
			func(d *desk) { d.Roles = d.Roles[:len(d.Roles)-1] }, models.CodeOpenersRefused, "/openers",
		},
		"an opener with another key by now": {func(d *desk) {
			d.write(models.EntryOpenerKey, "", "", models.OpenerKey{Person: "per_of_org_a", Key: "another"})
		}, models.CodeOpenersRefused, "/openers"},
		"no criteria": {
			func(d *desk) { d.drop(models.EntryAwardCriteria) }, models.CodeCriteriaMissing,
			"/lots/1/award_criteria",
		},
		"a title in one language": {func(d *desk) {
			c := bilingual(d.lot)
			c.Criteria[0].Title = models.Text{"en": "Energy"}
			d.rewrite(models.EntryAwardCriteria, string(d.lot), c)
		}, models.CodeMissingTranslation, "/lots/1/award_criteria/criteria/0/title"},
		"a link in one language": {func(d *desk) {
			c := bilingual(d.lot)
			c.Criteria[0].Link = models.Text{"fr": "Énergie"}
			d.rewrite(models.EntryAwardCriteria, string(d.lot), c)
		}, models.CodeMissingTranslation, "/lots/1/award_criteria/criteria/0/link"},
		"no rule for a price of 0": {func(d *desk) {
			d.criteria(func(c *models.AwardCriteria) { c.Method = award.LinearToBest })
		}, models.CodeInvalidCriteria, "/lots/1/award_criteria/zero_price"},
		"a group in one language": {func(d *desk) {
			d.criteria(func(c *models.AwardCriteria) {
				c.Groups = []models.CriterionGroup{{ID: "use", Title: models.Text{"en": "Use"}}}
			})
		}, models.CodeMissingTranslation, "/lots/1/award_criteria/groups/0/title"},
		"the data of a cost in one language": {func(d *desk) {
			text := bilingual(d.lot).Criteria[0].Title
			d.criteria(func(c *models.AwardCriteria) {
				c.Costs = &models.CostModel{Items: []models.CostItem{
					{ID: "days", Title: text, Data: models.Text{"en": "Days"}, Method: text},
				}}
			})
		}, models.CodeMissingTranslation, "/lots/1/award_criteria/costs/items/0/data"},
		"29 days": {func(d *desk) {
			d.Tendering.Lots[0].DeadlineLocal = "2026-04-01T23:59"
		}, models.CodeBelowStatutoryMinimum, "/lots/1/deadline"},
		"no lead buyer, so no calendar": {
			func(d *desk) { d.Members[0].Lead = false }, models.CodeLeadMissing,
			"/members",
		},
		"nobody at all": {func(d *desk) { d.Members = nil }, models.CodeLeadMissing, "/members"},
		"a lead whose holidays are not known": {func(d *desk) {
			d.Organisations["org_a"] = models.Organisation{ID: "org_a", Country: "US"}
		}, models.CodeHolidayUnknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newPublication(t)
			c.spoil(d)
			faults := Unready(d.Dossier, d.Tendering.Lots)
			require.Len(t, faults, 1)
			require.Equal(t, c.code, faults[0].Code)
			if c.field != "" {
				require.Equal(t, c.field, faults[0].Field)
			}
		})
	}
}

// A lot without a deadline is refused where the other particulars of lots are checked: once is enough.
func TestThatALotHasNoDeadlineIsSaidElsewhere(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	d.Tendering.Lots[0].DeadlineLocal = ""
	require.Empty(t, Unready(d.Dossier, d.Tendering.Lots))
	next := models.Lot{ID: models.NewID(models.PrefixLot), Number: 2}
	faults := Unready(d.Dossier, append(d.Tendering.Lots, next))
	require.Len(t, faults, 1)
	require.Equal(t, "/lots/2/award_criteria", faults[0].Field, "the next lot is judged all the same")
}

func TestADeadlineThatCannotBeJudgedIsNotPublished(t *testing.T) {
	t.Parallel()
	refusal := unlawful(models.Lot{Number: 3}, errors.New("no data"))
	require.Equal(t, models.CodeRuleUnknown, refusal.Code)
	require.Equal(t, "/lots/3/deadline", refusal.Field)
}

func TestCriteriaAreOfALotAndFrozenOnceItIsPublished(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	criteria := Criteria{bilingual(d.lot)}
	require.NoError(t, criteria.CheckAgainst(d.Dossier, models.Entry{}))
	d.published()
	requireRefused(t, models.CodeFrozen, criteria.CheckAgainst(d.Dossier, models.Entry{}))
	requireRefused(t, models.CodeInvalidValue,
		Criteria{bilingual(models.NewID(models.PrefixLot))}.CheckAgainst(d.Dossier, models.Entry{}))
}

func TestACriterionThatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	_, err := SchemeOf(models.AwardCriteria{PriceWeight: "forty", Factor: "two", MinimumQuality: ""})
	requireRefused(t, models.CodeInvalidCriteria, err)
	require.ErrorContains(t, err, `"forty"`, "the first fault is told")
}

// Directive 2014/24/EU, Article 27(2): 15 days, when a complete planning notice was sent between 35 days and 12
// months before. 17 March 2026 is the fifteenth day after 2 March.
func TestAPlanningNoticeShortensTheDeadlineIfItWasPlannedCompleteAndInTime(t *testing.T) {
	t.Parallel()
	const shortened, ordinary = "2026-03-18T00:00", "2026-04-02T00:00"
	for name, c := range map[string]struct {
		plan     models.EngagementPlan
		notice   models.PlanningNotice
		earliest string
	}{
		"35 days before": {
			models.EngagementPlan{Shortens: true},
			models.PlanningNotice{SentOn: "2026-01-26", Complete: true},
			shortened,
		},
		"12 months before": {
			models.EngagementPlan{Shortens: true},
			models.PlanningNotice{SentOn: "2025-03-02", Complete: true},
			shortened,
		},
		"34 days before": {
			models.EngagementPlan{Shortens: true},
			models.PlanningNotice{SentOn: "2026-01-27", Complete: true},
			ordinary,
		},
		"12 months and a day": {
			models.EngagementPlan{Shortens: true},
			models.PlanningNotice{SentOn: "2025-03-01", Complete: true},
			ordinary,
		},
		"not complete": {
			models.EngagementPlan{Shortens: true},
			models.PlanningNotice{SentOn: "2026-01-26"},
			ordinary,
		},
		"on a day that is none": {
			models.EngagementPlan{Shortens: true},
			models.PlanningNotice{SentOn: "2026-02-30", Complete: true},
			ordinary,
		},
		"not meant to shorten": {
			models.EngagementPlan{},
			models.PlanningNotice{SentOn: "2026-01-26", Complete: true},
			ordinary,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newPublication(t)
			plan := d.write(models.EntryEngagementPlan, "", "", c.plan)
			d.Market.Releases = []models.Release{{EntryID: plan, Kind: models.EntryEngagementPlan}}
			d.write(models.EntryPlanningNotice, "", "", c.notice)
			lot := &d.Tendering.Lots[0]
			lot.DeadlineLocal = c.earliest
			require.NoError(t, checkDeadline(d.Dossier, *lot))
			before, err := time.Parse("2006-01-02T15:04", c.earliest)
			require.NoError(t, err)
			lot.DeadlineLocal = before.Add(-time.Minute).Format("2006-01-02T15:04")
			requireRefused(t, models.CodeBelowStatutoryMinimum, checkDeadline(d.Dossier, *lot))
		})
	}
}

func TestTheContractNoticeHoldsAllThatDecidesOnTenders(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	d.Members = []models.Member{{OrganisationID: "org_b"}, {OrganisationID: "org_a", Lead: true}}
	d.Now = d.Now.In(time.FixedZone("", 3600))
	d.Entries = append(d.Entries, models.Entry{
		ID: "ent_1", Kind: models.EntryRequirement,
		Phase: models.PhaseSpecification, Digest: "d",
	})
	d.published()
	lot := d.Tendering.Lots[0]
	n := ComposeContractNotice(d.Dossier, d.Tendering.Lots)
	require.Equal(t, d.Procurement.ID, n.Procurement)
	require.Equal(t, models.ModeRehearsal, n.Mode, "nobody takes a rehearsal for a notice")
	require.Equal(t, models.ProcedureOpen, n.Procedure)
	require.Equal(t, []NoticeBuyer{{"org_a", "Lead", "FR", true, nil}, {"org_b", "", "ES", false, nil}}, n.Buyers,
		"the lead first")
	require.Equal(t, models.PublishedOpeners{Threshold: 2, Openers: 3, Fingerprint: "FINGERPRINT"}, n.Openers)
	require.Equal(t, []models.Reference{{Entry: "ent_1", Kind: models.EntryRequirement, Digest: "d"}}, n.Specification)
	require.Equal(t, now, n.DispatchedAt, "in UTC")
	require.Len(t, n.Lots, 1)
	require.Equal(t, bilingual(d.lot), n.Lots[0].Criteria)
	_, criteria, _ := d.CriteriaFor(d.lot)
	require.Equal(t, criteria.Digest, n.Lots[0].CriteriaDigest)
	require.Equal(t, lot.Box().Deadline, n.Lots[0].Deadline)
	require.Equal(t, lot.DeadlineLocal, n.Lots[0].DeadlineLocal)
	require.Equal(t, lot.DeadlineZone, n.Lots[0].DeadlineZone)
}

// Directive 2014/24/EU, Article 47(3): where a deadline is extended, everyone learns of it.
func TestAChangeNoticeNamesTheNoticeThatItChanges(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	d.dispatch(models.NoticeContract, d.Now.Add(-time.Hour), ContractNotice{})
	d.dispatch(models.NoticeAward, d.Now, AwardNotice{})
	first := d.published()
	d.dispatch(models.NoticeContract, d.Now.Add(time.Hour), ContractNotice{})
	lot := d.Tendering.Lots[0]
	from := lot.Box().Deadline
	moved := from.Add(7 * 24 * time.Hour)
	lot.Boxes[0].Deadline, lot.Boxes[0].DeadlineLocal = moved, "2026-04-09T00:00"
	d.Now = d.Now.Add(2 * time.Hour)
	n := ComposeChangeNotice(d.Dossier, lot, from, "documents changed")
	require.Equal(t, first.Digest, n.Changes)
	require.Equal(t, from, n.From)
	require.Equal(t, moved, n.Deadline)
	require.Equal(t, "2026-04-09T00:00", n.DeadlineLocal)
	require.Equal(t, d.Now, n.DispatchedAt)
	require.Equal(t, "documents changed", n.Reason)
}

func TestThePublicWasToldOfAMovedDeadlineByAChangeNoticeOnThatLotSince(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	d.published()
	moved := ChangeNotice{Lot: d.lot}
	told := now.Add(time.Hour)
	d.dispatch(models.NoticeContract, told.Add(time.Hour), moved)
	d.dispatch(models.NoticeChange, told.Add(time.Hour), ChangeNotice{Lot: models.NewID(models.PrefixLot)})
	d.Tendering.Notices = append(d.Tendering.Notices,
		models.Notice{Kind: models.NoticeChange, DispatchedAt: told.Add(time.Hour), Content: []byte("{")})
	require.False(t, MovedSince(d.Tendering, d.lot, now), "of this lot only its publication was told")
	outage := ChangeNotice{Lot: d.lot, Outage: &models.Outage{}}
	d.dispatch(models.NoticeChange, told, outage)
	require.False(t, MovedSince(d.Tendering, d.lot, now), "an outage gives back time, it adds none")
	d.dispatch(models.NoticeChange, told, moved)
	require.True(t, MovedSince(d.Tendering, d.lot, now))
	require.True(t, MovedSince(d.Tendering, d.lot, told.Add(-time.Microsecond)))
	require.False(t, MovedSince(d.Tendering, d.lot, told), "that was the move before")
}

func TestNoOpenProcedureIsPublishedOnTheRouteOfAnInnovationPartnershipOrOfResearch(t *testing.T) {
	t.Parallel()
	for route, unfit := range map[string]bool{
		models.RoutePPI: false, models.RouteOrdinary: false,
		models.RouteInnovationPartnership: true, models.RoutePCP: true,
	} {
		d := newPublication(t)
		d.write(models.EntryRoute, "", "", models.Route{Route: route, Reason: "as consulted"})
		faults := Unready(d.Dossier, d.Tendering.Lots)
		if !unfit {
			require.Empty(t, faults, route)
			continue
		}
		require.Len(t, faults, 1, route)
		require.Equal(t, models.CodeProcedureUnfit, faults[0].Code, route)
	}
}
