package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
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

// A ResponseView is a response to a market consultation. Its operator and the buyers see it, nobody else.
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

func (v ResponseView) self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/consultation-responses/" + string(v.ID)
}

// version is that of what was received: it never changes.
func (v ResponseView) version() int64 { return 1 }

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

func (s *server) respond(ctx context.Context, in *newResponse) (*Answer[ResponseView], error) {
	procurement, announcement, err := in.ids()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.Respond(ctx, by(ctx), acts.NewResponse{
		Procurement: procurement, Announcement: announcement, Content: in.Body,
	})
	return created(ctx, done, err, showResponse)
}

type ownResponsesQuery struct {
	ConsultationPath
	Paging
}

func (s *server) listOwnResponses(ctx context.Context, in *ownResponsesQuery) (*Listed[ResponseView], error) {
	procurement, announcement, err := in.ids()
	if err != nil {
		return nil, err
	}
	of := models.Consultation{ProcurementID: procurement, AnnouncementID: announcement}
	read := func(after models.ID, limit int) ([]models.ConsultationResponse, error) {
		return s.views.OwnResponses(ctx, readerOf(ctx), of, after, limit)
	}
	return list(s, requestOf(ctx), in.Paging, nil, read, responseID, showResponse)
}

type responsesQuery struct {
	ProcurementPath
	Paging
}

func (s *server) listResponses(ctx context.Context, in *responsesQuery) (*Listed[ResponseView], error) {
	read := func(after models.ID, limit int) ([]models.ConsultationResponse, error) {
		return s.views.Responses(ctx, readerOf(ctx), after, limit)
	}
	return list(s, requestOf(ctx), in.Paging, nil, read, responseID, showResponse)
}

func responseID(r models.ConsultationResponse) models.ID { return r.ID }

// ResponsePath names a response.
type ResponsePath struct {
	ProcurementPath
	Response string `path:"response" doc:"The response's ID"`
}

func (s *server) getResponse(ctx context.Context, in *ResponsePath) (*Answer[ResponseView], error) {
	id, err := pathID(models.PrefixResponse, "response", in.Response)
	if err != nil {
		return nil, err
	}
	r, err := s.views.Response(ctx, readerOf(ctx), id)
	return got(ctx, r, err, showResponse)
}
