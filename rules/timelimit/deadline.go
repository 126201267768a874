package timelimit

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// CheckDeadline refuses a deadline shorter than the minimum of a stage of a lot, counted from today, the day the notice
// or the invitation is dispatched. A stage without a minimum in law, and a further round of any stage, take any
// deadline that is not too far ahead.
func CheckDeadline(d models.Dossier, lot models.Lot, stage models.Stage, field string, at models.LocalTime) error {
	_, err := calendar.InstantAhead(field, at.Local, at.Zone, d.Now)
	if err != nil || stage.Limit == "" || lot.NextRound(stage.Code) > 1 {
		return err
	}
	f, err := Of(d)
	if err != nil || limitOf(f.Pack, stage) == "" {
		return err
	}
	today := f.Today()
	noticed := today // the day of the contract notice, which the planning notice goes before
	if lot.Published() {
		noticed = f.Day(lot.Boxes[0].OpenedAt)
	}
	_, err = f.Pack.CheckDeadline(calendar.Deadline{
		Field: field, Rule: stage.Limit, Event: today, Local: at.Local, Zone: at.Zone,
		Circumstances: append(f.claimed(), f.planned(noticed)...),
	}, f.Holidays)
	return err
}

// limitOf is the rule of the shortest time of a stage; empty: the law sets none.
func limitOf(pack calendar.Pack, stage models.Stage) string {
	if stage.WhereStated && !pack.Knows(stage.Limit) {
		return ""
	}
	return stage.Limit
}
