package acts

import (
	"strconv"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// The acts that a lot can wait for, in their order.
const (
	awaitPublication = "the lead procurer: to publish "
	awaitRequests    = "suppliers: to ask to participate in "
	awaitSolutions   = "suppliers: to hand in solutions for "
	awaitTenders     = "suppliers: to tender for "
	awaitOpening     = "openers: to open "
	awaitInvitation  = "the panel and the board: to select and to invite the candidates for "
	awaitTalks       = "the lead procurer and the board: to talk with the participants in, and to invite on, "
	awaitScores      = "the panel: to score "
	awaitAward       = "the board: to award "
	awaitLetters     = "an awarder to sign, then the lead procurer to tell the tenderers of, the award of "
	awaitStandstill  = "the standstill of "
	awaitContracts   = "buyers: to sign and purchase under "
)

// waitingOnLots says in words whose act each lot waits for, and whether all that is left is to conclude
// contracts and purchases: only then the board's approval is awaited, too.
func waitingOnLots(at lotsAtHand, now time.Time) (waiting []string, concluding bool) {
	if len(at.lots) == 0 {
		return []string{"the lead procurer: to describe the lots"}, false
	}
	concluding = true
	numbers := map[string][]string{}
	for _, lot := range at.lots {
		if act := awaited(lot, at.awards, now); act != "" {
			numbers[act] = append(numbers[act], strconv.Itoa(lot.Number))
			concluding = concluding && act == awaitContracts
		}
	}
	for _, act := range []string{
		awaitPublication, awaitRequests, awaitOpening, awaitInvitation, awaitSolutions, awaitTenders, awaitTalks,
		awaitScores, awaitAward, awaitLetters, awaitStandstill, awaitContracts,
	} {
		if found := numbers[act]; len(found) > 0 {
			waiting = append(waiting, act+"lot "+strings.Join(found, ", "))
		}
	}
	return waiting, concluding
}

// awaited is the act that a lot waits for; empty: it has ended without award.
func awaited(lot models.Lot, awards map[models.ID]models.LotAward, now time.Time) string {
	award, box := awards[lot.ID], lot.Box()
	switch {
	case lot.EndedAt != nil:
		return ""
	case !lot.Published():
		return awaitPublication
	case box.Open() && box.HandsIn == models.HandedRequest:
		return awaitRequests
	case box.Open() && box.HandsIn == models.HandedSolution:
		return awaitSolutions
	case box.Open():
		return awaitTenders
	case box.UnsealedAt == nil:
		return awaitOpening
	case box.HandsIn == models.HandedRequest:
		return awaitInvitation
	case box.Talks != "" && !award.Awarded():
		return awaitTalks
	case box.QualityLockedAt == nil:
		return awaitScores
	case !award.Awarded():
		return awaitAward
	case award.LettersAt == nil:
		return awaitLetters
	case !award.StandstillOver(now):
		return awaitStandstill
	}
	return awaitContracts
}
