package evaluation

import (
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/procedure"
)

// A Record is what the record itself contains for the individual report (Directive 2014/24/EU, Article 84(1)).
type Record struct {
	Procurement models.ID            `json:"procurement"`
	Title       models.Text          `json:"title"`
	Procedure   models.ProcedureCode `json:"procedure"`
	// Ground is that of a procedure that is not free to choose (Article 84(1)(e)).
	Ground  models.GroundCode `json:"ground,omitempty"`
	Buyers  []NoticeBuyer     `json:"buyers"`
	Lots    []LotRecord       `json:"lots"`
	Notices []NoticeSent      `json:"notices"`
	// Digest is the SHA-256 of all of this, in hexadecimal; the report names it.
	Digest string `json:"digest"`
}

// A NoticeSent is a notice by its digest.
type NoticeSent struct {
	Notice       models.ID         `json:"notice"`
	Kind         models.NoticeKind `json:"kind"`
	Digest       string            `json:"digest"`
	DispatchedAt time.Time         `json:"dispatched_at"`
}

// A LotRecord is what became of one lot.
type LotRecord struct {
	Lot    models.ID   `json:"lot"`
	Number int         `json:"number"`
	Title  models.Text `json:"title"`
	// EndReason says why the lot was not awarded.
	EndReason string     `json:"end_reason,omitempty" doc:"eForms code list non-award-justification"`
	AwardedAt *time.Time `json:"awarded_at,omitempty"`
	Ranking   string     `json:"ranking,omitempty" doc:"Digest of the ranking that the decision rests on"`
	Winner    string     `json:"winner,omitempty"`
	// Candidates are those of a procedure by invitation, with the reasons of their selection or rejection (Article
	// 84(1)(b)).
	Candidates []Candidate `json:"candidates,omitempty"`
	// Rounds are those of talks, with who went on from each.
	Rounds    []RoundRecord   `json:"rounds,omitempty"`
	Tenders   []TenderRecord  `json:"tenders"`
	Contracts []models.ID     `json:"contracts"`
	Value     []models.Money  `json:"contract_values"`
	Conflicts []models.ID     `json:"conflicts_declared" doc:"Declarations of a conflict of interest"`
	Reviews   []models.Review `json:"reviews"`
	// SetAside are the decisions on the lot that were set aside, and why (Article 84(1)(d) and (g)).
	SetAside []SetAsideRecord `json:"set_aside,omitempty"`
}

// A TenderRecord says what became of a tender and why.
type TenderRecord struct {
	Tender   models.ID `json:"tender"`
	Tenderer string    `json:"tenderer"`
	Selected bool      `json:"selected"`
	Rank     int       `json:"rank,omitempty"`
	Total    string    `json:"total,omitempty"`
	Excluded string    `json:"excluded,omitempty"`
	// LimitedFor says why the tender was not selected although it ranks before the winner.
	LimitedFor string      `json:"limited_for,omitempty" doc:"The limit of lots that one tenderer is awarded"`
	Reason     models.Text `json:"reason,omitempty"`
	// LowPrice says why the price looked abnormally low; Explanation what the inquiry found.
	LowPrice    string `json:"low_price,omitempty"`
	Explanation string `json:"explanation,omitempty"`
}

// ComposeRecord gathers what the record contains for the individual report.
func ComposeRecord(d models.Dossier) (Record, error) {
	way, err := procedure.Of(d)
	if err != nil {
		return Record{}, err
	}
	r := Record{
		Procurement: d.Procurement.ID, Title: d.Procurement.Title, Procedure: way.Code, Ground: groundOf(d, way),
		Buyers: buyers(d), Lots: []LotRecord{}, Notices: []NoticeSent{},
	}
	for _, lot := range d.Tendering.Lots {
		if lot.Published() {
			r.Lots = append(r.Lots, lotRecord(d, lot))
		}
	}
	for _, n := range d.Tendering.Notices {
		r.Notices = append(r.Notices, NoticeSent{n.ID, n.Kind, n.Digest, n.DispatchedAt.UTC()})
	}
	r.Digest, err = digest(r)
	return r, err
}

// groundOf is the ground on which a procedure was chosen that is not free to choose.
func groundOf(d models.Dossier, way models.Procedure) models.GroundCode {
	if e, ok := d.Latest(models.EntryProcedureChoice); ok && len(way.Grounds) > 0 {
		choice, _ := models.BodyOf[models.ProcedureChoice](e)
		return choice.Ground
	}
	return ""
}

func lotRecord(d models.Dossier, lot models.Lot) LotRecord {
	decided := d.Tendering.Awards[lot.ID]
	r := LotRecord{
		Lot: lot.ID, Number: lot.Number, Title: lot.Title, EndReason: lot.EndReason, AwardedAt: decided.AwardedAt,
		Ranking: decided.Ranking, Tenders: []TenderRecord{}, Contracts: []models.ID{}, Value: []models.Money{},
		Conflicts: []models.ID{}, Reviews: []models.Review{},
	}
	if decided.Awarded() {
		r.Winner = winnerName(d, decided)
		at := decided.AwardedAt.UTC()
		r.AwardedAt = &at
	}
	criteria, _, _ := d.SelectionFor(lot.ID)
	if requests := d.Tendering.RequestsFor(lot.ID); len(requests) > 0 && known(d, lot, requests[0]) {
		r.Candidates, _ = candidates(d, lot, criteria.Most) // as far as findings are there
	}
	for i := range r.Candidates {
		c := &r.Candidates[i]
		c.Invited = slices.ContainsFunc(lot.Boxes,
			func(b models.Box) bool { return b.ByInvitation && b.OpenTo(c.Organisation) })
	}
	r.Rounds = roundRecords(d, lot)
	r.Tenders = append(r.Tenders, tenderRecords(d, lot, decided)...)
	for _, e := range d.Of(models.EntryContract) {
		if c, ok := models.BodyOf[models.Contract](e); ok && c.Lot == lot.ID {
			r.Contracts, r.Value = append(r.Contracts, e.ID), append(r.Value, c.Value)
		}
	}
	for _, e := range d.Of(models.EntryConflictDeclaration) {
		if c, ok := models.BodyOf[models.ConflictDeclaration](e); ok && c.Lot == lot.ID && c.Conflict {
			r.Conflicts = append(r.Conflicts, e.ID)
		}
	}
	for _, e := range d.Of(models.EntryReview) {
		if review, ok := models.BodyOf[models.Review](e); ok && review.Lot == lot.ID {
			r.Reviews = append(r.Reviews, review)
		}
	}
	r.SetAside = setAsideRecords(d, lot.ID)
	return r
}

// known tells whether the buyers know of a tender: once its box is opened, or its lot has ended.
func known(d models.Dossier, lot models.Lot, t models.Tender) bool {
	return lot.EndedAt != nil || d.Tendering.BoxOf(t).UnsealedAt != nil
}

func tenderRecords(d models.Dossier, lot models.Lot, decided models.LotAward) []TenderRecord {
	evaluation, err := Evaluate(d, lot.ID) // none of a lot that ended before it was evaluated
	winner, _ := evaluation.Ranking.Of(decided.WinnerID)
	var all []TenderRecord
	for _, t := range d.Tendering.TendersFor(lot.ID) {
		if !known(d, lot, t) {
			continue
		}
		r := TenderRecord{Tender: t.ID, Tenderer: tenderer(d, t), Selected: decided.Won(t.ID)}
		if a, _, ok := d.AdmissionOf(t.ID); ok && a.Decision == models.AdmissionExcluded {
			r.Excluded, r.Reason = string(a.Code), a.Reason
		}
		for _, s := range evaluation.Ranking.Places {
			if err == nil && s.Tender == t.ID {
				r.Rank, r.LowPrice = s.Rank, s.AskAboutPrice
				r.LimitedFor = limitedFor(d, s, winner)
				if s.Excluded == "" {
					r.Total = s.Total.String()
				} else if r.Excluded == "" {
					r.Excluded = s.Excluded
				}
			}
		}
		for _, e := range d.Of(models.EntryPriceInquiry) {
			if q, ok := models.BodyOf[models.PriceInquiry](e); ok && q.Tender == t.ID {
				r.Explanation = q.Finding
			}
		}
		all = append(all, r)
	}
	return all
}

// Report is the individual report of a procedure, bound to the record it was written on.
type Report struct {
	models.IndividualReport
}

// CheckAgainst refuses a report that rests on a record which has changed since it was read.
func (r Report) CheckAgainst(d models.Dossier, e models.Entry) error {
	record, err := ComposeRecord(d)
	if err == nil && e.WithdrawnAt == nil && record.Digest != r.Record {
		return models.Refuse(models.CodeStale, "/record", "the record has changed since you read it").
			Accepting("the digest %s, after reading it again", record.Digest)
	}
	return err
}

// An AwardNotice is what is published about the award (Directive 2014/24/EU, Article 50).
type AwardNotice struct {
	Procurement  models.ID     `json:"procurement"`
	Mode         models.Mode   `json:"mode"`
	Title        models.Text   `json:"title"`
	Buyers       []NoticeBuyer `json:"buyers"`
	Lots         []AwardedLot  `json:"lots"`
	DispatchedAt time.Time     `json:"dispatched_at"`
}

// An AwardedLot is what is published about a lot: who won, for how much, and how many tendered. Who else tendered, how
// those tenders ranked and why one was excluded is between the buyers and that tenderer (Articles 21(1) and 55(3)).
type AwardedLot struct {
	Lot       models.ID      `json:"lot"`
	Number    int            `json:"number"`
	Title     models.Text    `json:"title"`
	EndReason string         `json:"end_reason,omitempty" doc:"eForms code list non-award-justification"`
	AwardedAt *time.Time     `json:"awarded_at,omitempty"`
	Winner    string         `json:"winner,omitempty" doc:"With whom the contracts were concluded"`
	Tenders   int            `json:"tenders" doc:"How many stood when the box was closed"`
	Value     []models.Money `json:"contract_values"`
}

func awardedLot(r LotRecord) AwardedLot {
	a := AwardedLot{
		Lot: r.Lot, Number: r.Number, Title: r.Title, EndReason: r.EndReason, Tenders: len(r.Tenders), Value: r.Value,
	}
	if a.EndReason == "" { // a decision that came to nothing has no winner
		a.AwardedAt, a.Winner = r.AwardedAt, r.Winner
	}
	return a
}

// Uninformed lists the published lots that ended without award after the last award notice was dispatched.
func Uninformed(d models.Dossier) []models.Lot {
	var told time.Time
	for _, n := range d.Tendering.Notices {
		if n.Kind == models.NoticeAward {
			told = n.DispatchedAt
		}
	}
	return slices.DeleteFunc(slices.Clone(d.Tendering.Lots), func(l models.Lot) bool {
		return !l.Published() || l.EndedAt == nil || !l.EndedAt.After(told)
	})
}

// ComposeAwardNotice writes the award notice of all published lots. It refuses while one is neither ended
// nor under contract.
func ComposeAwardNotice(d models.Dossier) (AwardNotice, error) {
	n := AwardNotice{
		Procurement: d.Procurement.ID, Mode: d.Procurement.Mode, Title: d.Procurement.Title,
		Buyers: buyers(d), DispatchedAt: d.Now.UTC(),
	}
	for _, lot := range d.Tendering.Lots {
		if !lot.Published() {
			continue
		}
		r := lotRecord(d, lot)
		if r.EndReason == "" && len(r.Contracts) == 0 {
			return n, models.Refuse(models.CodeNotAwarded, "/lots",
				"lot %d neither has a contract nor has ended without one", lot.Number).
				Accepting("an award notice after every lot has a contract or has ended")
		}
		n.Lots = append(n.Lots, awardedLot(r))
	}
	if len(n.Lots) == 0 {
		return n, models.Refuse(models.CodeLotNotOpen, "/lots", "no lot was published")
	}
	return n, nil
}
