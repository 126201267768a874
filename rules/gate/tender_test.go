package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// bought is a dossier whose tender gate is met: one lot awarded and contracted, another ended.
func bought(t *testing.T) *file {
	t.Helper()
	f := newFile(t)
	lot, ended := models.NewID(models.PrefixLot), models.NewID(models.PrefixLot)
	winner := models.Tender{
		ID: models.NewID(models.PrefixTender), LotID: lot, BoxID: "box_1",
		HandsIn: models.HandedTender, OrganisationID: models.NewID(models.PrefixOrganisation),
	}
	published, decided, until := today.AddDate(0, -3, 0), today.AddDate(0, 0, -30), today.AddDate(0, 0, -15)
	boxes := []models.Box{{
		ID: "box_1", HandsIn: models.HandedTender, OpenedAt: published, ClosedAt: &decided,
		UnsealedAt: &decided, QualityLockedAt: &decided,
	}}
	f.Tendering = models.Tendering{
		Lots: []models.Lot{
			{ID: lot, Number: 1, Boxes: boxes},
			{ID: ended, Number: 2, Boxes: boxes, EndedAt: &decided, EndReason: "no-rece"},
		},
		Received: []models.Tender{winner},
		Tenderers: map[models.ID]models.Organisation{winner.OrganisationID: {
			ID:        winner.OrganisationID,
			LegalName: "Supplier",
		}},
		Awards: map[models.ID]models.LotAward{lot: {
			LotID: lot, AwardedAt: &decided, WinnerID: winner.ID,
			LettersAt: &decided, StandstillUntil: &until,
		}},
	}
	contract := f.write(models.EntryContract, models.Contract{
		Lot: lot, Tender: winner.ID, Buyers: []models.ID{f.buyer(0), f.buyer(1)}, SignedOn: "2026-02-20",
		Value: models.Money{Amount: "1", Currency: "EUR"},
	})
	for i := range 2 {
		f.writeFor(f.buyer(i), models.EntryPurchase, models.Purchase{
			Contract: contract.ID, OrderedOn: "2026-02-20", Value: models.Money{Amount: "1", Currency: "EUR"},
		})
	}
	f.writeFor(f.buyer(2), models.EntryNonPurchase, models.NonPurchase{Code: "ins-fund", Reason: clause})
	f.Tendering.Notices = []models.Notice{{
		ID: models.NewID(models.PrefixNotice), Kind: models.NoticeAward, Digest: "d",
		DispatchedAt: today,
	}}
	f.report()
	return f
}

// report writes the individual report on the record as it is.
func (f *file) report() {
	f.Helper()
	record, err := evaluation.ComposeRecord(f.Dossier)
	require.NoError(f, err)
	f.write(models.EntryIndividualReport, models.IndividualReport{
		Record: record.Digest, Subject: clause, Procedure: clause, Conflicts: clause, Subcontracting: clause,
	})
}

func (f *file) only(kind models.EntryKind) models.Entry {
	f.Helper()
	found := f.Of(kind)
	require.NotEmpty(f, found)
	return found[0]
}

// Directive 2014/24/EU, Article 55(1): candidates, too, learn of the decision.
func TestTheTenderEndsOnceEveryCandidateWasTold(t *testing.T) {
	t.Parallel()
	f := bought(t)
	lot := &f.Tendering.Lots[0]
	request := models.Tender{
		ID: models.NewID(models.PrefixTender), LotID: lot.ID, BoxID: "box_0",
		HandsIn: models.HandedRequest, OrganisationID: "org_c",
	}
	lot.Boxes = append([]models.Box{{ID: "box_0", HandsIn: models.HandedRequest, OpenedAt: today, ClosedAt: &today}},
		lot.Boxes...)
	f.Tendering.Received = append(f.Tendering.Received, request)
	f.Tendering.Tenderers["org_c"] = models.Organisation{ID: "org_c", LegalName: "Candidate"}
	told := func() models.Criterion {
		for _, c := range Judge(models.PhaseTender, f.Dossier).Criteria {
			if c.Code == "candidates_told" {
				return c
			}
		}
		return models.Criterion{}
	}
	require.Equal(t, models.FindingNotMet, told().Finding)
	require.Contains(t, told().Detail, "lot 1: Candidate was not informed")
	f.Tendering.Letters = []models.Letter{{TenderID: request.ID, Kind: models.LetterSelection, Digest: "d"}}
	require.Equal(t, models.FindingMet, told().Finding)
	require.Equal(t, []string{"d"}, told().Evidence)
	lot.Boxes = lot.Boxes[1:]
	require.Empty(t, told().Code, "an open procedure has no candidates")
}

func TestTheTenderEndsOnceEveryBuyerHasPurchasedOrSaidWhyNot(t *testing.T) {
	t.Parallel()
	blockedBy(t, models.PhaseTender, bought, []fault{
		{"nothing was published", func(f *file) { f.Tendering.Lots = nil }, "lots_concluded", "no lot was published"},
		{
			"a lot stays a draft", func(f *file) { f.Tendering.Lots[1].Boxes, f.Tendering.Lots[1].EndedAt = nil, nil },
			"lots_concluded", "lot 2 is neither",
		},
		{
			"a lot has no contract", func(f *file) { f.withdraw(f.only(models.EntryContract).ID) }, "lots_concluded",
			"lot 1 neither has a contract",
		},
		{"the standstill runs", func(f *file) {
			award, later := f.Tendering.Awards[f.Tendering.Lots[0].ID], today.Add(time.Hour)
			award.StandstillUntil = &later
			f.Tendering.Awards[award.LotID] = award
		}, "standstill_over", "the standstill lasts"},
		{"a review is pending", func(f *file) {
			f.write(models.EntryReview, models.Review{
				Lot: f.Tendering.Lots[0].ID, Body: "Tribunal",
				LodgedOn: "2026-02-10",
			})
		}, "standstill_over", "Tribunal has not decided"},
		{"a review was upheld", func(f *file) {
			f.write(models.EntryReview, models.Review{
				Lot: f.Tendering.Lots[0].ID, Body: "Tribunal", LodgedOn: "2026-02-10", Outcome: "upheld",
				Decided: "2026-02-12",
			})
		}, "standstill_over", "has upheld"},
		{
			"a buyer says nothing", func(f *file) { f.withdraw(f.only(models.EntryNonPurchase).ID) }, "purchased",
			"Buyer DE",
		},
		{"a contract binds others", func(f *file) {
			f.change(f.only(models.EntryContract).ID, func(c map[string]any) { c["buyers"] = []models.ID{f.buyer(1)} })
		}, "purchased", "Buyer FR"},
		{
			"another buyer ordered", func(f *file) { f.withdraw(f.only(models.EntryPurchase).ID) }, "purchased",
			"Buyer FR",
		},
		{"no award notice", func(f *file) { f.Tendering.Notices = nil }, "award_notice_sent", "no award notice"},
		{"a contract after the notice", func(f *file) {
			f.Tendering.Notices[0].DispatchedAt = today.Add(-time.Hour)
		}, "award_notice_sent", "after the last award notice"},
		{"a lot ends after the notice", func(f *file) {
			later := today.Add(time.Second)
			f.Tendering.Lots[1].EndedAt = &later
		}, "award_notice_sent", "lot 2 ended after the last award notice"},
		{
			"no report", func(f *file) { f.withdraw(f.only(models.EntryIndividualReport).ID) }, "individual_report",
			"there is no",
		},
		{
			"a report on another record", func(f *file) { f.Tendering.Lots[1].EndReason = "other" },
			"individual_report",
			"an earlier state of the record",
		},
	})
}

func TestALateAwardNoticeIsSaidToBeLate(t *testing.T) {
	t.Parallel()
	f := bought(t)
	f.change(f.only(models.EntryContract).ID, func(c map[string]any) { c["signed_on"] = "2026-01-20" })
	found := f.find(models.PhaseTender, "award_notice_sent")
	require.Equal(t, models.FindingMet, found.Finding)
	require.Contains(t, found.Detail, "after the last day for it, 2026-02-19")
}

// 30 days after 30 January 2026 end with Sunday 1 March, so with the Monday; half past eleven at night in UTC is
// Tuesday in Paris already.
func TestTheDayOfANoticeIsTheDayAtThePlaceOfTheLead(t *testing.T) {
	t.Parallel()
	f := bought(t)
	f.change(f.only(models.EntryContract).ID, func(c map[string]any) { c["signed_on"] = "2026-01-30" })
	late := today.Add(14*time.Hour + 30*time.Minute)
	f.Tendering.Notices[0].DispatchedAt = late
	require.Contains(t, f.find(models.PhaseTender, "award_notice_sent").Detail,
		"dispatched on 2026-03-03, after the last day for it, 2026-03-02")
	f.Tendering.Notices[0].DispatchedAt = late.Add(-time.Hour)
	require.Equal(t, "the award notice was dispatched on 2026-03-02",
		f.find(models.PhaseTender, "award_notice_sent").Detail)
	f.Procurement.Zone = "Pacific/Pago_Pago"
	require.Equal(t, "2026-03-03", dayOf(f.Dossier, late).String(), "a zone that somebody types moves nothing")
	f.Members = nil
	require.Equal(t, "2026-03-02", dayOf(f.Dossier, late).String(), "in UTC where the place is not known")
}

func TestWhoLeftNeedNotPurchase(t *testing.T) {
	t.Parallel()
	f := bought(t)
	f.withdraw(f.only(models.EntryNonPurchase).ID)
	f.leave(2)
	f.withdraw(f.only(models.EntryIndividualReport).ID)
	f.report()
	require.True(t, Judge(models.PhaseTender, f.Dossier).Met())
}

func TestACallOffIsTheBuyersPurchase(t *testing.T) {
	t.Parallel()
	f := bought(t)
	contract := f.only(models.EntryContract)
	for _, e := range f.Of(models.EntryPurchase) {
		f.withdraw(e.ID)
	}
	require.Equal(t, models.FindingNotMet, purchased(f.Dossier).Finding)
	for i := range 2 {
		f.writeFor(f.buyer(i), models.EntryCallOff, models.CallOff{Contract: contract.ID, OrderedOn: "2026-02-20"})
	}
	require.Equal(t, models.FindingMet, purchased(f.Dossier).Finding)
	f.change(contract.ID, func(c map[string]any) { c["buyers"] = []models.ID{f.buyer(1)} })
	require.Equal(t, models.FindingNotMet, purchased(f.Dossier).Finding, "the agreement binds others")
}

// The flaw is mended by setting the award aside: the review no longer stands in the way of the next contract.
func TestAReviewThatSetAnAwardAsideIsResolved(t *testing.T) {
	t.Parallel()
	f := bought(t)
	lot := f.Tendering.Lots[0].ID
	e := f.write(models.EntryReview, models.Review{
		Lot: lot, Body: "Tribunal", LodgedOn: "2026-02-10", Outcome: models.ReviewUpheld, Decided: "2026-02-12",
	})
	require.Equal(t, models.FindingNotMet, standstillsOver(f.Dossier).Finding)
	f.Tendering.SetAsides = []models.SetAside{{LotID: lot, N: 1, ReviewID: e.ID, Flaw: models.FlawDecision}}
	require.Equal(t, models.FindingMet, standstillsOver(f.Dossier).Finding)
}
