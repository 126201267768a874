package temporalserver

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
)

// serverLog turns the server's JSON lines into log records and keeps the last line, which shows why a start failed.
type serverLog struct {
	logger *slog.Logger

	mu   sync.Mutex
	line string
}

func (l *serverLog) emit(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	l.mu.Lock()
	l.line = strings.TrimPrefix(line, "ppi-temporal: ")
	l.mu.Unlock()
	level, message, attrs := parse(line)
	l.logger.LogAttrs(context.Background(), level, message, attrs...) //nolint:sloglint // the message is the server's
}

func (l *serverLog) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.line
}

// parse reads a line of zap's JSON encoder; any other line gets the level info.
func parse(line string) (slog.Level, string, []slog.Attr) {
	var fields map[string]any
	if err := json.Unmarshal([]byte(line), &fields); err != nil {
		return slog.LevelInfo, line, nil
	}
	level, message := levelOf(fields["level"]), line
	if text, ok := fields["msg"].(string); ok {
		message = text
	}
	var attrs []slog.Attr
	for _, key := range []string{"error", "component", "service", "address"} {
		if value, ok := fields[key]; ok {
			attrs = append(attrs, slog.Any(key, value))
		}
	}
	return level, message, attrs
}

func levelOf(name any) slog.Level {
	switch name {
	case "debug":
		return slog.LevelDebug
	case "warn":
		return slog.LevelWarn
	case "error", "dpanic", "panic", "fatal":
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}
