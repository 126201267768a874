package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

func TestATenderIsAcknowledgedByASignedReceipt(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	body, before := d.tender(supplier), d.clock()
	var r ReceiptView
	answer := d.submit(supplier, lot.ID, body).is(http.StatusCreated).into(&r)
	after := d.clock()

	require.Equal(t, tenderPath(d.ID, r.TenderID), answer.Header().Get("Location"))
	signed := d.verified(r)
	require.Equal(t, seal.ActReceived, signed.Act)
	require.Equal(t, lot.ID, signed.LotID)
	require.Equal(t, supplier.organisation, signed.OrganisationID)
	require.Equal(t, models.ModeRehearsal, signed.Mode)
	require.Equal(t, seal.Manifest(signed.Envelopes), signed.Manifest)
	require.Len(t, signed.Envelopes, 2)
	for i, e := range signed.Envelopes {
		require.Equal(t, body.Envelopes[i].Digest, e.Digest)
		require.Equal(t, body.Envelopes[i].Kind, e.Kind)
	}
	require.WithinRange(t, signed.RealTime, before, after, "the instant is that of the transaction")

	var tender TenderView
	d.do(supplier, GET, tenderPath(d.ID, r.TenderID), nil).is(http.StatusOK).into(&tender)
	require.Equal(t, r.ProcedureTime, tender.ReceivedAt)
	require.Equal(t, tenderStanding, tender.Status)

	var again ReceiptView
	d.do(supplier, GET, tenderPath(d.ID, r.TenderID)+"/receipt", nil).is(http.StatusOK).into(&again)
	require.Equal(t, r, again, "the same receipt is issued again")
	require.Equal(t, 1, d.count("SELECT count(*) FROM events WHERE type = 'tender.received' AND data = "+
		"jsonb_build_object('tender_id', $1::text, 'receipt', $2::text)",
		r.TenderID, models.Digest([]byte(r.Note))))
}

func TestALateTenderIsRefusedAndTheAttemptRecorded(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	standing := d.submitted(supplier, lot.ID)
	late := d.supplier()
	lateBody := d.tender(late)
	d.setDeadline(lot.ID, d.clock().Add(-time.Microsecond))

	// The timer has not come yet: nobody waits for it.
	d.submit(late, lot.ID, lateBody).is(http.StatusConflict).refused(models.CodeDeadlinePassed)
	d.replace(supplier, standing.TenderID, d.tender(supplier)).refused(models.CodeDeadlinePassed)
	d.withdraw(supplier, standing.TenderID).refused(models.CodeDeadlinePassed)
	require.Nil(t, d.lot(lot.ID).ClosedAt)
	d.close(lot.ID)
	d.submit(late, lot.ID, lateBody).refused(models.CodeDeadlinePassed)

	require.Equal(t, 1, d.count("SELECT count(*) FROM tenders"))
	require.Equal(t, 1, d.count("SELECT count(*) FROM tenders WHERE ended_at IS NULL"))
	require.Equal(t, 4, d.count("SELECT sum(n) FROM attempts"))
	require.Equal(t, d.count("SELECT count(*) FROM attempts"),
		d.count("SELECT count(*) FROM events WHERE type = 'tender.refused' AND procurement_id = $1", d.ID))
	require.Equal(t, 2, d.count("SELECT sum(n) FROM attempts WHERE person_id = $1", late.person))
	require.Positive(t, d.count(`SELECT count(*) FROM events WHERE type = 'tender.refused' AND actor_id = $1
		AND data = jsonb_build_object('lot_id', $2::text, 'organisation_id', $3::text, 'act', 'received',
			'code', 'deadline_passed')
		AND recorded_at BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp()`, late.person, lot.ID,
		late.organisation))
}

func TestALotTakesTendersFromItsPublicationOn(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	open, supplier := d.openLot(), d.supplier()
	body := d.tender(supplier)
	second := d.describe()
	d.submit(supplier, second.ID, body).is(http.StatusConflict).refused(models.CodeLotNotOpen)
	d.submit(supplier, models.NewID(models.PrefixLot), body).is(http.StatusNotFound)
	d.submit(supplier, "lot_x", body).is(http.StatusNotFound)
	d.submit(supplier, open.ID, body).is(http.StatusCreated)
}

// Once a box is closed it stays closed, even if the clock is set back behind the deadline.
func TestAClockSetBackOpensNoBox(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	body := d.tender(supplier)
	tender := d.submitted(d.supplier(), lot.ID)
	d.setDeadline(lot.ID, d.clock().Add(-time.Microsecond))
	d.close(lot.ID)
	d.exec("UPDATE role_assignments SET valid_from = valid_from - interval '1 day'")
	d.exec("UPDATE procurements SET clock_offset = clock_offset - $1 WHERE id = $2", time.Hour.Microseconds(), d.ID)

	require.True(t, d.clock().Add(-time.Hour).Before(d.lot(lot.ID).Deadline.At))
	d.submit(supplier, lot.ID, body).is(http.StatusConflict).refused(models.CodeLotClosed)
	require.Equal(t, 1, d.count("SELECT count(*) FROM tenders"))
	require.Equal(t, 1, d.count("SELECT count(*) FROM events WHERE type = 'tender.refused' AND data ->> 'code' = "+
		"'lot_closed'"))
	require.Equal(t, 1, d.count("SELECT count(*) FROM tenders WHERE id = $1 AND ended_at IS NULL", tender.TenderID))
}

// The deadline that counts is the one in force when the box's lock was got, not the one when it was
// asked for.
func TestTheDeadlineIsReadAfterTheLock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		asked, got time.Duration
		status     int
	}{
		"extended while it waits": {-time.Second, time.Hour, http.StatusCreated},
		"over while it waits":     {time.Hour, -time.Microsecond, http.StatusConflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := inTender(t)
			lot, supplier := d.openLot(), d.supplier()
			body := d.tender(supplier)
			d.setDeadline(lot.ID, d.clock().Add(c.asked))
			release := d.hold("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "box/"+string(lot.Boxes[0].ID))
			answered := make(chan response, 1)
			go func() { answered <- d.submit(supplier, lot.ID, body) }()
			d.untilWaiting(1)
			d.setDeadline(lot.ID, d.clock().Add(c.got))
			release()
			(<-answered).is(c.status)
		})
	}
}

func TestSuspensionNeverClosesABox(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	first := d.submitted(supplier, lot.ID)
	d.exec("UPDATE procurements SET status = 'suspended' WHERE id = $1", d.ID)
	d.submitted(d.supplier(), lot.ID)
	d.replace(supplier, first.TenderID, d.tender(supplier)).is(http.StatusCreated)
	d.setDeadline(lot.ID, d.clock().Add(-time.Microsecond))
	d.close(lot.ID)
	require.NotNil(t, d.lot(lot.ID).ClosedAt, "the box closes on time")
}

func TestWhoRepeatsATenderGetsTheSameReceiptAlsoAfterTheDeadline(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	body, key := d.tender(supplier), with(headerIdempotencyKey, uuid.NewString())
	var first, again ReceiptView
	d.submit(supplier, lot.ID, body, key).is(http.StatusCreated).into(&first)
	replayed := d.submit(supplier, lot.ID, body, key).is(http.StatusCreated).into(&again)
	require.Equal(t, "true", replayed.Header().Get(headerReplayed))
	require.Equal(t, first, again)

	other := d.tender(supplier)
	d.submit(supplier, lot.ID, other, key).is(http.StatusUnprocessableEntity).refused(models.CodeKeyReused)
	d.submit(supplier, lot.ID, other).is(http.StatusConflict).refused(models.CodeTenderExists)

	withdrawal := with(headerIdempotencyKey, uuid.NewString())
	var withdrawn, withdrawnAgain ReceiptView
	d.withdraw(supplier, first.TenderID, withdrawal).is(http.StatusOK).into(&withdrawn)
	d.setDeadline(lot.ID, d.clock().Add(-time.Microsecond))
	d.close(lot.ID)
	d.withdraw(supplier, first.TenderID, withdrawal).is(http.StatusOK).into(&withdrawnAgain)
	require.Equal(t, withdrawn, withdrawnAgain)
	d.submit(supplier, lot.ID, body, key).is(http.StatusCreated).into(&again)
	require.Equal(t, first, again, "what was withdrawn since had been received")
	require.Zero(t, d.count("SELECT count(*) FROM events WHERE type = 'tender.refused'"))
}

func TestTheSameTenderSentAtOnceIsReceivedOnce(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	body, key := d.tender(supplier), with(headerIdempotencyKey, uuid.NewString())
	var notes []string
	for _, answer := range d.atOnce(16, func(int) response { return d.submit(supplier, lot.ID, body, key) }) {
		var r ReceiptView
		answer.is(http.StatusCreated).into(&r)
		notes = append(notes, r.Note)
	}
	for _, note := range notes {
		require.Equal(t, notes[0], note)
	}
	require.Equal(t, 1, d.count("SELECT count(*) FROM tenders"))
	require.Equal(t, 1, d.count("SELECT count(*) FROM events WHERE type = 'tender.received'"))
}

func TestATenderIsReplacedAndWithdrawnUntilTheDeadline(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	first := d.submitted(supplier, lot.ID)

	var second ReceiptView
	d.replace(supplier, first.TenderID, d.tender(supplier), with(headerIfMatch, `"1"`)).is(http.StatusCreated).
		into(&second)
	require.NotEqual(t, first.TenderID, second.TenderID)
	require.Equal(t, first.TenderID, d.verified(second).SupersedesID)
	var old TenderView
	d.do(supplier, GET, tenderPath(d.ID, first.TenderID), nil).is(http.StatusOK).into(&old)
	require.Equal(t, "replaced", old.Status)
	require.Equal(t, second.ProcedureTime, *old.EndedAt, "one ends as the other comes in")
	require.Len(t, old.Envelopes, 2, "the old one is kept")
	d.replace(supplier, first.TenderID, d.tender(supplier)).is(http.StatusConflict).refused(models.CodeTenderReplaced)
	d.withdraw(supplier, first.TenderID).refused(models.CodeTenderReplaced)
	d.withdraw(supplier, second.TenderID, with(headerIfMatch, `"2"`)).is(http.StatusPreconditionFailed)

	var withdrawn ReceiptView
	d.withdraw(supplier, second.TenderID).is(http.StatusOK).into(&withdrawn)
	signed := d.verified(withdrawn)
	require.Equal(t, seal.ActWithdrawn, signed.Act)
	require.Equal(t, second.TenderID, signed.TenderID)
	require.Equal(t, second.Manifest, signed.Manifest)
	d.withdraw(supplier, second.TenderID).is(http.StatusConflict).refused(models.CodeTenderWithdrawn)
	var again ReceiptView
	d.do(supplier, GET, tenderPath(d.ID, second.TenderID)+"/withdrawal", nil).is(http.StatusOK).into(&again)
	require.Equal(t, withdrawn, again)
	d.do(supplier, GET, tenderPath(d.ID, first.TenderID)+"/withdrawal", nil).is(http.StatusNotFound)

	third := d.submitted(supplier, lot.ID)
	require.Empty(t, third.SupersedesID, "who has withdrawn begins anew")
	require.Equal(t, 1, d.count("SELECT count(*) FROM tenders WHERE lot_id = $1 AND ended_at IS NULL", lot.ID))
	require.Equal(t, 3, d.count("SELECT count(*) FROM tenders WHERE lot_id = $1", lot.ID))
}

func TestOnlyTheSuppliersOwnSealedFilesMakeATender(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier, other := d.openLot(), d.supplier(), d.supplier()
	own := d.upload(supplier, d.envelope(supplier, models.EnvelopePrice, 100), models.PurposeEnvelope)
	foreign := d.upload(other, d.envelope(other, models.EnvelopePrice, 100), models.PurposeEnvelope)
	unfinished := d.announce(supplier, d.envelope(supplier, models.EnvelopePrice, 100), models.PurposeEnvelope)
	document := d.upload(d.lead, noise(t, 100), models.PurposeDocument)
	envelope := func(kind models.EnvelopeKind, upload models.ID, digest string) EnvelopeInput {
		return EnvelopeInput{Kind: kind, Upload: upload, Digest: digest}
	}
	good := envelope(models.EnvelopePrice, own.ID, own.SHA256)
	for name, c := range map[string]struct {
		envelopes []EnvelopeInput
		code      models.Code
	}{
		"another's upload": {
			[]EnvelopeInput{envelope(models.EnvelopePrice, foreign.ID, foreign.SHA256)},
			models.CodeInvalidValue,
		},
		"a buyers' document": {
			[]EnvelopeInput{envelope(models.EnvelopePrice, document.ID, document.SHA256)},
			models.CodeInvalidValue,
		},
		"no upload": {[]EnvelopeInput{envelope(models.EnvelopePrice, models.NewID(models.PrefixUpload),
			own.SHA256)}, models.CodeInvalidValue},
		"an unfinished upload": {
			[]EnvelopeInput{envelope(models.EnvelopePrice, unfinished.ID, unfinished.SHA256)},
			models.CodeUploadIncomplete,
		},
		"another digest": {
			[]EnvelopeInput{envelope(models.EnvelopePrice, own.ID, foreign.SHA256)},
			models.CodeDigestMismatch,
		},
		"a file twice": {
			[]EnvelopeInput{good, envelope(models.EnvelopeOther, own.ID, own.SHA256)},
			models.CodeInvalidValue,
		},
		"two prices": {
			[]EnvelopeInput{good, envelope(models.EnvelopePrice, foreign.ID, foreign.SHA256)},
			models.CodeInvalidValue,
		},
		"an unknown kind": {[]EnvelopeInput{envelope("bribe", own.ID, own.SHA256)}, models.CodeInvalidValue},
		"no envelope":     {[]EnvelopeInput{}, models.CodeInvalidValue},
		"something else's ID": {
			[]EnvelopeInput{envelope(models.EnvelopePrice, lot.ID, own.SHA256)},
			models.CodeInvalidID,
		},
		"a digest of no SHA-256": {
			[]EnvelopeInput{envelope(models.EnvelopePrice, own.ID, "00")},
			models.CodeInvalidValue,
		},
	} {
		r := d.submit(supplier, lot.ID, TenderBody{Envelopes: c.envelopes})
		require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusConflict}, r.Code, name)
		require.Equal(t, c.code, r.refused(c.code).Code, name)
	}
	require.Zero(t, d.count("SELECT count(*) FROM tenders"))
	d.submit(supplier, lot.ID, TenderBody{Envelopes: []EnvelopeInput{good}}).is(http.StatusCreated)
}

func TestAnUploadCleanedUpMeanwhileMakesNoTender(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	body := d.tender(supplier)
	release := d.hold("DELETE FROM uploads WHERE id = $1", body.Envelopes[0].Upload)
	answered := make(chan response, 1)
	go func() { answered <- d.submit(supplier, lot.ID, body) }()
	d.untilWaiting(1)
	release()
	(<-answered).is(http.StatusConflict).refused(models.CodeUploadGone)
	require.Zero(t, d.count("SELECT count(*) FROM tenders"))
}

// The record itself holds what the API promises, whatever the application's code does.
func TestTheDatabaseKeepsTendersAsReceived(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	r := d.submitted(supplier, lot.ID)
	conn := asApplication(d)
	for _, statement := range []string{
		"DELETE FROM tenders WHERE id = $1",
		"DELETE FROM tender_envelopes WHERE tender_id = $1",
		"UPDATE tender_envelopes SET kind = 'other' WHERE tender_id = $1",
		"UPDATE tenders SET received_at = received_at - interval '1 day' WHERE id = $1",
		"UPDATE tenders SET ended_at = clock_timestamp(), ended_by = 'replaced', receipt = 'x' WHERE id = $1",
		"UPDATE tenders SET ended_at = clock_timestamp(), ended_by = 'withdrawn' WHERE id = $1",
		"DELETE FROM uploads WHERE id IN (SELECT upload_id FROM tender_envelopes WHERE tender_id = $1)",
		`UPDATE uploads SET digest = repeat('0', 64)
			WHERE id IN (SELECT upload_id FROM tender_envelopes WHERE tender_id = $1)`,
		"DELETE FROM upload_chunks WHERE upload_id IN (SELECT upload_id FROM tender_envelopes WHERE tender_id = $1)",
		`UPDATE upload_chunks SET content = 'x'
			WHERE upload_id IN (SELECT upload_id FROM tender_envelopes WHERE tender_id = $1)`,
		`INSERT INTO upload_chunks SELECT upload_id, 7, 'x' FROM tender_envelopes WHERE tender_id = $1`,
		`INSERT INTO tenders
				(id, lot_id, box_id, organisation_id, person_id, manifest, received_at, recorded_at, receipt)
			SELECT 'tnd_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10', lot_id, box_id, organisation_id, person_id, manifest,
				received_at, recorded_at, receipt
			FROM tenders WHERE id = $1`,
	} {
		_, err := conn.Exec(t.Context(), statement, r.TenderID)
		require.Error(t, err, statement)
	}
}

// The lock of the box decides; the database refuses by itself what a writer without it would get wrong.
func TestTheDatabaseTakesNoTenderIntoABoxThatIsOverOrClosed(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	tender := d.submitted(supplier, lot.ID).TenderID
	conn := asApplication(d)
	_, err := conn.Exec(t.Context(), "UPDATE tenders SET ended_at = clock_timestamp(), ended_by = 'replaced' WHERE "+
		"id = $1", tender)
	require.NoError(t, err)
	insert := func(at string) error {
		_, err := conn.Exec(t.Context(),
			`INSERT INTO tenders
				(id, lot_id, box_id, organisation_id, person_id, manifest, received_at, recorded_at, receipt)
			SELECT $2, t.lot_id, t.box_id, t.organisation_id, t.person_id, t.manifest, `+at+`, t.recorded_at, t.receipt
			FROM tenders t JOIN boxes b ON b.id = t.box_id WHERE t.id = $1`, tender, models.NewID(models.PrefixTender))
		return err
	}
	requireLate := func(err error) {
		violation, ok := pg.ViolationOf(err)
		require.True(t, ok, "%v", err)
		require.Equal(t, "tenders_in_time", violation.Constraint)
	}
	requireLate(insert("b.deadline + interval '1 microsecond'"))
	d.setDeadline(lot.ID, d.clock().Add(-time.Microsecond))
	d.close(lot.ID)
	requireLate(insert("b.deadline"))
}
