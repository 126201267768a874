package award

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// A Tender is what is ranked: a price and the agreed score of each quality criterion.
type Tender struct {
	ID    models.ID    `json:"id"`
	Price models.Money `json:"price"`
	// Scores holds a score for every criterion, by its ID.
	Scores map[string]decimal.Decimal `json:"scores"`
	// Individual holds instead the scores of several evaluators, of which the exact mean counts.
	Individual map[string][]decimal.Decimal `json:"individual,omitempty"`
	// Values holds a value for every cost besides the price, by its ID.
	Values map[string]decimal.Decimal `json:"values,omitempty"`
	// Excluded says why the tender is out, decided before prices are compared; empty: it is in.
	Excluded string `json:"excluded,omitempty"`
	// Late tells that it was excluded after quality was locked: it still stands in the way of those who were behind the
	// best whose prices are opened.
	Late bool `json:"late,omitempty"`
}

// A Draw is the order in which the lots of tied tenders were drawn, the first ahead.
type Draw []models.ID

// A Ranking is the order of the tenders, the best first, those excluded last.
type Ranking struct {
	Places []Place `json:"standings"`
}

// A Place is the place of one tender in the ranking, and why it has this place.
type Place struct {
	Tender models.ID `json:"tender"`
	// Rank counts from 1; equal tenders share a rank; 0: excluded.
	Rank int `json:"rank,omitempty"`
	// Lines add up to Total; under PricePerPoint, those of quality add up to Quality, and that of price is Total.
	Lines []Line `json:"lines,omitempty"`
	// Total is in points, and the most wins; under QualityInMoney and PricePerPoint it is in money, and the least wins.
	Total decimal.Decimal `json:"total"`
	// TotalHow says how a total that alone is rounded comes about, exactly; empty: it adds what is printed. It is no
	// part of a ranking's rendering.
	TotalHow string `json:"-"`
	// Quality is the part of the quality criteria in Total.
	Quality decimal.Decimal `json:"quality"`
	// Excluded says why the tender is out.
	Excluded string `json:"excluded,omitempty"`
	// Missed is the bound by which it is out. It is no part of a ranking's rendering, whose digest decisions name.
	Missed *Missed `json:"-"`
	// Cost is the price with all that counts besides, which Costs lists; empty: the price alone is ranked.
	Cost  string     `json:"cost,omitempty"`
	Costs []CostLine `json:"costs,omitempty"`
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
	// Exact is the result of the computation: a decimal number, or a fraction where that has no end. What is too long
	// to be read, as with discounted costs, is cut and ends in “…”; it counts exactly all the same.
	Exact string `json:"exact,omitempty"`
}

// Rank ranks tenders; their order does not matter. Of ties that are decided by a draw, the last one counts that lists
// all who are tied. It refuses what [Scheme.Check] refuses, two tenders with the same ID ([models.CodeInvalidValue]),
// prices that cannot be scored ([models.CodeInvalidPrice]), values of costs ([models.CodeInvalidValue]) and scores
// ([models.CodeInvalidScore]) that are missing, for nothing, or outside the scale: all faults at once, and first those
// of scores. Of a tender that is out by its quality nothing else is looked at.
func Rank(s Scheme, tenders []Tender, draws ...Draw) (Ranking, error) {
	entries, err := s.scored(tenders)
	if err != nil {
		return Ranking{}, err
	}
	in, out := split(entries)
	if err := s.readPrices(in); err != nil {
		return Ranking{}, err
	}
	in, dear := split(in)
	if err := s.scorePrices(in); err != nil {
		return Ranking{}, err
	}
	for _, e := range in {
		e.TotalHow = s.totalHow(e)
	}
	s.markLow(in)
	s.order(in, draws)
	return Ranking{places(in, append(out, dear...))}, nil
}

// Quality is the ranking before prices are known: those who are in, the best first and without a rank, and those who
// are out for what was found, for a minimum, or because only the prices of the best are opened. It refuses as [Rank]
// does.
func Quality(s Scheme, tenders []Tender) (Ranking, error) {
	entries, err := s.scored(tenders)
	if err != nil {
		return Ranking{}, err
	}
	in, out := split(entries)
	slices.SortFunc(in, func(a, b *entry) int {
		return cmp.Or(s.qualityOf(b).cmp(s.qualityOf(a)), cmp.Compare(a.Tender, b.Tender))
	})
	return Ranking{places(in, out)}, nil
}

func places(in, out []*entry) []Place {
	slices.SortFunc(out, func(a, b *entry) int { return cmp.Compare(a.Tender, b.Tender) })
	all := []Place{}
	for _, e := range append(in, out...) {
		all = append(all, e.Place)
	}
	return all
}

// In tells whether a tender is ranked, and not excluded.
func (r Ranking) In(tender models.ID) bool {
	return slices.ContainsFunc(r.Places, func(p Place) bool { return p.Tender == tender && p.Excluded == "" })
}

// Winner returns the one tender that ranks first of those that are not passed over; false when there is none or a tie.
// Those that are passed over keep their place, and the others their points.
func (r Ranking) Winner(passed ...models.ID) (Place, bool) {
	left := slices.DeleteFunc(slices.Clone(r.Places),
		func(p Place) bool { return p.Rank == 0 || slices.Contains(passed, p.Tender) })
	if len(left) == 0 || len(left) > 1 && left[1].Rank == left[0].Rank {
		return Place{}, false
	}
	return left[0], true
}

// Tied lists the tenders that share a rank which nothing decides, by rank.
func (r Ranking) Tied() [][]models.ID {
	var ties [][]models.ID
	rank := 0
	for _, p := range r.Places {
		switch {
		case !p.Tied:
		case p.Rank != rank:
			ties, rank = append(ties, []models.ID{p.Tender}), p.Rank
		default:
			ties[len(ties)-1] = append(ties[len(ties)-1], p.Tender)
		}
	}
	return ties
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

	tender Tender
	price  decimal.Decimal
	cost   amount // the price with all that counts besides
	scores map[string]score
	// quality and total are what Quality and Total are before any rounding.
	quality, total ratio
}

// A score is that of a criterion, exactly, and in words.
type score struct {
	exact ratio
	said  string
}

// scored scores the quality of tenders.
func (s Scheme) scored(tenders []Tender) ([]*entry, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	var entries []*entry
	var faults []*models.Refusal
	for i, t := range tenders {
		if slices.ContainsFunc(tenders[:i], func(earlier Tender) bool { return earlier.ID == t.ID }) {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, "/tenders/"+string(t.ID),
				"the tender is listed twice"))
			continue
		}
		e := &entry{Place: Place{Tender: t.ID}, tender: t, scores: t.scores(), quality: whole(0), total: whole(0)}
		if e.Excluded = t.Excluded; s.Best > 0 && t.Late {
			e.Excluded = "" // until the best are found
		}
		if e.Excluded == "" {
			faults = append(faults, s.checkScores(t, e.scores)...)
		}
		entries = append(entries, e)
	}
	if len(faults) > 0 {
		return nil, models.Refusals(faults)
	}
	if err := s.scoreQuality(entries); err != nil {
		return nil, err
	}
	s.knockOut(entries)
	for _, e := range entries {
		if e.tender.Excluded != "" {
			e.Excluded, e.Missed = e.tender.Excluded, nil
		}
	}
	return entries, nil
}

func (t Tender) scores() map[string]score {
	all := map[string]score{}
	for id, given := range t.Scores {
		all[id] = score{fraction(given), given.String()}
	}
	for id, given := range t.Individual {
		if len(given) > 0 {
			all[id] = mean(given)
		}
	}
	return all
}

func (s Scheme) checkScores(t Tender, scores map[string]score) []*models.Refusal {
	var faults []*models.Refusal
	field := "/tenders/" + string(t.ID) + "/scores/"
	for _, c := range s.Criteria {
		_, given := scores[c.ID]
		all := t.Individual[c.ID]
		if len(all) == 0 {
			all = []decimal.Decimal{t.Scores[c.ID]}
		}
		outside := slices.IndexFunc(all,
			func(x decimal.Decimal) bool { return x.Cmp(c.Lowest) < 0 || x.Cmp(c.Max) > 0 })
		_, agreed := t.Scores[c.ID]
		switch {
		case agreed && len(t.Individual[c.ID]) > 0:
			faults = append(faults, models.Refuse(models.CodeInvalidScore, field+c.ID,
				"there is an agreed score, and there are scores of single evaluators").
				Accepting("one of them: the agreed score, or those of which the mean counts"))
		case !given:
			faults = append(faults, models.Refuse(models.CodeInvalidScore, field+c.ID, "the score is missing").
				Accepting("%s to %s", c.Lowest, c.Max))
		case outside >= 0:
			faults = append(faults, models.Refuse(models.CodeInvalidScore, field+c.ID,
				"the score %s is outside the scale", all[outside]).Accepting("%s to %s", c.Lowest, c.Max))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(scores)) {
		if s.criterion(id) == nil {
			faults = append(faults, models.Refuse(models.CodeInvalidScore, field+id, "there is no criterion %q", id).
				Accepting("a score for each criterion, and no other"))
		}
	}
	return faults
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

func (s Scheme) readPrices(in []*entry) error {
	var faults []*models.Refusal
	for _, e := range in {
		price, refusal := s.checkPrice(e.tender)
		if refusal != nil {
			faults = append(faults, refusal)
		}
		e.price = price
		faults = append(faults, s.addCosts(e)...)
		if refusal == nil && !s.Ceiling.IsZero() && price.Cmp(s.Ceiling) > 0 {
			e.out(Missed{BoundCeiling, "", price.String(), s.Ceiling.String()},
				fmt.Sprintf("price %s is above the ceiling of %s", price, s.Ceiling))
		}
	}
	return models.Refusals(faults)
}

func (s Scheme) scorePrices(in []*entry) error {
	if s.Method == FixedPrice {
		return nil
	}
	prices := pricesOf(s, in)
	for _, e := range in {
		exact, how := prices.points(e)
		if err := s.add(e, PriceLine, exact, how); err != nil {
			return err
		}
	}
	return nil
}

// totalHow adds the exact lines of a total that alone is rounded. A price per point is one line, which says it itself.
func (s Scheme) totalHow(e *entry) string {
	if s.Rounds != RoundsTotal || s.Method == PricePerPoint {
		return ""
	}
	var sum strings.Builder
	for i, line := range e.Lines {
		exact, negative := strings.CutPrefix(line.Exact, "-")
		switch {
		case negative:
			sum.WriteString("− ")
		case i > 0:
			sum.WriteString("+ ")
		}
		sum.WriteString(exact + " ")
	}
	return sum.String() + "= " + e.total.words()
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
