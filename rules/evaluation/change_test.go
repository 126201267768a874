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

// The time that a moved deadline gives is for what tenderers read then: whoever changes more later asks for time anew.
func TestADeadlineThatWasMovedServesTheChangesOfOneDay(t *testing.T) {
	t.Parallel()
	d := newPublication(t)
	d.published()
	require.Zero(t, TimeServed(d.Dossier))
	at := d.Now
	d.dispatch(models.NoticeChange, at, DocumentNotice{Significant: true})
	d.dispatch(models.NoticeChange, at.Add(time.Hour), DocumentNotice{})
	d.dispatch(models.NoticeChange, at.Add(2*time.Hour), ChangeNotice{Lot: d.lot})
	d.Now = at.Add(servedDay - 1)
	require.Zero(t, TimeServed(d.Dossier), "those of one day are read together")
	d.Now = at.Add(servedDay)
	require.Equal(t, at, TimeServed(d.Dossier), "neither a misspelt word nor a deadline takes time")
	d.dispatch(models.NoticeChange, d.Now, DocumentNotice{Significant: true})
	require.Equal(t, at, TimeServed(d.Dossier))
	d.Now = d.Now.Add(servedDay)
	require.Equal(t, at.Add(servedDay), TimeServed(d.Dossier))
}
