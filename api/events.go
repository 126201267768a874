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

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/cipherbox"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// FeedParameters say what to read from the feed.
type FeedParameters struct {
	Type  []string `query:"type" maxItems:"50" doc:"These types and those below; see /v1/event-types"`
	After string   `query:"after" maxLength:"100" doc:"A cursor; now: only new events; empty: from the first event"`
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
	Cursor        string           `json:"cursor" doc:"Give it as after to read from the next event on"`
}

// FeedAnswer is a part of the feed.
type FeedAnswer struct {
	Items      []FeedItem `json:"items"`
	NextCursor string     `json:"next_cursor" doc:"Where to continue; also given when there is nothing new"`
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
	answer, err := s.readFeed(ctx, rest.Procurement(ctx), in.FeedParameters)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("render events: %w", err)
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		humagin.Unwrap(hc).Data(http.StatusOK, rest.MediaJSON, body)
	}}, nil
}

// readFeed answers with the events there are, or waits for one. What the caller may read is looked up again whenever
// something has happened.
func (s *server) readFeed(ctx context.Context, procurement models.ID, in FeedParameters) (FeedAnswer, error) {
	if r := models.CheckTypes("type", in.Type); r != nil {
		return FeedAnswer{}, r
	}
	after, unusable := s.feedStart(ctx, in.After)
	read := func(ctx context.Context) (views.FeedPage, error) {
		return s.views.Feed(ctx, rest.Reader(ctx), views.FeedQuery{
			Procurement: procurement, Types: in.Type, After: after,
			Limit: in.Limit,
		})
	}
	page, err := read(ctx)
	// Reading judges access: a caller who may not see the procurement is told that first, whatever the cursor.
	if err != nil {
		return FeedAnswer{}, err
	}
	if unusable != nil {
		return FeedAnswer{}, unusable
	}
	if len(page.Items) == 0 && in.Wait > 0 {
		var enough context.CancelFunc
		ctx, enough = context.WithTimeout(rest.Streaming(ctx), time.Duration(in.Wait)*time.Second+lastLook)
		defer enough()
		page, err = s.await(ctx, time.Duration(in.Wait)*time.Second, page, read)
	}
	if err != nil {
		return FeedAnswer{}, err
	}
	return s.showFeed(page), nil
}

// lastLook is how long the last look at the feed may take, once the wait is over.
const lastLook = 10 * time.Second

// await reads again whenever something has happened that the caller might read, until there is an event to show or the
// time is over. It holds no connection to the database while it waits.
func (s *server) await(
	ctx context.Context, limit time.Duration, page views.FeedPage,
	read func(context.Context) (views.FeedPage, error),
) (views.FeedPage, error) {
	leave, ok := s.tail.join(rest.Reader(ctx).Actor.PersonID)
	if !ok {
		return page, models.Refuse(models.CodeRateLimited, "wait", "too many requests are waiting for events").
			Accepting("fewer waiting requests at once (one person: at most %d), or a request without wait", mostOfOne)
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
		if page, err = read(ctx); err != nil {
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
			At: e.At, RecordedAt: e.RecordedAt, Data: RawObject{e.Data}, Cursor: s.feedCursors.seal(e.Place),
		}
	}
	return answer
}

// fromNow is the cursor of a reader who wants only what happens from now on.
const fromNow = "now"

func (s *server) feedStart(ctx context.Context, after string) (views.Place, error) {
	switch after {
	case "":
		return views.Place{}, nil
	case fromNow:
		return s.views.FeedEnd(ctx)
	}
	return s.feedCursors.open(after)
}

// feedCursors encrypt places of the log. A position counts what others did: a reader of two positions could count
// the tenders that came in between.
type feedCursors struct{ aead cipher.AEAD }

const (
	positionBytes = 8
	feedPurpose   = "feed"
)

func newFeedCursors(key []byte) (feedCursors, error) {
	aead, err := cipherbox.New(key, "feed cursors")
	return feedCursors{aead}, err
}

func (c feedCursors) seal(at views.Place) string {
	plain := binary.BigEndian.AppendUint64(nil, uint64(at.Position)) //nolint:gosec // positions are not negative
	plain = append(plain, at.Mark[:]...)
	sealed := c.aead.Seal(nil, nil, plain, []byte(feedPurpose)) //nolint:gosec // it makes its own random nonce
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// open reads a cursor. Those of earlier releases have no mark.
func (c feedCursors) open(cursor string) (at views.Place, err error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil {
		var plain []byte
		plain, err = c.aead.Open(nil, nil, sealed, []byte(feedPurpose))
		if err == nil && (len(plain) == positionBytes || len(plain) == positionBytes+len(at.Mark)) {
			at.Position = int64(binary.BigEndian.Uint64(plain)) //nolint:gosec // as it was sealed
			copy(at.Mark[:], plain[positionBytes:])
			return at, nil
		}
	}
	return at, models.Refuse(models.CodeInvalidCursor, "after", "the cursor does not come from the feed").
		Accepting("a cursor exactly as the feed gave it, the word now, or no cursor")
}
