package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// An opener has a key that never leaves its own machine.
type opener struct {
	*person

	key       envelope.Key
	announced envelope.Announcement
}

// threshold is how many of the openers open together.
const threshold = 2

// makeKeys has each opener make a key on its own machine, the lead buyer name them, and all open a test.
func (p *play) makeKeys() {
	for i, who := range p.team.openers {
		p.openers = append(p.openers, p.keyFor(who, p.buyers[i].organisation))
	}
	set := p.seal()
	if p.err != nil {
		return
	}
	p.tellf("openers", "of %d buyers make their keys on their own machines; any %d of them open together, no buyer "+
		"alone: %s", len(p.openers), threshold, set["fingerprint"])
	p.test()
	p.tellf("openers", "each open a test envelope: nothing is published before")
}

func (p *play) keyFor(who *person, buyer string) *opener {
	o := &opener{person: who}
	if p.err != nil {
		return o
	}
	o.key, p.err = envelope.NewKey(envelope.Owner{
		Mode: models.ModeRehearsal, Procurement: models.ID(p.procurement), Buyer: models.ID(buyer),
		Person: models.ID(who.id),
	})
	if p.err == nil {
		o.announced, p.err = o.key.Announce()
	}
	p.post(who, "/opener-keys", object{"person": who.id, "key": o.announced.Key, "proof": o.announced.Proof})
	return o
}

// seal writes for whom tenders are sealed.
func (p *play) seal() object {
	announced := make([]envelope.Announcement, len(p.openers))
	for i, o := range p.openers {
		announced[i] = o.announced
	}
	if p.err != nil {
		return nil
	}
	set, err := envelope.NewSet(threshold, announced)
	if err != nil {
		p.err = fmt.Errorf("name the openers: %w", err)
		return nil
	}
	if p.fingerprint, err = set.Fingerprint(); err != nil {
		p.err = fmt.Errorf("name the openers: %w", err)
	}
	written := object{"threshold": threshold, "openers": set.Openers, "fingerprint": p.fingerprint}
	p.post(p.lead, "/opener-set", written)
	return written
}

// test has each opener release a test envelope.
func (p *play) test() {
	at := "/opener-tests/" + p.post(p.lead, "/opener-tests", nil).ID
	for _, o := range p.openers {
		var test struct {
			Box    json.RawMessage `json:"box"`
			Header string          `json:"header"`
		}
		p.get(o.person, at, &test)
		p.release(o, at+"/releases", test.Box, envelope.KindTest, []byte(test.Header+"\n"))
	}
}

// release does what an opener's program does: it checks every envelope, and the fingerprint that the opener read in the
// notice, before it computes anything.
func (p *play) release(o *opener, to string, box []byte, kind models.EnvelopeKind, headers []byte) {
	if p.err != nil {
		return
	}
	described, err := envelope.ReadBox(box)
	if err != nil {
		p.err = fmt.Errorf("read the description of a box: %w", err)
		return
	}
	all, err := envelope.ReadHeaders(bytes.NewReader(headers))
	if err != nil {
		p.err = fmt.Errorf("read envelopes: %w", err)
		return
	}
	opening, err := envelope.NewOpening(described, kind, all)
	if err != nil {
		p.err = fmt.Errorf("open envelopes: %w", err)
		return
	}
	release, err := opening.Release(o.key, envelope.Confirmation{Fingerprint: p.fingerprint})
	if err != nil {
		p.err = fmt.Errorf("release envelopes: %w", err)
		return
	}
	p.post(o.person, to, object{"release": release})
}

// open has openers of two buyers release what holds no price in each lot, and one of them open it.
func (p *play) open(r round) {
	p.until(r.date("opening"))
	sealed := ""
	if r.priced() {
		sealed = "; prices stay sealed"
	}
	for _, l := range p.lots {
		p.releaseAll(l, r.kinds[0])
		p.act(p.openers[0].person, models.VerbOpen, object{"lot": l.id}, nil)
		p.awaitRead(l)
		p.tellf("openers", "of GENCI and BSC release all envelopes of lot %d on their own machines, and open it: %d "+
			"%s%s", l.number, len(l.tenders), r.called, sealed)
	}
}

// openPrices has openers release the prices of a lot.
func (p *play) openPrices(l *lot) {
	p.releaseAll(l, models.EnvelopePrice)
	p.awaitRead(l)
	for _, t := range l.tenders {
		var found struct {
			Items []struct {
				Envelope int           `json:"envelope"`
				Price    *models.Money `json:"price"`
			} `json:"items"`
		}
		p.get(p.lead, "/tenders/"+t.id+"/openings", &found)
		for _, o := range found.Items {
			if o.Envelope == envelopePrice && o.Price != nil {
				t.price = *o.Price
			}
		}
	}
}

// releaseAll has as many openers as are needed release the envelopes of a kind in the box of a lot.
func (p *play) releaseAll(l *lot, kind models.EnvelopeKind) {
	at := "/boxes/" + l.box
	for _, o := range p.openers[:threshold] {
		headers, box := p.download(o.person, at+"/headers?kind="+string(kind)), p.download(o.person, at+"/sealing")
		p.release(o, at+"/releases", box, kind, headers)
	}
}

// awaitRead waits until the engine has read what was released.
func (p *play) awaitRead(l *lot) {
	for until := time.Now().Add(patience); p.err == nil; {
		var states struct {
			Items []struct {
				Reading bool `json:"reading"`
			} `json:"items"`
		}
		p.get(p.lead, "/boxes/"+l.box+"/releases", &states)
		reading := false
		for _, state := range states.Items {
			reading = reading || state.Reading
		}
		switch {
		case p.err != nil || !reading:
			return
		case time.Now().After(until):
			p.err = fmt.Errorf("the envelopes of lot %d are not read", l.number)
		}
		p.pause(closingPause)
	}
}
