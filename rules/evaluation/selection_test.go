package evaluation

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// A round is a restricted procedure whose requests are opened, with candidates judged one by one.
type round struct {
	*desk

	chair models.ID
}

// newRound is a lot for which so many asked to participate; most limits how many are invited, 0: all who qualify.
func newRound(t *testing.T, candidates, most int) *round {
	t.Helper()
	d := newDesk(t, models.ConsensusChair)
	d.write(models.EntryProcedureChoice, "", "",
		models.ProcedureChoice{Procedure: "restricted", Reasons: models.Text{"en": "Many are interested."}})
	d.Tendering.Lots[0].Boxes = []models.Box{{
		ID: "box_r", LotID: d.lot, Stage: "request", HandsIn: models.HandedRequest, OpenedAt: d.locked,
		ClosedAt: &d.locked, UnsealedAt: &d.locked,
	}}
	delete(d.Tendering.Awards, d.lot)
	d.dispatch(models.NoticeContract, d.locked, ContractNotice{})
	d.sealFor(2, "org_a", "org_b", "org_c")
	r := &round{d, models.NewID(models.PrefixPerson)}
	d.write(models.EntryConflictDeclaration, "", r.chair, models.ConflictDeclaration{Lot: d.lot})
	d.write(models.EntrySelectionCriteria, string(d.lot), "", models.SelectionCriteria{
		Lot: d.lot, Least: 5, Most: most, Rule: models.Text{"en": "Ten points for each reference."},
		Criteria: []models.SelectionCriterion{{ID: "turnover"}, {ID: "references"}},
	})
	for range candidates {
		request := models.Tender{
			ID: models.NewID(models.PrefixTender), LotID: d.lot, BoxID: "box_r", HandsIn: models.HandedRequest,
			OrganisationID: models.NewID(models.PrefixOrganisation),
		}
		d.Tendering.Received = append(d.Tendering.Received, request)
		d.Tendering.Tenderers[request.OrganisationID] = models.Organisation{
			ID:        request.OrganisationID,
			LegalName: "Candidate",
		}
	}
	return r
}

func (r *round) request(n int) models.ID { return r.Tendering.Received[n].ID }

// able is a finding that a candidate qualifies, with its points.
func (r *round) able(n int, points string) models.Selection {
	s := models.Selection{Request: r.request(n), Points: points, Findings: []models.SelectionFinding{
		{Criterion: "turnover", Met: true, Reason: "accounts"},
		{Criterion: "references", Met: true, Reason: "two systems"},
	}}
	if points != "" {
		s.Because = "by the rule"
	}
	return s
}

func (r *round) judged(s models.Selection) {
	r.write(models.EntrySelection, string(s.Request), r.chair, s)
}

// invited lists the numbers of those who are.
func (r *round) invited() (numbers []int) {
	r.Helper()
	list, err := ComposeShortlist(r.Dossier, r.Tendering.Lots[0], models.Going{})
	require.NoError(r, err)
	for n, c := range list.Candidates {
		if c.Invited {
			numbers = append(numbers, n)
		}
	}
	require.Len(r, numbers, list.Invited)
	return numbers
}

// Directive 2014/24/EU, Article 65: the best by the announced rule are invited; nothing announced tells apart who has
// as many points as the last of them, so equal treatment (Article 18(1)) invites both.
func TestTheBestCandidatesAreInvitedAndWhoTiesWithTheLast(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		most   int
		points []string
		want   []int
	}{
		"fewer than may be invited":    {5, []string{"10", "20"}, []int{0, 1}},
		"as many as may be invited":    {5, []string{"1", "2", "3", "4", "5"}, []int{0, 1, 2, 3, 4}},
		"one too many":                 {5, []string{"30", "20", "50", "10", "40", "60"}, []int{0, 1, 2, 4, 5}},
		"a tie at the end":             {5, []string{"30", "20", "50", "20", "40", "60"}, []int{0, 1, 2, 3, 4, 5}},
		"points are numbers, not text": {5, []string{"9", "10", "100", "20", "30", "40.5"}, []int{1, 2, 3, 4, 5}},
		"no highest number":            {0, []string{"", "", "", "", "", ""}, []int{0, 1, 2, 3, 4, 5}},
	} {
		r := newRound(t, len(c.points), c.most)
		for n, points := range c.points {
			r.judged(r.able(n, points))
		}
		require.Equal(t, c.want, r.invited(), name)
	}
}

func TestWhoIsNotInvitedLearnsWhy(t *testing.T) {
	t.Parallel()
	r := newRound(t, 8, 5)
	for n := range 6 {
		r.judged(r.able(n, []string{"60", "50", "40", "30", "20", "10"}[n]))
	}
	unable := r.able(6, "")
	unable.Findings[1] = models.SelectionFinding{Criterion: "references", Reason: "systems of other sizes"}
	r.judged(unable)
	r.judged(models.Selection{
		Request: r.request(7), Excluded: "collusion",
		Reason: models.Text{"en": "You wrote it together."},
	})
	require.Equal(t, []int{0, 1, 2, 3, 4}, r.invited())
	lot := r.Tendering.Lots[0]
	list, err := ComposeShortlist(r.Dossier, lot, models.Going{})
	require.NoError(t, err)
	require.Equal(t, []string{"10 points (by the rule); the last candidate who is invited has 20"},
		list.Candidates[5].Reasons)
	require.Equal(t, []string{"references: systems of other sizes"}, list.Candidates[6].Reasons)
	require.Equal(t, "collusion", list.Candidates[7].Excluded)
	require.False(t, list.Candidates[7].Qualifies)

	box := models.Box{ID: "box_t", Stage: list.Stage, Deadline: now.AddDate(0, 0, 40)}
	documents := []models.Document{{ID: "doc_1", Version: 2, Title: models.Text{"en": "Terms"}, Digest: "d1"}}
	letters := ComposeInvitations(r.Dossier, lot, list, box,
		Place{Address: "https://ppi.example.eu", Documents: documents})
	require.Len(t, letters, 8, "everyone is told")
	for n, l := range letters {
		require.Equal(t, n < 5, l.Invitation != nil, n)
		require.Equal(t, now, l.SentAt)
	}
	require.Equal(t, models.ID("box_t"), letters[0].Invitation.Box)
	in := "https://ppi.example.eu/v1/procurements/" + string(r.Procurement.ID) + "/"
	require.Equal(t, in+"lots/"+string(lot.ID)+"/tenders", letters[0].Invitation.SendTo)
	require.Equal(t, []InvitingDocument{{
		ID: "doc_1", Version: 2, Title: models.Text{"en": "Terms"}, Digest: "d1", Address: in + "documents/doc_1",
	}}, letters[0].Invitation.Documents)
	require.Equal(t, "collusion", letters[7].ExcludedFor)
	require.Equal(t, models.Text{"en": "You wrote it together."}, letters[7].ExclusionReason)
}

func TestNobodyIsInvitedOutOfOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*round, *models.Lot)
		code  models.Code
	}{
		"the requests are sealed": {
			func(_ *round, l *models.Lot) { l.Boxes[0].UnsealedAt = nil },
			models.CodeNotUnsealed,
		},
		"the lot has ended":        {func(_ *round, l *models.Lot) { l.EndedAt = &now }, models.CodeLotEnded},
		"the lot is not published": {func(_ *round, l *models.Lot) { l.Boxes = nil }, models.CodeNoFurtherStage},
		"it is the last stage": {
			func(_ *round, l *models.Lot) { l.Boxes[0].Stage = "tender" },
			models.CodeNoFurtherStage,
		},
		"the procedure is open": {
			func(r *round, _ *models.Lot) { r.drop(models.EntryProcedureChoice) },
			models.CodeNoFurtherStage,
		},
		"a candidate is not judged": {
			func(r *round, _ *models.Lot) { r.drop(models.EntrySelection) },
			models.CodeSelectionMissing,
		},
		"nobody is able": {func(r *round, _ *models.Lot) { r.rejectAll() }, models.CodeNobodyQualifies},
		"the procedure is not to know": {func(r *round, _ *models.Lot) {
			r.rewrite(models.EntryProcedureChoice, "", models.ProcedureChoice{Procedure: "x"})
		}, models.CodeInvalidValue},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRound(t, 1, 0)
			r.judged(r.able(0, ""))
			lot := r.Tendering.Lots[0]
			c.spoil(r, &lot)
			_, err := ComposeShortlist(r.Dossier, lot, models.Going{})
			requireRefused(t, c.code, err)
		})
	}
}

func (r *round) rejectAll() {
	r.rewrite(models.EntrySelection, string(r.request(0)),
		models.Selection{Request: r.request(0), Excluded: "incomplete"})
}

func TestTheBoardInvitesByTheListThatItSawAndToALawfulDeadline(t *testing.T) {
	t.Parallel()
	r := newRound(t, 1, 0)
	r.judged(r.able(0, ""))
	lot := r.Tendering.Lots[0]
	list, err := ComposeShortlist(r.Dossier, lot, models.Going{})
	require.NoError(t, err)
	// 25 days from 2 March 2026, the day of dispatch not counted (Directive 2014/24/EU, Article 28(2) and (5)).
	early := models.LocalTime{Local: "2026-03-27T23:59", Zone: "Europe/Paris"}
	lawful := models.LocalTime{Local: "2026-03-28T00:00", Zone: "Europe/Paris"}
	_, stage, err := MayInvite(r.Dossier, lot, models.Going{}, list.Digest, lawful)
	require.NoError(t, err)
	require.Equal(t, models.StageCode("tender"), stage.Code)
	require.True(t, stage.Invited)
	_, _, err = MayInvite(r.Dossier, lot, models.Going{}, list.Digest, early)
	requireRefused(t, models.CodeBelowStatutoryMinimum, err)
	_, _, err = MayInvite(r.Dossier, lot, models.Going{}, "another", lawful)
	requireRefused(t, models.CodeShortlistChanged, err)
}

// An opener's key serves again: what is released of one box opens nothing in another.
func TestTendersOfTheInvitedAreSealedForTheSameOpeners(t *testing.T) {
	t.Parallel()
	r := newRound(t, 1, 0)
	r.judged(r.able(0, ""))
	lot := r.Tendering.Lots[0]
	list, err := ComposeShortlist(r.Dossier, lot, models.Going{})
	require.NoError(t, err)
	deadline := models.LocalTime{Local: "2026-04-28T00:00", Zone: "Europe/Paris"}
	_, _, err = MayInvite(r.Dossier, lot, models.Going{}, list.Digest, deadline)
	require.NoError(t, err)
	require.NoError(t, SealingFrozen(r.Dossier), "others can open the tenders")

	typo := models.LocalTime{Local: "2099-04-28T00:00", Zone: "Europe/Paris"}
	_, _, err = MayInvite(r.Dossier, lot, models.Going{}, list.Digest, typo)
	requireRefused(t, models.CodeInvalidValue, err)

	letters := ComposeInvitations(r.Dossier, lot, list, models.Box{ID: "box_t"}, Place{})
	require.Equal(t, models.PublishedOpeners{Threshold: 2, Openers: 3, Fingerprint: "FINGERPRINT"},
		letters[0].Invitation.Openers)
	r.drop(models.EntryOpenerSet)
	_, _, err = MayInvite(r.Dossier, lot, models.Going{}, list.Digest, deadline)
	requireRefused(t, models.CodeOpenersMissing, err)
	r.goOn()
	requireRefused(t, models.CodeFrozen, SealingFrozen(r.Dossier))
}

// Directive 2014/24/EU, Article 28(3): a planning notice shortens the time for tenders if it went before the
// contract notice in its window, whenever the invitation leaves.
func TestAPlanningNoticeIsJudgedByTheDayOfTheContractNotice(t *testing.T) {
	t.Parallel()
	for sent, shortens := range map[string]bool{
		"2026-01-26": false, "2025-12-01": true, "2025-02-03": true,
		"2025-01-01": false,
	} {
		r := newRound(t, 1, 0)
		r.judged(r.able(0, ""))
		r.Tendering.Lots[0].Boxes[0].OpenedAt = now.AddDate(0, 0, -35) // 26 January 2026
		plan := r.write(models.EntryEngagementPlan, "", "", models.EngagementPlan{Shortens: true})
		r.Market.Releases = []models.Release{{EntryID: plan, Kind: models.EntryEngagementPlan}}
		r.write(models.EntryPlanningNotice, "", "", models.PlanningNotice{SentOn: sent, Complete: true})
		list, err := ComposeShortlist(r.Dossier, r.Tendering.Lots[0], models.Going{})
		require.NoError(t, err)
		_, _, err = MayInvite(r.Dossier, r.Tendering.Lots[0], models.Going{}, list.Digest,
			models.LocalTime{Local: "2026-03-13T00:00", Zone: "Europe/Paris"})
		if shortens {
			require.NoError(t, err, sent)
			continue
		}
		requireRefused(t, models.CodeBelowStatutoryMinimum, err)
	}
}

// Directive 2014/24/EU, Article 55(1): who was invited and has handed in nothing yet learns of the end, too.
func TestTheInvitedAreToldThatTheLotEnded(t *testing.T) {
	t.Parallel()
	r := newRound(t, 3, 0)
	box := models.Box{ID: "box_t", LotID: r.lot, HandsIn: models.HandedTender, ByInvitation: true}
	box.Invited = []models.ID{r.Tendering.Received[0].OrganisationID, r.Tendering.Received[1].OrganisationID}
	lot := &r.Tendering.Lots[0]
	lot.Boxes = append(lot.Boxes, box)
	tender := models.Tender{
		ID: models.NewID(models.PrefixTender), LotID: r.lot, BoxID: "box_t",
		HandsIn: models.HandedTender, OrganisationID: box.Invited[0],
	}
	r.Tendering.Received = append(r.Tendering.Received, tender)
	lot.EndedAt, lot.EndReason = &now, "ins-fund"
	var told []models.ID
	for _, l := range ComposeEndLetters(r.Dossier, *lot, "The grant was withdrawn.") {
		told = append(told, l.Tender)
	}
	require.Equal(t, []models.ID{tender.ID, r.request(1)}, told, "each once; who was not invited was told before")
}

func TestTheRecordSaysOfCandidatesWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	r := newRound(t, 2, 0)
	r.judged(r.able(0, ""))
	found := func() []Candidate { return lotRecord(r.Dossier, r.Tendering.Lots[0]).Candidates }
	require.Len(t, found(), 2, "also who is not judged")
	require.False(t, found()[0].Invited, "nobody was invited")
	r.goOn()
	r.Tendering.Lots[0].Boxes[1].ByInvitation, r.Tendering.Lots[0].Boxes[1].Invited = true,
		[]models.ID{r.Tendering.Received[0].OrganisationID}
	require.True(t, found()[0].Invited)
	require.False(t, found()[1].Invited)
}

// Directive 2014/24/EU, Article 24: findings of somebody who turns out to have an interest are written anew.
func TestFindingsOfWhoHasAnInterestDoNotSelect(t *testing.T) {
	t.Parallel()
	r := newRound(t, 1, 0)
	r.judged(r.able(0, ""))
	require.Equal(t, []int{0}, r.invited())
	r.write(models.EntryConflictDeclaration, "", r.chair,
		models.ConflictDeclaration{Lot: r.lot, Conflict: true, Statement: "my spouse works there"})
	_, err := ComposeShortlist(r.Dossier, r.Tendering.Lots[0], models.Going{})
	requireRefused(t, models.CodeSelectionMissing, err)
}

func TestFindingsAreWrittenOnOpenedRequestsByWhoIsImpartial(t *testing.T) {
	t.Parallel()
	stranger := models.NewID(models.PrefixPerson)
	for name, c := range map[string]struct {
		most  int
		spoil func(*round, *models.Selection)
		by    models.ID
		code  models.Code
	}{
		"nothing is wrong": {0, func(*round, *models.Selection) {}, "", ""},
		"no such request": {0, func(_ *round, s *models.Selection) {
			s.Request = models.NewID(models.PrefixTender)
		}, "", models.CodeInvalidValue},
		"it is a tender": {
			0, func(r *round, _ *models.Selection) {
				r.Tendering.Received[0].HandsIn = models.HandedTender
			}, "",
			models.CodeInvalidValue,
		},
		"it is sealed": {0, func(r *round, _ *models.Selection) {
			r.Tendering.Lots[0].Boxes[0].UnsealedAt = nil
		}, "", models.CodeNotUnsealed},
		"the lot has ended": {
			0, func(r *round, _ *models.Selection) { r.Tendering.Lots[0].EndedAt = &now }, "",
			models.CodeLotEnded,
		},
		"candidates were invited": {0, func(r *round, _ *models.Selection) { r.goOn() }, "", models.CodeFrozen},
		"nothing was declared":    {0, func(*round, *models.Selection) {}, stranger, models.CodeDeclarationMissing},
		"no criteria": {
			0, func(r *round, _ *models.Selection) { r.drop(models.EntrySelectionCriteria) },
			"", models.CodeSelectionMissing,
		},
		"a criterion is left out": {
			0, func(_ *round, s *models.Selection) { s.Findings = s.Findings[:1] }, "",
			models.CodeInvalidValue,
		},
		"a criterion comes twice": {
			0, func(_ *round, s *models.Selection) { s.Findings[1] = s.Findings[0] }, "",
			models.CodeInvalidValue,
		},
		"no points where they tell": {5, func(*round, *models.Selection) {}, "", models.CodeInvalidValue},
		"an exclusion needs none": {5, func(_ *round, s *models.Selection) {
			s.Findings, s.Excluded = nil,
				"collusion"
		}, "", ""},
		"nor who does not qualify": {5, func(_ *round, s *models.Selection) { s.Findings[0].Met = false }, "", ""},
		"an envelope is not opened": {0, func(r *round, _ *models.Selection) {
			r.Tendering.Received[0].Envelopes = []models.Envelope{{N: 1, Kind: models.EnvelopeQualification}}
		}, "", models.CodeNotUnsealed},
	} {
		r := newRound(t, 1, c.most)
		s := r.able(0, "")
		c.spoil(r, &s)
		author := c.by
		if author == "" {
			author = r.chair
		}
		err := Selection{s}.CheckAgainst(r.Dossier, models.Entry{AuthorID: author})
		if c.code == "" {
			require.NoError(t, err, name)
			continue
		}
		requireRefused(t, c.code, err)
	}
}

// goOn opens the next box of the lot.
func (r *round) goOn() {
	r.Tendering.Lots[0].Boxes = append(r.Tendering.Lots[0].Boxes,
		models.Box{ID: "box_t", Stage: "tender", HandsIn: models.HandedTender})
}

func TestSelectionCriteriaBindFromPublicationAndInviteFiveAtLeast(t *testing.T) {
	t.Parallel()
	r := newRound(t, 0, 0)
	r.Tendering.Lots[0].Boxes = nil
	c := SelectionCriteria{models.SelectionCriteria{Lot: r.lot, Least: 5}}
	require.NoError(t, c.CheckAgainst(r.Dossier, models.Entry{}))
	c.Least = 4
	requireRefused(t, models.CodeInvalidValue, c.CheckAgainst(r.Dossier, models.Entry{}))
	c.Least, c.Lot = 5, models.NewID(models.PrefixLot)
	requireRefused(t, models.CodeInvalidValue, c.CheckAgainst(r.Dossier, models.Entry{}))
	c.Lot = r.lot
	r.goOn()
	requireRefused(t, models.CodeFrozen, c.CheckAgainst(r.Dossier, models.Entry{}))
	r.Tendering.Lots[0].Boxes = nil
	r.rewrite(models.EntryProcedureChoice, "", models.ProcedureChoice{Procedure: "x"})
	requireRefused(t, models.CodeInvalidValue, c.CheckAgainst(r.Dossier, models.Entry{}))
}

func TestTheNoticeOfARestrictedProcedureSaysWhoIsInvited(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	d.write(models.EntryProcedureChoice, "", "", models.ProcedureChoice{Procedure: "restricted"})
	lots := d.Tendering.Lots
	codes := func() (found []models.Code) {
		for _, f := range Unready(d.Dossier, lots) {
			found = append(found, f.Code)
		}
		return found
	}
	require.Contains(t, codes(), models.CodeSelectionMissing)
	text := models.Text{"en": "x", "fr": "x"}
	whole := models.SelectionCriteria{
		Lot: d.lot, Least: 5, Most: 8, Ties: models.TiesAllInvited, Rule: text,
		Criteria: []models.SelectionCriterion{{ID: "turnover", Title: text, Requirement: text}},
	}
	few := whole
	few.Least = 4
	d.write(models.EntrySelectionCriteria, string(d.lot), "", few)
	require.Contains(t, codes(), models.CodeInvalidValue, "it was written for another procedure")
	d.rewrite(models.EntrySelectionCriteria, string(d.lot), whole)
	require.NotContains(t, codes(), models.CodeInvalidValue)
	require.NotContains(t, codes(), models.CodeSelectionMissing)
	require.NotContains(t, codes(), models.CodeMissingTranslation)
	unsaid := whole
	unsaid.Rule = models.Text{"en": "x"}
	d.rewrite(models.EntrySelectionCriteria, string(d.lot), unsaid)
	require.Contains(t, codes(), models.CodeMissingTranslation)
	unsaid.Most, unsaid.Rule = 0, nil
	d.rewrite(models.EntrySelectionCriteria, string(d.lot), unsaid)
	require.NotContains(t, codes(), models.CodeMissingTranslation, "all are invited who qualify: no rule is needed")
	d.rewrite(models.EntrySelectionCriteria, string(d.lot), whole)
	d.published()
	n := ComposeContractNotice(d.Dossier, d.Tendering.Lots)
	require.Equal(t, models.ProcedureCode("restricted"), n.Procedure)
	require.Equal(t, &whole, n.Lots[0].Selection)
	require.NotEmpty(t, n.Lots[0].SelectionDigest)
}
