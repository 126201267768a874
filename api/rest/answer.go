package rest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/ppi-engine/ppi/acts"
)

// A Resource is something that has a URL and a version.
type Resource interface {
	Self() string
	AtVersion() int64
}

// An Answer shows a resource.
type Answer[T Resource] struct {
	Status   int
	ETag     string `header:"ETag" doc:"The version, for If-Match and If-None-Match"`
	Location string `header:"Location" doc:"Where the resource is, when it was just created"`
	Replayed string `header:"Idempotent-Replayed" doc:"true: the answer of an earlier request with the same key"`
	Body     T
}

// Shown answers with something that has no version of its own.
type Shown[T any] struct {
	Body T
}

// A Cached answer is the same for everybody, and may be kept for a while by whoever passes it on.
type Cached[T any] struct {
	Status       int
	ETag         string `header:"ETag" doc:"The version, for If-None-Match"`
	CacheControl string `header:"Cache-Control" doc:"How long the answer may be kept"`
	Body         T
}

// ForAWhile lets an answer be kept for a while.
func ForAWhile[T Resource](a *Answer[T], err error, while time.Duration) (*Cached[T], error) {
	if err != nil {
		return nil, err
	}
	return &Cached[T]{Status: a.Status, ETag: a.ETag, CacheControl: keep(while), Body: a.Body}, nil
}

// ForGood answers with something that will never change.
func ForGood[T any](body T) *Cached[T] {
	const year = 365 * 24 * time.Hour
	return &Cached[T]{Status: http.StatusOK, CacheControl: keep(year) + ", immutable", Body: body}
}

// UntilMore answers with something to which more will be added. Whoever passes it on asks each time: somebody who got
// an old answer would miss what others have seen.
func UntilMore[T any](body T) *Cached[T] {
	return &Cached[T]{Status: http.StatusOK, CacheControl: "no-cache", Body: body}
}

// Kept answers with something that changes with a release only, and may be kept for a while.
func Kept[T any](body T, while time.Duration) *Cached[T] {
	return &Cached[T]{Status: http.StatusOK, CacheControl: keep(while), Body: body}
}

// A CachedPage is a page that is the same for everybody, and may be kept for a while by whoever passes it on.
type CachedPage[T any] struct {
	Link         string `header:"Link" doc:"The next page, as rel=next (RFC 8288)"`
	CacheControl string `header:"Cache-Control" doc:"How long the answer may be kept"`
	Body         Page[T]
}

// KeptPage answers with a page of what changes with a release only.
func KeptPage[T any](page *Listed[T], err error, while time.Duration) (*CachedPage[T], error) {
	if err != nil {
		return nil, err
	}
	return &CachedPage[T]{Link: page.Link, CacheControl: keep(while), Body: page.Body}, nil
}

func keep(while time.Duration) string { return fmt.Sprintf("public, max-age=%d", int(while.Seconds())) }

// Got answers a GET of something that has a version; with 304 when the caller has this version already.
func Got[M any, T Resource](ctx context.Context, result M, err error, show func(M) T) (*Answer[T], error) {
	if err != nil {
		return nil, err
	}
	body := show(result)
	a := &Answer[T]{Status: http.StatusOK, ETag: ETag(body.AtVersion()), Body: body}
	if matchesNone(requestOf(ctx).ifNoneMatch, a.ETag) {
		a.Status = http.StatusNotModified
	}
	return a, nil
}

// Created answers a POST with what its act has made.
func Created[M any, T Resource](
	ctx context.Context, done acts.Done[M], err error, show func(M) T,
) (*Answer[T], error) {
	if err != nil {
		return nil, err
	}
	body := show(done.Result)
	a := &Answer[T]{
		Status: requestOf(ctx).op.status, ETag: ETag(body.AtVersion()), Location: body.Self(), Body: body,
	}
	if done.Again {
		a.Replayed = "true"
	}
	return a, nil
}

// A novel resource tells whether a PUT has just created it (RFC 9110 §9.3.4 asks for 201).
type novel interface {
	IsNew() bool
}

// Changed answers a PUT, PATCH or DELETE with the result of its act.
func Changed[M any, T Resource](ctx context.Context, result M, err error, show func(M) T) (*Answer[T], error) {
	if err != nil {
		return nil, err
	}
	body := show(result)
	a := &Answer[T]{Status: requestOf(ctx).op.status, ETag: ETag(body.AtVersion()), Body: body}
	if n, ok := any(body).(novel); ok && n.IsNew() {
		a.Status, a.Location = http.StatusCreated, body.Self()
	}
	return a, nil
}
