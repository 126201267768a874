package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
)

// content is what an entry of the dossier says.
type content interface {
	Check() error
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

// A dossierRow makes the operations of one kind of entry.
type dossierRow struct {
	kind models.EntryKind
	path string
	rows func(s *server) []operation
}

// dossierRows is the table of all kinds of content in the dossier.
func dossierRows() []dossierRow {
	return []dossierRow{
		entries("needs-statements", "a buyer's need", acts.EntryNeedsStatement),
		entries("common-need", "the common need", acts.EntryCommonNeed),
		entries("need-confirmations", "a buyer's confirmation of the common need", acts.EntryNeedConfirmation),
		entries("state-of-the-art", "the report on the state of the art", acts.EntryStateOfTheArt),
		entries("estimates", "a buyer's estimate of value and quantity", acts.EntryEstimate),

		entries("agreement", "the collaboration agreement", acts.EntryAgreement),
		entries("agreement-signatures", "a buyer's signature under the collaboration agreement", acts.EntrySignature),
		entries("role-plan", "how many people each role needs", acts.EntryRolePlan),
		entries("activities", "a training, visit or exchange that took place", acts.EntryActivity),
		entries("interest-declarations", "one's own declaration of interests", acts.EntryInterestDeclaration),
		entries("memberships", "a member's membership of a body that a call asks for", acts.EntryMembership),
		entries("grant-action", "the action that a call co-finances", acts.EntryGrantAction),

		importable("requirements", "a requirement", acts.EntryRequirement),
		entries("glossary", "the glossary", acts.EntryGlossary),
		entries("specification-clauses", "the clauses on intellectual property and confidentiality", acts.EntryClauses),
		entries("lots-decision", "whether the procurement is divided into lots", acts.EntryLotsDecision),
		entries("procedure-choice", "by which procedure tenderers are found; without one, by the open procedure", acts.EntryProcedureChoice),
		entries("business-case", "the business case", acts.EntryBusinessCase),
		entries("specification-versions", "a frozen version of the specification", acts.EntrySpecificationVersion),
		entries("specification-approvals", "a buyer's approval of the frozen specification", acts.EntrySpecificationApproval),
		entries("legal-certifications", "the legal certification of the frozen specification", acts.EntryLegalCertification),

		entries("consultation-announcements", "the announcement of a market consultation", acts.EntryAnnouncement),
		entries("questionnaires", "what the market is asked", acts.EntryQuestionnaire),
		entries("consultation-events", "a meeting with the market", acts.EntryConsultationEvent),
		entries("market-contacts", "a contact with an economic operator", acts.EntryMarketContact),
		entries("consultation-reports", "a report on the market consultation", acts.EntryConsultationReport),
		entries("route", "the route that the procurement takes", acts.EntryRoute),

		entries("engagement-plans", "how often and where the market is informed", acts.EntryEngagementPlan),
		entries("bulletins", "a bulletin to the market", acts.EntryBulletin),
		entries("market-changes", "a change that the market is to learn of", acts.EntryMarketChange),
		entries("planning-notices", "a planning notice that was sent", acts.EntryPlanningNotice),

		entries("neutrality-answers", "why words may stand that a neutrality finding points at", acts.EntryNeutralityAnswer),

		entries("award-criteria", "how tenders for a lot are ranked", acts.EntryAwardCriteria),
		entries("opening-key", "for whom envelopes are sealed", acts.EntryOpeningKey),
		entries("conflict-declarations", "one's own declaration on the tenderers of a lot, by who evaluates or decides", acts.EntryConflictDeclaration),
		entries("selection-criteria", "who is able to perform the contract of a lot, and how many are invited to tender", acts.EntrySelectionCriteria),
		entries("selections", "what was found about a candidate", acts.EntrySelection),
		entries("admissions", "the outcome of the formal check of a tender", acts.EntryAdmission),
		entries("consensus-scores", "the scores of a tender on which the panel agreed", acts.EntryConsensus),
		entries("price-inquiries", "the question to a tenderer about its price, and what came of it", acts.EntryPriceInquiry),
		entries("review-applications", "an application for review of an award", acts.EntryReview),
		entries("contracts", "a contract that was signed", acts.EntryContract),
		entries("purchases", "what a buyer bought under a contract", acts.EntryPurchase),
		entries("non-purchases", "why a buyer buys nothing", acts.EntryNonPurchase),
		entries("individual-report", "the individual report on the procedure", acts.EntryIndividualReport),
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
		all = append(all, row.rows(s)...)
	}
	return all
}

// entries makes the row of a kind of entry. The type of its content, which is bound and described, is that of the
// kind.
func entries[T content](path, what string, kind acts.EntryKind[T]) dossierRow {
	return dossierRow{kind.Kind, path, func(s *server) []operation {
		h, writers := entryHandler[T]{s, kind}, roles(kind.Rule().Writers...)
		all := "/v1/procurements/{procurement}/" + path
		rows := []operation{
			op(http.MethodPost, all, writers, "Write "+what, h.write),
			op(http.MethodGet, all, roles(models.BuyerSide()...), "List every entry: "+what, h.list),
			op(http.MethodGet, all+"/{entry}", roles(models.BuyerSide()...), "Read "+what, h.get),
		}
		if kind.Kind.Final() {
			return rows
		}
		return append(rows,
			op(http.MethodPut, all+"/{entry}", writers, "Write the next version of "+what, h.rewrite),
			op(http.MethodDelete, all+"/{entry}", writers, "Withdraw "+what, h.withdraw),
		)
	}}
}

type entryHandler[T content] struct {
	s    *server
	kind acts.EntryKind[T]
}

func (h entryHandler[T]) write(ctx context.Context, in *EntryInput[T]) (*Answer[EntryView[T]], error) {
	done, err := h.kind.Write(ctx, h.s.acts, by(ctx), in.Body)
	view, err := viewEntry[T](done.Result, err)
	return created(ctx, acts.Done[EntryView[T]]{Result: view, Again: done.Again}, err, asIs)
}

func (h entryHandler[T]) rewrite(ctx context.Context, in *EntryChange[T]) (*Answer[EntryView[T]], error) {
	e, err := h.kind.Rewrite(ctx, h.s.acts, by(ctx), models.ID(in.Entry), in.Body)
	view, err := viewEntry[T](e, err)
	return changed(ctx, view, err, asIs)
}

func (h entryHandler[T]) withdraw(ctx context.Context, in *EntryPath) (*Answer[EntryView[T]], error) {
	e, err := h.kind.Withdraw(ctx, h.s.acts, by(ctx), models.ID(in.Entry))
	view, err := viewEntry[T](e, err)
	return changed(ctx, view, err, asIs)
}

func (h entryHandler[T]) get(ctx context.Context, in *EntryPath) (*Answer[EntryView[T]], error) {
	e, err := h.s.views.Entry(ctx, readerOf(ctx), h.kind.Kind, models.ID(in.Entry))
	view, err := viewEntry[T](e, err)
	return found(ctx, view, err, asIs)
}

func (h entryHandler[T]) list(ctx context.Context, in *EntriesInput) (*Listed[EntryView[T]], error) {
	read := func(after models.ID, limit int) ([]models.Entry, error) {
		return h.s.views.Entries(ctx, readerOf(ctx), h.kind.Kind, after, limit)
	}
	var broken error
	page, err := list(h.s, callOf(ctx), in.Paging, nil, read, func(e models.Entry) models.ID { return e.ID },
		func(e models.Entry) EntryView[T] {
			view, err := viewEntry[T](e, nil)
			broken = errors.Join(broken, err)
			return view
		})
	return page, errors.Join(err, broken)
}

// viewEntry shows an entry that was read or written without fault.
func viewEntry[T any](e models.Entry, err error) (EntryView[T], error) {
	if err != nil {
		return EntryView[T]{}, err
	}
	view := EntryView[T]{
		ID: e.ID, ProcurementID: e.ProcurementID, Kind: e.Kind, Phase: e.Phase, Round: e.Round, OrganisationID: e.OrganisationID,
		Version: e.Version, AuthorID: e.AuthorID, Digest: e.Digest, WrittenAt: e.WrittenAt, WithdrawnAt: e.WithdrawnAt,
	}
	if err := json.Unmarshal(e.Body, &view.Content); err != nil {
		return view, fmt.Errorf("read entry %s: %w", e.ID, err)
	}
	return view, nil
}

// asIs shows what is a view already.
func asIs[T any](view T) T { return view }
