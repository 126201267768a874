package runs

import (
	"sync"
	"time"
)

// A side is what a run does: prepare content, which is not timed, or send commands, which are.
type side int

const (
	contents side = iota
	commands
)

// A turnstile lets all runs do one side at a time: it turns when every run waits for the other. So content is
// there before the commands that need it are timed, and nothing else goes on meanwhile.
type turnstile struct {
	mu      sync.Mutex
	turned  *sync.Cond
	open    side
	turns   int
	present int
	waiting int
	since   time.Time
	timed   time.Duration
}

func newTurnstile(runs int) *turnstile {
	t := &turnstile{present: runs}
	t.turned = sync.NewCond(&t.mu)
	return t
}

// pass waits until the other side is open. It is called by a run that was on the side that is open now.
func (t *turnstile) pass() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting++
	turn := t.turns
	t.turnIfAllWait()
	for turn == t.turns {
		t.turned.Wait()
	}
}

// leave takes a run out that is over.
func (t *turnstile) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.present--
	t.turnIfAllWait()
}

func (t *turnstile) turnIfAllWait() {
	if t.waiting < t.present || t.present == 0 && t.open == contents {
		return
	}
	now := time.Now()
	if t.open == commands {
		t.timed += now.Sub(t.since)
	}
	t.open, t.since, t.waiting = 1-t.open, now, 0
	t.turns++
	t.turned.Broadcast()
}

// A pace is one run's way through the turnstile.
type pace struct {
	*turnstile

	on side
	// segments count the commands between two contents.
	segments []int
}

// to goes to a side, where the run may be already.
func (p *pace) to(s side) {
	if p.on != s {
		p.pass()
		p.on = s
		if s == commands {
			p.segments = append(p.segments, 0)
		}
	}
	if s == commands {
		p.segments[len(p.segments)-1]++
	}
}
