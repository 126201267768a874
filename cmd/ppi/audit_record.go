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
	// Openings are those that were given with an export; absent while the events of the export are not valid.
	Openings *followed.Openings `json:"openings,omitempty"`
}

// valid tells that nothing is wrong.
func (r recordReport) valid() bool {
	return r.Valid && (r.Tables == nil || r.Tables.Valid()) && (r.Openings == nil || r.Openings.Valid())
}

// Print writes the report for a reader.
func (r recordReport) Print(out io.Writer) error {
	err := r.Report.Print(out)
	if err == nil && r.Tables != nil {
		err = r.Tables.Print(out)
	}
	if err == nil && r.Openings != nil {
		err = r.Openings.Print(out)
	}
	return err
}

// asJSON is the report as programs read it: valid says whether all of it is.
func (r recordReport) asJSON() any {
	r.Valid = r.valid()
	return r
}
