package limit

import "sync"

// Places bounds how many requests are under way at once. Each of them takes a place of every holder that it names, such
// as of a person and of an organisation. It is safe for concurrent use; its zero value has no request under way.
type Places[Holder comparable] struct {
	mu    sync.Mutex
	taken map[Holder]int
}

// A Share is how many places a holder has.
type Share[Holder comparable] struct {
	Holder Holder
	Most   int
}

// Take takes a place of each holder. When one of them has no place left, it takes none: then leave is nil, and full is
// the index of that holder.
func (p *Places[Holder]) Take(of ...Share[Holder]) (leave func(), full int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, s := range of {
		if p.taken[s.Holder] >= s.Most {
			return nil, i
		}
	}
	if p.taken == nil {
		p.taken = map[Holder]int{}
	}
	for _, s := range of {
		p.taken[s.Holder]++
	}
	return func() { p.leave(of) }, 0
}

func (p *Places[Holder]) leave(of []Share[Holder]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range of {
		if p.taken[s.Holder]--; p.taken[s.Holder] == 0 {
			delete(p.taken, s.Holder)
		}
	}
}
