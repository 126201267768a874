package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// A PhaseView is one round of a phase.
type PhaseView struct {
	Phase    models.Phase       `json:"phase"`
	Round    int                `json:"round" doc:"Counts from 1; a return to an earlier phase opens a new round"`
	Status   models.PhaseStatus `json:"status" enum:"open,closed,superseded"`
	OpenedAt time.Time          `json:"opened_at" doc:"Procedure time"`
	ClosedAt *time.Time         `json:"closed_at,omitempty" doc:"Procedure time"`
}

// A PhasesView lists every round of every phase.
type PhasesView struct {
	Items []PhaseView `json:"items"`
}

// A VoteView is one buyer's vote.
type VoteView struct {
	ID             models.ID     `json:"id"`
	OrganisationID models.ID     `json:"organisation_id"`
	PersonID       models.ID     `json:"person_id"`
	Digest         string        `json:"digest"`
	Choice         models.Choice `json:"choice"`
	Reason         string        `json:"reason,omitempty"`
	CastAt         time.Time     `json:"cast_at" doc:"Procedure time"`
	VoidedAt       *time.Time    `json:"voided_at,omitempty" doc:"Set if the subject changed or the buyer voted again"`
}

// A GateView is the gate of a phase as it is now.
type GateView struct {
	Phase    models.Phase        `json:"phase"`
	Round    int                 `json:"round"`
	Status   models.PhaseStatus  `json:"status"`
	Digest   string              `json:"digest" doc:"Identifies what is judged; a vote must name it"`
	Met      bool                `json:"met" doc:"Whether no criterion blocks"`
	Criteria []models.Criterion  `json:"criteria"`
	Subject  []string            `json:"subject" doc:"What is approved, as id@digest"`
	Authors  []models.ID         `json:"authors" doc:"Who wrote the subject, and so may not cast their buyer's vote"`
	Rule     models.DecisionRule `json:"rule" doc:"How the votes are counted"`
	Decision models.Decision     `json:"decision"`
	Missing  []models.ID         `json:"missing" doc:"Buyers whose vote is not in"`
	Count    models.VoteCount    `json:"count" doc:"How the votes are counted, or were when the phase was closed"`
	Votes    []VoteView          `json:"votes"`
}

// A PhasePath names a phase of a procurement.
type PhasePath struct {
	ProcurementPath
	Phase models.Phase `path:"phase" enum:"needs,consultation,engagement,capacity,specification,tender"`
}

func (s *server) listPhases(ctx context.Context, _ *ProcurementPath) (*rest.Shown[PhasesView], error) {
	rounds, err := s.views.Rounds(ctx, rest.Reader(ctx))
	view := PhasesView{Items: []PhaseView{}}
	for _, r := range rounds {
		view.Items = append(view.Items, viewRound(r))
	}
	return &rest.Shown[PhasesView]{Body: view}, err
}

func (s *server) getGate(ctx context.Context, in *PhasePath) (*rest.Shown[GateView], error) {
	gate, err := s.views.Gate(ctx, rest.Reader(ctx), in.Phase)
	return &rest.Shown[GateView]{Body: showGate(gate)}, err
}

func showGate(g views.Gate) GateView {
	view := GateView{
		Phase: g.Phase, Round: g.Round, Status: g.Status, Digest: g.Digest(), Met: g.Met(),
		Criteria: orEmpty(g.Criteria), Subject: orEmpty(g.Subject), Authors: orEmpty(g.Authors),
		Rule: g.Count.Terms.Rule, Decision: g.Count.Decision, Missing: orEmpty(g.Count.Missing()), Count: g.Count,
		Votes: []VoteView{},
	}
	for _, v := range g.Votes {
		view.Votes = append(view.Votes, VoteView{
			v.ID, v.OrganisationID, v.PersonID, v.Digest, v.Choice, v.Reason,
			v.CastAt, v.VoidedAt,
		})
	}
	return view
}

// orEmpty turns nil into an empty list, because null is not a list in JSON.
func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// A MotionView is a decision that the board is asked for.
type MotionView struct {
	ID        models.ID           `json:"id"`
	Verb      models.Verb         `json:"verb"`
	Payload   map[string]any      `json:"payload"`
	Digest    string              `json:"digest" doc:"Identifies what is moved; a vote must name it"`
	MoverID   models.ID           `json:"mover_id"`
	Status    models.MotionStatus `json:"status"`
	MovedAt   time.Time           `json:"moved_at" doc:"Procedure time"`
	DecidedAt *time.Time          `json:"decided_at,omitempty" doc:"Procedure time"`
	Count     *models.VoteCount   `json:"count,omitempty" doc:"How the votes count now, or did; absent: it lapsed"`
}

// A MotionsInput lists motions.
type MotionsInput struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listMotions(ctx context.Context, in *MotionsInput) (*rest.Listed[MotionView], error) {
	read := func(after models.ID, limit int) ([]views.Motion, error) {
		return s.views.Motions(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(m views.Motion) models.ID { return m.ID }, viewMotion)
}

func viewMotion(m views.Motion) MotionView {
	view := MotionView{
		ID: m.ID, Verb: m.Verb, Payload: map[string]any{}, Digest: m.Digest, MoverID: m.MoverID,
		Status: m.Status, MovedAt: m.MovedAt, DecidedAt: m.DecidedAt, Count: m.Count,
	}
	_ = json.Unmarshal(m.Payload, &view.Payload) // the database holds nothing but JSON there
	return view
}

func viewRound(r models.PhaseRound) PhaseView {
	return PhaseView{Phase: r.Phase, Round: r.Round, Status: r.Status, OpenedAt: r.OpenedAt, ClosedAt: r.ClosedAt}
}
