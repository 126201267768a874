package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

type newSheet struct {
	TenderPath
	Body struct {
		Scores []models.Score `json:"scores" minItems:"1" maxItems:"100" doc:"One for each criterion"`
	}
}

// SheetView is an evaluator's own scores of a tender.
type SheetView struct {
	ProcurementID models.ID      `json:"procurement_id"`
	TenderID      models.ID      `json:"tender_id"`
	PersonID      models.ID      `json:"person_id" doc:"The evaluator"`
	Version       int64          `json:"version" doc:"The latest version counts"`
	Scores        []models.Score `json:"scores"`
	WrittenAt     time.Time      `json:"written_at" doc:"Procedure time"`
	// Complete is false while the evaluator has tenders left to score.
	Complete bool `json:"complete" doc:"Whether all of the evaluator's scores for the lot are in; they are then final"`
}

func (v SheetView) Self() string     { return tenderPath(v.ProcurementID, v.TenderID) + "/score-sheets" }
func (v SheetView) AtVersion() int64 { return v.Version }

func (s *server) writeSheet(ctx context.Context, in *newSheet) (*rest.Answer[SheetView], error) {
	id, err := pathID(models.PrefixTender, "tender", in.Tender)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.WriteSheet(ctx, rest.By(ctx), id, in.Body.Scores)
	return rest.Created(ctx, done, err, func(w acts.SheetWritten) SheetView {
		return showSheet(rest.Procurement(ctx), w.ScoreSheet, w.Complete)
	})
}

func showSheet(procurement models.ID, sheet models.ScoreSheet, complete bool) SheetView {
	return SheetView{
		ProcurementID: procurement, TenderID: sheet.TenderID, PersonID: sheet.PersonID, Version: int64(sheet.Version),
		Scores: sheet.Scores, WrittenAt: utc(sheet.WrittenAt), Complete: complete,
	}
}

// SheetsView lists individual scores.
type SheetsView struct {
	Items []SheetView `json:"items"`
}

func (s *server) listSheets(ctx context.Context, in *LotPath) (*rest.Shown[SheetsView], error) {
	sheets, err := s.views.Sheets(ctx, rest.Reader(ctx), models.ID(in.Lot))
	view := SheetsView{Items: []SheetView{}}
	for _, sheet := range sheets {
		view.Items = append(view.Items, showSheet(rest.Procurement(ctx), sheet.ScoreSheet, sheet.Complete))
	}
	return &rest.Shown[SheetsView]{Body: view}, err
}

type shortlistQuery struct {
	LotPath

	Stage models.StageCode `query:"stage" maxLength:"40" doc:"To which stage; absent: to the next"`
	Keep  int              `query:"keep" minimum:"1" maximum:"100" doc:"With the best so many; absent: with all"`
}

func (s *server) getShortlist(ctx context.Context, in *shortlistQuery) (*rest.Shown[views.Shortlist], error) {
	id, err := pathID(models.PrefixLot, "lot", in.Lot)
	if err != nil {
		return nil, err
	}
	list, err := s.views.Shortlist(ctx, rest.Reader(ctx), id, models.Going{Stage: in.Stage, Keep: in.Keep})
	return &rest.Shown[views.Shortlist]{Body: list}, err
}

func (s *server) getQuality(ctx context.Context, in *LotPath) (*rest.Shown[views.QualityStanding], error) {
	standing, err := s.views.Quality(ctx, rest.Reader(ctx), models.ID(in.Lot))
	return &rest.Shown[views.QualityStanding]{Body: standing}, err
}

type methodQuery struct {
	LotPath

	Language string `query:"language" maxLength:"2" doc:"In which the rules are told: de, en, es, fr, it or tr"`
}

func (s *server) getMethod(ctx context.Context, in *methodQuery) (*rest.Shown[views.Method], error) {
	method, err := s.views.Method(ctx, rest.Reader(ctx), models.ID(in.Lot), in.Language)
	return &rest.Shown[views.Method]{Body: method}, err
}

func (s *server) getRanking(ctx context.Context, in *LotPath) (*rest.Shown[views.Evaluation], error) {
	ranking, err := s.views.Ranking(ctx, rest.Reader(ctx), models.ID(in.Lot))
	return &rest.Shown[views.Evaluation]{Body: ranking}, err
}
