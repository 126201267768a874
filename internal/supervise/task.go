package supervise

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Task makes the Start of a part from a function that runs in this process until its context ends, and calls ready once
// the part can do its work. When run returns by itself, with or without an error, the part has ended and is started
// again; an error before ready is that of the start.
func Task(run func(ctx context.Context, ready func()) error) func(ctx context.Context) (Started, error) {
	return func(start context.Context) (Started, error) {
		ctx, cancel := context.WithCancel(context.WithoutCancel(start))
		t := &task{cancel: cancel, done: make(chan struct{})}
		ready := make(chan struct{})
		go func() {
			defer close(t.done)
			t.err = run(ctx, sync.OnceFunc(func() { close(ready) }))
		}()
		select {
		case <-ready:
			return t, nil
		case <-t.done:
			select {
			case <-ready: // it was ready, and has ended since
				return t, nil
			default:
			}
			cancel()
			return nil, t.endedEarly()
		case <-start.Done():
		}
		stop, enough := context.WithTimeout(context.WithoutCancel(start), defaultStopTimeout)
		defer enough()
		return nil, errors.Join(fmt.Errorf("wait until a task is ready: %w", context.Cause(start)), t.Stop(stop))
	}
}

// endedEarly is the error of a task that ended before it was ready.
func (t *task) endedEarly() error {
	if t.err != nil {
		return t.err
	}
	return errors.New("it ended before it was ready")
}

// Once makes the Start of a part from work that must be done before other parts start. The work is not repeated.
func Once(work func(ctx context.Context) error) func(ctx context.Context) (Started, error) {
	return func(ctx context.Context) (Started, error) { return complete{}, work(ctx) }
}

// complete is a part whose work is done, and which never ends.
type complete struct{}

func (complete) Done() <-chan struct{}      { return nil }
func (complete) Err() error                 { return nil }
func (complete) Stop(context.Context) error { return nil }

type task struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

func (t *task) Done() <-chan struct{} { return t.done }

func (t *task) Err() error {
	select {
	case <-t.done:
		return t.err
	default:
		return nil
	}
}

func (t *task) Stop(ctx context.Context) error {
	t.cancel()
	select {
	case <-t.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop a task: it still runs: %w", context.Cause(ctx))
	}
}
