package acts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/internal/opening"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// errAltered means that the stored bytes of an envelope are not those that were handed in.
var errAltered = errors.New("its bytes are not those that its receipt confirms")

// ReadEnvelopes opens the envelopes that enough openers have released and records what was in each: its digest, its
// size, and the price it names. Nothing of the contents is kept: whoever may read one has it opened anew. It calls
// progress before each. What was read before is not read again. An envelope whose bytes cannot be read holds up no
// other.
func (a *Acts) ReadEnvelopes(ctx context.Context, u store.Unread, progress func() error) error {
	turns, err := opening.Released(ctx, a.Store, u.ProcurementID, u.BoxID, u.Kind, u.Sitting)
	if err != nil {
		return err
	}
	var failed error
	for _, b := range turns {
		if !slices.ContainsFunc(b.Envelopes, func(e store.SealedEnvelope) bool { return !e.Read }) {
			continue
		}
		unread, err := a.readTurn(ctx, u, b, progress)
		if err != nil {
			return err
		}
		failed = errors.Join(failed, unread)
	}
	return failed
}

// readTurn reads the envelopes of one turn; unread tells of those that it could not.
func (a *Acts) readTurn(
	ctx context.Context, u store.Unread, b *opening.Box, progress func() error,
) (unread, err error) {
	identities, err := b.Identities()
	if err != nil {
		return nil, err
	}
	for _, e := range b.Envelopes {
		if e.Read {
			continue
		}
		if err := progress(); err != nil {
			return nil, err
		}
		found, err := a.readEnvelope(ctx, u.Kind, e, identities)
		if err == nil {
			err = a.keepFound(ctx, u.ProcurementID, found)
		}
		unread = errors.Join(unread, err)
	}
	return unread, nil
}

// readEnvelope opens one envelope and tells what was in it.
func (a *Acts) readEnvelope(
	ctx context.Context, kind models.EnvelopeKind, e store.SealedEnvelope, identities map[string]*age.X25519Identity,
) (models.Opening, error) {
	found := models.Opening{TenderID: e.TenderID, N: e.N}
	sum, start := sha256.New(), &beginning{most: envelope.MostPriceLine}
	sealed := &arrived{
		ctx: ctx, store: a.Store, upload: models.Upload{ID: e.UploadID, Size: e.Size}, bytes: sha256.New(),
	}
	whole := sha256.New()
	bytesOf := io.TeeReader(sealed, whole)
	err := envelope.Open(io.MultiWriter(sum, start), bytesOf, identities)
	refusal, refused := models.RefusalOf(err)
	if unreadable := refused && refusal.Code == models.CodeUnreadable; err != nil && !unreadable {
		return found, fmt.Errorf("open envelope %d of tender %s: %w", e.N, e.TenderID, errors.Join(err, sealed.err))
	}
	// Bytes that are not those of the receipt are our fault, and never the supplier's.
	if _, drained := io.Copy(io.Discard, bytesOf); drained != nil || hex.EncodeToString(whole.Sum(nil)) != e.Digest {
		return found, fmt.Errorf("envelope %d of tender %s: %w", e.N, e.TenderID, errors.Join(errAltered, drained))
	}
	if refused {
		return found, nil
	}
	found.Readable, found.PlaintextDigest, found.Size = true, hex.EncodeToString(sum.Sum(nil)), start.size
	if kind == models.EnvelopePrice {
		// What does not begin with a price has none: the tender is then excluded for it.
		if price, _, err := envelope.ReadPrice(bytes.NewReader(start.kept)); err == nil {
			found.Price = &price
		}
	}
	return found, nil
}

// A beginning keeps the first bytes of what is written to it, and counts all.
type beginning struct {
	most int
	kept []byte
	size int64
}

// Write never fails.
func (b *beginning) Write(p []byte) (int, error) {
	b.size += int64(len(p))
	b.kept = append(b.kept, p[:min(len(p), b.most-len(b.kept))]...)
	return len(p), nil
}

// keepFound records what was in an envelope. The engine found it: the event names nobody.
func (a *Acts) keepFound(ctx context.Context, procurement models.ID, o models.Opening) error {
	return a.Store.InTx(ctx, func(tx *store.Tx) error {
		p, err := tx.ShareProcurement(procurement)
		if err != nil {
			return err
		}
		clock, err := tx.Now()
		if err != nil {
			return err
		}
		o.RecordedAt = p.Now(clock)
		fresh, err := tx.KeepOpening(o)
		if err != nil || !fresh {
			return err
		}
		content, err := event.NewPart(o.Content())
		if err != nil {
			return err
		}
		_, err = tx.Append(event.Event{
			ProcurementID: procurement, At: o.RecordedAt, RecordedAt: clock, Payload: event.EnvelopeOpened{
				TenderID: o.TenderID, Envelope: o.N, Readable: o.Readable, Digest: o.PlaintextDigest, Content: content,
			},
		})
		return err
	})
}
