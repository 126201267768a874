package rest

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"

	"github.com/ppi-engine/ppi/models"
)

// NotYet answers while an instance starts, before it can know who calls: it is alive, it is not ready, and whatever
// else is asked may be asked again soon ([models.CodeUnavailable] with Retry-After). No path is refused as unknown,
// because a client would take that as final. version is that of the build.
func NotYet(version string, log *slog.Logger) http.Handler {
	translate := &translator{base: DefaultProblemBase, log: log}
	alive := map[string]string{"status": "ok", "version": version}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secureHeaders(w.Header())
		if r.URL.Path == "/livez" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			w.Header().Set("Content-Type", MediaJSON)
			_ = json.NewEncoder(w).Encode(alive) // a client that is gone needs no answer
			return
		}
		req := &request{id: requestIDOf(r.Header), path: r.URL.Path, instance: clip(r.URL.EscapedPath())}
		w.Header().Set(headerRequestID, req.id)
		p := translate.refusal(withRequest(r.Context(), req), models.Refuse(models.CodeUnavailable, "",
			"The engine is starting; repeat the request."))
		maps.Copy(w.Header(), p.headers)
		w.Header().Set("Content-Type", problemMediaType)
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // a client that is gone needs no answer
	})
}
