package gate

import (
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

const (
	remediesSource = "Directive 89/665/EEC, Articles 2(3) and 2a(2)"
	reportSource   = "Directive 2014/24/EU, Article 84"
)

var tenderSubject = []models.EntryKind{
	models.EntryContract, models.EntryPurchase, models.EntryCallOff, models.EntryNonPurchase,
	models.EntryIndividualReport, models.EntryPCPPhase,
}

// tender asks that every lot and every buyer came to an end: with contract and purchase, or with a reason; that nothing
// prevents the contracts; and that the public and the auditors were informed.
func tender(d models.Dossier) []models.Criterion {
	if d.IsPCP() {
		return researched(d)
	}
	criteria := []models.Criterion{lotsConcluded(d), standstillsOver(d), purchased(d), awardNoticeSent(d), reported(d)}
	if d.Procurement.Edition >= models.EditionNeeds {
		criteria = append(criteria, resultsApproved(d))
	}
	if partnered(d) {
		criteria = append(criteria, partnershipsEnded(d))
	}
	if invites(d) {
		criteria = append(criteria, candidatesInformed(d))
	}
	return criteria
}

// partnered tells whether any lot is an innovation partnership.
func partnered(d models.Dossier) bool {
	return slices.ContainsFunc(published(d), func(l models.Lot) bool {
		_, _, ok := d.PartnershipOf(l.ID)
		return ok
	})
}

// partnershipsEnded asks that each innovation partnership ended, by a purchase or without one.
func partnershipsEnded(d models.Dossier) models.Criterion {
	c := check{"partnerships_ended", "Directive 2014/24/EU, Article 31(2)"}
	for _, lot := range published(d) {
		if _, _, ok := d.PartnershipOf(lot.ID); !ok || lot.EndedAt != nil {
			continue
		}
		ended := d.Tendering.Ended(lot.ID)
		if len(ended) == 0 || ended[len(ended)-1].Outcome == models.PhaseContinues {
			return c.notMet("the partnership on lot %d has not ended, by a purchase or without one", lot.Number)
		}
	}
	return c.met(nil, "each innovation partnership has ended")
}

// invites tells whether candidates asked to participate in any lot.
func invites(d models.Dossier) bool {
	return slices.ContainsFunc(d.Tendering.Lots, func(l models.Lot) bool {
		_, ok := l.BoxFor(models.HandedRequest)
		return ok
	})
}

// candidatesInformed asks for a letter to every candidate, invited or not.
func candidatesInformed(d models.Dossier) models.Criterion {
	c := check{"candidates_told", "Directive 2014/24/EU, Article 55(1)"}
	var evidence []string
	for _, lot := range d.Tendering.Lots {
		for _, t := range d.Tendering.RequestsFor(lot.ID) {
			i := slices.IndexFunc(d.Tendering.Letters, func(l models.Letter) bool { return l.TenderID == t.ID })
			if i < 0 {
				return c.notMet("lot %d: %s was not informed of the decision on its request to participate", lot.Number,
					d.NameOf(t.OrganisationID))
			}
			evidence = append(evidence, d.Tendering.Letters[i].Digest)
		}
	}
	return c.met(evidence, "all %d candidates were informed", len(evidence))
}

// published returns the lots that were published, in this round or an earlier one.
func published(d models.Dossier) []models.Lot {
	return slices.DeleteFunc(slices.Clone(d.Tendering.Lots), func(l models.Lot) bool { return !l.Published() })
}

func lotsConcluded(d models.Dossier) models.Criterion {
	c := check{"lots_concluded", "Directive 2014/24/EU, Article 55(1)"}
	lots := published(d)
	if len(lots) == 0 {
		return c.notMet("no lot was published")
	}
	for _, lot := range d.Tendering.Lots {
		if !lot.Published() && lot.EndedAt == nil {
			return c.notMet("lot %d is neither published nor ended", lot.Number)
		}
	}
	var evidence []string
	for _, lot := range lots {
		contracts := contractsOf(d, lot.ID)
		if lot.EndedAt == nil && len(contracts) == 0 {
			return c.notMet("lot %d neither has a contract nor has ended with a reason", lot.Number)
		}
		evidence = append(evidence, contracts...)
	}
	return c.met(evidence, "each of %d lots has a contract or ended with a reason", len(lots))
}

func contractsOf(d models.Dossier, lot models.ID) []string {
	var found []string
	for _, e := range d.Of(models.EntryContract) {
		if contract, ok := models.BodyOf[models.Contract](e); ok && contract.Lot == lot {
			found = append(found, Reference(e))
		}
	}
	return found
}

func standstillsOver(d models.Dossier) models.Criterion {
	c := check{"standstill_over", remediesSource}
	for _, lot := range published(d) {
		if lot.EndedAt != nil {
			continue
		}
		if refusal, refused := models.RefusalOf(d.MayConclude(lot.ID)); refused {
			return c.notMet("lot %d: %s", lot.Number, refusal.Detail)
		}
	}
	return c.met(nil, "no standstill runs and no review is pending")
}

// purchased asks every buyer for a purchase under a contract, a call-off under a framework agreement, or for the reason
// why there is none.
func purchased(d models.Dossier) models.Criterion {
	c := check{"purchased", "COS-PPI-2020-2-04, mandatory activity VI"}
	var evidence, missing []string
	for _, m := range d.Buyers() {
		found := boughtBy(d, m.OrganisationID)
		if found == "" {
			missing = append(missing, d.NameOf(m.OrganisationID))
			continue
		}
		evidence = append(evidence, found)
	}
	if len(missing) > 0 {
		return c.notMet(
			"neither a purchase under a contract nor a reason: missing from %s", strings.Join(missing, "; "))
	}
	return c.met(evidence, "all %d buyers have purchased or given a reason", len(evidence))
}

func boughtBy(d models.Dossier, buyer models.ID) string {
	for _, e := range d.Of(models.EntryPurchase) {
		purchase, ok := models.BodyOf[models.Purchase](e)
		if ok && e.OrganisationID == buyer && binds(d, purchase.Contract, buyer) {
			return Reference(e)
		}
	}
	for _, e := range d.Of(models.EntryCallOff) {
		order, ok := models.BodyOf[models.CallOff](e)
		if ok && e.OrganisationID == buyer && binds(d, order.Contract, buyer) {
			return Reference(e)
		}
	}
	for _, e := range d.Of(models.EntryNonPurchase) {
		if e.OrganisationID == buyer {
			return Reference(e)
		}
	}
	return ""
}

func binds(d models.Dossier, contract, buyer models.ID) bool {
	return slices.ContainsFunc(d.Of(models.EntryContract), func(e models.Entry) bool {
		c, ok := models.BodyOf[models.Contract](e)
		return ok && e.ID == contract && slices.Contains(c.Buyers, buyer)
	})
}

// awardNoticeSent asks for an award notice after the last contract and the last end of a lot. The finding says if it
// was dispatched late, because that can no longer be corrected.
func awardNoticeSent(d models.Dossier) models.Criterion {
	c := check{"award_notice_sent", "Directive 2014/24/EU, Article 50(1)"}
	i := slices.IndexFunc(d.Tendering.Notices, func(n models.Notice) bool { return n.Kind == models.NoticeAward })
	if i < 0 {
		return c.notMet("no award notice was dispatched")
	}
	var last models.Notice
	for _, n := range d.Tendering.Notices {
		if n.Kind == models.NoticeAward {
			last = n
		}
	}
	evidence := []string{string(last.ID) + "@" + last.Digest}
	if uninformed := evaluation.Uninformed(d); len(uninformed) > 0 {
		return c.notMet("lot %d ended after the last award notice", uninformed[0].Number)
	}
	signed, late := "", ""
	for _, e := range d.Of(models.EntryContract) {
		contract, ok := models.BodyOf[models.Contract](e)
		if !ok {
			continue
		}
		if e.WrittenAt.After(last.DispatchedAt) {
			lot, _ := d.Tendering.Lot(contract.Lot)
			return c.notMet("a contract on lot %d was recorded after the last award notice", lot.Number)
		}
		signed = max(signed, contract.SignedOn)
	}
	if due, known := noticeDue(d, signed); known && dayOf(d, last.DispatchedAt).After(due) {
		late = ", after the last day for it, " + due.String()
	}
	return c.met(evidence, "the award notice was dispatched on %s%s", dayOf(d, last.DispatchedAt), late)
}

func dayOf(d models.Dossier, at time.Time) calendar.Date {
	f, known := timelimit.Governing(d)
	if !known {
		return calendar.DateOf(at, time.UTC)
	}
	return f.Day(at)
}

// noticeDue is the last day for the award notice, counted from the last contract; unknown without one, and
// where the holidays of the lead buyer's country are not known.
func noticeDue(d models.Dossier, signed string) (calendar.Date, bool) {
	var none calendar.Date
	day, err := calendar.ParseDate("/signed_on", signed)
	if err != nil {
		return none, false
	}
	f, known := timelimit.Governing(d)
	if !known {
		return none, false
	}
	counted, err := f.Count("award-notice", day)
	return counted.LastDay, err == nil
}

func reported(d models.Dossier) models.Criterion {
	c := check{"individual_report", reportSource}
	e, ok := d.Latest(models.EntryIndividualReport)
	if !ok {
		return c.notMet("there is no individual report")
	}
	report, ok := models.BodyOf[models.IndividualReport](e)
	record, err := evaluation.ComposeRecord(d)
	if !ok || err != nil || report.Record != record.Digest {
		return c.notMet("the individual report rests on an earlier state of the record")
	}
	return c.met([]string{Reference(e)}, "the individual report is complete and rests on the record as it is")
}
