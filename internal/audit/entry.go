package audit

import (
	"crypto/sha256"
	"encoding/binary"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Form says what the hash of an entry is made of. Every form stays verifiable for good.
type Form int

const (
	// FormCounting is that of the first entries. The link of the chain contains the position, which counts everything
	// that happened before; so whoever reads one chain can count the tenders between two of its events.
	FormCounting Form = 1
	// FormSilent is that of all entries since: the link contains nothing that other chains have an influence on. The
	// position is in the hash only, which is the leaf of the tree over the whole log.
	FormSilent Form = 2
)

// Every preimage starts with its domain, so that the hash of an entry cannot be the hash of anything else.
const (
	countingDomain = "ppi-engine.org/event-log/1\n"
	silentDomain   = "ppi-engine.org/event-log/2\n"
	placeDomain    = "ppi-engine.org/event-log/2 place\n"
)

// An Entry is one event at its place in the log.
type Entry struct {
	Form Form
	// Position counts all entries from 1; 0: not told, as in an export of an entry of [FormSilent].
	Position int64
	// Seq counts the entries of the same chain from 1. A chain is one procurement's events; those
	// without a procurement are one chain, too.
	Seq           int64
	ProcurementID models.ID
	EventID       models.ID
	// Prev is the link of the chain's entry before; zeroes for the first.
	Prev tlog.Hash
	// Link is what the next entry of the chain continues, and the leaf of the chain's own tree.
	Link tlog.Hash
	// Hash is the leaf of the tree over the whole log. In an export, which does not tell it, it is the link.
	Hash tlog.Hash
	// Canonical is the event as [Canonical] rendered it; nil when the event is missing.
	Canonical []byte
	// Parts are those parts of the event that are shown with it; others are withheld or erased.
	Parts []event.KeptPart
	// Damage says why this entry cannot be what was stored, whatever its hash; empty for a good entry.
	Damage string
}

// Hashes returns link and hash of an entry. For [FormSilent] they are the RFC 6962 leaf hashes of
//
//	"ppi-engine.org/event-log/2\n" ‖ seq ‖ prev ‖ canonical
//	"ppi-engine.org/event-log/2 place\n" ‖ position ‖ link
//
// and for [FormCounting] both are that of
//
//	"ppi-engine.org/event-log/1\n" ‖ position ‖ seq ‖ prev ‖ canonical
//
// with the numbers as 8 bytes, most significant first, prev and link as 32 bytes.
func Hashes(form Form, position, seq int64, prev tlog.Hash, canonical []byte) (link, hash tlog.Hash) {
	if form == FormCounting {
		hash = leaf(countingDomain, []int64{position, seq}, prev, canonical)
		return hash, hash
	}
	link = leaf(silentDomain, []int64{seq}, prev, canonical)
	return link, leaf(placeDomain, []int64{position}, link, nil)
}

func leaf(domain string, numbers []int64, hash tlog.Hash, rest []byte) tlog.Hash {
	preimage := make([]byte, 0, len(domain)+8*len(numbers)+tlog.HashSize+len(rest))
	preimage = append(preimage, domain...)
	for _, n := range numbers {
		// Two's complement, whatever a forger wrote.
		preimage = binary.BigEndian.AppendUint64(preimage, uint64(n)) //nolint:gosec // as said
	}
	preimage = append(preimage, hash[:]...)
	return tlog.RecordHash(append(preimage, rest...))
}

// digest is SHA-256 of a domain and parts of fixed lengths, but for the last.
func digest(domain string, parts ...[]byte) tlog.Hash {
	h := sha256.New()
	h.Write([]byte(domain))
	for _, part := range parts {
		h.Write(part)
	}
	return tlog.Hash(h.Sum(nil))
}

// A Link is the end of a chain: what the next entry of the chain continues.
type Link struct {
	Seq  int64
	Hash tlog.Hash
}

// Next places an event at the given position after the link.
func (l Link) Next(form Form, position int64, canonical []byte) (Entry, Link) {
	e := Entry{Form: form, Position: position, Seq: l.Seq + 1, Prev: l.Hash, Canonical: canonical}
	e.Link, e.Hash = Hashes(form, e.Position, e.Seq, e.Prev, canonical)
	return e, Link{Seq: e.Seq, Hash: e.Link}
}
