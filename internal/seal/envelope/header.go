package envelope

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// MostHeader is how long a header is at most, with its newline.
const MostHeader = 64 << 10

// headerText is the header as it is written: one line of canonical JSON.
type headerText struct {
	Context Context `json:"context"`
	pvss.Sharing
}

// A Header is the first line of an envelope, read and checked: every share in it is right, in its context.
type Header struct {
	text headerText
	line string
	sum  [sha256.Size]byte
}

// Context is what the envelope belongs to.
func (h Header) Context() Context { return h.text.Context }

// Digest is the SHA-256 of the header, in hexadecimal, by which releases call the envelope.
func (h Header) Digest() string { return hex.EncodeToString(h.sum[:]) }

// Line is the header as it is written, without its newline.
func (h Header) Line() string { return h.line }

// KnownHeader reads a header that [ParseHeader] has taken before, as its digest shows, without checking the proofs of
// its shares again.
func KnownHeader(line, digest string) (Header, error) {
	h := Header{line: line, sum: sha256.Sum256([]byte(line))}
	if h.Digest() != digest {
		return h, models.Refuse(models.CodeNotSealed, "", "the header is another one than was checked")
	}
	return h, read([]byte(line), &h.text, models.CodeNotSealed, "the header of the envelope")
}

// ParseHeader reads a header without its newline, and checks it without any key: its form, its context and the proof
// of every share. It refuses a malformed one with [models.CodeNotSealed], one with a share that is not what its
// opener needs with [models.CodeShareWrong].
func ParseHeader(line []byte) (Header, error) {
	if len(line) >= MostHeader {
		return Header{}, tooLong()
	}
	h := Header{line: string(line), sum: sha256.Sum256(line)}
	if err := checkFormat(line); err != nil {
		return Header{}, err
	}
	if err := read(line, &h.text, models.CodeNotSealed, "the header of the envelope"); err != nil {
		return Header{}, err
	}
	c := h.text.Context
	if err := c.check(); err != nil {
		return Header{}, err
	}
	tag, err := tagOf(c)
	if err != nil {
		return Header{}, err
	}
	if i, right := h.text.Check(c.keys(), c.Threshold, tag); !right {
		return Header{}, models.Refuse(models.CodeShareWrong, "/shares",
			"the share for %s is not the one that opens this envelope in its place", c.Openers[i].Person).
			Accepting("an envelope as ppi seal or the sealing page made it, in the place for which it was sealed")
	}
	return h, nil
}

// checkFormat tells of a later version before anything else about it is judged.
func checkFormat(line []byte) error {
	var start struct {
		Context struct {
			Format string `json:"format"`
		} `json:"context"`
	}
	if unmarshal(line, &start) != nil {
		return malformed(models.CodeNotSealed, "the envelope", "does not begin with a header")
	}
	if start.Context.Format != formatEnvelope {
		return models.Refuse(models.CodeNotSealed, "/context/format", "%.80q is not known here", start.Context.Format).
			Accepting("%s", formatEnvelope)
	}
	return nil
}

func tooLong() *models.Refusal {
	return malformed(models.CodeNotSealed, "the envelope",
		"does not begin with a header of at most %d bytes", MostHeader)
}

// A FailedReadError is that a file could not be read; nothing is said about the file.
type FailedReadError struct{ Cause error }

func (e *FailedReadError) Error() string { return "read envelope: " + e.Cause.Error() }

// Unwrap gives the cause.
func (e *FailedReadError) Unwrap() error { return e.Cause }

// readLine reads up to a newline. It returns io.EOF when there is nothing.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case err == nil:
		return bytes.Clone(line[:len(line)-1]), nil
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, tooLong()
	case errors.Is(err, io.EOF) && len(line) == 0:
		return nil, io.EOF
	case errors.Is(err, io.EOF):
		return nil, tooLong()
	}
	return nil, &FailedReadError{err}
}

// ReadHeaders reads headers, one a line. It stops where content follows, so that it also reads a whole envelope.
func ReadHeaders(r io.Reader) ([]Header, error) {
	in := bufio.NewReaderSize(r, MostHeader)
	var all []Header
	for {
		if start, _ := in.Peek(len(ageIntro)); string(start) == ageIntro && len(all) == 1 {
			return all, nil
		}
		line, err := readLine(in)
		if errors.Is(err, io.EOF) && len(all) > 0 {
			return all, nil
		}
		if errors.Is(err, io.EOF) {
			return nil, tooLong()
		}
		if err != nil {
			return nil, err
		}
		h, err := ParseHeader(line)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
}
