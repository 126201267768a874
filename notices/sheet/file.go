package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/ppi-engine/ppi/models"
)

// A page is the sheet of requirements as it is in a file, before anything of it is believed.
type page struct {
	name string
	// rows are the cells that hold something, by row and column from 1.
	rows map[int]map[int]cell
}

// A cell is what one cell holds.
type cell struct {
	// kind is the type that the format gives it: s, str, inlineStr, n, b, e, d, or nothing for a number.
	kind string
	// shown is what people see, stored what stands in the file.
	shown, stored string
	formula       bool
}

func unreadable(format string, args ...any) *models.Refusal {
	return models.Refuse(models.CodeSheetUnreadable, "", format, args...).
		Accepting("an .xlsx file of at most %d MiB, such as the one that is exported", MostBytes>>20)
}

// open reads the sheet of requirements from a file. It refuses a file that is not read: none of the format, too large,
// with macros, or with links to other files.
func open(file []byte, v vocabulary) (p page, err error) {
	// The library that reads the format must not bring down the process, whatever somebody sends.
	defer func() {
		if recover() != nil {
			err = unreadable("the file is damaged")
		}
	}()
	parts, err := unpack(file)
	if err != nil {
		return p, err
	}
	var part string
	if p.name, part, err = parts.find(v); err != nil {
		return p, err
	}
	if err := p.scan(parts[part]); err != nil {
		return p, err
	}
	return p, p.fill(file)
}

// parts are the parts of a file by name.
type parts map[string]*zip.File

func unpack(file []byte) (parts, error) {
	switch {
	case len(file) > MostBytes:
		return nil, unreadable("the file is larger than %d bytes", MostBytes)
	case bytes.HasPrefix(file, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}):
		return nil, unreadable("the file is protected by a password, or of the old format .xls")
	}
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, unreadable("the file is no .xlsx file")
	}
	if len(archive.File) > mostParts {
		return nil, unreadable("the file has more than %d parts", mostParts)
	}
	all, left := parts{}, uint64(mostUnpacked)
	for _, f := range archive.File {
		name := strings.ToLower(strings.TrimPrefix(f.Name, "/"))
		switch {
		case f.UncompressedSize64 > left:
			return nil, unreadable("the file is larger than %d MiB when it is unpacked", mostUnpacked>>20)
		case all[name] != nil:
			return nil, unreadable("the file has the part %q twice", f.Name)
		case strings.Contains(name, "vbaproject"), strings.Contains(name, "/macrosheets/"):
			return nil, unreadable("the file has macros")
		case strings.HasPrefix(name, "xl/externallinks/"), name == "xl/connections.xml":
			return nil, unreadable("the file has links to other files or to data elsewhere")
		}
		left -= f.UncompressedSize64
		all[name] = f
	}
	kinds, err := all.read("[content_types].xml")
	if err == nil && bytes.Contains(bytes.ToLower(kinds), []byte("macroenabled")) {
		return nil, unreadable("the file is of a format with macros")
	}
	return all, err
}

// read reads a part. What it says of its own size was counted before, and no more is read.
func (p parts) read(name string) ([]byte, error) {
	f := p[name]
	if f == nil {
		return nil, unreadable("the file has no part %q", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, unreadable("the part %q of the file is damaged", name)
	}
	defer func() { _ = r.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(r, mostUnpacked))
	if err != nil {
		return nil, unreadable("the part %q of the file is damaged", name)
	}
	return content, nil
}

// find finds the sheet of requirements, by its name in any language, and the part that holds it.
func (p parts) find(v vocabulary) (name, part string, err error) {
	var book struct {
		Sheets []struct {
			Name string     `xml:"name,attr"`
			Any  []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := p.decode("xl/workbook.xml", &book); err != nil {
		return "", "", err
	}
	if err := p.decode("xl/_rels/workbook.xml.rels", &links); err != nil {
		return "", "", err
	}
	var names []string
	for _, s := range book.Sheets {
		names = append(names, s.Name)
		if !v.sheets[fold(s.Name)] {
			continue
		}
		at := slices.IndexFunc(s.Any, func(a xml.Attr) bool {
			return a.Name.Local == "id" && strings.Contains(a.Name.Space, "relationships")
		})
		for _, link := range links.All {
			if at < 0 || link.ID != s.Any[at].Value {
				continue
			}
			target := strings.ToLower(link.Target)
			if !strings.HasPrefix(target, "/") {
				target = path.Join("/xl", target)
			}
			return s.Name, strings.TrimPrefix(target, "/"), nil
		}
	}
	return "", "", models.Refuse(models.CodeSheetLayout, "", "the file has no sheet of requirements, but: %v", names).
		Accepting("the sheet %q, or its name in another of the six languages", "Requirements")
}

func (p parts) decode(name string, into any) error {
	content, err := p.read(name)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(content, into); err != nil {
		return unreadable("the part %q of the file is damaged", name)
	}
	return nil
}

// scan finds the cells that hold something, and what kind of thing, before anything is made of them: where they stand
// is bounded, whatever the file says.
func (p *page) scan(part *zip.File) error {
	if part == nil {
		return unreadable("the sheet %q is missing in the file", p.name)
	}
	r, err := part.Open()
	if err != nil {
		return unreadable("the sheet %q is damaged", p.name)
	}
	defer func() { _ = r.Close() }() // it was only read
	p.rows = map[int]map[int]cell{}
	decoder := xml.NewDecoder(r)
	s := scanner{page: p}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadable("the sheet %q is damaged", p.name)
		}
		if begun, ok := token.(xml.StartElement); ok {
			if err := s.begin(begun); err != nil {
				return err
			}
		}
	}
}

// A scanner follows the elements of a sheet.
type scanner struct {
	page     *page
	row, col int
	kind     string
}

func (s *scanner) begin(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		s.row, s.col = s.row+1, 0
		if n, err := strconv.Atoi(attribute(e, "r")); err == nil {
			s.row = n
		}
	case "c":
		s.col++
		s.kind = attribute(e, "t")
		if at := attribute(e, "r"); at != "" {
			var err error
			if s.col, s.row, err = excelize.CellNameToCoordinates(at); err != nil {
				return unreadable("the sheet has a cell with the name %q", at)
			}
		}
	case "v", "is", "f":
		return s.holds(e.Name.Local == "f")
	case "mergeCell":
		at := attribute(e, "ref")
		return models.Refuse(models.CodeCellInvalid, s.page.name+"!"+at, "the cells are merged").
			Accepting("each cell by itself")
	}
	return nil
}

// holds notes that the cell holds something.
func (s *scanner) holds(formula bool) error {
	switch {
	case s.row < 1 || s.col < 1:
		return unreadable("the sheet %q is damaged", s.page.name)
	case s.row > MostRows+1:
		return models.Refuse(models.CodeCellInvalid, s.page.at(s.col, s.row), "the sheet has more than %d rows",
			MostRows).
			Accepting("at most %d requirements in one sheet", MostRows)
	case s.col > mostColumns:
		return models.Refuse(models.CodeCellInvalid, s.page.at(s.col, s.row), "the sheet has more than %d columns",
			mostColumns).
			Accepting("the columns of an exported sheet")
	}
	if s.page.rows[s.row] == nil {
		s.page.rows[s.row] = map[int]cell{}
	}
	c := s.page.rows[s.row][s.col]
	c.kind, c.formula = s.kind, c.formula || formula
	s.page.rows[s.row][s.col] = c
	return nil
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// at names a cell as people do.
func (p *page) at(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return p.name
	}
	return p.name + "!" + name
}

// fill reads what the cells show and what they hold.
func (p *page) fill(file []byte) error {
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{
		UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: mostUnpacked,
	})
	if err != nil {
		return unreadable("the file is damaged")
	}
	defer func() { _ = f.Close() }() // it holds nothing outside of memory
	for _, raw := range []bool{true, false} {
		if err := p.fillFrom(f, raw); err != nil {
			return unreadable("the sheet %q is damaged", p.name)
		}
	}
	return nil
}

func (p *page) fillFrom(f *excelize.File, raw bool) error {
	rows, err := f.Rows(p.name)
	if err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	for n := 1; n <= MostRows+1 && rows.Next(); n++ {
		texts, err := rows.Columns(excelize.Options{RawCellValue: raw})
		if err != nil {
			return fmt.Errorf("read row: %w", err)
		}
		for i, text := range texts {
			c, holds := p.rows[n][i+1]
			switch {
			case !holds:
				continue
			case raw:
				c.stored = clean(text)
			default:
				c.shown = clean(text)
			}
			p.rows[n][i+1] = c
		}
	}
	if err := rows.Close(); err != nil {
		return fmt.Errorf("close rows: %w", err)
	}
	return nil
}
