package replay

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// Contents are what events tell of by a digest only. What was erased, or is withheld, is not among them.
type Contents struct {
	// Parts are what is kept of the parts of events, by event.
	Parts map[models.ID][]event.KeptPart
	// Bodies are what versions of entries of [BodyKinds] say, by [Key] of entry and version.
	Bodies map[string]json.RawMessage
	// Received are the tenders and requests that stand in closed boxes. Whether their rows follow is compared apart.
	Received []models.Tender
}

// BodyKinds are the kinds of entries whose contents are needed: those of [RankingKinds], the openers of boxes, and
// signatures under awards.
func BodyKinds() []models.EntryKind {
	return append(RankingKinds(), models.EntryOpenerSet, models.EntryAwardSignature)
}

// RankingKinds are the kinds of entries that a ranking, and an award on it, is computed from.
func RankingKinds() []models.EntryKind {
	return []models.EntryKind{
		models.EntryAwardCriteria, models.EntryAdmission, models.EntryConsensus, models.EntryConflictDeclaration,
		models.EntryPriceInquiry, models.EntryCostValues, models.EntryTieDraw, models.EntryLotLimits,
		models.EntryConformancePlan, models.EntryConformanceResult, models.EntryPartnershipPlan,
	}
}

// judgeRanking ranks the tenders again, by the criteria, admissions, scores and prices that events told of until now,
// and asks whether the lot may be awarded on that: by the rules by which it was awarded. Where something of it was
// erased, or never told, the ranking is counted as not compared.
func (f fold) judgeRanking(p event.LotAwarded) string {
	e := f.evidence()
	criteria, _, _ := e.CriteriaFor(p.LotID)
	if e.lost || e.panelLost && criteria.Consensus != models.ConsensusChair {
		f.Unranked = append(f.Unranked, p.LotID)
		return ""
	}
	f.Ranked++
	e.awardedOn(p)
	ranked, err := evaluation.Evaluate(e.Dossier, p.LotID)
	if err == nil && ranked.Digest != p.Ranking {
		return fmt.Sprintf("the lot was awarded on the ranking %s, and by scores and prices it is %s", p.Ranking,
			ranked.Digest)
	}
	if err := evaluation.MayAward(e.Dossier, p.LotID, p.TenderID, p.Ranking, p.Partners...); err != nil {
		return "the award does not follow from scores and prices: " + err.Error()
	}
	return ""
}

// awardedOn tells the rules on which ranking a lot is awarded: by that they know how it was computed.
func (e *evidence) awardedOn(p event.LotAwarded) {
	decided := e.Tendering.Awards[p.LotID]
	decided.Ranking = p.Ranking
	e.Tendering.Awards[p.LotID] = decided
}

// judgeEntry asks whether what is fixed at some point was changed after it: criteria once their lot is published, and
// agreed scores once quality is locked.
func (f fold) judgeEntry(p event.EntryWritten) string {
	if p.Kind != models.EntryAwardCriteria && p.Kind != models.EntryConsensus {
		return ""
	}
	about, known := aboutOf(f.said(p.EntryID, p.Version, Cell{p.Digest, f.ID}))
	switch {
	case !known:
		return ""
	case p.Kind == models.EntryAwardCriteria && f.published(about.Lot):
		return fmt.Sprintf("the award criteria of lot %s were written after it was published", about.Lot)
	case p.Kind == models.EntryConsensus && f.locked(about.Tender):
		return fmt.Sprintf("agreed scores of tender %s were written after quality was locked", about.Tender)
	}
	return ""
}

// locked tells whether the quality of a tender is locked.
func (f fold) locked(tender models.ID) bool {
	for _, t := range f.contents.Received {
		if t.ID == tender {
			return f.value(Boxes, string(t.BoxID), "quality_locked_at") != ""
		}
	}
	return false
}

// An about is what an entry says it is about.
type about struct {
	Lot    models.ID `json:"lot"`
	Tender models.ID `json:"tender"`
}

func aboutOf(body json.RawMessage) (a about, known bool) {
	return a, body != nil && json.Unmarshal(body, &a) == nil
}

// said is what a version of an entry says; nil: that is not known any more.
func (f fold) said(entry models.ID, version any, digest Cell) json.RawMessage {
	if part := f.part(digest); part != nil {
		return part
	}
	body, known := f.contents.Bodies[Key(entry, version)]
	if _, of, err := models.Canonical(body); !known || err != nil || of != digest.Value {
		return nil
	}
	return body
}

// part is the content of a part that a cell tells of by its salted digest; nil: it is not there.
func (f fold) part(c Cell) json.RawMessage {
	for _, kept := range f.contents.Parts[c.Event] {
		if event.PartDigest(kept.Salt, kept.Content) == c.Value {
			return kept.Content
		}
	}
	return nil
}

// An evidence is the dossier of a procurement, as far as tenders are ranked and awards are signed by it, as events have
// told it until now.
type evidence struct {
	fold
	models.Dossier

	// lost tells that something of it is not known any more; panelLost that it is declarations of conflicts, by which
	// only the mean of scores is computed.
	lost, panelLost bool
}

func (f fold) evidence() *evidence {
	e := &evidence{fold: f, Dossier: models.Dossier{Now: f.At}}
	e.people()
	e.lots()
	e.entries()
	e.openings()
	e.sheets()
	return e
}

func (e *evidence) people() {
	for _, row := range sorted(e.rows[Members]) {
		e.Members = append(e.Members, models.Member{
			OrganisationID: models.ID(row.key), Kind: models.MemberKind(row.text("kind")),
			Lead: row.text("lead") == "true", LeftAt: row.instant("left_at"),
		})
	}
	for _, row := range sorted(e.rows[Roles]) {
		role := models.RoleAssignment{
			ID: models.ID(row.key), PersonID: row.id("person_id"), OrganisationID: row.id("organisation_id"),
			Role: models.Role(row.text("role")), ValidUntil: row.instant("valid_until"),
		}
		if from := row.instant("valid_from"); from != nil {
			role.ValidFrom = *from
		}
		e.Roles = append(e.Roles, role)
	}
}

func (e *evidence) lots() {
	boxes, closed := map[models.ID][]models.Box{}, map[models.ID]bool{}
	for _, row := range sorted(e.rows[Boxes]) {
		b := models.Box{
			ID: models.ID(row.key), LotID: row.id("lot_id"), HandsIn: models.Handed(row.text("hands_in")),
			ClosedAt: row.instant("closed_at"), UnsealedAt: row.instant("unsealed_at"),
			Stage: models.StageCode(row.text("stage")), QualityLockedAt: row.instant("quality_locked_at"),
			Talks: models.Talks(row.text("talks")),
		}
		if opened := row.instant("opened_at"); opened != nil {
			b.OpenedAt = *opened
		}
		boxes[b.LotID] = append(boxes[b.LotID], b)
		closed[b.ID] = b.ClosedAt != nil
	}
	for _, row := range sorted(e.rows[Lots]) {
		l := models.Lot{ID: models.ID(row.key), EndedAt: row.instant("ended_at"), Boxes: boxes[models.ID(row.key)]}
		l.Number = row.number("number")
		slices.SortStableFunc(l.Boxes, func(a, b models.Box) int { return a.OpenedAt.Compare(b.OpenedAt) })
		e.Tendering.Lots = append(e.Tendering.Lots, l)
	}
	for _, t := range e.contents.Received {
		if closed[t.BoxID] {
			e.Tendering.Received = append(e.Tendering.Received, t)
		}
	}
	e.awards()
}

func (e *evidence) awards() {
	var all []models.LotAward
	for _, row := range sorted(e.rows[LotAwards]) {
		lot, n := cutLast(row.key)
		all = append(all, models.LotAward{
			LotID: models.ID(lot), N: max(n, 1), AwardedAt: row.instant("awarded_at"),
			WinnerID: row.id("winner_id"), Partners: row.text("partners"), Ranking: row.text("ranking"),
			LettersAt: row.instant("letters_at"),
		})
	}
	slices.SortStableFunc(all, func(a, b models.LotAward) int { return cmp.Compare(a.N, b.N) })
	e.Tendering.Awards, e.Tendering.FormerAwards = models.LastAwards(all)
	for _, row := range sorted(e.rows[SetAsides]) {
		lot, n := cutLast(row.key)
		e.Tendering.SetAsides = append(e.Tendering.SetAsides, models.SetAside{
			LotID: models.ID(lot), N: n, Ground: models.SetAsideGround(row.text("ground")),
			ReviewID: row.id("review_id"), Flaw: models.Flaw(row.text("flaw")), TenderID: row.id("tender_id"),
		})
	}
}

func (e *evidence) entries() {
	for _, row := range sorted(e.rows[Entries]) {
		kind := models.EntryKind(row.text("kind"))
		ranks := slices.Contains(RankingKinds(), kind)
		if row.text("withdrawn_at") != "" || !ranks && !slices.Contains(signingKinds(), kind) {
			continue
		}
		entry := models.Entry{
			ID: models.ID(row.key), Kind: kind, AuthorID: row.id("author_id"),
			Body: e.said(models.ID(row.key), row.text("version"), row.Row["body"]),
		}
		if written := row.instant("written_at"); written != nil {
			entry.WrittenAt = *written
		}
		about, known := aboutOf(entry.Body)
		switch {
		case known:
			entry.Subject = string(cmp.Or(about.Tender, about.Lot))
			e.Entries = append(e.Entries, entry)
		case kind == models.EntryConflictDeclaration:
			e.panelLost = true
		default:
			e.lost = e.lost || ranks
		}
	}
}

// openings are what was found in envelopes. Before release 0.2 openers recorded it, each as often as they corrected
// it: the last record counts, because the award was refused while they differed.
func (e *evidence) openings() {
	rows := sorted(e.rows[Openings])
	slices.SortStableFunc(rows, func(a, b keyed) int { return cmp.Compare(a.last(), b.last()) })
	for _, row := range rows {
		var found models.OpenedContent
		if !e.read(row.Row["content"], &found) {
			continue
		}
		e.Tendering.Openings = append(e.Tendering.Openings, models.Opening{
			TenderID: row.id("tender_id"), N: row.number("n"), Readable: row.text("readable") == "true",
			PlaintextDigest: row.text("plaintext_digest"), Size: found.Size, Price: found.Price,
		})
	}
}

// sheets are the last version of each.
func (e *evidence) sheets() {
	latest := map[string]keyed{}
	for _, row := range sorted(e.rows[Sheets]) {
		of, _ := cutLast(row.key)
		if latest[of].Row == nil || row.last() > latest[of].last() {
			latest[of] = row
		}
	}
	for _, of := range slices.Sorted(maps.Keys(latest)) {
		tender, person, _ := strings.Cut(of, " ")
		sheet := models.ScoreSheet{
			TenderID: models.ID(tender), PersonID: models.ID(person), Version: latest[of].last(),
		}
		if e.read(latest[of].Row["scores"], &sheet.Scores) {
			e.Tendering.Sheets = append(e.Tendering.Sheets, sheet)
		}
	}
}

// read reads a part of an event, and notes if it is not there.
func (e *evidence) read(c Cell, into any) bool {
	content := e.part(c)
	if content == nil || json.Unmarshal(content, into) != nil {
		e.lost = true
		return false
	}
	return true
}

// A keyed row has its key.
type keyed struct {
	Row

	key string
}

// sorted are the rows of a table by their keys.
func sorted(rows map[string]Row) []keyed {
	all := make([]keyed, 0, len(rows))
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		all = append(all, keyed{rows[key], key})
	}
	return all
}

func (k keyed) text(column string) string  { return k.Row[column].Value }
func (k keyed) id(column string) models.ID { return models.ID(k.text(column)) }

func (k keyed) number(column string) int {
	n, err := strconv.Atoi(k.text(column))
	if err != nil {
		return 0
	}
	return n
}

func (k keyed) instant(column string) *time.Time {
	at, err := time.Parse(models.InstantLayout, k.text(column))
	if err != nil {
		return nil // it was not reached
	}
	return &at
}

// last is the number that ends the key.
func (k keyed) last() int {
	_, last := cutLast(k.key)
	return last
}

// cutLast cuts a key before the number that ends it.
func cutLast(key string) (before string, last int) {
	i := strings.LastIndex(key, " ")
	last, err := strconv.Atoi(key[i+1:])
	if i < 0 || err != nil {
		return key, 0
	}
	return key[:i], last
}
