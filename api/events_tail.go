package api

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ppi-engine/ppi/internal/limit"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

const (
	// tailInterval is the time between two looks at the log while somebody waits; tailRetry is the time after a
	// failure.
	tailInterval = 50 * time.Millisecond
	tailRetry    = time.Second
	tailTimeout  = 5 * time.Second
	tailBatch    = 5000
	// mostWaiting bounds the requests that wait at once, mostOfOne those of one person.
	mostWaiting = 500
	mostOfOne   = 10
)

// A tail looks at the end of the log for all requests that wait for events: with one query, however many they are, and
// with none when nobody waits.
type tail struct {
	read func(ctx context.Context, after int64, limit int) (head int64, happened []views.Happening, err error)
	log  *slog.Logger

	places limit.Places[models.ID]

	mu       sync.Mutex
	watching map[*watch]struct{}
	// head is the position up to which the log was read; it moves only while following.
	head      int64
	following bool
}

// A watch is one request that waits for what happens after a position.
type watch struct {
	wants    func(procurement models.ID) bool
	since    int64
	happened chan struct{}
}

func newTail(v *views.Views, log *slog.Logger) *tail {
	return &tail{read: v.Happenings, log: log, watching: map[*watch]struct{}{}}
}

// join takes one of the places for waiting requests; ok is false when none is free.
func (t *tail) join(person models.ID) (leave func(), ok bool) {
	leave, _ = t.places.Take(limit.Share[models.ID]{Most: mostWaiting},
		limit.Share[models.ID]{Holder: person, Most: mostOfOne})
	return leave, leave != nil
}

// watch returns a channel that is closed when something that the caller wants has happened, or may have happened, after
// the position since.
func (t *tail) watch(wants func(models.ID) bool, since int64) (happened <-chan struct{}, stop func()) {
	w := &watch{wants: wants, since: since, happened: make(chan struct{})}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !t.following:
		t.head, t.following = since, true
		go t.follow()
	case since < t.head:
		// Something happened in between, and only those who watched then were told.
		close(w.happened)
		return w.happened, func() {}
	}
	t.watching[w] = struct{}{}
	return w.happened, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.watching, w)
	}
}

// follow looks at the log until nobody watches any more.
func (t *tail) follow() {
	timer := time.NewTimer(tailInterval)
	defer timer.Stop()
	for {
		<-timer.C
		head, watched := t.begin()
		if !watched {
			return
		}
		if err := t.look(head); err != nil {
			t.log.Warn("waiting for events interrupted, will try again", "error", err)
			timer.Reset(tailRetry)
			continue
		}
		timer.Reset(tailInterval)
	}
}

// begin returns the position to read from; it ends the following when nobody watches.
func (t *tail) begin() (head int64, watched bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.following = len(t.watching) > 0
	return t.head, t.following
}

func (t *tail) look(from int64) error {
	ctx, cancel := context.WithTimeout(context.Background(), tailTimeout)
	defer cancel()
	head, happened, err := t.read(ctx, from, tailBatch)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head = head
	for w := range t.watching {
		if w.concerned(happened) {
			delete(t.watching, w)
			close(w.happened)
		}
	}
	return nil
}

func (w *watch) concerned(happened []views.Happening) bool {
	for _, e := range happened {
		if e.Position > w.since && w.wants(e.ProcurementID) {
			return true
		}
	}
	return false
}
