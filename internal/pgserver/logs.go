package pgserver

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// serverLog turns the server's lines into log records and keeps the last lines, which show why a start failed.
type serverLog struct {
	logger *slog.Logger
	level  slog.Level // of the last line that had one

	mu   sync.Mutex
	tail []string
}

const tailLines = 20

func (l *serverLog) emit(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	severity, message, found := strings.Cut(line, ":  ")
	if level, known := levelOf(severity, message); found && known {
		l.level = level
	} else {
		message = strings.TrimSpace(line)
	}
	l.logger.Log(context.Background(), l.level, message) //nolint:sloglint // the message is the server's
	l.remember(line)
}

// levelOf maps the server's severity to a level (PostgreSQL documentation, table 20.2). A client reports its own
// errors, so only errors of the server are louder than a warning. That the server refuses connections while it starts
// or stops is routine.
func levelOf(severity, message string) (slog.Level, bool) {
	switch severity {
	case "LOG", "INFO", "NOTICE", "DEBUG":
		return slog.LevelDebug, true
	case "WARNING", "ERROR":
		return slog.LevelWarn, true
	case "FATAL":
		if strings.HasPrefix(message, "the database system is ") ||
			strings.HasPrefix(message, "terminating connection") {
			return slog.LevelDebug, true
		}
		return slog.LevelWarn, true
	case "PANIC":
		return slog.LevelError, true
	default:
		return 0, false
	}
}

func (l *serverLog) remember(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = append(l.tail, line)
	if len(l.tail) > tailLines {
		l.tail = slices.Clone(l.tail[len(l.tail)-tailLines:])
	}
}

func (l *serverLog) said(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.tail, func(line string) bool { return strings.Contains(line, text) })
}

func (l *serverLog) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.tail, " | ")
}
