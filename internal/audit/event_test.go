package audit_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// The golden form: a change of it would break every log there is.
func TestTheCanonicalFormOfAnEvent(t *testing.T) {
	t.Parallel()
	e := event.Recorded{
		ID:            "evt_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10",
		ProcurementID: "prc_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e11",
		ActorID:       "per_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e12",
		Type:          "deadline.extended",
		At:            time.Date(2018, 5, 12, 12, 0, 0, 0, time.FixedZone("CEST", 7200)),
		RecordedAt:    time.Date(2026, 11, 22, 1, 2, 3, 4005999, time.UTC),
		Data: json.RawMessage(`{"to": "2018-07-16T10:00:00Z", "lots": [2, 1], "a": {"\u00e9": "€\u003c>&"},
			"none": null}`),
	}
	canonical, data, err := audit.Canonical(e)
	require.NoError(t, err)
	wantData := `{"a":{"é":"€<>&"},"lots":[2,1],"none":null,"to":"2018-07-16T10:00:00Z"}`
	require.Equal(t, wantData, string(data))
	require.Equal(t, `{"actor":"per_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e12","at":"2018-05-12T10:00:00.000000Z","data":`+
		wantData+
		`,"id":"evt_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10","procurement":"prc_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e11",`+
		`"recorded_at":"2026-11-22T01:02:03.004005Z","type":"deadline.extended"}`, string(canonical))

	e.ProcurementID, e.ActorID, e.Data = "", "", nil
	canonical, data, err = audit.Canonical(e)
	require.NoError(t, err)
	require.Equal(t, `{}`, string(data))
	want := `{"actor":null,"at":"2018-05-12T10:00:00.000000Z","data":{},` +
		`"id":"evt_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10","procurement":null,` +
		`"recorded_at":"2026-11-22T01:02:03.004005Z","type":"deadline.extended"}`
	require.Equal(t, want, string(canonical))
}

func TestNumbersThatReadersWouldNotKeepAreRefused(t *testing.T) {
	t.Parallel()
	for _, number := range []string{
		"1.5", "1e300", "1.0", "9007199254740992", "18446744073709551615",
		"-9007199254740992",
	} {
		_, _, err := audit.Canonical(event.Recorded{Data: json.RawMessage(`{"n":[` + number + `]}`)})
		require.ErrorContains(t, err, "write it as a string", number)
	}
	for _, number := range []string{"0", "-1", "9007199254740991"} {
		_, _, err := audit.Canonical(event.Recorded{Data: json.RawMessage(`{"n":` + number + `}`)})
		require.NoError(t, err, number)
	}
}

func TestAnEventNotInCanonicalFormIsRefused(t *testing.T) {
	t.Parallel()
	good, _, err := audit.Canonical(event.Recorded{
		ID: models.NewID(models.PrefixEvent), Type: "a.b",
		Data: json.RawMessage(`{"x": 1}`),
	})
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
		"no object":        strings.Replace(string(good), `{"x":1}`, `["x"]`, 1),
		"null":             strings.Replace(string(good), `{"x":1}`, `null`, 1),
		"the same twice":   strings.Replace(string(good), `{"x":1}`, `{"x":1,"x":1}`, 1),
		"the same text":    strings.Replace(string(good), `{"x":1}`, `{"x":"1","x":"1"}`, 1),
		"a space inside":   strings.Replace(string(good), `{"x":1}`, `{"x": "1"}`, 1),
		"another order in": strings.Replace(string(good), `{"x":1}`, `{"y":"1","x":"1"}`, 1),
		"another escape":   strings.Replace(string(good), `{"x":1}`, `{"x":"\u0041"}`, 1),
		"half a character": strings.Replace(string(good), `{"x":1}`, `{"x":"\ud800"}`, 1),
		"no text":          strings.Replace(string(good), `{"x":1}`, "{\"x\":\"\xff\"}", 1),
	} {
		_, err := audit.ParseEvent([]byte(bad))
		require.Error(t, err, name)
	}
}
