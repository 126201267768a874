package audit

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/models"
)

// A Checkpoint is a signed tree head in the form of C2SP tlog-checkpoint: it commits its signer to the
// first Size entries of a log, whose Merkle tree has the given Root.
type Checkpoint struct {
	// Origin names the log: the signing key's name for the whole log, for that of one procurement see
	// [ProcurementOrigin].
	Origin string
	Size   int64
	Root   tlog.Hash
	// Extensions are the further lines of the signed text; a reader passes over those that it does not know.
	Extensions []string
	// Note is the signed text.
	Note []byte
	// Signer is the name of the key whose signature was verified.
	Signer string
}

// ProcurementOrigin names the log of one procurement's entries, signed by the named key.
func ProcurementOrigin(keyName string, procurement models.ID) string {
	return keyName + "/" + string(procurement)
}

// publicSuffix ends the origin of the public log.
const publicSuffix = "/public"

// PublicOrigin names the public log, signed by the named key.
func PublicOrigin(keyName string) string { return keyName + publicSuffix }

// A HeadOf says of which tree a checkpoint is the head.
type HeadOf int

// The trees that have heads.
const (
	HeadOfLog HeadOf = iota + 1
	HeadOfProcurement
	HeadOfPublicLog
)

// Of returns of which tree the checkpoint is the head, and, if it is that of a procurement, of which. It returns an
// error when the origin names a log of somebody else than the signer.
func (c Checkpoint) Of() (HeadOf, models.ID, error) {
	rest, ours := strings.CutPrefix(c.Origin, c.Signer)
	procurement := models.ID(strings.TrimPrefix(rest, "/"))
	switch {
	case ours && rest == "":
		return HeadOfLog, "", nil
	case ours && rest == publicSuffix:
		return HeadOfPublicLog, "", nil
	case ours && procurement.Is(models.PrefixProcurement) && c.Origin == ProcurementOrigin(c.Signer, procurement):
		return HeadOfProcurement, procurement, nil
	}
	return 0, "", fmt.Errorf("read checkpoint: it belongs to %s, and is signed by %s", c.Origin, c.Signer)
}

// SignCheckpoint signs the head of a tree, and further lines with it.
func SignCheckpoint(key Key, origin string, t Tree, extensions ...string) (Checkpoint, error) {
	c := Checkpoint{Origin: origin, Size: t.Size(), Root: t.Root(), Extensions: extensions, Signer: key.Name()}
	lines := append([]string{c.Origin, strconv.FormatInt(c.Size, 10), c.Root.String()}, extensions...)
	text := strings.Join(lines, "\n") + "\n"
	signed, err := note.Sign(&note.Note{Text: text}, key.signer)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("sign checkpoint: %w", err)
	}
	c.Note = signed
	return c, nil
}

// OpenCheckpoint verifies a signed tree head and reads it.
func OpenCheckpoint(signed []byte, verifiers note.Verifiers) (Checkpoint, error) {
	n, err := note.Open(signed, verifiers)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("verify checkpoint: %w", err)
	}
	c, err := parseHead(n.Text)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read checkpoint: %w", err)
	}
	c.Note, c.Signer = bytes.Clone(signed), n.Sigs[0].Name
	return c, nil
}

// ReadCheckpoint is [OpenCheckpoint] for a reader who may have no key: without verifiers it trusts the text, and takes
// the name on the first signature for the signer.
func ReadCheckpoint(signed []byte, verifiers note.Verifiers) (Checkpoint, error) {
	if verifiers != nil {
		return OpenCheckpoint(signed, verifiers)
	}
	_, err := note.Open(signed, note.VerifierList())
	var unverified *note.UnverifiedNoteError
	if !errors.As(err, &unverified) {
		return Checkpoint{}, errors.New("read checkpoint: it is not a signed note")
	}
	c, err := parseHead(unverified.Note.Text)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read checkpoint: %w", err)
	}
	c.Note, c.Signer = bytes.Clone(signed), unverified.Note.UnverifiedSigs[0].Name
	return c, nil
}

// parseHead reads origin, size, root, and the lines after them.
func parseHead(text string) (Checkpoint, error) {
	const headLines = 3
	lines := strings.Split(text, "\n")
	if len(lines) <= headLines || lines[0] == "" {
		return Checkpoint{}, errors.New("it does not have the form origin, size, root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("%q is not a tree size", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%q is not a root hash", lines[2])
	}
	// The last line feed ends a line.
	extensions := append([]string(nil), lines[headLines:len(lines)-1]...)
	return Checkpoint{Origin: lines[0], Size: size, Root: root, Extensions: extensions}, nil
}
