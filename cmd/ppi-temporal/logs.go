package main

import (
	"io"
	"log/slog"
	"time"

	"go.temporal.io/server/common/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// samePerSecond is how many lines with the same message are logged in a second, unless the level is debug: without
// PostgreSQL the server writes hundreds.
const samePerSecond = 3

// logs is one stream of JSON lines, behind the two interfaces that its writers need.
type logs struct {
	temporal log.Logger
	slog     *slog.Logger
}

func newLogs(level string, w io.Writer) logs {
	lowest, err := zapcore.ParseLevel(level)
	if err != nil {
		lowest = zapcore.WarnLevel // not reached: config.faults knows the levels
	}
	core := zapcore.NewCore(zapcore.NewJSONEncoder(log.DefaultZapEncoderConfig), zapcore.Lock(zapcore.AddSync(w)),
		lowest)
	if lowest > zapcore.DebugLevel {
		core = zapcore.NewSamplerWithOptions(core, time.Second, samePerSecond, 0)
	}
	temporal := log.NewZapLogger(zap.New(core))
	return logs{temporal: temporal, slog: log.NewSlogLogger(temporal)}
}
