package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// onlooker is what somebody can learn of a procurement from feed and export.
type onlooker struct {
	events []string
	export string
}

// look has everybody look who may read the feed: the buyers' side, a supplier, and an administrator.
func (p *tenderPlay) look(t *testing.T, legal, supplier *apiclient.Client) (all []onlooker) {
	t.Helper()
	p.settleLog(t)
	for _, who := range []*apiclient.Client{p.Lead, p.Buyers[1].Board, legal, p.openers[0].Client, supplier, p.Admin} {
		all = append(all, onlooker{events: idsOf(feed(t, who, "/v1/events", ""))})
	}
	for i, who := range []*apiclient.Client{p.Lead, p.Buyers[1].Board, legal} {
		content, header := p.export(t, who)
		require.NotEmpty(t, header.Get("Ppi-Export-Cut"))
		all[i].export = string(content)
	}
	return all
}

// inTenderOf brings a procurement of a mode to its tender phase, with a portal that hears of it.
func inTenderOf(t *testing.T, mode models.Mode) (*tenderPlay, *portal) {
	t.Helper()
	b := setup(t, options{draft: rig.Draft{Mode: mode, Countries: []string{"FR", "ES", "DE"}}, webhooks: quick})
	b.skipToTender(t)
	p := b.describeTender(t)
	b.settle(t)
	portal := newPortal(t)
	b.endpoint(t, portal, map[string]any{"rehearsals": mode == models.ModeRehearsal})
	return p, portal
}

// Whether and how many tenders came in is in nobody's feed, export or webhook while the box is open.
func TestNobodyLearnsOfTendersInAnOpenBox(t *testing.T) {
	t.Parallel()
	for _, mode := range []models.Mode{models.ModeLive, models.ModeRehearsal} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			p, portal := inTenderOf(t, mode)
			start := now(t, p.Lead)
			p.act(t, p.Lead, models.VerbPublish, nil)
			legal, err := p.Staff(t.Context(), p.Buyers[0].Organisation, models.RoleLegal)
			require.NoError(t, err)
			first, second := p.newSupplier(t, "480000.00", "8"), p.newSupplier(t, "400000.00", "5")
			heard := p.awaitSent(t, portal, start)
			before := p.look(t, legal, second.Client)

			p.handIn(t, first)
			p.handIn(t, second)
			_, problem := do(t, second.Client, apiclient.Request{Path: p.Path("/tenders/" + string(second.tender) +
				"/actions/withdraw"), IfMatch: "*"})
			require.Nil(t, problem)
			require.Equal(t, before, p.look(t, legal, second.Client))
			require.Equal(t, heard, p.awaitSent(t, portal, start))
			p.requireNotTold(t, portal, first, second)

			notice := p.act(t, p.Lead, models.VerbMoveDeadline, map[string]any{
				"lot": p.lot, "deadline": p.deadlineIn(t, 50), "reason": "The plan of the hall was wrong.",
			})["notice"]
			heard, before = p.awaitSent(t, portal, start), p.look(t, legal, second.Client)
			p.confirm(t, first, notice)
			require.Equal(t, before, p.look(t, legal, second.Client), "nobody learns who confirms")
			require.Equal(t, heard, p.awaitSent(t, portal, start))
			p.requireNotTold(t, portal, first, second)

			if mode == models.ModeRehearsal {
				p.closeBox(t)
				p.requireClosingTold(t, portal, start)
			}
		})
	}
}

// requireNotTold asks that no message named a supplier or a tender.
func (p *tenderPlay) requireNotTold(t *testing.T, portal *portal, suppliers ...*supplier) {
	t.Helper()
	portal.requireGenuine(t)
	for _, m := range portal.all() {
		for _, s := range suppliers {
			require.NotContains(t, string(m.body), s.organisation, "%s", m.Type)
			require.NotContains(t, string(m.body), s.person)
			require.NotContains(t, string(m.body), string(s.tender))
		}
	}
}

// requireClosingTold asks that the closing of the box is told, to portals without saying what was in it.
func (p *tenderPlay) requireClosingTold(t *testing.T, portal *portal, start string) {
	t.Helper()
	p.awaitSent(t, portal, start)
	closed := feed(t, p.Lead, p.Path("/events?type=lot.closed"), start)
	require.Len(t, closed, 1)
	require.EqualValues(t, 2, closed[0].Data["received"], "the buyers may know now")
	require.EqualValues(t, 1, closed[0].Data["standing"])
	for _, m := range portal.all() {
		if m.id() == closed[0].ID {
			require.Equal(t, string(p.lot), m.Data.Subjects["lot_id"])
			require.Len(t, m.Data.Subjects, 2, "the lot and its box")
		}
	}
	_, header := p.export(t, p.Lead)
	require.Empty(t, header.Get("Ppi-Export-Cut"))
	p.requireNotTold(t, portal, p.suppliers...)
	_, problem := do(t, p.suppliers[0].Client, apiclient.Request{Method: http.MethodGet, Path: p.Path("/events")})
	require.Equal(t, http.StatusForbidden, problem.Status)
}
