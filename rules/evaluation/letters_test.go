package evaluation

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// letters are those on the award to the first of the ranking.
func (d *desk) letters() []Letter {
	d.Helper()
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(d, err)
	d.award(e.Ranking.Places[0].Tender)
	s, err := timelimit.CountStandstill(d.Dossier, now, true)
	require.NoError(d, err)
	letters, err := ComposeLetters(d.Dossier, d.Tendering.Lots[0], now, s)
	require.NoError(d, err)
	return letters
}

// reason writes what the panel found of a tender, as the chair or as each evaluator.
func (d *desk) reason(n int, score string, confidential bool, reasons ...string) {
	d.Helper()
	tender := d.tenders[n].ID
	given := func(why string) []models.Score {
		return []models.Score{{Criterion: "energy", Score: score, Reason: why, Confidential: confidential}}
	}
	if criteria, _, _ := d.CriteriaFor(d.lot); criteria.Consensus == models.ConsensusChair {
		i := slices.IndexFunc(d.Entries,
			func(e models.Entry) bool { return e.Kind == models.EntryConsensus && e.Subject == string(tender) })
		body, _, err := models.Canonical(Consensus{tender, given(reasons[0])})
		require.NoError(d, err)
		d.Entries[i].Body = body
		return
	}
	i := 0
	for at, sheet := range d.Tendering.Sheets {
		if sheet.TenderID == tender {
			d.Tendering.Sheets[at].Scores = given(reasons[i])
			i++
		}
	}
}

func TestALoserIsToldWhatWasFoundOfTheWinnersTender(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
	d.reason(0, "8", false, "draws 3 kW")
	d.reason(1, "7", false, "draws 4 kW")
	letters := d.letters()
	line := letters[0].Lines[0]
	require.Equal(t, "draws 3 kW", line.Reason)
	require.Equal(t, "draws 4 kW", line.WinnerReason)
	require.Equal(t, []string{"60", "10", "8"}, []string{line.Weight, line.Max, line.Score})
	require.False(t, line.Withheld)
	require.Equal(t, &models.Money{Amount: "100.00", Currency: "EUR"}, letters[0].Price)
	require.Equal(t, &models.Money{Amount: "80.00", Currency: "EUR"}, letters[0].WinnerPrice)
	require.Equal(t, models.ConsensusChair, letters[0].Consensus)
	require.NotEmpty(t, letters[0].Method)
	require.Equal(t, "FR", letters[0].Law)
	require.Equal(t, "Lead", letters[0].Buyers[0])
}

// Directive 2014/24/EU, Article 55(3).
func TestWhatTheWinnerToldInConfidenceIsWithheld(t *testing.T) {
	t.Parallel()
	for _, consensus := range []string{models.ConsensusChair, models.ConsensusMean} {
		d := newDesk(t, consensus, offer{"100.00", "8"}, offer{"80.00", "7"})
		d.reason(1, "7", true, "a secret alloy", "a secret alloy")
		letters := d.letters()
		content, _, err := models.Canonical(letters[0])
		require.NoError(t, err)
		require.NotContains(t, string(content), "alloy")
		require.True(t, letters[0].Lines[0].Withheld)
		require.Contains(t, letters[1].Reasons["energy"], "alloy", "the tenderer itself is told")
	}
}

// The estimate is the buyers' own: it is in no notice, and in no letter.
func TestALetterDoesNotTellTheBuyersEstimate(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
	criteria, _, _ := d.CriteriaFor(d.lot)
	criteria.Low = &models.LowPriceMark{Against: "estimate", Percent: "90", Estimate: "123456"}
	d.rewrite(models.EntryAwardCriteria, string(d.lot), criteria)
	content, _, err := models.Canonical(d.letters())
	require.NoError(t, err)
	require.NotContains(t, string(content), "123456")
}

// Nobody reads from a letter who gave which score, and nobody reads single scores of another's tender.
func TestUnderTheMeanTheWinnersReasonsComeWithoutScores(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusMean, offer{"100.00", "8"}, offer{"80.00", "7"})
	d.reason(1, "7", false, "well cooled", "built to last")
	letters := d.letters()
	require.Equal(t, "built to last\nwell cooled", letters[0].Lines[0].WinnerReason)
	require.Equal(t, "(8 + 8) / 2", letters[0].Lines[0].Score)
	require.Equal(t, "7: built to last\n7: well cooled", letters[1].Lines[0].Reason)
}

func TestALetterSaysWhichBoundATenderMissed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*models.AwardCriteria)
		missed Shortfall
	}{
		"a criterion": {
			func(c *models.AwardCriteria) { c.Criteria[0].Minimum = "3" },
			Shortfall{Bound: award.BoundCriterion, Of: models.Text{"en": "Energy"}, Reached: "2", Needed: "3"},
		},
		"quality": {
			func(c *models.AwardCriteria) { c.MinimumQuality = "20" },
			Shortfall{Bound: award.BoundQuality, Reached: "12.00", Needed: "20"},
		},
		"a group": {
			func(c *models.AwardCriteria) {
				c.Groups = []models.CriterionGroup{
					{ID: "use", Title: models.Text{"en": "Use"}, Weight: "60", Minimum: "20"},
				}
				c.Criteria[0].Group = "use"
			},
			Shortfall{Bound: award.BoundGroup, Of: models.Text{"en": "Use"}, Reached: "12", Needed: "20"},
		},
		"knock-out": {
			func(c *models.AwardCriteria) { c.Best = 1 },
			Shortfall{Bound: award.BoundBest, Reached: "12.00", Needed: "1", PriceOpened: true},
		},
		"a ceiling": {
			func(c *models.AwardCriteria) { c.Ceiling = "90" },
			Shortfall{Bound: award.BoundCeiling, Reached: "95.00", Needed: "90"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, models.ConsensusChair, offer{"80.00", "8"}, offer{"95.00", "2"})
			criteria, _, _ := d.CriteriaFor(d.lot)
			criteria.Criteria[0].Title = models.Text{"en": "Energy"}
			c.change(&criteria)
			d.rewrite(models.EntryAwardCriteria, string(d.lot), criteria)
			l := d.letters()[1]
			require.Equal(t, &c.missed, l.Shortfall)
			require.Zero(t, l.Rank)
			require.NotEmpty(t, l.ExcludedFor)
			require.NotContains(t, l.ExcludedFor, "48", "what another tender reached is not told")
			require.NotEmpty(t, l.Reasons)
		})
	}
}

// scored is the score that an evaluator gave a tender.
func (d *desk) scored(evaluator, tender int, score string) {
	for i := range d.Tendering.Sheets {
		if s := &d.Tendering.Sheets[i]; s.PersonID == d.evaluators[evaluator] && s.TenderID == d.tenders[tender].ID {
			s.Scores = scores(score)
		}
	}
}

// After a conflict that is declared late, or scores given anew, another can be among the best than those whose prices
// were opened: letter and report (Article 84(1)(b)) tell of each what was done with its price.
func TestLetterAndReportTellWhetherThePriceOfWhoIsNotAmongTheBestWasOpened(t *testing.T) {
	t.Parallel()
	for opened, key := range map[bool]string{true: "price_opened", false: "price_unopened"} {
		d := newDesk(t, models.ConsensusMean, offer{"100.00", "9"}, offer{"80.00", "8"}, offer{"70.00", "1"})
		d.criteria(func(c *models.AwardCriteria) { c.Best = 2 })
		d.scored(1, 1, "3")
		d.scored(1, 2, "9")
		e, err := Evaluate(d.Dossier, d.lot)
		require.NoError(t, err)
		require.True(t, e.Ranking.In(d.tenders[1].ID), "(8 + 3) / 2 against (1 + 9) / 2")
		d.declareAt(d.evaluators[0], true, time.Minute)
		if !opened {
			d.Tendering.Openings = slices.Delete(d.Tendering.Openings, 1, 2)
		}
		letters := d.letters()
		require.Nil(t, letters[2].Shortfall, "9 against 3")
		require.Equal(t, &Shortfall{
			Bound: award.BoundBest, Reached: "18.00", Needed: "2", PriceOpened: opened,
		}, letters[1].Shortfall)
		require.Equal(t, []string{"excluded", key}, keys(d.item("rejection")))
	}
}

// Where every price is opened nothing is to be told, and a tender without a price has none that was opened or not.
func TestTheReportTellsOfPricesOnlyWhereNotAllAreOpened(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "9"}, offer{"80.00", "8"})
	d.exclude(1, -time.Minute)
	require.Equal(t, []string{"excluded"}, keys(d.item("rejection")))
	d.criteria(func(c *models.AwardCriteria) { c.Best = 2 })
	require.Equal(t, []string{"excluded", "price_opened"}, keys(d.item("rejection")))
	d.Tendering.Received[1].Envelopes = d.Tendering.Received[1].Envelopes[:1]
	d.Tendering.Openings = d.Tendering.Openings[:1]
	require.Equal(t, []string{"excluded"}, keys(d.item("rejection")))
}

func TestAnExclusionIsToldWithItsGrounds(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
	ground := models.ExclusionFinding{Ground: "exg-mis-distortion", Evidence: "a ruling", Measures: models.MeasuresNone}
	d.check(1, models.Admission{
		Decision: models.AdmissionExcluded, Code: models.ExcludedOnGround, Reason: models.Text{"en": "A cartel"},
		Grounds: []models.ExclusionFinding{ground},
	}, d.locked.Add(-time.Minute))
	l := d.letters()[1]
	require.Equal(t, []models.ExclusionFinding{ground}, l.Grounds)
	require.Nil(t, l.Shortfall)
	require.Empty(t, l.Lines)
}

func TestALetterIsInTheLanguageThatTheTendererAskedFor(t *testing.T) {
	t.Parallel()
	for asked, language := range map[string]string{"es": "es", "": "fr", "de": "fr"} {
		d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
		d.Procurement.Languages = []string{"fr", "es"}
		d.Tendering.Languages = map[models.ID]string{d.tenders[0].OrganisationID: asked}
		letters := d.letters()
		require.Equal(t, language, letters[0].Language, "the procurement is in French and Spanish")
		require.Equal(t, "fr", letters[1].Language)
		if language == "es" {
			require.Contains(t, letters[0].Standstill, "días")
			require.Contains(t, letters[0].Method[0], "Precio")
		}
	}
}

// Directive 89/665/EEC, Article 2a(2): who may still challenge the award is told of it, with the reasons of then.
func TestWhoDidNotGoOnFromTheTalksIsToldOfTheAward(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
	gone := models.Tender{
		ID: models.NewID(models.PrefixTender), LotID: d.lot, BoxID: "box_0", HandsIn: models.HandedSolution,
		OrganisationID: models.NewID(models.PrefixOrganisation),
	}
	never := gone
	never.ID, never.OrganisationID = models.NewID(models.PrefixTender), models.NewID(models.PrefixOrganisation)
	never.HandsIn, never.BoxID = models.HandedRequest, "box_requests"
	d.Tendering.Received = append(d.Tendering.Received, gone, never)
	boxes := []models.Box{
		{ID: "box_requests", LotID: d.lot, HandsIn: models.HandedRequest, OpenedAt: d.locked},
		{ID: "box_0", LotID: d.lot, HandsIn: models.HandedSolution, OpenedAt: d.locked},
	}
	d.Tendering.Lots[0].Boxes = append(boxes, d.Tendering.Lots[0].Boxes...)
	told, err := json.Marshal(Letter{Tender: gone.ID, Lot: d.lot, NotInvited: []string{"fewer points"}})
	require.NoError(t, err)
	d.Tendering.Letters = []models.Letter{{TenderID: gone.ID, Kind: models.LetterSelection, Content: told}}
	letters := d.letters()
	require.Len(t, letters, 3, "a candidate who was never invited was told the reasons, and is not concerned")
	require.Equal(t, gone.ID, letters[2].Tender)
	require.Equal(t, []string{"fewer points"}, letters[2].NotInvited)
	require.NotEmpty(t, letters[2].Winner)
	require.Equal(t, letters[0].EarliestContract, letters[2].EarliestContract)
	require.Empty(t, letters[2].Lines)
}

// Directive 2014/24/EU, Articles 21(1) and 55(3): a letter never has the name, the points or the reasons of another
// tenderer who did not win.
func TestALetterTellsNothingOfAnotherLoser(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		consensus := rapid.SampledFrom([]string{models.ConsensusChair, models.ConsensusMean}).Draw(rt, "consensus")
		count := rapid.IntRange(2, 6).Draw(rt, "tenders")
		offers := make([]offer, count)
		for i := range offers {
			offers[i] = offer{
				fmt.Sprintf("%d.%02d", rapid.IntRange(900, 1100).Draw(rt, "price"), i),
				fmt.Sprintf("%d.%d", rapid.IntRange(1, 9).Draw(rt, "score"), i),
			}
		}
		d := newDesk(t, consensus, offers...)
		criteria, _, _ := d.CriteriaFor(d.lot)
		criteria.Best = rapid.SampledFrom([]int{0, 1, 2}).Draw(rt, "best")
		criteria.Low, criteria.Digits = nil, 6
		d.rewrite(models.EntryAwardCriteria, string(d.lot), criteria)
		for i, o := range offers {
			why := fmt.Sprintf("found of tender %c", 'A'+i)
			d.reason(i, o.score, false, why, why)
		}
		e, err := Evaluate(d.Dossier, d.lot)
		if err != nil || e.Ranking.Places[0].Tied {
			rt.Skip("no winner")
		}
		for n, l := range d.letters() {
			content, _, err := models.Canonical(l)
			require.NoError(rt, err)
			for other, place := range d.others(e, n) {
				require.NotContains(rt, string(content), "Supplier of "+offers[other].price)
				require.NotContains(rt, string(content), fmt.Sprintf("found of tender %c", 'A'+other))
				require.NotContains(rt, string(content), string(d.tenders[other].ID))
				require.NotContains(rt, string(content), `"`+place.Total.String()+`"`)
			}
		}
	})
}

// others are the places of all losers but the n-th tender, by their numbers. One with the total of the winner or of the
// recipient is left out.
func (d *desk) others(e Evaluation, n int) map[int]award.Place {
	own, _ := e.Ranking.Of(d.tenders[n].ID)
	winner := e.Ranking.Places[0]
	all := map[int]award.Place{}
	for i, t := range d.tenders {
		place, _ := e.Ranking.Of(t.ID)
		known := []string{own.Total.String(), winner.Total.String()}
		if i != n && t.ID != winner.Tender && !slices.Contains(known, place.Total.String()) {
			all[i] = place
		}
	}
	return all
}

func TestALoserUnderCostsIsToldTheCostsOfBothTenders(t *testing.T) {
	t.Parallel()
	d := late(t)
	for n, days := range []string{"30", "10"} {
		stated := d.days(n, days)
		d.write(models.EntryCostValues, stated.Subject(), "", stated)
	}
	told := d.letters()[0]
	require.False(t, told.Won)
	require.Equal(t, "40 × 120 / 130", told.Lines[1].How)
	require.Equal(t, []CostComparison{
		{Cost: "days", Amount: "30", How: "30 × 1", WinnerAmount: "10", WinnerHow: "10 × 1"},
	}, told.Costs)
	require.Equal(t, []string{"130", "120"}, []string{told.Cost, told.WinnerCost}, "the prices are 100 and 110")
	require.Nil(t, told.Tie)
}

func TestALoserIsToldWhatDecidedAtAnEqualTotal(t *testing.T) {
	t.Parallel()
	drawn := tied(t, "price", "draw")
	drawn.write(models.EntryTieDraw, string(drawn.lot), "", drawn.drawn())
	letters := drawn.letters()
	require.Equal(t, &TieDecision{By: "draw", DrawnAt: new(drawn.locked.Add(time.Minute).UTC())}, letters[0].Tie)
	require.Nil(t, letters[1].Tie, "it won")
	require.Nil(t, letters[2].Tie, "its total is lower")

	// 30 and 40, 45 and 25 points: both have 70.
	for key, want := range map[string]TieDecision{
		"price":   {By: "price", Own: "160.00", Winner: "100.00"},
		"quality": {By: "quality", Own: "30.00", Winner: "45.00"},
		"energy":  {By: "energy", Title: models.Text{"en": "Energy"}, Own: "30", Winner: "45"},
	} {
		d := newDesk(t, models.ConsensusChair, offer{"100.00", "5"}, offer{"160.00", "7.5"})
		d.criteria(func(c *models.AwardCriteria) { c.TieBreak, c.Criteria[0].Title = []string{key}, want.Title })
		for _, l := range d.letters() {
			if !l.Won {
				require.Equal(t, &want, l.Tie, key)
			}
		}
	}
}
