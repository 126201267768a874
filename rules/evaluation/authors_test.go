package evaluation

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// signed gives each entry of a kind an author of its own, and returns the authors.
func (d *desk) signed(kind models.EntryKind) (authors []models.ID) {
	for _, e := range d.Of(kind) {
		d.Authors[e.ID] = []models.ID{models.NewID(models.PrefixPerson)}
		authors = append(authors, d.Authors[e.ID]...)
	}
	return authors
}

func TestWhoWroteWhatAnAwardRestsOnIsItsAuthor(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "5"})
	wrote := slices.Concat(d.signed(models.EntryAwardCriteria), d.signed(models.EntryConsensus),
		d.signed(models.EntryAdmission), d.evaluators)
	require.Len(t, wrote, 7)

	// What was written on another lot is none of it.
	other := d.write(models.EntryConsensus, "tnd_elsewhere", "", Consensus{})
	d.Authors[other] = []models.ID{"per_elsewhere"}
	d.Tendering.Sheets = append(d.Tendering.Sheets,
		models.ScoreSheet{TenderID: "tnd_elsewhere", PersonID: "per_elsewhere"})
	authors := AwardAuthors(d.Dossier, d.lot)
	require.ElementsMatch(t, wrote, authors)
	require.True(t, slices.IsSorted(authors))
	require.Empty(t, AwardAuthors(d.Dossier, models.NewID(models.PrefixLot)))
}

func TestWhoWroteWhatAnInvitationRestsOnIsItsAuthor(t *testing.T) {
	t.Parallel()
	r := newRound(t, 2, 0)
	r.judged(r.able(0, "10"))
	r.judged(r.able(1, "20"))
	wrote := slices.Concat(r.signed(models.EntrySelectionCriteria), r.signed(models.EntrySelection))
	require.Len(t, wrote, 3)
	require.ElementsMatch(t, wrote, InvitationAuthors(r.Dossier, r.lot))
	require.Empty(t, InvitationAuthors(r.Dossier, models.NewID(models.PrefixLot)))
}
