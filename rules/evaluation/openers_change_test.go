package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestTheOpenersChangeWhileABoxIsOpenOrNoEnvelopeIsSealedForThem(t *testing.T) {
	t.Parallel()
	box := func(closed *time.Time, deadline time.Duration) []models.Box {
		return []models.Box{{
			OpenedAt: now, Deadline: now.Add(deadline), ClosedAt: closed, HandsIn: models.HandedTender,
		}}
	}
	draft, open := models.Lot{}, models.Lot{Boxes: box(nil, time.Hour)}
	over, closed := models.Lot{Boxes: box(nil, -time.Hour)}, models.Lot{Boxes: box(&now, -time.Hour)}
	ended := models.Lot{Boxes: box(&now, -time.Hour), EndedAt: &now}
	for name, c := range map[string]struct {
		lots   []models.Lot
		frozen bool
	}{
		"no lot":                         {nil, false},
		"no published lot":               {[]models.Lot{draft, {EndedAt: &now}}, false},
		"a box that is open":             {[]models.Lot{draft, open}, false},
		"one whose deadline is over":     {[]models.Lot{over}, true},
		"one that is closed":             {[]models.Lot{closed, draft}, true},
		"one that is closed, one open":   {[]models.Lot{closed, open}, false},
		"one of a lot that ended":        {[]models.Lot{ended}, false},
		"one that ended, and one closed": {[]models.Lot{ended, closed}, true},
	} {
		err := SealingFrozen(models.Dossier{Now: now, Tendering: models.Tendering{Lots: c.lots}})
		if c.frozen {
			requireRefused(t, models.CodeFrozen, err)
			continue
		}
		require.NoError(t, err, name)
	}
}

// succeededBy has another version of the set written, with another opener of the first buyer, who is tested.
func (d *desk) succeededBy(fingerprint string) {
	d.Helper()
	set, _ := d.Openers()
	person := models.ID("per_of_" + fingerprint)
	set.Openers[0] = models.SetOpener{Buyer: set.Openers[0].Buyer, Person: person, Key: "key of " + fingerprint}
	set.Fingerprint = fingerprint
	d.write(models.EntryOpenerKey, "", "", models.OpenerKey{Person: person, Key: set.Openers[0].Key})
	d.Roles = append(d.Roles, models.RoleAssignment{
		PersonID: person, Role: models.RoleOpener, OrganisationID: set.Openers[0].Buyer,
	})
	test := models.OpenerTest{Fingerprint: fingerprint}
	for _, o := range set.Openers {
		test.Passed = append(test.Passed, o.Person)
	}
	d.Tendering.Tests = append(d.Tendering.Tests, test)
	d.write(models.EntryOpenerSet, "", "", set)
}

// sealedForLatest has what is handed in from now on sealed for the present openers.
func (d *desk) sealedForLatest() {
	box := d.box1()
	entry, _ := d.Latest(models.EntryOpenerSet)
	set, _ := d.Openers()
	box.Former = box.SealedFor()
	box.OpenerSet, box.OpenerSetVersion, box.Fingerprint = entry.ID, entry.Version, set.Fingerprint
}

func TestTheOpenersOfAnOpenBoxAreChangedForOnesWhoAreReady(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	_, err := MayChangeOpeners(d.Dossier)
	requireRefused(t, models.CodeLotNotOpen, err)
	d.published()
	entry, _ := d.Latest(models.EntryOpenerSet)
	d.box1().OpenerSet, d.box1().OpenerSetVersion, d.box1().Fingerprint = entry.ID, entry.Version, "FINGERPRINT"
	_, err = MayChangeOpeners(d.Dossier)
	requireRefused(t, models.CodeOpenersRefused, err)

	d.succeededBy("OTHERS")
	lots, err := MayChangeOpeners(d.Dossier)
	require.NoError(t, err)
	require.Len(t, lots, 1)
	n := ComposeOpenersNotice(d.Dossier, lots, "a key is lost")
	require.Equal(t, models.PublishedOpeners{Threshold: 2, Openers: 3, Fingerprint: "OTHERS"}, n.Openers)
	require.Equal(t, models.PublishedOpeners{Threshold: 2, Openers: 3, Fingerprint: "FINGERPRINT"}, n.Lots[0].Former)
	require.Equal(t, d.Tendering.Notices[0].Digest, n.Lots[0].Changes)

	set, _ := d.Openers()
	again := set
	again.Fingerprint = "f1ngerprlnt"
	d.write(models.EntryOpenerSet, "", "", again)
	_, err = MayChangeOpeners(d.Dossier)
	requireRefused(t, models.CodeOpenersRefused, err)
	d.write(models.EntryOpenerSet, "", "", set)

	passed := d.Tendering.Tests[1].Passed
	d.Tendering.Tests[1].Passed = passed[1:]
	_, err = MayChangeOpeners(d.Dossier)
	requireRefused(t, models.CodeOpenersUntested, err)
	d.Tendering.Tests[1].Passed = passed
	at := d.Now
	d.Now = d.box1().Deadline.Add(-24 * time.Hour)
	_, err = MayChangeOpeners(d.Dossier)
	requireRefused(t, models.CodeDeadlineNotMoved, err)
	d.Now = d.box1().Deadline.Add(time.Second)
	_, err = MayChangeOpeners(d.Dossier)
	requireRefused(t, models.CodeLotNotOpen, err)
	d.Now = at

	d.sealedForLatest()
	require.Equal(t, "FINGERPRINT", d.box1().ActingIn(1).Fingerprint)
	require.Equal(t, "OTHERS", d.box1().ActingIn(2).Fingerprint)
	require.Equal(t, "FINGERPRINT", d.box1().ActingIn(3).Fingerprint)
	before, _ := d.Openers()
	before.Fingerprint = "FINGERPRINT"
	d.write(models.EntryOpenerSet, "", "", before)
	_, err = MayChangeOpeners(d.Dossier)
	requireRefused(t, models.CodeOpenersRefused, err)
	d.succeededBy("THIRD")
	for len(d.box1().Former) < mostFormerOpeners {
		d.box1().Former = append(d.box1().Former, models.SealedFor{})
	}
	_, err = MayChangeOpeners(d.Dossier)
	requireRefused(t, models.CodeOpenersRefused, err)
}

// A box opens whole: what is sealed for some of its openers is not read before the others have released, too.
func TestABoxWhoseOpenersWereChangedOpensOnceEnoughOfEachHaveReleased(t *testing.T) {
	t.Parallel()
	d := newOpening(t, offer{"80.00", "7"})
	d.succeededBy("OTHERS")
	d.sealedForLatest()
	for i := range d.Tendering.Received[1].Envelopes {
		d.Tendering.Received[1].Envelopes[i].Fingerprint = "OTHERS"
	}
	first, second := d.tenders[0].ID, d.tenders[1].ID
	lot := func() models.Lot { return d.Tendering.Lots[0] }
	release := func(kind models.EnvelopeKind, turn int, people ...models.ID) {
		for _, person := range people {
			d.Tendering.Releases = append(d.Tendering.Releases, models.BoxRelease{
				BoxID: d.box1().ID, Kind: kind, Turn: turn, PersonID: person,
			})
		}
	}
	_, err := d.toOpen(models.EnvelopeQuality)
	requireRefused(t, models.CodeReleaseIncomplete, err)
	for turn, c := range map[int]struct {
		openers string
		tender  models.ID
	}{1: {"FINGERPRINT", first}, 2: {"OTHERS", second}} {
		got, err := ToOpen(d.Dossier, lot(), *d.box1(), models.EnvelopeQuality, c.openers)
		require.NoError(t, err)
		require.Equal(t, turn, got.N)
		require.Len(t, got.Envelopes, 1)
		require.Equal(t, c.tender, got.Envelopes[0].TenderID)
	}
	_, err = ToOpen(d.Dossier, lot(), *d.box1(), models.EnvelopeQuality, "STRANGERS")
	requireRefused(t, models.CodeReleaseIncomplete, err)

	newcomer := models.BoxRelease{
		BoxID: d.box1().ID, Kind: models.EnvelopeQuality, Turn: 1, PersonID: "per_of_OTHERS", OrganisationID: "org_a",
	}
	requireRefused(t, models.CodeNotAnOpener, MayReleaseAs(d.Dossier, newcomer))
	newcomer.Turn = 2
	require.NoError(t, MayReleaseAs(d.Dossier, newcomer))

	release(models.EnvelopeQuality, 1, "per_of_org_b")
	last := models.BoxRelease{
		BoxID: d.box1().ID, Kind: models.EnvelopeQuality, Turn: 1, PersonID: "per_of_org_c", OrganisationID: "org_c",
	}
	requireRefused(t, models.CodeReleasesMissing, MayReleaseAs(d.Dossier, last))
	release(models.EnvelopeQuality, 2, "per_of_org_c")
	require.NoError(t, MayReleaseAs(d.Dossier, last), "of both sets one release is missing")
	d.Tendering.Releases = d.Tendering.Releases[:1]
	release(models.EnvelopeQuality, 1, "per_of_org_c")
	requireRefused(t, models.CodeReleasesMissing, MayUnseal(d.Dossier, lot()))
	release(models.EnvelopeQuality, 2, "per_of_org_b", "per_of_OTHERS")
	require.NoError(t, MayUnseal(d.Dossier, lot()))

	d.box1().UnsealedAt = &now
	d.lock()
	require.False(t, Completes(d.Dossier, *d.box1(), models.EnvelopePrice, 1))
	release(models.EnvelopePrice, 2, "per_of_org_b", "per_of_org_c")
	require.False(t, Completes(d.Dossier, *d.box1(), models.EnvelopePrice, 1), "one more is needed, and then one")
	release(models.EnvelopePrice, 1, "per_of_org_b")
	require.True(t, Completes(d.Dossier, *d.box1(), models.EnvelopePrice, 1))
	progress := ProgressOf(d.Dossier, *d.box1(), models.EnvelopePrice)
	require.Equal(t, []models.ID{"per_of_org_b"}, progress[0].Released)
	require.Equal(t, []models.ID{"per_of_org_a", "per_of_org_c"}, progress[0].Able)

	// The former openers cannot release any more: the lot is left for their sake, whatever the others can.
	d.Tendering.Releases = nil
	d.leaves("org_a")
	d.leaves("org_b")
	kind, awaited, _ := awaited(d.Dossier, *d.box1())
	require.Equal(t, models.EnvelopePrice, kind)
	require.Equal(t, "FINGERPRINT", awaited.Openers.Fingerprint)
	require.Equal(t, []models.ID{"per_of_org_a", "per_of_org_b"}, awaited.Lost)
}

// bestOfTwoSets is a lot in which the prices of the best two of three tenders are to be opened: the first is sealed for
// the former openers, the others, which are worse, for the present ones.
func bestOfTwoSets(t *testing.T) *desk {
	t.Helper()
	d := newOpening(t, offer{"100.00", "9"}, offer{"80.00", "7"})
	d.box1().UnsealedAt = &now
	criteria, _, _ := d.CriteriaFor(d.lot)
	criteria.Best = 2
	d.rewrite(models.EntryAwardCriteria, string(d.lot), criteria)
	d.succeededBy("OTHERS")
	d.sealedForLatest()
	for _, later := range d.Tendering.Received[1:] {
		for k := range later.Envelopes {
			later.Envelopes[k].Fingerprint = "OTHERS"
		}
	}
	d.lock()
	return d
}

// releasePrices has people release in a turn the prices of tenders.
func (d *desk) releasePrices(turn int, tenders []models.ID, people ...models.ID) {
	for _, person := range people {
		d.Tendering.Releases = append(d.Tendering.Releases, models.BoxRelease{
			BoxID: d.box1().ID, Kind: models.EnvelopePrice, Turn: turn, PersonID: person, Tenders: tenders,
		})
	}
}

// Where only the prices of the best are opened, the turns of a sitting are void together.
func TestPricesOfFormerAndPresentOpenersAreReleasedInOneSitting(t *testing.T) {
	t.Parallel()
	d := bestOfTwoSets(t)
	turns := func() map[int]int {
		sizes := map[int]int{}
		for _, turn := range turnsOf(d.Dossier, *d.box1(), models.EnvelopePrice) {
			sizes[turn.N] = len(turn.Envelopes)
		}
		return sizes
	}
	require.Equal(t, map[int]int{1: 1, 2: 1}, turns(), "9 of the former openers' tenders, 8 of the present ones'")
	first, second, third := d.tenders[0].ID, d.tenders[1].ID, d.tenders[2].ID
	d.releasePrices(1, []models.ID{first}, "per_of_org_b", "per_of_org_c")
	require.Equal(t, map[int]int{1: 1, 2: 1}, turns(), "nothing is read before the others have released")
	d.check(0, models.Admission{Decision: models.AdmissionExcluded, Code: "unreadable"}, now)
	require.Equal(t, map[int]int{3: 0, 4: 2}, turns(), "the first tender is out, and its price stays sealed")
	last := ProgressOf(d.Dossier, *d.box1(), models.EnvelopePrice)
	require.Zero(t, last[0].missing(), "there is nothing for the former openers to release")
	require.Equal(t, 2, last[1].missing())

	d.releasePrices(4, []models.ID{second, third}, "per_of_org_b")
	require.Equal(t, map[int]int{3: 0, 4: 2}, turns(), "they are not asked once the others have begun")
	require.True(t, Completes(d.Dossier, *d.box1(), models.EnvelopePrice, 4))
}

// Who has released everything is not asked again because another set has something new to release.
func TestWhatWasReadIsNotReleasedAgainInAFurtherSitting(t *testing.T) {
	t.Parallel()
	d := bestOfTwoSets(t)
	first, second, third := d.tenders[0].ID, d.tenders[1].ID, d.tenders[2].ID
	d.releasePrices(1, []models.ID{first}, "per_of_org_b", "per_of_org_c")
	d.releasePrices(2, []models.ID{third}, "per_of_org_b", "per_of_org_c")
	for _, tender := range []models.ID{first, third} {
		d.Tendering.Openings = append(d.Tendering.Openings, models.Opening{TenderID: tender, N: 2, Readable: true})
	}
	d.check(2, models.Admission{Decision: models.AdmissionExcluded, Code: "unreadable"}, now)
	progress := func() (missing []int) {
		for _, p := range ProgressOf(d.Dossier, *d.box1(), models.EnvelopePrice) {
			missing = append(missing, p.missing())
		}
		return missing
	}
	require.Equal(t, []int{0, 2}, progress(), "the second tender is among the best by now, for the present openers")
	d.releasePrices(4, []models.ID{second}, "per_of_org_b")
	require.Equal(t, []int{0, 1}, progress())
	require.True(t, Completes(d.Dossier, *d.box1(), models.EnvelopePrice, 4))
}
