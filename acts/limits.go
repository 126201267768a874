package acts

import (
	"cmp"
	"errors"
)

// Limits bound what a person or an organisation may store and have checked. Zero values take the defaults.
type Limits struct {
	// Upload is the size of the largest file in bytes; the default is 2 GiB. OpenUploads is how many incomplete uploads
	// a person may have; the default is 20.
	Upload, OpenUploads int64
	// Envelopes is how many envelopes a supplier may upload for one procurement, with those of replaced tenders; the
	// default is 5000.
	Envelopes int64
	// Stored is how many bytes one organisation may have uploaded or announced for one procurement; the default is 64
	// GiB.
	Stored int64
	// Responses is how many responses an economic operator may give to one market consultation; the default is 100.
	Responses int64
	// Checks is how many uploads this process checks at once, ChecksOfOne how many of one organisation; the others
	// wait. The defaults are 4 and 2.
	Checks, ChecksOfOne int64
	// FailedChecks is how many checks of one upload may fail; the default is 5.
	FailedChecks int64
}

const (
	defaultUpload      = 2 << 30
	defaultOpenUploads = 20
	defaultEnvelopes   = 5000
	defaultStored      = 64 << 30
	defaultResponses   = 100
	defaultChecks      = 4
	defaultChecksOfOne = 2
	defaultFailed      = 5
)

// Check reports negative limits. It is for those who build [Acts] with limits of their own.
func (l Limits) Check() error {
	if min(l.Upload, l.OpenUploads, l.Envelopes, l.Stored, l.Responses, l.Checks, l.ChecksOfOne, l.FailedChecks) < 0 {
		return errors.New("acts need limits that are not negative")
	}
	return nil
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Upload: cmp.Or(l.Upload, defaultUpload), OpenUploads: cmp.Or(l.OpenUploads, defaultOpenUploads),
		Envelopes: cmp.Or(l.Envelopes, defaultEnvelopes), Stored: cmp.Or(l.Stored, defaultStored),
		Responses: cmp.Or(l.Responses, defaultResponses),
		Checks:    cmp.Or(l.Checks, defaultChecks), ChecksOfOne: cmp.Or(l.ChecksOfOne, defaultChecksOfOne),
		FailedChecks: cmp.Or(l.FailedChecks, defaultFailed),
	}
}
