package evaluation

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// A contest is several lots under evaluation, for which the same tenderers tender.
type contest struct {
	*desk

	lots []models.ID
	// tenders are those of each lot, by the tenderer.
	tendersFor []map[models.ID]models.ID
}

// newContest is lots whose quality is locked. Each maps tenderers to the score of their tender; all prices are equal.
func newContest(t *testing.T, limits models.LotLimits, lots ...map[models.ID]string) *contest {
	t.Helper()
	c := &contest{desk: newDesk(t, models.ConsensusChair)}
	criteria, _, _ := c.CriteriaFor(c.lot)
	c.Tendering.Lots = nil
	for i, scores := range lots {
		id, box := models.NewID(models.PrefixLot), c.box()
		box.ID, box.LotID = models.ID(fmt.Sprint("box_", i+1)), id
		c.lots, c.tendersFor = append(c.lots, id), append(c.tendersFor, map[models.ID]models.ID{})
		c.Tendering.Lots = append(c.Tendering.Lots, models.Lot{ID: id, Number: i + 1, Boxes: []models.Box{box}})
		c.Tendering.Awards[id] = models.LotAward{LotID: id}
		criteria.Lot = id
		c.write(models.EntryAwardCriteria, string(id), "", criteria)
		for organisation, score := range scores {
			c.lot = id
			c.tender(offer{"100.00", score})
			sent := &c.Tendering.Received[len(c.Tendering.Received)-1]
			sent.OrganisationID, sent.BoxID = organisation, box.ID
			c.Tendering.Tenderers[organisation] = models.Organisation{ID: organisation, LegalName: string(organisation)}
			c.tendersFor[i][organisation] = sent.ID
		}
	}
	c.write(models.EntryLotLimits, "", "", limits)
	return c
}

// mayAward tries the award of a lot, by its number, to a tenderer.
func (c *contest) mayAward(number int, to models.ID) error {
	c.Helper()
	e, err := Evaluate(c.Dossier, c.lots[number-1])
	require.NoError(c, err)
	return MayAward(c.Dossier, c.lots[number-1], c.tendersFor[number-1][to], e.Digest)
}

// awarded awards a lot.
func (c *contest) awarded(number int, to models.ID) {
	c.Helper()
	require.NoError(c, c.mayAward(number, to))
	c.lot = c.lots[number-1]
	c.award(c.tendersFor[number-1][to])
}

func oneEach(rule models.LotRule) models.LotLimits {
	return models.LotLimits{MostAwarded: 1, Rule: rule}
}

func TestWhoHasAsManyLotsAsItMayIsPassedOver(t *testing.T) {
	t.Parallel()
	c := newContest(t, oneEach(models.LotsInOrder),
		map[models.ID]string{"strong": "9", "solid": "8"}, map[models.ID]string{"strong": "9", "solid": "5"})
	requireRefused(t, models.CodeLotsTogether, c.mayAward(2, "solid"))
	requireRefused(t, models.CodeNoWinner, c.mayAward(1, "solid"))
	c.awarded(1, "strong")
	err := c.mayAward(2, "strong")
	requireRefused(t, models.CodeNoWinner, err)
	r, _ := models.RefusalOf(err)
	require.Contains(t, r.Detail, "the lot goes to the tender of solid: strong was awarded lot 1, and one tenderer is "+
		"awarded at most 1; the lots come in the order of their numbers")
	c.awarded(2, "solid")

	lot, _ := c.Tendering.Lot(c.lots[1])
	letters, err := ComposeLetters(c.Dossier, lot, now, timelimit.Standstill{})
	require.NoError(t, err)
	for _, l := range letters {
		require.Equal(t, l.Recipient == "solid", l.Won)
		require.Equal(t, l.Recipient == "strong", l.LimitedFor != "", "who ranks first is told why it did not win")
	}
	ranked, err := Evaluate(c.Dossier, lot.ID)
	require.NoError(t, err)
	ranked, err = ranked.Among(c.Dossier)
	require.NoError(t, err)
	require.Equal(t, c.tendersFor[1]["solid"], ranked.Award.Tender)
	require.Contains(t, ranked.Award.Because, "strong was awarded lot 1")
}

func TestTheLotWithTheLargestAdvantageIsAwardedFirst(t *testing.T) {
	t.Parallel()
	c := newContest(t, oneEach(models.LotsByAdvantage),
		map[models.ID]string{"strong": "9", "solid": "8"}, map[models.ID]string{"strong": "9", "solid": "5"})
	err := c.mayAward(1, "solid")
	requireRefused(t, models.CodeLotsTogether, err)
	r, _ := models.RefusalOf(err)
	require.Contains(t, r.Detail, "furthest ahead of the next")
	c.awarded(2, "strong")
	c.awarded(1, "solid")
}

func TestWhoTenderedForNoMoreLotsThanItMayWinsWhateverBecomesOfOthers(t *testing.T) {
	t.Parallel()
	c := newContest(t, oneEach(models.LotsByTotal),
		map[models.ID]string{"strong": "9"}, map[models.ID]string{"other": "9", "strong": "4"})
	c.Tendering.Lots[0].Boxes[0].QualityLockedAt = nil // lot 1 is not ranked
	c.awarded(2, "other")
}

func TestAnAwardWaitsForLotsThatAreNotThatFar(t *testing.T) {
	t.Parallel()
	tenders := map[models.ID]string{"strong": "9", "solid": "5"}
	c := newContest(t, oneEach(models.LotsByTotal), tenders, tenders)
	c.Tendering.Lots[1].Boxes[0].QualityLockedAt = nil
	requireRefused(t, models.CodeLotsTogether, c.mayAward(1, "strong"))
	opened := c.Tendering.Lots[1].Boxes[0].UnsealedAt
	c.Tendering.Lots[1].Boxes[0].UnsealedAt = nil
	err := c.mayAward(1, "strong")
	requireRefused(t, models.CodeLotsTogether, err)
	r, _ := models.RefusalOf(err)
	require.Equal(t, "the tenders for lot 2 are not opened, so it is not known who tenders for it", r.Detail)
	c.Tendering.Lots[1].Boxes[0].ClosedAt, c.Tendering.Lots[1].Boxes[0].UnsealedAt = nil, opened
	requireRefused(t, models.CodeLotsTogether, c.mayAward(1, "strong"))
	c.Tendering.Lots[1].EndedAt = &now
	require.NoError(t, c.mayAward(1, "strong"), "a lot that has ended counts no more")
}

func TestAnEarlierLotDoesNotWaitForALaterOne(t *testing.T) {
	t.Parallel()
	tenders := map[models.ID]string{"strong": "9", "solid": "5"}
	c := newContest(t, oneEach(models.LotsInOrder), tenders, tenders)
	c.Tendering.Lots[1].Boxes[0].QualityLockedAt = nil
	require.NoError(t, c.mayAward(1, "strong"))
}

func TestALotForWhichNobodyIsLeftIsNotAwarded(t *testing.T) {
	t.Parallel()
	alone := map[models.ID]string{"strong": "9"}
	c := newContest(t, oneEach(models.LotsInOrder), alone, alone)
	c.awarded(1, "strong")
	requireRefused(t, models.CodeNoWinner, c.mayAward(2, "strong"))
}

func TestATieOfThoseWhoMayStillBeAwardedALotIsNoWinner(t *testing.T) {
	t.Parallel()
	tied := map[models.ID]string{"a": "9", "b": "9"}
	c := newContest(t, oneEach(models.LotsInOrder), tied, map[models.ID]string{"a": "9", "b": "8"})
	requireRefused(t, models.CodeNoWinner, c.mayAward(1, "a"))
	requireRefused(t, models.CodeLotsTogether, c.mayAward(2, "a"))
	c.Tendering.Lots[0].EndedAt = &now
	require.NoError(t, c.mayAward(2, "a"))
}

func TestWhoLeftALotOutIsNotAwardedAnyWhereAllAreAskedFor(t *testing.T) {
	t.Parallel()
	c := newContest(t, models.LotLimits{AllLots: true},
		map[models.ID]string{"whole": "8", "part": "9"}, map[models.ID]string{"whole": "8"})
	requireRefused(t, models.CodeLotsTogether, c.mayAward(1, "part"))
	c.lot = c.lots[0]
	for n, sent := range c.tenders {
		if sent.LotID == c.lots[0] && sent.ID == c.tendersFor[0]["part"] {
			c.exclude(n, -time.Minute)
		}
	}
	require.NoError(t, c.mayAward(1, "whole"))
}

func TestLimitsThatAreNoneAmongTheLotsAreNotPublished(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits models.LotLimits
		code   models.Code
	}{
		"one lot to tender for, of one": {models.LotLimits{MostTendered: 1}, models.CodeLotLimitsUnfit},
		"one lot to win, of one":        {oneEach(models.LotsInOrder), models.CodeLotLimitsUnfit},
		"all lots of one":               {models.LotLimits{AllLots: true}, models.CodeLotLimitsUnfit},
	} {
		d := newPublication(t)
		d.write(models.EntryLotLimits, "", "", c.limits)
		faults := Unready(d.Dossier, d.Tendering.Lots)
		require.Len(t, faults, 1, name)
		require.Equal(t, c.code, faults[0].Code, name)
	}
}

func TestARuleThatComparesPointsNeedsLotsInPoints(t *testing.T) {
	t.Parallel()
	c := newContest(t, oneEach(models.LotsByTotal), map[models.ID]string{"a": "9"}, map[models.ID]string{"a": "9"})
	require.Empty(t, lotLimitFaults(c.Dossier, c.Tendering.Lots))
	criteria, entry, _ := c.CriteriaFor(c.lots[1])
	ranked := func(by models.AwardMethod, total string) []*models.Refusal {
		criteria.Method, criteria.TotalPoints = by, total
		for i := range c.Entries {
			if c.Entries[i].ID == entry.ID {
				c.Entries[i].Body, _, _ = models.Canonical(criteria)
			}
		}
		return lotLimitFaults(c.Dossier, c.Tendering.Lots)
	}
	for _, method := range []models.AwardMethod{award.QualityInMoney, award.PricePerPoint} {
		faults := ranked(method, "")
		require.Len(t, faults, 1, method)
		require.Equal(t, "/lots/2/award_criteria", faults[0].Field)
	}
	require.Empty(t, ranked(award.MinMax, "100.0"))
	faults := ranked(award.MinMax, "1000")
	require.Len(t, faults, 1)
	require.Equal(t, "/lots/2/award_criteria/total_points", faults[0].Field)
}

func TestTheNoticeSaysTheLimits(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	require.Nil(t, ComposeContractNotice(d.Dossier, d.Tendering.Lots).LotLimits)
	d.write(models.EntryLotLimits, "", "", oneEach(models.LotsInOrder))
	require.Equal(t, oneEach(models.LotsInOrder), *ComposeContractNotice(d.Dossier, d.Tendering.Lots).LotLimits)
}
