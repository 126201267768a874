package evaluation

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// declareAt has a person declare on the lot so long after quality was locked.
func (d *desk) declareAt(person models.ID, conflict bool, after time.Duration) {
	d.Helper()
	d.write(models.EntryConflictDeclaration, "", person,
		models.ConflictDeclaration{Lot: d.lot, Conflict: conflict, Statement: "a share"})
	d.Entries[len(d.Entries)-1].WrittenAt = d.locked.Add(after)
}

func TestWhoDeclaresAfterTheLockJoinsNoPanel(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusMean, offer{"100.00", "8"}, offer{"80.00", "5"})
	silent := models.NewID(models.PrefixPerson)
	d.Roles = append(d.Roles, models.RoleAssignment{
		PersonID: silent, Role: models.RoleEvaluator,
		OrganisationID: "org_b",
	})
	before, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err, "who has declared nothing is not awaited")
	d.declareAt(silent, false, time.Minute)
	after, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err, "no score is written any more, so none can be awaited from somebody new")
	require.Equal(t, before.Digest, after.Digest)
}

func TestAConflictAfterTheLockIsNamedAndChangesNoDecisionThatWasTaken(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusMean, offer{"100.00", "8"}, offer{"100.00", "5"})
	d.Tendering.Sheets[0].Scores = scores("9")
	d.award(d.tenders[0].ID)
	decided := d.Tendering.Awards[d.lot].Ranking
	d.declareAt(d.evaluators[0], true, 2*time.Hour)
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.Equal(t, decided, e.Digest, "it was declared an hour after the award")
	require.Empty(t, e.LateConflicts)

	d.Entries[len(d.Entries)-1].WrittenAt = now.Add(-time.Minute)
	e, err = Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.NotEqual(t, decided, e.Digest)
	require.Equal(t, []models.ID{d.evaluators[0]}, e.LateConflicts)

	s, err := timelimit.CountStandstill(d.Dossier, now, true)
	require.NoError(t, err)
	_, err = ComposeLetters(d.Dossier, d.Tendering.Lots[0], now, s)
	requireRefused(t, models.CodeRankingChanged, err)
}

func TestWhoseOrganisationTenderedNeitherEvaluatesNorStudies(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusMean, offer{"100.00", "8"}, offer{"80.00", "5"})
	partisan, tenderer := d.evaluators[0], d.tenders[0].OrganisationID
	require.NoError(t, d.MayEvaluate(partisan, d.lot))
	for i := range d.Roles {
		if d.Roles[i].PersonID == partisan {
			d.Roles[i].OrganisationID = tenderer
		}
	}
	requireRefused(t, models.CodeConflictDeclared, d.MayEvaluate(partisan, d.lot))
	require.Equal(t, d.evaluators[1:], d.Panel(d.lot))
	requireRefused(t, models.CodeConflictDeclared, d.MayStudy(tenderer, d.lot))
	require.NoError(t, d.MayStudy("org_a", d.lot))
	all := models.ConflictDeclaration{
		Lot:       d.lot,
		Tenderers: []models.ID{d.tenders[0].OrganisationID, d.tenders[1].OrganisationID},
	}
	requireRefused(t, models.CodeConflictDeclared, all.CheckAgainst(d.Dossier, models.Entry{AuthorID: partisan}))
	all.Conflict = true
	require.NoError(t, all.CheckAgainst(d.Dossier, models.Entry{AuthorID: partisan}))
}

func TestWhoHasDeclaredAConflictNeitherAdmitsNorExcludes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "5"})
	tender := d.tenders[0].ID
	exclusion := models.Admission{
		Tender: tender, Decision: models.AdmissionExcluded, Code: "other",
		Reason: models.Text{"en": "No."},
	}
	inquiry := models.PriceInquiry{Tender: tender, Question: models.Text{"en": "How?"}}
	by := models.Entry{AuthorID: d.evaluators[0]}
	require.NoError(t, exclusion.CheckAgainst(d.Dossier, by))
	require.NoError(t, inquiry.CheckAgainst(d.Dossier, by))
	d.declareAt(d.evaluators[0], true, time.Minute)
	requireRefused(t, models.CodeConflictDeclared, exclusion.CheckAgainst(d.Dossier, by))
	requireRefused(t, models.CodeConflictDeclared, inquiry.CheckAgainst(d.Dossier, by))
}

func TestATenderAdmittedLaterLetsNobodyScoreTheOthersAnew(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "5"}, offer{"90.00", "5"})
	d.lockedAt(nil)
	own, first, late := d.evaluators[0], d.tenders[0].ID, d.tenders[2].ID
	for i := range d.Tendering.Sheets {
		d.Tendering.Sheets[i].WrittenAt = now.Add(-time.Hour)
	}
	d.Tendering.Sheets = slices.DeleteFunc(d.Tendering.Sheets,
		func(s models.ScoreSheet) bool { return s.TenderID == late })
	for i, e := range d.Entries {
		if e.Kind == models.EntryAdmission && e.Subject == string(late) {
			d.Entries[i].WrittenAt = now.Add(-time.Minute)
		}
	}
	requireRefused(t, models.CodeScoresFinal,
		CheckSheet(d.Dossier, models.ScoreSheet{TenderID: first, PersonID: own, Scores: scores("10")}))
	require.NoError(t, CheckSheet(d.Dossier, models.ScoreSheet{TenderID: late, PersonID: own, Scores: scores("10")}))

	d.Tendering.Sheets = slices.DeleteFunc(d.Tendering.Sheets,
		func(s models.ScoreSheet) bool { return s.TenderID == d.tenders[1].ID && s.PersonID == own })
	require.NoError(t, CheckSheet(d.Dossier, models.ScoreSheet{TenderID: first, PersonID: own, Scores: scores("10")}),
		"the others' scores were not shown yet")
}
