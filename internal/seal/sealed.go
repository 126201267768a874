// Package seal proves what happened to a sealed tender: that an envelope is an age file, and, by a signed
// receipt, when it came in. It never holds a key that opens one.
package seal

import (
	"bufio"
	"bytes"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/ppi-engine/ppi/models"
)

// An age file's payload has at least a nonce and the tag of one empty chunk.
const shortestPayload = 16 + 16

// CheckSealed looks at the beginning of an envelope, or at all of it, and refuses with
// [models.CodeNotSealed] what is no age file (age-encryption.org/v1), binary or armored. It cannot tell
// for whom an envelope is sealed: an age header names no recipient.
func CheckSealed(beginning []byte) error {
	start := bufio.NewReader(bytes.NewReader(beginning))
	if bytes.HasPrefix(beginning, []byte(armor.Header)) {
		start = bufio.NewReader(armor.NewReader(bytes.NewReader(beginning)))
	}
	if _, err := age.ExtractHeader(start); err != nil {
		return notSealed("the envelope does not begin with the header of an age file")
	}
	// ExtractHeader reads through the reader it is given, since that is buffered: the payload is next.
	if _, err := io.ReadFull(start, make([]byte, shortestPayload)); err != nil {
		return notSealed("the envelope has the header of an age file, but nothing sealed after it")
	}
	return nil
}

func notSealed(detail string) *models.Refusal {
	return models.Refuse(models.CodeNotSealed, "", "%s", detail).
		Accepting("an age file (age-encryption.org/v1), binary or armored, made for the procurement's opening key")
}
