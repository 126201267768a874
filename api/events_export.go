package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/ppi-engine/ppi/api/rest"
)

const (
	mediaLines = "application/x-ndjson"
	// headerCut says that an export leaves something out, and why.
	headerCut = "Ppi-Export-Cut"
	cutReason = "a box of tenders is open: what was recorded since the publication that opened it can be exported " +
		"once the box is closed"
)

// exportEvents streams the verifiable export of the procurement of the path.
func (s *server) exportEvents(ctx context.Context) (*huma.StreamResponse, error) {
	export, err := s.views.Export(ctx, rest.Reader(ctx))
	if err != nil {
		return nil, rest.Denied(ctx, err)
	}
	if err := rest.Enter(ctx, rest.Export); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		c := humagin.Unwrap(hc)
		out := rest.Patient(c)
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
		case err == nil, errors.Is(err, rest.ErrHeadOnly):
		case out.Begun():
			s.log.ErrorContext(ctx, "export broken off", "request", rest.RequestID(ctx), "cause", err)
			panic(http.ErrAbortHandler) // the reader must not mistake a part for the whole
		default:
			rest.Abort(c, err)
		}
	}}, nil
}
