package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// signing is a lot that was awarded to the first of two tenders, with an awarder.
func signing(t *testing.T) (d *desk, awarder models.ID, s models.AwardSignature) {
	t.Helper()
	d = newDesk(t, models.ConsensusChair, offer{"100", "9"}, offer{"90", "6"})
	d.award(d.tenders[0].ID)
	awarder = models.NewID(models.PrefixPerson)
	d.Roles = append(d.Roles, models.RoleAssignment{
		PersonID: awarder, Role: models.RoleAwarder, OrganisationID: "org_a",
	})
	return d, awarder, models.AwardSignature{
		Lot: d.lot, Tender: d.tenders[0].ID, Ranking: d.Tendering.Awards[d.lot].Ranking, Capacity: "Director",
	}
}

// signs writes a signature so long after the decision.
func (d *desk) signs(by models.ID, s models.AwardSignature, after time.Duration) {
	d.Helper()
	d.write(models.EntryAwardSignature, string(s.Lot), by, s)
	d.Entries[len(d.Entries)-1].WrittenAt = now.Add(after)
}

func TestAnAwarderSignsTheDecisionAsItStands(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *desk, awarder models.ID, s *models.AwardSignature)
		code   models.Code
		field  string
	}{
		"another lot": {func(_ *desk, _ models.ID, s *models.AwardSignature) {
			s.Lot = models.NewID(models.PrefixLot)
		}, models.CodeInvalidValue, "/lot"},
		"not yet awarded": {func(d *desk, _ models.ID, _ *models.AwardSignature) {
			d.change(func(a *models.LotAward) { a.AwardedAt = nil })
		}, models.CodeNotAwarded, "/lot"},
		"ended": {func(d *desk, _ models.ID, _ *models.AwardSignature) {
			d.Tendering.Lots[0].EndedAt = &now
		}, models.CodeLotEnded, "/lot"},
		"tenderers were told": {func(d *desk, _ models.ID, _ *models.AwardSignature) {
			d.change(func(a *models.LotAward) { a.LettersAt = &now })
		}, models.CodeLettersSent, "/lot"},
		"another winner": {func(d *desk, _ models.ID, s *models.AwardSignature) {
			s.Tender = d.tenders[1].ID
		}, models.CodeInvalidValue, "/tender"},
		"another ranking": {func(_ *desk, _ models.ID, s *models.AwardSignature) {
			s.Ranking = models.Digest(nil)
		}, models.CodeInvalidValue, "/ranking"},
		"without a further partner": {func(d *desk, _ models.ID, _ *models.AwardSignature) {
			d.change(func(a *models.LotAward) { a.Partners = string(d.tenders[1].ID) })
		}, models.CodeInvalidValue, "/partners"},
		"an earlier decision": {func(d *desk, _ models.ID, _ *models.AwardSignature) {
			d.change(func(a *models.LotAward) { a.N = 2 })
		}, models.CodeInvalidValue, "/decision"},
		"an awarder with a conflict": {func(d *desk, awarder models.ID, _ *models.AwardSignature) {
			d.write(models.EntryConflictDeclaration, "", awarder,
				models.ConflictDeclaration{Lot: d.lot, Conflict: true, Statement: "My brother."})
		}, models.CodeConflictDeclared, ""},
		"twice": {func(d *desk, awarder models.ID, s *models.AwardSignature) {
			d.signs(awarder, *s, time.Minute)
		}, models.CodeAlreadyExists, ""},
	} {
		d, awarder, s := signing(t)
		c.change(d, awarder, &s)
		refusal, refused := models.RefusalOf(s.CheckAgainst(d.Dossier, models.Entry{ID: "ent_new", AuthorID: awarder}))
		require.True(t, refused, name)
		require.Equal(t, c.code, refusal.Code, name)
		require.Equal(t, c.field, refusal.Field, name)
	}
	d, awarder, s := signing(t)
	require.NoError(t, s.CheckAgainst(d.Dossier, models.Entry{AuthorID: awarder}))
}

func TestAnAwardIsSignedByASignatureUnderThisDecisionOnly(t *testing.T) {
	t.Parallel()
	d, awarder, s := signing(t)
	lot := d.Tendering.Lots[0]
	refusal, refused := models.RefusalOf(d.AwardSigned(lot))
	require.True(t, refused)
	require.Equal(t, models.CodeAwardUnsigned, refusal.Code)
	require.Contains(t, refusal.Accepted, "a person of Lead ("+string(awarder)+")", "it names who may sign")

	other := s
	other.Decision = 2
	d.signs(awarder, other, time.Minute)
	require.Error(t, d.AwardSigned(lot), "a signature under another decision")
	d.signs(awarder, s, 0)
	require.NoError(t, d.AwardSigned(lot))
	d.write(models.EntryConflictDeclaration, "", awarder, models.ConflictDeclaration{Lot: d.lot, Conflict: true})
	require.Error(t, d.AwardSigned(lot), "who has declared a conflict since has not signed")

	d, awarder, _ = signing(t)
	d.write(models.EntryConflictDeclaration, "", awarder, models.ConflictDeclaration{Lot: d.lot, Conflict: true})
	refusal, _ = models.RefusalOf(d.AwardSigned(d.Tendering.Lots[0]))
	require.Contains(t, refusal.Accepted, "to whom a member gives the role awarder", "nobody who may sign is left")
}
