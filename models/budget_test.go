package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func euros(amount string) Money { return Money{Amount: amount, Currency: "EUR"} }

func approvalOf(amount string) BudgetApproval {
	return BudgetApproval{
		Stage: BudgetForNotice, Organ: "City council", ApprovedOn: "2026-02-01", Amount: euros(amount),
		ValidUntil: "2026-12-31", Reference: "2026/7",
	}
}

func resultOf(tender ID, amount string) BudgetApproval {
	b := approvalOf(amount)
	b.Stage, b.Tender = BudgetForResult, tender
	return b
}

func TestABudgetApprovalIsRefused(t *testing.T) {
	t.Parallel()
	refused(t, func() BudgetApproval { return approvalOf("100.00") }, []wrong[BudgetApproval]{
		{"for nothing", func(b *BudgetApproval) { b.Stage = "always" }, "/stage"},
		{"of a tender before the notice", func(b *BudgetApproval) { b.Tender = NewID(PrefixTender) }, "/tender"},
		{"of a result without a tender", func(b *BudgetApproval) { b.Stage = BudgetForResult }, "/tender"},
		{"by nobody", func(b *BudgetApproval) { b.Organ = " " }, "/organ"},
		{"of no day", func(b *BudgetApproval) { b.ApprovedOn = "" }, "/approved_on"},
		{"of no money", func(b *BudgetApproval) { b.Amount = euros("0.00") }, "/amount"},
		{"of no currency", func(b *BudgetApproval) { b.Amount.Currency = "" }, "/amount/currency"},
		{"with a ceiling below it", func(b *BudgetApproval) { c := euros("99.99"); b.Ceiling = &c }, "/ceiling"},
		{
			"with a ceiling in another currency",
			func(b *BudgetApproval) { b.Ceiling = &Money{Amount: "200", Currency: "SEK"} }, "/ceiling",
		},
		{"that ends before it begins", func(b *BudgetApproval) { b.ValidUntil = "2026-01-31" }, "/valid_until"},
		{"without proof", func(b *BudgetApproval) { b.Reference = "" }, "/reference"},
		{"with a proof that is none", func(b *BudgetApproval) { b.Document = "x" }, "/document"},
	})
	ceiling := euros("100.00")
	capped := approvalOf("100.00")
	capped.Ceiling = &ceiling
	require.NoError(t, capped.Check(), "the ceiling may be the amount")
}

// purse is a dossier with a lot that is awarded to a tender.
func purse(t *testing.T) (d Dossier, tender ID) {
	t.Helper()
	d, _, _ = between(t)
	d.Procurement.Edition = EditionNeeds
	d.Now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	lot, now := NewID(PrefixLot), d.Now
	tender = NewID(PrefixTender)
	d.Tendering.Lots = []Lot{{ID: lot, Number: 1, Boxes: []Box{{
		HandsIn: HandedTender, OpenedAt: now, ClosedAt: &now, UnsealedAt: &now,
	}}}}
	d.Tendering.Received = []Tender{{ID: tender, LotID: lot}}
	d.Tendering.Awards = map[ID]LotAward{lot: {LotID: lot, AwardedAt: &now, WinnerID: tender}}
	return d, tender
}

// approve has a buyer approve.
func (d *Dossier) approve(t *testing.T, buyer ID, b BudgetApproval) {
	t.Helper()
	d.put(t, EntryBudgetApproval, buyer, b)
	d.Entries[len(d.Entries)-1].Subject = b.Subject()
}

func TestAnApprovalIsOfTheDayItWasGivenAndOfAResultThereIs(t *testing.T) {
	t.Parallel()
	d, tender := purse(t)
	require.NoError(t, approvalOf("1").CheckAgainst(d, Entry{}))
	require.NoError(t, resultOf(tender, "1").CheckAgainst(d, Entry{}))
	later := approvalOf("1")
	later.ApprovedOn = "2026-03-03"
	require.Equal(t, "/approved_on", fieldOf(t, later.CheckAgainst(d, Entry{})))
	require.NoError(t, later.CheckAgainst(d, Entry{WithdrawnAt: &d.Now}))
	r, _ := RefusalOf(resultOf(NewID(PrefixTender), "1").CheckAgainst(d, Entry{}))
	require.Equal(t, CodeNotAwarded, r.Code)
	d.Tendering.Awards = nil
	r, _ = RefusalOf(resultOf(tender, "1").CheckAgainst(d, Entry{}))
	require.Equal(t, CodeNotAwarded, r.Code)
}

func TestEachBuyersBudgetCoversItsEstimateBeforeTheNotice(t *testing.T) {
	t.Parallel()
	d, _ := purse(t)
	buyers := d.Buyers()
	for _, m := range buyers {
		d.put(t, EntryEstimate, m.OrganisationID, Estimate{Value: euros("100.00"), Quantity: "1", Unit: "system"})
	}
	_, lacking := d.NoticeBudgets()
	require.Len(t, lacking, len(buyers))
	for _, m := range buyers[1:] {
		d.approve(t, m.OrganisationID, approvalOf("100.00"))
	}
	for name, c := range map[string]struct {
		spoil func(*BudgetApproval)
		says  string
	}{
		"as it should be":     {func(*BudgetApproval) {}, ""},
		"a cent less":         {func(b *BudgetApproval) { b.Amount = euros("99.99") }, "approved 99.99 EUR"},
		"in another currency": {func(b *BudgetApproval) { b.Amount.Currency = "SEK" }, "its estimate is 100.00 EUR"},
		"until yesterday":     {func(b *BudgetApproval) { b.ValidUntil = "2026-03-01" }, "until 2026-03-01"},
		"until today":         {func(b *BudgetApproval) { b.ValidUntil = "2026-03-02" }, ""},
		"without end":         {func(b *BudgetApproval) { b.ValidUntil = "" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mine := d
			mine.Entries = append([]Entry{}, d.Entries...)
			b := approvalOf("100.00")
			c.spoil(&b)
			require.NoError(t, b.Check())
			mine.approve(t, buyers[0].OrganisationID, b)
			approved, lacking := mine.NoticeBudgets()
			if c.says == "" {
				require.Empty(t, lacking)
				require.Len(t, approved, len(buyers))
				return
			}
			require.Len(t, lacking, 1)
			require.Contains(t, lacking[0], c.says)
		})
	}
}

func TestAContractCommitsABuyerToNoMoreThanItApproved(t *testing.T) {
	t.Parallel()
	d, tender := purse(t)
	a, b := d.Buyers()[0].OrganisationID, d.Buyers()[1].OrganisationID
	lot := d.Tendering.Lots[0].ID
	contract := func(value string, buyers ...ID) Contract {
		return Contract{Lot: lot, Tender: tender, Buyers: buyers, SignedOn: "2026-03-01", Value: euros(value)}
	}
	blocked := func(c Contract) string {
		r, ok := RefusalOf(c.resultApproved(d, ""))
		if !ok {
			return ""
		}
		require.Equal(t, CodeBudgetNotApproved, r.Code)
		return r.Detail
	}
	require.Contains(t, blocked(contract("100.00", a, b)), "has not approved the result")
	d.approve(t, a, resultOf(tender, "60.00"))
	require.Contains(t, blocked(contract("100.00", a, b)), d.NameOf(b)+" has not approved the result")
	ceiling, capped := euros("50.00"), resultOf(tender, "40.00")
	capped.Ceiling = &ceiling
	d.approve(t, b, capped)
	require.Empty(t, blocked(contract("110.00", a, b)), "60 and, by its ceiling, 50")
	require.Contains(t, blocked(contract("110.01", a, b)), "would commit to 110.01 EUR")
	require.Contains(t, blocked(contract("60.01", a)), "approved 60.00 EUR")

	d.put(t, EntryContract, "", contract("60.00", a))
	require.Contains(t, blocked(contract("50.01", a, b)), "would commit to 110.01 EUR", "both contracts count")
	require.Empty(t, blocked(contract("50.00", a, b)))
	d.put(t, EntryContract, "", contract("50.00", a, b))
	require.Contains(t, blocked(contract("0.01", b)), "would commit to 110.01 EUR",
		"the contract that binds others as well counts too")

	d.Procurement.Edition = EditionFirst
	require.Empty(t, blocked(contract("999.00", a, b)), "nothing is asked of what began before")
}

func TestAnApprovalMustHoldOnTheDayOfTheSignature(t *testing.T) {
	t.Parallel()
	d, tender := purse(t)
	a := d.Buyers()[0].OrganisationID
	ended := resultOf(tender, "60.00")
	ended.ValidUntil = "2026-02-27"
	d.approve(t, a, ended)
	c := Contract{
		Lot: d.Tendering.Lots[0].ID, Tender: tender, Buyers: []ID{a}, SignedOn: "2026-02-28", Value: euros("60.00"),
	}
	for day, lacks := range map[string]bool{
		"2026-01-31": true, "2026-02-01": false, "2026-02-27": false, "2026-02-28": true,
	} {
		c.SignedOn = day
		_, lacking := d.ApprovalsOf(c, "")
		require.Equal(t, lacks, len(lacking) > 0, day)
	}
}
