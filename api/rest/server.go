package rest

import (
	"cmp"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// Timeouts bound how long a client may keep a connection without getting on. Zero values take the defaults.
type Timeouts struct {
	// Header is how long the header of a request may take to arrive; 10 s.
	Header time.Duration
	// Read is how long a request may take to arrive whose body no operation reads; 30 s. Operations that read a body
	// say how long it may take.
	Read time.Duration
	// Write is how long a request may take from its header to the end of its answer; 2 min. Files and exports are sent
	// for as long as they are taken at [slowestReader] at least.
	Write time.Duration
	// Idle is how long a connection is kept on which no request comes; 2 min.
	Idle time.Duration
}

const (
	defaultHeaderTimeout = 10 * time.Second
	defaultReadTimeout   = 30 * time.Second
	defaultWriteTimeout  = 2 * time.Minute
	defaultIdleTimeout   = 2 * time.Minute
	// longestHeader bounds the header of a request in bytes.
	longestHeader = 64 << 10
)

// NewServer makes the HTTP server of a handler. Every process that serves the API uses it.
func NewServer(handler http.Handler, t Timeouts, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: cmp.Or(t.Header, defaultHeaderTimeout),
		ReadTimeout:       cmp.Or(t.Read, defaultReadTimeout),
		WriteTimeout:      cmp.Or(t.Write, defaultWriteTimeout),
		IdleTimeout:       cmp.Or(t.Idle, defaultIdleTimeout),
		MaxHeaderBytes:    longestHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// slowestReader is how many bytes a second the reader of a file or an export must take on average.
const slowestReader = 16 << 10

// A PatientWriter writes what may take long: not how long it takes altogether is bounded, but how slow its reader is.
type PatientWriter struct {
	gin.ResponseWriter

	control *http.ResponseController
	// head is for a request of which only the headers are answered.
	head bool
	// grace is the time that the reader has for the next part, mostGrace what it can be at most.
	grace, mostGrace time.Duration
	begun            bool
}

// ErrHeadOnly ends an answer of which only the headers were asked for.
var ErrHeadOnly = errors.New("only the headers were asked for")

// Patient is the writer of an answer that may take long.
func Patient(c *gin.Context) *PatientWriter {
	patience := requestOf(c.Request.Context()).router.limits.Patience
	return &PatientWriter{
		ResponseWriter: c.Writer, control: http.NewResponseController(c.Writer),
		head: c.Request.Method == http.MethodHead, grace: patience, mostGrace: 2 * patience,
	}
}

// Begun tells whether a part of the answer was written.
func (w *PatientWriter) Begun() bool { return w.begun }

// Write gives the reader time for this part. What is not used of it is kept for the parts that follow.
func (w *PatientWriter) Write(part []byte) (int, error) {
	w.begun = true
	if w.head {
		return 0, ErrHeadOnly
	}
	start := time.Now()
	w.grace = min(w.grace+time.Duration(len(part))*time.Second/slowestReader, w.mostGrace)
	_ = w.control.SetWriteDeadline(start.Add(w.grace)) // a recorder in a test has no deadline
	n, err := w.ResponseWriter.Write(part)
	w.grace -= time.Since(start)
	return n, err
}

// WriteString is Write.
func (w *PatientWriter) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// ReadFrom copies part by part, each with its time.
func (w *PatientWriter) ReadFrom(from io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{w}, from)
}
