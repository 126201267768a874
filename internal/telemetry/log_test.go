package telemetry_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/telemetry"
)

func TestRecordsAreWrittenInUTCFromTheirLevelOn(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := telemetry.NewLogger(&out, slog.LevelWarn, config.LogJSON)
	log.Info("quiet")
	log.Warn("loud", "lot", 3)
	var record struct {
		Time time.Time `json:"time"`
		Msg  string    `json:"msg"`
		Lot  int       `json:"lot"`
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &record), "exactly one line")
	require.Equal(t, "loud", record.Msg)
	require.Equal(t, 3, record.Lot)
	require.Contains(t, out.String(), "Z\"")
	require.WithinDuration(t, time.Now(), record.Time, time.Minute)
}

func TestTextIsForPeople(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	telemetry.NewLogger(&out, slog.LevelDebug, config.LogText).Debug("opened", "lot", 3)
	require.True(t, strings.HasSuffix(out.String(), "level=DEBUG msg=opened lot=3\n"), out.String())
}
