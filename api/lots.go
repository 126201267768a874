package api

import (
	"context"
	"maps"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/calendar"
)

func (s *server) lotOperations() []operation {
	const all, one = "/v1/procurements/{procurement}/lots", "/v1/procurements/{procurement}/lots/{lot}"
	writers, readers := roles(models.RoleLeadProcurer, models.RoleDrafter), roles(models.Roles()...)
	return []operation{
		op(POST, all, writers, "Describe a lot", s.createLot),
		op(GET, all, readers, "List lots; suppliers see those that were published", s.listLots),
		op(GET, one, readers, "Read a lot", s.getLot),
		op(PATCH, one, writers, "Change a lot that is not published", s.changeLot),
		act[process.Publish, process.PublishResult](s, models.VerbPublish, "Publish all lots that are ready: their boxes take tenders"),
		act[process.MoveDeadline, process.MoveDeadlineResult](s, models.VerbMoveDeadline, "Move the deadline of an open lot to a later instant"),
		act[process.EndLot, process.MotionResult](s, models.VerbEndLot, "End a lot without award: the lead procurer one that was never published; the board, by motion, any other"),
	}
}

// LotStatus is where a lot stands.
type LotStatus string

// The statuses of a lot.
const (
	LotDraft  LotStatus = "draft"
	LotOpen   LotStatus = "open"
	LotClosed LotStatus = "closed"
	LotEnded  LotStatus = "ended"
)

// LotView is a lot.
type LotView struct {
	ID            models.ID     `json:"id"`
	ProcurementID models.ID     `json:"procurement_id"`
	Number        int           `json:"number"`
	Title         models.Text   `json:"title"`
	Description   models.Text   `json:"description"`
	Status        LotStatus     `json:"status" enum:"draft,open,closed,ended" doc:"open: published and not closed; the deadline decides what is received"`
	Deadline      *DeadlineView `json:"deadline,omitempty"`
	OpenedAt      *time.Time    `json:"opened_at,omitempty" doc:"When it was published; procedure time"`
	ClosedAt      *time.Time    `json:"closed_at,omitempty" doc:"When its box was closed; procedure time"`
	EndedAt       *time.Time    `json:"ended_at,omitempty" doc:"Procedure time"`
	EndReason     string        `json:"end_reason,omitempty" doc:"eForms code list non-award-justification"`
	Version       int64         `json:"version"`
	CreatedAt     time.Time     `json:"created_at" doc:"Real time"`
}

// DeadlineView is a deadline as it was set, and the instant it means. What is received at that very
// instant is in time.
type DeadlineView struct {
	At time.Time `json:"at" doc:"Procedure time"`
	process.LocalTime
}

func (v LotView) self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/lots/" + string(v.ID)
}

func (v LotView) version() int64 { return v.Version }

func showLot(l models.Lot) LotView {
	return LotView{
		ID: l.ID, ProcurementID: l.ProcurementID, Number: l.Number, Title: l.Title, Description: l.Description, Status: lotStatus(l),
		Deadline: showDeadline(l), OpenedAt: utcOrNil(l.OpenedAt), ClosedAt: utcOrNil(l.ClosedAt), EndedAt: utcOrNil(l.EndedAt),
		EndReason: l.EndReason, Version: l.Version, CreatedAt: utc(l.CreatedAt),
	}
}

func lotStatus(l models.Lot) LotStatus {
	switch {
	case l.EndedAt != nil:
		return LotEnded
	case l.ClosedAt != nil:
		return LotClosed
	case l.OpenedAt != nil:
		return LotOpen
	}
	return LotDraft
}

func showDeadline(l models.Lot) *DeadlineView {
	if l.DeadlineLocal == "" {
		return nil
	}
	v := &DeadlineView{LocalTime: process.LocalTime{Local: l.DeadlineLocal, Zone: l.DeadlineZone}}
	if l.Deadline != nil {
		v.At = utc(*l.Deadline)
		return v
	}
	// Not published yet: what it would mean by the rules of today.
	at, err := calendar.Instant("/deadline", l.DeadlineLocal, l.DeadlineZone)
	if err != nil {
		return nil
	}
	v.At = at
	return v
}

type newLot struct {
	ProcurementPath

	Body struct {
		Number      int                `json:"number,omitempty" minimum:"1" maximum:"1000" doc:"Absent: the next"`
		Title       models.Text        `json:"title"`
		Description models.Text        `json:"description,omitempty"`
		Deadline    *process.LocalTime `json:"deadline,omitempty" doc:"For receipt of tenders"`
	}
}

// createLot takes the procurement's row alone, so that the next number is nobody else's.
func (s *server) createLot(ctx context.Context, in *newLot) (*Answer[LotView], error) {
	return create(ctx, s, func(tx *store.Tx) (LotView, error) {
		st, err := s.enterContent(ctx, tx, alone)
		if err != nil {
			return LotView{}, err
		}
		b := in.Body
		l := models.Lot{
			ID: models.NewID(models.PrefixLot), ProcurementID: st.Procurement.ID, Number: b.Number, Title: b.Title, Description: models.Text{}, Version: 1,
		}
		maps.Copy(l.Description, b.Description)
		setDeadline(&l, b.Deadline)
		if err := checkLot(l); err != nil {
			return LotView{}, err
		}
		if l.Number == 0 {
			if l.Number, err = nextNumber(tx, l.ProcurementID); err != nil {
				return LotView{}, err
			}
		}
		if l.CreatedAt, err = tx.Now(); err != nil {
			return LotView{}, err
		}
		if err := tx.CreateLot(&l); err != nil {
			return LotView{}, err
		}
		return showLot(l), record(ctx, tx, models.EventLotCreated, map[string]any{"lot_id": l.ID, "number": l.Number})
	})
}

func nextNumber(tx *store.Tx, procurement models.ID) (int, error) {
	lots, err := tx.Lots(procurement)
	if err != nil || len(lots) == 0 {
		return 1, err
	}
	return lots[len(lots)-1].Number + 1, nil
}

func setDeadline(l *models.Lot, deadline *process.LocalTime) {
	l.DeadlineLocal, l.DeadlineZone = "", ""
	if deadline != nil {
		l.DeadlineLocal, l.DeadlineZone = deadline.Local, deadline.Zone
	}
}

// checkLot refuses a lot whose text is malformed or whose deadline no clock shows, or shows twice.
func checkLot(l models.Lot) error {
	faults := gather(models.CheckText("/title", l.Title, longestTitle), checkDescription(l.Description))
	if faults != nil || l.DeadlineLocal == "" && l.DeadlineZone == "" {
		return faults
	}
	_, err := calendar.Instant("/deadline", l.DeadlineLocal, l.DeadlineZone)
	return err
}

// LotPath names a lot.
type LotPath struct {
	ProcurementPath

	Lot string `path:"lot" doc:"ID of the lot"`
}

type lotPatch struct {
	LotPath

	Body struct {
		Number      *int                        `json:"number,omitempty" minimum:"1" maximum:"1000"`
		Title       *models.Text                `json:"title,omitempty"`
		Description *models.Text                `json:"description,omitempty"`
		Deadline    optional[process.LocalTime] `json:"deadline,omitempty"` //nolint:modernize // huma reads omitempty: the field is optional
	}
}

func (s *server) changeLot(ctx context.Context, in *lotPatch) (*Answer[LotView], error) {
	id, err := pathID(models.PrefixLot, "lot", in.Lot)
	if err != nil {
		return nil, err
	}
	return change(ctx, s, func(tx *store.Tx) (LotView, error) {
		st, err := s.enterContent(ctx, tx, share)
		if err != nil {
			return LotView{}, err
		}
		l, err := tx.LockLot(st.Procurement.ID, id)
		if err != nil {
			return LotView{}, err
		}
		if err := mayChangeLot(ctx, l); err != nil {
			return LotView{}, err
		}
		in.apply(&l)
		if err := checkLot(l); err != nil {
			return LotView{}, err
		}
		if err := tx.SaveLot(&l); err != nil {
			return LotView{}, err
		}
		return showLot(l), record(ctx, tx, models.EventLotChanged, map[string]any{"lot_id": l.ID, "version": l.Version})
	})
}

func mayChangeLot(ctx context.Context, l models.Lot) error {
	switch {
	case l.EndedAt != nil:
		return models.Refuse(models.CodeLotEnded, "", "lot %d has ended: %s", l.Number, l.EndReason)
	case l.OpenedAt != nil:
		return models.Refuse(models.CodeLotPublished, "", "lot %d is published", l.Number).Accepting("moving its deadline by the action move_deadline")
	}
	return callOf(ctx).ifMatch.check(l.Version)
}

func (in *lotPatch) apply(l *models.Lot) {
	setIf(&l.Number, in.Body.Number)
	setIf(&l.Title, in.Body.Title)
	setIf(&l.Description, in.Body.Description)
	if in.Body.Deadline.given {
		setDeadline(l, in.Body.Deadline.value)
	}
}

// buyersEyes tells whether the caller sees what is not published.
func buyersEyes(ctx context.Context) bool { return callOf(ctx).actor.HasAny(models.BuyerSide()...) }

type lotsQuery struct {
	ProcurementPath
	Paging
}

func (s *server) listLots(ctx context.Context, in *lotsQuery) (*Listed[LotView], error) {
	call := callOf(ctx)
	read := func(after models.ID, limit int) ([]models.Lot, error) {
		return s.store.ListLots(ctx, call.procurement(), !buyersEyes(ctx), after, limit)
	}
	return list(s, call, in.Paging, nil, read, func(l models.Lot) models.ID { return l.ID }, showLot)
}

func (s *server) getLot(ctx context.Context, in *LotPath) (*Answer[LotView], error) {
	id, err := pathID(models.PrefixLot, "lot", in.Lot)
	if err != nil {
		return nil, err
	}
	l, err := s.store.Lot(ctx, callOf(ctx).procurement(), id)
	if err == nil && l.OpenedAt == nil && !buyersEyes(ctx) {
		err = noResource()
	}
	if err != nil {
		return nil, err
	}
	return show(ctx, showLot(l)), nil
}
