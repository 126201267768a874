package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// confirm confirms a tender after a notice of change.
func (d *tendering) confirm(c caller, tender, notice models.ID, headers ...header) response {
	d.Helper()
	return d.do(c, POST, tenderPath(d.ID, tender)+"/actions/confirm", map[string]any{"notice": notice}, headers...)
}

// extended moves the deadline of a lot and returns the notice of change.
func (d *tendering) extended(lot models.ID, by time.Duration) models.ID {
	d.Helper()
	var view acts.CommandView[process.MoveDeadlineResult]
	d.do(d.lead, POST, d.Self()+"/actions/move_deadline", process.MoveDeadline{
		Lot: lot, Deadline: d.deadlineIn(inTwoMonths + by), Reason: "The plan of the hall was wrong.",
	}).is(http.StatusOK).into(&view)
	return view.Result.Notice
}

// changes lists what was changed since a tender was handed in, as somebody reads it.
func (d *tendering) changes(c caller, tender models.ID) []ChangeView {
	d.Helper()
	var view ChangesView
	d.do(c, GET, tenderPath(d.ID, tender)+"/changes", nil).is(http.StatusOK).into(&view)
	return view.Items
}

// Directive 2014/24/EU, Article 47(3): who has tendered is asked after each change, and nobody else is told who that
// is.
func TestWhoHasTenderedIsAskedAfterEachChangeToConfirm(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, other := d.describe(), d.describe()
	d.publish()
	supplier := d.supplier()
	d.extended(lot.ID, time.Hour)
	r := d.submitted(supplier, lot.ID)
	require.Empty(t, d.changes(supplier, r.TenderID), "it was handed in after that change")
	nothing := models.NewID(models.PrefixNotice)
	d.confirm(supplier, r.TenderID, nothing).is(http.StatusConflict).refused(models.CodeNothingToConfirm)

	first, second := d.extended(lot.ID, 2*time.Hour), d.extended(lot.ID, 3*time.Hour)
	d.extended(other.ID, 4*time.Hour)
	asked := d.changes(supplier, r.TenderID)
	require.Len(t, asked, 2, "a change of another lot asks nobody here")
	require.Equal(t, first, asked[0].Notice)
	require.Equal(t, second, asked[1].Notice)
	require.Nil(t, asked[1].ConfirmedAt)
	d.confirm(supplier, r.TenderID, first).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	d.confirm(d.supplier(), r.TenderID, second).is(http.StatusNotFound)
	d.confirm(supplier, r.TenderID, second, with(headerIfMatch, `"7"`)).is(http.StatusPreconditionFailed)

	var confirmed, again ReceiptView
	key := with(headerIdempotencyKey, uuid.NewString())
	d.confirm(supplier, r.TenderID, second, key).is(http.StatusOK).into(&confirmed)
	d.confirm(supplier, r.TenderID, second, key).is(http.StatusOK).into(&again)
	require.Equal(t, confirmed, again)
	signed := d.verified(confirmed)
	require.Equal(t, seal.ActConfirmed, signed.Act)
	require.Equal(t, second, signed.NoticeID)
	require.Equal(t, r.Manifest, signed.Manifest)
	for _, c := range d.changes(supplier, r.TenderID) {
		require.Equal(t, confirmed.ProcedureTime, *c.ConfirmedAt, "who confirms after the last change knows the others")
	}
	d.confirm(supplier, r.TenderID, second).refused(models.CodeNothingToConfirm)
	d.do(supplier, GET, tenderPath(d.ID, r.TenderID)+"/confirmation", nil).is(http.StatusOK).into(&again)
	require.Equal(t, confirmed, again)
	require.Equal(t, 1, d.count("SELECT count(*) FROM events WHERE type = 'tender.confirmed' AND procurement_id IS "+
		"NULL AND actor_id IS NULL AND data = jsonb_build_object('tender_id', $1::text, 'receipt', $2::text)",
		r.TenderID, models.Digest([]byte(confirmed.Note))))

	replaced := d.extended(lot.ID, 5*time.Hour)
	var next ReceiptView
	d.replace(supplier, r.TenderID, d.tender(supplier, lot.ID)).is(http.StatusCreated).into(&next)
	require.Empty(t, d.changes(supplier, next.TenderID), "who hands in anew knows what has changed")
	d.confirm(supplier, r.TenderID, replaced).is(http.StatusConflict).refused(models.CodeTenderReplaced)
}

// A tender binds: silence takes nothing away that was handed in, and nothing is confirmed after the deadline.
func TestATenderThatNobodyConfirmsStands(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier, silent := d.openLot(), d.supplier(), d.supplier()
	r, s := d.submitted(supplier, lot.ID), d.submitted(silent, lot.ID)
	notice := d.extended(lot.ID, time.Hour)
	key := with(headerIdempotencyKey, uuid.NewString())
	var confirmed, again ReceiptView
	d.confirm(supplier, r.TenderID, notice, key).is(http.StatusOK).into(&confirmed)
	d.setDeadline(lot.ID, d.clock().Add(-time.Microsecond))
	d.confirm(silent, s.TenderID, notice).is(http.StatusConflict).refused(models.CodeDeadlinePassed)
	require.Equal(t, 1, d.count("SELECT count(*) FROM events WHERE type = 'tender.refused' AND "+
		"data ->> 'act' = 'confirmed'"))
	d.close(lot.ID)
	d.confirm(silent, s.TenderID, notice).refused(models.CodeDeadlinePassed)
	d.confirm(supplier, r.TenderID, notice, key).is(http.StatusOK).into(&again)
	require.Equal(t, confirmed, again, "a repeat gets the first receipt, also after the deadline")
	require.Equal(t, 2, d.count("SELECT count(*) FROM tenders WHERE ended_at IS NULL"))
	require.Equal(t, 1, d.count("SELECT (data ->> 'standing')::int - 1 FROM events WHERE type = 'lot.closed'"))

	_, err := d.db.SQL.Exec(t.Context(), `INSERT INTO tender_confirmations
		SELECT repeat('0', 64), $1, $2, now.at, now.now_too, 'too late'
		FROM (SELECT clock_timestamp() AS at, clock_timestamp() AS now_too) now`, s.TenderID, notice)
	require.ErrorContains(t, err, "cannot be confirmed", "the database refuses it, too")
}

// Of those who send the same confirmation at once, each gets the same receipt; of different ones, one is kept.
func TestATenderIsConfirmedOnceAfterAChange(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	r := d.submitted(supplier, lot.ID)
	notice := d.extended(lot.ID, time.Hour)
	kept := 0
	for _, answer := range d.atOnce(8, func(int) response { return d.confirm(supplier, r.TenderID, notice) }) {
		if answer.Code == http.StatusOK {
			kept++
		}
	}
	require.Equal(t, 1, kept)
	require.Equal(t, 1, d.count("SELECT count(*) FROM tender_confirmations"))
	require.Equal(t, 1, d.count("SELECT count(*) FROM events WHERE type = 'tender.confirmed'"))
}
