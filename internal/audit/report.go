package audit

import (
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/models"
)

// A FaultKind says how a log differs from what was recorded.
type FaultKind string

// The kinds of faults.
const (
	// FaultAltered: the event or its entry is not what was hashed.
	FaultAltered FaultKind = "altered"
	// FaultRemoved: an event or an entry that was there is missing.
	FaultRemoved FaultKind = "removed"
	// FaultInserted: an event or an entry is in a place where none was recorded.
	FaultInserted FaultKind = "inserted"
	// FaultReordered: entries have changed places.
	FaultReordered FaultKind = "reordered"
	// FaultCut: entries are missing from the end.
	FaultCut FaultKind = "cut"
	// FaultRehashed: the log is consistent but differs from the one that was signed.
	FaultRehashed FaultKind = "rehashed"
	// FaultSignature: a signed head is not signed by the expected key, or the stored tree does not match the log.
	FaultSignature FaultKind = "signature"
)

// A Fault is the first place where a log differs from what was recorded.
type Fault struct {
	Kind FaultKind `json:"kind"`
	// Position is the place in the whole log; Seq is the place in its chain. Each is 0 when unknown.
	Position int64 `json:"position,omitempty"`
	Seq      int64 `json:"seq,omitempty"`
	// Through is the last place of a range, when the place is not known more exactly.
	Through int64 `json:"through,omitempty"`
	// EventID is empty when nothing is left that shows which event it was.
	EventID models.ID `json:"event_id,omitempty"`
	Detail  string    `json:"detail"`
}

// A Report is the result of a verification.
type Report struct {
	Valid bool `json:"valid"`
	// Events is how many events were verified: those before the fault, or all.
	Events int64 `json:"events"`
	// Root is the Merkle root over those events.
	Root tlog.Hash `json:"root"`
	// Procurement is the procurement whose export was verified; empty for the whole log.
	Procurement models.ID `json:"procurement,omitempty"`
	// Checkpoints is how many signed heads agree with the log.
	Checkpoints int `json:"checkpoints"`
	// Public is how many entries of the public log commit to what was verified.
	Public int `json:"public,omitempty"`
	// Covers is how many entries the public log had when the export was made; 0: none, or the export does not say.
	// NotCovered is how many later ones are about the procurement. The export proves nothing of them.
	Covers     int64 `json:"public_covered,omitempty"`
	NotCovered int   `json:"public_not_covered,omitempty"`
	// NotCompared is how many entries of the public log commit to events that the export says it withholds.
	NotCompared int `json:"public_not_compared,omitempty"`
	// SignedBy names the key that signed the head of an export. KeyGiven tells whether the verifier gave the keys;
	// otherwise the key in the export was used, or none, which does not prove who signed.
	SignedBy string `json:"signed_by,omitempty"`
	KeyGiven bool   `json:"key_given"`
	Fault    *Fault `json:"fault,omitempty"`
}

// Print writes the report for a reader.
func (r Report) Print(out io.Writer) error {
	what := "log"
	if r.Procurement != "" {
		what = "export of " + string(r.Procurement)
	}
	verdict := "valid"
	if r.NotCovered > 0 || r.NotCompared > 0 {
		verdict = "valid as far as it could be compared (see the notes)"
	}
	text := fmt.Sprintf("%s: %s, %d events, root %s, agrees with %d checkpoints and %d entries of the public log\n",
		verdict, what, r.Events, r.Root, r.Checkpoints, r.Public)
	if !r.Valid {
		text = fmt.Sprintf("NOT VALID: %s, after %d good events\nfirst fault: %s %s\n%s\n", what, r.Events,
			r.Fault.Kind, r.Fault.place(), r.Fault.Detail)
	}
	if r.NotCovered > 0 {
		text += fmt.Sprintf("note: %d entries of the public log about it are not covered by this export, which was "+
			"made when the public log had %d entries: compare a new export\n", r.NotCovered, r.Covers)
	}
	if r.NotCompared > 0 {
		text += fmt.Sprintf("note: %d entries of the public log not compared: they commit to events of the first form "+
			"that this export withholds\n", r.NotCompared)
	}
	if !r.KeyGiven {
		text += "note: no key was given, so it is not verified who signed\n"
	}
	if _, err := io.WriteString(out, text); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (f Fault) place() string {
	place := ""
	switch {
	case f.Through > f.Position:
		place = fmt.Sprintf("between positions %d and %d", f.Position, f.Through)
	case f.Position > 0:
		place = fmt.Sprintf("at position %d", f.Position)
	}
	switch {
	case f.Seq > 0 && place == "":
		place = fmt.Sprintf("at number %d of its chain", f.Seq)
	case f.Seq > 0:
		place += fmt.Sprintf(" (%d of its chain)", f.Seq)
	}
	if f.EventID != "" {
		place += " " + string(f.EventID)
	}
	return place
}
