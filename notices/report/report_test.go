package report

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/paper"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/wording"
)

var (
	at        = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	languages = []string{"de", "en", "es", "fr", "it", "tr"}
	hole      = regexp.MustCompile(`\{\w+\}`)
)

// sample has every sentence that a report can say.
func sample(t *testing.T) evaluation.WholeReport {
	t.Helper()
	w, _, err := wording.In(load, "en")
	require.NoError(t, err)
	item := evaluation.ReportItem{Code: "award", Article: "84(1)(d)"}
	for _, key := range slices.Sorted(maps.Keys(w.Sentences)) {
		var fill []string
		for _, name := range hole.FindAllString(w.Sentences[key], -1) {
			fill = append(fill, strings.Trim(name, "{}"), "not_conforming")
		}
		item.Statements = append(item.Statements, evaluation.Statement{
			Key: key, Fill: fill, Text: models.Text{"en": "written <b>by people</b>"},
			Evidence: []evaluation.Evidence{
				{
					What: "entry", Kind: "admission", ID: "ent_1", Version: 2, Digest: "abc", By: "per_1", For: "Lead",
					At: at,
				},
				{What: "ranking", Digest: "def", At: at},
			},
		})
	}
	return evaluation.WholeReport{
		Record: evaluation.Record{Procurement: "prc_1", Title: models.Text{"en": "Computing"}, Digest: "fed"},
		Mode:   models.ModeRehearsal, Languages: languages, AsOf: at,
		Items: []evaluation.ReportItem{item, {Code: "reviews", Article: "84(2)"}},
	}
}

func TestEveryLanguageHasAllFixedWords(t *testing.T) {
	t.Parallel()
	all, err := load()
	require.NoError(t, err)
	require.Equal(t, languages, slices.Sorted(maps.Keys(all)))
	english := all[wording.English]
	for language, w := range all {
		for name, same := range map[string][2]map[string]string{
			"titles": {english.Titles, w.Titles}, "sentences": {english.Sentences, w.Sentences},
			"values": {english.Values, w.Values},
		} {
			for key, en := range same[0] {
				require.NotEmpty(t, same[1][key], "%s of %s: %s", name, language, key)
				require.ElementsMatch(t, hole.FindAllString(en, -1), hole.FindAllString(same[1][key], -1),
					"%s of %s: %s", name, language, key)
			}
			require.Len(t, same[1], len(same[0]), "%s of %s", name, language)
		}
		for _, word := range []string{
			w.Page, w.Contents, w.Kind, w.Digest, w.AsOf, w.Rehearsal, w.English, w.None, w.Article,
			w.Evidence, w.Proof, w.By,
		} {
			require.NotEmpty(t, word, language)
		}
	}
}

func TestEachStatementHasItsEvidenceInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		d, err := Document(sample(t), language)
		require.NoError(t, err)
		text := d.Text()
		require.NotRegexp(t, hole, strings.NewReplacer("{page}", "", "{pages}", "").Replace(text), language)
		require.NotContains(t, text, "not_conforming", "%s: a code stands for its words", language)
		require.Contains(t, text, "admission ent_1 v2, SHA-256 abc")
		require.Contains(t, text, "per_1 (Lead)")
		require.Contains(t, text, "2026-03-02 09:00:00")
		w, _, err := wording.In(load, language)
		require.NoError(t, err)
		require.Equal(t, paper.Paragraph(w.None), d.Sections[1].Blocks[0], "what is not recorded is never filled in")
	}
	d, err := Document(sample(t), "el")
	require.NoError(t, err)
	require.Contains(t, d.Text(), "The fixed words of this report are in English")
}

func TestAReportIsPrintedTheSameEachTimeAndRunsNothing(t *testing.T) {
	t.Parallel()
	d, err := Document(sample(t), "tr")
	require.NoError(t, err)
	first, err := d.PDF(at)
	require.NoError(t, err)
	again, err := d.PDF(at)
	require.NoError(t, err)
	require.Equal(t, first, again)
	page, err := d.HTML()
	require.NoError(t, err)
	require.NotContains(t, string(page), "<b>")
	require.Contains(t, string(page), "&lt;b&gt;by people")
}
