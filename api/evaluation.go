package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

func (s *server) evaluationOperations() []operation {
	const procurement = "/v1/procurements/{procurement}"
	const lot = procurement + "/lots/{lot}"
	return []operation{
		op(POST, procurement+"/tenders/{tender}/score-sheets", roles(models.RoleEvaluator), "Write my own scores of a tender", s.writeSheet),
		op(GET, lot+"/score-sheets", roles(studies()...), "List individual scores: my own, and the others' once all of mine are in", s.listSheets),
		act[process.LockQuality, Nothing](s, models.VerbLockQuality, "Lock the quality scores of a lot; prices may be opened after it"),
		op(GET, lot+"/ranking", roles(models.BuyerSide()...), "Rank the tenders for a lot, every line explained", s.getRanking),
		act[process.Award, process.MotionResult](s, models.VerbAward, "Move to award a lot to the tender that ranks first"),
	}
}

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
	Version       int64          `json:"version" doc:"The last one counts"`
	Scores        []models.Score `json:"scores"`
	WrittenAt     time.Time      `json:"written_at" doc:"Procedure time"`
	// Complete is false while the evaluator has tenders left to score.
	Complete bool `json:"complete" doc:"Whether all of the evaluator's own scores for the lot are in; they are final then"`
}

func (v SheetView) self() string   { return tenderPath(v.ProcurementID, v.TenderID) + "/score-sheets" }
func (v SheetView) version() int64 { return v.Version }

// writeSheet takes an evaluator's own scores. Nobody else sees them before having given their own.
func (s *server) writeSheet(ctx context.Context, in *newSheet) (*Answer[SheetView], error) {
	id, err := pathID(models.PrefixTender, "tender", in.Tender)
	if err != nil {
		return nil, err
	}
	return create(ctx, s, func(tx *store.Tx) (SheetView, error) {
		st, err := s.enterContent(ctx, tx, share)
		if err != nil {
			return SheetView{}, err
		}
		// One sheet of a person after the other: what is final depends on those before.
		if _, err := tx.LockPerson(callOf(ctx).actor.PersonID); err != nil {
			return SheetView{}, err
		}
		d, err := tx.Dossier(st.Procurement, st.Now)
		if err != nil {
			return SheetView{}, err
		}
		sheet := models.ScoreSheet{TenderID: id, PersonID: callOf(ctx).actor.PersonID, Scores: in.Body.Scores, WrittenAt: d.Now}
		if err := evaluation.CheckSheet(d, sheet); err != nil {
			return SheetView{}, err
		}
		if err := tx.WriteSheet(&sheet); err != nil {
			return SheetView{}, err
		}
		d.Tendering.Sheets = append(d.Tendering.Sheets, sheet)
		return showSheet(d, sheet), record(ctx, tx, models.EventSheetWritten, map[string]any{"tender_id": string(id), "version": sheet.Version})
	})
}

func showSheet(d models.Dossier, sheet models.ScoreSheet) SheetView {
	t, _ := d.Tendering.Tender(sheet.TenderID)
	return SheetView{
		ProcurementID: d.Procurement.ID, TenderID: sheet.TenderID, PersonID: sheet.PersonID, Version: int64(sheet.Version), Scores: sheet.Scores,
		WrittenAt: utc(sheet.WrittenAt), Complete: evaluation.HasScoredAll(d, t.LotID, sheet.PersonID),
	}
}

// SheetsView lists individual scores.
type SheetsView struct {
	Items []SheetView `json:"items"`
}

// listSheets shows an evaluator the others' scores only after all of their own are in; who does not
// evaluate sees them when quality is locked, the chair earlier.
func (s *server) listSheets(ctx context.Context, in *LotPath) (*Shown[SheetsView], error) {
	view := SheetsView{Items: []SheetView{}}
	err := s.study(ctx, func(_ *store.Tx, d models.Dossier) error {
		lot, ok := d.Tendering.Lot(models.ID(in.Lot))
		if !ok {
			return noResource()
		}
		if err := mayStudy(ctx, d, lot.ID); err != nil {
			return err
		}
		all := seesAllSheets(ctx, d, lot.ID)
		for _, sheet := range d.Tendering.Sheets {
			t, _ := d.Tendering.Tender(sheet.TenderID)
			if t.LotID == lot.ID && (all || sheet.PersonID == callOf(ctx).actor.PersonID) {
				view.Items = append(view.Items, showSheet(d, sheet))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Shown[SheetsView]{Body: view}, nil
}

func seesAllSheets(ctx context.Context, d models.Dossier, lot models.ID) bool {
	actor := callOf(ctx).actor
	if d.Tendering.Stages[lot].QualityLockedAt != nil {
		return true
	}
	if actor.HasAny(models.RoleEvaluator) {
		return evaluation.HasScoredAll(d, lot, actor.PersonID)
	}
	return actor.HasAny(models.RoleChair)
}

// getRanking computes the ranking from the record as it is now.
func (s *server) getRanking(ctx context.Context, in *LotPath) (*Shown[evaluation.Evaluation], error) {
	var e evaluation.Evaluation
	err := s.study(ctx, func(_ *store.Tx, d models.Dossier) error {
		lot, ok := d.Tendering.Lot(models.ID(in.Lot))
		if !ok {
			return noResource()
		}
		if err := d.MayStudy(callOf(ctx).actor.OrganisationID, lot.ID); err != nil {
			return err
		}
		var err error
		e, err = evaluation.Evaluate(d, lot.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Shown[evaluation.Evaluation]{Body: e}, nil
}
