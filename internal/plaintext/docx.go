package plaintext

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// The parts of a Word document that have words (ECMA-376 Part 1, §11.3), and what people call them.
var wordParts = []struct{ pattern, called string }{
	{"word/document.xml", ""},
	{"word/header*.xml", "header, "},
	{"word/footer*.xml", "footer, "},
	{"word/footnotes.xml", "footnotes, "},
	{"word/endnotes.xml", "endnotes, "},
}

// readDOCX reads a Word document, paragraph by paragraph: what is deleted by a tracked change is left out, what it
// inserts is read.
func readDOCX(file []byte) ([]part, error) {
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, unreadable("the file is a damaged archive: %v", err)
	}
	if !slices.ContainsFunc(archive.File, func(f *zip.File) bool { return f.Name == "word/document.xml" }) {
		return nil, unreadable("the file is an archive, but no Word document")
	}
	var parts []part
	left := int64(longestXML)
	for _, p := range wordParts {
		for _, f := range archive.File {
			if fits, err := path.Match(p.pattern, f.Name); err != nil || !fits {
				continue
			}
			read, err := paragraphs(f, p.called, &left)
			if err != nil {
				return nil, err
			}
			parts = append(parts, read...)
		}
	}
	length := 0
	for _, p := range parts {
		length += len(p.words)
	}
	if length > LongestText {
		return nil, tooLong()
	}
	return parts, nil
}

// longestXML is how many bytes of XML are read of all parts of a document. Word writes some ten bytes for one of text.
const longestXML = 16 * LongestText

func paragraphs(f *zip.File, called string, left *int64) ([]part, error) {
	content, err := f.Open()
	if err != nil {
		return nil, unreadable("%s is damaged: %v", f.Name, err)
	}
	defer content.Close()
	limited := &io.LimitedReader{R: content, N: *left + 1}
	p := paragraphReader{called: called}
	decoder := xml.NewDecoder(limited)
	for {
		token, err := decoder.Token()
		switch {
		case limited.N <= 0:
			return nil, tooLong()
		case errors.Is(err, io.EOF):
			*left = limited.N - 1
			return append(p.parts, p.last()...), nil
		case err != nil:
			return nil, unreadable("%s is damaged: %v", f.Name, err)
		}
		p.take(token)
	}
}

// A paragraphReader collects the words of paragraphs (ECMA-376 Part 1, §17.3).
type paragraphReader struct {
	called string
	parts  []part
	words  strings.Builder
	// inText says that characters are words; hidden counts the fallbacks that are open, which say again what was said.
	inText bool
	hidden int
}

func (p *paragraphReader) take(token xml.Token) {
	switch t := token.(type) {
	case xml.StartElement:
		p.open(t.Name)
	case xml.EndElement:
		p.close(t.Name)
	case xml.CharData:
		if p.inText && p.hidden == 0 {
			p.words.Write(t)
		}
	}
}

func (p *paragraphReader) open(name xml.Name) {
	switch name.Local {
	case "t":
		p.inText = isWord(name) // a formula has its own
	case "tab":
		p.words.WriteByte('\t')
	case "br", "cr":
		p.words.WriteByte('\n')
	case "noBreakHyphen":
		p.words.WriteByte('-')
	case "Fallback":
		p.hidden++
	}
}

func (p *paragraphReader) close(name xml.Name) {
	switch name.Local {
	case "t":
		p.inText = false
	case "p":
		if isWord(name) && p.hidden == 0 {
			p.parts = append(p.parts, p.paragraph())
		}
	case "Fallback":
		p.hidden--
	}
}

// isWord tells whether an element is one of WordprocessingML, in the transitional or the strict form.
func isWord(name xml.Name) bool {
	return name.Space == "http://schemas.openxmlformats.org/wordprocessingml/2006/main" ||
		name.Space == "http://purl.oclc.org/ooxml/wordprocessingml/main"
}

// paragraph ends a paragraph. One in a text box ends before the one around it.
func (p *paragraphReader) paragraph() part {
	done := part{fmt.Sprintf("%sparagraph %d", p.called, len(p.parts)+1), p.words.String()}
	p.words.Reset()
	return done
}

// last is what stands after the last paragraph, in a document that was cut off.
func (p *paragraphReader) last() []part {
	if p.words.Len() == 0 {
		return nil
	}
	return []part{p.paragraph()}
}
