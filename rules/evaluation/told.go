package evaluation

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/timelimit"
	"github.com/ppi-engine/ppi/rules/wording"
)

// A telling is what the letters on an award tell from.
type telling struct {
	models.Dossier

	lot        models.Lot
	criteria   models.AwardCriteria
	evaluation Evaluation
	decided    models.LotAward
	winner     award.Place
	sent       time.Time
	standstill timelimit.Standstill
}

// letter begins a letter on the award.
func (a telling) letter(t models.Tender) Letter {
	l := letterTo(a.Dossier, a.lot, t)
	l.Winner, l.Won = winnerName(a.Dossier, a.decided), a.decided.Won(t.ID)
	l.WinnerTotal, l.DecidedAt, l.SentAt = a.winner.Total.String(), a.decided.AwardedAt.UTC(), a.sent.UTC()
	l.Standstill, l.EarliestContract = a.standstill.Told(spoken(l.Language))
	if l.EarliestContract != "" {
		until := a.standstill.Until.UTC()
		l.StandstillUntil = &until
	}
	return l
}

// toTenderer tells a tenderer what became of its tender.
func (a telling) toTenderer(t models.Tender) (Letter, error) {
	l := a.letter(t)
	own, ok := a.evaluation.Ranking.Of(t.ID)
	if !ok {
		return l, nil
	}
	if own.Excluded == "" {
		l.Rank, l.Total, l.LimitedFor = own.Rank, own.Total.String(), limitedFor(a.Dossier, own, a.winner)
	} else {
		a.exclusion(&l, t, own)
	}
	if len(own.Lines) == 0 {
		return l, nil
	}
	ranked := a.criteria
	ranked.Low = nil // it ranks nobody, and can hold the buyers' own estimate
	method, err := MethodOf(ranked, spoken(l.Language))
	if err != nil {
		return l, err
	}
	l.Method, l.Consensus = method.Rules, a.criteria.Consensus
	l.Reasons = panelReasons(a.Dossier, t)
	l.Lines = a.compare(own, l.Reasons)
	if last := own.Lines[len(own.Lines)-1]; last.Criterion == award.PriceLine {
		l.Price, l.WinnerPrice = a.price(t.ID), a.price(a.winner.Tender)
		a.costs(&l, own)
	}
	if own.Excluded == "" {
		l.Tie = a.tie(own)
	}
	return l, nil
}

// price is what a tender costs, without what counts besides.
func (a telling) price(tender models.ID) *models.Money {
	for _, t := range a.evaluation.Tenders {
		if t.ID == tender {
			return &t.Price
		}
	}
	return nil
}

// exclusion says why a tender is out: by whose decision, or by which announced bound.
func (a telling) exclusion(l *Letter, t models.Tender, own award.Place) {
	l.ExcludedFor, l.FailedTests = own.Excluded, failedTests(a.Dossier, t.ID)
	if m, missed := a.evaluation.Ranking.MissedBy(t.ID); missed {
		l.Shortfall = shortfall(a.Dossier, t, m)
	}
	if own.Missed != nil && own.Missed.Bound == award.BoundBest {
		// The ranking says how far the last of the best came: that is another tenderer's result.
		l.ExcludedFor = "quality " + own.Missed.Reached + " is not among the best " + own.Missed.Needed
	}
	if admission, _, ok := a.AdmissionOf(t.ID); ok && admission.Decision == models.AdmissionExcluded {
		l.ExclusionReason, l.Grounds = admission.Reason, admission.Grounds
	}
	for _, e := range a.Of(models.EntryPriceInquiry) {
		q, ok := models.BodyOf[models.PriceInquiry](e)
		if ok && q.Tender == t.ID && q.Finding == models.FindingRejected {
			l.LowPrice = q.Reason
		}
	}
}

// shortfall is a bound that a tender missed, as a letter tells it.
func shortfall(d models.Dossier, t models.Tender, m award.Missed) *Shortfall {
	s := &Shortfall{Bound: m.Bound, Reached: m.Reached, Needed: m.Needed}
	s.PriceOpened = m.Bound == award.BoundBest && d.PriceOpened(t)
	criteria, _, _ := d.CriteriaFor(t.LotID)
	for _, k := range criteria.Criteria {
		if m.Bound == award.BoundCriterion && k.ID == m.Of {
			s.Of = k.Title
		}
	}
	for _, g := range criteria.Groups {
		if m.Bound == award.BoundGroup && g.ID == m.Of {
			s.Of = g.Title
		}
	}
	return s
}

// ownLines are the points of a tender by criterion, with its scores and the reasons for them.
func ownLines(
	criteria models.AwardCriteria, tenders []award.Tender, own award.Place, reasons map[string]string,
) []Comparison {
	at := slices.IndexFunc(tenders, func(x award.Tender) bool { return x.ID == own.Tender })
	lines := make([]Comparison, len(own.Lines))
	for i, line := range own.Lines {
		c := Comparison{Criterion: line.Criterion, Points: line.Points, How: line.How}
		k := slices.IndexFunc(criteria.Criteria, func(k models.AwardCriterion) bool { return k.ID == c.Criterion })
		if k >= 0 {
			asked := criteria.Criteria[k]
			c.Title, c.Weight, c.Max, c.Reason = asked.Title, asked.Weight, asked.Max, reasons[c.Criterion]
			c.Score = tenders[at].ScoreOf(c.Criterion)
		} else if c.Criterion == award.PriceLine {
			c.Weight = criteria.PriceWeight
		}
		lines[i] = c
	}
	return lines
}

// compare puts the recipient's points and what was found of its tender beside those of the winner.
func (a telling) compare(own award.Place, reasons map[string]string) []Comparison {
	won, _ := a.Tendering.Tender(a.decided.WinnerID)
	winners := openReasons(a.Dossier, won)
	lines := ownLines(a.criteria, a.evaluation.Tenders, own, reasons)
	for i := range lines {
		c := &lines[i]
		for _, line := range a.winner.Lines {
			if line.Criterion == c.Criterion {
				c.Winner = line.Points
			}
		}
		c.WinnerReason, c.Withheld = winners[c.Criterion].text(), winners[c.Criterion].withheld
	}
	return lines
}

// toConcerned tells somebody who takes part no more, but may still challenge the award, who won; with the reasons why
// it was not invited to go on, as it was told them then.
func (a telling) toConcerned(t models.Tender) Letter {
	l := a.letter(t)
	for _, kept := range slices.Backward(a.Tendering.Letters) {
		var then Letter
		if kept.TenderID != t.ID || kept.Kind != models.LetterSelection || json.Unmarshal(kept.Content, &then) != nil {
			continue
		}
		if then.Invitation == nil {
			l.NotInvited, l.ExcludedFor, l.ExclusionReason = then.NotInvited, then.ExcludedFor, then.ExclusionReason
			l.Shortfall, l.Grounds = then.Shortfall, then.Grounds
		}
		break
	}
	return l
}

// spoken is a language in which the rules speak: the given one by its whole tag or by its first part, or English.
func spoken(language string) string {
	for _, tag := range []string{language, models.BaseLanguage(language)} {
		if slices.Contains(Languages(), tag) {
			return tag
		}
	}
	return wording.English
}

// panelReasons is what the panel wrote on a tender, by criterion: the reasons of the consensus, or where the mean
// counts those of each evaluator with the score, by its size, so that nobody reads who gave which.
func panelReasons(d models.Dossier, t models.Tender) map[string]string {
	reasons := map[string]string{}
	if criteria, _, _ := d.CriteriaFor(t.LotID); criteria.Consensus == models.ConsensusMean {
		given := map[string][]string{}
		for _, sheet := range panelSheets(d, t) {
			for _, s := range sheet.Scores {
				given[s.Criterion] = append(given[s.Criterion], s.Score+": "+s.Reason)
			}
		}
		for criterion, all := range given {
			slices.Sort(all)
			reasons[criterion] = strings.Join(all, "\n")
		}
		return reasons
	}
	for _, s := range agreed(d, t) {
		reasons[s.Criterion] = s.Reason
	}
	return reasons
}

// agreed are the scores on which the panel agreed for a tender.
func agreed(d models.Dossier, t models.Tender) []models.Score {
	for _, e := range slices.Backward(d.Of(models.EntryConsensus)) {
		if c, ok := models.BodyOf[Consensus](e); ok && c.Tender == t.ID {
			return c.Scores
		}
	}
	return nil
}

// An openReason is what others may be told of a tender under a criterion.
type openReason struct {
	said     []string
	withheld bool
}

// text has the reasons in an order that does not follow from who gave them, each once.
func (r openReason) text() string {
	said := slices.Clone(r.said)
	slices.Sort(said)
	return strings.Join(slices.Compact(said), "\n")
}

// openReasons is what other tenderers may be told of a tender, by criterion: without scores of single evaluators, and
// without reasons that were marked as confidential (Directive 2014/24/EU, Article 55(3)).
func openReasons(d models.Dossier, t models.Tender) map[string]openReason {
	scores := agreed(d, t)
	if criteria, _, _ := d.CriteriaFor(t.LotID); criteria.Consensus == models.ConsensusMean {
		scores = nil
		for _, sheet := range panelSheets(d, t) {
			scores = append(scores, sheet.Scores...)
		}
	}
	all := map[string]openReason{}
	for _, s := range scores {
		r := all[s.Criterion]
		if s.Confidential {
			r.withheld = true
		} else if said := strings.TrimSpace(s.Reason); said != "" {
			r.said = append(r.said, said)
		}
		all[s.Criterion] = r
	}
	return all
}
