package acts_test

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// A board is a started procurement of three buyers, each with a person who sits on its board and signs for it. The
// first leads.
type board struct {
	*procuring

	people, buyers []models.ID
}

func newBoard(t *testing.T) *board {
	t.Helper()
	b := &board{procuring: newProcuring(t)}
	b.people = []models.ID{b.board, b.partner}
	b.inTx(func(tx *store.Tx) {
		land := b.organisation(tx, "Land")
		b.people = append(b.people, b.person(tx, land))
		joined := time.Now().Add(-time.Hour)
		require.NoError(t, tx.PutMember(models.Member{
			ProcurementID: b.id, OrganisationID: land, JoinedAt: joined, AcceptedAt: &joined, AcceptedBy: &b.people[2],
		}))
		b.give(tx, models.RoleBoard, b.people[2], land)
	})
	for _, person := range b.people {
		var buyer models.ID
		require.NoError(t, b.sql.QueryRow(t.Context(), "SELECT organisation_id FROM people WHERE id = $1", person).
			Scan(&buyer))
		b.buyers = append(b.buyers, buyer)
		b.inTx(func(tx *store.Tx) { b.give(tx, models.RoleBuyer, person, buyer) })
	}
	b.started()
	return b
}

// come is how a person comes to write an entry of a kind.
func (b *board) come(person models.ID, kind acts.EntryKind) acts.By {
	b.Helper()
	var seat models.Seat
	b.inTx(func(tx *store.Tx) {
		p, err := tx.ReadProcurement(b.id)
		require.NoError(b, err)
		seat, err = tx.Seat(p, person)
		require.NoError(b, err)
	})
	return acts.By{
		Actor: models.Actor{PersonID: person, Roles: seat.Roles}, Seat: &seat, Roles: kind.Writers,
		On: acts.Versions{Any: true}, Request: acts.Request{
			ID: models.CommandID(person, "test", "", uuid.NewString()), Fingerprint: sha256.Sum256(nil),
		},
	}
}

// writes has a person write an entry, whose content is given as JSON has it.
func (b *board) writes(person models.ID, kind models.EntryKind, content map[string]any) (models.Entry, error) {
	b.Helper()
	row, _ := acts.EntryKindOf(kind)
	body, err := row.Read(mustJSON(b.T, content))
	require.NoError(b, err)
	done, err := row.Write(b.Context(), b.Acts, b.come(person, row), body)
	return done.Result, err
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return text
}

// agreement is one by which votes are counted by a rule; what else it says is in and.
func (b *board) agreement(rule string, and map[string]any) map[string]any {
	clause := models.Text{"en": "As settled."}
	a := map[string]any{
		"lead": b.buyers[0], "applicable_law": "FR", "decision_rule": rule, "responsibilities": clause,
		"internal_organisation": clause, "distribution": clause, "conclusion_of_contracts": clause, "exit": clause,
		"dispute": clause, "shares": []map[string]any{
			{"organisation": b.buyers[0], "percent": "40"},
			{"organisation": b.buyers[1], "percent": "40"},
			{"organisation": b.buyers[2], "percent": "20"},
		},
	}
	maps.Copy(a, and)
	return a
}

// agrees writes an agreement, or its next version, and has buyers sign it.
func (b *board) agrees(before *models.Entry, content map[string]any, signers ...int) models.Entry {
	b.Helper()
	row, _ := acts.EntryKindOf(models.EntryAgreement)
	var e models.Entry
	if before == nil {
		var err error
		e, err = b.writes(b.lead, models.EntryAgreement, content)
		require.NoError(b, err)
	} else {
		body, err := row.Read(mustJSON(b.T, content))
		require.NoError(b, err)
		e, err = row.Rewrite(b.Context(), b.Acts, b.come(b.lead, row), before.ID, body)
		require.NoError(b, err)
	}
	for _, i := range signers {
		_, err := b.writes(b.people[i], models.EntrySignature,
			map[string]any{"agreement": e.ID, "digest": e.Digest, "capacity": "director"})
		require.NoError(b, err)
	}
	return e
}

// result carries out a command and reads its result.
func result[R any](b *board, by models.ID, verb models.Verb, payload any) (out R) {
	b.Helper()
	id := b.asked(by, verb, string(mustJSON(b.T, payload)))
	require.Equal(b, process.CommandDone, b.execute(id).Status, "%v", b.command(id).Refusal)
	require.NoError(b, json.Unmarshal(b.command(id).Result, &out))
	return out
}

// moves has a buyer move to suspend.
func (b *board) moves(buyer int) process.MotionResult {
	b.Helper()
	return result[process.MotionResult](b, b.people[buyer], models.VerbSuspend, map[string]any{"reason": "a flood"})
}

func (b *board) votes(buyer int, m process.MotionResult, choice models.Choice) process.VoteResult {
	b.Helper()
	return result[process.VoteResult](b, b.people[buyer], models.VerbVote, map[string]any{
		"motion": m.MotionID, "digest": m.Digest, "choice": choice, "reason": "x",
	})
}

func (b *board) leaves(buyer int) {
	b.Helper()
	result[process.LeaveResult](b, b.people[buyer], models.VerbLeave, map[string]any{"reason": "no budget"})
}

func (b *board) motionIs(m process.MotionResult, status models.MotionStatus) {
	b.Helper()
	b.inTx(func(tx *store.Tx) {
		found, err := tx.Motion(b.id, m.MotionID)
		require.NoError(b, err)
		require.Equal(b, status, found.Status)
	})
}

func TestTheLeadDoesNotDecideAloneByWritingAnEarlierAgreementAgain(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	first := b.agrees(nil, b.agreement("lead_alone", nil), 0, 1, 2)
	second := b.agrees(&first, b.agreement("unanimous", nil), 0, 1, 2)
	third := b.agrees(&second, b.agreement("lead_alone", nil))
	require.Equal(t, first.Digest, third.Digest)
	m := b.moves(0)
	require.Equal(t, models.DecisionOpen, m.Decision)
	b.motionIs(m, models.MotionOpen)
}

func TestAWordingThatNobodyHasSignedChangesNoRule(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	first := b.agrees(nil, b.agreement("majority", nil), 0, 1, 2)
	b.agrees(&first, b.agreement("unanimous", nil), 0)
	m := b.moves(1)
	b.votes(0, m, models.ChoiceApprove)
	b.motionIs(m, models.MotionCarried)
}

func TestAMotionThatHasItsMajorityIsCarriedOnceItsQuorumIsReached(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	b.agrees(nil, b.agreement("majority", map[string]any{"quorum": "100"}), 0, 1, 2)
	m := b.moves(1)
	b.votes(0, m, models.ChoiceApprove)
	b.leaves(2)
	b.motionIs(m, models.MotionCarried)
}

// Half of the weight is no majority of three, and more than half of the two who remain.
func TestWhoRemainsDecidesByTheAgreementWhenAMemberLeaves(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	b.agrees(nil, b.agreement("weighted", map[string]any{"shares": []map[string]any{
		{"organisation": b.buyers[0], "percent": "50"},
		{"organisation": b.buyers[1], "percent": "10"},
		{"organisation": b.buyers[2], "percent": "40"},
	}}), 0, 1, 2)
	m := b.moves(0)
	require.Equal(t, models.DecisionOpen, b.votes(1, m, models.ChoiceReject).Decision)
	b.leaves(2)
	b.motionIs(m, models.MotionCarried)
}

func TestOneAbstentionIsNoVeto(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	m := b.moves(0)
	require.Equal(t, models.DecisionOpen, b.votes(1, m, models.ChoiceAbstain).Decision, "one has not voted yet")
	require.Equal(t, models.DecisionApproved, b.votes(2, m, models.ChoiceApprove).Decision)
	b.motionIs(m, models.MotionCarried)
}

func TestAVoteEndsAlthoughTheWholeBoardOfABuyerIsRecused(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	_, err := b.writes(b.people[2], models.EntryInterestDeclaration,
		map[string]any{"person": b.people[2], "conflict": true, "statement": "I own a supplier."})
	require.NoError(t, err)
	m := b.moves(0)
	require.Equal(t, models.DecisionApproved, b.votes(1, m, models.ChoiceApprove).Decision)
	b.motionIs(m, models.MotionCarried)
	recused := b.asked(b.people[2], models.VerbResume, `{"reason": "dry"}`)
	require.Equal(t, process.CommandRefused, b.execute(recused).Status)
	require.Equal(t, models.CodeConflictDeclared, b.command(recused).Refusal.Code)
}

// Whoever was recused after voting does not bind the buyer: another of its board casts the vote, though it be the same.
func TestABuyerVotesAgainWhenWhoVotedForItIsRecused(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	b.inTx(func(tx *store.Tx) {
		second := b.person(tx, b.buyers[1])
		b.give(tx, models.RoleBoard, second, b.buyers[1])
		b.people = append(b.people, second)
	})
	m := b.moves(0)
	b.votes(1, m, models.ChoiceApprove)
	_, err := b.writes(b.people[1], models.EntryInterestDeclaration,
		map[string]any{"person": b.people[1], "conflict": true, "statement": "I own a supplier."})
	require.NoError(t, err)
	require.Equal(t, models.DecisionOpen, b.votes(3, m, models.ChoiceApprove).Decision)
	require.Equal(t, models.DecisionApproved, b.votes(2, m, models.ChoiceApprove).Decision)
}

func TestADeclarationIsNeitherChangedNorTakenBack(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	said := map[string]any{"person": b.people[1], "conflict": true, "statement": "My sister works for a supplier."}
	declared, err := b.writes(b.people[1], models.EntryInterestDeclaration, said)
	require.NoError(t, err)
	row, _ := acts.EntryKindOf(models.EntryInterestDeclaration)
	said["conflict"] = false
	body, err := row.Read(mustJSON(t, said))
	require.NoError(t, err)
	_, err = row.Rewrite(t.Context(), b.Acts, b.come(b.people[1], row), declared.ID, body)
	refused(t, err, models.CodeEntryFinal)
	_, err = row.Withdraw(t.Context(), b.Acts, b.come(b.people[1], row), declared.ID)
	refused(t, err, models.CodeEntryFinal)
	_, err = b.writes(b.people[1], models.EntryInterestDeclaration, said)
	require.NoError(t, err, "a correction is a further entry")
	m := b.asked(b.people[1], models.VerbSuspend, `{"reason": "x"}`)
	require.Equal(t, process.CommandRefused, b.execute(m).Status, "and lifts nothing")
}

func TestAConfirmationOfAnotherTextIsRefused(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	need := b.commonNeed("30")
	_, err := b.writes(b.people[1], models.EntryNeedConfirmation,
		map[string]any{"entry": need.ID, "digest": models.Digest([]byte("another"))})
	refusedAt(t, err, models.CodeInvalidValue, "/digest")
	r, _ := models.RefusalOf(err)
	require.Contains(t, r.Accepted, need.Digest, "the present one is told")
	_, err = b.writes(b.people[1], models.EntryNeedConfirmation,
		map[string]any{"entry": need.ID, "digest": need.Digest})
	require.NoError(t, err)
}

// commonNeed writes the common need.
func (b *board) commonNeed(target string) models.Entry {
	b.Helper()
	outcome := map[string]any{
		"outcome": models.Text{"en": "Less energy"}, "indicator": models.Text{"en": "Energy"}, "baseline": "48",
		"target": target, "unit": "kWh",
	}
	stated := map[string]any{"priority": "must"}
	maps.Copy(stated, outcome)
	statement, err := b.writes(b.people[0], models.EntryNeedsStatement, stated)
	require.NoError(b, err)
	outcome["statements"] = []models.ID{statement.ID}
	need, err := b.writes(b.lead, models.EntryCommonNeed, outcome)
	require.NoError(b, err)
	return need
}

// lastEvent reads the payload of the last event of a type.
func lastEvent[P event.Payload](b *board) (payload P) {
	b.Helper()
	var data []byte
	require.NoError(b, b.sql.QueryRow(b.Context(), `SELECT data FROM events WHERE procurement_id = $1 AND type = $2
		ORDER BY ordinal DESC LIMIT 1`, b.id, event.TypeOf(payload)).Scan(&data))
	require.NoError(b, json.Unmarshal(data, &payload))
	return payload
}
