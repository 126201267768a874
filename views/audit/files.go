package audit

import (
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Files say how much was compared of what is stored.
type Files struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
	// Unfinished tells that comparing failed before all files were compared.
	Unfinished bool `json:"unfinished,omitempty"`
}

// filesAtOnce is how many files are listed at once.
const filesAtOnce = 500

// CompareFiles hashes the stored bytes of all files to which the record refers, and compares them with what events have
// committed to: documents by their versions, envelopes by the receipts of tenders. It tells after each file how much it
// has compared. A file is complete before the record refers to it, and never changes: so no unchanging view is held for
// the hours that this may take. A file that the database cannot read is a difference, and the others are compared.
func (r *Report) CompareFiles(ctx context.Context, record *store.Store, progress func(Files)) error {
	r.Files = &Files{Unfinished: true}
	var last store.StoredFile
	for {
		files, err := record.StoredFiles(ctx, last, filesAtOnce)
		if err != nil {
			return fmt.Errorf("compare files: %w", err)
		}
		if len(files) == 0 {
			r.Files.Unfinished = false
			return nil
		}
		for _, f := range files {
			digest, size, err := record.DigestOf(ctx, f.UploadID)
			if err != nil && !store.Unreadable(err) {
				return fmt.Errorf("compare files: %w", err)
			}
			r.Files.Files++
			r.Files.Bytes += size
			progress(*r.Files)
			if err != nil || digest != f.Digest {
				r.differs(f, digest, err)
			}
		}
		last = files[len(files)-1]
	}
}

// noBytes is the SHA-256 of nothing.
var noBytes = models.Digest(nil)

func (r *Report) differs(f store.StoredFile, digest string, unreadable error) {
	d := Difference{
		ProcurementID: f.ProcurementID, Table: "upload_chunks", Key: string(f.UploadID), Column: "content",
		Told: f.Digest, Found: digest, Detail: "the stored bytes of " + f.Part + " differ from what was committed to",
	}
	switch {
	case unreadable != nil:
		d.Detail = "the bytes of " + f.Part + " cannot be read: " + unreadable.Error()
	case digest == noBytes:
		d.Found, d.Detail = "", "the bytes of "+f.Part+" are not there"
	}
	r.found(d)
}
