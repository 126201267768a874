// Package limit bounds what callers ask for: requests in a minute, and requests under way at once. It keeps what it
// knows of a bounded number of callers in memory, for one process.
package limit

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Window is the time for which a quota is given.
const Window = time.Minute

// A Policy says how many requests one caller may make.
type Policy struct {
	// Quota is how many requests a caller may make in a [Window]. All of them may come at once; then they come back
	// evenly.
	Quota int
	// Callers is how many are remembered; when there are more, the one that was idle for longest is forgotten.
	Callers int
	// Keep is after how much idle time a caller is forgotten; at least a [Window], after which its quota is whole
	// again.
	Keep time.Duration
}

// Rates counts the requests of callers against a policy. It is safe for concurrent use.
type Rates[Caller comparable] struct {
	policy Policy

	mu      sync.Mutex
	callers map[Caller]*list.Element
	// recent has the callers by their last request, the latest in front; each value is a *counted.
	recent list.List
}

// counted is one caller.
type counted[Caller comparable] struct {
	caller Caller
	bucket *rate.Limiter
	last   time.Time
}

// NewRates counts against a policy.
func NewRates[Caller comparable](p Policy) *Rates[Caller] {
	return &Rates[Caller]{policy: p, callers: map[Caller]*list.Element{}}
}

// A Standing is where a caller stands after a request.
type Standing struct {
	Quota, Left int
	// Whole is how long it takes until the quota is whole again.
	Whole time.Duration
	// Wait is how long to wait before another request is let in; 0: none.
	Wait time.Duration
}

// Spend counts a request of a caller. It is to be refused when Wait is not 0; then it was not counted.
func (r *Rates[Caller]) Spend(caller Caller, now time.Time) Standing {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.of(caller, now)
	return r.standing(c, now, c.bucket.AllowN(now, 1))
}

// Ask tells where a caller stands, without counting a request.
func (r *Rates[Caller]) Ask(caller Caller, now time.Time) Standing {
	r.mu.Lock()
	defer r.mu.Unlock()
	element, known := r.callers[caller]
	if !known {
		return Standing{Quota: r.policy.Quota, Left: r.policy.Quota}
	}
	c, _ := element.Value.(*counted[Caller])
	return r.standing(c, now, c.bucket.TokensAt(now) >= 1)
}

// Knows tells whether a caller is remembered.
func (r *Rates[Caller]) Knows(caller Caller) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.callers[caller]
	return known
}

// Remember remembers a caller, without counting a request.
func (r *Rates[Caller]) Remember(caller Caller, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.of(caller, now)
}

// Forget forgets a caller.
func (r *Rates[Caller]) Forget(caller Caller) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if element, known := r.callers[caller]; known {
		r.remove(element)
	}
}

// Callers counts those that are remembered.
func (r *Rates[Caller]) Callers() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.callers)
}

// of finds a caller, or makes room for it.
func (r *Rates[Caller]) of(caller Caller, now time.Time) *counted[Caller] {
	element, known := r.callers[caller]
	if !known {
		for oldest := r.recent.Back(); oldest != nil && r.outlived(oldest, now); oldest = r.recent.Back() {
			r.remove(oldest)
		}
		element = r.recent.PushFront(&counted[Caller]{
			caller: caller,
			bucket: rate.NewLimiter(rate.Limit(float64(r.policy.Quota)/Window.Seconds()), r.policy.Quota),
		})
		r.callers[caller] = element
	}
	r.recent.MoveToFront(element)
	c, _ := element.Value.(*counted[Caller])
	c.last = now
	return c
}

// outlived tells whether the caller that was idle for longest must go before another can come.
func (r *Rates[Caller]) outlived(oldest *list.Element, now time.Time) bool {
	c, _ := oldest.Value.(*counted[Caller])
	return len(r.callers) >= r.policy.Callers || now.Sub(c.last) > r.policy.Keep
}

func (r *Rates[Caller]) remove(element *list.Element) {
	c, _ := r.recent.Remove(element).(*counted[Caller])
	delete(r.callers, c.caller)
}

func (r *Rates[Caller]) standing(c *counted[Caller], now time.Time, allowed bool) Standing {
	tokens := c.bucket.TokensAt(now)
	s := Standing{
		Quota: r.policy.Quota, Left: max(0, int(tokens)),
		Whole: r.toEarn(float64(r.policy.Quota) - tokens),
	}
	if !allowed {
		s.Wait = max(r.toEarn(1-tokens), time.Nanosecond)
	}
	return s
}

// toEarn is how long it takes until so many requests have come back.
func (r *Rates[Caller]) toEarn(requests float64) time.Duration {
	return time.Duration(max(0, requests) * float64(Window) / float64(r.policy.Quota))
}
