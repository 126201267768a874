package award

import (
	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// A Standing is what a tender or solution is worth without its price.
type Standing struct {
	Tender models.ID
	// Quality is in points; under QualityInMoney in money.
	Quality decimal.Decimal
	// Excluded says why it is out: before, or by a minimum; empty: it is in.
	Excluded string
}

// RankQuality scores quality alone, in the order of the tenders, as [Rank] does: solutions of a dialogue have no price.
// It refuses what Rank refuses, prices aside.
func RankQuality(s Scheme, tenders []Tender) ([]Standing, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	entries := make([]*entry, len(tenders))
	var faults []*models.Refusal
	for i, t := range tenders {
		entries[i] = &entry{Place: Place{Tender: t.ID, Excluded: t.Excluded}, scores: t.Scores}
		if t.Excluded == "" {
			faults = append(faults, s.checkScores(t)...)
		}
	}
	if err := models.Refusals(faults); err != nil {
		return nil, err
	}
	if err := s.scoreQuality(entries); err != nil {
		return nil, err
	}
	standings := make([]Standing, len(entries))
	for i, e := range entries {
		standings[i] = Standing{e.Tender, e.Quality, e.Excluded}
	}
	return standings, nil
}
