package evaluation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/lotlimit"
)

// lotLimitFaults refuses to publish limits that are none among the lots, and a rule that compares points where a lot is
// not ranked by points (Directive 2014/24/EU, Article 46(2): the limits stand in the notice).
func lotLimitFaults(d models.Dossier, lots []models.Lot) []*models.Refusal {
	limits, limited := d.LotLimits()
	if !limited {
		return nil
	}
	if refusal := limits.Exceed(len(lots)); refusal != nil {
		return []*models.Refusal{refusal}
	}
	if limits.MostAwarded == 0 || limits.Rule == models.LotsInOrder {
		return nil
	}
	var faults []*models.Refusal
	for _, lot := range lots {
		criteria, _, ok := d.CriteriaFor(lot.ID)
		at, total := fmt.Sprintf("/lots/%d/award_criteria", lot.Number), new(reader).number(criteria.TotalPoints)
		switch {
		case !ok:
		case !award.InPoints(criteria.Method):
			faults = append(faults, models.Refuse(models.CodeLotLimitsUnfit, at,
				"lot %d is ranked by %s, and the rule %s compares points", lot.Number, criteria.Method, limits.Rule).
				Accepting("a method whose result is points, or the rule %s", models.LotsInOrder))
		case !total.IsZero() && !total.Equal(decimal.Hundred):
			faults = append(faults, models.Refuse(models.CodeLotLimitsUnfit, at+"/total_points",
				"lot %d is ranked by points out of %s, and the rule %s compares points out of 100", lot.Number, total,
				limits.Rule).Accepting("100, or the rule %s", models.LotsInOrder))
		}
	}
	return faults
}

// A Winning is the place of the tender to which a lot goes.
type Winning struct {
	award.Place

	// Because says why the lot does not go to a tender that ranks before it; empty: none does.
	Because string
}

// An AwardAmongLots says of a lot to which tender it goes where one tenderer is awarded so many lots at most, or where
// a former winner fell away.
type AwardAmongLots struct {
	Tender  models.ID `json:"tender,omitempty" doc:"To which the lot goes; absent: to none, or not yet"`
	Because string    `json:"because,omitempty" doc:"Why it does not go to the tender that ranks first"`
}

// Among fills in to which tender the lot goes, if one tenderer is awarded so many lots at most, or the former winner
// fell away.
func (e Evaluation) Among(d models.Dossier) (Evaluation, error) {
	limits, _ := d.LotLimits()
	if limits.MostAwarded == 0 && len(d.Tendering.Fallen(e.Lot)) == 0 {
		return e, nil
	}
	if decided := d.Tendering.Awards[e.Lot]; decided.Awarded() {
		e.Award = &AwardAmongLots{Tender: decided.WinnerID}
		if won, ok := e.Ranking.Of(decided.WinnerID); ok {
			e.Award.Because = lotsOf(d, limits).passedOver(e, won)
		}
		return e, nil
	}
	w, err := WinnerOf(d, e)
	if r, refused := models.RefusalOf(err); refused {
		e.Award = &AwardAmongLots{Because: models.Sentence("%s", r.Detail)}
		return e, nil
	}
	e.Award = &AwardAmongLots{w.Tender, w.Because}
	return e, err
}

// WinnerOf returns to which tender a lot goes: the one that ranks first, or, where one tenderer may be awarded so many
// lots at most, the first of those that may still be awarded one when the lot's turn comes. A tender that was awarded
// the lot and fell away is passed over; the former ranking remains. It refuses while there is
// no such tender ([models.CodeNoWinner]), and while that depends on other lots ([models.CodeLotsTogether]).
func WinnerOf(d models.Dossier, e Evaluation) (Winning, error) {
	limits, _ := d.LotLimits()
	first, single := e.Ranking.Winner(d.Tendering.Fallen(e.Lot)...)
	if limits.AllLots {
		if err := tenderedForAll(d, first); single && err != nil {
			return Winning{}, err
		}
	}
	if limits.MostAwarded > 0 {
		return lotsOf(d, limits).winner(e)
	}
	if !single {
		return Winning{}, undecided(e)
	}
	return Winning{first, lotsOf(d, limits).passedOver(e, first)}, nil
}

// undecided refuses an award where no single tender ranks first.
func undecided(e Evaluation) *models.Refusal {
	if e.Scheme.DrawsLots() && e.Ranking.Tied() != nil {
		return models.Refuse(models.CodeNoWinner, "/tender", "several tenders rank first").
			Accepting("a draw of lots between them, recorded with its witnesses")
	}
	return models.Refuse(models.CodeNoWinner, "/tender", "no single tender ranks first").
		Accepting("ending the lot with a reason")
}

// tenderedForAll refuses an award to a tenderer that left a lot out although the notice asks for tenders for all.
func tenderedForAll(d models.Dossier, first award.Place) error {
	t, _ := d.Tendering.Tender(first.Tender)
	for _, lot := range models.Running(d.Tendering.Lots) {
		if refusal := notThatFar(d, lot); refusal != nil {
			return refusal
		}
		if !tenderedFor(d, t.OrganisationID, lot) {
			return models.Refuse(models.CodeLotsTogether, "/tender",
				"%s has not tendered for lot %d, and the notice asks for tenders for every lot", tenderer(d, t),
				lot.Number).
				Accepting("the exclusion of the tender")
		}
	}
	return nil
}

// notThatFar refuses a lot of which the buyers do not know yet who tenders: its tenders are not opened.
func notThatFar(d models.Dossier, lot models.Lot) *models.Refusal {
	b := lot.Box()
	opened := b.UnsealedAt != nil || len(d.Tendering.In(b.ID)) == 0
	if b.HandsIn == models.HandedTender && b.Talks == "" && !b.Open() && opened {
		return nil
	}
	return models.Refuse(models.CodeLotsTogether, "/lot",
		"the tenders for lot %d are not opened, so it is not known who tenders for it", lot.Number).
		Accepting("the award once the tenders for all lots are opened")
}

func tenderedFor(d models.Dossier, organisation models.ID, lot models.Lot) bool {
	return slices.ContainsFunc(d.Tendering.TendersFor(lot.ID),
		func(t models.Tender) bool { return t.OrganisationID == organisation })
}

// A lotting is the lots of a procedure, of which one tenderer is awarded so many at most.
type lotting struct {
	models.Dossier

	limits models.LotLimits
	lots   []models.Lot
}

func lotsOf(d models.Dossier, limits models.LotLimits) lotting {
	return lotting{d, limits, models.Running(d.Tendering.Lots)}
}

// winner returns to which tender the lot that was evaluated goes.
func (l lotting) winner(e Evaluation) (Winning, error) {
	for _, other := range l.lots {
		if refusal := notThatFar(l.Dossier, other); refusal != nil {
			return Winning{}, refusal
		}
	}
	first, single := e.Ranking.Winner(l.Tendering.Fallen(e.Lot)...)
	if single && l.tendered(first) <= l.limits.MostAwarded {
		return Winning{first, l.passedOver(e, first)}, nil // it is given the lot whatever becomes of the others
	}
	lot, _ := l.Tendering.Lot(e.Lot)
	contests, err := l.contests(lot, e)
	if err != nil {
		return Winning{}, err
	}
	outcome := lotlimit.Give(contests, l.limits.MostAwarded, l.limits.Rule)[lot.Number]
	if err := l.settled(lot, outcome); err != nil {
		return Winning{}, err
	}
	at := slices.IndexFunc(e.Ranking.Places,
		func(p award.Place) bool { return l.tendererOf(p.Tender) == outcome.Winner })
	won := e.Ranking.Places[at]
	return Winning{won, l.passedOver(e, won)}, nil
}

// passedOver says why each tender that ranks before the winner did not win.
func (l lotting) passedOver(e Evaluation, winner award.Place) string {
	var reasons []string
	for _, p := range e.Ranking.Places {
		if 0 < p.Rank && p.Rank < winner.Rank {
			reasons = append(reasons, l.passed(p.Tender))
		}
	}
	return strings.Join(reasons, "; ")
}

// tendered counts the lots for which a tenderer has tendered.
func (l lotting) tendered(p award.Place) int {
	n := 0
	for _, lot := range l.lots {
		if tenderedFor(l.Dossier, l.tendererOf(p.Tender), lot) {
			n++
		}
	}
	return n
}

func (l lotting) tendererOf(tender models.ID) models.ID {
	t, _ := l.Tendering.Tender(tender)
	return t.OrganisationID
}

// contests are the lots on which the outcome of one depends: all, or those before it in the order of their numbers.
func (l lotting) contests(lot models.Lot, e Evaluation) ([]lotlimit.Lot, error) {
	var all []lotlimit.Lot
	for _, other := range l.lots {
		contest := lotlimit.Lot{Number: other.Number}
		switch decided := l.Tendering.Awards[other.ID]; {
		case decided.Awarded():
			contest.Taken = l.tendererOf(decided.WinnerID)
		case other.ID == lot.ID:
			contest.Places = l.places(e)
		case l.limits.Rule == models.LotsInOrder && other.Number > lot.Number:
			continue
		case len(l.Tendering.TendersFor(other.ID)) > 0:
			ranked, err := Evaluate(l.Dossier, other.ID)
			if r, refused := models.RefusalOf(err); refused {
				return nil, models.Refuse(models.CodeLotsTogether, "/lot",
					"lot %d depends on lot %d, which is not ranked: %s", lot.Number, other.Number, r.Detail).
					Accepting("the award once lot %d is ranked or has ended", other.Number)
			}
			if err != nil {
				return nil, err
			}
			contest.Places = l.places(ranked)
		}
		all = append(all, contest)
	}
	return all, nil
}

// places are those of a ranking that can win.
func (l lotting) places(e Evaluation) []lotlimit.Place {
	var all []lotlimit.Place
	for _, p := range e.Ranking.Places {
		if _, fallen := l.Tendering.FallenOf(p.Tender); p.Rank > 0 && !fallen {
			all = append(all, lotlimit.Place{Tenderer: l.tendererOf(p.Tender), Rank: p.Rank, Points: p.Total})
		}
	}
	return all
}

// settled refuses an outcome without a winner, and one that passes over a tenderer before its other lots are awarded:
// nobody is told of a lot that the board has not decided.
func (l lotting) settled(lot models.Lot, o lotlimit.Outcome) error {
	switch {
	case o.Waits > 0:
		return models.Refuse(models.CodeLotsTogether, "/lot",
			"lot %d comes first, and no single tender leads it", o.Waits).
			Accepting("the award once lot %d has a single best tender or has ended", o.Waits)
	case o.Tied:
		return models.Refuse(models.CodeNoWinner, "/tender",
			"no single tender of lot %d ranks before the others that may still be awarded a lot", lot.Number).
			Accepting("ending the lot with a reason")
	case o.Winner == "":
		return models.Refuse(models.CodeNoWinner, "/tender",
			"no tenderer of lot %d may be awarded another lot: %d at most", lot.Number, l.limits.MostAwarded).
			Accepting("ending the lot with a reason")
	}
	for _, passed := range o.Passed {
		if won := l.won(passed); len(won) < l.limits.MostAwarded {
			return models.Refuse(models.CodeLotsTogether, "/lot",
				"%s ranks before, and another lot is to be awarded to it first: %s", l.NameOf(passed),
				l.limits.Rule.Called()).
				Accepting("the award of the lots that come before lot %d by this rule", lot.Number)
		}
	}
	return nil
}

// won are the numbers of the lots that a tenderer was awarded.
func (l lotting) won(organisation models.ID) []int {
	var numbers []int
	for _, lot := range l.lots {
		if decided := l.Tendering.Awards[lot.ID]; decided.Awarded() && l.tendererOf(decided.WinnerID) == organisation {
			numbers = append(numbers, lot.Number)
		}
	}
	return numbers
}

// passed says why a tender that ranks before the winner did not win.
func (l lotting) passed(tender models.ID) string {
	if s, fallen := l.Tendering.FallenOf(tender); fallen {
		return fmt.Sprintf("the award to %s was set aside: %s", l.TendererOf(tender), s.Ground.Called())
	}
	return l.because(l.tendererOf(tender))
}

// because says why a tenderer is passed over.
func (l lotting) because(passed models.ID) string {
	return fmt.Sprintf("%s was awarded %s, and one tenderer is awarded at most %d; %s", l.NameOf(passed),
		models.LotNumbers(l.won(passed)), l.limits.MostAwarded, l.limits.Rule.Called())
}

// limitedFor says why a tender did not win a lot although it ranks before the winner; empty: it does not.
func limitedFor(d models.Dossier, own, winner award.Place) string {
	limits, _ := d.LotLimits()
	if _, fallen := d.Tendering.FallenOf(own.Tender); !fallen && limits.MostAwarded == 0 || own.Rank == 0 ||
		own.Rank >= winner.Rank {
		return ""
	}
	return models.Sentence("%s", lotsOf(d, limits).passed(own.Tender))
}
