package e2e

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// replays lists the messages that say that somebody asked for them again.
func (p *portal) replays() (ids []string) {
	for _, m := range p.all() {
		if m.taken && m.header.Get(webhook.HeaderReplay) != "" {
			ids = append(ids, m.id())
		}
	}
	return ids
}

func (p *portal) awaitReplays(t *testing.T, ids []string) {
	t.Helper()
	require.Eventually(t, func() bool { return len(p.replays()) >= len(ids) }, patience, 20*time.Millisecond)
	require.Equal(t, ids, p.replays())
}

// A receiver that has lost what it got is sent it again: the same messages under the same IDs, signed and in order, and
// marked.
func TestAReceiverThatLostItsEventsGetsThemAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick})
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	id := b.endpoint(t, p, nil)
	b.change(t, 4)
	ids := b.awaitSent(t, p, start)
	require.Empty(t, p.replays())
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, patience, 20*time.Millisecond)

	b.ask(t, id, "replay", map[string]any{"event_id": ids[2]}, nil)
	p.awaitReplays(t, ids[2:3])
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, patience, 20*time.Millisecond)

	b.ask(t, id, "replay", map[string]any{"since": time.Now().Add(-time.Hour)}, nil)
	all := sentOf(feed(t, b.Lead, b.Path("/events"), "")) // what happened before the endpoint was there, too
	require.Greater(t, len(all), len(ids))
	p.awaitReplays(t, append(slices.Clone(ids[2:3]), all...))
	p.requireGenuine(t)
	b.change(t, 1)
	require.Eventually(t, func() bool { return len(p.taken(b.Procurement)) == len(all)+1 }, patience,
		20*time.Millisecond)
	heard := p.all()
	require.Empty(t, heard[len(heard)-1].header.Get(webhook.HeaderReplay), "what happens next is no replay")
}

// The worker dies in the middle of a replay: it goes on with what had not arrived, in order.
func TestAWorkerKilledDuringAReplayLosesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, options{noWorker: true, webhooks: quick})
	kill := b.spawn(t, b.courierProcess())
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	id := b.endpoint(t, p, nil)
	began := time.Now()
	b.change(t, 6)
	ids := b.awaitSent(t, p, start)
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, patience, 20*time.Millisecond)
	caught := make(chan struct{})
	var once sync.Once
	p.answers(func(n int, _ heard) int {
		if n < len(ids)+3 {
			return http.StatusOK
		}
		once.Do(func() { close(caught) })
		return 0
	})
	// Only what arrived since then: not what happened before the endpoint was there.
	b.ask(t, id, "replay", map[string]any{"since": began}, nil)
	requireSoon(t, caught)
	kill()
	p.answers(always(http.StatusOK))
	b.spawn(t, b.courierProcess())
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, killPatience, 20*time.Millisecond)
	again := p.replays()
	require.Equal(t, ids, slices.Compact(again))
	p.requireGenuine(t)
}

// An event that the receiver rejects holds up all that follow, until a person has it pass.
func TestAnEventThatTheReceiverRejectsIsPassedByAPerson(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick})
	b.settle(t)
	p := newPortal(t)
	var rejected string
	p.answers(func(_ int, m heard) int {
		if rejected == "" {
			rejected = m.id()
		}
		if m.id() == rejected {
			return http.StatusBadRequest
		}
		return http.StatusOK
	})
	id := b.endpoint(t, p, nil)
	b.change(t, 3)
	b.awaitParked(t, id)
	require.Empty(t, p.taken(b.Procurement))
	head := b.deliveries(t, id, "parked")
	require.Len(t, head, 1)
	require.Equal(t, "person", head[0].Waits.For)
	require.Equal(t, 2, head[0].Waits.Behind)
	require.Equal(t, 10, head[0].AttemptsMade)

	b.ask(t, id, "pass", map[string]any{"event_id": head[0].EventID, "reason": "our parser cannot read it"}, nil)
	require.Eventually(t, func() bool { return len(p.taken(b.Procurement)) == 2 }, patience, 20*time.Millisecond)
	require.NotContains(t, p.taken(b.Procurement), head[0].EventID)
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, patience, 20*time.Millisecond)
	passed := b.deliveries(t, id, "passed")
	require.Len(t, passed, 1)
	require.Equal(t, "our parser cannot read it", passed[0].Passed.Reason)
	require.Equal(t, 1, b.countEvents(t, event.EndpointPassed{}))
	require.Equal(t, "done", b.task(t, models.TaskFeedParked).Status)
}

// Who unsubscribes from what a receiver rejects has said enough: it holds nothing up any more.
func TestAnEventThatIsNotWantedAnyMoreIsPassedByItself(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick})
	b.settle(t)
	p := newPortal(t)
	p.answers(func(_ int, m heard) int {
		if m.Type == event.TypeOf(event.ProcurementChanged{}) {
			return http.StatusBadRequest
		}
		return http.StatusOK
	})
	id := b.endpoint(t, p, map[string]any{"types": []string{"procurement"}})
	b.change(t, 2)
	b.awaitParked(t, id)
	b.act(t, b.Lead, models.VerbStart, nil)
	_, problem := do(t, b.Lead, apiclient.Request{
		Method: http.MethodPatch, Path: "/v1/endpoints/" + id, IfMatch: "*",
		In: map[string]any{"types": []string{"procurement.started"}},
	})
	require.Nil(t, problem)
	require.Eventually(t, func() bool { return len(p.taken(b.Procurement)) == 1 }, patience, 20*time.Millisecond)
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, patience, 20*time.Millisecond)
	passed := b.deliveries(t, id, "passed")
	require.Len(t, passed, 2)
	require.Equal(t, string(models.PassedUnsubscribed), passed[0].Passed.For)
	require.Equal(t, 1, b.countEvents(t, event.EndpointPassed{}))
	require.Empty(t, b.backlog(t, id).Parked)
}
