package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// chooses has the buyers decide on a procedure, while the specification is written.
func (b *bundle) chooses(t *testing.T, code models.ProcedureCode, ground models.GroundCode) {
	t.Helper()
	conn := b.prepare(t, "phase_rounds")
	set := func(status models.PhaseStatus) {
		_, err := conn.Exec(t.Context(),
			`UPDATE phase_rounds SET status = $2, closed_at = CASE WHEN $2 = 'closed' THEN clock_timestamp() END
			WHERE procurement_id = $1 AND phase = 'specification'`, b.Procurement, status)
		require.NoError(t, err)
	}
	set(models.PhaseOpen)
	_, err := b.Lead.Post(t.Context(), b.Path("/procedure-choice"),
		map[string]any{"procedure": "lottery", "reasons": models.Text{"en": "Why not."}}, nil)
	requireRefused(t, models.CodeInvalidValue, err)
	choice := map[string]any{"procedure": code, "reasons": models.Text{"en": "Many will be interested."}}
	if ground != "" {
		b.refusedPost(t, models.CodeGroundMissing, b.Lead, "/procedure-choice", choice)
		choice["ground"] = ground
	}
	b.post(t, b.Lead, "/procedure-choice", choice)
	set(models.PhaseClosed)
}

func selectionCriteria(lot models.ID) map[string]any {
	return map[string]any{
		"lot": lot, "least": 5,
		"criteria": []map[string]any{
			{
				"id": "turnover", "title": models.Text{"en": "Turnover"},
				"requirement": models.Text{"en": "Twice the value of the lot, shown by accounts"},
			},
			{
				"id": "references", "title": models.Text{"en": "References"},
				"requirement": models.Text{"en": "Two systems of this size"},
			},
		},
	}
}

// ask has a new supplier ask to participate, by one sealed envelope on what it is able to do.
func (p *tenderPlay) ask(t *testing.T, amount, score string) *supplier {
	t.Helper()
	s := p.newSupplier(t, amount, score)
	tenders, able := p.Path("/lots/"+string(p.lot)+"/tenders"), []byte("We are able to.")
	offer := p.sealed(t, s, "price", []byte(amount))
	_, err := s.Post(t.Context(), tenders, map[string]any{"envelopes": []map[string]any{offer}}, nil)
	requireRefused(t, models.CodeInvalidValue, err)
	var receipt struct {
		Tender models.ID `json:"tender_id"`
	}
	_, err = s.Post(t.Context(), tenders, map[string]any{"envelopes": []map[string]any{p.sealed(t, s, "qualification",
		able)}}, &receipt)
	require.NoError(t, err)
	s.tender = receipt.Tender
	p.suppliers = append(p.suppliers, s)
	return s
}

func finding(s *supplier, met bool) map[string]any {
	return map[string]any{"request": s.tender, "findings": []map[string]any{
		{"criterion": "turnover", "met": true, "reason": "accounts of three years"},
		{"criterion": "references", "met": met, "reason": "systems of other sizes"},
	}}
}

type shortlistView struct {
	Digest     string `json:"digest"`
	Invited    int    `json:"invited"`
	Candidates []struct {
		Request models.ID `json:"request"`
		Invited bool      `json:"invited"`
		Reasons []string  `json:"reasons"`
	} `json:"candidates"`
}

type lotBoxes struct {
	Boxes []struct {
		ID           models.ID     `json:"id"`
		Stage        string        `json:"stage"`
		HandsIn      models.Handed `json:"hands_in"`
		ByInvitation bool          `json:"by_invitation"`
		ClosedAt     *time.Time    `json:"closed_at"`
	} `json:"boxes"`
}

// toInvitation plays a restricted procedure until the requests of three candidates are opened.
func toInvitation(t *testing.T) *tenderPlay {
	t.Helper()
	b := inTender(t)
	b.chooses(t, "restricted", "")
	p := b.describeTender(t)
	b.refused(t, models.CodeSelectionMissing, b.Lead, models.VerbPublish, nil)
	few := selectionCriteria(p.lot)
	few["least"] = 4
	_, err := b.Lead.Post(t.Context(), b.Path("/selection-criteria"), few, nil)
	requireRefused(t, models.CodeInvalidValue, err)
	b.post(t, b.Lead, "/selection-criteria", selectionCriteria(p.lot))
	b.act(t, b.Lead, models.VerbPublish, nil)
	require.Contains(t, b.waitingOn(t), "to ask to participate in lot 1")
	p.ask(t, "480000.00", "8")
	p.ask(t, "400000.00", "5")
	p.ask(t, "300000.00", "1")
	p.opened(t)
	return p
}

// Directive 2014/24/EU, Articles 28, 58 and 65: from the notice to the purchase.
func TestARestrictedProcedureInvitesWhoQualifiesAndNobodyElseTenders(t *testing.T) {
	t.Parallel()
	p := toInvitation(t)
	first, second, third := p.suppliers[0], p.suppliers[1], p.suppliers[2]
	p.requireSelectedInOrder(t, third)
	list := p.shortlist(t)
	require.Equal(t, 2, list.Invited, "fewer than five qualify: those who do are invited")
	p.invite(t, list)

	var lot lotBoxes
	p.get(t, p.Lead, "/lots/"+string(p.lot), &lot)
	require.Len(t, lot.Boxes, 2)
	require.NotNil(t, lot.Boxes[0].ClosedAt)
	require.True(t, lot.Boxes[1].ByInvitation)
	require.Equal(t, models.HandedTender, lot.Boxes[1].HandsIn)
	require.Contains(t, p.waitingOn(t), "to tender for lot 1")
	p.requireTold(t, first, third)

	offer := map[string]any{"envelopes": []map[string]any{p.sealed(t, third, "quality",
		[]byte("We offer all the same."))}}
	_, err := third.Post(t.Context(), p.Path("/lots/"+string(p.lot)+"/tenders"), offer, nil)
	requireRefused(t, models.CodeNotInvited, err)
	p.refused(t, models.CodeNoFurtherStage, p.Buyers[0].Board, models.VerbInvite, map[string]any{
		"lot": p.lot, "shortlist": list.Digest, "deadline": p.deadlineIn(t, 40),
	})
	_, err = p.chair.Post(t.Context(), p.Path("/selections"), finding(third, true), nil)
	requireRefused(t, models.CodeFrozen, err)
	p.requireMoveTold(t, first, third)

	_, err = first.Do(t.Context(), apiclient.Request{
		Method: http.MethodPost, Path: p.Path("/tenders/" + string(first.tender) + "/actions/withdraw"), IfMatch: "*",
	})
	requireRefused(t, models.CodeLotClosed, err)
	p.suppliers = nil
	p.handIn(t, first)
	p.handIn(t, second)
	p.judged(t)
	p.decided(t)
	p.requireCandidatesInRecord(t)
	p.completes(t, "tender-restricted")
}

// requireSelectedInOrder has the chair write findings about all candidates, of whom the last does not qualify; not
// before it has declared its interests, and nobody is invited before all are judged.
func (p *tenderPlay) requireSelectedInOrder(t *testing.T, last *supplier) {
	t.Helper()
	selections := p.Path("/selections")
	_, err := p.chair.Post(t.Context(), selections, finding(last, false), nil)
	requireRefused(t, models.CodeDeclarationMissing, err)
	p.declare(t)
	incomplete := finding(last, false)
	incomplete["findings"] = incomplete["findings"].([]map[string]any)[:1]
	_, err = p.chair.Post(t.Context(), selections, incomplete, nil)
	requireRefused(t, models.CodeInvalidValue, err)
	for _, s := range p.suppliers[:2] {
		p.post(t, p.chair, "/selections", finding(s, true))
	}
	_, err = p.Lead.Get(t.Context(), p.Path("/lots/"+string(p.lot)+"/shortlist"), nil)
	requireRefused(t, models.CodeSelectionMissing, err)
	p.post(t, p.chair, "/selections", finding(last, false))
	require.Contains(t, p.waitingOn(t), "to invite the candidates for lot 1")
}

func (p *tenderPlay) shortlist(t *testing.T) (list shortlistView) {
	t.Helper()
	p.get(t, p.Lead, "/lots/"+string(p.lot)+"/shortlist", &list)
	return list
}

// invite has the board invite by a shortlist: by no other, and to no deadline that is too short.
func (p *tenderPlay) invite(t *testing.T, list shortlistView) {
	t.Helper()
	board := p.Buyers[0].Board
	in := map[string]any{"lot": p.lot, "shortlist": rig.Digest([]byte("another")), "deadline": p.deadlineIn(t, 40)}
	p.refused(t, models.CodeShortlistChanged, board, models.VerbInvite, in)
	in["shortlist"], in["deadline"] = list.Digest, p.deadlineIn(t, 24)
	p.refused(t, models.CodeBelowStatutoryMinimum, board, models.VerbInvite, in)
	in["deadline"] = p.deadlineIn(t, 40)
	p.move(t, models.VerbInvite, in)
	require.Equal(t, 1, p.countEvents(t, event.CandidatesInvited{}))
}

// requireTold reads what an invited candidate and another were told, at the same time.
func (p *tenderPlay) requireTold(t *testing.T, invited, other *supplier) {
	t.Helper()
	var yes, no struct {
		Invitation *struct {
			Deadline time.Time `json:"deadline"`
		} `json:"invitation"`
		NotInvited []string  `json:"not_invited_for"`
		SentAt     time.Time `json:"sent_at"`
	}
	p.get(t, invited.Client, "/tenders/"+string(invited.tender)+"/letter", &yes)
	p.get(t, other.Client, "/tenders/"+string(other.tender)+"/letter", &no)
	require.NotNil(t, yes.Invitation)
	require.Nil(t, no.Invitation)
	require.Equal(t, []string{"references: systems of other sizes"}, no.NotInvited)
	require.Equal(t, yes.SentAt, no.SentAt, "all at once")
}

// requireMoveTold moves the deadline of the tenders: who was invited is told by letter, nobody else.
func (p *tenderPlay) requireMoveTold(t *testing.T, invited, other *supplier) {
	t.Helper()
	p.act(t, p.Lead, models.VerbMoveDeadline,
		map[string]any{"lot": p.lot, "deadline": p.deadlineIn(t, 50), "reason": "The documents changed."})
	const kind = "/letter?kind=deadline"
	var letter struct {
		MovedFor   string `json:"moved_for"`
		Invitation struct {
			Local string `json:"deadline_local"`
		} `json:"invitation"`
	}
	p.get(t, invited.Client, "/tenders/"+string(invited.tender)+kind, &letter)
	require.Equal(t, "The documents changed.", letter.MovedFor)
	require.Equal(t, p.deadlineIn(t, 50)["local"], letter.Invitation.Local)
	_, err := other.Get(t.Context(), p.Path("/tenders/"+string(other.tender)+kind), nil)
	requireRefused(t, models.CodeNotFound, err)
}

// requireCandidatesInRecord finds in the record for the report who was selected and why others were not.
func (p *tenderPlay) requireCandidatesInRecord(t *testing.T) {
	t.Helper()
	var record struct {
		Procedure string `json:"procedure"`
		Lots      []struct {
			Candidates []struct {
				Invited bool     `json:"invited"`
				Reasons []string `json:"reasons"`
			} `json:"candidates"`
			Tenders []any `json:"tenders"`
		} `json:"lots"`
	}
	p.get(t, p.Lead, "/report-record", &record)
	require.Equal(t, "restricted", record.Procedure)
	require.Len(t, record.Lots[0].Candidates, 3)
	require.NotEmpty(t, record.Lots[0].Candidates[2].Reasons)
	require.Len(t, record.Lots[0].Tenders, 2)
}

func TestCandidatesAreToldWhenALotEndsBeforeAnybodyIsInvited(t *testing.T) {
	t.Parallel()
	p := toInvitation(t)
	p.move(t, models.VerbEndLot, map[string]any{"lot": p.lot, "code": "chan-need", "reason": "The need has changed."})
	var letter struct {
		EndedFor string `json:"ended_for"`
	}
	s := p.suppliers[0]
	p.get(t, s.Client, "/tenders/"+string(s.tender)+"/letter", &letter)
	require.Equal(t, "chan-need", letter.EndedFor)
	p.refused(t, models.CodeLotEnded, p.Buyers[0].Board, models.VerbInvite, map[string]any{
		"lot": p.lot, "shortlist": rig.Digest(nil), "deadline": p.deadlineIn(t, 40),
	})
}
