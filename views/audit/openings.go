package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/opening"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// WriteOpenings writes what proves the openings of a procurement, for [ToldOpenings.Compare]: headers, handovers and
// releases. Whoever has them and the envelopes can open these; so it is for auditors.
func WriteOpenings(ctx context.Context, record *store.Store, procurement models.ID, out io.Writer) error {
	all, err := record.KeptOpenings(ctx, procurement)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for _, of := range all {
		k, err := opening.Keep(ctx, record, of)
		if err != nil {
			return err
		}
		if err := lines.Encode(k); err != nil {
			return fmt.Errorf("write openings: %w", err)
		}
	}
	return nil
}

// Openings says whether the openings that were given with an export are proven.
type Openings struct {
	Proofs

	// Faults are what is wrong, in words.
	Faults []string `json:"faults,omitempty"`
	// Later is how many openings are of boxes that were published after the last entry of the export.
	Later int `json:"later,omitempty"`
}

// Valid tells that every release and handover of which events tell is there and holds, and no other is.
func (o Openings) Valid() bool { return len(o.Faults) == 0 }

// Print writes the report for a reader.
func (o Openings) Print(out io.Writer) error {
	verdict := "valid"
	if !o.Valid() {
		verdict = fmt.Sprintf("NOT VALID: %d", len(o.Faults))
	}
	lines := append([]string{
		verdict + ": releases of openers whose proofs were computed again: " + o.String(),
	}, o.Faults...)
	if o.Later > 0 {
		lines = append(lines, fmt.Sprintf("openings not compared, because the export ends before their boxes were "+
			"published: %d; ask for an export after every box is closed", o.Later))
	}
	if _, err := io.WriteString(out, strings.Join(lines, "\n")+"\n"); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// ToldOpenings are what the events of an export tell of openings: what each release and handover is, by its digest, and
// for which openers each box is sealed.
type ToldOpenings struct {
	// boxes are for which openers each box was sealed, one after the other.
	boxes map[models.ID]*models.Box
	files map[toldFile]bool
}

// A toldFile is a file of an opener, of which an event told.
type toldFile struct {
	what     string
	box      models.ID
	kind     models.EnvelopeKind
	turn     int
	from, to models.ID
	digest   string
}

func (f toldFile) String() string {
	who := string(f.from)
	if f.to != "" {
		who += " to " + string(f.to)
	}
	return fmt.Sprintf("%s of %s, %s of %s", f.what, who, f.kind, f.box)
}

// NewToldOpenings begins with nothing.
func NewToldOpenings() *ToldOpenings {
	return &ToldOpenings{boxes: map[models.ID]*models.Box{}, files: map[toldFile]bool{}}
}

// Read takes an entry of the export. What cannot be read tells nothing; that the entry is what was recorded is verified
// elsewhere.
func (t *ToldOpenings) Read(e audit.Entry) {
	recorded, err := audit.ParseEvent(e.Canonical)
	if err != nil {
		return
	}
	payload, err := recorded.Payload()
	if err != nil {
		return
	}
	switch p := payload.(type) {
	case event.ProcurementPublished:
		for _, lot := range p.Lots {
			t.boxes[lot.Box] = &models.Box{Fingerprint: lot.SealedFor.Fingerprint}
		}
	case event.CandidatesInvited:
		t.boxes[p.BoxID] = &models.Box{Fingerprint: p.SealedFor.Fingerprint}
	case event.OpenersChanged:
		if b := t.boxes[p.BoxID]; b != nil {
			b.Former, b.Fingerprint = b.SealedFor(), p.SealedFor.Fingerprint
		}
	case event.BoxReleased:
		t.files[toldFile{opening.FaultyRelease, p.BoxID, p.Kind, max(p.Turn, 1), recorded.ActorID, "", p.Digest}] = true
	case event.BoxHandedOver:
		t.files[toldFile{opening.FaultyHandover, p.BoxID, p.Kind, max(p.Turn, 1), p.From, p.To, p.Digest}] = true
	}
}

// Compare computes the proofs of a file of openings again. It fails when the file cannot be read.
func (t *ToldOpenings) Compare(in io.Reader) (Openings, error) {
	var report Openings
	awaited := maps.Clone(t.files)
	err := opening.ReadKept(in, func(k opening.Kept) error {
		if t.boxes[k.Box] == nil {
			report.Later++ // an export ends before what an open box hides; the next one has it
			return nil
		}
		report.count(k)
		report.Faults = append(report.Faults, t.unknown(k, awaited)...)
		for _, f := range k.Faults(t.openersOf(k)) {
			of := toldFile{what: f.What, box: k.Box, kind: k.Kind, from: f.Person, to: f.To}
			report.Faults = append(report.Faults, fmt.Sprintf("%s: the proofs do not hold: %s", of, f.Detail))
		}
		return nil
	})
	var missing []string
	for file := range awaited {
		missing = append(missing, file.String()+": an event tells of it, and it is not there")
	}
	report.Faults = append(report.Faults, slices.Sorted(slices.Values(missing))...)
	return report, err
}

// openersOf is the fingerprint of those who act in a turn; empty: no event tells of the box.
func (t *ToldOpenings) openersOf(k opening.Kept) string {
	if b := t.boxes[k.Box]; b != nil && k.Turn > 0 {
		return b.ActingIn(k.Turn).Fingerprint
	}
	return ""
}

// unknown names the files of which no event tells, or of which it tells another content. It takes the others from those
// that are awaited.
func (t *ToldOpenings) unknown(k opening.Kept, awaited map[toldFile]bool) []string {
	var faults []string
	look := func(what string, files []opening.KeptFile) {
		for _, f := range files {
			file := toldFile{what, k.Box, k.Kind, k.Turn, f.Person, f.To, models.Digest([]byte(f.Content))}
			if !t.files[file] {
				faults = append(faults, file.String()+": no event tells of this content")
			}
			delete(awaited, file)
		}
	}
	look(opening.FaultyHandover, k.Handovers)
	look(opening.FaultyRelease, k.Releases)
	return faults
}
