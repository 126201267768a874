package acts

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/gate"
)

// A ballot is what a vote is cast on, with what follows from it.
type ballot struct {
	gate.Ballot

	// blocked refuses an approval; nil when nothing stands in its way.
	blocked error
	// carried and rejected are what follows from the votes.
	carried  func(models.VoteCount) error
	rejected func(models.VoteCount) error
}

// vote casts the vote of the actor's buyer and draws the consequence when the decision rule is
// fulfilled.
func vote(c *call, in process.Vote) (*process.VoteResult, error) {
	b, dossier, err := c.ballotFor(in.Phase, in.Motion)
	if err != nil {
		return nil, err
	}
	if in.Digest != b.Digest {
		return nil, models.Refuse(models.CodeStaleGate, "/digest", "what is voted on has changed since you read it").
			Accepting("the digest %s, after reading it again", b.Digest)
	}
	result, err := c.castOn(b, dossier, in.Choice, in.Reason)
	return &result, err
}

// countAgain counts the votes on a gate or a motion as things stand now, and draws the consequence: since the last vote
// a next agreement may have come into force, or the board of a buyer may have been recused.
func countAgain(c *call, in process.Count) (*process.CountResult, error) {
	b, dossier, err := c.ballotFor(in.Phase, in.Motion)
	if err != nil {
		return nil, err
	}
	count, err := c.countOn(b, dossier)
	if err != nil {
		return nil, err
	}
	if count.Undecidable != "" {
		return nil, models.Refuse(models.CodeNobodyMayDecide, "", "%s", count.Undecidable).
			Accepting("a count after a person without a conflict of interest was given the role board")
	}
	return &process.CountResult{Decision: count.Decision, Missing: count.Missing(), Recused: count.Recused()}, nil
}

// countOn counts the votes that stand, and draws the consequence. Those that count no more are voided first: so a
// decision rests on every vote that stands.
func (c *call) countOn(b ballot, d models.Dossier) (models.VoteCount, error) {
	votes, err := c.votesOn(b.Subject, b.Round)
	if err != nil {
		return models.VoteCount{}, err
	}
	var standing []models.Vote
	var void []models.ID
	for _, v := range votes {
		if b.stands(d, v) {
			standing = append(standing, v)
		} else {
			void = append(void, v.ID)
		}
	}
	if err := c.voidVotes(b, void); err != nil {
		return models.VoteCount{}, err
	}
	count, err := tally(b, d, standing)
	if err != nil {
		return count, err
	}
	if known, err := c.rejectedBefore(b, count); err != nil || known {
		return count, err
	}
	return count, c.conclude(b, count)
}

// stands tells whether a vote is on what is voted on now, by somebody whose vote counts.
func (b ballot) stands(d models.Dossier, v models.Vote) bool {
	return v.Digest == b.Digest && b.Counts(d, v.PersonID)
}

// ballotFor finds what is voted on, and the dossier by which it is judged.
func (c *call) ballotFor(phase models.Phase, motion models.ID) (ballot, models.Dossier, error) {
	d, err := c.dossier()
	if err != nil {
		return ballot{}, d, err
	}
	var b ballot
	switch {
	case motion != "" && phase == "":
		b, err = c.motionBallot(motion, d)
	case phase != "" && motion == "" && c.p.Status == models.StatusSuspended:
		err = models.Refuse(models.CodeSuspended, "/phase", "no gate is decided while the procurement is suspended").
			Accepting("a vote on a motion, or resuming first")
	case phase != "" && motion == "":
		b, err = c.gateBallot(phase, d)
	default:
		err = models.Refuse(models.CodeInvalidRequest, "/phase", "a vote is on a phase's gate or on a motion").
			Accepting("either phase or motion")
	}
	return b, d, err
}

func (c *call) gateBallot(phase models.Phase, d models.Dossier) (ballot, error) {
	round := d.Round(phase)
	if round.Status != models.PhaseOpen {
		return ballot{}, models.Refuse(models.CodePhaseNotOpen, "/phase", "the phase %s is %s", phase, round.Status).
			Accepting("an open phase")
	}
	g := gate.Judge(phase, d)
	c.judged, c.seen = &judgedGate{g, phase, round.Round}, &d
	b := ballot{
		Ballot:  gate.BallotOn(g),
		carried: func(n models.VoteCount) error { return c.closePhase(phase, round.Round, g.Digest(), &n) },
		rejected: func(n models.VoteCount) error {
			return c.note(event.GateRejected{Phase: phase, Round: round.Round, Digest: g.Digest(), Count: &n}, nil)
		},
	}
	if open := g.Open(); len(open) > 0 {
		b.blocked = gateNotMet(open)
	}
	return b, nil
}

func gateNotMet(open []models.Criterion) *models.Refusal {
	codes := make([]string, len(open))
	for i, criterion := range open {
		codes[i] = criterion.Code + " (" + criterion.Detail + ")"
	}
	return models.Refuse(models.CodeGateNotMet, "/choice", "the gate is not met: %s", strings.Join(codes, "; ")).
		Accepting("an approval once every criterion is met; a rejection at any time")
}

func (c *call) motionBallot(id models.ID, d models.Dossier) (ballot, error) {
	m, err := c.motion(id)
	switch {
	case errors.Is(err, store.ErrNoMotion):
		return ballot{}, models.Refuse(models.CodeNotFound, "/motion", "the procurement has no such motion").
			Accepting("the ID of an open motion")
	case err != nil:
		return ballot{}, err
	case m.Status != models.MotionOpen:
		return ballot{}, models.Refuse(models.CodeAlreadyDecided, "/motion", "the motion is %s", m.Status).
			Accepting("an open motion")
	}
	if v, _ := verbOf(m.Verb); c.p.Status == models.StatusSuspended && !slices.Contains(v.in, c.p.Status) {
		// Deciding it now would make it lapse.
		return ballot{}, models.Refuse(models.CodeSuspended, "/motion",
			"a motion to %s is not decided while the procurement is suspended", m.Verb).
			Accepting("a vote on a motion to resume or to cancel, or resuming first")
	}
	return c.ballotOf(m, d)
}

// castOn records the vote, voids those it replaces, and counts.
func (c *call) castOn(b ballot, d models.Dossier, choice models.Choice, reason string) (process.VoteResult, error) {
	var result process.VoteResult
	buyer, err := c.buyerOf()
	if err != nil {
		return result, err
	}
	if err := mayCast(b, d, c.cmd.ActorID, choice, reason); err != nil {
		return result, err
	}
	standing, err := c.voidReplaced(b, d, buyer, choice)
	if err != nil {
		return result, err
	}
	cast := models.Vote{
		ID: models.NewID(models.PrefixVote), ProcurementID: c.p.ID, Subject: b.Subject, Round: b.Round,
		Digest: b.Digest, OrganisationID: buyer, PersonID: c.cmd.ActorID, Choice: choice, Reason: reason, CastAt: c.now,
		AskedAt: c.cmd.CreatedAt,
	}
	c.tx.CastVote(cast)
	what := event.VoteCast{
		VoteID: cast.ID, Subject: b.Subject, Round: b.Round, Digest: b.Digest, OrganisationID: buyer,
		PersonID: cast.PersonID, Choice: choice,
	}
	if reason != "" {
		if what.Reason, err = event.NewPart(reason); err != nil {
			return result, err
		}
	}
	err = c.note(what, func(r *store.Reading) { r.Votes = append(slices.Clone(r.Votes), cast) })
	if err != nil {
		return result, err
	}
	count, err := tally(b, d, append(standing, cast))
	if err == nil {
		err = c.conclude(b, count)
	}
	return process.VoteResult{
		VoteID: cast.ID, Decision: count.Decision, Missing: count.Missing(), Recused: count.Recused(),
	}, err
}

func tally(b ballot, d models.Dossier, votes []models.Vote) (models.VoteCount, error) {
	count, err := gate.Count(d, b.Ballot, votes)
	if err != nil {
		return count, fmt.Errorf("count votes: %w", err)
	}
	return count, nil
}

// conclude draws the consequence of a count. An approval of what is blocked now has none.
func (c *call) conclude(b ballot, count models.VoteCount) error {
	switch count.Decision {
	case models.DecisionApproved:
		if b.blocked != nil {
			return b.blocked
		}
		return errors.Join(c.keepDecision(b, count), b.carried(count))
	case models.DecisionRejected:
		return errors.Join(c.keepDecision(b, count), b.rejected(count))
	case models.DecisionOpen:
	}
	return nil
}

// rejectedBefore tells whether the same votes have rejected the same before: a gate stays open after a rejection, and
// counting its votes again decides nothing anew.
func (c *call) rejectedBefore(b ballot, count models.VoteCount) (bool, error) {
	if count.Decision != models.DecisionRejected {
		return false, nil
	}
	kept, err := c.tx.Decisions(c.p.ID, b.Subject)
	if err != nil {
		return false, err
	}
	_, counted, err := models.Canonical(count)
	if err != nil {
		return false, err
	}
	for _, k := range kept {
		_, before, err := models.Canonical(k.Count)
		if err != nil {
			return false, err
		}
		if k.Round == b.Round && k.Digest == b.Digest && before == counted {
			return true, nil
		}
	}
	return false, nil
}

func (c *call) keepDecision(b ballot, count models.VoteCount) error {
	return c.tx.KeepDecision(models.BoardDecision{
		ID: models.NewID(models.PrefixDecision), ProcurementID: c.p.ID, Subject: b.Subject, Round: b.Round,
		Digest: b.Digest, Count: count, DecidedAt: c.now,
	})
}

func mayCast(b ballot, d models.Dossier, person models.ID, choice models.Choice, reason string) error {
	if err := b.MayVote(d, person); err != nil {
		return err
	}
	if choice == models.ChoiceReject && strings.TrimSpace(reason) == "" {
		return models.Refuse(models.CodeInvalidValue, "/reason", "a rejection needs a reason").
			Accepting("a reason of at most 4000 characters")
	}
	if choice == models.ChoiceApprove && b.blocked != nil {
		return b.blocked
	}
	return nil
}

// votesOn lists the votes on a subject in a round that stand, oldest first.
func (c *call) votesOn(subject string, round int) ([]models.Vote, error) {
	r, err := c.reading(false)
	return slices.DeleteFunc(slices.Clone(r.Votes),
		func(v models.Vote) bool { return v.Subject != subject || v.Round != round }), err
}

// voidReplaced voids the buyer's own earlier vote and all votes cast on what the subject was before it
// changed, and returns those that stand.
func (c *call) voidReplaced(
	b ballot, d models.Dossier, buyer models.ID, choice models.Choice,
) ([]models.Vote, error) {
	votes, err := c.votesOn(b.Subject, b.Round)
	if err != nil {
		return nil, err
	}
	var standing []models.Vote
	var void []models.ID
	for _, v := range votes {
		switch {
		case v.OrganisationID == buyer && v.AskedAt.After(c.cmd.CreatedAt):
			return nil, models.Refuse(models.CodeSuperseded, "", "the buyer voted again after you sent this vote").
				Accepting("a new request, if you still want this vote")
		case v.OrganisationID == buyer && v.Digest == b.Digest && v.Choice == choice && b.Counts(d, v.PersonID):
			return nil, models.Refuse(models.CodeAlreadyVoted, "", "the buyer has cast this vote already").
				Accepting("another choice, which replaces the vote")
		case v.OrganisationID == buyer, !b.stands(d, v):
			void = append(void, v.ID)
		default:
			standing = append(standing, v)
		}
	}
	return standing, c.voidVotes(b, void)
}

// voidVotes has votes on a ballot count no more; they are kept.
func (c *call) voidVotes(b ballot, void []models.ID) error {
	for _, id := range void {
		err := c.note(event.VoteVoided{VoteID: id, Subject: b.Subject, Digest: b.Digest}, func(r *store.Reading) {
			r.Votes = slices.DeleteFunc(slices.Clone(r.Votes), func(v models.Vote) bool { return v.ID == id })
		})
		if err != nil {
			return err
		}
	}
	c.tx.VoidVotes(c.now, void...)
	return nil
}

// closePhase ends a phase and begins what follows it: its gate was approved by a count of votes, or without one by what
// has happened.
func (c *call) closePhase(phase models.Phase, round int, digest string, count *models.VoteCount) error {
	if _, err := c.tx.EndRounds(c.p.ID, models.PhaseClosed, c.now, phase); err != nil {
		return err
	}
	err := c.record(event.PhaseClosed{Phase: phase, Round: round, Digest: digest, Count: count})
	if err != nil {
		return err
	}
	if phase == models.PhaseTender {
		return c.complete()
	}
	next, follows := phase.Next()
	if !follows {
		return nil
	}
	// The motion to return was about the phase that has now ended.
	if err := c.lapseMotion(models.VerbReturn, ""); err != nil {
		return err
	}
	opened := []models.Phase{next}
	if phase == models.PhaseNeeds {
		opened = append(opened, models.PhaseEngagement)
	}
	return c.openPhases(opened...)
}

func (c *call) complete() error {
	c.p.Status = models.StatusCompleted
	c.p.EndedAt = &c.now
	return c.record(event.ProcurementCompleted{})
}
