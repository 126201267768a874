package award

import (
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// maxYears bounds the years of a life cycle, and so the digits of exact discounts.
const maxYears = 100

// Costs are what counts besides the price: time in money, or the costs of a life cycle (Directive 2014/24/EU, Article
// 68). What is ranked is then the price with all of them.
type Costs struct {
	// Years is for how many years yearly costs count.
	Years int `json:"years,omitempty"`
	// Discount is by how many percent a year later costs count less.
	Discount decimal.Decimal `json:"discount_percent,omitzero"`
	Items    []CostTerm      `json:"items"`
}

// A CostTerm turns a value that the tenderer states, such as days or kilowatt-hours, into money.
type CostTerm struct {
	ID string `json:"id"`
	// Rate is the money for one unit of the value.
	Rate decimal.Decimal `json:"rate"`
	// Yearly costs arise at the end of each year, others once, at the end of Year; in year 0, with the purchase.
	Yearly bool `json:"yearly,omitempty"`
	Year   int  `json:"year,omitempty"`
	// Highest is the highest value that is taken; nil: there is none.
	Highest *decimal.Decimal `json:"highest,omitempty"`
}

func (s Scheme) checkCosts() []*models.Refusal {
	var faults []*models.Refusal
	c := s.Costs
	alone := s.Method == FixedPrice || s.Method == LinearToCeiling // a ceiling is one of the price alone
	if alone || len(c.Items) == 0 {
		faults = append(faults, invalid("/costs", "%s ranks by no costs, or there are none", s.Method).
			Accepting("costs with at least one item, and none under %s and %s", FixedPrice, LinearToCeiling))
	}
	if c.Years < 0 || c.Years > maxYears || c.Discount.IsNeg() || c.Discount.Cmp(decimal.Hundred) >= 0 {
		faults = append(faults, invalid("/costs", "the life cycle is %d years at %s percent", c.Years, c.Discount).
			Accepting("0 to %d years, and a discount of 0 to less than 100 percent a year", maxYears))
	}
	for i, item := range c.Items {
		field := fmt.Sprintf("/costs/items/%d", i)
		twice := slices.ContainsFunc(c.Items[:i], func(earlier CostTerm) bool { return earlier.ID == item.ID })
		switch {
		case reserved(item.ID) || twice:
			faults = append(faults, invalid(field+"/id", "%q cannot name a cost, or names two", item.ID))
		case !item.Rate.IsPos():
			faults = append(faults, invalid(field+"/rate", "the rate is %s", item.Rate).Accepting("more than 0"))
		case item.Highest != nil && item.Highest.IsNeg():
			faults = append(faults, invalid(field+"/highest", "the highest value is %s", item.Highest).
				Accepting("0 or more"))
		case item.Yearly && (item.Year != 0 || c.Years == 0):
			faults = append(faults, invalid(field, "a yearly cost counts over the years of the life cycle").
				Accepting("a life cycle of at least one year, and no year for this cost"))
		case item.Year < 0 || item.Year > c.Years:
			faults = append(faults, invalid(field+"/year", "the year %d is not in the life cycle", item.Year).
				Accepting("0 to %d", c.Years))
		}
	}
	return faults
}

// factor is by how much a cost of an item is multiplied: 1 / (1 + r)^year, and for yearly costs the sum over all years.
func (c Costs) factor(item CostTerm) ratio {
	rate := whole(1).over(whole(1).plus(fraction(c.Discount).over(whole(100))))
	if !item.Yearly {
		return rate.power(item.Year)
	}
	sum := whole(0)
	for year := 1; year <= c.Years; year++ {
		sum = sum.plus(rate.power(year))
	}
	return sum
}

// explained says how the factor comes about.
func (c Costs) explained(item CostTerm) string {
	switch {
	case item.Yearly && c.Discount.IsZero():
		return fmt.Sprintf(" × %d years", c.Years)
	case item.Yearly:
		return fmt.Sprintf(" × (1 / 1.%[1]s + … + 1 / 1.%[1]s^%[2]d)", percent(c.Discount), c.Years)
	case item.Year > 0 && !c.Discount.IsZero():
		return fmt.Sprintf(" / 1.%s^%d", percent(c.Discount), item.Year)
	default:
		return ""
	}
}

// percent are the digits after the point of 1 + a percentage of less than 100: 3.5 becomes 035.
func percent(p decimal.Decimal) string {
	share := fraction(p).over(whole(100))
	digits, _ := share.r.FloatPrec()
	return share.r.FloatString(digits)[len("0."):]
}

// A CostLine is what one item adds to the price.
type CostLine struct {
	Item string `json:"item"`
	// Amount is exact, or cut after ten digits where it has no end.
	Amount string `json:"amount"`
	How    string `json:"how"`
}

// addCosts adds to the price what the tender's values cost.
func (s Scheme) addCosts(e *entry) []*models.Refusal {
	e.cost = amount{fraction(e.price), e.price.String()}
	if s.Costs == nil {
		return nil
	}
	var faults []*models.Refusal
	t := e.tender
	field := "/tenders/" + string(t.ID) + "/values/"
	for _, item := range s.Costs.Items {
		value, given := t.Values[item.ID]
		if !given || value.IsNeg() || (item.Highest != nil && value.Cmp(*item.Highest) > 0) {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, field+item.ID,
				"the value is missing, below 0 or above the highest that is taken").Accepting("%s", item.accepted()))
			continue
		}
		exact := fraction(value).times(fraction(item.Rate)).times(s.Costs.factor(item))
		e.cost.exact = e.cost.exact.plus(exact)
		e.Costs = append(e.Costs, CostLine{
			item.ID, exact.String(), fmt.Sprintf("%s × %s%s", value, item.Rate, s.Costs.explained(item)),
		})
	}
	for id := range t.Values {
		if !slices.ContainsFunc(s.Costs.Items, func(item CostTerm) bool { return item.ID == id }) {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, field+id, "there is no cost %q", id).
				Accepting("a value for each cost, and no other"))
		}
	}
	e.cost.said = e.cost.exact.String()
	e.Cost = e.cost.said
	if Divides(s.Method) && s.ZeroPrice == "" && e.cost.exact.cmp(whole(0)) == 0 {
		faults = append(faults, models.Refuse(models.CodeInvalidPrice, "/tenders/"+string(t.ID)+"/price",
			"a cost of 0 cannot be scored by %s", s.Method).Accepting("a cost of more than 0"))
	}
	return faults
}

func (i CostTerm) accepted() string {
	if i.Highest == nil {
		return "0 or more"
	}
	return "0 to " + i.Highest.String()
}
