package opening

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// KeptFormat is the form of a file of openings: JSON Lines, a [Kept] in each.
const KeptFormat = "ppi-engine.org/openings/1"

// A Kept opening is everything that proves what openers did for the envelopes of a kind in a box in a turn, so that
// anybody can compute it again without the database, and without any key.
type Kept struct {
	Format      string              `json:"format"`
	Procurement models.ID           `json:"procurement"`
	Box         models.ID           `json:"box"`
	Kind        models.EnvelopeKind `json:"kind"`
	Turn        int                 `json:"turn"`
	// Described is the description of the box, with its openers and their proofs.
	Described json.RawMessage `json:"described"`
	// Headers are those of the envelopes, a line each; Handovers and Releases the files that openers sent, as they were
	// kept.
	Headers   []string   `json:"headers"`
	Handovers []KeptFile `json:"handovers,omitempty"`
	Releases  []KeptFile `json:"releases,omitempty"`
}

// A KeptFile is a file of an opener.
type KeptFile struct {
	Person models.ID `json:"person"`
	// To is who got the shares by a handover.
	To      models.ID `json:"to,omitempty"`
	Content string    `json:"content"`
}

// A Fault says which file of an opener does not hold, and why.
type Fault struct {
	// What is handover, release or opening: then nothing of it could be checked.
	What   string
	Person models.ID
	// To is who got the shares by a handover; Digest is the SHA-256 of the file.
	To             models.ID
	Digest, Detail string
}

// What a fault is in.
const (
	FaultyHandover = "handover"
	FaultyRelease  = "release"
	FaultyOpening  = "opening"
)

// Keep gathers an opening from the record.
func Keep(ctx context.Context, s *store.Store, of store.KeptOpening) (Kept, error) {
	k := Kept{Format: KeptFormat, Procurement: of.ProcurementID, Box: of.BoxID, Kind: of.Kind, Turn: of.Turn}
	sealed, err := s.SealedBox(ctx, of.ProcurementID, of.BoxID)
	if err != nil {
		return k, err
	}
	b, err := gather(ctx, s, sealed, of.Kind, of.Turn)
	if err != nil {
		return k, err
	}
	if k.Described, err = json.Marshal(b.Described); err != nil {
		return k, fmt.Errorf("describe box %s: %w", of.BoxID, err)
	}
	for _, r := range b.Released {
		k.Releases = append(k.Releases, KeptFile{Person: r.PersonID, Content: r.Content})
	}
	for _, h := range b.Handed {
		k.Handovers = append(k.Handovers, KeptFile{Person: h.PersonID, To: h.ToPersonID, Content: h.Content})
	}
	all, err := s.EnvelopesIn(ctx, of.BoxID, of.Kind)
	if err != nil {
		return k, err
	}
	opened := k.named()
	for _, e := range all {
		if opened[e.Header] || of.Kind != models.EnvelopePrice && e.Fingerprint == of.Fingerprint {
			k.Headers = append(k.Headers, e.HeaderLine)
		}
	}
	return k, nil
}

// named are the envelopes that some file names. Of prices not all may have been opened.
func (k Kept) named() map[string]bool {
	all := map[string]bool{}
	add := func(headers []string) {
		for _, h := range headers {
			all[h] = true
		}
	}
	for _, file := range k.Releases {
		if r, err := envelope.ReadRelease([]byte(file.Content)); err == nil {
			add(r.Headers())
		}
	}
	for _, file := range k.Handovers {
		if h, err := envelope.ReadHandover([]byte(file.Content)); err == nil {
			add(h.Request.Headers())
		}
	}
	return all
}

// Faults computes all proofs again: those of the shares in the headers, of the handovers, and of the releases. It names
// each file that does not hold. Fingerprint is that of the openers as the record committed to it.
func (k Kept) Faults(fingerprint string) []Fault {
	o, err := k.begin(fingerprint)
	if err != nil {
		return []Fault{{What: FaultyOpening, Detail: err.Error()}}
	}
	faults := k.unnamed()
	fault := func(what string, file KeptFile, err error) {
		if err != nil {
			faults = append(faults, Fault{what, file.Person, file.To, models.Digest([]byte(file.Content)), err.Error()})
		}
	}
	for _, file := range k.Handovers {
		h, err := envelope.ReadHandover([]byte(file.Content))
		if err == nil {
			err = o.Apply(h)
		}
		fault(FaultyHandover, file, err)
	}
	for _, file := range k.Releases {
		r, err := envelope.ReadRelease([]byte(file.Content))
		if err == nil {
			err = o.Accept(r)
		}
		if err == nil && r.Person != file.Person {
			err = fmt.Errorf("it was made by %s", r.Person)
		}
		fault(FaultyRelease, file, err)
	}
	return faults
}

// unnamed finds headers of which no file tells: they were put in the place of those that were released.
func (k Kept) unnamed() []Fault {
	var faults []Fault
	named := k.named()
	for _, line := range k.Headers {
		if digest := models.Digest([]byte(line)); !named[digest] {
			faults = append(faults, Fault{What: FaultyOpening, Detail: "nobody has released the header " + digest})
		}
	}
	return faults
}

// begin checks the place and the headers.
func (k Kept) begin(fingerprint string) (*envelope.Opening, error) {
	box, err := envelope.ReadBox(k.Described)
	if err != nil {
		return nil, err
	}
	if box.Box != k.Box || box.Set.Procurement != k.Procurement {
		return nil, fmt.Errorf("the description is of %s", box.Box)
	}
	if err := box.Set.Confirm(fingerprint); err != nil {
		return nil, err
	}
	headers := make([]envelope.Header, len(k.Headers))
	for i, line := range k.Headers {
		if headers[i], err = envelope.ParseHeader([]byte(line)); err != nil {
			return nil, fmt.Errorf("the header %s: %w", models.Digest([]byte(line)), err)
		}
	}
	return envelope.NewOpening(box, k.Kind, headers)
}

// ReadKept reads a file of openings, one after the other.
func ReadKept(in io.Reader, each func(Kept) error) error {
	lines := json.NewDecoder(in)
	lines.DisallowUnknownFields()
	for {
		var k Kept
		err := lines.Decode(&k)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read openings: %w", err)
		case k.Format != KeptFormat:
			return fmt.Errorf("read openings: %q is not the form %s", k.Format, KeptFormat)
		}
		if err := each(k); err != nil {
			return err
		}
	}
}
