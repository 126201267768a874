package api

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

func (s *server) conclusionOperations() []operation {
	const procurement = "/v1/procurements/{procurement}"
	return []operation{
		act[process.SendLetters, process.LettersResult](s, models.VerbSendLetters, "Record that all tenderers of an awarded lot were told; the standstill begins"),
		op(GET, procurement+"/tenders/{tender}/letter", roles(append(studies(), models.RoleSupplier)...), "Read the letter about a tender: a supplier's own", s.getLetter),
		op(POST, procurement+"/notices", roles(models.RoleLeadProcurer), "Dispatch the award notice", s.sendNotice),
		op(GET, procurement+"/notices", roles(models.Roles()...), "List the notices that were dispatched", s.listNotices),
		op(GET, procurement+"/report-record", roles(models.BuyerSide()...), "Read what the record knows for the individual report", s.getRecord),
	}
}

// A LetterView is a letter as it was sent.
type LetterView struct {
	evaluation.Letter

	Digest     string `json:"digest" doc:"SHA-256 of the letter's canonical form (RFC 8785)"`
	Electronic bool   `json:"electronic"`
}

type letterQuery struct {
	TenderPath

	Kind models.LetterKind `query:"kind" enum:"award,non_award" doc:"Absent: of the last decision. A lot can end without award after its tenderers were told of one"`
}

// getLetter shows a supplier the letter about its own tender, and the buyers all.
func (s *server) getLetter(ctx context.Context, in *letterQuery) (*Shown[LetterView], error) {
	id, err := pathID(models.PrefixTender, "tender", in.Tender)
	if err != nil {
		return nil, err
	}
	call := callOf(ctx)
	sight := store.Sight{Buyers: true}
	if call.actor.HasAny(models.RoleSupplier) {
		sight = store.Sight{Organisation: call.actor.OrganisationID}
	}
	if _, err := s.store.Tender(ctx, call.procurement(), sight, id); err != nil {
		return nil, err
	}
	var view LetterView
	err = s.study(ctx, func(tx *store.Tx, d models.Dossier) error {
		// What a letter says of its recipient's tender is no business of a competitor's people.
		if t, ok := d.Tendering.Tender(id); ok && sight.Buyers {
			if err := d.MayStudy(call.actor.OrganisationID, t.LotID); err != nil {
				return err
			}
		}
		letter, sent, err := tx.Letter(id, in.Kind)
		switch {
		case err != nil:
			return err
		case !sent:
			return noResource()
		}
		view.Digest, view.Electronic = letter.Digest, letter.Electronic
		if err := json.Unmarshal(letter.Content, &view.Letter); err != nil {
			return fmt.Errorf("read letter: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Shown[LetterView]{Body: view}, nil
}

// A NoticeView is a notice as it was dispatched.
type NoticeView struct {
	ID            models.ID         `json:"id"`
	ProcurementID models.ID         `json:"procurement_id"`
	Kind          models.NoticeKind `json:"kind" enum:"contract,change,award"`
	Digest        string            `json:"digest" doc:"SHA-256 of the content's canonical form (RFC 8785)"`
	DispatchedAt  time.Time         `json:"dispatched_at" doc:"Procedure time"`
	Content       map[string]any    `json:"content"`
}

func (v NoticeView) self() string { return "/v1/procurements/" + string(v.ProcurementID) + "/notices" }

// version: a notice is never changed.
func (NoticeView) version() int64 { return 1 }

func showNotice(n models.Notice) NoticeView {
	v := NoticeView{ID: n.ID, ProcurementID: n.ProcurementID, Kind: n.Kind, Digest: n.Digest, DispatchedAt: utc(n.DispatchedAt)}
	_ = json.Unmarshal(n.Content, &v.Content) // the database holds nothing but JSON there
	return v
}

type newNotice struct {
	ProcurementPath
	Body struct {
		Kind models.NoticeKind `json:"kind" enum:"award" doc:"The contract notice leaves by the action publish"`
	}
}

// sendNotice dispatches the award notice, composed from the record (Directive 2014/24/EU, Article 50).
func (s *server) sendNotice(ctx context.Context, in *newNotice) (*Answer[NoticeView], error) {
	return create(ctx, s, func(tx *store.Tx) (NoticeView, error) {
		st, err := s.enterContent(ctx, tx, share)
		if err != nil {
			return NoticeView{}, err
		}
		d, err := tx.Dossier(st.Procurement, st.Now)
		if err != nil {
			return NoticeView{}, err
		}
		content, err := evaluation.ComposeAwardNotice(d)
		if err != nil {
			return NoticeView{}, err
		}
		n := models.Notice{
			ID: models.NewID(models.PrefixNotice), ProcurementID: st.Procurement.ID, Kind: in.Body.Kind, DispatchedAt: d.Now, PersonID: callOf(ctx).actor.PersonID,
		}
		if n.Content, n.Digest, err = models.Canonical(content); err != nil {
			return NoticeView{}, err
		}
		if err := tx.WriteNotice(n); err != nil {
			return NoticeView{}, err
		}
		return showNotice(n), record(ctx, tx, models.EventNoticeSent, map[string]any{"notice_id": string(n.ID), "kind": string(n.Kind), "digest": n.Digest})
	})
}

// NoticesInput lists notices.
type NoticesInput struct {
	ProcurementPath
	Paging
}

func (s *server) listNotices(ctx context.Context, in *NoticesInput) (*Listed[NoticeView], error) {
	call := callOf(ctx)
	return list(s, call, in.Paging, nil,
		func(after models.ID, limit int) (found []models.Notice, err error) {
			err = s.store.InTx(ctx, func(tx *store.Tx) error {
				found, err = tx.Notices(call.procurement(), after, limit)
				return err
			})
			return found, err
		},
		func(n models.Notice) models.ID { return n.ID }, showNotice)
}

func (s *server) getRecord(ctx context.Context, _ *ProcurementPath) (*Shown[evaluation.Record], error) {
	var r evaluation.Record
	err := s.study(ctx, func(_ *store.Tx, d models.Dossier) error {
		var err error
		r, err = evaluation.ComposeRecord(d)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Shown[evaluation.Record]{Body: r}, nil
}
