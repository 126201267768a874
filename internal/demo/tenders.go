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

func (p *play) executeTender() {
	p.screen.chapter("Phase 6 of 6 · Tender")
	p.until("spring_bulletin")
	p.inform("spring_bulletin")
	p.prepareTender()
	p.publish()
	p.receiveTenders()
	p.closeBoxes()
	p.open()
	p.evaluate()
}

// receiveTenders has suppliers seal and hand in their tenders, the last one a minute before the deadline.
func (p *play) receiveTenders() {
	p.until("tenders_arrive")
	offers := offersOf(p.facts.Tender, p.seed)
	for i, l := range p.lots {
		for j, o := range offers[i] {
			if i == len(p.lots)-1 && j == len(offers[i])-1 {
				p.until("last_minute")
			}
			p.handIn(l, o)
		}
	}
	p.refused(models.CodeDeadlineNotOver, p.team.openers[0],
		p.command(models.VerbOpen, object{"lot": p.lots[0].id}, "*"),
		"GENCI", "lets an opener try to open lot 1 a minute before the deadline")
}

// handIn seals an offer on the supplier's side, uploads it and hands it in; the platform signs a receipt.
func (p *play) handIn(l *lot, o offer) {
	s := p.supplier(o.supplier)
	p.register(s)
	var receipt struct {
		Note string `json:"note"`
	}
	r := p.handingIn(l, s, o)
	r.Out = &receipt
	p.send(s.person, r)
	if p.err != nil {
		return
	}
	verified, err := sealing.Verify(receipt.Note, p.verifiers["receipts"])
	if err != nil {
		p.err = err
		return
	}
	l.tenders = append(l.tenders, &tender{id: string(verified.TenderID), supplier: s, offer: o})
	p.tellf(s.Name, "hands in a sealed tender for lot %d (assumed) and verifies its receipt: received at %s", l.number,
		verified.ProcedureTime.In(p.zone).Format("15:04:05.000"))
}

// handingIn uploads the sealed envelopes of an offer and returns the request that hands them in.
func (p *play) handingIn(l *lot, s *supplier, o offer) apiclient.Request {
	envelopes := []object{
		p.sealed(s, l, models.EnvelopeQuality, o),
		p.sealed(s, l, models.EnvelopePrice, o),
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

// closeBoxes lets the deadline pass, and one supplier come a second late.
func (p *play) closeBoxes() {
	late := p.supplier(p.facts.Tender.LateSupplier.Name)
	p.register(late)
	handing := p.handingIn(p.lots[0], late, offersOf(p.facts.Tender, p.seed)[0][0])
	p.until("deadline")
	p.advance(p.clock.Truncate(time.Second).Add(time.Second))
	p.refused(models.CodeDeadlinePassed, late.person, handing, late.Name,
		"hands in a tender for lot 1 one second after the deadline")
	for _, l := range p.lots {
		p.awaitClosed(l)
	}
	p.tellf("engine", "closed the boxes of %d lots on their deadline", len(p.lots))
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
