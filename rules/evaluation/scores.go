package evaluation

import (
	"slices"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// Consensus holds the scores of a tender on which the panel agreed, with the reasons.
type Consensus struct {
	Tender models.ID      `json:"tender"`
	Scores []models.Score `json:"scores" minItems:"1" maxItems:"100" doc:"One for each criterion"`
}

// Check refuses a malformed ID and scores without reasons.
func (c Consensus) Check() error {
	var faults []*models.Refusal
	if !c.Tender.Is(models.PrefixTender) {
		faults = append(faults, models.Refuse(models.CodeInvalidID, "/tender",
			"%q is not the ID of a tender", c.Tender).
			Accepting("tnd_…"))
	}
	return models.Refusals(append(faults, reasons(c.Scores)...))
}

// Subject is the tender.
func (c Consensus) Subject() string { return string(c.Tender) }

// CheckAgainst refuses a consensus where the mean was fixed, before every evaluator's own scores of the tender are in,
// by a chair with a conflict or without a declaration, and after quality was locked.
func (c Consensus) CheckAgainst(d models.Dossier, e models.Entry) error {
	criteria, err := scorable(d, c.Tender)
	if err != nil {
		return err
	}
	t, _ := d.Tendering.Tender(c.Tender)
	if err := d.MayEvaluate(e.AuthorID, t.LotID); err != nil {
		return err
	}
	if criteria.Consensus != models.ConsensusChair {
		return models.Refuse(models.CodeInvalidValue, "", "by the criteria, the mean of the individual scores counts").
			Accepting("the scores of every evaluator")
	}
	if missing := unscored(d, t); missing != "" {
		return models.Refuse(models.CodeScoresMissing, "",
			"not every evaluator has scored the tender of %s: %s", tenderer(d, t), missing).
			Accepting("a consensus after every evaluator's own scores are in")
	}
	return checkScores(criteria, c.Scores)
}

// CheckSheet refuses an evaluator's own scores that are not complete, not within the scale or without reasons; that
// come from somebody who has not declared to have no conflict; that come too late; and those of an evaluator who has
// already seen the scores of the others.
func CheckSheet(d models.Dossier, sheet models.ScoreSheet) error {
	criteria, err := scorable(d, sheet.TenderID)
	if err != nil {
		return err
	}
	t, _ := d.Tendering.Tender(sheet.TenderID)
	if err := d.MayEvaluate(sheet.PersonID, t.LotID); err != nil {
		return err
	}
	final := scored(d, t.ID, sheet.PersonID) && hadScoredAll(d, t.LotID, sheet.PersonID)
	if final && !reopened(d, t, sheet.PersonID) {
		return models.Refuse(models.CodeScoresFinal, "",
			"you have scored all tenders, and you have seen the scores of the others").
			Accepting("a new consensus by the chair, if you judge differently now")
	}
	if faults := reasons(sheet.Scores); len(faults) > 0 {
		return models.Refusals(faults)
	}
	return checkScores(criteria, sheet.Scores)
}

// scorable refuses scores of a tender that is not admitted, or whose quality is locked.
func scorable(d models.Dossier, tender models.ID) (models.AwardCriteria, error) {
	var none models.AwardCriteria
	t, ok := d.Tendering.Tender(tender)
	if !ok || !t.HandsIn.Evaluated() {
		return none, models.Refuse(models.CodeInvalidValue, "/tender", "there is no such tender in a closed box")
	}
	_, opened := d.Tendering.AwardOf(t.LotID)
	lot, _ := d.Tendering.Lot(t.LotID)
	criteria, _, found := d.CriteriaFor(t.LotID)
	switch {
	case !opened:
		return none, models.Refuse(models.CodeNotUnsealed, "/tender", "the envelopes of the lot are not opened")
	case lot.EndedAt != nil:
		return none, lot.RefuseEnded("/tender")
	case d.Later(t):
		return none, models.RoundOver(lot, t)
	case lot.QualityLockedAt() != nil:
		return none, models.Refuse(models.CodeQualityLocked, "/tender",
			"quality is locked, so no score can change any more")
	case !slices.ContainsFunc(d.Admitted(t.LotID), func(x models.Tender) bool { return x.ID == tender }):
		return none, models.Refuse(models.CodeNotAdmitted, "/tender", "the tender is not admitted").
			Accepting("scores of admitted tenders")
	case !found:
		return none, models.Refuse(models.CodeCriteriaMissing, "/tender", "lot %d has no award criteria", lot.Number)
	}
	return criteria, nil
}

func reasons(scores []models.Score) []*models.Refusal {
	var faults []*models.Refusal
	for _, s := range scores {
		if strings.TrimSpace(s.Reason) == "" {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, "/scores",
				"the score of %s has no reason", s.Criterion).Accepting("why, in words"))
		}
	}
	return faults
}

// checkScores refuses scores that are not exactly one for each criterion, from its lowest to its highest.
func checkScores(criteria models.AwardCriteria, scores []models.Score) error {
	var faults []*models.Refusal
	given := map[string]bool{}
	for _, s := range scores {
		i := slices.IndexFunc(criteria.Criteria, func(k models.AwardCriterion) bool { return k.ID == s.Criterion })
		if i < 0 || given[s.Criterion] {
			faults = append(faults, models.Refuse(models.CodeInvalidScore, "/scores",
				"%s is not a criterion of the lot, or is scored twice", s.Criterion).
				Accepting("each criterion of the lot once"))
			continue
		}
		given[s.Criterion] = true
		if refusal := onScale(criteria.Criteria[i], s.Score); refusal != nil {
			faults = append(faults, refusal)
		}
	}
	for _, k := range criteria.Criteria {
		if !given[k.ID] {
			faults = append(faults, models.Refuse(models.CodeInvalidScore, "/scores", "%s is not scored", k.ID).
				Accepting("a score for each criterion"))
		}
	}
	return models.Refusals(faults)
}

func onScale(k models.AwardCriterion, score string) *models.Refusal {
	var r reader
	given, lowest, highest := r.number(score), r.number(k.Lowest), r.number(k.Max)
	if r.err != nil || !models.ValidDecimal(score) || given.Cmp(lowest) < 0 || given.Cmp(highest) > 0 {
		return models.Refuse(models.CodeInvalidScore, "/scores", "%q is outside the scale of %s", score, k.ID).
			Accepting("a number from %s to %s", lowest, k.Max)
	}
	return nil
}

// HasScoredAll tells whether an evaluator's own scores of all admitted tenders of a lot are in. From then on the
// evaluator sees the scores of the others.
func HasScoredAll(d models.Dossier, lot, person models.ID) bool {
	admitted := d.Admitted(lot)
	return len(admitted) > 0 && !slices.ContainsFunc(admitted,
		func(t models.Tender) bool { return !scored(d, t.ID, person) })
}

// hadScoredAll tells whether an evaluator's own scores were in, when the last of them was written, of all
// tenders that were admitted by then: the evaluator has seen the others' since, and a tender admitted later
// does not undo that.
func hadScoredAll(d models.Dossier, lot, person models.ID) bool {
	var last *time.Time
	for _, s := range d.Tendering.Sheets {
		t, _ := d.Tendering.Tender(s.TenderID)
		if t.LotID == lot && s.PersonID == person && (last == nil || s.WrittenAt.After(*last)) {
			last = &s.WrittenAt
		}
	}
	return last != nil && !slices.ContainsFunc(d.Admitted(lot), func(t models.Tender) bool {
		_, admission, _ := d.AdmissionOf(t.ID)
		return !admission.WrittenAt.After(*last) && !scored(d, t.ID, person)
	})
}

func scored(d models.Dossier, tender, person models.ID) bool {
	return slices.ContainsFunc(d.Tendering.Sheets,
		func(s models.ScoreSheet) bool { return s.TenderID == tender && s.PersonID == person })
}

// reopened tells whether a person's own scores of a tender are open again: a review body found a flaw in how quality
// was judged, and the person has not scored the tender since.
func reopened(d models.Dossier, t models.Tender, person models.ID) bool {
	return slices.ContainsFunc(d.Tendering.SetAsides, func(s models.SetAside) bool {
		return s.LotID == t.LotID && s.Flaw.Unlocks() && !slices.ContainsFunc(d.Tendering.Sheets,
			func(x models.ScoreSheet) bool {
				return x.TenderID == t.ID && x.PersonID == person && x.WrittenAt.After(s.SetAsideAt)
			})
	})
}

// unscored says whose own scores of a tender are missing from the panel, or nothing if all are in. An evaluator who has
// declared nothing is not on the panel. A panel of nobody has scored nothing.
func unscored(d models.Dossier, t models.Tender) string {
	panel := d.Panel(t.LotID)
	if len(panel) == 0 {
		return "nobody evaluates the lot"
	}
	var missing []string
	for _, person := range panel {
		if !scored(d, t.ID, person) {
			missing = append(missing, d.PersonOf(person))
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return "scores are missing from " + strings.Join(missing, ", ")
}

// score gives a tender the scores that count for it: the consensus, or those of the panel, of which the mean counts.
func (s scoredLot) score(d models.Dossier, t models.Tender, ranked *award.Tender) (err error) {
	if s.criteria.Consensus == models.ConsensusMean {
		return s.panelScores(d, t, ranked)
	}
	for _, e := range d.Of(models.EntryConsensus) {
		c, ok := models.BodyOf[Consensus](e)
		if ok && c.Tender == t.ID && checkScores(s.criteria, c.Scores) == nil {
			ranked.Scores, err = numbers(c.Scores)
			return err
		}
	}
	return models.Refuse(models.CodeScoresMissing, "",
		"the panel has agreed on no scores for the tender of %s", tenderer(d, t)).
		Accepting("a consensus by the chair")
}

func (s scoredLot) panelScores(d models.Dossier, t models.Tender, ranked *award.Tender) error {
	if missing := unscored(d, t); missing != "" {
		return models.Refuse(models.CodeScoresMissing, "",
			"not every evaluator has scored the tender of %s: %s", tenderer(d, t), missing).
			Accepting("the scores of every evaluator")
	}
	sheets := map[string][]decimal.Decimal{}
	for _, sheet := range panelSheets(d, t) {
		own, err := numbers(sheet.Scores)
		if err != nil {
			return err
		}
		for id, score := range own {
			sheets[id] = append(sheets[id], score)
		}
	}
	if s.former {
		return s.formerMeans(sheets, ranked)
	}
	for _, k := range s.criteria.Criteria { // by their size: nobody reads from the ranking who gave which
		slices.SortFunc(sheets[k.ID], decimal.Decimal.CmpTotal)
	}
	ranked.Individual = sheets
	return nil
}

// panelSheets are the scores of a tender by its panel. Those of somebody whose conflict became known are kept and do
// not count.
func panelSheets(d models.Dossier, t models.Tender) []models.ScoreSheet {
	panel := d.Panel(t.LotID)
	return slices.DeleteFunc(slices.Clone(d.Tendering.Sheets), func(s models.ScoreSheet) bool {
		return s.TenderID != t.ID || !slices.Contains(panel, s.PersonID)
	})
}

// formerMeans rounds each mean before it is weighted, as rankings of earlier releases did.
func (s scoredLot) formerMeans(sheets map[string][]decimal.Decimal, ranked *award.Tender) error {
	ranked.Scores = map[string]decimal.Decimal{}
	for _, k := range s.criteria.Criteria {
		mean, err := award.FormerMean(sheets[k.ID], s.scheme.Rounding)
		if err != nil {
			return err
		}
		ranked.Scores[k.ID] = mean
	}
	return nil
}

func numbers(scores []models.Score) (map[string]decimal.Decimal, error) {
	var r reader
	all := map[string]decimal.Decimal{}
	for _, s := range scores {
		all[s.Criterion] = r.number(s.Score)
	}
	return all, r.err
}

// MayLockQuality refuses to lock before every tender was checked and every admitted one has its scores.
func MayLockQuality(d models.Dossier, lot, chair models.ID) error {
	_, ok := d.Tendering.AwardOf(lot)
	l, _ := d.Tendering.Lot(lot)
	switch {
	case !ok:
		return models.Refuse(models.CodeNotUnsealed, "/lot", "the envelopes of the lot are not opened")
	case l.EndedAt != nil:
		return l.RefuseEnded("/lot")
	case l.QualityLockedAt() != nil:
		return models.Refuse(models.CodeQualityLocked, "/lot", "quality is already locked")
	}
	if err := d.MayEvaluate(chair, lot); err != nil {
		return err
	}
	if _, err := QualityOf(d, lot); err != nil {
		return err
	}
	return d.TreatedAlike(lot)
}
