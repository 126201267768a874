package gate

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// ballot is on something that nobody wrote.
func ballot() Ballot { return Ballot{Subject: "motion/1", Round: 1, Digest: "d"} }

// cast makes the vote of a buyer, by a person who holds no role any more.
func (f *file) cast(buyer int, choice models.Choice) models.Vote {
	return models.Vote{
		ID: models.NewID(models.PrefixVote), OrganisationID: f.buyer(buyer),
		PersonID: models.NewID(models.PrefixPerson), Choice: choice, Digest: "d", CastAt: f.tick(),
	}
}

func (f *file) count(b Ballot, votes ...models.Vote) models.VoteCount {
	f.Helper()
	count, err := Count(f.Dossier, b, votes)
	require.NoError(f, err)
	return count
}

func (f *file) rule() models.DecisionRule { return f.count(ballot()).Terms.Rule }

func TestTheTermsAreTheAgreementsThatIsInForce(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	require.Equal(t, models.RuleUnanimous, f.rule())
	require.Nil(t, f.count(ballot()).Agreement)
	e := f.write(models.EntryAgreement, f.agreement(models.RuleMajority))
	f.sign(0, e)
	f.sign(1, e)
	require.Equal(t, models.RuleUnanimous, f.rule(), "one has not signed")
	f.sign(2, e)
	require.Equal(t, models.RuleMajority, f.rule())
	require.Equal(t, &models.AgreementReference{Entry: e.ID, Version: 1, Digest: e.Digest, Since: f.Now},
		f.count(ballot()).Agreement, "the count says by which agreement")

	next := f.change(e.ID, func(c map[string]any) { c["decision_rule"] = "lead_alone" })
	require.Equal(t, models.RuleMajority, f.rule(), "the new version is not signed")
	for i := range f.Members {
		f.sign(i, next)
	}
	require.Equal(t, models.RuleLeadAlone, f.rule())
	f.leave(2)
	require.Equal(t, models.RuleLeadAlone, f.rule(), "it holds for those who remain")
	f.withdraw(e.ID)
	require.Equal(t, models.RuleLeadAlone, f.rule(), "nobody ends it alone")
}

// A majority that was reached stays one when a member leaves; it was once lost to unanimity, and the motion with it.
func TestAMotionKeepsItsMajorityWhenAMemberLeaves(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.agreed(f.agreement(models.RuleMajority))
	votes := []models.Vote{f.cast(0, models.ChoiceApprove), f.cast(1, models.ChoiceReject)}
	require.Equal(t, models.DecisionOpen, f.count(ballot(), votes...).Decision)
	f.leave(1)
	count := f.count(ballot(), votes...)
	require.Equal(t, models.DecisionOpen, count.Decision, "one of two is no majority yet")
	require.Equal(t, []models.ID{f.buyer(2)}, count.Missing())
	votes = append(votes, f.cast(2, models.ChoiceApprove))
	require.Equal(t, models.DecisionApproved, f.count(ballot(), votes...).Decision)
}

func TestWeightedVotesWeighWhatTheAgreementSays(t *testing.T) {
	t.Parallel()
	f := newFile(t) // in the draft the lead was to bear 80 percent
	a := f.agreement(models.RuleWeighted)
	a.Shares[0].Percent, a.Shares[1].Percent, a.Shares[2].Percent = "20", "40", "40"
	e := f.agreed(a)
	votes := []models.Vote{f.cast(0, models.ChoiceApprove)}
	count := f.count(ballot(), votes...)
	require.Equal(t, models.DecisionOpen, count.Decision)
	require.Len(t, count.Missing(), 2)
	require.Equal(t, []models.CountedBuyer{
		{Organisation: f.buyer(0), Lead: true, Weight: "20", Vote: votes[0].ID, Choice: models.ChoiceApprove},
		{Organisation: f.buyer(1), Weight: "40"},
		{Organisation: f.buyer(2), Weight: "40"},
	}, count.Buyers)
	votes = append(votes, f.cast(1, models.ChoiceApprove))
	require.Equal(t, models.DecisionApproved, f.count(ballot(), votes...).Decision)
	f.leave(2)
	require.Equal(t, models.DecisionOpen, f.count(ballot(), votes[:1]...).Decision, "20 of 60")

	next := f.change(e.ID, func(c map[string]any) {
		shares := c["shares"].([]any)[:2]
		shares[0].(map[string]any)["weight"], shares[1].(map[string]any)["weight"] = "3", "1"
		c["shares"] = shares
	})
	f.sign(0, next)
	f.sign(1, next)
	require.Equal(t, models.DecisionApproved, f.count(ballot(), votes[:1]...).Decision, "3 of 4")

	left := f.Now
	f.Members[0].LeftAt = &left // no lead can leave; should the weight be gone, nobody decides in silence
	last := f.change(e.ID, func(c map[string]any) {
		c["shares"] = c["shares"].([]any)[1:]
		c["shares"].([]any)[0].(map[string]any)["weight"] = "0"
	})
	f.sign(1, last)
	require.Contains(t, f.count(ballot(), votes...).Undecidable, "no vote can carry")
}

func TestOnlyTheLastStandingVoteOfEachBuyerOnTheDigestCounts(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	choice := func(b Ballot, votes ...models.Vote) models.Choice { return f.count(b, votes...).Buyers[0].Choice }
	first, second := f.cast(0, models.ChoiceApprove), f.cast(0, models.ChoiceReject)
	require.Equal(t, models.ChoiceReject, choice(ballot(), second, first), "the later one")
	second.CastAt = first.CastAt
	require.Equal(t, models.ChoiceReject, choice(ballot(), second, first), "made later in the same instant")
	voided, other, stranger := first, first, first
	voided.VoidedAt, other.Digest, stranger.OrganisationID = &f.Now, "e", "org_stranger"
	require.Empty(t, choice(ballot(), voided, other, stranger))
	by := ballot()
	by.Authors = []models.ID{first.PersonID}
	require.Empty(t, choice(by, first), "who wrote what is decided on does not vote on it")
}

func TestABuyerWhoseWholeBoardIsRecusedLeavesTheTotal(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	one, two := f.hire(2, models.RoleBoard), f.hire(2, models.RoleBoard)
	f.give(one, 2, models.RoleBuyer)
	votes := []models.Vote{f.cast(0, models.ChoiceApprove), f.cast(1, models.ChoiceApprove)}
	require.Equal(t, models.DecisionOpen, f.count(ballot(), votes...).Decision)
	f.declare(one, true)
	require.Equal(t, models.DecisionOpen, f.count(ballot(), votes...).Decision, "another member of the board votes")
	f.declare(two, true)
	count := f.count(ballot(), votes...)
	require.Equal(t, models.DecisionApproved, count.Decision)
	require.Equal(t, []models.ID{one, two}, count.Buyers[2].Recused, "the count says who was recused")
	require.Equal(t, []models.ID{f.buyer(2)}, count.Recused())
	require.Empty(t, count.Missing())

	// A vote that a third person had cast counts, and the buyer is in the total.
	count = f.count(ballot(), append(votes, f.cast(2, models.ChoiceReject))...)
	require.Equal(t, models.DecisionRejected, count.Decision)
	require.Empty(t, count.Recused())
	// One that a recused person had cast does not.
	late := f.cast(2, models.ChoiceReject)
	late.PersonID = one
	require.Equal(t, models.DecisionApproved, f.count(ballot(), append(votes, late)...).Decision)

	f.hire(2, models.RoleBoard)
	require.Equal(t, models.DecisionOpen, f.count(ballot(), votes...).Decision, "somebody can vote again")
}

func TestABuyerWithoutABoardOrWhoseBoardWroteTheSubjectIsAwaited(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	votes := []models.Vote{f.cast(0, models.ChoiceApprove), f.cast(1, models.ChoiceApprove)}
	author := f.hire(2, models.RoleBoard)
	by := ballot()
	by.Authors = []models.ID{author}
	count := f.count(by, votes...)
	require.Equal(t, []models.ID{f.buyer(2)}, count.Missing(), "it can give another person the role")
	f.Roles = nil
	require.Equal(t, []models.ID{f.buyer(2)}, f.count(ballot(), votes...).Missing())
}

func TestIfAllAreRecusedNothingIsCarriedInSilence(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	for i := range f.Members {
		f.declare(f.hire(i, models.RoleBoard), true)
	}
	count := f.count(ballot())
	require.Equal(t, models.DecisionOpen, count.Decision)
	require.Contains(t, count.Undecidable, "the boards of all buyers are recused")
	require.Len(t, count.Recused(), 3)
}

func TestAnAgreementThatCannotBeAppliedIsSaid(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.agreed(f.agreement("by_lot"))
	_, err := Count(f.Dossier, ballot(), nil)
	refusal, _ := models.RefusalOf(err)
	require.Equal(t, models.CodeInvalidValue, refusal.Code)
}

// A conflict in a lot keeps from votes on that lot; a conflict in the procurement as a whole from all.
func TestWhoHasAConflictOfInterestVotesOnNothingItTouches(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	one, two := models.NewID(models.PrefixLot), models.NewID(models.PrefixLot)
	person := f.hire(1, models.RoleBoard)
	on := func(verb models.Verb, payload any) Ballot {
		text, err := json.Marshal(payload)
		require.NoError(t, err)
		b, err := BallotOf(f.Dossier, models.Motion{ID: "mot", Verb: verb, Payload: text, Digest: "d"})
		require.NoError(t, err)
		return b
	}
	lot := func(id models.ID) map[string]models.ID { return map[string]models.ID{"lot": id} }
	e := f.write(models.EntryConflictDeclaration, models.ConflictDeclaration{Lot: one, Conflict: true})
	f.Entries[len(f.Entries)-1].AuthorID = person
	require.NotEqual(t, person, e.AuthorID)
	require.False(t, on(models.VerbEndLot, lot(one)).Counts(f.Dossier, person))
	require.True(t, on(models.VerbEndLot, lot(two)).Counts(f.Dossier, person))
	require.True(t, on(models.VerbSuspend, lot("")).Counts(f.Dossier, person))
	require.True(t, BallotOn(models.Gate{Phase: models.PhaseNeeds}).Counts(f.Dossier, person))

	f.declare(person, true)
	for _, b := range []Ballot{on(models.VerbSuspend, lot("")), BallotOn(models.Gate{Phase: models.PhaseNeeds})} {
		refusal, _ := models.RefusalOf(b.MayVote(f.Dossier, person))
		require.Equal(t, models.CodeConflictDeclared, refusal.Code)
	}
	_, err := BallotOf(f.Dossier, models.Motion{Payload: []byte("{")})
	require.ErrorContains(t, err, "read lot")
}

func TestWhoConfirmedAVersionHasNotConfirmedTheSameTextWrittenAgain(t *testing.T) {
	t.Parallel()
	again := func(f *file, kind models.EntryKind) {
		first, _ := f.Latest(kind)
		f.change(first.ID, func(c map[string]any) { c["passing"] = "wording" })
		last := f.change(first.ID, func(c map[string]any) { delete(c, "passing") })
		require.Equal(t, first.Digest, last.Digest)
	}
	f := specified(t)
	require.Equal(t, models.FindingMet, f.find(models.PhaseSpecification, "version_approved").Finding)
	require.Equal(t, models.FindingMet, f.find(models.PhaseSpecification, "legally_certified").Finding)
	again(f, models.EntrySpecificationVersion)
	require.Equal(t, models.FindingNotMet, f.find(models.PhaseSpecification, "version_approved").Finding)
	require.Equal(t, models.FindingNotMet, f.find(models.PhaseSpecification, "legally_certified").Finding)

	f = needed(t)
	require.Equal(t, models.FindingMet, f.find(models.PhaseNeeds, "common_need_confirmed").Finding)
	again(f, models.EntryCommonNeed)
	require.Equal(t, models.FindingNotMet, f.find(models.PhaseNeeds, "common_need_confirmed").Finding)
}

func TestWhoWroteTheCriteriaOfALotDoesNotVoteOnItsAwardOrItsCandidates(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	lot := models.NewID(models.PrefixLot)
	of := func(kind models.EntryKind, content any) models.Entry {
		e := f.write(kind, content)
		f.Entries[len(f.Entries)-1].Subject = string(lot)
		return e
	}
	award := of(models.EntryAwardCriteria, models.AwardCriteria{Lot: lot})
	selection := of(models.EntrySelectionCriteria, models.SelectionCriteria{Lot: lot})
	for verb, authors := range map[models.Verb][]models.ID{
		models.VerbAward: {award.AuthorID}, models.VerbInvite: {selection.AuthorID}, models.VerbEndLot: nil,
	} {
		b, err := BallotOf(f.Dossier, models.Motion{Verb: verb, Payload: []byte(`{"lot": "` + string(lot) + `"}`)})
		require.NoError(t, err)
		require.Equal(t, authors, b.Authors, verb)
		require.Equal(t, lot, b.Lot)
		refusal, refused := models.RefusalOf(b.MayVote(f.Dossier, award.AuthorID))
		require.Equal(t, verb == models.VerbAward, refused)
		if refused {
			require.Equal(t, models.CodeAuthorMayNotVote, refusal.Code)
		}
	}
}
