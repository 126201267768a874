package sheet

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/wording"
)

// Write makes a workbook of the requirements that stand, with the words of a language (English if there are none): a
// sheet with a row for each requirement, one that explains the columns, and one with the IDs that cells name.
func Write(d models.Dossier, language string) ([]byte, error) {
	w, _, err := wording.In(load, language)
	if err != nil {
		return nil, err
	}
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // it holds nothing outside of memory
	b := writer{f, d, w, columns(d), styles{}}
	for _, write := range []func() error{b.prepare, b.requirements, b.explanation, b.named} {
		if err := write(); err != nil {
			return nil, fmt.Errorf("write workbook: %w", err)
		}
	}
	file, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return file.Bytes(), nil
}

type writer struct {
	*excelize.File

	dossier models.Dossier
	words   *words
	columns []column
	styles  styles
}

// styles of cells. In all of them a cell holds text, so that nothing in it is ever taken for a formula, a date or a
// number.
type styles struct {
	head, kept, free int
}

// asText is the number format of cells that hold text whatever it looks like.
const asText = 49

func (b *writer) prepare() error {
	var err error
	align := &excelize.Alignment{WrapText: true, Vertical: "top"}
	for _, style := range []struct {
		to   *int
		want excelize.Style
	}{
		{&b.styles.head, excelize.Style{
			NumFmt: asText, Alignment: align, Font: &excelize.Font{Bold: true},
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE6F0"}},
		}},
		{&b.styles.kept, excelize.Style{NumFmt: asText, Alignment: align}},
		{&b.styles.free, excelize.Style{
			NumFmt: asText, Alignment: align, Protection: &excelize.Protection{Locked: false},
		}},
	} {
		if *style.to, err = b.NewStyle(&style.want); err != nil {
			return err
		}
	}
	if err := b.SetSheetName("Sheet1", b.words.Sheets["requirements"]); err != nil {
		return err
	}
	for _, key := range []string{"columns", "named"} {
		if _, err := b.NewSheet(b.words.Sheets[key]); err != nil {
			return err
		}
	}
	return nil
}

// requirements writes the sheet of requirements.
func (b *writer) requirements() error {
	name := b.words.Sheets["requirements"]
	for i, c := range b.columns {
		if err := b.column(name, i+1, c); err != nil {
			return err
		}
	}
	for n, r := range standing(b.dossier) {
		row := make([]string, len(b.columns))
		for i, c := range b.columns {
			row[i] = r.shown(b.dossier, c, b.words)
		}
		if err := b.row(name, n+2, row...); err != nil {
			return err
		}
	}
	if err := b.SetPanes(name, &excelize.Panes{
		Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight",
	}); err != nil {
		return err
	}
	return b.ProtectSheet(name, &excelize.SheetProtectionOptions{
		SelectLockedCells: true, SelectUnlockedCells: true, FormatCells: true, FormatColumns: true, FormatRows: true,
		InsertRows: true, Sort: true, AutoFilter: true,
	})
}

// column writes the head of a column and what its cells are.
func (b *writer) column(sheet string, n int, c column) error {
	letters, err := excelize.ColumnNumberToName(n)
	if err != nil {
		return err
	}
	style, width := b.styles.free, 16.0
	switch {
	case c.key == keyEntry:
		style = b.styles.kept
	case translated(c.key), c.key == keyNeeds, c.key == keyEvidence:
		width = 44
	}
	if err := b.SetColStyle(sheet, letters, style); err != nil {
		return err
	}
	if err := b.SetColWidth(sheet, letters, letters, width); err != nil {
		return err
	}
	if err := b.SetColVisible(sheet, letters, c.key != keyEntry); err != nil {
		return err
	}
	head := letters + "1"
	if err := b.SetCellStr(sheet, head, b.words.name(c)); err != nil {
		return err
	}
	if err := b.SetCellStyle(sheet, head, head, b.styles.head); err != nil {
		return err
	}
	if codes := values(c.key); codes != nil {
		return b.choice(sheet, letters, codes)
	}
	return nil
}

// choice offers a list of values in the cells of a column.
func (b *writer) choice(sheet, letters string, codes []string) error {
	offered := make([]string, len(codes))
	for i, code := range codes {
		offered[i] = b.words.value(code)
	}
	list := excelize.NewDataValidation(true)
	list.SetSqref(fmt.Sprintf("%s2:%s%d", letters, letters, MostRows+1))
	if err := list.SetDropList(offered); err != nil {
		return err
	}
	list.SetError(excelize.DataValidationErrorStyleStop, "", b.words.Invalid)
	return b.AddDataValidation(sheet, list)
}

// row writes texts from the first column on. They are strings: what begins with =, +, - or @ is no formula.
func (b *writer) row(sheet string, n int, texts ...string) error {
	for i, text := range texts {
		if text == "" {
			continue
		}
		cell, err := excelize.CoordinatesToCellName(i+1, n)
		if err != nil {
			return err
		}
		if err := b.SetCellStr(sheet, cell, text); err != nil {
			return err
		}
	}
	return nil
}

// explanation writes the sheet that explains the columns.
func (b *writer) explanation() error {
	rows := [][]string{{b.words.Heads["column"], b.words.Heads["meaning"], b.words.Heads["accepted"]}}
	for _, c := range b.columns {
		head := b.words.Columns[c.key]
		accepted := []string{head.Accepted}
		for i, code := range values(c.key) {
			accepted = append(accepted[:i], b.words.value(code))
		}
		rows = append(rows, []string{b.words.name(c), head.Meaning, strings.Join(accepted, ", ")})
	}
	return b.table(b.words.Sheets["columns"], rows, 32, 80, 60)
}

// named writes the sheet with the IDs that cells name: needs, entries of the consultation, and lots by number.
func (b *writer) named() error {
	h, d := b.words.Heads, b.dossier
	rows := [][]string{{h["id"], h["kind"], h["whose"], h["text"]}}
	for _, e := range d.Entries {
		kind := ""
		switch {
		case e.WithdrawnAt != nil:
		case e.Kind == models.EntryCommonNeed || e.Kind == models.EntryNeedsStatement:
			kind = b.words.Kinds["need"]
		case e.Phase == models.PhaseConsultation:
			kind = b.words.Kinds["consultation"]
		}
		if kind == "" {
			continue
		}
		whose, text := "", ""
		if e.OrganisationID != "" {
			whose = d.NameOf(e.OrganisationID)
		}
		if wording := models.WordingOf(e); len(wording) > 0 {
			text = clean(wording[0].Text.In("", d.Procurement.Languages...))
		}
		rows = append(rows, []string{string(e.ID), kind, clean(whose), text})
	}
	for _, lot := range d.Tendering.Lots {
		if lot.EndedAt == nil {
			rows = append(rows, []string{
				strconv.Itoa(lot.Number), b.words.Kinds["lot"], "", clean(lot.Title.In("", d.Procurement.Languages...)),
			})
		}
	}
	return b.table(b.words.Sheets["named"], rows, 44, 24, 32, 80)
}

// table writes rows below a head, each column in its width.
func (b *writer) table(sheet string, rows [][]string, widths ...float64) error {
	for i, width := range widths {
		letters, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := b.SetColStyle(sheet, letters, b.styles.kept); err != nil {
			return err
		}
		if err := b.SetColWidth(sheet, letters, letters, width); err != nil {
			return err
		}
	}
	for n, row := range rows {
		if err := b.row(sheet, n+1, row...); err != nil {
			return err
		}
	}
	if err := b.SetRowStyle(sheet, 1, 1, b.styles.head); err != nil {
		return err
	}
	return b.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}
