package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// setUpTender brings a rehearsal, whose record can be restored, to its tender phase.
func setUpTender(t *testing.T) *saved {
	t.Helper()
	s := &saved{bundle: setup(t, options{
		noWorker: true, draft: rig.Draft{Mode: models.ModeRehearsal, Countries: []string{"FR", "ES", "DE"}},
	})}
	s.begin(t)
	s.skipToTender(t)
	return s
}

// Two suppliers hand in after the backup that is restored, and a third one withdraws. The first enters its receipt
// while the box is open, and so does the third; the second after it was closed. Nobody on the buyers' side learns of
// any before the box is closed; then tasks tell.
func TestAReceiptThatTheRecordLostIsKeptAsEvidenceAndToldAfterTheBoxIsClosed(t *testing.T) {
	t.Parallel()
	s := setUpTender(t)
	p := s.published(t)
	early, late, kept := p.newSupplier(t, "1.00", "4"), p.newSupplier(t, "2.00", "4"), p.supply(t, "3.00", "4")
	left := p.supply(t, "4.00", "4")
	keptNote := s.receiptOf(t, kept)
	s.pause(t)
	s.backup = s.backUp(t)
	s.begin(t)
	p.handIn(t, early)
	p.handIn(t, late)
	earlyNote, lateNote, leftNote := s.receiptOf(t, early), s.receiptOf(t, late), p.withdraw(t, left)
	s.goBack(t)
	a := &acts.Acts{Store: s.Store, Log: logger(t)}
	signed := s.receiptKey(t)

	known, err := a.EnterReceipt(t.Context(), keptNote, signed)
	require.NoError(t, err)
	require.True(t, known.Known)
	_, err = a.EnterReceipt(t.Context(), strings.Replace(earlyNote, "received", "withdrawn", 1), signed)
	requireRefusal(t, models.CodeInvalidValue, err)
	_, err = a.EnterReceipt(t.Context(), earlyNote)
	requireRefusal(t, models.CodeInvalidValue, err)

	found, err := a.EnterReceipt(t.Context(), earlyNote, signed)
	require.NoError(t, err)
	require.Equal(t, early.tender, found.TenderID)
	require.False(t, found.Known || found.Repeated || found.Closed)
	again, err := a.EnterReceipt(t.Context(), earlyNote, signed)
	require.NoError(t, err)
	require.True(t, again.Repeated)
	var events int
	s.scan(t, &events, "SELECT count(*) FROM events WHERE type = $1 AND procurement_id IS NULL",
		event.TypeOf(event.ReceiptEntered{}))
	require.Equal(t, 1, events)
	withdrawn, err := a.EnterReceipt(t.Context(), leftNote, signed)
	require.NoError(t, err)
	require.True(t, withdrawn.Contradicts)
	require.False(t, withdrawn.Known || withdrawn.Closed)
	require.Empty(t, s.missing(t), "the box is open")

	p.closeBox(t)
	told := s.missing(t)
	require.Len(t, told, 2)
	require.Equal(t, "Supplier of 1.00", told[early.tender]["organisation_name"])
	require.NotEmpty(t, told[early.tender]["received_at"])
	require.Equal(t, "Supplier of 4.00", told[left.tender]["organisation_name"])
	require.NotEmpty(t, told[left.tender]["withdrawn_at"], "it stands on record again")
	require.NotContains(t, told[left.tender], "received_at")
	withdrawn, err = a.EnterReceipt(t.Context(), leftNote, signed)
	require.NoError(t, err)
	require.True(t, withdrawn.Repeated && withdrawn.Contradicts && withdrawn.Closed)
	found, err = a.EnterReceipt(t.Context(), lateNote, signed)
	require.NoError(t, err)
	require.True(t, found.Contradicts && found.Closed)
	require.Len(t, s.missing(t), 3)
	require.Contains(t, s.missing(t), late.tender)
}

// Two suppliers hand in and withdraw after the backup. In whatever order their receipts are entered, no task is left of
// a tender that its supplier has withdrawn.
func TestNoTaskIsLeftOfATenderThatWasHandedInAndWithdrawnAfterTheBackup(t *testing.T) {
	t.Parallel()
	s := setUpTender(t)
	p := s.published(t)
	one, two := p.newSupplier(t, "1.00", "4"), p.newSupplier(t, "2.00", "4")
	s.pause(t)
	s.backup = s.backUp(t)
	s.begin(t)
	p.handIn(t, one)
	p.handIn(t, two)
	in := []string{s.receiptOf(t, one), s.receiptOf(t, two)}
	out := []string{p.withdraw(t, one), p.withdraw(t, two)}
	s.goBack(t)
	a := &acts.Acts{Store: s.Store, Log: logger(t)}
	signed := s.receiptKey(t)
	enter := func(note string) acts.EnteredReceipt {
		entered, err := a.EnterReceipt(t.Context(), note, signed)
		require.NoError(t, err)
		return entered
	}
	open := enter(out[1])
	require.False(t, open.Contradicts || open.Closed, "nothing stands that was withdrawn")
	p.closeBox(t)
	require.Empty(t, s.missing(t))

	found := enter(in[0])
	require.True(t, found.Contradicts && found.Closed)
	require.Contains(t, s.missing(t), one.tender)
	found = enter(out[0])
	require.False(t, found.Contradicts)
	require.True(t, found.Closed)
	require.Empty(t, s.missing(t), "the tender was withdrawn: buyers have nothing to decide")
	require.True(t, enter(out[0]).Repeated)
	for _, note := range in {
		require.False(t, enter(note).Contradicts)
	}
	require.Empty(t, s.missing(t))
}

// receiptOf is the supplier's receipt, word for word.
func (b *bundle) receiptOf(t *testing.T, s *supplier) string {
	t.Helper()
	var note string
	b.scan(t, &note, "SELECT receipt FROM tenders WHERE id = $1", s.tender)
	return note
}

// withdraw withdraws a supplier's tender, and returns the receipt of that.
func (p *tenderPlay) withdraw(t *testing.T, s *supplier) (note string) {
	t.Helper()
	_, err := s.Do(t.Context(), apiclient.Request{
		Method: http.MethodPost, Path: p.Path("/tenders/" + string(s.tender) + "/actions/withdraw"), IfMatch: "*",
	})
	require.NoError(t, err)
	p.scan(t, &note, "SELECT withdrawal FROM tenders WHERE id = $1", s.tender)
	return note
}

// missing are the tenders of which open tasks tell the buyers that they are missing, or were withdrawn, and what they
// are told of each.
func (b *bundle) missing(t *testing.T) map[models.ID]map[string]any {
	t.Helper()
	var page struct {
		Items []taskView `json:"items"`
	}
	b.get(t, b.Buyers[0].Board, "/tasks", &page)
	tenders := map[models.ID]map[string]any{}
	for _, v := range page.Items {
		if v.Kind == models.TaskTenderMissing && v.Status == "open" {
			tenders[models.ID(v.SubjectID)] = v.Detail
		}
	}
	return tenders
}

func requireRefusal(t *testing.T, code models.Code, err error) {
	t.Helper()
	refusal, ok := models.RefusalOf(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, refusal.Code)
}

// A record restored from a backup delivers nothing twice: what follows has identities of its own, and what had arrived
// before the backup does not come again.
func TestARestoredRecordDeliversNothingTwice(t *testing.T) {
	t.Parallel()
	s := &saved{bundle: setup(t, options{noWorker: true, webhooks: quick})}
	s.begin(t)
	s.settle(t)
	p := newPortal(t)
	id := s.endpoint(t, p, nil)
	s.act(t, s.Lead, models.VerbStart, nil)
	s.awaitDelivered(t, id)
	s.awaitTold(t, patience)
	s.pause(t)
	s.backup = s.backUp(t)
	s.begin(t)
	s.act(t, s.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	s.awaitDelivered(t, id)
	s.goBack(t)
	s.reunite(t, s.Procurement)
	s.act(t, s.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	s.awaitDelivered(t, id)

	p.requireGenuine(t)
	seen := map[string]int{}
	moved := 0
	for _, m := range p.all() {
		seen[m.id()]++
		if m.Type == event.TypeOf(event.MotionMoved{}) {
			moved++
		}
	}
	require.Equal(t, 2, moved, "once before the record was restored, and once after it")
	for message, times := range seen {
		require.Equal(t, 1, times, message)
	}
}

// awaitDelivered waits until the portal has taken all that there is.
func (b *bundle) awaitDelivered(t *testing.T, endpoint string) {
	t.Helper()
	b.settle(t)
	require.Eventually(t, func() bool {
		var left int
		b.scan(t, &left, `SELECT count(*) FROM event_log l JOIN events e ON e.id = l.event_id
			WHERE e.type = $1 AND NOT EXISTS (SELECT FROM deliveries d WHERE d.event_id = e.id
				AND d.delivered_at IS NOT NULL)`, event.TypeOf(event.MotionMoved{}))
		return left == 0 && b.backlog(t, endpoint).Pending == 0
	}, patience, 20*time.Millisecond)
}

// A notice is lost with the record, after a portal has heard of it. Nothing is told a second time by itself. The notice
// that is dispatched again has an identity of its own, comes after word of the restore, and is the only one on record.
func TestANoticeThatWasLostGoesOutAgainAfterWordOfTheRestore(t *testing.T) {
	t.Parallel()
	s := &saved{bundle: setup(t, options{noWorker: true, webhooks: quick})}
	s.begin(t)
	p := newPortal(t)
	id := s.endpoint(t, p, nil)
	s.skipToTender(t)
	s.describeTender(t)
	s.awaitAllDelivered(t, id)
	s.awaitTold(t, patience)
	s.pause(t)
	s.backup = s.backUp(t)
	s.begin(t)
	s.act(t, s.Lead, models.VerbPublish, nil)
	s.awaitAllDelivered(t, id)
	lost := p.all()
	s.goBack(t)
	s.reunite(t, s.Procurement)
	s.act(t, s.Lead, models.VerbPublish, nil)
	s.awaitAllDelivered(t, id)

	p.requireGenuine(t)
	dispatched := event.TypeOf(event.NoticeDispatched{})
	require.Len(t, typed(lost, dispatched), 1)
	told := p.all()[len(lost):]
	require.Equal(t, event.TypeOf(event.ProcurementRestored{}), told[0].Type, "nothing is told again before")
	first, second := typed(lost, dispatched)[0], typed(told, dispatched)
	require.Len(t, second, 1)
	require.NotEqual(t, first.id(), second[0].id())
	var page struct {
		Items []struct{ ID string }
	}
	s.get(t, s.Lead, "/notices", &page)
	require.Len(t, page.Items, 1)
	require.Equal(t, second[0].Data.Subjects["notice_id"], page.Items[0].ID)
	require.NotEqual(t, first.Data.Subjects["notice_id"], page.Items[0].ID)
}

// typed are the messages of a type.
func typed(all []heard, kind models.EventType) (found []heard) {
	for _, m := range all {
		if m.Type == kind {
			found = append(found, m)
		}
	}
	return found
}

// awaitAllDelivered waits until the portal has taken whatever was recorded of the procurement.
func (b *bundle) awaitAllDelivered(t *testing.T, endpoint string) {
	t.Helper()
	b.settle(t)
	require.Eventually(t, func() bool { return b.backlog(t, endpoint).Pending == 0 }, patience, 20*time.Millisecond)
}
