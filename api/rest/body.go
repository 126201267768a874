package rest

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
)

// MediaJSON is the media type of whatever is neither a file nor a problem.
const MediaJSON = "application/json"

const (
	mediaMergePatch = "application/merge-patch+json"
	mediaBytes      = models.MediaTypeBytes
	deepestJSON     = 32
)

// readBody reads the whole body of a JSON operation, refuses what the standard decoder would accept or alter, and
// leaves the bytes for huma to bind.
func (r *Router) readBody(c *gin.Context, req *request) error {
	body, err := receive(c, req.op.maxBody, r.limits.BodyTimeout)
	if err != nil {
		return err
	}
	req.fingerprint = sha256.Sum256(body)
	if len(body) > 0 {
		if utf8.Valid(body) {
			body = composed(body)
		}
		if err := checkBody(req.op, c.Request.Header, body); err != nil {
			return err
		}
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	// huma picks its decoder by the header; the formats we accept are all JSON.
	c.Request.Header.Set("Content-Type", MediaJSON)
	return nil
}

// readBytes reads the whole body of an operation that takes bytes into the request.
func readBytes(c *gin.Context, req *request) error {
	media, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || !slices.Contains(req.op.media, media) {
		return models.Refuse(models.CodeUnsupportedMediaType, "Content-Type", "the body's media type is not supported").
			Accepting("%s", strings.Join(req.op.media, " or "))
	}
	req.bytes, err = receive(c, req.op.maxBody, req.op.bodyTimeout)
	req.fingerprint = sha256.Sum256(req.bytes)
	return err
}

func receive(c *gin.Context, limit int64, within time.Duration) ([]byte, error) {
	control := http.NewResponseController(c.Writer)
	_ = control.SetReadDeadline(time.Now().Add(within)) // a recorder in a test has no deadline
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, limit))
	if err == nil {
		// After a body that did not arrive the deadline stays: net/http reads what is left of it before it answers.
		_ = control.SetReadDeadline(time.Time{})
	}
	var tooLarge *http.MaxBytesError
	var network net.Error
	switch {
	case errors.As(err, &tooLarge):
		return nil, models.Refuse(models.CodeBodyTooLarge, "", "the body is larger than %d bytes", limit)
	case errors.As(err, &network) && network.Timeout():
		return nil, models.Refuse(models.CodeRequestTimeout, "", "the body did not arrive within %s", within)
	case err != nil:
		return nil, models.Refuse(models.CodeInvalidRequest, "", "the body could not be read")
	}
	if err := acts.RefuseSecretKey(body); err != nil {
		return nil, err
	}
	return body, nil
}

func checkBody(op *Operation, h http.Header, body []byte) error {
	if !op.takesBody {
		return models.Refuse(models.CodeInvalidRequest, "", "this operation takes no body")
	}
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || (media != MediaJSON && (media != mediaMergePatch || op.Method != http.MethodPatch)) {
		return models.Refuse(models.CodeUnsupportedMediaType, "Content-Type", "the body's media type is not supported").
			Accepting("%s", MediaJSON)
	}
	return checkJSON(body)
}

// checkJSON refuses JSON that Go's decoder would accept but alter or read in one of several ways:
// invalid UTF-8, U+0000, half a surrogate pair, characters that reverse the order of reading, a name given
// twice, more than one value, and nesting beyond what any of our documents has (RFC 8259 §4, §8; RFC 7493).
func checkJSON(body []byte) error {
	switch {
	case !utf8.Valid(body):
		return models.Refuse(models.CodeInvalidText, "", "the body is not valid UTF-8")
	case loneSurrogate(body):
		return models.Refuse(models.CodeInvalidText, "", "the body holds half a surrogate pair")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	w := walker{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && w.complete() {
			return nil
		}
		if err != nil {
			return models.Refuse(models.CodeInvalidRequest, w.pointer(), "the body is not valid JSON near byte %d",
				d.InputOffset())
		}
		if err := w.step(token); err != nil {
			return err
		}
	}
}

// loneSurrogate finds an escape \uD800–\uDFFF that is not one of a pair. JSON that is not valid at
// all is left for the decoder to refuse.
func loneSurrogate(body []byte) bool {
	for i := 0; i+1 < len(body); i++ {
		if body[i] != '\\' {
			continue
		}
		i++
		switch half := surrogate(body[i:]); {
		case half == 0:
		case half >= 0xDC00:
			return true
		default:
			next := i + len("uXXXX")
			if next+1 >= len(body) || body[next] != '\\' || surrogate(body[next+1:]) < 0xDC00 {
				return true
			}
			i = next + len("uXXXX")
		}
	}
	return false
}

// surrogate reads uXXXX and returns it when it is half a surrogate pair, else 0.
func surrogate(b []byte) uint64 {
	if len(b) < len("uXXXX") || b[0] != 'u' {
		return 0
	}
	half, err := strconv.ParseUint(string(b[1:5]), 16, 16)
	if err != nil || half < 0xD800 || half > 0xDFFF {
		return 0
	}
	return half
}

// A walker follows a JSON decoder's tokens and knows where in the document it is.
type walker struct {
	open []level
	done bool
}

// A level is one array or object that is not closed yet.
type level struct {
	names map[string]bool // nil in an array
	name  string
	index int
	// value tells whether the name's value comes next.
	value bool
}

func (w *walker) complete() bool { return w.done && len(w.open) == 0 }

func (w *walker) step(token json.Token) error {
	if w.complete() {
		return models.Refuse(models.CodeInvalidRequest, "", "the body holds more than one JSON value")
	}
	switch t := token.(type) {
	case json.Delim:
		return w.delimiter(t)
	case string:
		if strings.ContainsRune(t, 0) {
			return models.Refuse(models.CodeInvalidText, w.pointer(), "a string holds the character U+0000")
		}
		if _, found := models.Reversing(t); found {
			return models.CheckReversing(w.pointer(), t)
		}
		if w.atName() {
			return w.openName(t)
		}
	}
	w.valueDone()
	return nil
}

func (w *walker) delimiter(d json.Delim) error {
	if d == '}' || d == ']' {
		w.open = w.open[:len(w.open)-1]
		w.valueDone()
		return nil
	}
	if len(w.open) == deepestJSON {
		return models.Refuse(models.CodeInvalidRequest, w.pointer(), "the JSON is nested too deeply").
			Accepting("at most %d levels", deepestJSON)
	}
	next := level{}
	if d == '{' {
		next.names = map[string]bool{}
	}
	w.open = append(w.open, next)
	return nil
}

func (w *walker) atName() bool {
	return len(w.open) > 0 && w.top().names != nil && !w.top().value
}

func (w *walker) openName(name string) error {
	top := w.top()
	top.name, top.value = name, true
	if top.names[name] {
		return models.Refuse(models.CodeInvalidRequest, w.pointer(), "the object has the same name twice")
	}
	top.names[name] = true
	return nil
}

func (w *walker) valueDone() {
	w.done = true
	if len(w.open) > 0 {
		w.top().value = false
		w.top().index++
	}
}

func (w *walker) top() *level { return &w.open[len(w.open)-1] }

// pointer is the JSON Pointer (RFC 6901) of the value the walker is at.
func (w *walker) pointer() string {
	var b strings.Builder
	for _, l := range w.open {
		switch {
		case l.names == nil:
			b.WriteString("/" + strconv.Itoa(l.index))
		case l.name != "":
			b.WriteString("/" + escapePointer(l.name))
		}
	}
	return b.String()
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(name string) string { return pointerEscapes.Replace(name) }
