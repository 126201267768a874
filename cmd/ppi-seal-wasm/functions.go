//go:build js && wasm

package main

import (
	"fmt"
	"syscall/js"
	"time"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// makeKey makes an opener's key for {mode, procurement, buyer, person}: {key, announcement}, both texts of files.
func makeKey(given []byte, _ []js.Value) (any, error) {
	var owner envelope.Owner
	if err := decode(given, &owner); err != nil {
		return nil, err
	}
	key, err := envelope.NewKey(owner)
	if err != nil {
		return nil, err
	}
	kept, err := key.Keep()
	if err != nil {
		return nil, err
	}
	announced, err := key.Announce()
	if err != nil {
		return nil, err
	}
	text, err := envelope.Render(announced)
	if err != nil {
		return nil, err
	}
	return object(map[string]string{"key": string(kept), "announcement": string(text)})
}

// openers tells of {box} who opens: {fingerprint, threshold, openers, canBlock}.
func openers(given []byte, _ []js.Value) (any, error) {
	var in struct {
		Box string `json:"box"`
	}
	if err := decode(given, &in); err != nil {
		return nil, err
	}
	box, err := envelope.ReadBox([]byte(in.Box))
	if err != nil {
		return nil, err
	}
	fingerprint, err := box.Set.Fingerprint()
	if err != nil {
		return nil, err
	}
	return object(map[string]any{
		"fingerprint": fingerprint, "threshold": box.Set.Threshold, "openers": box.Set.Openers,
		"canBlock": box.Set.CanBlock(), "deadline": box.Deadline,
	})
}

// seal seals one file for {box, fingerprint, supplier, kind}: {file, header, sha256, size}; file is a Blob.
func seal(given []byte, files []js.Value) (any, error) {
	var in struct {
		Box         string              `json:"box"`
		Fingerprint string              `json:"fingerprint"`
		Supplier    models.ID           `json:"supplier"`
		Kind        models.EnvelopeKind `json:"kind"`
	}
	if err := decode(given, &in); err != nil {
		return nil, err
	}
	box, err := envelope.ReadBox([]byte(in.Box))
	if err != nil {
		return nil, err
	}
	if err := box.Set.Confirm(in.Fingerprint); err != nil {
		return nil, err
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("choose one file: %d were chosen", len(files))
	}
	if in.Kind == models.EnvelopePrice {
		if _, _, err := envelope.ReadPrice(newBlobReader(files[0])); err != nil {
			return nil, err
		}
	}
	out := newBlobWriter()
	sealed, err := envelope.Seal(out, newBlobReader(files[0]), box.For(in.Supplier, in.Kind))
	if err != nil {
		return nil, err
	}
	result, err := object(sealed)
	if err != nil {
		return nil, err
	}
	result.Set("file", out.blob())
	return result, nil
}

// price makes what a price envelope holds of {amount, currency} and, if there is one, a file that follows: a Blob.
func price(given []byte, files []js.Value) (any, error) {
	var price models.Money
	if err := decode(given, &price); err != nil {
		return nil, err
	}
	line, err := envelope.PriceLine(price)
	if err != nil {
		return nil, err
	}
	parts := js.Global().Get("Array").New(string(line))
	for _, file := range files {
		parts.Call("push", file)
	}
	return blobOf(parts), nil
}

// check checks envelopes without any key: for each {header, context}.
func check(_ []byte, files []js.Value) (any, error) {
	type checked struct {
		Header  string           `json:"header"`
		Context envelope.Context `json:"context"`
	}
	found := make([]checked, len(files))
	for i, file := range files {
		h, err := envelope.Check(newBlobReader(file))
		if err != nil {
			return nil, err
		}
		found[i] = checked{h.Digest(), h.Context()}
	}
	return object(found)
}

// opener is what an opener gives besides the envelopes.
type opener struct {
	Box         string `json:"box"`
	Key         string `json:"key"`
	Fingerprint string `json:"fingerprint"`
	// Deadline is RFC 3339, or empty.
	Deadline string              `json:"deadline"`
	Kind     models.EnvelopeKind `json:"kind"`
	// Handovers are texts of files, the oldest first.
	Handovers []string `json:"handovers"`
	// From and Request are for a handover, and To is the colleague's public key.
	From    string `json:"from"`
	To      string `json:"to"`
	Request string `json:"request"`
}

func (in *opener) read(given []byte, files []js.Value) (*envelope.Opening, envelope.Key, envelope.Confirmation, error) {
	said := envelope.Confirmation{Now: time.Now()}
	var key envelope.Key
	err := decode(given, in)
	if err != nil {
		return nil, key, said, err
	}
	said.Fingerprint = in.Fingerprint
	if in.Deadline != "" {
		if said.Deadline, err = time.Parse(time.RFC3339, in.Deadline); err != nil {
			return nil, key, said, fmt.Errorf("the deadline is written like 2026-12-01T12:00:00+01:00: %w", err)
		}
	}
	if key, err = envelope.ReadKey([]byte(in.Key)); err != nil {
		return nil, key, said, err
	}
	o, err := in.opening(files)
	return o, key, said, err
}

func (in *opener) opening(files []js.Value) (*envelope.Opening, error) {
	box, err := envelope.ReadBox([]byte(in.Box))
	if err != nil {
		return nil, err
	}
	var headers []envelope.Header
	for _, file := range files {
		read, err := envelope.ReadHeaders(newBlobReader(file))
		if err != nil {
			return nil, err
		}
		headers = append(headers, read...)
	}
	o, err := envelope.NewOpening(box, in.Kind, headers)
	if err != nil {
		return nil, err
	}
	for _, text := range in.Handovers {
		handed, err := envelope.ReadHandover([]byte(text))
		if err != nil {
			return nil, err
		}
		if err := o.Apply(handed); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// release makes the release of an opener, as the text of a file.
func release(given []byte, files []js.Value) (any, error) {
	var in opener
	o, key, said, err := in.read(given, files)
	if err != nil {
		return nil, err
	}
	r, err := o.Release(key, said)
	if err != nil {
		return nil, err
	}
	return rendered(r)
}

// ask asks an opener of the same buyer for its shares, as the text of a file.
func ask(given []byte, files []js.Value) (any, error) {
	var in opener
	o, key, said, err := in.read(given, files)
	if err != nil {
		return nil, err
	}
	var from pvss.Point
	if err := from.UnmarshalText([]byte(in.From)); err != nil {
		return nil, fmt.Errorf("the key of the opener who is asked: %w", err)
	}
	r, err := o.Request(key, from, said)
	if err != nil {
		return nil, err
	}
	return rendered(r)
}

// give answers the request of a colleague, as the text of a file.
func give(given []byte, files []js.Value) (any, error) {
	var in opener
	o, key, said, err := in.read(given, files)
	if err != nil {
		return nil, err
	}
	var to pvss.Point
	if err := to.UnmarshalText([]byte(in.To)); err != nil {
		return nil, fmt.Errorf("the key of the colleague: %w", err)
	}
	request, err := envelope.ReadRequest([]byte(in.Request))
	if err != nil {
		return nil, err
	}
	h, err := o.HandOver(key, request, to, said)
	if err != nil {
		return nil, err
	}
	return rendered(h)
}

func rendered(v any) (any, error) {
	text, err := envelope.Render(v)
	return string(text), err
}
