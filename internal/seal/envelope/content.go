package envelope

import (
	"bufio"
	"errors"
	"io"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/models"
)

// Open reads an envelope with the identity that was recovered for its header, and writes its content to w. Where the
// identity does not open it, the refusal is [models.CodeUnreadable]; what was written until then is worthless. An error
// of reading is a [*FailedReadError].
func Open(w io.Writer, r io.Reader, identities map[string]*age.X25519Identity) error {
	source := &failing{from: r}
	err := open(w, source, identities)
	if source.err != nil {
		return &FailedReadError{source.err}
	}
	return err
}

func open(w io.Writer, r io.Reader, identities map[string]*age.X25519Identity) error {
	in := bufio.NewReaderSize(r, MostHeader)
	line, err := readLine(in)
	if errors.Is(err, io.EOF) {
		err = tooLong()
	}
	if err != nil {
		return err
	}
	identity, known := identities[digest(line)]
	if !known {
		return models.Refuse(models.CodeEnvelopeElsewhere, "", "the envelope is none of those that were opened").
			Accepting("an envelope whose header was released")
	}
	content, err := age.Decrypt(in, identity)
	if err != nil {
		return unreadable(err)
	}
	source := &failing{from: content}
	if _, err = io.Copy(w, source); source.err != nil {
		return unreadable(source.err)
	}
	return err
}

func unreadable(cause error) *models.Refusal {
	return models.Refuse(models.CodeUnreadable, "", "the secret of the envelope does not open its content: %v", cause)
}

// failing tells errors of reading from those of writing.
type failing struct {
	from io.Reader
	err  error
}

// Read keeps the error of reading.
func (f *failing) Read(p []byte) (int, error) {
	n, err := f.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}
