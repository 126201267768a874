package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func inEnglish(s string) Text { return Text{"en": s} }

func TestEndUserInputIsRefused(t *testing.T) {
	t.Parallel()
	good := func() EndUserInput {
		return EndUserInput{
			Method: "interviews", Groups: []UserGroup{{"Nurses", 4}, {"Patients", 9}}, From: "2026-01-01",
			Until: "2026-01-31", Findings: inEnglish("Waiting is what hurts."),
		}
	}
	refused(t, good, []wrong[EndUserInput]{
		{"in no known way", func(i *EndUserInput) { i.Method = "guess" }, "/method"},
		{"in another way that is not told", func(i *EndUserInput) { i.Method = "other" }, "/how"},
		{"of nobody", func(i *EndUserInput) { i.Groups = nil }, "/groups"},
		{"of a group in which nobody answered", func(i *EndUserInput) { i.Groups[1].Count = 0 }, "/groups/1/count"},
		{"of a group without a name", func(i *EndUserInput) { i.Groups[0].Group = "" }, "/groups/0/group"},
		{"that ends before it begins", func(i *EndUserInput) { i.Until = "2025-12-31" }, "/until"},
		{"without what was said", func(i *EndUserInput) { i.Findings = nil }, "/findings"},
		{"with no document", func(i *EndUserInput) { i.Document = "x" }, "/document"},
	})
	require.Equal(t, 13, good().Asked())
	d := Dossier{Now: time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC)}
	require.Equal(t, "/until", fieldOf(t, good().CheckAgainst(d, Entry{})), "what is still to be said")
}

func measured() AsIs {
	return AsIs{Service: inEnglish("Emergency calls"), Figures: []Figure{{
		Measures: "time", Name: inEnglish("Response time"), Value: "48", Unit: "h", From: "2025-01-01",
		Until: "2025-12-31", Source: "Call log",
	}}}
}

func TestAsIsFiguresAreRefused(t *testing.T) {
	t.Parallel()
	refused(t, measured, []wrong[AsIs]{
		{"of no service", func(a *AsIs) { a.Service = nil }, "/service"},
		{"without a figure", func(a *AsIs) { a.Figures = nil }, "/figures"},
		{"of no kind", func(a *AsIs) { a.Figures[0].Measures = "mood" }, "/figures/0/measures"},
		{"without a name", func(a *AsIs) { a.Figures[0].Name = nil }, "/figures/0/name"},
		{"without a number", func(a *AsIs) { a.Figures[0].Value = "many" }, "/figures/0/value"},
		{"without a unit", func(a *AsIs) { a.Figures[0].Unit = "" }, "/figures/0/unit"},
		{"of no period", func(a *AsIs) { a.Figures[0].From = "" }, "/figures/0/from"},
		{"of a period backwards", func(a *AsIs) { a.Figures[0].Until = "2024-12-31" }, "/figures/0/until"},
		{"from nowhere", func(a *AsIs) { a.Figures[0].Source = "" }, "/figures/0/source"},
		{"of what is no need", func(a *AsIs) { a.Figures[0].Statement = NewID(PrefixLot) }, "/figures/0/statement"},
	})
}

func TestABaselineIsMeasuredByTheBuyerWhoseItIs(t *testing.T) {
	t.Parallel()
	d, _, _ := between(t)
	d.Now = time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC)
	a, b := d.Buyers()[0].OrganisationID, d.Buyers()[1].OrganisationID
	need := d.put(t, EntryNeedsStatement, a, NeedsStatement{})
	own := measured()
	own.Figures[0].Statement = need.ID
	require.NoError(t, own.CheckAgainst(d, Entry{OrganisationID: a}))
	require.Equal(t, "/figures/0/statement", fieldOf(t, own.CheckAgainst(d, Entry{OrganisationID: b})))
	own.Figures[0].Until = "2026-02-01"
	require.Equal(t, "/figures/0/until", fieldOf(t, own.CheckAgainst(d, Entry{OrganisationID: a})))
	require.NoError(t, own.CheckAgainst(d, Entry{OrganisationID: a, WithdrawnAt: &d.Now}))
}

func TestAPriorArtSearchIsRefused(t *testing.T) {
	t.Parallel()
	good := func() PriorArtSearch {
		return PriorArtSearch{
			SearchedOn: "2026-01-10", Summary: inEnglish("One patent concerns the need."),
			Databases: []Database{{"Espacenet", PatentDatabase, []string{"triage AND waiting"}}},
			Patents: []Patent{{
				Number: "EP1B1", Holder: "Holder", Blocks: inEnglish("The order of calls"), ExpiresOn: "2030-01-01",
				Consequence: PatentRestate, Reason: "no licence is offered",
			}, {Number: "EP2B1", Holder: "Holder", Consequence: PatentNoConsequence, Reason: "another field"}},
		}
	}
	refused(t, good, []wrong[PriorArtSearch]{
		{"of no day", func(s *PriorArtSearch) { s.SearchedOn = "" }, "/searched_on"},
		{"nowhere", func(s *PriorArtSearch) { s.Databases = nil }, "/databases"},
		{"in what is no database", func(s *PriorArtSearch) { s.Databases[0].Kind = "x" }, "/databases/0/kind"},
		{"for nothing", func(s *PriorArtSearch) { s.Databases[0].Queries = []string{" "} }, "/databases/0/queries"},
		{"that found nothing to say", func(s *PriorArtSearch) { s.Summary = nil }, "/summary"},
		{"with a patent without number", func(s *PriorArtSearch) { s.Patents[0].Number = "" }, "/patents/0/number"},
		{"with a patent of nobody", func(s *PriorArtSearch) { s.Patents[0].Holder = "" }, "/patents/0/holder"},
		{"with no consequence", func(s *PriorArtSearch) { s.Patents[0].Consequence = "" }, "/patents/0/consequence"},
		{"with a licence for what it does not say", func(s *PriorArtSearch) {
			s.Patents[1].Consequence = PatentLicence
		}, "/patents/1/blocks"},
		{"without a reason", func(s *PriorArtSearch) { s.Patents[1].Reason = "" }, "/patents/1/reason"},
		{
			"with no date of expiry", func(s *PriorArtSearch) { s.Patents[0].ExpiresOn = "soon" },
			"/patents/0/expires_on",
		},
	})
	require.Equal(t, []string{"EP1B1"}, good().Restating())
	require.True(t, good().OfPatents())
	d := Dossier{Now: time.Date(2026, 1, 9, 0, 0, 0, 0, time.UTC)}
	require.Equal(t, "/searched_on", fieldOf(t, good().CheckAgainst(d, Entry{})))
}

func TestAStandardsLandscapeIsRefused(t *testing.T) {
	t.Parallel()
	need := NewID(PrefixEntry)
	good := func() StandardsLandscape {
		return StandardsLandscape{Standards: []Standard{{
			Number: "EN 1", Title: "Calls", Body: "CEN", Version: "2016", Relevance: "interfaces", Needs: []ID{need},
		}, {Number: "EN 1", Title: "Calls", Body: "CEN", Version: "2020", Relevance: "interfaces"}}}
	}
	refused(t, good, []wrong[StandardsLandscape]{
		{"empty", func(s *StandardsLandscape) { s.Standards = nil }, "/none"},
		{"with standards and none", func(s *StandardsLandscape) { s.None = inEnglish("none") }, "/none"},
		{"without a number", func(s *StandardsLandscape) { s.Standards[0].Number = "" }, "/standards/0/number"},
		{"without a body", func(s *StandardsLandscape) { s.Standards[0].Body = "" }, "/standards/0/body"},
		{"without relevance", func(s *StandardsLandscape) { s.Standards[0].Relevance = "" }, "/standards/0/relevance"},
		{"with one twice", func(s *StandardsLandscape) { s.Standards[1].Version = "2016" }, "/standards/1/number"},
		{"of what is no need", func(s *StandardsLandscape) { s.Standards[0].Needs[0] = "x" }, "/standards/0/needs"},
	})
	d, _, _ := between(t)
	require.Equal(t, "/standards/0/needs", fieldOf(t, good().CheckAgainst(d, Entry{})))
	require.NoError(t, good().CheckAgainst(d, Entry{WithdrawnAt: &d.Now}))
	stands := StandardsLandscape{Standards: []Standard{{Needs: []ID{d.put(t, EntryCommonNeed, "", CommonNeed{}).ID}}}}
	require.NoError(t, stands.CheckAgainst(d, Entry{}))
}

func preliminary() PreliminaryCase {
	option := CaseOption{
		Title: inEnglish("Go on"), Costs: euros("10.00"), Benefits: euros("0.00"), Reasons: inEnglish("As now"),
	}
	better := option
	better.Preferred = true
	return PreliminaryCase{
		Stage: CaseBeforeConsultation, Problem: inEnglish("Calls wait."), Constraints: inEnglish("The staff stays."),
		Years: 5, Options: []CaseOption{option, better}, BreakEven: inEnglish("In year four"), Route: RoutePPI,
	}
}

func TestAPreliminaryBusinessCaseIsRefused(t *testing.T) {
	t.Parallel()
	refused(t, preliminary, []wrong[PreliminaryCase]{
		{"of no stage", func(c *PreliminaryCase) { c.Stage = "final" }, "/stage"},
		{"without a problem", func(c *PreliminaryCase) { c.Problem = nil }, "/problem"},
		{"without constraints", func(c *PreliminaryCase) { c.Constraints = nil }, "/constraints"},
		{"over no years", func(c *PreliminaryCase) { c.Years = 0 }, "/years"},
		{"that compares nothing", func(c *PreliminaryCase) { c.Options = c.Options[1:] }, "/options"},
		{"that prefers nothing", func(c *PreliminaryCase) { c.Options[1].Preferred = false }, "/options"},
		{"that prefers two", func(c *PreliminaryCase) { c.Options[0].Preferred = true }, "/options"},
		{
			"in two currencies", func(c *PreliminaryCase) { c.Options[1].Costs.Currency = "SEK" },
			"/options/1/costs/currency",
		},
		{"without benefits", func(c *PreliminaryCase) { c.Options[0].Benefits.Amount = "" }, "/options/0/benefits"},
		{"that never pays", func(c *PreliminaryCase) { c.BreakEven = nil }, "/break_even"},
		{"on no route", func(c *PreliminaryCase) { c.Route = "luck" }, "/route"},
		{"that has changed already", func(c *PreliminaryCase) { c.Changed = inEnglish("x") }, "/changed"},
		{"that does not say what changed", func(c *PreliminaryCase) { c.Stage = CaseAfterConsultation }, "/changed"},
	})
}

func TestThePreliminaryCaseIsUpdatedOnceAConsultationWasClosed(t *testing.T) {
	t.Parallel()
	d, _, _ := between(t)
	update := preliminary()
	update.Stage, update.Changed = CaseAfterConsultation, inEnglish("Prices fell.")
	require.Equal(t, "/stage", fieldOf(t, update.Drawn(d).CheckAgainst(d, Entry{})), "there is none before")
	before := d.put(t, EntryPreliminaryCase, "", preliminary())
	d.Entries[len(d.Entries)-1].Subject = CaseBeforeConsultation
	require.Equal(t, "/stage", fieldOf(t, update.Drawn(d).CheckAgainst(d, Entry{})), "nobody was consulted")
	d.Market.Consultations = []Consultation{{ClosedAt: &d.Now}}
	require.NoError(t, update.Drawn(d).CheckAgainst(d, Entry{}))
	require.Equal(t, before.Digest, update.Drawn(d).Before)
	update.Before = digestOfNothing(t)
	require.Equal(t, "/before", fieldOf(t, update.Drawn(d).CheckAgainst(d, Entry{})), "another text")
}

// digestOfNothing is a digest of nothing that there is.
func digestOfNothing(t *testing.T) string {
	t.Helper()
	_, digest, err := Canonical("nothing")
	require.NoError(t, err)
	return digest
}

func TestAMemorandumIsSignedAsItStandsAndOnce(t *testing.T) {
	t.Parallel()
	refused(t, func() Memorandum { return Memorandum{Purpose: inEnglish("Buy together")} }, []wrong[Memorandum]{
		{"without a purpose", func(m *Memorandum) { m.Purpose = nil }, "/purpose"},
		{"with empty terms", func(m *Memorandum) { m.Terms = inEnglish(" ") }, "/terms"},
	})
	d, _, _ := between(t)
	a := d.Buyers()[0].OrganisationID
	_, written := d.MemorandumUnsigned()
	require.False(t, written)
	sign := func() MemorandumSignature {
		standing, _ := d.Latest(EntryMemorandum)
		return MemorandumSignature{Confirmation{Entry: standing.ID, Digest: standing.Digest}, "Mayor"}.Drawn(d)
	}
	require.Error(t, MemorandumSignature{}.CheckAgainst(d, Entry{}), "there is none")
	d.put(t, EntryMemorandum, "", Memorandum{Purpose: inEnglish("Buy together")})
	require.NoError(t, sign().CheckAgainst(d, Entry{OrganisationID: a}))
	names, _ := d.MemorandumUnsigned()
	require.Len(t, names, len(d.Buyers()))
	d.put(t, EntryMemorandumSignature, a, sign())
	names, _ = d.MemorandumUnsigned()
	require.NotContains(t, names, d.NameOf(a))
	r, _ := RefusalOf(sign().CheckAgainst(d, Entry{Kind: EntryMemorandumSignature, OrganisationID: a}))
	require.Equal(t, CodeAlreadyExists, r.Code)
	stale := sign()
	stale.Digest = digestOfNothing(t)
	require.Equal(t, "/digest", fieldOf(t, stale.CheckAgainst(d, Entry{OrganisationID: a})))
	stale = sign()
	stale.Capacity = ""
	require.Equal(t, "/capacity", fieldOf(t, stale.Check()))
}

func TestAResolutionOfAFindingOnNeedsIsRefused(t *testing.T) {
	t.Parallel()
	refused(t, func() NeedResolution {
		return NeedResolution{
			Finding: "contradiction:x", Digest: digestOfNothing(t), Outcome: ResolvedLot, Reason: "two lots",
		}
	}, []wrong[NeedResolution]{
		{"of nothing", func(r *NeedResolution) { r.Finding = "" }, "/finding"},
		{"of no text", func(r *NeedResolution) { r.Digest = "x" }, "/digest"},
		{"by ignoring it", func(r *NeedResolution) { r.Outcome = "ignored" }, "/outcome"},
		{"without a reason", func(r *NeedResolution) { r.Reason = "" }, "/reason"},
		{"by a merger into nothing", func(r *NeedResolution) { r.Outcome = ResolvedMerged }, "/into"},
		{"that is kept, into another", func(r *NeedResolution) { r.Into = NewID(PrefixEntry) }, "/into"},
	})
}
