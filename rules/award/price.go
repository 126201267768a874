package award

import (
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// priced holds the prices that are compared: those of the tenders still in.
type priced struct {
	scheme          Scheme
	lowest, highest decimal.Decimal
}

// pricesOf compares by CmpTotal, so that of 100 and 100.00 it names the same one, whichever tender comes first.
func pricesOf(s Scheme, tenders []*entry) priced {
	p := priced{scheme: s}
	if len(tenders) > 0 {
		dearer := func(a, b *entry) int { return a.price.CmpTotal(b.price) }
		p.lowest, p.highest = slices.MinFunc(tenders, dearer).price, slices.MaxFunc(tenders, dearer).price
	}
	return p
}

// points returns the exact points of a price and how they come about.
func (p priced) points(price decimal.Decimal) (ratio, string) {
	weight, lowest, exact := fraction(p.scheme.PriceWeight), fraction(p.lowest), fraction(price)
	w, k := p.scheme.PriceWeight, p.scheme.Factor
	switch p.scheme.Method {
	case RelativeToLowest:
		return weight.times(lowest).over(exact), fmt.Sprintf("%s × %s / %s", w, p.lowest, price)
	case LinearToBest:
		factor := fraction(k)
		points := weight.times(factor.minus(exact.over(lowest))).over(factor.minus(whole(1)))
		return points.between(whole(0), weight),
			fmt.Sprintf("%s × (%s − %s / %s) / (%s − 1), at least 0", w, k, price, p.lowest, k)
	case MinMax:
		if p.lowest.Cmp(p.highest) == 0 {
			return weight, fmt.Sprintf("%s, as all prices are equal", w)
		}
		highest := fraction(p.highest)
		return weight.times(highest.minus(exact)).over(highest.minus(lowest)),
			fmt.Sprintf("%s × (%s − %s) / (%s − %s)", w, p.highest, price, p.highest, p.lowest)
	case AbsoluteLinear:
		from, to := fraction(p.scheme.From), fraction(p.scheme.To)
		return weight.times(to.minus(exact)).over(to.minus(from)).between(whole(0), weight),
			fmt.Sprintf("%s × (%s − %s) / (%s − %s), within 0 and %s",
				w, p.scheme.To, price, p.scheme.To, p.scheme.From, w)
	case Logarithmic:
		return weight.times(whole(1).minus(logRatio(exact.over(lowest), fraction(k)))),
			fmt.Sprintf("%s × (1 − log(%s / %s) / log(%s))", w, price, p.lowest, k)
	default: // QualityInMoney; FixedPrice has no line for price
		return exact, "price"
	}
}

// checkPrice reads a price. Methods that divide by it need more than 0.
func (s Scheme) checkPrice(t Tender) (decimal.Decimal, *models.Refusal) {
	field := "/tenders/" + string(t.ID) + "/price"
	if refusal := t.Price.Check(field); refusal != nil {
		refusal.Code = models.CodeInvalidPrice
		return decimal.Zero, refusal
	}
	if t.Price.Currency != s.Currency {
		return decimal.Zero, models.Refuse(models.CodeInvalidPrice, field+"/currency",
			"the price is in %s", t.Price.Currency).
			Accepting("a price in %s", s.Currency)
	}
	price, err := decimal.Parse(t.Price.Amount)
	divides := s.Method == RelativeToLowest || s.Method == LinearToBest || s.Method == Logarithmic
	if err != nil || (divides && !price.IsPos()) {
		return decimal.Zero, models.Refuse(models.CodeInvalidPrice, field+"/amount",
			"a price of %s cannot be scored by %s", t.Price.Amount, s.Method).
			Accepting("a price of more than 0")
	}
	return price, nil
}
