package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// chunkTimeout is how long one chunk may take to arrive: 1 MiB over a line of 150 kbit/s.
const chunkTimeout = time.Minute

// completeWithin is how long the check of the largest file may take, which goes on only as long as the database
// answers.
const completeWithin = 10 * time.Minute

// UploadView shows an upload to its owner.
type UploadView struct {
	ID            models.ID      `json:"id"`
	ProcurementID models.ID      `json:"procurement_id"`
	Purpose       models.Purpose `json:"purpose"`
	Filename      string         `json:"filename" doc:"The name given, without unsafe characters"`
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

func (v UploadView) Self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/uploads/" + string(v.ID)
}

func (v UploadView) AtVersion() int64 { return v.Version }

// showWhole shows an upload that has none of its chunks yet, or all of them.
func showWhole(u models.Upload) UploadView { return showUpload(views.Upload{Upload: u}) }

// showUpload shows an upload with the chunks of it that have not arrived.
func showUpload(u views.Upload) UploadView {
	v := UploadView{
		ID: u.ID, ProcurementID: u.ProcurementID, Purpose: u.Purpose, Filename: u.Filename, MediaType: u.MediaType,
		Size:   u.Size,
		SHA256: u.Digest, ChunkSize: models.ChunkSize, Chunks: u.Chunks(), Missing: []ChunkRange{},
		CreatedAt: utc(u.CreatedAt), CompletedAt: utcOrNil(u.CompletedAt), Version: int64(len(u.There)) + 1,
	}
	if u.Complete() {
		v.Version = int64(v.Chunks) + 2
		return v
	}
	next := 0
	for _, n := range append(u.There, v.Chunks) {
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
		Size      int64  `json:"size" minimum:"1" doc:"Bytes"`
		SHA256    string `json:"sha256" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the file, in hexadecimal"`
		MediaType string `json:"media_type,omitempty" maxLength:"200" doc:"Replaced if browsers may run it"`
		Filename  string `json:"filename" minLength:"1" maxLength:"1000"`

		Purpose models.Purpose `json:"purpose"`
	}
}

func (s *server) createUpload(ctx context.Context, in *newUpload) (*rest.Answer[UploadView], error) {
	b := in.Body
	done, err := s.acts.AnnounceUpload(ctx, rest.By(ctx), acts.NewUpload{
		Purpose: b.Purpose, Filename: b.Filename, MediaType: b.MediaType, Size: b.Size, Digest: b.SHA256,
	})
	return rest.Created(ctx, done, err, showWhole)
}

// UploadPath names an upload.
type UploadPath struct {
	ProcurementPath

	Upload string `path:"upload" doc:"ID of the upload"`
}

func (in UploadPath) id() (models.ID, error) { return pathID(models.PrefixUpload, "upload", in.Upload) }

func (s *server) getUpload(ctx context.Context, in *UploadPath) (*rest.Answer[UploadView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	u, err := s.views.Upload(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, u, err, showUpload)
}

func (s *server) completeUpload(ctx context.Context, in *UploadPath) (*rest.Answer[UploadView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.CompleteUpload(ctx, rest.By(ctx), id)
	return rest.Created(ctx, done, err, showWhole)
}

type chunkInput struct {
	UploadPath

	N int `path:"n" minimum:"0" doc:"Number of the chunk, from 0"`
}

// StoredChunk confirms a chunk.
type StoredChunk struct {
	Digest string `header:"Repr-Digest" doc:"SHA-256 of the chunk as it arrived (RFC 9530)"`
}

func (s *server) putChunk(ctx context.Context, in *chunkInput) (*StoredChunk, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	sum, err := s.acts.PutChunk(ctx, rest.By(ctx), id, in.N, rest.Bytes(ctx))
	if err != nil {
		return nil, err
	}
	return &StoredChunk{Digest: reprDigest(sum)}, nil
}

// reprDigest renders a SHA-256 as the value of Repr-Digest (RFC 9530 §3).
func reprDigest(sum [sha256.Size]byte) string {
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// fileTag is the strong validator of a file: its digest.
func fileTag(digest string) string { return strconv.Quote(digest) }
