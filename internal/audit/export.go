package audit

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/models"
)

// The forms of an export: JSON Lines, with a header first, then one line for each entry of the procurement, in order.
// An export of the first form has entries of [FormCounting] only, and its header says nothing of the public log.
const (
	ExportFormat      = "ppi-engine.org/export/2"
	firstExportFormat = "ppi-engine.org/export/1"
)

// maxLine bounds a line of an export; an event has some hundred bytes.
const maxLine = 16 << 20

type exportHeader struct {
	Format      string    `json:"format"`
	Procurement models.ID `json:"procurement"`
	// Key verifies Head. A verifier who does not trust the sender gets the key elsewhere.
	Key  string `json:"key"`
	Head string `json:"head"`
	// Public is what the entries of the public log about this procurement commit to.
	Public []PublicHead `json:"public,omitempty"`
}

type exportLine struct {
	// Position is that of an entry of [FormCounting], of which it must be known; of others it is absent.
	Position int64     `json:"position,omitempty"`
	Seq      int64     `json:"seq"`
	PrevHash tlog.Hash `json:"prev_hash"`
	Hash     tlog.Hash `json:"hash"`
	// Event is exactly the bytes that were hashed.
	Event json.RawMessage `json:"event"`
	// Parts are parts of the event that the reader may see: of each the event holds SHA-256(salt ‖ content) only.
	Parts []exportPart `json:"parts,omitempty"`
}

type exportPart struct {
	Name string `json:"name"`
	// Salt is in hexadecimal.
	Salt    string          `json:"salt"`
	Content json.RawMessage `json:"content"`
}

// An Export is what is exported of one procurement.
type Export struct {
	Procurement models.ID
	// Head is the signed head of the tree over the entries.
	Head Checkpoint
	// Public is what the entries of the public log about this procurement commit to.
	Public  []PublicHead
	Entries iter.Seq2[Entry, error]
}

// WriteExport writes an export; the key is the one that signed its head.
func WriteExport(out io.Writer, key Key, x Export) error {
	buffered := bufio.NewWriter(out)
	header := exportHeader{
		Format: ExportFormat, Procurement: x.Procurement, Key: key.Verifier(), Head: string(x.Head.Note),
		Public: x.Public,
	}
	if err := encodeLine(buffered, header); err != nil {
		return err
	}
	for e, err := range x.Entries {
		if err != nil {
			return err
		}
		line := exportLine{Seq: e.Seq, PrevHash: e.Prev, Hash: e.Link, Event: e.Canonical}
		if e.Form == FormCounting {
			line.Position = e.Position
		}
		for _, p := range e.Parts {
			line.Parts = append(line.Parts, exportPart{p.Name, hex.EncodeToString(p.Salt), p.Content})
		}
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
	// Earlier are signed heads of the same procurement from earlier exports, and heads of the public log.
	Earlier [][]byte
	// Public is the public log from its first entry on; nil: the verifier does not have it.
	Public []PublicEntry
	// Read is given each entry before it is verified: what it says counts only if the report is valid. nil: nobody
	// reads.
	Read func(Entry)
}

// ErrNotAnExport means that the input does not start with an export's header.
var ErrNotAnExport = errors.New("not an export of PPI Engine")

// ErrHalfPublic means that a head of the public log was given without the public log, or the other way round.
var ErrHalfPublic = errors.New("the public log and a checkpoint of it prove something together only: give both " +
	"(--public-log and --checkpoint)")

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
	heads, public, fault := openHeads(header, o.Earlier, verifiers)
	if fault == nil && (len(o.Public) > 0) != (len(public) > 0) {
		return Report{}, ErrHalfPublic
	}
	if fault == nil {
		fault = ComparePublic(slices.Values(o.Public), public)
	}
	if fault != nil {
		base.Fault = fault
		return base, nil
	}
	roots, covers := map[int64]tlog.Hash{}, heads[0].coverage()
	report, err := Verify(Log{
		Entries: covers.onlyCounting(shownTo(o.Read, readEntries(lines, header.Procurement))), Closed: true,
		Heads: heads, Each: header.rootsInto(roots),
	})
	if err != nil {
		return Report{}, err
	}
	report.Procurement, report.KeyGiven, report.SignedBy = base.Procurement, base.KeyGiven, heads[0].Signer
	if covers.Public != coversEverything {
		report.Covers = covers.Public
	}
	if report.Valid {
		report.explained(o.Public, header.Public, roots, covers)
	}
	return report, nil
}

// rootsInto returns what keeps the roots of the sizes that the public log commits to.
func (h exportHeader) rootsInto(roots map[int64]tlog.Hash) func(Tree) {
	sizes := map[int64]bool{}
	for _, told := range h.Public {
		sizes[told.Size] = true
	}
	return func(t Tree) {
		if sizes[t.Size()] {
			roots[t.Size()] = t.Root()
		}
	}
}

func readHeader(lines *bufio.Scanner) (exportHeader, error) {
	var header exportHeader
	if !lines.Scan() {
		if err := lines.Err(); err != nil {
			return header, fmt.Errorf("read export: %w", err)
		}
		return header, ErrNotAnExport
	}
	err := json.Unmarshal(lines.Bytes(), &header)
	if err != nil || header.Format != ExportFormat && header.Format != firstExportFormat {
		return header, ErrNotAnExport
	}
	return header, nil
}

// openHeads returns the head in the export first, then the earlier ones, and those of the public log. A head of another
// log is a fault too: it says nothing about this log, and to pass over it would look like agreement.
func openHeads(
	header exportHeader, earlier [][]byte, verifiers note.Verifiers,
) (heads, public []Checkpoint, fault *Fault) {
	for i, signed := range append([][]byte{[]byte(header.Head)}, earlier...) {
		which := "the head in the export"
		if i > 0 {
			which = fmt.Sprintf("earlier checkpoint %d", i)
		}
		c, err := OpenCheckpoint(signed, verifiers)
		if err != nil {
			return nil, nil, &Fault{Kind: FaultSignature, Detail: fmt.Sprintf("%s: %v", which, err)}
		}
		of, procurement, err := c.Of()
		switch {
		case err == nil && of == HeadOfProcurement && procurement == header.Procurement:
			heads = append(heads, c)
		case err == nil && of == HeadOfPublicLog && i > 0:
			public = append(public, c)
		default:
			return nil, nil, &Fault{
				Kind: FaultSignature,
				Detail: fmt.Sprintf("%s belongs to %s, not to %s", which, c.Origin,
					ProcurementOrigin(c.Signer, header.Procurement)),
			}
		}
	}
	return heads, public, nil
}

func shownTo(read func(Entry), entries iter.Seq2[Entry, error]) iter.Seq2[Entry, error] {
	if read == nil {
		return entries
	}
	return func(yield func(Entry, error) bool) {
		for e, err := range entries {
			if err == nil {
				read(e)
			}
			if !yield(e, err) {
				return
			}
		}
	}
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
		Form: FormSilent, Position: line.Position, Seq: line.Seq, Prev: line.PrevHash, Link: line.Hash, Hash: line.Hash,
		ProcurementID: procurement, Canonical: line.Event,
	}
	if line.Position != 0 {
		e.Form = FormCounting
	}
	recorded, err := ParseEvent(line.Event)
	e.EventID = recorded.ID
	if err == nil {
		err = checkParts(recorded, line.Parts)
	}
	switch {
	case err != nil:
		e.Damage = fmt.Sprintf("line %d: %v", number, err)
	case recorded.ProcurementID != procurement:
		e.Damage = fmt.Sprintf("line %d is an event of %q", number, recorded.ProcurementID)
	}
	return e
}
