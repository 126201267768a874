package engine

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/ppi-engine/ppi/models"
)

// mostInFlight is how many Updates of one run this process has under way. A Temporal server takes ten for a run at a
// time (history.maxInFlightUpdates); the client sends those beyond again after a second or more, and they may wait for
// ever while others are sent. So callers wait here, in their order. Some places are left to other processes.
const mostInFlight = 8

// queues are the places of the procurements that have Updates under way.
type queues struct {
	mu sync.Mutex
	of map[models.ID]*queue
}

type queue struct {
	places *semaphore.Weighted
	// users are those who have a place or wait for one; without any the queue is dropped.
	users int
}

// enter waits for a place, until ctx ends. Whoever gets one gives it back by leave.
func (q *queues) enter(ctx context.Context, procurement models.ID) (leave func(), err error) {
	line := q.join(procurement)
	if err := line.places.Acquire(ctx, 1); err != nil {
		q.part(procurement, line)
		return nil, fmt.Errorf("wait for a place in line: %w", err)
	}
	return func() {
		line.places.Release(1)
		q.part(procurement, line)
	}, nil
}

func (q *queues) join(procurement models.ID) *queue {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.of == nil {
		q.of = map[models.ID]*queue{}
	}
	line, ok := q.of[procurement]
	if !ok {
		line = &queue{places: semaphore.NewWeighted(mostInFlight)}
		q.of[procurement] = line
	}
	line.users++
	return line
}

func (q *queues) part(procurement models.ID, line *queue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if line.users--; line.users == 0 {
		delete(q.of, procurement)
	}
}
