package activities_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"golang.org/x/sync/semaphore"

	"github.com/ppi-engine/ppi/activities"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// delivering is one endpoint with events on their way to it.
type delivering struct {
	*testing.T
	*testsuite.TestActivityEnvironment

	portals *activities.Portals
	store   *store.Store
	sql     *pgx.Conn
	feed    process.PortalFeed
	owner   models.ID
	// arrived counts the messages at the receiver.
	arrived atomic.Int64
	// slow holds up the receiver's answers until it is closed; nil does not.
	slow chan struct{}
}

func courier(t *testing.T, key string) *webhook.Courier {
	t.Helper()
	c, err := webhook.NewCourier(webhook.Options{
		MasterKey: []byte(strings.Repeat(key, 32)), Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	require.NoError(t, err)
	return c
}

func newDelivering(t *testing.T, events int) *delivering {
	t.Helper()
	db := pgtest.NewDatabase(t)
	var suite testsuite.WorkflowTestSuite
	d := &delivering{
		T: t, TestActivityEnvironment: suite.NewTestActivityEnvironment(), store: pgtest.Open(t, db.Application),
		sql: pgtest.Connect(t, db.Superuser),
		feed: process.PortalFeed{
			EndpointID:    models.NewID(models.PrefixEndpoint),
			ProcurementID: models.NewID(models.PrefixProcurement),
		},
		owner: models.NewID(models.PrefixPerson),
	}
	d.portals = &activities.Portals{Store: d.store, Courier: courier(t, "m"), Log: slog.New(slog.DiscardHandler)}
	d.RegisterActivity(d.portals.Deliver)
	organisation := models.NewID(models.PrefixOrganisation)
	d.exec(`INSERT INTO organisations (id, legal_name, country, kind)
		VALUES ($1, 'Buyer', 'FR', 'contracting_authority')`, organisation)
	d.exec("INSERT INTO people (id, organisation_id, name, email) VALUES ($1, $2, 'P', '')", d.owner, organisation)
	d.exec(`INSERT INTO procurements (id, title, description, languages, mode, zone, status, created_by)
		VALUES ($1, '{"en": "Quiet trains"}', '{}', '["en"]', 'live', 'Europe/Paris', 'draft', $2)`,
		d.feed.ProcurementID, d.owner)
	d.exec(`INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from)
		VALUES ($1, $2, $3, $4, 'lead_procurer', clock_timestamp() - interval '1 hour')`,
		models.NewID(models.PrefixRole), d.feed.ProcurementID, d.owner, organisation)
	d.register(organisation)
	d.happens(events)
	return d
}

func (d *delivering) exec(sql string, arguments ...any) {
	d.Helper()
	_, err := d.sql.Exec(d.Context(), sql, arguments...)
	require.NoError(d, err)
}

func (d *delivering) register(organisation models.ID) {
	d.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		d.arrived.Add(1)
		if d.slow != nil {
			<-d.slow
		}
	}))
	d.Cleanup(receiver.Close)
	_, sealed := d.portals.Courier.NewSecret(d.feed.EndpointID)
	require.NoError(d, d.store.InTx(d.Context(), func(tx *store.Tx) error {
		return tx.CreateEndpoint(&models.Endpoint{
			ID: d.feed.EndpointID, OrganisationID: organisation, OwnerID: d.owner, URL: receiver.URL, Types: []string{},
			Procurements: []models.ID{}, Secret: sealed, Status: models.EndpointActive,
		})
	}))
}

// happens records events and gives them to the endpoint.
func (d *delivering) happens(events int) {
	d.Helper()
	d.happensIn(d.feed.ProcurementID, events)
}

func (d *delivering) happensIn(procurement models.ID, events int) {
	d.Helper()
	require.NoError(d, d.store.InTx(d.Context(), func(tx *store.Tx) error {
		for range events {
			if _, err := tx.Append(event.Event{
				ProcurementID: procurement,
				Payload:       event.LotCreated{},
			}); err != nil {
				return err
			}
		}
		return nil
	}))
	sequencer, err := d.store.Log().OpenSequencer(d.Context())
	require.NoError(d, err)
	defer sequencer.Close()
	for more := true; more; {
		_, more, err = sequencer.Pass(d.Context())
		require.NoError(d, err)
	}
	_, err = d.store.Relay(d.Context())
	require.NoError(d, err)
}

func (d *delivering) deliver() process.FeedOutcome {
	d.Helper()
	result, err := d.ExecuteActivity(d.portals.Deliver, d.feed)
	require.NoError(d, err)
	var out process.FeedOutcome
	require.NoError(d, result.Get(&out))
	return out
}

func (d *delivering) tasks() (kinds []string) {
	d.Helper()
	rows, err := d.sql.Query(d.Context(), "SELECT kind FROM tasks WHERE done_at IS NULL")
	require.NoError(d, err)
	kinds, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(d, err)
	return kinds
}

// A slow receiver of many procurements' events takes a few of them at a time and leaves room for other receivers,
// however many workers there are: each has activities of its own, and they share the record.
func TestAnEndpointTakesABoundedNumberOfFeedsAtOnceOverAllWorkers(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 1)
	d.slow = make(chan struct{})
	answer := sync.OnceFunc(func() { close(d.slow) })
	t.Cleanup(answer)
	const workers = store.TurnsAtOnce + 2
	outcomes := make(chan process.FeedOutcome, workers)
	feeds := make([]process.PortalFeed, workers)
	for i := range feeds {
		feeds[i] = d.another()
	}
	for _, feed := range feeds {
		worker := &activities.Portals{Store: d.store, Courier: d.portals.Courier, Log: d.portals.Log}
		go func() { outcomes <- d.deliverBy(worker, feed) }()
	}
	for range workers - store.TurnsAtOnce {
		busy := <-outcomes
		require.Equal(t, process.FeedBusy, busy.Status)
		require.Greater(t, busy.Wait, time.Minute, "it is woken, and does not ask again and again")
	}
	require.Eventually(t, func() bool { return d.arrived.Load() == store.TurnsAtOnce }, time.Minute, time.Millisecond)
	elsewhere := d.feed
	elsewhere.EndpointID = models.NewID(models.PrefixEndpoint)
	require.Equal(t, process.FeedDrained, d.deliverBy(d.portals, elsewhere).Status)

	calls, err := d.store.ToWake(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, calls, "there is no place")
	answer()
	for range store.TurnsAtOnce {
		require.Equal(t, process.FeedOutcome{Status: process.FeedDrained, Delivered: 1}, <-outcomes)
	}
	calls, err = d.store.ToWake(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, calls, 3, "those that found no place, and one that had not come")
}

// Whoever has locked one endpoint, by a replay of thousands of events, holds up the deliveries to no other.
func TestALockedEndpointHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 1)
	d.portals.Conns = semaphore.NewWeighted(1)
	locked, let := make(chan struct{}), make(chan struct{})
	ended, outcome := make(chan error, 1), make(chan process.FeedOutcome, 1)
	go func() {
		ended <- d.store.InTx(context.WithoutCancel(t.Context()), func(tx *store.Tx) error {
			_, err := tx.LockEndpoint(models.Actor{PersonID: d.owner}, d.feed.EndpointID)
			close(locked)
			<-let
			return err
		})
	}()
	<-locked
	go func() { outcome <- d.deliverBy(d.portals, d.feed) }()
	require.Eventually(t, func() (waits bool) {
		err := d.sql.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)").Scan(&waits)
		return err == nil && waits
	}, time.Minute, time.Millisecond)
	elsewhere := d.feed
	elsewhere.EndpointID = models.NewID(models.PrefixEndpoint)
	require.Equal(t, process.FeedDrained, d.deliverBy(d.portals, elsewhere).Status)
	require.Empty(t, outcome)
	close(let)
	require.NoError(t, <-ended)
	require.Equal(t, process.FeedOutcome{Status: process.FeedDrained, Delivered: 1}, <-outcome)
}

// A worker that died holds the turn of its feed: the worker that goes on with the feed has it.
func TestAFeedWhoseWorkerDiedGoesOnInItsTurn(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 1)
	for _, feed := range []process.PortalFeed{d.feed, d.another(), d.another(), d.another()} {
		taken, err := d.store.TakeTurn(t.Context(), store.PortalFeed(feed))
		require.NoError(t, err)
		require.True(t, taken)
	}
	another := d.another()
	require.Equal(t, process.FeedBusy, d.deliverBy(d.portals, another).Status)
	require.Equal(t, process.FeedOutcome{Status: process.FeedDrained, Delivered: 1}, d.deliver())
	require.Equal(t, process.FeedOutcome{Status: process.FeedDrained, Delivered: 1}, d.deliverBy(d.portals, another))
	d.exec("UPDATE portal_feeds SET turn_until = clock_timestamp() WHERE turn_until IS NOT NULL")
	third := d.another()
	require.Equal(t, process.FeedOutcome{Status: process.FeedDrained, Delivered: 1}, d.deliverBy(d.portals, third))
}

// another is a feed of another procurement to the same endpoint, with one event.
func (d *delivering) another() process.PortalFeed {
	d.Helper()
	feed := process.PortalFeed{EndpointID: d.feed.EndpointID, ProcurementID: models.NewID(models.PrefixProcurement)}
	d.exec(`INSERT INTO procurements (id, title, description, languages, mode, zone, status, created_by)
		SELECT $1, title, description, languages, mode, zone, status, created_by FROM procurements WHERE id = $2`,
		feed.ProcurementID, d.feed.ProcurementID)
	d.exec(`INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from)
		SELECT $1, $2, person_id, organisation_id, role, valid_from FROM role_assignments WHERE procurement_id = $3`,
		models.NewID(models.PrefixRole), feed.ProcurementID, d.feed.ProcurementID)
	d.happensIn(feed.ProcurementID, 1)
	return feed
}

func (d *delivering) deliverBy(worker *activities.Portals, feed process.PortalFeed) (out process.FeedOutcome) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestActivityEnvironment()
	environment.RegisterActivity(worker.Deliver)
	result, err := environment.ExecuteActivity(worker.Deliver, feed)
	if err == nil {
		err = result.Get(&out)
	}
	if err != nil {
		d.Error(err)
	}
	return out
}

func TestDeliveriesAreMadeInPortions(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 130)
	require.Equal(t, process.FeedOutcome{Status: process.FeedMore, Delivered: 100}, d.deliver())
	require.Equal(t, process.FeedOutcome{Status: process.FeedDrained, Delivered: 30}, d.deliver())
	require.EqualValues(t, 130, d.arrived.Load())
	require.Equal(t, process.FeedOutcome{Status: process.FeedDrained}, d.deliver())
}

func TestAStoppingWorkerLeavesTheRestToOthers(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 5)
	stop := make(chan struct{})
	close(stop)
	d.SetWorkerStopChannel(stop)
	require.Equal(t, process.FeedOutcome{Status: process.FeedMore, Delivered: 1}, d.deliver())
	require.EqualValues(t, 1, d.arrived.Load())
}

// What the database says names hosts, users and statements: none of that belongs in a history.
func TestAnErrorOfADeliverySaysNothingOfTheRecordAndIsRepeated(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 1)
	var log strings.Builder
	d.portals.Log = slog.New(slog.NewTextHandler(&log, nil))
	d.exec("ALTER TABLE portal_feeds RENAME TO portal_feeds_gone")
	_, err := d.ExecuteActivity(d.portals.Deliver, d.feed)
	fault := new(temporal.ApplicationError)
	require.ErrorAs(t, err, &fault)
	require.False(t, fault.NonRetryable(), "the next release may mend it")
	require.NotContains(t, err.Error(), "portal_feeds")
	require.Contains(t, log.String(), "portal_feeds")
	require.Contains(t, log.String(), strings.TrimPrefix(fault.Message(), "fault "))

	require.NoError(t, d.store.Close())
	_, err = d.ExecuteActivity(d.portals.Deliver, d.feed)
	require.ErrorAs(t, err, &fault)
	require.False(t, fault.NonRetryable())
	require.NotContains(t, err.Error(), "sql")
}

func TestNothingIsSentForAnOwnerWhoDoesNotLeadAnyMore(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 2)
	d.exec("UPDATE role_assignments SET valid_until = clock_timestamp()")
	require.Equal(t, process.FeedOutcome{Status: process.FeedHeld, Reason: models.ParkedOwner}, d.deliver())
	require.Equal(t, []string{models.TaskFeedParked}, d.tasks())
	require.Equal(t, process.FeedOutcome{Status: process.FeedHeld, Reason: models.ParkedOwner}, d.deliver())
	require.Zero(t, d.arrived.Load())
}

// Nor has anything pass that the endpoint does not select any more, which would be recorded in the procurement.
func TestNothingPassesForAnOwnerWhoDoesNotLeadAnyMore(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 2)
	d.exec(`UPDATE endpoints SET types = '["procurement.created"]'`)
	d.exec("UPDATE role_assignments SET valid_until = clock_timestamp()")
	require.Equal(t, process.FeedOutcome{Status: process.FeedHeld, Reason: models.ParkedOwner}, d.deliver())
	var passed int
	require.NoError(t, d.sql.QueryRow(t.Context(), "SELECT count(*) FROM events WHERE type = $1",
		event.TypeOf(event.EndpointPassed{})).Scan(&passed))
	require.Zero(t, passed)
	d.exec("UPDATE role_assignments SET valid_until = NULL")
	require.NoError(t, d.store.InTx(context.WithoutCancel(t.Context()), func(tx *store.Tx) error {
		_, err := tx.GoOn(d.feed.EndpointID)
		return err
	}))
	require.Equal(t, process.FeedDrained, d.deliver().Status)
	require.Zero(t, d.arrived.Load())
}

func TestASecretOfAnotherInstallationWaitsForAPerson(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 1)
	d.portals.Courier = courier(t, "n")
	require.Equal(t, process.FeedOutcome{Status: process.FeedHeld, Reason: models.ParkedSecret}, d.deliver())
	require.Equal(t, []string{models.TaskFeedParked}, d.tasks())
	require.Zero(t, d.arrived.Load())
}

func TestAPauseIsWaitedForAlsoWhenSomebodyWakesTheRun(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 1)
	require.NoError(t, d.store.InTx(context.WithoutCancel(t.Context()), func(tx *store.Tx) error {
		return tx.RetryFeed(store.PortalFeed{EndpointID: d.feed.EndpointID, ProcurementID: d.feed.ProcurementID}, 3,
			"status 500", time.Hour)
	}))
	out := d.deliver()
	require.Equal(t, process.FeedWaiting, out.Status)
	require.Equal(t, 4, out.Attempt)
	require.InDelta(t, time.Hour, out.Wait, float64(time.Minute))
	require.Zero(t, d.arrived.Load())
}

// Who has lost the role that let their endpoint get events writes nothing more into the record of the procurement.
func TestWhoDoesNotLeadAnyMoreHasNothingGoOn(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 2)
	d.exec("UPDATE role_assignments SET valid_until = clock_timestamp()")
	d.deliver()
	goOn := func() (unparked int) {
		require.NoError(t, d.store.InTx(context.WithoutCancel(t.Context()), func(tx *store.Tx) error {
			all, err := tx.GoOn(d.feed.EndpointID)
			require.NoError(t, err)
			some, err := tx.GoOnWith(d.feed.EndpointID, []models.ID{d.feed.ProcurementID})
			unparked = len(all) + len(some)
			return err
		}))
		return unparked
	}
	require.Zero(t, goOn())
	require.Equal(t, process.FeedOutcome{Status: process.FeedHeld, Reason: models.ParkedOwner}, d.deliver())
	require.Equal(t, []string{models.TaskFeedParked}, d.tasks())
	d.exec("UPDATE role_assignments SET valid_until = NULL")
	require.Equal(t, 1, goOn(), "it is led again")
	require.Equal(t, process.FeedOutcome{Status: process.FeedDrained, Delivered: 2}, d.deliver())
}

// A feed with a backlog does not keep its place while another one waits.
func TestAFeedGivesWayToOthersAfterAPortion(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 130)
	waits := d.another()
	out := d.deliver()
	require.Equal(t, process.FeedBusy, out.Status)
	require.Equal(t, 100, out.Delivered)
	woken, err := d.store.ToWake(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, woken, 1)
	require.Equal(t, store.PortalFeed(waits), woken[0].PortalFeed, "it has waited longest")
	require.Equal(t, process.FeedOutcome{Status: process.FeedDrained, Delivered: 1}, d.deliverBy(d.portals, waits))
	require.Equal(t, process.FeedOutcome{Status: process.FeedDrained, Delivered: 30}, d.deliver())
}
