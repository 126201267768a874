package award

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// scoreQuality adds a line for each quality criterion and excludes tenders under a minimum.
func (s Scheme) scoreQuality(entries []*entry) error {
	for _, e := range entries {
		if e.Excluded != "" {
			continue
		}
		for _, c := range s.Criteria {
			if err := s.scoreCriterion(e, c); err != nil {
				return err
			}
		}
		for _, g := range s.Groups {
			points := s.pointsIn(e, g.ID)
			if e.Excluded == "" && g.Minimum != nil && points.cmp(fraction(*g.Minimum)) < 0 {
				e.out(Missed{BoundGroup, g.ID, points.words(), g.Minimum.String()},
					fmt.Sprintf("%s points in the group %s are below the minimum of %s", points.words(), g.ID,
						g.Minimum))
			}
		}
		if quality, said := s.judged(e); e.Excluded == "" && s.MinimumQuality != nil &&
			quality.cmp(fraction(*s.MinimumQuality)) < 0 {
			e.out(Missed{BoundQuality, "", said, s.MinimumQuality.String()},
				fmt.Sprintf("quality %s is below the minimum of %s", said, s.MinimumQuality))
		}
	}
	return nil
}

// judged is the quality that a minimum is compared with, and in words: the exact one.
func (s Scheme) judged(e *entry) (quality ratio, said string) {
	if printed := fraction(e.Quality); s.Rounds == roundsFormerly || printed.cmp(e.quality) == 0 {
		return printed, e.Quality.String()
	}
	return e.quality, e.quality.words()
}

func (s Scheme) scoreCriterion(e *entry, c QualityCriterion) error {
	given := e.scores[c.ID]
	how := fmt.Sprintf("%s × %s / %s", c.Weight, given.said, c.Max)
	if err := s.add(e, c.ID, s.quality(e, c), how); err != nil {
		return err
	}
	if e.Excluded == "" && given.exact.cmp(fraction(c.Minimum)) < 0 {
		e.out(Missed{BoundCriterion, c.ID, given.said, c.Minimum.String()},
			fmt.Sprintf("score %s of %s is below the minimum of %s", given.said, c.ID, c.Minimum))
	}
	return nil
}

// quality is what a criterion adds to the quality of a tender, exactly.
func (s Scheme) quality(e *entry, c QualityCriterion) ratio {
	return fraction(c.Weight).times(e.scores[c.ID].exact).over(fraction(c.Max))
}

// pointsIn adds what all criteria in a group, and in groups below it, add to the quality of a tender.
func (s Scheme) pointsIn(e *entry, group string) ratio {
	sum := whole(0)
	for _, c := range s.Criteria {
		if c.Group == group {
			sum = sum.plus(s.quality(e, c))
		}
	}
	for _, g := range s.Groups {
		if g.Group == group {
			sum = sum.plus(s.pointsIn(e, g.ID))
		}
	}
	return sum
}

// add adds a line to a tender: to its total, and unless it is that of the price, to its quality.
func (s Scheme) add(e *entry, criterion string, exact ratio, how string) error {
	quality, total := exact, exact
	switch {
	case criterion == PriceLine:
		quality = whole(0)
	case s.Method == QualityInMoney:
		total, how = whole(0).minus(exact), "− "+how
	case s.Method == PricePerPoint:
		total = whole(0)
	}
	printed := total
	if s.Method == PricePerPoint {
		printed = exact
	}
	e.quality, e.total = e.quality.plus(quality), e.total.plus(total)
	points, err := printed.round(s.Rounding)
	if err == nil {
		e.Quality, err = s.running(e.Quality, quality, e.quality)
	}
	if err == nil {
		e.Total, err = s.running(e.Total, total, e.total)
	}
	if err != nil {
		return uncountable(e.Tender, criterion, s.Rounding, err)
	}
	line := Line{Criterion: criterion, Points: points, How: how}
	if s.Rounds != roundsFormerly {
		line.Exact = printed.words()
	}
	e.Lines = append(e.Lines, line)
	return nil
}

// running is a sum as it is printed after a line: the sum of rounded lines, or the exact sum, rounded.
func (s Scheme) running(printed decimal.Decimal, line, exact ratio) (decimal.Decimal, error) {
	if s.Rounds == RoundsTotal {
		return exact.round(s.Rounding)
	}
	points, err := line.round(s.Rounding)
	if err != nil {
		return decimal.Zero, err
	}
	sum, err := printed.AddExact(points, s.Rounding.Digits)
	if err != nil {
		return decimal.Zero, fmt.Errorf("add %s to %s: %w", points, printed, err)
	}
	return sum, nil
}

// uncountable refuses points with more digits than are computed with. Weights that lead to them are refused before
// publication ([Scheme.Check]); what remains are sums of money with many decimal places. The tender is not at fault.
func uncountable(tender models.ID, criterion string, rule Rounding, err error) error {
	return invalid("/rounding/digits",
		"with %d decimal places, the result of %s for the tender %s has more digits than this program computes with; "+
			"the tender is not at fault: %v", rule.Digits, criterion, tender, err).
		Accepting("at most 18 digits in all: criteria with fewer decimal places")
}

// knockOut leaves those in that are the best by quality, as many as the scheme says; those equal to the last of them
// stay in too. Who was excluded only after quality was locked has kept its place among them.
func (s Scheme) knockOut(entries []*entry) {
	running, _ := split(entries)
	if s.Best == 0 || len(running) <= s.Best {
		return
	}
	slices.SortFunc(running, func(a, b *entry) int { return s.qualityOf(b).cmp(s.qualityOf(a)) })
	last := running[s.Best-1]
	for _, e := range running[s.Best:] {
		if s.qualityOf(e).cmp(s.qualityOf(last)) < 0 {
			_, own := s.judged(e)
			_, least := s.judged(last)
			e.out(Missed{BoundBest, "", own, strconv.Itoa(s.Best)},
				fmt.Sprintf("quality %s is not among the best %d, of which the last has %s", own, s.Best, least))
		}
	}
}

// qualityOf is the quality by which tenders are compared: that of the rounded lines, or the exact one where only the
// total is rounded.
func (s Scheme) qualityOf(e *entry) ratio {
	if s.Rounds == RoundsTotal {
		return e.quality
	}
	return fraction(e.Quality)
}
