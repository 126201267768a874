package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// newOpening is a lot whose box is closed, sealed for three openers of whom two open together, with one tender: quality
// in envelope 1, the price in 2.
func newOpening(t *testing.T, offers ...offer) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair, append(offers, offer{"100.00", "8"})...)
	d.Tendering.Openings = nil
	d.sealFor(2, "org_a", "org_b", "org_c")
	entry, _ := d.Latest(models.EntryOpenerSet)
	d.box1().OpenerSet, d.box1().OpenerSetVersion, d.box1().Fingerprint = entry.ID, entry.Version, "FINGERPRINT"
	d.box1().UnsealedAt = nil
	d.lockedAt(nil)
	return d
}

func (d *desk) box1() *models.Box { return &d.Tendering.Lots[0].Boxes[0] }

// lock has the panel's quality locked, so that prices are opened.
func (d *desk) lock() { d.lockedAt(&now) }

// releases has the openers of buyers release the envelopes of a kind.
func (d *desk) releases(kind models.EnvelopeKind, buyers ...models.ID) {
	for _, buyer := range buyers {
		d.Tendering.Releases = append(d.Tendering.Releases, models.BoxRelease{
			BoxID: d.box1().ID, Kind: kind, PersonID: "per_of_" + buyer, OrganisationID: buyer, Turn: 1,
		})
	}
}

func (d *desk) toOpen(kind models.EnvelopeKind) ([]models.Envelope, error) {
	turn, err := ToOpen(d.Dossier, d.Tendering.Lots[0], *d.box1(), kind, "")
	return turn.Envelopes, err
}

func TestOpenersFetchEnvelopesOnceTheBoxIsOpenedAndPricesOnceQualityIsLocked(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	d.box1().UnsealedAt = &d.locked
	tender := d.tenders[0]
	quality, price := tender.Envelopes[0], tender.Envelopes[1]
	require.NoError(t, MayFetch(d.Dossier, tender.ID, quality))
	requireRefused(t, models.CodeQualityOpen, MayFetch(d.Dossier, tender.ID, price))
	requireRefused(t, models.CodeNotUnsealed, MayFetch(d.Dossier, models.NewID(models.PrefixTender), quality))
	d.lock()
	require.NoError(t, MayFetch(d.Dossier, tender.ID, quality))
	require.NoError(t, MayFetch(d.Dossier, tender.ID, price))

	d.box1().UnsealedAt = nil
	requireRefused(t, models.CodeNotUnsealed, MayFetch(d.Dossier, tender.ID, quality))
}

func TestABoxIsReleasedByKindsWhenTheirTimeHasCome(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	quality, err := d.toOpen(models.EnvelopeQuality)
	require.NoError(t, err)
	require.Len(t, quality, 1)
	_, err = d.toOpen(models.EnvelopePrice)
	requireRefused(t, models.CodeQualityOpen, err)
	_, err = d.toOpen(models.EnvelopeQualification)
	requireRefused(t, models.CodeReleaseIncomplete, err)
	d.lock()
	prices, err := d.toOpen(models.EnvelopePrice)
	require.NoError(t, err)
	require.Len(t, prices, 1)

	d.box1().Fingerprint = ""
	_, err = d.toOpen(models.EnvelopeQuality)
	requireRefused(t, models.CodeOpenersMissing, err)
	d.Tendering.Lots[0].EndedAt = &now
	_, err = d.toOpen(models.EnvelopeQuality)
	requireRefused(t, models.CodeLotEnded, err)
	d.Tendering.Lots[0].EndedAt, d.box1().ClosedAt = nil, nil
	_, err = d.toOpen(models.EnvelopeQuality)
	requireRefused(t, models.CodeDeadlineNotOver, err)
}

func TestOnlyThePricesOfTheBestAreReleased(t *testing.T) {
	t.Parallel()
	d := newOpening(t, offer{"80.00", "9"}, offer{"70.00", "1"})
	d.lock()
	criteria, _, _ := d.CriteriaFor(d.lot)
	criteria.Best = 2
	d.rewrite(models.EntryAwardCriteria, string(d.lot), criteria)
	prices, err := d.toOpen(models.EnvelopePrice)
	require.NoError(t, err)
	require.Len(t, prices, 2)
	for _, e := range prices {
		require.NotEqual(t, d.tenders[1].ID, e.TenderID, "its price stays sealed")
	}
}

func TestALotIsOpenedOnceEnoughOpenersHaveReleasedWhatHoldsNoPrice(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	may := func() error { return MayUnseal(d.Dossier, d.Tendering.Lots[0]) }
	err := may()
	requireRefused(t, models.CodeReleasesMissing, err)
	d.releases(models.EnvelopePrice, "org_a", "org_b")
	requireRefused(t, models.CodeReleasesMissing, may())
	d.releases(models.EnvelopeQuality, "org_a")
	err = may()
	requireRefused(t, models.CodeReleasesMissing, err)
	refusal, _ := models.RefusalOf(err)
	require.NotContains(t, refusal.Accepted, "per_of_org_a", "who has released is not waited for")
	require.Contains(t, refusal.Accepted, "per_of_org_b")
	require.Contains(t, refusal.Accepted, "per_of_org_c")
	d.releases(models.EnvelopeQuality, "org_c")
	require.NoError(t, may())

	d.box1().UnsealedAt = &now
	requireRefused(t, models.CodeAlreadyOpened, may())
	d.box1().UnsealedAt, d.Tendering.Received, d.Tendering.Releases = nil, nil, nil
	require.NoError(t, may(), "nothing is in it")
	d.box1().ClosedAt = nil
	requireRefused(t, models.CodeDeadlineNotOver, may())
	d.Tendering.Lots[0].Boxes = nil
	requireRefused(t, models.CodeLotNotOpen, may())
}

func TestSharesGoToAnotherOpenerOfTheSameBuyerByOneOfTheTwo(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	d.Roles = append(d.Roles, models.RoleAssignment{
		PersonID: "per_colleague", Role: models.RoleOpener, OrganisationID: "org_a",
	})
	set, _ := d.OpenersOf(d.box1().SealedFor()[0])
	handover := models.BoxHandover{
		BoxID: d.box1().ID, Kind: models.EnvelopeQuality, PersonID: "per_of_org_a", ToPersonID: "per_colleague",
		OrganisationID: "org_a", Turn: 1,
	}
	may := func(h models.BoxHandover, sender models.ID) error { return MayHandOver(d.Dossier, h, sender) }
	require.NoError(t, may(handover, "per_colleague"))
	requireRefused(t, models.CodeForbidden, may(handover, "per_of_org_a"))
	stranger := handover
	stranger.ToPersonID = "per_stranger"
	requireRefused(t, models.CodeHandoverRefused, may(stranger, "per_stranger"))
	twice := handover
	twice.ToPersonID, twice.OrganisationID = "per_of_org_b", "org_b"
	requireRefused(t, models.CodeHandoverRefused, may(twice, "per_of_org_b"))

	d.Tendering.Handovers = append(d.Tendering.Handovers, handover)
	requireRefused(t, models.CodeHandoverRefused, may(handover, "per_colleague"))
	release := models.BoxRelease{
		BoxID: d.box1().ID, Kind: models.EnvelopeQuality, PersonID: "per_of_org_a", OrganisationID: "org_a",
		Turn: 1,
	}
	requireRefused(t, models.CodeNotAnOpener, MayReleaseAs(d.Dossier, release))
	release.PersonID = "per_colleague"
	require.NoError(t, MayReleaseAs(d.Dossier, release))
	release.OrganisationID = "org_b"
	requireRefused(t, models.CodeNotAnOpener, MayReleaseAs(d.Dossier, release))
	require.Equal(t, []models.ID{"per_colleague", "per_of_org_b", "per_of_org_c"},
		d.Tendering.Holders(d.box1().ID, models.EnvelopeQuality, 1, set.Openers))
	require.Contains(t, d.Tendering.Holders(d.box1().ID, models.EnvelopePrice, 1, set.Openers),
		models.ID("per_of_org_a"))
	d.Tendering.Handovers = nil
	d.releases(models.EnvelopeQuality, "org_a")
	requireRefused(t, models.CodeHandoverRefused, may(handover, "per_colleague"))
}

func TestAnEarlierSetOfOpenersStillOpensWhatWasSealedForIt(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	before, ok := d.OpenersOf(d.box1().SealedFor()[0])
	require.True(t, ok)
	for i := range d.Entries {
		if d.Entries[i].Kind == models.EntryOpenerSet {
			d.Earlier = append(d.Earlier, d.Entries[i])
			d.Entries[i].Version++
			d.Entries[i].WrittenAt = now.Add(time.Minute)
		}
	}
	after, ok := d.OpenersOf(d.box1().SealedFor()[0])
	require.True(t, ok)
	require.Equal(t, before, after)
	d.box1().OpenerSetVersion = 7
	_, ok = d.OpenersOf(d.box1().SealedFor()[0])
	require.False(t, ok)
}

func TestATenderIsExcludedAsUnreadableOnlyIfItIs(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	d.box1().UnsealedAt = &d.locked
	exclusion := models.Admission{
		Tender: d.tenders[0].ID, Decision: models.AdmissionExcluded, Code: "unreadable",
		Reason: models.Text{"en": "It cannot be read."},
	}
	may := func() error { return exclusion.CheckAgainst(d.Dossier, models.Entry{}) }
	requireRefused(t, models.CodeInvalidValue, may())
	d.Tendering.Openings = []models.Opening{{TenderID: d.tenders[0].ID, N: 1, Readable: true}}
	requireRefused(t, models.CodeInvalidValue, may())
	d.Tendering.Openings[0].Readable = false
	require.NoError(t, may())
	d.Tendering.Openings = []models.Opening{{TenderID: d.tenders[0].ID, N: 2, Readable: true}}
	require.NoError(t, may(), "its price envelope holds no price")
}
