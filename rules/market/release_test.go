package market_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/market"
)

func TestWhatIsToldIsReleasedAsItWasRead(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	need, _ := f.Latest(models.EntryCommonNeed)
	e := f.write(models.EntryBulletin, models.Bulletin{Covers: []string{models.TopicNeeds}, Title: said("News")})
	r, err := market.Release(f.Dossier, e.ID, e.Digest)
	require.NoError(t, err)
	require.Equal(t, models.Release{
		EntryID: e.ID, ProcurementID: f.Procurement.ID, Kind: models.EntryBulletin, Digest: e.Digest, ReleasedAt: now,
		Basis: []models.Reference{reference(need)},
	}, r)
	plan := f.write(models.EntryEngagementPlan, models.EngagementPlan{Interval: "P60D"})
	r, err = market.Release(f.Dossier, plan.ID, plan.Digest)
	require.NoError(t, err)
	require.Empty(t, r.Basis)
}

func TestNothingElseIsReleased(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		upset func(*file, *models.Entry)
		code  models.Code
		field string
	}{
		"what is not there": {func(f *file, e *models.Entry) { f.withdraw(e.ID) }, models.CodeNotFound, "/entry"},
		"another version": {
			func(_ *file, e *models.Entry) { e.Digest = strings.Repeat("0", 64) },
			models.CodeEntryChanged, "/digest",
		},
		"what was told": {
			func(f *file, e *models.Entry) { f.tell(*e, now) }, models.CodeAlreadyReleased,
			"/entry",
		},
		"half of the languages": {
			func(f *file, _ *models.Entry) { f.Procurement.Languages = []string{"en", "fr"} },
			models.CodeMissingTranslation, "/entry",
		},
		"what nobody may yet say": {func(f *file, _ *models.Entry) {
			f.phase(models.PhaseEngagement, models.PhasePending)
		}, models.CodePhaseNotOpen, ""},
		"what is no message": {
			func(f *file, e *models.Entry) { *e = f.write(models.EntryRoute, models.Route{}) },
			models.CodeNotReleasable, "/entry",
		},
		"the correction of what was never told": {func(f *file, e *models.Entry) {
			*e = f.write(models.EntryBulletin, models.Bulletin{
				Covers:   models.Topics(),
				Replaces: models.NewID(models.PrefixEntry),
			})
		}, models.CodeInvalidValue, "/replaces"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFile(t)
			e := f.write(models.EntryBulletin, models.Bulletin{
				Covers: []string{models.TopicNeeds},
				Title:  said("News"),
			})
			c.upset(f, &e)
			_, err := market.Release(f.Dossier, e.ID, e.Digest)
			require.Equal(t, c.field, requireRefused(t, c.code, err).Field)
		})
	}
}

// Engagement goes on until the contract notice; a report belongs to its phase.
func TestBulletinsAreReleasedAfterTheirPhaseAndReportsAreNot(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.phase(models.PhaseEngagement, models.PhaseClosed)
	e := f.write(models.EntryBulletin, models.Bulletin{Covers: models.Topics()})
	_, err := market.Release(f.Dossier, e.ID, e.Digest)
	require.NoError(t, err)
	f.consult("FR")
	f.Market.Consultations[0].ClosedAt = &now
	f.phase(models.PhaseConsultation, models.PhaseClosed)
	e = f.write(models.EntryConsultationReport, models.ConsultationReport{})
	_, err = market.Release(f.Dossier, e.ID, e.Digest)
	requireRefused(t, models.CodePhaseNotOpen, err)
}

func TestAReportIsReleasedOnceTheConsultationIsOverAndDealtWith(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	report := func(inputs ...models.InputUse) error {
		e := f.write(models.EntryConsultationReport, models.ConsultationReport{Inputs: inputs})
		_, err := market.Release(f.Dossier, e.ID, e.Digest)
		return err
	}
	requireRefused(t, models.CodeNotAnnounced, report())
	f.consult("FR")
	requireRefused(t, models.CodeConsultationRunning, report())
	f.Market.Consultations[0].ClosedAt = &now
	require.NoError(t, report())
	f.Market.Responses = []models.ConsultationResponse{{ID: models.NewID(models.PrefixResponse)}}
	event := f.write(models.EntryConsultationEvent, models.ConsultationEvent{})
	used := models.InputUse{Input: f.Market.Responses[0].ID, Used: true, Reason: "target"}
	require.Contains(t, requireRefused(t, models.CodeInputsMissing, report()).Detail, "2 inputs")
	require.Contains(t, requireRefused(t, models.CodeInputsMissing, report(used)).Detail, string(event.ID))
	require.NoError(t, report(used, models.InputUse{Input: event.ID, Reason: "nothing new"}))
}

// Directive 2014/24/EU, Article 21(1).
func TestAReportRepeatsNothingThatWasSaidInConfidence(t *testing.T) {
	t.Parallel()
	const secret = "The next generation needs a third less energy"
	f := newFile(t)
	in := func(language string) models.Entry {
		return f.write(models.EntryConsultationReport,
			models.ConsultationReport{Summary: models.Text{language: "One says: " + secret + ", and more."}})
	}
	open := models.ConsultationResponse{
		ID:      "res_1",
		Content: models.ResponseContent{Answers: []models.ResponseAnswer{{Question: "energy", Answer: secret}}},
	}
	require.NoError(t, market.CheckDisclosure(in("en"), []models.ConsultationResponse{open}), "it is no secret")
	closed := open
	closed.ID = "res_2"
	closed.Content.Answers = []models.ResponseAnswer{{
		Question: "energy", Answer: secret,
		Confidentiality: models.Confidentiality{Confidential: true},
	}}
	refusal := requireRefused(t, models.CodeConfidential,
		market.CheckDisclosure(in("fr"), []models.ConsultationResponse{open, closed}))
	require.Equal(t, "/summary/fr", refusal.Field)
	require.Contains(t, refusal.Detail, "res_2")
	require.NoError(t, market.CheckDisclosure(in("en"), nil))
}

func TestWhatIsToldOrAskedNamesNoProduct(t *testing.T) {
	t.Parallel()
	product := said("An NVIDIA A100")
	question := func(text models.Text) models.Questionnaire {
		return models.Questionnaire{Questions: []models.Question{{
			ID: "readiness", Text: text,
			Answer: models.AnswerText,
		}}}
	}
	require.NoError(t, market.Questionnaire{Questionnaire: question(said("What is on sale?"))}.Check())
	requireRefused(t, models.CodeProductNamed, market.Questionnaire{Questionnaire: question(product)}.Check())
	requireRefused(t, models.CodeInvalidValue, market.Questionnaire{}.Check())

	bulletin := models.Bulletin{
		Covers: models.Topics(), Title: said("News"),
		Text: said("A user-friendly system, to be tested as in EN 50600-4-2"),
	}
	require.NoError(t, market.Bulletin{Bulletin: bulletin}.Check(),
		"what else a requirement may not say does no harm here")
	bulletin.Text = product
	requireRefused(t, models.CodeProductNamed, market.Bulletin{Bulletin: bulletin}.Check())
	requireRefused(t, models.CodeInvalidText, market.Bulletin{}.Check())
}

func TestCroatiaIsAMemberStateFromTheDayOfItsAccession(t *testing.T) {
	t.Parallel()
	for on, want := range map[string]bool{"2013-06-30": false, "2013-07-01": true} {
		states, err := market.MemberStates(day(t, on))
		require.NoError(t, err)
		require.Equal(t, want, slices.Contains(states, "HR"), on)
		require.IsIncreasing(t, states)
	}
}
