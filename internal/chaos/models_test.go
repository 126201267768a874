package chaos

import (
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// one is an operation that took one unit of time, long is one that took as long as all others.
func one(n int64, in, out any) porcupine.Operation {
	return porcupine.Operation{ClientId: int(n), Input: in, Output: out, Call: 2 * n, Return: 2*n + 1}
}

func long(in, out any) porcupine.Operation {
	return porcupine.Operation{ClientId: 100, Input: in, Output: out, Call: 0, Return: 1000}
}

func TestTheModelOfABoxTellsWhatNoBoxWithoutFaultsDoes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	deadline := now.Add(day)
	first := boxState{clock: now.Unix(), deadline: deadline.Unix()}
	in, late := boxInput{Act: handIn}, boxOutput{Code: models.CodeDeadlinePassed}
	received := boxOutput{Tender: "tnd_1"}
	passes := boxInput{Act: moveClock, To: deadline.Add(time.Second)}
	own := boxInput{Act: readTenders}
	for name, c := range map[string]struct {
		history []porcupine.Operation
		sound   bool
	}{
		"a tender received before the deadline, and read after it": {[]porcupine.Operation{
			one(1, in, received), one(2, passes, boxOutput{}), one(3, own, boxOutput{Standing: []models.ID{"tnd_1"}}),
		}, true},
		"a tender under way while the deadline passes, received": {[]porcupine.Operation{
			long(in, received), one(2, passes, boxOutput{}), one(3, own, boxOutput{Standing: []models.ID{"tnd_1"}}),
		}, true},
		"a tender under way while the deadline passes, refused": {[]porcupine.Operation{
			long(in, late), one(2, passes, boxOutput{}), one(3, own, boxOutput{}),
		}, true},
		"accepted late": {[]porcupine.Operation{one(1, passes, boxOutput{}), one(2, in, received)}, false},
		"refused too early": {[]porcupine.Operation{
			one(1, in, late), one(2, passes, boxOutput{}),
		}, false},
		"lost": {[]porcupine.Operation{one(1, in, received), one(2, own, boxOutput{})}, false},
		"received twice": {[]porcupine.Operation{
			one(1, in, received), one(2, own, boxOutput{Standing: []models.ID{"tnd_1", "tnd_2"}}),
		}, false},
		"a second one beside the first": {[]porcupine.Operation{
			one(1, in, received), one(2, in, boxOutput{Tender: "tnd_2"}),
		}, false},
		"withdrawn and still there": {[]porcupine.Operation{
			one(1, in, received), one(2, boxInput{Act: withdraw, Tender: "tnd_1"}, boxOutput{}),
			one(3, own, boxOutput{Standing: []models.ID{"tnd_1"}}),
		}, false},
		"a deadline moved and back again": {[]porcupine.Operation{
			one(1, boxInput{Act: moveDeadline, To: deadline.Add(day)}, boxOutput{}),
			one(2, boxInput{Act: readLot}, boxOutput{Deadline: deadline}),
		}, false},
		"a tender handed in while the deadline passes, and a box that closes": {[]porcupine.Operation{
			one(1, boxInput{Act: deadlineOver}, boxOutput{}), one(2, in, late),
			one(3, boxInput{Act: readLot, Last: true}, boxOutput{Deadline: deadline, Closed: true}),
		}, true},
		"never closed": {[]porcupine.Operation{
			one(1, boxInput{Act: deadlineOver}, boxOutput{}),
			one(2, boxInput{Act: readLot, Last: true}, boxOutput{Deadline: deadline}),
		}, false},
		"closed before its time": {[]porcupine.Operation{
			one(1, boxInput{Act: readLot}, boxOutput{Deadline: deadline, Closed: true}),
		}, false},
	} {
		require.Equal(t, c.sound, porcupine.CheckOperations(boxModel(first), c.history), name)
	}
}

func TestTheModelOfABoardTellsWhatNoBoardWithoutFaultsDecides(t *testing.T) {
	t.Parallel()
	moves := func(n int64, buyer int) porcupine.Operation {
		return one(n, boardInput{Act: move, Buyer: buyer, Verb: models.VerbSuspend},
			boardOutput{Motion: "mot_1", Decision: models.DecisionOpen})
	}
	votes := func(n int64, buyer int, decision models.Decision) porcupine.Operation {
		return one(n, boardInput{Act: voteOnMotion, Buyer: buyer, Motion: "mot_1", Choice: models.ChoiceApprove},
			boardOutput{Decision: decision})
	}
	onGate := func(n int64, buyer int, choice models.Choice, decision models.Decision) porcupine.Operation {
		return one(n, boardInput{Act: voteOnGate, Buyer: buyer, Choice: choice}, boardOutput{Decision: decision})
	}
	status := func(n int64, s models.Status) porcupine.Operation {
		return one(n, boardInput{Act: readStatus}, boardOutput{Status: s})
	}
	const open, approved, rejected = models.DecisionOpen, models.DecisionApproved, models.DecisionRejected
	const yes, no = models.ChoiceApprove, models.ChoiceReject
	for name, c := range map[string]struct {
		history []porcupine.Operation
		sound   bool
	}{
		"suspended by all": {[]porcupine.Operation{
			moves(1, 0), votes(2, 1, open), votes(3, 2, approved), status(4, models.StatusSuspended),
		}, true},
		"suspended by two": {[]porcupine.Operation{moves(1, 0), votes(2, 1, approved)}, false},
		"a vote lost":      {[]porcupine.Operation{moves(1, 0), votes(2, 1, open), votes(3, 2, open)}, false},
		"a vote counted twice": {[]porcupine.Operation{
			moves(1, 0), votes(2, 1, open), votes(3, 1, open),
		}, false},
		"a decision lost": {[]porcupine.Operation{
			moves(1, 0), votes(2, 1, open), votes(3, 2, approved), status(4, models.StatusRunning),
		}, false},
		"a gate that closes once a rejection is taken back": {[]porcupine.Operation{
			onGate(1, 0, yes, open), onGate(2, 1, no, rejected), onGate(3, 1, yes, open), onGate(4, 2, yes, approved),
			one(5, boardInput{Act: readGate}, boardOutput{Closed: true, Standing: buyers}),
		}, true},
		"a gate that closes against a rejection": {[]porcupine.Operation{
			onGate(1, 0, yes, open), onGate(2, 1, no, rejected), onGate(3, 2, yes, approved),
		}, false},
		"a gate that is open again": {[]porcupine.Operation{
			onGate(1, 0, yes, open), onGate(2, 1, yes, open), onGate(3, 2, yes, approved), onGate(4, 2, no, rejected),
		}, false},
	} {
		require.Equal(t, c.sound, porcupine.CheckOperations(boardModel(), c.history), name)
	}
}
