package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/models"
)

// ExportFormat names the form of an export: JSON Lines, with a header first, then one line for each entry of the
// procurement, in order.
const ExportFormat = "ppi-engine.org/export/1"

// maxLine bounds a line of an export; an event has some hundred bytes.
const maxLine = 16 << 20

type exportHeader struct {
	Format      string    `json:"format"`
	Procurement models.ID `json:"procurement"`
	// Key verifies Head. A verifier who does not trust the sender gets the key elsewhere.
	Key  string `json:"key"`
	Head string `json:"head"`
}

type exportLine struct {
	Position int64     `json:"position"`
	Seq      int64     `json:"seq"`
	PrevHash tlog.Hash `json:"prev_hash"`
	Hash     tlog.Hash `json:"hash"`
	// Event is exactly the bytes that were hashed.
	Event json.RawMessage `json:"event"`
}

// WriteExport writes the entries of one procurement, whose tree has the given head.
func WriteExport(
	out io.Writer, key Key, procurement models.ID, head Checkpoint, entries iter.Seq2[Entry, error],
) error {
	buffered := bufio.NewWriter(out)
	header := exportHeader{Format: ExportFormat, Procurement: procurement, Key: key.Verifier(), Head: string(head.Note)}
	if err := encodeLine(buffered, header); err != nil {
		return err
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		line := exportLine{Position: e.Position, Seq: e.Seq, PrevHash: e.Prev, Hash: e.Hash, Event: e.Canonical}
		if err := encodeLine(buffered, line); err != nil {
			return err
		}
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// encodeLine writes one line. It does not escape for HTML, which would change the bytes of the event.
func encodeLine(out io.Writer, line any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(line); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// Options says what a verifier knows beforehand.
type Options struct {
	// VerifierKeys are the keys that may have signed the head; if there are none, the key in the export is used.
	VerifierKeys []string
	// Earlier are signed heads of the same procurement from earlier exports.
	Earlier [][]byte
}

// ErrNotAnExport means that the input does not start with an export's header.
var ErrNotAnExport = errors.New("not an export of PPI Engine")

// VerifyExport verifies an export by itself: every event against its hash, every entry against the one before, and all
// of them against the signed head and earlier ones. It returns an error when the input or the options cannot be read,
// or [ErrNotAnExport]; the faults of the export are in the report.
func VerifyExport(in io.Reader, o Options) (Report, error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	header, err := readHeader(lines)
	if err != nil {
		return Report{}, err
	}
	keys := o.VerifierKeys
	if len(keys) == 0 {
		keys = []string{header.Key}
	}
	verifiers, err := Verifiers(keys...)
	if err != nil {
		return Report{}, err
	}
	base := Report{Procurement: header.Procurement, KeyGiven: len(o.VerifierKeys) > 0}
	heads, fault := openHeads(header, o.Earlier, verifiers)
	if fault != nil {
		base.Fault = fault
		return base, nil
	}
	report, err := Verify(Log{Entries: readEntries(lines, header.Procurement), Closed: true, Heads: heads})
	if err != nil {
		return Report{}, err
	}
	report.Procurement, report.KeyGiven, report.SignedBy = base.Procurement, base.KeyGiven, heads[0].Signer
	return report, nil
}

func readHeader(lines *bufio.Scanner) (exportHeader, error) {
	var header exportHeader
	if !lines.Scan() {
		if err := lines.Err(); err != nil {
			return header, fmt.Errorf("read export: %w", err)
		}
		return header, ErrNotAnExport
	}
	if err := json.Unmarshal(lines.Bytes(), &header); err != nil || header.Format != ExportFormat {
		return header, ErrNotAnExport
	}
	return header, nil
}

// openHeads returns the head in the export first, then the earlier ones. A head of another log is a fault too: it says
// nothing about this log, and to pass over it would look like agreement.
func openHeads(header exportHeader, earlier [][]byte, verifiers note.Verifiers) ([]Checkpoint, *Fault) {
	var heads []Checkpoint
	for i, signed := range append([][]byte{[]byte(header.Head)}, earlier...) {
		which := "the head in the export"
		if i > 0 {
			which = fmt.Sprintf("earlier checkpoint %d", i)
		}
		c, err := OpenCheckpoint(signed, verifiers)
		if err != nil {
			return nil, &Fault{Kind: FaultSignature, Detail: fmt.Sprintf("%s: %v", which, err)}
		}
		if want := ProcurementOrigin(c.Signer, header.Procurement); c.Origin != want {
			return nil, &Fault{
				Kind:   FaultSignature,
				Detail: fmt.Sprintf("%s belongs to %s, not to %s", which, c.Origin, want),
			}
		}
		heads = append(heads, c)
	}
	return heads, nil
}

func readEntries(lines *bufio.Scanner, procurement models.ID) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for number := 2; lines.Scan(); number++ {
			if len(lines.Bytes()) == 0 {
				continue
			}
			if !yield(readEntry(lines.Bytes(), number, procurement), nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Entry{}, fmt.Errorf("read export: %w", err))
		}
	}
}

// readEntry returns the entry of a line. It marks a line that cannot be read as damaged; the verifier reports that.
func readEntry(raw []byte, number int, procurement models.ID) Entry {
	var line exportLine
	if err := json.Unmarshal(raw, &line); err != nil {
		return Entry{ProcurementID: procurement, Damage: fmt.Sprintf("line %d is not an entry: %v", number, err)}
	}
	var written bytes.Buffer
	if err := encodeLine(&written, line); err != nil ||
		!bytes.Equal(bytes.TrimSuffix(written.Bytes(), []byte("\n")), raw) {
		return Entry{
			ProcurementID: procurement,
			Damage:        fmt.Sprintf("line %d has more than an entry, or another form", number),
		}
	}
	e := Entry{
		Position: line.Position, Seq: line.Seq, Prev: line.PrevHash, Hash: line.Hash,
		ProcurementID: procurement, Canonical: line.Event,
	}
	event, err := ParseEvent(line.Event)
	e.EventID = event.ID
	switch {
	case err != nil:
		e.Damage = fmt.Sprintf("line %d: %v", number, err)
	case event.ProcurementID != procurement:
		e.Damage = fmt.Sprintf("line %d is an event of %q", number, event.ProcurementID)
	}
	return e
}
