package plaintext

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

const (
	// longestReading is how long a PDF may take. Files that never end are made on purpose.
	longestReading = time.Minute
	// mostPages is how many pages are read.
	mostPages = 2000
	// atOnce is how many PDFs a process reads at once; others wait. Each may take memoryPages of 64 KiB.
	atOnce      = 2
	memoryPages = 6144
)

// sandbox compiles PDFium when the first PDF is read, which takes some seconds.
var sandbox = sync.OnceValues(func() (pdfium.Pool, error) {
	pool, err := webassembly.Init(webassembly.Config{
		MaxTotal: atOnce,
		FSConfig: wazero.NewFSConfig(), // the library mounts the whole disk where none is named
		Stdout:   io.Discard, Stderr: io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfig().
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithMemoryLimitPages(memoryPages).
			WithCloseOnContextDone(true), // so that Kill ends what runs
	})
	if err != nil {
		return nil, fmt.Errorf("compile PDFium: %w", err)
	}
	return pool, nil
})

// readPDF reads a PDF page by page, in the order in which its words were written.
func readPDF(ctx context.Context, file []byte) ([]part, error) {
	pool, err := sandbox()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, longestReading)
	defer cancel()
	reader, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return nil, unreadable("the file could not be read in time, because others are read")
	}
	stop := context.AfterFunc(ctx, func() { _ = reader.Kill() }) // only an instance that is gone cannot be killed
	defer func() {
		if stop() {
			_ = reader.Close() // what an instance leaves behind goes with it
		}
	}()
	parts, err := pages(reader, file)
	if err != nil && ctx.Err() != nil {
		return nil, unreadable("the file takes longer to read than %s", longestReading)
	}
	return parts, err
}

func pages(reader pdfium.Pdfium, file []byte) ([]part, error) {
	document, err := reader.OpenDocument(&requests.OpenDocument{File: &file})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return nil, unreadable("the file is protected by a password")
	case err != nil:
		return nil, unreadable("the PDF is damaged: %v", err)
	}
	count, err := reader.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: document.Document})
	switch {
	case err != nil:
		return nil, unreadable("the pages of the PDF cannot be counted: %v", err)
	case count.PageCount > mostPages:
		return nil, tooLong()
	}
	parts := make([]part, 0, count.PageCount)
	length := 0
	for i := range count.PageCount {
		page := requests.Page{ByIndex: &requests.PageByIndex{Document: document.Document, Index: i}}
		text, err := reader.GetPageText(&requests.GetPageText{Page: page})
		if err != nil {
			return nil, unreadable("page %d of the PDF is damaged: %v", i+1, err)
		}
		if length += len(text.Text); length > LongestText {
			return nil, tooLong()
		}
		parts = append(parts, part{fmt.Sprintf("page %d", i+1), unwrapped(text.Text)})
	}
	return parts, nil
}

// unwrapped puts together the lines of a page that are one sentence: a PDF knows lines only. A line goes on in the next
// if that begins with a small letter and the line does not end a sentence; a hyphen at its end, which
// PDFium marks, is taken away.
func unwrapped(page string) string {
	page = strings.NewReplacer("\u0002\n", "", "\ufffe\n", "").Replace(lineEnds.Replace(page))
	lines := strings.Split(page, "\n")
	var out strings.Builder
	for i, line := range lines {
		if i > 0 {
			out.WriteByte(between(lines[i-1], line))
		}
		out.WriteString(line)
	}
	return strings.Map(printable, out.String())
}

func between(line, next string) byte {
	line, next = strings.TrimRightFunc(line, unicode.IsSpace), strings.TrimLeftFunc(next, unicode.IsSpace)
	first, _ := utf8.DecodeRuneInString(next)
	if unicode.IsLower(first) && !strings.ContainsAny(line[max(0, len(line)-1):], ".:;!?") {
		return ' '
	}
	return '\n'
}

// printable leaves out what PDFium writes for characters that it cannot tell.
func printable(r rune) rune {
	if r == '\n' || r == '\t' || unicode.IsPrint(r) || unicode.IsSpace(r) {
		return r
	}
	return -1
}
