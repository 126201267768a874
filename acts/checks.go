package acts

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/ppi-engine/ppi/models"
)

// checks are the uploads whose bytes are being checked by this process. Reading them keeps disk and processor busy, so
// only some are read at once, and of one organisation fewer: no organisation keeps the others waiting. Whoever waits
// holds no connection.
type checks struct {
	mu sync.Mutex
	// under way are the uploads that are being checked or wait for it.
	underway map[models.ID]struct{}
	// all bounds the checks of all organisations, of those of each one.
	all *semaphore.Weighted
	of  map[models.ID]*turns
}

// turns bound the checks of one organisation at once.
type turns struct {
	*semaphore.Weighted

	// users counts those who wait or have a turn.
	users int
}

// inCheck is how long a caller should wait who asks for a check that is under way.
const inCheck = time.Second

// begin enters an upload, and refuses one that is being checked already ([models.CodeUploadInCheck]).
func (c *checks) begin(u models.Upload, limits Limits) (leave func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.underway, c.of = map[models.ID]struct{}{}, map[models.ID]*turns{}
		c.all = semaphore.NewWeighted(limits.Checks)
	}
	if _, busy := c.underway[u.ID]; busy {
		return nil, models.Refuse(models.CodeUploadInCheck, "", "the bytes of this upload are being checked").
			Accepting("the same request after a while").After(inCheck)
	}
	c.underway[u.ID] = struct{}{}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.underway, u.ID)
	}, nil
}

// turn waits until it is the upload's turn, first within its organisation, then among all.
func (c *checks) turn(ctx context.Context, u models.Upload, limits Limits) (done func(), err error) {
	own, leave := c.turnsOf(u.OrganisationID, limits)
	if err := own.Acquire(ctx, 1); err != nil {
		leave()
		return nil, fmt.Errorf("wait for a check: %w", err)
	}
	if err := c.all.Acquire(ctx, 1); err != nil {
		own.Release(1)
		leave()
		return nil, fmt.Errorf("wait for a check: %w", err)
	}
	return func() {
		c.all.Release(1)
		own.Release(1)
		leave()
	}, nil
}

func (c *checks) turnsOf(organisation models.ID, limits Limits) (own *turns, leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	own = c.of[organisation]
	if own == nil {
		own = &turns{Weighted: semaphore.NewWeighted(limits.ChecksOfOne)}
		c.of[organisation] = own
	}
	own.users++
	return own, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if own.users--; own.users == 0 {
			delete(c.of, organisation)
		}
	}
}
