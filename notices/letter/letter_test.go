package letter

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/wording"
)

var (
	at        = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	languages = []string{"de", "en", "es", "fr", "it", "tr"}
)

func in(en string) models.Text {
	t := models.Text{}
	for _, l := range languages {
		t[l] = en + " (" + l + ")"
	}
	return t
}

func head(language string) evaluation.Letter {
	return evaluation.Letter{
		Language: language, Languages: languages, Mode: models.ModeRehearsal, Called: in("Supercomputers"),
		Buyers: []string{"Lead", "Other"}, Address: "1 Quay, Nantes", Law: "FR", Procurement: "prc_1",
		Lot: "lot_1", LotNumber: 1,
		Title: in("Nodes"), Tender: "tnd_1", Recipient: "Loser & Söhne", DecidedAt: at, SentAt: at,
	}
}

// lost is the letter about a tender that ranks second.
func lost(language string) evaluation.Letter {
	l := head(language)
	until := at.AddDate(0, 0, 11)
	l.Winner, l.Rank, l.Total, l.WinnerTotal, l.Consensus = "Winner", 2, "80.00", "82.00", models.ConsensusMean
	l.Method, l.EarliestContract, l.Standstill = []string{"Price: 40 points"}, "2026-03-13", "10 days"
	l.StandstillUntil = &until
	l.Price = &models.Money{Amount: "100.00", Currency: "EUR"}
	l.WinnerPrice = &models.Money{Amount: "120.00", Currency: "EUR"}
	l.Lines = []evaluation.Comparison{{
		Criterion: "energy", Points: decimal.MustParse("48.00"), Winner: decimal.MustParse("52.00"), How: "60 × 8 / 10",
		Title: in("Energy"), Weight: "60", Max: "10", Score: "(7 + 9) / 2", Reason: "7: draws more\n9: measured",
		WinnerReason: "cooled by water", Withheld: true,
	}, {
		Criterion: award.PriceLine, Points: decimal.MustParse("32.00"), Winner: decimal.MustParse("30.00"),
		How: "40 × 80 / 100", Weight: "40",
	}}
	return l
}

// letters are letters of every kind, with everything that each can say.
func letters(language string) map[string]evaluation.Letter {
	all := map[string]evaluation.Letter{"lost": lost(language)}
	change := func(name string, how func(*evaluation.Letter)) {
		l := lost(language)
		how(&l)
		all[name] = l
	}
	change("won", func(l *evaluation.Letter) { l.Won, l.Rank = true, 1 })
	change("won too", func(l *evaluation.Letter) { l.Won = true })
	change("limited", func(l *evaluation.Letter) { l.LimitedFor = "one lot" })
	change("withheld", func(l *evaluation.Letter) { l.Lines[0].WinnerReason = "" })
	change("awaits", func(l *evaluation.Letter) { l.EarliestContract, l.StandstillUntil, l.Law = "", nil, "" })
	costs := func(l *evaluation.Letter) {
		l.Cost, l.WinnerCost = "340", "300.5"
		l.Costs = []evaluation.CostComparison{{
			Cost: "power", Title: in("Power"), Amount: "240", How: "100 × 0.3 × 8 years", WinnerAmount: "180.5",
			WinnerHow: "100 × 0.3 × (1 / 1.03 + … + 1 / 1.03^8)",
		}}
	}
	change("costs", costs)
	for name, tie := range map[string]evaluation.TieDecision{
		"price":   {By: "price", Own: "100.00", Winner: "90.00"},
		"quality": {By: "quality", Own: "40.00", Winner: "48.00"},
		"score":   {By: "draw", Title: in("Drawing"), Own: "100/3", Winner: "34"},
		"drawn":   {By: "draw", DrawnAt: &at}, "draw": {By: "draw"},
	} {
		change("tie by "+name, func(l *evaluation.Letter) { l.Tie = &tie })
	}
	change("tie by price alone", func(l *evaluation.Letter) {
		costs(l)
		l.Tie = &evaluation.TieDecision{By: "price", Own: "100.00", Winner: "90.00"}
	})
	change("equal", func(l *evaluation.Letter) { l.Lines[0].Points = l.Lines[0].Winner })
	out := func(l *evaluation.Letter) { l.Rank, l.Total = 0, "" }
	for _, bound := range []award.Bound{
		award.BoundCriterion, award.BoundGroup, award.BoundQuality, award.BoundBest, award.BoundCeiling,
	} {
		change("short of "+string(bound), func(l *evaluation.Letter) {
			out(l)
			l.ExcludedFor = "score 2 of energy is below the minimum of 3"
			l.Shortfall = &evaluation.Shortfall{Bound: bound, Of: in("Energy"), Reached: "2", Needed: "3"}
		})
	}
	change("out of the best", func(l *evaluation.Letter) {
		out(l)
		l.Shortfall = &evaluation.Shortfall{Bound: award.BoundBest, Reached: "2", Needed: "3", PriceOpened: true}
	})
	for _, code := range models.ExclusionCodes() {
		change("excluded: "+string(code), func(l *evaluation.Letter) {
			out(l)
			l.Lines, l.Method, l.ExcludedFor, l.ExclusionReason = nil, nil, string(code), in("It says no price")
			l.LowPrice, l.FailedTests = in("Not explained"), map[string]string{"boot": "did not"}
			for _, ground := range models.ExclusionGrounds() {
				l.Grounds = append(l.Grounds, models.ExclusionFinding{
					Ground: ground, Evidence: "a judgment", On: "2025-01-01", Measures: models.MeasuresInsufficient,
					Reason: "too late",
				})
			}
			l.Grounds[0].Measures, l.Grounds[1].Measures = models.MeasuresSufficient, models.MeasuresNone
		})
	}
	change("reduced", func(l *evaluation.Letter) {
		out(l)
		l.Lines, l.Method, l.NotInvited = nil, nil, []string{"fewer points"}
	})
	for _, code := range models.NonAwardCodes() {
		l := head(language)
		l.EndedFor, l.EndReason = string(code), "The grant was withdrawn."
		all["ended: "+string(code)] = l
	}
	for _, ground := range models.SealedGrounds() {
		l := all["ended: other"]
		l.Unopened = evaluation.UnopenedWhole
		l.LeftSealed = &evaluation.NotOpening{Ground: ground, Needed: 2, Released: 1}
		all["left sealed: "+string(ground)] = l
	}
	price := all["ended: all-rej"]
	price.Unopened, price.ExcludedFor, price.ExclusionReason = evaluation.UnopenedPrice, "unreadable", in("Not opened")
	all["ended with an exclusion"] = price
	invited, refused, told, ended := head(language), head(language), head(language), head(language)
	invited.TalksOver, invited.Invitation = true, &evaluation.Invitation{
		Stage: "final", Deadline: at, DeadlineLocal: "2026-04-01T12:00", DeadlineZone: "Europe/Paris", Notice: "a",
		Criteria: "b", Languages: languages, SendTo: "https://example.org/tenders",
		Documents: []evaluation.InvitingDocument{
			{Title: in("Draft contract"), Address: "https://example.org", Digest: "c"},
		},
	}
	refused.NotInvited, told.Information = []string{"references: too small"}, in("News for all")
	found := head(language)
	found.Findings = []evaluation.Finding{
		{Title: in("References"), Met: true, Reason: "three systems"}, {Title: in("Turnover"), Reason: "too small"},
	}
	points := lost(language)
	points.Winner, points.WinnerTotal, points.Rank, points.Total, points.Method = "", "", 0, "", nil
	points.Price, points.WinnerPrice = nil, nil
	points.NotInvited = []string{"10 points (by the rule); the last candidate who is invited has 20"}
	points.Shortfall = &evaluation.Shortfall{Bound: evaluation.BoundShortlist, Reached: "10", Needed: "20"}
	all["not invited: findings"], all["not invited: points"] = found, points
	moved := invited
	moved.MovedFor = "an outage"
	ended.PhaseEnded = &evaluation.PhaseEnded{
		Title: in("Prototype"), Outcome: models.PhaseContinues, GoesOn: true, Attained: true, Findings: "it runs",
	}
	all["invited"], all["moved"], all["not invited"], all["information"] = invited, moved, refused, told
	all["phase goes on"] = ended
	for _, outcome := range []models.PhaseOutcome{models.PhasePurchases, models.PhaseStops} {
		over := ended
		over.PhaseEnded = &evaluation.PhaseEnded{Title: in("Prototype"), Outcome: outcome}
		all["phase: "+string(outcome)] = over
	}
	return all
}

func everythingIn(t models.LetterText) string {
	var s strings.Builder
	line := func(all ...string) { s.WriteString(strings.Join(all, "\n") + "\n") }
	line(t.Title, t.Warning)
	line(t.Under...)
	for _, p := range t.Parts {
		line(p.Title)
		line(p.Paragraphs...)
		for _, f := range p.Facts {
			line(f.Name, f.Value)
		}
		if p.Table != nil {
			line(append([]string{p.Table.Caption}, p.Table.Head...)...)
			for _, row := range p.Table.Rows {
				line(row...)
			}
		}
		line(p.List...)
	}
	return s.String()
}

func said(t *testing.T, l evaluation.Letter) string {
	t.Helper()
	text, err := Text(l)
	require.NoError(t, err)
	return everythingIn(text)
}

func TestEveryLanguageHasAllFixedWords(t *testing.T) {
	t.Parallel()
	all, err := load()
	require.NoError(t, err)
	require.Equal(t, languages, slices.Sorted(maps.Keys(all)))
	hole := regexp.MustCompile(`\{\w+\}`)
	for language, w := range all {
		for name, same := range map[string][2]map[string]string{
			"titles": {all[wording.English].Titles, w.Titles}, "sections": {all[wording.English].Sections, w.Sections},
			"names": {all[wording.English].Names, w.Names}, "values": {all[wording.English].Values, w.Values},
			"sentences": {all[wording.English].Sentences, w.Sentences},
		} {
			for key, english := range same[0] {
				own := same[1][key]
				require.NotEmpty(t, own, "%s of %s: %s", name, language, key)
				require.ElementsMatch(t, hole.FindAllString(english, -1), hole.FindAllString(own, -1),
					"%s of %s: %s", name, language, key)
			}
			require.Len(t, same[1], len(same[0]), "%s of %s", name, language)
		}
		require.NotEmpty(t, w.Page)
		require.NotEmpty(t, w.Contents)
	}
}

// No letter has an empty title or sentence, a place that was not filled, or a code in place of a word.
func TestNothingIsLeftUnsaidInAnyLanguage(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		for name, l := range letters(language) {
			text, err := Text(l)
			require.NoError(t, err)
			whole := everythingIn(text)
			require.NotRegexp(t, `\{\w+\}`, whole, "%s: %s", language, name)
			require.NotRegexp(t, `exg-|exclusion_ground|not_conforming|none_claimed|ins-fund|tch-pr`, whole, language)
			require.NotEmpty(t, text.Title, "%s: %s", language, name)
			require.NotEmpty(t, text.Warning)
			for _, p := range text.Parts {
				require.NotEmpty(t, p.Title, "%s: %s", language, name)
				require.NotContains(t, p.Paragraphs, "", "%s: %s, %s", language, name, p.Title)
				require.False(t, len(p.Paragraphs)+len(p.Facts)+len(p.List) == 0 && p.Table == nil,
					"%s: %s, %s is empty", language, name, p.Title)
			}
			if language != wording.English {
				require.NotContains(t, whole, "(en)", "%s: %s", language, name)
			}
		}
	}
}

// Directive 2014/24/EU, Article 55(2); Directive 89/665/EEC, Article 2a(2).
func TestALoserReadsWhyItLost(t *testing.T) {
	t.Parallel()
	whole := said(t, lost("en"))
	for _, words := range []string{
		"Lot 1: Nodes (en) was awarded to Winner.",
		"It ranks 2, with a total of 80.00. The total of the successful tender is 82.00.",
		"The successful tender has more points than yours under: Energy (en).",
		"Your tender has more points under: Price.", "Price of the successful tender\n120.00 EUR",
		"(7 + 9) / 2 of 10", "7: draws more\n9: measured", "The score is the exact mean",
		"cooled by water\nOther reasons are withheld", "Price: 40 points",
		"A contract can be concluded on 2026-03-13 at the earliest.", "2026-03-13 09:00:00", "10 days",
		"You may ask for a review of this decision.", "the law that applies (the law of France)",
	} {
		require.Contains(t, whole, words)
	}
	named := lost("en")
	named.Review = &models.ReviewBody{
		Name: "Tribunal", Address: models.Address{Street: "1 Court", Town: "Nantes"},
		Deadlines: in("Eleven days from this letter."),
	}
	whole = said(t, named)
	require.Contains(t, whole, "The review body is Tribunal: 1 Court, Nantes.\nEleven days from this letter. (en)")
	require.NotContains(t, whole, "does not name the body")
	chair := lost("en")
	chair.Consensus, chair.Lines[0].Reason = models.ConsensusChair, ""
	whole = said(t, chair)
	require.NotContains(t, whole, "exact mean")
	require.Contains(t, whole, "No reason was recorded.")
	won := lost("en")
	won.Won, won.Rank = true, 1
	whole = said(t, won)
	require.Contains(t, whole, "Your tender was selected.")
	require.NotContains(t, whole, "cooled by water")
	require.NotContains(t, whole, "52.00", "there is nobody to compare with")
	require.NotContains(t, whole, "120.00")
}

func TestWhoIsOutReadsWhichBoundItMissed(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]string{
		"criterion": "Under “Energy (en)” your tender has the score 2. The announced minimum is 3.",
		"group":     "Under “Energy (en)” your tender has 2 points in all. The announced minimum is 3.",
		"quality":   "Your tender has 2 for quality in total. The announced minimum is 3.",
		"best":      "Yours has 2 for quality and is not among them. Its price stays unopened.",
		"ceiling":   "Your price of 2 is above the announced ceiling of 3.",
	} {
		whole := said(t, letters("en")["short of "+name])
		require.Contains(t, whole, words)
		require.Contains(t, whole, "7: draws more", "the reasons for its scores are told, too")
		require.NotContains(t, whole, "score 2 of energy", "it is said in words")
	}
	opened := said(t, letters("en")["out of the best"])
	require.Contains(t, opened, "its price was opened. It now has 2 for quality and is not among them any more.")
	require.NotContains(t, opened, "unopened")
	excluded := said(t, letters("fr")["excluded: exclusion_ground"])
	require.Contains(t, excluded, "Un motif d’exclusion s’applique à vous")
	require.Contains(t, excluded, "It says no price (fr)")
	require.Contains(t, excluded, "Corruption\nPreuve\na judgment")
}

func TestATendererReadsThatItsTenderStaysSealedAndWhyAndHowToHaveThatReviewed(t *testing.T) {
	t.Parallel()
	withheld := said(t, letters("en")["left sealed: openers_withhold"])
	require.Contains(t, withheld, "What you handed in was not opened. It stays sealed")
	require.Contains(t, withheld, "2 openers open together what was handed in. It was released by 1. The others could")
	require.Contains(t, withheld, "You may ask for a review of this decision.")
	lost := said(t, letters("de")["left sealed: openers_lost"])
	require.Contains(t, lost, "Von den anderen können zu wenige noch freigeben.")
	unreadable := said(t, letters("fr")["ended with an exclusion"])
	require.Contains(t, unreadable, "Le prix que vous avez remis n'a pas été ouvert.")
	require.Contains(t, unreadable, "Pourquoi votre offre avait été exclue")
}

func TestACandidateReadsWhatWasFoundOfIt(t *testing.T) {
	t.Parallel()
	found := said(t, letters("de")["not invited: findings"])
	require.Contains(t, found, "References (de)\nErfüllt. three systems")
	require.Contains(t, found, "Turnover (de)\nNicht erfüllt. too small")
	points := said(t, letters("es")["not invited: points"])
	require.Contains(t, points, "Usted tiene 10; el último de ellos tiene 20.")
	require.NotContains(t, points, "by the rule", "it is said in Spanish")
	require.Contains(t, points, "7: draws more")
	require.NotContains(t, points, "Oferta adjudicataria", "nobody has won yet")
}

func TestALanguageWithoutFixedWordsSaysSo(t *testing.T) {
	t.Parallel()
	l := lost("el")
	require.Contains(t, said(t, l), "The fixed words of this letter are in English")
	l.Language = "de-AT"
	require.NotContains(t, said(t, l), "in English")
	d, err := Document(l, "digest")
	require.NoError(t, err)
	require.Equal(t, "de-AT", d.Language)
}

// A letter of an earlier release has neither language nor words; it is put into English when it is read.
func TestALetterOfAnEarlierReleaseIsStillRead(t *testing.T) {
	t.Parallel()
	former := evaluation.Letter{
		Procurement: "prc_1", Lot: "lot_1", LotNumber: 1, Title: models.Text{"fr": "Nœuds"}, Recipient: "Loser",
		Winner: "Winner", DecidedAt: at, SentAt: at, Rank: 2, Total: "80.00", WinnerTotal: "82.00",
		Reasons: map[string]string{"energy": "measured"}, EarliestContract: "2026-03-13",
		Lines: []evaluation.Comparison{{Criterion: "energy", How: "60 × 8 / 10"}},
	}
	d, err := Document(former, "digest")
	require.NoError(t, err)
	require.Equal(t, "en", d.Language)
	for _, words := range []string{"Nœuds", "measured", "energy", "digest"} {
		require.Contains(t, d.Text(), words)
	}
	require.NotContains(t, d.Text(), "From:")
}

// What a letter says is what it said when it was sent, whatever the words of the program are now.
func TestALetterKeepsTheWordsWithWhichItWasSent(t *testing.T) {
	t.Parallel()
	l := lost("tr")
	l.Text = &models.LetterText{
		Title: "As it was", Parts: []models.LetterPart{{Title: "Then", Paragraphs: []string{"said so"}}},
	}
	d, err := Document(l, "digest")
	require.NoError(t, err)
	require.Equal(t, "As it was", d.Title)
	require.Len(t, d.Sections, 1)
}

func TestALetterIsPrintedTheSameEachTime(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		var first []byte
		for range 3 {
			d, err := Document(lost(language), strings.Repeat("a", 64))
			require.NoError(t, err)
			lacking, err := d.Unprintable()
			require.NoError(t, err)
			require.Empty(t, lacking, language)
			printed, err := d.PDF(at)
			require.NoError(t, err)
			if first == nil {
				first = printed
			}
			require.Equal(t, first, printed, language)
		}
	}
}

// What people write is text, never markup.
func TestWhatIsWrittenInALetterIsShownAsItIs(t *testing.T) {
	t.Parallel()
	const attack = `<script>alert("x")</script>`
	l := lost("en")
	l.Recipient, l.Winner, l.Lines[0].Reason, l.Lines[0].Title = attack, attack, attack, models.Text{"en": attack}
	d, err := Document(l, attack)
	require.NoError(t, err)
	page, err := d.HTML()
	require.NoError(t, err)
	require.NotContains(t, string(page), "<script")
	require.Contains(t, string(page), "&lt;script&gt;")
}
