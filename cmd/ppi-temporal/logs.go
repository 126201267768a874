package main

import (
	"io"
	"log/slog"

	"go.temporal.io/server/common/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logs is one stream of JSON lines seen through the two interfaces its writers ask for.
type logs struct {
	temporal log.Logger
	slog     *slog.Logger
}

func newLogs(level string, w io.Writer) logs {
	lowest, err := zapcore.ParseLevel(level)
	if err != nil {
		lowest = zapcore.WarnLevel // not reached: config.faults knows the levels
	}
	core := zapcore.NewCore(zapcore.NewJSONEncoder(log.DefaultZapEncoderConfig), zapcore.Lock(zapcore.AddSync(w)), lowest)
	temporal := log.NewZapLogger(zap.New(core))
	return logs{temporal: temporal, slog: log.NewSlogLogger(temporal)}
}
