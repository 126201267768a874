package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// newConclusion is a lot that was awarded to the second of three tenders: the third was excluded, the price of the
// second looked abnormally low and was explained. Beside it stand a lot that was never published and one that ended.
func newConclusion(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"30.00", "7"}, offer{"90.00", "1"})
	d.exclude(2, -time.Minute)
	d.write(models.EntryPriceInquiry, string(d.tenders[1].ID), "",
		models.PriceInquiry{Tender: d.tenders[1].ID, Finding: models.FindingAccepted})
	d.award(d.tenders[1].ID)
	draft := models.Lot{ID: models.NewID(models.PrefixLot), Number: 2}
	ended := models.Lot{
		ID: models.NewID(models.PrefixLot), Number: 3,
		Boxes: []models.Box{{ID: "box_3", HandsIn: models.HandedTender, OpenedAt: d.locked}}, EndedAt: &d.locked,
		EndReason: "no-rece",
	}
	d.Tendering.Lots = append(d.Tendering.Lots, draft, ended)
	return d
}

// conclude has a contract on the lot recorded.
func (d *desk) conclude(amount string) models.ID {
	d.Helper()
	return d.write(models.EntryContract, string(d.lot), "",
		models.Contract{Lot: d.lot, Value: models.Money{Amount: amount, Currency: "EUR"}})
}

// Directive 2014/24/EU, Article 84(1): who was selected and why, who was rejected and why, why a low price was.
func TestTheRecordSaysOfEachTenderWhatBecameOfItAndWhy(t *testing.T) {
	t.Parallel()
	d := newConclusion(t)
	r, err := ComposeRecord(d.Dossier)
	require.NoError(t, err)
	require.Len(t, r.Lots, 2, "a lot that was never published is no part of the procedure")
	lot := r.Lots[0]
	require.Equal(t, "Supplier of 30.00", lot.Winner)
	require.Equal(t, now, *lot.AwardedAt)
	require.Equal(t, d.Tendering.Awards[d.lot].Ranking, lot.Ranking)
	require.Len(t, lot.Tenders, 3)

	beaten, selected, excluded := lot.Tenders[0], lot.Tenders[1], lot.Tenders[2]
	require.Equal(t, TenderRecord{Tender: d.tenders[0].ID, Tenderer: "Supplier of 100.00", Rank: 2, Total: "60.00"},
		beaten, "60 × 8/10 + 40 × 30/100")
	require.True(t, selected.Selected)
	require.Equal(t, 1, selected.Rank)
	require.Equal(t, "82.00", selected.Total, "60 × 7/10 + 40")
	require.Contains(t, selected.LowPrice, "30.00")
	require.Equal(t, models.FindingAccepted, selected.Explanation)
	require.Equal(t, TenderRecord{
		Tender: d.tenders[2].ID, Tenderer: "Supplier of 90.00", Excluded: "not_conforming",
		Reason: models.Text{"en": "No."},
	}, excluded)

	require.Equal(t, "no-rece", r.Lots[1].EndReason)
	require.Empty(t, r.Lots[1].Tenders)
	require.Nil(t, r.Lots[1].AwardedAt)
	require.Empty(t, r.Lots[1].Winner)
}

// A tender that was admitted and then fell short of a published minimum is out by the ranking, not by the formal check.
func TestTheRecordSaysWhichMinimumATenderMissed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"30.00", "2"})
	criteria, _, _ := d.CriteriaFor(d.lot)
	criteria.MinimumQuality = "30"
	d.rewrite(models.EntryAwardCriteria, string(d.lot), criteria)
	d.check(1, models.Admission{
		Decision: models.AdmissionAdmitted,
		Reason:   models.Text{"en": "Complete after a question."},
	}, d.locked)
	r, err := ComposeRecord(d.Dossier)
	require.NoError(t, err)
	require.Equal(t, 1, r.Lots[0].Tenders[0].Rank)
	short := r.Lots[0].Tenders[1]
	require.Zero(t, short.Rank)
	require.Empty(t, short.Total)
	require.Equal(t, "quality 12.00 is below the minimum of 30", short.Excluded)
	require.Empty(t, short.Reason, "why it was admitted is no reason to exclude it")
}

func TestALotThatEndedBeforeItWasEvaluatedIsRecordedWithItsTenders(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"30.00", "2"})
	d.exclude(1, 0)
	d.Tendering.Awards = nil
	d.lockedAt(nil)
	r, err := ComposeRecord(d.Dossier)
	require.NoError(t, err)
	require.Equal(t, TenderRecord{Tender: d.tenders[0].ID, Tenderer: "Supplier of 100.00"}, r.Lots[0].Tenders[0])
	require.Equal(t, "not_conforming", r.Lots[0].Tenders[1].Excluded)
}

// What is sealed is nobody's to tell of, until its lot has ended and nothing will be opened.
func TestTheRecordTellsOfTendersOnceTheyAreOpenedOrTheirLotHasEnded(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"})
	told := func() int {
		r, err := ComposeRecord(d.Dossier)
		require.NoError(t, err)
		return len(r.Lots[0].Tenders)
	}
	lot := &d.Tendering.Lots[0]
	require.Equal(t, 1, told())
	lot.Boxes[0].UnsealedAt = nil
	require.Zero(t, told())
	lot.EndedAt = &now
	require.Equal(t, 1, told())
}

func TestTheRecordNamesContractsConflictsAndReviewsOfItsLotsOnly(t *testing.T) {
	t.Parallel()
	d := newConclusion(t)
	d.write(models.EntryContract, "", "", models.Contract{
		Lot:   models.NewID(models.PrefixLot),
		Value: models.Money{Amount: "1.00", Currency: "EUR"},
	})
	contract := d.conclude("30.00")
	d.write(models.EntryConflictDeclaration, "", "per_1",
		models.ConflictDeclaration{Lot: models.NewID(models.PrefixLot), Conflict: true})
	conflict := d.write(models.EntryConflictDeclaration, "", "per_2",
		models.ConflictDeclaration{Lot: d.lot, Conflict: true})
	d.write(models.EntryReview, "", "", models.Review{Lot: models.NewID(models.PrefixLot), Body: "Elsewhere"})
	d.write(models.EntryReview, "", "", models.Review{Lot: d.lot, Body: "Chamber"})
	notice := d.dispatch(models.NoticeContract, now, ContractNotice{})
	r, err := ComposeRecord(d.Dossier)
	require.NoError(t, err)
	lot := r.Lots[0]
	require.Equal(t, []models.ID{contract}, lot.Contracts)
	require.Equal(t, []models.Money{{Amount: "30.00", Currency: "EUR"}}, lot.Value)
	require.Equal(t, []models.ID{conflict}, lot.Conflicts, "who declared to be free of interests is not named")
	require.Equal(t, []models.Review{{Lot: d.lot, Body: "Chamber"}}, lot.Reviews)
	require.Equal(t, []NoticeSent{{notice.ID, models.NoticeContract, notice.Digest, now}}, r.Notices)
	require.Empty(t, r.Lots[1].Contracts)
}

func TestAReportRestsOnTheRecordAsItStands(t *testing.T) {
	t.Parallel()
	d := newConclusion(t)
	read, err := ComposeRecord(d.Dossier)
	require.NoError(t, err)
	report := Report{models.IndividualReport{Record: read.Digest}}
	require.NoError(t, report.CheckAgainst(d.Dossier, models.Entry{}))
	d.conclude("30.00")
	err = report.CheckAgainst(d.Dossier, models.Entry{})
	requireRefused(t, models.CodeStale, err)
	stands, err := ComposeRecord(d.Dossier)
	require.NoError(t, err)
	refusal, _ := models.RefusalOf(report.CheckAgainst(d.Dossier, models.Entry{}))
	require.Contains(t, refusal.Accepted, stands.Digest)
	require.NoError(t, report.CheckAgainst(d.Dossier, models.Entry{WithdrawnAt: &now}),
		"an old report can be withdrawn")
}

// Directive 2014/24/EU, Article 50, with Articles 21(1) and 55(3): who won and for how much, not who else tendered.
func TestTheAwardNoticeTellsOfEveryPublishedLot(t *testing.T) {
	t.Parallel()
	d := newConclusion(t)
	_, err := ComposeAwardNotice(d.Dossier)
	requireRefused(t, models.CodeNotAwarded, err)
	d.conclude("30.00")
	n, err := ComposeAwardNotice(d.Dossier)
	require.NoError(t, err)
	require.Len(t, n.Lots, 2)
	require.Equal(t, "Supplier of 30.00", n.Lots[0].Winner)
	require.Equal(t, now, *n.Lots[0].AwardedAt)
	require.Equal(t, 3, n.Lots[0].Tenders)
	require.Equal(t, []models.Money{{Amount: "30.00", Currency: "EUR"}}, n.Lots[0].Value)
	require.Equal(t, "no-rece", n.Lots[1].EndReason)
	text, _, err := models.Canonical(n)
	require.NoError(t, err)
	require.NotContains(t, string(text), "Supplier of 100.00")

	d.Tendering.Lots = d.Tendering.Lots[1:2]
	_, err = ComposeAwardNotice(d.Dossier)
	requireRefused(t, models.CodeLotNotOpen, err)
}

// A lot can end after its award: the winner does not sign, or a review body upholds a review.
func TestADecisionThatCameToNothingHasNoWinnerInTheAwardNotice(t *testing.T) {
	t.Parallel()
	d := newConclusion(t)
	d.Tendering.Lots[0].EndedAt, d.Tendering.Lots[0].EndReason = &now, "no-signed"
	n, err := ComposeAwardNotice(d.Dossier)
	require.NoError(t, err)
	require.Equal(t, "no-signed", n.Lots[0].EndReason)
	require.Empty(t, n.Lots[0].Winner)
	require.Nil(t, n.Lots[0].AwardedAt)
}

func TestALotThatEndsAfterTheAwardNoticeIsToldInAnother(t *testing.T) {
	t.Parallel()
	ended := func(at time.Time) *time.Time { return &at }
	told, open := now, []models.Box{{OpenedAt: now.Add(-time.Hour)}}
	d := models.Dossier{Tendering: models.Tendering{Lots: []models.Lot{
		{Number: 1, Boxes: open},
		{Number: 2, EndedAt: ended(told.Add(time.Second))},
		{Number: 3, Boxes: open, EndedAt: ended(told)},
		{Number: 4, Boxes: open, EndedAt: ended(told.Add(time.Second))},
	}}}
	uninformed := func() (numbers []int) {
		for _, l := range Uninformed(d) {
			numbers = append(numbers, l.Number)
		}
		return numbers
	}
	require.Equal(t, []int{3, 4}, uninformed(), "nothing was told yet")
	d.Tendering.Notices = []models.Notice{
		{Kind: models.NoticeAward, DispatchedAt: told}, {Kind: models.NoticeChange, DispatchedAt: told.Add(time.Hour)},
	}
	require.Equal(t, []int{4}, uninformed())
	d.Tendering.Notices = append(d.Tendering.Notices,
		models.Notice{Kind: models.NoticeAward, DispatchedAt: told.Add(time.Minute)})
	require.Empty(t, uninformed())
}
