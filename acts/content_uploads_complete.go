package acts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"time"

	"github.com/ppi-engine/ppi/internal/opening"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// checkTimeout bounds the wait for a check and the check of the largest file.
const checkTimeout = 10 * time.Minute

// CompleteUpload checks the bytes of an upload and keeps them for good.
//
// The bytes are read without any lock, chunk by chunk, and nobody waits for a connection meanwhile. Then a short
// transaction locks the upload and sees whether its bytes are still those that were checked. Bytes that were found
// wrong once are refused without being read again, and an upload that failed too often must begin anew: who sends a
// file with a wrong digest costs the platform no more reading than sending.
func (a *Acts) CompleteUpload(ctx context.Context, by By, id models.ID) (Done[models.Upload], error) {
	mine, err := a.myUpload(ctx, by, id)
	if err != nil {
		return Done[models.Upload]{}, err
	}
	var checked checkedBytes
	if !mine.Complete() {
		if checked, err = a.check(ctx, mine); err != nil {
			return Done[models.Upload]{}, err
		}
	}
	return once(ctx, a, by, func(d *deed) (models.Upload, error) {
		u, err := d.tx.LockUpload(mine.ProcurementID, mine.ID)
		if err != nil || u.Complete() {
			return u, err
		}
		there, err := d.tx.BytesOf(u.ID)
		if err != nil {
			return u, err
		}
		if there.Digest != checked.bytes {
			return u, models.Refuse(models.CodeUploadChanged, "", "a chunk was sent while the bytes were checked").
				Accepting("completing the upload again, once all chunks have arrived")
		}
		if checked.header != nil {
			sealed := checked.header.Context()
			u.BoxID, u.Kind = sealed.Box, sealed.Kind
			u.Header, u.HeaderLine = checked.header.Digest(), checked.header.Line()
			u.Fingerprint = checked.openers
		}
		err = d.tx.CompleteUpload(&u)
		return u, err
	})
}

// checkedBytes are the bytes of an upload that were read and found right.
type checkedBytes struct {
	// bytes says which they are; see [store.Bytes].
	bytes string
	// header is that of an envelope, openers the fingerprint of those for whom it is sealed.
	header  *envelope.Header
	openers string
}

// check checks the bytes of an upload that have arrived.
func (a *Acts) check(ctx context.Context, u models.Upload) (checkedBytes, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	limits := a.Limits.orDefaults()
	leave, err := a.checks.begin(u, limits)
	if err != nil {
		return checkedBytes{}, err
	}
	defer leave()
	if err := a.mayCheck(ctx, u, limits); err != nil {
		return checkedBytes{}, err
	}
	next, err := a.checks.turn(ctx, u, limits)
	if err != nil {
		return checkedBytes{}, err
	}
	defer next()
	return a.read(ctx, u)
}

// mayCheck refuses to read bytes that are not all there, that were found wrong before, or of an upload that was wrong
// too often.
func (a *Acts) mayCheck(ctx context.Context, u models.Upload, limits Limits) error {
	there, err := a.Store.BytesOf(ctx, u.ID)
	if err != nil {
		return err
	}
	if there.Chunks != u.Chunks() {
		return models.Refuse(models.CodeUploadIncomplete, "", "%d of %d chunks have arrived", there.Chunks, u.Chunks()).
			Accepting("every chunk that the upload lists under `missing`")
	}
	fault, err := a.Store.UploadFault(ctx, u.ID)
	switch {
	case err != nil:
		return err
	case fault.Bytes == there.Digest:
		return fault.Refusal
	case int64(fault.Checks) >= limits.FailedChecks:
		return models.Refuse(models.CodeUploadSpent, "", "the bytes of this upload were wrong %d times", fault.Checks).
			Accepting("a new upload")
	}
	return nil
}

// read reads the bytes and keeps what is wrong with them. It returns which bytes it has read.
func (a *Acts) read(ctx context.Context, u models.Upload) (checkedBytes, error) {
	chunks := &arrived{ctx: ctx, store: a.Store, upload: u, bytes: sha256.New()}
	header, wrong := checkContent(chunks, u)
	if chunks.err != nil {
		return checkedBytes{}, chunks.err // it was not read to its end, so nothing is known of it
	}
	var openers string
	if wrong == nil && header != nil {
		openers, wrong = a.inPlace(ctx, u, *header)
	}
	found := checkedBytes{hex.EncodeToString(chunks.bytes.Sum(nil)), header, openers}
	if refusal, refused := models.RefusalOf(wrong); refused {
		return checkedBytes{}, errors.Join(a.Store.KeepUploadFault(ctx, u.ID, found.bytes, refusal), wrong)
	}
	return found, wrong
}

// inPlace refuses an envelope that was not sealed for a box of the procurement, for its present openers, and by the
// organisation that uploads it. It returns the fingerprint of the openers.
func (a *Acts) inPlace(ctx context.Context, u models.Upload, h envelope.Header) (string, error) {
	sealed, err := a.Store.SealedBox(ctx, u.ProcurementID, h.Context().Box)
	if _, unknown := models.RefusalOf(err); unknown {
		return "", models.Refuse(models.CodeEnvelopeElsewhere, "/context/box",
			"the envelope was sealed for %s, which is no box of this procurement", h.Context().Box).
			Accepting("an envelope sealed for a box of this procurement")
	}
	if err != nil {
		return "", err
	}
	if h.Context().Kind == envelope.KindTest {
		return "", models.Refuse(models.CodeEnvelopeElsewhere, "/context/kind", "a test is no envelope of a tender").
			Accepting("an envelope of one of the kinds %v", models.EnvelopeKinds())
	}
	expected := func(openers string) (envelope.Context, error) {
		box, err := opening.Describe(sealed, openers)
		return box.For(u.OrganisationID, h.Context().Kind), err
	}
	context, err := expected(sealed.Fingerprint)
	if err != nil {
		return "", err
	}
	elsewhere := h.Context().Differs(context)
	if elsewhere == nil {
		return sealed.Fingerprint, nil
	}
	for _, former := range sealed.Former {
		if context, err = expected(former.Fingerprint); err != nil {
			return "", err
		}
		if h.Context().Differs(context) == nil {
			return "", sealedForFormer("/context/openers", former.Fingerprint, sealed.Fingerprint)
		}
	}
	return "", elsewhere
}

// sealedForFormer refuses an envelope that is sealed for openers whom others have succeeded.
func sealedForFormer(field, former, present string) *models.Refusal {
	return models.Refuse(models.CodeOpenersChanged, field,
		"the envelope is sealed for the openers %s, and a notice of change says that they are %s by now", former,
		present).
		Accepting("an envelope sealed anew for %s", present)
}

// checkContent reads all chunks once, for their digest and, if it is an envelope, to see that it is sealed: it returns
// its header.
func checkContent(chunks io.Reader, u models.Upload) (*envelope.Header, error) {
	digest := sha256.New()
	content := io.TeeReader(chunks, digest)
	var header *envelope.Header
	var unsealed error
	if u.Purpose == models.PurposeEnvelope {
		var h envelope.Header
		h, unsealed = envelope.Check(content)
		header = &h
	}
	// What is not sealed is read to its end, too: only then it is known which bytes are refused.
	if _, err := io.Copy(io.Discard, content); err != nil {
		return nil, err
	}
	if unsealed != nil {
		return nil, unsealed
	}
	if found := hex.EncodeToString(digest.Sum(nil)); found != u.Digest {
		return nil, models.Refuse(models.CodeDigestMismatch, "",
			"the bytes that arrived have the SHA-256 %s, not %s", found, u.Digest).
			Accepting("the chunks of the file that was announced, sent again, or a new upload")
	}
	return header, nil
}

// arrived reads the chunks of an upload, one in memory at a time, each in a statement of its own: between two of them
// it holds no connection.
type arrived struct {
	ctx    context.Context //nolint:containedctx // io.Reader has no room for it; it lives as long as one check
	store  *store.Store
	upload models.Upload

	next  int
	chunk []byte
	// bytes hashes the digests of the chunks that were read; see [store.Bytes].
	bytes hash.Hash
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
	chunk, err := a.store.Chunk(a.ctx, a.upload.ID, n)
	switch {
	case err != nil:
		return nil, err
	case len(chunk) != a.upload.ChunkLength(n):
		return nil, models.Refuse(models.CodeUploadIncomplete, "", "chunk %d has not arrived", n).
			Accepting("every chunk that the upload lists under `missing`")
	}
	sum := sha256.Sum256(chunk)
	a.bytes.Write(sum[:])
	return chunk, nil
}
