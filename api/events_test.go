package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/views"
)

// sequencer gives the events so far their places whenever it is called.
func (w *world) sequencer() func() {
	w.Helper()
	q, err := w.store.Log().OpenSequencer(w.Context())
	require.NoError(w, err)
	w.Cleanup(q.Close)
	return func() {
		for more := true; more; {
			_, more, err = q.Pass(w.Context())
			require.NoError(w, err)
		}
	}
}

func (w *world) feed(c caller, path string) (f FeedAnswer) {
	w.Helper()
	w.do(c, GET, path, nil).is(http.StatusOK).into(&f)
	return f
}

func typesFor(payloads ...event.Payload) []models.EventType {
	types := make([]models.EventType, len(payloads))
	for i, p := range payloads {
		types[i] = event.TypeOf(p)
	}
	return types
}

func typesOf(f FeedAnswer) []models.EventType {
	types := make([]models.EventType, len(f.Items))
	for i, e := range f.Items {
		types[i] = e.Type
	}
	return types
}

func TestTheFeedShowsWhatHappensWhereOneTakesPart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	sequence := w.sequencer()
	leader, stranger := w.buyer(), w.buyer()
	p := w.procurement(leader)
	other := w.procurement(stranger)
	sequence()

	all := w.feed(leader, "/v1/events")
	require.Equal(t, typesFor(event.ProcurementCreated{}, event.MemberJoined{}, event.RoleGiven{}), typesOf(all))
	first := all.Items[0]
	require.Equal(t, p.ID, first.ProcurementID)
	require.Equal(t, models.ModeLive, first.Mode)
	require.Equal(t, leader.person, first.ActorID)
	var shown event.ProcurementCreated
	require.NoError(t, json.Unmarshal(first.Data.RawMessage, &shown))
	require.Len(t, shown.Digest, 64)
	shown.Digest = ""
	require.Equal(t, event.ProcurementCreated{Mode: models.ModeLive, Zone: "Europe/Paris", Edition: models.EditionNow},
		shown)
	inside := w.feed(leader, p.Self()+"/events")
	require.Equal(t, typesOf(all), typesOf(inside))
	require.Equal(t, first.ID, inside.Items[0].ID)
	require.Len(t, w.feed(stranger, "/v1/events?procurement="+string(other.ID)).Items, 3)
	w.do(stranger, GET, p.Self()+"/events", nil).is(http.StatusNotFound)
}

func TestTheFeedIsReadOnFromAnyCursor(t *testing.T) {
	t.Parallel()
	w := setup(t)
	sequence := w.sequencer()
	leader := w.buyer()
	p := w.procurement(leader)
	sequence()
	all := w.feed(leader, "/v1/events")
	rest := w.feed(leader, "/v1/events?after="+all.Items[0].Cursor)
	require.Equal(t, typesOf(all)[1:], typesOf(rest))
	var paged []models.EventType
	for after, n := "", 0; n < len(all.Items); n++ {
		page := w.feed(leader, p.Self()+"/events?limit=1&after="+after)
		require.Len(t, page.Items, 1)
		paged, after = append(paged, page.Items[0].Type), page.NextCursor
	}
	require.Equal(t, typesOf(all), paged)

	require.Empty(t, w.feed(leader, "/v1/events?after="+all.NextCursor).Items)
	now := w.feed(leader, "/v1/events?after=now")
	require.Empty(t, now.Items)
	w.do(leader, PATCH, p.Self(), map[string]any{"zone": "Europe/Rome"}).is(http.StatusOK)
	sequence()
	for _, cursor := range []string{now.NextCursor, all.NextCursor} {
		require.Equal(t, typesFor(event.ProcurementChanged{}), typesOf(w.feed(leader, "/v1/events?after="+cursor)))
	}
	require.Equal(t, typesFor(event.MemberJoined{}, event.RoleGiven{}),
		typesOf(w.feed(leader, "/v1/events?type=member,role.given")))
	require.Empty(t, w.feed(leader, "/v1/events?type=procurement.change").Items)

	for _, cursor := range []string{
		"x", "1", all.NextCursor[1:], all.NextCursor + "A",
		base64.RawURLEncoding.EncodeToString(make([]byte, 36)),
	} {
		w.do(leader, GET, "/v1/events?after="+cursor, nil).is(http.StatusBadRequest).refused(models.CodeInvalidCursor)
	}
	w.do(leader, GET, "/v1/events?type=No", nil).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	w.do(leader, GET, "/v1/events?limit=1001", nil).is(http.StatusUnprocessableEntity)
	w.do(leader, GET, "/v1/events?wait=31", nil).is(http.StatusUnprocessableEntity)
}

// Two cursors tell nothing of what lies between them.
func TestCursorsDoNotCount(t *testing.T) {
	t.Parallel()
	c, err := newFeedCursors(bytes.Repeat([]byte("k"), 32))
	require.NoError(t, err)
	at := func(position int64) views.Place { return views.Place{Position: position, Mark: [8]byte{9}} }
	first, second := c.seal(at(7)), c.seal(at(7))
	require.NotEqual(t, first, second)
	require.Len(t, c.seal(at(1<<40)), len(c.seal(views.Place{})))
	place, err := c.open(c.seal(at(1 << 40)))
	require.NoError(t, err)
	require.Equal(t, at(1<<40), place)
	place, err = c.open(base64.RawURLEncoding.EncodeToString(
		c.aead.Seal(nil, nil, []byte{7: 5}, []byte(feedPurpose))))
	require.NoError(t, err)
	require.Equal(t, views.Place{Position: 5}, place, "cursors of earlier releases are positions alone")
	other, err := newFeedCursors(bytes.Repeat([]byte("l"), 32))
	require.NoError(t, err)
	_, err = other.open(c.seal(at(7)))
	require.Error(t, err)
}

func TestWhoSeesWhichEvents(t *testing.T) {
	t.Parallel()
	w := setup(t)
	sequence := w.sequencer()
	leader := w.buyer()
	p := w.procurement(leader)
	observer, supplier := w.personOf(leader.organisation), w.organisation(models.OrganisationEconomicOperator)
	w.give(leader, p, observer.person, models.RoleObserver)
	w.give(leader, p, supplier.person, models.RoleSupplier)
	sequence()

	require.NotEmpty(t, w.feed(observer, "/v1/events").Items)
	require.NotEmpty(t, w.feed(observer, "/v1/events?procurement="+string(p.ID)).Items)
	require.Empty(t, w.feed(supplier, "/v1/events").Items, "nothing of it is public")
	require.Empty(t, w.feed(w.buyer(), "/v1/events").Items)
	w.do(w.buyer(), GET, "/v1/events?procurement="+string(p.ID), nil).is(http.StatusNotFound)
	w.do(w.admin, GET, "/v1/events?procurement="+string(p.ID), nil).is(http.StatusNotFound)

	for _, e := range w.feed(w.admin, "/v1/events").Items {
		require.Empty(t, e.ProcurementID, "an administrator has no sight of procurements")
		require.Empty(t, e.Mode)
	}
	require.NotEmpty(t, w.feed(w.admin, "/v1/events").Items)
	w.exec("UPDATE role_assignments SET valid_until = clock_timestamp() WHERE person_id = $1", observer.person)
	require.Empty(t, w.feed(observer, "/v1/events").Items)
}

// Before a box is closed nobody on the buyers' side learns that a tender came in, from no part of the feed.
func TestTheFeedDoesNotTellOfTendersInAnOpenBox(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	sequence := d.sequencer()
	lot := d.openLot()
	sequence()
	observer := d.personOf(d.lead.organisation)
	d.give(d.lead, d.procurement, observer.person, models.RoleObserver)
	readers := []caller{d.lead, observer, d.admin}
	look := func() (seen [][]FeedItem, exports []string) {
		for _, c := range readers {
			f := d.feed(c, "/v1/events?limit=1000")
			for i := range f.Items {
				f.Items[i].Cursor = ""
			}
			seen = append(seen, f.Items)
		}
		for _, c := range readers[:2] {
			exports = append(exports, d.do(c, GET, d.Self()+"/events?export=1", nil).is(http.StatusOK).Body.String())
		}
		return seen, exports
	}
	supplier := d.supplier()
	sequence()
	seen, exports := look()
	handedIn := d.submitted(supplier, lot.ID)
	d.do(supplier, POST, d.Self()+"/tenders/"+string(handedIn.TenderID)+"/actions/withdraw", nil).is(http.StatusOK)
	d.submitted(supplier, lot.ID)
	sequence()
	require.Equal(t, 3, d.count("SELECT count(*) FROM event_log l JOIN events e ON e.id = l.event_id WHERE e.type "+
		"LIKE 'tender.%'"))
	seenAfter, exportsAfter := look()
	require.Equal(t, seen, seenAfter)
	require.Equal(t, exports, exportsAfter)
	require.NotContains(t, exports[0], "procurement.published")

	d.setDeadline(lot.ID, d.clock())
	d.submit(supplier, lot.ID, d.tender(supplier)).is(http.StatusConflict).refused(models.CodeDeadlinePassed)
	sequence()
	require.NotContains(t, typesOf(d.feed(d.lead, "/v1/events?limit=1000")), event.TypeOf(event.TenderRefused{}))
	d.close(lot.ID)
	sequence()
	types := typesOf(d.feed(d.lead, "/v1/events?limit=1000"))
	require.Contains(t, types, event.TypeOf(event.TenderRefused{}))
	require.Contains(t, types, event.TypeOf(event.LotClosed{}))
	require.NotContains(t, types, event.TypeOf(event.TenderReceived{}))
	whole := d.do(d.lead, GET, d.Self()+"/events?export=1", nil).is(http.StatusOK)
	require.Empty(t, whole.Header().Get(headerCut))
	require.Contains(t, whole.Body.String(), "procurement.published")
	report, err := audit.VerifyExport(whole.Body, audit.Options{VerifierKeys: []string{checkpointKey(t).Verifier()}})
	require.NoError(t, err)
	require.True(t, report.Valid)
}

func TestAnExportIsForThoseWhoAnswerForTheProcedure(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	w.sequencer()()
	mayExport := []models.Role{models.RoleLeadProcurer, models.RoleBoard, models.RoleLegal, models.RoleObserver}
	for _, r := range models.BuyerSide() {
		c := leader
		if r != models.RoleLeadProcurer {
			c = w.personOf(leader.organisation)
			w.give(leader, p, c.person, r)
		}
		answer := w.do(c, GET, p.Self()+"/events?export=1", nil)
		if !slices.Contains(mayExport, r) {
			answer.is(http.StatusForbidden).refused(models.CodeForbidden)
			continue
		}
		answer.is(http.StatusOK)
		require.Equal(t, mediaLines, answer.Header().Get("Content-Type"))
		report, err := audit.VerifyExport(answer.Body,
			audit.Options{VerifierKeys: []string{checkpointKey(t).Verifier()}})
		require.NoError(t, err)
		require.True(t, report.Valid)
		require.EqualValues(t, 3, report.Events)
	}
}

func TestAnExportOfNothingYetIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	w.do(leader, GET, p.Self()+"/events?export=1", nil).is(http.StatusConflict).refused(models.CodeBoxOpen)
}

func TestOneOrganisationCannotTakeAllExports(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, other := w.buyer(), w.buyer()
	p, another := w.procurement(leader), w.procurement(other)
	export := func(c caller, p procurement) response { return w.do(c, GET, p.Self()+"/events?export=1", nil) }
	release := w.hold("LOCK TABLE event_log IN ACCESS EXCLUSIVE MODE")
	first := w.begin(func() response { return export(leader, p) })
	second := w.begin(func() response { return export(leader, p) })
	w.untilWaiting(2)
	refused := export(leader, p).is(http.StatusTooManyRequests).refused(models.CodeRateLimited)
	require.Equal(t, "2 exports of your organisation are under way", refused.Detail)
	others := w.begin(func() response { return export(other, another) })
	w.untilWaiting(3)
	release()
	for _, answer := range []func() response{first, second, others} {
		answer().is(http.StatusConflict).refused(models.CodeBoxOpen)
	}
	export(leader, p).is(http.StatusConflict).refused(models.CodeBoxOpen)
}

func TestTheLatestCheckpointIsPublic(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.do(caller{}, GET, "/v1/checkpoints/latest", nil).is(http.StatusNotFound).refused(models.CodeNotFound)
	w.sequencer()()
	_, err := w.store.Log().Checkpoint(t.Context(), checkpointKey(t), "")
	require.NoError(t, err)
	var shown CheckpointView
	answer := w.do(caller{}, GET, "/v1/checkpoints/latest", nil).is(http.StatusOK)
	answer.into(&shown)
	require.Equal(t, "test/log/public", shown.Origin)
	require.Equal(t, "public, max-age=60", answer.Header().Get("Cache-Control"))
	again := w.do(caller{}, GET, "/v1/checkpoints/latest", nil,
		with("If-None-Match", answer.Header().Get("ETag")))
	again.is(http.StatusNotModified)
	require.Empty(t, again.Body.String())
	require.Equal(t, "public, max-age=60", again.Header().Get("Cache-Control"))

	page := w.do(caller{}, GET, "/v1/public-log", nil).is(http.StatusOK)
	require.Equal(t, "no-cache", page.Header().Get("Cache-Control"), "more will be added to this page")
	entries, err := audit.ReadPublicLog(strings.NewReader(page.Body.String()))
	require.NoError(t, err)
	require.Len(t, entries, int(shown.Size))
	var rest PublicLogView
	w.do(caller{}, GET, "/v1/public-log?after="+strconv.FormatInt(shown.Size, 10), nil).is(http.StatusOK).into(&rest)
	require.Empty(t, rest.Items)
	require.Equal(t, shown.Size, rest.Next)
	w.do(caller{}, GET, "/v1/public-log?after=-1", nil).is(http.StatusUnprocessableEntity)
	w.do(caller{}, GET, "/v1/public-log?after="+strconv.FormatInt(shown.Size+1, 10), nil).
		is(http.StatusConflict).refused(models.CodePlaceLost)

	var keys struct{ Items []PublicKey }
	w.do(caller{}, GET, "/v1/keys", nil).is(http.StatusOK).into(&keys)
	verifiers := map[string]PublicKey{}
	for _, k := range keys.Items {
		verifiers[k.Use] = k
	}
	known, err := audit.Verifiers(verifiers["checkpoints"].Verifier)
	require.NoError(t, err)
	opened, err := audit.OpenCheckpoint([]byte(shown.Note), known)
	require.NoError(t, err)
	require.Equal(t, shown.Size, opened.Size)
	require.Nil(t, audit.ComparePublic(slices.Values(entries), []audit.Checkpoint{opened}))
	require.Equal(t, "test/log", verifiers["checkpoints"].Name)
	raw, err := base64.StdEncoding.DecodeString(verifiers["receipts"].PublicKey)
	require.NoError(t, err)
	require.Len(t, raw, 32)
	envelopes := []models.Envelope{{
		N: 1, Kind: models.EnvelopeQuality, Digest: models.Digest([]byte("sealed")),
		Size: 6,
	}}
	receipt := seal.Receipt{
		Act: seal.ActReceived, TenderID: models.NewID(models.PrefixTender),
		ProcurementID: models.NewID(models.PrefixProcurement), LotID: models.NewID(models.PrefixLot),
		OrganisationID: models.NewID(models.PrefixOrganisation), Mode: models.ModeLive, ProcedureTime: time.Unix(1, 0).
				UTC(), RealTime: time.Unix(1, 0).UTC(), Manifest: seal.Manifest(envelopes), Envelopes: envelopes,
	}
	signedReceipt, err := receiptSigner(t).Sign(receipt)
	require.NoError(t, err)
	read, err := seal.Verify(signedReceipt, verifiers["receipts"].Verifier)
	require.NoError(t, err)
	require.Equal(t, receipt, read)
	_, err = seal.Verify(signedReceipt, verifiers["checkpoints"].Verifier)
	require.Error(t, err, "another key did not sign it")
}

// What is in the public log never changes: whoever passes on a page that is full need not ask again.
func TestAFullPageOfThePublicLogMayBeKeptForGood(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(`INSERT INTO public_log (n, label, commitment, salt, size, root, through)
		SELECT n, sha256(''), sha256(n::text::bytea), sha256(''), 1, sha256(''), 0 FROM generate_series(1, 1001) n`)
	var page PublicLogView
	answer := w.do(caller{}, GET, "/v1/public-log", nil).is(http.StatusOK)
	answer.into(&page)
	require.Equal(t, "public, max-age=31536000, immutable", answer.Header().Get("Cache-Control"))
	require.Len(t, page.Items, 1000)
	require.EqualValues(t, 1000, page.Next)
	last := w.do(caller{}, GET, "/v1/public-log?after=1000", nil).is(http.StatusOK)
	last.into(&page)
	require.Equal(t, "no-cache", last.Header().Get("Cache-Control"))
	require.Len(t, page.Items, 1)
	require.EqualValues(t, 1001, page.Items[0].N)
}

func TestAReaderWaitsForWhatHappens(t *testing.T) {
	t.Parallel()
	w := setup(t)
	sequence := w.sequencer()
	leader, stranger := w.buyer(), w.buyer()
	p := w.procurement(leader)
	sequence()
	for _, path := range []string{"/v1/events", p.Self() + "/events"} {
		start := w.feed(leader, path+"?after=now").NextCursor
		answered := make(chan FeedAnswer, 1)
		go func() { answered <- w.feed(leader, path+"?wait=20&after="+start) }()
		require.Eventually(t, func() bool { return w.server.tail.waiting() == 1 }, patienceOfTests, tick)
		w.procurement(stranger)
		sequence()
		w.do(leader, PATCH, p.Self(), map[string]any{"zone": "Europe/Rome"}).is(http.StatusOK)
		placed := time.Now()
		sequence()
		got := <-answered
		require.Equal(t, typesFor(event.ProcurementChanged{}), typesOf(got))
		t.Logf("woken %s after the event had its place", time.Since(placed))
		require.Less(t, time.Since(placed), time.Second)
	}
	began := time.Now()
	require.Empty(t, w.feed(leader, "/v1/events?wait=1&after=now").Items)
	require.GreaterOrEqual(t, time.Since(began), time.Second)
	require.Eventually(t, func() bool { return !w.server.tail.isFollowing() }, patienceOfTests, tick,
		"nobody waits, nobody looks")
}

func (t *tail) waiting() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.watching)
}

func (t *tail) isFollowing() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.following
}

// However many wait, they hold no connection, and what each is to see does not get lost between its look
// and its wait.
func TestManyReadersWaitWithoutConnections(t *testing.T) {
	t.Parallel()
	w := setup(t)
	sequence := w.sequencer()
	leader := w.buyer()
	p := w.procurement(leader)
	const readers = 40
	var people []caller
	for range readers / mostOfOne {
		c := w.personOf(leader.organisation)
		w.give(leader, p, c.person, models.RoleObserver)
		people = append(people, c)
	}
	sequence()
	start := w.feed(leader, "/v1/events?after=now").NextCursor
	answers := make(chan FeedAnswer, readers)
	for i := range readers {
		go func() { answers <- w.feed(people[i/mostOfOne], "/v1/events?wait=20&after="+start) }()
	}
	require.Eventually(t, func() bool { return w.server.tail.waiting() == readers }, patienceOfTests, tick)
	w.do(people[0], GET, "/v1/events?wait=1&after="+start, nil).is(http.StatusTooManyRequests).
		refused(models.CodeRateLimited)
	require.Empty(t, w.feed(people[0], "/v1/events?after="+start).Items, "reading without a wait is always allowed")
	require.Less(t, w.count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = "+
		"'active'"), 4)
	w.do(leader, PATCH, p.Self(), map[string]any{"zone": "Europe/Rome"}).is(http.StatusOK)
	sequence()
	for range readers {
		require.Len(t, (<-answers).Items, 1)
	}
}

func TestWhoLosesTheRoleWhileWaitingGetsNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	sequence := w.sequencer()
	leader := w.buyer()
	p := w.procurement(leader)
	observer := w.personOf(leader.organisation)
	given := w.give(leader, p, observer.person, models.RoleObserver)
	sequence()
	answered := make(chan response, 2)
	go func() { answered <- w.do(observer, GET, p.Self()+"/events?wait=20&after=now", nil) }()
	require.Eventually(t, func() bool { return w.server.tail.waiting() == 1 }, patienceOfTests, tick)
	w.do(leader, DELETE, given.Self(), nil).is(http.StatusOK)
	sequence()
	(<-answered).is(http.StatusNotFound)
}

func TestWaitingEndsWithTheServer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	closing := make(chan struct{})
	w.server.closing = closing
	leader := w.buyer()
	answered := make(chan FeedAnswer, 1)
	go func() { answered <- w.feed(leader, "/v1/events?wait=30") }()
	require.Eventually(t, func() bool { return w.server.tail.waiting() == 1 }, patienceOfTests, tick)
	close(closing)
	require.Empty(t, (<-answered).Items)
}

func TestAWatchMissesNothingThatWasToldBefore(t *testing.T) {
	t.Parallel()
	w := setup(t)
	everything := func(models.ID) bool { return true }
	tail := newTail(w.server.views, w.server.log)
	early, stop := tail.watch(everything, 0)
	defer stop()
	sequence := w.sequencer()
	w.buyer()
	sequence()
	<-early
	late, stopLate := tail.watch(everything, 0)
	defer stopLate()
	<-late
	head, err := w.store.Log().Head(t.Context())
	require.NoError(t, err)
	up, stopUp := tail.watch(everything, head)
	defer stopUp()
	select {
	case <-up:
		require.Fail(t, "nothing has happened since")
	case <-time.After(3 * tailInterval):
	}
	none, stopNone := tail.watch(func(models.ID) bool { return false }, head)
	defer stopNone()
	w.buyer()
	sequence()
	<-up
	select {
	case <-none:
		require.Fail(t, "it does not want that")
	default:
	}
}
