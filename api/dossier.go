package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
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
	OrganisationID models.ID        `json:"organisation_id,omitempty" doc:"The buyer it is of; absent: the consortium"`
	Version        int64            `json:"version"`
	AuthorID       models.ID        `json:"author_id" doc:"Who wrote this version"`
	Digest         string           `json:"digest" doc:"SHA-256 of the content's canonical form (RFC 8785)"`
	WrittenAt      time.Time        `json:"written_at" doc:"Procedure time"`
	WithdrawnAt    *time.Time       `json:"withdrawn_at,omitempty" doc:"Procedure time; kept, but counts no longer"`
	Content        T                `json:"content"`
}

func (v EntryView[T]) Self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/" + entryPath(v.Kind) + "/" + string(v.ID)
}

func (v EntryView[T]) AtVersion() int64 { return v.Version }

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
	rest.Paging
}

// A dossierRow makes the operations of one kind of entry.
type dossierRow struct {
	kind    models.EntryKind
	content reflect.Type
	rows    func(s *server) []rest.Operation
}

// dossierRows binds each kind of entry to the type of its content. Its row in models says the rest.
func dossierRows() []dossierRow {
	return []dossierRow{
		entries(acts.EntryNeedsStatement),
		entries(acts.EntryCommonNeed),
		entries(acts.EntryNeedConfirmation),
		entries(acts.EntryStateOfTheArt),
		entries(acts.EntryEstimate),

		entries(acts.EntryAgreement),
		entries(acts.EntrySignature),
		entries(acts.EntryRolePlan),
		entries(acts.EntryActivity),
		entries(acts.EntryInterestDeclaration),
		entries(acts.EntryMembership),
		entries(acts.EntryGrantAction),

		entries(acts.EntryRequirement),
		entries(acts.EntryGlossary),
		entries(acts.EntryClauses),
		entries(acts.EntryLotsDecision),
		entries(acts.EntryProcedureChoice),
		entries(acts.EntryBusinessCase),
		entries(acts.EntrySpecificationVersion),
		entries(acts.EntrySpecificationApproval),
		entries(acts.EntryLegalCertification),

		entries(acts.EntryAnnouncement),
		entries(acts.EntryQuestionnaire),
		entries(acts.EntryConsultationEvent),
		entries(acts.EntryMarketContact),
		entries(acts.EntryConsultationReport),
		entries(acts.EntryRoute),

		entries(acts.EntryEngagementPlan),
		entries(acts.EntryBulletin),
		entries(acts.EntryMarketChange),
		entries(acts.EntryPlanningNotice),

		entries(acts.EntryNeutralityAnswer),

		entries(acts.EntryAwardCriteria),
		entries(acts.EntryOpeningKey),
		entries(acts.EntryConflictDeclaration),
		entries(acts.EntrySelectionCriteria),
		entries(acts.EntrySelection),
		entries(acts.EntryAdmission),
		entries(acts.EntryConsensus),
		entries(acts.EntryPriceInquiry),
		entries(acts.EntryReview),
		entries(acts.EntryContract),
		entries(acts.EntryPurchase),
		entries(acts.EntryNonPurchase),
		entries(acts.EntryIndividualReport),
	}
}

func entryPath(kind models.EntryKind) string {
	rule, _ := models.EntryRuleOf(kind)
	return rule.Path
}

// entries makes the operations of a kind of entry, as its row says. The type of its content, which is bound and
// described, is that of the kind.
func entries[T content](kind acts.EntryKind[T]) dossierRow {
	return dossierRow{kind.Kind, reflect.TypeFor[T](), func(s *server) []rest.Operation {
		h, rule := entryHandler[T]{s, kind}, kind.Rule()
		writers, readers := rest.Roles(rule.Writers...), reads(views.OfEntries)
		all := ofProcurement + "/" + rule.Path
		rows := []rest.Operation{
			rest.Post(all, writers, "Write "+rule.What, h.write),
			rest.Get(all, readers, "List every entry: "+rule.What, h.list),
			rest.Get(all+"/{entry}", readers, "Read "+rule.What, h.get),
		}
		if !rule.Final {
			rows = append(rows,
				rest.Put(all+"/{entry}", writers, "Write the next version of "+rule.What, h.rewrite),
				rest.Delete(all+"/{entry}", writers, "Withdraw "+rule.What, h.withdraw),
			)
		}
		if rule.Importable {
			rows = append(rows, rest.Post(all+"/actions/import", writers,
				"Write up to 200 entries, all or none: "+rule.What, h.importAll))
		}
		return rows
	}}
}

type entryHandler[T content] struct {
	s    *server
	kind acts.EntryKind[T]
}

func (h entryHandler[T]) write(ctx context.Context, in *EntryInput[T]) (*rest.Answer[EntryView[T]], error) {
	done, err := h.kind.Write(ctx, h.s.acts, rest.By(ctx), in.Body)
	view, err := viewEntry[T](done.Result, err)
	return rest.Created(ctx, acts.Done[EntryView[T]]{Result: view, Again: done.Again}, err, asIs)
}

func (h entryHandler[T]) rewrite(ctx context.Context, in *EntryChange[T]) (*rest.Answer[EntryView[T]], error) {
	e, err := h.kind.Rewrite(ctx, h.s.acts, rest.By(ctx), models.ID(in.Entry), in.Body)
	view, err := viewEntry[T](e, err)
	return rest.Changed(ctx, view, err, asIs)
}

func (h entryHandler[T]) withdraw(ctx context.Context, in *EntryPath) (*rest.Answer[EntryView[T]], error) {
	e, err := h.kind.Withdraw(ctx, h.s.acts, rest.By(ctx), models.ID(in.Entry))
	view, err := viewEntry[T](e, err)
	return rest.Changed(ctx, view, err, asIs)
}

func (h entryHandler[T]) get(ctx context.Context, in *EntryPath) (*rest.Answer[EntryView[T]], error) {
	e, err := h.s.views.Entry(ctx, rest.Reader(ctx), h.kind.Kind, models.ID(in.Entry))
	view, err := viewEntry[T](e, err)
	return rest.Got(ctx, view, err, asIs)
}

func (h entryHandler[T]) list(ctx context.Context, in *EntriesInput) (*rest.Listed[EntryView[T]], error) {
	read := func(after models.ID, limit int) ([]models.Entry, error) {
		return h.s.views.Entries(ctx, rest.Reader(ctx), h.kind.Kind, after, limit)
	}
	var broken error
	page, err := rest.List(ctx, in.Paging, nil, read, func(e models.Entry) models.ID { return e.ID },
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
		ID: e.ID, ProcurementID: e.ProcurementID, Kind: e.Kind, Phase: e.Phase, Round: e.Round,
		OrganisationID: e.OrganisationID, Version: e.Version, AuthorID: e.AuthorID, Digest: e.Digest,
		WrittenAt: e.WrittenAt, WithdrawnAt: e.WithdrawnAt,
	}
	if err := json.Unmarshal(e.Body, &view.Content); err != nil {
		return view, fmt.Errorf("read entry %s: %w", e.ID, err)
	}
	return view, nil
}

// asIs shows what is a view already.
func asIs[T any](view T) T { return view }
