package views

import (
	"context"
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
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
	// Rule says how the votes are counted; Decision is the result.
	Rule     models.DecisionRule
	Decision models.Decision
	// Missing are the buyers whose vote is not in.
	Missing []models.ID
	Votes   []models.Vote
}

// Gate judges the gate of a phase. The vote of a person who wrote what is approved does not count.
func (v *Views) Gate(ctx context.Context, r Reader, phase models.Phase) (Gate, error) {
	var view Gate
	err := v.dossier(ctx, r, OfPhases, func(tx *store.Tx, d models.Dossier) error {
		votes, err := tx.Votes(d.Procurement.ID, models.GateSubject(phase), d.Round(phase).Round)
		if err != nil {
			return err
		}
		view = Gate{Gate: gate.Judge(phase, d), Status: d.Round(phase).Status, Rule: gate.DecisionRule(d), Votes: votes}
		counted := slices.DeleteFunc(slices.Clone(votes), func(v models.Vote) bool {
			return slices.Contains(view.Authors, v.PersonID)
		})
		view.Decision, view.Missing, err = gate.Decide(d, counted, view.Digest())
		return err
	})
	return view, err
}

// Motions lists the motions of the board, those after the given one.
func (v *Views) Motions(ctx context.Context, r Reader, after models.ID, limit int) ([]models.Motion, error) {
	return inTx(ctx, v, r, OfMotions, func(tx *store.Tx, p models.ID) ([]models.Motion, error) {
		return tx.Motions(p, after, limit)
	})
}

// A NeutralityFinding points at words that may favour somebody or that leave open what is wanted.
type NeutralityFinding = gate.NeutralityFinding

// NeutralityFindings reads needs and requirements as a tenderer's lawyer would, entry by entry.
func (v *Views) NeutralityFindings(ctx context.Context, r Reader) ([]NeutralityFinding, error) {
	var findings []NeutralityFinding
	err := v.dossier(ctx, r, OfNeutrality, func(_ *store.Tx, d models.Dossier) error {
		var err error
		findings, err = gate.NeutralityFindings(d, models.NeutralityKinds()...)
		return err
	})
	return findings, err
}
