package api

import (
	"context"
	"errors"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
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
		ID: r.ID, ProcurementID: r.ProcurementID, Announcement: r.AnnouncementID, OrganisationID: r.OrganisationID, PersonID: r.PersonID,
		ReceivedAt: utc(r.ReceivedAt), RecordedAt: utc(r.RecordedAt), Digest: r.Digest, Content: r.Content,
	}
}

type newResponse struct {
	ConsultationPath
	Body models.ResponseContent
}

// respond receives a response of any economic operator while the consultation is open. Who was announced a
// closing responds until then, by the database's clock: the instant is read after the procurement's row is
// shared, and whoever closes or extends holds it alone.
func (s *server) respond(ctx context.Context, in *newResponse) (*Answer[ResponseView], error) {
	procurement, announcement, err := in.ids()
	if err != nil {
		return nil, err
	}
	return create(ctx, s, func(tx *store.Tx) (ResponseView, error) {
		r, err := s.receiveResponse(ctx, tx, procurement, announcement, in.Body)
		if err != nil {
			return ResponseView{}, err
		}
		if err := tx.Respond(r); err != nil {
			return ResponseView{}, err
		}
		_, err = tx.Append(models.Event{
			ProcurementID: procurement, Type: models.EventResponseReceived, At: r.ReceivedAt, RecordedAt: r.RecordedAt,
			Data: map[string]any{"response_id": string(r.ID), "announcement_id": string(announcement), "digest": r.Digest},
		})
		return showResponse(r), err
	})
}

func (s *server) receiveResponse(ctx context.Context, tx *store.Tx, procurement, announcement models.ID, content models.ResponseContent) (models.ConsultationResponse, error) {
	actor := callOf(ctx).actor
	r := models.ConsultationResponse{
		ID: models.NewID(models.PrefixResponse), ProcurementID: procurement, AnnouncementID: announcement,
		OrganisationID: actor.OrganisationID, PersonID: actor.PersonID, Content: content,
	}
	p, err := tx.ShareProcurement(procurement)
	if errors.Is(err, store.ErrNoProcurement) {
		return r, noResource()
	}
	if err != nil {
		return r, err
	}
	c, err := tx.Consultation(procurement, announcement)
	if err != nil {
		return r, err
	}
	if r.RecordedAt, err = tx.Now(); err != nil {
		return r, err
	}
	r.ReceivedAt = p.Now(r.RecordedAt)
	if p.Status.Ended() {
		return r, models.Refuse(models.CodeEnded, "", "the procurement is %s", p.Status)
	}
	if err := c.Receives(r.ReceivedAt); err != nil {
		return r, err
	}
	if err := mayRespond(tx, actor); err != nil {
		return r, err
	}
	if err := s.mayRespondAgain(tx, announcement, actor); err != nil {
		return r, err
	}
	if err := fitsQuestionnaire(tx, c, content); err != nil {
		return r, err
	}
	_, r.Digest, err = models.Canonical(content)
	return r, err
}

func mayRespond(tx *store.Tx, actor models.Actor) error {
	o, err := tx.Organisation(actor.OrganisationID)
	if err == nil && o.Kind != models.OrganisationEconomicOperator {
		return models.Refuse(models.CodeNotAnOperator, "", "your organisation is registered as %s", o.Kind).
			Accepting("a person of an economic operator")
	}
	return err
}

// mayRespondAgain bounds how often an operator responds to one consultation. Several at once may pass the bound by
// as many, which harms nobody.
func (s *server) mayRespondAgain(tx *store.Tx, announcement models.ID, actor models.Actor) error {
	given, err := tx.ResponsesOf(announcement, actor.OrganisationID)
	if err == nil && given >= s.limits.Responses {
		return models.Refuse(models.CodeResponseLimit, "", "your organisation has responded %d times to this consultation", given).
			Accepting("%d responses of one operator; the last ones count as well as the first", s.limits.Responses)
	}
	return err
}

func fitsQuestionnaire(tx *store.Tx, c models.Consultation, content models.ResponseContent) error {
	e, err := tx.Entry(c.ProcurementID, c.QuestionnaireID)
	if err != nil {
		return err
	}
	q, _ := models.BodyOf[models.Questionnaire](e)
	return content.Check(q)
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
	if _, err := s.told(ctx, in.Procurement); err != nil {
		return nil, err
	}
	return s.responses(ctx, in.Paging, models.ConsultationResponse{
		ProcurementID: procurement, AnnouncementID: announcement, OrganisationID: callOf(ctx).actor.OrganisationID,
	})
}

type responsesQuery struct {
	ProcurementPath
	Paging
}

func (s *server) listResponses(ctx context.Context, in *responsesQuery) (*Listed[ResponseView], error) {
	return s.responses(ctx, in.Paging, models.ConsultationResponse{ProcurementID: callOf(ctx).procurement()})
}

func (s *server) responses(ctx context.Context, p Paging, of models.ConsultationResponse) (*Listed[ResponseView], error) {
	return list(s, callOf(ctx), p, nil,
		func(after models.ID, limit int) (found []models.ConsultationResponse, err error) {
			err = s.store.InTx(ctx, func(tx *store.Tx) error {
				found, err = tx.Responses(of, after, limit)
				return err
			})
			return found, err
		},
		func(r models.ConsultationResponse) models.ID { return r.ID }, showResponse)
}

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
	r, err := s.store.Response(ctx, callOf(ctx).procurement(), id)
	if err != nil {
		return nil, err
	}
	return show(ctx, showResponse(r)), nil
}
