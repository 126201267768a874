package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// An Opener is a person of a buyer with its key, which nobody else has.
type Opener struct {
	*apiclient.Client

	Person, Buyer models.ID

	consortium *Consortium
	key        envelope.Key
	announced  envelope.Announcement
	// openers is the fingerprint of those of a box for whom the opener releases; empty: those of the last notice.
	openers string
}

// Openers gives each of the organisations an opener, who makes a key and announces it.
func (c *Consortium) Openers(ctx context.Context, organisations ...string) ([]*Opener, error) {
	all := make([]*Opener, len(organisations))
	for i, organisation := range organisations {
		person, who, err := c.StaffMember(ctx, organisation, models.RoleOpener)
		if err != nil {
			return nil, err
		}
		o := &Opener{
			Client: who, Person: models.ID(person), Buyer: models.ID(organisation), consortium: c,
		}
		if err := o.announce(ctx); err != nil {
			return nil, err
		}
		all[i] = o
	}
	return all, nil
}

// WithNewKey is the same person with another key, which it makes and announces.
func (o *Opener) WithNewKey(ctx context.Context) (*Opener, error) {
	again := *o
	return &again, again.announce(ctx)
}

// For is the same opener where it releases what is sealed for openers with a fingerprint.
func (o *Opener) For(openers string) *Opener {
	other := *o
	other.openers = openers
	return &other
}

// announce makes a key and announces it.
func (o *Opener) announce(ctx context.Context) (err error) {
	if o.key, err = envelope.NewKey(envelope.Owner{
		Mode: o.consortium.Mode, Procurement: models.ID(o.consortium.Procurement), Buyer: o.Buyer, Person: o.Person,
	}); err != nil {
		return err
	}
	if o.announced, err = o.key.Announce(); err != nil {
		return err
	}
	_, err = o.consortium.write(ctx, o.Client, "/opener-keys", map[string]any{
		"person": o.Person, "key": o.announced.Key, "proof": o.announced.Proof,
	})
	return err
}

// SealFor writes that so many of the openers open together.
func (c *Consortium) SealFor(ctx context.Context, threshold int, openers ...*Opener) (Entry, error) {
	in, err := SetOf(threshold, openers...)
	if err != nil {
		return Entry{}, err
	}
	return c.write(ctx, c.Lead, "/opener-set", in)
}

// SetOf is the entry that says so.
func SetOf(threshold int, openers ...*Opener) (map[string]any, error) {
	announced := make([]envelope.Announcement, len(openers))
	for i, o := range openers {
		announced[i] = o.announced
	}
	set, err := envelope.NewSet(threshold, announced)
	if err != nil {
		return nil, err
	}
	fingerprint, err := set.Fingerprint()
	return map[string]any{"threshold": threshold, "openers": set.Openers, "fingerprint": fingerprint}, err
}

// Test has every opener release a test envelope for the present set.
func (c *Consortium) Test(ctx context.Context, openers ...*Opener) error {
	made, err := c.write(ctx, c.Lead, "/opener-tests", nil)
	if err != nil {
		return err
	}
	return c.PassTest(ctx, made.ID, openers...)
}

// PassTest has openers release a test envelope.
func (c *Consortium) PassTest(ctx context.Context, test models.ID, openers ...*Opener) error {
	at := c.Path("/opener-tests/" + string(test))
	for _, o := range openers {
		var test struct {
			Box    json.RawMessage `json:"box"`
			Header string          `json:"header"`
		}
		if _, err := o.Get(ctx, at, &test); err != nil {
			return err
		}
		opening, said, err := prepared(test.Box, envelope.KindTest, []byte(test.Header+"\n"))
		if err != nil {
			return err
		}
		release, err := opening.Release(o.key, said)
		if err != nil {
			return err
		}
		if _, err := o.Post(ctx, at+"/releases", map[string]any{"release": release}, nil); err != nil {
			return err
		}
	}
	return nil
}

// prepared is what the opener's program makes of what the platform gave it.
func prepared(
	box json.RawMessage, kind models.EnvelopeKind, headers []byte,
) (*envelope.Opening, envelope.Confirmation, error) {
	var said envelope.Confirmation
	described, err := envelope.ReadBox(box)
	if err != nil {
		return nil, said, err
	}
	all, err := envelope.ReadHeaders(bytes.NewReader(headers))
	if err != nil {
		return nil, said, err
	}
	said.Deadline, said.Now = described.Deadline.Time, time.Now()
	if said.Fingerprint, err = described.Set.Fingerprint(); err != nil {
		return nil, said, err
	}
	opening, err := envelope.NewOpening(described, kind, all)
	return opening, said, err
}

// opening reads what is to be opened.
func (o *Opener) opening(
	ctx context.Context, box models.ID, kind models.EnvelopeKind,
) (*envelope.Opening, envelope.Confirmation, error) {
	at := o.consortium.Path("/boxes/" + string(box))
	var headers, described bytes.Buffer
	if _, err := o.Do(ctx, apiclient.Request{
		Method: http.MethodGet, Path: at + "/headers?kind=" + string(kind) + "&openers=" + o.openers, Out: &headers,
	}); err != nil {
		return nil, envelope.Confirmation{}, err
	}
	if _, err := o.Do(ctx, apiclient.Request{
		Method: http.MethodGet, Path: at + "/sealing?openers=" + o.openers, Out: &described,
	}); err != nil {
		return nil, envelope.Confirmation{}, err
	}
	return prepared(described.Bytes(), kind, headers.Bytes())
}

// Made is the release that the opener's program makes, and does not hand in.
func (o *Opener) Made(ctx context.Context, box models.ID, kind models.EnvelopeKind) (envelope.Release, error) {
	opening, said, err := o.opening(ctx, box, kind)
	if err != nil {
		return envelope.Release{}, err
	}
	return opening.Release(o.key, said)
}

// Release has the opener release all envelopes of a kind in a box.
func (o *Opener) Release(ctx context.Context, box models.ID, kind models.EnvelopeKind) error {
	release, err := o.Made(ctx, box, kind)
	if err != nil {
		return err
	}
	return o.handIn(ctx, box, release)
}

func (o *Opener) handIn(ctx context.Context, box models.ID, release envelope.Release) error {
	_, err := o.Post(ctx, o.consortium.Path("/boxes/"+string(box)+"/releases"), map[string]any{"release": release}, nil)
	return err
}

// BoxOf is the last box of a lot.
func (c *Consortium) BoxOf(ctx context.Context, who *apiclient.Client, lot models.ID) (models.ID, error) {
	var l struct {
		Boxes []struct {
			ID models.ID `json:"id"`
		} `json:"boxes"`
	}
	if _, err := who.Get(ctx, c.Path("/lots/"+string(lot)), &l); err != nil {
		return "", err
	}
	if len(l.Boxes) == 0 {
		return "", fmt.Errorf("lot %s has no box", lot)
	}
	return l.Boxes[len(l.Boxes)-1].ID, nil
}

// Seal seals what a supplier hands in for the last box of a lot. Of a price, plain is its amount in euros.
func (c *Consortium) Seal(
	ctx context.Context, who *apiclient.Client, organisation string, lot models.ID, kind models.EnvelopeKind,
	plain []byte,
) ([]byte, error) {
	box, err := c.BoxOf(ctx, who, lot)
	if err != nil {
		return nil, err
	}
	var described bytes.Buffer
	if _, err := who.Do(ctx, apiclient.Request{
		Method: http.MethodGet, Path: c.Path("/boxes/" + string(box) + "/sealing"), Out: &described,
	}); err != nil {
		return nil, err
	}
	return Sealed(described.Bytes(), models.ID(organisation), kind, plain)
}

// Sealed seals what a supplier hands in, by the description of a box. Of a price, plain is its amount in euros.
func Sealed(box []byte, supplier models.ID, kind models.EnvelopeKind, plain []byte) ([]byte, error) {
	described, err := envelope.ReadBox(box)
	if err != nil {
		return nil, err
	}
	if kind == models.EnvelopePrice {
		if plain, err = envelope.PriceLine(models.Money{Amount: string(plain), Currency: "EUR"}); err != nil {
			return nil, err
		}
	}
	var file bytes.Buffer
	_, err = envelope.Seal(&file, bytes.NewReader(plain), described.For(supplier, kind))
	return file.Bytes(), err
}

// An OpeningState says how far the envelopes of a kind in a box are opened.
type OpeningState struct {
	Kind       models.EnvelopeKind `json:"kind"`
	Openers    string              `json:"openers"`
	Envelopes  int                 `json:"envelopes"`
	Read       int                 `json:"read"`
	Unreadable int                 `json:"unreadable"`
	Reading    bool                `json:"reading"`
	Turn       int                 `json:"turn"`
	Awaited    []models.ID         `json:"awaited"`
	Lost       []models.ID         `json:"lost"`
}

// OpeningStates asks how far a box is opened.
func (c *Consortium) OpeningStates(ctx context.Context, box models.ID) ([]OpeningState, error) {
	var states struct {
		Items []OpeningState `json:"items"`
	}
	_, err := c.Lead.Get(ctx, c.Path("/boxes/"+string(box)+"/releases"), &states)
	return states.Items, err
}

// OpenBox has openers release what is in the last box of a lot, prices aside, and one of them open the lot, and waits
// until all is read.
func (c *Consortium) OpenBox(ctx context.Context, lot models.ID, openers ...*Opener) error {
	box, err := c.BoxOf(ctx, c.Lead, lot)
	if err != nil {
		return err
	}
	states, err := c.OpeningStates(ctx, box)
	if err != nil {
		return err
	}
	for _, state := range states {
		if state.Kind == models.EnvelopePrice {
			continue
		}
		for _, o := range openers {
			if err := o.Release(ctx, box, state.Kind); err != nil {
				return err
			}
		}
	}
	opened := map[string]any{"lot": lot}
	if _, err := openers[0].Act(ctx, c.Procurement, string(models.VerbOpen), opened, nil); err != nil {
		return err
	}
	return c.awaitRead(ctx, box, func(kind models.EnvelopeKind) bool { return kind != models.EnvelopePrice })
}

// OpenPrices has openers release the prices in the last box of a lot, and waits until all are read that are opened.
func (c *Consortium) OpenPrices(ctx context.Context, lot models.ID, openers ...*Opener) error {
	box, err := c.BoxOf(ctx, c.Lead, lot)
	if err != nil {
		return err
	}
	for _, o := range openers {
		if err := o.Release(ctx, box, models.EnvelopePrice); err != nil {
			return err
		}
	}
	return c.AwaitRead(ctx, box, models.EnvelopePrice)
}

// AwaitRead waits until the envelopes of a kind in a box that are released are read.
func (c *Consortium) AwaitRead(ctx context.Context, box models.ID, kind models.EnvelopeKind) error {
	return c.awaitRead(ctx, box, func(k models.EnvelopeKind) bool { return k == kind })
}

// awaitRead waits until nothing of these kinds is to be read any more.
func (c *Consortium) awaitRead(ctx context.Context, box models.ID, of func(models.EnvelopeKind) bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		states, err := c.OpeningStates(ctx, box)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(states, func(s OpeningState) bool { return of(s.Kind) && s.Reading }) {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("the envelopes are not read")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TakesOver is the handover by which an opener gives its shares to this one.
func (o *Opener) TakesOver(
	ctx context.Context, box models.ID, kind models.EnvelopeKind, from *Opener,
) (envelope.Handover, error) {
	opening, said, err := o.opening(ctx, box, kind)
	if err != nil {
		return envelope.Handover{}, err
	}
	request, err := opening.Request(o.key, from.announced.Key, said)
	if err != nil {
		return envelope.Handover{}, err
	}
	return opening.HandOver(from.key, request, o.announced.Key, said)
}

// ReleaseAfter has the opener release by the shares that were handed over to it.
func (o *Opener) ReleaseAfter(
	ctx context.Context, box models.ID, kind models.EnvelopeKind, handover envelope.Handover,
) error {
	opening, said, err := o.opening(ctx, box, kind)
	if err != nil {
		return err
	}
	if err := opening.Apply(handover); err != nil {
		return err
	}
	release, err := opening.Release(o.key, said)
	if err != nil {
		return err
	}
	return o.handIn(ctx, box, release)
}
