// Package audit proves the record: it renders events to the bytes that are hashed, chains and signs them, and verifies
// a log or an export without trusting the party that stores it.
package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/gowebpki/jcs"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

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
// It refuses data with numbers that JSON readers may not keep exactly: fractions and integers beyond 2^53−1 belong in
// strings.
func Canonical(e event.Recorded) (canonical, data []byte, err error) {
	if canonical, data, ok := canonicalPlain(e); ok {
		return canonical, data, nil
	}
	return canonicalAny(e)
}

func canonicalAny(e event.Recorded) (canonical, data []byte, err error) {
	data, err = canonicalData(e.Data)
	if err != nil {
		return nil, nil, fmt.Errorf("render data of event %s: %w", e.ID, err)
	}
	raw, err := json.Marshal(document{
		ID:          e.ID,
		Procurement: present(e.ProcurementID),
		Type:        string(e.Type),
		Actor:       present(e.ActorID),
		At:          models.Instant(e.At),
		RecordedAt:  models.Instant(e.RecordedAt),
		Data:        data,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("render event %s: %w", e.ID, err)
	}
	canonical, err = jcs.Transform(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("render event %s: %w", e.ID, err)
	}
	return canonical, data, nil
}

func canonicalData(raw json.RawMessage) ([]byte, error) {
	if len(raw) == 0 {
		return []byte("{}"), nil
	}
	if !json.Valid(raw) || !utf8.Valid(raw) || !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		return nil, errors.New("this is not a JSON object")
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
func ParseEvent(canonical []byte) (event.Recorded, error) {
	var doc document
	d := json.NewDecoder(bytes.NewReader(canonical))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		return event.Recorded{}, fmt.Errorf("read event: %w", err)
	}
	e := event.Recorded{
		ID: doc.ID, Type: models.EventType(doc.Type), ProcurementID: absent(doc.Procurement),
		ActorID: absent(doc.Actor), Data: doc.Data,
	}
	var errs [2]error
	e.At, errs[0] = time.Parse(models.InstantLayout, doc.At)
	e.RecordedAt, errs[1] = time.Parse(models.InstantLayout, doc.RecordedAt)
	if err := errors.Join(errs[:]...); err != nil {
		return event.Recorded{}, fmt.Errorf("read event %s: %w", doc.ID, err)
	}
	again, _, err := Canonical(e)
	if err != nil {
		return event.Recorded{}, err
	}
	if !bytes.Equal(again, canonical) {
		return event.Recorded{}, fmt.Errorf("read event %s: not in canonical form", doc.ID)
	}
	return e, nil
}

// Renders tells whether the canonical bytes are those of the event; the data of the event may be any JSON text.
func Renders(e event.Recorded, canonical []byte) bool {
	rendered, _, err := Canonical(e)
	return err == nil && bytes.Equal(rendered, canonical)
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
