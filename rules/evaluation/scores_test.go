package evaluation

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// newPanel is a lot of which quality is not locked, with two tenders that both evaluators have scored.
func newPanel(t *testing.T, consensus string) *desk {
	t.Helper()
	d := newDesk(t, consensus, offer{"100.00", "8"}, offer{"80.00", "5"})
	d.lockedAt(nil)
	for i := range d.Tendering.Sheets {
		d.Tendering.Sheets[i].WrittenAt = now.Add(-time.Hour)
	}
	return d
}

// forget takes away an evaluator's own scores of a tender.
func (d *desk) forget(tender, evaluator models.ID) {
	d.Tendering.Sheets = slices.DeleteFunc(d.Tendering.Sheets, func(s models.ScoreSheet) bool {
		return s.TenderID == tender && s.PersonID == evaluator
	})
}

func (d *desk) sheet(n int, given ...models.Score) models.ScoreSheet {
	return models.ScoreSheet{TenderID: d.tenders[n].ID, PersonID: d.evaluators[0], Scores: given}
}

func TestAConsensusSaysWhyAndOfWhichTender(t *testing.T) {
	t.Parallel()
	tender := models.NewID(models.PrefixTender)
	require.NoError(t, Consensus{tender, scores("8")}.Check())
	require.Equal(t, string(tender), Consensus{Tender: tender}.Subject())
	requireRefused(t, models.CodeInvalidID, Consensus{models.NewID(models.PrefixLot), scores("8")}.Check())
	silent := []models.Score{{Criterion: "energy", Score: "8", Reason: " \t"}}
	requireRefused(t, models.CodeInvalidValue, Consensus{tender, silent}.Check())
}

func TestTheChairWritesDownWhatAPanelThatHasScoredAgreedOn(t *testing.T) {
	t.Parallel()
	d := newPanel(t, models.ConsensusChair)
	chair := models.NewID(models.PrefixPerson)
	by := models.Entry{AuthorID: chair}
	agreed := Consensus{d.tenders[0].ID, scores("8")}
	requireRefused(t, models.CodeDeclarationMissing, agreed.CheckAgainst(d.Dossier, by))
	d.write(models.EntryConflictDeclaration, "", chair, models.ConflictDeclaration{Lot: d.lot})
	require.NoError(t, agreed.CheckAgainst(d.Dossier, by))
	requireRefused(t, models.CodeInvalidValue,
		Consensus{models.NewID(models.PrefixTender), scores("8")}.CheckAgainst(d.Dossier, by))
	requireRefused(t, models.CodeInvalidScore, Consensus{d.tenders[0].ID, scores("10.1")}.CheckAgainst(d.Dossier, by))

	d.forget(d.tenders[0].ID, d.evaluators[1])
	err := agreed.CheckAgainst(d.Dossier, by)
	requireRefused(t, models.CodeScoresMissing, err)
	require.ErrorContains(t, err, string(d.evaluators[1]))
	require.NoError(t, Consensus{d.tenders[1].ID, scores("5")}.CheckAgainst(d.Dossier, by),
		"of the other tender all scores are in")

	d.Roles = nil
	requireRefused(t, models.CodeScoresMissing, agreed.CheckAgainst(d.Dossier, by))
}

func TestNobodyAgreesOnScoresWhereTheMeanWasPublished(t *testing.T) {
	t.Parallel()
	d := newPanel(t, models.ConsensusMean)
	err := Consensus{d.tenders[0].ID, scores("8")}.CheckAgainst(d.Dossier, models.Entry{AuthorID: d.evaluators[0]})
	requireRefused(t, models.CodeInvalidValue, err)
	require.ErrorContains(t, err, "mean")
}

func TestATenderIsScoredBetweenTheOpeningAndTheLock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*desk)
		code  models.Code
	}{
		"the box is not opened":  {func(d *desk) { delete(d.Tendering.Awards, d.lot) }, models.CodeNotUnsealed},
		"the lot has ended":      {func(d *desk) { d.Tendering.Lots[0].EndedAt = &now }, models.CodeLotEnded},
		"quality is locked":      {(*desk).lock, models.CodeQualityLocked},
		"the tender is excluded": {func(d *desk) { d.exclude(0, 0) }, models.CodeNotAdmitted},
		"no tender was checked":  {func(d *desk) { d.drop(models.EntryAdmission) }, models.CodeNotAdmitted},
		"there are no criteria":  {func(d *desk) { d.drop(models.EntryAwardCriteria) }, models.CodeCriteriaMissing},
		"a conflict of interest": {
			func(d *desk) { d.declareAt(d.evaluators[0], true, 0) },
			models.CodeConflictDeclared,
		},
		"nothing was declared": {
			func(d *desk) { d.drop(models.EntryConflictDeclaration) },
			models.CodeDeclarationMissing,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newPanel(t, models.ConsensusMean)
			d.forget(d.tenders[0].ID, d.evaluators[0])
			require.NoError(t, CheckSheet(d.Dossier, d.sheet(0, scores("8")...)))
			c.spoil(d)
			requireRefused(t, c.code, CheckSheet(d.Dossier, d.sheet(0, scores("8")...)))
		})
	}
}

func TestASheetHoldsOneScoreWithAReasonForEachCriterion(t *testing.T) {
	t.Parallel()
	d := newPanel(t, models.ConsensusMean)
	d.forget(d.tenders[0].ID, d.evaluators[0])
	for name, c := range map[string]struct {
		given []models.Score
		code  models.Code
	}{
		"the lowest":       {scores("0"), ""},
		"the highest":      {scores("10"), ""},
		"between":          {scores("7.25"), ""},
		"below the scale":  {scores("-0.01"), models.CodeInvalidScore},
		"above the scale":  {scores("10.01"), models.CodeInvalidScore},
		"nothing":          {scores(""), models.CodeInvalidScore},
		"in words":         {scores("good"), models.CodeInvalidScore},
		"with an exponent": {scores("1e1"), models.CodeInvalidScore},
		"no score":         {nil, models.CodeInvalidScore},
		"twice":            {append(scores("7"), scores("8")...), models.CodeInvalidScore},
		"another criterion": {
			append(scores("7"), models.Score{Criterion: "colour", Score: "1", Reason: "red"}),
			models.CodeInvalidScore,
		},
		"no reason": {[]models.Score{{Criterion: "energy", Score: "8"}}, models.CodeInvalidValue},
	} {
		err := CheckSheet(d.Dossier, d.sheet(0, c.given...))
		if c.code == "" {
			require.NoError(t, err, name)
			continue
		}
		requireRefused(t, c.code, err)
	}
	err := CheckSheet(d.Dossier, d.sheet(0, models.Score{Criterion: "colour", Score: "1", Reason: "red"},
		scores("11")[0]))
	faults := models.Faults(err)
	require.Len(t, faults, 2, "all faults are told at once")
	require.Contains(t, faults[1].Detail, "outside the scale")
}

func TestAnEvaluatorSeesTheOthersScoresOnceAllOwnAreIn(t *testing.T) {
	t.Parallel()
	d := newPanel(t, models.ConsensusChair)
	own := d.evaluators[0]
	require.True(t, HasScoredAll(d.Dossier, d.lot, own))
	d.forget(d.tenders[1].ID, own)
	require.False(t, HasScoredAll(d.Dossier, d.lot, own), "one is missing")
	require.True(t, HasScoredAll(d.Dossier, d.lot, d.evaluators[1]))
	d.exclude(1, 0)
	require.True(t, HasScoredAll(d.Dossier, d.lot, own), "a tender that is excluded is not scored")
	d.drop(models.EntryAdmission)
	require.False(t, HasScoredAll(d.Dossier, d.lot, own), "nothing to score is nothing scored")
}

// Whether somebody has seen the others' scores is judged on that person's last sheet and the tenders of the same lot.
func TestOwnScoresAreFinalFromTheLastSheetOn(t *testing.T) {
	t.Parallel()
	d := newPanel(t, models.ConsensusChair)
	own := d.evaluators[0]
	anew := d.sheet(0, scores("9")...)
	requireRefused(t, models.CodeScoresFinal, CheckSheet(d.Dossier, anew))

	last := now.Add(-time.Hour)
	d.check(1, models.Admission{Decision: models.AdmissionAdmitted}, last)
	d.forget(d.tenders[1].ID, own)
	require.NoError(t, CheckSheet(d.Dossier, anew), "the second tender was admitted by then and is not scored yet")
	d.check(1, models.Admission{Decision: models.AdmissionAdmitted}, last.Add(time.Second))
	requireRefused(t, models.CodeScoresFinal, CheckSheet(d.Dossier, anew))

	for i := range d.Tendering.Sheets {
		if d.Tendering.Sheets[i].PersonID != own {
			d.Tendering.Sheets[i].WrittenAt = last.Add(time.Minute)
		}
	}
	requireRefused(t, models.CodeScoresFinal, CheckSheet(d.Dossier, anew))
	other := models.NewID(models.PrefixTender)
	d.Tendering.Received = append(d.Tendering.Received, models.Tender{ID: other, LotID: models.NewID(models.PrefixLot)})
	d.Tendering.Sheets = append(d.Tendering.Sheets,
		models.ScoreSheet{TenderID: other, PersonID: own, WrittenAt: last.Add(time.Minute)})
	requireRefused(t, models.CodeScoresFinal, CheckSheet(d.Dossier, anew))
}

func TestQualityIsLockedOnceEveryTenderIsCheckedAndScored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*desk)
		code  models.Code
	}{
		"all is there": {func(*desk) {}, ""},
		"an excluded one is not": {func(d *desk) {
			d.drop(models.EntryConsensus)
			d.exclude(0, 0)
			d.exclude(1,
				0)
		}, ""},
		"the box is not opened": {func(d *desk) { delete(d.Tendering.Awards, d.lot) }, models.CodeNotUnsealed},
		"the lot has ended":     {func(d *desk) { d.Tendering.Lots[0].EndedAt = &now }, models.CodeLotEnded},
		"it is locked":          {(*desk).lock, models.CodeQualityLocked},
		"the chair has declared none": {
			func(d *desk) { d.drop(models.EntryConflictDeclaration) },
			models.CodeDeclarationMissing,
		},
		"a tender is not checked": {func(d *desk) { d.drop(models.EntryAdmission) }, models.CodeAdmissionMissing},
		"a tender is not scored":  {func(d *desk) { d.drop(models.EntryConsensus) }, models.CodeScoresMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newPanel(t, models.ConsensusChair)
			c.spoil(d)
			err := MayLockQuality(d.Dossier, d.lot, d.evaluators[0])
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			requireRefused(t, c.code, err)
		})
	}
}
