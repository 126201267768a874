package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/models"
)

// open has openers of two buyers open each lot together, decrypt on their own side, and record what they found.
func (p *play) open() {
	p.until("opening")
	for _, l := range p.lots {
		for _, opener := range p.openers() {
			p.act(opener, models.VerbOpen, object{"lot": l.id}, nil)
		}
		for _, t := range l.tenders {
			p.openQuality(t)
		}
		p.tellf("openers", "of GENCI and BSC open lot %d together: %d tenders, decrypted on their own machines; "+
			"prices stay sealed", l.number, len(l.tenders))
	}
}

// openers are two openers of different buyers.
func (p *play) openers() []*person { return p.team.openers[:2] }

// openQuality has both openers decrypt the quality envelope and record the same; the first opener uploads the content
// for the evaluators.
func (p *play) openQuality(t *tender) {
	for i, opener := range p.openers() {
		plain := p.decrypt(opener, t, envelopeQuality, p.keys.quality)
		found := finding(envelopeQuality, plain)
		if i == 0 {
			found["upload"] = p.upload(opener, plain, "offer.json", "document")
		}
		p.post(opener, "/tenders/"+t.id+"/openings", found)
	}
}

// openPrice has both openers decrypt the price envelope and record the price.
func (p *play) openPrice(t *tender) {
	for _, opener := range p.openers() {
		plain := p.decrypt(opener, t, envelopePrice, p.keys.price)
		var says bid
		p.read(plain, &says)
		t.price = models.Money{Amount: says.Price, Currency: "EUR"}
		found := finding(envelopePrice, plain)
		found["price"] = t.price
		p.post(opener, "/tenders/"+t.id+"/openings", found)
	}
}

func finding(envelope int, plain []byte) object {
	return object{"envelope": envelope, "plaintext_digest": models.Digest(plain), "size": len(plain)}
}

// decrypt fetches an envelope and opens it with a key that the platform has never seen.
func (p *play) decrypt(opener *person, t *tender, envelope int, key age.Identity) []byte {
	file := p.download(opener, "/tenders/"+t.id+"/envelopes/"+strconv.Itoa(envelope)+"/content")
	if p.err != nil {
		return nil
	}
	opened, err := age.Decrypt(bytes.NewReader(file), key)
	if err != nil {
		p.err = fmt.Errorf("decrypt envelope %d of %s: %w", envelope, t.id, err)
		return nil
	}
	plain, err := io.ReadAll(opened)
	if err != nil {
		p.err = fmt.Errorf("decrypt envelope %d of %s: %w", envelope, t.id, err)
	}
	return plain
}

func (p *play) read(plain []byte, into any) {
	if p.err != nil {
		return
	}
	if err := json.Unmarshal(plain, into); err != nil {
		p.err = fmt.Errorf("read what was in an envelope: %w", err)
	}
}
