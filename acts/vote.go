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

// A ballot is what a vote is cast on: a gate or a motion, named by its digest.
type ballot struct {
	subject string
	round   int
	digest  string
	authors []models.ID
	// barred refuses the vote of a person with a conflict of interest; nil: nobody's.
	barred func(person models.ID) error
	// blocked refuses an approval; nil when nothing stands in its way.
	blocked error
	// carried and rejected are what follows from the votes.
	carried  func() error
	rejected func() error
}

// vote casts the vote of the actor's buyer and draws the consequence when the decision rule is
// fulfilled.
func vote(c *call, in process.Vote) (*process.VoteResult, error) {
	dossier, err := c.dossier()
	if err != nil {
		return nil, err
	}
	b, err := c.ballotFor(in, dossier)
	if err != nil {
		return nil, err
	}
	if in.Digest != b.digest {
		return nil, models.Refuse(models.CodeStaleGate, "/digest", "what is voted on has changed since you read it").
			Accepting("the digest %s, after reading it again", b.digest)
	}
	result, err := c.castOn(b, dossier, in.Choice, in.Reason)
	return &result, err
}

func (c *call) ballotFor(in process.Vote, d models.Dossier) (ballot, error) {
	switch {
	case in.Motion != "" && in.Phase == "":
		return c.motionBallot(in.Motion, d)
	case in.Phase != "" && in.Motion == "":
		if c.p.Status == models.StatusSuspended {
			return ballot{}, models.Refuse(models.CodeSuspended, "/phase",
				"no gate is decided while the procurement is suspended").
				Accepting("a vote on a motion, or resuming first")
		}
		return c.gateBallot(in.Phase, d)
	}
	return ballot{}, models.Refuse(models.CodeInvalidRequest, "/phase", "a vote is on a phase's gate or on a motion").
		Accepting("either phase or motion")
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
		subject: models.GateSubject(phase), round: round.Round, digest: g.Digest(), authors: g.Authors,
		carried: func() error { return c.closePhase(phase, round.Round, g.Digest()) },
		rejected: func() error {
			return c.note(event.GateRejected{Phase: phase, Round: round.Round, Digest: g.Digest()}, nil)
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
	if err := c.mayCast(b, choice, reason); err != nil {
		return result, err
	}
	standing, err := c.voidReplaced(b, buyer, choice)
	if err != nil {
		return result, err
	}
	cast := models.Vote{
		ID: models.NewID(models.PrefixVote), ProcurementID: c.p.ID, Subject: b.subject, Round: b.round,
		Digest: b.digest, OrganisationID: buyer, PersonID: c.cmd.ActorID, Choice: choice, Reason: reason, CastAt: c.now,
		AskedAt: c.cmd.CreatedAt,
	}
	c.tx.CastVote(cast)
	err = c.note(event.VoteCast{
		VoteID: cast.ID, Subject: b.subject, Round: b.round, Digest: b.digest, OrganisationID: buyer, Choice: choice,
	}, func(r *store.Reading) { r.Votes = append(slices.Clone(r.Votes), cast) })
	if err != nil {
		return result, err
	}
	result.VoteID = cast.ID
	result.Decision, result.Missing, err = gate.Decide(d, append(standing, cast), b.digest)
	if err != nil {
		return result, fmt.Errorf("count votes: %w", err)
	}
	return result, b.conclude(result.Decision)
}

// counts tells whether a person's vote may stand: the person has no conflict of interest and wrote nothing of what is
// decided.
func (b ballot) counts(person models.ID) bool {
	return !slices.Contains(b.authors, person) && (b.barred == nil || b.barred(person) == nil)
}

func (c *call) mayCast(b ballot, choice models.Choice, reason string) error {
	if b.barred != nil {
		if err := b.barred(c.cmd.ActorID); err != nil {
			return err
		}
	}
	if slices.Contains(b.authors, c.cmd.ActorID) {
		return models.Refuse(models.CodeAuthorMayNotVote, "",
			"you wrote a part of what is voted on, so you may not cast the buyer's vote").
			Accepting("the vote of another board member of the buyer")
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
func (c *call) voidReplaced(b ballot, buyer models.ID, choice models.Choice) ([]models.Vote, error) {
	votes, err := c.votesOn(b.subject, b.round)
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
		case v.OrganisationID == buyer && v.Digest == b.digest && v.Choice == choice:
			return nil, models.Refuse(models.CodeAlreadyVoted, "", "the buyer has cast this vote already").
				Accepting("another choice, which replaces the vote")
		case v.OrganisationID == buyer, v.Digest != b.digest, !b.counts(v.PersonID):
			void = append(void, v.ID)
		default:
			standing = append(standing, v)
		}
	}
	for _, id := range void {
		err := c.note(event.VoteVoided{VoteID: id, Subject: b.subject}, func(r *store.Reading) {
			r.Votes = slices.DeleteFunc(slices.Clone(r.Votes), func(v models.Vote) bool { return v.ID == id })
		})
		if err != nil {
			return nil, err
		}
	}
	c.tx.VoidVotes(c.now, void...)
	return standing, nil
}

func (b ballot) conclude(d models.Decision) error {
	switch d {
	case models.DecisionApproved:
		return b.carried()
	case models.DecisionRejected:
		return b.rejected()
	case models.DecisionOpen:
	}
	return nil
}

// closePhase ends a phase whose gate was approved and begins what follows it.
func (c *call) closePhase(phase models.Phase, round int, digest string) error {
	if _, err := c.tx.EndRounds(c.p.ID, models.PhaseClosed, c.now, phase); err != nil {
		return err
	}
	err := c.record(event.PhaseClosed{Phase: phase, Round: round, Digest: digest})
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
