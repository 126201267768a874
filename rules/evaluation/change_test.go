package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// Irregularity noex-timl: a deadline that was moved, and not as far as the law asks for after such a change.
func TestAChangeWaitsUntilTheDeadlineGivesTheTimeAgain(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	for _, m := range d.Members {
		o := d.Organisations[m.OrganisationID]
		o.Country = "CZ"
		d.Organisations[m.OrganisationID] = o
	}
	d.published()
	lot := &d.Tendering.Lots[0]
	box := &lot.Boxes[0]
	first := box.Deadline
	days := int(first.Sub(box.OpenedAt).Hours() / 24)
	moved := func(at, to time.Time) {
		d.dispatch(models.NoticeChange, at, ChangeNotice{Lot: d.lot, Box: box.ID, From: box.Deadline, Deadline: to})
		box.Deadline = to
	}
	d.Now = box.OpenedAt.Add(10 * 24 * time.Hour)
	check := func(effect models.ChangeEffect) models.Code {
		r, refused := models.RefusalOf(CheckChange(d.Dossier, *lot, effect, box.OpenedAt))
		if !refused {
			return ""
		}
		return r.Code
	}
	moved(d.Now.Add(-time.Hour), first.Add(24*time.Hour))
	require.Equal(t, models.CodeInvalidValue, check(""))
	require.Equal(t, models.CodeDeadlineNotMoved, check(models.EffectWider))
	require.Empty(t, check(models.EffectNone))
	moved(d.Now, d.Now.Add(time.Duration(days+1)*24*time.Hour))
	require.Empty(t, check(models.EffectWider), "counted from the first deadline, not from those after it")
}
