package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// ErrReplaced means that a key was replaced while a process that works with the former one had no connection to the
// record. The process must end.
var ErrReplaced = errors.New("a key of the installation was replaced while the record could not be reached: " +
	"start again")

const (
	// holdTimeout bounds an attempt to get a hold back.
	holdTimeout = 30 * time.Second
	// holdInterval is how often a process looks whether its hold on the keys is still there.
	holdInterval = 2 * time.Second
	// holdRetry is the pause between attempts to get it back.
	holdRetry = time.Second
)

// A Held keyring is the keys of the installation in a process that works with them. Nobody can replace one meanwhile.
type Held struct {
	Keys

	o    Options
	uses []models.KeyUse
	hold *store.KeyHold
}

// Hold returns the keys as [Register] does, and keeps them from being replaced until it is released.
func Hold(ctx context.Context, o Options, uses ...models.KeyUse) (*Held, error) {
	hold, err := o.Record.HoldKeys(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := Register(ctx, o, uses...)
	if err != nil {
		hold.Release()
		return nil, err
	}
	return &Held{Keys: keys, o: o, uses: uses, hold: hold}, nil
}

// Watch keeps the hold: when its connection was lost, it takes another one. It returns nil when ctx ends, and
// [ErrReplaced] when a key was replaced in between.
func (h *Held) Watch(ctx context.Context) error {
	pause := time.NewTimer(holdInterval)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-pause.C:
		}
		pause.Reset(holdInterval)
		if h.hold.Check(ctx) == nil {
			continue
		}
		err := h.again(ctx)
		if errors.Is(err, ErrReplaced) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			h.o.Log.WarnContext(ctx, "the keys are not held, will try again", "error", err)
			pause.Reset(holdRetry)
		}
	}
}

func (h *Held) again(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, holdTimeout)
	defer cancel()
	h.hold.Release()
	hold, err := h.o.Record.HoldKeys(ctx)
	if err != nil {
		return err
	}
	h.hold = hold
	keys, err := Match(ctx, h.o, h.uses...)
	if _, others := errors.AsType[*MismatchError](err); others {
		return fmt.Errorf("%w: %w", ErrReplaced, err)
	}
	if err != nil {
		hold.Release() // so that the next look finds no hold, and compares again
		return err
	}
	for use, key := range keys {
		if key.Reveal() != h.Keys[use].Reveal() {
			return fmt.Errorf("%w: the %s key", ErrReplaced, use)
		}
	}
	return nil
}

// Release lets the keys be replaced. Watch must have ended.
func (h *Held) Release() { h.hold.Release() }
