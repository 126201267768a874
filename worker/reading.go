package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
)

const (
	// readInterval is how often a worker looks for envelopes to read: whoever opened a lot waits for that.
	readInterval = 500 * time.Millisecond
	// readClaim is for how long no other worker reads the same; it is lengthened before each envelope. If a worker
	// dies, another goes on after that time.
	readClaim = time.Minute
)

// Read opens the envelopes that enough openers have released and records what was in them, until the context ends. Any
// number of processes may call it: each claims other boxes. It needs no Temporal: what is to be read stands in the
// record.
func Read(
	ctx context.Context, s *store.Store, open func(context.Context, store.Unread, func() error) error,
	log *slog.Logger,
) {
	failing := false
	for ctx.Err() == nil {
		unread, err := s.ClaimUnread(ctx, readClaim)
		if err == nil && unread != nil {
			if err = open(ctx, *unread, func() error { return s.KeepClaim(ctx, *unread, readClaim) }); err == nil {
				err = s.WasRead(ctx, *unread)
			}
		}
		if err != nil && ctx.Err() == nil && !failing {
			log.WarnContext(ctx, "reading of opened envelopes interrupted, will try again", "error", err)
		}
		failing = err != nil
		if err != nil || unread == nil {
			wait(ctx, readInterval)
		}
	}
}
