package evaluation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// A Recomputed ranking is one that was computed a second time, from what it says that it was computed from.
type Recomputed struct {
	Ranking award.Ranking `json:"ranking"`
	Lines   []Recomputing `json:"lines"`
	// Digest is that of what was recomputed.
	Digest string `json:"digest"`
	// Applied says which rules were applied that the scheme does not name, and NotChecked what the ranking says that
	// cannot be computed from it.
	Applied    []string `json:"applied,omitempty"`
	NotChecked []string `json:"not_checked,omitempty"`
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
		return Recomputed{}, inFile(err)
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
	r.add("", "order", orderOf(said.Ranking), orderOf(again.Ranking), "")
	r.add("", "digest", said.Digest, again.Digest, "")
	r.consequences(said)
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
	if err == nil && e.Scheme.Rounds == "" && e.Digest != "" && former.Digest == e.Digest {
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

// RankFile ranks the tenders of a file that says no ranking, and says which rules were applied that its scheme does not
// name. It refuses a file that says one ([models.CodeInvalidValue]), and what [award.Rank] refuses.
func RankFile(asked Evaluation) (Evaluation, []string, error) {
	if len(asked.Ranking.Places) > 0 || asked.Digest != "" {
		return asked, nil, models.Refuse(models.CodeInvalidValue, "/ranking", "the file says a ranking").
			Accepting("a file without ranking and digest; or ppi award recompute, which compares them")
	}
	ranked, applied, err := asked.again()
	return ranked, applied, inFile(err)
}

func (e Evaluation) ranked(applied []string) (Evaluation, []string, error) {
	var err error
	if e.Ranking, err = award.Rank(e.Scheme, e.Tenders, e.Draws...); err != nil {
		return e, nil, err
	}
	e.Digest, err = e.Sum()
	return e, applied, err
}

// inFile names the fields of a refusal as the file of a ranking has them: those of its scheme stand below that.
func inFile(err error) error {
	faults := models.Faults(err)
	if len(faults) == 0 {
		return err
	}
	for _, fault := range faults {
		if fault.Code == models.CodeInvalidCriteria {
			fault.Field = "/scheme" + fault.Field
		}
	}
	return models.Refusals(faults)
}

// orderOf lists the places of a ranking, also those that it gives to one tender twice.
func orderOf(r award.Ranking) string {
	var order []string
	for _, p := range r.Places {
		order = append(order, string(p.Tender))
	}
	return strings.Join(order, ", ")
}

// consequences compares what else a ranking says with what came out, as far as it follows from that, and names what
// does not.
func (r *Recomputed) consequences(said Evaluation) {
	for i, draw := range said.Draws {
		for _, tender := range draw {
			if _, known := r.Ranking.Of(tender); !known {
				r.NotChecked = append(r.NotChecked, fmt.Sprintf(
					"draws: draw %d names %q, which is no tender of this file and has no effect", i+1, tender))
			}
		}
	}
	for _, tender := range said.LateExclusions {
		r.add(tender, "late exclusion", "excluded", choose(placeIn(r.Ranking, tender).Excluded != "", "excluded"), "")
	}
	if len(said.LateExclusions) > 0 {
		r.NotChecked = append(r.NotChecked,
			"late_exclusions: when tenders were excluded; the file does not have the scores that they had before")
	}
	for _, pair := range said.Reversals {
		ahead, behind := placeIn(r.Ranking, pair.Ahead), placeIn(r.Ranking, pair.Behind)
		follows, order := len(said.LateExclusions) > 0 && 0 < ahead.Rank && ahead.Rank < behind.Rank,
			"ahead of "+string(pair.Behind)
		r.add(pair.Ahead, "reversal", order, choose(follows, order), "")
	}
	if len(said.Reversals) > 0 {
		r.NotChecked = append(r.NotChecked, "reversals: the order before the late exclusions")
	}
	if len(said.LateConflicts) > 0 {
		r.NotChecked = append(r.NotChecked, "late_conflicts: who declared a conflict, and when")
	}
	if among := said.Award; among != nil {
		if among.Tender != "" {
			ranks := placeIn(r.Ranking, among.Tender).Rank > 0
			r.add(among.Tender, "award among lots", "ranked", choose(ranks, "ranked"), "")
		}
		r.NotChecked = append(r.NotChecked,
			"award_among_lots: to which tender the lot goes depends on other lots and earlier awards")
	}
}

// choose is a text if something holds, else that it does not.
func choose(holds bool, text string) string {
	if holds {
		return text
	}
	return "not so"
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
	}
	r.add(t, "quality", said.Quality.String(), found.Quality.String(), "")
	r.add(t, "total", said.Total.String(), found.Total.String(), found.TotalHow)
	if found.Cost != "" || said.Cost != "" {
		r.add(t, "cost", said.Cost, found.Cost, "")
	}
	for i := range max(len(said.Costs), len(found.Costs)) {
		r.add(t, "cost of an item", costText(said.Costs, i), costText(found.Costs, i), "")
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

func costText(costs []award.CostLine, i int) string {
	if i >= len(costs) {
		return ""
	}
	return fmt.Sprintf("%s: %s of %s", costs[i].Item, costs[i].Amount, costs[i].How)
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
