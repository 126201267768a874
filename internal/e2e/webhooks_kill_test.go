package e2e

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

// killPatience is how long deliveries may rest after their worker died: until Temporal misses its heartbeats.
const killPatience = 2 * patience

func (b *bundle) courierProcess() workerProcess {
	w := b.ownWorker()
	w.Pace = quick.Pace
	return w
}

// The worker, with sequencer and relay, dies while a receiver has the message and has not answered.
func TestAWorkerKilledInMidDeliveryLosesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, options{noWorker: true, webhooks: quick})
	kill := b.spawn(t, b.courierProcess())
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	caught := make(chan struct{})
	var once sync.Once
	p.answers(func(n int, _ heard) int {
		if n < 5 {
			return http.StatusOK
		}
		once.Do(func() { close(caught) })
		return 0
	})
	b.endpoint(t, p, nil)
	b.change(t, 10)
	requireSoon(t, caught)
	kill()
	b.change(t, 5) // nobody is there to give these their place
	p.answers(always(http.StatusOK))
	b.spawn(t, b.courierProcess())
	b.awaitSentWithin(t, p, start, killPatience)
	p.requireGenuine(t)
	heard := p.all()
	require.Len(t, p.taken(b.Procurement), 15)
	require.Len(t, heard, 16, "one was under way")
	require.Equal(t, heard[4].id(), heard[5].id(), "and came again first")
}

// The worker dies when the receiver has answered, before that is written down: the event comes again, and none
// that follows comes before.
func TestAWorkerKilledBeforeItWroteDownADeliveryRepeatsIt(t *testing.T) {
	t.Parallel()
	b := setup(t, options{noWorker: true, webhooks: quick})
	kill := b.spawn(t, b.courierProcess())
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	id := b.endpoint(t, p, nil)
	b.change(t, 1)
	b.awaitSent(t, p, start)
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, patience, 20*time.Millisecond)

	conn := pgtest.Connect(t, b.database.Superuser)
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE delivery_attempts IN EXCLUSIVE MODE") // sent, but not written down
	require.NoError(t, err)
	b.change(t, 3)
	require.Eventually(t, func() bool { return len(p.all()) == 2 }, patience, 20*time.Millisecond)
	kill()
	require.NoError(t, tx.Rollback(t.Context()))
	b.spawn(t, b.courierProcess())
	b.awaitSentWithin(t, p, start, killPatience)
	p.requireGenuine(t)
	heard := p.all()
	require.Len(t, heard, 5)
	require.Equal(t, heard[1].id(), heard[2].id())
	attempts := b.deliveries(t, id, "delivered")[1].Attempts
	require.Len(t, attempts, 1, "what nobody wrote down is not on record")
}

func requireSoon(t *testing.T, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		require.Fail(t, "it did not happen")
	}
}
