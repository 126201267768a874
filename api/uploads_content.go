package api

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

func (s *server) getUploadContent(ctx context.Context, in *UploadPath) (*huma.StreamResponse, error) {
	u, err := s.uploadOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	if !u.Complete() {
		return nil, models.Refuse(models.CodeUploadIncomplete, "", "the upload is not complete").Accepting("completing it first")
	}
	return s.serveFile(u), nil
}

// serveFile answers with the bytes of a complete upload: whole or in ranges, chunk by chunk, to be saved
// and never shown (RFC 6266), because what is in it was written by others.
func (s *server) serveFile(u models.Upload) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		c := humagin.Unwrap(hc)
		h := c.Writer.Header()
		h.Set("Content-Type", u.MediaType)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": u.Filename}))
		h.Set("ETag", fileTag(u.Digest))
		if sum, err := hex.DecodeString(u.Digest); err == nil {
			h.Set("Repr-Digest", reprDigest([32]byte(sum)))
		}
		ignoreUnusableRange(c, u.Size)
		content := &fileReader{ctx: c.Request.Context(), store: s.store, upload: u}
		http.ServeContent(c.Writer, c.Request, "", time.Time{}, content)
		if content.err != nil {
			// The answer has begun: that it stays shorter than announced tells the client.
			s.log.ErrorContext(c.Request.Context(), "file not read", "request", callOf(c.Request.Context()).id, "upload", u.ID, "cause", content.err)
		}
	}}
}

var oneRange = regexp.MustCompile(`^bytes=([0-9]{1,18})?-([0-9]{1,18})?$`)

// ignoreUnusableRange answers with the whole file what asks for several ranges or for what is not in it,
// as a server may, and what asks without GET, as it must (RFC 9110 §14.2).
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
	case noFirst != nil && (noLast != nil || last == 0), noFirst == nil && first >= size, noFirst == nil && noLast == nil && last < first:
		c.Request.Header.Del(header)
	}
}

// A fileReader reads a complete upload with one chunk in memory.
type fileReader struct {
	ctx    context.Context //nolint:containedctx // io.ReadSeeker has no room for it, and the reader lives as long as one request
	store  *store.Store
	upload models.Upload

	at    int64
	n     int
	chunk []byte
	err   error
}

// Read reads on from where the last read or seek ended.
func (r *fileReader) Read(p []byte) (int, error) {
	if r.at >= r.upload.Size {
		return 0, io.EOF
	}
	n, offset := int(r.at/models.ChunkSize), int(r.at%models.ChunkSize)
	if r.chunk == nil || r.n != n {
		if err := r.load(n); err != nil {
			r.err = err
			return 0, err
		}
	}
	read := copy(p, r.chunk[offset:])
	r.at += int64(read)
	return read, nil
}

func (r *fileReader) load(n int) error {
	chunk, err := r.store.Chunk(r.ctx, r.upload.ID, n)
	switch {
	case err != nil:
		return err
	case len(chunk) != r.upload.ChunkLength(n):
		return fmt.Errorf("chunk %d of upload %s is gone", n, r.upload.ID)
	}
	r.n, r.chunk = n, chunk
	return nil
}

// Seek moves to where the next read begins.
func (r *fileReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.upload.Size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning of a file")
	}
	r.at = offset
	return offset, nil
}
