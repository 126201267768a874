// Package opening puts together, from the record, what opens a box: its description, the headers of its envelopes, and
// what openers have done. Releases and handovers are checked anew, so that whoever opens by it relies on nobody's word;
// the proofs of a header were checked before the envelope was handed in.
package opening

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Describe describes a box as suppliers and openers need it: for the openers with a fingerprint, for whom envelopes in
// it are sealed.
func Describe(b store.SealedBox, fingerprint string) (envelope.Box, error) {
	var known []string
	for i, of := range b.SealedFor() {
		known = append(known, of.Fingerprint)
		if !models.SameFingerprint(of.Fingerprint, fingerprint) {
			continue
		}
		set, err := envelope.SetOf(b.Mode, b.ProcurementID, b.Openers[i])
		if err != nil {
			return envelope.Box{}, err
		}
		return envelope.NewBox(b.ID, b.Round, b.Deadline, set)
	}
	return envelope.Box{}, models.Refuse(models.CodeOpenersRefused, "/openers",
		"nothing in this box is sealed for the openers %s", fingerprint).
		Accepting("one of %s", strings.Join(known, ", "))
}

// A Box is the opening of the envelopes of one kind in a box in one turn, as far as it has come.
type Box struct {
	*envelope.Opening

	Described envelope.Box
	// Turn counts from 1, and is of Openers, those with a fingerprint; see [models.Turn].
	Turn    int
	Openers string
	// Envelopes are those that are opened.
	Envelopes []store.SealedEnvelope
	// Released are the releases that count, Handed the handovers, in their order.
	Released []models.BoxRelease
	Handed   []models.BoxHandover
}

// Released reads the openings of the envelopes of a kind in a box that enough openers have released, turn by turn: in a
// sitting, or, if it is 0, in all. It refuses with [models.CodeNotFound] when there is no such box.
func Released(
	ctx context.Context, s *store.Store, procurement, box models.ID, kind models.EnvelopeKind, sitting int,
) ([]*Box, error) {
	sealed, err := s.SealedBox(ctx, procurement, box)
	if err != nil {
		return nil, err
	}
	turns, err := s.TurnsOf(ctx, box, kind)
	if err != nil {
		return nil, err
	}
	var all []*Box
	for _, n := range turns {
		if sitting > 0 && sealed.SittingOf(n) != sitting {
			continue
		}
		b, err := of(ctx, s, sealed, kind, models.Turn{N: n})
		if err != nil {
			return nil, err
		}
		if len(b.Released) >= b.Described.Set.Threshold {
			all = append(all, b)
		}
	}
	return all, nil
}

// Of reads the opening of the envelopes of a kind in a box in a turn: of those that openers have released or handed
// over in it, or, as long as nobody has, of those of the turn. It refuses with [models.CodeNotFound] when there is no
// such box.
func Of(
	ctx context.Context, s *store.Store, procurement, box models.ID, kind models.EnvelopeKind, turn models.Turn,
) (*Box, error) {
	sealed, err := s.SealedBox(ctx, procurement, box)
	if err != nil {
		return nil, err
	}
	return of(ctx, s, sealed, kind, turn)
}

// gather reads a box and what its openers have done in a turn, and checks nothing of it.
func gather(
	ctx context.Context, s *store.Store, sealed store.SealedBox, kind models.EnvelopeKind, turn int,
) (b *Box, err error) {
	b = &Box{Turn: turn, Openers: sealed.ActingIn(turn).Fingerprint}
	if b.Described, err = Describe(sealed, b.Openers); err != nil {
		return nil, err
	}
	if b.Released, err = s.ReleasesOf(ctx, sealed.ID, kind, turn); err != nil {
		return nil, err
	}
	b.Handed, err = s.HandoversOf(ctx, sealed.ID, kind, turn)
	return b, err
}

func of(
	ctx context.Context, s *store.Store, sealed store.SealedBox, kind models.EnvelopeKind, turn models.Turn,
) (*Box, error) {
	b, err := gather(ctx, s, sealed, kind, turn.N)
	if err != nil {
		return nil, err
	}
	releases, handovers, err := b.files()
	if err != nil {
		return nil, err
	}
	opened := func(e store.SealedEnvelope) bool {
		return among(turn.Envelopes, e)
	}
	if fixed := fixedBy(releases, handovers); fixed != nil {
		opened = func(e store.SealedEnvelope) bool { return slices.Contains(fixed, e.Header) }
	}
	if err := b.read(ctx, s, kind, opened); err != nil {
		return nil, err
	}
	for i, h := range handovers {
		if err := b.Apply(h); err != nil {
			return nil, notKept("handover", b.Handed[i].PersonID, err)
		}
	}
	for i, r := range releases {
		if err := b.Accept(r); err != nil {
			return nil, notKept("release", b.Released[i].PersonID, err)
		}
	}
	return b, nil
}

// files reads what openers have done. What was kept and cannot be read any more is no refusal: whoever asks has done
// nothing wrong.
func (b *Box) files() (releases []envelope.Release, handovers []envelope.Handover, err error) {
	for _, kept := range b.Released {
		r, err := envelope.ReadRelease([]byte(kept.Content))
		if err != nil {
			return nil, nil, notKept("release", kept.PersonID, err)
		}
		releases = append(releases, r)
	}
	for _, kept := range b.Handed {
		h, err := envelope.ReadHandover([]byte(kept.Content))
		if err != nil {
			return nil, nil, notKept("handover", kept.PersonID, err)
		}
		handovers = append(handovers, h)
	}
	return releases, handovers, nil
}

// notKept hides a refusal in a failure: the record is damaged.
func notKept(what string, person models.ID, cause error) error {
	return fmt.Errorf("the %s of %s does not fit the box any more: %s", what, person, cause.Error())
}

// fixedBy are the headers that were released or handed over first: later ones are for the same. nil: nothing was.
func fixedBy(releases []envelope.Release, handovers []envelope.Handover) []string {
	switch {
	case len(releases) > 0:
		return releases[0].Headers()
	case len(handovers) > 0:
		return handovers[0].Request.Headers()
	}
	return nil
}

// read reads the envelopes and begins their opening.
func (b *Box) read(
	ctx context.Context, s *store.Store, kind models.EnvelopeKind, opened func(store.SealedEnvelope) bool,
) error {
	all, err := s.EnvelopesIn(ctx, b.Described.Box, kind)
	if err != nil {
		return err
	}
	b.Envelopes = slices.DeleteFunc(all, func(e store.SealedEnvelope) bool { return !opened(e) })
	headers := make([]envelope.Header, len(b.Envelopes))
	for i, e := range b.Envelopes {
		if headers[i], err = envelope.KnownHeader(e.HeaderLine, e.Header); err != nil {
			return fmt.Errorf("read envelope %d of tender %s: %s", e.N, e.TenderID, err.Error())
		}
	}
	b.Opening, err = envelope.NewOpening(b.Described, kind, headers)
	return err
}

// OfTest describes the box for which a test envelope was sealed: none that tenders are handed in to. It refuses with
// [models.CodeOpenersRefused] when these openers open nothing by now.
func OfTest(d models.Dossier, test models.OpenerTest) (envelope.Box, error) {
	named, ok := d.OpenersWith(test.Fingerprint)
	if !ok || !d.Acting(test.Fingerprint) {
		present, _ := d.Openers()
		return envelope.Box{}, models.Refuse(models.CodeOpenersRefused, "",
			"the test is for the openers %s, and they are %s by now", test.Fingerprint, present.Fingerprint).
			Accepting("a new test")
	}
	set, err := envelope.SetOf(d.Procurement.Mode, d.Procurement.ID, named)
	if err != nil {
		return envelope.Box{}, err
	}
	return envelope.NewBox(test.ID, 1, test.MadeAt, set)
}

// IsOf tells whether exactly the envelopes of a turn are opened.
func (b *Box) IsOf(turn models.Turn) bool {
	envelopes := turn.Envelopes
	return b.Turn == turn.N && len(envelopes) == len(b.Envelopes) &&
		!slices.ContainsFunc(b.Envelopes, func(e store.SealedEnvelope) bool { return !among(envelopes, e) })
}

func among(envelopes []models.Envelope, e store.SealedEnvelope) bool {
	return slices.ContainsFunc(envelopes, func(o models.Envelope) bool {
		return o.TenderID == e.TenderID && o.N == e.N
	})
}
