package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAReviewThatWasUpheldNamesTheFlaw(t *testing.T) {
	t.Parallel()
	review := Review{Lot: NewID(PrefixLot), Body: "Tribunal", LodgedOn: "2026-03-02"}
	require.NoError(t, review.Check())
	for _, c := range []struct {
		outcome, decided string
		flaw             Flaw
		field            string
	}{
		{ReviewUpheld, "2026-03-09", FlawQuality, ""},
		{"dismissed", "2026-03-02", "", ""},
		{ReviewUpheld, "2026-03-09", "", "/flaw"},
		{ReviewUpheld, "2026-03-09", "typo", "/flaw"},
		{"dismissed", "2026-03-09", FlawQuality, "/flaw"},
		{"", "", FlawQuality, "/flaw"},
		{"withdrawn", "2026-03-01", "", "/decided_on"},
		{"withdrawn", "", "", "/decided_on"},
	} {
		review.Outcome, review.Decided, review.Flaw = c.outcome, c.decided, c.flaw
		err := review.Check()
		if c.field == "" {
			require.NoError(t, err, "%+v", c)
			continue
		}
		r, refused := RefusalOf(err)
		require.True(t, refused, "%+v", c)
		require.Equal(t, c.field, r.Field, "%+v", c)
	}
}

// underReview is a lot with an award whose standstill is over, and a review of it.
func underReview(r Review) (Dossier, ID, ID) {
	lot, tender := NewID(PrefixLot), NewID(PrefixTender)
	before := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	d := Dossier{
		Procurement: Procurement{Zone: "Europe/Paris"}, Now: time.Date(2026, 3, 31, 9, 0, 0, 0, time.UTC),
		Members: []Member{{OrganisationID: "org_a", Lead: true}, {OrganisationID: "org_b"}},
	}
	d.Tendering.Lots = []Lot{{ID: lot, Boxes: []Box{{HandsIn: HandedTender, UnsealedAt: &before}}}}
	d.Tendering.Awards = map[ID]LotAward{lot: {
		LotID: lot, N: 1, AwardedAt: &before, WinnerID: tender, LettersAt: &before, StandstillUntil: &before,
	}}
	r.Lot = lot
	body, digest, _ := Canonical(r)
	d.Entries = []Entry{{ID: NewID(PrefixEntry), Kind: EntryReview, Subject: string(lot), Body: body, Digest: digest}}
	return d, lot, tender
}

// Directive 89/665/EEC, Article 2(3): no contract before the review body has decided.
func TestNoContractIsSignedBeforeTheReviewBodyHasDecided(t *testing.T) {
	t.Parallel()
	d, lot, tender := underReview(Review{
		Body: "Tribunal", LodgedOn: "2026-03-05", Outcome: "dismissed", Decided: "2026-03-20",
	})
	contract := Contract{
		Lot: lot, Tender: tender, Buyers: []ID{"org_a"}, SignedOn: "2026-03-19",
		Value: Money{Amount: "1.00", Currency: "EUR"},
	}
	r, refused := RefusalOf(contract.CheckAgainst(d, Entry{}))
	require.True(t, refused)
	require.Equal(t, CodeReviewPending, r.Code)
	contract.SignedOn = "2026-03-20"
	require.NoError(t, contract.CheckAgainst(d, Entry{}))
}

func TestAReviewThatSetAnAwardAsideStaysAsItIs(t *testing.T) {
	t.Parallel()
	d, _, _ := underReview(Review{
		Body: "Tribunal", LodgedOn: "2026-03-05", Outcome: ReviewUpheld, Decided: "2026-03-20", Flaw: FlawDecision,
	})
	e := d.Entries[0]
	e.Version = 2
	review, _ := BodyOf[Review](e)
	require.NoError(t, review.CheckAgainst(d, e))
	review.LodgedOn = "2026-04-01"
	require.Error(t, review.CheckAgainst(d, e), "it is still to come")
	review.LodgedOn = "2026-03-05"
	d.Tendering.SetAsides = []SetAside{{LotID: review.Lot, N: 1, Ground: SetAsideReview, ReviewID: e.ID}}
	r, refused := RefusalOf(review.CheckAgainst(d, e))
	require.True(t, refused)
	require.Equal(t, CodeEntryFinal, r.Code)
}

// Who had won may challenge that the award was set aside, before there is another.
func TestAReviewIsOfAnAwardAlsoOfOneThatWasSetAside(t *testing.T) {
	t.Parallel()
	d, lot, _ := underReview(Review{})
	review := Review{Lot: lot, Body: "Tribunal", LodgedOn: "2026-03-05"}
	require.NoError(t, review.CheckAgainst(d, Entry{Version: 1}))
	d.Tendering.Awards[lot] = LotAward{LotID: lot, N: 1}
	r, refused := RefusalOf(review.CheckAgainst(d, Entry{Version: 1}))
	require.True(t, refused)
	require.Equal(t, CodeNotAwarded, r.Code)
	d.Tendering.Awards[lot] = LotAward{LotID: lot, N: 2}
	require.NoError(t, review.CheckAgainst(d, Entry{Version: 1}))
}

// contracted is a lot with a contract of the first buyer, signed on 20 March 2026.
func contracted(t *testing.T) (Dossier, ID) {
	t.Helper()
	d, lot, tender := underReview(Review{Outcome: "dismissed", Decided: "2026-03-01"})
	body, digest, err := Canonical(Contract{Lot: lot, Tender: tender, Buyers: []ID{"org_a"}, SignedOn: "2026-03-20"})
	require.NoError(t, err)
	e := Entry{ID: NewID(PrefixEntry), Kind: EntryContract, Subject: string(lot), Body: body, Digest: digest}
	d.Entries = append(d.Entries, e)
	return d, e.ID
}

func TestABuyerAcceptsWhatIsDeliveredUnderItsContract(t *testing.T) {
	t.Parallel()
	d, contract := contracted(t)
	for _, c := range []struct {
		contract, buyer ID
		on, field       string
	}{
		{contract, "org_a", "2026-03-20", ""},
		{contract, "org_a", "2026-03-19", "/examined_on"},
		{contract, "org_a", "2026-04-01", "/examined_on"},
		{contract, "org_b", "2026-03-20", "/contract"},
		{NewID(PrefixEntry), "org_a", "2026-03-20", "/contract"},
	} {
		a := Acceptance{Contract: c.contract, ExaminedOn: c.on, Outcome: Accepted}
		require.NoError(t, a.Check())
		err := a.CheckAgainst(d, Entry{OrganisationID: c.buyer})
		if c.field == "" {
			require.NoError(t, err)
			continue
		}
		r, refused := RefusalOf(err)
		require.True(t, refused, "%+v", c)
		require.Equal(t, c.field, r.Field)
	}
	for _, outcome := range []string{AcceptedWithReservations, AcceptanceRefused} {
		require.Error(t, Acceptance{Contract: contract, ExaminedOn: "2026-03-20", Outcome: outcome}.Check(),
			"it says what was found")
	}
}

func TestTheLastDecisionOnALotCounts(t *testing.T) {
	t.Parallel()
	last, former := LastAwards([]LotAward{
		{LotID: "a", N: 1}, {LotID: "b", N: 1}, {LotID: "a", N: 2}, {LotID: "a", N: 3},
	})
	require.Equal(t, map[ID]LotAward{"a": {LotID: "a", N: 3}, "b": {LotID: "b", N: 1}}, last)
	require.Equal(t, []LotAward{{LotID: "a", N: 1}, {LotID: "a", N: 2}}, former)
}

func TestTermsOfAFrameworkAgreementAreComplete(t *testing.T) {
	t.Parallel()
	buyer := NewID(PrefixOrganisation)
	euro := func(amount string) Money { return Money{Amount: amount, Currency: "EUR"} }
	for field, spoil := range map[string]func(*FrameworkTerms){
		"":                  func(*FrameworkTerms) {},
		"/estimate":         func(f *FrameworkTerms) { f.Estimate = euro("100.01") },
		"/maximum/amount":   func(f *FrameworkTerms) { f.Maximum.Amount = "-1"; f.Estimate.Amount = "-1" },
		"/buyers":           func(f *FrameworkTerms) { f.Buyers = []ID{buyer, buyer} },
		"/call_offs":        func(f *FrameworkTerms) { f.CallOffs = CallOffCompetition },
		"/how":              func(f *FrameworkTerms) { f.How = nil },
		"/maximum_quantity": func(f *FrameworkTerms) { f.Unit = "nodes" },
		"/unit":             func(f *FrameworkTerms) { f.Quantity = "4" },
	} {
		terms := FrameworkTerms{
			Lot: NewID(PrefixLot), Operators: 1, Months: 48, Estimate: euro("80.00"), Maximum: euro("100.00"),
			Buyers: []ID{buyer}, CallOffs: CallOffTerms, How: Text{"en": "In writing."},
		}
		spoil(&terms)
		var fields []string
		for _, fault := range Faults(terms.Check()) {
			fields = append(fields, fault.Field)
		}
		if field == "" {
			require.Empty(t, fields)
			continue
		}
		require.Contains(t, fields, field)
	}
}

func TestWhatIsPurchasedUnderAFrameworkAgreementIsACallOff(t *testing.T) {
	t.Parallel()
	d, lot, tender := underReview(Review{Outcome: "dismissed", Decided: "2026-03-01"})
	write := func(kind EntryKind, subject string, content any) ID {
		body, digest, err := Canonical(content)
		require.NoError(t, err)
		e := Entry{ID: NewID(PrefixEntry), Kind: kind, Subject: subject, Body: body, Digest: digest}
		d.Entries = append(d.Entries, e)
		return e.ID
	}
	write(EntryFramework, string(lot), FrameworkTerms{
		Lot: lot, Maximum: Money{Amount: "10.00", Currency: "EUR"}, Buyers: []ID{"org_a"},
	})
	contract := Contract{
		Lot: lot, Tender: tender, Buyers: []ID{"org_a"}, SignedOn: "2026-03-20",
		Value: Money{Amount: "10.00", Currency: "EUR"},
	}
	require.NoError(t, contract.CheckAgainst(d, Entry{}))
	id := write(EntryContract, string(lot), contract)
	err := Purchase{Contract: id, OrderedOn: "2026-03-21"}.CheckAgainst(d, Entry{OrganisationID: "org_a"})
	r, refused := RefusalOf(err)
	require.True(t, refused)
	require.Equal(t, "a call-off", r.Accepted)
	contract.Value.Amount = "10.01"
	r, _ = RefusalOf(contract.CheckAgainst(d, Entry{}))
	require.Equal(t, CodeFrameworkExhausted, r.Code)
	contract.Value.Amount, contract.Buyers = "10.00", []ID{"org_b"}
	r, _ = RefusalOf(contract.CheckAgainst(d, Entry{}))
	require.Equal(t, CodeNotNamedInNotice, r.Code)
}
