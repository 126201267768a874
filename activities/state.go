package activities

import (
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// stateOf builds what the workflow is told: where the procurement stands, what falls due, and who is
// awaited.
func stateOf(tx *store.Tx, p models.Procurement) (process.State, error) {
	state := process.State{
		Schema: process.Schema, ProcurementID: p.ID, Version: p.Version, Status: p.Status, Mode: p.Mode,
		ClockOffset: time.Duration(p.ClockOffset) * time.Microsecond,
	}
	rounds, err := tx.Rounds(p.ID)
	if err != nil {
		return state, err
	}
	latest := models.Dossier{Rounds: rounds}
	for _, phase := range models.Phases() {
		if r := latest.Round(phase); r.Round > 0 {
			state.Phases = append(state.Phases, process.PhaseState{Phase: phase, Round: r.Round, Status: r.Status})
		}
	}
	members, organisations, err := tx.Members(p.ID)
	if err != nil {
		return state, err
	}
	for _, m := range members {
		if m.Lead && m.Active() {
			state.LeadBuyer = organisations[m.OrganisationID].LegalName
		}
	}
	if p.Status.Ended() || p.Status == models.StatusDraft {
		return state, nil
	}
	if state.Due, err = dueOf(tx, p); err != nil {
		return state, err
	}
	state.WaitingOn, err = waitingOn(tx, p, state, members, organisations)
	return state, err
}

// waitingOn says in words whose act is awaited: the buyers whose vote on the open main phase's gate is
// not in.
func waitingOn(tx *store.Tx, p models.Procurement, state process.State, members []models.Member, organisations map[models.ID]models.Organisation) ([]string, error) {
	if p.Status == models.StatusSuspended {
		return []string{"the board: to resume"}, nil
	}
	phase, ok := state.Current()
	if !ok {
		return nil, nil
	}
	votes, err := tx.Votes(p.ID, models.GateSubject(phase), state.Phase(phase).Round)
	if err != nil {
		return nil, err
	}
	var waiting []string
	for _, m := range members {
		voted := slices.ContainsFunc(votes, func(v models.Vote) bool {
			return v.OrganisationID == m.OrganisationID && v.VoidedAt == nil
		})
		if m.Active() && !voted {
			waiting = append(waiting, organisations[m.OrganisationID].LegalName+": to approve "+string(phase))
		}
	}
	return waiting, nil
}
