package audit

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Both ways to render an event give the same bytes.
func TestAPlainEventIsRenderedLikeAnyOther(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]*`),
		rapid.SampledFrom([]string{"", "\"", "\\", "<&>", "\x7f", "ä", "\U0001F600", "a\x00b"}))
	value := rapid.OneOf(rapid.Map(text, func(s string) any { return s }),
		rapid.Map(text, func(s string) any { return models.ID(s) }),
		rapid.Map(rapid.IntRange(-9, 9), func(n int) any { return n }), rapid.Just[any](nil), rapid.Just[any](true),
		rapid.Just[any]([]string{"a"}))
	id := rapid.OneOf(rapid.Just(models.ID("")), rapid.Just(models.NewID(models.PrefixEvent)),
		rapid.Map(text, func(s string) models.ID { return models.ID(s) }))
	plain := 0
	rapid.Check(t, func(t *rapid.T) {
		data, err := json.Marshal(rapid.MapOfN(text, value, 0, 5).Draw(t, "data"))
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "spaced") {
			data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte(`":"`), []byte(`": "`)), []byte(`","`),
				[]byte(`", "`))
		}
		e := event.Recorded{
			ID: id.Draw(t, "id"), ProcurementID: id.Draw(t, "procurement"), ActorID: id.Draw(t, "actor"),
			Type: models.EventType(text.Draw(t, "type")), At: time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, "at")),
			RecordedAt: time.Unix(0, rapid.Int64Range(0, 1<<60).Draw(t, "recorded")).In(time.FixedZone("", 3600)),
			Data:       data,
		}
		canonical, data, ok := canonicalPlain(e)
		if !ok {
			return
		}
		plain++
		wantEvent, wantData, err := canonicalAny(e)
		require.NoError(t, err)
		require.Equal(t, string(wantEvent), string(canonical))
		require.Equal(t, string(wantData), string(data))
	})
	require.Positive(t, plain)
}
