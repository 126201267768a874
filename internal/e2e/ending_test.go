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

type letterView struct {
	Recipient string `json:"recipient"`
	Winner    string `json:"winner"`
	EndedFor  string `json:"ended_for"`
	EndReason string `json:"end_reason"`
}

// requireToldOfEnd has each supplier read why nothing is awarded.
func (p *tenderPlay) requireToldOfEnd(t *testing.T, code, reason string) {
	t.Helper()
	for _, s := range p.suppliers {
		var letter letterView
		p.get(t, s.Client, "/tenders/"+string(s.tender)+"/letter", &letter)
		require.Equal(t, letterView{Recipient: "Supplier of " + s.amount, EndedFor: code, EndReason: reason}, letter)
	}
}

func (b *bundle) notices(t *testing.T, who *apiclient.Client, kind models.NoticeKind) (found []map[string]any) {
	t.Helper()
	var page struct {
		Items []struct {
			Kind    models.NoticeKind `json:"kind"`
			Content map[string]any    `json:"content"`
		} `json:"items"`
	}
	b.get(t, who, "/notices", &page)
	for _, n := range page.Items {
		if n.Kind == kind {
			found = append(found, n.Content)
		}
	}
	return found
}

// Directive 2014/24/EU, Article 55(1): also of a decision not to award, with its grounds.
func TestTenderersAndThePublicAreToldThatAProcurementIsCancelled(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.tendered(t)
	b.move(t, models.VerbCancel, map[string]any{"code": "chan-need", "reason": "the need is gone"})
	require.Equal(t, "cancelled", b.status(t))

	p.requireToldOfEnd(t, "chan-need", "the need is gone")
	require.Equal(t, 1, b.countEvents(t, event.LettersSent{}))
	told := b.notices(t, p.suppliers[0].Client, models.NoticeAward)
	require.Len(t, told, 1)
	lot, ok := told[0]["lots"].([]any)[0].(map[string]any)
	require.True(t, ok)
	require.Equal(t, "chan-need", lot["end_reason"])
	require.NotContains(t, lot, "winner")
}

func TestALotThatEndsAfterItsLettersIsExplainedToItsTenderersAnew(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.ranked(t)
	p.award(t)
	p.tell(t)
	b.move(t, models.VerbEndLot, map[string]any{"lot": p.lot, "code": "rev-body", "reason": "the award was set aside"})

	p.requireToldOfEnd(t, "rev-body", "the award was set aside")
	var first letterView
	p.get(t, p.suppliers[0].Client, "/tenders/"+string(p.suppliers[0].tender)+"/letter?kind=award", &first)
	require.NotEmpty(t, first.Winner, "what was told before stays on record")
	require.Empty(t, first.EndedFor)
}

func TestALetterIsNotForTheTenderersOtherPeople(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.ranked(t)
	p.award(t)
	p.tell(t)
	letter := b.Path("/tenders/" + string(p.suppliers[0].tender) + "/letter")
	// Such a person gets no role any more; one who got it from an earlier release still reads nothing.
	person, competitor, err := p.Person(t.Context(), p.suppliers[1].organisation, "Observer")
	require.NoError(t, err)
	_, err = b.prepare(t, "role_assignments").Exec(t.Context(), `INSERT INTO role_assignments
		(id, procurement_id, person_id, organisation_id, role, valid_from) VALUES ($1, $2, $3, $4, 'observer', $5)`,
		models.NewID(models.PrefixRole), b.Procurement, person, p.suppliers[1].organisation, time.Unix(0, 0))
	require.NoError(t, err)
	_, err = competitor.Get(t.Context(), letter, nil)
	requireRefused(t, models.CodeConflictDeclared, err)
	_, err = b.Lead.Get(t.Context(), letter, nil)
	require.NoError(t, err)
}

func TestTheSameOpenersServeTheNextPublication(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	other, err := rig.SetOf(2, p.openers[0], p.openers[1], p.openers[2])
	require.NoError(t, err)
	var page struct {
		Items []entry `json:"items"`
	}
	b.get(t, b.Lead, "/opener-set", &page)
	change := func() error {
		return b.alter(t, b.Lead, http.MethodPut, "/opener-set/"+string(page.Items[0].ID), other)
	}
	p.closeBox(t)
	requireRefused(t, models.CodeFrozen, change())
	b.move(t, models.VerbEndLot, map[string]any{
		"lot": p.lot, "code": "tch-pr-error",
		"reason": "a criterion was wrong",
	})
	again := b.post(t, b.Lead, "/lots", map[string]any{
		"title":    models.Text{"en": "Nodes"},
		"deadline": b.deadlineIn(t, 40),
	}).ID
	b.post(t, b.Lead, "/award-criteria", rig.AwardCriteria(again))
	b.act(t, b.Lead, models.VerbPublish, nil)
}
