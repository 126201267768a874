package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// QuestionView is a question about the tender pack: to its supplier with its number, to the buyers without who asked.
type QuestionView struct {
	ID            models.ID   `json:"id"`
	ProcurementID models.ID   `json:"procurement_id"`
	Lot           *models.ID  `json:"lot,omitempty" doc:"The lot it is about; absent: all"`
	Number        int         `json:"number,omitempty" doc:"Counts the supplier's own questions; absent to buyers"`
	Language      string      `json:"language"`
	Text          string      `json:"text" doc:"As it was asked"`
	AskedAt       time.Time   `json:"asked_at" doc:"Procedure time"`
	Version       int64       `json:"version"`
	Asks          models.Text `json:"asks,omitempty" doc:"The question as everybody is to read it"`
	Answer        models.Text `json:"answer,omitempty"`
	DraftedAt     *time.Time  `json:"drafted_at,omitempty" doc:"Procedure time; absent to suppliers"`
	Reference     string      `json:"reference,omitempty" doc:"What it is called in the log that everybody reads"`
	PublishedAt   *time.Time  `json:"published_at,omitempty" doc:"When it was answered to all; procedure time"`
	SetAside      string      `json:"set_aside,omitempty" doc:"Why it is not answered"`
	SetAsideAt    *time.Time  `json:"set_aside_at,omitempty" doc:"Procedure time"`
}

func (v QuestionView) Self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/questions/" + string(v.ID)
}

func (v QuestionView) AtVersion() int64 { return v.Version }

func showQuestion(q models.TenderQuestion) QuestionView {
	return QuestionView{
		ID: q.ID, ProcurementID: q.ProcurementID, Lot: q.LotID, Number: q.Number, Language: q.Language, Text: q.Text,
		AskedAt: utc(q.AskedAt), Version: q.Version, Asks: q.Asks, Answer: q.Answer, DraftedAt: utcOrNil(q.DraftedAt),
		Reference: q.Reference, PublishedAt: utcOrNil(q.PublishedAt), SetAside: q.SetAside,
		SetAsideAt: utcOrNil(q.SetAsideAt),
	}
}

// showBuyers shows a question as the buyers' side sees it.
func showBuyers(q models.TenderQuestion) QuestionView { return showQuestion(q.WithoutAsker()) }

type newQuestion struct {
	ProcurementPath
	Body struct {
		Lot      models.ID `json:"lot,omitempty" doc:"The lot it is about; absent: all"`
		Language string    `json:"language" doc:"BCP 47 tag of the language it is written in" example:"en"`
		Text     string    `json:"text" minLength:"1" maxLength:"8000" doc:"Without the name of your organisation"`
	}
}

func (s *server) askQuestion(ctx context.Context, in *newQuestion) (*rest.Answer[QuestionView], error) {
	if in.Body.Lot != "" {
		if _, err := models.ParseID(models.PrefixLot, "/lot", string(in.Body.Lot)); err != nil {
			return nil, err
		}
	}
	done, err := s.acts.AskQuestion(ctx, rest.By(ctx), acts.NewQuestion{
		Lot: in.Body.Lot, Language: in.Body.Language, Text: in.Body.Text,
	})
	return rest.Created(ctx, done, err, showQuestion)
}

type questionsQuery struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listQuestions(ctx context.Context, in *questionsQuery) (*rest.Listed[QuestionView], error) {
	read := func(after models.ID, limit int) ([]models.TenderQuestion, error) {
		return s.views.Questions(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(q models.TenderQuestion) models.ID { return q.ID }, showQuestion)
}

// QuestionPath names a question.
type QuestionPath struct {
	ProcurementPath

	Question string `path:"question" doc:"ID of the question"`
}

func (in QuestionPath) id() (models.ID, error) {
	return pathID(models.PrefixQuestion, "question", in.Question)
}

func (s *server) getQuestion(ctx context.Context, in *QuestionPath) (*rest.Answer[QuestionView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	q, err := s.views.Question(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, q, err, showQuestion)
}

type answerDraft struct {
	QuestionPath
	Body models.AnswerDraft
}

func (s *server) draftAnswer(ctx context.Context, in *answerDraft) (*rest.Answer[QuestionView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	q, err := s.acts.DraftAnswer(ctx, rest.By(ctx), id, in.Body)
	return rest.Changed(ctx, q, err, showBuyers)
}

type setAside struct {
	QuestionPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"4000" doc:"Told to the supplier that asked"`
	}
}

func (s *server) setQuestionAside(ctx context.Context, in *setAside) (*rest.Answer[QuestionView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	q, err := s.acts.SetQuestionAside(ctx, rest.By(ctx), id, in.Body.Reason)
	return rest.Changed(ctx, q, err, showBuyers)
}

func (s *server) listPublicNotices(ctx context.Context, in *NoticesInput) (*rest.Listed[NoticeView], error) {
	procurement, err := pathID(models.PrefixProcurement, "procurement", in.Procurement)
	if err != nil {
		return nil, err
	}
	read := func(after models.ID, limit int) ([]models.Notice, error) {
		return s.views.PublicNotices(ctx, procurement, after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(n models.Notice) models.ID { return n.ID }, showNotice)
}
