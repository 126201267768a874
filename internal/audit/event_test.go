package audit_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
)

// The golden form: a change of it would break every log there is.
func TestTheCanonicalFormOfAnEvent(t *testing.T) {
	t.Parallel()
	e := models.Event{
		ID:            "evt_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10",
		ProcurementID: "prc_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e11",
		ActorID:       "per_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e12",
		Type:          "deadline.extended",
		At:            time.Date(2018, 5, 12, 12, 0, 0, 0, time.FixedZone("CEST", 7200)),
		RecordedAt:    time.Date(2026, 11, 22, 1, 2, 3, 4005999, time.UTC),
		Data:          map[string]any{"to": "2018-07-16T10:00:00Z", "lots": []int{2, 1}, "a": map[string]any{"é": "€<>&"}, "none": nil},
	}
	event, data, err := audit.Canonical(e)
	require.NoError(t, err)
	wantData := `{"a":{"é":"€<>&"},"lots":[2,1],"none":null,"to":"2018-07-16T10:00:00Z"}`
	require.Equal(t, wantData, string(data))
	require.Equal(t, `{"actor":"per_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e12","at":"2018-05-12T10:00:00.000000Z","data":`+wantData+
		`,"id":"evt_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10","procurement":"prc_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e11",`+
		`"recorded_at":"2026-11-22T01:02:03.004005Z","type":"deadline.extended"}`, string(event))

	e.ProcurementID, e.ActorID, e.Data = "", "", nil
	event, data, err = audit.Canonical(e)
	require.NoError(t, err)
	require.Equal(t, `{}`, string(data))
	want := `{"actor":null,"at":"2018-05-12T10:00:00.000000Z","data":{},"id":"evt_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10",` +
		`"procurement":null,"recorded_at":"2026-11-22T01:02:03.004005Z","type":"deadline.extended"}`
	require.Equal(t, want, string(event))
}

func TestNumbersThatReadersWouldNotKeepAreRefused(t *testing.T) {
	t.Parallel()
	for _, number := range []any{1.5, 1e300, int64(1) << 53, uint64(math.MaxUint64), -(int64(1) << 53)} {
		_, _, err := audit.Canonical(models.Event{Data: map[string]any{"n": []any{number}}})
		require.ErrorContains(t, err, "write it as a string", "%v", number)
	}
	for _, number := range []any{0, -1, int64(1)<<53 - 1} {
		_, _, err := audit.Canonical(models.Event{Data: map[string]any{"n": number}})
		require.NoError(t, err, "%v", number)
	}
}

func TestAnEventNotInCanonicalFormIsRefused(t *testing.T) {
	t.Parallel()
	good, _, err := audit.Canonical(models.Event{ID: models.NewID(models.PrefixEvent), Type: "a.b", Data: map[string]any{"x": 1}})
	require.NoError(t, err)
	_, err = audit.ParseEvent(good)
	require.NoError(t, err)
	for name, bad := range map[string]string{
		"a space":          string(good) + " ",
		"a second value":   string(good) + "{}",
		"an unknown field": `{"zzz":1,` + string(good[1:]),
		"another order":    `{"type":"a.b"}`,
		"no JSON":          "x",
		"nothing":          "",
	} {
		_, err := audit.ParseEvent([]byte(bad))
		require.Error(t, err, name)
	}
}
