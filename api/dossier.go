package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/market"
)

// content is what an entry of the dossier says; it checks itself beyond what its schema can.
type content interface {
	Check() error
}

// subjected content is about one thing, such as a lot: of a single kind one entry stands for each. What an
// entry is about never changes.
type subjected interface {
	Subject() string
}

// contextual content is judged by the rest of the dossier as well, in the transaction that writes it; e is
// the entry as it will be, withdrawn ones too.
type contextual interface {
	CheckAgainst(d models.Dossier, e models.Entry) error
}

// drawn content takes a part of what it says from the rest of the dossier, in the transaction that writes it.
type drawn[T any] interface {
	Drawn(d models.Dossier) T
}

// documented content names documents of the procurement by digest.
type documented interface {
	Documents() []string
}

// An EntryView is one entry of the dossier in its latest version.
type EntryView[T any] struct {
	ID             models.ID        `json:"id"`
	ProcurementID  models.ID        `json:"procurement_id"`
	Kind           models.EntryKind `json:"kind"`
	Phase          models.Phase     `json:"phase"`
	Round          int              `json:"round" doc:"Round of the phase in which this version was written"`
	OrganisationID models.ID        `json:"organisation_id,omitempty" doc:"The buyer it speaks for; absent: the consortium"`
	Version        int64            `json:"version"`
	AuthorID       models.ID        `json:"author_id" doc:"Who wrote this version"`
	Digest         string           `json:"digest" doc:"SHA-256 of the content's canonical form (RFC 8785)"`
	WrittenAt      time.Time        `json:"written_at" doc:"Procedure time"`
	WithdrawnAt    *time.Time       `json:"withdrawn_at,omitempty" doc:"Procedure time; a withdrawn entry counts no longer and is kept"`
	Content        T                `json:"content"`
}

func (v EntryView[T]) self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/" + entryPath(v.Kind) + "/" + string(v.ID)
}

func (v EntryView[T]) version() int64 { return v.Version }

// EntryInput writes an entry.
type EntryInput[T any] struct {
	ProcurementPath
	Body T
}

// EntryPath names an entry.
type EntryPath struct {
	ProcurementPath
	Entry string `path:"entry" doc:"The entry's ID"`
}

// EntryChange writes the next version of an entry.
type EntryChange[T any] struct {
	EntryPath
	Body T
}

// EntriesInput lists entries of a kind.
type EntriesInput struct {
	ProcurementPath
	Paging
}

// A dossierRow makes the rows of one kind of entry.
type dossierRow struct {
	kind models.EntryKind
	path string
	rows func(s *server, kind models.EntryKind, path string) []operation
}

// dossierRows is the table of all kinds of content in the dossier.
func dossierRows() []dossierRow {
	return []dossierRow{
		{models.EntryNeedsStatement, "needs-statements", entries[models.NeedsStatement]("a buyer's need")},
		{models.EntryCommonNeed, "common-need", entries[models.CommonNeed]("the common need")},
		{models.EntryNeedConfirmation, "need-confirmations", entries[models.Confirmation]("a buyer's confirmation of the common need")},
		{models.EntryStateOfTheArt, "state-of-the-art", entries[models.StateOfTheArt]("the report on the state of the art")},
		{models.EntryEstimate, "estimates", entries[models.Estimate]("a buyer's estimate of value and quantity")},

		{models.EntryAgreement, "agreement", entries[models.Agreement]("the collaboration agreement")},
		{models.EntrySignature, "agreement-signatures", entries[models.Signature]("a buyer's signature under the collaboration agreement")},
		{models.EntryRolePlan, "role-plan", entries[models.RolePlan]("how many people each role needs")},
		{models.EntryActivity, "activities", entries[models.Activity]("a training, visit or exchange that took place")},
		{models.EntryInterestDeclaration, "interest-declarations", entries[models.InterestDeclaration]("one's own declaration of interests")},
		{models.EntryMembership, "memberships", entries[models.Membership]("a member's membership of a body that a call asks for")},
		{models.EntryGrantAction, "grant-action", entries[models.GrantAction]("the action that a call co-finances")},

		{models.EntryRequirement, "requirements", importable[models.Requirement]("a requirement")},
		{models.EntryGlossary, "glossary", entries[models.Glossary]("the glossary")},
		{models.EntryClauses, "specification-clauses", entries[models.Clauses]("the clauses on intellectual property and confidentiality")},
		{models.EntryLotsDecision, "lots-decision", entries[models.LotsDecision]("whether the procurement is divided into lots")},
		{models.EntryBusinessCase, "business-case", entries[models.BusinessCase]("the business case")},
		{models.EntrySpecificationVersion, "specification-versions", entries[models.SpecificationVersion]("a frozen version of the specification")},
		{models.EntrySpecificationApproval, "specification-approvals", entries[models.Approval]("a buyer's approval of the frozen specification")},
		{models.EntryLegalCertification, "legal-certifications", entries[models.LegalCertification]("the legal certification of the frozen specification")},

		{models.EntryAnnouncement, "consultation-announcements", entries[market.Announcement]("the announcement of a market consultation")},
		{models.EntryQuestionnaire, "questionnaires", entries[market.Questionnaire]("what the market is asked")},
		{models.EntryConsultationEvent, "consultation-events", entries[models.ConsultationEvent]("a meeting with the market")},
		{models.EntryMarketContact, "market-contacts", entries[models.MarketContact]("a contact with an economic operator")},
		{models.EntryConsultationReport, "consultation-reports", entries[models.ConsultationReport]("a report on the market consultation")},
		{models.EntryRoute, "route", entries[models.Route]("the route that the procurement takes")},

		{models.EntryEngagementPlan, "engagement-plans", entries[models.EngagementPlan]("how often and where the market is informed")},
		{models.EntryBulletin, "bulletins", entries[market.Bulletin]("a bulletin to the market")},
		{models.EntryMarketChange, "market-changes", entries[models.MarketChange]("a change that the market is to learn of")},
		{models.EntryPlanningNotice, "planning-notices", entries[models.PlanningNotice]("a planning notice that was sent")},

		{models.EntryNeutralityAnswer, "neutrality-answers", entries[models.NeutralityAnswer]("why words may stand that a neutrality finding points at")},

		{models.EntryAwardCriteria, "award-criteria", entries[evaluation.Criteria]("how tenders for a lot are ranked")},
		{models.EntryOpeningKey, "opening-key", entries[openingKey]("for whom envelopes are sealed")},
		{models.EntryConflictDeclaration, "conflict-declarations", entries[models.ConflictDeclaration]("one's own declaration on the tenderers of a lot, by who evaluates or decides")},
		{models.EntryAdmission, "admissions", entries[models.Admission]("the outcome of the formal check of a tender")},
		{models.EntryConsensus, "consensus-scores", entries[evaluation.Consensus]("the scores of a tender on which the panel agreed")},
		{models.EntryPriceInquiry, "price-inquiries", entries[models.PriceInquiry]("the question to a tenderer about its price, and what came of it")},
		{models.EntryReview, "review-applications", entries[models.Review]("an application for review of an award")},
		{models.EntryContract, "contracts", entries[models.Contract]("a contract that was signed")},
		{models.EntryPurchase, "purchases", entries[models.Purchase]("what a buyer bought under a contract")},
		{models.EntryNonPurchase, "non-purchases", entries[models.NonPurchase]("why a buyer buys nothing")},
		{models.EntryIndividualReport, "individual-report", entries[evaluation.Report]("the individual report on the procedure")},
	}
}

func entryPath(kind models.EntryKind) string {
	for _, row := range dossierRows() {
		if row.kind == kind {
			return row.path
		}
	}
	return string(kind)
}

func (s *server) dossierOperations() []operation {
	var all []operation
	for _, row := range dossierRows() {
		all = append(all, row.rows(s, row.kind, row.path)...)
	}
	return all
}

func entries[T content](what string) func(*server, models.EntryKind, string) []operation {
	return func(s *server, kind models.EntryKind, path string) []operation {
		rule, _ := models.EntryRuleOf(kind)
		h := entryHandler[T]{s, kind, rule}
		all := "/v1/procurements/{procurement}/" + path
		rows := []operation{
			op(http.MethodPost, all, roles(rule.Writers...), "Write "+what, h.write),
			op(http.MethodGet, all, roles(models.BuyerSide()...), "List every entry: "+what, h.list),
			op(http.MethodGet, all+"/{entry}", roles(models.BuyerSide()...), "Read "+what, h.get),
		}
		if kind.Final() {
			return rows
		}
		return append(rows,
			op(http.MethodPut, all+"/{entry}", roles(rule.Writers...), "Write the next version of "+what, h.rewrite),
			op(http.MethodDelete, all+"/{entry}", roles(rule.Writers...), "Withdraw "+what, h.withdraw),
		)
	}
}

type entryHandler[T content] struct {
	s    *server
	kind models.EntryKind
	rule models.EntryRule
}

func (h entryHandler[T]) write(ctx context.Context, in *EntryInput[T]) (*Answer[EntryView[T]], error) {
	return create(ctx, h.s, func(tx *store.Tx) (EntryView[T], error) {
		e, err := h.begin(ctx, tx)
		if err != nil {
			return EntryView[T]{}, err
		}
		return h.save(ctx, tx, e, in.Body, dossierOf(ctx, tx))
	})
}

// begin makes the first version of an entry, empty yet and without ID.
func (h entryHandler[T]) begin(ctx context.Context, tx *store.Tx) (models.Entry, error) {
	standing, round, err := h.enter(ctx, tx)
	if err != nil {
		return models.Entry{}, err
	}
	e := models.Entry{
		ProcurementID: standing.Procurement.ID, Kind: h.kind, Phase: h.rule.Phase,
		Round: round, Version: 1, AuthorID: callOf(ctx).actor.PersonID, WrittenAt: standing.Now,
	}
	if h.rule.PerBuyer {
		e.OrganisationID, err = h.speaksFor(ctx, tx, standing)
	}
	return e, err
}

// dossierOf reads the dossier once, if it is asked for.
func dossierOf(ctx context.Context, tx *store.Tx) func() (models.Dossier, error) {
	standing := callOf(ctx).standing
	return sync.OnceValues(func() (models.Dossier, error) { return tx.Dossier(standing.Procurement, standing.Now) })
}

func (h entryHandler[T]) rewrite(ctx context.Context, in *EntryChange[T]) (*Answer[EntryView[T]], error) {
	return h.next(ctx, in.Entry, func(tx *store.Tx, e models.Entry) (EntryView[T], error) {
		return h.save(ctx, tx, e, in.Body, dossierOf(ctx, tx))
	})
}

func (h entryHandler[T]) withdraw(ctx context.Context, in *EntryPath) (*Answer[EntryView[T]], error) {
	return h.next(ctx, in.Entry, func(tx *store.Tx, e models.Entry) (EntryView[T], error) {
		e.WithdrawnAt = &e.WrittenAt
		view, err := viewEntry[T](e)
		if err != nil {
			return view, err
		}
		if err := h.fits(tx, view.Content, e, dossierOf(ctx, tx)); err != nil {
			return view, err
		}
		if err := h.put(tx, &e); err != nil {
			return EntryView[T]{}, err
		}
		return h.recorded(ctx, tx, models.EventEntryWithdrawn, e)
	})
}

// next makes the next version of an entry that the caller has seen.
func (h entryHandler[T]) next(ctx context.Context, id string, do func(*store.Tx, models.Entry) (EntryView[T], error)) (*Answer[EntryView[T]], error) {
	return change(ctx, h.s, func(tx *store.Tx) (EntryView[T], error) {
		standing, round, err := h.enter(ctx, tx)
		if err != nil {
			return EntryView[T]{}, err
		}
		e, err := h.find(tx, standing.Procurement.ID, id)
		if err != nil {
			return EntryView[T]{}, err
		}
		if err := h.mayChange(ctx, tx, standing, e); err != nil {
			return EntryView[T]{}, err
		}
		e.Version, e.Round, e.AuthorID, e.WrittenAt = e.Version+1, round, callOf(ctx).actor.PersonID, standing.Now
		return do(tx, e)
	})
}

func (h entryHandler[T]) mayChange(ctx context.Context, tx *store.Tx, standing store.Standing, e models.Entry) error {
	if e.WithdrawnAt != nil {
		return models.Refuse(models.CodeNotFound, "", "the entry was withdrawn").Accepting("a new entry")
	}
	if h.rule.PerBuyer {
		buyer, err := h.speaksFor(ctx, tx, standing)
		if err != nil {
			return err
		}
		if buyer != e.OrganisationID {
			return models.Refuse(models.CodeForbidden, "", "the entry speaks for another buyer").Accepting("a person of %s", e.OrganisationID)
		}
	}
	return callOf(ctx).ifMatch.check(e.Version)
}

func (h entryHandler[T]) get(ctx context.Context, in *EntryPath) (*Answer[EntryView[T]], error) {
	var view EntryView[T]
	err := h.s.store.InTx(ctx, func(tx *store.Tx) error {
		e, err := h.find(tx, callOf(ctx).procurement(), in.Entry)
		if err != nil {
			return err
		}
		view, err = viewEntry[T](e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return show(ctx, view), nil
}

func (h entryHandler[T]) list(ctx context.Context, in *EntriesInput) (*Listed[EntryView[T]], error) {
	call := callOf(ctx)
	var broken error
	page, err := list(h.s, call, in.Paging, nil,
		func(after models.ID, limit int) (found []models.Entry, err error) {
			err = h.s.store.InTx(ctx, func(tx *store.Tx) error {
				found, err = tx.Entries(call.procurement(), h.kind, after, limit)
				return err
			})
			return found, err
		},
		func(e models.Entry) models.ID { return e.ID },
		func(e models.Entry) EntryView[T] {
			view, err := viewEntry[T](e)
			broken = errors.Join(broken, err)
			return view
		})
	return page, errors.Join(err, broken)
}

// enter locks the procurement for content and asks that the entry's phase is open.
func (h entryHandler[T]) enter(ctx context.Context, tx *store.Tx) (store.Standing, int, error) {
	standing, err := h.s.enter(ctx, tx, share)
	if err != nil {
		return standing, 0, err
	}
	switch p := standing.Procurement; {
	case p.Status.Ended():
		return standing, 0, models.Refuse(models.CodeEnded, "", "the procurement has ended: %s", p.Status)
	case p.Status == models.StatusSuspended:
		return standing, 0, models.Refuse(models.CodeSuspended, "", "the procurement is suspended").Accepting("resume it first")
	}
	rounds, err := tx.Rounds(standing.Procurement.ID)
	if err != nil {
		return standing, 0, err
	}
	round := models.Dossier{Rounds: rounds}.Round(h.rule.Phase)
	if round.Status != models.PhaseOpen && (round.Status != models.PhaseClosed || !h.kind.Lasting()) {
		return standing, 0, models.Refuse(models.CodePhaseNotOpen, "", "the phase %s is %s", h.rule.Phase, round.Status).
			Accepting("entries of this kind while %s is open", h.rule.Phase)
	}
	return standing, round.Round, nil
}

// speaksFor returns the member of the consortium for which the caller holds a role that may write.
func (h entryHandler[T]) speaksFor(ctx context.Context, tx *store.Tx, standing store.Standing) (models.ID, error) {
	p := standing.Procurement.ID
	held, err := tx.RolesHeld(p, callOf(ctx).actor.PersonID, standing.Now)
	if err != nil {
		return "", err
	}
	members, _, err := tx.Members(p)
	if err != nil {
		return "", err
	}
	for _, a := range held {
		if slices.Contains(h.rule.Writers, a.Role) && slices.ContainsFunc(members, func(m models.Member) bool {
			return m.OrganisationID == a.OrganisationID && m.Active()
		}) {
			return a.OrganisationID, nil
		}
	}
	return "", models.Refuse(models.CodeNotAMember, "", "you act for no member of the consortium").
		Accepting("a person with a role for a member of the consortium")
}

func (h entryHandler[T]) find(tx *store.Tx, procurement models.ID, id string) (models.Entry, error) {
	e, err := tx.Entry(procurement, models.ID(id))
	if errors.Is(err, store.ErrNoEntry) || (err == nil && e.Kind != h.kind) {
		return e, noResource()
	}
	return e, err
}

func (h entryHandler[T]) save(
	ctx context.Context, tx *store.Tx, e models.Entry, body T, dossier func() (models.Dossier, error),
) (EntryView[T], error) {
	if e.ID == "" {
		e.ID = models.NewID(models.PrefixEntry)
	}
	if err := body.Check(); err != nil {
		return EntryView[T]{}, err
	}
	body, err := h.draw(body, dossier)
	if err != nil {
		return EntryView[T]{}, err
	}
	if e.Body, e.Digest, err = models.Canonical(body); err != nil {
		return EntryView[T]{}, fmt.Errorf("write down entry: %w", err)
	}
	if err := h.about(body, &e); err != nil {
		return EntryView[T]{}, err
	}
	if err := h.fits(tx, body, e, dossier); err != nil {
		return EntryView[T]{}, err
	}
	if err := h.put(tx, &e); err != nil {
		return EntryView[T]{}, err
	}
	return h.recorded(ctx, tx, models.EventEntryWritten, e)
}

// draw completes content that takes a part of what it says from the dossier.
func (h entryHandler[T]) draw(body T, dossier func() (models.Dossier, error)) (T, error) {
	c, ok := any(body).(drawn[T])
	if !ok {
		return body, nil
	}
	d, err := dossier()
	return c.Drawn(d), err
}

// about notes what the entry is about when it is first written, and refuses to make it about something else.
func (h entryHandler[T]) about(body T, e *models.Entry) error {
	s, ok := any(body).(subjected)
	if !ok || e.Version > 1 && s.Subject() == e.Subject {
		return nil
	}
	if e.Version > 1 {
		return models.Refuse(models.CodeInvalidValue, "", "the entry is about %s", e.Subject).Accepting("another entry about %s", s.Subject())
	}
	e.Subject = s.Subject()
	return nil
}

// fits judges the entry by the rest of the dossier, if its content asks for that, and by the documents it names.
func (h entryHandler[T]) fits(tx *store.Tx, body T, e models.Entry, dossier func() (models.Dossier, error)) error {
	if named, ok := any(body).(documented); ok && e.WithdrawnAt == nil {
		for _, digest := range named.Documents() {
			if err := tx.DocumentWritten(e.ProcurementID, digest); err != nil {
				return err
			}
		}
	}
	c, ok := any(body).(contextual)
	if !ok {
		return nil
	}
	d, err := dossier()
	if err != nil {
		return err
	}
	return c.CheckAgainst(d, e)
}

func (h entryHandler[T]) put(tx *store.Tx, e *models.Entry) error {
	written, err := tx.WriteEntry(e, h.rule.Single)
	if v, ok := store.ViolationOf(err); ok && v.Constraint == "entries_single" {
		return models.Refuse(models.CodeAlreadyExists, "", "there is one already").Accepting("the next version of it, by PUT")
	}
	if err == nil && !written {
		return models.Refuse(models.CodeStale, headerIfMatch, "the entry has changed since").Accepting("reading it again first")
	}
	return err
}

func (h entryHandler[T]) recorded(ctx context.Context, tx *store.Tx, kind models.EventType, e models.Entry) (EntryView[T], error) {
	err := record(ctx, tx, kind, map[string]any{
		"entry_id": string(e.ID), "kind": string(e.Kind), "phase": string(e.Phase), "round": e.Round,
		"version": e.Version, "digest": e.Digest, "organisation_id": string(e.OrganisationID),
	})
	if err != nil {
		return EntryView[T]{}, err
	}
	return viewEntry[T](e)
}

func viewEntry[T any](e models.Entry) (EntryView[T], error) {
	view := EntryView[T]{
		ID: e.ID, ProcurementID: e.ProcurementID, Kind: e.Kind, Phase: e.Phase, Round: e.Round, OrganisationID: e.OrganisationID,
		Version: e.Version, AuthorID: e.AuthorID, Digest: e.Digest, WrittenAt: e.WrittenAt, WithdrawnAt: e.WithdrawnAt,
	}
	if err := json.Unmarshal(e.Body, &view.Content); err != nil {
		return view, fmt.Errorf("read entry %s: %w", e.ID, err)
	}
	return view, nil
}
