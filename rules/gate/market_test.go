package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/market"
)

// tell releases an entry at an instant, about the dossier as it stands.
func (f *file) tell(e models.Entry, at time.Time, basis ...models.Reference) models.Entry {
	if basis == nil {
		basis = market.Basis(f.Dossier, e)
	}
	f.Market.Releases = append(f.Market.Releases,
		models.Release{EntryID: e.ID, Kind: e.Kind, Digest: e.Digest, ReleasedAt: at, Basis: basis})
	return e
}

func (f *file) reference(kind models.EntryKind) models.Reference {
	e, ok := f.Latest(kind)
	require.True(f, ok, "%s", kind)
	return models.Reference{Entry: e.ID, Kind: e.Kind, Digest: e.Digest}
}

func said(s string) models.Text { return models.Text{"en": s} }

func outcome(target string) models.Outcome {
	return models.Outcome{
		Outcome: said("Less energy"), Indicator: said("Energy per result"), Baseline: "48",
		Target: target, Unit: "kWh",
	}
}

// needed is a dossier whose need is adopted.
func needed(t *testing.T) *file {
	t.Helper()
	f := newFile(t)
	var statements []models.ID
	for i := range f.Members {
		statements = append(statements, f.writeFor(f.buyer(i), models.EntryNeedsStatement,
			models.NeedsStatement{Outcome: outcome("30"), Priority: "must"}).ID)
		f.writeFor(f.buyer(i), models.EntryEstimate,
			models.Estimate{Value: models.Money{Amount: "1", Currency: "EUR"}, Quantity: "1", Unit: "system"})
	}
	need := f.write(models.EntryCommonNeed, models.CommonNeed{Outcome: outcome("30"), Statements: statements})
	f.write(models.EntryStateOfTheArt, models.StateOfTheArt{
		Summary:    said("Little is on sale"),
		Conclusion: models.ConclusionNearMarket, Sources: []models.Source{{Title: "Survey"}},
	})
	for i := range f.Members {
		f.writeFor(f.buyer(i), models.EntryNeedConfirmation,
			models.Confirmation{Entry: need.ID, Digest: need.Digest, Version: need.Version})
	}
	f.Rounds = []models.PhaseRound{
		{Phase: models.PhaseNeeds, Round: 1, Status: models.PhaseClosed, OpenedAt: today.AddDate(0, -6, 0)},
		{Phase: models.PhaseConsultation, Round: 1, Status: models.PhaseOpen, OpenedAt: today.AddDate(0, -3, 0)},
		{Phase: models.PhaseEngagement, Round: 1, Status: models.PhaseOpen, OpenedAt: today.AddDate(0, -3, 0)},
	}
	return f
}

// require says which criteria of a gate block.
func (f *file) blocks(phase models.Phase, codes ...string) {
	f.Helper()
	var open []string
	for _, c := range Judge(phase, f.Dossier).Open() {
		open = append(open, c.Code)
	}
	require.ElementsMatch(f, codes, open)
}

func TestTheNeedsGateAsksForNeutralWords(t *testing.T) {
	t.Parallel()
	f := needed(t)
	f.blocks(models.PhaseNeeds)
	need, _ := f.Latest(models.EntryCommonNeed)
	f.change(need.ID, func(content map[string]any) { content["outcome"] = said("Everything runs on NVIDIA A100") })
	f.blocks(models.PhaseNeeds, "neutral", "common_need_confirmed")
}

func TestTheCommonNeedRestsOnStatementsThatStand(t *testing.T) {
	t.Parallel()
	f := needed(t)
	f.withdraw(f.latest(models.EntryNeedsStatement))
	f.blocks(models.PhaseNeeds, "common_need", "needs_stated")
	f.writeFor(f.buyer(2), models.EntryNeedsStatement, models.NeedsStatement{Outcome: outcome("30"), Priority: "must"})
	f.blocks(models.PhaseNeeds, "common_need")
	need, _ := f.Latest(models.EntryCommonNeed)
	f.change(need.ID, func(c map[string]any) { c["statements"] = c["statements"].([]any)[:2] })
	f.blocks(models.PhaseNeeds, "common_need_confirmed")
}

// consulted is a dossier whose consultation gate is met.
func consulted(t *testing.T) *file {
	t.Helper()
	f := needed(t)
	f.consult("FR", "ES", "DE", "IT", "PL")
	event := f.write(models.EntryConsultationEvent, models.ConsultationEvent{Title: said("Dialogue")})
	f.Market.Responses = []models.ConsultationResponse{{
		ID: models.NewID(models.PrefixResponse), AnnouncementID: f.Market.Consultations[0].AnnouncementID,
		OrganisationID: models.NewID(models.PrefixOrganisation),
	}}
	f.tell(f.write(models.EntryConsultationReport,
		models.ConsultationReport{Summary: said("It can be done"), RegisterComplete: true, Inputs: []models.InputUse{
			{Input: f.Market.Responses[0].ID, Used: true, Reason: "target"}, {Input: event.ID, Reason: "nothing new"},
		}}), today)
	f.write(models.EntryRoute, models.Route{Route: models.RoutePPI, Reason: "near the market"})
	return f
}

// consult has had a consultation on the need as it stands, in some countries.
func (f *file) consult(countries ...string) {
	need := f.reference(models.EntryCommonNeed)
	closed := today.AddDate(0, 0, -7)
	a := f.tell(f.write(models.EntryAnnouncement, models.Announcement{Title: said("Dialogue"), Countries: countries}),
		today.AddDate(0, -2, 0), need)
	q := f.tell(f.write(models.EntryQuestionnaire, models.Questionnaire{}), today.AddDate(0, -2, 0), need)
	f.Market.Consultations = append(f.Market.Consultations, models.Consultation{
		AnnouncementID: a.ID, QuestionnaireID: q.ID, AnnouncedAt: today.AddDate(0, -2, 0), ClosesAt: closed,
		ClosesLocal: "2026-02-23T12:00", ClosesZone: "Europe/Paris", ClosedAt: &closed,
	})
}

func TestTheConsultationGate(t *testing.T) {
	t.Parallel()
	rewrite := func(kind models.EntryKind, change func(map[string]any)) func(*file) {
		return func(f *file) {
			e, _ := f.Latest(kind)
			f.change(e.ID, change)
		}
	}
	for name, c := range map[string]struct {
		upset func(*file)
		open  []string
	}{
		"is met when all was consulted, dealt with and reported": {func(*file) {}, nil},
		"asks for a consultation at all": {
			func(f *file) { f.Market = models.Market{} },
			[]string{
				"consultation_announced", "consultation_closed", "consultation_responses", "consultation_reach",
				"consultation_reported",
			},
		},
		"asks for one on the need as it stands": {
			rewrite(models.EntryCommonNeed, func(c map[string]any) { c["target"] = "25" }),
			[]string{"consultation_announced", "consultation_responses", "consultation_reach"},
		},
		"waits until it has closed": {
			func(f *file) { f.Market.Consultations[0].ClosedAt = nil },
			[]string{"consultation_closed"},
		},
		"asks why nobody responded": {func(f *file) { f.Market.Responses = nil }, []string{"consultation_responses"}},
		"takes silence that is explained": {func(f *file) {
			f.Market.Responses = nil
			rewrite(models.EntryConsultationReport,
				func(c map[string]any) { c["silence"] = "asked anew in all trade journals" })(f)
		}, nil},
		"asks for every buyer's country": {rewrite(models.EntryAnnouncement,
			func(c map[string]any) { c["countries"] = []string{"FR", "ES"} }), []string{"consultation_reach"}},
		"takes a reason for less reach": {func(f *file) {
			rewrite(models.EntryAnnouncement, func(c map[string]any) { c["countries"] = []string{"FR", "ES"} })(f)
			rewrite(models.EntryConsultationReport,
				func(c map[string]any) { c["reach_reason"] = "the German market was consulted in 2025" })(f)
		}, nil},
		"asks what came of each input": {func(f *file) {
			f.Market.Responses = append(f.Market.Responses,
				models.ConsultationResponse{ID: models.NewID(models.PrefixResponse)})
		}, []string{"inputs_covered"}},
		"asks that the report was released": {
			func(f *file) { f.Market.Releases = f.Market.Releases[:2] },
			[]string{"consultation_reported"},
		},
		"asks for a report on the last consultation": {
			func(f *file) { f.Market.Releases[2].ReleasedAt = today.AddDate(0, -4, 0) },
			[]string{"consultation_reported"},
		},
		"takes a report when there was nothing to announce": {
			func(f *file) { f.Market.Consultations = nil },
			[]string{"consultation_announced", "consultation_closed", "consultation_responses", "consultation_reach"},
		},
		"asks whether the register is complete": {rewrite(models.EntryConsultationReport,
			func(c map[string]any) { c["register_complete"] = false }), []string{"prior_involvement_registered"}},
		"asks for a route": {func(f *file) {
			e, _ := f.Latest(models.EntryRoute)
			f.withdraw(e.ID)
		}, []string{"route_confirmed"}},
		"asks that the route follows from the state of the art": {rewrite(models.EntryStateOfTheArt,
			func(c map[string]any) { c["conclusion"] = models.ConclusionOffTheShelf }), []string{"route_confirmed"}},
		"takes another route with a reason": {func(f *file) {
			rewrite(models.EntryStateOfTheArt,
				func(c map[string]any) { c["conclusion"] = models.ConclusionOffTheShelf })(f)
			rewrite(models.EntryRoute,
				func(c map[string]any) { c["deviation"] = "not on sale in the quantity needed" })(f)
		}, nil},
		"goes on to buy research and development": {
			rewrite(models.EntryRoute,
				func(c map[string]any) {
					c["route"], c["deviation"] = models.RoutePCP,
						"research is needed after all"
				}),
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := consulted(t)
			c.upset(f)
			f.blocks(models.PhaseConsultation, c.open...)
		})
	}
}

// Directive 2014/24/EU, Article 41: who advised the buyers beforehand is known, with what keeps that from distorting
// competition.
func TestTheRegisterCountsWhoWasInvolvedBeforehand(t *testing.T) {
	t.Parallel()
	f := consulted(t)
	require.Contains(t, f.find(models.PhaseConsultation, "prior_involvement_registered").Detail,
		"0 contacts, 0 operators involved")
	for _, involvement := range []string{
		models.InvolvementNone, models.InvolvementAdvised,
		models.InvolvementPrepared,
	} {
		f.write(models.EntryMarketContact, models.MarketContact{Involvement: involvement})
	}
	found := f.find(models.PhaseConsultation, "prior_involvement_registered")
	require.Contains(t, found.Detail, "3 contacts, 2 operators involved beforehand")
	require.Len(t, found.Evidence, 4, "the report and each contact")
}

func TestARouteAgainstTheStateOfTheArtIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	f := consulted(t)
	require.Equal(t, "the route is "+models.RoutePPI, f.find(models.PhaseConsultation, "route_confirmed").Detail)
	f.change(f.latest(models.EntryStateOfTheArt),
		func(c map[string]any) { c["conclusion"] = models.ConclusionOffTheShelf })
	f.change(f.latest(models.EntryRoute),
		func(c map[string]any) { c["deviation"] = "not on sale in the quantity needed" })
	require.Contains(t, f.find(models.PhaseConsultation, "route_confirmed").Detail,
		"which the state of the art does not point to")
}

func TestACallAsksForAConsultationInFiveMemberStates(t *testing.T) {
	t.Parallel()
	f := consulted(t)
	f.Procurement.Profile = "COS-PPI-2020-2-04"
	f.blocks(models.PhaseConsultation)
	e, _ := f.Latest(models.EntryAnnouncement)
	f.change(e.ID, func(c map[string]any) { c["countries"] = []string{"FR", "ES", "DE", "CH", "NO", "GB"} })
	f.blocks(models.PhaseConsultation, "eligibility_consultation_reach")
}

// informedFile is a dossier whose engagement gate is met.
func informedFile(t *testing.T) *file {
	t.Helper()
	f := needed(t)
	f.tell(f.write(models.EntryEngagementPlan,
		models.EngagementPlan{Interval: "P60D", Channels: []models.Source{{Title: "Website"}}}),
		today.AddDate(0, -3, 0))
	f.bulletin(today.AddDate(0, 0, -60), models.Bulletin{Covers: models.Topics()})
	return f
}

func (f *file) bulletin(at time.Time, b models.Bulletin) models.Entry {
	return f.tell(f.write(models.EntryBulletin, b), at)
}

func TestTheEngagementGate(t *testing.T) {
	t.Parallel()
	change := models.MarketChange{Topic: models.TopicTiming, Change: said("June to August"), Reason: "vote"}
	for name, c := range map[string]struct {
		upset func(*file)
		open  []string
	}{
		"is met on the last day of the interval": {func(*file) {}, nil},
		"is no longer met the day after": {
			func(f *file) { f.Now = f.Now.AddDate(0, 0, 1) },
			[]string{"informed_of_budget", "informed_of_timing", "informed_of_needs"},
		},
		"asks for each topic": {func(f *file) {
			f.Now = f.Now.AddDate(0, 0, 1)
			f.bulletin(f.Now, models.Bulletin{Covers: []string{models.TopicNeeds}})
		}, []string{"informed_of_budget", "informed_of_timing"}},
		"asks for a plan": {
			func(f *file) { f.Market.Releases = f.Market.Releases[1:] },
			[]string{
				"engagement_planned", "informed_of_budget", "informed_of_timing", "informed_of_needs",
				"planning_notice_in_window",
			},
		},
		"counts no draft": {
			func(f *file) { f.Market.Releases = f.Market.Releases[:1] },
			[]string{"informed_of_budget", "informed_of_timing", "informed_of_needs"},
		},
		"counts no bulletin that was replaced": {func(f *file) {
			f.bulletin(today, models.Bulletin{
				Covers:   []string{models.TopicBudget},
				Replaces: f.reference(models.EntryBulletin).Entry,
			})
		}, []string{"informed_of_timing", "informed_of_needs"}},
		"asks that changes are announced": {
			func(f *file) { f.write(models.EntryMarketChange, change) },
			[]string{"changes_announced"},
		},
		"is met once they are": {func(f *file) {
			e := f.write(models.EntryMarketChange, change)
			f.bulletin(today, models.Bulletin{Covers: models.Topics(), Announces: []models.ID{e.ID}})
		}, nil},
		"sees that the need has changed": {func(f *file) {
			e, _ := f.Latest(models.EntryCommonNeed)
			f.change(e.ID, func(c map[string]any) { c["target"] = "25" })
		}, []string{"changes_announced"}},
		"sees that a buyer with its budget has left": {
			func(f *file) { f.Members[2].LeftAt = &today },
			[]string{"changes_announced"},
		},
		"asks for a planning notice when time limits are to be shortened": {
			func(f *file) { f.shorten() },
			[]string{"planning_notice_in_window"},
		},
		"refuses one sent 34 days before": {
			func(f *file) { f.shorten("2026-03-02") },
			[]string{"planning_notice_in_window"},
		},
		"takes one sent 35 days before": {
			func(f *file) { f.shorten("2026-03-01") },
			nil,
		},
		"refuses one of more than twelve months": {
			func(f *file) { f.shorten("2025-04-04") },
			[]string{"planning_notice_in_window"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := informedFile(t)
			c.upset(f)
			f.blocks(models.PhaseEngagement, c.open...)
		})
	}
}

// shorten plans to shorten time limits of a notice on 5 April 2026, after planning notices of these days.
func (f *file) shorten(sent ...string) {
	f.tell(f.write(models.EntryEngagementPlan, models.EngagementPlan{
		Interval: "60", Channels: []models.Source{{Title: "Website"}}, Shortens: true, ContractNotice: "2026-04-05",
	}), today)
	for _, day := range sent {
		f.write(models.EntryPlanningNotice, models.PlanningNotice{
			SentOn: day, Reference: "1", Place: "TED",
			Complete: true,
		})
	}
}
