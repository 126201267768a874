package replay

import (
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// A tendering is a lot of a story with two tenders, whose quality is locked and whose prices are known. Quality counts
// 60, the price 40; the first tender is dearer and better, and the second wins.
type tendering struct {
	*story

	lot, box    models.ID
	first, next models.ID
}

// tendered tells of a lot until its prices are known.
func (s *story) tendered(consensus string) tendering {
	s.Helper()
	t := tendering{story: s, lot: models.NewID(models.PrefixLot), box: models.NewID(models.PrefixBox)}
	number := len(s.rows[Lots]) + 1
	s.good(s.anna, event.LotCreated{LotID: t.lot, Number: number})
	for person, buyer := range map[models.ID]models.ID{s.anna: s.genci, s.berta: s.bsc} {
		for _, role := range []models.Role{models.RoleOpener, models.RoleEvaluator} {
			given := s.board(person, buyer)
			given.Role = role
			s.good(person, given)
		}
	}
	s.writes(s.anna, models.EntryAwardCriteria, t.criteria(consensus), false)
	s.good(s.anna, event.ProcurementPublished{Lots: []event.PublishedLot{{
		Lot: t.lot, Number: number, Box: t.box, Deadline: s.at.AddDate(0, 0, 30), HandsIn: models.HandedTender,
		SealedFor: event.SealedFor{Entry: models.NewID(models.PrefixEntry), Version: 1, Fingerprint: "FINGERPRINT"},
	}}})
	t.first, t.next = t.received(), t.received()
	s.good("", event.LotClosed{LotID: t.lot, BoxID: t.box, Received: 2, Standing: 2})
	t.released(models.EnvelopeQuality)
	s.good(s.berta, event.LotUnsealed{LotID: t.lot, BoxID: t.box, HandsIn: models.HandedTender, Tenders: 2})
	for _, person := range []models.ID{s.anna, s.berta} {
		s.writes(person, models.EntryConflictDeclaration, models.ConflictDeclaration{Lot: t.lot}, true)
	}
	for tender, score := range map[models.ID]string{t.first: "8", t.next: "7"} {
		s.writes(s.anna, models.EntryAdmission,
			models.Admission{Tender: tender, Decision: models.AdmissionAdmitted}, false)
		for _, person := range []models.ID{s.anna, s.berta} {
			s.good(person, t.sheet(tender, score))
		}
		if consensus == models.ConsensusChair {
			s.writes(s.anna, models.EntryConsensus, evaluation.Consensus{Tender: tender, Scores: scored(score)}, true)
		}
	}
	s.good(s.anna, event.QualityLocked{LotID: t.lot})
	t.released(models.EnvelopePrice)
	for tender, price := range map[models.ID]string{t.first: "100.00", t.next: "80.00"} {
		t.opened(tender, price)
	}
	return t
}

func (t tendering) criteria(consensus string) models.AwardCriteria {
	return models.AwardCriteria{
		Lot: t.lot, Method: "relative_to_lowest", Currency: "EUR", PriceWeight: "40", Digits: 2, Rounding: "half_up",
		TieBreak: []string{"price"}, Consensus: consensus,
		Criteria: []models.AwardCriterion{{ID: "energy", Weight: "60", Max: "10"}},
	}
}

func scored(score string) []models.Score {
	return []models.Score{{Criterion: "energy", Score: score, Reason: "measured"}}
}

// received puts a tender into the box.
func (t tendering) received() models.ID {
	x := models.Tender{
		ID: models.NewID(models.PrefixTender), LotID: t.lot, BoxID: t.box, HandsIn: models.HandedTender,
		OrganisationID: models.NewID(models.PrefixOrganisation),
		Envelopes:      []models.Envelope{{N: 1, Kind: models.EnvelopePrice}},
	}
	t.contents.Received = append(t.contents.Received, x)
	return x.ID
}

func (t tendering) sheet(tender models.ID, score string) event.SheetWritten {
	return event.SheetWritten{TenderID: tender, Version: 1, Scores: t.withheld(scored(score))}
}

// released has openers of two buyers release the envelopes of a kind.
func (t tendering) released(kind models.EnvelopeKind) {
	for person, buyer := range map[models.ID]models.ID{t.anna: t.genci, t.berta: t.bsc} {
		t.good(person, event.BoxReleased{LotID: t.lot, BoxID: t.box, Kind: kind, Buyer: buyer, Digest: gate})
	}
}

func (t tendering) opened(tender models.ID, price string) {
	found := models.OpenedContent{Price: &models.Money{Amount: price, Currency: "EUR"}}
	t.good("", event.EnvelopeOpened{
		TenderID: tender, Envelope: 1, Readable: true, Digest: gate, Content: t.withheld(found),
	})
}

func (s *story) withheld(content any) event.Part {
	s.Helper()
	part, err := event.NewPart(content)
	require.NoError(s, err)
	return part
}

// written is what tells of a new entry.
func (s *story) written(kind models.EntryKind, body any, salted bool) event.EntryWritten {
	s.Helper()
	text, digest, err := models.Canonical(body)
	require.NoError(s, err)
	e := event.EntryWritten{EntryID: models.NewID(models.PrefixEntry), Kind: kind, Version: 1, Digest: digest}
	if salted {
		e.Body = s.withheld(body)
		e.Digest = e.Body.Digest()
	}
	s.contents.Bodies[Key(e.EntryID, e.Version)] = text
	return e
}

func (s *story) writes(person models.ID, kind models.EntryKind, body any, salted bool) {
	s.Helper()
	s.good(person, s.written(kind, body, salted))
}

// carried has a motion to award carried, and is the award that follows from it.
func (t tendering) carried(tender models.ID, ranking string) event.LotAwarded {
	t.Helper()
	t.carries(models.VerbAward, map[string]any{"lot": t.lot, "tender": tender, "ranking": ranking})
	return event.LotAwarded{LotID: t.lot, TenderID: tender, Ranking: ranking}
}

// carries has a motion carried; what follows is of the same moment.
func (t tendering) carries(verb models.Verb, payload map[string]any) {
	t.Helper()
	content, _, err := models.Canonical(payload)
	require.NoError(t, err)
	motion := event.MotionMoved{
		MotionID: models.NewID(models.PrefixMotion), Verb: verb,
		Digest: models.Digest(append([]byte(verb+"\n"), content...)),
	}
	t.good(t.anna, motion)
	count := t.counted().Count
	for person, buyer := range map[models.ID]models.ID{t.anna: t.genci, t.berta: t.bsc} {
		v := t.vote(person, buyer, models.ChoiceApprove)
		v.Subject, v.Digest = models.MotionSubject(motion.MotionID), motion.Digest
		t.good(person, v)
		count.Buyers = append(count.Buyers, models.CountedBuyer{
			Organisation: buyer, Lead: buyer == t.genci, Vote: v.VoteID, Choice: v.Choice,
		})
	}
	t.good(t.berta, event.MotionDecided{
		MotionID: motion.MotionID, Verb: motion.Verb, Status: models.MotionCarried, Count: count,
	})
	t.still = true
}

// ranking is that of the lot as it was told until now.
func (t tendering) ranking() evaluation.Evaluation {
	t.Helper()
	e, err := evaluation.Evaluate(fold{t.State, Placed{}}.evidence().Dossier, t.lot)
	require.NoError(t, err)
	return e
}

func TestAnAwardFollowsFromScoresAndPrices(t *testing.T) {
	t.Parallel()
	for _, consensus := range []string{models.ConsensusChair, models.ConsensusMean} {
		t.Run(consensus, func(t *testing.T) {
			t.Parallel()
			l := tell(t).tendered(consensus)
			ranked := l.ranking()
			winner, ok := ranked.Ranking.Winner()
			require.True(t, ok)
			require.Equal(t, l.next, winner.Tender)
			require.Equal(t, "82.00", winner.Total.String(), "60 × 7/10 + 40 × 80/80")
			l.good(l.anna, l.carried(l.next, ranked.Digest))
			require.Equal(t, 1, l.Ranked)
			require.Empty(t, l.Unranked)
		})
	}
}

// The tender that ranks first in both lots may win one of them: the other goes to the next.
func TestAnAwardFollowsFromTheLimitOfLots(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		to   func(tendering) models.ID
		said string
	}{
		{"to the next", func(l tendering) models.ID { return l.first }, ""},
		{"to who has its lot", func(l tendering) models.ID { return l.next }, "one tenderer is awarded at most 1"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			s := tell(t)
			s.writes(s.anna, models.EntryLotLimits, models.LotLimits{MostAwarded: 1, Rule: models.LotsInOrder}, false)
			one, two := s.tendered(models.ConsensusChair), s.tendered(models.ConsensusChair)
			received := s.contents.Received
			received[3].OrganisationID = received[1].OrganisationID
			s.good(s.anna, one.carried(one.next, one.ranking().Digest))
			said := s.happens(s.anna, two.carried(c.to(two), two.ranking().Digest))
			if c.said == "" {
				require.Empty(t, said)
				return
			}
			require.Contains(t, said, c.said)
		})
	}
}

// An award of a release that rounded means before it weighted them is judged as it was computed.
func TestAnAwardOfAnEarlierReleaseStillFollows(t *testing.T) {
	t.Parallel()
	l := tell(t).tendered(models.ConsensusMean)
	former := l.ranking()
	require.NotEmpty(t, former.Tenders[0].Individual)
	former.Scheme.Rounds, former.Scheme.ZeroPrice = "", ""
	for i, tender := range former.Tenders {
		mean, err := award.FormerMean(tender.Individual["energy"], former.Scheme.Rounding)
		require.NoError(t, err)
		former.Tenders[i].Scores = map[string]decimal.Decimal{"energy": mean}
		former.Tenders[i].Individual = nil
	}
	var err error
	former.Ranking, err = award.Rank(former.Scheme, former.Tenders)
	require.NoError(t, err)
	digest, err := former.Sum()
	require.NoError(t, err)
	require.NotEqual(t, l.ranking().Digest, digest)
	l.good(l.anna, l.carried(l.next, digest))
	require.Equal(t, 1, l.Ranked)
}

// Lots that were drawn are a part of what an award follows from.
func TestAnAwardByDrawnLotsFollows(t *testing.T) {
	t.Parallel()
	l := tell(t).tendered(models.ConsensusChair)
	criteria := l.criteria(models.ConsensusChair)
	criteria.TieBreak = []string{"draw"}
	text, digest, err := models.Canonical(criteria)
	require.NoError(t, err)
	for key, row := range l.rows[Entries] {
		if row["kind"].Value == string(models.EntryAwardCriteria) {
			row["body"] = Cell{digest, row["body"].Event}
			l.contents.Bodies[Key(models.ID(key), 1)] = text
		}
	}
	l.opened(l.next, "120.00") // 42 + 33.33 against 48 + 40
	l.opened(l.first, "100.00")
	require.Equal(t, l.first, l.ranking().Ranking.Places[0].Tender)
	l.opened(l.next, "100.00")
	l.opened(l.first, "117.65") // 48 + 34.00 against 42 + 40
	tied := l.ranking()
	require.Len(t, tied.Ranking.Tied(), 1)
	l.writes(l.anna, models.EntryTieDraw, evaluation.TieDraw{
		Lot: l.lot, Ranking: tied.Digest, Order: []models.ID{l.next, l.first},
	}, false)
	l.good(l.anna, l.carried(l.next, l.ranking().Digest))
	require.Equal(t, 1, l.Ranked)
}

// What was erased is not compared, and that is said; declarations of conflicts count for the mean of scores only.
func TestARankingOfWhichSomethingIsNotKnownIsNotCompared(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, consensus string
		lost            models.EventType
		ranked          int
	}{
		{"scores", models.ConsensusMean, "score_sheet.written", 0},
		{"prices", models.ConsensusChair, "envelope.opened", 0},
		{"declarations, of a mean", models.ConsensusMean, "entry.written", 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			l := tell(t).tendered(c.consensus)
			award := l.carried(l.next, gate)
			for _, e := range l.of[c.lost] {
				delete(l.contents.Parts, e)
			}
			l.good(l.anna, award)
			require.Equal(t, c.ranked, l.Ranked)
			require.Equal(t, []models.ID{l.lot}, l.Unranked)
		})
	}
	l := tell(t).tendered(models.ConsensusChair)
	award := l.carried(l.next, gate)
	for _, row := range l.rows[Entries] {
		if row["kind"].Value == string(models.EntryConflictDeclaration) {
			delete(l.contents.Parts, row["body"].Event)
		}
	}
	require.Contains(t, l.happens(l.anna, award), "by scores and prices it is", "the chair's scores need no panel")
}

// forgedAwards are awards, and what they rest on, that do not follow.
func forgedAwards() []forgery {
	return []forgery{
		{"an award on another ranking", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, s.tendered(models.ConsensusChair).award(gate)
		}, "by scores and prices it is"},
		{"an award to a tender that is not first", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			l := s.tendered(models.ConsensusMean)
			return s.anna, l.carried(l.first, l.ranking().Digest)
		}, "does not follow from scores and prices"},
		{"an award before prices are known", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			l := s.tendered(models.ConsensusChair)
			ranking := l.ranking().Digest
			clear(l.rows[Openings])
			return s.anna, l.carried(l.next, ranking)
		}, "no price in the currency of the criteria was found"},
		{"scores after the lock", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			l := s.tendered(models.ConsensusMean)
			sheet := l.sheet(l.first, "10")
			sheet.Version = 2
			return s.anna, sheet
		}, "after quality was locked"},
		{"agreed scores after the lock", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			l := s.tendered(models.ConsensusChair)
			agreed := evaluation.Consensus{Tender: l.first, Scores: scored("10")}
			return s.anna, s.written(models.EntryConsensus, agreed, true)
		}, "after quality was locked"},
		{"criteria of a lot that was published", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			l := s.tendered(models.ConsensusChair)
			return s.anna, s.written(models.EntryAwardCriteria, l.criteria(models.ConsensusMean), false)
		}, "after it was published"},
	}
}

// award is the award to the winner on a ranking.
func (t tendering) award(ranking string) event.LotAwarded { return t.carried(t.next, ranking) }

func TestWhatWasFoundInAnEnvelopeIsNobodysRecord(t *testing.T) {
	t.Parallel()
	l := tell(t).tendered(models.ConsensusChair)
	require.Contains(t, l.Rows(Openings), Key(l.first, 1, "", 1))
	require.Len(t, l.Rows(Openings), 2)
	require.Len(t, l.Rows(BoxReleases), 4)
}
