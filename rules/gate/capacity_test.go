package gate

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/eligibility"
)

var clause = models.Text{"en": "As the buyers have settled."}

func (f *file) agreement(rule models.DecisionRule) models.Agreement {
	return models.Agreement{
		Lead: f.buyer(0), ApplicableLaw: "FR", Responsibilities: clause, Internal: clause, Distribution: clause,
		Conclusion: clause, Exit: clause, Dispute: clause, VotingTerms: models.VotingTerms{Rule: rule},
		Shares: []models.Share{
			{Organisation: f.buyer(0), Percent: "33.4"},
			{Organisation: f.buyer(1), Percent: "33.3"},
			{Organisation: f.buyer(2), Percent: "33.3"},
		},
	}
}

func (f *file) sign(buyer int, e models.Entry) models.Entry {
	return f.writeFor(f.buyer(buyer), models.EntrySignature,
		models.Signature{Agreement: e.ID, Digest: e.Digest, Version: e.Version, Capacity: "director"})
}

// agreed has all buyers sign an agreement.
func (f *file) agreed(a models.Agreement) models.Entry {
	e := f.write(models.EntryAgreement, a)
	for i := range f.Members {
		f.sign(i, e)
	}
	return e
}

// capable is a dossier whose capacity gate is met.
func capable(t *testing.T) *file {
	t.Helper()
	f := newFile(t)
	f.agreed(f.agreement(models.RuleUnanimous))
	for _, slot := range models.UsualRolePlan().Slots {
		for i := range slot.People + slot.Substitutes {
			f.ready(f.hire(i%2, slot.Role))
		}
	}
	return f
}

// ready has a person trained and declared.
func (f *file) ready(person models.ID) {
	f.write(models.EntryActivity, models.Activity{
		Activity: "training", Topic: "law", Title: clause, Date: "2026-02-02", Provider: "x",
		Participants: []models.Participant{{Person: person}},
	})
	f.declare(person, false)
}

func (f *file) declare(person models.ID, conflict bool) {
	f.write(models.EntryInterestDeclaration,
		models.InterestDeclaration{Person: person, Conflict: conflict, Statement: "none"})
}

func (f *file) latest(kind models.EntryKind) models.ID {
	f.Helper()
	e, ok := f.Latest(kind)
	require.True(f, ok)
	return e.ID
}

func (f *file) holder(role models.Role) models.ID { return f.Holding(role)[0].PersonID }

func (f *file) forget(kind models.EntryKind, person models.ID) {
	for _, e := range f.Of(kind) {
		declared, _ := models.BodyOf[models.InterestDeclaration](e)
		activity, _ := models.BodyOf[models.Activity](e)
		if declared.Person == person || activity.Trained(person) {
			f.withdraw(e.ID)
		}
	}
}

func TestTheCapacityGateNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	blockedBy(t, models.PhaseCapacity, capable, []fault{
		{
			"no agreement", func(f *file) { f.withdraw(f.latest(models.EntryAgreement)) }, "agreement_written",
			"no collaboration agreement",
		},
		{
			"an agreement in one of two languages", func(f *file) { f.Procurement.Languages = []string{"en", "es"} },
			"agreement_written", "/exit (es)",
		},
		{
			"a buyer has not signed", func(f *file) { f.withdraw(f.latest(models.EntrySignature)) }, "agreement_signed",
			"Buyer DE",
		},
		{"versions signed differ", func(f *file) {
			f.change(f.latest(models.EntryAgreement), func(c map[string]any) { c["decision_rule"] = "majority" })
		}, "agreement_signed", "version 2"},
		{
			"a member has left", func(f *file) { f.leave(2) }, "shares_agreed",
			"the agreement has shares of others than the buyers: Buyer DE",
		},
		{"a member came after the agreement", func(f *file) {
			f.change(f.latest(models.EntryAgreement), func(c map[string]any) { c["shares"] = c["shares"].([]any)[:2] })
		}, "shares_agreed", "the agreement has no share of Buyer DE"},
		{"a lead outside the group", func(f *file) {
			f.change(f.latest(models.EntryAgreement), func(c map[string]any) { c["lead"] = string(f.buyer(1)) })
		}, "one_lead", "the agreement names Buyer ES"},
		{"two lead buyers", func(f *file) { f.Members[1].Lead = true }, "one_lead", "2 lead buyers"},
		{"a law that nobody knows", func(f *file) {
			a := f.agreement(models.RuleUnanimous)
			a.ApplicableLaw = "BR"
			f.agreed(a)
		}, "law_known", "what the law of BR says is not known here"},
		{
			"a year without holidays", func(f *file) { f.Now = time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC) },
			"law_known",
			"no rules of Directive 2014/24 are known on 1950-01-01",
		},
		{"no substitute", func(f *file) { f.Roles = f.Roles[1:] }, "roles_filled", "lead_procurer: 1 of 2"},
		{"openers of one buyer", func(f *file) {
			for i := range f.Roles {
				if f.Roles[i].Role == models.RoleOpener {
					f.Roles[i].OrganisationID = f.buyer(0)
				}
			}
		}, "roles_filled", "opener: people of 1 buyers instead of 2"},
		{"a role that has ended", func(f *file) {
			for i := range f.Roles {
				if f.Roles[i].Role == models.RoleChair {
					f.Roles[i].ValidUntil = &today
				}
			}
		}, "roles_filled", "chair: 0 of 2"},
		{"the consortium plans more", func(f *file) {
			plan := models.UsualRolePlan()
			plan.Slots[2].People = 5
			f.write(models.EntryRolePlan, plan)
		}, "roles_filled", "evaluator: 4 of 6"},
		{
			"somebody untrained", func(f *file) { f.forget(models.EntryActivity, f.holder(models.RoleEvaluator)) },
			"people_trained", "as evaluator",
		},
		{"trained in something else", func(f *file) {
			plan := models.UsualRolePlan()
			plan.Slots[2].Topics = []string{"scoring"}
			f.write(models.EntryRolePlan, plan)
		}, "people_trained", "as evaluator in scoring"},
		{
			"nothing declared", func(f *file) {
				f.forget(models.EntryInterestDeclaration,
					f.holder(models.RoleAwarder))
			},
			"people_declared", "as awarder: nothing declared",
		},
		{"a conflict declared", func(f *file) {
			f.forget(models.EntryInterestDeclaration, f.holder(models.RoleLegal))
			f.declare(f.holder(models.RoleLegal), true)
		}, "people_declared", "declared a conflict"},
		{"drafter and evaluator in one", func(f *file) {
			f.give(f.holder(models.RoleEvaluator), 0,
				models.RoleDrafter)
		}, "roles_compatible", "evaluator and drafter"},
	})
}

// The holidays of France are known here from 2016 to 2036: the first and the last of these years count.
func TestTimeLimitsAreCountedInTheYearsWhoseHolidaysAreKnown(t *testing.T) {
	t.Parallel()
	for day, known := range map[time.Time]bool{
		time.Date(2015, time.December, 31, 12, 0, 0, 0, time.UTC): false,
		time.Date(2016, time.May, 2, 12, 0, 0, 0, time.UTC):       true,
		time.Date(2036, time.December, 31, 12, 0, 0, 0, time.UTC): true,
		time.Date(2037, time.January, 1, 12, 0, 0, 0, time.UTC):   false,
	} {
		f := capable(t)
		f.Now = day
		found := f.find(models.PhaseCapacity, "law_known")
		require.Equal(t, known, found.Finding == models.FindingMet, "%s: %s", day, found.Detail)
	}
}

func TestTheCriterionSaysWhereTheClausesOfTheAgreementStand(t *testing.T) {
	t.Parallel()
	f := capable(t)
	require.Contains(t, f.find(models.PhaseCapacity, "agreement_written").Detail,
		"the agreement says who is responsible")
	document := strings.Repeat("a", 64)
	f.change(f.latest(models.EntryAgreement), func(c map[string]any) { c["document"] = document })
	require.Contains(t, f.find(models.PhaseCapacity, "agreement_written").Detail, "are in the document "+document)
}

func TestTheCallsQuotasAreJudgedWithTheCapacity(t *testing.T) {
	t.Parallel()
	f := capable(t)
	f.Procurement.Profile = "COS-CLUSTER-2020-3-03"
	for i := range 79 {
		f.write(models.EntryActivity, models.Activity{
			Activity: "exchange", Topic: "visit", Title: clause, Date: "2026-02-02", Until: "2026-02-04", Provider: "x",
			Participants: []models.Participant{
				{Organisation: "y", Count: 1, Part: models.PartVisitor, Country: "TR"},
				{
					Organisation: "x", Count: 1, Part: models.PartHost, Country: "IT", SME: i%2 == 0, Outside: i%4 == 0,
				},
			},
		})
	}
	code := eligibility.CodePrefix + "exchanges"
	require.Equal(t, models.FindingNotMet, f.find(models.PhaseCapacity, code).Finding)
	f.write(models.EntryActivity, models.Activity{
		Activity: "exchange", Topic: "visit", Title: clause,
		Date: "2026-02-02", Until: "2026-02-04", Participants: []models.Participant{
			{Organisation: "y", Count: 1, Part: models.PartVisitor, Country: "TR"},
			{Organisation: "x", Count: 1, Part: models.PartHost, Country: "IT"},
		},
	})
	require.Equal(t, models.FindingMet, f.find(models.PhaseCapacity, code).Finding)
	require.Equal(t, models.FindingMet, f.find(models.PhaseCapacity, code+"_with_sme").Finding, "40 of 80")
	require.Equal(t, models.FindingMet, f.find(models.PhaseCapacity, code+"_with_outsiders").Finding, "20 of 80")

	f.write(models.EntryGrantAction, models.GrantAction{
		Starts: "2026-01-01", Months: 30, CoFinancing: "75",
		Grant: "400000",
	})
	require.Equal(t, models.FindingMet, f.find(models.PhaseCapacity, eligibility.CodePrefix+"grant").Finding)
	require.Contains(t, f.find(models.PhaseCapacity, eligibility.CodePrefix+"duration").Detail, "30 months")
	for i := range f.Members {
		f.writeFor(f.buyer(i), models.EntryMembership,
			models.Membership{Body: "European Cluster Collaboration Platform", Since: "2020-01-01"})
	}
	require.Equal(t, models.FindingMet, f.find(models.PhaseNeeds, eligibility.CodePrefix+"platform_membership").Finding)
}

func TestTheGateOfCapacityIsAboutAgreementAndRolePlan(t *testing.T) {
	t.Parallel()
	f := capable(t)
	before := Judge(models.PhaseCapacity, f.Dossier)
	agreement, _ := f.Latest(models.EntryAgreement)
	require.Equal(t, []models.ID{agreement.AuthorID}, before.Authors, "who signed may vote")
	f.write(models.EntryActivity, models.Activity{Activity: "visit", Date: "2026-02-02"})
	require.Equal(t, before.Digest(), Judge(models.PhaseCapacity, f.Dossier).Digest(),
		"a visit more changes nothing that is approved")
	f.write(models.EntryRolePlan, models.UsualRolePlan())
	require.NotEqual(t, before.Digest(), Judge(models.PhaseCapacity, f.Dossier).Digest())
}
