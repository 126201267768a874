// Package paper renders documents for people: as a web page that needs nothing else, and as PDF. The same document
// gives the same bytes, always: their digest stands in notices and in the record.
package paper

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// A Document is what people read, in one language.
type Document struct {
	// Language is a BCP 47 tag; see [Direction].
	Language string
	Title    string
	// Under stands below the title, a line each: what kind of document it is, of which date.
	Under []string
	// Warning stands out at the beginning; empty: there is none.
	Warning string
	// Contents is the title of the table of contents.
	Contents string
	Sections []Section
	// Page is how a page of the PDF is numbered, with {page} and {pages} in it.
	Page string
}

// A Section has a title, blocks, and then sections of its own.
type Section struct {
	Title    string
	Blocks   []Block
	Sections []Section
}

// A Block is a [Paragraph], [List], [Facts] or [Table].
type Block interface{ block() }

// A Paragraph is running text; its line ends are kept.
type Paragraph string

// A List is a list of points.
type List []string

// Facts are names with what they name.
type Facts []Fact

// A Fact is a name with what it names.
type Fact struct{ Name, Value string }

// A Table has a caption, a head, and rows as wide as it. The first cell of a row is its head.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
	// Widths are the parts of the width that columns take in print.
	Widths []float64
}

func (Paragraph) block() {}
func (List) block()      {}
func (Facts) block()     {}
func (Table) block()     {}

// Direction is that in which a language is written: ltr, or rtl.
func Direction(tag string) string {
	script, _ := language.Make(tag).Script()
	if slices.Contains([]string{"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg"}, script.String()) {
		return "rtl"
	}
	return "ltr"
}

// Text is everything that the document says, for a look at its characters.
func (d Document) Text() string {
	var s strings.Builder
	s.WriteString(d.Title + d.Warning + d.Contents + d.Page + strings.Join(d.Under, ""))
	for _, section := range d.Sections {
		section.text(&s)
	}
	return s.String()
}

func (s Section) text(to *strings.Builder) {
	to.WriteString(s.Title)
	for _, b := range s.Blocks {
		switch b := b.(type) {
		case Paragraph:
			to.WriteString(string(b))
		case List:
			to.WriteString(strings.Join(b, ""))
		case Facts:
			for _, f := range b {
				to.WriteString(f.Name + f.Value)
			}
		case Table:
			to.WriteString(b.Caption + strings.Join(b.Head, ""))
			for _, row := range b.Rows {
				to.WriteString(strings.Join(row, ""))
			}
		}
	}
	for _, below := range s.Sections {
		below.text(to)
	}
}
