package pgserver

import (
	"context"
	"log/slog"
)

// levelRecorder is a handler that keeps the level of the last record.
type levelRecorder struct{ level *slog.Level }

func (r *levelRecorder) Enabled(context.Context, slog.Level) bool { return true }

func (r *levelRecorder) Handle(_ context.Context, record slog.Record) error {
	*r.level = record.Level
	return nil
}

func (r *levelRecorder) WithAttrs([]slog.Attr) slog.Handler { return r }
func (r *levelRecorder) WithGroup(string) slog.Handler      { return r }
