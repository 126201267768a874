package views

import (
	"context"
	"fmt"
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/consolidation"
	"github.com/ppi-engine/ppi/rules/gate"
)

// Rounds lists every round of every phase.
func (v *Views) Rounds(ctx context.Context, r Reader) ([]models.PhaseRound, error) {
	return inTx(ctx, v, r, OfPhases, (*store.Tx).Rounds)
}

// A Gate is the gate of a phase as it is now.
type Gate struct {
	models.Gate

	Status models.PhaseStatus
	// Count is how the votes are counted now, or were when the phase was closed by them.
	Count models.VoteCount
	Votes []models.Vote
}

// Gate judges the gate of a phase. The vote of a person who may not vote on it does not count.
func (v *Views) Gate(ctx context.Context, r Reader, phase models.Phase) (Gate, error) {
	var view Gate
	err := v.dossier(ctx, r, OfPhases, func(tx *store.Tx, d models.Dossier) error {
		round := d.Round(phase)
		votes, err := tx.Votes(d.Procurement.ID, models.GateSubject(phase), round.Round)
		if err != nil {
			return err
		}
		view = Gate{Gate: gate.Judge(phase, d), Status: round.Status, Votes: votes}
		if view.Count, err = gate.Count(d, gate.BallotOn(view.Gate), votes); err != nil {
			return err
		}
		if round.Status != models.PhaseClosed {
			return nil
		}
		taken, err := tx.Decisions(d.Procurement.ID, models.GateSubject(phase))
		for _, decision := range taken {
			if decision.Round == round.Round {
				view.Count = decision.Count
			}
		}
		return err
	})
	return view, err
}

// A Motion is a motion of the board with the count of the votes on it: as they are counted now, or were when it was
// decided; nil if it lapsed before that.
type Motion struct {
	models.Motion

	Count *models.VoteCount
}

// Motions lists the motions of the board, those after the given one.
func (v *Views) Motions(ctx context.Context, r Reader, after models.ID, limit int) ([]Motion, error) {
	return rows(r, OfMotions, func(procurement models.ID) (found []Motion, err error) {
		err = v.Store.Snapshot(ctx, func(tx *store.Tx) error {
			motions, err := tx.Motions(procurement, after, limit)
			if err != nil || len(motions) == 0 {
				return err
			}
			found, err = counted(tx, r, motions)
			return err
		})
		return found, err
	})
}

func counted(tx *store.Tx, r Reader, motions []models.Motion) ([]Motion, error) {
	subjects := make([]string, len(motions))
	for i, m := range motions {
		subjects[i] = models.MotionSubject(m.ID)
	}
	taken, err := tx.Decisions(r.procurement(), subjects...)
	if err != nil {
		return nil, err
	}
	decided := map[string]models.VoteCount{}
	for _, decision := range taken {
		decided[decision.Subject] = decision.Count
	}
	found := make([]Motion, len(motions))
	for i, m := range motions {
		found[i].Motion = m
		if count, ok := decided[subjects[i]]; ok {
			found[i].Count = &count
		}
	}
	return found, countOpen(tx, r, found)
}

// countOpen counts the votes on the motions that are open.
func countOpen(tx *store.Tx, r Reader, motions []Motion) error {
	if !slices.ContainsFunc(motions, func(m Motion) bool { return m.Status == models.MotionOpen }) {
		return nil
	}
	d, err := tx.Dossier(r.Seat.Procurement, r.Seat.Now)
	if err != nil {
		return err
	}
	votes, err := tx.StandingVotes(d.Procurement.ID)
	if err != nil {
		return err
	}
	for i, m := range motions {
		if m.Status != models.MotionOpen {
			continue
		}
		b, err := gate.BallotOf(d, m.Motion)
		if err != nil {
			return fmt.Errorf("make ballot: %w", err)
		}
		on := slices.DeleteFunc(slices.Clone(votes), func(v models.Vote) bool { return v.Subject != b.Subject })
		count, err := gate.Count(d, b, on)
		if err != nil {
			return fmt.Errorf("count votes: %w", err)
		}
		motions[i].Count = &count
	}
	return nil
}

// A NeutralityFinding points at words that may favour somebody or that leave open what is wanted.
type NeutralityFinding = gate.NeutralityFinding

// NeutralityFindings reads needs, requirements, clauses and criteria as a tenderer's lawyer would, entry by entry.
func (v *Views) NeutralityFindings(ctx context.Context, r Reader) ([]NeutralityFinding, error) {
	var findings []NeutralityFinding
	err := v.dossier(ctx, r, OfNeutrality, func(_ *store.Tx, d models.Dossier) error {
		var err error
		findings, err = gate.NeutralityFindings(d, models.NeutralityKinds()...)
		return err
	})
	return findings, err
}

// A NeedFinding is something that stands in the way of one common need.
type NeedFinding = consolidation.Finding

// NeedFindings compares the needs of all buyers with each other and with the common need.
func (v *Views) NeedFindings(ctx context.Context, r Reader) ([]NeedFinding, error) {
	var findings []NeedFinding
	err := v.dossier(ctx, r, OfNeeds, func(_ *store.Tx, d models.Dossier) error {
		var err error
		findings, err = consolidation.Findings(d)
		return err
	})
	return findings, err
}
