package api

import (
	"context"
	"errors"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// CheckpointView is a signed head of the record.
type CheckpointView struct {
	Origin string `json:"origin" doc:"Names the log"`
	Size   int64  `json:"size" doc:"How many events it commits to"`
	Root   string `json:"root" doc:"Root of the Merkle tree over them (RFC 6962), in base64"`
	Note   string `json:"note" doc:"The signed text (C2SP tlog-checkpoint); see /v1/keys for the key"`
}

func (CheckpointView) self() string     { return "/v1/checkpoints/latest" }
func (v CheckpointView) version() int64 { return v.Size }

func showCheckpoint(c audit.Checkpoint) CheckpointView {
	return CheckpointView{Origin: c.Origin, Size: c.Size, Root: c.Root.String(), Note: string(c.Note)}
}

// getCheckpoint answers with the latest head that does not count what lies in boxes that are open. Whoever
// keeps it can prove later that the record was rewritten.
func (s *server) getCheckpoint(ctx context.Context, _ *struct{}) (*Answer[CheckpointView], error) {
	c, err := s.store.PublicCheckpoint(ctx)
	if errors.Is(err, store.ErrNoCheckpoint) {
		return nil, models.Refuse(models.CodeNotFound, "", "no signed head of the record can be shown yet")
	}
	if err != nil {
		return nil, err
	}
	return show(ctx, showCheckpoint(c)), nil
}
