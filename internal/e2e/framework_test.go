package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// Directive 2014/24/EU, Article 33: two of three buyers call off under a framework agreement, also once the procurement
// is complete, until it is exhausted. Then it is modified (Article 72), and its record kept until its last day.
func TestBuyersCallOffUnderAFrameworkAgreementUntilItIsExhausted(t *testing.T) {
	t.Parallel()
	p := toFramework(t)
	first, second, third := p.Buyers[0], p.Buyers[1], p.Buyers[2]
	p.refusedPost(t, models.CodeNotNamedInNotice, p.Lead, "/contracts", p.contract("480000.00"))
	signed := p.contract("480000.01")
	signed["buyers"] = []string{first.Organisation, second.Organisation}
	p.refusedPost(t, models.CodeFrameworkExhausted, p.Lead, "/contracts", signed)
	signed["value"] = euro("480000.00")
	p.refusedPost(t, models.CodeBudgetNotApproved, p.Lead, "/contracts", signed)
	require.NoError(t, p.ApproveResult(t.Context(), p.ranking.Ranking.Places[0].Tender, "240000.00", first, second))
	agreement := p.post(t, p.Lead, "/contracts", signed).ID
	order := func(value, on string) map[string]any {
		return map[string]any{"contract": agreement, "ordered_on": on, "value": euro(value)}
	}
	today := p.now(t).Format(time.DateOnly)
	p.refusedPost(t, models.CodeInvalidValue, first.Officer, "/purchases", order("1.00", today))
	p.refusedPost(t, models.CodeNotNamedInNotice, third.Officer, "/call-offs", order("1.00", today))
	p.refusedPost(t, models.CodeFrameworkOver, first.Officer, "/call-offs", order("1.00", "2060-01-01"))
	p.post(t, first.Officer, "/call-offs", order("300000.00", today))
	p.refusedPost(t, models.CodeFrameworkExhausted, second.Officer, "/call-offs", order("180000.01", today))
	p.post(t, second.Officer, "/call-offs", order("100000.00", today))
	p.post(t, third.Officer, "/non-purchases",
		map[string]any{"code": "chan-need", "reason": models.Text{"en": "It needs none."}})
	p.report(t)
	p.approve(t, models.PhaseTender)
	require.Equal(t, "completed", p.status(t))
	p.awaitClosed(t)

	p.post(t, second.Officer, "/call-offs", order("80000.00", today))
	p.refusedPost(t, models.CodeFrameworkExhausted, first.Officer, "/call-offs", order("0.01", today))
	p.refusedPost(t, models.CodeEnded, first.Officer, "/purchases", order("1.00", today))
	change := map[string]any{
		"contract": agreement, "ground": "unforeseen", "agreed_on": today, "value": euro("240000.01"),
		"what": models.Text{"en": "More nodes."}, "reason": models.Text{"en": "A new law asks for them."},
	}
	p.refusedPost(t, models.CodeModificationLimit, p.Lead, "/contract-modifications", change)
	change["value"] = euro("100000.00")
	p.post(t, p.Lead, "/contract-modifications", change)
	require.Len(t, p.notices(t, p.Lead, models.NoticeModification), 1)
	p.post(t, first.Officer, "/call-offs", order("100000.00", today))
	p.post(t, first.Officer, "/acceptances",
		map[string]any{"contract": agreement, "examined_on": today, "outcome": "accepted"})
	p.requireKept(t)
	p.requireFollows(t)
}

func euro(amount string) models.Money { return models.Money{Amount: amount, Currency: "EUR"} }

// toFramework is a lot that is awarded as a framework agreement for the first two buyers, its standstill over.
func toFramework(t *testing.T) *tenderPlay {
	t.Helper()
	b := inTender(t)
	p := b.describeTender(t)
	terms := map[string]any{
		"lot": p.lot, "operators": 1, "months": 60, "estimate": euro("400000.00"), "maximum": euro("480000.00"),
		"buyers":    []string{b.Buyers[0].Organisation, b.Buyers[1].Organisation},
		"call_offs": "terms", "how": models.Text{"en": "By an order in writing."},
	}
	b.refusedPost(t, models.CodeFrameworkTooLong, b.Lead, "/framework-terms", terms)
	terms["months"] = 24
	written := b.post(t, b.Lead, "/framework-terms", terms)
	b.act(t, b.Lead, models.VerbPublish, nil)
	lot, ok := b.notices(t, b.Lead, models.NoticeContract)[0]["lots"].([]any)[0].(map[string]any)
	require.True(t, ok)
	require.Contains(t, lot, "framework_terms", "the notice announces the maximum (C-23/20)")
	_, err := b.Lead.Do(t.Context(), apiclient.Request{
		Method: http.MethodPut, Path: b.Path("/framework-terms/" + string(written.ID)), In: terms, IfMatch: "*",
	})
	requireRefused(t, models.CodeFrozen, err)
	p.supplyTwo(t)
	p.rank(t)
	p.award(t)
	p.sendLetters(t)
	return p
}

// requireKept has the record kept until ten years after its last event, and says of what else.
func (p *tenderPlay) requireKept(t *testing.T) {
	t.Helper()
	var kept struct {
		Until *time.Time `json:"until"`
		For   []struct {
			Why   string `json:"why"`
			Until string `json:"until"`
		} `json:"for"`
	}
	require.Eventually(t, func() bool {
		p.get(t, p.Lead, "/retention", &kept)
		return kept.Until != nil
	}, patience, 20*time.Millisecond, "the end has its place in the log")
	require.Len(t, kept.For, 3)
	before := *kept.Until
	p.post(t, p.Lead, "/grant-action", map[string]any{
		"months": 12, "records_until": "2070-01-31", "records_source": "Grant agreement, Article 20",
	})
	p.get(t, p.Lead, "/retention", &kept)
	require.True(t, kept.Until.After(before))
	require.Equal(t, "2070-02-01", kept.Until.UTC().Format(time.DateOnly))
}
