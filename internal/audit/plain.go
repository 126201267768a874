package audit

import (
	"maps"
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// canonicalPlain renders an event as [Canonical] does, when all it holds is text that JSON writes as it is.
// Most events are like that, and are rendered ten times faster without the detour through a parser. It
// answers false for all others.
func canonicalPlain(e models.Event) (event, data []byte, ok bool) {
	if data, ok = plainData(e.Data); !ok {
		return nil, nil, false
	}
	event = make([]byte, 0, len(data)+300)
	member := func(name, value string) {
		event = append(append(append(event, name...), value...), '"')
		ok = ok && isPlain(value)
	}
	id := func(name string, value models.ID) {
		if value == "" {
			event = append(append(event, name[:len(name)-1]...), "null"...)
			return
		}
		member(name, string(value))
	}
	id(`{"actor":"`, e.ActorID)
	member(`,"at":"`, instant(e.At))
	event = append(append(event, `,"data":`...), data...)
	member(`,"id":"`, string(e.ID))
	id(`,"procurement":"`, e.ProcurementID)
	member(`,"recorded_at":"`, instant(e.RecordedAt))
	member(`,"type":"`, string(e.Type))
	return append(event, '}'), data, ok
}

// plainData renders a map of plain strings with its names in order. For plain names the order of their
// bytes is that of their UTF-16 code units, which RFC 8785 §3.2.3 asks for.
func plainData(values map[string]any) ([]byte, bool) {
	data := []byte{'{'}
	for i, name := range slices.Sorted(maps.Keys(values)) {
		var value string
		switch v := values[name].(type) {
		case string:
			value = v
		case models.ID:
			value = string(v)
		default:
			return nil, false
		}
		if !isPlain(name) || !isPlain(value) {
			return nil, false
		}
		if i > 0 {
			data = append(data, ',')
		}
		data = append(append(append(data, '"'), name...), `":"`...)
		data = append(append(data, value...), '"')
	}
	return append(data, '}'), true
}

// isPlain tells whether JSON writes a string as it is, between quotes: printable ASCII that needs no escape.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
