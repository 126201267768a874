package rest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/gin-gonic/gin"
)

// A Static is a file that changes only with the program.
type Static struct {
	Media   string
	Content []byte
	// Policy is its Content-Security-Policy; empty: the file may run and load nothing.
	Policy string
}

// File makes a row that serves a file to everyone, and that is not part of the described API.
func File(path, summary string, f Static) Operation {
	sum := sha256.Sum256(f.Content)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	serve := func(c *gin.Context) { f.serve(c, tag) }
	return Operation{
		Method: http.MethodGet, Path: path, Access: Public(), Summary: summary, status: http.StatusOK, Hidden: true,
		bind: func(r *Router, o *Operation) { r.gin.GET(o.Path, serve) },
	}
}

func (f Static) serve(c *gin.Context, tag string) {
	if f.Policy != "" {
		c.Header("Content-Security-Policy", f.Policy)
	}
	c.Header("Cache-Control", "no-cache")
	c.Header("ETag", tag)
	if matchesNone(joined(c.Request.Header, headerIfNoneMatch), tag) {
		c.Status(http.StatusNotModified)
		return
	}
	c.DataFromReader(http.StatusOK, int64(len(f.Content)), f.Media, bytes.NewReader(f.Content), nil)
}
