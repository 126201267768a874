package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

const (
	mediaLines = "application/x-ndjson"
	// headerCut says that an export leaves something out, and why.
	headerCut = "Ppi-Export-Cut"
	cutReason = "a box of tenders is open: what was recorded since the publication that opened it can be exported " +
		"once the box is closed"
	// exportsAtOnce bounds the exports under way: each holds a connection to the database.
	exportsAtOnce = 3
	// exportPatience is how long a reader may take for each part.
	exportPatience = 30 * time.Second
)

// exportEvents streams the verifiable export of the procurement of the path.
func (s *server) exportEvents(ctx context.Context) (*huma.StreamResponse, error) {
	export, err := s.views.Export(rest.Reader(ctx))
	if err != nil {
		return nil, rest.Denied(ctx, err)
	}
	select {
	case s.exports <- struct{}{}:
	default:
		return nil, models.Refuse(models.CodeRateLimited, "export", "too many exports are under way").
			Accepting("the same request when another export has ended")
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer func() { <-s.exports }()
		c := humagin.Unwrap(hc)
		out := &patientWriter{
			to: c.Writer, control: http.NewResponseController(c.Writer),
			head: c.Request.Method == http.MethodHead,
		}
		err := export.Write(rest.Streaming(ctx), func(cut bool) io.Writer {
			h := c.Writer.Header()
			h.Set("Content-Type", mediaLines)
			h.Set("Content-Disposition", mime.FormatMediaType("attachment",
				map[string]string{"filename": string(rest.Procurement(ctx)) + ".ndjson"}))
			if cut {
				h.Set(headerCut, cutReason)
			}
			return out
		})
		switch {
		case err == nil, errors.Is(err, errHeadOnly):
		case out.begun:
			s.log.ErrorContext(ctx, "export broken off", "request", rest.RequestID(ctx), "cause", err)
			panic(http.ErrAbortHandler) // the reader must not mistake a part for the whole
		default:
			rest.Abort(c, err)
		}
	}}, nil
}

// errHeadOnly ends an export of which only the headers were asked for.
var errHeadOnly = errors.New("only the headers were asked for")

// A patientWriter gives up when its reader takes nothing for a while.
type patientWriter struct {
	head    bool
	to      io.Writer
	control *http.ResponseController
	begun   bool
}

// Write gives the reader time for this part.
func (w *patientWriter) Write(part []byte) (int, error) {
	w.begun = true
	if w.head {
		return 0, errHeadOnly
	}
	_ = w.control.SetWriteDeadline(time.Now().Add(exportPatience)) // a recorder in a test has no deadline
	defer func() { _ = w.control.SetWriteDeadline(time.Time{}) }()
	return w.to.Write(part)
}
