package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// What became of a requirement in a sheet.
const (
	Added     = "added"
	Changed   = "changed"
	Unchanged = "unchanged"
)

// A Reading is what a sheet says, row by row.
type Reading struct {
	// Name is the name of the sheet.
	Name string
	Rows []Row
	// Absent are the codes of requirements that stand and have no row. They stay as they are.
	Absent []string
}

// A Row is one row of a sheet: a requirement as it will be.
type Row struct {
	Number      int
	Requirement models.Requirement
	// Entry is the requirement that the row changes, in the version that stands; its ID is empty for a new one.
	Entry models.Entry
	// Change is one of [Added], [Changed] and [Unchanged].
	Change string
	// Fields are what the row changes, as JSON pointers.
	Fields []string

	cells map[string]string
}

// Cell names the cell that holds what a JSON pointer into the requirement points to, or the cell of the code.
func (r Row) Cell(pointer string) string {
	for at := pointer; strings.HasPrefix(at, "/"); at = at[:strings.LastIndex(at, "/")] {
		if cell, ok := r.cells[at]; ok {
			return cell
		}
		if field := firstBelow(r.cells, at); field != "" { // a text without words has no language to name
			return r.cells[field]
		}
	}
	return r.cells[pointers[keyCode]]
}

// firstBelow is the first of the fields below a place; empty: there is none.
func firstBelow(cells map[string]string, at string) string {
	first := ""
	for field := range cells {
		if strings.HasPrefix(field, at+"/") && (first == "" || field < first) {
			first = field
		}
	}
	return first
}

// Refused makes the faults of a refusal point to the cells of the row.
func (r Row) Refused(err error) []*models.Refusal {
	faults := models.Faults(err)
	for _, fault := range faults {
		fault.Detail = fmt.Sprintf("%s: %s", r.Requirement.Code, fault.Detail)
		fault.Field = r.Cell(fault.Field)
	}
	return faults
}

// A Book is a workbook with a sheet of requirements, of which nothing is understood yet.
type Book struct {
	page

	vocabulary
}

// Open takes a workbook apart. It refuses a file that is not read: of another format, too large, damaged, with macros
// or with links to other files ([models.CodeSheetUnreadable]).
func Open(file []byte) (Book, error) {
	v, err := vocabularyOf()
	if err != nil {
		return Book{}, err
	}
	p, err := open(file, v)
	return Book{p, v}, err
}

// Read compares the sheet with the requirements that stand in the dossier: which rows are new, which change something,
// and what. It refuses all faults of the sheet at once, each with its cell. A row that was exported from another
// version of its requirement than the one that stands, and says something else, is refused: it would undo a change that
// its author has not seen.
func (b Book) Read(d models.Dossier) (Reading, error) {
	p := b.page
	r := reader{Book: b, dossier: d, standing: standing(d), codes: map[string]int{}}
	r.heads()
	if len(r.faults) > 0 {
		return Reading{}, models.Refusals(r.faults)
	}
	reading := Reading{Name: p.name}
	for n := 2; n <= MostRows+1; n++ {
		if row, ok := r.row(n); ok {
			reading.Rows = append(reading.Rows, row)
		}
	}
	if len(reading.Rows) == 0 && len(r.faults) == 0 {
		r.fault(models.Refuse(models.CodeSheetLayout, p.at(1, 2), "the sheet has no requirement").
			Accepting("one row for each requirement, below the heads of the columns"))
	}
	for _, s := range r.standing {
		if r.codes[s.Code] == 0 {
			reading.Absent = append(reading.Absent, s.Code)
		}
	}
	if more := len(r.faults) - mostFaults; more > 0 {
		r.faults = append(r.faults[:mostFaults], models.Refuse(models.CodeCellInvalid, p.name,
			"the sheet has %d more faults", more))
	}
	return reading, models.Refusals(r.faults)
}

// A reader reads the rows of a page.
type reader struct {
	Book

	dossier  models.Dossier
	standing []required
	columns  map[int]column
	// codes are the rows in which codes stand.
	codes  map[string]int
	faults []*models.Refusal
}

func (r *reader) fault(refusal *models.Refusal) { r.faults = append(r.faults, refusal) }

// heads recognises the columns by their heads, in any language.
func (r *reader) heads() {
	r.columns = map[int]column{}
	seen := map[column]bool{}
	for col := 1; col <= mostColumns; col++ {
		c, holds := r.rows[1][col]
		if !holds || strings.TrimSpace(c.shown) == "" {
			r.headless(col)
			continue
		}
		named, ok := r.head(c.shown)
		switch {
		case !ok:
			r.fault(models.Refuse(models.CodeSheetLayout, r.at(col, 1), "%q is no column of requirements", c.shown).
				Accepting("the heads of an exported sheet; a column of your own under %q", "Own notes"))
		case seen[named]:
			r.fault(models.Refuse(models.CodeSheetLayout, r.at(col, 1), "the column %q is there twice", c.shown).
				Accepting("each column once"))
		}
		seen[named], r.columns[col] = true, named
	}
	for _, key := range []string{keyCode, keyType, keyPriority, keyUse} {
		if !seen[column{key: key}] {
			r.fault(models.Refuse(models.CodeSheetLayout, r.at(1, 1), "the column %q is missing in the first row", key).
				Accepting("all columns of an exported sheet"))
		}
	}
}

// headless refuses a column that holds something under no head.
func (r *reader) headless(col int) {
	for row := 2; row <= MostRows+1; row++ {
		if c, holds := r.rows[row][col]; holds && strings.TrimSpace(c.shown) != "" {
			r.fault(models.Refuse(models.CodeSheetLayout, r.at(col, row), "the column of this cell has no head").
				Accepting("the head of a column of an exported sheet in %s", r.at(col, 1)))
			return
		}
	}
}

// head recognises the head of a column, with the language of a text in brackets.
func (r *reader) head(shown string) (column, bool) {
	if key, ok := r.vocabulary.heads[fold(shown)]; ok && !translated(key) {
		return column{key: key}, true
	}
	name, language, ok := strings.Cut(strings.TrimSuffix(strings.TrimSpace(shown), ")"), "(")
	key := r.vocabulary.heads[fold(name)]
	language = strings.TrimSpace(language)
	if !ok || !translated(key) || !models.ValidLanguage(language) {
		return column{}, false
	}
	return column{key, language}, true
}

// row reads a row; false: there is nothing in it, or something is wrong with it.
func (r *reader) row(n int) (Row, bool) {
	row := Row{Number: n, cells: map[string]string{}}
	said := map[column]string{}
	before, blank := len(r.faults), true
	for _, col := range sorted(r.columns) {
		c := r.columns[col]
		if c.key == keyNotes {
			continue
		}
		if c.key != keyEntry { // it is hidden: a fault of it is shown at the code
			row.cells[c.pointer()] = r.at(col, n)
		}
		said[c] = r.text(col, n)
		blank = blank && (c.key == keyEntry || strings.TrimSpace(said[c]) == "")
	}
	reference := strings.TrimSpace(said[column{key: keyEntry}])
	if len(r.faults) > before {
		r.mark(strings.TrimSpace(said[column{key: keyCode}]), n)
		return row, false
	}
	switch {
	case blank && reference == "":
		return row, false
	case blank:
		r.fault(models.Refuse(models.CodeCellInvalid, row.cells[pointers[keyCode]],
			"the row of a requirement was emptied").
			Accepting("the row as it was exported; a requirement is withdrawn by itself, not in a sheet"))
		return row, false
	}
	row.Entry, row.Requirement = r.known(reference, said, row)
	stored := row.Requirement
	for _, col := range sorted(r.columns) {
		r.apply(&row, r.columns[col], said[r.columns[col]])
	}
	r.compare(&row, reference, stored)
	return row, len(r.faults) == before
}

func sorted(columns map[int]column) []int {
	all := make([]int, 0, len(columns))
	for col := range columns {
		all = append(all, col)
	}
	slices.Sort(all)
	return all
}

// mark notes that a code has a row.
func (r *reader) mark(code string, n int) {
	if r.codes[code] == 0 {
		r.codes[code] = n
	}
}

// text is what a cell says. What it shows counts: a formula, and a number that is shown as something else, such as a
// date, are refused.
func (r *reader) text(col, row int) string {
	c := r.rows[row][col]
	at := r.at(col, row)
	switch {
	case c.formula:
		r.fault(models.Refuse(models.CodeCellInvalid, at, "the cell holds a formula").Accepting("the value itself"))
	case c.kind == "e":
		r.fault(models.Refuse(models.CodeCellInvalid, at, "the cell shows the error %q", c.shown).
			Accepting("a text, or nothing"))
	case c.kind == "b":
		r.fault(models.Refuse(models.CodeCellInvalid, at, "the cell holds the value true or false, not a text").
			Accepting("a text, or nothing"))
	case c.kind == "d":
		r.fault(models.Refuse(models.CodeCellInvalid, at, "the cell holds a date, not a text").
			Accepting("the text, in a cell of the format Text"))
	case (c.kind == "" || c.kind == "n") && c.stored != "":
		number, same := decimal(c)
		if !same {
			r.fault(models.Refuse(models.CodeCellInvalid, at, "the cell shows %q and holds the number %s", c.shown,
				c.stored).
				Accepting("what is to be read, in a cell of the format Text"))
		}
		return number
	default:
		if err := models.CheckReversing(at, c.shown); err != nil {
			r.faults = append(r.faults, models.Faults(err)...)
		}
		return c.shown
	}
	return ""
}

// decimal writes a number out, without an exponent and with the 15 digits that a workbook has. It tells whether the
// cell shows that number.
func decimal(c cell) (string, bool) {
	stored, err := strconv.ParseFloat(c.stored, 64)
	if err != nil {
		return "", false
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(stored, 'g', 15, 64), 64)
	if err != nil {
		return "", false
	}
	written := strconv.FormatFloat(rounded, 'f', -1, 64)
	shown, err := strconv.ParseFloat(strings.NewReplacer(",", "", " ", "").Replace(c.shown), 64)
	return written, len(written) <= 40 && err == nil && shown == rounded
}

// known finds the requirement that a row names by its hidden reference; a row without one is a new requirement.
func (r *reader) known(reference string, said map[column]string, row Row) (models.Entry, models.Requirement) {
	code := strings.TrimSpace(said[column{key: keyCode}])
	at := row.cells[pointers[keyCode]]
	if first := r.codes[code]; first > 0 && code != "" {
		r.fault(models.Refuse(models.CodeAlreadyExists, at, "%s stands in row %d as well", code, first).
			Accepting("one row for each requirement"))
	}
	r.mark(code, row.Number)
	id, _, _ := strings.Cut(reference, "@")
	for _, s := range r.standing {
		switch {
		case reference == "" && s.Code == code:
			r.fault(models.Refuse(models.CodeAlreadyExists, at,
				"%s exists, and this row does not come from an exported sheet", code).
				Accepting("the row of %s in a sheet that was exported, or another code", code))
			return models.Entry{}, models.Requirement{}
		case reference != "" && string(s.Entry.ID) == id:
			return s.Entry, s.Requirement
		}
	}
	if reference != "" {
		r.fault(models.Refuse(models.CodeRowStale, at, "%s was withdrawn, or belongs to another procurement", code).
			Accepting("a row of a sheet that was exported from this procurement, or a new row"))
	}
	return models.Entry{}, models.Requirement{}
}

// compare says what a row changes, and refuses a change of another version than the one that stands.
func (r *reader) compare(row *Row, reference string, stored models.Requirement) {
	if m := row.Requirement.Measure; m != nil && *m == (models.Measure{}) {
		row.Requirement.Measure = nil
	}
	if row.Entry.ID == "" {
		row.Change = Added
	} else {
		before, _, errBefore := models.Canonical(stored)
		after, _, errAfter := models.Canonical(row.Requirement)
		if errBefore == nil && errAfter == nil && bytes.Equal(before, after) {
			row.Change, row.Fields = Unchanged, nil
			return
		}
		row.Change = Changed
		if _, version, _ := strings.Cut(reference, "@"); version != strconv.FormatInt(row.Entry.Version, 10) {
			r.fault(models.Refuse(models.CodeRowStale, row.cells[pointers[keyCode]],
				"row %d: %s has changed since the sheet was exported; its version is %d now", row.Number, stored.Code,
				row.Entry.Version).
				Accepting("the same change in a sheet that is exported anew"))
		}
		if row.Requirement.Code != stored.Code {
			r.fault(models.Refuse(models.CodeCellInvalid, row.cells[pointers[keyCode]],
				"the code of %s never changes", stored.Code).
				Accepting("%s, or a new row", stored.Code))
		}
	}
	for _, fault := range row.Refused(row.Requirement.Check()) {
		told := func(other *models.Refusal) bool { return other.Field == fault.Field }
		if !slices.ContainsFunc(r.faults, told) { // what follows from a fault of the same cell is not told again
			r.faults = append(r.faults, fault)
		}
	}
}
