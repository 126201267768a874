package models

import (
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models/zone"
)

// A Contract was signed with the tenderer to whom a lot was awarded, by one buyer or several.
type Contract struct {
	Lot      ID     `json:"lot"`
	Tender   ID     `json:"tender" doc:"The tender to which the lot was awarded"`
	Buyers   []ID   `json:"buyers" minItems:"1" maxItems:"200" doc:"The members of the consortium it binds"`
	SignedOn string `json:"signed_on" format:"date" doc:"By the calendar of the lead buyer's zone"`
	Value    Money  `json:"value" doc:"Without VAT; of a framework agreement the most that is called off"`
	EndsOn   string `json:"ends_on,omitempty" format:"date" doc:"The last day on which it is performed, if agreed"`
	Document string `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the signed document"`
}

// Check refuses malformed IDs, dates, amounts and digests.
func (c Contract) Check() error {
	faults := append(checkID("/lot", c.Lot, PrefixLot), checkID("/tender", c.Tender, PrefixTender)...)
	faults = append(faults, compact(checkDate("/signed_on", c.SignedOn), c.Value.Check("/value"))...)
	for _, id := range c.Buyers {
		faults = append(faults, checkID("/buyers", id, PrefixOrganisation)...)
	}
	if len(c.Buyers) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/buyers", "the contract binds no buyer").
			Accepting("at least one"))
	}
	if c.EndsOn != "" {
		faults = append(faults, compact(checkDate("/ends_on", c.EndsOn))...)
		if c.EndsOn < c.SignedOn {
			faults = append(faults, Refuse(CodeInvalidValue, "/ends_on", "it was signed on %s", c.SignedOn).
				Accepting("that date or a later one"))
		}
	}
	if c.Document != "" {
		faults = append(faults, checkDigest("/document", c.Document)...)
	}
	return Refusals(faults)
}

// Subject is the lot: a contract that was recorded for the wrong lot needs a new entry.
func (c Contract) Subject() string { return string(c.Lot) }

// CheckAgainst refuses a contract with anyone but the winner, one that binds an organisation that is not a member, one
// before the standstill is over and reviews are decided (Directive 89/665/EEC, Articles 2(3) and 2a(2)), and one for
// which a buyer that it binds has not approved the money.
func (c Contract) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return Refuse(CodeEntryFinal, "", "a contract that was signed stays on record").
			Accepting("the next version, if it was recorded wrongly")
	}
	if err := d.MayConclude(c.Lot); err != nil {
		return err
	}
	if err := c.fits(d); err != nil {
		return err
	}
	if err := c.fitsFramework(d); err != nil {
		return err
	}
	for _, buyer := range c.Buyers {
		if !d.IsBuyer(buyer) {
			return Refuse(CodeNotAMember, "/buyers", "%s is no buyer of the consortium", d.NameOf(buyer)).
				Accepting("members of the consortium that buy")
		}
	}
	return c.resultApproved(d, e.ID)
}

func (c Contract) fits(d Dossier) error {
	award := d.Tendering.Awards[c.Lot]
	if !award.Won(c.Tender) {
		return Refuse(CodeInvalidValue, "/tender", "the lot was awarded to %s", d.winners(award)).
			Accepting("one of %v", award.Winners())
	}
	if criteria, _, ok := d.CriteriaFor(c.Lot); ok && c.Value.Currency != criteria.Currency {
		return Refuse(CodeInvalidValue, "/value/currency", "prices are in %s", criteria.Currency).
			Accepting("%s", criteria.Currency)
	}
	there, known := zone.Load(d.Procurement.Zone)
	if !known {
		return Refuse(CodeInvalidValue, "/signed_on", "the zone %q of the procurement is not known", d.Procurement.Zone)
	}
	earliest, today := award.StandstillUntil.In(there).Format(time.DateOnly), d.Now.In(there).Format(time.DateOnly)
	if c.SignedOn < earliest || c.SignedOn > today {
		return Refuse(CodeStandstill, "/signed_on",
			"%s is before the end of the standstill or after today", c.SignedOn).
			Accepting("a date from %s to %s", earliest, today)
	}
	return c.afterReviews(d)
}

// afterReviews refuses a contract that was signed before a review body had decided: until then the conclusion was
// suspended (Directive 89/665/EEC, Article 2(3)).
func (c Contract) afterReviews(d Dossier) error {
	for _, e := range d.Of(EntryReview) {
		if r, ok := BodyOf[Review](e); ok && r.Lot == c.Lot && c.SignedOn < r.Decided {
			return Refuse(CodeReviewPending, "/signed_on", "%s decided on the review only on %s", r.Body, r.Decided).
				Accepting("that date or a later one")
		}
	}
	return nil
}

// winners names those to whom a lot was awarded.
func (d Dossier) winners(award LotAward) string {
	var names []string
	for _, tender := range award.Winners() {
		names = append(names, d.TendererOf(tender))
	}
	return strings.Join(names, ", ")
}

// MayConclude refuses a contract on a lot that is not awarded or has ended, during its standstill, while a review is
// pending, and after one was upheld (Directive 89/665/EEC, Articles 2(3) and 2a(2)).
func (d Dossier) MayConclude(lot ID) error {
	award, ok := d.Tendering.AwardOf(lot)
	l, _ := d.Tendering.Lot(lot)
	switch {
	case !ok || !award.Awarded():
		return Refuse(CodeNotAwarded, "/lot", "the award of the lot is not decided").
			Accepting("a contract after award, letters and standstill")
	case l.EndedAt != nil:
		return l.RefuseEnded("/lot")
	case award.LettersAt == nil:
		return Refuse(CodeStandstill, "/lot", "the tenderers have not been informed of the decision").
			Accepting("a contract after the letters and the standstill")
	case !award.StandstillOver(d.Now):
		return Refuse(CodeStandstill, "/lot",
			"the standstill lasts until %s", Instant(*award.StandstillUntil)).
			Accepting("a contract after that: %s", award.Standstill)
	}
	for _, e := range d.Of(EntryReview) {
		r, ok := BodyOf[Review](e)
		switch {
		case !ok || r.Lot != lot:
		case r.Outcome == "":
			return Refuse(CodeReviewPending, "/lot",
				"%s has not decided on the review lodged on %s", r.Body, r.LodgedOn).
				Accepting("a contract after its decision")
		case r.Outcome == ReviewUpheld && !d.Tendering.Resolved(e.ID):
			return Refuse(CodeReviewPending, "/lot", "%s has upheld the review lodged on %s", r.Body, r.LodgedOn).
				Accepting("setting the award aside, or ending the lot with the reason code rev-body")
		}
	}
	return nil
}

// A Purchase is what one buyer bought under a contract.
type Purchase struct {
	Contract  ID     `json:"contract" doc:"The entry of the contract"`
	OrderedOn string `json:"ordered_on" format:"date"`
	Value     Money  `json:"value" doc:"Without VAT"`
}

// Check refuses a malformed ID, date or amount.
func (p Purchase) Check() error {
	return Refusals(append(checkID("/contract", p.Contract, PrefixEntry),
		compact(checkDate("/ordered_on", p.OrderedOn), p.Value.Check("/value"))...))
}

// CheckAgainst refuses a purchase under a contract that does not bind the buyer, or before it was signed.
func (p Purchase) CheckAgainst(d Dossier, e Entry) error {
	for _, entry := range d.Of(EntryContract) {
		c, ok := BodyOf[Contract](entry)
		switch {
		case entry.ID != p.Contract || !ok:
		case !slices.Contains(c.Buyers, e.OrganisationID):
			return Refuse(CodeInvalidValue, "/contract", "the contract does not bind your organisation").
				Accepting("a contract that binds %s", d.NameOf(e.OrganisationID))
		case p.OrderedOn < c.SignedOn:
			return Refuse(CodeInvalidValue, "/ordered_on", "the contract was signed on %s", c.SignedOn).
				Accepting("that date or a later one")
		case e.WithdrawnAt != nil:
			return nil
		default:
			return d.mayPurchase(c, p, e.ID)
		}
	}
	return Refuse(CodeInvalidValue, "/contract", "there is no such contract").
		Accepting("the ID of a contract's entry")
}

// A NonPurchase says why a buyer buys nothing in this procurement.
type NonPurchase struct {
	Code   NonAwardCode `json:"code"`
	Reason Text         `json:"reason"`
}

// Check refuses an unknown code and an empty reason.
func (n NonPurchase) Check() error {
	return Refusals(append(checkOneOf("/code", n.Code, NonAwardCodes()...),
		compact(CheckText("/reason", n.Reason, 8000))...))
}

// An IndividualReport is the report on the procedure (Directive 2014/24/EU, Article 84). What the record contains is
// generated; Record binds the report to that part. People add what only they know.
type IndividualReport struct {
	Record         string `json:"record" pattern:"^[0-9a-f]{64}$" doc:"Digest of the generated part, as read"`
	Subject        Text   `json:"subject" doc:"Subject matter of the procurement"`
	Procedure      Text   `json:"procedure" doc:"Why this procedure"`
	Conflicts      Text   `json:"conflicts" doc:"Conflicts of interest found, and what was done about them"`
	Subcontracting Text   `json:"subcontracting" doc:"What share the winners subcontract, as far as known"`
	Remarks        Text   `json:"remarks,omitempty"`
}

// Check refuses a report that leaves a required part out.
func (r IndividualReport) Check() error {
	faults := checkDigest("/record", r.Record)
	for field, text := range map[string]Text{
		"/subject": r.Subject, "/procedure": r.Procedure, "/conflicts": r.Conflicts,
		"/subcontracting": r.Subcontracting,
	} {
		faults = append(faults, compact(CheckText(field, text, 20_000))...)
	}
	slices.SortFunc(faults, func(a, b *Refusal) int { return strings.Compare(a.Field, b.Field) })
	return Refusals(faults)
}
