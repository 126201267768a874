package main

import (
	"io"

	"github.com/ppi-engine/ppi/internal/audit"
	followed "github.com/ppi-engine/ppi/views/audit"
)

// A recordReport says what was verified of a record: its events, and whether its tables follow from them.
type recordReport struct {
	audit.Report

	// Tables is absent while the events themselves are not valid.
	Tables *followed.Report `json:"tables,omitempty"`
}

// valid tells that nothing is wrong.
func (r recordReport) valid() bool { return r.Valid && (r.Tables == nil || r.Tables.Valid()) }

// Print writes the report for a reader.
func (r recordReport) Print(out io.Writer) error {
	if err := r.Report.Print(out); err != nil || r.Tables == nil {
		return err
	}
	return r.Tables.Print(out)
}

// asJSON is the report as programs read it: valid says whether all of it is.
func (r recordReport) asJSON() any {
	r.Valid = r.valid()
	return r
}
