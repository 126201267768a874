package acts

import (
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/sheet"
)

// mostWritten is how many requirements one sheet changes: each is an entry with its event, in one transaction.
const mostWritten = 500

// What becomes of a row of a sheet.
const (
	SheetAdded     = sheet.Added
	SheetChanged   = sheet.Changed
	SheetUnchanged = sheet.Unchanged
)

// A SheetImport is what came, or would come, of a sheet of requirements.
type SheetImport struct {
	// Sheet is the name of the sheet.
	Sheet string
	Rows  []SheetRow
	// Absent are the codes of requirements that have no row in the sheet. They stay as they are.
	Absent []string
}

// A SheetRow is what came of one row.
type SheetRow struct {
	Number int
	Code   string
	// Change is one of [SheetAdded], [SheetChanged] and [SheetUnchanged].
	Change string
	// Fields are what was changed, as JSON pointers into the requirement.
	Fields []string
	// Entry is empty for a requirement that would be added.
	Entry   models.ID
	Version int64
}

// CheckSheet says what [Acts.ImportSheet] would write, and refuses what that would refuse. It writes nothing.
func (a *Acts) CheckSheet(ctx context.Context, by By, file []byte) (SheetImport, error) {
	book, err := sheet.Open(file)
	if err != nil {
		return SheetImport{}, err
	}
	return change(ctx, a, by, func(d *deed) (SheetImport, error) {
		plan, err := d.planSheet(book)
		return plan.outcome(), err
	})
}

// ImportSheet writes the requirements of a workbook: those that are new, and the next version of those that the sheet
// changes. It writes all or none, and refuses all faults at once, each by its cell. The file is taken apart before
// anything is locked.
func (a *Acts) ImportSheet(ctx context.Context, by By, file []byte) (Done[SheetImport], error) {
	book, err := sheet.Open(file)
	if err != nil {
		return Done[SheetImport]{}, err
	}
	return once(ctx, a, by, func(d *deed) (SheetImport, error) {
		plan, err := d.planSheet(book)
		if err != nil {
			return SheetImport{}, err
		}
		for i, w := range plan.written {
			e, err := plan.kind.save(d, w.entry, w.row.Requirement, plan.dossier)
			if err != nil {
				return SheetImport{}, byCell(err, w.row)
			}
			plan.written[i].entry = e
		}
		return plan.outcome(), nil
	})
}

// A sheetPlan is what a sheet would write.
type sheetPlan struct {
	kind    EntryKind
	dossier func() (models.Dossier, error)
	reading sheet.Reading
	written []plannedRow
}

// A plannedRow is a row with the entry that it would write.
type plannedRow struct {
	row   sheet.Row
	entry models.Entry
}

// planSheet judges every row of a sheet as if it were written by itself.
func (d *deed) planSheet(book sheet.Book) (sheetPlan, error) {
	kind, _ := EntryKindOf(models.EntryRequirement)
	plan := sheetPlan{kind: kind, dossier: d.dossierOnce()}
	first, err := kind.begin(d)
	if err != nil {
		return plan, err
	}
	dossier, err := plan.dossier()
	if err != nil {
		return plan, err
	}
	if plan.reading, err = book.Read(dossier); err != nil {
		return plan, err
	}
	var faults []*models.Refusal
	for _, row := range plan.reading.Rows {
		if row.Change == sheet.Unchanged {
			continue
		}
		e := first
		if row.Change == sheet.Changed {
			e = row.Entry
			e.Version, e.Round, e.AuthorID, e.WrittenAt = e.Version+1, first.Round, first.AuthorID, first.WrittenAt
		}
		plan.written = append(plan.written, plannedRow{row, e})
		err := d.judgeRow(row, e, plan.dossier)
		if _, refused := models.RefusalOf(err); err != nil && !refused {
			return plan, err
		}
		faults = append(faults, row.Refused(err)...)
	}
	if n := len(plan.written); n > mostWritten {
		faults = append(faults, models.Refuse(models.CodeCellInvalid,
			plan.written[mostWritten].row.Cell("/code"), "the sheet writes %d requirements", n).
			Accepting("a sheet that adds or changes at most %d, and the others after it", mostWritten))
	}
	return plan, models.Refusals(faults)
}

// judgeRow judges a requirement by the rest of the dossier, and refuses a secret key in it: what is packed in a file
// was not seen when the request arrived.
func (d *deed) judgeRow(row sheet.Row, e models.Entry, dossier func() (models.Dossier, error)) error {
	body, _, err := models.Canonical(row.Requirement)
	if err != nil {
		return fmt.Errorf("write down row %d: %w", row.Number, err)
	}
	if err := RefuseSecretKey(body); err != nil {
		return err
	}
	return d.entryFits(row.Requirement, e, dossier)
}

// byCell makes a refusal of a row point to its cells.
func byCell(err error, row sheet.Row) error {
	if faults := row.Refused(err); len(faults) > 0 {
		return models.Refusals(faults)
	}
	return err
}

// outcome is what became of each row.
func (p sheetPlan) outcome() SheetImport {
	done := SheetImport{Sheet: p.reading.Name, Absent: p.reading.Absent}
	written := map[int]models.Entry{}
	for _, w := range p.written {
		written[w.row.Number] = w.entry
	}
	for _, row := range p.reading.Rows {
		e, ok := written[row.Number]
		if !ok {
			e = row.Entry
		}
		done.Rows = append(done.Rows, SheetRow{
			Number: row.Number, Code: row.Requirement.Code, Change: row.Change, Fields: row.Fields, Entry: e.ID,
			Version: e.Version,
		})
	}
	return done
}
