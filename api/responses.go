package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// ConsultationPath names a market consultation.
type ConsultationPath struct {
	ProcurementPath
	Announcement string `path:"announcement" doc:"The entry that announced it"`
}

func (in ConsultationPath) ids() (procurement, announcement models.ID, err error) {
	if procurement, err = pathID(models.PrefixProcurement, "procurement", in.Procurement); err != nil {
		return "", "", err
	}
	announcement, err = pathID(models.PrefixEntry, "announcement", in.Announcement)
	return procurement, announcement, err
}

// A ResponseView is a response to a market consultation. Only the economic operator that sent it and the buyers see it.
type ResponseView struct {
	ID             models.ID              `json:"id"`
	ProcurementID  models.ID              `json:"procurement_id"`
	Announcement   models.ID              `json:"announcement"`
	OrganisationID models.ID              `json:"organisation_id"`
	PersonID       models.ID              `json:"person_id"`
	ReceivedAt     time.Time              `json:"received_at" doc:"Procedure time"`
	RecordedAt     time.Time              `json:"recorded_at" doc:"Real time"`
	Digest         string                 `json:"digest" doc:"SHA-256 of the content's canonical form (RFC 8785)"`
	Content        models.ResponseContent `json:"content"`
}

func (v ResponseView) Self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/consultation-responses/" + string(v.ID)
}

// AtVersion is always 1: a response is never changed after it was received.
func (v ResponseView) AtVersion() int64 { return 1 }

func showResponse(r models.ConsultationResponse) ResponseView {
	return ResponseView{
		ID: r.ID, ProcurementID: r.ProcurementID, Announcement: r.AnnouncementID, OrganisationID: r.OrganisationID,
		PersonID: r.PersonID, ReceivedAt: utc(r.ReceivedAt), RecordedAt: utc(r.RecordedAt), Digest: r.Digest,
		Content: r.Content,
	}
}

type newResponse struct {
	ConsultationPath
	Body models.ResponseContent
}

func (s *server) respond(ctx context.Context, in *newResponse) (*rest.Answer[ResponseView], error) {
	procurement, announcement, err := in.ids()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.Respond(ctx, rest.By(ctx), acts.NewResponse{
		Procurement: procurement, Announcement: announcement, Content: in.Body,
	})
	return rest.Created(ctx, done, err, showResponse)
}

type ownResponsesQuery struct {
	ConsultationPath
	rest.Paging
}

func (s *server) listOwnResponses(ctx context.Context, in *ownResponsesQuery) (*rest.Listed[ResponseView], error) {
	procurement, announcement, err := in.ids()
	if err != nil {
		return nil, err
	}
	of := models.Consultation{ProcurementID: procurement, AnnouncementID: announcement}
	read := func(after models.ID, limit int) ([]models.ConsultationResponse, error) {
		return s.views.OwnResponses(ctx, rest.Reader(ctx), of, after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, responseID, showResponse)
}

type responsesQuery struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listResponses(ctx context.Context, in *responsesQuery) (*rest.Listed[ResponseView], error) {
	read := func(after models.ID, limit int) ([]models.ConsultationResponse, error) {
		return s.views.Responses(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, responseID, showResponse)
}

func responseID(r models.ConsultationResponse) models.ID { return r.ID }

// ResponsePath names a response.
type ResponsePath struct {
	ProcurementPath
	Response string `path:"response" doc:"The response's ID"`
}

func (s *server) getResponse(ctx context.Context, in *ResponsePath) (*rest.Answer[ResponseView], error) {
	id, err := pathID(models.PrefixResponse, "response", in.Response)
	if err != nil {
		return nil, err
	}
	r, err := s.views.Response(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, r, err, showResponse)
}
