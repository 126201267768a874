package acts

import (
	"context"
	"errors"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A NewResponse is what an economic operator answers to a market consultation.
type NewResponse struct {
	Procurement, Announcement models.ID
	Content                   models.ResponseContent
}

// Respond receives a response of any economic operator while the consultation is open. The database's clock decides
// whether the announced closing has passed: it is read after the procurement's row is shared, and a command that closes
// or extends the consultation locks that row alone.
func (a *Acts) Respond(ctx context.Context, by By, in NewResponse) (Done[models.ConsultationResponse], error) {
	return once(ctx, a, by, func(d *deed) (models.ConsultationResponse, error) {
		r, err := d.response(in, a.Limits.orDefaults())
		if err != nil {
			return r, err
		}
		if err := d.tx.Respond(r); err != nil {
			return r, err
		}
		return r, d.recordResponse(r)
	})
}

// response makes the response and judges it. The person who responds needs no role.
func (d *deed) response(in NewResponse, limits Limits) (models.ConsultationResponse, error) {
	r := models.ConsultationResponse{
		ID: models.NewID(models.PrefixResponse), ProcurementID: in.Procurement, AnnouncementID: in.Announcement,
		OrganisationID: d.Actor.OrganisationID, PersonID: d.Actor.PersonID, Content: in.Content,
	}
	p, err := d.tx.ShareProcurement(in.Procurement)
	if errors.Is(err, store.ErrNoProcurement) {
		return r, models.NoSuchResource()
	}
	if err != nil {
		return r, err
	}
	c, err := d.tx.Consultation(in.Procurement, in.Announcement)
	if err != nil {
		return r, err
	}
	if r.RecordedAt, err = d.tx.Now(); err != nil {
		return r, err
	}
	r.ReceivedAt = p.Now(r.RecordedAt)
	if p.Status.Ended() {
		return r, models.Refuse(models.CodeEnded, "", "the procurement has ended: %s", p.Status)
	}
	if err := c.Receives(r.ReceivedAt); err != nil {
		return r, err
	}
	if err := d.mayRespond(in, limits); err != nil {
		return r, err
	}
	if err := d.fitsQuestionnaire(c, in.Content); err != nil {
		return r, err
	}
	_, r.Digest, err = models.Canonical(in.Content)
	return r, err
}

// mayRespond lets economic operators respond, and bounds how often one of them does. Responses sent at the same time
// may exceed the bound by their number, which does no harm.
func (d *deed) mayRespond(in NewResponse, limits Limits) error {
	o, err := d.tx.Organisation(d.Actor.OrganisationID)
	if err != nil {
		return err
	}
	if o.Kind != models.OrganisationEconomicOperator {
		return models.Refuse(models.CodeNotAnOperator, "", "your organisation is registered as %s", o.Kind).
			Accepting("a person of an economic operator")
	}
	given, err := d.tx.ResponsesOf(in.Announcement, o.ID)
	if err == nil && given >= limits.Responses {
		return models.Refuse(models.CodeResponseLimit, "",
			"your organisation has responded %d times to this consultation", given).
			Accepting("at most %d responses per economic operator; all of them count", limits.Responses)
	}
	return err
}

func (d *deed) fitsQuestionnaire(c models.Consultation, content models.ResponseContent) error {
	e, err := d.tx.Entry(c.ProcurementID, c.QuestionnaireID)
	if err != nil {
		return err
	}
	q, _ := models.BodyOf[models.Questionnaire](e)
	return content.Check(q)
}

// recordResponse appends that a response was received. The event names no actor, and who responded is a part of it.
func (d *deed) recordResponse(r models.ConsultationResponse) error {
	from, err := event.NewPart(r.From())
	if err != nil {
		return err
	}
	_, err = d.tx.Append(event.Event{
		ProcurementID: r.ProcurementID, At: r.ReceivedAt, RecordedAt: r.RecordedAt,
		Payload: event.ResponseReceived{
			ResponseID: r.ID, AnnouncementID: r.AnnouncementID, Digest: r.Digest, From: from,
		},
	})
	return err
}
