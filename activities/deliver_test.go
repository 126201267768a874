package activities_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

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
	require.NoError(d, d.store.InTx(d.Context(), func(tx *store.Tx) error {
		for range events {
			if _, err := tx.Append(event.Event{
				ProcurementID: d.feed.ProcurementID,
				Payload:       event.LotCreated{},
			}); err != nil {
				return err
			}
		}
		return nil
	}))
	sequencer, err := d.store.Log().OpenSequencer(d.Context())
	require.NoError(d, err)
	d.Cleanup(sequencer.Close)
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

// A slow receiver of many procurements' events takes a few of them at a time and leaves room for other receivers.
func TestAnEndpointTakesABoundedNumberOfFeedsAtOnce(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 1)
	d.portals.ToOneEndpoint, d.slow = 1, make(chan struct{})
	first := make(chan process.FeedOutcome, 1)
	go func() { first <- d.deliver() }()
	require.Eventually(t, func() bool { return d.arrived.Load() == 1 }, time.Minute, time.Millisecond)

	var suite testsuite.WorkflowTestSuite
	beside := suite.NewTestActivityEnvironment()
	beside.RegisterActivity(d.portals.Deliver)
	deliver := func(feed process.PortalFeed) (out process.FeedOutcome) {
		result, err := beside.ExecuteActivity(d.portals.Deliver, feed)
		require.NoError(t, err)
		require.NoError(t, result.Get(&out))
		return out
	}
	busy := deliver(d.feed)
	require.Equal(t, process.FeedBusy, busy.Status)
	require.Positive(t, busy.Wait)
	another := process.PortalFeed{EndpointID: models.NewID(models.PrefixEndpoint), ProcurementID: d.feed.ProcurementID}
	require.Equal(t, process.FeedDrained, deliver(another).Status)

	close(d.slow)
	require.Equal(t, process.FeedOutcome{Status: process.FeedDrained, Delivered: 1}, <-first)
	require.Equal(t, process.FeedDrained, deliver(d.feed).Status)
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
