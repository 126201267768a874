package api

import (
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"mime"
	"path"
	"sync"

	swaggerui "github.com/swaggest/swgui/v5/static"

	"github.com/ppi-engine/ppi/api/rest"
)

//go:embed docs
var docs embed.FS

// docsPolicy lets the reference page run and load what this server serves, and nothing else. Swagger
// UI draws its icons from data: URIs.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src " +
	"'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docsPages are the reference page and its files, all embedded: the page is ours, Swagger UI comes with a module.
func docsPages() []rest.Operation {
	return []rest.Operation{
		docsPage("/docs", "index.html", ours),
		docsPage("/docs/page.css", "page.css", ours),
		docsPage("/docs/page.js", "page.js", ours),
		docsPage("/docs/swagger-ui.css", "swagger-ui.css", swaggerStyle),
		docsPage("/docs/swagger-ui-bundle.js", "swagger-ui-bundle.js", swaggerScript),
	}
}

func ours(file string) ([]byte, error) {
	content, err := docs.ReadFile("docs/" + file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return content, nil
}

// The module holds its files compressed; they are unpacked once for all servers of the process.
//
//nolint:gochecknoglobals // what they hold never changes
var (
	swaggerStyle  = unpackOnce("swagger-ui.css")
	swaggerScript = unpackOnce("swagger-ui-bundle.js")
)

func unpackOnce(file string) func(string) ([]byte, error) {
	unpacked := sync.OnceValues(func() ([]byte, error) { return unpack(file) })
	return func(string) ([]byte, error) { return unpacked() }
}

func unpack(file string) ([]byte, error) {
	packed, err := swaggerui.FS.Open(file + ".gz")
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	defer packed.Close()
	content, err := gzip.NewReader(packed)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", file, err)
	}
	unpacked, err := io.ReadAll(content)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", file, err)
	}
	return unpacked, nil
}

func docsPage(at, file string, read func(file string) ([]byte, error)) rest.Operation {
	content, err := read(file)
	if err != nil {
		panic(err) // the files are part of the program
	}
	return rest.File(at, "The reference page", rest.Static{
		Media: mime.TypeByExtension(path.Ext(file)), Content: content, Policy: docsPolicy,
	})
}
