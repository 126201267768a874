package api

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// A bidder is a supplier with envelopes at hand and what it was told.
type bidder struct {
	caller

	bodies []TenderBody
	// acts are the receipts it got, in order.
	acts []ReceiptView
	// standing is what it believes its tender is; empty: none.
	standing models.ID
	refusals []models.Code
}

// bidders makes suppliers with uploaded envelopes behind the API's back.
func (d *tendering) bidders(n int) []*bidder {
	d.Helper()
	all := make([]*bidder, n)
	conn := pgtest.Connect(d, d.db.Superuser)
	run := func(statement string, args ...any) {
		_, err := conn.Exec(d.Context(), statement, args...)
		require.NoError(d, err)
	}
	for i := range all {
		token := auth.NewToken()
		c := caller{
			key: token.Reveal(), person: models.NewID(models.PrefixPerson),
			organisation: models.NewID(models.PrefixOrganisation),
		}
		run("INSERT INTO organisations (id, legal_name, country, kind) VALUES ($1, 'Bidder', 'FR', "+
			"'economic_operator')", c.organisation)
		run("INSERT INTO people (id, organisation_id, name, email) VALUES ($1, $2, 'B', '')", c.person, c.organisation)
		run("INSERT INTO api_keys (id, person_id, label, digest) VALUES ($1, $2, 'test', $3)", token.ID, c.person,
			token.Digest())
		d.supply(d.procurement, c, models.RoleSupplier)
		d.supply(d.procurement, c, models.RoleSignatory)
		all[i] = &bidder{caller: c}
		for range 2 {
			e := EnvelopeInput{
				Kind: models.EnvelopePrice, Upload: models.NewID(models.PrefixUpload),
				Digest: sha([]byte(c.key)),
			}
			run(`INSERT INTO uploads (id, procurement_id, organisation_id, person_id, purpose, filename, media_type,
					size, digest, completed_at, box_id, kind, header, fingerprint)
				VALUES ($1, $2, $3, $4, 'envelope', 'f', 'application/octet-stream', 1, $5, clock_timestamp(),
					(SELECT id FROM boxes WHERE procurement_id = $6), 'price', $5,
					(SELECT fingerprint FROM boxes WHERE procurement_id = $6))`,
				e.Upload, d.ID, c.organisation, c.person, e.Digest, d.ID)
			all[i].bodies = append(all[i].bodies, TenderBody{Envelopes: []EnvelopeInput{e}})
		}
	}
	return all
}

// act hands in, replaces or withdraws, whatever is possible, and keeps what it is told.
func (d *tendering) act(b *bidder, lot models.ID, r *rand.Rand) {
	d.Helper()
	var answer response
	body := b.bodies[r.IntN(len(b.bodies))]
	switch {
	case b.standing == "":
		answer = d.submit(b.caller, lot, body)
	case r.IntN(3) == 0:
		answer = d.withdraw(b.caller, b.standing)
	default:
		answer = d.replace(b.caller, b.standing, body)
	}
	if answer.Code >= http.StatusBadRequest {
		var p rest.Problem
		answer.into(&p)
		b.refusals = append(b.refusals, p.Code)
		return
	}
	var receipt ReceiptView
	answer.into(&receipt)
	b.acts = append(b.acts, receipt)
	b.standing = receipt.TenderID
	if receipt.Act == seal.ActWithdrawn {
		b.standing = ""
	}
}

// closed tells by its answer that a box takes nothing more.
func closed(code models.Code) bool {
	return code == models.CodeDeadlinePassed || code == models.CodeLotClosed
}

// holds compares a closed box with what every bidder was told: what was acknowledged is there, in order,
// and nothing else; nothing came in after the deadline or the closing.
func (d *tendering) holds(lot LotView, bidders []*bidder) {
	d.Helper()
	require.NotNil(d, lot.ClosedAt)
	acts, standing := 0, 0
	for _, b := range bidders {
		var last time.Time
		for _, r := range b.acts {
			signed := d.verified(r)
			require.False(d, signed.ProcedureTime.After(lot.Deadline.At), "received %s, deadline %s",
				signed.ProcedureTime, lot.Deadline.At)
			require.False(d, signed.ProcedureTime.After(*lot.ClosedAt), "received %s, closed %s", signed.ProcedureTime,
				lot.ClosedAt)
			require.True(d, signed.ProcedureTime.After(last), "one act of a bidder comes after the other")
			last = signed.ProcedureTime
		}
		acts += len(b.acts)
		d.keeps(lot.ID, b)
		if b.standing != "" {
			standing++
		}
	}
	require.Equal(d, acts, d.count(`SELECT count(*) FROM tenders WHERE lot_id = $1`, lot.ID)+
		d.count(`SELECT count(*) FROM tenders WHERE lot_id = $1 AND ended_by = 'withdrawn'`, lot.ID),
		"nothing came in that was not acknowledged")
	require.Equal(d, standing, d.count(`SELECT count(*) FROM tenders WHERE lot_id = $1 AND ended_at IS NULL`, lot.ID))
	require.Zero(d, d.count(`SELECT count(*) FROM tenders t WHERE lot_id = $1 AND ended_by = 'replaced'
		AND NOT EXISTS (SELECT FROM tenders s WHERE s.supersedes_id = t.id AND s.received_at = t.ended_at)`, lot.ID))
	require.Equal(d, 1, d.count(`SELECT count(*) FROM events WHERE type = 'lot.closed' AND data ->> 'lot_id' = $1
		AND (data ->> 'standing')::int = $2`, lot.ID, standing))
}

// keeps compares the record with what one bidder was told.
func (d *tendering) keeps(lot models.ID, b *bidder) {
	d.Helper()
	tenders, err := d.store.Tenders(d.Context(), d.ID, store.Sight{Organisation: b.organisation}, lot, "", 1000)
	require.NoError(d, err)
	kept := map[string]bool{}
	for _, t := range tenders {
		kept[t.Receipt], kept[t.Withdrawal] = true, true
		require.Equal(d, t.ID == b.standing, t.Standing())
	}
	for _, r := range b.acts {
		require.True(d, kept[r.Note], "a receipt was given and is not kept")
	}
}

func TestClosingRacesSixtyFourTenderers(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, bidders := d.openLot(), d.bidders(64)
	var all sync.WaitGroup
	var tried atomic.Int64
	busy := make(chan struct{}) // closed once all are at it, however slow the machine is
	for i, b := range bidders {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			for len(b.refusals) == 0 {
				d.act(b, lot.ID, r)
				if tried.Add(1) == 4*64 {
					close(busy)
				}
			}
		})
	}
	all.Go(func() {
		<-busy
		// As for a moved deadline the box is locked: every tender is judged by the old one or by the new one.
		release := d.hold("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "box/"+string(lot.Boxes[0].ID))
		d.setDeadline(lot.ID, d.clock().Add(200*time.Millisecond))
		release()
		d.closeOnTime(lot.ID)
	})
	all.Wait()
	d.holds(d.lot(lot.ID), bidders)
	acts := 0
	for _, b := range bidders {
		require.True(t, closed(b.refusals[0]), b.refusals)
		acts += len(b.acts)
	}
	require.Greater(t, acts, 64, "hardly anything was handed in")
	require.Equal(t, 64, d.count("SELECT count(*) FROM events WHERE type = 'tender.refused'"))
}

// closeOnTime does what the workflow does at a deadline: it asks until it is due.
func (d *tendering) closeOnTime(lot models.ID) {
	d.Helper()
	for {
		out := d.close(lot)
		if out.Wait == 0 && !due(out, lot) {
			return
		}
		select {
		case <-d.Context().Done():
			return
		case <-time.After(out.Wait):
		}
	}
}

func due(out process.DueOutcome, lot models.ID) bool {
	for _, what := range out.State.Due {
		if what.Subject == lot {
			return true
		}
	}
	return false
}

func TestTheDeadlineMovesWhileTendersComeIn(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, bidders := d.openLot(), d.bidders(8)
	d.setDeadline(lot.ID, d.clock().Add(2*time.Second))
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for i, b := range bidders {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 2))
			for {
				select {
				case <-stop:
					return
				default:
					d.act(b, lot.ID, r)
				}
			}
		})
	}
	for range 20 {
		require.NoError(t, d.extend(lot.ID, 2*time.Second))
	}
	d.closeOnTime(lot.ID)
	close(stop)
	writers.Wait()
	d.holds(d.lot(lot.ID), bidders)
}

var errOver = errors.New("the deadline is over")

// extend moves a deadline to that far from now, as the command does, but to the microsecond.
func (d *tendering) extend(lot models.ID, by time.Duration) error {
	return d.store.InTx(d.Context(), func(tx *store.Tx) error {
		l, err := tx.Lot(d.ID, lot)
		if err != nil {
			return err
		}
		if err := tx.LockBoxes(l.Box().ID); err != nil {
			return err
		}
		if l, err = tx.Lot(d.ID, lot); err != nil {
			return err
		}
		p, err := tx.ReadProcurement(d.ID)
		if err != nil {
			return err
		}
		now, err := tx.Now()
		switch {
		case err != nil:
			return err
		case l.Takes(p.Now(now)) != nil:
			return errOver
		}
		return tx.MoveDeadline(l.Box(), p.Now(now).Add(by), l.Box().DeadlineLocal, l.Box().DeadlineZone)
	})
}

// Two people of one organisation replace and withdraw the same tender at once: one of them is heard.
func TestOneOrganisationActsOnATenderOnce(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	colleague := d.personOf(supplier.organisation)
	d.employ(supplier, colleague)
	mine, theirs := d.tender(supplier), d.tender(colleague)
	for range 5 {
		r := d.submitted(supplier, lot.ID)
		answers := d.atOnce(8, func(i int) response {
			switch i % 4 {
			case 0:
				return d.replace(supplier, r.TenderID, mine)
			case 1:
				return d.replace(colleague, r.TenderID, theirs)
			case 2:
				return d.withdraw(colleague, r.TenderID)
			}
			return d.submit(colleague, lot.ID, theirs)
		})
		heard := 0
		for i, answer := range answers {
			if answer.Code < http.StatusBadRequest {
				if i%4 != 3 { // a new tender after the withdrawal is another matter
					heard++
				}
				continue
			}
			var p rest.Problem
			answer.is(http.StatusConflict).into(&p)
			require.Contains(t, []models.Code{
				models.CodeTenderReplaced, models.CodeTenderWithdrawn,
				models.CodeTenderExists,
			}, p.Code)
		}
		require.Equal(t, 1, heard)
		require.LessOrEqual(t, d.count("SELECT count(*) FROM tenders WHERE lot_id = $1 AND ended_at IS NULL", lot.ID),
			1)
		d.clear(supplier, lot.ID)
	}
}

// clear withdraws what stands of an organisation.
func (d *tendering) clear(c caller, lot models.ID) {
	d.Helper()
	var page rest.Page[TenderView]
	d.do(c, GET, d.Self()+"/tenders?lot="+string(lot), nil).is(http.StatusOK).into(&page)
	for _, t := range page.Items {
		if t.Status == tenderStanding {
			d.withdraw(c, t.ID).is(http.StatusOK)
		}
	}
}

// Whatever happens in whatever order, a box that is closed holds what was acknowledged: bidders act at
// random while the deadline is moved, the clock of the rehearsal too, and the box closed by its timer or
// with its lot.
func TestAnyInterleavingLeavesTheBoxAsAcknowledged(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	d.openLot() // so that suppliers can register
	bidders := d.bidders(6)
	for seed := range uint64(12) {
		lot := d.another(seed)
		for _, b := range bidders {
			b.acts, b.refusals, b.standing = nil, nil, ""
		}
		d.play(lot, bidders, seed)
		d.holds(d.lot(lot), bidders)
	}
}

// another makes a lot behind the API's back, open for a moment.
func (d *tendering) another(seed uint64) models.ID {
	d.Helper()
	id := models.NewID(models.PrefixLot)
	d.exec(`INSERT INTO lots (id, procurement_id, number, title) VALUES ($1, $2, $3, '{"en": "Lot"}')`, id, d.ID,
		seed+100)
	d.exec(pgtest.OpenBox("clock_timestamp() + p.clock_offset * interval '1 microsecond' + interval '80 milliseconds'"),
		id)
	return id
}

func (d *tendering) play(lot models.ID, bidders []*bidder, seed uint64) {
	d.Helper()
	var all sync.WaitGroup
	for i, b := range bidders {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			for len(b.refusals) == 0 || !closed(b.refusals[len(b.refusals)-1]) {
				d.act(b, lot, r)
			}
		})
	}
	r := rand.New(rand.NewPCG(seed, 99))
	for range r.IntN(6) {
		if r.IntN(2) == 0 {
			d.advanceBy(time.Duration(r.IntN(20)) * time.Millisecond)
			continue
		}
		if err := d.extend(lot, time.Duration(20+r.IntN(80))*time.Millisecond); err != nil {
			require.ErrorIs(d, err, errOver)
		}
	}
	if r.IntN(4) == 0 {
		answer := d.do(d.lead, POST, d.Self()+"/actions/end_lot",
			process.EndLot{Lot: lot, Code: "other", Reason: "enough"})
		answer.is(http.StatusOK)
	}
	d.closeOnTime(lot)
	all.Wait()
}

// advanceBy moves the clock of the rehearsal as the command does: with all boxes locked.
func (d *tendering) advanceBy(by time.Duration) {
	d.Helper()
	require.NoError(d, d.store.InTx(d.Context(), func(tx *store.Tx) error {
		lots, err := tx.Lots(d.ID)
		if err != nil {
			return err
		}
		var boxes []models.ID
		for _, lot := range lots {
			if lot.Open() {
				boxes = append(boxes, lot.Box().ID)
			}
		}
		if err := tx.LockBoxes(boxes...); err != nil {
			return err
		}
		p, err := tx.LockProcurement(d.ID)
		if err != nil {
			return err
		}
		p.ClockOffset += by.Microseconds()
		tx.SaveProcess(&p)
		return nil
	}))
}
