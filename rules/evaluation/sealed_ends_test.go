package evaluation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// left is how the lot would be left on a ground.
func (d *desk) left(ground models.SealedGround) (models.LeftSealed, error) {
	return LeaveSealed(d.Dossier, d.Tendering.Lots[0], ground)
}

// ends has the lot end on a ground, and returns the letters on it.
func (d *desk) ends(ground models.SealedGround) []Letter {
	d.Helper()
	left, err := d.left(ground)
	require.NoError(d, err)
	d.Tendering.SealedEnds = append(d.Tendering.SealedEnds, left)
	lot := &d.Tendering.Lots[0]
	lot.EndedAt, lot.EndReason = &now, "other"
	return ComposeEndLetters(d.Dossier, *lot, "It could not be opened.")
}

// withheldFor lets a time pass since openers could release.
func (d *desk) withheldFor(past time.Duration) {
	since := d.Now.Add(-past)
	d.box1().ClosedAt = &since
	if d.box1().QualityLockedAt != nil {
		d.box1().QualityLockedAt = &since
	}
}

// loses records that the opener of a buyer has lost its key.
func (d *desk) loses(buyer models.ID) {
	d.Helper()
	loss := models.OpenerLoss{Person: "per_of_" + buyer, Fingerprint: "FINGERPRINT", Reason: "its disk broke"}
	require.NoError(d, loss.CheckAgainst(d.Dossier, models.Entry{OrganisationID: buyer}))
	d.write(models.EntryOpenerLoss, loss.Subject(), loss.Person, loss)
}

// leaves ends all roles of the opener of a buyer.
func (d *desk) leaves(buyer models.ID) {
	d.Roles = slices.DeleteFunc(d.Roles, func(a models.RoleAssignment) bool { return a.PersonID == "per_of_"+buyer })
}

func TestALotWhoseOpenersWithholdEndsWithLetterAndReportLine(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	d.drop(models.EntryAdmission)
	d.releases(models.EnvelopeQuality, "org_b")
	d.withheldFor(withheldAfter)
	letters := d.ends(models.OpenersWithhold)
	require.Equal(t, []models.LeftSealed{{
		LotID: d.lot, BoxID: d.box1().ID, Kind: models.EnvelopeQuality, Ground: models.OpenersWithhold,
		Fingerprint: "FINGERPRINT", Needed: 2, Released: []models.ID{"per_of_org_b"},
		Withheld: []models.ID{"per_of_org_a", "per_of_org_c"}, EndedAt: now,
	}}, d.Tendering.SealedEnds)
	require.Len(t, letters, 1)
	require.Equal(t, UnopenedWhole, letters[0].Unopened)
	require.Equal(t, &NotOpening{models.OpenersWithhold, 2, 1}, letters[0].LeftSealed)

	item := d.item("no_award")
	require.Equal(t, []string{"ended", "left_sealed"}, keys(item))
	said := strings.Join(item.Statements[1].Fill, "|")
	require.Contains(t, said, "released|org_b (per_of_org_b)")
	require.Contains(t, said, "withheld|Lead (per_of_org_a); org_c (per_of_org_c)")
	require.Contains(t, said, "lost|nobody")
	require.Equal(t, "release", item.Statements[1].Evidence[0].What)
	require.Equal(t, []string{"unopened"}, keys(d.item("rejection")))
	require.Empty(t, d.item("selection").Statements, "nobody has admitted what nobody has opened")
}

func TestALotThatHasLostTooManyOpenersEndsWithLetterAndReportLine(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	d.releases(models.EnvelopeQuality, "org_b")
	d.leaves("org_a")
	d.loses("org_c")
	d.withheldFor(withheldAfter - time.Second)
	_, err := d.left(models.OpenersLost)
	requireRefused(t, models.CodeGroundNotBorneOut, err)
	d.withheldFor(withheldAfter)
	letters := d.ends(models.OpenersLost)
	left := d.Tendering.SealedEnds[0]
	require.Equal(t, []models.ID{"per_of_org_a", "per_of_org_c"}, left.Lost)
	require.Empty(t, left.Withheld)
	require.Equal(t, &NotOpening{models.OpenersLost, 2, 1}, letters[0].LeftSealed)
	statement := d.item("no_award").Statements[1]
	require.Contains(t, strings.Join(statement.Fill, "|"), "lost|Lead (per_of_org_a); org_c (per_of_org_c)")
	require.Len(t, statement.Evidence, 2, "the release, and the entry that records the loss")
	require.Equal(t, models.EntryOpenerLoss, statement.Evidence[1].Kind)
	require.Empty(t, statement.Text, "why an opener is lost is personal")
}

func TestALotWhosePricesAreWithheldEndsWithLetter(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	d.releases(models.EnvelopeQuality, "org_a", "org_b")
	d.box1().UnsealedAt = &d.locked
	d.Tendering.Openings = []models.Opening{{TenderID: d.tenders[0].ID, N: 1, Readable: true}}
	_, err := d.left(models.OpenersWithhold)
	requireRefused(t, models.CodeGroundNotBorneOut, err)
	d.lock()
	d.withheldFor(withheldAfter)
	letters := d.ends(models.OpenersWithhold)
	require.Equal(t, models.EnvelopePrice, d.Tendering.SealedEnds[0].Kind)
	require.Equal(t, UnopenedPrice, letters[0].Unopened)
	require.Equal(t, []string{"none_rejected"}, keys(d.item("rejection")), "the tender itself was opened")
}

func TestATenderThatCannotBeReadIsOutWithLetterAndReportLineThoughItsLotEnds(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	d.box1().UnsealedAt = &d.locked
	d.Tendering.Openings = []models.Opening{{TenderID: d.tenders[0].ID, N: 1}}
	exclusion := models.Admission{
		Tender: d.tenders[0].ID, Decision: models.AdmissionExcluded, Code: "unreadable",
		Reason: models.Text{"en": "Its own secret does not open envelope 1."},
	}
	require.NoError(t, exclusion.CheckAgainst(d.Dossier, models.Entry{}))
	d.check(0, exclusion, now)
	lot := &d.Tendering.Lots[0]
	lot.EndedAt, lot.EndReason = &now, "all-rej"
	letters := ComposeEndLetters(d.Dossier, *lot, "Nothing can be awarded.")
	require.Equal(t, "unreadable", letters[0].ExcludedFor)
	require.Equal(t, exclusion.Reason, letters[0].ExclusionReason)
	require.Nil(t, letters[0].LeftSealed)
	statement := d.item("rejection").Statements[0]
	require.Equal(t, "excluded", statement.Key)
	require.Equal(t, exclusion.Reason, statement.Text)
	require.NotEmpty(t, statement.Evidence)
}

func TestTheGroundOfALotThatCannotBeOpenedIsBorneOutByItsBox(t *testing.T) {
	t.Parallel()
	const withhold, lost = models.OpenersWithhold, models.OpenersLost
	const notBorneOut = models.CodeGroundNotBorneOut
	both := []models.ID{"org_a", "org_c"}
	for name, c := range map[string]struct {
		ground models.SealedGround
		code   models.Code
		change func(*desk)
	}{
		"the box is open": {lost, models.CodeDeadlineNotOver, func(d *desk) { d.box1().ClosedAt = nil }},
		"the lot was never published": {
			lost, models.CodeLotNotOpen, func(d *desk) { d.Tendering.Lots[0].Boxes = nil },
		},
		"openers had less than a day": {withhold, notBorneOut, func(d *desk) { d.withheldFor(withheldAfter - 1) }},
		"openers had less than a day since a suspension": {
			withhold, notBorneOut, func(d *desk) {
				resumed := d.Now.Add(1 - withheldAfter)
				d.Tendering.Resumed = []models.Motion{{Verb: models.VerbResume, DecidedAt: &resumed}}
			},
		},
		"the procurement is suspended": {
			withhold, notBorneOut, func(d *desk) { d.Procurement.Status = models.StatusSuspended },
		},
		"enough can still release":  {lost, notBorneOut, func(d *desk) { d.loses("org_a") }},
		"too few can still release": {withhold, notBorneOut, func(d *desk) { d.loses("org_a"); d.leaves("org_b") }},
		"enough have released": {
			withhold, notBorneOut, func(d *desk) { d.releases(models.EnvelopeQuality, both...) },
		},
		"nothing was handed in": {withhold, notBorneOut, func(d *desk) { d.Tendering.Received = nil }},
		"the lot has ended":     {lost, models.CodeLotEnded, func(d *desk) { d.Tendering.Lots[0].EndedAt = &now }},
		"it is sealed for nobody": {
			lost, models.CodeOpenersMissing, func(d *desk) { d.box1().Fingerprint = "" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newOpening(t)
			d.withheldFor(2 * withheldAfter)
			c.change(d)
			_, err := d.left(c.ground)
			requireRefused(t, c.code, err)
		})
	}
}

func TestOnlyItsOwnBuyerSaysThatAnOpenerIsLost(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	loss := models.OpenerLoss{Person: "per_of_org_a", Fingerprint: "FINGERPRINT", Reason: "it broke"}
	by := func(buyer models.ID) error { return loss.CheckAgainst(d.Dossier, models.Entry{OrganisationID: buyer}) }
	require.NoError(t, by("org_a"))
	requireRefused(t, models.CodeForbidden, by("org_b"))
	loss.Fingerprint = "OTHER"
	requireRefused(t, models.CodeNotAnOpener, by("org_a"))
	loss = models.OpenerLoss{Person: "per_colleague", Fingerprint: "FINGERPRINT", Reason: "it broke"}
	requireRefused(t, models.CodeNotAnOpener, by("org_a"))
	d.Tendering.Handovers = []models.BoxHandover{{
		BoxID: d.box1().ID, Kind: models.EnvelopeQuality, Turn: 1, PersonID: "per_of_org_a",
		ToPersonID: "per_colleague", OrganisationID: "org_a",
	}}
	require.NoError(t, by("org_a"), "who got the shares can lose them")
	requireRefused(t, models.CodeInvalidID, models.OpenerLoss{Person: "per_1", Reason: "it broke"}.Check())
	nothing := models.OpenerLoss{Person: models.NewID(models.PrefixPerson)}
	requireRefused(t, models.CodeInvalidValue, nothing.Check())
}

// Under the mean a conflict that is declared late takes scores away. Whoever comes among the best by it was not among
// those whose prices were released: without a further turn the lot could be neither ranked nor opened.
func TestAPriceThatIsAmongTheBestAfterALateConflictIsReleasedInATurnOfItsOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusMean, offer{"100.00", "9"}, offer{"80.00", "8"}, offer{"70.00", "1"})
	d.sealFor(2, "org_a", "org_b", "org_c")
	entry, _ := d.Latest(models.EntryOpenerSet)
	d.box1().OpenerSet, d.box1().OpenerSetVersion, d.box1().Fingerprint = entry.ID, entry.Version, "FINGERPRINT"
	criteria, _, _ := d.CriteriaFor(d.lot)
	criteria.Best = 2
	d.rewrite(models.EntryAwardCriteria, string(d.lot), criteria)
	for i := range d.Tendering.Sheets {
		if s := &d.Tendering.Sheets[i]; s.PersonID == d.evaluators[1] && s.TenderID == d.tenders[2].ID {
			s.Scores = scores("9")
		} else if s.PersonID == d.evaluators[1] && s.TenderID == d.tenders[1].ID {
			s.Scores = scores("3")
		}
	}
	third := d.tenders[2].ID
	turn := func() models.Turn {
		turn, err := ToOpen(d.Dossier, d.Tendering.Lots[0], *d.box1(), models.EnvelopePrice, "")
		require.NoError(t, err)
		return turn
	}
	of := func(turn models.Turn) (tenders []models.ID) {
		for _, e := range turn.Envelopes {
			tenders = append(tenders, e.TenderID)
		}
		return tenders
	}
	found := d.Tendering.Openings
	d.Tendering.Openings = nil
	require.Equal(t, 1, turn().N)
	require.ElementsMatch(t, []models.ID{d.tenders[0].ID, d.tenders[1].ID}, of(turn()))
	d.releases(models.EnvelopePrice, "org_a", "org_b")
	d.Tendering.Unread = []models.UnreadBox{{BoxID: d.box1().ID, Kind: models.EnvelopePrice}}
	require.Equal(t, 1, turn().N, "what was released is still being read")
	d.Tendering.Openings, d.Tendering.Unread = found[:2], nil
	require.Equal(t, 1, turn().N, "nothing is missing")
	_, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)

	priced := d.Tendering.Releases
	d.Tendering.Releases, d.Tendering.Openings = slices.Clone(priced[:1]), nil
	d.Tendering.Releases[0].Tenders = []models.ID{d.tenders[0].ID, d.tenders[1].ID}
	require.Equal(t, 1, turn().N, "both are still among the best")
	d.declareAt(d.evaluators[0], true, time.Minute)
	require.Equal(t, 2, turn().N, "too few have released, and the second is out: its price stays sealed")
	require.ElementsMatch(t, []models.ID{d.tenders[0].ID, third}, of(turn()))
	d.Tendering.Releases, d.Tendering.Openings = priced, found[:2]
	_, err = Evaluate(d.Dossier, d.lot)
	requireRefused(t, models.CodePriceMissing, err)
	require.Equal(t, 2, turn().N)
	require.Equal(t, []models.ID{third}, of(turn()))
	again := models.BoxRelease{
		BoxID: d.box1().ID, Kind: models.EnvelopePrice, Turn: 2, PersonID: "per_of_org_a", OrganisationID: "org_a",
	}
	require.NoError(t, MayReleaseAs(d.Dossier, again), "in each turn an opener releases anew")
	again.Turn = 1
	requireRefused(t, models.CodeReleaseTwice, MayReleaseAs(d.Dossier, again))
	again.Turn = 2
	d.Tendering.Releases = append(d.Tendering.Releases, again)
	p := ProgressOf(d.Dossier, *d.box1(), models.EnvelopePrice)
	require.Len(t, p, 1)
	require.Equal(t, 2, p[0].N)
	require.Equal(t, []models.ID{"per_of_org_a"}, p[0].Released)
	d.Tendering.Openings = found
	_, err = Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
}

func TestThePublicIsToldNoOtherReasonWhereABoxCannotBeOpened(t *testing.T) {
	t.Parallel()
	refused := slices.DeleteFunc(models.NonAwardCodes(), func(c models.NonAwardCode) bool {
		return CheckSealedCode(c) == nil
	})
	require.Len(t, refused, len(models.NonAwardCodes())-2)
	require.NotContains(t, refused, models.NonAwardCode("tch-pr-error"))
	require.NotContains(t, refused, models.NonAwardCode("other"))
	requireRefused(t, models.CodeInvalidValue, CheckSealedCode("no-rece"))
}
