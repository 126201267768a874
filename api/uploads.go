package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// chunkTimeout is how long one chunk may take to arrive: 1 MiB over a line of 150 kbit/s.
const chunkTimeout = time.Minute

func (s *server) uploadOperations() []operation {
	const all, one = "/v1/procurements/{procurement}/uploads", "/v1/procurements/{procurement}/uploads/{upload}"
	uploaders := roles(append(documentWriters(), models.RoleSupplier)...)
	return []operation{
		op(POST, all, uploaders, "Announce a file by size and digest", s.createUpload),
		op(GET, one, uploaders, "Read how far an upload of mine is", s.getUpload),
		op(PUT, one+"/chunks/{n}", uploaders, "Send one chunk, again if need be, in any order", s.putChunk,
			takesBytes(models.ChunkSize, chunkTimeout), unconditional(), answers(noContent)),
		op(POST, one+"/actions/complete", uploaders, "Have the bytes checked and kept for good", s.completeUpload, answers(http.StatusOK)),
		op(GET, one+"/content", uploaders, "Read back the file of a complete upload of mine", s.getUploadContent, givesBytes()),
	}
}

// documentWriters are the roles that write documents for the buyers.
func documentWriters() []models.Role {
	return []models.Role{
		models.RoleLeadProcurer, models.RoleBuyer, models.RoleBoard, models.RoleDrafter, models.RoleOpener, models.RoleEvaluator,
		models.RoleChair, models.RoleAwarder, models.RoleLegal,
	}
}

// UploadView shows an upload to its owner.
type UploadView struct {
	ID            models.ID      `json:"id"`
	ProcurementID models.ID      `json:"procurement_id"`
	Purpose       models.Purpose `json:"purpose" enum:"document,envelope"`
	Filename      string         `json:"filename" doc:"As it is shown and saved: the name given, without what is unsafe"`
	MediaType     string         `json:"media_type"`
	Size          int64          `json:"size" doc:"Bytes"`
	SHA256        string         `json:"sha256" doc:"In hexadecimal"`
	ChunkSize     int            `json:"chunk_size" doc:"Bytes of every chunk but the last"`
	Chunks        int            `json:"chunks" doc:"How many there are; they are numbered from 0"`
	Missing       []ChunkRange   `json:"missing" doc:"Chunks that have not arrived"`
	CreatedAt     time.Time      `json:"created_at" doc:"Real time"`
	CompletedAt   *time.Time     `json:"completed_at,omitempty" doc:"Real time; absent until complete"`
	Version       int64          `json:"version"`
}

// A ChunkRange is a run of chunks, both ends included.
type ChunkRange struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

func (v UploadView) self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/uploads/" + string(v.ID)
}

func (v UploadView) version() int64 { return v.Version }

// showUpload shows an upload of which the given chunks are there, in order.
func showUpload(u models.Upload, there []int) UploadView {
	v := UploadView{
		ID: u.ID, ProcurementID: u.ProcurementID, Purpose: u.Purpose, Filename: u.Filename, MediaType: u.MediaType, Size: u.Size,
		SHA256: u.Digest, ChunkSize: models.ChunkSize, Chunks: u.Chunks(), Missing: []ChunkRange{},
		CreatedAt: utc(u.CreatedAt), CompletedAt: utcOrNil(u.CompletedAt), Version: int64(len(there)) + 1,
	}
	if u.Complete() {
		v.Version = int64(v.Chunks) + 2
		return v
	}
	next := 0
	for _, n := range append(there, v.Chunks) {
		if n > next {
			v.Missing = append(v.Missing, ChunkRange{First: next, Last: n - 1})
		}
		next = n + 1
	}
	return v
}

type newUpload struct {
	ProcurementPath

	Body struct {
		Size      int64          `json:"size" minimum:"1" doc:"Bytes"`
		SHA256    string         `json:"sha256" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the file, in hexadecimal"`
		MediaType string         `json:"media_type,omitempty" maxLength:"200" doc:"One that browsers may run is replaced by application/octet-stream"`
		Filename  string         `json:"filename" minLength:"1" maxLength:"1000"`
		Purpose   models.Purpose `json:"purpose" enum:"document,envelope" doc:"Envelopes are suppliers': sealed before they come, read by nobody else before the box is closed"`
	}
}

func (s *server) createUpload(ctx context.Context, in *newUpload) (*Answer[UploadView], error) {
	b, call := in.Body, callOf(ctx)
	if b.Size > s.limits.Upload {
		return nil, models.Refuse(models.CodeUploadTooLarge, "/size", "the file has %d bytes", b.Size).Accepting("at most %d bytes", s.limits.Upload)
	}
	if !mayUploadFor(b.Purpose, call.actor) {
		return nil, models.Refuse(models.CodeForbidden, "/purpose", "none of your roles uploads for the purpose %s", b.Purpose).
			Accepting("envelope as a supplier, document on the buyers' side")
	}
	return create(ctx, s, func(tx *store.Tx) (UploadView, error) {
		u := models.Upload{
			ProcurementID: call.procurement(), OrganisationID: call.actor.OrganisationID, PersonID: call.actor.PersonID, Purpose: b.Purpose,
			Filename: models.CleanFilename(b.Filename), MediaType: models.SafeMediaType(b.MediaType), Size: b.Size, Digest: b.SHA256,
		}
		if err := s.mayOpenUpload(tx, u); err != nil {
			return UploadView{}, err
		}
		if err := tx.CreateUpload(&u); err != nil {
			return UploadView{}, err
		}
		return showUpload(u, nil), nil
	})
}

func mayUploadFor(p models.Purpose, actor models.Actor) bool {
	if p == models.PurposeEnvelope {
		return actor.HasAny(models.RoleSupplier)
	}
	return actor.HasAny(documentWriters()...)
}

// mayOpenUpload bounds what one person can leave unfinished, one by one, so that the bound holds; and what a
// supplier can have kept.
func (s *server) mayOpenUpload(tx *store.Tx, u models.Upload) error {
	if _, err := tx.LockPerson(u.PersonID); err != nil {
		return err
	}
	if u.Purpose == models.PurposeEnvelope {
		kept, err := tx.EnvelopesOf(u.ProcurementID, u.OrganisationID)
		if err != nil {
			return err
		}
		if kept >= s.limits.Envelopes {
			return models.Refuse(models.CodeUploadLimit, "", "your organisation has uploaded %d envelopes for this procurement", kept).
				Accepting("%d of one supplier; complete uploads can be handed in as they are", s.limits.Envelopes)
		}
	}
	open, err := tx.OpenUploads(u.PersonID)
	if err == nil && open >= s.limits.OpenUploads {
		return models.Refuse(models.CodeUploadLimit, "", "you have %d uploads that are not complete", open).
			Accepting("completing one first; abandoned ones are removed by themselves")
	}
	return err
}

// UploadPath names an upload.
type UploadPath struct {
	ProcurementPath

	Upload string `path:"upload" doc:"ID of the upload"`
}

// uploadOf reads an upload of the path if it is the caller's organisation's: nobody else knows of it.
func (s *server) uploadOf(ctx context.Context, in UploadPath) (models.Upload, error) {
	id, err := pathID(models.PrefixUpload, "upload", in.Upload)
	if err != nil {
		return models.Upload{}, err
	}
	call := callOf(ctx)
	u, err := s.store.Upload(ctx, call.procurement(), id)
	if err == nil && !owns(call.actor, u) {
		return u, noResource()
	}
	return u, err
}

func owns(actor models.Actor, u models.Upload) bool {
	return u.OrganisationID == actor.OrganisationID && mayUploadFor(u.Purpose, actor)
}

func (s *server) getUpload(ctx context.Context, in *UploadPath) (*Answer[UploadView], error) {
	u, err := s.uploadOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	there, err := s.store.ChunksOf(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	return show(ctx, showUpload(u, there)), nil
}

type chunkInput struct {
	UploadPath

	N int `path:"n" minimum:"0" doc:"Number of the chunk, from 0"`
}

// StoredChunk confirms a chunk.
type StoredChunk struct {
	Digest string `header:"Repr-Digest" doc:"SHA-256 of the chunk as it arrived (RFC 9530)"`
}

// putChunk writes one chunk. The first of an envelope is looked at before it is written, so that the
// platform never holds a tender that is not sealed.
func (s *server) putChunk(ctx context.Context, in *chunkInput) (*StoredChunk, error) {
	u, err := s.uploadOf(ctx, in.UploadPath)
	if err != nil {
		return nil, err
	}
	content := callOf(ctx).bytes
	switch want := u.ChunkLength(in.N); {
	case want == 0:
		return nil, models.Refuse(models.CodeInvalidValue, "n", "the upload has no chunk %d", in.N).Accepting("0 to %d", u.Chunks()-1)
	case want != len(content):
		return nil, models.Refuse(models.CodeInvalidValue, "", "chunk %d has %d bytes", in.N, len(content)).Accepting("%d bytes", want)
	}
	if u.Purpose == models.PurposeEnvelope && in.N == 0 {
		if err := seal.CheckBeginning(content); err != nil {
			return nil, err
		}
	}
	if err := s.store.PutChunk(ctx, u.ID, in.N, content); err != nil {
		return nil, err
	}
	return &StoredChunk{Digest: reprDigest(sha256.Sum256(content))}, nil
}

// reprDigest renders a SHA-256 as the value of Repr-Digest (RFC 9530 §3).
func reprDigest(sum [sha256.Size]byte) string {
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// fileTag is the strong validator of a file: its digest.
func fileTag(digest string) string { return strconv.Quote(digest) }
