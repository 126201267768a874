package evaluation

import (
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// An Evaluation is how the tenders for a lot rank, with all that it is computed from, so that anyone can
// compute it anew.
type Evaluation struct {
	Lot     models.ID      `json:"lot"`
	Scheme  award.Scheme   `json:"scheme"`
	Tenders []award.Tender `json:"tenders"`
	// Draws are the draws of lots between tied tenders, in the order in which they were recorded.
	Draws   []award.Draw  `json:"draws,omitempty"`
	Ranking award.Ranking `json:"ranking"`
	// LateExclusions are tenders excluded after prices were known, and Reversals the pairs of other tenders whose order
	// that reversed, as relative methods can.
	LateExclusions []models.ID      `json:"late_exclusions,omitempty"`
	Reversals      []award.Reversal `json:"reversals,omitempty"`
	// LateConflicts are evaluators who declared a conflict after quality was locked. Under the mean, their scores no
	// longer count, which can reverse the order too.
	LateConflicts []models.ID `json:"late_conflicts,omitempty"`
	// Award says to which tender the lot goes where the notice limits how many lots one tenderer is awarded.
	Award *AwardAmongLots `json:"award_among_lots,omitempty"`
	// Digest is the SHA-256, in hexadecimal, over lot, scheme, tenders, ranking, and draws if there are any; a motion
	// to award names it.
	Digest string `json:"digest"`
}

// Evaluate ranks the tenders for a lot from the record. It refuses while something is missing: an admission, a score,
// the lock on quality, a price. A lot that was awarded on a ranking as it was computed before criteria said what is
// rounded is ranked in that way (docs/decisions/0022).
func Evaluate(d models.Dossier, lot models.ID) (Evaluation, error) {
	if d.Tendering.QualityLockedAt(lot) == nil {
		return Evaluation{Lot: lot}, models.Refuse(models.CodeQualityOpen, "/lot",
			"there is no ranking before quality is locked and prices are opened").
			Accepting("the ranking after the chair has locked quality")
	}
	exact, err := evaluate(d, lot, false)
	decided := decidedOn(d, lot)
	if len(decided) == 0 || slices.Contains(decided, exact.Digest) {
		return exact, err
	}
	if criteria, _, _ := d.CriteriaFor(lot); criteria.Rounds == "" {
		if former, err := evaluate(d, lot, true); err == nil && slices.Contains(decided, former.Digest) {
			return former, nil
		}
	}
	return exact, err
}

// decidedOn are the digests of the rankings on which a lot was awarded, also by decisions that were set aside.
func decidedOn(d models.Dossier, lot models.ID) []string {
	var digests []string
	for _, a := range append(slices.Clone(d.Tendering.FormerAwards), d.Tendering.Awards[lot]) {
		if a.Ranking != "" && (a.LotID == lot || a.LotID == "") {
			digests = append(digests, a.Ranking)
		}
	}
	return digests
}

func evaluate(d models.Dossier, lot models.ID, former bool) (Evaluation, error) {
	e := Evaluation{Lot: lot}
	s, err := scoresOf(d, lot, former)
	if err != nil {
		return e, err
	}
	e.Scheme, e.Tenders = s.scheme, s.tenders
	if err := s.prices(d); err != nil {
		return e, err
	}
	if err := s.values(d); err != nil {
		return e, err
	}
	e.Draws = drawsOf(d, lot, e.Scheme)
	if e.Ranking, err = award.Rank(e.Scheme, e.Tenders, e.Draws...); err != nil {
		return e, err
	}
	e.late(d, *d.Tendering.QualityLockedAt(lot), s)
	e.LateConflicts = d.LateConflicts(lot)
	e.Digest, err = e.Sum()
	return e, err
}

// Sum is the digest of what the ranking is computed from and of the ranking.
func (e Evaluation) Sum() (string, error) {
	all := []any{e.Lot, e.Scheme, e.Tenders, e.Ranking}
	if len(e.Draws) > 0 {
		all = append(all, e.Draws)
	}
	return digest(all)
}

// A scoredLot is a lot's criteria and scheme, and its tenders with their scores, without prices.
type scoredLot struct {
	criteria models.AwardCriteria
	scheme   award.Scheme
	tenders  []award.Tender
	// former tells that means are rounded before they are used.
	former bool
}

// scoresOf gathers the tenders of a lot: those admitted with their scores, the others with the reason for their
// exclusion.
func scoresOf(d models.Dossier, lot models.ID, former bool) (scoredLot, error) {
	s := scoredLot{former: former}
	criteria, _, ok := d.CriteriaFor(lot)
	if !ok {
		return s, models.Refuse(models.CodeCriteriaMissing, "/lot", "the lot has no award criteria")
	}
	var err error
	if s.scheme, err = SchemeOf(criteria); err != nil {
		return s, err
	}
	if former {
		s.scheme = formerly(s.scheme)
	}
	s.criteria = criteria
	for _, t := range d.Tendering.TendersFor(lot) {
		a, _, checked := d.AdmissionOf(t.ID)
		if !checked {
			return s, models.Refuse(models.CodeAdmissionMissing, "/lot",
				"the tender of %s was not checked", tenderer(d, t)).
				Accepting("an admission or exclusion of each tender")
		}
		ranked := award.Tender{ID: t.ID}
		if a.Decision == models.AdmissionExcluded {
			ranked.Excluded = string(a.Code)
			s.keepPlace(d, t, &ranked)
		} else if err := s.score(d, t, &ranked); err != nil {
			return s, err
		}
		s.tenders = append(s.tenders, ranked)
	}
	return s, nil
}

// keepPlace has a tender that was excluded only after quality was locked keep its place among the best, whose prices
// were opened then.
func (s scoredLot) keepPlace(d models.Dossier, t models.Tender, ranked *award.Tender) {
	_, entry, _ := d.AdmissionOf(t.ID)
	locked := d.Tendering.BoxOf(t).QualityLockedAt
	if s.scheme.Best > 0 && locked != nil && entry.WrittenAt.After(*locked) {
		ranked.Late = s.score(d, t, ranked) == nil // else it never had one
	}
}

// prices fills in what was found in each price envelope. Nobody asks for the price of a tender that is out.
func (s scoredLot) prices(d models.Dossier) error {
	quality, err := award.Quality(s.scheme, s.tenders)
	if err != nil {
		return err
	}
	for i := range s.tenders {
		t, _ := d.Tendering.Tender(s.tenders[i].ID)
		price, known := d.Price(t)
		s.tenders[i].Price = price
		if !known && quality.In(t.ID) {
			return models.Refuse(models.CodePriceMissing, "/lot",
				"no price in the currency of the criteria was found in the tender of %s", tenderer(d, t)).
				Accepting("the release of the prices by enough openers; where there is no such price, an exclusion")
		}
	}
	return nil
}

// late says what exclusions after the lock have changed in the order of the others.
func (e *Evaluation) late(d models.Dossier, locked time.Time, s scoredLot) {
	before := slices.Clone(e.Tenders)
	for i, t := range before {
		_, entry, _ := d.AdmissionOf(t.ID)
		if t.Excluded == "" || !entry.WrittenAt.After(locked) {
			continue
		}
		full, _ := d.Tendering.Tender(t.ID)
		was := award.Tender{ID: t.ID, Price: t.Price, Values: t.Values}
		if _, known := d.Price(full); !known || s.score(d, full, &was) != nil {
			continue // it never took part in a ranking
		}
		e.LateExclusions = append(e.LateExclusions, t.ID)
		before[i] = was
	}
	if len(e.LateExclusions) == 0 {
		return
	}
	if ranking, err := award.Rank(e.Scheme, before, e.Draws...); err == nil {
		e.Reversals = award.Reversals(ranking, e.Ranking)
	}
}

// MayAward refuses to award a lot to any tender but the one winner of the ranking that the digest names, and while a
// price that looks abnormally low is not explained (Directive 2014/24/EU, Article 69(1)).
func MayAward(d models.Dossier, lot, tender models.ID, ranking string, partners ...models.ID) error {
	if decided, _ := d.Tendering.AwardOf(lot); decided.Awarded() {
		return models.Refuse(models.CodeAlreadyAwarded, "/lot", "the award of the lot is decided")
	}
	if l, _ := d.Tendering.Lot(lot); l.EndedAt != nil {
		return l.RefuseEnded("/lot")
	}
	e, err := Evaluate(d, lot)
	if err != nil {
		return err
	}
	if e.Digest != ranking {
		return models.Refuse(models.CodeRankingChanged, "/ranking", "the ranking has changed since you read it").
			Accepting("the digest %s, after reading it again", e.Digest)
	}
	if err := excludedWhoFell(d, lot); err != nil {
		return err
	}
	winner, err := WinnerOf(d, e)
	switch {
	case err != nil:
		return err
	case winner.Tender != tender && winner.Because != "":
		return models.Refuse(models.CodeNoWinner, "/tender", "the lot goes to the tender of %s: %s",
			d.TendererOf(winner.Tender), winner.Because).
			Accepting("%s", winner.Tender)
	case winner.Tender != tender:
		return models.Refuse(models.CodeNoWinner, "/tender",
			"the tender of %s ranks first", d.TendererOf(winner.Tender)).
			Accepting("%s", winner.Tender)
	}
	if err := conforming(d, e.Ranking, append(partners, tender)...); err != nil {
		return err
	}
	if err := mayPartner(d, e, partners); err != nil {
		return err
	}
	return explained(d, e.Ranking)
}

func explained(d models.Dossier, ranking award.Ranking) error {
	for _, s := range ranking.Places {
		if s.AskAboutPrice == "" {
			continue
		}
		i := slices.IndexFunc(d.Of(models.EntryPriceInquiry),
			func(e models.Entry) bool { return e.Subject == string(s.Tender) })
		if i >= 0 {
			q, ok := models.BodyOf[models.PriceInquiry](d.Of(models.EntryPriceInquiry)[i])
			if ok && q.Finding == models.FindingAccepted {
				continue
			}
		}
		return models.Refuse(models.CodePriceUnexplained, "/tender",
			"the price of %s looks abnormally low (%s)", d.TendererOf(s.Tender), s.AskAboutPrice).
			Accepting("an explanation that was asked for and accepted, or the exclusion of the tender")
	}
	return nil
}

// digest is the SHA-256 of a value's canonical JSON, in hexadecimal.
func digest(v any) (string, error) {
	_, sum, err := models.Canonical(v)
	return sum, err
}
