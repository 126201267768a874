package acts

import (
	"cmp"
	"errors"
)

// Limits bound what a person or an organisation may have kept. Zero values take the defaults.
type Limits struct {
	// Upload is the largest file in bytes; 2 GiB. OpenUploads is how many a person may have begun; 20.
	Upload, OpenUploads int64
	// Envelopes is how many a supplier uploads for one procurement, those of replaced tenders too; 5000.
	Envelopes int64
	// Responses is how many an economic operator gives to one market consultation; 100.
	Responses int64
}

const (
	defaultUpload      = 2 << 30
	defaultOpenUploads = 20
	defaultEnvelopes   = 5000
	defaultResponses   = 100
)

// Check reports limits that nothing could keep. Whoever builds acts with limits of their own checks them then.
func (l Limits) Check() error {
	if min(l.Upload, l.OpenUploads, l.Envelopes, l.Responses) < 0 {
		return errors.New("acts need limits that are not negative")
	}
	return nil
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Upload: cmp.Or(l.Upload, defaultUpload), OpenUploads: cmp.Or(l.OpenUploads, defaultOpenUploads),
		Envelopes: cmp.Or(l.Envelopes, defaultEnvelopes), Responses: cmp.Or(l.Responses, defaultResponses),
	}
}
