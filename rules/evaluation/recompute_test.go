package evaluation

import (
	"encoding/json"
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// sent is a ranking as somebody else reads it.
func sent(t *testing.T, e Evaluation) Evaluation {
	t.Helper()
	text, err := json.Marshal(e)
	require.NoError(t, err)
	var read Evaluation
	require.NoError(t, json.Unmarshal(text, &read))
	return read
}

func TestARankingIsRecomputedFromWhatItSays(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]*desk{
		"a mean": fromTheField(t), "a tie": tied(t, "price", "draw"), "only the best": bestTwo(t),
	} {
		if name == "a tie" {
			d.write(models.EntryTieDraw, string(d.lot), "", d.drawn())
		}
		e, err := Evaluate(d.Dossier, d.lot)
		require.NoError(t, err)
		r, err := Recompute(sent(t, e))
		require.NoError(t, err)
		require.True(t, r.Equal(), "%s: %+v", name, r.Lines)
		require.Equal(t, e.Digest, r.Digest)
	}
	d := fromTheField(t)
	former, err := evaluate(d.Dossier, d.lot, true)
	require.NoError(t, err)
	r, err := Recompute(sent(t, former))
	require.NoError(t, err)
	require.True(t, r.Equal(), "rankings of earlier releases too: %+v", r.Lines)
}

func TestWhatDoesNotComeOutIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		forge func(*Evaluation)
		what  string
	}{
		"points":    {func(e *Evaluation) { e.Ranking.Places[0].Lines[0].Points = decimal.Hundred }, "energy"},
		"a reason":  {func(e *Evaluation) { e.Ranking.Places[0].Lines[0].How = "60" }, "energy"},
		"a total":   {func(e *Evaluation) { e.Ranking.Places[1].Total = decimal.Hundred }, "total"},
		"a quality": {func(e *Evaluation) { e.Ranking.Places[1].Quality = decimal.Hundred }, "quality"},
		"a rank":    {func(e *Evaluation) { e.Ranking.Places[1].Rank = 1 }, "rank"},
		"a line more": {func(e *Evaluation) {
			e.Ranking.Places[0].Lines = append(e.Ranking.Places[0].Lines, award.Line{Criterion: "charm"})
		}, "charm"},
		"a tender more": {func(e *Evaluation) {
			e.Ranking.Places = append(e.Ranking.Places, award.Place{Tender: "tnd_x", Rank: 3})
		}, "rank"},
		"an exclusion": {func(e *Evaluation) { e.Ranking.Places[1].Excluded = "late" }, "exclusion"},
		"a cost":       {func(e *Evaluation) { e.Ranking.Places[1].Cost = "1" }, "cost"},
		"an inquiry":   {func(e *Evaluation) { e.Ranking.Places[1].AskAboutPrice = "cheap" }, "low price"},
		"a digest":     {func(e *Evaluation) { e.Digest = "" }, "digest"},
		"a score":      {func(e *Evaluation) { e.Tenders[0].Individual["energy"][0] = decimal.One }, "digest"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := fromTheField(t)
			e, err := Evaluate(d.Dossier, d.lot)
			require.NoError(t, err)
			forged := sent(t, e)
			c.forge(&forged)
			r, err := Recompute(forged)
			require.NoError(t, err)
			require.False(t, r.Equal())
			var wrong []string
			for _, l := range r.Lines {
				if !l.Equal() {
					wrong = append(wrong, l.What)
				}
			}
			require.Contains(t, wrong, c.what)
		})
	}
	_, err := Recompute(Evaluation{})
	requireRefused(t, models.CodeInvalidCriteria, err)
}
