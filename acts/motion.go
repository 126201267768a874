package acts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/gowebpki/jcs"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/gate"
)

// move opens a motion, which counts as the vote of the mover's buyer to approve it. The motion takes effect as soon as
// the votes fulfil the decision rule: under lead_alone, at once.
func move[P any](c *call, in P, may func(c *call, in P) error) (*process.MotionResult, error) {
	if may != nil {
		if err := may(c, in); err != nil {
			return nil, err
		}
	}
	dossier, err := c.dossier()
	if err != nil {
		return nil, err
	}
	m, err := c.openMotion()
	if err != nil {
		return nil, err
	}
	b, err := c.ballotOf(m, dossier)
	if err != nil {
		return nil, err
	}
	result, err := c.castOn(b, dossier, models.ChoiceApprove, "")
	if err != nil {
		return nil, err
	}
	return &process.MotionResult{
		MotionID: m.ID, Digest: m.Digest, Decision: result.Decision,
		Missing: result.Missing, Recused: result.Recused,
	}, nil
}

// openMotion writes the motion down. One of a kind is open at a time, for a lot if it is about one; others
// vote on that one.
func (c *call) openMotion() (models.Motion, error) {
	lot, err := lotOf(c.cmd)
	if err != nil {
		return models.Motion{}, err
	}
	if open, found, err := c.openMotionTo(c.cmd.Verb, lot); err != nil {
		return open, err
	} else if found {
		return open, models.Refuse(models.CodeAlreadyMoved, "", "a motion to %s is open already", c.cmd.Verb).
			Accepting("a vote on motion %s with digest %s; once it is rejected, another motion", open.ID, open.Digest)
	}
	if _, err := c.buyerOf(); err != nil {
		return models.Motion{}, err
	}
	canonical, err := jcs.Transform(c.cmd.Payload)
	if err != nil {
		return models.Motion{}, fmt.Errorf("render motion canonically: %w", err)
	}
	sum := sha256.Sum256(append([]byte(c.cmd.Verb+"\n"), canonical...))
	m := models.Motion{
		ID: models.NewID(models.PrefixMotion), ProcurementID: c.p.ID, Verb: c.cmd.Verb, Payload: c.cmd.Payload,
		Digest: hex.EncodeToString(sum[:]), MoverID: c.cmd.ActorID, MovedAt: c.now, Status: models.MotionOpen,
	}
	c.tx.Move(m)
	return m, c.note(event.MotionMoved{MotionID: m.ID, Verb: m.Verb, Digest: m.Digest},
		func(r *store.Reading) { r.Motions = append(slices.Clone(r.Motions), m) })
}

func (c *call) ballotOf(m models.Motion, d models.Dossier) (ballot, error) {
	on, err := gate.BallotOf(d, m)
	if err != nil {
		return ballot{}, fmt.Errorf("make ballot: %w", err)
	}
	return ballot{
		Ballot:   on,
		carried:  func(n models.VoteCount) error { return c.carry(m, n) },
		rejected: func(n models.VoteCount) error { return c.decideMotion(m, models.MotionRejected, &n) },
	}, nil
}

// decideMotion ends a motion, by the count of its votes or, without one, because its time is over.
func (c *call) decideMotion(m models.Motion, status models.MotionStatus, count *models.VoteCount) error {
	c.tx.DecideMotion(m.ID, status, c.now)
	what := event.MotionDecided{MotionID: m.ID, Verb: m.Verb, Status: status, Count: count}
	return c.note(what, func(r *store.Reading) {
		r.Motions = slices.DeleteFunc(slices.Clone(r.Motions),
			func(open models.Motion) bool { return open.ID == m.ID })
	})
}

// lapseMotion ends the open motion for a verb, on a lot or none, if there is one, because its time is over.
func (c *call) lapseMotion(verb models.Verb, lot models.ID) error {
	m, open, err := c.openMotionTo(verb, lot)
	if err != nil || !open {
		return err
	}
	return c.decideMotion(m, models.MotionLapsed, nil)
}

// openMotionTo finds the open motion for a verb, on a lot or none; false: there is none.
func (c *call) openMotionTo(verb models.Verb, lot models.ID) (models.Motion, bool, error) {
	r, err := c.reading(false)
	if err != nil {
		return models.Motion{}, false, err
	}
	for _, m := range r.Motions {
		about, err := lotOf(models.Command{Verb: m.Verb, Payload: m.Payload})
		if err != nil {
			return m, false, err
		}
		if m.Verb == verb && about == lot {
			return m, true, nil
		}
	}
	return models.Motion{}, false, nil
}

// motion finds a motion, whatever became of it. It returns [store.ErrNoMotion].
func (c *call) motion(id models.ID) (models.Motion, error) {
	r, err := c.reading(false)
	if err != nil {
		return models.Motion{}, err
	}
	if at := slices.IndexFunc(r.Motions, func(m models.Motion) bool { return m.ID == id }); at >= 0 {
		return r.Motions[at], nil
	}
	return c.tx.Motion(c.p.ID, id)
}

// recountMotions counts the votes on all open motions again after a member has left.
func (c *call) recountMotions() error {
	r, err := c.reading(true)
	if err != nil {
		return err
	}
	for _, m := range r.Motions {
		if err := c.recount(m.ID); err != nil {
			return err
		}
	}
	return nil
}

// recount counts the votes on a motion again, unless it was decided meanwhile: another one that was carried may have
// made it lapse.
func (c *call) recount(motion models.ID) error {
	dossier, err := c.dossier()
	if err != nil {
		return err
	}
	m, err := c.motion(motion)
	if err != nil || m.Status != models.MotionOpen {
		return err
	}
	b, err := c.ballotOf(m, dossier)
	if err != nil {
		return err
	}
	_, err = c.countOn(b, dossier)
	return err
}

// boxesOfMotion names the boxes that the motion affects if it is carried: all boxes for a motion to cancel. Most
// motions affect none, and suppliers hand in undisturbed.
func boxesOfMotion(s store.Summons) ([]models.ID, error) {
	m := s.Motion
	if m.ID == "" {
		return nil, nil // the vote is on a gate, or will be refused when it is carried out
	}
	verb, err := movedVerb(m)
	if err != nil || verb.boxes == nil {
		return nil, err
	}
	s.Command = models.Command{ProcurementID: m.ProcurementID, Verb: m.Verb, Payload: m.Payload}
	return verb.boxes(s)
}

// movedVerb returns the row of the verb that was moved.
func movedVerb(m models.Motion) (Verb, error) {
	v, known := verbOf(m.Verb)
	if !known || v.work.motion == nil {
		return v, fmt.Errorf("%w: motion to %s", ErrOtherRelease, m.Verb)
	}
	return v, nil
}

// carry does what was moved. A motion whose time is over by now lapses.
func (c *call) carry(m models.Motion, count models.VoteCount) error {
	verb, err := movedVerb(m)
	if err != nil {
		return err
	}
	status, takeEffect := models.MotionLapsed, (func() error)(nil)
	if slices.Contains(verb.in, c.p.Status) {
		status, takeEffect = verb.work.motion.effect(c, m)
	}
	if err := c.decideMotion(m, status, &count); err != nil || status != models.MotionCarried {
		return err
	}
	return takeEffect()
}

func (c *call) suspend(process.Suspend) error {
	return c.become(models.StatusSuspended, event.ProcurementSuspended{})
}

func (c *call) resume(process.Resume) error {
	return c.become(models.StatusRunning, event.ProcurementResumed{})
}

func (c *call) become(status models.Status, what event.Payload) error {
	c.p.Status = status
	return c.record(what)
}

func (c *call) mayCancel(process.Cancel) error { return c.notContracted("") }

// cancel ends the procurement without award; open phases and boxes end with it.
func (c *call) cancel(in process.Cancel) error {
	if _, err := c.tx.EndRounds(c.p.ID, models.PhaseSuperseded, c.now, models.Phases()...); err != nil {
		return err
	}
	if err := errors.Join(c.endLots(in.Code, in.Reason), c.finish(models.TaskBulletin, string(c.p.ID))); err != nil {
		return err
	}
	c.p.Status = models.StatusCancelled
	c.p.EndReason = string(in.Code)
	c.p.EndedAt = &c.now
	return c.record(event.ProcurementCancelled{Code: string(in.Code)})
}

// mayReturn refuses a phase that is not earlier than the one that is open, and any return while a published lot has not
// ended.
func (c *call) mayReturn(in process.Return) error {
	d, err := c.dossier()
	if err != nil {
		return err
	}
	main := models.MainPhases()
	current := slices.IndexFunc(main, func(p models.Phase) bool { return d.Round(p).Status == models.PhaseOpen })
	if target := slices.Index(main, in.To); current < 0 || target < 0 || target >= current {
		return models.Refuse(models.CodeReturnNotEarlier, "/to",
			"%s is not earlier than the phase that is open", in.To).
			Accepting("one of %v", main[:max(current, 0)])
	}
	return c.lotsEnded()
}

// returnTo supersedes the rounds from the given phase on and opens a new one of it. What was written in
// them is kept. Engagement and capacity go on.
func (c *call) returnTo(in process.Return) error {
	main, to := models.MainPhases(), in.To
	from := main[slices.Index(main, to):]
	if _, err := c.tx.EndRounds(c.p.ID, models.PhaseSuperseded, c.now, from...); err != nil {
		return err
	}
	if err := c.record(event.ProcurementReturned{To: to}); err != nil {
		return err
	}
	if to == models.PhaseNeeds {
		// The need is to be adopted anew, and the market is informed of an adopted need only.
		if _, err := c.tx.EndRounds(c.p.ID, models.PhaseSuperseded, c.now, models.PhaseEngagement); err != nil {
			return err
		}
		if err := c.finish(models.TaskBulletin, string(c.p.ID)); err != nil {
			return err
		}
	}
	return c.openPhases(to)
}
