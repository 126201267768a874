package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// completeTimeout bounds the check of the largest file.
const completeTimeout = 10 * time.Minute

// completeUpload checks the bytes of an upload and keeps them for good. The upload is locked meanwhile, so
// that what is kept is what was checked; only one chunk is in memory at a time.
func (s *server) completeUpload(ctx context.Context, in *UploadPath) (*Answer[UploadView], error) {
	found, err := s.uploadOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, completeTimeout)
	defer cancel()
	return create(ctx, s, func(tx *store.Tx) (UploadView, error) {
		u, err := tx.LockUpload(found.ProcurementID, found.ID)
		if err != nil {
			return UploadView{}, err
		}
		if u.Complete() {
			return showUpload(u, nil), nil
		}
		if err := checkContent(tx, u); err != nil {
			return UploadView{}, err
		}
		if err := tx.CompleteUpload(&u); err != nil {
			return UploadView{}, err
		}
		return showUpload(u, nil), nil
	})
}

func checkContent(tx *store.Tx, u models.Upload) error {
	digest := sha256.New()
	for n := range u.Chunks() {
		chunk, err := tx.Chunk(u.ID, n)
		if err != nil {
			return err
		}
		if len(chunk) != u.ChunkLength(n) {
			return models.Refuse(models.CodeUploadIncomplete, "", "chunk %d has not arrived", n).Accepting("every chunk that `missing` of the upload names")
		}
		if n == 0 && u.Purpose == models.PurposeEnvelope {
			if err := seal.CheckSealed(chunk); err != nil {
				return err
			}
		}
		digest.Write(chunk)
	}
	if found := hex.EncodeToString(digest.Sum(nil)); found != u.Digest {
		return models.Refuse(models.CodeDigestMismatch, "", "the bytes that arrived have the SHA-256 %s, not %s", found, u.Digest).
			Accepting("the chunks of the file that was announced, sent again, or a new upload")
	}
	return nil
}
