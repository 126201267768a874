package acts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// completeTimeout bounds the check of the largest file.
const completeTimeout = 10 * time.Minute

// CompleteUpload checks the bytes of an upload and keeps them for good. The upload is locked meanwhile, so that the
// bytes that are kept are those that were checked; only one chunk is in memory at a time.
func (a *Acts) CompleteUpload(ctx context.Context, by By, id models.ID) (Done[models.Upload], error) {
	mine, err := a.myUpload(ctx, by, id)
	if err != nil {
		return Done[models.Upload]{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, completeTimeout)
	defer cancel()
	return once(ctx, a, by, func(d *deed) (models.Upload, error) {
		u, err := d.tx.LockUpload(mine.ProcurementID, mine.ID)
		if err != nil || u.Complete() {
			return u, err
		}
		if err := checkContent(d.tx, u); err != nil {
			return u, err
		}
		err = d.tx.CompleteUpload(&u)
		return u, err
	})
}

// checkContent reads all chunks once, for their digest and, if it is an envelope, to see that it is sealed.
func checkContent(tx *store.Tx, u models.Upload) error {
	chunks := &arrived{tx: tx, upload: u}
	digest := sha256.New()
	content := io.TeeReader(chunks, digest)
	if u.Purpose == models.PurposeEnvelope {
		if err := seal.CheckSealed(content); chunks.err == nil && err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, content); err != nil || chunks.err != nil {
		return errors.Join(chunks.err, err)
	}
	if found := hex.EncodeToString(digest.Sum(nil)); found != u.Digest {
		return models.Refuse(models.CodeDigestMismatch, "",
			"the bytes that arrived have the SHA-256 %s, not %s", found, u.Digest).
			Accepting("the chunks of the file that was announced, sent again, or a new upload")
	}
	return nil
}

// arrived reads the chunks of an upload, one in memory at a time.
type arrived struct {
	tx     *store.Tx
	upload models.Upload

	next  int
	chunk []byte
	// err is why reading ended early: a chunk that has not arrived, or the database.
	err error
}

// Read reads on, over the borders of chunks.
func (a *arrived) Read(p []byte) (int, error) {
	for len(a.chunk) == 0 {
		switch {
		case a.err != nil:
			return 0, a.err
		case a.next == a.upload.Chunks():
			return 0, io.EOF
		}
		a.chunk, a.err = a.load(a.next)
		a.next++
	}
	n := copy(p, a.chunk)
	a.chunk = a.chunk[n:]
	return n, nil
}

func (a *arrived) load(n int) ([]byte, error) {
	chunk, err := a.tx.Chunk(a.upload.ID, n)
	switch {
	case err != nil:
		return nil, err
	case len(chunk) != a.upload.ChunkLength(n):
		return nil, models.Refuse(models.CodeUploadIncomplete, "", "chunk %d has not arrived", n).
			Accepting("every chunk that the upload lists under `missing`")
	}
	return chunk, nil
}
