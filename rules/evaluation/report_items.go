package evaluation

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/procedure"
)

// A ReportItem is one item of the individual report (Directive 2014/24/EU, Article 84(1)), with what the record has of
// it. Without statements nothing is recorded; nothing is ever filled in.
type ReportItem struct {
	Code       string
	Article    string
	Statements []Statement
}

// A Statement is a sentence of the report by its key, with what it is filled with; then what people wrote, and what
// proves it.
type Statement struct {
	Key      string
	Fill     []string
	Text     models.Text
	Evidence []Evidence
}

// Evidence names what proves a statement: an entry or notice by its ID, or a letter or ranking by its digest alone.
type Evidence struct {
	// What is entry, notice, letter or ranking; an entry has a kind and a version.
	What    string
	Kind    models.EntryKind
	ID      models.ID
	Version int64
	Digest  string
	// By is the person, For the organisation for which the person acted.
	By  models.ID
	For string
	At  time.Time
}

// A WholeReport is the individual report as people read it.
type WholeReport struct {
	Record    Record
	Mode      models.Mode
	Languages []string
	Items     []ReportItem
	// AsOf is when the record last changed that it rests on.
	AsOf time.Time
}

// ComposeReport gathers every item of the individual report from the record, and from what people wrote into the last
// report that stands.
func ComposeReport(d models.Dossier) (WholeReport, error) {
	record, err := ComposeRecord(d)
	if err != nil {
		return WholeReport{}, err
	}
	way, err := procedure.Of(d)
	if err != nil {
		return WholeReport{}, err
	}
	r := reporting{Dossier: d, record: record, way: way}
	if e, ok := d.Latest(models.EntryIndividualReport); ok {
		r.written, _ = models.BodyOf[models.IndividualReport](e)
		r.entry = []Evidence{r.of(e)}
	}
	return WholeReport{
		Record: record, Mode: d.Procurement.Mode, Languages: d.Procurement.Languages, AsOf: lastWritten(d).UTC(),
		Items: []ReportItem{
			{"authority", "84(1)(a)", r.authority()},
			{"selection", "84(1)(b)", r.selection()},
			{"rejection", "84(1)(b)", r.rejection()},
			{"low_prices", "84(1)(c)", r.lowPrices()},
			{"award", "84(1)(d)", r.award()},
			{"subcontracting", "84(1)(d)", r.words(r.written.Subcontracting)},
			{"procedure", "84(1)(e)", r.procedure()},
			{"publication", "84(1)(f)", r.publication()},
			{"no_award", "84(1)(g)", r.noAward()},
			{"means", "84(1)(h)", r.means()},
			{"conflicts", "84(1)(i)", r.conflicts()},
			{"involvement", "41", r.involvement()},
			{"lots", "46(1)", r.division()},
			{"reviews", "84(2)", r.reviews()},
			{"remarks", "84(2)", r.words(r.written.Remarks)},
		},
	}, nil
}

// lastWritten is the last instant at which something was written that the report can rest on.
func lastWritten(d models.Dossier) time.Time {
	last := d.Procurement.CreatedAt
	for _, e := range d.Entries {
		if e.WrittenAt.After(last) {
			last = e.WrittenAt
		}
	}
	for _, n := range d.Tendering.Notices {
		if n.DispatchedAt.After(last) {
			last = n.DispatchedAt
		}
	}
	for _, l := range d.Tendering.Letters {
		if l.SentAt.After(last) {
			last = l.SentAt
		}
	}
	return last
}

// A reporting gathers the items of a report.
type reporting struct {
	models.Dossier

	record  Record
	way     models.Procedure
	written models.IndividualReport
	entry   []Evidence
}

// of is an entry as evidence.
func (r reporting) of(e models.Entry) Evidence {
	by := Evidence{
		What: "entry", Kind: e.Kind, ID: e.ID, Version: e.Version, Digest: e.Digest, By: e.AuthorID,
		At: e.WrittenAt.UTC(),
	}
	for _, a := range r.Roles {
		if a.PersonID == e.AuthorID && (by.For == "" || a.Holds(e.WrittenAt)) {
			by.For = r.NameOf(a.OrganisationID)
		}
	}
	return by
}

// words is what people wrote into the report.
func (r reporting) words(text models.Text) []Statement {
	if len(text) == 0 {
		return nil
	}
	return []Statement{{Key: "written", Text: text, Evidence: r.entry}}
}

func (r reporting) authority() []Statement {
	var all []Statement
	for _, b := range r.record.Buyers {
		key := "buyer"
		if b.Lead {
			key = "lead"
		}
		where := Statement{Key: "no_address", Fill: []string{"name", b.Name}}
		if b.Address != nil {
			where = Statement{Key: "address", Fill: []string{"name", b.Name, "address", b.Address.Line()}}
		}
		all = append(all, Statement{Key: key, Fill: []string{"name", b.Name, "country", b.Country}}, where)
	}
	all = append(all, Statement{Key: "subject", Text: r.record.Title})
	all = append(all, r.words(r.written.Subject)...)
	valued := false
	for _, e := range r.Of(models.EntryContract) {
		c, ok := models.BodyOf[models.Contract](e)
		lot, known := r.Tendering.Lot(c.Lot)
		if !ok || !known {
			continue
		}
		valued = true
		all = append(all, Statement{Key: "contract", Fill: []string{
			"lot", strconv.Itoa(lot.Number), "value", c.Value.Amount + " " + c.Value.Currency,
			"day", c.SignedOn, "tenderer", r.TendererOf(c.Tender),
		}, Evidence: []Evidence{r.of(e)}})
	}
	if !valued {
		all = append(all, Statement{Key: "no_contract"})
	}
	return all
}

// about begins a statement on a lot.
func about(key string, lot LotRecord, fill ...string) Statement {
	return Statement{Key: key, Fill: append([]string{"lot", strconv.Itoa(lot.Number)}, fill...)}
}

// selection names who was selected and why: candidates who were invited, and tenders that were admitted.
func (r reporting) selection() []Statement {
	var all []Statement
	for _, lot := range r.record.Lots {
		for _, c := range lot.Candidates {
			if c.Invited {
				s := about("invited", lot, "name", c.Name, "points", cmp.Or(c.Points, "–"), "because", c.Because)
				s.Evidence = r.found(c.Request)
				all = append(all, s)
			}
		}
		for _, t := range lot.Tenders {
			if a, e, ok := r.AdmissionOf(t.Tender); ok && a.Decision == models.AdmissionAdmitted && t.Excluded == "" {
				s := about("admitted", lot, "name", t.Tenderer)
				s.Evidence = []Evidence{r.of(e)}
				all = append(all, s)
			}
		}
	}
	return all
}

// rejection names who was rejected and why, at every stage.
func (r reporting) rejection() []Statement {
	var all []Statement
	for _, lot := range r.record.Lots {
		for _, c := range lot.Candidates {
			if !c.Invited {
				s := about("not_invited", lot, "name", c.Name, "because", because(c.Excluded, c.Reasons))
				s.Text, s.Evidence = c.Reason, r.found(c.Request)
				all = append(all, s)
			}
		}
		for _, round := range lot.Rounds {
			for _, p := range round.Participants {
				if !p.WentOn {
					s := about("not_on", lot, "name", p.Participant, "round", strconv.Itoa(round.Round),
						"because", because(p.Excluded, p.Reasons))
					s.Evidence = r.lettersOn(p.Tender, models.LetterSelection)
					all = append(all, s)
				}
			}
		}
		for _, t := range lot.Tenders {
			if t.Excluded != "" {
				s := about("excluded", lot, "name", t.Tenderer, "because", t.Excluded)
				s.Text, s.Evidence = t.Reason, r.admitted(t.Tender)
				all = append(append(all, s), r.priced(lot, t)...)
			}
		}
		all = append(all, r.unopened(lot)...)
	}
	if len(all) == 0 && r.evaluated() {
		all = append(all, Statement{Key: "none_rejected"})
	}
	return all
}

// priced tells of a tender that was rejected, where only the prices of the best are opened, whether its price was: it
// can have been among them when prices were opened, and not any more.
func (r reporting) priced(lot LotRecord, of TenderRecord) []Statement {
	criteria, _, _ := r.CriteriaFor(lot.Lot)
	t, _ := r.Tendering.Tender(of.Tender)
	switch {
	case criteria.Best == 0:
		return nil
	case r.PriceOpened(t):
		return []Statement{about("price_opened", lot, "name", of.Tenderer)}
	case unopened(r.Dossier, t) == UnopenedPrice:
		return []Statement{about("price_unopened", lot, "name", of.Tenderer)}
	}
	return nil // nothing of it was opened, or it holds no price
}

func because(excluded string, reasons []string) string {
	all := slices.Clone(reasons)
	if excluded != "" {
		all = append([]string{excluded}, all...)
	}
	return strings.Join(all, "; ")
}

// evaluated tells whether every published lot is decided, so that what is not on record did not happen.
func (r reporting) evaluated() bool {
	return len(r.record.Lots) > 0 && !slices.ContainsFunc(r.record.Lots,
		func(l LotRecord) bool { return l.AwardedAt == nil && l.EndReason == "" })
}

func (r reporting) found(request models.ID) []Evidence {
	if _, e, ok := r.SelectionOf(request); ok {
		return []Evidence{r.of(e)}
	}
	return nil
}

func (r reporting) admitted(tender models.ID) []Evidence {
	if _, e, ok := r.AdmissionOf(tender); ok {
		return []Evidence{r.of(e)}
	}
	return nil
}

// lettersOn are the letters of a kind about what somebody handed in, by their digests.
func (r reporting) lettersOn(tender models.ID, kind models.LetterKind) []Evidence {
	var all []Evidence
	for _, l := range r.Tendering.Letters {
		if l.TenderID == tender && l.Kind == kind {
			all = append(all, Evidence{What: "letter", Digest: l.Digest, By: l.PersonID, At: l.SentAt.UTC()})
		}
	}
	return all
}

func (r reporting) lowPrices() []Statement {
	var all []Statement
	for _, e := range r.Of(models.EntryPriceInquiry) {
		q, ok := models.BodyOf[models.PriceInquiry](e)
		if !ok {
			continue
		}
		s := Statement{
			Key: "asked_about_price", Fill: []string{"name", r.TendererOf(q.Tender)}, Text: q.Reason,
			Evidence: []Evidence{r.of(e)},
		}
		switch q.Finding {
		case models.FindingAccepted:
			s.Key = "price_explained"
		case models.FindingRejected:
			s.Key = "price_unexplained"
		}
		all = append(all, s)
	}
	for _, lot := range r.record.Lots {
		for _, t := range lot.Tenders {
			if t.Excluded == string(models.ExcludedAbnormallyLow) {
				s := about("low", lot, "name", t.Tenderer)
				s.Text, s.Evidence = t.Reason, r.admitted(t.Tender)
				all = append(all, s)
			}
		}
	}
	if len(all) == 0 && r.evaluated() {
		all = append(all, Statement{Key: "none_low"})
	}
	return all
}

func (r reporting) award() []Statement {
	var all []Statement
	for _, lot := range r.record.Lots {
		if lot.AwardedAt == nil {
			continue
		}
		for _, t := range lot.Tenders {
			if !t.Selected {
				continue
			}
			s := about("awarded", lot, "name", t.Tenderer, "rank", strconv.Itoa(t.Rank), "total", t.Total)
			s.Evidence = append([]Evidence{{What: "ranking", Digest: lot.Ranking, At: lot.AwardedAt.UTC()}},
				r.lettersOn(t.Tender, models.LetterAward)...)
			s.Evidence = append(s.Evidence, r.signatures(lot.Lot)...)
			all = append(all, s)
		}
		for _, t := range lot.Tenders {
			if t.LimitedFor != "" {
				all = append(all, about("limited", lot, "name", t.Tenderer, "because", t.LimitedFor))
			}
		}
	}
	return all
}

// signatures are those of the awarders under the award of a lot, under decisions that were set aside, too.
func (r reporting) signatures(lot models.ID) (all []Evidence) {
	for _, e := range r.Of(models.EntryAwardSignature) {
		if s, ok := models.BodyOf[models.AwardSignature](e); ok && s.Lot == lot {
			all = append(all, r.of(e))
		}
	}
	return all
}

func (r reporting) procedure() []Statement {
	all := []Statement{{Key: "procedure", Fill: []string{"name", r.way.Name, "source", r.way.Source}}}
	if e, ok := r.Latest(models.EntryProcedureChoice); ok {
		choice, _ := models.BodyOf[models.ProcedureChoice](e)
		all[0].Text, all[0].Evidence = choice.Reasons, []Evidence{r.of(e)}
		for _, ground := range r.way.Grounds {
			if ground.Code == choice.Ground {
				all = append(all, Statement{
					Key: "ground", Fill: []string{"says", ground.Says, "source", ground.Source},
					Evidence: []Evidence{r.of(e)},
				})
			}
		}
	}
	return append(all, r.words(r.written.Procedure)...)
}

func (r reporting) publication() []Statement {
	var all []Statement
	for _, n := range r.Tendering.Notices {
		if n.Kind == models.NoticeContract {
			all = append(all, Statement{Key: "published", Evidence: []Evidence{{
				What: "notice", ID: n.ID, Digest: n.Digest, By: n.PersonID, At: n.DispatchedAt.UTC(),
			}}})
		}
	}
	return all
}

func (r reporting) noAward() []Statement {
	var all []Statement
	for _, lot := range r.record.Lots {
		if lot.EndReason == "" {
			continue
		}
		s, reason := about("ended", lot, "because", models.NonAwardCode(lot.EndReason).Called()), ""
		for _, l := range r.Tendering.Letters {
			var told Letter
			if l.LotID == lot.Lot && l.Kind == models.LetterNonAward && json.Unmarshal(l.Content, &told) == nil {
				reason = told.EndReason
				s.Evidence = append(s.Evidence, r.lettersOn(l.TenderID, models.LetterNonAward)...)
				break
			}
		}
		s.Fill = append(s.Fill, "reason", reason)
		all = append(append(all, s), r.leftSealed(lot)...)
	}
	for _, e := range r.Of(models.EntryNonPurchase) {
		if n, ok := models.BodyOf[models.NonPurchase](e); ok {
			all = append(all, Statement{
				Key: "no_purchase", Text: n.Reason, Evidence: []Evidence{r.of(e)},
				Fill: []string{"name", r.NameOf(e.OrganisationID), "because", n.Code.Called()},
			})
		}
	}
	if len(all) == 0 && r.evaluated() {
		all = append(all, Statement{Key: "all_awarded"})
	}
	return all
}

// means says how tenders were submitted: the platform takes them by electronic means only. Documents are another
// matter (Article 53(1)).
func (r reporting) means() []Statement {
	all := []Statement{{Key: "electronic"}}
	if e, ok := r.Latest(models.EntryTimeLimits); ok {
		for _, c := range r.TimeLimits().Claims {
			if c.Circumstance == models.ClaimDocumentsNotElectronic {
				all = append(all, Statement{
					Key: "documents_not_electronic", Fill: []string{"because", c.Reason}, Evidence: []Evidence{r.of(e)},
				})
			}
		}
	}
	return all
}

// conflicts names declarations of a conflict of interest, not their words: these are personal. What was done about them
// is what the rules do, and what people wrote.
func (r reporting) conflicts() []Statement {
	var all []Statement
	for _, e := range r.Of(models.EntryInterestDeclaration) {
		if i, ok := models.BodyOf[models.InterestDeclaration](e); ok && i.Conflict {
			all = append(all, Statement{Key: "interest", Evidence: []Evidence{r.of(e)}})
		}
	}
	for _, e := range r.Of(models.EntryConflictDeclaration) {
		c, ok := models.BodyOf[models.ConflictDeclaration](e)
		if lot, known := r.Tendering.Lot(c.Lot); ok && known && c.Conflict {
			all = append(all, Statement{
				Key: "conflict", Fill: []string{"lot", strconv.Itoa(lot.Number)}, Evidence: []Evidence{r.of(e)},
			})
		}
	}
	return append(all, r.words(r.written.Conflicts)...)
}

// involvement names who was involved in the preparation, and the measures that were taken (Article 41).
func (r reporting) involvement() []Statement {
	var all []Statement
	for _, e := range r.Of(models.EntryMarketContact) {
		if m, ok := models.BodyOf[models.MarketContact](e); ok && m.Involvement != models.InvolvementNone {
			all = append(all, Statement{
				Key: m.Involvement, Fill: []string{"name", m.Operator, "because", m.Measures},
				Evidence: []Evidence{r.of(e)},
			})
		}
	}
	return all
}

func (r reporting) division() []Statement {
	e, ok := r.Latest(models.EntryLotsDecision)
	if !ok {
		return nil
	}
	decision, _ := models.BodyOf[models.LotsDecision](e)
	key := "not_divided"
	if decision.Divided {
		key = "divided"
	}
	return []Statement{{Key: key, Text: decision.Reasons, Evidence: []Evidence{r.of(e)}}}
}

func (r reporting) reviews() []Statement {
	var all []Statement
	for _, e := range r.Of(models.EntryReview) {
		review, ok := models.BodyOf[models.Review](e)
		lot, known := r.Tendering.Lot(review.Lot)
		if ok && known {
			all = append(all, Statement{
				Key: "review", Text: review.Summary, Evidence: []Evidence{r.of(e)}, Fill: []string{
					"lot", strconv.Itoa(lot.Number), "body", review.Body, "day", review.LodgedOn,
					"outcome", cmp.Or(review.Outcome, "pending"),
				},
			})
		}
	}
	return all
}
