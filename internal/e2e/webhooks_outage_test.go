package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// unhurried has the second attempt follow after half a second, and the third after half a minute.
var unhurried = rig.Webhooks{Pace: 0.1}

// A receiver is out and comes back. Once it has taken anything, nothing waits for its next attempt any more: neither
// of another procurement nor behind that.
func TestAReceiverThatIsBackGetsAtOnceWhatWaits(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: unhurried})
	other := bundle{Rig: b.Rig, Consortium: b.another(t, models.ModeLive), database: b.database}
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	p.answers(always(http.StatusServiceUnavailable))
	id := b.endpoint(t, p, nil)
	b.change(t, 3)
	var waiting delivery
	require.Eventually(t, func() bool {
		pending := b.deliveries(t, id, "retrying")
		if len(pending) == 1 {
			waiting = pending[0]
		}
		return waiting.AttemptsMade == 2
	}, patience, 20*time.Millisecond)
	require.Equal(t, "next_attempt", waiting.Waits.For)
	require.Equal(t, 2, waiting.Waits.Behind)
	require.Greater(t, time.Until(waiting.Waits.NextAttemptAt), 20*time.Second)
	require.Equal(t, http.StatusServiceUnavailable, waiting.Attempts[1].Status)

	p.answers(always(http.StatusOK))
	other.change(t, 1)
	other.awaitSent(t, p, start)
	b.awaitSent(t, p, start)
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, patience, 20*time.Millisecond)
	for _, d := range b.deliveries(t, id, "delivered") {
		require.True(t, d.Delivered.Before(waiting.Waits.NextAttemptAt), "%s arrived at %s", d.EventID, d.Delivered)
	}
	p.requireGenuine(t)
}

// A test message that arrives shows that the receiver is back, too.
func TestATestMessageThatArrivesEndsTheWait(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: unhurried})
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	p.answers(always(http.StatusServiceUnavailable))
	id := b.endpoint(t, p, nil)
	b.change(t, 2)
	require.Eventually(t, func() bool {
		pending := b.deliveries(t, id, "retrying")
		return len(pending) == 1 && pending[0].AttemptsMade == 2
	}, patience, 20*time.Millisecond)
	due := b.deliveries(t, id, "retrying")[0].Waits.NextAttemptAt
	p.answers(always(http.StatusOK))
	b.actOn(t, id, "ping", nil)
	require.Len(t, b.awaitSent(t, p, start), 2)
	require.True(t, time.Now().Before(due))
}
