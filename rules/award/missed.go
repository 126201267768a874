package award

import "github.com/ppi-engine/ppi/models"

// A Bound is what a tender must reach, or not exceed, to stay in.
type Bound string

// The bounds.
const (
	BoundCriterion Bound = "criterion"
	BoundGroup     Bound = "group"
	BoundQuality   Bound = "quality"
	BoundBest      Bound = "best"
	BoundCeiling   Bound = "ceiling"
)

// A Missed bound is why a tender is out by the announced rules, as [Place.Excluded] says in a sentence.
type Missed struct {
	Bound Bound
	// Of is the criterion or group; empty: the tender as a whole.
	Of string
	// Reached is what the tender reached, exactly; Needed what it had to: a score, points, an amount, or as one of how
	// many best it had to stand.
	Reached, Needed string
}

// out takes a tender out for the bound that it missed.
func (e *entry) out(m Missed, because string) {
	e.Excluded, e.Missed = because, &m
}

// ScoreOf is the score of a tender under a criterion, in words: the agreed score, or the mean of those of several
// evaluators.
func (t Tender) ScoreOf(criterion string) string { return t.scores()[criterion].said }

// MissedBy returns the bound that a tender missed; false: it is in, or was excluded by a decision.
func (r Ranking) MissedBy(tender models.ID) (Missed, bool) {
	if p, ok := r.Of(tender); ok && p.Missed != nil {
		return *p.Missed, true
	}
	return Missed{}, false
}
