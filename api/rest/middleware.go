package rest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/ppi-engine/ppi/models"
)

// begin puts a request into the context; the handlers that follow fill in what they find out.
func (r *Router) begin(c *gin.Context) {
	req := &request{
		id: requestIDOf(c.Request.Header), path: c.Request.URL.Path, instance: clip(c.Request.URL.EscapedPath()),
		router: r, release: func() {}, began: time.Now(),
	}
	req.whole = withRequest(c.Request.Context(), req)
	c.Request = c.Request.WithContext(req.whole)
	c.Header(headerRequestID, req.id)
}

// recover turns a panic into a problem; the connection is given up only when an answer had begun.
func (r *Router) recover(c *gin.Context) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if err, ok := cause.(error); (ok && errors.Is(err, http.ErrAbortHandler)) || c.Writer.Written() {
			panic(http.ErrAbortHandler)
		}
		Abort(c, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
	}()
	c.Next()
}

// secure sets the headers that keep an answer from being stored, sniffed, framed or run.
func (*Router) secure(c *gin.Context) { secureHeaders(c.Writer.Header()) }

func secureHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// refuseHostile refuses a URL that would be read in more than one way.
func (r *Router) refuseHostile(c *gin.Context) {
	query, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		Abort(c, models.Refuse(models.CodeInvalidRequest, "", "the query cannot be read"))
		return
	}
	if unfit(c.Request.URL.Path) {
		Abort(c, models.Refuse(models.CodeInvalidText, "", "the path holds U+0000 or is not valid UTF-8"))
		return
	}
	for name, values := range query {
		if len(values) > 1 {
			Abort(c, models.Refuse(models.CodeInvalidRequest, clip(name), "the query parameter is given %d times",
				len(values)).Accepting("the parameter once"))
			return
		}
		if unfit(name) || unfit(values[0]) {
			Abort(c, models.Refuse(models.CodeInvalidText, "", "the query holds U+0000 or is not valid UTF-8"))
			return
		}
		if err := cmp.Or(models.CheckReversing("", name), models.CheckReversing(clip(name), values[0])); err != nil {
			Abort(c, err)
			return
		}
	}
	c.Request.URL.RawQuery = composedQuery(c.Request.URL.RawQuery, query)
}

func unfit(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }
