package audit

import (
	"fmt"
	"io"
	"strings"
)

// Print writes the report for a reader.
func (r Report) Print(out io.Writer) error {
	var b strings.Builder
	if r.Valid() {
		fmt.Fprintf(&b, "valid: %d rows of the tables of %d procurements and of the platform follow from the events\n",
			r.Rows, r.Procurements)
	} else {
		fmt.Fprintf(&b, "NOT VALID: the tables do not follow from the events; differences: %d\n", r.All)
	}
	if r.Adopted > 0 {
		fmt.Fprintf(&b, "note: rows that no event proves, because an earlier release wrote them: %d; of these, rows "+
			"of which its events told otherwise: %d\n", r.Adopted, r.Contradicted)
	}
	for _, by := range r.ErasedBy {
		fmt.Fprintf(&b, "note: erased by event %s; what it told of cannot be compared any more\n", by)
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
