package engine

import (
	"context"
	"log/slog"
	"time"
)

const (
	// tellPause gathers what is told into few statements; tellBatch is how many one statement takes.
	tellPause = 250 * time.Millisecond
	tellBatch = 256
	// tellTimeout bounds the statement, also the last one when the process ends.
	tellTimeout = 5 * time.Second
)

// A Teller notes in batches which commands were told. What it loses, because the process dies or the record is away, is
// sent to the run again later, which does no harm.
type Teller struct {
	mark func(ctx context.Context, commandIDs []string) error
	log  *slog.Logger
	told chan string
}

// NewTeller makes a Teller that notes by mark; see [Teller.Run].
func NewTeller(mark func(ctx context.Context, commandIDs []string) error, log *slog.Logger) *Teller {
	return &Teller{mark: mark, log: log, told: make(chan string, 4*tellBatch)}
}

// Told takes a command's ID and returns at once.
func (t *Teller) Told(commandID string) {
	select {
	case t.told <- commandID:
	default:
	}
}

// Run notes what was told until ctx ends, and then the rest.
func (t *Teller) Run(ctx context.Context) {
	tick := time.NewTicker(tellPause)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			t.note(ctx)
		case <-ctx.Done():
			t.note(context.WithoutCancel(ctx))
			return
		}
	}
}

func (t *Teller) note(ctx context.Context) {
	for {
		ids := t.batch()
		if len(ids) == 0 {
			return
		}
		bounded, cancel := context.WithTimeout(ctx, tellTimeout)
		err := t.mark(bounded, ids)
		cancel()
		if err != nil {
			t.log.WarnContext(ctx, "told commands not noted; they are sent again", "commands", len(ids), "error", err)
			return
		}
	}
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
