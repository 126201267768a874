// Package opening puts together, from the record, what opens a box: its description, the headers of its envelopes, and
// what openers have done. Everything is checked anew, so that whoever opens by it relies on nobody's word.
package opening

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Describe describes a box as suppliers and openers need it.
func Describe(b store.SealedBox) (envelope.Box, error) {
	set, err := envelope.SetOf(b.Mode, b.ProcurementID, b.Openers)
	if err != nil {
		return envelope.Box{}, err
	}
	return envelope.NewBox(b.ID, b.Round, b.Deadline, set)
}

// A Box is the opening of the envelopes of one kind in a box, as far as it has come.
type Box struct {
	*envelope.Opening

	Described envelope.Box
	// Envelopes are those that are opened.
	Envelopes []store.SealedEnvelope
	// Released are the releases that count, in their order.
	Released []models.BoxRelease
}

// Of reads the opening of the envelopes of a kind in a box: of those that openers have released, or, as long as nobody
// has, of the given ones. It refuses with [models.CodeNotFound] when there is no such box.
func Of(
	ctx context.Context, s *store.Store, procurement, box models.ID, kind models.EnvelopeKind, first []models.Envelope,
) (*Box, error) {
	sealed, err := s.SealedBox(ctx, procurement, box)
	if err != nil {
		return nil, err
	}
	b := &Box{}
	if b.Described, err = Describe(sealed); err != nil {
		return nil, err
	}
	if b.Released, err = s.ReleasesOf(ctx, box, kind); err != nil {
		return nil, err
	}
	releases := make([]envelope.Release, len(b.Released))
	for i, r := range b.Released {
		if releases[i], err = envelope.ReadRelease([]byte(r.Content)); err != nil {
			return nil, fmt.Errorf("read release of %s: %w", r.PersonID, err)
		}
	}
	opened := func(e store.SealedEnvelope) bool {
		return slices.ContainsFunc(first, func(f models.Envelope) bool { return f.TenderID == e.TenderID && f.N == e.N })
	}
	if len(releases) > 0 {
		released := releases[0].Headers()
		opened = func(e store.SealedEnvelope) bool { return slices.Contains(released, e.Header) }
	}
	if err := b.read(ctx, s, kind, opened); err != nil {
		return nil, err
	}
	if err := b.handOver(ctx, s, box, kind); err != nil {
		return nil, err
	}
	for i, r := range releases {
		if err := b.Accept(r); err != nil {
			return nil, fmt.Errorf("accept release of %s: %w", b.Released[i].PersonID, err)
		}
	}
	return b, nil
}

// read reads the envelopes and begins their opening.
func (b *Box) read(
	ctx context.Context, s *store.Store, kind models.EnvelopeKind, opened func(store.SealedEnvelope) bool,
) error {
	all, err := s.EnvelopesIn(ctx, b.Described.Box, kind, envelope.MostHeader)
	if err != nil {
		return err
	}
	b.Envelopes = slices.DeleteFunc(all, func(e store.SealedEnvelope) bool { return !opened(e) })
	headers := make([]envelope.Header, len(b.Envelopes))
	for i := range b.Envelopes {
		e := &b.Envelopes[i]
		line, _, whole := bytes.Cut(e.Start, []byte("\n"))
		if !whole {
			return fmt.Errorf("envelope %d of tender %s has no header", e.N, e.TenderID)
		}
		e.Start = line
		if headers[i], err = envelope.ParseHeader(line); err != nil {
			return fmt.Errorf("read envelope %d of tender %s: %w", e.N, e.TenderID, err)
		}
	}
	b.Opening, err = envelope.NewOpening(b.Described, kind, headers)
	return err
}

func (b *Box) handOver(ctx context.Context, s *store.Store, box models.ID, kind models.EnvelopeKind) error {
	handovers, err := s.HandoversOf(ctx, box, kind)
	if err != nil {
		return err
	}
	for _, h := range handovers {
		read, err := envelope.ReadHandover([]byte(h.Content))
		if err != nil {
			return fmt.Errorf("read handover of %s: %w", h.PersonID, err)
		}
		if err := b.Apply(read); err != nil {
			return fmt.Errorf("accept handover of %s: %w", h.PersonID, err)
		}
	}
	return nil
}

// OfTest describes the box for which a test envelope was sealed: none that tenders are handed in to. It refuses with
// [models.CodeOpenersRefused] when the openers are others by now.
func OfTest(d models.Dossier, test models.OpenerTest) (envelope.Box, error) {
	entry, _ := d.Latest(models.EntryOpenerSet)
	named, _ := models.BodyOf[models.OpenerSet](entry)
	if named.Fingerprint != test.Fingerprint {
		return envelope.Box{}, models.Refuse(models.CodeOpenersRefused, "",
			"the test is for the openers %s, and they are %s by now", test.Fingerprint, named.Fingerprint).
			Accepting("a new test")
	}
	set, err := envelope.SetOf(d.Procurement.Mode, d.Procurement.ID, named)
	if err != nil {
		return envelope.Box{}, err
	}
	return envelope.NewBox(test.ID, 1, test.MadeAt, set)
}
