package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// announced is a desk with two tenders, of which the first ranks first, and tests that were announced.
func announced(t *testing.T, tested string) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "9"}, offer{"100.00", "5"})
	text := models.Text{"en": "Bench"}
	d.write(models.EntryConformancePlan, "", "", models.ConformancePlan{
		Tested: tested, Conditions: text, Tests: []models.ConformanceTest{
			{ID: "energy", Title: text, Requirements: []string{"R-001"}, How: text, Passes: text},
		},
	})
	return d
}

func (d *desk) result(n int, passed bool) models.ConformanceResult {
	return models.ConformanceResult{
		Tender: d.tenders[n].ID, TestedOn: "2026-03-01",
		Findings: []models.TestedResult{{Test: "energy", Passed: passed, Found: "31 kWh"}},
	}
}

func (d *desk) tested(n int, passed bool) {
	d.Helper()
	id := d.write(models.EntryConformanceResult, string(d.tenders[n].ID), "per_chair", d.result(n, passed))
	d.Authors[id] = []models.ID{"per_chair"}
}

func (d *desk) mayAward(n int) error {
	d.Helper()
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(d, err)
	return MayAward(d.Dossier, d.lot, d.tenders[n].ID, e.Digest)
}

func TestTheFirstIsTestedBeforeTheAward(t *testing.T) {
	t.Parallel()
	d := announced(t, models.TestedFirst)
	requireRefused(t, models.CodeConformanceMissing, d.mayAward(0))
	d.tested(0, true)
	require.NoError(t, d.mayAward(0))
}

func TestAfterAFailedTestTheNextIsTested(t *testing.T) {
	t.Parallel()
	d := announced(t, models.TestedFirst)
	d.tested(0, false)
	err := d.mayAward(0)
	requireRefused(t, models.CodeConformanceFailed, err)
	r, _ := models.RefusalOf(err)
	require.Contains(t, r.Detail, "the test energy (31 kWh)")
	d.exclude(0, time.Minute)
	requireRefused(t, models.CodeConformanceMissing, d.mayAward(1))
	d.tested(1, true)
	require.NoError(t, d.mayAward(1))

	d.award(d.tenders[1].ID)
	lot, _ := d.Tendering.Lot(d.lot)
	letters, err := ComposeLetters(d.Dossier, lot, now, timelimit.Standstill{})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"energy": "31 kWh"}, letters[0].FailedTests)
	require.Nil(t, letters[1].FailedTests)
	require.Contains(t, AwardAuthors(d.Dossier, d.lot), models.ID("per_chair"), "who tested does not vote on the award")
}

func TestWhereAllAreTestedNobodyIsLeftOut(t *testing.T) {
	t.Parallel()
	d := announced(t, models.TestedAll)
	d.tested(0, true)
	requireRefused(t, models.CodeConformanceMissing, d.mayAward(0))
	d.tested(1, false)
	requireRefused(t, models.CodeConformanceFailed, d.mayAward(0))
	d.exclude(1, time.Minute)
	require.NoError(t, d.mayAward(0))
}

func TestResultsAreOfAllTestsThatWereAnnounced(t *testing.T) {
	t.Parallel()
	d := announced(t, models.TestedAll)
	by := models.Entry{AuthorID: "per_chair"}
	require.NoError(t, d.result(0, true).CheckAgainst(d.Dossier, by))
	other := d.result(0, true)
	other.Findings[0].Test = "noise"
	require.Error(t, other.CheckAgainst(d.Dossier, by))
	early := d.result(0, true)
	early.TestedOn = "2026-03-03"
	require.Error(t, early.CheckAgainst(d.Dossier, by))
	d.tested(0, true)
	d.tested(1, true)
	d.award(d.tenders[0].ID)
	requireRefused(t, models.CodeAlreadyAwarded, d.result(1, false).CheckAgainst(d.Dossier, by))
}
