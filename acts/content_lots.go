package acts

import (
	"context"
	"maps"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// A NewLot describes a lot.
type NewLot struct {
	// Number is that of the lot; 0: the next.
	Number      int
	Title       models.Text
	Description models.Text
	// Deadline is that for receipt of tenders; nil: not known yet.
	Deadline *process.LocalTime
}

// CreateLot adds a lot. It locks the procurement's row alone, so that no other lot takes the same number.
func (a *Acts) CreateLot(ctx context.Context, by By, in NewLot) (Done[models.Lot], error) {
	return once(ctx, a, by, func(d *deed) (models.Lot, error) {
		if err := d.enterContent(alone); err != nil {
			return models.Lot{}, err
		}
		l := models.Lot{
			ID: models.NewID(models.PrefixLot), ProcurementID: d.procurement(), Number: in.Number, Title: in.Title,
			Description: models.Text{}, Version: 1,
		}
		maps.Copy(l.Description, in.Description)
		setDeadline(&l, in.Deadline)
		if err := checkLot(l); err != nil {
			return l, err
		}
		if err := d.number(&l); err != nil {
			return l, err
		}
		var err error
		if l.CreatedAt, err = d.tx.Now(); err != nil {
			return l, err
		}
		if err := d.tx.CreateLot(&l); err != nil {
			return l, err
		}
		digest, err := l.ContentDigest()
		if err != nil {
			return l, err
		}
		return l, d.record(event.LotCreated{LotID: l.ID, Number: l.Number, Digest: digest})
	})
}

// number gives a lot without a number the next one.
func (d *deed) number(l *models.Lot) error {
	if l.Number != 0 {
		return nil
	}
	lots, err := d.tx.Lots(l.ProcurementID)
	if err != nil {
		return err
	}
	l.Number = 1
	if len(lots) > 0 {
		l.Number = lots[len(lots)-1].Number + 1
	}
	return nil
}

func setDeadline(l *models.Lot, deadline *process.LocalTime) {
	l.DeadlineLocal, l.DeadlineZone = "", ""
	if deadline != nil {
		l.DeadlineLocal, l.DeadlineZone = deadline.Local, deadline.Zone
	}
}

// checkLot refuses a lot whose text is malformed or whose deadline no clock shows, or shows twice.
func checkLot(l models.Lot) error {
	faults := models.Refusals([]*models.Refusal{
		models.CheckText("/title", l.Title, longestTitle), checkDescription(l.Description),
	})
	if faults != nil || l.DeadlineLocal == "" && l.DeadlineZone == "" {
		return faults
	}
	_, err := calendar.Instant("/deadline", l.DeadlineLocal, l.DeadlineZone)
	return err
}

// A LotChange holds new values for a lot; nil: unchanged.
type LotChange struct {
	Number      *int
	Title       *models.Text
	Description *models.Text
	// MoveDeadline tells whether Deadline is given; a nil Deadline then removes the lot's deadline.
	MoveDeadline bool
	Deadline     *process.LocalTime
}

// ChangeLot changes a lot that is not published.
func (a *Acts) ChangeLot(ctx context.Context, by By, id models.ID, in LotChange) (models.Lot, error) {
	return change(ctx, a, by, func(d *deed) (models.Lot, error) {
		if err := d.enterContent(share); err != nil {
			return models.Lot{}, err
		}
		l, err := d.tx.LockLot(d.procurement(), id)
		if err != nil {
			return l, err
		}
		if err := d.mayChangeLot(l); err != nil {
			return l, err
		}
		in.apply(&l)
		if err := checkLot(l); err != nil {
			return l, err
		}
		if err := d.tx.SaveLot(&l); err != nil {
			return l, err
		}
		digest, err := l.ContentDigest()
		if err != nil {
			return l, err
		}
		return l, d.record(event.LotChanged{LotID: l.ID, Version: l.Version, Number: l.Number, Digest: digest})
	})
}

func (d *deed) mayChangeLot(l models.Lot) error {
	switch {
	case l.EndedAt != nil:
		return l.RefuseEnded("")
	case l.Published():
		return models.Refuse(models.CodeLotPublished, "", "lot %d is published", l.Number).
			Accepting("moving its deadline by the action move_deadline")
	}
	return d.On.check(l.Version)
}

func (in LotChange) apply(l *models.Lot) {
	setIf(&l.Number, in.Number)
	setIf(&l.Title, in.Title)
	setIf(&l.Description, in.Description)
	if in.MoveDeadline {
		setDeadline(l, in.Deadline)
	}
}
