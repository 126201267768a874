package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// tied is a lot with two tenders that are equal in all, and a third that is worse.
func tied(t *testing.T, keys ...string) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"100.00", "8"}, offer{"120.00", "5"})
	d.criteria(func(c *models.AwardCriteria) { c.TieBreak = keys })
	for person, organisation := range map[models.ID]models.ID{
		"per_ana": "org_a", "per_ben": "org_b", "per_cem": "org_b",
	} {
		d.Roles = append(d.Roles, models.RoleAssignment{
			PersonID: person, Role: models.RoleBoard, OrganisationID: organisation,
		})
	}
	return d
}

// drawn is a draw of lots in which the second tender came first.
func (d *desk) drawn() TieDraw {
	d.Helper()
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(d, err)
	return TieDraw{
		Lot: d.lot, Ranking: e.Digest, Order: []models.ID{d.tenders[1].ID, d.tenders[0].ID},
		HeldAt: d.locked.Add(time.Minute), Way: "two folded papers in an urn",
		Witnesses: []models.ID{"per_ana", "per_ben"},
	}
}

func TestLotsThatWereDrawnDecideATie(t *testing.T) {
	t.Parallel()
	d := tied(t, "price", "draw")
	before, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	err = MayAward(d.Dossier, d.lot, d.tenders[1].ID, before.Digest)
	requireRefused(t, models.CodeNoWinner, err)
	refusal, _ := models.RefusalOf(err)
	require.Contains(t, refusal.Accepted, "draw of lots")

	draw := d.drawn()
	require.NoError(t, draw.Check())
	require.NoError(t, draw.CheckAgainst(d.Dossier, models.Entry{}))
	d.write(models.EntryTieDraw, string(d.lot), "", draw)
	after, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.NotEqual(t, before.Digest, after.Digest)
	require.Equal(t, d.tenders[1].ID, after.Ranking.Places[0].Tender)
	require.Equal(t, "draw", after.Ranking.Places[1].DecidedBy)
	require.NoError(t, MayAward(d.Dossier, d.lot, d.tenders[1].ID, after.Digest))

	again := d.drawn()
	requireRefused(t, models.CodeInvalidValue, again.CheckAgainst(d.Dossier, models.Entry{}))
}

func TestADrawThatWasNotAnnouncedIsRefused(t *testing.T) {
	t.Parallel()
	d := tied(t, "price")
	requireRefused(t, models.CodeNoDraw, d.drawn().CheckAgainst(d.Dossier, models.Entry{}))
	d.write(models.EntryTieDraw, string(d.lot), "", d.drawn())
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	_, ok := e.Ranking.Winner()
	require.False(t, ok)
	require.Empty(t, e.Draws)
}

func TestADrawNeedsTheTiedAndWitnessesOfTwoOrganisations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*desk, *TieDraw)
		code  models.Code
	}{
		"one who is not tied": {func(d *desk, x *TieDraw) { x.Order[0] = d.tenders[2].ID }, models.CodeInvalidValue},
		"one more": {
			func(d *desk, x *TieDraw) { x.Order = append(x.Order, d.tenders[2].ID) }, models.CodeInvalidValue,
		},
		"another ranking": {func(_ *desk, x *TieDraw) { x.Ranking = "" }, models.CodeRankingChanged},
		"before the lock": {
			func(d *desk, x *TieDraw) { x.HeldAt = d.locked.Add(-time.Second) }, models.CodeInvalidValue,
		},
		"in the future": {func(d *desk, x *TieDraw) { x.HeldAt = d.Now.Add(time.Second) }, models.CodeInvalidValue},
		"witnesses of one buyer": {
			func(_ *desk, x *TieDraw) { x.Witnesses[0] = "per_cem" }, models.CodeInvalidValue,
		},
		"a stranger": {func(_ *desk, x *TieDraw) { x.Witnesses[0] = "per_dan" }, models.CodeInvalidValue},
		"a witness with an interest": {func(d *desk, _ *TieDraw) {
			d.write(models.EntryConflictDeclaration, "", "per_ana",
				models.ConflictDeclaration{Lot: d.lot, Conflict: true, Statement: "a share"})
		}, models.CodeInvalidValue},
		"a lot that was awarded": {
			func(d *desk, _ *TieDraw) { d.change(func(a *models.LotAward) { a.AwardedAt = &now }) },
			models.CodeAlreadyAwarded,
		},
		"a lot that has ended": {func(d *desk, _ *TieDraw) { d.Tendering.Lots[0].EndedAt = &now }, models.CodeLotEnded},
		"a lot before prices": {
			func(d *desk, _ *TieDraw) { d.lockedAt(nil) },
			models.CodeQualityOpen,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := tied(t, "draw")
			draw := d.drawn()
			c.spoil(d, &draw)
			requireRefused(t, c.code, draw.CheckAgainst(d.Dossier, models.Entry{}))
		})
	}
	requireRefused(t, models.CodeInvalidValue, TieDraw{}.Check())
	d := tied(t, "draw")
	twice := d.drawn()
	twice.Witnesses = []models.ID{"per_ana", "per_ana"}
	requireRefused(t, models.CodeInvalidValue, twice.Check())
}
