package acts_test

import (
	"bytes"
	"encoding/base64"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// courier may reach this machine.
func courier(t testing.TB) *webhook.Courier {
	t.Helper()
	c, err := webhook.NewCourier(webhook.Options{
		MasterKey: bytes.Repeat([]byte{9}, 32), Timeout: 2 * time.Second, RefuseAfter: time.Millisecond,
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	require.NoError(t, err)
	return c
}

// owner is how the lead comes when no procurement is meant.
func (b *bench) owner() acts.By { return b.new(acts.By{Actor: b.lead, On: acts.Versions{Any: true}}) }

// registered registers an endpoint of the lead.
func (b *bench) registered() acts.MadeEndpoint {
	b.Helper()
	b.acts.Courier = courier(b)
	in := acts.NewEndpoint{URL: "http://127.0.0.1:9/hooks", Rehearsals: true}
	made, err := b.acts.RegisterEndpoint(b.Context(), b.owner(), in)
	require.NoError(b, err)
	return made.Result
}

func TestAnEndpointIsOfWhoLeadsWhatItIsToldOf(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.acts.Courier = courier(t)
	in := acts.NewEndpoint{URL: "http://127.0.0.1:9/hooks", Procurements: []models.ID{b.draft}, Rehearsals: true}
	register := func(actor models.Actor, in acts.NewEndpoint) error {
		_, err := b.acts.RegisterEndpoint(t.Context(), b.new(acts.By{Actor: actor}), in)
		return err
	}
	refused(t, register(b.person(models.OrganisationEconomicOperator), in), models.CodeForbidden)
	other := b.person(models.OrganisationContractingAuthority)
	refusedAt(t, register(other, in), models.CodeInvalidValue, "/procurements")
	live := in
	live.Rehearsals = false
	refusedAt(t, register(b.lead, live), models.CodeInvalidValue, "/rehearsals")
	inside := in
	inside.URL = "https://10.0.0.1/hooks"
	refusedAt(t, register(b.lead, inside), models.CodeInvalidValue, "/url")
	require.NoError(t, register(b.lead, in))
}

func TestTheSecretOfAnEndpointIsToldOnceAndNotKept(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.acts.Courier = courier(t)
	by, in := b.owner(), acts.NewEndpoint{URL: "http://127.0.0.1:9/hooks"}
	made, err := b.acts.RegisterEndpoint(t.Context(), by, in)
	require.NoError(t, err)
	again, err := b.acts.RegisterEndpoint(t.Context(), by, in)
	require.NoError(t, err)
	require.True(t, again.Again)
	require.Empty(t, again.Result.Secret)
	require.Equal(t, made.Result.Endpoint.ID, again.Result.Endpoint.ID)
	id := made.Result.Endpoint.ID

	rotate, pause := b.owner(), b.owner()
	rotated, err := b.acts.RotateEndpoint(t.Context(), rotate, id)
	require.NoError(t, err)
	require.NotEqual(t, made.Result.Secret, rotated.Result.Secret)
	require.NotNil(t, rotated.Result.Endpoint.FormerUntil)
	_, err = b.acts.PauseEndpoint(t.Context(), pause, id)
	require.NoError(t, err)
	// Neither the secret nor its encrypted form, which would outlive the endpoint, stays with a request.
	stored, err := b.acts.Store.Endpoint(t.Context(), b.lead, id)
	require.NoError(t, err)
	for _, request := range []acts.By{by, rotate, pause} {
		for _, secret := range []string{
			made.Result.Secret, rotated.Result.Secret,
			base64.StdEncoding.EncodeToString(stored.Secret), base64.StdEncoding.EncodeToString(stored.FormerSecret),
		} {
			require.NotContains(t, b.kept(request), secret)
		}
	}
}

// A URL may hold a secret of the receiver, and events are kept for good.
func TestEventsDoNotKeepTheURLOfAnEndpoint(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.acts.Courier = courier(t)
	made, err := b.acts.RegisterEndpoint(t.Context(), b.owner(),
		acts.NewEndpoint{URL: "http://127.0.0.1:9/hooks/hidden?token=hidden"})
	require.NoError(t, err)
	id, next := made.Result.Endpoint.ID, "http://127.0.0.1:9/hooks/hidden2"
	_, err = b.acts.ChangeEndpoint(t.Context(), b.owner(), id, acts.EndpointChange{URL: &next})
	require.NoError(t, err)
	_, err = b.acts.PauseEndpoint(t.Context(), b.owner(), id)
	require.NoError(t, err)
	_, err = b.acts.RotateEndpoint(t.Context(), b.owner(), id)
	require.NoError(t, err)
	require.NoError(t, b.acts.RemoveEndpoint(t.Context(), b.owner(), id))
	var parts, telling int
	require.NoError(t, b.db.SQL.QueryRow(t.Context(), `SELECT count(*),
		count(*) FILTER (WHERE position('hidden'::bytea IN content) > 0) FROM event_parts WHERE name = 'settings'`).
		Scan(&parts, &telling))
	require.Zero(t, telling)
	require.Equal(t, 2, parts, "only what changes them tells the settings")
}

func TestAnAdministratorStopsAnEndpointAndDoesNotUseIt(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	id, admin := b.registered().Endpoint.ID, b.administrator()
	_, err := b.acts.RotateEndpoint(t.Context(), admin, id)
	refused(t, err, models.CodeForbidden)
	_, err = b.acts.PingEndpoint(t.Context(), admin, id)
	refused(t, err, models.CodeForbidden)
	_, err = b.acts.ChangeEndpoint(t.Context(), admin, id, acts.EndpointChange{})
	refused(t, err, models.CodeForbidden)
	stranger := b.new(acts.By{Actor: b.person(models.OrganisationContractingAuthority), On: acts.Versions{Any: true}})
	_, err = b.acts.PauseEndpoint(t.Context(), stranger, id)
	refused(t, err, models.CodeNotFound)

	stale := b.new(admin)
	stale.On = acts.Versions{Of: []int64{7}}
	_, err = b.acts.PauseEndpoint(t.Context(), stale, id)
	refused(t, err, models.CodeStale)
	paused, err := b.acts.PauseEndpoint(t.Context(), b.new(admin), id)
	require.NoError(t, err)
	require.Equal(t, models.EndpointPaused, paused.Result.Status)
	resumed, err := b.acts.ResumeEndpoint(t.Context(), b.new(admin), id)
	require.NoError(t, err)
	require.Equal(t, models.EndpointActive, resumed.Result.Status)
	require.NoError(t, b.acts.RemoveEndpoint(t.Context(), admin, id))
	refused(t, b.acts.RemoveEndpoint(t.Context(), admin, id), models.CodeNotFound)
}

// A receiver that answered 410 may do so because it was set up anew, or by mistake: nothing is lost.
func TestAnEndpointThatIsGoneWaitsForAPersonAndKeepsEverything(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	id := b.registered().Endpoint.ID
	gone := func() (first bool) {
		require.NoError(t, b.acts.Store.InTx(t.Context(), func(tx *store.Tx) error {
			e, err := tx.LockEndpoint(b.lead, id)
			require.NoError(t, err)
			gone, err := tx.PauseGone(id, e.Version)
			first = gone.First
			return err
		}))
		return first
	}
	require.True(t, gone())
	require.False(t, gone(), "it is asked once what is to become of it")
	e, err := b.acts.Store.Endpoint(t.Context(), b.lead, id)
	require.NoError(t, err)
	require.Equal(t, models.EndpointPaused, e.Status)
	require.Equal(t, models.PausedGone, e.PausedBecause)
	resumed, err := b.acts.ResumeEndpoint(t.Context(), b.owner(), id)
	require.NoError(t, err)
	require.Equal(t, models.EndpointActive, resumed.Result.Status)
	require.Empty(t, resumed.Result.PausedBecause)

	require.True(t, gone())
	paused, err := b.acts.PauseEndpoint(t.Context(), b.owner(), id)
	require.NoError(t, err)
	require.Empty(t, paused.Result.PausedBecause, "now a person did")
	require.NoError(t, b.acts.RemoveEndpoint(t.Context(), b.owner(), id))
}

// Who does not lead a procurement any more has nothing pass in it: that would be recorded there.
func TestWhoDoesNotLeadAnyMoreHasNothingPass(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	id := b.registered().Endpoint.ID
	events := b.fed(id)
	pass := models.DeliveryPass{EventID: events[0], Reason: "too long"}
	b.exec("UPDATE role_assignments SET valid_until = clock_timestamp() WHERE procurement_id = $1", b.draft)
	_, err := b.acts.PassDelivery(t.Context(), b.owner(), id, pass)
	refusedAt(t, err, models.CodeForbidden, "/event_id")
	require.Zero(t, b.happened(event.EndpointPassed{}))
	b.exec("UPDATE role_assignments SET valid_until = NULL WHERE procurement_id = $1", b.draft)
	_, err = b.acts.PassDelivery(t.Context(), b.owner(), id, pass)
	require.NoError(t, err)
}

// The receiver says 410 to an event that a person has had pass while it was under way.
func TestThatAReceiverIsGoneIsAskedEvenIfTheEventWasPassed(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	id := b.registered().Endpoint.ID
	happened := b.fed(id)[0]
	pass := models.DeliveryPass{EventID: happened, Reason: "too long"}
	_, err := b.acts.PassDelivery(t.Context(), b.owner(), id, pass)
	require.NoError(t, err)
	feed := store.PortalFeed{EndpointID: id, ProcurementID: b.draft}
	attempt := acts.Attempted{Version: 1, DeliveryAttempt: models.DeliveryAttempt{
		EventID: happened, StartedAt: time.Now(), Status: 410, Fault: models.FaultGone,
	}}
	settled, err := b.acts.SettleDelivery(t.Context(), feed, attempt, nil)
	require.NoError(t, err)
	require.Equal(t, process.FeedHeld, settled.Status)
	require.Equal(t, 1, b.count("SELECT count(*) FROM tasks WHERE kind = $1 AND done_at IS NULL",
		models.TaskEndpointGone))
	out, err := b.acts.ParkDelivery(t.Context(), feed, happened, models.ParkedOwner)
	require.NoError(t, err)
	require.Equal(t, process.FeedMore, out.Status, "nothing is parked for an event that was passed")
}

func TestATestMessageIsSentOncePerRequest(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	var calls atomic.Int32
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			_ = conn.Close()
		}
	}()
	id, url := b.registered().Endpoint.ID, "http://"+listener.Addr().String()
	_, err = b.acts.ChangeEndpoint(t.Context(), b.owner(), id, acts.EndpointChange{URL: &url})
	require.NoError(t, err)
	by := b.owner()
	first, err := b.acts.PingEndpoint(t.Context(), by, id)
	require.NoError(t, err)
	require.Equal(t, models.FaultNetwork, first.Result.Attempt.Fault)
	again, err := b.acts.PingEndpoint(t.Context(), by, id)
	require.NoError(t, err)
	require.True(t, again.Again)
	require.Equal(t, first.Result.Of, again.Result.Of)
	require.True(t, first.Result.Attempt.StartedAt.Equal(again.Result.Attempt.StartedAt))
	require.Equal(t, int32(1), calls.Load())
}

func TestAnEndpointIsRemovedBeforeItsFeedsLetGo(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.acts.Courier = courier(t)
	made, err := b.acts.RegisterEndpoint(t.Context(), b.owner(), acts.NewEndpoint{
		URL: "http://127.0.0.1:9/hooks", Procurements: []models.ID{b.draft}, Rehearsals: true,
	})
	require.NoError(t, err)
	b.exec(`INSERT INTO portal_feeds (endpoint_id, procurement_id, state, reason)
		VALUES ($1, $2, 'parked', 'gone')`, made.Result.Endpoint.ID, b.draft)
	require.NoError(t, b.acts.RemoveEndpoint(t.Context(), b.owner(), made.Result.Endpoint.ID))
	var types []string
	require.NoError(t, b.db.SQL.QueryRow(t.Context(), `SELECT array_agg(type ORDER BY id) FROM events
		WHERE data->>'endpoint_id' = $1 AND type <> 'endpoint.created'`, made.Result.Endpoint.ID).Scan(&types))
	require.Equal(t, []string{
		string(event.TypeOf(event.EndpointRemoved{})), string(event.TypeOf(event.EndpointUnparked{})),
	}, types)
}

// A lost master key leaves endpoints without a secret (ppi key lost master): nothing can be signed until there is one.
func TestAnEndpointWhoseSecretIsLostAsksForANewOne(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	e := b.registered().Endpoint
	require.False(t, e.NeedsSecret)
	require.NoError(t, b.acts.Store.InTx(t.Context(), func(tx *store.Tx) error {
		tx.ForgetEndpointSecret(e.ID)
		return nil
	}))
	_, err := b.acts.PingEndpoint(t.Context(), b.owner(), e.ID)
	refused(t, err, models.CodeEndpointSecretLost)
	_, err = b.acts.ResumeEndpoint(t.Context(), b.owner(), e.ID)
	refused(t, err, models.CodeEndpointSecretLost)
	paused, err := b.acts.PauseEndpoint(t.Context(), b.owner(), e.ID)
	require.NoError(t, err)
	require.True(t, paused.Result.NeedsSecret)

	made, err := b.acts.RotateEndpoint(t.Context(), b.owner(), e.ID)
	require.NoError(t, err)
	require.False(t, made.Result.Endpoint.NeedsSecret)
	require.Nil(t, made.Result.Endpoint.FormerUntil, "there is no former secret that could sign, too")
	require.NotEmpty(t, made.Result.Secret)
	_, err = b.acts.ResumeEndpoint(t.Context(), b.owner(), e.ID)
	require.NoError(t, err)
	_, err = b.acts.PingEndpoint(t.Context(), b.owner(), e.ID)
	require.NoError(t, err)
}

// Whatever the cause, a secret that cannot be read is no fault of the engine to its owner.
func TestASecretThatCannotBeReadIsNoFaultOfTheEngine(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	e := b.registered().Endpoint
	other, err := webhook.NewCourier(webhook.Options{MasterKey: bytes.Repeat([]byte{8}, 32)})
	require.NoError(t, err)
	b.acts.Courier = other
	_, err = b.acts.PingEndpoint(t.Context(), b.owner(), e.ID)
	refused(t, err, models.CodeEndpointSecretLost)
}

// fed queues two events of the draft for an endpoint.
func (b *bench) fed(id models.ID) (events []models.ID) {
	b.Helper()
	b.exec("INSERT INTO portal_feeds (endpoint_id, procurement_id) VALUES ($1, $2)", id, b.draft)
	for i := range 2 {
		var e models.ID
		require.NoError(b, b.acts.Store.InTx(b.Context(), func(tx *store.Tx) (err error) {
			e, err = tx.Append(event.Event{ProcurementID: b.draft, Payload: event.LotCreated{}})
			return err
		}))
		b.exec(`INSERT INTO deliveries (endpoint_id, procurement_id, event_id, seq, type)
			VALUES ($1, $2, $3, $4, 'lot.created')`, id, b.draft, e, i+1)
		events = append(events, e)
	}
	return events
}

// A receiver says 410, and says it again after its owner had one event pass and resumed the endpoint.
func TestEachTimeThatAReceiverIsGoneIsOnRecord(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	id := b.registered().Endpoint.ID
	events := b.fed(id)
	feed := store.PortalFeed{EndpointID: id, ProcurementID: b.draft}
	gone := func(happened models.ID) {
		e, err := b.acts.Store.Endpoint(t.Context(), b.lead, id)
		require.NoError(t, err)
		settled, err := b.acts.SettleDelivery(t.Context(), feed, acts.Attempted{
			Version: e.Version, DeliveryAttempt: models.DeliveryAttempt{
				EventID: happened, StartedAt: time.Now(), Status: 410, Fault: models.FaultGone,
			},
		}, nil)
		require.NoError(t, err)
		require.Equal(t, process.FeedHeld, settled.Status)
	}
	const openTasks, tellsGone = "SELECT count(*) FROM tasks WHERE kind = 'webhook_gone' AND done_at IS NULL",
		"SELECT count(*) FROM events WHERE type = 'endpoint.gone'"
	gone(events[0])
	require.Equal(t, 1, b.count(openTasks))
	_, err := b.acts.PassDelivery(t.Context(), b.owner(), id, models.DeliveryPass{EventID: events[0], Reason: "long"})
	require.NoError(t, err)
	require.Equal(t, 1, b.count(openTasks), "the endpoint is paused still")
	_, err = b.acts.ResumeEndpoint(t.Context(), b.owner(), id)
	require.NoError(t, err)
	require.Zero(t, b.count(openTasks))
	require.Equal(t, 1, b.count(`SELECT count(*)
		FROM events e JOIN tasks t ON e.data->'tasks' = to_jsonb(ARRAY[t.id::text])
		WHERE e.type = 'endpoint.unparked' AND t.kind = 'webhook_gone'`), "an event names each task that is done")
	gone(events[1])
	require.Equal(t, 1, b.count(openTasks))
	require.Equal(t, 2, b.count(tellsGone))
	_, err = b.acts.PauseEndpoint(t.Context(), b.owner(), id)
	require.NoError(t, err)
	gone(events[1])
	require.Equal(t, 3, b.count(tellsGone), "also when it was asked already what is to become of it")
	require.NoError(t, b.acts.RemoveEndpoint(t.Context(), b.owner(), id))
	require.Zero(t, b.count(openTasks))
}

// The answer to a message that was sent before the receiver was repaired says nothing about the receiver now.
func TestALateAnswerDoesNotPauseAnEndpointThatWasRepaired(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	made := b.registered().Endpoint
	events := b.fed(made.ID)
	url := "http://127.0.0.1:10/hooks"
	_, err := b.acts.ChangeEndpoint(t.Context(), b.owner(), made.ID, acts.EndpointChange{URL: &url})
	require.NoError(t, err)
	feed := store.PortalFeed{EndpointID: made.ID, ProcurementID: b.draft}
	settled, err := b.acts.SettleDelivery(t.Context(), feed, acts.Attempted{
		Version: made.Version, DeliveryAttempt: models.DeliveryAttempt{
			EventID: events[0], StartedAt: time.Now(), Status: 410, Fault: models.FaultGone,
		},
	}, func(int) (time.Duration, bool) { return time.Second, true })
	require.NoError(t, err)
	require.Equal(t, process.FeedWaiting, settled.Status)
	e, err := b.acts.Store.Endpoint(t.Context(), b.lead, made.ID)
	require.NoError(t, err)
	require.Equal(t, models.EndpointActive, e.Status)
}
