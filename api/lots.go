package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/views"
)

// LotStatus is the state of a lot.
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
	Status        LotStatus     `json:"status" enum:"draft,open,closed,ended" doc:"open: published and not closed"`
	Deadline      *DeadlineView `json:"deadline,omitempty" doc:"Of its last box; before publication, of the first"`
	ClosedAt      *time.Time    `json:"closed_at,omitempty" doc:"When its last box was closed; procedure time"`
	Boxes         []BoxView     `json:"boxes" doc:"One for each stage reached; none: not published"`
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

func (v LotView) Self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/lots/" + string(v.ID)
}

func (v LotView) AtVersion() int64 { return v.Version }

func showLot(l models.Lot) LotView {
	return LotView{
		ID: l.ID, ProcurementID: l.ProcurementID, Number: l.Number, Title: l.Title, Description: l.Description,
		Status: lotStatus(l), Deadline: showDeadline(l), ClosedAt: utcOrNil(l.Box().ClosedAt), Boxes: showBoxes(l),
		EndedAt: utcOrNil(l.EndedAt), EndReason: l.EndReason, Version: l.Version, CreatedAt: utc(l.CreatedAt),
	}
}

// BoxView is the box that receives what suppliers hand in for a lot at one stage of its procedure.
type BoxView struct {
	ID           models.ID        `json:"id"`
	Stage        models.StageCode `json:"stage" doc:"The stage of the procedure, such as request or tender"`
	Round        int              `json:"round" doc:"Counts from 1 where the stage repeats"`
	HandsIn      models.Handed    `json:"hands_in" enum:"tender,request,solution" doc:"What suppliers hand in"`
	Talks        models.Talks     `json:"talks,omitempty" enum:"negotiation,dialogue" doc:"Held on what is in it"`
	ByInvitation bool             `json:"by_invitation" doc:"true: only invited suppliers can hand in"`
	OpenedAt     time.Time        `json:"opened_at" doc:"Procedure time"`
	Deadline     DeadlineView     `json:"deadline"`
	ClosedAt     *time.Time       `json:"closed_at,omitempty" doc:"Procedure time"`
	UnsealedAt   *time.Time       `json:"unsealed_at,omitempty" doc:"When it was opened; procedure time"`
	Fingerprint  string           `json:"fingerprint,omitempty" doc:"Of the openers for whom one seals now"`
	Former       []string         `json:"former_openers,omitempty" doc:"Fingerprints of former openers"`
}

func showBoxes(l models.Lot) []BoxView {
	boxes := make([]BoxView, len(l.Boxes))
	for i, b := range l.Boxes {
		boxes[i] = BoxView{
			ID: b.ID, Stage: b.Stage, Round: b.Round, HandsIn: b.HandsIn, Talks: b.Talks, ByInvitation: b.ByInvitation,
			OpenedAt: utc(b.OpenedAt), Deadline: DeadlineView{
				At:        utc(b.Deadline),
				LocalTime: process.LocalTime{Local: b.DeadlineLocal, Zone: b.DeadlineZone},
			}, ClosedAt: utcOrNil(b.ClosedAt),
			UnsealedAt: utcOrNil(b.UnsealedAt), Fingerprint: b.Fingerprint,
		}
		for _, f := range b.Former {
			boxes[i].Former = append(boxes[i].Former, f.Fingerprint)
		}
	}
	return boxes
}

func lotStatus(l models.Lot) LotStatus {
	switch {
	case l.EndedAt != nil:
		return LotEnded
	case l.Open():
		return LotOpen
	case l.Published():
		return LotClosed
	}
	return LotDraft
}

func showDeadline(l models.Lot) *DeadlineView {
	d, ok := views.DeadlineOf(l)
	if !ok {
		return nil
	}
	return &DeadlineView{At: utc(d.At), LocalTime: process.LocalTime{Local: d.Local, Zone: d.Zone}}
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

func (s *server) createLot(ctx context.Context, in *newLot) (*rest.Answer[LotView], error) {
	b := in.Body
	done, err := s.acts.CreateLot(ctx, rest.By(ctx), acts.NewLot{
		Number: b.Number, Title: b.Title, Description: b.Description, Deadline: b.Deadline,
	})
	return rest.Created(ctx, done, err, showLot)
}

// LotPath names a lot.
type LotPath struct {
	ProcurementPath

	Lot string `path:"lot" doc:"ID of the lot"`
}

type lotPatch struct {
	LotPath

	Body struct {
		Number      *int         `json:"number,omitempty" minimum:"1" maximum:"1000"`
		Title       *models.Text `json:"title,omitempty"`
		Description *models.Text `json:"description,omitempty"`

		Deadline rest.Optional[process.LocalTime] `json:"deadline,omitempty"` //nolint:modernize // huma reads omitempty
	}
}

func (s *server) changeLot(ctx context.Context, in *lotPatch) (*rest.Answer[LotView], error) {
	id, err := pathID(models.PrefixLot, "lot", in.Lot)
	if err != nil {
		return nil, err
	}
	b := in.Body
	l, err := s.acts.ChangeLot(ctx, rest.By(ctx), id, acts.LotChange{
		Number: b.Number, Title: b.Title, Description: b.Description, MoveDeadline: b.Deadline.Given(),
		Deadline: b.Deadline.Value(),
	})
	return rest.Changed(ctx, l, err, showLot)
}

type lotsQuery struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listLots(ctx context.Context, in *lotsQuery) (*rest.Listed[LotView], error) {
	read := func(after models.ID, limit int) ([]models.Lot, error) {
		return s.views.Lots(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(l models.Lot) models.ID { return l.ID }, showLot)
}

func (s *server) getLot(ctx context.Context, in *LotPath) (*rest.Answer[LotView], error) {
	id, err := pathID(models.PrefixLot, "lot", in.Lot)
	if err != nil {
		return nil, err
	}
	l, err := s.views.Lot(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, l, err, showLot)
}
