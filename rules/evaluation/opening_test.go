package evaluation

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

const opener = models.ID("per_of_org_a")

// newOpening is a lot whose box two openers have opened, with one tender: quality in envelope 1, the price in 2.
func newOpening(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"})
	d.Tendering.Openings = nil
	for _, person := range []models.ID{opener, "per_of_org_b"} {
		d.Tendering.Openers = append(d.Tendering.Openers, models.BoxOpener{BoxID: "box_1", PersonID: person})
	}
	d.lockedAt(nil)
	return d
}

// lock has the panel's quality locked, so that prices are opened.
func (d *desk) lock() { d.lockedAt(&now) }

// found is what an opener records of an envelope that can be read.
func (d *desk) found(n int) models.Opening {
	o := models.Opening{
		TenderID: d.tenders[0].ID, N: n, PersonID: opener, Readable: true,
		PlaintextDigest: strings.Repeat("a", 64),
	}
	if n == 2 {
		o.Price = &models.Money{Amount: "100.00", Currency: "EUR"}
	}
	return o
}

// sealed is what an opener records of an envelope that cannot be read.
func (d *desk) sealed(n int) models.Opening {
	return models.Opening{TenderID: d.tenders[0].ID, N: n, PersonID: opener}
}

func TestOpenersFetchEnvelopesOnceTheBoxIsOpenedAndPricesOnceQualityIsLocked(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	tender := d.tenders[0]
	quality, price := tender.Envelopes[0], tender.Envelopes[1]
	require.NoError(t, MayFetch(d.Dossier, tender.ID, quality))
	requireRefused(t, models.CodeQualityOpen, MayFetch(d.Dossier, tender.ID, price))
	requireRefused(t, models.CodeNotUnsealed, MayFetch(d.Dossier, models.NewID(models.PrefixTender), quality))
	d.lock()
	require.NoError(t, MayFetch(d.Dossier, tender.ID, quality))
	require.NoError(t, MayFetch(d.Dossier, tender.ID, price))

	d.Tendering.Lots[0].Boxes[0].UnsealedAt = nil
	err := MayFetch(d.Dossier, tender.ID, quality)
	requireRefused(t, models.CodeNotUnsealed, err)
	refusal, _ := models.RefusalOf(err)
	require.Contains(t, refusal.Accepted, "openers of different buyers", "one buyer alone opens nothing")
}

func TestAnOpenerRecordsWhatIsInAnEnvelopeWhenItsTimeHasCome(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	require.NoError(t, CheckOpening(d.Dossier, d.found(1)))
	require.NoError(t, CheckOpening(d.Dossier, d.sealed(1)), "that it cannot be read is recorded too")
	requireRefused(t, models.CodeQualityOpen, CheckOpening(d.Dossier, d.found(2)))
	requireRefused(t, models.CodeInvalidValue, CheckOpening(d.Dossier, d.found(3)))

	d.lock()
	require.NoError(t, CheckOpening(d.Dossier, d.found(2)))
	require.NoError(t, CheckOpening(d.Dossier, d.sealed(2)))
	requireRefused(t, models.CodeQualityLocked, CheckOpening(d.Dossier, d.found(1)))

	d.change(func(s *models.LotAward) { s.AwardedAt = &now })
	requireRefused(t, models.CodeAlreadyAwarded, CheckOpening(d.Dossier, d.found(2)))
}

func TestOnlyWhoTookPartInOpeningTheLotRecordsWhatIsInIt(t *testing.T) {
	t.Parallel()
	d := newOpening(t)
	d.Tendering.Openers = []models.BoxOpener{
		{BoxID: "box_2", PersonID: opener},
		{BoxID: "box_1", PersonID: "per_of_org_b"},
	}
	requireRefused(t, models.CodeForbidden, CheckOpening(d.Dossier, d.found(1)))
	byOther := d.found(1)
	byOther.PersonID = "per_of_org_b"
	require.NoError(t, CheckOpening(d.Dossier, byOther))
}

func TestWhatIsRecordedOfAnEnvelopeFitsWhatIsInIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		n     int
		spoil func(*models.Opening)
		code  models.Code
		field string
	}{
		"read, but no digest": {
			1, func(o *models.Opening) { o.PlaintextDigest = "" }, models.CodeInvalidValue,
			"/plaintext_digest",
		},
		"read, with half a digest": {
			2, func(o *models.Opening) { o.PlaintextDigest = o.PlaintextDigest[:32] }, models.CodeInvalidValue,
			"/plaintext_digest",
		},
		"unreadable, with a digest": {
			2, func(o *models.Opening) { o.Readable, o.Price = false, nil },
			models.CodeInvalidValue, "/unreadable",
		},
		"unreadable, with a plaintext": {2, func(o *models.Opening) {
			*o = models.Opening{
				TenderID: o.TenderID, N: o.N, PersonID: o.PersonID,
				UploadID: models.NewID(models.PrefixUpload),
			}
		}, models.CodeInvalidValue, "/unreadable"},
		"unreadable, with a size": {2, func(o *models.Opening) {
			*o = models.Opening{TenderID: o.TenderID, N: o.N, PersonID: o.PersonID, Size: 1}
		}, models.CodeInvalidValue, "/unreadable"},
		"unreadable, with a price": {2, func(o *models.Opening) {
			*o = models.Opening{TenderID: o.TenderID, N: o.N, PersonID: o.PersonID, Price: o.Price}
		}, models.CodeInvalidPrice, "/price"},
		"a price among the quality": {1, func(o *models.Opening) {
			o.Price = &models.Money{
				Amount:   "1.00",
				Currency: "EUR",
			}
		}, models.CodeInvalidPrice, "/price"},
		"no price": {2, func(o *models.Opening) { o.Price = nil }, models.CodePriceMissing, "/price"},
		"a price in dollars": {
			2, func(o *models.Opening) { o.Price.Currency = "USD" }, models.CodeInvalidPrice,
			"/price/currency",
		},
		"a price to the mill": {
			2, func(o *models.Opening) { o.Price.Amount = "100.001" },
			models.CodeInvalidValue, "/price/amount",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newOpening(t)
			if c.n == 2 {
				d.lock()
			}
			o := d.found(c.n)
			c.spoil(&o)
			err := CheckOpening(d.Dossier, o)
			requireRefused(t, c.code, err)
			refusal, _ := models.RefusalOf(err)
			require.Equal(t, c.field, refusal.Field)
			require.Empty(t, refusal.Others)
		})
	}
}
