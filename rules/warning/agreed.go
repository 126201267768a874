package warning

import (
	"maps"
	"math/big"
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// fewestMirrored is in how many lots the prices of two tenderers must stand in the same proportion to be remarked: in
// one they always do, in two they may by chance.
const fewestMirrored = 3

// Agreed warns of tenders that look as if they had been agreed, by what the record has after the opening: envelopes of
// different tenderers with the same content, the same price to the cent, and prices that stand in exactly the same
// proportion in three lots or more. Lots whose quality is not locked are left out, and so are those that the reader
// may not study. A warning is no evidence: who is excluded for it has to be shown to have agreed with others.
func Agreed(d models.Dossier, mayStudy func(lot models.ID) bool) []models.Warning {
	var all []models.Warning
	offers := map[models.ID]map[models.ID]*big.Rat{}
	for _, lot := range d.Tendering.Lots {
		if d.Tendering.QualityLockedAt(lot.ID) == nil || !mayStudy(lot.ID) {
			continue
		}
		tenders := d.Tendering.TendersFor(lot.ID)
		all = append(all, sameContent(d, lot, tenders)...)
		criteria, _, _ := d.CriteriaFor(lot.ID)
		if criteria.Method == award.FixedPrice {
			continue // all prices are the same by the terms of the procurement
		}
		prices := pricesOf(d, tenders)
		all = append(all, samePrice(d, lot, tenders, prices, criteria.Currency)...)
		for _, t := range tenders {
			if price, ok := prices[t.ID]; ok {
				put(offers, t.OrganisationID, lot.ID, price)
			}
		}
	}
	return append(all, mirrored(d, offers)...)
}

func put(offers map[models.ID]map[models.ID]*big.Rat, organisation, lot models.ID, price *big.Rat) {
	if offers[organisation] == nil {
		offers[organisation] = map[models.ID]*big.Rat{}
	}
	offers[organisation][lot] = price
}

// pricesOf are the prices that were found, by tender.
func pricesOf(d models.Dossier, tenders []models.Tender) map[models.ID]*big.Rat {
	prices := map[models.ID]*big.Rat{}
	for _, t := range tenders {
		found, ok := d.Price(t)
		if !ok {
			continue
		}
		if price, ok := new(big.Rat).SetString(found.Amount); ok {
			prices[t.ID] = price
		}
	}
	return prices
}

// sameContent finds envelopes of different tenderers whose content is the same, byte by byte. Price envelopes are left
// to the prices in them.
func sameContent(d models.Dossier, lot models.Lot, tenders []models.Tender) []models.Warning {
	holders := map[string][]models.Tender{}
	for _, t := range tenders {
		for _, e := range t.Envelopes {
			o, found := d.FoundIn(t.ID, e.N)
			if !found || !o.Readable || o.Size == 0 || e.Kind == models.EnvelopePrice ||
				slices.ContainsFunc(holders[o.PlaintextDigest], func(h models.Tender) bool { return h.ID == t.ID }) {
				continue
			}
			holders[o.PlaintextDigest] = append(holders[o.PlaintextDigest], t)
		}
	}
	var all []models.Warning
	for _, digest := range slices.Sorted(maps.Keys(holders)) {
		if same := holders[digest]; len(same) > 1 {
			all = append(all, models.Warn(models.WarnSameContent, "",
				"in lot %d, the tenders of %s hold an envelope with the same content, byte by byte (%s…). A form that "+
					"the buyers gave out may explain it", lot.Number, names(d, same), digest[:min(len(digest), 12)]).
				On(ids(same)...))
		}
	}
	return all
}

// samePrice finds tenders of one lot with the same price to the cent.
func samePrice(
	d models.Dossier, lot models.Lot, tenders []models.Tender, prices map[models.ID]*big.Rat, currency string,
) []models.Warning {
	holders := map[string][]models.Tender{}
	for _, t := range tenders {
		if price, ok := prices[t.ID]; ok {
			key := price.FloatString(2)
			holders[key] = append(holders[key], t)
		}
	}
	var all []models.Warning
	for _, price := range slices.Sorted(maps.Keys(holders)) {
		if same := holders[price]; len(same) > 1 {
			all = append(all, models.Warn(models.WarnSamePrice, "",
				"in lot %d, the tenders of %s have the same price to the cent, %s %s",
				lot.Number, names(d, same), currency, price).On(ids(same)...))
		}
	}
	return all
}

// mirrored finds pairs of tenderers whose prices stand in exactly the same proportion in at least three lots.
func mirrored(d models.Dossier, offers map[models.ID]map[models.ID]*big.Rat) []models.Warning {
	var all []models.Warning
	tenderers := slices.Sorted(maps.Keys(offers))
	for i, one := range tenderers {
		for _, other := range tenderers[i+1:] {
			if lots := mirroredIn(d, offers[one], offers[other]); len(lots) >= fewestMirrored {
				all = append(all, models.Warn(models.WarnMirroredPrices, "",
					"the prices of %s stand in exactly the same proportion in all lots for which both tendered: %v",
					[]string{d.NameOf(one), d.NameOf(other)}, lots).On(one, other))
			}
		}
	}
	return all
}

// mirroredIn lists the numbers of the lots for which both have a price; none, if the proportion differs between them.
func mirroredIn(d models.Dossier, one, other map[models.ID]*big.Rat) []int {
	var lots []int
	var a, b *big.Rat
	for _, lot := range d.Tendering.Lots {
		c, priced := one[lot.ID]
		e, too := other[lot.ID]
		if !priced || !too {
			continue
		}
		if len(lots) == 0 {
			a, b = c, e
		}
		if !proportional(a, b, c, e) {
			return nil
		}
		lots = append(lots, lot.Number)
	}
	return lots
}

// proportional tells whether a is to b as c is to d, exactly; equal prices are another finding.
func proportional(a, b, c, d *big.Rat) bool {
	return a.Cmp(b) != 0 && new(big.Rat).Mul(a, d).Cmp(new(big.Rat).Mul(b, c)) == 0
}

func names(d models.Dossier, tenders []models.Tender) []string {
	all := make([]string, len(tenders))
	for i, t := range tenders {
		all[i] = d.TendererOf(t.ID)
	}
	return all
}

func ids(tenders []models.Tender) []models.ID {
	all := make([]models.ID, len(tenders))
	for i, t := range tenders {
		all[i] = t.ID
	}
	return all
}
