package models

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func requirement() Requirement {
	return Requirement{
		Code: "R-001", Statement: Text{"en": "Results need little energy."}, Type: "performance", Priority: "must",
		Use: UseMinimum, Minimum: Text{"en": "30 kWh"},
		Verification: Verification{"test", Text{"en": "Run the reference job."}}, Traces: []ID{NewID(PrefixEntry)},
	}
}

func TestARequirementIsRefused(t *testing.T) {
	t.Parallel()
	refused(t, requirement, []wrong[Requirement]{
		{"without a code", func(r *Requirement) { r.Code = "1" }, "/code"},
		{"without words", func(r *Requirement) { r.Statement = nil }, "/statement"},
		{"of no type", func(r *Requirement) { r.Type = "technical" }, "/type"},
		{"of no priority", func(r *Requirement) { r.Priority = "high" }, "/priority"},
		{"that is a must and scored", func(r *Requirement) { r.Use = UseAward }, "/use"},
		{"that will not be and is scored", func(r *Requirement) { r.Priority, r.Use = "wont", UseAward }, "/use"},
		{
			"that could be and is not in the tender", func(r *Requirement) { r.Priority, r.Use = "could", UseNone },
			"/use",
		},
		{"that is a minimum without level", func(r *Requirement) { r.Minimum = nil }, "/minimum"},
		{"verified nobody knows how", func(r *Requirement) { r.Verification.Method = "trust" }, "/verification/method"},
		{"verified without words", func(r *Requirement) { r.Verification.How = nil }, "/verification/how"},
		{"from something else than an entry", func(r *Requirement) { r.Traces = []ID{NewID(PrefixLot)} }, "/traces"},
		{"for something else than a lot", func(r *Requirement) { r.Lots = []ID{NewID(PrefixEntry)} }, "/lots"},
	})
	draft := requirement()
	draft.Traces, draft.Verification = nil, Verification{}
	require.NoError(t, draft.Check(), "a draft may lack what the gate asks for")
}

func TestARequirementComesFromTheNeedsOfThisProcurement(t *testing.T) {
	t.Parallel()
	d, _, other := between(t)
	need := d.put(t, EntryCommonNeed, "", CommonNeed{})
	lot := NewID(PrefixLot)
	d.Tendering.Lots = []Lot{{ID: lot}}
	r := requirement()
	r.Traces, r.Lots = []ID{need.ID}, []ID{lot}
	require.NoError(t, r.CheckAgainst(d, Entry{}))

	elsewhere := r
	elsewhere.Traces = []ID{NewID(PrefixEntry)}
	require.Equal(t, "/traces", fieldOf(t, elsewhere.CheckAgainst(d, Entry{})))
	elsewhere.Traces = []ID{other.ID}
	require.Equal(t, "/traces", fieldOf(t, elsewhere.CheckAgainst(d, Entry{})), "an agreement is no need")
	withdrawn := Entry{WithdrawnAt: &d.Now}
	require.NoError(t, elsewhere.CheckAgainst(d, withdrawn), "what goes away is not judged")
	elsewhere = r
	elsewhere.Evidence = []ID{need.ID}
	require.Equal(t, "/evidence", fieldOf(t, elsewhere.CheckAgainst(d, Entry{})), "a need is no answer of the market")
	d.Tendering.Lots[0].EndedAt = &d.Now
	require.Equal(t, "/lots", fieldOf(t, r.CheckAgainst(d, Entry{})))
}

func TestTheRestOfASpecificationIsRefused(t *testing.T) {
	t.Parallel()
	words := Text{"en": "x"}
	refused(t, func() Glossary { return Glossary{[]Term{{words, words}}} }, []wrong[Glossary]{
		{"without a term", func(g *Glossary) { g.Terms = nil }, "/terms"},
		{"without a meaning", func(g *Glossary) { g.Terms[0].Meaning = nil }, "/terms"},
	})
	refused(t, func() Clauses { return Clauses{words, words} }, []wrong[Clauses]{
		{"silent on rights", func(c *Clauses) { c.IntellectualProperty = nil }, "/intellectual_property"},
		{"silent on secrets", func(c *Clauses) { c.Confidentiality = nil }, "/confidentiality"},
	})
	refused(t, func() LotsDecision { return LotsDecision{Reasons: words} }, []wrong[LotsDecision]{
		{"undivided without a reason", func(l *LotsDecision) { l.Reasons = nil }, "/reasons"},
	})
	require.NoError(t, LotsDecision{Divided: true}.Check())
	refused(t, func() BusinessCase {
		return BusinessCase{words, words, Money{"1.00", "EUR"}, []ID{NewID(PrefixEntry)}}
	}, []wrong[BusinessCase]{
		{"without a price", func(b *BusinessCase) { b.Price = Money{} }, "/price/amount"},
		{"without functionality", func(b *BusinessCase) { b.Functionality = nil }, "/functionality"},
		{"without an estimate", func(b *BusinessCase) { b.Estimates = nil }, "/estimates"},
	})
	refused(t, func() NeutralityAnswer {
		return NeutralityAnswer{NewID(PrefixEntry), "vague", "en", "modern", "measured by test 3"}
	}, []wrong[NeutralityAnswer]{
		{"without a reason", func(n *NeutralityAnswer) { n.Reason = "" }, "/reason"},
		{"about no words", func(n *NeutralityAnswer) { n.Text = "" }, "/text"},
	})
	refused(t, func() LegalCertification {
		return LegalCertification{Confirmation{NewID(PrefixEntry), strings.Repeat("a", 64), 1}, "read"}
	}, []wrong[LegalCertification]{
		{"without words", func(l *LegalCertification) { l.Statement = "" }, "/statement"},
		{"of nothing", func(l *LegalCertification) { l.Digest = "" }, "/digest"},
	})
}

func TestABusinessCaseRestsOnEstimates(t *testing.T) {
	t.Parallel()
	d, _, other := between(t)
	estimate := d.put(t, EntryEstimate, d.Members[0].OrganisationID, Estimate{})
	require.NoError(t, BusinessCase{Estimates: []ID{estimate.ID}}.CheckAgainst(d, Entry{}))
	require.Equal(t, "/estimates", fieldOf(t, BusinessCase{Estimates: []ID{other.ID}}.CheckAgainst(d, Entry{})))
}

func TestAVersionListsWhatStandsAndIsJudgedByOthersThanItsAuthors(t *testing.T) {
	t.Parallel()
	d, _, _ := between(t)
	require.Error(t, SpecificationVersion{}.CheckAgainst(d, Entry{}), "there is nothing to freeze")
	written := d.put(t, EntryRequirement, "", requirement())
	forged := SpecificationVersion{Items: []Reference{{Entry: NewID(PrefixEntry)}}}
	v := forged.Drawn(d)
	require.Equal(t, []Reference{{written.ID, EntryRequirement, written.Digest}}, v.Items, "the list is the engine's")
	require.NoError(t, v.CheckAgainst(d, Entry{}))

	approval := Approval{Confirmation{NewID(PrefixEntry), strings.Repeat("a", 64), 1}}
	code := func(err error) Code { r, _ := RefusalOf(err); return r.Code }
	stranger := Entry{AuthorID: NewID(PrefixPerson)}
	require.Equal(t, CodeNotFrozen, code(approval.CheckAgainst(d, stranger)))
	frozen := d.put(t, EntrySpecificationVersion, "", v)
	require.Equal(t, CodeInvalidValue, code(approval.CheckAgainst(d, stranger)), "another digest")
	approval.Confirmation = Confirmation{frozen.ID, frozen.Digest, 1}
	require.NoError(t, approval.CheckAgainst(d, stranger))
	for _, author := range []ID{written.AuthorID, frozen.AuthorID} {
		require.Equal(t, CodeOwnWork, code(approval.CheckAgainst(d, Entry{AuthorID: author})))
		require.Equal(t, CodeOwnWork, code(LegalCertification{approval.Confirmation, "x"}.CheckAgainst(d,
			Entry{AuthorID: author})))
	}
	d.put(t, EntryGlossary, "", Glossary{})
	require.Equal(t, CodeNotFrozen, code(approval.CheckAgainst(d, stranger)), "something was written since")
}

func TestAnAnswerQuotesWordsOfAnother(t *testing.T) {
	t.Parallel()
	d, _, _ := between(t)
	r := requirement()
	r.Statement = Text{"en": "It is modern."}
	e := d.put(t, EntryRequirement, "", r)
	answer := NeutralityAnswer{e.ID, "vague", "en", "modern", "x"}
	stranger := Entry{AuthorID: NewID(PrefixPerson)}
	require.NoError(t, answer.CheckAgainst(d, stranger))
	refusal, _ := RefusalOf(answer.CheckAgainst(d, Entry{AuthorID: e.AuthorID}))
	require.Equal(t, CodeOwnWork, refusal.Code)
	elsewhere := answer
	elsewhere.Language = "fr"
	require.Equal(t, "/text", fieldOf(t, elsewhere.CheckAgainst(d, stranger)))
	elsewhere = answer
	elsewhere.Text = "user-friendly"
	require.Equal(t, "/text", fieldOf(t, elsewhere.CheckAgainst(d, stranger)))
}

func TestEstimatesAreAddedUpInOneCurrency(t *testing.T) {
	t.Parallel()
	sum, currency, ok := SumOfEstimates([]Estimate{{Value: Money{"0.10", "EUR"}}, {Value: Money{"0.20", "EUR"}}})
	require.True(t, ok)
	require.Equal(t, "EUR 0.30", currency+" "+sum.FloatString(2))
	_, _, ok = SumOfEstimates([]Estimate{{Value: Money{"1", "EUR"}}, {Value: Money{"1", "SEK"}}})
	require.False(t, ok)
	_, _, ok = SumOfEstimates(nil)
	require.False(t, ok)
}
