package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// ranked is the ranking of a lot of two tenders, as the API answers it.
func ranked(t *testing.T) evaluation.Evaluation {
	t.Helper()
	e := evaluation.Evaluation{
		Lot: models.NewID(models.PrefixLot),
		Scheme: award.Scheme{
			Method: award.RelativeToLowest, Currency: "EUR", PriceWeight: decimal.MustParse("40"),
			ZeroPrice: award.ZeroGetsAll, Rounds: award.RoundsTotal,
			Criteria: []award.QualityCriterion{
				{ID: "energy", Weight: decimal.MustParse("60"), Max: decimal.MustParse("5")},
			},
			Rounding: award.Rounding{Digits: 2, Mode: award.HalfUp},
		},
	}
	for price, scores := range map[string][]decimal.Decimal{
		"100": {decimal.MustParse("4"), decimal.MustParse("3")},
		"106": {decimal.MustParse("4"), decimal.MustParse("4")},
	} {
		e.Tenders = append(e.Tenders, award.Tender{
			ID: models.NewID(models.PrefixTender), Price: models.Money{Amount: price, Currency: "EUR"},
			Individual: map[string][]decimal.Decimal{"energy": scores},
		})
	}
	var err error
	e.Ranking, err = award.Rank(e.Scheme, e.Tenders)
	require.NoError(t, err)
	e.Digest, err = e.Sum()
	require.NoError(t, err)
	return e
}

// file is a file with the JSON of a value.
func file(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "ranking.json")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// exported is an audit export that knows of one award.
func exported(t *testing.T, awarded event.LotAwarded) string {
	t.Helper()
	key, err := audit.NewKey("procurement.example.org/log", make([]byte, 32))
	require.NoError(t, err)
	procurement, at := models.NewID(models.PrefixProcurement), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	recorded, err := event.Event{
		ID: models.NewID(models.PrefixEvent), ProcurementID: procurement, At: at, RecordedAt: at, Payload: awarded,
	}.Record()
	require.NoError(t, err)
	canonical, _, err := audit.Canonical(recorded)
	require.NoError(t, err)
	entry, _ := audit.Link{}.Next(audit.FormSilent, 1, canonical)
	var tree audit.Tree
	tree, _ = tree.Append(entry.Link)
	head, err := audit.SignCheckpoint(key, audit.ProcurementOrigin(key.Name(), procurement), tree)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "export.jsonl")
	out, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, audit.WriteExport(out, key, audit.Export{
		Procurement: procurement, Head: head,
		Entries: func(yield func(audit.Entry, error) bool) { yield(entry, nil) },
	}))
	require.NoError(t, out.Close())
	return path
}

func TestARankingIsRecomputedWithoutAServer(t *testing.T) {
	t.Parallel()
	e := ranked(t)
	winner := e.Ranking.Places[0]
	code, stdout, stderr := invoke(t, nil, "award", "recompute", file(t, e))
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, stdout, "tender "+string(winner.Tender)+"\n  equal    rank: 1\n")
	require.Contains(t, stdout, "  equal    price: 37.74 of 40 × 100 / 106 = 2000/53\n")
	require.Contains(t, stdout, "  equal    total: 85.74, rounded: 48 + 2000/53 = 4544/53\n")
	require.Contains(t, stdout, "all that the ranking says comes out again\n")

	awarded := event.LotAwarded{LotID: e.Lot, TenderID: winner.Tender, Ranking: e.Digest}
	code, stdout, _ = invoke(t, nil, "award", "recompute", file(t, e), "--export", exported(t, awarded))
	require.Equal(t, exitDone, code)
	require.Contains(t, stdout, "awarded "+string(winner.Tender)+" on this ranking\n")
	code, stdout, _ = invoke(t, nil, "award", "recompute", "--json", file(t, e), "--export", exported(t, awarded))
	require.Equal(t, exitDone, code)
	require.Contains(t, stdout, `"equal": true`)
}

// Where one tenderer is awarded so many lots at most, the file of one lot cannot show to whom the lot goes.
func TestAnAwardByLimitsOfLotsIsSaidToBeNotRecomputed(t *testing.T) {
	t.Parallel()
	e := ranked(t)
	second := e.Ranking.Places[1].Tender
	e.Award = &evaluation.AwardAmongLots{Tender: second, Because: "A was awarded lot 1, and one tenderer is awarded 1"}
	export := exported(t, event.LotAwarded{LotID: e.Lot, TenderID: second, Ranking: e.Digest})
	code, stdout, _ := invoke(t, nil, "award", "recompute", file(t, e), "--export", export)
	require.Equal(t, exitDone, code, stdout)
	require.Contains(t, stdout, "awarded "+string(second)+" on this ranking, as the ranking says; NOT recomputed: to")
	require.Contains(t, stdout, "the ranking says: A was awarded lot 1")
	require.Contains(t, stdout, "not checked  award_among_lots: to which tender the lot goes depends on other lots")
	require.Contains(t, stdout, "all that was recomputed comes out again; what was not checked is said above\n")
	code, stdout, _ = invoke(t, nil, "award", "recompute", "--json", file(t, e), "--export", export)
	require.Equal(t, exitDone, code)
	require.Contains(t, stdout, `"not_recomputed": "to which tender the lot goes depends on other lots`)

	first := exported(t, event.LotAwarded{LotID: e.Lot, TenderID: e.Ranking.Places[0].Tender, Ranking: e.Digest})
	code, stdout, _ = invoke(t, nil, "award", "recompute", file(t, e), "--export", first)
	require.Equal(t, exitFailed, code, "the ranking says that it goes to the second")
	require.Contains(t, stdout, "NOT SO     award")
	e.Award.Tender = "tnd_x"
	stranger := exported(t, event.LotAwarded{LotID: e.Lot, TenderID: "tnd_x", Ranking: e.Digest})
	code, _, _ = invoke(t, nil, "award", "recompute", file(t, e), "--export", stranger)
	require.Equal(t, exitFailed, code, "whom it names is not ranked")
}

func TestARankingThatDoesNotComeOutFails(t *testing.T) {
	t.Parallel()
	e := ranked(t)
	right := event.LotAwarded{LotID: e.Lot, TenderID: e.Ranking.Places[0].Tender, Ranking: e.Digest}
	for name, c := range map[string]struct {
		award func(*event.LotAwarded)
		says  string
	}{
		"another tender": {func(a *event.LotAwarded) { a.TenderID = "tnd_x" }, "awarded tnd_x on the ranking"},
		"a ranking":      {func(a *event.LotAwarded) { a.Ranking = "0" }, "on the ranking 0"},
		"another lot":    {func(a *event.LotAwarded) { a.LotID = "lot_x" }, "knows of no award of the lot"},
	} {
		awarded := right
		c.award(&awarded)
		code, stdout, _ := invoke(t, nil, "award", "recompute", file(t, e), "--export", exported(t, awarded))
		require.Equal(t, exitFailed, code, name)
		require.Contains(t, stdout, c.says, name)
		require.Contains(t, stdout, "NOT all", name)
	}
	e.Ranking.Places[0].Total = decimal.Hundred
	code, stdout, _ := invoke(t, nil, "award", "recompute", file(t, e))
	require.Equal(t, exitFailed, code)
	require.Contains(t, stdout, `NOT SO   total: "100" is said, "85.74" comes out`)

	forged := exported(t, right)
	text, err := os.ReadFile(forged)
	require.NoError(t, err)
	text[len(text)/2]++
	require.NoError(t, os.WriteFile(forged, text, 0o600))
	code, stdout, _ = invoke(t, nil, "award", "recompute", file(t, ranked(t)), "--export", forged)
	require.Equal(t, exitFailed, code)
	require.NotContains(t, stdout, "on this ranking")

	code, _, stderr := invoke(t, nil, "award", "recompute", file(t, map[string]string{}))
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "this is not the ranking of a lot")
	code, _, stderr = invoke(t, nil, "award", "recompute", file(t, map[string]string{"lott": "b"}))
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, `"lott" is no field of this`)
}

func TestEachFaultOfAFileIsSaidWithWhereItIsAndWhatIsAccepted(t *testing.T) {
	t.Parallel()
	e := ranked(t)
	e.Tenders[0].Price.Amount, e.Tenders[1].Price.Currency = "-1", "USD"
	path := file(t, e)
	code, stdout, stderr := invoke(t, nil, "award", "recompute", path)
	require.Equal(t, exitFailed, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "at /tenders/"+string(e.Tenders[0].ID)+`/price/amount: "-1" is not an amount`)
	require.Contains(t, stderr, "at /tenders/"+string(e.Tenders[1].ID)+"/price/currency: the price is in USD\n"+
		"ppi: accepted: a price in EUR\n")

	code, stdout, _ = invoke(t, nil, "award", "recompute", "--json", path)
	require.Equal(t, exitFailed, code)
	var said struct{ Faults []models.Refusal }
	require.NoError(t, json.Unmarshal([]byte(stdout), &said))
	require.Len(t, said.Faults, 2)
	require.Equal(t, models.CodeInvalidPrice, said.Faults[1].Code)
	require.Equal(t, "a price in EUR", said.Faults[1].Accepted)
}

func TestAFileThatSaysNoRankingIsRanked(t *testing.T) {
	t.Parallel()
	e := ranked(t)
	asked := map[string]any{"lot": e.Lot, "scheme": e.Scheme, "tenders": e.Tenders}
	first := string(e.Ranking.Places[0].Tender)
	code, stdout, stderr := invoke(t, nil, "award", "rank", file(t, asked))
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, stdout, "rank 1  tender "+first+"\n    energy: 48.00 of 60 × (4 + 4) / 2 / 5 = 48\n"+
		"    price: 37.74 of 40 × 100 / 106 = 2000/53\n    quality: 48.00\n"+
		"    total: 85.74, rounded: 48 + 2000/53 = 4544/53\n")

	code, stdout, _ = invoke(t, nil, "award", "rank", "--json", file(t, asked))
	require.Equal(t, exitDone, code)
	var said evaluation.Evaluation
	require.NoError(t, json.Unmarshal([]byte(stdout), &said))
	require.Equal(t, e.Digest, said.Digest)
	code, stdout, _ = invoke(t, nil, "award", "recompute", file(t, said))
	require.Equal(t, exitDone, code, "what is written is read")
	require.Contains(t, stdout, "all that the ranking says comes out again\n")

	e.Tenders[1].Excluded, e.Tenders[0].Price.Amount = "late", "0"
	asked["scheme"] = map[string]any{}
	code, _, stderr = invoke(t, nil, "award", "rank", file(t, asked))
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "/scheme/method")
	e.Scheme.Rounds = ""
	asked["scheme"] = e.Scheme
	code, stdout, _ = invoke(t, nil, "award", "rank", file(t, asked))
	require.Equal(t, exitDone, code)
	require.Contains(t, stdout, "applied: rounds: line")
	require.Contains(t, stdout, "excluded  tender "+string(e.Tenders[1].ID)+": late\n")
}
