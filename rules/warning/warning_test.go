package warning

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// A file is the dossier of two buyers, in France and Spain.
type file struct {
	*testing.T
	models.Dossier
}

func newFile(t *testing.T) *file {
	t.Helper()
	f := &file{t, models.Dossier{
		Procurement: models.Procurement{
			ID: "prc_this", Title: models.Text{"en": "Energy efficient supercomputers for research"},
			Zone: "Europe/Paris",
		},
		Organisations: map[models.ID]models.Organisation{}, Now: now,
	}}
	for i, country := range []string{"FR", "ES"} {
		id := models.ID("org_" + country)
		f.Members = append(f.Members, models.Member{OrganisationID: id, Lead: i == 0})
		f.Organisations[id] = models.Organisation{ID: id, LegalName: "Buyer " + country, Country: country}
	}
	return f
}

func (f *file) write(kind models.EntryKind, buyer, subject models.ID, content any) {
	f.Helper()
	body, digest, err := models.Canonical(content)
	require.NoError(f, err)
	f.Entries = append(f.Entries, models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: kind, OrganisationID: buyer, Subject: string(subject), Version: 1,
		Body: body, Digest: digest, WrittenAt: f.Now,
	})
}

func (f *file) estimate(country, amount, currency string) {
	f.write(models.EntryEstimate, models.ID("org_"+country), "",
		models.Estimate{Value: models.Money{Amount: amount, Currency: currency}, Quantity: "1", Unit: "system"})
}

func codes(all []models.Warning) []models.WarningCode {
	found := []models.WarningCode{}
	for _, w := range all {
		found = append(found, w.Code)
	}
	return found
}

// Directive 2014/24/EU, Articles 4 and 5(3): what all buyers expect to pay counts, and to reach the threshold is
// enough.
func TestTheSumOfTheEstimatesIsComparedWithTheThresholdOfTheDay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		french, spanish, currency string
		limits                    models.TimeLimits
		on                        string
		want                      []models.WarningCode
		says                      string
	}{
		"each is below, both reach it": {
			"70000.00", "70000.00", "EUR",
			models.TimeLimits{},
			"2026-03-02",
			[]models.WarningCode{"threshold_reached"},
			"the estimates of 2 of 2 buyers add up to EUR 140000.00, which is at or above the threshold of " +
				"EUR 140000 for supplies and services of central government authorities",
		},
		"a cent below": {
			"70000.00", "69999.99", "EUR",
			models.TimeLimits{},
			"2026-03-02",
			[]models.WarningCode{"below_threshold"},
			"nobody has said on which ground",
		},
		"the same a year earlier": {
			"70000.00", "70000.00", "EUR",
			models.TimeLimits{},
			"2025-12-31",
			[]models.WarningCode{"below_threshold"},
			"EUR 143000",
		},
		"the higher threshold too": {
			"200000", "16000", "EUR",
			models.TimeLimits{},
			"2026-03-02",
			[]models.WarningCode{"threshold_reached"},
			"EUR 216000 for supplies and services of authorities below",
		},
		"works": {
			"200000", "16000", "EUR",
			models.TimeLimits{Contract: "works"},
			"2026-03-02",
			[]models.WarningCode{"below_threshold"},
			"EUR 5404000 for works",
		},
		"it is said that it is below": {
			"1000", "1000", "EUR",
			models.TimeLimits{Outside: &models.Outside{Ground: "below_threshold", Reasons: "small"}},
			"2026-03-02",
			[]models.WarningCode{"outside_directive"},
			"small. The procedure keeps to all its rules",
		},
		"it is said, and is not so": {
			"140000", "1000", "EUR",
			models.TimeLimits{Outside: &models.Outside{Ground: "below_threshold", Reasons: "small"}},
			"2026-03-02",
			[]models.WarningCode{"outside_directive", "outside_contradicted"},
			"but the estimates of 2 of 2 buyers",
		},
		"an article excludes it": {
			"140000", "1000", "EUR",
			models.TimeLimits{
				Outside: &models.Outside{Ground: "excluded", Article: "Article 12(1)", Reasons: "in house"},
			},
			"2026-03-02",
			[]models.WarningCode{"outside_directive", "threshold_reached"},
			"Article 12(1) excludes it: in house",
		},
		"another currency": {
			"140000", "1000", "PLN",
			models.TimeLimits{},
			"2026-03-02",
			[]models.WarningCode{"threshold_not_compared"},
			"in euro only",
		},
		"utilities below their threshold": {
			"140000", "1000", "EUR",
			models.TimeLimits{Directive: "2014/25"},
			"2026-03-02",
			[]models.WarningCode{"below_threshold"},
			"supplies and services",
		},
		"utilities above it": {
			"500000", "1000", "EUR",
			models.TimeLimits{Directive: "2014/25"},
			"2026-03-02",
			[]models.WarningCode{"threshold_reached"},
			"supplies and services",
		},
		"a day without thresholds": {
			"140000", "1000", "EUR",
			models.TimeLimits{},
			"2040-03-02",
			[]models.WarningCode{"threshold_not_compared"},
			"2040-03-02",
		},
		"no estimate": {"", "", "", models.TimeLimits{}, "2026-03-02", []models.WarningCode{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFile(t)
			day, err := time.Parse(time.DateOnly, c.on)
			require.NoError(t, err)
			f.Now = day.Add(12 * time.Hour)
			if c.french != "" {
				f.estimate("FR", c.french, c.currency)
				f.estimate("ES", c.spanish, c.currency)
			}
			f.write(models.EntryTimeLimits, "", "", c.limits)
			all := Of(f.Dossier)
			require.Equal(t, c.want, codes(all))
			var said []string
			for _, w := range all {
				said = append(said, w.Detail)
				require.NotEmpty(t, w.Field)
				require.NotEmpty(t, w.Source)
			}
			require.Contains(t, strings.Join(said, "\n"), c.says)
		})
	}
}

// What a procurement was worth on the day on which it was published decides, not what it is worth today.
func TestTheThresholdIsThatOfTheDayOfPublication(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.estimate("FR", "141000", "EUR")
	require.Equal(t, []models.WarningCode{"threshold_reached"}, codes(Of(f.Dossier)))
	f.Tendering.Lots = []models.Lot{{Boxes: []models.Box{{OpenedAt: now.AddDate(0, -3, 0)}}}}
	require.Equal(t, []models.WarningCode{"below_threshold"}, codes(Of(f.Dossier)))
}

// Directive 2014/24/EU, Article 5(3): a procurement is not split to keep it out of the Directive.
func TestAnEarlierProcurementOfTheSameSubjectMayBelongToThisOne(t *testing.T) {
	t.Parallel()
	earlier := models.Published{
		ID: "prc_other", Title: models.Text{"en": "Energy efficient supercomputers, part 1"},
		Buyers: []models.ID{"org_ES"}, At: now.AddDate(0, -6, 0),
	}
	for name, c := range map[string]struct {
		spoil func(*models.Published)
		says  string
	}{
		"within twelve months": {func(*models.Published) {}, "less than 12 months before"},
		"within twenty-four":   {func(p *models.Published) { p.At = now.AddDate(0, -13, 0) }, "less than 24 months"},
		"on the first day":     {func(p *models.Published) { p.At = now.AddDate(0, -24, 0) }, "2024-03-02"},
		"a day earlier":        {func(p *models.Published) { p.At = now.AddDate(0, -24, -1) }, ""},
		"after this one":       {func(p *models.Published) { p.At = now }, ""},
		"of other buyers":      {func(p *models.Published) { p.Buyers = []models.ID{"org_X"} }, ""},
		"another subject": {
			func(p *models.Published) { p.Title = models.Text{"en": "Robots for research in hospitals"} }, "",
		},
		"in another language only": {
			func(p *models.Published) { p.Title = models.Text{"fr": "Supercalculateurs"} }, "",
		},
		"itself": {func(p *models.Published) { p.ID = "prc_this" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFile(t)
			p := earlier
			c.spoil(&p)
			all := Together(f.Dossier, []models.Published{p})
			if c.says == "" {
				require.Empty(t, all)
				return
			}
			require.Equal(t, []models.WarningCode{"may_belong_together"}, codes(all))
			require.Contains(t, all[0].Detail, c.says)
			require.Contains(t, all[0].Detail, "Buyer ES")
			require.Contains(t, all[0].Detail, "energy, efficient, supercomputers")
			require.Equal(t, []models.ID{"prc_other"}, all[0].About)
		})
	}
}

// offer adds a tender for a lot, with a quality envelope and a price.
func (f *file) offer(lot int, tenderer, content, price string) models.ID {
	id := models.ID(fmt.Sprintf("tnd_%d_%s", lot, tenderer))
	box := f.Tendering.Lots[lot-1].Boxes[0].ID
	f.Tendering.Received = append(f.Tendering.Received, models.Tender{
		ID: id, LotID: f.Tendering.Lots[lot-1].ID, BoxID: box, OrganisationID: models.ID("org_" + tenderer),
		HandsIn: models.HandedTender, Envelopes: []models.Envelope{
			{N: 1, Kind: models.EnvelopeQuality}, {N: 2, Kind: models.EnvelopePrice},
		},
	})
	f.Tendering.Openings = append(f.Tendering.Openings,
		models.Opening{TenderID: id, N: 1, Readable: true, PlaintextDigest: content, Size: 9},
		models.Opening{
			TenderID: id, N: 2, Readable: true, PlaintextDigest: "price " + price, Size: 9,
			Price: &models.Money{Amount: price, Currency: "EUR"},
		})
	return id
}

// opened has three lots whose quality is locked.
func opened(t *testing.T, method models.AwardMethod) *file {
	t.Helper()
	f := newFile(t)
	for n := 1; n <= 3; n++ {
		lot, locked := models.ID(fmt.Sprintf("lot_%d", n)), now
		f.Tendering.Lots = append(f.Tendering.Lots, models.Lot{
			ID: lot, Number: n, Boxes: []models.Box{{
				ID: "box_" + lot, HandsIn: models.HandedTender, OpenedAt: now.AddDate(0, -2, 0), UnsealedAt: &locked,
				QualityLockedAt: &locked,
			}},
		})
		f.write(models.EntryAwardCriteria, "", lot, models.AwardCriteria{Lot: lot, Method: method, Currency: "EUR"})
	}
	return f
}

func always(models.ID) bool { return true }

// Directive 2014/24/EU, Article 57(4)(d). The warning says what was compared, and accuses nobody.
func TestTendersThatLookAgreedAreRemarked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method models.AwardMethod
		do     func(*file)
		want   []models.WarningCode
	}{
		"nothing is alike": {"relative_to_lowest", func(f *file) {
			f.offer(1, "A", "x", "100.00")
			f.offer(1, "B", "y", "100.01")
		}, []models.WarningCode{}},
		"the same content": {"relative_to_lowest", func(f *file) {
			f.offer(1, "A", "x", "100.00")
			f.offer(1, "B", "x", "110.00")
		}, []models.WarningCode{"same_content"}},
		"the same content in two lots": {"relative_to_lowest", func(f *file) {
			f.offer(1, "A", "x", "100.00")
			f.offer(2, "A", "x", "100.00")
		}, []models.WarningCode{}},
		"the same price, written otherwise": {"relative_to_lowest", func(f *file) {
			f.offer(1, "A", "x", "100")
			f.offer(1, "B", "y", "100.00")
		}, []models.WarningCode{"same_price"}},
		"a fixed price": {"fixed_price", func(f *file) {
			f.offer(1, "A", "x", "100.00")
			f.offer(1, "B", "y", "100.00")
		}, []models.WarningCode{}},
		"the same proportion in three lots": {"relative_to_lowest", func(f *file) {
			for lot, price := range map[int][2]string{1: {"100.00", "110.00"}, 2: {"200", "220"}, 3: {"0.30", "0.33"}} {
				f.offer(lot, "A", "x", price[0])
				f.offer(lot, "B", "y", price[1])
			}
		}, []models.WarningCode{"mirrored_prices"}},
		"a cent off in one of them": {"relative_to_lowest", func(f *file) {
			for lot, price := range map[int][2]string{1: {"100", "110"}, 2: {"200", "220.01"}, 3: {"0.30", "0.33"}} {
				f.offer(lot, "A", "x", price[0])
				f.offer(lot, "B", "y", price[1])
			}
		}, []models.WarningCode{}},
		"the same proportion in two lots": {"relative_to_lowest", func(f *file) {
			for lot, price := range map[int][2]string{1: {"100.00", "110.00"}, 2: {"200", "220"}} {
				f.offer(lot, "A", "x", price[0])
				f.offer(lot, "B", "y", price[1])
			}
		}, []models.WarningCode{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := opened(t, c.method)
			c.do(f)
			all := Agreed(f.Dossier, always)
			require.Equal(t, c.want, codes(all))
			for _, w := range all {
				require.Len(t, w.About, 2)
				require.Equal(t, "Directive 2014/24/EU, Article 57(4)(d)", w.Source)
			}
		})
	}
}

// Before quality is locked nobody learns from a warning what a rival offers, and whoever may not study a lot never
// does.
func TestNothingIsRemarkedOfTendersThatMayNotBeKnown(t *testing.T) {
	t.Parallel()
	f := opened(t, "relative_to_lowest")
	f.offer(1, "A", "x", "100.00")
	f.offer(1, "B", "x", "100.00")
	require.Len(t, Agreed(f.Dossier, always), 2)
	require.Empty(t, Agreed(f.Dossier, func(models.ID) bool { return false }))
	f.Tendering.Lots[0].Boxes[0].QualityLockedAt = nil
	require.Empty(t, Agreed(f.Dossier, always))
}

// Directive 2014/24/EU, Annex V, Part C, point 25.
func TestThatNoReviewBodyIsNamedIsWarnedOfOnceThereAreLots(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	require.Empty(t, Incomplete(f.Dossier), "nothing is to be published yet")
	f.Tendering.Lots = []models.Lot{{ID: "lot_1", Number: 1}}
	found := Incomplete(f.Dossier)
	require.Len(t, found, 1)
	require.Equal(t, models.WarnReviewBody, found[0].Code)
	require.Equal(t, "/review-body", found[0].Field)
	require.Equal(t, "Directive 2014/24/EU, Annex V, Part C, point 25", found[0].Source)
	f.write(models.EntryReviewBody, "", "", models.ReviewBody{Name: "Tribunal"})
	require.Empty(t, Incomplete(f.Dossier))
}

func TestAMemorandumWithoutSignaturesIsWarnedOfAndNeverRefused(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	require.Empty(t, Unsigned(f.Dossier), "none is required")
	f.write(models.EntryMemorandum, "", "", models.Memorandum{Purpose: models.Text{"en": "Buy together"}})
	found := Unsigned(f.Dossier)
	require.Len(t, found, 1)
	require.Equal(t, models.WarnMemorandum, found[0].Code)
	require.NotEmpty(t, found[0].Source)
}
