package timelimit

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// A CertifiedPeriod is one that can be counted.
type CertifiedPeriod struct {
	models.CertifiedPeriod
}

// CheckAgainst refuses a rule that no time limit has, a length below the Directive's minimum, and a text that was read
// in the future.
func (p CertifiedPeriod) CheckAgainst(d models.Dossier, e models.Entry) error {
	if e.Version > 1 && slices.ContainsFunc(d.Tendering.Lots, models.Lot.Running) {
		return models.Refuse(models.CodeFrozen, "", "lots are published whose time limits rest on this period").
			Accepting("a change once every published lot has ended")
	}
	if e.WithdrawnAt != nil {
		return nil
	}
	if today := d.Today(); p.ReadOn > today {
		return models.Refuse(models.CodeInvalidValue, "/read_on", "today is %s", today).
			Accepting("a day up to %s", today)
	}
	day, err := calendar.ParseDate("/read_on", d.Today())
	if err != nil {
		return err
	}
	pack, err := calendar.PackUnder(calendar.Directive(d.TimeLimits().Directive), p.Law, day)
	if err != nil {
		return err
	}
	_, err = WithCertified(pack, p.CertifiedPeriod, e.ID)
	return err
}
