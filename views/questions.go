package views

import (
	"context"

	"github.com/ppi-engine/ppi/models"
)

// Questions lists questions about the tender pack, those after the given one: a supplier's own; to the buyers' side
// all, without who asked, which nobody there is ever told.
func (v *Views) Questions(ctx context.Context, r Reader, after models.ID, limit int) ([]models.TenderQuestion, error) {
	return rows(r, OfQuestions, func(p models.ID) ([]models.TenderQuestion, error) {
		whose := models.ID("")
		if r.Actor.Supplies() {
			whose = r.Actor.OrganisationID
		}
		found, err := v.Store.Questions(ctx, p, whose, after, limit)
		for i, q := range found {
			found[i] = r.ofQuestion(q)
		}
		return found, err
	})
}

// Question reads a question: a supplier's own, or any without who asked.
func (v *Views) Question(ctx context.Context, r Reader, id models.ID) (models.TenderQuestion, error) {
	return rows(r, OfQuestions, func(p models.ID) (models.TenderQuestion, error) {
		q, err := v.Store.Question(ctx, p, id)
		if err == nil && r.Actor.Supplies() && q.OrganisationID != r.Actor.OrganisationID {
			return models.TenderQuestion{}, models.NoSuchResource()
		}
		return r.ofQuestion(q), err
	})
}

// ofQuestion is what the reader sees of a question: the buyers not who asked, its supplier nothing of drafts.
func (r Reader) ofQuestion(q models.TenderQuestion) models.TenderQuestion {
	if !r.Actor.Supplies() {
		return q.WithoutAsker()
	}
	q.DraftedBy, q.DraftedAt = nil, nil
	if q.Open() {
		q.Asks, q.Answer, q.Version = nil, nil, 1
	}
	if q.SetAsideAt != nil {
		q.Asks, q.Answer = nil, nil
	}
	return q
}

// PublicNotices lists the notices of a procurement that everybody may read, those after the given one: all that were
// dispatched since its publication.
func (v *Views) PublicNotices(
	ctx context.Context, procurement, after models.ID, limit int,
) ([]models.Notice, error) {
	if err := v.published(ctx, procurement); err != nil {
		return nil, err
	}
	return v.Store.Notices(ctx, procurement, after, limit)
}
