package acts

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/gate"
)

// Load reads where a procurement stands, for a run that knows it at a version; 0: at none. It returns a [*BehindError]
// when the record is at an earlier one.
func (a *Acts) Load(ctx context.Context, id models.ID, known int64) (*process.State, error) {
	var state *process.State
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		// Shared, so that a transaction that was given up but may still commit is waited for.
		p, err := tx.ShareProcurement(id)
		if err != nil {
			return err
		}
		c := &call{tx: tx, p: p} // it shares the procurement: nothing is changed
		if err := c.notBehind(known); err != nil {
			return err
		}
		if c.clock, err = tx.Now(); err != nil {
			return err
		}
		c.now = p.Now(c.clock)
		state, err = c.state()
		return err
	})
	return state, err
}

// state builds what the workflow is told: where the procurement stands, what falls due, and who is
// awaited.
func (c *call) state() (*process.State, error) {
	state, rounds, lots, err := c.position()
	if err != nil {
		return nil, err
	}
	buyers, err := c.consortium()
	if err != nil {
		return nil, err
	}
	p := c.p
	state.Schema, state.ProcurementID, state.Version, state.Mode = process.Schema, p.ID, p.Version, p.Mode
	state.ClockOffset = time.Duration(p.ClockOffset) * time.Microsecond
	state.Title, state.LeadBuyer, state.Buyers = p.Title.In("", p.Languages...), buyers.lead(), buyers.names()
	state.Zone = p.Zone
	if !runs(p.Status) {
		return &state, nil
	}
	if state.WaitingOn, err = c.waitingOn(state, buyers, lots); err != nil {
		return &state, err
	}
	state.Gates = c.gates(rounds)
	return &state, nil
}

// position returns the part of the state that says where the phases stand and what falls due, with the rounds and lots
// it was read from.
func (c *call) position() (process.State, []models.PhaseRound, lotsAtHand, error) {
	state := process.State{Status: c.p.Status}
	r, err := c.reading(false)
	if err != nil {
		return state, nil, lotsAtHand{}, err
	}
	rounds, lots := r.Dossier.Rounds, lotsAtHand{r.Dossier.Tendering.Lots, r.Dossier.Tendering.Awards}
	state.Phases = phasesOf(rounds)
	if !runs(c.p.Status) {
		return state, rounds, lots, nil
	}
	state.Due, err = c.dueOf(r)
	inLocalTime(state.Due, c.p.Zone)
	return state, rounds, lots, err
}

// inLocalTime adds to instants what clocks in the zone show then. It is for reading only: in a zone that this
// release does not know they are read in UTC.
func inLocalTime(dues []process.Due, name string) {
	if len(dues) == 0 {
		return
	}
	zone, err := calendar.Zone("zone", name)
	if err != nil {
		return
	}
	for i := range dues {
		dues[i].Local = dues[i].At.In(zone).Format(time.RFC3339)
	}
}

// gates sums up the gates of the open phases if the dossier was read anyway. It is never read for it: the
// workflow shows the last it knows, and since when.
func (c *call) gates(rounds []models.PhaseRound) []process.GateState {
	if c.seen == nil {
		return nil
	}
	dossier := *c.seen
	dossier.Rounds = rounds
	var gates []process.GateState
	for _, phase := range models.Phases() {
		r := dossier.Round(phase)
		switch {
		case r.Status != models.PhaseOpen:
		case c.judged.is(phase, r.Round):
			gates = append(gates, summaryOf(c.judged.Gate, c.now))
		default:
			gates = append(gates, summaryOf(gate.Judge(phase, dossier), c.now))
		}
	}
	return gates
}

func summaryOf(g models.Gate, now time.Time) process.GateState {
	open := g.Open()
	s := process.GateState{
		Phase: g.Phase, Round: g.Round, Met: len(g.Criteria) - len(open),
		Total: len(g.Criteria), At: now.UTC(),
	}
	for _, criterion := range open {
		s.Missing = append(s.Missing, criterion.Code)
	}
	return s
}

// runs tells whether anything falls due or is awaited.
func runs(s models.Status) bool { return s != models.StatusDraft && !s.Ended() }

// phasesOf says, for each phase that was ever open, where its latest round stands.
func phasesOf(rounds []models.PhaseRound) []process.PhaseState {
	var phases []process.PhaseState
	latest := models.Dossier{Rounds: rounds}
	for _, phase := range models.Phases() {
		if r := latest.Round(phase); r.Round > 0 {
			phases = append(phases, process.PhaseState{Phase: phase, Round: r.Round, Status: r.Status})
		}
	}
	return phases
}

// lotsAtHand are the lots with the awards of those that were opened.
type lotsAtHand struct {
	lots   []models.Lot
	awards map[models.ID]models.LotAward
}

// waitingOn says in words whose act is awaited: the buyers whose vote on the open main phase's gate is
// not in or was cast on what has changed since, and in the tender phase those whose act the lots wait for.
func (c *call) waitingOn(state process.State, buyers consortium, lots lotsAtHand) ([]string, error) {
	if c.p.Status == models.StatusSuspended {
		return []string{"the board: to resume"}, nil
	}
	phase, ok := state.Current()
	if !ok {
		return nil, nil
	}
	var waiting []string
	if phase == models.PhaseTender {
		var concluding bool
		if waiting, concluding = waitingOnLots(lots, c.now); !concluding {
			return waiting, nil
		}
	}
	cast, err := c.standingVotes(phase, state.Phase(phase).Round)
	if err != nil {
		return nil, err
	}
	for _, m := range buyers.members {
		counts, voted := cast[m.OrganisationID]
		name := buyers.organisations[m.OrganisationID].LegalName
		switch {
		case !m.Active() || counts:
		case voted:
			waiting = append(waiting, name+": to vote again on "+string(phase)+", which has changed since")
		default:
			waiting = append(waiting, name+": to approve "+string(phase))
		}
	}
	return waiting, nil
}

// standingVotes tells of each buyer whose vote on the gate of a phase stands whether it counts: it was cast on the gate
// as it is now, by somebody who may vote on it. A buyer that is recused is awaited no more than one whose vote counts.
// The gate is judged only if there is a vote.
func (c *call) standingVotes(phase models.Phase, round int) (map[models.ID]bool, error) {
	votes, err := c.votesOn(models.GateSubject(phase), round)
	if err != nil {
		return nil, err
	}
	if len(votes) == 0 {
		return nil, nil //nolint:nilnil // nobody has voted
	}
	g, d, err := c.gateOf(phase, round)
	if err != nil {
		return nil, err
	}
	b, cast := gate.BallotOn(g), map[models.ID]bool{}
	for _, v := range votes {
		cast[v.OrganisationID] = v.Digest == b.Digest && b.Counts(d, v.PersonID)
	}
	for _, m := range d.Buyers() {
		if !cast[m.OrganisationID] && len(b.Recused(d, m.OrganisationID)) > 0 {
			cast[m.OrganisationID] = true
		}
	}
	return cast, nil
}

// gateOf judges a gate, unless that was done in this call, with the dossier it was judged on.
func (c *call) gateOf(phase models.Phase, round int) (models.Gate, models.Dossier, error) {
	if c.judged.is(phase, round) && c.seen != nil {
		return c.judged.Gate, *c.seen, nil
	}
	dossier, err := c.dossier()
	if err != nil {
		return models.Gate{}, dossier, err
	}
	c.seen = &dossier
	return gate.Judge(phase, dossier), dossier, nil
}

// A consortium is the members of the procurement, those who left too, with their organisations.
type consortium struct {
	members       []models.Member
	organisations map[models.ID]models.Organisation
}

func (c *call) consortium() (consortium, error) {
	r, err := c.reading(false)
	return consortium{r.Dossier.Members, r.Dossier.Organisations}, err
}

func (b consortium) lead() string {
	for _, m := range b.members {
		if m.Lead && m.Active() {
			return b.organisations[m.OrganisationID].LegalName
		}
	}
	return ""
}

// names are the legal names of the buyers, the lead buyer's first.
func (b consortium) names() []string {
	names := []string{b.lead()}
	for _, m := range b.members {
		if name := b.organisations[m.OrganisationID].LegalName; m.Active() && m.Buys() && !m.Lead {
			names = append(names, name)
		}
	}
	return names
}

// buys tells whether an organisation is a buyer of the consortium now.
func (b consortium) buys(organisation models.ID) bool { return buys(b.members, organisation) }
