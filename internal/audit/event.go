// Package audit proves the record: it renders events to the bytes that are hashed, chains and signs
// them, and verifies a log or an export of it without trusting whoever stores it.
package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gowebpki/jcs"

	"github.com/ppi-engine/ppi/models"
)

// instantLayout is RFC 3339 in UTC with exactly six decimals, so that an instant has one rendering
// only and the database's microseconds survive it.
const instantLayout = "2006-01-02T15:04:05.000000Z"

// maxExactInteger is the largest integer that every reader of JSON keeps exact (RFC 8259 §6).
const maxExactInteger = 1<<53 - 1

// document is the JSON form of an event. Every member is always there; absent IDs are null.
type document struct {
	ID          models.ID       `json:"id"`
	Procurement *models.ID      `json:"procurement"`
	Type        string          `json:"type"`
	Actor       *models.ID      `json:"actor"`
	At          string          `json:"at"`
	RecordedAt  string          `json:"recorded_at"`
	Data        json.RawMessage `json:"data"`
}

// Canonical renders an event to the bytes that are stored and hashed: the RFC 8785 form of
// {actor, at, data, id, procurement, recorded_at, type}, where an absent procurement or actor is null
// and instants are cut to the microsecond. The second result is the data alone, in the same form.
//
// It refuses data whose numbers JSON readers would not keep: fractions and integers beyond 2^53−1
// belong in strings.
func Canonical(e models.Event) (event, data []byte, err error) {
	if event, data, ok := canonicalPlain(e); ok {
		return event, data, nil
	}
	return canonicalAny(e)
}

func canonicalAny(e models.Event) (event, data []byte, err error) {
	data, err = canonicalData(e.Data)
	if err != nil {
		return nil, nil, fmt.Errorf("render data of event %s: %w", e.ID, err)
	}
	raw, err := json.Marshal(document{
		ID:          e.ID,
		Procurement: present(e.ProcurementID),
		Type:        string(e.Type),
		Actor:       present(e.ActorID),
		At:          instant(e.At),
		RecordedAt:  instant(e.RecordedAt),
		Data:        data,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("render event %s: %w", e.ID, err)
	}
	event, err = jcs.Transform(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("render event %s: %w", e.ID, err)
	}
	return event, data, nil
}

func canonicalData(data map[string]any) ([]byte, error) {
	if data == nil {
		return []byte("{}"), nil
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("marshal: %w", err)
	}
	if err := checkNumbers(raw); err != nil {
		return nil, err
	}
	canonical, err := jcs.Transform(raw)
	if err != nil {
		return nil, fmt.Errorf("canonicalise: %w", err)
	}
	return canonical, nil
}

func checkNumbers(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("read back: %w", err)
		}
		number, ok := token.(json.Number)
		if !ok {
			continue
		}
		n, err := number.Int64()
		if err != nil || n > maxExactInteger || n < -maxExactInteger {
			return fmt.Errorf("number %s is not an integer of at most 2^53−1: write it as a string", number)
		}
	}
	return nil
}

// ParseEvent reads what [Canonical] rendered. It refuses bytes that are not in canonical form, since
// two renderings of one event would have two hashes.
func ParseEvent(canonical []byte) (models.Event, error) {
	var doc document
	d := json.NewDecoder(bytes.NewReader(canonical))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		return models.Event{}, fmt.Errorf("read event: %w", err)
	}
	e := models.Event{ID: doc.ID, Type: models.EventType(doc.Type), ProcurementID: absent(doc.Procurement), ActorID: absent(doc.Actor)}
	var errs [3]error
	e.At, errs[0] = time.Parse(instantLayout, doc.At)
	e.RecordedAt, errs[1] = time.Parse(instantLayout, doc.RecordedAt)
	e.Data, errs[2] = parseData(doc.Data)
	if err := errors.Join(errs[:]...); err != nil {
		return models.Event{}, fmt.Errorf("read event %s: %w", doc.ID, err)
	}
	again, _, err := Canonical(e)
	if err != nil {
		return models.Event{}, err
	}
	if !bytes.Equal(again, canonical) {
		return models.Event{}, fmt.Errorf("read event %s: not in canonical form", doc.ID)
	}
	return e, nil
}

// Renders tells whether an event, its data given as any JSON text, is the one whose canonical bytes are
// given.
func Renders(e models.Event, data string, canonical []byte) bool {
	parsed, err := parseData([]byte(data))
	if err != nil {
		return false
	}
	e.Data = parsed
	rendered, _, err := Canonical(e)
	return err == nil && bytes.Equal(rendered, canonical)
}

func parseData(raw []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	data := map[string]any{}
	if err := d.Decode(&data); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return data, nil
}

func instant(t time.Time) string {
	return t.UTC().Truncate(time.Microsecond).Format(instantLayout)
}

func present(id models.ID) *models.ID {
	if id == "" {
		return nil
	}
	return &id
}

func absent(id *models.ID) models.ID {
	if id == nil {
		return ""
	}
	return *id
}
