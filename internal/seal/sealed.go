// Package seal proves what happened to a sealed tender: that an envelope is an age file, and, by a signed receipt, when
// it came in. It never has a key that opens an envelope.
package seal

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/ppi-engine/ppi/models"
)

const (
	nonceSize = 16
	tagSize   = 16
	chunkSize = 64<<10 + tagSize
	// mostStanzas is how many recipients an envelope may have, because each costs a multiplication on the curve to
	// check.
	mostStanzas = 100
)

// CheckBeginning reads the first bytes of an envelope and refuses with [models.CodeNotSealed] what is not an age file
// (age-encryption.org/v1), binary or armored, that an X25519 key could open. It cannot tell for whom an envelope is
// sealed: an age header names no recipient.
func CheckBeginning(beginning []byte) error {
	_, err := payload(bytes.NewReader(beginning))
	return err
}

// CheckSealed reads a whole envelope. Beyond what [CheckBeginning] refuses, it refuses an envelope that was cut off or
// to which something was added, as far as that can be seen without a key. It returns the same refusal when reading
// fails, so the reader must keep its own error.
func CheckSealed(envelope io.Reader) error {
	sealed, err := payload(envelope)
	if err != nil {
		return err
	}
	rest, err := io.Copy(io.Discard, sealed)
	if err != nil {
		return notSealed("the armor of the envelope is cut off or damaged, or something follows its END line")
	}
	// Every chunk but the last is full, and a chunk that is only a tag exists only in an empty file.
	if last := (rest + tagSize) % chunkSize; last > 0 && last <= tagSize && rest > 0 {
		return notSealed("the envelope was cut off, or something was added to it")
	}
	return nil
}

// payload checks the header of an envelope, and that a nonce and the tag of a chunk follow; it returns the rest.
func payload(envelope io.Reader) (io.Reader, error) {
	start := bufio.NewReader(envelope)
	if begins, _ := start.Peek(len(armor.Header)); string(begins) == armor.Header {
		start = bufio.NewReader(armor.NewReader(start))
	}
	header, err := age.ExtractHeader(start)
	if err != nil {
		return nil, notSealed("the envelope does not begin with the header of an age file")
	}
	if err := checkStanzas(header); err != nil {
		return nil, err
	}
	// ExtractHeader reads directly from start, because start is buffered: so the payload is next.
	if _, err := io.CopyN(io.Discard, start, nonceSize+tagSize); err != nil {
		return nil, notSealed("the envelope has the header of an age file, but nothing sealed after it")
	}
	return start, nil
}

// checkStanzas has age itself read the recipients in a header, as an opener to whom the envelope is not addressed.
func checkStanzas(header []byte) error {
	anyone, err := age.GenerateX25519Identity()
	if err != nil {
		return err //nolint:wrapcheck // the system's randomness failed: nothing to add
	}
	w := &witness{anyone: anyone}
	_, err = age.DecryptHeader(header, w)
	switch {
	case slices.Contains(w.types, "scrypt"):
		return notSealed("the envelope is sealed with a passphrase; no opening key can open it")
	case len(w.types) > mostStanzas:
		return notSealed("the envelope is sealed for too many recipients")
	case !slices.Contains(w.types, "X25519"):
		return notSealed("the envelope is not sealed for an X25519 key, but all opening keys are X25519 keys")
	case !errors.Is(err, age.ErrIncorrectIdentity):
		return notSealed("a recipient in the header of the envelope is malformed")
	}
	return nil
}

// A witness records for which kinds of recipients a file is sealed.
type witness struct {
	anyone age.Identity
	types  []string
}

// Unwrap always fails: because the file is not addressed to this key, or because a stanza is malformed.
func (w *witness) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		w.types = append(w.types, s.Type)
	}
	if len(stanzas) > mostStanzas {
		return nil, age.ErrIncorrectIdentity
	}
	return w.anyone.Unwrap(stanzas) //nolint:wrapcheck // age tells its own errors apart
}

func notSealed(detail string) *models.Refusal {
	return models.Refuse(models.CodeNotSealed, "", "%s", detail).
		Accepting("a whole age file (age-encryption.org/v1), binary or armored, made for the procurement's opening key")
}
