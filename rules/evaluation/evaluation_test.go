package evaluation

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

func TestTheRecordBecomesARankingThatExplainsItself(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	first, second := e.Ranking.Places[0], e.Ranking.Places[1]
	require.Equal(t, d.tenders[1].ID, first.Tender)
	require.Equal(t, "82.00", first.Total.String(), "60 × 7/10 + 40 × 80/80")
	require.Equal(t, "80.00", second.Total.String(), "60 × 8/10 + 40 × 80/100")
	for _, line := range first.Lines {
		require.NotEmpty(t, line.How)
	}
	again, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.Equal(t, e.Digest, again.Digest)
}

func TestTheMeanCountsThePanelOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusMean, offer{"100.00", "8"}, offer{"100.00", "5"})
	stranger := models.NewID(models.PrefixPerson)
	d.Tendering.Sheets[0].Scores = scores("9")
	d.Tendering.Sheets = append(d.Tendering.Sheets,
		models.ScoreSheet{TenderID: d.tenders[0].ID, PersonID: stranger, Scores: scores("0")})
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.Equal(t, "51.00", lineOf(t, e, d.tenders[0].ID, "energy").Points.String(), "60 × (8 + 9) / 2 / 10")

	d.write(models.EntryConflictDeclaration, "", d.evaluators[0],
		models.ConflictDeclaration{Lot: d.lot, Conflict: true, Statement: "a share"})
	e, err = Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.Equal(t, "48.00", lineOf(t, e, d.tenders[0].ID, "energy").Points.String(),
		"the scores of who has a conflict do not count")
}

// Case from the fact sheet, §5.1: taking a tender away turns the order of two others.
func TestALateExclusionNamesThePairsItTurned(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "9"}, offer{"80.00", "8"}, offer{"40.00", "1"})
	before, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.Equal(t, d.tenders[0].ID, before.Ranking.Places[0].Tender, "54 + 16 against 48 + 20 and 6 + 40")
	d.exclude(2, time.Minute)
	after, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.Equal(t, d.tenders[1].ID, after.Ranking.Places[0].Tender, "48 + 40 against 54 + 32")
	require.Equal(t, []models.ID{d.tenders[2].ID}, after.LateExclusions)
	require.Len(t, after.Reversals, 1)
	require.Equal(t, d.tenders[1].ID, after.Reversals[0].Ahead)

	early := newDesk(t, models.ConsensusChair, offer{"100.00", "9"}, offer{"80.00", "8"}, offer{"40.00", "1"})
	early.exclude(2, -time.Minute)
	e, err := Evaluate(early.Dossier, early.lot)
	require.NoError(t, err)
	require.Empty(t, e.LateExclusions, "it was out before prices were known")
}

// A tender whose price nobody could read never stood in a ranking: taking it out turns nothing.
func TestALateExclusionOfATenderWithoutAPriceTurnsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"40.00", "1"}, offer{"100.00", "9"}, offer{"80.00", "8"},
		offer{"90.00", "1"})
	d.Tendering.Openings = d.Tendering.Openings[1:]
	_, err := Evaluate(d.Dossier, d.lot)
	requireRefused(t, models.CodePriceMissing, err)
	d.exclude(0, time.Minute)
	d.exclude(3, time.Minute)
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.Equal(t, []models.ID{d.tenders[3].ID}, e.LateExclusions)
	require.Empty(t, e.Reversals)
}

func TestThereIsNoRankingWhileSomethingIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*desk)
		code  models.Code
	}{
		"quality is open":          {func(d *desk) { d.lockedAt(nil) }, models.CodeQualityOpen},
		"a tender was not checked": {func(d *desk) { d.drop(models.EntryAdmission) }, models.CodeAdmissionMissing},
		"no consensus":             {func(d *desk) { d.drop(models.EntryConsensus) }, models.CodeScoresMissing},
		"no criteria":              {func(d *desk) { d.drop(models.EntryAwardCriteria) }, models.CodeCriteriaMissing},
		"a price is not read": {
			func(d *desk) { d.Tendering.Openings = d.Tendering.Openings[1:] },
			models.CodePriceMissing,
		},
		"what was in the envelope is no price": {
			func(d *desk) { d.Tendering.Openings[0].Price = nil }, models.CodePriceMissing,
		},
		"a price in dollars": {
			func(d *desk) { d.Tendering.Openings[0].Price.Currency = "USD" }, models.CodePriceMissing,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
			c.spoil(d)
			_, err := Evaluate(d.Dossier, d.lot)
			requireRefused(t, c.code, err)
		})
	}
}

func (d *desk) drop(kind models.EntryKind) {
	for i := range d.Entries {
		if d.Entries[i].Kind == kind {
			d.Entries[i].WithdrawnAt = &now
		}
	}
}

func TestALotIsAwardedToTheOneThatRanksFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"30.00", "2"})
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	winner, loser := e.Ranking.Places[0].Tender, e.Ranking.Places[1].Tender
	err = MayAward(d.Dossier, d.lot, winner, strings.Repeat("0", 64))
	requireRefused(t, models.CodeRankingChanged, err)
	err = MayAward(d.Dossier, d.lot, loser, e.Digest)
	requireRefused(t, models.CodeNoWinner, err)
	err = MayAward(d.Dossier, d.lot, winner, e.Digest)
	requireRefused(t, models.CodePriceUnexplained, err)

	inquiry := d.write(models.EntryPriceInquiry, string(d.tenders[1].ID), "",
		models.PriceInquiry{Tender: d.tenders[1].ID, Finding: models.FindingRejected})
	err = MayAward(d.Dossier, d.lot, winner, e.Digest)
	requireRefused(t, models.CodePriceUnexplained, err)
	d.accept(inquiry)
	err = MayAward(d.Dossier, d.lot, winner, e.Digest)
	require.NoError(t, err)

	d.Tendering.Lots[0].EndedAt = &now
	requireRefused(t, models.CodeLotEnded, MayAward(d.Dossier, d.lot, winner, e.Digest))
	d.Tendering.Lots[0].EndedAt = nil
	d.award(winner)
	requireRefused(t, models.CodeAlreadyAwarded, MayAward(d.Dossier, d.lot, winner, e.Digest))

	tied := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"100.00", "8"})
	e, err = Evaluate(tied.Dossier, tied.lot)
	require.NoError(t, err)
	err = MayAward(tied.Dossier, tied.lot, tied.tenders[0].ID, e.Digest)
	requireRefused(t, models.CodeNoWinner, err)
}

// Directive 2014/24/EU, Article 69(1): each price that looks abnormally low is explained, not only the winner's.
func TestNothingIsAwardedWhileOneLowPriceIsUnexplained(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"30.00", "8"}, offer{"31.00", "7"}, offer{"200.00", "9"})
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	for _, n := range []int{0, 1} {
		require.NotEmpty(t, e.Ranking.Places[n].AskAboutPrice)
		requireRefused(t, models.CodePriceUnexplained, MayAward(d.Dossier, d.lot, d.tenders[0].ID, e.Digest))
		tender := d.tenders[n].ID
		d.write(models.EntryPriceInquiry, string(tender), "",
			models.PriceInquiry{Tender: tender, Finding: models.FindingAccepted})
	}
	require.NoError(t, MayAward(d.Dossier, d.lot, d.tenders[0].ID, e.Digest))
}

func (d *desk) accept(inquiry models.ID) {
	for i, e := range d.Entries {
		if e.ID == inquiry {
			text, _, err := models.Canonical(models.PriceInquiry{
				Tender:  models.ID(e.Subject),
				Finding: models.FindingAccepted,
			})
			require.NoError(d, err)
			d.Entries[i].Body = text
		}
	}
}

func TestLettersTellEachTendererOfTheWinnerAndTheEarliestContract(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"}, offer{"90.00", "1"})
	d.exclude(2, -time.Minute)
	d.award(d.tenders[1].ID)
	s, err := timelimit.CountStandstill(d.Dossier, now, true)
	require.NoError(t, err)
	require.Equal(t, "2026-03-13", s.FirstDay.String(), "ten days after 2 March end with the 12th")
	slow, err := timelimit.CountStandstill(d.Dossier, now, false)
	require.NoError(t, err)
	require.Equal(t, "2026-03-18", slow.FirstDay.String(), "fifteen by other means")

	letters, err := ComposeLetters(d.Dossier, d.Tendering.Lots[0], now, s)
	require.NoError(t, err)
	require.Len(t, letters, 3)
	require.False(t, letters[0].Won)
	require.Equal(t, 2, letters[0].Rank)
	require.Equal(t, "measured", letters[0].Reasons["energy"])
	require.Equal(t, "48.00", letters[0].Lines[0].Points.String())
	require.Equal(t, "42.00", letters[0].Lines[0].Winner.String())
	require.True(t, letters[1].Won)
	require.Equal(t, 1, letters[1].Rank)
	require.Equal(t, letters[1].WinnerTotal, letters[1].Total)
	require.Equal(t, "82.00", letters[0].WinnerTotal)
	require.Equal(t, "32.00", letters[0].Lines[1].Points.String(), "40 × 80/100")
	require.Equal(t, "40.00", letters[0].Lines[1].Winner.String())
	require.Equal(t, "not_conforming", letters[2].ExcludedFor)
	require.NotEmpty(t, letters[2].ExclusionReason)
	for _, l := range letters {
		require.Equal(t, "Supplier of 80.00", l.Winner)
		require.Equal(t, "2026-03-13", l.EarliestContract)
	}
}

// What the panel wrote on one tenderer's tender is for that tenderer only.
func TestALetterGivesTheReasonsForItsOwnTender(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
	d.drop(models.EntryConsensus)
	for i, reason := range []string{"drew 3 kW", "drew 4 kW"} {
		score := []models.Score{{Criterion: "energy", Score: "8", Reason: reason}}
		d.write(models.EntryConsensus, string(d.tenders[i].ID), "", Consensus{d.tenders[i].ID, score})
	}
	d.award(d.tenders[1].ID)
	letters, err := ComposeLetters(d.Dossier, d.Tendering.Lots[0], now, timelimit.Standstill{})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"energy": "drew 3 kW"}, letters[0].Reasons)
	require.Equal(t, map[string]string{"energy": "drew 4 kW"}, letters[1].Reasons)
}

// A tender excluded by a published minimum was admitted: the letter names the minimum, there is no exclusion to quote.
func TestALetterNamesTheMinimumThatATenderMissed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "2"})
	criteria, _, _ := d.CriteriaFor(d.lot)
	criteria.Criteria[0].Minimum = "3"
	d.rewrite(models.EntryAwardCriteria, string(d.lot), criteria)
	d.check(1, models.Admission{
		Decision: models.AdmissionAdmitted,
		Reason:   models.Text{"en": "Complete after a question."},
	}, d.locked)
	d.award(d.tenders[0].ID)
	letters, err := ComposeLetters(d.Dossier, d.Tendering.Lots[0], now, timelimit.Standstill{})
	require.NoError(t, err)
	require.Equal(t, "score 2 of energy is below the minimum of 3", letters[1].ExcludedFor)
	require.Empty(t, letters[1].ExclusionReason)
	require.Zero(t, letters[1].Rank)
	require.Equal(t, map[string]string{"energy": "measured"}, letters[1].Reasons)
	require.Len(t, letters[1].Lines, 1, "the price was not compared")
	require.Equal(t, "48.00", letters[1].Lines[0].Winner.String())
}

func TestALetterGivesTheReasonsOfEveryEvaluatorWhereTheMeanCounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusMean, offer{"100.00", "8"}, offer{"80.00", "7"})
	d.Tendering.Sheets[0].Scores = []models.Score{{Criterion: "energy", Score: "9", Reason: "drew 3 kW"}}
	d.award(d.tenders[1].ID)
	letters, err := ComposeLetters(d.Dossier, d.Tendering.Lots[0], now, timelimit.Standstill{})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"energy": "8: measured\n9: drew 3 kW"}, letters[0].Reasons)
}

// Directive 2014/24/EU, Article 55(1): the grounds on which nothing is awarded are told to every tenderer.
func TestEveryTendererIsToldWhyALotEndedWithoutAward(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
	d.Tendering.Received = append(d.Tendering.Received,
		models.Tender{ID: models.NewID(models.PrefixTender), LotID: models.NewID(models.PrefixLot)})
	lot := d.Tendering.Lots[0]
	lot.EndedAt, lot.EndReason = &d.locked, "ins-fund"
	letters := ComposeEndLetters(d.Dossier, lot, "The grant was withdrawn.")
	require.Len(t, letters, 2)
	for i, l := range letters {
		require.Equal(t, d.tenders[i].ID, l.Tender)
		require.Equal(t, "ins-fund", l.EndedFor)
		require.Equal(t, "The grant was withdrawn.", l.EndReason)
		require.Equal(t, d.locked, l.DecidedAt)
		require.Equal(t, now, l.SentAt)
		require.Empty(t, l.Winner)
	}
}

// checkDeadline judges the deadline that a lot is to have, in an open procedure.
func checkDeadline(d models.Dossier, lot models.Lot) error {
	return timelimit.CheckDeadline(d, lot, models.Stage{Limit: "open/tenders"}, "/deadline",
		models.LocalTime{Local: lot.DeadlineLocal, Zone: lot.DeadlineZone})
}

func TestADeadlineIsCountedFromTodayByTheCalendarOfTheLead(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair)
	lot := models.Lot{Number: 1, DeadlineLocal: "2026-04-01T12:00", DeadlineZone: "Europe/Paris"}
	err := checkDeadline(d.Dossier, lot)
	requireRefused(t, models.CodeBelowStatutoryMinimum, err)
	refusal, _ := models.RefusalOf(err)
	require.Contains(t, refusal.Detail, "30 days", "electronic submission shortens 35 days to 30")
	require.Contains(t, refusal.Accepted, "2026-04-02")
	lot.DeadlineLocal = "2026-04-02T00:00"
	require.NoError(t, checkDeadline(d.Dossier, lot))
}

func TestCriteriaMustRankTenders(t *testing.T) {
	t.Parallel()
	text := models.Text{"en": "x"}
	whole := func() Criteria {
		return Criteria{models.AwardCriteria{
			Lot: models.NewID(models.PrefixLot), Method: "relative_to_lowest", Currency: "EUR", PriceWeight: "40",
			Digits: 2, Rounding: "half_up", TieBreak: []string{"price"}, Consensus: models.ConsensusChair,
			Criteria: []models.AwardCriterion{{ID: "energy", Title: text, Link: text, Weight: "60", Max: "10"}},
		}}
	}
	require.NoError(t, whole().Check())
	for name, c := range map[string]struct {
		spoil func(*Criteria)
		code  models.Code
	}{
		"weights of 101":        {func(c *Criteria) { c.PriceWeight = "41" }, models.CodeInvalidCriteria},
		"an exponent":           {func(c *Criteria) { c.PriceWeight = "4e1" }, models.CodeInvalidValue},
		"no scale":              {func(c *Criteria) { c.Criteria[0].Max = "0" }, models.CodeInvalidCriteria},
		"no link":               {func(c *Criteria) { c.Criteria[0].Link = nil }, models.CodeInvalidText},
		"no method":             {func(c *Criteria) { c.Method = "by_feeling" }, models.CodeInvalidCriteria},
		"a key to no criterion": {func(c *Criteria) { c.TieBreak = []string{"colour"} }, models.CodeInvalidCriteria},
		"who agrees is open":    {func(c *Criteria) { c.Consensus = "" }, models.CodeInvalidValue},
		"more digits than can be kept": {
			func(c *Criteria) { c.Ceiling = "999999999999999.999999" }, models.CodeInvalidCriteria,
		},
		"no such group": {func(c *Criteria) { c.Criteria[0].Group = "use" }, models.CodeInvalidCriteria},
		"a group of another weight": {func(c *Criteria) {
			c.Criteria[0].Group = "use"
			c.Groups = []models.CriterionGroup{{ID: "use", Title: text, Weight: "59.99"}}
		}, models.CodeInvalidCriteria},
		"weights of another total": {func(c *Criteria) { c.TotalPoints = "1000" }, models.CodeInvalidCriteria},
		"a cost without data": {func(c *Criteria) {
			c.Costs = &models.CostModel{Items: []models.CostItem{
				{ID: "days", Title: text, For: models.CostOfTime, Rate: "100"},
			}}
		}, models.CodeInvalidText},
		"an externality without a method": {func(c *Criteria) {
			c.Costs = &models.CostModel{Items: []models.CostItem{
				{ID: "co2", Title: text, Data: text, For: models.CostExternal, Rate: "100"},
			}}
		}, models.CodeInvalidText},
		"lots that are drawn first": {
			func(c *Criteria) { c.TieBreak = []string{"draw", "price"} }, models.CodeInvalidCriteria,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			criteria := whole()
			c.spoil(&criteria)
			requireRefused(t, c.code, criteria.Check())
		})
	}
}

// Directive 2014/24/EU, Article 69(1) and (3).
func TestNobodyIsExcludedForALowPriceUnasked(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "9"}, offer{"40.00", "1"})
	low := d.tenders[1].ID
	exclusion := models.Admission{
		Tender: low, Decision: models.AdmissionExcluded, Code: models.ExcludedAbnormallyLow,
		Reason: models.Text{"en": "The price is far below the others."},
	}
	may := func() error { return exclusion.CheckAgainst(d.Dossier, models.Entry{}) }
	requireRefused(t, models.CodePriceUnexplained, may())
	inquiry := models.PriceInquiry{Tender: low, Question: models.Text{"en": "How?"}}
	d.write(models.EntryPriceInquiry, string(low), "", inquiry)
	requireRefused(t, models.CodePriceUnexplained, may())
	inquiry.Answer, inquiry.Finding = "We have our own wind mill.", models.FindingAccepted
	d.rewrite(models.EntryPriceInquiry, string(low), inquiry)
	requireRefused(t, models.CodePriceUnexplained, may())
	inquiry.Finding, inquiry.Reason = models.FindingRejected, models.Text{"en": "It does not turn."}
	d.rewrite(models.EntryPriceInquiry, string(low), inquiry)
	require.NoError(t, may())
}

// Nobody says of a tender that it has no price while its price is sealed, or after it was found.
func TestAPriceIsMissingOnceItsEnvelopeWasOpenedAndHoldsNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "9"}, offer{"40.00", "1"})
	exclusion := models.Admission{
		Tender: d.tenders[1].ID, Decision: models.AdmissionExcluded, Code: "price_missing",
		Reason: models.Text{"en": "There is no price."},
	}
	may := func() error { return exclusion.CheckAgainst(d.Dossier, models.Entry{}) }
	requireRefused(t, models.CodeInvalidValue, may())
	found := d.Tendering.Openings
	d.Tendering.Openings = found[:1]
	requireRefused(t, models.CodeInvalidValue, may())
	d.Tendering.Openings = []models.Opening{found[0], {TenderID: d.tenders[1].ID, N: 2, Readable: true}}
	require.NoError(t, may())
	d.Tendering.Openings[1].Price = &models.Money{Amount: "40.00", Currency: "USD"}
	require.NoError(t, may(), "a price in another currency is none")
}
