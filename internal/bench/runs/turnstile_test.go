package runs

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the runs do, commands and contents never go on at the same time, and every run comes to its end.
func TestOnlyOneSideGoesOnAtATime(t *testing.T) {
	t.Parallel()
	const runs = 7
	gate := newTurnstile(runs)
	var busy [2]atomic.Int32
	var both atomic.Bool
	var all sync.WaitGroup
	for n := range runs {
		all.Go(func() {
			defer gate.leave()
			p := &pace{turnstile: gate}
			for step := range 50 + n {
				s := side(step * (n + 3) / 5 % 2)
				p.to(s)
				busy[s].Add(1)
				if busy[1-s].Load() > 0 {
					both.Store(true)
				}
				busy[s].Add(-1)
			}
		})
	}
	all.Wait()
	require.False(t, both.Load())
	require.Positive(t, gate.timed)
}

func TestCommandsAreCountedBetweenContents(t *testing.T) {
	t.Parallel()
	p := &pace{turnstile: newTurnstile(1)}
	for _, s := range []side{contents, commands, commands, contents, contents, commands} {
		p.to(s)
	}
	require.Equal(t, []int{2, 1}, p.segments)
}
