package paper

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// The fonts of the Go project have the characters of every official language of the European Union, and of its
// neighbours that write with Latin, Greek or Cyrillic letters.
const face = "go"

// Sizes are in points, lengths in millimetres.
const (
	margin   = 20.0
	bodySize = 10.5
	line     = 5.2
	gap      = 2.2
	indent   = 5.0
	padding  = 1.2
	factName = 50.0
)

// Unprintable returns the characters of the document that the fonts of its PDF do not have, each once; empty: it can be
// printed, if its language is written from left to right.
func (d Document) Unprintable() (string, error) {
	font, err := regular()
	if err != nil {
		return "", err
	}
	var buffer sfnt.Buffer
	var lacking strings.Builder
	seen := map[rune]bool{'\n': true}
	for _, r := range d.Text() {
		if seen[r] {
			continue
		}
		seen[r] = true
		glyph, err := font.GlyphIndex(&buffer, r)
		if err != nil {
			return "", fmt.Errorf("look for a character in the font: %w", err)
		}
		if glyph == 0 {
			lacking.WriteRune(r)
		}
	}
	return lacking.String(), nil
}

var regular = sync.OnceValues(func() (*sfnt.Font, error) {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	return font, nil
})

// PDF renders the document on pages of A4, dated at the given instant. It is not tagged: who reads with a screen reader
// is better served by [Document.HTML].
func (d Document) PDF(at time.Time) ([]byte, error) {
	p := printer{Fpdf: fpdf.New("P", "mm", "A4", ""), document: d}
	p.SetCatalogSort(true)
	p.SetCreationDate(at.UTC())
	p.SetModificationDate(at.UTC())
	p.SetLang(d.Language)
	p.SetTitle(d.Title, true)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, margin)
	p.AddUTF8FontFromBytes(face, "", goregular.TTF)
	p.AddUTF8FontFromBytes(face, "B", gobold.TTF)
	p.AliasNbPages("{pages}")
	p.SetFooterFunc(p.footer)
	p.AddPage()
	p.head()
	for _, s := range d.Sections {
		p.section(s, 0)
	}
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	return out.Bytes(), nil
}

type printer struct {
	*fpdf.Fpdf

	document Document
}

func (p *printer) width() float64 {
	w, _ := p.GetPageSize()
	return w - 2*margin
}

func (p *printer) footer() {
	p.SetY(-margin + 6)
	p.SetFont(face, "", 8)
	number := strings.ReplaceAll(p.document.Page, "{page}", strconv.Itoa(p.PageNo()))
	p.CellFormat(0, line, number, "", 0, "C", false, 0, "")
}

func (p *printer) head() {
	p.SetFont(face, "B", 18)
	p.MultiCell(0, 8.5, p.document.Title, "", "L", false)
	p.SetFont(face, "", bodySize)
	for _, under := range p.document.Under {
		p.MultiCell(0, line, under, "", "L", false)
	}
	if p.document.Warning != "" {
		p.Ln(gap)
		p.SetFont(face, "B", bodySize)
		p.MultiCell(0, line+1, p.document.Warning, "1", "L", false)
	}
}

func (p *printer) section(s Section, level int) {
	p.Ln(gap * 2)
	p.keep(4 * line)
	p.Bookmark(s.Title, level, -1)
	size := max(15-2.0*float64(level), 11)
	p.SetFont(face, "B", size)
	p.MultiCell(0, size*0.5, s.Title, "", "L", false)
	p.Ln(gap / 2)
	for _, b := range s.Blocks {
		p.block(b)
	}
	for _, below := range s.Sections {
		p.section(below, level+1)
	}
}

// keep begins another page unless so much room is left on this one.
func (p *printer) keep(height float64) {
	_, whole := p.GetPageSize()
	if p.GetY()+height > whole-margin {
		p.AddPage()
	}
}

func (p *printer) block(b Block) {
	p.SetFont(face, "", bodySize)
	switch b := b.(type) {
	case Paragraph:
		p.MultiCell(0, line, string(b), "", "L", false)
		p.Ln(gap)
	case List:
		for _, item := range b {
			p.CellFormat(indent, line, "•", "", 0, "C", false, 0, "")
			p.MultiCell(p.width()-indent, line, item, "", "L", false)
		}
		p.Ln(gap)
	case Facts:
		p.facts(b)
	case Table:
		p.table(b)
	}
}

func (p *printer) facts(all Facts) {
	for _, f := range all {
		p.row([]string{f.Name, f.Value}, []float64{factName, p.width() - factName}, "", []string{"B", ""})
	}
	p.Ln(gap)
}

// table prints a table; its head is repeated on each page.
func (p *printer) table(t Table) {
	widths := make([]float64, len(t.Head))
	for i := range widths {
		widths[i] = p.width() / float64(len(widths))
		if len(t.Widths) == len(widths) {
			widths[i] = p.width() * t.Widths[i]
		}
	}
	p.keep(5 * line)
	p.SetFont(face, "B", bodySize)
	p.MultiCell(0, line, t.Caption, "", "L", false)
	bold := make([]string, len(t.Head))
	for i := range bold {
		bold[i] = "B"
	}
	p.row(t.Head, widths, "1", bold)
	plain := make([]string, len(t.Head))
	for _, row := range t.Rows {
		at := p.PageNo()
		if p.fits(row, widths, plain) {
			p.row(row, widths, "1", plain)
			continue
		}
		p.AddPage()
		if p.PageNo() != at {
			p.row(t.Head, widths, "1", bold)
		}
		p.row(row, widths, "1", plain)
	}
	p.Ln(gap)
}

func (p *printer) fits(cells []string, widths []float64, styles []string) bool {
	_, whole := p.GetPageSize()
	_, height := p.wrap(cells, widths, styles)
	return p.GetY()+height <= whole-margin
}

// wrap breaks cells into lines, and tells how high their row is.
func (p *printer) wrap(cells []string, widths []float64, styles []string) ([][]string, float64) {
	lines, most := make([][]string, len(cells)), 1
	for i, cell := range cells {
		p.SetFont(face, styles[i], bodySize)
		for text := range strings.SplitSeq(cell, "\n") {
			lines[i] = append(lines[i], p.SplitText(text, widths[i]-2*padding-0.5)...)
		}
		most = max(most, len(lines[i]))
	}
	return lines, float64(most)*line + 2*padding
}

// row prints a row of cells. One that is higher than what is left of the page goes on at the top of the next.
func (p *printer) row(cells []string, widths []float64, border string, styles []string) {
	lines, _ := p.wrap(cells, widths, styles)
	_, whole := p.GetPageSize()
	for more := true; more; {
		room := int((whole - margin - p.GetY() - 2*padding) / line)
		if room < 1 {
			p.AddPage()
			continue
		}
		more = p.part(lines, room, widths, border, styles)
	}
}

// part prints as many lines of a row as there is room for, and tells whether any are left.
func (p *printer) part(lines [][]string, room int, widths []float64, border string, styles []string) bool {
	high, more := 1, false
	for i := range lines {
		high = max(high, min(len(lines[i]), room))
	}
	x, y := p.GetX(), p.GetY()
	for i := range lines {
		now := lines[i][:min(len(lines[i]), room)]
		lines[i] = lines[i][len(now):]
		more = more || len(lines[i]) > 0
		if border != "" {
			p.Rect(x, y, widths[i], float64(high)*line+2*padding, "D")
		}
		p.SetFont(face, styles[i], bodySize)
		for n, text := range now {
			p.SetXY(x+padding, y+padding+float64(n)*line)
			p.CellFormat(widths[i]-2*padding, line, text, "", 0, "L", false, 0, "")
		}
		x += widths[i]
	}
	p.SetXY(margin, y+float64(high)*line+2*padding)
	return more
}
