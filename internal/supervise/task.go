package supervise

import (
	"context"
	"fmt"
)

// Task makes the Start of a part from a function that runs in this process until its context ends. The part is ready at
// once. When run returns by itself, with or without an error, the part has ended and is started again.
func Task(run func(ctx context.Context) error) func(ctx context.Context) (Started, error) {
	return func(ctx context.Context) (Started, error) {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		t := &task{cancel: cancel, done: make(chan struct{})}
		go func() {
			defer close(t.done)
			t.err = run(ctx)
		}()
		return t, nil
	}
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
