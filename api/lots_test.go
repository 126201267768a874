package api

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// inTwoMonths is late enough for every time limit of the law.
const inTwoMonths = 60 * 24 * time.Hour

func TestLotsAreDescribedUntilTheyArePublished(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	first := d.describe()
	require.Equal(t, 1, first.Number)
	require.Equal(t, LotDraft, first.Status)
	require.Equal(t, 2, d.describe().Number)
	d.do(d.lead, POST, d.Self()+"/lots", map[string]any{"number": 2, "title": models.Text{"en": "x"}}).
		is(http.StatusConflict).refused(models.CodeAlreadyExists)
	d.do(d.lead, POST, d.Self()+"/lots", map[string]any{"number": 7, "title": models.Text{"en": "x"}}).
		is(http.StatusCreated)

	var changed LotView
	d.do(d.lead, PATCH, first.Self(), map[string]any{"description": models.Text{"en": "Fast"}, "deadline": nil},
		with(headerIfMatch, `"1"`)).
		is(http.StatusOK).into(&changed)
	require.Equal(t, models.Text{"en": "Fast"}, changed.Description)
	require.Equal(t, first.Title, changed.Title)
	require.Nil(t, changed.Deadline)
	d.do(d.lead, PATCH, first.Self(), map[string]any{"number": 3}, with(headerIfMatch, `"1"`)).
		is(http.StatusPreconditionFailed)
	d.do(d.lead, PATCH, first.Self(), map[string]any{"number": 7}).is(http.StatusConflict).
		refused(models.CodeAlreadyExists)
	d.do(d.lead, PATCH, first.Self(), map[string]any{"deadline": d.deadlineIn(inTwoMonths)}).is(http.StatusOK)
	d.exec("DELETE FROM lots WHERE number = 7")

	d.publish()
	d.do(d.lead, PATCH, first.Self(), map[string]any{"number": 5}).is(http.StatusConflict).
		refused(models.CodeLotPublished)
	var page rest.Page[LotView]
	d.do(d.lead, GET, d.Self()+"/lots", nil).is(http.StatusOK).into(&page)
	require.Len(t, page.Items, 2)
	require.Equal(t, LotOpen, page.Items[0].Status)
}

func TestLotsDescribedAtOnceGetDifferentNumbers(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	numbers := map[int]bool{}
	for _, answer := range d.atOnce(8, func(int) response {
		return d.do(d.lead, POST, d.Self()+"/lots", map[string]any{"title": models.Text{"en": "x"}})
	}) {
		var l LotView
		answer.is(http.StatusCreated).into(&l)
		numbers[l.Number] = true
	}
	require.Len(t, numbers, 8)
}

// A deadline is what clocks show somewhere; an hour that a clock change skips or repeats is none.
func TestADeadlineIsALocalTimeThatExistsOnce(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	for name, c := range map[string]struct {
		deadline process.LocalTime
		at       string
	}{
		"summer in Paris": {
			process.LocalTime{Local: "2018-07-09T12:00", Zone: "Europe/Paris"},
			"2018-07-09T10:00:00Z",
		},
		"winter in Paris": {
			process.LocalTime{Local: "2019-01-09T12:00:30", Zone: "Europe/Paris"},
			"2019-01-09T11:00:30Z",
		},
		"skipped":  {process.LocalTime{Local: "2026-03-29T02:30", Zone: "Europe/Paris"}, ""},
		"repeated": {process.LocalTime{Local: "2026-10-25T02:30", Zone: "Europe/Paris"}, ""},
		"the hour before": {
			process.LocalTime{Local: "2026-10-25T01:59", Zone: "Europe/Paris"},
			"2026-10-24T23:59:00Z",
		},
		"unknown zone":       {process.LocalTime{Local: "2026-07-09T12:00", Zone: "Europe/Atlantis"}, ""},
		"the machine's zone": {process.LocalTime{Local: "2026-07-09T12:00", Zone: "Local"}, ""},
		"no zone":            {process.LocalTime{Local: "2026-07-09T12:00"}, ""},
		"no time":            {process.LocalTime{Zone: "Europe/Paris"}, ""},
		"an offset instead":  {process.LocalTime{Local: "2026-07-09T12:00Z", Zone: "UTC"}, ""},
		"no such day":        {process.LocalTime{Local: "2026-02-30T12:00", Zone: "UTC"}, ""},
	} {
		answer := d.do(d.lead, POST, d.Self()+"/lots",
			map[string]any{"title": models.Text{"en": "x"}, "deadline": c.deadline})
		if c.at == "" {
			require.Equal(t, models.CodeInvalidLocalTime, answer.refused(models.CodeInvalidLocalTime).Code, name)
			continue
		}
		var l LotView
		answer.is(http.StatusCreated).into(&l)
		require.Equal(t, c.at, l.Deadline.At.Format(time.RFC3339), name)
		require.Equal(t, c.deadline, l.Deadline.LocalTime, name)
	}
}

func TestADeadlineMovesLaterOnly(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot := d.openLot()
	move := func(to process.LocalTime) response {
		return d.do(d.lead, POST, d.Self()+"/actions/move_deadline",
			process.MoveDeadline{Lot: lot.ID, Deadline: to, Reason: "late answers"})
	}
	move(lot.Deadline.LocalTime).is(http.StatusUnprocessableEntity).refused(models.CodeDeadlineEarlier)
	move(d.deadlineIn(30 * time.Minute)).refused(models.CodeDeadlineEarlier)
	move(process.LocalTime{Local: "2099-03-29T02:30", Zone: "Europe/Paris"}).is(http.StatusUnprocessableEntity).
		refused(models.CodeInvalidLocalTime)
	later := d.deadlineIn(inTwoMonths + time.Hour)
	var view acts.CommandView[process.MoveDeadlineResult]
	move(later).is(http.StatusOK).into(&view)
	require.Equal(t, lot.Deadline.At, view.Result.From)
	moved := d.lot(lot.ID)
	require.Equal(t, view.Result.To, moved.Deadline.At)
	require.Equal(t, later, moved.Deadline.LocalTime)
	require.Equal(t, 1,
		d.count("SELECT count(*) FROM events WHERE type = 'lot.deadline_moved' AND data ->> 'lot_id' = $1", lot.ID))

	require.Equal(t, 1, d.count("SELECT count(*) FROM events WHERE type = 'notice.dispatched' AND data ->> "+
		"'notice_id' = $1", view.Result.Notice))

	var notices struct{ Items []NoticeView }
	d.do(d.supplier(), GET, d.Self()+"/notices", nil).is(http.StatusOK).into(&notices)
	require.Len(t, notices.Items, 2, "who reads the contract notice learns of the change")
	change := notices.Items[1]
	require.Equal(t, models.NoticeChange, change.Kind)
	require.Equal(t, notices.Items[0].Digest, change.Content["changes"])
	require.Equal(t, later.Local, change.Content["deadline_local"])
	require.Equal(t, "late answers", change.Content["reason"])

	// The timer that still waits for the old deadline closes nothing.
	out, err := d.acts.RunDue(t.Context(), process.RunDue{ProcurementID: d.ID, Due: process.Due{
		Kind: process.DueCloseBox, Phase: models.PhaseTender, Subject: d.due(lot.ID).Subject, At: lot.Deadline.At,
	}})
	require.NoError(t, err)
	require.Nil(t, d.lot(lot.ID).ClosedAt)
	require.Equal(t, moved.Deadline.At, dueAt(t, out.State.Due, process.DueCloseBox))
	require.Positive(t, d.close(lot.ID).Wait, "the new deadline has not come")
	require.Nil(t, d.lot(lot.ID).ClosedAt)

	d.setDeadline(lot.ID, d.clock().Add(-time.Microsecond))
	move(d.deadlineIn(inTwoMonths + 2*time.Hour)).is(http.StatusConflict).refused(models.CodeDeadlinePassed)
	d.close(lot.ID)
	move(d.deadlineIn(inTwoMonths + 2*time.Hour)).is(http.StatusConflict)
	move(d.deadlineIn(inTwoMonths + 2*time.Hour)).is(http.StatusConflict)
	d.do(d.lead, POST, d.Self()+"/actions/move_deadline",
		process.MoveDeadline{Lot: models.NewID(models.PrefixLot), Deadline: later, Reason: "x"}).is(http.StatusNotFound)
}

func TestALotEndedBeforeItsDeadlineClosesItsBox(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	tender := d.submitted(supplier, lot.ID)
	end := process.EndLot{Lot: lot.ID, Code: "ins-fund", Reason: "the budget was cut"}
	alone := d.personOf(d.lead.organisation)
	d.give(d.lead, d.procurement, alone.person, models.RoleLeadProcurer)
	d.do(alone, POST, d.Self()+"/actions/end_lot", end).is(http.StatusForbidden)
	d.do(d.lead, POST, d.Self()+"/actions/end_lot", process.EndLot{Lot: lot.ID, Code: "whim", Reason: "x"}).
		is(http.StatusUnprocessableEntity)
	d.do(d.lead, POST, d.Self()+"/actions/end_lot", end).is(http.StatusOK)
	d.do(d.lead, POST, d.Self()+"/actions/end_lot", end).is(http.StatusConflict).refused(models.CodeLotEnded)
	ended := d.lot(lot.ID)
	require.Equal(t, LotEnded, ended.Status)
	require.Equal(t, "ins-fund", ended.EndReason)
	require.NotNil(t, ended.ClosedAt)
	d.submit(d.supplier(), lot.ID, d.tender(supplier)).is(http.StatusConflict).refused(models.CodeLotClosed)
	d.withdraw(supplier, tender.TenderID).refused(models.CodeLotClosed)
	require.Equal(t, 1, d.count("SELECT count(*) FROM events WHERE type = 'lot.closed' AND (data ->> "+
		"'received')::int = 1 AND data ->> 'lot_id' = $1", lot.ID))
}

// dueAt is when something of a kind falls due.
func dueAt(t *testing.T, due []process.Due, kind process.DueKind) time.Time {
	t.Helper()
	i := slices.IndexFunc(due, func(d process.Due) bool { return d.Kind == kind })
	require.GreaterOrEqual(t, i, 0)
	return due[i].At
}
