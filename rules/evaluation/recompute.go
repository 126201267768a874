package evaluation

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// A Recomputed ranking is one that was computed a second time, from what it says that it was computed from.
type Recomputed struct {
	Ranking award.Ranking `json:"ranking"`
	Lines   []Recomputing `json:"lines"`
	// Digest is that of what was recomputed.
	Digest string `json:"digest"`
	// Applied says which rules were applied that the scheme does not name.
	Applied []string `json:"applied,omitempty"`
}

// A Recomputing says of one statement of a ranking whether it is what comes out.
type Recomputing struct {
	Tender models.ID `json:"tender,omitempty"`
	What   string    `json:"what"`
	Said   string    `json:"said"`
	Found  string    `json:"found"`
	How    string    `json:"how,omitempty"`
}

// Equal tells whether what was said came out.
func (r Recomputing) Equal() bool { return r.Said == r.Found }

// Equal tells whether all that was said came out.
func (r Recomputed) Equal() bool {
	return !slices.ContainsFunc(r.Lines, func(l Recomputing) bool { return !l.Equal() })
}

// Recompute ranks the tenders of a ranking again, by its scheme, scores, prices, values, exclusions and draws, and
// compares line by line. It refuses what [award.Rank] refuses.
func Recompute(said Evaluation) (Recomputed, error) {
	again, applied, err := said.again()
	if err != nil {
		return Recomputed{}, err
	}
	r := Recomputed{Ranking: again.Ranking, Digest: again.Digest, Applied: applied}
	for _, found := range again.Ranking.Places {
		r.compare(placeIn(said.Ranking, found.Tender), found)
	}
	for _, p := range said.Ranking.Places {
		if placeIn(again.Ranking, p.Tender).Tender == "" {
			r.compare(p, award.Place{Tender: p.Tender})
		}
	}
	r.add("", "digest", said.Digest, again.Digest, "")
	return r, nil
}

// again ranks the tenders of a ranking a second time, and says which rules were applied that its scheme does not name.
// A scheme that does not say what is rounded, or what a price of 0 gets, is of a release before 0.2 only if the digest
// of that time comes out; else what is documented for such criteria is applied.
func (e Evaluation) again() (Evaluation, []string, error) {
	written := Evaluation{Lot: e.Lot, Scheme: e.Scheme, Tenders: e.Tenders, Draws: e.Draws}
	complete := written
	complete.Scheme.Rounds = roundsUnder(e.Scheme.Method, e.Scheme.Rounds)
	complete.Scheme.ZeroPrice = zeroPriceUnder(e.Scheme.Method, e.Scheme.ZeroPrice)
	if complete.Scheme.Rounds == e.Scheme.Rounds && complete.Scheme.ZeroPrice == e.Scheme.ZeroPrice {
		return written.ranked(nil)
	}
	former, _, err := written.ranked(nil)
	if err == nil && e.Digest != "" && former.Digest == e.Digest {
		return former, []string{"the arithmetic of releases before 0.2, which the recorded digest is of"}, nil
	}
	var applied []string
	if e.Scheme.Rounds == "" {
		applied = append(applied, "rounds: "+complete.Scheme.Rounds+", as the scheme does not say what is rounded")
	}
	if zero := complete.Scheme.ZeroPrice; zero != e.Scheme.ZeroPrice {
		applied = append(applied, "zero_price: "+zero+", as the scheme does not say what a price of 0 gets")
	}
	return complete.ranked(applied)
}

func (e Evaluation) ranked(applied []string) (Evaluation, []string, error) {
	var err error
	if e.Ranking, err = award.Rank(e.Scheme, e.Tenders, e.Draws...); err != nil {
		return e, nil, err
	}
	e.Digest, err = e.Sum()
	return e, applied, err
}

func placeIn(r award.Ranking, tender models.ID) award.Place {
	i := slices.IndexFunc(r.Places, func(p award.Place) bool { return p.Tender == tender })
	if i < 0 {
		return award.Place{}
	}
	return r.Places[i]
}

func (r *Recomputed) add(tender models.ID, what, said, found, how string) {
	r.Lines = append(r.Lines, Recomputing{tender, what, said, found, how})
}

func (r *Recomputed) compare(said, found award.Place) {
	t := found.Tender
	r.add(t, "rank", rankOf(said), rankOf(found), "")
	for i, line := range found.Lines {
		var was award.Line
		if i < len(said.Lines) {
			was = said.Lines[i]
		}
		r.add(t, line.Criterion, lineText(was), lineText(line), line.How)
	}
	for _, extra := range said.Lines[min(len(found.Lines), len(said.Lines)):] {
		r.add(t, extra.Criterion, lineText(extra), "", "")
	}
	if found.Excluded != "" || said.Excluded != "" {
		r.add(t, "exclusion", said.Excluded, found.Excluded, "")
		return
	}
	r.add(t, "quality", said.Quality.String(), found.Quality.String(), "")
	r.add(t, "total", said.Total.String(), found.Total.String(), "")
	if found.Cost != "" || said.Cost != "" {
		r.add(t, "cost", said.Cost+fmt.Sprint(said.Costs), found.Cost+fmt.Sprint(found.Costs), "")
	}
	if found.AskAboutPrice != "" || said.AskAboutPrice != "" {
		r.add(t, "low price", said.AskAboutPrice, found.AskAboutPrice, "")
	}
}

func rankOf(p award.Place) string {
	switch {
	case p.Rank == 0:
		return "none"
	case p.Tied:
		return fmt.Sprintf("%d, tied", p.Rank)
	case p.DecidedBy != "":
		return fmt.Sprintf("%d, decided by %s", p.Rank, p.DecidedBy)
	}
	return strconv.Itoa(p.Rank)
}

// lineText is a line by all that it says, so that a changed explanation is found too.
func lineText(l award.Line) string {
	if l.Criterion == "" {
		return ""
	}
	text := fmt.Sprintf("%s of %s", l.Points, l.How)
	if l.Exact != "" {
		text += " = " + l.Exact
	}
	return text
}
