package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
)

const (
	documentPath   = "/openapi.json"
	securityScheme = "api_key"
	// humaUnbounded tells huma not to bound again what the guard has read.
	humaUnbounded = -1
)

func (s *server) newHuma() huma.API {
	return humagin.New(s.gin, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "PPI Engine",
				Version:     s.version,
				Description: description(),
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: "/"}},
			Components: &huma.Components{
				Schemas: newSchemas(),
				//nolint:gosec // the form of a key, not a key
				SecuritySchemes: map[string]*huma.SecurityScheme{securityScheme: {
					Type: "http", Scheme: "bearer", BearerFormat: "ppi_<key>_<secret>",
				}},
			},
		},
		// "json" serves what ends in +json.
		Formats: map[string]huma.Format{
			mediaJSON: huma.DefaultJSONFormat,
			"json":    huma.DefaultJSONFormat,
		},
		DefaultFormat:                mediaJSON,
		RejectUnknownQueryParameters: true,
	})
}

// describe tells huma what a row is.
func (s *server) describe(o *operation) huma.Operation {
	d := huma.Operation{
		OperationID:   o.id(),
		Method:        o.method,
		Path:          o.path,
		Summary:       o.summary,
		Tags:          []string{tag(o.path)},
		DefaultStatus: o.status,
		MaxBodyBytes:  humaUnbounded,
		// A deadline left on the connection would cancel a handler that waits longer for its command.
		BodyReadTimeout: humaUnbounded,
		Extensions:      map[string]any{"x-roles": o.access.names()},
		Errors:          o.problems(),
		Responses:       map[string]*huma.Response{},
	}
	if o.takesBytes {
		d.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{mediaBytes: {}}}
	}
	if o.givesBytes {
		describeFile(&d)
	}
	if o.takes != nil {
		d.RequestBody = &huma.RequestBody{Content: s.jsonOf(o.takes)}
		d.Responses[strconv.Itoa(o.status)] = &huma.Response{
			Description: http.StatusText(o.status),
			Content:     s.jsonOf(o.gives),
		}
	}
	if o.content != nil {
		content := o.content(s.huma.OpenAPI().Components.Schemas)
		d.Responses[strconv.Itoa(o.status)] = &huma.Response{Description: http.StatusText(o.status), Content: content}
	}
	if o.access.kind != accessPublic {
		d.Security = []map[string][]string{{securityScheme: {}}}
	}
	return d
}

// jsonOf describes JSON of a type.
func (s *server) jsonOf(t reflect.Type) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{mediaJSON: {Schema: s.huma.OpenAPI().
		Components.Schemas.Schema(t, true, t.Name())}}
}

// describeFile says what [http.ServeContent] can answer; the media type is the file's own.
func describeFile(d *huma.Operation) {
	text := &huma.Schema{Type: huma.TypeString}
	for _, status := range []int{http.StatusOK, http.StatusPartialContent} {
		d.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"*/*": {}},
			Headers: map[string]*huma.Header{
				"ETag":        {Description: "SHA-256 of the whole file, in hexadecimal", Schema: text},
				"Repr-Digest": {Description: "SHA-256 of the whole file (RFC 9530)", Schema: text},
			},
		}
	}
}

func tag(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case len(parts) > 3: // what belongs to one procurement or person
		return parts[3]
	case len(parts) > 1:
		return parts[1]
	}
	return "platform"
}

// problems lists the statuses other than success that a row can answer.
func (o *operation) problems() []int {
	statuses := []int{http.StatusBadRequest, http.StatusServiceUnavailable}
	if o.access.kind != accessPublic {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(o.path, "{") || strings.HasSuffix(o.path, "/latest") { // there may be none yet
		statuses = append(statuses, http.StatusNotFound)
	}
	if o.conditional {
		statuses = append(statuses, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	}
	if o.method != http.MethodGet {
		statuses = append(statuses, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	if o.givesBytes {
		statuses = append(statuses, http.StatusConflict)
	}
	if o.takesBody || o.takesBytes {
		statuses = append(statuses, http.StatusRequestTimeout, http.StatusUnsupportedMediaType)
	}
	statuses = append(statuses, o.refuses...)
	slices.Sort(statuses)
	return append(statuses, http.StatusUnprocessableEntity) // huma adds 500
}

// documentHeaders adds to the document what the guard reads and huma does not bind.
func (s *server) documentHeaders(o *operation) {
	d := s.describedBy(o)
	text := &huma.Schema{Type: huma.TypeString}
	add := func(name, doc string, required bool) {
		d.Parameters = append(d.Parameters, &huma.Param{
			Name: name, In: "header", Description: doc, Required: required,
			Schema: text,
		})
	}
	if o.keyed {
		add(headerIdempotencyKey, "A key of the caller's making, repeated when the request is repeated; kept for "+
			days(acts.RequestsKept), true)
	}
	if o.conditional {
		add(headerIfMatch, `The ETags of the versions the change may have been made on, or *`, true)
	}
	success := d.Responses[strconv.Itoa(o.status)]
	if o.onProcurement() {
		if success.Headers == nil {
			success.Headers = map[string]*huma.Header{}
		}
		success.Headers[headerMode] = &huma.Header{Description: "live or rehearsal", Schema: text}
	}
	if o.mayCreate {
		d.Responses[strconv.Itoa(http.StatusCreated)] = success
	}
	if o.method == http.MethodGet && success.Headers["ETag"] != nil {
		add(headerIfNoneMatch, "ETags the caller has already; answered by 304 when one is current", false)
		const unchanged = http.StatusNotModified
		d.Responses[strconv.Itoa(unchanged)] = &huma.Response{Description: http.StatusText(unchanged)}
	}
}

func days(d time.Duration) string { return strconv.Itoa(int(d.Hours()/24)) + " days" }

func (s *server) describedBy(o *operation) *huma.Operation {
	item := s.huma.OpenAPI().Paths[o.path]
	return map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}[o.method]
}

// description introduces the API on its reference page, with every code a problem can have.
func description() string {
	var b strings.Builder
	b.WriteString("Instants are RFC 3339 in UTC. Every POST carries an `Idempotency-Key`, every change an " +
		"`If-Match`. Whatever answers GET answers HEAD. Lists are read page by page with `next_cursor`. What is " +
		"refused is answered by a problem (RFC 9457).\n\n" +
		"<details><summary>All codes of problems</summary>\n\n| code | status | what to do |\n|---|---|---|\n")
	for _, t := range models.RefusalTypes() {
		fmt.Fprintf(&b, "| `%s` | %d | %s. %s |\n", t.Code, httpStatus[t.Kind], t.Title, t.Doc)
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// serveDocument renders the OpenAPI document, once all rows are in it, and serves the bytes.
func (s *server) serveDocument() error {
	for _, schema := range s.huma.OpenAPI().Components.Schemas.Map() {
		for _, property := range schema.Properties {
			// It has done its part, the message of a refusal, and is no keyword of JSON Schema.
			property.PatternDescription = ""
		}
	}
	describeWebhooks(s.huma.OpenAPI())
	document, err := json.Marshal(s.huma.OpenAPI())
	if err != nil {
		return fmt.Errorf("render OpenAPI document: %w", err)
	}
	sum := sha256.Sum256(document)
	row := page(documentPath, "The OpenAPI 3.1 document", func(c *gin.Context) {
		serveStatic(c, "application/json", `"`+hex.EncodeToString(sum[:8])+`"`, document)
	})
	s.add(&row)
	return nil
}

// serveStatic answers with bytes that change only with the program.
func serveStatic(c *gin.Context, media, tag string, content []byte) {
	c.Header("Cache-Control", "no-cache")
	c.Header("ETag", tag)
	if matchesNone(joined(c.Request.Header, headerIfNoneMatch), tag) {
		c.Status(http.StatusNotModified)
		return
	}
	c.DataFromReader(http.StatusOK, int64(len(content)), media, bytes.NewReader(content), nil)
}
