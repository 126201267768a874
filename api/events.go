package api

import (
	"context"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/ppi-engine/ppi/internal/cipherbox"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

func (s *server) eventOperations() []operation {
	return []operation{
		op(GET, "/v1/events", authenticated(), "Read what happens in the procurements I have a role in, oldest first",
			s.readEvents,
			mayRefuse(http.StatusNotFound, http.StatusTooManyRequests)),
		op(GET, "/v1/procurements/{procurement}/events", roles(models.BuyerSide()...),
			"Read what happened in a procurement, oldest first, or export it with its proof", s.readProcurementEvents,
			givesAlso[FeedAnswer](mediaLines), mayRefuse(http.StatusConflict, http.StatusTooManyRequests)),
		op(GET, "/v1/checkpoints/latest", public(), "Read the latest signed head of the record that is public",
			s.getCheckpoint, mayRefuse(http.StatusNotFound)),
		op(GET, "/v1/keys", public(), "List the public keys that verify receipts, checkpoints and exports", s.listKeys),
	}
}

// FeedParameters say what to read of the feed.
type FeedParameters struct {
	Type  []string `query:"type" maxItems:"50" doc:"These types and those below; see /v1/event-types"`
	After string   `query:"after" maxLength:"100" doc:"A cursor; now: what happens next; empty: from the first event"`
	Limit int      `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many events at most"`
	Wait  int      `query:"wait" minimum:"0" maximum:"30" default:"0" doc:"Seconds to wait for an event"`
}

// FeedItem is an event as it was recorded.
type FeedItem struct {
	ID            models.ID        `json:"id"`
	Type          models.EventType `json:"type"`
	ProcurementID models.ID        `json:"procurement,omitempty" doc:"Absent for what concerns the platform"`
	Mode          models.Mode      `json:"mode,omitempty" enum:"live,rehearsal" doc:"Absent for the platform"`
	ActorID       models.ID        `json:"actor,omitempty" doc:"The person who acted; absent when the engine did"`
	At            time.Time        `json:"at" doc:"Procedure time"`
	RecordedAt    time.Time        `json:"recorded_at" doc:"Real time"`
	Data          RawObject        `json:"data" doc:"What happened; /v1/event-types says for each type what it holds"`
	Cursor        string           `json:"cursor" doc:"Reading after it goes on with the next event"`
}

// FeedAnswer is a part of the feed.
type FeedAnswer struct {
	Items      []FeedItem `json:"items"`
	NextCursor string     `json:"next_cursor" doc:"Where to read on, now or later; also when there is nothing new"`
}

type eventsQuery struct {
	FeedParameters

	Procurement models.ID `query:"procurement" doc:"Only events of this procurement"`
}

type eventsOutput struct{ Body FeedAnswer }

// readEvents reads the events of all procurements in which the caller holds a role now.
func (s *server) readEvents(ctx context.Context, in *eventsQuery) (*eventsOutput, error) {
	if in.Procurement != "" {
		if _, err := models.ParseID(models.PrefixProcurement, "procurement", string(in.Procurement)); err != nil {
			return nil, err
		}
	}
	answer, err := s.readFeed(ctx, in.Procurement, in.FeedParameters)
	if err != nil {
		return nil, err
	}
	return &eventsOutput{answer}, nil
}

type procurementEventsQuery struct {
	ProcurementPath
	FeedParameters

	Export wholeExport `query:"export"`
}

// readProcurementEvents reads the events of one procurement, or exports them.
func (s *server) readProcurementEvents(ctx context.Context, in *procurementEventsQuery) (*huma.StreamResponse, error) {
	if bool(in.Export) {
		return s.exportEvents(ctx)
	}
	req := requestOf(ctx)
	answer, err := s.readFeed(ctx, req.procurement(), in.FeedParameters)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("render events: %w", err)
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		humagin.Unwrap(hc).Data(req.op.status, mediaJSON, body)
	}}, nil
}

// readFeed answers with what there is, or waits for it. What the caller may read is looked up again
// whenever something has happened.
func (s *server) readFeed(ctx context.Context, procurement models.ID, in FeedParameters) (FeedAnswer, error) {
	if r := models.CheckTypes("type", in.Type); r != nil {
		return FeedAnswer{}, r
	}
	after, unusable := s.feedStart(ctx, in.After)
	read := func() (views.FeedPage, error) {
		return s.views.Feed(ctx, readerOf(ctx), views.FeedQuery{
			Procurement: procurement, Types: in.Type, After: after,
			Limit: in.Limit,
		})
	}
	page, err := read()
	// Reading judges access. Who may not see the procurement is told that first, whatever the cursor.
	if err != nil {
		return FeedAnswer{}, err
	}
	if unusable != nil {
		return FeedAnswer{}, unusable
	}
	if len(page.Items) == 0 && in.Wait > 0 {
		page, err = s.await(ctx, time.Duration(in.Wait)*time.Second, page, read)
	}
	if err != nil {
		return FeedAnswer{}, err
	}
	return s.showFeed(page), nil
}

// await reads again whenever something has happened that the caller might read, until there is something
// or the time is over. It holds no connection to the database meanwhile.
func (s *server) await(
	ctx context.Context, limit time.Duration, page views.FeedPage, read func() (views.FeedPage, error),
) (views.FeedPage, error) {
	leave, ok := s.tail.join(requestOf(ctx).actor.PersonID)
	if !ok {
		return page, models.Refuse(models.CodeRateLimited, "wait", "too many requests are waiting for events").
			Accepting("fewer at once, or no wait")
	}
	defer leave()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for len(page.Items) == 0 {
		happened, stop := s.tail.watch(page.Concerns, page.Head)
		select {
		case <-happened:
		case <-timer.C:
			stop()
			return page, nil
		case <-s.closing:
			stop()
			return page, nil
		case <-ctx.Done():
			stop()
			return page, ctx.Err()
		}
		var err error
		if page, err = read(); err != nil {
			return page, err
		}
	}
	return page, nil
}

func (s *server) showFeed(page views.FeedPage) FeedAnswer {
	answer := FeedAnswer{Items: make([]FeedItem, len(page.Items)), NextCursor: s.feedCursors.seal(page.Reached)}
	for i, e := range page.Items {
		answer.Items[i] = FeedItem{
			ID: e.ID, Type: e.Type, ProcurementID: e.ProcurementID, Mode: e.Mode, ActorID: e.ActorID,
			At: e.At, RecordedAt: e.RecordedAt, Data: RawObject{e.Data}, Cursor: s.feedCursors.seal(e.Position),
		}
	}
	return answer
}

// fromNow is the cursor of who wants nothing of what has been.
const fromNow = "now"

func (s *server) feedStart(ctx context.Context, after string) (int64, error) {
	switch after {
	case "":
		return 0, nil
	case fromNow:
		return s.views.FeedHead(ctx)
	}
	return s.feedCursors.open(after)
}

// feedCursors encrypt positions of the log: they count what others did, so whoever could read two of them
// could count the tenders that came in between.
type feedCursors struct{ aead cipher.AEAD }

const (
	positionBytes = 8
	feedPurpose   = "feed"
)

func newFeedCursors(key []byte) (feedCursors, error) {
	aead, err := cipherbox.New(key, "feed cursors")
	return feedCursors{aead}, err
}

func (c feedCursors) seal(position int64) string {
	plain := binary.BigEndian.AppendUint64(nil, uint64(position)) //nolint:gosec // positions are not negative
	//nolint:gosec // the cipher makes its own random nonce
	return base64.RawURLEncoding.EncodeToString(c.aead.Seal(nil, nil, plain, []byte(feedPurpose)))
}

func (c feedCursors) open(cursor string) (int64, error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil {
		var plain []byte
		if plain, err = c.aead.Open(nil, nil, sealed, []byte(feedPurpose)); err == nil && len(plain) == positionBytes {
			return int64(binary.BigEndian.Uint64(plain)), nil //nolint:gosec // as it was sealed
		}
	}
	return 0, models.Refuse(models.CodeInvalidCursor, "after", "the cursor is not one of the feed").
		Accepting("a cursor as it was answered, now, or none")
}
