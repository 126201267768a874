package models

import (
	"slices"
	"strings"
	"time"
)

// What the tender phase writes into the dossier.
const (
	// EntryAwardCriteria says how tenders for a lot are ranked.
	EntryAwardCriteria EntryKind = "award_criteria"
	// EntryConflictDeclaration is the declaration of somebody who evaluates or decides on the tenderers of a lot.
	EntryConflictDeclaration EntryKind = "conflict_declaration"
	// EntryAdmission is the formal check of a tender.
	EntryAdmission EntryKind = "admission"
	// EntryConsensus holds the agreed quality scores of a tender.
	EntryConsensus EntryKind = "consensus_scores"
	// EntryPriceInquiry asks a tenderer to explain its price.
	EntryPriceInquiry EntryKind = "price_inquiry"
	// EntryCompletionRequest asks a tenderer to complete its tender.
	EntryCompletionRequest EntryKind = "completion_request"
	// EntryTenderSession is a presentation or demonstration of a tender.
	EntryTenderSession EntryKind = "tender_session"
	// EntryCostValues holds the values of a tender for the costs by which it is ranked.
	EntryCostValues EntryKind = "cost_values"
	// EntryTieDraw is a draw of lots between tied tenders.
	EntryTieDraw EntryKind = "tie_draw"
	// EntryReview is an application to a review body.
	EntryReview EntryKind = "review_application"
	// EntryContract is a contract that was signed.
	EntryContract EntryKind = "contract"
	// EntryPurchase is what one buyer bought under a contract.
	EntryPurchase EntryKind = "purchase"
	// EntryNonPurchase says why a buyer buys nothing.
	EntryNonPurchase EntryKind = "non_purchase"
	// EntryIndividualReport is the report on the procedure (Directive 2014/24/EU, Article 84).
	EntryIndividualReport EntryKind = "individual_report"
)

// A NonAwardCode says why nothing was awarded (eForms code list non-award-justification).
type NonAwardCode string

var nonAwardReasons = []struct {
	code   NonAwardCode
	called string
}{
	{"all-rej", "everything that was handed in was withdrawn or excluded"},
	{"chan-need", "the needs have changed"},
	{"ins-fund", "there is not enough money"},
	{"no-rece", "nothing was handed in"},
	{"no-signed", "the winner refused to sign"},
	{"one-admis", "only one admissible tender was handed in"},
	{"rev-body", "a review body or a court decided so"},
	{"rev-buyer", "the buyers decided so after a request for review"},
	{"tch-pr-error", "there were technical or procedural errors"},
	{"other", "another reason"},
}

// NonAwardCodes is the eForms code list non-award-justification.
func NonAwardCodes() []NonAwardCode {
	codes := make([]NonAwardCode, len(nonAwardReasons))
	for i, r := range nonAwardReasons {
		codes[i] = r.code
	}
	return codes
}

// Called is what the code means, in a few words and with the code. Other reasons are returned as they are.
func (c NonAwardCode) Called() string {
	for _, r := range nonAwardReasons {
		if r.code == c {
			return r.called + " (" + string(c) + ")"
		}
	}
	return string(c)
}

// A ConflictDeclaration says whether its author, who evaluates or decides, has an interest in one of the
// tenderers of a lot (Directive 2014/24/EU, Article 24). It names them all, so that it cannot have been given
// before they were known.
type ConflictDeclaration struct {
	Lot       ID     `json:"lot"`
	Tenderers []ID   `json:"tenderers" maxItems:"1000" doc:"The organisations of all tenderers of the lot"`
	Conflict  bool   `json:"conflict" doc:"true: I have an interest; I neither evaluate this lot nor vote on it"`
	Statement string `json:"statement,omitempty" maxLength:"4000" doc:"What the interest is; required if there is one"`
}

// Check refuses malformed IDs and a conflict without a statement.
func (c ConflictDeclaration) Check() error {
	faults := checkID("/lot", c.Lot, PrefixLot)
	for _, id := range c.Tenderers {
		faults = append(faults, checkID("/tenderers", id, PrefixOrganisation)...)
	}
	if c.Conflict {
		faults = append(faults, compact(checkWord("/statement", c.Statement, 4000))...)
	}
	return Refusals(faults)
}

// CheckAgainst refuses a declaration before the tenderers are known, one that does not name them all, and
// somebody of a tenderer who claims to be free of interests.
func (c ConflictDeclaration) CheckAgainst(d Dossier, e Entry) error {
	lot, _ := d.Tendering.Lot(c.Lot)
	box, ok := lot.Unsealed()
	if !ok {
		return notUnsealed()
	}
	for _, a := range d.Roles {
		if !c.Conflict && a.PersonID == e.AuthorID && a.Holds(d.Now) && d.Tendered(a.OrganisationID, c.Lot) {
			return ownTender()
		}
	}
	var all []ID
	for _, t := range d.Tendering.In(box.ID) {
		all = append(all, t.OrganisationID)
	}
	named := slices.Clone(c.Tenderers)
	slices.Sort(all)
	slices.Sort(named)
	if !slices.Equal(all, slices.Compact(named)) {
		return Refuse(CodeInvalidValue, "/tenderers", "these are not the %d tenderers of the lot", len(all)).
			Accepting("%s", d.namesWithIDs(all))
	}
	return nil
}

// Whether a tender is admitted.
const (
	AdmissionAdmitted = "admitted"
	AdmissionExcluded = "excluded"
)

// An ExclusionCode says why a tender is excluded.
type ExclusionCode string

// ExcludedOnGround is an exclusion on a ground of Article 57 of Directive 2014/24/EU, which is named.
const ExcludedOnGround ExclusionCode = "exclusion_ground"

// ExcludedAbnormallyLow is an exclusion because the price is abnormally low (Article 69).
const ExcludedAbnormallyLow ExclusionCode = "abnormally_low"

const excludedIncomplete ExclusionCode = "incomplete"

// excludedUnreadable is the exclusion of a tender with an envelope that its own secret does not open.
const excludedUnreadable ExclusionCode = "unreadable"

// excludedPriceMissing is for a tender whose price envelope was opened, and in which no price was found, or which has
// none.
const excludedPriceMissing ExclusionCode = "price_missing"

// ExclusionCodes lists why a tender can be excluded.
func ExclusionCodes() []ExclusionCode {
	return []ExclusionCode{
		excludedIncomplete, excludedUnreadable, "not_conforming", ExcludedOnGround, "selection_criteria",
		ExcludedAbnormallyLow, "conflict_of_interest", reasonCollusion, excludedPriceMissing, "other",
	}
}

// An Admission is the outcome of the formal check of a tender.
type Admission struct {
	Tender   ID            `json:"tender"`
	Decision string        `json:"decision" enum:"admitted,excluded"`
	Code     ExclusionCode `json:"code,omitempty" doc:"Why it is excluded"`
	Reason   Text          `json:"reason,omitempty" doc:"What the tenderer is told; required for an exclusion"`

	Grounds []ExclusionFinding `json:"grounds,omitempty" maxItems:"30" doc:"Exclusion grounds found; see Article 57"`
}

// Check refuses an exclusion without code and reason, one on a ground of Article 57 without the ground, its evidence
// and a word on self-cleaning, and an admission in spite of a ground that stands without saying why.
func (a Admission) Check() error {
	faults := append(checkID("/tender", a.Tender, PrefixTender),
		checkOneOf("/decision", a.Decision, AdmissionAdmitted, AdmissionExcluded)...)
	if a.Decision == AdmissionExcluded {
		faults = append(faults, checkOneOf("/code", a.Code, ExclusionCodes()...)...)
		faults = append(faults, compact(CheckText("/reason", a.Reason, 8000))...)
	}
	excludedFor := ""
	if a.Decision == AdmissionExcluded {
		excludedFor = string(a.Code)
	} else if stands(a.Grounds) {
		faults = append(faults, compact(CheckText("/reason", a.Reason, 8000))...)
	}
	return Refusals(append(faults, checkGrounds(excludedFor, a.Grounds)...))
}

// Subject is the tender.
func (a Admission) Subject() string { return string(a.Tender) }

// CheckAgainst refuses an admission of what nobody has opened, and any change after the award was decided.
// Once quality is locked a tender can only be excluded: prices are known, and scores change no more.
func (a Admission) CheckAgainst(d Dossier, e Entry) error {
	box, err := d.Evaluating(a.Tender, e.AuthorID)
	switch {
	case err != nil:
		return err
	case box.QualityLockedAt != nil && (a.Decision == AdmissionAdmitted || e.WithdrawnAt != nil):
		return Refuse(CodeQualityLocked, "/decision", "quality is locked: no tender is admitted any more").
			Accepting("an exclusion")
	}
	if a.Decision == AdmissionExcluded && a.Code == excludedIncomplete && e.WithdrawnAt == nil {
		return d.completing(a.Tender)
	}
	if a.Decision == AdmissionExcluded && a.Code == ExcludedAbnormallyLow && e.WithdrawnAt == nil &&
		!d.lowUnexplained(a.Tender) {
		return Refuse(CodePriceUnexplained, "/code",
			"nobody has asked %s about its price and rejected the explanation", d.TendererOf(a.Tender)).
			Accepting("the exclusion after a price inquiry that found the explanation rejected (Article 69(3))")
	}
	t, _ := d.Tendering.Tender(a.Tender)
	if a.Decision == AdmissionExcluded && a.Code == excludedUnreadable && e.WithdrawnAt == nil && !d.Unreadable(t) {
		return Refuse(CodeInvalidValue, "/code", "no envelope of the tender was found unreadable").
			Accepting("another code, or this one once an envelope was opened and could not be read")
	}
	if a.Decision == AdmissionExcluded && a.Code == excludedPriceMissing && e.WithdrawnAt == nil {
		if err := d.priceMissing(t); err != nil {
			return err
		}
	}
	if unopened := d.Unopened(t); a.Decision == AdmissionAdmitted && len(unopened) > 0 {
		return Refuse(CodeNotUnsealed, "/tender",
			"envelopes %v of the tender are not read, or cannot be", unopened).
			Accepting("an admission once every envelope is read; a tender that cannot be read is excluded as such")
	}
	return nil
}

// priceMissing refuses to say of a tender that it has no price while its price is sealed, or after it was found.
func (d Dossier) priceMissing(t Tender) error {
	for _, e := range t.Envelopes {
		if _, found := d.FoundIn(t.ID, e.N); e.Kind == EnvelopePrice && !found {
			return Refuse(CodeInvalidValue, "/code", "the price of %s is not read yet", d.TendererOf(t.ID)).
				Accepting("this once its openers have released it and no price was found in it")
		}
	}
	if price, known := d.Price(t); known {
		return Refuse(CodeInvalidValue, "/code", "the price of %s was found: %s %s", d.TendererOf(t.ID), price.Amount,
			price.Currency).Accepting("another code")
	}
	return nil
}

// A PriceInquiry asks a tenderer to explain a price that looks abnormally low, and says what came of it
// (Directive 2014/24/EU, Article 69).
type PriceInquiry struct {
	Tender   ID     `json:"tender"`
	Question Text   `json:"question"`
	Answer   string `json:"answer,omitempty" maxLength:"20000" doc:"What the tenderer explained"`
	Finding  string `json:"finding,omitempty" enum:"accepted,rejected" doc:"Absent until it was examined"`
	Reason   Text   `json:"reason,omitempty" doc:"Why; required with a finding"`
}

// What an explanation of a price can be found to be.
const (
	FindingAccepted = "accepted"
	FindingRejected = "rejected"
)

// Check refuses a finding without a reason, and an acceptance without an explanation.
func (q PriceInquiry) Check() error {
	faults := append(checkID("/tender", q.Tender, PrefixTender), compact(CheckText("/question", q.Question, 8000))...)
	if q.Finding != "" {
		faults = append(faults, checkOneOf("/finding", q.Finding, FindingAccepted, FindingRejected)...)
		faults = append(faults, compact(CheckText("/reason", q.Reason, 8000))...)
	}
	if q.Finding == FindingAccepted && strings.TrimSpace(q.Answer) == "" {
		faults = append(faults, Refuse(CodeInvalidValue, "/answer", "there is no explanation to accept").
			Accepting("what the tenderer explained"))
	}
	return Refusals(faults)
}

// Subject is the tender.
func (q PriceInquiry) Subject() string { return string(q.Tender) }

// CheckAgainst refuses an inquiry before prices are known, and a change after the award was decided.
func (q PriceInquiry) CheckAgainst(d Dossier, e Entry) error {
	box, err := d.Evaluating(q.Tender, e.AuthorID)
	if err == nil && box.QualityLockedAt == nil {
		return Refuse(CodeQualityOpen, "/tender", "no price is known before quality is locked").
			Accepting("an inquiry after the chair has locked quality")
	}
	return err
}

// A Review is an application to a review body against the award of a lot (Directive 89/665/EEC, Article 2).
type Review struct {
	Lot      ID     `json:"lot"`
	Body     string `json:"body" minLength:"1" maxLength:"400" doc:"The review body"`
	LodgedOn string `json:"lodged_on" format:"date"`
	Outcome  string `json:"outcome,omitempty" enum:"dismissed,upheld,withdrawn" doc:"Absent while it is pending"`
	Decided  string `json:"decided_on,omitempty" format:"date" doc:"Required with an outcome"`
	Flaw     Flaw   `json:"flaw,omitempty" doc:"In which step it found what is wrong; required when upheld"`
	Summary  Text   `json:"summary,omitempty"`
}

// ReviewUpheld is the outcome that keeps the contract from being concluded.
const ReviewUpheld = "upheld"

// Check refuses malformed dates, an outcome without its date, and one that was upheld without the step that is flawed.
func (r Review) Check() error {
	faults := append(checkID("/lot", r.Lot, PrefixLot),
		compact(checkWord("/body", r.Body, 400), checkDate("/lodged_on", r.LodgedOn))...)
	if r.Outcome != "" {
		faults = append(faults, checkOneOf("/outcome", r.Outcome, "dismissed", ReviewUpheld, "withdrawn")...)
		faults = append(faults, compact(checkDate("/decided_on", r.Decided))...)
		if r.Decided < r.LodgedOn {
			faults = append(faults, Refuse(CodeInvalidValue, "/decided_on", "the review was lodged on %s", r.LodgedOn).
				Accepting("that date or a later one"))
		}
	}
	switch {
	case r.Outcome == ReviewUpheld:
		faults = append(faults, checkOneOf("/flaw", r.Flaw, Flaws()...)...)
	case r.Flaw != "":
		faults = append(faults, Refuse(CodeInvalidValue, "/flaw", "no flaw was found by a review that was not upheld").
			Accepting("the outcome %s, or no flaw", ReviewUpheld))
	}
	return Refusals(faults)
}

// Subject is the lot; several reviews of one lot can be under way.
func (r Review) Subject() string { return string(r.Lot) }

// CheckAgainst refuses the first record of a review of an award that was never decided, the withdrawal of a review, a
// day that is still to come, and changing a review after the award was set aside because of it.
func (r Review) CheckAgainst(d Dossier, e Entry) error {
	today := d.Today()
	switch {
	case e.WithdrawnAt != nil:
		return Refuse(CodeEntryFinal, "", "an application for a review stays on record").
			Accepting("recording its outcome")
	case d.Tendering.Resolved(e.ID):
		return Refuse(CodeEntryFinal, "", "the award was set aside because of this review").
			Accepting("another review, if there is one")
	case r.LodgedOn > today, r.Decided > today:
		return Refuse(CodeInvalidValue, "", "the review was lodged or decided after today").
			Accepting("dates until %s", today)
	case e.Version > 1:
		return nil // the outcome can come after another review has already had the award set aside
	}
	if award, ok := d.Tendering.AwardOf(r.Lot); !ok || !award.Awarded() && award.N < 2 {
		return Refuse(CodeNotAwarded, "/lot", "the award of the lot is not decided").
			Accepting("a review of an award that was decided")
	}
	return nil
}

// checkDate refuses what is not a calendar date.
func checkDate(field, s string) *Refusal {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return Refuse(CodeInvalidValue, field, "%q is not a date", s).Accepting("a date such as 2026-03-02")
	}
	return nil
}

// lowUnexplained tells whether a tenderer was asked about its price, and what it explained was rejected. Only then a
// tender is rejected as abnormally low (Directive 2014/24/EU, Article 69(1) and (3)).
func (d Dossier) lowUnexplained(tender ID) bool {
	inquiry, _, asked := about[PriceInquiry](d, EntryPriceInquiry, tender)
	return asked && inquiry.Finding == FindingRejected
}
