package acts

import "cmp"

// Limits bound what a person or an organisation may have kept. Zero values take the defaults.
type Limits struct {
	// Upload is the largest file in bytes; 2 GiB. OpenUploads is how many a person may have begun; 20.
	Upload, OpenUploads int64
	// Envelopes is how many a supplier uploads for one procurement, those of replaced tenders too; 5000.
	Envelopes int64
}

const (
	defaultUpload      = 2 << 30
	defaultOpenUploads = 20
	defaultEnvelopes   = 5000
)

func (l Limits) orDefaults() Limits {
	return Limits{
		Upload: cmp.Or(l.Upload, defaultUpload), OpenUploads: cmp.Or(l.OpenUploads, defaultOpenUploads),
		Envelopes: cmp.Or(l.Envelopes, defaultEnvelopes),
	}
}
