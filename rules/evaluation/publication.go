package evaluation

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/procedure"
	"github.com/ppi-engine/ppi/rules/route"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// Unready lists what lots that are to be published still lack: openers, award criteria in every language, and a
// lawful deadline.
func Unready(d models.Dossier, lots []models.Lot) []*models.Refusal {
	faults := openerFaults(d)
	way, err := procedure.Of(d)
	if refusal, refused := models.RefusalOf(err); refused {
		return append(faults, refusal)
	}
	faults = append(faults, models.Faults(route.Fits(d, way.Code))...)
	faults = append(faults, lotLimitFaults(d, lots)...)
	for _, lot := range lots {
		faults = append(faults, criteriaFaults(d, lot)...)
		faults = append(faults, ratioFaults(d, way, lot)...)
		faults = append(faults, knockOutFaults(d, lot)...)
		faults = append(faults, selectionFaults(d, way, lot, fmt.Sprintf("/lots/%d/selection_criteria", lot.Number))...)
		faults = append(faults, conductFaults(d, way, lot, fmt.Sprintf("/lots/%d/conduct", lot.Number))...)
		faults = append(faults, partnershipFaults(d, way, lot, fmt.Sprintf("/lots/%d/partnership_plan", lot.Number))...)
		faults = append(faults, frameworkFaults(d, way, lot)...)
		if lot.DeadlineLocal == "" {
			continue // said already, with what else is missing of the lot
		}
		field := fmt.Sprintf("/lots/%d/deadline", lot.Number)
		if err := timelimit.CheckDeadline(d, lot, way.First(), field,
			models.LocalTime{Local: lot.DeadlineLocal, Zone: lot.DeadlineZone}); err != nil {
			faults = append(faults, unlawful(lot, err))
		}
	}
	return faults
}

// openerFaults refuses to publish without openers, with one who cannot open any more, and before each has released a
// test envelope.
func openerFaults(d models.Dossier) []*models.Refusal {
	const at = "/opener_set"
	set, ok := d.Openers()
	if !ok {
		return []*models.Refusal{models.Refuse(models.CodeOpenersMissing, at,
			"the openers, for whom tenders are sealed, are missing").Accepting("a set of openers")}
	}
	// Whose set a box has keeps its key for it, whatever it announced since: nobody holds up other lots by a new key.
	mayOpen := d.MayOpen
	if slices.ContainsFunc(d.Tendering.Lots, func(l models.Lot) bool {
		return l.Running() && l.Box().SealedForAny(set.Fingerprint)
	}) {
		mayOpen = d.IsOpener
	}
	var faults []*models.Refusal
	for _, o := range set.Openers {
		if refusal := mayOpen(o); refusal != nil {
			faults = append(faults, refusal)
		}
		if _, lost := d.LossOf(set.Fingerprint, o.Person); lost {
			faults = append(faults, models.Refuse(models.CodeOpenersRefused, at,
				"%s cannot release any more, as its buyer says", d.PersonOf(o.Person)).
				Accepting("openers of whom nobody is lost, or this after %s is withdrawn", models.EntryOpenerLoss))
		}
	}
	if untested := d.Untested(set); len(faults) == 0 && len(untested) > 0 {
		faults = append(faults, models.Refuse(models.CodeOpenersUntested, at,
			"these openers have not released a test envelope for %s: %s", set.Fingerprint, namesOf(d, untested)).
			Accepting("this once each of them has: GET …/opener-tests lists the tests"))
	}
	return faults
}

// unlawful returns why a deadline was refused. A lot is not published either if its deadline cannot be judged.
func unlawful(lot models.Lot, err error) *models.Refusal {
	if refusal, ok := models.RefusalOf(err); ok {
		return refusal
	}
	return models.Refuse(models.CodeRuleUnknown, fmt.Sprintf("/lots/%d/deadline", lot.Number),
		"the engine cannot judge whether the deadline of lot %d is lawful: %v", lot.Number, err)
}

// knockOutFaults refuses a knock-out that leaves fewer than shall remain after a reduction.
func knockOutFaults(d models.Dossier, lot models.Lot) []*models.Refusal {
	criteria, _, _ := d.CriteriaFor(lot.ID)
	conduct, _, _ := d.ConductOf(lot.ID)
	if criteria.Best == 0 || criteria.Best >= conduct.Remain {
		return nil
	}
	return []*models.Refusal{models.Refuse(models.CodeInvalidCriteria,
		fmt.Sprintf("/lots/%d/award_criteria/best", lot.Number),
		"only the prices of the best %d are opened, and at least %d remain in the negotiation of lot %d",
		criteria.Best, conduct.Remain, lot.Number).
		Accepting("%d or more", conduct.Remain)}
}

// ratioFaults refuses criteria that look at the price alone, where the award is on the best price-quality ratio alone.
func ratioFaults(d models.Dossier, way models.Procedure, lot models.Lot) []*models.Refusal {
	criteria, _, ok := d.CriteriaFor(lot.ID)
	if !ok || !way.BestRatio || len(criteria.Criteria) > 0 {
		return nil
	}
	return []*models.Refusal{models.Refuse(models.CodeInvalidCriteria,
		fmt.Sprintf("/lots/%d/award_criteria/criteria", lot.Number),
		"the criteria of lot %d look at the price alone, and the %s is awarded on the best price-quality ratio (%s)",
		lot.Number, way.Name, way.Source).
		Accepting("at least one criterion of quality")}
}

func criteriaFaults(d models.Dossier, lot models.Lot) []*models.Refusal {
	at := fmt.Sprintf("/lots/%d/award_criteria", lot.Number)
	criteria, _, ok := d.CriteriaFor(lot.ID)
	if !ok {
		return []*models.Refusal{models.Refuse(models.CodeCriteriaMissing, at,
			"lot %d has no award criteria", lot.Number).
			Accepting("criteria, weights, method, rounding and tie-break")}
	}
	var faults []*models.Refusal
	if award.Divides(criteria.Method) && criteria.ZeroPrice == "" {
		faults = append(faults, models.Refuse(models.CodeInvalidCriteria, at+"/zero_price",
			"%s divides by prices, and the criteria of lot %d do not say what a price of 0 gets", criteria.Method,
			lot.Number).
			Accepting("the criteria, written again with zero_price: a price of 0 excludes nobody by itself"))
	}
	return append(faults, models.RefuseUntranslated(at, criteria.Wording(), d.Procurement.Languages)...)
}

// A ContractNotice is what is published: all that decides on tenders, frozen from then on.
type ContractNotice struct {
	Procurement models.ID            `json:"procurement"`
	Mode        models.Mode          `json:"mode"`
	Title       models.Text          `json:"title"`
	Description models.Text          `json:"description,omitempty"`
	Procedure   models.ProcedureCode `json:"procedure"`
	// ApplicableLaw is the law that the buyers have agreed on (Directive 2014/24/EU, Article 39(4); eForms BT-09), or
	// else that of the lead buyer; TimeLimits is what shortens or lengthens time limits, with the reasons.
	ApplicableLaw string            `json:"applicable_law"`
	TimeLimits    models.TimeLimits `json:"time_limits"`
	Buyers        []NoticeBuyer     `json:"buyers"`
	Lots          []NoticeLot       `json:"lots"`
	// Conformance announces tests before the award, if there are any.
	Conformance *models.ConformancePlan `json:"conformance_plan,omitempty"`
	// Follows are the pre-commercial procurements whose results everybody is told (Article 41).
	Follows []models.PrecedingPCP `json:"follows,omitempty"`
	// Review is the body responsible for review (Annex V, Part C, point 25); absent: none was named.
	Review *models.ReviewBody `json:"review_body,omitempty"`
	// LotLimits say for how many lots one tenderer may tender, and how many it is awarded at most (Article 46(2)).
	LotLimits *models.LotLimits `json:"lot_limits,omitempty"`
	// Openers are for whom tenders are sealed. Notices of releases before 0.2 have an opening key instead.
	Openers       models.PublishedOpeners `json:"openers"`
	Specification []models.Reference      `json:"specification"`
	// Pack is where everybody reads the tender pack, Documents what it holds (Directive 2014/24/EU, Article 53(1)).
	// Notices of earlier releases name neither.
	Pack         string                `json:"pack,omitempty"`
	Documents    []models.PackDocument `json:"documents,omitempty"`
	DispatchedAt time.Time             `json:"dispatched_at"`
}

// Name lists the documents of the tender pack in the notice, below the address of the API.
func (n *ContractNotice) Name(documents []models.Document, address string) {
	n.Pack = models.PackAt(address, n.Procurement)
	n.Documents = nil
	for _, d := range documents {
		n.Documents = append(n.Documents, d.InPack(address))
	}
}

// A NoticeBuyer is a contracting authority.
type NoticeBuyer struct {
	Organisation models.ID `json:"organisation"`
	Name         string    `json:"name"`
	Country      string    `json:"country"`
	Lead         bool      `json:"lead"`
	// Address is absent where it is not known, and in notices of earlier releases.
	Address *models.Address `json:"address,omitempty"`
}

// A NoticeLot is what is published of a lot.
type NoticeLot struct {
	Lot            models.ID            `json:"lot"`
	Number         int                  `json:"number"`
	Title          models.Text          `json:"title"`
	Description    models.Text          `json:"description,omitempty"`
	Deadline       time.Time            `json:"deadline"`
	DeadlineLocal  string               `json:"deadline_local"`
	DeadlineZone   string               `json:"deadline_zone"`
	Criteria       models.AwardCriteria `json:"award_criteria"`
	CriteriaDigest string               `json:"award_criteria_digest"`
	// Selection says who is invited, in a procedure by invitation.
	Selection       *models.SelectionCriteria `json:"selection_criteria,omitempty"`
	SelectionDigest string                    `json:"selection_criteria_digest,omitempty"`
	// Conduct says how negotiations or the dialogue are conducted.
	Conduct       *models.Conduct `json:"conduct,omitempty"`
	ConductDigest string          `json:"conduct_digest,omitempty"`
	// Partnership says in which phases an innovation partnership goes.
	Partnership       *models.PartnershipPlan `json:"partnership_plan,omitempty"`
	PartnershipDigest string                  `json:"partnership_plan_digest,omitempty"`
	// Framework says that the lot is awarded as a framework agreement.
	Framework       *models.FrameworkTerms `json:"framework_terms,omitempty"`
	FrameworkDigest string                 `json:"framework_terms_digest,omitempty"`
}

// ComposeContractNotice writes the notice of lots that are published, each with its first box.
func ComposeContractNotice(d models.Dossier, lots []models.Lot) ContractNotice {
	p := d.Procurement
	way, _ := procedure.Of(d) // judged before
	n := ContractNotice{
		Procurement: p.ID, Mode: p.Mode, Title: p.Title, Description: p.Description, Procedure: way.Code,
		Buyers: buyers(d), Specification: models.References(d.Entries, models.PhaseSpecification),
		DispatchedAt: d.Now.UTC(), TimeLimits: d.TimeLimits(), Review: d.ReviewBody(),
	}
	if plan, ok := d.ConformancePlan(); ok {
		n.Conformance = &plan
	}
	if limits, ok := d.LotLimits(); ok {
		n.LotLimits = &limits
	}
	for _, e := range d.Of(models.EntryPrecedingPCP) {
		if p, ok := models.BodyOf[models.PrecedingPCP](e); ok {
			n.Follows = append(n.Follows, p)
		}
	}
	if f, known := timelimit.Governing(d); known {
		n.ApplicableLaw = f.Law
	}
	n.Openers = d.PublishedOpeners()
	for _, lot := range lots {
		criteria, entry, _ := d.CriteriaFor(lot.ID)
		published := NoticeLot{
			Lot: lot.ID, Number: lot.Number, Title: lot.Title, Description: lot.Description, Deadline: lot.Box().
				Deadline.UTC(),
			DeadlineLocal: lot.Box().DeadlineLocal, DeadlineZone: lot.Box().
					DeadlineZone, Criteria: criteria.Published(), CriteriaDigest: entry.Digest,
		}
		if selection, entry, ok := d.SelectionFor(lot.ID); ok && way.Asks(models.NoticeSelection) {
			published.Selection, published.SelectionDigest = &selection, entry.Digest
		}
		if conduct, entry, ok := d.ConductOf(lot.ID); ok && way.Asks(models.NoticeConduct) {
			published.Conduct, published.ConductDigest = &conduct, entry.Digest
		}
		if plan, entry, ok := d.PartnershipOf(lot.ID); ok && way.Asks(models.NoticePartnership) {
			published.Partnership, published.PartnershipDigest = &plan, entry.Digest
		}
		if terms, entry, ok := d.FrameworkOf(lot.ID); ok {
			published.Framework, published.FrameworkDigest = &terms, entry.Digest
		}
		n.Lots = append(n.Lots, published)
	}
	return n
}

func buyers(d models.Dossier) []NoticeBuyer {
	var all []NoticeBuyer
	for _, m := range d.Buyers() {
		o := d.Organisations[m.OrganisationID]
		all = append(all, NoticeBuyer{
			Organisation: o.ID, Name: o.LegalName, Country: o.Country, Lead: m.Lead, Address: o.Address,
		})
	}
	return all
}

// A ChangeNotice informs the public of a deadline that was moved, so that everyone learns of it where they learned of
// the lot (Directive 2014/24/EU, Articles 18(1) and 47(3)).
type ChangeNotice struct {
	Procurement models.ID   `json:"procurement"`
	Mode        models.Mode `json:"mode"`
	Title       models.Text `json:"title"`
	Lot         models.ID   `json:"lot"`
	Number      int         `json:"number"`
	// Box and Stage say which deadline of the lot it is.
	Box   models.ID        `json:"box"`
	Stage models.StageCode `json:"stage"`
	// Changes is the notice that published the lot, by its digest.
	Changes       string    `json:"changes,omitempty" doc:"Digest of the contract notice"`
	From          time.Time `json:"from"`
	Deadline      time.Time `json:"deadline"`
	DeadlineLocal string    `json:"deadline_local"`
	DeadlineZone  string    `json:"deadline_zone"`
	Reason        string    `json:"reason"`
	// Outage is why, if suppliers could not reach the platform.
	Outage *models.Outage `json:"outage,omitempty"`
	// AsksTenderers asks whoever has handed something in, without knowing whether anybody has, to confirm, replace or
	// withdraw it before the deadline. Notices of earlier releases do not.
	AsksTenderers bool      `json:"asks_tenderers_to_confirm,omitempty"`
	DispatchedAt  time.Time `json:"dispatched_at"`
}

// MovedSince tells whether, after an instant, the public was informed that the deadline of a lot was moved by decision:
// what an outage gives back, or the law adds for answers that are late, leaves no time for a change of documents.
func MovedSince(t models.Tendering, lot models.ID, since time.Time) bool {
	return slices.ContainsFunc(t.Notices, func(n models.Notice) bool {
		var change ChangeNotice
		return n.Kind == models.NoticeChange && n.DispatchedAt.After(since) &&
			json.Unmarshal(n.Content, &change) == nil && change.Lot == lot && change.Outage == nil && n.PersonID != ""
	})
}

// Outages lists the outages for which deadlines were moved.
func Outages(t models.Tendering) []models.Outage {
	var all []models.Outage
	for _, n := range t.Notices {
		var change ChangeNotice
		if n.Kind == models.NoticeChange && json.Unmarshal(n.Content, &change) == nil && change.Outage != nil {
			all = append(all, *change.Outage)
		}
	}
	return all
}

// A DocumentNotice informs the public that a document of the tender pack was changed or added, with what it was and
// what it is (Directive 2014/24/EU, Articles 18(1) and 47(3)(b)).
type DocumentNotice struct {
	Procurement models.ID   `json:"procurement"`
	Mode        models.Mode `json:"mode"`
	Title       models.Text `json:"title"`
	// Before is absent for a document that is new to tenderers.
	Before *models.PackDocument `json:"document_before,omitempty"`
	After  models.PackDocument  `json:"document_after"`
	// Reason is absent in notices of earlier releases.
	Reason string `json:"reason,omitempty"`
	// Significant tells that tenderers were given more time for it.
	Significant bool `json:"significant"`
	// AsksTenderers is as in a [ChangeNotice].
	AsksTenderers bool      `json:"asks_tenderers_to_confirm,omitempty"`
	DispatchedAt  time.Time `json:"dispatched_at"`
}

// ComposeChangeNotice writes the notice that the deadline of a lot was moved from the given instant to the present one.
func ComposeChangeNotice(d models.Dossier, lot models.Lot, from time.Time, reason string) ChangeNotice {
	box := lot.Box()
	n := ChangeNotice{
		Procurement: d.Procurement.ID, Mode: d.Procurement.Mode, Title: d.Procurement.Title, Lot: lot.ID,
		Number: lot.Number, Box: box.ID, Stage: box.Stage, From: from.UTC(), Deadline: box.Deadline.UTC(),
		DeadlineLocal: box.DeadlineLocal, DeadlineZone: box.DeadlineZone, Reason: reason, AsksTenderers: true,
		DispatchedAt: d.Now.UTC(),
	}
	n.Changes = noticeOf(d, lot)
	return n
}

// noticeOf is the digest of the contract notice that published a lot.
func noticeOf(d models.Dossier, lot models.Lot) string {
	for _, notice := range slices.Backward(d.Tendering.Notices) {
		if notice.Kind == models.NoticeContract && notice.DispatchedAt.Equal(lot.Boxes[0].OpenedAt) {
			return notice.Digest
		}
	}
	return ""
}
