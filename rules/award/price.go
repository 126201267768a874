package award

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// An amount is a price, or a price with other costs, exactly and in words.
type amount struct {
	exact ratio
	said  string
}

// priced holds the prices that are compared: those of the tenders still in.
type priced struct {
	scheme          Scheme
	lowest, highest amount
}

// pricesOf compares by CmpTotal where prices are equal, so that of 100 and 100.00 it names the same one, whichever
// tender comes first.
func pricesOf(s Scheme, tenders []*entry) priced {
	p := priced{scheme: s}
	dearer := func(a, b *entry) int { return cmp.Or(a.cost.exact.cmp(b.cost.exact), a.price.CmpTotal(b.price)) }
	if len(tenders) > 0 {
		p.highest = slices.MaxFunc(tenders, dearer).cost
	}
	compared := slices.DeleteFunc(slices.Clone(tenders), func(e *entry) bool { return s.getsAll(e.cost) })
	if len(compared) > 0 {
		p.lowest = slices.MinFunc(compared, dearer).cost
	}
	p.lowest, p.highest = s.counted(p.lowest), s.counted(p.highest)
	return p
}

// getsAll tells whether an amount is 0, and gets the full points for that.
func (s Scheme) getsAll(a amount) bool {
	return s.ZeroPrice == ZeroGetsAll && a.exact.cmp(whole(0)) == 0
}

// counted is the amount as which an amount counts.
func (s Scheme) counted(a amount) amount {
	if s.ZeroPrice == ZeroCountsAs && a.said != "" && a.exact.cmp(fraction(s.CountsAs)) < 0 {
		return amount{fraction(s.CountsAs), s.CountsAs.String()}
	}
	return a
}

// points returns the exact points of a tender's price and how they come about.
func (p priced) points(e *entry) (ratio, string) {
	price := p.scheme.counted(e.cost)
	exact, how := p.scored(e, price)
	if price != e.cost {
		how += fmt.Sprintf(", as less than %s counts as %[1]s", price.said)
	}
	return exact, how
}

func (p priced) scored(e *entry, price amount) (ratio, string) {
	w, k, from, to := p.scheme.PriceWeight, p.scheme.Factor, p.scheme.From, p.scheme.To
	weight, lowest, highest, exact := fraction(w), p.lowest.exact, p.highest.exact, price.exact
	if p.scheme.getsAll(price) {
		return weight, fmt.Sprintf("%s, as the price is 0", w)
	}
	switch p.scheme.Method {
	case RelativeToLowest:
		return weight.times(lowest).over(exact), fmt.Sprintf("%s × %s / %s", w, p.lowest.said, price.said)
	case LinearToBest:
		factor := fraction(k)
		points := weight.times(factor.minus(exact.over(lowest))).over(factor.minus(whole(1)))
		return points.between(whole(0), weight),
			fmt.Sprintf("%s × (%s − %s / %s) / (%s − 1), at least 0", w, k, price.said, p.lowest.said, k)
	case MinMax:
		if lowest.cmp(highest) == 0 {
			return weight, fmt.Sprintf("%s, as all prices are equal", w)
		}
		return weight.times(highest.minus(exact)).over(highest.minus(lowest)),
			fmt.Sprintf("%s × (%s − %s) / (%s − %s)", w, p.highest.said, price.said, p.highest.said, p.lowest.said)
	case LinearToCeiling:
		ceiling := p.scheme.Ceiling
		if lowest.cmp(fraction(ceiling)) == 0 {
			return whole(0), "0, as no price is below the ceiling"
		}
		return weight.times(fraction(ceiling).minus(exact)).over(fraction(ceiling).minus(lowest)),
			fmt.Sprintf("%s × (%s − %s) / (%s − %s)", w, ceiling, price.said, ceiling, p.lowest.said)
	case AbsoluteLinear:
		low, high := fraction(from), fraction(to)
		return weight.times(high.minus(exact)).over(high.minus(low)).between(whole(0), weight),
			fmt.Sprintf("%s × (%s − %s) / (%s − %s), within 0 and %s", w, to, price.said, to, from, w)
	case Logarithmic:
		return weight.times(whole(1).minus(logRatio(exact.over(lowest), fraction(k)))),
			fmt.Sprintf("%s × (1 − log(%s / %s) / log(%s))", w, price.said, p.lowest.said, k)
	case PricePerPoint:
		return exact.over(e.quality), fmt.Sprintf("%s / %s", price.said, e.quality)
	default: // QualityInMoney; FixedPrice has no line for price
		return exact, "price"
	}
}

// checkPrice reads a price. Methods that divide by it need more than 0, or a rule for 0.
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
	divides := Divides(s.Method) && s.ZeroPrice == "" && s.Costs == nil
	if err != nil || (divides && !price.IsPos()) {
		return decimal.Zero, models.Refuse(models.CodeInvalidPrice, field+"/amount",
			"a price of %s cannot be scored by %s", t.Price.Amount, s.Method).
			Accepting("a price of more than 0")
	}
	return price, nil
}
