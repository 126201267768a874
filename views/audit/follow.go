// Package audit compares the tables of the record with what its events tell: whoever changes a winner, a vote or a
// role in its table, and writes no event, is found by it; and whoever writes an event that does not follow from those
// before.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/replay"
)

// A Difference is a row that does not follow from the events, or an event that does not follow from those before.
type Difference struct {
	// ProcurementID is empty for the platform.
	ProcurementID models.ID `json:"procurement,omitempty"`
	Table         string    `json:"table,omitempty"`
	Key           string    `json:"row,omitempty"`
	Column        string    `json:"column,omitempty"`
	// EventID is the event that told the column last, or the event that does not follow; empty: no event tells of it.
	EventID models.ID `json:"event,omitempty"`
	Told    string    `json:"told,omitempty"`
	Found   string    `json:"found,omitempty"`
	// Detail says what is wrong, in words.
	Detail string `json:"detail"`
	// holds are the columns as they stand, those of the difference.
	holds []held
}

// held is what a column holds, in the form in which events tell of it.
type held struct {
	store.FollowedColumn

	value string
	// content is JSON in its canonical form.
	content string
	// told tells that an event told otherwise.
	told bool
}

// A Report says what was compared, and what does not follow.
type Report struct {
	Procurements int   `json:"procurements"`
	Rows         int64 `json:"rows"`
	// Adopted counts the rows that were taken as they stood when the release came whose events tell everything: they
	// are not proven. Of Contradicted of them events had told otherwise.
	Adopted      int `json:"adopted,omitempty"`
	Contradicted int `json:"contradicted,omitempty"`
	// Erased counts the columns that cannot be compared any more, because parts of events were erased; ErasedBy are the
	// events that tell so.
	Erased   int         `json:"erased,omitempty"`
	ErasedBy []models.ID `json:"erased_by,omitempty"`
	// Ranked counts the awards whose ranking was computed again from scores and prices; Unranked are the lots of those
	// that could not be, because an earlier release told not everything, or something was erased.
	Ranked   int         `json:"rankings,omitempty"`
	Unranked []models.ID `json:"rankings_not_compared,omitempty"`
	// Proofs is absent where the proofs of releases were not computed again.
	Proofs *Proofs `json:"proofs,omitempty"`
	// Files is absent where the stored bytes of files were not compared.
	Files *Files `json:"files,omitempty"`
	// Differences are the first that were found, in the order of procurements and tables; All counts all.
	Differences []Difference `json:"differences,omitempty"`
	All         int          `json:"differences_in_all,omitempty"`
}

// mostDifferences is how many differences are kept.
const mostDifferences = 100

// Follow compares the tables of the record with its events, on one unchanging view: those that are named, or all. It
// reads procurement after procurement.
func Follow(ctx context.Context, record *store.Store, tables ...string) (Report, error) {
	var kept []Difference
	report, err := follow(ctx, record, tables, func(d Difference) {
		if len(kept) < mostDifferences {
			kept = append(kept, d)
		}
	})
	report.Differences = kept
	return report, err
}

func follow(
	ctx context.Context, record *store.Store, tables []string, found func(Difference),
) (Report, error) {
	c := comparison{tables: tables}
	c.found = func(d Difference) {
		c.report.All++
		found(d)
	}
	err := record.View(ctx, func(v store.View) error { return c.all(ctx, v) })
	if err != nil {
		return Report{}, fmt.Errorf("compare the record with its events: %w", err)
	}
	return c.report, nil
}

// A comparison is under way.
type comparison struct {
	view   store.View
	since  store.Followed
	report Report
	found  func(Difference)
	// tables are those to compare; empty: all.
	tables []string
}

func (c *comparison) all(ctx context.Context, v store.View) error {
	c.view = v
	platform, procurement := store.FollowedTables()
	var err error
	if c.since, err = v.Since(ctx); err != nil {
		return err
	}
	if err = c.side(ctx, platform, ""); err != nil {
		return err
	}
	procurements, err := v.Procurements(ctx)
	if err != nil {
		return err
	}
	for _, id := range procurements {
		if err := c.side(ctx, procurement, id); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		c.report.Procurements++
	}
	return nil
}

// side folds the events of a procurement, or of the platform, and compares its tables.
func (c *comparison) side(ctx context.Context, tables []store.FollowedTable, procurement models.ID) error {
	contents, err := c.contents(ctx, procurement)
	if err != nil {
		return err
	}
	side := side{
		comparison: c, state: replay.NewState(c.since.Adoption, contents), parts: contents.Parts,
		procurement: procurement,
	}
	if err := side.fold(ctx); err != nil {
		return err
	}
	c.report.Adopted += side.state.Adopted
	c.report.Contradicted += side.state.Contradicted
	c.report.Ranked += side.state.Ranked
	c.report.Unranked = append(c.report.Unranked, side.state.Unranked...)
	for _, t := range tables {
		if len(c.tables) > 0 && !slices.Contains(c.tables, t.Name) {
			continue
		}
		rows, err := c.view.Followed(ctx, t, procurement)
		if err != nil {
			return err
		}
		side.compare(t, rows)
	}
	return nil
}

// contents reads what the events of a side tell of by a digest only.
func (c *comparison) contents(ctx context.Context, procurement models.ID) (of replay.Contents, err error) {
	if of.Parts, err = c.view.Parts(ctx, procurement); err != nil || procurement == "" {
		return of, err
	}
	if of.Bodies, err = c.view.Bodies(ctx, procurement, replay.BodyKinds()); err != nil {
		return of, err
	}
	of.Received, err = c.view.Received(ctx, procurement)
	return of, err
}

// fold carries all events. One that cannot be read does not keep the others from being compared.
func (s side) fold(ctx context.Context) error {
	for e, err := range s.view.Events(ctx, s.procurement) {
		if err != nil {
			return err
		}
		fault, err := s.state.Apply(replay.Placed{
			Recorded: e.Recorded, Early: e.Ordinal <= s.since.Through, Unsigned: e.Ordinal <= s.since.Unsigned,
			Transaction: e.Transaction,
		})
		if err != nil {
			fault = err.Error()
		}
		if fault != "" {
			s.found(Difference{ProcurementID: s.procurement, EventID: e.ID, Detail: fault})
		}
	}
	for _, fault := range s.state.Finish() {
		s.found(Difference{ProcurementID: s.procurement, EventID: fault.Event, Detail: fault.Detail})
	}
	return nil
}

// A side is the platform, or one procurement.
type side struct {
	*comparison

	state       *replay.State
	parts       map[models.ID][]event.KeptPart
	procurement models.ID
}

func (s side) compare(t store.FollowedTable, rows []store.FollowedRow) {
	told := s.state.Rows(t.Name)
	seen := make(map[string]bool, len(rows))
	for _, row := range rows {
		s.report.Rows++
		columns, key, err := shape(t, row)
		seen[key] = true
		if err != nil {
			s.found(Difference{
				ProcurementID: s.procurement, Table: t.Name, Key: key, Detail: "the row cannot be read: " + err.Error(),
			})
			continue
		}
		cells, known := told[key]
		if !known {
			s.found(Difference{
				ProcurementID: s.procurement, Table: t.Name, Key: key, holds: columns,
				Detail: "the row is there, and no event tells of it",
			})
			continue
		}
		for _, column := range columns {
			s.cell(t, key, column, cells)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(told)) {
		if !seen[key] {
			s.found(Difference{
				ProcurementID: s.procurement, Table: t.Name, Key: key, EventID: lastOf(told[key]),
				Detail: "events tell of the row, and it is not there",
			})
		}
	}
}

// lastOf is the last event that told of a row.
func lastOf(row replay.Row) models.ID {
	var last models.ID
	for _, cell := range row {
		last = max(last, cell.Event)
	}
	return last
}

func (s side) cell(t store.FollowedTable, key string, c held, row replay.Row) {
	cell, known := row[c.Name]
	d := Difference{
		ProcurementID: s.procurement, Table: t.Name, Key: key, Column: c.Name, EventID: cell.Event, Told: cell.Value,
		Found: c.value,
	}
	if c.Form == store.Parted {
		d.Found = "" // it may be withheld from whoever reads the report
	}
	c.told = known
	d.holds = []held{c}
	switch {
	case !known:
		d.Detail = "no event tells of the column"
	case cell.Value == c.value, s.shown(cell, c):
		return
	case c.Form == store.Parted:
		d.Detail = "the column differs from the part of the event, or the part is gone without being erased"
	default:
		d.Detail = "the column differs from what the event told"
	}
	s.found(d)
}

// shown tells whether the content of a column is the part that an event told of by its salted digest. Of a part that
// was erased that can no longer be known.
func (s side) shown(cell replay.Cell, c held) bool {
	if cell.Value == "" || c.Form == store.Plain {
		return false
	}
	for _, part := range s.parts[cell.Event] {
		if event.PartDigest(part.Salt, part.Content) == cell.Value {
			return string(part.Content) == c.content
		}
	}
	by := s.state.ErasedBy(cell.Event)
	if by == "" || c.content != "" && c.content != erased {
		return false
	}
	s.report.Erased++
	if told := s.report.ErasedBy; len(told) == 0 || told[len(told)-1] != by {
		s.report.ErasedBy = append(s.report.ErasedBy, by)
	}
	return true
}

// erased is what stands in a column of JSON whose content was erased.
const erased = "{}"

// shape brings the texts of a row into the form in which events tell of them, and returns its key.
func shape(t store.FollowedTable, row store.FollowedRow) (columns []held, key string, err error) {
	columns = []held{}
	keys := []string{row.Key}
	for i, c := range t.Columns {
		column := held{FollowedColumn: c}
		if column.value, column.content, err = formed(c.Form, row.Values[i]); err != nil {
			return nil, row.Key, fmt.Errorf("column %s: %w", c.Name, err)
		}
		if c.Form == store.InKey {
			keys = append(keys, column.value)
			continue
		}
		columns = append(columns, column)
	}
	return columns, strings.Join(keys, ""), nil
}

// formed brings a column's text into the form in which events tell of it: JSON by its SHA-256, but what is a part of an
// event as it is. content is JSON in its canonical form.
func formed(form store.Form, text string) (value, content string, err error) {
	if form == store.Plain || text == "" {
		return text, "", nil
	}
	verb, rest, moved := "", text, false
	if form == store.Moved {
		verb, rest, moved = strings.Cut(text, "\n")
	}
	canonical, digest, err := models.Canonical(json.RawMessage(rest))
	switch {
	case err != nil:
		return "", "", err
	case form == store.Parted:
		return string(canonical), string(canonical), nil
	case moved:
		return models.Digest(append([]byte(verb+"\n"), canonical...)), "", nil
	}
	return digest, string(canonical), nil
}

// found keeps a difference that is found after the tables were compared.
func (r *Report) found(d Difference) {
	r.All++
	if len(r.Differences) < mostDifferences {
		r.Differences = append(r.Differences, d)
	}
}

// Valid tells that whatever was to be compared was, and follows.
func (r Report) Valid() bool { return r.All == 0 && !r.unfinished() }

// unfinished tells that comparing files failed.
func (r Report) unfinished() bool { return r.Files != nil && r.Files.Unfinished }
