package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
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

func newHuma(to *gin.Engine, schemas Schemas, version string) huma.API {
	return humagin.New(to, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "PPI Engine",
				Version:     version,
				Description: description(),
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: "/"}},
			Components: &huma.Components{
				Schemas: schemas.Registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					//nolint:gosec // the form of a key, not a key
					securityScheme: {Type: "http", Scheme: "bearer", BearerFormat: "ppi_<key>_<secret>"},
				},
			},
		},
		// "json" serves what ends in +json.
		Formats: map[string]huma.Format{
			MediaJSON: huma.DefaultJSONFormat,
			"json":    huma.DefaultJSONFormat,
		},
		DefaultFormat:                MediaJSON,
		RejectUnknownQueryParameters: true,
	})
}

// describe tells huma what a row is.
func (r *Router) describe(o *Operation) huma.Operation {
	d := huma.Operation{
		OperationID:   o.ID(),
		Method:        o.Method,
		Path:          o.Path,
		Summary:       o.Summary,
		Tags:          []string{tag(o.Path)},
		DefaultStatus: o.status,
		MaxBodyBytes:  humaUnbounded,
		// A deadline left on the connection would cancel a handler that waits longer for its command.
		BodyReadTimeout: humaUnbounded,
		Extensions:      map[string]any{"x-roles": o.Access.Names(), "x-limits": o.limits()},
		Errors:          o.problems(),
		Responses:       map[string]*huma.Response{},
	}
	if o.takesBytes {
		d.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		for _, media := range o.media {
			d.RequestBody.Content[media] = &huma.MediaType{}
		}
	}
	if o.givesBytes {
		describeFile(&d)
	}
	if o.takes != nil {
		d.RequestBody = &huma.RequestBody{Content: r.json(o.takes)}
	}
	if o.gives != nil {
		content := r.json(o.gives)
		for _, media := range o.givesAlso {
			content[media] = &huma.MediaType{}
		}
		d.Responses[strconv.Itoa(o.status)] = &huma.Response{Description: http.StatusText(o.status), Content: content}
	}
	if o.Access.kind != accessPublic {
		d.Security = []map[string][]string{{securityScheme: {}}}
	}
	return d
}

func (r *Router) json(of Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{MediaJSON: {Schema: of(r.schemas)}}
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

// documentHeaders adds to the document the headers that the guard reads and huma does not bind.
func (r *Router) documentHeaders(o *Operation) {
	d := r.describedBy(o)
	text := &huma.Schema{Type: huma.TypeString}
	add := func(name, doc string, required bool) {
		d.Parameters = append(d.Parameters, &huma.Param{
			Name: name, In: "header", Description: doc, Required: required,
			Schema: text,
		})
	}
	if o.Keyed {
		add(headerIdempotencyKey, "A key that the caller chooses, and repeats when it repeats the request; kept for "+
			days(acts.RequestsKept), true)
	}
	if o.Conditional {
		add(headerIfMatch, `The ETags of the versions that the change may be based on, or *`, true)
	}
	documentLimits(d)
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
	if o.Method == http.MethodGet && success.Headers["ETag"] != nil {
		add(headerIfNoneMatch, "ETags of versions that the caller has; the answer is 304 when one is current", false)
		const unchanged = http.StatusNotModified
		d.Responses[strconv.Itoa(unchanged)] = &huma.Response{Description: http.StatusText(unchanged)}
	}
}

// documentLimits says what an answer to a caller who asks too much has beside its problem.
func documentLimits(d *huma.Operation) {
	refused := d.Responses[strconv.Itoa(http.StatusTooManyRequests)]
	if refused == nil {
		return
	}
	text := &huma.Schema{Type: huma.TypeString}
	refused.Headers = map[string]*huma.Header{
		headerRetryAfter: {
			Description: "Seconds after which the request may be repeated",
			Schema:      &huma.Schema{Type: huma.TypeInteger},
		},
		"RateLimit": {
			Description: "What is left for the key or the address (draft-ietf-httpapi-ratelimit-headers)", Schema: text,
		},
		"RateLimit-Policy": {Description: "How many requests it may make in how many seconds", Schema: text},
	}
}

func days(d time.Duration) string { return strconv.Itoa(int(d.Hours()/24)) + " days" }

func (r *Router) describedBy(o *Operation) *huma.Operation {
	item := r.huma.OpenAPI().Paths[o.Path]
	return map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}[o.Method]
}

// description introduces the API on its reference page, with every code a problem can have.
func description() string {
	var b strings.Builder
	b.WriteString("Instants are RFC 3339 in UTC. Every POST carries an `Idempotency-Key`, every change an " +
		"`If-Match`. Every path with GET also has HEAD. Lists are read page by page with `next_cursor`. A refusal " +
		"is answered with a problem (RFC 9457). Every answer says in `RateLimit` how many requests are left for the " +
		"API key, or for the address of a caller whose key is not known yet.\n\n" +
		"<details><summary>All codes of problems</summary>\n\n| code | status | what to do |\n|---|---|---|\n")
	for _, t := range models.RefusalTypes() {
		fmt.Fprintf(&b, "| `%s` | %d | %s. %s |\n", t.Code, Status(t.Kind), t.Title, t.Doc)
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// serveDocument renders the OpenAPI document, once all rows are in it, and serves the bytes.
func (r *Router) serveDocument(also func(*huma.OpenAPI)) error {
	document := r.huma.OpenAPI()
	for _, schema := range document.Components.Schemas.Map() {
		for _, property := range schema.Properties {
			// It has served the messages of refusals; it is not a keyword of JSON Schema.
			property.PatternDescription = ""
		}
	}
	if also != nil {
		also(document)
	}
	rendered, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("render OpenAPI document: %w", err)
	}
	r.Add(File(documentPath, "The OpenAPI 3.1 document", Static{Media: MediaJSON, Content: rendered}))
	return nil
}
