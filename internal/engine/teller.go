package engine

import (
	"context"
	"log/slog"
	"time"
)

const (
	// tellPause is how long IDs are gathered for one statement; tellBatch is how many one statement takes.
	tellPause = 250 * time.Millisecond
	tellBatch = 256
	// tellTimeout bounds each statement, including the last one when the program ends.
	tellTimeout = 5 * time.Second
)

// A Teller records in batches which commands were told. If it loses some, because the program dies or the database is
// unreachable, those commands are sent to their runs again later, which does no harm.
type Teller struct {
	mark func(ctx context.Context, commandIDs []string) error
	log  *slog.Logger
	told chan string
}

// NewTeller makes a Teller that records by calling mark; see [Teller.Run].
func NewTeller(mark func(ctx context.Context, commandIDs []string) error, log *slog.Logger) *Teller {
	return &Teller{mark: mark, log: log, told: make(chan string, 4*tellBatch)}
}

// Told queues the ID of a command and returns at once. When the queue is full, the ID is lost.
func (t *Teller) Told(commandID string) {
	select {
	case t.told <- commandID:
	default:
	}
}

// Run records what was told until ctx ends, and then the rest.
func (t *Teller) Run(ctx context.Context) {
	tick := time.NewTicker(tellPause)
	defer tick.Stop()
	var left []string
	for {
		select {
		case <-tick.C:
			left = t.note(ctx, left)
		case <-ctx.Done():
			t.note(context.WithoutCancel(ctx), left)
			return
		}
	}
}

// note records what an earlier attempt left, and what was told since. It returns IDs that could not be recorded, for
// one more attempt.
func (t *Teller) note(ctx context.Context, left []string) []string {
	if len(left) > 0 && !t.noted(ctx, left) {
		return nil
	}
	for {
		ids := t.batch()
		if len(ids) == 0 {
			return nil
		}
		if !t.noted(ctx, ids) {
			return ids
		}
	}
}

func (t *Teller) noted(ctx context.Context, ids []string) bool {
	bounded, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	err := t.mark(bounded, ids)
	if err != nil {
		t.log.WarnContext(ctx, "told commands not noted", "commands", len(ids), "error", err)
	}
	return err == nil
}

func (t *Teller) batch() []string {
	var ids []string
	for len(ids) < tellBatch {
		select {
		case id := <-t.told:
			ids = append(ids, id)
		default:
			return ids
		}
	}
	return ids
}
