package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// A LetterView is a letter as it was sent.
type LetterView struct {
	views.Letter

	Digest     string `json:"digest" doc:"SHA-256 of the letter's canonical form (RFC 8785)"`
	Electronic bool   `json:"electronic"`
}

type letterQuery struct {
	TenderPath

	Kind models.LetterKind `query:"kind" enum:"award,non_award,selection,deadline,information,partnership,set_aside"`
}

func (s *server) getLetter(ctx context.Context, in *letterQuery) (*rest.Shown[LetterView], error) {
	id, err := pathID(models.PrefixTender, "tender", in.Tender)
	if err != nil {
		return nil, err
	}
	sent, err := s.views.Letter(ctx, rest.Reader(ctx), id, in.Kind)
	return &rest.Shown[LetterView]{Body: LetterView{sent.Letter, sent.Digest, sent.Electronic}}, err
}

// letterAs renders the letter about a tender for people.
func (s *server) letterAs(as views.Format) func(context.Context, *letterQuery) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *letterQuery) (*huma.StreamResponse, error) {
		id, err := pathID(models.PrefixTender, "tender", in.Tender)
		if err != nil {
			return nil, err
		}
		rendered, err := s.views.RenderLetter(ctx, rest.Reader(ctx), id, in.Kind, as)
		if err != nil {
			return nil, err
		}
		return s.serveRendering(rendered), nil
	}
}

// A NoticeView is a notice as it was dispatched.
type NoticeView struct {
	ID            models.ID         `json:"id"`
	ProcurementID models.ID         `json:"procurement_id"`
	Kind          models.NoticeKind `json:"kind" enum:"contract,change,award,modification"`
	Digest        string            `json:"digest" doc:"SHA-256 of the content's canonical form (RFC 8785)"`
	DispatchedAt  time.Time         `json:"dispatched_at" doc:"Procedure time"`
	Content       map[string]any    `json:"content"`
}

func (v NoticeView) Self() string { return "/v1/procurements/" + string(v.ProcurementID) + "/notices" }

// AtVersion is always 1: a notice is never changed.
func (NoticeView) AtVersion() int64 { return 1 }

func showNotice(n models.Notice) NoticeView {
	v := NoticeView{
		ID: n.ID, ProcurementID: n.ProcurementID, Kind: n.Kind, Digest: n.Digest,
		DispatchedAt: utc(n.DispatchedAt),
	}
	_ = json.Unmarshal(n.Content, &v.Content) // the database holds nothing but JSON there
	return v
}

type newNotice struct {
	ProcurementPath
	Body struct {
		Kind models.NoticeKind `json:"kind" enum:"award" doc:"The action publish dispatches the contract notice"`
	}
}

// sendNotice dispatches the award notice, the only kind of notice that has an operation of its own.
func (s *server) sendNotice(ctx context.Context, _ *newNotice) (*rest.Answer[NoticeView], error) {
	done, err := s.acts.SendAwardNotice(ctx, rest.By(ctx))
	return rest.Created(ctx, done, err, showNotice)
}

// NoticesInput lists notices.
type NoticesInput struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listNotices(ctx context.Context, in *NoticesInput) (*rest.Listed[NoticeView], error) {
	read := func(after models.ID, limit int) ([]models.Notice, error) {
		return s.views.Notices(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(n models.Notice) models.ID { return n.ID }, showNotice)
}

func (s *server) getRetention(ctx context.Context, _ *ProcurementPath) (*rest.Shown[views.Retention], error) {
	kept, err := s.views.Retention(ctx, rest.Reader(ctx))
	return &rest.Shown[views.Retention]{Body: kept}, err
}

func (s *server) getRecord(ctx context.Context, _ *ProcurementPath) (*rest.Shown[views.Record], error) {
	record, err := s.views.Record(ctx, rest.Reader(ctx))
	return &rest.Shown[views.Record]{Body: record}, err
}

type reportQuery struct {
	ProcurementPath

	Language string `query:"language" maxLength:"35" doc:"One of the procurement's languages; default: the first"`
}

// reportAs renders the individual report for people.
func (s *server) reportAs(as views.Format) func(context.Context, *reportQuery) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *reportQuery) (*huma.StreamResponse, error) {
		rendered, err := s.views.RenderReport(ctx, rest.Reader(ctx), in.Language, as)
		if err != nil {
			return nil, err
		}
		return s.serveRendering(rendered), nil
	}
}
