package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/apiclient"
	sealing "github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// A tender is what a supplier handed in for a lot.
type tender struct {
	id       string
	supplier *supplier
	offer    offer
	// found and price are what was found in its envelopes.
	found promise
	price models.Money
}

// The envelopes of a tender, by number.
const (
	envelopeQuality = 1
	envelopePrice   = 2
)

// handIn seals an offer on the supplier's side, uploads it and hands it in; the platform signs a receipt.
func (p *play) handIn(l *lot, r round, o offer) {
	s := p.supplier(o.supplier)
	p.register(s)
	var receipt struct {
		Note string `json:"note"`
	}
	handing := p.handingIn(l, r, s, o)
	handing.Out = &receipt
	p.send(s.person, handing)
	if p.err != nil {
		return
	}
	verified, err := sealing.Verify(receipt.Note, p.verifiers["receipts"])
	if err != nil {
		p.err = err
		return
	}
	l.tenders = append(l.tenders, &tender{id: string(verified.TenderID), supplier: s, offer: o})
	p.tellf(s.Name, "hands in for lot %d, sealed (assumed); its receipt says %s and is verified", l.number,
		verified.ProcedureTime.In(p.zone).Format("15:04:05.000"))
}

// handingIn uploads the sealed envelopes of an offer and returns the request that hands them in.
func (p *play) handingIn(l *lot, r round, s *supplier, o offer) apiclient.Request {
	envelopes := make([]object, len(r.kinds))
	for i, kind := range r.kinds {
		envelopes[i] = p.sealed(s, l, kind, o)
	}
	return p.writing("/lots/"+l.id+"/tenders", object{"envelopes": envelopes})
}

// sealed seals the content of an envelope for the openers of the box, and uploads it.
func (p *play) sealed(s *supplier, l *lot, kind models.EnvelopeKind, o offer) object {
	box := p.download(s.person, "/boxes/"+l.box+"/sealing")
	if p.err != nil {
		return nil
	}
	file, err := seal(box, models.ID(s.organisation), kind, o, l.number)
	if err != nil {
		p.err = fmt.Errorf("seal an offer: %w", err)
		return nil
	}
	return object{
		"kind": kind, "upload": p.upload(s.person, file, string(kind)+".sealed", "envelope"),
		"digest": models.Digest(file),
	}
}

// seal does what a supplier's program does.
func seal(box []byte, supplier models.ID, kind models.EnvelopeKind, o offer, lot int) ([]byte, error) {
	described, err := envelope.ReadBox(box)
	if err != nil {
		return nil, err
	}
	var says any = o.promise(lot)
	var content bytes.Buffer
	if kind == models.EnvelopeQualification {
		says = o.ability()
	}
	if kind == models.EnvelopePrice {
		says = o.bid()
		line, err := envelope.PriceLine(models.Money{Amount: o.amount(), Currency: "EUR"})
		if err != nil {
			return nil, err
		}
		content.Write(line)
	}
	if err := json.NewEncoder(&content).Encode(says); err != nil {
		return nil, fmt.Errorf("write an offer: %w", err)
	}
	var file bytes.Buffer
	_, err = envelope.Seal(&file, &content, described.For(supplier, kind))
	return file.Bytes(), err
}

// awaitClosed waits for the engine to close the box of a lot.
func (p *play) awaitClosed(l *lot) {
	for until := time.Now().Add(patience); p.err == nil; {
		var box struct {
			ClosedAt *time.Time `json:"closed_at"`
		}
		p.get(p.lead, "/lots/"+l.id, &box)
		switch {
		case p.err != nil || box.ClosedAt != nil:
			return
		case time.Now().After(until):
			p.err = fmt.Errorf("lot %d is not closed after its deadline", l.number)
		}
		p.pause(closingPause)
	}
}

// closingPause is how long the play waits before it reads the lot again.
const closingPause = 50 * time.Millisecond
