package evaluation

import (
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// A TieDraw is a draw of lots between tenders that share a rank which nothing else decides. The law knows no such rule:
// it counts only because the published criteria say so. Witnesses are named by who records the draw; they do not
// confirm it in the record.
type TieDraw struct {
	Lot       models.ID   `json:"lot"`
	Ranking   string      `json:"ranking" pattern:"^[0-9a-f]{64}$" doc:"Digest of the ranking with the tie, as read"`
	Order     []models.ID `json:"order" minItems:"2" maxItems:"1000" doc:"The tied tenders, the first drawn ahead"`
	HeldAt    time.Time   `json:"held_at" doc:"When lots were drawn"`
	Way       string      `json:"way" minLength:"1" maxLength:"4000" doc:"Where and how, so that a reader can judge it"`
	Witnesses []models.ID `json:"witnesses" minItems:"2" maxItems:"20" doc:"Of two organisations; named by the author"`
}

// Check refuses malformed IDs, a draw without its way, and one that fewer than two have seen.
func (t TieDraw) Check() error {
	var faults []*models.Refusal
	bad := func(field, accepted, format string, args ...any) {
		refusal := models.Refuse(models.CodeInvalidValue, field, format, args...)
		faults = append(faults, refusal.Accepting("%s", accepted))
	}
	if !t.Lot.Is(models.PrefixLot) {
		bad("/lot", "lot_…", "%q is not the ID of a lot", t.Lot)
	}
	if !models.ValidDigest(t.Ranking) {
		bad("/ranking", "the digest of the ranking", "this is not a digest")
	}
	if strings.TrimSpace(t.Way) == "" {
		bad("/way", "where and how lots were drawn", "the draw is not described")
	}
	if t.HeldAt.IsZero() {
		bad("/held_at", "the instant of the draw", "it is not said when lots were drawn")
	}
	if len(t.Order) < 2 || repeats(t.Order) {
		bad("/order", "at least two tenders, each once", "lots are not drawn between these")
	}
	if len(t.Witnesses) < 2 || repeats(t.Witnesses) {
		bad("/witnesses", "at least two persons, each once", "there are too few witnesses")
	}
	return models.Refusals(faults)
}

func repeats(ids []models.ID) bool { return len(eachOnce(slices.Clone(ids))) < len(ids) }

// Subject is the lot; between others lots can be drawn again.
func (t TieDraw) Subject() string { return string(t.Lot) }

// CheckAgainst refuses a draw that was not announced, one between others than those who are tied by the ranking that it
// names, one that is not of the time after prices were known, and witnesses who do not stand on the buyers' side for
// two organisations, or are not impartial. Those whom an earlier draw has put in order are not tied any more: lots are
// not drawn until they please.
func (t TieDraw) CheckAgainst(d models.Dossier, e models.Entry) error {
	lot, _ := d.Tendering.Lot(t.Lot)
	decided := d.Tendering.Awards[t.Lot]
	switch {
	case lot.EndedAt != nil:
		return lot.RefuseEnded("/lot")
	case decided.Awarded():
		return models.Refuse(models.CodeAlreadyAwarded, "/lot", "the award of lot %d is decided", lot.Number)
	}
	if err := d.Impartial(e.AuthorID, t.Lot); err != nil {
		return err
	}
	ranked, err := Evaluate(d, t.Lot)
	switch {
	case err != nil:
		return err
	case !ranked.Scheme.DrawsLots():
		return models.Refuse(models.CodeNoDraw, "",
			"the criteria of lot %d do not say that lots are drawn", lot.Number).
			Accepting("ending the lot with a reason")
	case ranked.Digest != t.Ranking:
		return models.Refuse(models.CodeRankingChanged, "/ranking", "the ranking has changed since you read it").
			Accepting("the digest %s, after reading it again", ranked.Digest)
	case t.HeldAt.After(d.Now) || t.HeldAt.Before(*lot.QualityLockedAt()):
		return models.Refuse(models.CodeInvalidValue, "/held_at", "lots were not drawn then").
			Accepting("an instant after quality was locked, and not in the future")
	}
	if !t.between(ranked.Ranking) {
		return models.Refuse(models.CodeInvalidValue, "/order", "these are not the tenders that share a rank").
			Accepting("all tenders that share one rank, %v", ranked.Ranking.Tied())
	}
	return t.seen(d)
}

func (t TieDraw) between(r award.Ranking) bool {
	drawn := slices.Sorted(slices.Values(t.Order))
	return slices.ContainsFunc(r.Tied(), func(tie []models.ID) bool {
		return slices.Equal(drawn, slices.Sorted(slices.Values(tie)))
	})
}

// seen refuses witnesses of one organisation only, and those who may not judge the tenders.
func (t TieDraw) seen(d models.Dossier) error {
	organisations := map[models.ID]bool{}
	for _, person := range t.Witnesses {
		i := slices.IndexFunc(d.Roles, func(a models.RoleAssignment) bool {
			return a.PersonID == person && a.Role != models.RoleSupplier && a.Holds(d.Now)
		})
		if i < 0 {
			return models.Refuse(models.CodeInvalidValue, "/witnesses", "%s holds no role on the buyers' side", person).
				Accepting("persons who take part on the buyers' side")
		}
		if err := d.Impartial(person, t.Lot); err != nil {
			return models.Refuse(models.CodeInvalidValue, "/witnesses", "%s is not impartial", d.PersonOf(person)).
				Accepting("persons without an interest in a tenderer")
		}
		organisations[d.Roles[i].OrganisationID] = true
	}
	if len(organisations) < 2 {
		return models.Refuse(models.CodeInvalidValue, "/witnesses", "all witnesses are of one organisation").
			Accepting("witnesses of two organisations")
	}
	return nil
}

// drawsOf are the draws of lots of a lot, in the order in which they were recorded, if its criteria announced any.
func drawsOf(d models.Dossier, lot models.ID, s award.Scheme) []award.Draw {
	if !s.DrawsLots() {
		return nil
	}
	var draws []award.Draw
	for _, drawn := range tieDraws(d, lot) {
		draws = append(draws, drawn.Order)
	}
	return draws
}

// tieDraws are the draws on a lot, in the order in which they were recorded: the last one counts.
func tieDraws(d models.Dossier, lot models.ID) (all []TieDraw) {
	entries := slices.DeleteFunc(d.Of(models.EntryTieDraw),
		func(e models.Entry) bool { return e.Subject != string(lot) })
	slices.SortStableFunc(entries, func(a, b models.Entry) int { return a.WrittenAt.Compare(b.WrittenAt) })
	for _, e := range entries {
		if drawn, ok := models.BodyOf[TieDraw](e); ok {
			all = append(all, drawn)
		}
	}
	return all
}
