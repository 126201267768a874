package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// newTalks is a lot of a competitive procedure with negotiation: three initial tenders are opened, admitted, scored and
// priced. Totals by 60 points of quality and 40 of price: the first is best, the last two tie.
func newTalks(t *testing.T, conduct models.Conduct) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"100.00", "5"}, offer{"100.00", "5"})
	d.write(models.EntryProcedureChoice, "", "", models.ProcedureChoice{
		Procedure: "neg-w-call", Ground: "innovation", Reasons: models.Text{"en": "It is new."},
	})
	conduct.Lot = d.lot
	d.write(models.EntryConduct, string(d.lot), "", conduct)
	box := &d.Tendering.Lots[0].Boxes[0]
	box.Stage, box.Talks, box.Round, box.ByInvitation = "initial", models.TalksNegotiation, 1, true
	for _, tender := range d.tenders {
		box.Invited = append(box.Invited, tender.OrganisationID)
	}
	return d
}

func (d *desk) talk(n int, news bool) models.ID {
	return d.write(models.EntryTalk, string(d.tenders[n].ID), "", models.Talk{Tender: d.tenders[n].ID, News: news})
}

func (d *desk) hearAll() {
	for n := range d.tenders {
		d.talk(n, false)
	}
}

func (d *desk) list(to models.Going) (Shortlist, error) {
	return ComposeShortlist(d.Dossier, d.Tendering.Lots[0], to)
}

func goingOn(list Shortlist) (names []bool) {
	for _, c := range list.Candidates {
		names = append(names, c.Invited)
	}
	return names
}

func TestEveryoneWhoIsAdmittedGoesOnUnlessTheNumberIsReduced(t *testing.T) {
	t.Parallel()
	d := newTalks(t, models.Conduct{Reduction: true, Remain: 1}) // as nobody may write it: to see a tie
	d.hearAll()
	list, err := d.list(models.Going{})
	require.NoError(t, err)
	require.Equal(t, models.StageCode("final"), list.Stage)
	require.Equal(t, []bool{true, true, true}, goingOn(list))

	list, err = d.list(models.Going{Stage: "initial", Keep: 1})
	require.NoError(t, err)
	require.Equal(t, 2, list.Round, "the stage repeats")
	require.Equal(t, []bool{true, false, false}, goingOn(list))
	require.NotEmpty(t, list.Candidates[1].Reasons)

	list, err = d.list(models.Going{Stage: "initial", Keep: 2})
	require.NoError(t, err)
	require.Equal(t, []bool{true, true, true}, goingOn(list), "who ties with the last goes on too")
	other, err := d.list(models.Going{})
	require.NoError(t, err)
	require.NotEqual(t, list.Digest, other.Digest, "one cannot be decided on in place of the other")
}

func TestALotGoesOnOnlyOnceItMay(t *testing.T) {
	t.Parallel()
	reducing := models.Conduct{Reduction: true, Remain: 2}
	for name, c := range map[string]struct {
		conduct models.Conduct
		spoil   func(*desk)
		to      models.Going
		code    models.Code
	}{
		"somebody was not heard": {
			reducing, func(d *desk) { d.Entries = d.Entries[:len(d.Entries)-1] },
			models.Going{},
			models.CodeTalksMissing,
		},
		"news were not told": {reducing, func(d *desk) { d.talk(0, true) }, models.Going{}, models.CodeNewsUntold},
		"somebody was not checked": {
			reducing, func(d *desk) { d.drop(models.EntryAdmission) },
			models.Going{},
			models.CodeAdmissionMissing,
		},
		"fewer than announced": {reducing, func(*desk) {}, models.Going{Keep: 1}, models.CodeNotAnnouncedSo},
		"no reduction announced": {
			models.Conduct{},
			func(*desk) {},
			models.Going{Keep: 2},
			models.CodeNotAnnouncedSo,
		},
		"scores are not locked": {
			reducing, func(d *desk) { d.lockedAt(nil) },
			models.Going{Keep: 2},
			models.CodeQualityOpen,
		},
		"a stage that is not next": {
			reducing, func(*desk) {},
			models.Going{Stage: "request"},
			models.CodeInvalidValue,
		},
		"final tenders": {
			reducing, func(d *desk) { d.Tendering.Lots[0].Boxes[0].Stage = "final" },
			models.Going{},
			models.CodeNoFurtherStage,
		},
		"an awarded lot": {
			reducing, func(d *desk) { d.change(func(a *models.LotAward) { a.AwardedAt = &now }) },
			models.Going{},
			models.CodeAlreadyAwarded,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newTalks(t, c.conduct)
			d.hearAll()
			c.spoil(d)
			_, err := d.list(c.to)
			requireRefused(t, c.code, err)
		})
	}
}

func TestNewsThatWereToldHoldNobodyUp(t *testing.T) {
	t.Parallel()
	d := newTalks(t, models.Conduct{})
	d.hearAll()
	talk := d.talk(1, true)
	d.write(models.EntrySharedInformation, "", "", models.SharedInformation{Lot: d.lot, Talks: []models.ID{talk}})
	_, err := d.list(models.Going{})
	require.NoError(t, err)
}

// A shorter list is not a fairer one: whoever was taken out in a round is told why, and everyone else is invited.
func TestWhoIsExcludedDoesNotGoOnAndIsToldWhy(t *testing.T) {
	t.Parallel()
	d := newTalks(t, models.Conduct{})
	d.hearAll()
	d.exclude(1, -time.Minute)
	list, err := d.list(models.Going{})
	require.NoError(t, err)
	require.Equal(t, []bool{true, false, true}, goingOn(list))
	letters := ComposeInvitations(d.Dossier, d.Tendering.Lots[0], list, models.Box{Stage: "final"}, Place{})
	require.Len(t, letters, 3)
	require.Nil(t, letters[1].Invitation)
	require.Equal(t, "not_conforming", letters[1].ExcludedFor)
}

func TestTendersThatAreNegotiatedAreAwardedOnlyIfThatWasReserved(t *testing.T) {
	t.Parallel()
	d := newTalks(t, models.Conduct{})
	requireRefused(t, models.CodeNotAnnouncedSo, Final(d.Dossier, d.Tendering.Lots[0]))
	d = newTalks(t, models.Conduct{AwardInitial: true})
	require.NoError(t, Final(d.Dossier, d.Tendering.Lots[0]))
	d.Tendering.Lots[0].Boxes[0].Stage = "final"
	require.NoError(t, Final(d.Dossier, d.Tendering.Lots[0]))
}

// newPartnership is a lot of an innovation partnership with two partners under contract.
func newPartnership(t *testing.T, plan models.PartnershipPlan) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"100.00", "5"})
	d.write(models.EntryProcedureChoice, "", "", models.ProcedureChoice{
		Procedure: "innovation", Ground: "not_on_market", Reasons: models.Text{"en": "It is new."},
	})
	plan.Lot, plan.Partners = d.lot, 2
	plan.Phases = []models.PartnershipPhase{{ID: "one"}, {ID: "two"}}
	d.write(models.EntryPartnershipPlan, string(d.lot), "", plan)
	for _, tender := range d.tenders {
		d.write(models.EntryContract, string(d.lot), "", models.Contract{Lot: d.lot, Tender: tender.ID})
	}
	return d
}

func (d *desk) reported(n int, phase string, attained bool) {
	tender := d.tenders[n].ID
	d.write(models.EntryPartnershipReport, string(tender), "",
		models.PartnershipReport{Tender: tender, Phase: phase, Attained: attained})
}

func TestAPhaseOfAPartnershipEndsAsItWasAnnounced(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plan     models.PartnershipPlan
		attained [2]bool
		second   bool // the second phase is the present one
		phase    string
		outcome  models.PhaseOutcome
		partners []int
		code     models.Code
	}{
		"both go on": {phase: "one", outcome: models.PhaseContinues, partners: []int{0, 1}},
		"another phase": {
			phase: "two", outcome: models.PhaseContinues,
			partners: []int{0, 1}, code: models.CodeInvalidValue,
		},
		"purchase too soon": {
			phase: "one", outcome: models.PhasePurchases,
			partners: []int{0}, code: models.CodeInvalidValue,
		},
		"nobody goes on": {phase: "one", outcome: models.PhaseContinues, code: models.CodeInvalidValue},
		"one named twice": {
			phase: "one", outcome: models.PhaseContinues, partners: []int{0, 0}, code: models.CodeInvalidValue,
		},
		"one is left, unannounced": {
			phase: "one", outcome: models.PhaseContinues, partners: []int{0}, code: models.CodeNotAnnouncedSo,
		},
		"one is left": {
			plan: models.PartnershipPlan{Reduction: true}, phase: "one",
			outcome: models.PhaseContinues, partners: []int{0},
		},
		"the better one leaves": {
			plan: models.PartnershipPlan{Reduction: true}, attained: [2]bool{false, true}, phase: "one",
			outcome: models.PhaseContinues, partners: []int{0}, code: models.CodeInvalidValue,
		},
		"it stops, unannounced": {phase: "one", outcome: models.PhaseStops, code: models.CodeNotAnnouncedSo},
		"it stops":              {plan: models.PartnershipPlan{Stop: true}, phase: "one", outcome: models.PhaseStops},
		"it stops with a partner": {
			plan: models.PartnershipPlan{Stop: true}, phase: "one", outcome: models.PhaseStops, partners: []int{0},
			code: models.CodeInvalidValue,
		},
		"the last goes on": {
			second: true, phase: "two",
			outcome: models.PhaseContinues, partners: []int{0, 1}, code: models.CodeInvalidValue,
		},
		"the last stops": {second: true, phase: "two", outcome: models.PhaseStops},
		"a purchase": {
			second: true, attained: [2]bool{true, false}, phase: "two",
			outcome: models.PhasePurchases, partners: []int{0},
		},
		"a purchase of what does not perform": {
			second: true, phase: "two",
			outcome: models.PhasePurchases, partners: []int{0}, code: models.CodeInvalidValue,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newPartnership(t, c.plan)
			for n, attained := range c.attained {
				d.reported(n, "one", attained)
				d.reported(n, "two", attained)
			}
			if c.second {
				d.Tendering.Phases = []models.EndedPhase{{
					LotID: d.lot, Phase: "one", Outcome: models.PhaseContinues,
					Partners: models.JoinIDs([]models.ID{d.tenders[0].ID, d.tenders[1].ID}),
				}}
			}
			to := Ending{Phase: c.phase, Outcome: c.outcome}
			for _, n := range c.partners {
				to.Partners = append(to.Partners, d.tenders[n].ID)
			}
			err := MayEndPhase(d.Dossier, d.Tendering.Lots[0], to)
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			requireRefused(t, c.code, err)
		})
	}
}

func TestAPhaseWithoutAReportOnEachPartnerDoesNotEnd(t *testing.T) {
	t.Parallel()
	d := newPartnership(t, models.PartnershipPlan{})
	d.reported(0, "one", true)
	to := Ending{
		Phase: "one", Outcome: models.PhaseContinues, Partners: []models.ID{d.tenders[0].ID, d.tenders[1].ID},
	}
	requireRefused(t, models.CodePhaseUnreported, MayEndPhase(d.Dossier, d.Tendering.Lots[0], to))
}
