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
	// Note is the signed text.
	Note []byte
	// Signer is the name of the key whose signature was verified.
	Signer string
}

// ProcurementOrigin names the log of one procurement's entries, signed by the named key.
func ProcurementOrigin(keyName string, procurement models.ID) string {
	return keyName + "/" + string(procurement)
}

// SignCheckpoint signs the head of a tree.
func SignCheckpoint(key Key, origin string, t Tree) (Checkpoint, error) {
	c := Checkpoint{Origin: origin, Size: t.Size(), Root: t.Root(), Signer: key.Name()}
	text := fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
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

// parseHead reads origin, size and root; further lines are extensions, which we do not use.
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
	return Checkpoint{Origin: lines[0], Size: size, Root: root}, nil
}
