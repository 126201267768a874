package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// scoring is a lot with two tenders whose quality is not locked yet.
func scoring(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
	d.lockedAt(nil)
	return d
}

func (d *desk) asks(n int, asked time.Time, length time.Duration) models.CompletionRequest {
	return models.CompletionRequest{
		Tender: d.tenders[n].ID, What: models.Text{"en": "The certificate is missing."}, Until: asked.Add(length),
		AskedAt: &asked,
	}
}

func TestWhoeverIsAskedToCompleteATenderGetsAsMuchTime(t *testing.T) {
	t.Parallel()
	d := scoring(t)
	first := d.asks(0, now.Add(-time.Hour), 72*time.Hour)
	require.NoError(t, first.Check())
	require.NoError(t, first.CheckAgainst(d.Dossier, models.Entry{}))
	d.write(models.EntryCompletionRequest, first.Subject(), "", first)

	shorter := d.asks(1, now, 71*time.Hour)
	requireRefused(t, models.CodeInvalidValue, shorter.CheckAgainst(d.Dossier, models.Entry{}))
	require.NoError(t, d.asks(1, now, 72*time.Hour).CheckAgainst(d.Dossier, models.Entry{}))
	requireRefused(t, models.CodeInvalidValue, d.asks(1, now, 0).CheckAgainst(d.Dossier, models.Entry{}))

	drawn := models.CompletionRequest{Tender: first.Tender, Until: first.Until}.Drawn(d.Dossier)
	require.True(t, drawn.AskedAt.Equal(*first.AskedAt), "the instant of the question stays")
	fresh := models.CompletionRequest{Tender: first.Tender, Until: now.Add(time.Hour)}.Drawn(d.Dossier)
	require.True(t, fresh.AskedAt.Equal(now))
}

func TestNobodyIsExcludedAsIncompleteWhileThereIsTimeToComplete(t *testing.T) {
	t.Parallel()
	d := scoring(t)
	incomplete := models.Admission{
		Tender: d.tenders[0].ID, Decision: models.AdmissionExcluded, Code: "incomplete",
		Reason: models.Text{"en": "No."},
	}
	require.NoError(t, incomplete.CheckAgainst(d.Dossier, models.Entry{}))
	asked := d.asks(0, now.Add(-time.Hour), 72*time.Hour)
	id := d.write(models.EntryCompletionRequest, asked.Subject(), "", asked)
	requireRefused(t, models.CodeCompletionRunning, incomplete.CheckAgainst(d.Dossier, models.Entry{}))
	other := incomplete
	other.Tender = d.tenders[1].ID
	require.NoError(t, other.CheckAgainst(d.Dossier, models.Entry{}))

	asked.Answer = &models.CompletionAnswer{ReceivedAt: now, Note: "another certificate"}
	require.NoError(t, asked.Check())
	require.NoError(t, asked.CheckAgainst(d.Dossier, models.Entry{ID: id}))
	longer := asked
	longer.Until = longer.Until.Add(time.Hour)
	requireRefused(t, models.CodeEntryFinal, longer.CheckAgainst(d.Dossier, models.Entry{ID: id}))
	d.drop(models.EntryCompletionRequest)
	d.write(models.EntryCompletionRequest, asked.Subject(), "", asked)
	require.NoError(t, incomplete.CheckAgainst(d.Dossier, models.Entry{}))

	late := asked
	late.Answer = &models.CompletionAnswer{ReceivedAt: asked.Until.Add(time.Second), Complete: true, Note: "late"}
	requireRefused(t, models.CodeInvalidValue, late.Check())
	requireRefused(t, models.CodeInvalidID, models.CompletionRequest{What: asked.What, Until: now}.Check())
	requireRefused(t, models.CodeInvalidValue,
		models.CompletionRequest{Tender: models.NewID(models.PrefixTender), What: asked.What}.Check())
}

func TestAnExclusionGroundIsNamedAndSelfCleaningConsidered(t *testing.T) {
	t.Parallel()
	fraud := models.ExclusionFinding{
		Ground: "exg-crim-fraud", Evidence: "judgment 12/2025", On: "2025-03-02", Measures: models.MeasuresInsufficient,
		Reason: "the manager is still in office", Criterion: "297d2323-3ede-424e-94bc-a91561e6f320",
	}
	excluded := func(grounds ...models.ExclusionFinding) models.Admission {
		return models.Admission{
			Tender: models.NewID(models.PrefixTender), Decision: models.AdmissionExcluded,
			Code: models.ExcludedOnGround, Reason: models.Text{"en": "Fraud."}, Grounds: grounds,
		}
	}
	require.NoError(t, excluded(fraud).Check())
	requireRefused(t, models.CodeInvalidValue, excluded().Check())
	for name, spoil := range map[string]func(*models.ExclusionFinding){
		"a head of the list":        func(f *models.ExclusionFinding) { f.Ground = "exg-crim" },
		"no evidence":               func(f *models.ExclusionFinding) { f.Evidence = " " },
		"no word on self-cleaning":  func(f *models.ExclusionFinding) { f.Measures = "" },
		"measures without a reason": func(f *models.ExclusionFinding) { f.Reason = "" },
		"measures that suffice":     func(f *models.ExclusionFinding) { f.Measures = models.MeasuresSufficient },
		"no day":                    func(f *models.ExclusionFinding) { f.On = "yesterday" },
		"no UUID":                   func(f *models.ExclusionFinding) { f.Criterion = "fraud" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fraud
			spoil(&f)
			requireRefused(t, models.CodeInvalidValue, excluded(f).Check())
		})
	}
	agreed := fraud
	agreed.Ground = "exg-mis-distortion"
	for _, spoil := range map[string]func(*models.ExclusionFinding){
		"no evidence":              func(f *models.ExclusionFinding) { f.Evidence = "" },
		"no word on self-cleaning": func(f *models.ExclusionFinding) { f.Measures = "" },
	} {
		f := agreed
		spoil(&f)
		requireRefused(t, models.CodeInvalidValue, excluded(f).Check())
	}
	admitted := excluded(fraud)
	admitted.Decision, admitted.Code, admitted.Reason = models.AdmissionAdmitted, "", nil
	requireRefused(t, models.CodeInvalidText, admitted.Check())
	admitted.Grounds[0].Measures = models.MeasuresSufficient
	require.NoError(t, admitted.Check())
}

func (d *desk) session(n int) models.TenderSession {
	return models.TenderSession{
		Tender: d.tenders[n].ID, What: "demonstration", HeldAt: d.locked.Add(time.Minute), Length: 45,
		Attended: d.evaluators, Minutes: "It started at once.",
	}
}

func TestEveryTendererHasTheSameSession(t *testing.T) {
	t.Parallel()
	d := scoring(t)
	require.NoError(t, MayLockQuality(d.Dossier, d.lot, d.evaluators[0]))
	first := d.session(0)
	require.NoError(t, first.Check())
	require.NoError(t, first.CheckAgainst(d.Dossier, models.Entry{}))
	d.write(models.EntryTenderSession, first.Subject(), "", first)
	requireRefused(t, models.CodeSessionMissing, MayLockQuality(d.Dossier, d.lot, d.evaluators[0]))

	longer := d.session(1)
	longer.Length = 60
	requireRefused(t, models.CodeInvalidValue, longer.CheckAgainst(d.Dossier, models.Entry{}))
	declined := models.TenderSession{
		Tender: d.tenders[1].ID, What: "demonstration", HeldAt: d.locked.Add(time.Hour / 2), Declined: true,
		Minutes: "They wrote that they would not come.",
	}
	require.NoError(t, declined.Check())
	require.NoError(t, declined.CheckAgainst(d.Dossier, models.Entry{}))
	d.write(models.EntryTenderSession, declined.Subject(), "", declined)
	require.NoError(t, MayLockQuality(d.Dossier, d.lot, d.evaluators[0]))
}

func TestASessionIsHeldInItsTimeAndByThePanel(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*desk, *models.TenderSession)
		code  models.Code
	}{
		"after the lock": {func(d *desk, _ *models.TenderSession) {
			d.lockedAt(&d.locked)
		}, models.CodeQualityLocked},
		"in the future": {
			func(_ *desk, s *models.TenderSession) { s.HeldAt = now.Add(time.Second) }, models.CodeInvalidValue,
		},
		"before the opening": {
			func(d *desk, s *models.TenderSession) { s.HeldAt = d.locked.Add(-time.Second) }, models.CodeInvalidValue,
		},
		"with a stranger": {
			func(_ *desk, s *models.TenderSession) { s.Attended = []models.ID{"per_x"} }, models.CodeInvalidValue,
		},
		"of no tender": {func(_ *desk, s *models.TenderSession) { s.Tender = "tnd_x" }, models.CodeInvalidValue},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := scoring(t)
			s := d.session(0)
			c.spoil(d, &s)
			requireRefused(t, c.code, s.CheckAgainst(d.Dossier, models.Entry{}))
		})
	}
	d := scoring(t)
	alone := d.session(0)
	alone.Attended = nil
	requireRefused(t, models.CodeInvalidValue, alone.Check())
	silent := d.session(0)
	silent.Minutes = ""
	requireRefused(t, models.CodeInvalidValue, silent.Check())
}
