package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/eligibility"
	"github.com/ppi-engine/ppi/rules/neutrality"
)

// grounded is a dossier of the present edition whose needs gate is met.
func grounded(t *testing.T) *file {
	t.Helper()
	f := needed(t)
	f.Procurement.Edition = models.EditionNow
	for _, e := range f.Of(models.EntryNeedsStatement) {
		f.change(e.ID, func(c map[string]any) { c["trigger"] = "service_problem" })
		f.writeFor(e.OrganisationID, models.EntryEndUserInput, models.EndUserInput{Findings: said("It takes too long")})
		f.measure(e.ID, "48")
	}
	f.write(models.EntryPriorArtSearch, models.PriorArtSearch{
		Databases: []models.Database{{Name: "Espacenet", Kind: models.PatentDatabase, Queries: []string{"energy"}}},
	})
	f.write(models.EntryStandards, models.StandardsLandscape{None: said("Nothing was found at CEN")})
	f.prefer(models.CaseBeforeConsultation, models.RoutePPI)
	return f
}

// measure writes the figure behind the baseline of a need.
func (f *file) measure(statement models.ID, value string) {
	e, _ := f.Standing(statement)
	f.writeFor(e.OrganisationID, models.EntryAsIs, models.AsIs{Figures: []models.Figure{
		{Value: value, Unit: "kWh", Statement: statement},
	}})
}

func (f *file) prefer(stage, route string) {
	before, _ := f.PreliminaryCase(models.CaseBeforeConsultation)
	update := ""
	if stage == models.CaseAfterConsultation {
		update = before.Digest
	}
	f.write(models.EntryPreliminaryCase, models.PreliminaryCase{Stage: stage, Route: route, Before: update})
	f.Entries[len(f.Entries)-1].Subject = stage
}

// restate writes the one need of a buyer, by its number, in another way.
func (f *file) restate(buyer int, change func(map[string]any)) {
	f.change(f.Of(models.EntryNeedsStatement)[buyer].ID, change)
}

func (f *file) withdrawAll(kind models.EntryKind) {
	for _, e := range f.Of(kind) {
		f.withdraw(e.ID)
	}
}

func TestTheNeedsGateNamesWhatTheNeedsDoNotRestOn(t *testing.T) {
	t.Parallel()
	blockedBy(t, models.PhaseNeeds, grounded, []fault{
		{"a baseline that nobody measured", func(f *file) {
			f.withdraw(f.latest(models.EntryAsIs))
		}, "baselines_measured", "Buyer DE: no figure of the present service stands behind its baseline of 48 kWh"},
		{"a baseline that is not what was measured", func(f *file) {
			f.measure(f.Of(models.EntryNeedsStatement)[0].ID, "50")
		}, "baselines_measured", "the baseline is 48 kWh, and 50 kWh was measured"},
		{"a search that leaves patents out", func(f *file) {
			f.change(f.only(models.EntryPriorArtSearch).ID, func(c map[string]any) {
				c["databases"].([]any)[0].(map[string]any)["kind"] = "literature"
			})
		}, "prior_art_searched", "no database of patents"},
		{"a patent for which the need was not restated", func(f *file) {
			f.write(models.EntryPriorArtSearch, models.PriorArtSearch{Patents: []models.Patent{
				{Number: "EP1B1", Consequence: models.PatentRestate},
			}})
		}, "prior_art_searched", "EP1B1"},
		{"no look at standards", func(f *file) {
			f.withdrawAll(models.EntryStandards)
		}, "standards_surveyed", "nobody has looked"},
		{"no business case", func(f *file) {
			f.withdrawAll(models.EntryPreliminaryCase)
		}, "preliminary_case", "no preliminary business case"},
		{"no route", func(f *file) {
			f.withdrawAll(models.EntryPreliminaryCase)
		}, "route_for_now", "no route"},
		{"a route that does not follow", func(f *file) {
			f.withdrawAll(models.EntryPreliminaryCase)
			f.prefer(models.CaseBeforeConsultation, models.RoutePCP)
		}, "route_for_now", "near_market, which does not point to the route pcp"},
		{"a route without a conclusion", func(f *file) {
			f.withdrawAll(models.EntryStateOfTheArt)
		}, "route_for_now", "depends on the conclusion"},
		{"only things that would be nice", func(f *file) {
			for i := range f.Members {
				f.restate(i, func(c map[string]any) { c["priority"] = models.PriorityCould })
			}
		}, "wants_separated", "nothing that a buyer must have"},
	})
}

func TestAPatentIsDealtWithOnceTheNeedWasRestated(t *testing.T) {
	t.Parallel()
	f := grounded(t)
	f.write(models.EntryPriorArtSearch, models.PriorArtSearch{Patents: []models.Patent{
		{Number: "EP1B1", Consequence: models.PatentRestate},
	}})
	f.blocks(models.PhaseNeeds, "prior_art_searched")
	for i := range f.Entries {
		if f.Entries[i].Kind == models.EntryCommonNeed {
			f.Entries[i].WrittenAt = today.Add(time.Minute)
		}
	}
	f.blocks(models.PhaseNeeds)
}

func TestADeviatingRouteNeedsItsReason(t *testing.T) {
	t.Parallel()
	f := grounded(t)
	f.change(f.only(models.EntryPreliminaryCase).ID, func(c map[string]any) {
		c["route"], c["deviation"] = models.RoutePCP, "what is near the market is too dear"
	})
	require.Contains(t, f.find(models.PhaseNeeds, "route_for_now").Detail, "a reason is given")
	f.blocks(models.PhaseNeeds)
}

// What a later edition asks for is not asked of a procurement that began before: its gates stay as they were judged.
func TestAProcurementKeepsTheEditionUnderWhichItBegan(t *testing.T) {
	t.Parallel()
	f := needed(t)
	former := Judge(models.PhaseNeeds, f.Dossier)
	require.True(t, former.Met())
	codes := []string{}
	for _, c := range former.Criteria {
		codes = append(codes, c.Code)
	}
	require.Equal(t, []string{
		"needs_stated", "common_need", "common_need_confirmed", "state_of_the_art", "estimated", "neutral",
	}, codes)
	f.Procurement.Edition = models.EditionNow
	require.False(t, Judge(models.PhaseNeeds, f.Dossier).Met())
	for phase, complete := range map[models.Phase]func(*testing.T) *file{
		models.PhaseConsultation: consulted, models.PhaseSpecification: specified, models.PhaseTender: bought,
	} {
		require.True(t, Judge(phase, complete(t).Dossier).Met(), phase)
	}
}

func TestTheConsultationUpdatesThePreliminaryCase(t *testing.T) {
	t.Parallel()
	f := consulted(t)
	f.Procurement.Edition = models.EditionNow
	f.prefer(models.CaseBeforeConsultation, models.RoutePPI)
	f.blocks(models.PhaseConsultation, "preliminary_case_updated")
	f.prefer(models.CaseAfterConsultation, models.RoutePPI)
	f.blocks(models.PhaseConsultation)
	before, _ := f.PreliminaryCase(models.CaseBeforeConsultation)
	f.change(before.ID, func(c map[string]any) { c["years"] = 7 })
	require.Contains(t, f.find(models.PhaseConsultation, "preliminary_case_updated").Detail, "an earlier text")
}

// The bad input of the first phase (fact sheet, section 7), each with the criterion that blocks and the code that it
// carries.
func TestBadInputOfTheNeedsPhaseKeepsItsGateClosed(t *testing.T) {
	t.Parallel()
	say := func(words string) func(*file) {
		return func(f *file) { f.restate(0, func(c map[string]any) { c["outcome"] = said(words) }) }
	}
	blockedBy(t, models.PhaseNeeds, grounded, []fault{
		{"solution first", say("We need blockchain."), "neutral", string(neutrality.CodeSolutionFirst)},
		{
			"technology instead of an outcome", say("We need artificial intelligence."), "neutral",
			string(neutrality.CodeSolutionFirst),
		},
		{"a brand name", say("Everything runs on NVIDIA A100."), "neutral", string(neutrality.CodeBrand)},
		{"wants mixed with needs", say("Ideally, results need less energy."), "wants_separated", "calls a wish"},
		{"a need that rests on what a buyer will not have", func(f *file) {
			f.restate(0, func(c map[string]any) { c["priority"] = models.PriorityWont })
		}, "wants_separated", "Buyer FR will not have this time"},
		{"end users skipped", func(f *file) {
			f.withdraw(f.latest(models.EntryEndUserInput))
		}, "end_users_heard", "missing from Buyer DE"},
		{"innovation for its own sake", func(f *file) {
			f.restate(1, func(c map[string]any) { delete(c, "trigger") })
		}, "needs_founded", "Buyer ES: its need does not say what gives rise to it"},
		{"no baseline that was measured", func(f *file) {
			f.withdrawAll(models.EntryAsIs)
		}, "baselines_measured", "no figure of the present service"},
		{"a need that not all buyers share", func(f *file) {
			need, _ := f.Latest(models.EntryCommonNeed)
			f.change(need.ID, func(c map[string]any) { c["statements"] = c["statements"].([]any)[:2] })
		}, "need_findings_resolved", "takes up no need of Buyer DE"},
		{"a missing estimate", func(f *file) {
			f.withdraw(f.latest(models.EntryEstimate))
		}, "estimated", "missing from Buyer DE"},
		{"a duplicate", func(f *file) {
			first := f.Of(models.EntryNeedsStatement)[0]
			var s models.NeedsStatement
			s, _ = models.BodyOf[models.NeedsStatement](first)
			s.Priority = models.PriorityCould
			f.measure(f.writeFor(f.buyer(1), models.EntryNeedsStatement, s).ID, "48")
		}, "need_findings_resolved", "have the same indicator and the same target, 30 kWh"},
		{"a contradiction", func(f *file) {
			f.measure(f.writeFor(f.buyer(1), models.EntryNeedsStatement, opposite()).ID, "48")
		}, "need_findings_resolved", "no value reaches both targets: from 48 to 30 kWh, and from 48 to 60 kWh"},
		{"an unmet need that nobody has searched for", func(f *file) {
			f.withdrawAll(models.EntryPriorArtSearch)
			f.change(f.only(models.EntryStateOfTheArt).ID,
				func(c map[string]any) { c["conclusion"] = models.ConclusionUnmet })
		}, "prior_art_searched", "concludes unmet, and nobody has searched"},
		{"no search at all", func(f *file) {
			f.withdrawAll(models.EntryPriorArtSearch)
			f.withdrawAll(models.EntryStateOfTheArt)
		}, "prior_art_searched", "nobody has searched"},
	})
	f := grounded(t)
	f.Procurement.Profile = "COS-PPI-2020-2-04"
	for id, o := range f.Organisations {
		o.Country = "FR"
		f.Organisations[id] = o
	}
	profile, known := eligibility.ProfileByID(f.Procurement.Profile)
	require.True(t, known)
	require.NotEmpty(t, profile.Rules)
	require.Equal(t, models.FindingNotMet, f.find(models.PhaseNeeds, eligibility.CodePrefix+"countries").Finding,
		"only one country")
}

// opposite is a need that wants more of what all others want less of.
func opposite() models.NeedsStatement {
	return models.NeedsStatement{
		Outcome: outcome("60"), Priority: models.PriorityCould, Trigger: "policy_objective",
	}
}

func TestFindingsThatWereResolvedLetTheGateClose(t *testing.T) {
	t.Parallel()
	f := grounded(t)
	f.measure(f.writeFor(f.buyer(1), models.EntryNeedsStatement, opposite()).ID, "48")
	f.blocks(models.PhaseNeeds, "need_findings_resolved")
	for _, found := range f.needFindings() {
		f.write(models.EntryNeedResolution, models.NeedResolution{
			Finding: found.Key, Digest: found.Digest, Outcome: models.ResolvedOption, Reason: "bought as an option",
		})
	}
	f.blocks(models.PhaseNeeds)
}
