package award

import (
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// Check refuses a scheme that cannot rank tenders or does not say how ([models.CodeInvalidCriteria]),
// with all faults at once.
func (s Scheme) Check() error {
	faults := slices.Concat(s.checkMethod(), s.checkPrices(), s.checkCriteria(), s.checkTieBreak(), s.checkRounding())
	if s.Low != nil {
		faults = append(faults, s.Low.check()...)
	}
	if s.Costs != nil {
		faults = append(faults, s.checkCosts()...)
	}
	return models.Refusals(faults)
}

func (s Scheme) checkRounding() []*models.Refusal {
	var faults []*models.Refusal
	if s.Rounding.Digits < 0 || s.Rounding.Digits > maxDigits || !slices.Contains(RoundingModes(), s.Rounding.Mode) {
		faults = append(faults, invalid("/rounding", "the rounding rule cannot be used").
			Accepting("0 to %d digits and one of %v", maxDigits, RoundingModes()))
	}
	rules := []string{RoundsLine, RoundsTotal}
	if s.Method == PricePerPoint {
		rules = rules[1:] // a price is divided by exact points
	}
	if s.Rounds != roundsFormerly && !slices.Contains(rules, s.Rounds) {
		faults = append(faults, invalid("/rounds", "%q is not what is rounded under %s", s.Rounds, s.Method).
			Accepting("one of %v", rules))
	}
	return faults
}

func (s Scheme) checkMethod() []*models.Refusal {
	var faults []*models.Refusal
	if !slices.Contains(Methods(), s.Method) {
		return append(faults, invalid("/method", "%q is not a method", s.Method).Accepting("one of %v", Methods()))
	}
	if s.priceless() != s.PriceWeight.IsZero() || s.PriceWeight.IsNeg() {
		faults = append(faults, invalid("/price_weight", "the weight of price is %s", s.PriceWeight).
			Accepting("0 under %s, %s and %s, more than 0 under all other methods", QualityInMoney, PricePerPoint,
				FixedPrice))
	}
	if needs := s.Method == LinearToBest || s.Method == Logarithmic; needs && s.Factor.Cmp(decimal.One) <= 0 {
		faults = append(faults, invalid("/factor", "the factor is %s", s.Factor).Accepting("more than 1"))
	}
	if s.Method == AbsoluteLinear && (s.From.IsNeg() || s.From.Cmp(s.To) >= 0) {
		faults = append(faults, invalid("/from", "the bounds are %s to %s", s.From, s.To).
			Accepting("two prices, the lower first"))
	}
	if s.Method == PricePerPoint && (s.MinimumQuality == nil || !s.MinimumQuality.IsPos()) {
		faults = append(faults, invalid("/minimum_quality", "a price cannot be divided by no points").
			Accepting("a minimum of quality of more than 0, below which a tender is excluded"))
	}
	if !models.ValidCurrency(s.Currency) {
		faults = append(faults, invalid("/currency", "%q is not a currency in use", s.Currency).
			Accepting("an ISO 4217 code such as EUR"))
	}
	return faults
}

// checkPrices asks what happens to prices of 0 and to those above a ceiling, and how many prices are compared.
func (s Scheme) checkPrices() []*models.Refusal {
	var faults []*models.Refusal
	rules := []string{ZeroGetsAll, ZeroCountsAs}
	switch {
	case s.ZeroPrice != "" && !Divides(s.Method):
		faults = append(faults, invalid("/zero_price", "%s ranks a price of 0 like any other", s.Method).
			Accepting("no rule for a price of 0"))
	case s.ZeroPrice != "" && !slices.Contains(rules, s.ZeroPrice):
		faults = append(faults, invalid("/zero_price", "%q is not a rule for a price of 0", s.ZeroPrice).
			Accepting("one of %v", rules))
	case (s.ZeroPrice == ZeroCountsAs) != s.CountsAs.IsPos() || s.CountsAs.IsNeg():
		faults = append(faults, invalid("/counts_as", "the amount is %s", s.CountsAs).
			Accepting("more than 0 under %s, else nothing", ZeroCountsAs))
	}
	if s.Ceiling.IsNeg() || (s.Method == FixedPrice && !s.Ceiling.IsZero()) {
		faults = append(faults, invalid("/ceiling", "the ceiling is %s", s.Ceiling).
			Accepting("more than 0, or none; and none under %s", FixedPrice))
	}
	if s.Method == LinearToCeiling && !s.Ceiling.IsPos() {
		faults = append(faults, invalid("/ceiling", "%s compares prices with a ceiling", s.Method).
			Accepting("the announced ceiling, more than 0"))
	}
	if s.Best < 0 || (s.Method == FixedPrice && s.Best > 0) {
		faults = append(faults, invalid("/best", "%d tenders would have their price opened", s.Best).
			Accepting("1 or more, or no such limit; and none under %s", FixedPrice))
	}
	return faults
}

func (s Scheme) checkCriteria() []*models.Refusal {
	var faults []*models.Refusal
	if len(s.Criteria) == 0 && s.PriceWeight.IsZero() {
		faults = append(faults, invalid("/criteria", "nothing is scored").Accepting("at least one quality criterion"))
	}
	if s.Best > 0 && len(s.Criteria) == 0 {
		faults = append(faults, invalid("/best", "no tender is the best by quality").
			Accepting("at least one quality criterion"))
	}
	for i, c := range s.Criteria {
		field := fmt.Sprintf("/criteria/%d", i)
		switch {
		case reserved(c.ID):
			faults = append(faults, invalid(field+"/id", "%q cannot name a criterion", c.ID))
		case slices.ContainsFunc(s.Criteria[:i], func(earlier QualityCriterion) bool { return earlier.ID == c.ID }):
			faults = append(faults, invalid(field+"/id", "%q names two criteria", c.ID))
		case !c.Weight.IsPos() || !c.Max.IsPos():
			faults = append(faults, invalid(field, "the weight is %s and the maximum is %s", c.Weight, c.Max).
				Accepting("both more than 0"))
		case c.Lowest.IsNeg() && s.Rounds == roundsFormerly && s.Method == PricePerPoint:
			faults = append(faults, invalid(field+"/lowest", "minus points need criteria that say what is rounded").
				Accepting("rounds of line or total"))
		case c.Lowest.Cmp(c.Max) >= 0:
			faults = append(faults, invalid(field+"/lowest", "the lowest score %s is not below the highest", c.Lowest).
				Accepting("less than %s", c.Max))
		case c.Minimum.Cmp(c.Lowest) < 0 || c.Minimum.Cmp(c.Max) > 0:
			faults = append(faults, invalid(field+"/minimum", "the minimum %s is outside the scale", c.Minimum).
				Accepting("%s to %s", c.Lowest, c.Max))
		}
	}
	if s.MinimumQuality != nil && s.MinimumQuality.IsNeg() {
		faults = append(faults, invalid("/minimum_quality", "the minimum is %s", s.MinimumQuality).
			Accepting("0 or more"))
	}
	if s.MinimumQuality != nil && s.Rounds != roundsFormerly && fraction(*s.MinimumQuality).cmp(s.held("")) > 0 {
		faults = append(faults, invalid("/minimum_quality", "no tender reaches %s: all criteria give %s at most",
			s.MinimumQuality, s.held("").words()).
			Accepting("%s or less", s.held("").words()))
	}
	return slices.Concat(faults, s.checkGroups(), s.checkWeights(), s.checkSize())
}

// checkSize asks that the points of the best and of the worst tender have no more digits than are computed with.
func (s Scheme) checkSize() []*models.Refusal {
	most := fraction(s.PriceWeight)
	for _, c := range s.Criteria {
		if c.Max.IsPos() { // else the criterion is refused
			worst := whole(0).minus(fraction(c.Lowest)).over(fraction(c.Max))
			most = most.plus(fraction(c.Weight).times(worst.between(whole(1), worst)))
		}
	}
	if s.Rounds == roundsFormerly || s.Rounding.Digits < 0 || s.Rounding.Digits > maxDigits ||
		rounded(most, s.Rounding).IsInt64() {
		return nil
	}
	return []*models.Refusal{invalid("/rounding/digits",
		"with %d decimal places, weights of %s have more digits than are computed with", s.Rounding.Digits, most).
		Accepting("smaller weights, or fewer decimal places: at most 18 digits in all")}
}

// reserved tells whether an ID means something else than a criterion or a group.
func reserved(id string) bool { return id == "" || id == TieByPrice || id == TieByQuality }

// checkGroups asks that each group is named once, stands below no group that it holds, and weighs what it holds.
func (s Scheme) checkGroups() []*models.Refusal {
	var faults []*models.Refusal
	for i, c := range s.Criteria {
		if c.Group != "" && s.group(c.Group) == nil {
			faults = append(faults, invalid(fmt.Sprintf("/criteria/%d/group", i), "there is no group %q", c.Group))
		}
	}
	for i, g := range s.Groups {
		field := fmt.Sprintf("/groups/%d", i)
		twice := slices.ContainsFunc(s.Groups[:i], func(earlier Group) bool { return earlier.ID == g.ID })
		switch {
		case reserved(g.ID) || s.criterion(g.ID) != nil || twice:
			faults = append(faults, invalid(field+"/id", "%q cannot name a group, or names something else", g.ID))
		case g.Group != "" && s.group(g.Group) == nil:
			faults = append(faults, invalid(field+"/group", "there is no group %q", g.Group))
		case s.circular(g):
			faults = append(faults, invalid(field+"/group", "the group %q would hold itself", g.ID))
		case g.Minimum != nil && (g.Minimum.IsNeg() || g.Minimum.Cmp(g.Weight) > 0):
			faults = append(faults, invalid(field+"/minimum", "the minimum %s is outside the group", g.Minimum).
				Accepting("0 to %s points", g.Weight))
		default:
			faults = append(faults, s.checkSum(field+"/weight", g.ID, g.Weight)...)
		}
	}
	return faults
}

// circular tells whether one comes back to a group, or to no end, by going up from it.
func (s Scheme) circular(g Group) bool {
	above := g.Group
	for range s.Groups {
		next := s.group(above)
		if next == nil {
			return false
		}
		above = next.Group
	}
	return s.group(above) != nil
}

// checkSum asks that what a group holds weighs exactly what the group does.
func (s Scheme) checkSum(field, group string, weight decimal.Decimal) []*models.Refusal {
	sum := s.held(group)
	if weight.IsPos() && sum.cmp(fraction(weight)) == 0 {
		return nil
	}
	return []*models.Refusal{invalid(field, "the weights in the group %q add up to %s, and it weighs %s", group, sum,
		weight).
		Accepting("weights of criteria and groups that add up to exactly the weight of their group")}
}

// held adds the weights of what stands directly in a group; "": in none.
func (s Scheme) held(group string) ratio {
	sum := whole(0)
	for _, c := range s.Criteria {
		if c.Group == group {
			sum = sum.plus(fraction(c.Weight))
		}
	}
	for _, g := range s.Groups {
		if g.Group == group {
			sum = sum.plus(fraction(g.Weight))
		}
	}
	return sum
}

// checkWeights asks that weights add up to exactly 100, or to the total that is stated (Directive 2014/24/EU, Article
// 67(5): the relative weighting of each criterion is published).
func (s Scheme) checkWeights() []*models.Refusal {
	if s.Method == QualityInMoney {
		if s.TotalPoints.IsZero() {
			return nil
		}
		return []*models.Refusal{invalid("/total_points", "under %s weights are money", s.Method).
			Accepting("no total of points")}
	}
	total := decimal.Hundred
	if !s.TotalPoints.IsZero() {
		total = s.TotalPoints
	}
	sum := fraction(s.PriceWeight).plus(s.held(""))
	if total.IsPos() && sum.cmp(fraction(total)) == 0 {
		return nil
	}
	return []*models.Refusal{invalid("/criteria", "the weights add up to %s", sum).
		Accepting("weights that add up to exactly %s", total)}
}

func (s Scheme) checkTieBreak() []*models.Refusal {
	var faults []*models.Refusal
	for i, key := range s.TieBreak {
		field := fmt.Sprintf("/tie_break/%d", i)
		known := key == TieByPrice || key == TieByQuality || key == TieByDraw || s.criterion(key) != nil
		switch {
		case !known || slices.Contains(s.TieBreak[:i], key):
			faults = append(faults, invalid(field, "%q is not a key, or is listed twice", key).
				Accepting("%s, %s, %s or the ID of a criterion, each once", TieByPrice, TieByQuality, TieByDraw))
		case key == TieByDraw && s.DrawsLots() && i < len(s.TieBreak)-1:
			faults = append(faults, invalid(field, "nothing is left to decide after a draw").
				Accepting("%s as the last key", TieByDraw))
		}
	}
	return faults
}

func invalid(field, format string, args ...any) *models.Refusal {
	return models.Refuse(models.CodeInvalidCriteria, field, format, args...)
}
