package envelope

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/models"
)

const (
	ageIntro = "age-encryption.org/v1\n"
	// ageHeaderSize is the size of the header of an age file with one X25519 stanza: the line with the version, the
	// line with the stanza and its share, its body, the line with the authentication code. It is always the same, so
	// nothing more is ever read into memory to look for its end.
	ageHeaderSize = len(ageIntro) + len("-> X25519 ") + 44 + 44 + len("--- ") + 44
	nonceSize     = 16
	aeadSize      = 16
	chunkSize     = 64<<10 + aeadSize
)

// Check reads a whole envelope and checks all that can be checked without a key: the header ([ParseHeader]), and that
// a whole binary age file for one X25519 key follows, neither cut off nor longer. It cannot tell whether the secret of
// the header opens the content: that is found when the box is opened.
//
// An error of reading is a [*FailedReadError]; everything else is a refusal.
func Check(r io.Reader) (Header, error) {
	in := bufio.NewReaderSize(r, MostHeader)
	line, err := readLine(in)
	if errors.Is(err, io.EOF) {
		err = tooLong()
	}
	if err != nil {
		return Header{}, err
	}
	h, err := ParseHeader(line)
	if err != nil {
		return Header{}, err
	}
	return h, checkContent(in)
}

// checkContent checks the age file.
func checkContent(in io.Reader) error {
	start := make([]byte, ageHeaderSize+nonceSize)
	if _, err := io.ReadFull(in, start); err != nil {
		return unlessFailed(err, "no age file follows on the header of the envelope")
	}
	if err := checkAgeHeader(start[:ageHeaderSize]); err != nil {
		return err
	}
	payload, err := io.Copy(io.Discard, in)
	if err != nil {
		return &FailedReadError{err}
	}
	// Every chunk but the last is full, and a chunk that is only a tag exists only in an empty file.
	last := payload % int64(chunkSize)
	if payload < aeadSize || last > 0 && last < aeadSize || last == aeadSize && payload > int64(chunkSize) {
		return notAge("the envelope was cut off, or something was added to it")
	}
	return nil
}

func unlessFailed(err error, otherwise string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return notAge(otherwise)
	}
	return &FailedReadError{err}
}

func notAge(detail string) *models.Refusal {
	return models.Refuse(models.CodeNotSealed, "", "%s", detail).
		Accepting("after the header, a whole binary age file for exactly one X25519 key")
}

// checkAgeHeader has age itself read the header, as somebody to whom the file is not addressed.
func checkAgeHeader(header []byte) error {
	const detail = "the age file in the envelope is not for exactly one X25519 key, or its header is malformed"
	canonical, err := age.ExtractHeader(bytes.NewReader(header))
	if err != nil || !bytes.Equal(canonical, header) {
		return notAge(detail)
	}
	anyone, err := age.GenerateX25519Identity()
	if err != nil {
		return err //nolint:wrapcheck // the system's randomness failed: nothing to add
	}
	w := &witness{anyone: anyone}
	if _, err = age.DecryptHeader(header, w); !w.one || !errors.Is(err, age.ErrIncorrectIdentity) {
		return notAge(detail)
	}
	return nil
}

// A witness records whether a file is for one X25519 key.
type witness struct {
	anyone age.Identity
	one    bool
}

// Unwrap always fails: because the file is not addressed to this key, or because the stanza is malformed.
func (w *witness) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	w.one = len(stanzas) == 1 && stanzas[0].Type == "X25519"
	return w.anyone.Unwrap(stanzas) //nolint:wrapcheck // age tells its own errors apart
}

func unmarshal(text []byte, v any) error {
	return json.Unmarshal(text, v) //nolint:wrapcheck // the caller says what could not be read
}

// CheckBeginning refuses the first bytes of a file that do not begin as an envelope does. It is cheap: it checks no
// proof. The bytes are all there are, or more than [MostHeader] and the header of the age file.
func CheckBeginning(start []byte) error {
	line, content, whole := bytes.Cut(start, []byte("\n"))
	if !whole || len(line) >= MostHeader {
		return tooLong()
	}
	if err := checkFormat(line); err != nil {
		return err
	}
	if !bytes.HasPrefix(content, []byte(ageIntro)) {
		return notAge("no age file follows on the header of the envelope")
	}
	return nil
}
