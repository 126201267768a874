package views

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/ppi-engine/ppi/internal/opening"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// A BoxDescription is what suppliers and openers must know of a box; see [envelope.Box].
type BoxDescription = envelope.Box

// Sealing describes a box to whoever seals for it, or opens it: for openers with a fingerprint, or, if it is empty, for
// those for whom envelopes are sealed from now on.
func (v *Views) Sealing(ctx context.Context, r Reader, box models.ID, openers string) (BoxDescription, error) {
	return rows(r, OfLots, func(p models.ID) (BoxDescription, error) {
		sealed, err := v.Store.SealedBox(ctx, p, box)
		if err != nil {
			return BoxDescription{}, err
		}
		return opening.Describe(sealed, cmp.Or(openers, sealed.Fingerprint))
	})
}

// Headers are those of the envelopes of a kind in a box that are sealed for openers with a fingerprint, a line each, as
// an opener's program reads them. No fingerprint needs to be given where all are sealed for the same openers. Headers
// returns a [TooEarly] to an opener who asks before they may be opened.
func (v *Views) Headers(
	ctx context.Context, r Reader, box models.ID, kind models.EnvelopeKind, openers string,
) ([]byte, error) {
	var turn models.Turn
	err := v.dossier(ctx, r, OfHeaders, func(_ *store.Tx, d models.Dossier) error {
		if d.Procurement.Status == models.StatusSuspended {
			return models.Refuse(models.CodeSuspended, "", "the procurement is suspended: no box can be opened").
				Accepting("the same request when the procurement is resumed")
		}
		lot, b, ok := d.Tendering.Box(box)
		if !ok {
			return models.NoSuchResource()
		}
		var err error
		turn, err = evaluation.ToOpen(d, lot, b, kind, openers)
		if refusal, refused := models.RefusalOf(err); refused &&
			(refusal.Code == models.CodeDeadlineNotOver || refusal.Code == models.CodeQualityOpen) {
			return &TooEarly{Box: box, Kind: kind, Refusal: refusal}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	b, err := opening.Of(ctx, v.Store, r.procurement(), box, kind, turn)
	if err != nil {
		return nil, err
	}
	var lines bytes.Buffer
	for _, e := range b.Envelopes {
		lines.WriteString(e.HeaderLine + "\n")
	}
	return lines.Bytes(), nil
}

// An OpeningState says how far the opening of the envelopes of a kind in a box that are sealed for the same openers has
// come.
type OpeningState struct {
	Kind models.EnvelopeKind
	// Openers is the fingerprint of these.
	Openers string
	// Envelopes are how many they are, Read how many of them were opened and read, Unreadable how many of these could
	// not be read.
	Envelopes, Read, Unreadable int
	// Reading tells that some are released, and still to be read.
	Reading bool
	// Turn is the one that is under way, or the last.
	Turn int
	// Needed openers open together; Releases are what they have released in all turns. Awaited are who has not released
	// in this one, Lost those of them who cannot any more.
	Needed        int
	Releases      []models.BoxRelease
	Handovers     []models.BoxHandover
	Awaited, Lost []models.ID
}

// OpeningStates tell how far a box is opened, by kind of envelope. Before the box is closed they tell nothing of what
// is in it: there are none.
func (v *Views) OpeningStates(ctx context.Context, r Reader, box models.ID) ([]OpeningState, error) {
	var states []OpeningState
	err := v.dossier(ctx, r, OfReleases, func(_ *store.Tx, d models.Dossier) error {
		lot, b, ok := d.Tendering.Box(box)
		if !ok {
			return models.NoSuchResource()
		}
		if err := d.MayStudy(r.Actor.OrganisationID, lot.ID); err != nil {
			return err
		}
		for _, kind := range d.Tendering.KindsIn(box) {
			reading := slices.Contains(d.Tendering.Unread, models.UnreadBox{BoxID: box, Kind: kind})
			for _, p := range evaluation.ProgressOf(d, b, kind) {
				state := stateOf(d, b, kind, p)
				state.Reading = reading
				states = append(states, state)
			}
		}
		return nil
	})
	return states, err
}

func stateOf(
	d models.Dossier, b models.Box, kind models.EnvelopeKind, progress evaluation.Progress,
) OpeningState {
	t := d.Tendering
	s := OpeningState{
		Kind: kind, Openers: progress.Openers.Fingerprint, Turn: progress.N, Needed: progress.Needed,
		Lost: progress.Lost, Awaited: slices.Concat(progress.Able, progress.Lost),
	}
	for _, x := range t.In(b.ID) {
		for _, e := range x.Envelopes {
			if e.Kind != kind || e.Fingerprint != s.Openers {
				continue
			}
			s.Envelopes++
			if found, ok := d.FoundIn(x.ID, e.N); ok {
				s.Read++
				if !found.Readable {
					s.Unreadable++
				}
			}
		}
	}
	s.Releases = slices.DeleteFunc(slices.Clone(t.Releases), func(r models.BoxRelease) bool {
		return r.BoxID != b.ID || r.Kind != kind || b.ActingIn(r.Turn).Fingerprint != s.Openers
	})
	s.Handovers = slices.DeleteFunc(slices.Clone(t.Handovers), func(h models.BoxHandover) bool {
		return h.BoxID != b.ID || h.Kind != kind || b.ActingIn(h.Turn).Fingerprint != s.Openers
	})
	return s
}

// An OpenerTest is a test envelope with what opens it.
type OpenerTest struct {
	models.OpenerTest

	Described BoxDescription
}

// OpenerTests list the test envelopes of openers, those of the present set and of earlier ones.
func (v *Views) OpenerTests(ctx context.Context, r Reader) ([]models.OpenerTest, error) {
	var tests []models.OpenerTest
	err := v.dossier(ctx, r, OfReleases, func(_ *store.Tx, d models.Dossier) error {
		tests = d.Tendering.Tests
		return nil
	})
	return tests, err
}

// OpenerTest reads a test envelope of the present set.
func (v *Views) OpenerTest(ctx context.Context, r Reader, id models.ID) (OpenerTest, error) {
	return inTx(ctx, v, r, OfReleases, func(tx *store.Tx, p models.ID) (test OpenerTest, err error) {
		d, err := tx.Dossier(r.Seat.Procurement, r.Seat.Now)
		if err != nil {
			return test, err
		}
		if test.OpenerTest, err = tx.OpenerTest(p, id); err != nil {
			return test, err
		}
		for _, known := range d.Tendering.Tests {
			if known.ID == id {
				test.Passed, test.Due = known.Passed, known.Due
			}
		}
		test.Described, err = opening.OfTest(d, test.OpenerTest)
		return test, err
	})
}
