package keyring

import (
	"fmt"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A MismatchError says which keys are not those that the record was made with. Nothing was started or changed.
type MismatchError struct{ Faults []Fault }

// A Fault is a key that is missing or another one.
type Fault struct {
	Use models.KeyUse
	// Known is the fingerprint that the record knows, in use since then; empty: the record only has what the key made.
	Known string
	Since time.Time
	// Found are the variables and files that hold other keys; none: there is no key. Looked is where a key is looked
	// for.
	Found  []string
	Looked string
}

var purposes = map[models.KeyUse]string{
	models.KeyMaster:     "encrypts the secrets of webhook endpoints",
	models.KeyCheckpoint: "signs checkpoints and exports",
	models.KeyReceipt:    "signs receipts of tenders",
}

func (e *MismatchError) Error() string {
	var b strings.Builder
	b.WriteString("the keys here are not those of the record, so nothing was started:\n")
	for _, f := range e.Faults {
		b.WriteString("  - " + f.text() + "\n")
	}
	b.WriteString("Put the keys of the installation back, from its backup: the file, or the variable.\n" +
		"Only if a key is gone for good: stop every ppi serve and ppi worker, then")
	for _, f := range e.Faults {
		fmt.Fprintf(&b, "\n  ppi key lost %-10s  (%s)", f.Use, consequences[f.Use])
	}
	return b.String()
}

var consequences = map[models.KeyUse]string{
	models.KeyMaster:     "every webhook endpoint then needs a new secret from its owner",
	models.KeyCheckpoint: "a new key signs from then on; the old public key stays listed",
	models.KeyReceipt:    "a new key signs from then on; the old public key stays listed",
}

func (f Fault) text() string {
	text := fmt.Sprintf("the %s key, which %s: ", f.Use, purposes[f.Use])
	if f.Known == "" {
		text += "the record has what another key made"
	} else {
		text += fmt.Sprintf("the record has used the key %s since %s", short(f.Known),
			f.Since.UTC().Format(time.DateOnly))
	}
	if len(f.Found) == 0 {
		return text + ", and there is none " + f.Looked
	}
	return text + ", but another key is in " + strings.Join(f.Found, " and in ")
}
