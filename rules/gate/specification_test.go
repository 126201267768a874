package gate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func (f *file) require(code, use string, trace models.ID) models.Entry {
	r := models.Requirement{
		Code: code, Statement: models.Text{"en": "Each result of " + code + " needs at most 30 kWh of energy."},
		Type: "performance", Priority: map[string]string{
			models.UseMinimum: "must", models.UseAward: "should",
			models.UseNone: "wont",
		}[use], Use: use,
		Verification: models.Verification{
			Method: "test",
			How:    models.Text{"en": "Run the reference job and read the meter."},
		}, Traces: []models.ID{trace},
	}
	if use == models.UseMinimum {
		r.Minimum = models.Text{"en": "30 kWh"}
	}
	return f.write(models.EntryRequirement, r)
}

// specified is a dossier whose specification gate is met.
func specified(t *testing.T) *file {
	t.Helper()
	f := newFile(t)
	need := f.write(models.EntryCommonNeed,
		models.CommonNeed{Outcome: models.Outcome{Outcome: models.Text{"en": "Less energy per result"}}})
	var estimates []models.ID
	for i := range f.Members {
		e := f.writeFor(f.buyer(i), models.EntryEstimate,
			models.Estimate{Value: models.Money{Amount: "1000000.10", Currency: "EUR"}, Quantity: "1", Unit: "system"})
		estimates = append(estimates, e.ID)
	}
	f.require("R-001", models.UseMinimum, need.ID)
	f.require("R-002", models.UseAward, need.ID)
	f.write(models.EntryClauses, models.Clauses{
		IntellectualProperty: models.Text{"en": "Rights are licensed."},
		Confidentiality:      models.Text{"en": "Marked parts are."},
	})
	f.write(models.EntryLotsDecision, models.LotsDecision{Reasons: models.Text{"en": "One system serves all."}})
	f.write(models.EntryBusinessCase, models.BusinessCase{
		Functionality: models.Text{"en": "Results at less energy."},
		Reasoning:     models.Text{"en": "Energy saved pays for it."},
		Price:         models.Money{Amount: "3000000.30", Currency: "EUR"}, Estimates: estimates,
	})
	f.freeze()
	return f
}

// freeze writes a version of what stands, with every buyer's approval and a certification.
func (f *file) freeze() {
	e := f.write(models.EntrySpecificationVersion, models.SpecificationVersion{}.Drawn(f.Dossier))
	c := models.Confirmation{Entry: e.ID, Digest: e.Digest, Version: e.Version}
	for i := range f.Members {
		f.writeFor(f.buyer(i), models.EntrySpecificationApproval, models.Approval{Confirmation: c})
	}
	f.write(models.EntryLegalCertification, models.LegalCertification{
		Confirmation: c,
		Statement:    "read and found neutral",
	})
}

// alter changes a requirement and freezes anew.
func (f *file) alter(change func(map[string]any)) {
	f.change(f.latest(models.EntryRequirement), change)
	f.freeze()
}

func TestOtherLotsThanTheBuyersDecidedOnAreNotPublished(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.Tendering.Lots = []models.Lot{{ID: models.NewID(models.PrefixLot)}}
	require.Nil(t, LotsAsDecided(f.Dossier))
	f.Tendering.Lots = append(f.Tendering.Lots, models.Lot{ID: models.NewID(models.PrefixLot)})
	refusal := LotsAsDecided(f.Dossier)
	require.NotNil(t, refusal)
	require.Equal(t, models.CodeLotsNotAsDecided, refusal.Code)
	require.Contains(t, refusal.Detail, "the decision is not to divide into lots, but the number of lots is 2")
	f.Tendering.Lots[1].EndedAt = &today
	require.Nil(t, LotsAsDecided(f.Dossier), "a lot that ended is not published")
	f.Tendering.Lots[0].Boxes, f.Tendering.Lots[1].EndedAt = []models.Box{{OpenedAt: today}}, nil
	require.Nil(t, LotsAsDecided(f.Dossier), "they were published before")
}

func TestTheSpecificationGateNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	lot := func(ended bool) models.Lot {
		l := models.Lot{ID: models.NewID(models.PrefixLot)}
		if ended {
			l.EndedAt = &today
		}
		return l
	}
	divide := func(f *file) {
		f.change(f.latest(models.EntryLotsDecision), func(c map[string]any) { c["divided"] = true })
		f.freeze()
	}
	blockedBy(t, models.PhaseSpecification, specified, []fault{
		{"no requirement", func(f *file) {
			for _, e := range f.Of(models.EntryRequirement) {
				f.withdraw(e.ID)
			}
		}, "requirements_traced", "no requirement"},
		{
			"a requirement from no need", func(f *file) { f.alter(func(c map[string]any) { delete(c, "traces") }) },
			"requirements_traced", "R-002: comes from no need",
		},
		{
			"a need that was withdrawn", func(f *file) { f.withdraw(f.latest(models.EntryCommonNeed)) },
			"requirements_traced", "no longer stands",
		},
		{
			"nobody can verify it", func(f *file) { f.alter(func(c map[string]any) { delete(c, "verification") }) },
			"requirements_verifiable", "R-002",
		},
		{"no minimum", func(f *file) {
			f.withdraw(f.Of(models.EntryRequirement)[0].ID)
			f.freeze()
		}, "minimum_separated", "no requirement is a minimum"},
		{"no requirement, so no minimum", func(f *file) {
			for _, e := range f.Of(models.EntryRequirement) {
				f.withdraw(e.ID)
			}
		}, "minimum_separated", "no requirement is written down"},
		{"once excluding, once for points", func(f *file) {
			f.alter(func(c map[string]any) {
				c["statement"] = map[string]any{"en": "each result of R-001  needs at most 30 kWh of energy."}
			})
		}, "minimum_separated", "R-001 and R-002"},
		{"a lot that ended", func(f *file) {
			l := lot(true)
			f.Tendering.Lots = []models.Lot{l}
			f.alter(func(c map[string]any) { c["lots"] = []any{string(l.ID)} })
		}, "requirements_placed", "not a lot of this procurement or has ended"},
		{"a brand", func(f *file) {
			f.alter(func(c map[string]any) { c["statement"] = map[string]any{"en": "It runs NVIDIA processors."} })
		}, "neutral", "brand"},
		{"a standard without equivalent", func(f *file) {
			f.alter(func(c map[string]any) { c["minimum"] = map[string]any{"en": "As in EN 50600-4-2."} })
		}, "neutral", "standard_without_equivalent"},
		{"a word nobody can measure", func(f *file) {
			f.alter(func(c map[string]any) { c["statement"] = map[string]any{"en": "It is user-friendly."} })
		}, "neutral", "vague"},
		{"a preference for local firms", func(f *file) {
			f.alter(func(c map[string]any) { c["statement"] = map[string]any{"en": "A local firm delivers it."} })
		}, "neutral", "local_preference"},
		{"a clause that limits subcontracting", func(f *file) {
			f.change(f.latest(models.EntryClauses), func(c map[string]any) {
				c["confidentiality"] = map[string]any{"en": "Subcontracting is not allowed."}
			})
			f.freeze()
		}, "neutral", "subcontracting_limited"},
		{
			"one of two languages", func(f *file) { f.Procurement.Languages = []string{"en", "fr"} }, "translated",
			"/statement (fr)",
		},
		{
			"lots not decided", func(f *file) { f.withdraw(f.latest(models.EntryLotsDecision)) }, "lots_decided",
			"not decided",
		},
		{"divided into one lot", func(f *file) {
			f.Tendering.Lots = []models.Lot{lot(false), lot(true)}
			divide(f)
		}, "lots_decided", "the number of lots is 1"},
		{
			"not divided into two", func(f *file) { f.Tendering.Lots = []models.Lot{lot(false), lot(false)} },
			"lots_decided", "the number of lots is 2",
		},
		{
			"no business case", func(f *file) { f.withdraw(f.latest(models.EntryBusinessCase)) }, "business_case",
			"no business case",
		},
		{"an estimate left out", func(f *file) {
			f.change(f.latest(models.EntryBusinessCase),
				func(c map[string]any) { c["estimates"] = c["estimates"].([]any)[:2] })
		}, "business_case", "Buyer DE"},
		{"a price a cent above the estimates", func(f *file) {
			f.change(f.latest(models.EntryBusinessCase),
				func(c map[string]any) { c["price"].(map[string]any)["amount"] = "3000000.31" })
		}, "business_case", "above the estimates, 3000000.30 in all"},
		{"no clauses", func(f *file) { f.withdraw(f.latest(models.EntryClauses)) }, "clauses_written", "no clauses"},
		{
			"nothing frozen", func(f *file) { f.withdraw(f.latest(models.EntrySpecificationVersion)) },
			"version_frozen",
			"no version",
		},
		{"changed after the freeze", func(f *file) {
			f.change(f.latest(models.EntryRequirement), func(c map[string]any) { c["priority"] = "could" })
		}, "version_frozen", "changed after"},
		{
			"more written after the freeze", func(f *file) { f.write(models.EntryGlossary, models.Glossary{}) },
			"version_approved", "no frozen version",
		},
		{
			"a buyer has not approved", func(f *file) { f.withdraw(f.latest(models.EntrySpecificationApproval)) },
			"version_approved", "Buyer DE",
		},
		{"an author approved", func(f *file) {
			requirement := f.latest(models.EntryRequirement)
			e, _ := f.Latest(models.EntrySpecificationApproval)
			f.Authors[requirement] = append(f.Authors[requirement], e.AuthorID)
		}, "version_approved", "Buyer DE"},
		{
			"not certified", func(f *file) { f.withdraw(f.latest(models.EntryLegalCertification)) },
			"legally_certified",
			"no lawyer has certified",
		},
		{"another version is approved", func(f *file) {
			f.change(f.latest(models.EntrySpecificationVersion),
				func(c map[string]any) { c["note"] = map[string]any{"en": "later"} })
		}, "legally_certified", "no lawyer has certified"},
	})
}

func TestTheCriterionCountsMinimaAndWhatIsScored(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.require("R-003", models.UseAward, f.latest(models.EntryCommonNeed))
	f.require("R-004", models.UseNone, f.latest(models.EntryCommonNeed))
	f.freeze()
	found := f.find(models.PhaseSpecification, "minimum_separated")
	require.Equal(t, models.FindingMet, found.Finding)
	require.Equal(t, "1 minimum requirements, 2 scored for the award, 1 not in this tender", found.Detail)
}

// Directive 2014/24/EU, Article 46: two lots are the fewest into which something can be divided.
func TestAProcurementIsDividedIntoTwoLotsAtLeast(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.change(f.latest(models.EntryLotsDecision), func(c map[string]any) { c["divided"] = true })
	f.freeze()
	for lots, finding := range []models.Finding{
		models.FindingNotMet, models.FindingNotMet, models.FindingMet,
		models.FindingMet,
	} {
		f.Tendering.Lots = make([]models.Lot, lots)
		require.Equal(t, finding, f.find(models.PhaseSpecification, "lots_decided").Finding, "%d lots", lots)
	}
}

func TestALongFindingIsQuotedInItsFirstWords(t *testing.T) {
	t.Parallel()
	whole := strings.Repeat("é", 60)
	require.Equal(t, whole, shortened(whole))
	require.Equal(t, whole+"…", shortened(whole+"é"))
}

func TestARequirementThatIsNotInTheTenderNeedsNoVerification(t *testing.T) {
	t.Parallel()
	f := specified(t)
	e := f.require("R-003", models.UseNone, f.latest(models.EntryCommonNeed))
	f.change(e.ID, func(c map[string]any) { delete(c, "verification") })
	f.freeze()
	require.True(t, Judge(models.PhaseSpecification, f.Dossier).Met())
}

func TestAFindingOnNeutralityIsAnsweredByAnotherThanItsAuthor(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.alter(func(c map[string]any) { c["statement"] = map[string]any{"en": "It is user-friendly."} })
	findings, err := NeutralityFindings(f.Dossier, models.NeutralityKinds()...)
	require.NoError(t, err)
	require.Len(t, findings, 1)
	found := findings[0]
	require.Empty(t, found.Answer)
	require.Equal(t, "/statement", found.Field)

	answer := f.write(models.EntryNeutralityAnswer, models.NeutralityAnswer{
		Entry: found.Entry.ID, Code: string(found.Code), Language: found.Language, Text: found.Text,
		Reason: "ISO 9241-11 says how that is measured",
	})
	require.Equal(t, models.FindingMet, f.find(models.PhaseSpecification, "neutral").Finding)
	require.Contains(t, f.find(models.PhaseSpecification, "neutral").Evidence, string(answer.ID))

	// Who answered writes the words later on: now it is nobody else's answer.
	f.Authors[found.Entry.ID] = append(f.Authors[found.Entry.ID], answer.AuthorID)
	require.Equal(t, models.FindingNotMet, f.find(models.PhaseSpecification, "neutral").Finding)
}

// A text in a language that the rules do not know is named, and blocks nothing: not even by a name in it.
func TestATextInALanguageWithoutRulesIsNamedAndBlocksNothing(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.alter(func(c map[string]any) { c["statement"] = map[string]any{"et": "Nvidia või samaväärne."} })
	found := f.find(models.PhaseSpecification, "neutral")
	require.Equal(t, models.FindingMet, found.Finding)
	require.Contains(t, found.Detail, "not checked in their language")
	require.Contains(t, found.Detail, "/statement (et)")

	f.alter(func(c map[string]any) {
		c["statement"] = map[string]any{"et": "See on lihtne.", "tr": "Cihaz modern olacaktır."}
	})
	require.Equal(t, models.FindingNotMet, f.find(models.PhaseSpecification, "neutral").Finding)
	f.alter(func(c map[string]any) {
		c["statement"] = map[string]any{"tr": "Arıza bildiriminden sonra en geç 4 saat içinde müdahale edilir."}
	})
	require.Equal(t, models.FindingMet, f.find(models.PhaseSpecification, "neutral").Finding)
}

func TestAnAnswerHoldsForTheWordsItNames(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.alter(func(c map[string]any) { c["statement"] = map[string]any{"en": "It is user-friendly."} })
	findings, err := NeutralityFindings(f.Dossier, models.EntryRequirement)
	require.NoError(t, err)
	f.write(models.EntryNeutralityAnswer, models.NeutralityAnswer{
		Entry: findings[0].Entry.ID, Code: "vague",
		Language: "en", Text: findings[0].Text, Reason: "x",
	})
	f.alter(func(c map[string]any) { c["statement"] = map[string]any{"en": "It is modern."} })
	require.Contains(t, f.find(models.PhaseSpecification, "neutral").Detail, `"modern"`)
}

func TestPricesInSeveralCurrenciesAreNotCompared(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.change(f.Of(models.EntryEstimate)[0].ID,
		func(c map[string]any) { c["value"].(map[string]any)["currency"] = "PLN" })
	found := f.find(models.PhaseSpecification, "business_case")
	require.Equal(t, models.FindingMet, found.Finding)
	require.Contains(t, found.Detail, "not compared")
}

func TestTheBuyersApproveNoProcedureThatTheRouteDoesNotAllow(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.write(models.EntryRoute, models.Route{Route: models.RoutePPI, Reason: "near the market"})
	require.Equal(t, models.FindingMet, f.find(models.PhaseSpecification, "procedure_fits_route").Finding)
	f.change(f.latest(models.EntryRoute), func(c map[string]any) { c["route"] = models.RouteInnovationPartnership })
	unfit := f.find(models.PhaseSpecification, "procedure_fits_route")
	require.Equal(t, models.FindingNotMet, unfit.Finding)
	require.Contains(t, unfit.Detail, "innovation partnership")
}

func TestLimitsOfLotsNeedLotsThatTheyLimit(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.write(models.EntryLotLimits, models.LotLimits{MostTendered: 1})
	require.Equal(t, models.FindingNotMet, f.find(models.PhaseSpecification, "lots_limited").Finding)
	for n := range 2 {
		f.Tendering.Lots = append(f.Tendering.Lots, models.Lot{ID: models.NewID(models.PrefixLot), Number: n + 1})
	}
	require.Equal(t, models.FindingMet, f.find(models.PhaseSpecification, "lots_limited").Finding)
}

// The bad input of the fact sheet, phase 5, that keeps the gate closed. What is warned of is in
// TestBadRequirementsAreWarnedOf of rules/specification.
func TestBadRequirementsKeepTheGateClosed(t *testing.T) {
	t.Parallel()
	saying := func(text string) func(*file) {
		return func(f *file) {
			f.alter(func(c map[string]any) { c["statement"] = map[string]any{"en": text} })
		}
	}
	blockedBy(t, models.PhaseSpecification, specified, []fault{
		{"a vendor's name", saying("It is a Cisco switch."), "neutral", "brand"},
		{"descriptive over-specification", saying("Meetings are held by Zoom at 1080p."), "neutral", "brand"},
		{"a standard without or equivalent", saying("It follows ISO 9001."), "neutral", "standard_without_equivalent"},
		{"an unmeasurable word", saying("It is modern."), "neutral", "vague"},
		{
			"no verification", func(f *file) { f.alter(func(c map[string]any) { delete(c, "verification") }) },
			"requirements_verifiable", "does not say how it is verified",
		},
		{"contradictory limits", func(f *file) {
			all := f.Of(models.EntryRequirement)
			for i, bound := range []string{"at_least", "at_most"} {
				f.change(all[i].ID, func(c map[string]any) {
					c["use"], c["priority"] = models.UseMinimum, "must"
					c["measure"] = map[string]any{"indicator": "energy", "unit": "kWh", bound: []string{"31", "30"}[i]}
				})
			}
			f.freeze()
		}, "limits_consistent", "R-001 asks for at least 31 kWh and R-002 for at most 30 kWh of the same: energy"},
	})
}

func TestLimitsAndCommentsAreJudgedOnlyWhereThereAreAny(t *testing.T) {
	t.Parallel()
	f := specified(t)
	for _, c := range Judge(models.PhaseSpecification, f.Dossier).Criteria {
		require.NotContains(t, []string{"limits_consistent", "comments_resolved"}, c.Code,
			"former gates stay as they were")
	}
	f.alter(func(c map[string]any) {
		c["measure"] = map[string]any{"indicator": "energy", "unit": "kWh", "at_most": "30"}
	})
	require.Equal(t, models.FindingMet, f.find(models.PhaseSpecification, "limits_consistent").Finding)
}

func TestAnOpenCommentKeepsTheSpecificationFromBeingFrozen(t *testing.T) {
	t.Parallel()
	f := specified(t)
	about := f.Of(models.EntryRequirement)[0]
	comment := f.write(models.EntrySpecificationComment, models.SpecificationComment{
		Entry: about.ID, Version: about.Version, Field: "/minimum/en", Text: "Why 30?",
	})
	found := f.find(models.PhaseSpecification, "comments_resolved")
	require.Equal(t, models.FindingNotMet, found.Finding)
	require.Contains(t, found.Detail, "on R-001")
	refusal, _ := models.RefusalOf(models.SpecificationVersion{}.CheckAgainst(f.Dossier, models.Entry{}))
	require.Equal(t, models.CodeCommentsOpen, refusal.Code)

	resolution := models.CommentResolution{
		Comment: comment.ID, Digest: comment.Digest, Outcome: models.CommentAnswered, Reason: "Measured in 2025.",
	}
	require.NoError(t, resolution.Check())
	own, _ := models.RefusalOf(resolution.CheckAgainst(f.Dossier, models.Entry{AuthorID: comment.AuthorID}))
	require.Equal(t, models.CodeOwnWork, own.Code)
	require.NoError(t, resolution.CheckAgainst(f.Dossier, models.Entry{AuthorID: "psn_other"}))
	f.write(models.EntryCommentResolution, resolution)
	require.Equal(t, models.FindingMet, f.find(models.PhaseSpecification, "comments_resolved").Finding)
	require.NoError(t, models.SpecificationVersion{}.CheckAgainst(f.Dossier, models.Entry{}))

	f.change(comment.ID, func(c map[string]any) { c["text"] = "Why 30, and not 25?" })
	require.Len(t, f.OpenComments(), 1, "a comment in other words is resolved anew")
	stale, _ := models.RefusalOf(resolution.CheckAgainst(f.Dossier, models.Entry{AuthorID: "psn_other"}))
	require.Equal(t, "/digest", stale.Field)
	f.withdraw(about.ID)
	require.Empty(t, f.OpenComments(), "what it was about is gone")
}
