package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A platform has portals' endpoints, and is asked for commands.
type platform struct{ *pgtest.Platform }

func newPlatform(t *testing.T) *platform {
	t.Helper()
	return &platform{pgtest.NewPlatform(t)}
}

// endpoint registers an endpoint of a person.
func (p *platform) endpoint(owner models.ID, change ...func(*models.Endpoint)) models.Endpoint {
	p.Helper()
	e := models.Endpoint{
		ID: models.NewID(models.PrefixEndpoint), OrganisationID: p.Organisation, OwnerID: owner,
		URL:   "https://portal.example.eu/ppi",
		Types: []string{}, Procurements: []models.ID{}, Secret: []byte("sealed"), Status: models.EndpointActive,
	}
	for _, f := range change {
		f(&e)
	}
	require.NoError(p, p.InTx(p.Context(), func(tx *store.Tx) error { return tx.CreateEndpoint(&e) }))
	return e
}

func types(t ...string) func(*models.Endpoint) { return func(e *models.Endpoint) { e.Types = t } }

// relayAll relays until nothing is behind, as the worker's loop does: a relay that was cut off holds its lock
// until the database has noticed, and who meets it leaves the turn to the next.
func (p *platform) relayAll() {
	p.Helper()
	require.Eventually(p, func() bool {
		_, err := p.Relay(p.Context())
		require.NoError(p, err)
		var behind bool
		row := p.SQL.QueryRow(p.Context(), "SELECT position < (SELECT coalesce(max(position), 0) FROM event_log) "+
			"FROM webhook_relay")
		require.NoError(p, row.Scan(&behind))
		return !behind
	}, time.Minute, time.Millisecond)
}

// queued lists the events that go to an endpoint, by procurement in their order.
func (p *platform) queued(endpoint models.ID) map[models.ID][]models.ID {
	p.Helper()
	rows, err := p.SQL.Query(p.Context(), "SELECT procurement_id, event_id FROM deliveries WHERE endpoint_id = $1 "+
		"ORDER BY seq", endpoint)
	require.NoError(p, err)
	defer rows.Close()
	found := map[models.ID][]models.ID{}
	for rows.Next() {
		var procurement, event models.ID
		require.NoError(p, rows.Scan(&procurement, &event))
		found[procurement] = append(found[procurement], event)
	}
	require.NoError(p, rows.Err())
	return found
}

func TestAnEndpointGetsExactlyWhatItWants(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada, ben := p.Person(), p.Person()
	one, other, rehearsal := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeLive, ada),
		p.Procurement(models.ModeRehearsal, ada)
	p.Give(one, ben, models.RoleObserver)
	p.Event(one, event.ProcurementStarted{})
	everything, lots := p.endpoint(ada), p.endpoint(ada, types("lot", "vote.cast"))
	onlyOther := p.endpoint(ada, func(e *models.Endpoint) { e.Procurements = []models.ID{other} })
	ofRehearsals := p.endpoint(ada, func(e *models.Endpoint) { e.Rehearsals = true })
	ofObserver := p.endpoint(ben)
	disabled := p.endpoint(ada)
	p.Exec("UPDATE endpoints SET status = 'disabled', ended_at = now() WHERE id = $1", disabled.ID)
	paused := p.endpoint(ada, types("lot.created"), func(e *models.Endpoint) { e.Status = models.EndpointPaused })

	lot, vote := p.Event(one, event.LotCreated{}), p.Event(one, event.VoteCast{})
	entry, played := p.Event(other, event.EntryWritten{}), p.Event(rehearsal, event.LotCreated{})
	p.Happens(event.Event{Payload: event.PersonCreated{}})
	p.Tender()
	p.Happens(event.Event{ProcurementID: one, Payload: event.TenderRefused{}})
	p.Event(one, event.EndpointParked{})
	p.relayAll()
	p.relayAll()

	require.Equal(t, map[models.ID][]models.ID{one: {lot, vote}, other: {entry}}, p.queued(everything.ID))
	require.Equal(t, map[models.ID][]models.ID{one: {lot, vote}}, p.queued(lots.ID))
	require.Equal(t, map[models.ID][]models.ID{other: {entry}}, p.queued(onlyOther.ID))
	require.Equal(t, map[models.ID][]models.ID{rehearsal: {played}}, p.queued(ofRehearsals.ID))
	require.Empty(t, p.queued(ofObserver.ID), "who does not lead sends nothing out")
	require.Empty(t, p.queued(disabled.ID))
	require.Equal(t, map[models.ID][]models.ID{one: {lot}}, p.queued(paused.ID), "it is kept until its owner goes on")

	p.EndRoles(one, ada)
	p.Event(one, event.LotCreated{})
	p.relayAll()
	require.Len(t, p.queued(everything.ID)[one], 2, "ada does not lead any more")
}

func TestWhatTheCatalogueSendsToPortalsIsWhatTheyGet(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	one := p.Procurement(models.ModeLive, ada)
	e := p.endpoint(ada)
	payloads := []event.Payload{
		event.RoleGiven{Role: models.RoleSupplier},
		event.RoleEnded{Role: models.RoleSupplier},
		event.RoleGiven{Role: models.RoleOpener},
		event.TaskRaised{Kind: "supplier"},
	}
	for _, row := range event.Catalogue() {
		payloads = append(payloads, row.Payload)
	}
	var want []models.ID
	for _, payload := range payloads {
		id := p.Event(one, payload)
		recorded, err := event.Event{Payload: payload}.Record()
		require.NoError(t, err)
		if event.Sent(recorded.Type, recorded.Data) {
			want = append(want, id)
		}
	}
	p.relayAll()
	require.Equal(t, want, p.queued(e.ID)[one])
}

// While a new release is being installed, the old one meets events of types that it does not know. It neither
// tells of them nor passes over them.
func TestAnEventOfALaterReleaseWaitsForIt(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	one := p.Procurement(models.ModeLive, ada)
	e := p.endpoint(ada)
	before := p.Event(one, event.LotCreated{})
	later := p.Event(one, event.VoteCast{})
	p.Exec("ALTER TABLE events DISABLE TRIGGER ALL")
	p.Exec("ALTER TABLE events DROP CONSTRAINT events_columns_are_canonical")
	p.Exec("UPDATE events SET type = 'lot.dreamt' WHERE id = $1", later)
	behind := p.Event(one, event.LotChanged{})

	for range 2 {
		for more := true; more; {
			var err error
			if more, err = p.Relay(t.Context()); err != nil {
				require.ErrorIs(t, err, store.ErrNewerEvent)
			}
		}
		require.Equal(t, map[models.ID][]models.ID{one: {before}}, p.queued(e.ID))
	}
	read := func() eventlog.FeedPage {
		visible, err := p.VisibleTo(t.Context(), ada)
		require.NoError(t, err)
		page, err := p.Log().Feed(t.Context(), eventlog.FeedQuery{Procurements: visible, Limit: 10})
		require.NoError(t, err)
		return page
	}
	page := read()
	require.Len(t, page.Events, 1)
	require.Less(t, page.Reached.Position, page.Head)

	p.Exec("UPDATE events SET type = 'vote.cast' WHERE id = $1", later)
	p.relayAll()
	require.Equal(t, []models.ID{before, later, behind}, p.queued(e.ID)[one])
	require.Len(t, read().Events, 3)
}

// Of two processes that see events wait, one queues them. The other does not take that for an event of a later release.
func TestARelayThatWasOvertakenDoesNothing(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	e := p.endpoint(ada)
	one := p.Procurement(models.ModeLive, ada)
	queued := p.Event(one, event.LotCreated{})
	p.relayAll()
	require.NoError(t, store.RelayOvertaken(t.Context(), p.Store))
	require.Equal(t, map[models.ID][]models.ID{one: {queued}}, p.queued(e.ID))
}

// Whatever writers do and relays die of: each event reaches the queue of each endpoint once, in order.
func TestNoEventIsLostUnderConcurrentWriters(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	procurements := []models.ID{
		p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeLive, ada),
		p.Procurement(models.ModeLive, ada),
	}
	all, votes := p.endpoint(ada), p.endpoint(ada, types("vote"))
	const writers, each = 16, 30
	done := make(chan struct{})
	var relays, writing sync.WaitGroup
	for range 3 {
		relays.Go(func() {
			for finished := false; !finished; {
				select {
				case <-done:
					finished = true
				default:
				}
				ctx, cancel := context.WithTimeout(context.Background(),
					time.Duration(1+time.Now().UnixNano()%40)*time.Millisecond)
				_, _ = p.Relay(ctx) // often cut off in the middle
				cancel()
			}
		})
	}
	relays.Go(func() {
		for finished := false; !finished; {
			select {
			case <-done:
				finished = true
			default:
			}
			if _, _, err := p.Sequencer.Pass(context.Background()); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for w := range writers {
		writing.Go(func() {
			for n := range each {
				var what event.Payload = event.VoteCast{}
				if n%3 == 0 {
					what = event.EntryWritten{}
				}
				err := p.InTx(context.Background(), func(tx *store.Tx) error {
					_, err := tx.Append(event.Event{ProcurementID: procurements[(w+n)%3], Payload: what})
					if n%7 == 3 {
						return errors.Join(err, context.Canceled) // taken back
					}
					return err
				})
				if n%7 != 3 && err != nil {
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	close(done)
	relays.Wait()
	pgtest.Sequence(t, p.Sequencer)
	p.relayAll()

	committed := 0
	for _, procurement := range procurements {
		rows, err := p.SQL.Query(t.Context(),
			`SELECT l.event_id, e.type FROM event_log l JOIN events e ON e.id = l.event_id
			WHERE l.procurement_id = $1 ORDER BY l.position`, procurement)
		require.NoError(t, err)
		var events, ofVotes []models.ID
		for rows.Next() {
			var id models.ID
			var kind models.EventType
			require.NoError(t, rows.Scan(&id, &kind))
			events = append(events, id)
			if kind == event.TypeOf(event.VoteCast{}) {
				ofVotes = append(ofVotes, id)
			}
		}
		require.NoError(t, rows.Err())
		committed += len(events)
		require.Equal(t, events, p.queued(all.ID)[procurement])
		require.Equal(t, ofVotes, p.queued(votes.ID)[procurement])
	}
	require.Equal(t, writers*(each-4), committed)
}

func TestAFeedIsWokenUntilItWasTold(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	one := p.Procurement(models.ModeLive, ada)
	e := p.endpoint(ada)
	feed := store.PortalFeed{EndpointID: e.ID, ProcurementID: one}
	// untold lists the feeds that are to be woken, as often as it is asked.
	untold := func() []store.Wake {
		p.Exec("UPDATE portal_feeds SET waking_until = NULL")
		calls, err := p.ToWake(t.Context(), 10)
		require.NoError(t, err)
		return calls
	}
	require.Empty(t, untold())
	p.Event(one, event.LotCreated{})
	p.relayAll()
	calls := untold()
	require.Len(t, calls, 1)
	require.Equal(t, feed, calls[0].PortalFeed)
	require.EqualValues(t, 1, calls[0].UpTo)
	require.Equal(t, "Quiet trains", calls[0].Title)
	require.Equal(t, "Buyer", calls[0].Owner)

	p.Event(one, event.LotCreated{})
	p.relayAll()
	require.NoError(t, p.Told(t.Context(), calls[0]))
	calls = untold()
	require.Len(t, calls, 1, "there was more between the look and the call")
	require.EqualValues(t, 2, calls[0].UpTo)
	require.NoError(t, p.Told(t.Context(), calls[0]))
	require.Empty(t, untold())

	p.inTx(func(tx *store.Tx) error { return tx.RetryFeed(feed, 1, "status 500", time.Hour) })
	p.Event(one, event.LotCreated{})
	p.relayAll()
	require.Empty(t, untold(), "its workflow waits and will find it")
	p.inTx(func(tx *store.Tx) error { _, err := tx.GoOn(e.ID); return err })
	require.Len(t, untold(), 1)
	p.Exec("UPDATE endpoints SET status = 'paused' WHERE id = $1", e.ID)
	require.Empty(t, untold())
}

func (p *platform) inTx(f func(tx *store.Tx) error) {
	p.Helper()
	require.NoError(p, p.InTx(p.Context(), f))
}

func TestAFeedThatWentQuietIsFound(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	one := p.Procurement(models.ModeLive, ada)
	feed := store.PortalFeed{EndpointID: p.endpoint(ada).ID, ProcurementID: one}
	created := p.Event(one, event.LotCreated{})
	p.relayAll()
	told := func() { p.Exec("UPDATE portal_feeds SET told = asked") }
	quiet := func() int64 {
		asked, err := p.AskQuiet(t.Context(), time.Minute, 10)
		require.NoError(t, err)
		told()
		return asked
	}
	age := func(by string) {
		p.Exec("UPDATE portal_feeds SET moved_at = moved_at - $1::interval, retry_at = retry_at - $1::interval", by)
	}
	told()
	require.Zero(t, quiet())
	age("2 minutes")
	require.EqualValues(t, 1, quiet(), "nothing was heard of it for two minutes")
	p.Exec("UPDATE portal_feeds SET asked = told + 1")
	asked, err := p.AskQuiet(t.Context(), time.Minute, 10)
	require.NoError(t, err)
	require.Zero(t, asked, "it waits to be woken")
	told()
	p.inTx(func(tx *store.Tx) error { return tx.RetryFeed(feed, 1, "timeout", 10*time.Minute) })
	age("2 minutes")
	require.Zero(t, quiet(), "it waits for its next attempt")
	age("10 minutes")
	require.EqualValues(t, 1, quiet(), "the attempt is overdue")
	p.inTx(func(tx *store.Tx) error { return tx.ParkFeed(feed, 10, "timeout") })
	age("1 day")
	require.Zero(t, quiet(), "it waits for a person")
	p.inTx(func(tx *store.Tx) error { _, err := tx.GoOn(feed.EndpointID); return err })
	p.inTx(func(tx *store.Tx) error {
		_, err := tx.LockFeed(feed, created)
		require.NoError(t, err)
		return tx.RecordAttempt(feed, models.DeliveryAttempt{EventID: created, StartedAt: time.Now(), Status: 200})
	})
	age("1 day")
	require.Zero(t, quiet(), "it has nothing to deliver")
}

func TestDeliveriesGoInOrderAndRemainOnRecord(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	one := p.Procurement(models.ModeLive, ada)
	e := p.endpoint(ada)
	feed := store.PortalFeed{EndpointID: e.ID, ProcurementID: one}
	_, err := p.NextDelivery(t.Context(), feed)
	require.ErrorIs(t, err, store.ErrNoDelivery)
	first, second := p.Event(one, event.LotCreated{}), p.Event(one, event.LotChanged{})
	p.relayAll()

	attempt := func(id models.ID, fault models.DeliveryFault) (locked store.LockedFeed) {
		p.inTx(func(tx *store.Tx) error {
			locked, err = tx.LockFeed(feed, id)
			require.NoError(t, err)
			return tx.RecordAttempt(feed, models.DeliveryAttempt{
				EventID: id, StartedAt: time.Now().UTC(), Latency: 5,
				Status: 500, Fault: fault, Answer: "no",
			})
		})
		return locked
	}
	next, err := p.NextDelivery(t.Context(), feed)
	require.NoError(t, err)
	require.Equal(t, first, next.EventID)
	require.True(t, next.Led)
	require.Equal(t, models.ModeLive, next.Mode)
	require.Equal(t, e.URL, next.Endpoint.URL)
	require.Negative(t, next.Wait)
	require.Equal(t, store.LockedFeed{Pending: true}, attempt(first, models.FaultStatus))
	p.inTx(func(tx *store.Tx) error { return tx.RetryFeed(feed, 1, "status 500", time.Minute) })
	next, err = p.NextDelivery(t.Context(), feed)
	require.NoError(t, err)
	require.Equal(t, first, next.EventID, "never skipped")
	require.InDelta(t, time.Minute, next.Wait, float64(10*time.Second))
	require.Equal(t, 1, next.Failures)

	require.Equal(t, store.LockedFeed{Failures: 1, Pending: true}, attempt(first, ""))
	next, err = p.NextDelivery(t.Context(), feed)
	require.NoError(t, err)
	require.Equal(t, second, next.EventID)
	require.Zero(t, next.Failures)
	require.Equal(t, models.FeedActive, next.State)
	require.False(t, attempt(first, models.FaultTimeout).Pending, "a straggler changes nothing")
	p.EndRoles(one, ada)
	next, err = p.NextDelivery(t.Context(), feed)
	require.NoError(t, err)
	require.False(t, next.Led)

	list := func(state models.DeliveryState) []models.Delivery {
		found, err := p.Deliveries(t.Context(), e.ID, store.DeliveryFilter{State: state}, "", 10)
		require.NoError(t, err)
		return found
	}
	require.Len(t, list(""), 2)
	require.Len(t, list(models.DeliveryPending), 1)
	done := list(models.DeliveryDelivered)
	require.Len(t, done, 1)
	require.Len(t, done[0].Attempts, 3)
	require.Equal(t, []int{1, 2, 3}, []int{done[0].Attempts[0].N, done[0].Attempts[1].N, done[0].Attempts[2].N})
	require.Equal(t, models.FaultStatus, done[0].Attempts[0].Fault)

	n, err := p.ForgetDeliveries(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, n)
	p.Exec("UPDATE deliveries SET delivered_at = delivered_at - interval '181 days' WHERE delivered_at IS NOT NULL")
	n, err = p.ForgetDeliveries(t.Context(), 10)
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	require.Len(t, list(""), 1)

	p.Exec("UPDATE deliveries SET queued_at = queued_at - interval '1 year'")
	p.Exec("UPDATE endpoints SET status = 'disabled', ended_at = clock_timestamp() - interval '179 days'")
	n, err = p.ForgetDeliveries(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, n, "its owner may still want to see what was left")
	p.Exec("UPDATE endpoints SET ended_at = ended_at - interval '2 days'")
	n, err = p.ForgetDeliveries(t.Context(), 10)
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	require.Empty(t, list(""))
}

func TestAnEndpointIsItsOwnersAndAdministrators(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada, ben := p.Person(), p.Person()
	e := p.endpoint(ada)
	for actor, sees := range map[*models.Actor]bool{
		{PersonID: ada}: true, {PersonID: ben}: false,
		{PersonID: ben, Administrator: true}: true,
	} {
		_, err := p.Endpoint(t.Context(), *actor, e.ID)
		_, refused := models.RefusalOf(err)
		require.Equal(t, sees, !refused)
		found, err := p.Endpoints(t.Context(), *actor, "", 10)
		require.NoError(t, err)
		require.Len(t, found, map[bool]int{true: 1, false: 0}[sees])
	}
	p.inTx(func(tx *store.Tx) error {
		e, err := tx.LockEndpoint(models.Actor{PersonID: ada}, e.ID)
		require.NoError(t, err)
		n, err := tx.LiveEndpoints(p.Organisation)
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		now := time.Now()
		e.Status, e.Secret, e.EndedAt = models.EndpointRemoved, nil, &now
		return tx.SaveEndpoint(&e)
	})
	_, err := p.Endpoint(t.Context(), models.Actor{PersonID: ada}, e.ID)
	refusal, refused := models.RefusalOf(err)
	require.True(t, refused)
	require.Equal(t, models.CodeNotFound, refusal.Code)
}

// An attempt that is brought forward because the receiver is back costs none of those that are due.
func TestAnAttemptThatIsBroughtForwardIsOneMore(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	one := p.Procurement(models.ModeLive, ada)
	feed := store.PortalFeed{EndpointID: p.endpoint(ada).ID, ProcurementID: one}
	id := p.Event(one, event.LotCreated{})
	p.relayAll()
	next := func() store.Outgoing {
		next, err := p.NextDelivery(t.Context(), feed)
		require.NoError(t, err)
		return next
	}
	locked := func() (locked store.LockedFeed) {
		p.inTx(func(tx *store.Tx) (err error) {
			locked, err = tx.LockFeed(feed, id)
			return err
		})
		return locked
	}
	p.inTx(func(tx *store.Tx) error { return tx.RetryFeed(feed, 3, "timeout", time.Hour) })
	require.Zero(t, locked().Early)
	require.Positive(t, next().Wait)
	require.NoError(t, p.BringForward(t.Context(), feed.EndpointID))
	require.Negative(t, next().Wait, "it is tried at once")
	require.InDelta(t, time.Hour, locked().Early, float64(time.Minute))

	p.inTx(func(tx *store.Tx) error { return tx.RetryWhenDue(feed, "timeout") })
	require.InDelta(t, time.Hour, next().Wait, float64(time.Minute))
	require.Equal(t, 3, next().Failures)
	require.NoError(t, p.BringForward(t.Context(), feed.EndpointID))
	require.Positive(t, next().Wait, "once for each attempt that is due")

	p.inTx(func(tx *store.Tx) error { return tx.RetryFeed(feed, 4, "timeout", time.Hour) })
	require.NoError(t, p.BringForward(t.Context(), feed.EndpointID))
	require.Negative(t, next().Wait)
	p.inTx(func(tx *store.Tx) error {
		return tx.RecordAttempt(feed, models.DeliveryAttempt{EventID: id, StartedAt: time.Now(), Status: 200})
	})
	require.Zero(t, locked())
}

// Many workers at once take turns, end them and wake feeds: never are more of an endpoint's feeds served than may be,
// each has its turn, and none waits for another for ever.
func TestTurnsOfAnEndpointAreBoundedOverAllWorkers(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	e := p.endpoint(ada)
	feeds := make([]store.PortalFeed, 4*store.TurnsAtOnce)
	for i := range feeds {
		feeds[i] = store.PortalFeed{EndpointID: e.ID, ProcurementID: p.Procurement(models.ModeLive, ada)}
		p.Event(feeds[i].ProcurementID, event.LotCreated{})
	}
	p.relayAll()
	var (
		mu           sync.Mutex
		served, most int
		had          = map[models.ID]bool{}
		workers      sync.WaitGroup
	)
	count := func(by int, feed models.ID) (all bool) {
		mu.Lock()
		defer mu.Unlock()
		served, had[feed] = served+by, true
		most = max(most, served)
		return len(had) == len(feeds)
	}
	work := func(feed store.PortalFeed) (all bool, err error) {
		taken, err := p.TakeTurn(t.Context(), feed)
		if err != nil || !taken {
			return false, err
		}
		all = count(1, feed.ProcurementID)
		_, err = p.NextDelivery(t.Context(), feed)
		count(-1, feed.ProcurementID)
		_, ended := p.EndTurn(t.Context(), feed)
		return all, errors.Join(err, ended)
	}
	deadline := time.Now().Add(time.Minute)
	for range 2 * store.TurnsAtOnce {
		workers.Go(func() {
			for all := false; !all && time.Now().Before(deadline); {
				woken, err := p.ToWake(t.Context(), 3)
				for _, w := range woken {
					if err = p.Told(t.Context(), w); err != nil {
						break
					}
					var here bool
					if here, err = work(w.PortalFeed); err != nil {
						break
					}
					all = all || here
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				all = all || len(had) == len(feeds)
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	require.Len(t, had, len(feeds), "each had its turn")
	require.LessOrEqual(t, most, store.TurnsAtOnce)
}

// The relay has picked a feed, and notes that it was woken when the feed has found its place taken already.
func TestAFeedThatFindsNoTurnIsWokenAgain(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	e := p.endpoint(ada)
	for range store.TurnsAtOnce + 1 {
		p.Event(p.Procurement(models.ModeLive, ada), event.LotCreated{})
	}
	p.relayAll()
	woken, err := p.ToWake(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, woken, store.TurnsAtOnce)
	var late store.PortalFeed
	late.EndpointID = e.ID
	require.NoError(t, p.SQL.QueryRow(t.Context(),
		"SELECT procurement_id FROM portal_feeds WHERE waking_until IS NULL").Scan(&late.ProcurementID))
	taken, err := p.TakeTurn(t.Context(), late)
	require.NoError(t, err)
	require.False(t, taken, "the places are those of the feeds that are being woken")
	p.Exec("UPDATE portal_feeds SET turn_until = clock_timestamp() + interval '1 minute' WHERE procurement_id <> $1",
		woken[0].ProcurementID)
	taken, err = p.TakeTurn(t.Context(), woken[0].PortalFeed)
	require.NoError(t, err)
	require.False(t, taken)
	require.NoError(t, p.Told(t.Context(), woken[0]))
	var waits bool
	require.NoError(t, p.SQL.QueryRow(t.Context(), "SELECT told < asked FROM portal_feeds WHERE procurement_id = $1",
		woken[0].ProcurementID).Scan(&waits))
	require.True(t, waits)
}
