package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// gives has Anna, of GENCI, hold a role.
func (s *story) gives(role models.Role) {
	s.Helper()
	given := s.board(s.anna, s.genci)
	given.Role = role
	s.good(s.anna, given)
}

// signature is Anna's under the n-th decision on the lot, which awards it to a tender on the ranking as it is.
func (t tendering) signature(tender models.ID, n int) models.AwardSignature {
	t.Helper()
	return models.AwardSignature{
		Lot: t.lot, Tender: tender, Decision: n, Ranking: t.ranking().Digest, Capacity: "Director",
	}
}

// signing is what tells of a signature.
func (t tendering) signing(s models.AwardSignature) event.EntryWritten {
	t.Helper()
	e := t.written(models.EntryAwardSignature, s, false)
	e.OrganisationID = t.genci
	return e
}

// signs has Anna sign, as an awarder.
func (t tendering) signs(tender models.ID, n int) {
	t.Helper()
	t.gives(models.RoleAwarder)
	t.good(t.anna, t.signing(t.signature(tender, n)))
}

// told is that tenderers were told of the award of the lot.
func (t tendering) told() event.LettersSent {
	return event.LettersSent{LotID: t.lot, Letters: []string{gate}, StandstillUntil: new(t.at.AddDate(0, 0, 11))}
}

func TestTenderersAreToldOfAnAwardThatAnAwarderHasSigned(t *testing.T) {
	t.Parallel()
	l := awarded(t)
	l.signs(l.next, 0)
	l.good(l.anna, l.told())

	unsigned := awarded(t)
	require.Contains(t, unsigned.happens(unsigned.anna, unsigned.told()), "no awarder has signed")

	ended := awarded(t)
	ended.good(ended.anna, event.LettersSent{LotID: ended.lot, Letters: []string{gate}, Code: "all-rej"})
}

// Events of a release in which nobody signed awards tell of letters without a signature.
func TestLettersOfAReleaseWithoutSignaturesFollow(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func(*story){
		"that did not tell everything": func(s *story) { s.early = true },
		"in which nobody signed":       func(s *story) { s.unsigned = true },
	} {
		l := awarded(t)
		of(l.story)
		require.Empty(t, l.happens(l.anna, l.told()), name)
	}
	upgraded := func() tendering {
		s := tell(t)
		s.early, s.unsigned = true, true
		l := s.tendered(models.ConsensusChair)
		l.good(l.anna, l.carried(l.next, l.ranking().Digest))
		s.early, s.unsigned = false, false
		return l.moves()
	}
	l := upgraded()
	require.Contains(t, l.happens(l.anna, l.told()), "no awarder has signed",
		"the award is of the earlier release, the letters are not")
	l = upgraded()
	l.signs(l.next, 0)
	l.good(l.anna, l.told())
}

func TestASignatureIsJudgedByTheAwardThatItIsUnder(t *testing.T) {
	t.Parallel()
	unknown := models.NewID(models.PrefixTender)
	for name, c := range map[string]struct {
		spoil func(*models.AwardSignature)
		said  string
	}{
		"another winner":   {func(s *models.AwardSignature) { s.Tender = unknown }, "to another"},
		"another ranking":  {func(s *models.AwardSignature) { s.Ranking = other }, "on another ranking"},
		"another decision": {func(s *models.AwardSignature) { s.Decision = 2 }, "is number 1"},
		"another lot":      {func(s *models.AwardSignature) { s.Lot = models.NewID(models.PrefixLot) }, "no such lot"},
	} {
		l := awarded(t)
		l.gives(models.RoleAwarder)
		s := l.signature(l.next, 0)
		c.spoil(&s)
		require.Contains(t, l.happens(l.anna, l.signing(s)), c.said, name)
		require.NotEmpty(t, l.happens(l.anna, l.told()), name)
	}
	nobody := awarded(t)
	require.Contains(t, nobody.happens(nobody.anna, nobody.signing(nobody.signature(nobody.next, 0))), "was no awarder")

	early := tell(t).tendered(models.ConsensusChair)
	early.gives(models.RoleAwarder)
	require.Contains(t, early.happens(early.anna, early.signing(early.signature(early.next, 0))), "is not decided")
}

// What does not sign: a signature that was taken back, one of which nobody can read what was signed, one under a
// decision that was set aside, and one of somebody who has declared an interest since.
func TestASignatureThatDoesNotCountIsNone(t *testing.T) {
	t.Parallel()
	signed := func() (tendering, event.EntryWritten) {
		l := awarded(t)
		l.gives(models.RoleAwarder)
		e := l.signing(l.signature(l.next, 0))
		l.good(l.anna, e)
		return l, e
	}
	for name, spoil := range map[string]func(tendering, event.EntryWritten){
		"taken back": func(l tendering, e event.EntryWritten) {
			l.good(l.anna, event.EntryWithdrawn(e))
		},
		"not to be read": func(l tendering, e event.EntryWritten) {
			l.contents.Bodies[Key(e.EntryID, e.Version)] = []byte(`{"lot": "another"}`)
		},
		"under the former decision": func(l tendering, _ event.EntryWritten) {
			l.good(l.anna, l.fallen())
			l.moves()
			l.good(l.anna, l.carried(l.first, l.ranking().Digest))
			l.moves()
		},
		"with a conflict in the lot": func(l tendering, _ event.EntryWritten) {
			l.writes(l.anna, models.EntryConflictDeclaration,
				models.ConflictDeclaration{Lot: l.lot, Conflict: true, Statement: "My brother."}, true)
		},
		"with an interest": func(l tendering, _ event.EntryWritten) {
			l.writes(l.anna, models.EntryInterestDeclaration,
				models.InterestDeclaration{Person: l.anna, Conflict: true}, true)
		},
	} {
		l, e := signed()
		spoil(l, e)
		l.at = l.at.Add(time.Hour)
		require.Contains(t, l.happens(l.anna, l.told()), "no awarder has signed", name)
	}
}
