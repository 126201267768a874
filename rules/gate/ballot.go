package gate

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// A Ballot is what a vote is cast on: a gate or a motion, named by its digest.
type Ballot struct {
	Subject string
	Round   int
	Digest  string
	// Authors wrote what is decided on. They may not cast their buyer's vote; another board member of the buyer does.
	Authors []models.ID
	// Lot is the lot that is decided on; empty: none. A conflict of interest in it keeps from voting, too.
	Lot models.ID
}

// BallotOn is the ballot on a gate.
func BallotOn(g models.Gate) Ballot {
	return Ballot{Subject: models.GateSubject(g.Phase), Round: g.Round, Digest: g.Digest(), Authors: g.Authors}
}

// BallotOf is the ballot on a motion.
func BallotOf(d models.Dossier, m models.Motion) (Ballot, error) {
	b := Ballot{Subject: models.MotionSubject(m.ID), Round: 1, Digest: m.Digest}
	var about struct {
		Lot models.ID `json:"lot"`
	}
	if err := json.Unmarshal(m.Payload, &about); err != nil {
		return b, fmt.Errorf("read lot of the motion to %s: %w", m.Verb, err)
	}
	b.Lot = about.Lot
	switch m.Verb { //nolint:exhaustive // other motions decide on nothing that the dossier's authors wrote
	case models.VerbAward:
		b.Authors = evaluation.AwardAuthors(d, b.Lot)
	case models.VerbEndPartnershipPhase:
		b.Authors = evaluation.PartnershipAuthors(d, b.Lot)
	case models.VerbInvite:
		b.Authors = evaluation.InvitationAuthors(d, b.Lot)
	}
	return b, nil
}

// MayVote refuses the vote of a person who has a conflict of interest (Directive 2014/24/EU, Article 24), or who wrote
// a part of what is voted on.
func (b Ballot) MayVote(d models.Dossier, person models.ID) error {
	if err := d.MayDecide(person, b.Lot); err != nil {
		return err
	}
	if slices.Contains(b.Authors, person) {
		return models.Refuse(models.CodeAuthorMayNotVote, "",
			"you wrote a part of what is voted on, so you may not cast the buyer's vote").
			Accepting("the vote of another board member of the buyer")
	}
	return nil
}

// Counts tells whether a person's vote may stand.
func (b Ballot) Counts(d models.Dossier, person models.ID) bool { return b.MayVote(d, person) == nil }
