package api

import (
	"context"
	"sync"
	"time"

	"github.com/ppi-engine/ppi/models"
)

type health struct {
	Status  string `json:"status" enum:"ok"`
	Version string `json:"version" doc:"The build that answers"`
}

type healthOutput struct{ Body health }

func (s *server) live(context.Context, *struct{}) (*healthOutput, error) {
	return &healthOutput{health{"ok", s.version}}, nil
}

func (s *server) isReady(ctx context.Context, _ *struct{}) (*healthOutput, error) {
	if err := s.readiness.check(ctx); err != nil {
		s.log.WarnContext(ctx, "not ready", "cause", err)
		return nil, models.Refuse(models.CodeUnavailable, "", "the instance is not ready for requests")
	}
	return &healthOutput{health{"ok", s.version}}, nil
}

// readinessKept is how long a result of the readiness check is answered to others who ask: everybody may ask, as often
// as they like, and the check needs a connection to the database.
const (
	readinessKept = 500 * time.Millisecond
	// readyWithin is how long the look at what requests need may take.
	readyWithin = 3 * time.Second
)

// A readiness runs one check for all who ask at the same time.
type readiness struct {
	run func(context.Context) error

	mu     sync.Mutex
	at     time.Time
	result error
}

func (r *readiness) check(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.at) > readinessKept {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyWithin)
		defer cancel()
		r.result, r.at = r.run(ctx), time.Now()
	}
	return r.result
}
