// Package plaintext reads the words of files that officers write: plain text, Word documents (DOCX) and PDF.
//
// Files come from strangers. A DOCX is read as XML, without styles, links or macros, and never more of it than
// [LongestText] allows. A PDF is read by PDFium in a WebAssembly sandbox that has no files and no network, a bounded
// memory, and an end.
package plaintext

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/ppi-engine/ppi/models"
)

const (
	// LargestFile is how many bytes a file may have.
	LargestFile = 50 << 20
	// LongestText is how many bytes of text may be in a file: some 1,000 pages.
	LongestText = 4 << 20
)

// A Text is what a file says, composed (Unicode NFC).
type Text struct {
	// Content is all of it; paragraphs stand on lines of their own.
	Content string
	// marks are where parts of the file begin, in their order.
	marks []mark
}

type mark struct {
	// at is an offset into the content, in characters.
	at int
	// where is what people call the part, such as page 3.
	where string
}

// Where names the part of the file to which an offset in characters belongs, such as page 3, paragraph 12 or line 7.
func (t Text) Where(at int) string {
	i, found := slices.BinarySearchFunc(t.marks, at, func(m mark, at int) int { return m.at - at })
	switch {
	case found:
		return t.marks[i].where
	case i == 0:
		return ""
	}
	return t.marks[i-1].where
}

// Read reads a file, whose kind it tells from the bytes. It refuses with [models.CodeTextUnreadable] what is none of
// the kinds, is protected by a password, is damaged, takes too long to read or has no words, such as a scanned page;
// and with [models.CodeBodyTooLarge] what is larger than it takes.
func Read(ctx context.Context, file []byte) (Text, error) {
	if len(file) > LargestFile {
		return Text{}, models.Refuse(models.CodeBodyTooLarge, "", "the file is larger than %d bytes", LargestFile).
			Accepting("its parts, one by one")
	}
	parts, err := partsOf(ctx, file)
	if err != nil {
		return Text{}, err
	}
	return worded(parts)
}

// Lines reads a text that stands in no file. It refuses what [Read] refuses of plain text.
func Lines(text string) (Text, error) {
	parts, err := readLines([]byte(text))
	if err != nil {
		return Text{}, err
	}
	return worded(parts)
}

func worded(parts []part) (Text, error) {
	text := joined(parts)
	if len(text.marks) == 0 {
		return Text{}, unreadable("the file has no words; a scanned page is a picture")
	}
	return text, nil
}

func partsOf(ctx context.Context, file []byte) ([]part, error) {
	switch {
	case bytes.HasPrefix(file, []byte("%PDF-")):
		return readPDF(ctx, file)
	case bytes.HasPrefix(file, []byte("PK\x03\x04")):
		return readDOCX(file)
	}
	return readLines(file)
}

// A part of a file has a name, and the words in it.
type part struct{ where, words string }

// joined puts the parts one below the other.
func joined(parts []part) Text {
	var t Text
	var content strings.Builder
	at := 0
	for _, p := range parts {
		words := norm.NFC.String(p.words)
		if strings.TrimSpace(words) == "" {
			words = ""
		} else {
			t.marks = append(t.marks, mark{at, p.where})
		}
		content.WriteString(words + "\n")
		at += utf8.RuneCountInString(words) + 1
	}
	t.Content = content.String()
	return t
}

// readLines reads plain text in UTF-8, or in UTF-16 with a byte order mark.
func readLines(file []byte) ([]part, error) {
	text, _, err := transform.Bytes(unicode.BOMOverride(encoding.UTF8Validator), file)
	switch {
	case err != nil, bytes.ContainsRune(text, 0):
		return nil, unreadable("the file is no text in UTF-8")
	case len(text) > LongestText:
		return nil, tooLong()
	}
	lines := strings.Split(lineEnds.Replace(string(text)), "\n")
	parts := make([]part, len(lines))
	for i, line := range lines {
		parts[i] = part{fmt.Sprintf("line %d", i+1), line}
	}
	return parts, nil
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func unreadable(format string, args ...any) *models.Refusal {
	return models.Refuse(models.CodeTextUnreadable, "", format, args...).
		Accepting("plain text in UTF-8, a Word document (DOCX), or a PDF that no password protects")
}

func tooLong() *models.Refusal {
	return models.Refuse(models.CodeBodyTooLarge, "", "the file has more than %d bytes of text", LongestText).
		Accepting("its parts, one by one")
}
