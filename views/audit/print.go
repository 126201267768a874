package audit

import (
	"fmt"
	"io"
	"strings"
)

// Print writes the report for a reader. It never says valid of what can no longer be compared.
func (r Report) Print(out io.Writer) error {
	var b strings.Builder
	switch {
	case r.All > 0:
		fmt.Fprintf(&b, "NOT VALID: tables or files do not follow from the events; differences: %d\n", r.All)
	case r.unfinished():
		fmt.Fprintf(&b, "NOT FINISHED: files could not be compared; %s\n", r.compared())
	case r.Erased > 0 || len(r.Unranked) > 0:
		fmt.Fprintf(&b, "valid as far as it could be compared (see the notes): %s\n", r.compared())
	default:
		fmt.Fprintf(&b, "valid: %s\n", r.compared())
	}
	if r.Adopted > 0 {
		fmt.Fprintf(&b, "note: rows that no event proves, because an earlier release wrote them: %d; of these, rows "+
			"of which its events told otherwise: %d\n", r.Adopted, r.Contradicted)
	}
	if r.Erased > 0 {
		fmt.Fprintf(&b, "note: columns that cannot be compared any more, because parts of events were erased: %d; "+
			"events that tell so: %d, first %s\n", r.Erased, len(r.ErasedBy), r.ErasedBy[0])
	}
	if len(r.Unranked) > 0 {
		fmt.Fprintf(&b, "note: awards whose ranking was not compared, because scores, prices or declarations of it "+
			"are not told or were erased: %d; first of lot %s\n", len(r.Unranked), r.Unranked[0])
	}
	if r.Proofs != nil {
		fmt.Fprintf(&b, "releases of openers whose proofs were computed again: %s\n", r.Proofs)
	}
	if r.Files == nil {
		b.WriteString("note: the stored bytes of files were not compared\n")
	} else {
		fmt.Fprintf(&b, "files whose stored bytes were compared: %s\n", r.Files)
		if r.Files.Unfinished {
			b.WriteString("note: the stored bytes of other files were not compared, because that failed\n")
		}
	}
	for i, d := range r.Differences {
		if i == shown {
			fmt.Fprintf(&b, "and more; --json shows the first %d\n", mostDifferences)
			break
		}
		fmt.Fprintf(&b, "%s\n", d)
	}
	if _, err := io.WriteString(out, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// String says how much was compared.
func (f Files) String() string { return fmt.Sprintf("%d (%d bytes)", f.Files, f.Bytes) }

// compared says how much was compared.
func (r Report) compared() string {
	return fmt.Sprintf("%d rows of the tables of %d procurements and of the platform follow from the events; rankings "+
		"computed again: %d", r.Rows, r.Procurements, r.Ranked)
}

// shown is how many differences a reader is shown.
const shown = 10

// String says where the difference is and what it is.
func (d Difference) String() string {
	var where []string
	if d.ProcurementID != "" {
		where = append(where, string(d.ProcurementID))
	}
	if d.Table != "" {
		where = append(where, "table "+d.Table, "row "+d.Key)
	}
	if d.Column != "" {
		where = append(where, "column "+d.Column)
	}
	text := strings.Join(where, ", ") + ": " + d.Detail
	if d.EventID != "" {
		text += fmt.Sprintf(" (event %s)", d.EventID)
	}
	if d.Told != d.Found && d.Column != "" {
		text += fmt.Sprintf("; told %q, found %q", d.Told, d.Found)
	}
	return text
}
