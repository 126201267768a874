package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// A team holds, by role, everyone who carries out the procurement.
type team map[models.Role][]*apiclient.Client

// staff fills every role of the usual plan, with substitutes, once for a bundle.
func (b *bundle) staff(t *testing.T) team {
	t.Helper()
	if b.people != nil {
		return b.people
	}
	hire := func(buyer int, roles ...models.Role) *apiclient.Client {
		person, client, err := b.Person(t.Context(), b.Buyers[buyer].Organisation, string(roles[0]))
		require.NoError(t, err)
		for _, role := range roles {
			b.post(t, b.Voice(b.Buyers[buyer].Organisation), "/roles",
				map[string]any{"person_id": person, "role": role})
		}
		return client
	}
	scorers := []*apiclient.Client{
		hire(0, models.RoleEvaluator, models.RoleChair), hire(1, models.RoleEvaluator, models.RoleChair),
		hire(0, models.RoleEvaluator), hire(1, models.RoleEvaluator),
	}
	lawyers := []*apiclient.Client{
		hire(0, models.RoleLegal, models.RoleOpener),
		hire(1, models.RoleLegal, models.RoleOpener),
	}
	b.people = team{
		models.RoleLeadProcurer: {b.Lead, hire(0, models.RoleLeadProcurer)},
		models.RoleLegal:        lawyers,
		models.RoleEvaluator:    scorers,
		models.RoleChair:        scorers[:2],
		models.RoleOpener:       append(lawyers[:2:2], hire(0, models.RoleOpener)),
		models.RoleAwarder:      {hire(0, models.RoleAwarder), hire(1, models.RoleAwarder)},
	}
	return b.people
}

// everyone lists each member of the team once, with its person ID.
func (b *bundle) everyone(t *testing.T) map[models.ID]*apiclient.Client {
	t.Helper()
	all := map[models.ID]*apiclient.Client{}
	for _, people := range b.staff(t) {
		for _, client := range people {
			all[b.person(t, client)] = client
		}
	}
	return all
}

// person is the ID of the person a client acts for.
func (b *bundle) person(t *testing.T, who *apiclient.Client) models.ID {
	t.Helper()
	var me struct {
		Person struct {
			ID models.ID `json:"id"`
		} `json:"person"`
	}
	_, err := who.Get(t.Context(), "/v1/me", &me)
	require.NoError(t, err)
	return me.Person.ID
}

// buildCapacity fills the dossier of the capacity phase so that its gate is met: everyone is trained and
// declares, the agreement is written and signed.
func (b *bundle) buildCapacity(t *testing.T) {
	t.Helper()
	people := b.everyone(t)
	participants := []map[string]any{{"organisation": "A small enterprise", "count": 2, "sme": true}}
	for person, client := range people {
		participants = append(participants, map[string]any{"person": person})
		b.post(t, client, "/interest-declarations", map[string]any{
			"person": person, "conflict": false, "statement": "I have no interest in any supplier of computers.",
		})
	}
	b.post(t, b.Lead, "/activities", map[string]any{
		"activity": "training", "topic": "innovation_procurement", "title": models.Text{"en": "Buying what is new"},
		"date":     b.now(t).Format("2006-01-02"),
		"provider": "Competence centre", "participants": participants,
		"proof": map[string]any{"note": "list of participants, signed"},
	})
	b.sign(t, b.post(t, b.Lead, "/agreement", b.agreement("unanimous")))
}

// agreement is between all buyers with equal shares, as far as decimals allow; what is left over is the lead's.
func (b *bundle) agreement(rule models.DecisionRule) map[string]any {
	shares := map[int][]string{1: {"100"}, 2: {"50", "50"}, 3: {"33.4", "33.3", "33.3"}}[len(b.Buyers)]
	parts := make([]map[string]any, 0, len(b.Buyers))
	for i, buyer := range b.Buyers {
		parts = append(parts, map[string]any{"organisation": buyer.Organisation, "percent": shares[i]})
	}
	clause := models.Text{"en": "As the buyers have settled."}
	return map[string]any{
		"lead": b.Buyers[0].Organisation, "applicable_law": "FR", "decision_rule": rule, "shares": parts,
		"responsibilities": clause, "internal_organisation": clause, "distribution": clause,
		"conclusion_of_contracts": clause, "exit": clause, "dispute": clause,
	}
}

// sign has an officer of every buyer sign the agreement.
func (b *bundle) sign(t *testing.T, agreement entry) {
	t.Helper()
	for _, buyer := range b.Buyers {
		b.post(t, buyer.Officer, "/agreement-signatures",
			map[string]any{"agreement": agreement.ID, "digest": agreement.Digest, "capacity": "by mandate"})
	}
}

// rewrite writes the next version of an entry.
func (b *bundle) rewrite(t *testing.T, who *apiclient.Client, path string, in any) entry {
	t.Helper()
	var out entry
	_, problem := do(t, who, apiclient.Request{Method: "PUT", Path: b.Path(path), In: in, Out: &out, IfMatch: "*"})
	require.Nil(t, problem, "%v", problem)
	return out
}

// rule is how votes on the gate of a phase are counted.
func (b *bundle) rule(t *testing.T, phase models.Phase) string {
	t.Helper()
	return string(b.counted(t, phase).Terms.Rule)
}

// counted is how votes on the gate of a phase are counted, and by which agreement.
func (b *bundle) counted(t *testing.T, phase models.Phase) models.VoteCount {
	t.Helper()
	var g struct {
		Rule  string           `json:"rule"`
		Count models.VoteCount `json:"count"`
	}
	b.get(t, b.Lead, "/phases/"+string(phase)+"/gate", &g)
	require.Equal(t, string(g.Count.Terms.Rule), g.Rule)
	return g.Count
}

// countOf is how the votes on the latest motion are counted, or were.
func (b *bundle) countOf(t *testing.T) (string, models.VoteCount) {
	t.Helper()
	var motions struct {
		Items []struct {
			Status string           `json:"status"`
			Count  models.VoteCount `json:"count"`
		} `json:"items"`
	}
	b.get(t, b.Lead, "/motions", &motions)
	require.NotEmpty(t, motions.Items)
	last := motions.Items[len(motions.Items)-1]
	return last.Status, last.Count
}

func TestTheSignedAgreementDecidesHowVotesAreCounted(t *testing.T) {
	t.Parallel()
	b := setup(t, options{draft: rig.Draft{Countries: []string{"FR", "ES", "DE"}}})
	b.act(t, b.Lead, models.VerbStart, nil)
	agreement := b.post(t, b.Lead, "/agreement", b.agreement("majority"))
	require.Equal(t, "unanimous", b.rule(t, models.PhaseNeeds), "nobody has signed")
	b.sign(t, agreement)
	require.Equal(t, "majority", b.rule(t, models.PhaseNeeds))

	// Two of three are enough, on a motion as on a gate.
	motion := b.act(t, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	require.Equal(t, "open", motion["decision"])
	status, count := b.countOf(t)
	require.Equal(t, "open", status)
	require.Len(t, count.Missing(), 2, "as it is counted now")
	require.Equal(t, agreement.Digest, count.Agreement.Digest)
	approve := map[string]any{"motion": motion["motion_id"], "digest": motion["digest"], "choice": "approve"}
	result := b.act(t, b.Buyers[1].Board, models.VerbVote, approve)
	require.Equal(t, "approved", result["decision"])
	require.Equal(t, "suspended", b.status(t))
	motion = b.act(t, b.Buyers[2].Board, models.VerbResume, map[string]any{"reason": "the water is gone"})
	approve = map[string]any{"motion": motion["motion_id"], "digest": motion["digest"], "choice": "approve"}
	b.act(t, b.Buyers[1].Board, models.VerbVote, approve)
	require.Equal(t, "running", b.status(t))
	b.writeNeeds(t)
	g := b.gate(t, models.PhaseNeeds)
	require.True(t, g.Met, g.open())
	for _, buyer := range b.Buyers[1:] {
		b.act(t, buyer.Board, models.VerbVote, map[string]any{
			"phase": "needs", "digest": g.Digest,
			"choice": "approve",
		})
	}
	b.requirePhase(t, models.PhaseNeeds, "closed")

	// Another text binds nobody until all have signed it, and ends nothing.
	amended := b.agreement("lead_alone")
	next := b.rewrite(t, b.Lead, "/agreement/"+string(agreement.ID), amended)
	require.Equal(t, "majority", b.rule(t, models.PhaseCapacity))
	b.sign(t, next)
	require.Equal(t, "lead_alone", b.rule(t, models.PhaseCapacity))
	require.Equal(t, next.Digest, b.counted(t, models.PhaseCapacity).Agreement.Digest)
	taken := b.counted(t, models.PhaseNeeds)
	require.Equal(t, agreement.Digest, taken.Agreement.Digest, "what was decided stays as it was counted")
	require.Equal(t, models.DecisionApproved, taken.Decision)
	b.act(t, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a strike"})
	require.Equal(t, "suspended", b.status(t), "the lead buyer decides alone")
	status, count = b.countOf(t)
	require.Equal(t, "carried", status)
	require.EqualValues(t, 2, count.Agreement.Version)
}

func TestWeightedVotesWeighWhatTheAgreementSays(t *testing.T) {
	t.Parallel()
	b := setup(t, options{draft: rig.Draft{Countries: []string{"FR", "ES", "DE"}}})
	b.act(t, b.Lead, models.VerbStart, nil)
	in := b.agreement("weighted")
	in["shares"] = []map[string]any{
		{"organisation": b.Buyers[0].Organisation, "percent": "20"},
		{"organisation": b.Buyers[1].Organisation, "percent": "29.999999"},
		{"organisation": b.Buyers[2].Organisation, "percent": "50.000001"},
	}
	b.sign(t, b.post(t, b.Lead, "/agreement", in))
	motion := b.act(t, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	vote := map[string]any{"motion": motion["motion_id"], "digest": motion["digest"], "choice": "approve"}
	require.Equal(t, "open", b.act(t, b.Buyers[1].Board, models.VerbVote, vote)["decision"],
		"49.999999 percent are not half")
	require.Equal(t, "approved", b.act(t, b.Buyers[2].Board, models.VerbVote, vote)["decision"])

	// The agreement holds for those who remain.
	require.Equal(t, "weighted", b.rule(t, models.PhaseNeeds))
	b.act(t, b.Buyers[2].Board, models.VerbLeave, map[string]any{"reason": "no budget"})
	require.Equal(t, "weighted", b.rule(t, models.PhaseNeeds))
	require.Len(t, b.counted(t, models.PhaseNeeds).Buyers, 2)
}

func TestTheAuthorOfTheAgreementSignsAndDoesNotVote(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	author := b.Buyers[0].Board
	person := b.person(t, author)
	for _, role := range []models.Role{models.RoleBuyer, models.RoleLegal} {
		b.post(t, b.Voice(b.Buyers[0].Organisation), "/roles", map[string]any{"person_id": person, "role": role})
	}
	b.act(t, b.Lead, models.VerbStart, nil)
	agreement := b.post(t, author, "/agreement", b.agreement("unanimous"))
	b.post(t, author, "/agreement-signatures",
		map[string]any{"agreement": agreement.ID, "digest": agreement.Digest, "capacity": "director"})
	g := b.gate(t, models.PhaseCapacity)
	b.refused(t, models.CodeAuthorMayNotVote, author, models.VerbVote,
		map[string]any{"phase": "capacity", "digest": g.Digest, "choice": "abstain"})
}
