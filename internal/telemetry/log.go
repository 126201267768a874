// Package telemetry sets up the log of the engine.
package telemetry

import (
	"io"
	"log/slog"

	"github.com/ppi-engine/ppi/internal/config"
)

// NewLogger returns a logger that writes records of level and above to w, one per line, with instants in UTC.
func NewLogger(w io.Writer, level slog.Level, format config.LogFormat) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: inUTC}
	if format == config.LogJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

func inUTC(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) == 0 && attr.Key == slog.TimeKey && attr.Value.Kind() == slog.KindTime {
		attr.Value = slog.TimeValue(attr.Value.Time().UTC())
	}
	return attr
}
