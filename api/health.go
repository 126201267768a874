package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// readyWithin is how long the look at what requests need may take.
const readyWithin = 3 * time.Second

type health struct {
	Status  string `json:"status" enum:"ok"`
	Version string `json:"version" doc:"The build that answers"`
}

type healthOutput struct{ Body health }

func (s *server) live(context.Context, *struct{}) (*healthOutput, error) {
	return &healthOutput{health{"ok", s.version}}, nil
}

func (s *server) isReady(ctx context.Context, _ *struct{}) (*healthOutput, error) {
	if err := s.ready(ctx); err != nil {
		s.log.WarnContext(ctx, "not ready", "cause", err)
		return nil, models.Refuse(models.CodeUnavailable, "", "the instance is not ready for requests")
	}
	return &healthOutput{health{"ok", s.version}}, nil
}
