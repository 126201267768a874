package paper

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

//go:embed page.gohtml
var pageText string

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("page").Parse(pageText))

// HTML renders the document as one web page that loads and runs nothing. Its headings follow each other without a gap,
// its tables say which cell heads what (WCAG 2.2, 1.3.1 and 2.4.6).
func (d Document) HTML() ([]byte, error) {
	numbered := 0
	view := htmlPage{
		Document: d, Direction: Direction(d.Language),
		Style: template.CSS(pageStyle), //nolint:gosec // it is ours
	}
	for _, s := range d.Sections {
		view.Parts = append(view.Parts, partOf(s, 2, &numbered))
	}
	var out bytes.Buffer
	if err := page.Execute(&out, view); err != nil {
		return nil, fmt.Errorf("render page: %w", err)
	}
	return out.Bytes(), nil
}

type htmlPage struct {
	Document

	Direction string
	Style     template.CSS
	Parts     []htmlPart
}

type htmlPart struct {
	// ID is what the table of contents points to; Level that of the heading, from 2 to 6.
	ID     string
	Level  int
	Title  string
	Blocks []htmlBlock
	Parts  []htmlPart
}

type htmlBlock struct {
	Lines []string
	List  List
	Facts Facts
	Table *Table
}

const deepestHeading = 6

func partOf(s Section, level int, numbered *int) htmlPart {
	*numbered++
	part := htmlPart{ID: "s" + strconv.Itoa(*numbered), Level: min(level, deepestHeading), Title: s.Title}
	for _, b := range s.Blocks {
		part.Blocks = append(part.Blocks, blockOf(b))
	}
	for _, below := range s.Sections {
		part.Parts = append(part.Parts, partOf(below, level+1, numbered))
	}
	return part
}

func blockOf(b Block) htmlBlock {
	switch b := b.(type) {
	case Paragraph:
		return htmlBlock{Lines: strings.Split(string(b), "\n")}
	case List:
		return htmlBlock{List: b}
	case Facts:
		return htmlBlock{Facts: b}
	case Table:
		return htmlBlock{Table: &b}
	}
	return htmlBlock{}
}
