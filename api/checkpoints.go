package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/views"
)

const (
	// publicPage is how many entries of the public log an answer has.
	publicPage = 1000
	// keptFor is how long somebody who passes on a checkpoint may keep it: a new one is made every ten minutes.
	keptFor = time.Minute
)

// CheckpointView is a signed head of the public log.
type CheckpointView struct {
	Origin string `json:"origin" doc:"Names the log"`
	Size   int64  `json:"size" doc:"How many entries of the public log it commits to"`
	Root   string `json:"root" doc:"Root of the Merkle tree over them (RFC 6962), in base64"`
	Note   string `json:"note" doc:"The signed text (C2SP tlog-checkpoint); see /v1/keys for the key"`
}

func (CheckpointView) Self() string       { return "/v1/checkpoints/latest" }
func (v CheckpointView) AtVersion() int64 { return v.Size }

func showCheckpoint(c views.Checkpoint) CheckpointView {
	return CheckpointView{Origin: c.Origin, Size: c.Size, Root: c.Root.String(), Note: string(c.Note)}
}

func (s *server) getCheckpoint(ctx context.Context, _ *struct{}) (*rest.Cached[CheckpointView], error) {
	c, err := s.views.Checkpoint(ctx)
	answer, err := rest.Got(ctx, c, err, showCheckpoint)
	return rest.ForAWhile(answer, err, keptFor)
}

// PublicEntryView is an entry of the public log, see docs/record.md.
type PublicEntryView struct {
	N          int64  `json:"n" doc:"Counts the entries from 1"`
	Label      string `json:"label" doc:"Whose record it is about, for those who know the ID, in base64"`
	Commitment string `json:"commitment" doc:"Commits to the head of that record without telling it, in base64"`
}

// PublicLogView is a part of the public log.
type PublicLogView struct {
	Items []PublicEntryView `json:"items"`
	Next  int64             `json:"next" doc:"Give it as after to read on; also given when there is nothing more yet"`
}

type publicLogInput struct {
	After int64 `query:"after" minimum:"0" doc:"The number of the entry to read on from; 0: from the first entry"`
}

func (s *server) readPublicLog(ctx context.Context, in *publicLogInput) (*rest.Cached[PublicLogView], error) {
	entries, err := s.views.PublicLog(ctx, in.After, publicPage)
	if err != nil {
		return nil, err
	}
	page := PublicLogView{Items: make([]PublicEntryView, len(entries)), Next: in.After}
	for i, e := range entries {
		page.Items[i] = PublicEntryView{N: e.N, Label: e.Label.String(), Commitment: e.Commitment.String()}
		page.Next = e.N
	}
	if len(entries) == publicPage {
		return rest.ForGood(page), nil
	}
	return rest.UntilMore(page), nil
}
