package supervise

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	firstPause = 100 * time.Millisecond
	longPause  = 5 * time.Second
	// settled is how long a part must have run for its next restart to be immediate.
	settled = 30 * time.Second

	defaultStopTimeout = 20 * time.Second
)

// Part is one component of a system.
type Part struct {
	Name string
	// Needs names parts that are declared before this one. This part is started when they are ready, and stopped before
	// them. It must work when one of them is unreachable for a while, because a part is restarted alone.
	Needs []string
	// Start starts the part and returns when it is ready. ctx bounds only the start. See [Task] for a function of ours,
	// and [Once] for work that comes to an end.
	Start func(ctx context.Context) (Started, error)
}

// Started is a part that runs.
type Started interface {
	// Done is closed when the part has ended, for whatever reason.
	Done() <-chan struct{}
	// Err tells why it ended.
	Err() error
	// Stop ends the part, by force when ctx ends.
	Stop(ctx context.Context) error
}

// Options says how Run treats the parts.
type Options struct {
	Logger *slog.Logger
	// Ready is called once, when all parts have become ready.
	Ready func()
	// StopTimeout bounds the stop of each part; 0 means 20 s.
	StopTimeout time.Duration
}

// Run starts all parts, independent ones at the same time, and keeps them running until ctx ends. A part that ends is
// started again: at once, and then after growing pauses of up to 5 s, without end. When ctx ends, Run stops all parts
// and returns nil. A part that fails at its first start ends all; Run then returns its error.
func Run(ctx context.Context, parts []Part, o Options) error {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.StopTimeout == 0 {
		o.StopTimeout = defaultStopTimeout
	}
	units, err := link(parts, o)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, u := range units {
		group.Go(func() error { return u.run(ctx) })
	}
	group.Go(func() error {
		if allReady(ctx, units) && o.Ready != nil {
			o.Ready()
		}
		return nil
	})
	return group.Wait()
}

// unit is a part with its links to other parts.
type unit struct {
	Part
	log         *slog.Logger
	stopTimeout time.Duration
	needs       []*unit
	users       []*unit
	ready       chan struct{} // closed when it was ready for the first time
	stopped     chan struct{} // closed when it has stopped and will not start again
}

// link resolves the names. Circles are impossible, because needs must be declared before.
func link(parts []Part, o Options) ([]*unit, error) {
	byName := make(map[string]*unit, len(parts))
	units := make([]*unit, 0, len(parts))
	for _, part := range parts {
		if byName[part.Name] != nil {
			return nil, fmt.Errorf("supervise: two parts are called %q", part.Name)
		}
		u := &unit{
			Part: part, log: o.Logger.With(slog.String("part", part.Name)), stopTimeout: o.StopTimeout,
			ready: make(chan struct{}), stopped: make(chan struct{}),
		}
		for _, name := range part.Needs {
			need := byName[name]
			if need == nil {
				return nil, fmt.Errorf("supervise: part %q needs %q, which is not declared before it", part.Name, name)
			}
			u.needs, need.users = append(u.needs, need), append(need.users, u)
		}
		byName[part.Name] = u
		units = append(units, u)
	}
	return units, nil
}

// allReady waits for every unit; false when ctx ends first.
func allReady(ctx context.Context, units []*unit) bool {
	for _, u := range units {
		select {
		case <-u.ready:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// run is the life of a unit, from waiting for its needs to its stop.
func (u *unit) run(ctx context.Context) error {
	defer close(u.stopped)
	if !allReady(ctx, u.needs) {
		return nil
	}
	started, err := u.start(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil // the start was cancelled
		}
		return fmt.Errorf("start %s: %w", u.Name, err)
	}
	close(u.ready)
	started = u.keep(ctx, started)
	for _, user := range u.users {
		<-user.stopped
	}
	u.stop(ctx, started)
	return nil
}

func (u *unit) start(ctx context.Context) (Started, error) {
	began := time.Now()
	started, err := u.Start(ctx)
	if err == nil {
		u.log.InfoContext(ctx, "part is up", slog.Duration("after", time.Since(began).Round(time.Millisecond)))
	}
	return started, err
}

// keep restarts the unit whenever it ends, until ctx ends. It returns what then runs, or nil.
func (u *unit) keep(ctx context.Context, started Started) Started {
	pause := firstPause
	for {
		since := time.Now()
		select {
		case <-ctx.Done():
			return started
		case <-started.Done():
		}
		if ctx.Err() != nil {
			return started
		}
		u.log.WarnContext(ctx, "part has ended, will start it again", slog.Any("error", started.Err()))
		if time.Since(since) > settled {
			pause = firstPause
		}
		if started, pause = u.restart(ctx, pause); started == nil {
			return nil
		}
	}
}

// restart tries until the unit runs again, and returns the pause before the next attempt in case the unit ends soon. It
// returns nil when ctx ends first.
func (u *unit) restart(ctx context.Context, pause time.Duration) (Started, time.Duration) {
	for {
		select {
		case <-ctx.Done():
			return nil, pause
		case <-time.After(pause):
		}
		pause = min(2*pause, longPause)
		started, err := u.start(ctx)
		if err == nil {
			return started, pause
		}
		if ctx.Err() == nil {
			u.log.ErrorContext(ctx, "part cannot be started, will try again", slog.Any("error", err),
				slog.Duration("pause", pause))
		}
	}
}

func (u *unit) stop(ctx context.Context, started Started) {
	if started == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), u.stopTimeout)
	defer cancel()
	if err := started.Stop(ctx); err != nil {
		u.log.WarnContext(ctx, "part did not stop cleanly", slog.Any("error", err))
		return
	}
	u.log.InfoContext(ctx, "part has stopped")
}
