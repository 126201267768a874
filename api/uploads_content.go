package api

import (
	"context"
	"encoding/hex"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

func (s *server) getUploadContent(ctx context.Context, in *UploadPath) (*huma.StreamResponse, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	u, err := s.views.UploadedFile(ctx, rest.Reader(ctx), id)
	if err != nil {
		return nil, err
	}
	return s.serveFile(u), nil
}

// serveFile answers with the bytes of a complete upload, whole or in ranges, read chunk by chunk. Browsers must save
// the file and not show it (RFC 6266), because its content was written by others.
func (s *server) serveFile(u models.Upload) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		c := humagin.Unwrap(hc)
		h := c.Writer.Header()
		h.Set("Content-Type", u.MediaType)
		how := "attachment"
		if u.Purpose == models.PurposeRendering { // our own page, which may be read where it is found
			how = "inline"
			h.Set("Content-Security-Policy", renderedPolicy)
		}
		h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": u.Filename}))
		h.Set("ETag", fileTag(u.Digest))
		if sum, err := hex.DecodeString(u.Digest); err == nil {
			h.Set("Repr-Digest", reprDigest([32]byte(sum)))
		}
		ignoreUnusableRange(c, u.Size)
		content := s.views.Content(rest.Streaming(c.Request.Context()), u)
		http.ServeContent(rest.Patient(c), c.Request, "", time.Time{}, content)
		if err := content.Err(); err != nil {
			// The answer has begun; it stays shorter than its Content-Length, which tells the client.
			s.log.ErrorContext(c.Request.Context(), "file not read", "request", rest.RequestID(c.Request.Context()),
				"upload", u.ID, "cause", err)
		}
	}}
}

var oneRange = regexp.MustCompile(`^bytes=([0-9]{1,18})?-([0-9]{1,18})?$`)

// ignoreUnusableRange removes a Range header so that the whole file is the answer: when it asks for several ranges or
// for bytes that the file does not have, as a server may, and when the method is not GET, as a server must (RFC 9110
// §14.2).
func ignoreUnusableRange(c *gin.Context, size int64) {
	const header = "Range"
	parts := oneRange.FindStringSubmatch(c.GetHeader(header))
	if parts == nil || c.Request.Method != http.MethodGet {
		c.Request.Header.Del(header)
		return
	}
	first, noFirst := strconv.ParseInt(parts[1], 10, 64)
	last, noLast := strconv.ParseInt(parts[2], 10, 64)
	switch {
	case noFirst != nil && (noLast != nil || last == 0), noFirst == nil && first >= size,
		noFirst == nil && noLast == nil && last < first:
		c.Request.Header.Del(header)
	}
}
