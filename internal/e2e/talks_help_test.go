package e2e

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// toTalks plays a procedure with talks until its candidates are selected: three qualify. At most two remain in the end.
func toTalks(t *testing.T, code models.ProcedureCode, ground models.GroundCode, conduct map[string]any) *tenderPlay {
	t.Helper()
	b := inTender(t)
	b.chooses(t, code, ground)
	p := b.describeTender(t)
	criteria := selectionCriteria(p.lot)
	criteria["least"] = 3
	b.post(t, b.Lead, "/selection-criteria", criteria)
	b.refused(t, models.CodeConductMissing, b.Lead, models.VerbPublish, nil)
	conduct["lot"] = p.lot
	conduct["method"] = models.Text{"en": "In English, by video, on the design and the terms of the contract."}
	b.post(t, b.Lead, "/conduct", conduct)
	b.act(t, b.Lead, models.VerbPublish, nil)
	for i, amount := range []string{"480000.00", "400000.00", "330000.00"} {
		p.ask(t, amount, []string{"8", "5", "1"}[i])
	}
	p.opened(t)
	p.declare(t)
	for _, s := range p.suppliers {
		p.post(t, p.chair, "/selections", finding(s, true))
	}
	return p
}

// goOn has the board invite to a stage, with the best so many if a number is given.
func (p *tenderPlay) goOn(t *testing.T, stage models.StageCode, keep, days int) {
	t.Helper()
	in := p.going(t, stage, keep)
	in["deadline"] = p.deadlineIn(t, days)
	p.move(t, models.VerbInvite, in)
	p.suppliers = nil
}

// going is a motion to go on by the list as it is now.
func (p *tenderPlay) going(t *testing.T, stage models.StageCode, keep int) map[string]any {
	t.Helper()
	query := "?stage=" + string(stage)
	in := map[string]any{"lot": p.lot, "stage": stage, "deadline": p.deadlineIn(t, 40)}
	if keep > 0 {
		query += "&keep=" + strconv.Itoa(keep)
		in["keep"] = keep
	}
	var list shortlistView
	p.get(t, p.Lead, "/lots/"+string(p.lot)+"/shortlist"+query, &list)
	in["shortlist"] = list.Digest
	return in
}

// solve has a supplier hand in a solution, which has no price.
func (p *tenderPlay) solve(t *testing.T, s *supplier, text string) {
	t.Helper()
	tenders := p.Path("/lots/" + string(p.lot) + "/tenders")
	priced := p.sealed(t, s, "price", []byte(s.amount))
	_, err := s.Post(t.Context(), tenders, map[string]any{"envelopes": []map[string]any{priced}}, nil)
	requireRefused(t, models.CodeInvalidValue, err)
	s.offer = []byte(text)
	var receipt struct {
		Tender models.ID `json:"tender_id"`
	}
	_, err = s.Post(t.Context(), tenders, map[string]any{"envelopes": []map[string]any{
		p.sealed(t, s, "quality", s.offer),
	}}, &receipt)
	require.NoError(t, err)
	s.tender = receipt.Tender
	p.suppliers = append(p.suppliers, s)
}

// talk holds a talk with a participant.
func (p *tenderPlay) talk(t *testing.T, s *supplier, news bool) entry {
	t.Helper()
	return p.post(t, p.Lead, "/talks", p.talkOn(t, s, news))
}

func (p *tenderPlay) talkOn(t *testing.T, s *supplier, news bool) map[string]any {
	t.Helper()
	return map[string]any{
		"tender": s.tender, "date": p.now(t).Format(time.DateOnly), "place": "by video", "minutes": 90, "buyers": 4,
		"people": 3, "subjects": []string{"cooling", "terms of the contract"},
		"record": map[string]any{"note": "Cooling by warm water is possible."}, "news": news,
	}
}

// letter is the last letter of a kind about what a supplier handed in.
func (p *tenderPlay) letter(t *testing.T, s *supplier, kind models.LetterKind) (letter struct {
	Invitation  *struct{ Stage models.StageCode } `json:"invitation"`
	TalksOver   bool                              `json:"talks_over"`
	Information models.Text                       `json:"information"`
	NotInvited  []string                          `json:"not_invited_for"`
	Lines       []struct{ Reason string }         `json:"lines"`
},
) {
	t.Helper()
	p.get(t, s.Client, "/tenders/"+string(s.tender)+"/letter?kind="+string(kind), &letter)
	return letter
}
