package api

import (
	"context"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/views"
)

// CheckpointView is a signed head of the record.
type CheckpointView struct {
	Origin string `json:"origin" doc:"Names the log"`
	Size   int64  `json:"size" doc:"How many events it commits to"`
	Root   string `json:"root" doc:"Root of the Merkle tree over them (RFC 6962), in base64"`
	Note   string `json:"note" doc:"The signed text (C2SP tlog-checkpoint); see /v1/keys for the key"`
}

func (CheckpointView) Self() string       { return "/v1/checkpoints/latest" }
func (v CheckpointView) AtVersion() int64 { return v.Size }

func showCheckpoint(c views.Checkpoint) CheckpointView {
	return CheckpointView{Origin: c.Origin, Size: c.Size, Root: c.Root.String(), Note: string(c.Note)}
}

func (s *server) getCheckpoint(ctx context.Context, _ *struct{}) (*rest.Answer[CheckpointView], error) {
	c, err := s.views.Checkpoint(ctx)
	return rest.Got(ctx, c, err, showCheckpoint)
}
