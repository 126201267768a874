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
}

// filesAtOnce is how many files are listed at once.
const filesAtOnce = 500

// CompareFiles hashes the stored bytes of all files to which the record refers, and compares them with what events have
// committed to: documents by their versions, envelopes by the receipts of tenders. It tells after each file how much it
// has compared. A file is complete before the record refers to it, and never changes: so no unchanging view is held for
// the hours that this may take.
func (r *Report) CompareFiles(ctx context.Context, record *store.Store, progress func(Files)) error {
	r.Files = &Files{}
	var last store.StoredFile
	for {
		files, err := record.StoredFiles(ctx, last, filesAtOnce)
		if err != nil {
			return fmt.Errorf("compare files: %w", err)
		}
		var of models.ID
		var digest string
		for _, f := range files {
			if f.UploadID != of {
				var size int64
				if digest, size, err = record.DigestOf(ctx, f.UploadID); err != nil {
					return fmt.Errorf("compare files: %w", err)
				}
				of = f.UploadID
				r.Files.Files++
				r.Files.Bytes += size
				progress(*r.Files)
			}
			if digest != f.Digest {
				r.differs(f, digest)
			}
		}
		if len(files) < filesAtOnce {
			return nil
		}
		last = files[len(files)-1]
	}
}

// noBytes is the SHA-256 of nothing.
var noBytes = models.Digest(nil)

func (r *Report) differs(f store.StoredFile, digest string) {
	d := Difference{
		ProcurementID: f.ProcurementID, Table: "upload_chunks", Key: string(f.UploadID), Column: "content",
		Told: f.Digest, Found: digest, Detail: "the stored bytes of " + f.Part + " differ from what was committed to",
	}
	if digest == noBytes {
		d.Found, d.Detail = "", "the bytes of "+f.Part+" are not there"
	}
	r.All++
	if len(r.Differences) < mostDifferences {
		r.Differences = append(r.Differences, d)
	}
}
