package acts

import (
	"context"
	"crypto/sha256"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// A NewUpload announces a file by size and digest, before its bytes come.
type NewUpload struct {
	Purpose             models.Purpose
	Filename, MediaType string
	// Size is in bytes, Digest the SHA-256 in hexadecimal.
	Size   int64
	Digest string
}

// AnnounceUpload registers a file that is to be uploaded.
func (a *Acts) AnnounceUpload(ctx context.Context, by By, in NewUpload) (Done[models.Upload], error) {
	limits := a.Limits.orDefaults()
	if err := in.check(by, limits); err != nil {
		return Done[models.Upload]{}, err
	}
	return once(ctx, a, by, func(d *deed) (models.Upload, error) {
		u := models.Upload{
			ProcurementID: d.procurement(), OrganisationID: d.Actor.OrganisationID, PersonID: d.Actor.PersonID,
			Purpose: in.Purpose, Filename: models.CleanFilename(in.Filename),
			MediaType: models.SafeMediaType(in.MediaType), Size: in.Size, Digest: in.Digest,
		}
		if err := d.roomForUpload(u, limits); err != nil {
			return u, err
		}
		err := d.tx.CreateUpload(&u)
		return u, err
	})
}

func (in NewUpload) check(by By, limits Limits) error {
	switch {
	case by.Seat == nil:
		return models.NoSuchResource()
	case in.Size > limits.Upload:
		return models.Refuse(models.CodeUploadTooLarge, "/size", "the file has %d bytes", in.Size).
			Accepting("at most %d bytes", limits.Upload)
	case !in.Purpose.OpenTo(by.Actor):
		return models.Refuse(models.CodeForbidden, "/purpose",
			"none of your roles may upload for the purpose %s", in.Purpose).
			Accepting("envelope as a supplier, document on the buyers' side")
	}
	return nil
}

// roomForUpload bounds the uploads that one person can leave unfinished, the envelopes that one supplier can store, and
// the bytes of one organisation. It locks the person, so that uploads announced at once are counted one after the
// other; colleagues who announce at the same time may exceed the bounds of their organisation by what they announce.
func (d *deed) roomForUpload(u models.Upload, limits Limits) error {
	if _, err := d.tx.LockPerson(u.PersonID); err != nil {
		return err
	}
	kept, err := d.tx.UploadsOf(u.ProcurementID, u.OrganisationID)
	switch {
	case err != nil:
		return err
	case u.Purpose == models.PurposeEnvelope && kept.Envelopes >= limits.Envelopes:
		return models.Refuse(models.CodeUploadLimit, "",
			"your organisation has uploaded %d envelopes for this procurement", kept.Envelopes).
			Accepting("at most %d envelopes per supplier; complete ones can be handed in again", limits.Envelopes)
	case kept.Bytes > limits.Stored-u.Size:
		return models.Refuse(models.CodeUploadLimit, "/size",
			"your organisation has uploaded %d bytes for this procurement", kept.Bytes).
			Accepting("at most %d bytes per organisation; files that are complete can be used again", limits.Stored)
	}
	open, err := d.tx.OpenUploads(u.PersonID)
	if err == nil && open >= limits.OpenUploads {
		return models.Refuse(models.CodeUploadLimit, "", "you have %d uploads that are not complete", open).
			Accepting("completing one first; the engine removes those that stay incomplete")
	}
	return err
}

// myUpload reads an upload of the actor's organisation, before any lock is taken. Nobody else knows of it.
func (a *Acts) myUpload(ctx context.Context, by By, id models.ID) (models.Upload, error) {
	if by.Seat == nil {
		return models.Upload{}, models.NoSuchResource()
	}
	u, err := a.Store.Upload(ctx, by.Seat.Procurement.ID, id)
	if err == nil && !u.BelongsTo(by.Actor) {
		return models.Upload{}, models.NoSuchResource()
	}
	return u, err
}

// PutChunk writes chunk n of an upload, again if need be, and returns its SHA-256. The first chunk of an envelope is
// checked before it is written, so that the platform never stores a tender that is not sealed.
func (a *Acts) PutChunk(ctx context.Context, by By, id models.ID, n int, content []byte) ([sha256.Size]byte, error) {
	var none [sha256.Size]byte
	u, err := a.myUpload(ctx, by, id)
	if err != nil {
		return none, err
	}
	switch want := u.ChunkLength(n); {
	case want == 0:
		return none, models.Refuse(models.CodeInvalidValue, "n", "the upload has no chunk %d", n).
			Accepting("0 to %d", u.Chunks()-1)
	case want != len(content):
		return none, models.Refuse(models.CodeInvalidValue, "", "chunk %d has %d bytes", n, len(content)).
			Accepting("%d bytes", want)
	}
	if u.Purpose == models.PurposeEnvelope && n == 0 {
		if err := envelope.CheckBeginning(content); err != nil {
			return none, err
		}
	}
	sum := sha256.Sum256(content)
	if err := a.Store.PutChunk(ctx, u.ID, n, content, sum); err != nil {
		return none, err
	}
	return sum, nil
}
