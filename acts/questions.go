package acts

import (
	"context"
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// A NewQuestion is what a supplier asks about the tender pack.
type NewQuestion struct {
	// Lot is the lot it is about; empty: all of them.
	Lot            models.ID
	Language, Text string
}

// mostQuestions bounds how many questions a supplier asks in one procurement.
const mostQuestions = 500

// AskQuestion takes a question of a registered supplier while the time for questions lasts (Directive 2014/24/EU,
// Article 53(2)). Nobody on the buyers' side is told who asks. Suspension stops the buyers' acts, not the suppliers'.
func (a *Acts) AskQuestion(ctx context.Context, by By, in NewQuestion) (Done[models.TenderQuestion], error) {
	return once(ctx, a, by, func(d *deed) (models.TenderQuestion, error) {
		q := models.TenderQuestion{
			ID: models.NewID(models.PrefixQuestion), OrganisationID: d.Actor.OrganisationID, PersonID: d.Actor.PersonID,
			Language: in.Language, Text: in.Text, Version: 1,
		}
		if err := d.enter(alone); err != nil {
			return q, err
		}
		p := d.Seat.Procurement
		q.ProcurementID, q.AskedAt, q.RecordedAt = p.ID, d.Seat.Now, p.RealTime(d.Seat.Now)
		if in.Lot != "" {
			q.LotID = &in.Lot
		}
		if err := d.mayAsk(q); err != nil {
			return q, err
		}
		if err := d.tx.AskQuestion(&q); err != nil {
			return q, err
		}
		if q.Number > mostQuestions {
			return q, models.Refuse(models.CodeQuestionLimit, "", "your organisation has asked %d questions",
				q.Number-1).
				Accepting("at most %d questions", mostQuestions)
		}
		if err := d.raise(models.TaskQuestions, string(p.ID), nil); err != nil {
			return q, err
		}
		return q, d.recordQuestion(q)
	})
}

// mayAsk refuses what cannot be asked: out of time, about a lot that is not open, or by name.
func (d *deed) mayAsk(q models.TenderQuestion) error {
	if status := d.Seat.Procurement.Status; status.Ended() {
		return models.Refuse(models.CodeEnded, "", "the procurement has ended: %s", status)
	}
	asker, err := d.tx.Organisation(q.OrganisationID)
	if err != nil {
		return err
	}
	if err := models.CheckQuestion(q.Text, q.Language, asker.LegalName); err != nil {
		return err
	}
	dossier, err := d.dossier()
	if err != nil {
		return err
	}
	return timelimit.CheckQuestion(dossier, q)
}

// recordQuestion appends that a question was asked. The event names no actor, and who asked is a part of it.
func (d *deed) recordQuestion(q models.TenderQuestion) error {
	from, err := event.NewPart(q.From())
	if err != nil {
		return err
	}
	text, err := event.NewPart(q.Text)
	if err != nil {
		return err
	}
	asked := event.QuestionAsked{QuestionID: q.ID, Language: q.Language, Text: text, From: from}
	if q.LotID != nil {
		asked.LotID = *q.LotID
	}
	_, err = d.tx.Append(event.Event{
		ProcurementID: q.ProcurementID, At: q.AskedAt, RecordedAt: q.RecordedAt, Payload: asked,
	})
	return err
}

// DraftAnswer keeps the next draft of an answer, on the buyers' side.
func (a *Acts) DraftAnswer(
	ctx context.Context, by By, id models.ID, draft models.AnswerDraft,
) (models.TenderQuestion, error) {
	return change(ctx, a, by, func(d *deed) (models.TenderQuestion, error) {
		q, err := d.openQuestion(id)
		if err != nil {
			return q, err
		}
		if err := draft.Check(); err != nil {
			return q, err
		}
		q.Asks, q.Answer, q.Version = draft.Asks, draft.Answer, q.Version+1
		q.DraftedBy, q.DraftedAt = &d.Actor.PersonID, &d.Seat.Now
		if err := d.tx.DraftAnswer(q); err != nil {
			return q, err
		}
		_, digest, err := models.Canonical(draft)
		if err != nil {
			return q, err
		}
		return q, d.record(event.AnswerDrafted{QuestionID: q.ID, Version: q.Version, Digest: digest})
	})
}

// SetQuestionAside says why a question is not answered: it was not asked in good time, or its answer means nothing for
// a tender (Directive 2014/24/EU, Article 47(3), second subparagraph). The asker is told.
func (a *Acts) SetQuestionAside(
	ctx context.Context, by By, id models.ID, reason string,
) (models.TenderQuestion, error) {
	return change(ctx, a, by, func(d *deed) (models.TenderQuestion, error) {
		q, err := d.openQuestion(id)
		if err != nil {
			return q, err
		}
		q.SetAside, q.SetAsideAt = reason, &d.Seat.Now
		d.tx.SetAside(q)
		part, err := event.NewPart(reason)
		if err != nil {
			return q, err
		}
		if err := d.record(event.QuestionSetAside{QuestionID: q.ID, Reason: part}); err != nil {
			return q, err
		}
		all, err := d.tx.Questions(q.ProcurementID)
		if err != nil || slices.ContainsFunc(all, models.TenderQuestion.Open) {
			return q, err
		}
		return q, d.finish(models.TaskQuestions, string(q.ProcurementID))
	})
}

// openQuestion locks a question that waits for an answer, in the version that the actor has read.
func (d *deed) openQuestion(id models.ID) (models.TenderQuestion, error) {
	if err := d.enterContent(share); err != nil {
		return models.TenderQuestion{}, err
	}
	q, err := d.tx.LockQuestion(d.procurement(), id)
	if err != nil {
		return q, err
	}
	if !q.Open() {
		return q, questionClosed("")
	}
	return q, d.On.check(q.Version)
}

func questionClosed(field string) *models.Refusal {
	return models.Refuse(models.CodeQuestionClosed, field, "the question was answered or set aside").
		Accepting("a question that waits for an answer")
}
