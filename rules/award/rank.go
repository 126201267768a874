package award

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// A Tender is what is ranked: a price and the agreed score of each quality criterion.
type Tender struct {
	ID    models.ID    `json:"id"`
	Price models.Money `json:"price"`
	// Scores holds a score for every criterion, by its ID.
	Scores map[string]decimal.Decimal `json:"scores"`
	// Excluded says why the tender is out, decided before prices are compared; empty: it is in.
	Excluded string `json:"excluded,omitempty"`
}

// A Ranking is the order of the tenders, the best first, those excluded last.
type Ranking struct {
	Places []Place `json:"standings"`
}

// A Place is the place of one tender in the ranking, and why it has this place.
type Place struct {
	Tender models.ID `json:"tender"`
	// Rank counts from 1; equal tenders share a rank; 0: excluded.
	Rank int `json:"rank,omitempty"`
	// Lines add up to Total.
	Lines []Line `json:"lines,omitempty"`
	// Total is in points, and the most wins; under QualityInMoney it is in money, and the least wins.
	Total decimal.Decimal `json:"total"`
	// Quality is the part of the quality criteria in Total.
	Quality decimal.Decimal `json:"quality"`
	// Excluded says why the tender is out.
	Excluded string `json:"excluded,omitempty"`
	// AskAboutPrice says why the price looks abnormally low: the tenderer must be asked.
	AskAboutPrice string `json:"ask_about_price,omitempty"`
	// DecidedBy is the key of the tie-break that put it behind the tender before it.
	DecidedBy string `json:"decided_by,omitempty"`
	// Tied marks a rank that not even the tie-break decides.
	Tied bool `json:"tied,omitempty"`
}

// A Line is what one criterion adds.
type Line struct {
	Criterion string          `json:"criterion"`
	Points    decimal.Decimal `json:"points"`
	// How is the computation in words, before rounding.
	How string `json:"how"`
}

// Rank ranks tenders; their order does not matter. It refuses what [Scheme.Check] refuses, two tenders with the same ID
// ([models.CodeInvalidValue]), prices that cannot be scored ([models.CodeInvalidPrice]) and scores that are missing,
// for no criterion or outside the scale ([models.CodeInvalidScore]), with all faults at once.
func Rank(s Scheme, tenders []Tender) (Ranking, error) {
	if err := s.Check(); err != nil {
		return Ranking{}, err
	}
	entries, err := s.entriesOf(tenders)
	if err != nil {
		return Ranking{}, err
	}
	if err := s.scoreQuality(entries); err != nil {
		return Ranking{}, err
	}
	in, out := split(entries)
	if err := s.scorePrices(in); err != nil {
		return Ranking{}, err
	}
	s.markLow(in)
	s.order(in)
	slices.SortFunc(out, func(a, b *entry) int { return cmp.Compare(a.Tender, b.Tender) })
	var ranking Ranking
	for _, e := range append(in, out...) {
		ranking.Places = append(ranking.Places, e.Place)
	}
	return ranking, nil
}

// Winner returns the one tender with rank 1; false when there is none or a tie.
func (r Ranking) Winner() (Place, bool) {
	if len(r.Places) == 0 || r.Places[0].Rank != 1 || r.Places[0].Tied {
		return Place{}, false
	}
	return r.Places[0], true
}

// Of returns the place of a tender; false: it is not in the ranking.
func (r Ranking) Of(tender models.ID) (Place, bool) {
	i := slices.IndexFunc(r.Places, func(p Place) bool { return p.Tender == tender })
	if i < 0 {
		return Place{}, false
	}
	return r.Places[i], true
}

// An entry is a tender on its way to its place in the ranking.
type entry struct {
	Place

	price  decimal.Decimal
	scores map[string]decimal.Decimal
}

func (s Scheme) entriesOf(tenders []Tender) ([]*entry, error) {
	var entries []*entry
	var faults []*models.Refusal
	for i, t := range tenders {
		if slices.ContainsFunc(tenders[:i], func(earlier Tender) bool { return earlier.ID == t.ID }) {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, "/tenders/"+string(t.ID),
				"the tender is listed twice"))
			continue
		}
		e := &entry{Place: Place{Tender: t.ID, Excluded: t.Excluded}, scores: t.Scores}
		if t.Excluded == "" {
			price, refusal := s.checkPrice(t)
			if refusal != nil {
				faults = append(faults, refusal)
			}
			e.price = price
			faults = append(faults, s.checkScores(t)...)
		}
		entries = append(entries, e)
	}
	return entries, models.Refusals(faults)
}

func (s Scheme) checkScores(t Tender) []*models.Refusal {
	var faults []*models.Refusal
	field := "/tenders/" + string(t.ID) + "/scores/"
	for _, c := range s.Criteria {
		score, given := t.Scores[c.ID]
		switch {
		case !given:
			faults = append(faults, models.Refuse(models.CodeInvalidScore, field+c.ID, "the score is missing").
				Accepting("0 to %s", c.Max))
		case score.IsNeg() || score.Cmp(c.Max) > 0:
			faults = append(faults, models.Refuse(models.CodeInvalidScore, field+c.ID,
				"the score %s is outside the scale", score).Accepting("0 to %s", c.Max))
		}
	}
	for id := range t.Scores {
		if s.criterion(id) == nil {
			faults = append(faults, models.Refuse(models.CodeInvalidScore, field+id, "there is no criterion %q", id).
				Accepting("a score for each criterion, and no other"))
		}
	}
	return faults
}

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
		if e.Excluded == "" && fraction(e.Quality).cmp(fraction(s.MinimumQuality)) < 0 {
			e.Excluded = fmt.Sprintf("quality %s is below the minimum of %s", e.Quality, s.MinimumQuality)
		}
	}
	return nil
}

func (s Scheme) scoreCriterion(e *entry, c QualityCriterion) error {
	score := e.scores[c.ID]
	exact := fraction(c.Weight).times(fraction(score)).over(fraction(c.Max))
	how := fmt.Sprintf("%s × %s / %s", c.Weight, score, c.Max)
	if !s.points() {
		exact, how = whole(0).minus(exact), "− "+how
	}
	if err := e.add(s.Rounding, c.ID, exact, how); err != nil {
		return err
	}
	quality, err := e.Quality.AddExact(e.Lines[len(e.Lines)-1].Points.Abs(), s.Rounding.Digits)
	if err != nil {
		return uncountable(e.Tender, c.ID, err)
	}
	e.Quality = quality
	if e.Excluded == "" && score.Cmp(c.Minimum) < 0 {
		e.Excluded = fmt.Sprintf("score %s of %s is below the minimum of %s", score, c.ID, c.Minimum)
	}
	return nil
}

func (e *entry) add(rule Rounding, criterion string, exact ratio, how string) error {
	points, err := exact.round(rule)
	if err == nil {
		e.Total, err = e.Total.AddExact(points, rule.Digits)
	}
	if err != nil {
		return uncountable(e.Tender, criterion, err)
	}
	e.Lines = append(e.Lines, Line{criterion, points, how})
	return nil
}

// uncountable refuses points with more digits than can be computed: only absurdly large prices or weights lead to them.
func uncountable(tender models.ID, criterion string, err error) error {
	return models.Refuse(models.CodeInvalidPrice, "/tenders/"+string(tender),
		"the points for %s cannot be computed exactly: %v", criterion, err).
		Accepting("the exclusion of the tender, or ending the lot")
}

func split(entries []*entry) (in, out []*entry) {
	for _, e := range entries {
		if e.Excluded == "" {
			in = append(in, e)
		} else {
			out = append(out, e)
		}
	}
	return in, out
}

func (s Scheme) scorePrices(in []*entry) error {
	if s.Method == FixedPrice {
		return nil
	}
	prices := pricesOf(s, in)
	for _, e := range in {
		exact, how := prices.points(e.price)
		if err := e.add(s.Rounding, PriceLine, exact, how); err != nil {
			return err
		}
	}
	return nil
}

func (s Scheme) markLow(in []*entry) {
	if s.Low == nil {
		return
	}
	for i, e := range in {
		var others []decimal.Decimal
		for j, o := range in {
			if i != j {
				others = append(others, o.price)
			}
		}
		e.AskAboutPrice = s.Low.why(e.price, others)
	}
}
