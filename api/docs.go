package api

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"path"

	"github.com/gin-gonic/gin"
)

//go:embed docs
var docs embed.FS

// docsPolicy lets the reference page run and load what this server serves, and nothing else. Swagger
// UI draws its icons from data: URIs.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docsPages are the reference page and its files, all embedded.
func docsPages() []operation {
	return []operation{
		docsPage("/docs", "index.html"),
		docsPage("/docs/page.css", "page.css"),
		docsPage("/docs/page.js", "page.js"),
		docsPage("/docs/swagger-ui.css", "swagger-ui.css"),
		docsPage("/docs/swagger-ui-bundle.js", "swagger-ui-bundle.js"),
	}
}

func docsPage(at, file string) operation {
	content, err := docs.ReadFile("docs/" + file)
	if err != nil {
		panic(err) // the files are part of the program
	}
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	media := mime.TypeByExtension(path.Ext(file))
	return page(at, "The reference page", func(c *gin.Context) {
		c.Header("Content-Security-Policy", docsPolicy)
		serveStatic(c, media, tag, content)
	})
}
