package acts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

func (b *board) counts(by models.ID, on any) process.CountResult {
	b.Helper()
	return result[process.CountResult](b, by, models.VerbCount, on)
}

// refusedCommand asks for a command that is refused.
func (b *board) refusedCommand(by models.ID, verb models.Verb, payload any) *models.Refusal {
	b.Helper()
	id := b.asked(by, verb, string(mustJSON(b.T, payload)))
	require.Equal(b, process.CommandRefused, b.execute(id).Status)
	return b.command(id).Refusal
}

// What is written without a vote can be what a motion was waiting for; a count then says so.
func TestTheVotesAreCountedAgainAfterABoardWasRecused(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	m := b.moves(0)
	b.votes(1, m, models.ChoiceApprove)
	on := map[string]any{"motion": m.MotionID}
	counted := b.counts(b.lead, on)
	require.Equal(t, models.DecisionOpen, counted.Decision)
	require.Equal(t, []models.ID{b.buyers[2]}, counted.Missing)
	b.motionIs(m, models.MotionOpen)

	_, err := b.writes(b.people[2], models.EntryInterestDeclaration,
		map[string]any{"person": b.people[2], "conflict": true, "statement": "I own a supplier."})
	require.NoError(t, err)
	counted = b.counts(b.people[0], on)
	require.Equal(t, models.DecisionApproved, counted.Decision)
	require.Equal(t, []models.ID{b.buyers[2]}, counted.Recused)
	b.motionIs(m, models.MotionCarried)
	require.Equal(t, models.CodeAlreadyDecided, b.refusedCommand(b.lead, models.VerbCount, on).Code)

	decided := lastEvent[event.MotionDecided](b)
	require.Equal(t, models.MotionCarried, decided.Status)
	require.Equal(t, models.VotingTerms{Rule: models.RuleUnanimous}, decided.Count.Terms)
	require.Nil(t, decided.Count.Agreement, "none was signed")
	require.Equal(t, []models.ID{b.people[2]}, decided.Count.Buyers[2].Recused)
	b.inTx(func(tx *store.Tx) {
		kept, err := tx.Decisions(b.id, models.MotionSubject(m.MotionID))
		require.NoError(t, err)
		require.Len(t, kept, 1)
		require.Equal(t, *decided.Count, kept[0].Count, "the table follows from the event")
		require.Equal(t, m.Digest, kept[0].Digest)
	})
}

func TestTheVotesAreCountedAgainByTheAgreementThatCameIntoForce(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	first := b.agrees(nil, b.agreement("unanimous", nil), 0, 1, 2)
	m := b.moves(0)
	b.votes(1, m, models.ChoiceApprove)
	next := b.agrees(&first, b.agreement("two_thirds", nil), 0, 1, 2)
	b.motionIs(m, models.MotionOpen)
	require.Equal(t, models.DecisionApproved, b.counts(b.lead, map[string]any{"motion": m.MotionID}).Decision)
	b.motionIs(m, models.MotionCarried)
	agreement := lastEvent[event.MotionDecided](b).Count.Agreement
	require.Equal(t, models.AgreementReference{
		Entry: next.ID, Version: 2, Digest: next.Digest, Since: agreement.Since,
	}, *agreement)
}

func TestWhatAnAgreementBringsIntoForceIsRecordedOnce(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	terms := map[string]any{"quorum": "60", "casting_vote": b.buyers[1], "abstention": "against"}
	e := b.agrees(nil, b.agreement("weighted", terms), 0, 1)
	require.Zero(t, b.events(event.AgreementInForce{}))
	signed := lastEvent[event.EntryWritten](b)
	require.Equal(t, models.EntrySignature, signed.Kind)
	require.Equal(t, &models.Confirmation{Entry: e.ID, Digest: e.Digest, Version: 1}, signed.Confirms)
	_, err := b.writes(b.people[2], models.EntrySignature,
		map[string]any{"agreement": e.ID, "digest": e.Digest, "version": 1, "capacity": "director"})
	require.NoError(t, err)
	require.Equal(t, event.AgreementInForce{
		EntryID: e.ID, Version: 1, Digest: e.Digest, Terms: models.VotingTerms{
			Rule: models.RuleWeighted, Quorum: "60", CastingVote: b.buyers[1], Abstention: models.AbstentionAgainst,
		}, Weights: []event.PartyWeight{
			{OrganisationID: b.buyers[0], Weight: "40"},
			{OrganisationID: b.buyers[1], Weight: "40"},
			{OrganisationID: b.buyers[2], Weight: "20"},
		},
	}, lastEvent[event.AgreementInForce](b))
	require.Equal(t, 1, b.events(event.AgreementInForce{}))
	_, err = b.writes(b.people[2], models.EntrySignature,
		map[string]any{"agreement": e.ID, "digest": e.Digest, "capacity": "director"})
	refused(t, err, models.CodeAlreadyExists)

	m := b.moves(0)
	b.votes(2, m, models.ChoiceReject) // 40 to 20 of 100
	require.Equal(t, models.DecisionApproved, b.votes(1, m, models.ChoiceApprove).Decision)
	cast := lastEvent[event.VoteCast](b)
	require.Equal(t, b.people[1], cast.PersonID)
	require.Equal(t, []models.CountedBuyer{
		{Organisation: b.buyers[0], Lead: true, Weight: "40", Choice: models.ChoiceApprove},
		{Organisation: b.buyers[1], Weight: "40", Vote: cast.VoteID, Choice: models.ChoiceApprove},
		{Organisation: b.buyers[2], Weight: "20", Choice: models.ChoiceReject},
	}, withoutVotes(lastEvent[event.MotionDecided](b).Count.Buyers, cast.VoteID))
}

// withoutVotes leaves out the IDs of all votes but one.
func withoutVotes(buyers []models.CountedBuyer, but models.ID) []models.CountedBuyer {
	for i := range buyers {
		if buyers[i].Vote != but {
			buyers[i].Vote = ""
		}
	}
	return buyers
}

// Of the last two signatures at once neither would see the other, so they are given one after the other, and beside no
// other content.
func TestOfSignaturesGivenAtOnceOneIsTheLast(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	e := b.agrees(nil, b.agreement("majority", nil), 0)
	row, _ := acts.EntryKindOf(models.EntrySignature)
	var both errgroup.Group
	b.inTx(func(tx *store.Tx) {
		_, err := tx.ShareProcurement(b.id)
		require.NoError(t, err)
		for _, person := range b.people[1:] {
			by := b.come(person, row)
			both.Go(func() error {
				_, err := row.Write(t.Context(), b.Acts, by,
					models.Signature{Agreement: e.ID, Digest: e.Digest, Capacity: "director"})
				return err
			})
		}
		require.Eventually(t, func() bool {
			var waiting int
			err := b.sql.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
			return err == nil && waiting == 2
		}, time.Minute, 10*time.Millisecond)
	})
	require.NoError(t, both.Wait())
	require.Equal(t, 1, b.events(event.AgreementInForce{}))
}

func TestIfAllBoardsAreRecusedACountSaysSo(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	m := b.moves(0)
	for _, person := range b.people {
		_, err := b.writes(person, models.EntryInterestDeclaration,
			map[string]any{"person": person, "conflict": true, "statement": "I own a supplier."})
		require.NoError(t, err)
	}
	refusal := b.refusedCommand(b.lead, models.VerbCount, map[string]any{"motion": m.MotionID})
	require.Equal(t, models.CodeNobodyMayDecide, refusal.Code)
	b.motionIs(m, models.MotionOpen)
	require.Zero(t, b.events(event.MotionDecided{}))
}

func TestACountIsOfAGateOrAMotion(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	require.Equal(t, models.CodeInvalidRequest, b.refusedCommand(b.lead, models.VerbCount, map[string]any{}).Code)
	require.Equal(t, models.CodePhaseNotOpen,
		b.refusedCommand(b.lead, models.VerbCount, map[string]any{"phase": "tender"}).Code)
	require.Equal(t, models.CodeNotFound, b.refusedCommand(b.lead, models.VerbCount,
		map[string]any{"motion": models.NewID(models.PrefixMotion)}).Code)
	require.Equal(t, models.DecisionOpen, b.counts(b.lead, map[string]any{"phase": "needs"}).Decision)
}

func TestARejectedGateKeepsItsCount(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	b.execute(b.asked(b.people[1], models.VerbVote, b.gateVote(models.PhaseNeeds, models.ChoiceReject)))
	rejected := lastEvent[event.GateRejected](b)
	require.Equal(t, models.DecisionRejected, rejected.Count.Decision)
	require.Equal(t, models.ChoiceReject, rejected.Count.Buyers[1].Choice)
	b.inTx(func(tx *store.Tx) {
		kept, err := tx.Decisions(b.id, models.GateSubject(models.PhaseNeeds))
		require.NoError(t, err)
		require.Len(t, kept, 1)
		require.Equal(t, rejected.Digest, kept[0].Digest)
	})

	again := b.counts(b.lead, map[string]any{"phase": "needs"})
	require.Equal(t, models.DecisionRejected, again.Decision)
	require.Equal(t, 1, b.events(event.GateRejected{}), "the same votes decide nothing anew")
	b.inTx(func(tx *store.Tx) {
		kept, err := tx.Decisions(b.id, models.GateSubject(models.PhaseNeeds))
		require.NoError(t, err)
		require.Len(t, kept, 1)
	})
}
