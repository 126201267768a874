package views

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// An Upload is an upload as its owner sees it.
type Upload struct {
	models.Upload

	// There are the numbers of the chunks that have arrived, in order.
	There []int
}

// Upload reads an upload of the reader's organisation with the chunks that have arrived. For everybody else it does not
// exist.
func (v *Views) Upload(ctx context.Context, r Reader, id models.ID) (Upload, error) {
	u, err := v.upload(ctx, r, id)
	if err != nil {
		return Upload{}, err
	}
	there, err := v.Store.ChunksOf(ctx, u.ID)
	return Upload{Upload: u, There: there}, err
}

// UploadedFile reads a complete upload of the reader's organisation.
func (v *Views) UploadedFile(ctx context.Context, r Reader, id models.ID) (models.Upload, error) {
	u, err := v.upload(ctx, r, id)
	switch {
	case err != nil:
		return models.Upload{}, err
	case !u.Complete():
		return models.Upload{}, models.Refuse(models.CodeUploadIncomplete, "", "the upload is not complete").
			Accepting("the content of an upload whose chunks have all arrived and that was completed")
	}
	return u, nil
}

func (v *Views) upload(ctx context.Context, r Reader, id models.ID) (models.Upload, error) {
	u, err := rows(r, OfUploads, func(p models.ID) (models.Upload, error) { return v.Store.Upload(ctx, p, id) })
	if err == nil && !u.BelongsTo(r.Actor) {
		return models.Upload{}, models.NoSuchResource()
	}
	return u, err
}

// Content reads the bytes of a file that the reader may have. The caller must have judged that before.
func (v *Views) Content(ctx context.Context, file models.Upload) *Content {
	return &Content{ctx: ctx, store: v.Store, upload: file}
}

// A Content reads the bytes of a complete upload with one chunk in memory.
type Content struct {
	ctx    context.Context //nolint:containedctx // io.ReadSeeker has no room for it; it lives as long as one request
	store  *store.Store
	upload models.Upload

	at    int64
	n     int
	chunk []byte
	err   error
}

// Read reads on from where the last read or seek ended.
func (c *Content) Read(p []byte) (int, error) {
	if c.at >= c.upload.Size {
		return 0, io.EOF
	}
	n, offset := int(c.at/models.ChunkSize), int(c.at%models.ChunkSize)
	if c.chunk == nil || c.n != n {
		if err := c.load(n); err != nil {
			c.err = err
			return 0, err
		}
	}
	read := copy(p, c.chunk[offset:])
	c.at += int64(read)
	return read, nil
}

func (c *Content) load(n int) error {
	chunk, err := c.store.Chunk(c.ctx, c.upload.ID, n)
	switch {
	case err != nil:
		return err
	case len(chunk) != c.upload.ChunkLength(n):
		return fmt.Errorf("chunk %d of upload %s is gone", n, c.upload.ID)
	}
	c.n, c.chunk = n, chunk
	return nil
}

// Seek moves to where the next read begins.
func (c *Content) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += c.at
	case io.SeekEnd:
		offset += c.upload.Size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning of a file")
	}
	c.at = offset
	return offset, nil
}

// Err is the error that ended reading early, or nil.
func (c *Content) Err() error { return c.err }
