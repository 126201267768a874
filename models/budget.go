package models

import (
	"fmt"
	"slices"
	"strings"
)

// EntryBudgetApproval says that a buyer has approved the money for its part.
const EntryBudgetApproval EntryKind = "budget_approval"

// What a budget approval is for.
const (
	// BudgetForNotice is given before the contract notice: a tender is too dear only if its price exceeds a budget that
	// was determined and documented before (Directive 2014/24/EU, Article 26(4)(b)).
	BudgetForNotice = "notice"
	// BudgetForResult is given to the result of the procedure, before a contract binds the buyer.
	BudgetForResult = "result"
)

// A BudgetApproval says which organ of a buyer has approved how much money, when, and until when that holds.
type BudgetApproval struct {
	Stage      string `json:"stage" enum:"notice,result" doc:"Before the notice; or of the result, before a contract"`
	Tender     ID     `json:"tender,omitempty" doc:"Of a result: the tender to which a lot was awarded"`
	Organ      string `json:"organ" minLength:"1" maxLength:"400" doc:"Who decided; no person" example:"City council"`
	ApprovedOn string `json:"approved_on" format:"date"`
	Amount     Money  `json:"amount" doc:"What the buyer expects to pay, without VAT"`
	Ceiling    *Money `json:"ceiling,omitempty" doc:"The most that it may commit to; absent: the amount"`
	ValidUntil string `json:"valid_until,omitempty" format:"date" doc:"The last day; absent: until it is withdrawn"`
	Reference  string `json:"reference,omitempty" maxLength:"400" doc:"Number of the decision" example:"2026/117"`
	Document   string `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the decision"`
}

// Check refuses an approval that does not say who decided, when and how much, one that ends before it begins, and one
// without proof.
func (b BudgetApproval) Check() error {
	faults := append(checkOneOf("/stage", b.Stage, BudgetForNotice, BudgetForResult), b.checkTender()...)
	faults = append(faults, compact(
		checkWord("/organ", b.Organ, 400), checkDate("/approved_on", b.ApprovedOn), b.Amount.Check("/amount"))...)
	if len(faults) == 0 && b.Amount.hundredths().Sign() == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/amount/amount", "no money is approved").
			Accepting("an amount above zero"))
	}
	if len(faults) == 0 && b.Ceiling != nil {
		faults = append(faults, b.checkCeiling()...)
	}
	if b.ValidUntil != "" {
		faults = append(faults, compact(checkDate("/valid_until", b.ValidUntil))...)
		if b.ValidUntil < b.ApprovedOn {
			faults = append(faults, Refuse(CodeInvalidValue, "/valid_until", "it was approved on %s", b.ApprovedOn).
				Accepting("that date or a later one"))
		}
	}
	switch {
	case b.Document != "":
		faults = append(faults, checkDigest("/document", b.Document)...)
	case strings.TrimSpace(b.Reference) == "":
		faults = append(faults, Refuse(CodeInvalidValue, "/reference", "nothing proves the approval").
			Accepting("the number of the decision, or the digest of its document"))
	}
	return Refusals(faults)
}

func (b BudgetApproval) checkTender() []*Refusal {
	if b.Stage == BudgetForResult {
		return checkID("/tender", b.Tender, PrefixTender)
	}
	if b.Tender != "" {
		return []*Refusal{Refuse(CodeInvalidValue, "/tender", "before the notice there is no tender").
			Accepting("no tender, or the stage result")}
	}
	return nil
}

func (b BudgetApproval) checkCeiling() []*Refusal {
	if fault := b.Ceiling.Check("/ceiling"); fault != nil {
		return []*Refusal{fault}
	}
	if AddsUpTo(*b.Ceiling, b.Amount) {
		return nil
	}
	return []*Refusal{Refuse(CodeInvalidValue, "/ceiling", "the ceiling is below the amount, or in another currency").
		Accepting("at least %s %s", b.Amount.Amount, b.Amount.Currency)}
}

// Subject is the stage, and of a result the tender: after another award the money is approved anew.
func (b BudgetApproval) Subject() string {
	if b.Tender == "" {
		return b.Stage
	}
	return b.Stage + "/" + string(b.Tender)
}

// Documents names the decision, if it is there.
func (b BudgetApproval) Documents() []string { return given(b.Document) }

// CheckAgainst refuses an approval that is still to come, and that of a result before there is one.
func (b BudgetApproval) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	if err := d.past(e, "/approved_on", b.ApprovedOn); err != nil {
		return err
	}
	if b.Stage != BudgetForResult {
		return nil
	}
	tender, _ := d.Tendering.Tender(b.Tender)
	award, decided := d.Tendering.AwardOf(tender.LotID)
	if !decided || !award.Awarded() || !award.Won(b.Tender) {
		return Refuse(CodeNotAwarded, "/tender", "no lot was awarded to this tender").
			Accepting("an approval after the board has awarded the lot to the tender")
	}
	return nil
}

// Most is what the buyer may commit to.
func (b BudgetApproval) Most() Money {
	if b.Ceiling != nil {
		return *b.Ceiling
	}
	return b.Amount
}

// holds tells whether the approval was given by a day and holds on it.
func (b BudgetApproval) holds(day string) bool {
	return b.ApprovedOn <= day && (b.ValidUntil == "" || b.ValidUntil >= day)
}

// budgetOf finds the approval of a buyer for a stage, and of a result for a tender.
func (d Dossier) budgetOf(buyer ID, stage string, tender ID) (BudgetApproval, Entry, bool) {
	subject := BudgetApproval{Stage: stage, Tender: tender}.Subject()
	e, ok := find(d.Of(EntryBudgetApproval),
		func(e Entry) bool { return e.OrganisationID == buyer && e.Subject == subject })
	if !ok {
		return BudgetApproval{}, e, false
	}
	b, ok := BodyOf[BudgetApproval](e)
	return b, e, ok
}

// NoticeBudgets lists the approvals that would hold if the notice was dispatched now, and says of each other buyer what
// is missing: it has none, or one that has expired or does not cover its estimate.
func (d Dossier) NoticeBudgets() (approved []Entry, lacking []string) {
	for _, m := range d.Buyers() {
		b, e, ok := d.budgetOf(m.OrganisationID, BudgetForNotice, "")
		name := d.NameOf(m.OrganisationID)
		switch estimate, estimated := d.estimateOf(m.OrganisationID); {
		case !ok:
			lacking = append(lacking, name+" has not approved its budget")
		case !b.holds(d.Today()):
			lacking = append(lacking, name+" approved its budget until "+b.ValidUntil)
		case estimated && !AddsUpTo(b.Amount, estimate.Value):
			lacking = append(lacking, name+" approved "+b.Amount.said()+", and its estimate is "+estimate.Value.said())
		default:
			approved = append(approved, e)
		}
	}
	return approved, lacking
}

func (d Dossier) estimateOf(buyer ID) (Estimate, bool) {
	e, ok := find(d.Of(EntryEstimate), func(e Entry) bool { return e.OrganisationID == buyer })
	if !ok {
		return Estimate{}, false
	}
	return BodyOf[Estimate](e)
}

func (m Money) said() string { return m.Amount + " " + m.Currency }

// ApprovalsOf lists the approvals of a result by the buyers that a contract binds, and says what is missing: each of
// them must have approved by the day of the signature, and all together as much as they commit to. A framework
// agreement commits to nothing before it is called off, so no amounts are compared. The contract's entry is self.
func (d Dossier) ApprovalsOf(c Contract, self ID) (approved []Entry, lacking []string) {
	for _, buyer := range c.Buyers {
		b, e, ok := d.budgetOf(buyer, BudgetForResult, c.Tender)
		name := d.NameOf(buyer)
		switch {
		case !ok:
			lacking = append(lacking, name+" has not approved the result")
		case !b.holds(c.SignedOn):
			lacking = append(lacking, name+" had no approval of the result in force on "+c.SignedOn)
		case b.Amount.Currency != c.Value.Currency:
			lacking = append(lacking, name+" approved the result in "+b.Amount.Currency+", and the contract is in "+
				c.Value.Currency)
		default:
			approved = append(approved, e)
		}
	}
	if _, _, framework := d.FrameworkOf(c.Lot); framework || len(lacking) > 0 {
		return approved, lacking
	}
	return approved, d.overcommitted(c, self)
}

// overcommitted says which buyers would commit to more than they approved if a contract was signed: those of this
// contract, and those of each other contract on the tender that binds them and others.
func (d Dossier) overcommitted(c Contract, self ID) []string {
	all := []Contract{c}
	for _, e := range d.Of(EntryContract) {
		if other, ok := BodyOf[Contract](e); ok && e.ID != self && other.Tender == c.Tender {
			all = append(all, other)
		}
	}
	var lacking []string
	for _, x := range all {
		most, committed := d.approvedBy(x), committedBy(x.Buyers, all)
		if within(c.Buyers, x.Buyers) && !AddsUpTo(most, committed...) {
			lacking = append(lacking, fmt.Sprintf("%s approved %s for the result, and would commit to %s",
				d.namesOf(x.Buyers), most.said(), sumOf(committed, c.Value.Currency).said()))
		}
	}
	return lacking
}

// approvedBy is what the buyers of a contract may commit to together.
func (d Dossier) approvedBy(c Contract) Money {
	var most []Money
	for _, buyer := range c.Buyers {
		if b, _, ok := d.budgetOf(buyer, BudgetForResult, c.Tender); ok && b.Amount.Currency == c.Value.Currency {
			most = append(most, b.Most())
		}
	}
	return sumOf(most, c.Value.Currency)
}

// committedBy are the values of the contracts that bind none but these buyers.
func committedBy(buyers []ID, contracts []Contract) []Money {
	var values []Money
	for _, c := range contracts {
		if within(c.Buyers, buyers) {
			values = append(values, c.Value)
		}
	}
	return values
}

func within(some, all []ID) bool {
	return !slices.ContainsFunc(some, func(id ID) bool { return !slices.Contains(all, id) })
}

func (d Dossier) namesOf(organisations []ID) string {
	names := make([]string, len(organisations))
	for i, id := range organisations {
		names[i] = d.NameOf(id)
	}
	return strings.Join(names, ", ")
}

// resultApproved refuses a contract for which the buyers that it binds have not approved the money.
func (c Contract) resultApproved(d Dossier, self ID) error {
	if d.Procurement.Edition < EditionNeeds {
		return nil
	}
	if _, lacking := d.ApprovalsOf(c, self); len(lacking) > 0 {
		return Refuse(CodeBudgetNotApproved, "/buyers", "%s", strings.Join(lacking, "; ")).
			Accepting("a contract once each buyer that it binds has recorded its budget approval of the stage %s",
				BudgetForResult)
	}
	return nil
}
