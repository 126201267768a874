package envelope

import (
	"encoding/hex"
	"slices"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// A Request asks an opener to hand its shares over to another key of the same buyer. Nobody but the owner of that key
// can use the answer.
type Request struct {
	Format string `json:"format"`
	Place

	// From is the key of the opener who is asked, To the opener that gets the shares.
	From      pvss.Point    `json:"from"`
	To        ProvenOpener  `json:"to"`
	Envelopes []BlindedPart `json:"envelopes"`
}

// A BlindedPart is the share of one envelope, multiplied by the new key.
type BlindedPart struct {
	named
	pvss.Blinded
}

// A Handover is the answer of the opener who was asked: for each envelope the share of the new key, with proof.
type Handover struct {
	Format    string       `json:"format"`
	Request   Request      `json:"request"`
	Envelopes []HandedPart `json:"envelopes"`
}

// A HandedPart is the share of one envelope as the new key's own.
type HandedPart struct {
	named
	pvss.Share
}

// ReadRequest reads a request. Whether it holds, [Opening.HandOver] tells.
func ReadRequest(text []byte) (Request, error) {
	var r Request
	return r, read(text, &r, models.CodeHandoverRefused, "the request for a handover")
}

// ReadHandover reads a handover. Whether it holds, [Opening.Apply] tells.
func ReadHandover(text []byte) (Handover, error) {
	var h Handover
	return h, read(text, &h, models.CodeHandoverRefused, "the handover")
}

// Headers lists the envelopes that are handed over, by the SHA-256 of their headers.
func (r Request) Headers() []string { return headersOf(r.Envelopes) }

// tag covers everything but the blinded shares and their proofs.
func (r Request) tag() (pvss.Tag, error) {
	return tagOf(struct {
		Format string `json:"format"`
		Place

		From    pvss.Point   `json:"from"`
		To      ProvenOpener `json:"to"`
		Headers []string     `json:"headers"`
	}{r.Format, r.Place, r.From, r.To, headersOf(r.Envelopes)})
}

// tag covers the whole request.
func (h Handover) tag() (pvss.Tag, error) {
	request, err := tagOf(h.Request)
	if err != nil {
		return pvss.Tag{}, err
	}
	return tagOf(struct {
		Format  string `json:"format"`
		Request string `json:"request"`
	}{h.Format, hex.EncodeToString(request[:])})
}

// Request asks the opener with the key from for its shares, for a new key of the same buyer.
func (o *Opening) Request(key Key, from pvss.Point, said Confirmation) (Request, error) {
	if err := o.confirm(key, said); err != nil {
		return Request{}, err
	}
	announced, err := key.Announce()
	if err != nil {
		return Request{}, err
	}
	r := Request{
		Format: formatRequest, Place: o.place(), From: from,
		To: ProvenOpener{Opener{announced.Buyer, announced.Person, announced.Key}, announced.Proof},
	}
	i, err := o.giver(r)
	if err != nil {
		return Request{}, err
	}
	for _, digest := range o.digests() {
		r.Envelopes = append(r.Envelopes, BlindedPart{named: named{digest}})
	}
	tag, err := r.tag()
	if err != nil {
		return Request{}, err
	}
	for n := range r.Envelopes {
		part := &r.Envelopes[n]
		part.Blinded = key.secret.Blind(o.holders[i].shares[part.Header], tag)
	}
	return r, nil
}

// giver finds who is asked, and refuses a new opener that may not get the shares.
func (o *Opening) giver(r Request) (int, error) {
	refused := func(format string, args ...any) error {
		return models.Refuse(models.CodeHandoverRefused, "/to", format, args...).
			Accepting("a new key of the same buyer, of a person who opens nothing else here")
	}
	if r.Format != formatRequest || r.From.IsZero() || r.To.Key.IsZero() {
		return 0, malformed(models.CodeHandoverRefused, "the request for a handover", "has an unknown format or no key")
	}
	i := o.holding(r.From)
	if i < 0 {
		return 0, refused("nobody opens anything in this box with the key that is asked")
	}
	announced := Announcement{
		formatOpener, Owner{o.box.Set.Mode, o.box.Set.Procurement, r.To.Buyer, r.To.Person}, r.To.Key, r.To.Proof,
	}
	if err := announced.Check(); err != nil {
		return 0, models.At("/to", err)
	}
	if r.To.Buyer != o.holders[i].Buyer {
		return 0, refused("%s is of another buyer than %s", r.To.Person, o.holders[i].Person)
	}
	for n, h := range o.holders {
		if h.Key.Equal(r.To.Key) || n != i && h.Person == r.To.Person {
			return 0, refused("%s opens envelopes in this box already", r.To.Person)
		}
	}
	if _, released := o.released[i]; released {
		return 0, refused("%s has released already, so there is nothing to hand over", o.holders[i].Person)
	}
	return i, nil
}

// asked checks a request and returns who is asked.
func (o *Opening) asked(r Request) (int, error) {
	i, err := o.giver(r)
	if err != nil {
		return 0, err
	}
	if err := o.whole(r.Place, headersOf(r.Envelopes)); err != nil {
		return 0, err
	}
	tag, err := r.tag()
	if err != nil {
		return 0, err
	}
	for _, e := range r.Envelopes {
		if !e.Holds(r.To.Key, o.holders[i].shares[e.Header], tag) {
			return 0, models.Refuse(models.CodeHandoverRefused, "/envelopes",
				"what %s asks for the envelope %s was not made with its key from the share of %s",
				r.To.Person, e.Header, o.holders[i].Person)
		}
	}
	return i, nil
}

// HandOver answers a request, after the deadline only. to is the new key as the colleague told it: whose key it is, a
// request can only claim.
func (o *Opening) HandOver(key Key, r Request, to pvss.Point, said Confirmation) (Handover, error) {
	if err := o.confirm(key, said); err != nil {
		return Handover{}, err
	}
	if r.To.Key.IsZero() || to.IsZero() || !r.To.Key.Equal(to) {
		return Handover{}, models.Refuse(models.CodeHandoverRefused, "/to/key",
			"the request is for another key than %v", to).Accepting("the request of the colleague whose key this is")
	}
	if _, err := o.asked(r); err != nil {
		return Handover{}, err
	}
	if !key.secret.Public().Equal(r.From) {
		return Handover{}, o.stranger(key.owner.Person)
	}
	h := Handover{Format: formatHandover, Request: r}
	tag, err := h.tag()
	if err != nil {
		return Handover{}, err
	}
	for _, e := range r.Envelopes {
		h.Envelopes = append(h.Envelopes, HandedPart{e.named, key.secret.Reissue(e.Blinded, tag)})
	}
	return h, nil
}

// Apply checks a handover and puts the new opener in the place of the one who handed over. From then on only its
// release is accepted there.
func (o *Opening) Apply(h Handover) error {
	i, err := o.asked(h.Request)
	if err != nil {
		return err
	}
	if h.Format != formatHandover || !slices.Equal(headersOf(h.Envelopes), o.digests()) {
		return malformed(models.CodeHandoverRefused, "the handover",
			"has an unknown format, or is not for exactly the envelopes that were asked for")
	}
	tag, err := h.tag()
	if err != nil {
		return err
	}
	shares := make(map[string]pvss.Point, len(h.Envelopes))
	for n, e := range h.Envelopes {
		if !e.Reissued(h.Request.From, h.Request.Envelopes[n].Blinded, tag) {
			return models.Refuse(models.CodeHandoverRefused, "/envelopes",
				"what %s handed over for the envelope %s was not made with its key", o.holders[i].Person, e.Header)
		}
		shares[e.Header] = e.Point
	}
	o.holders[i] = holder{h.Request.To.Opener, shares}
	return nil
}
