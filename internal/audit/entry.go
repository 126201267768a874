package audit

import (
	"encoding/binary"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/models"
)

// entryDomain starts every preimage, so that the hash of an entry cannot be the hash of anything else.
const entryDomain = "ppi-engine.org/event-log/1\n"

// An Entry is one event at its place in the log.
type Entry struct {
	// Position counts all entries from 1.
	Position int64
	// Seq counts the entries of the same chain from 1. A chain is one procurement's events; those
	// without a procurement are one chain, too.
	Seq           int64
	ProcurementID models.ID
	EventID       models.ID
	// Prev is the hash of the chain's entry before; zeroes for the first.
	Prev tlog.Hash
	Hash tlog.Hash
	// Canonical is the event as [Canonical] rendered it; nil when the event is missing.
	Canonical []byte
	// Damage says why this entry cannot be what was stored, whatever its hash; empty for a good entry.
	Damage string
}

// HashEntry returns the hash of an entry: the RFC 6962 leaf hash of
//
//	"ppi-engine.org/event-log/1\n" ‖ position ‖ seq ‖ prev ‖ canonical
//
// with the numbers as 8 bytes, most significant first, and prev as 32 bytes. It is at once the link
// of the chain and the leaf of the Merkle trees.
func HashEntry(position, seq int64, prev tlog.Hash, canonical []byte) tlog.Hash {
	preimage := make([]byte, 0, len(entryDomain)+8+8+tlog.HashSize+len(canonical))
	preimage = append(preimage, entryDomain...)
	preimage = binary.BigEndian.AppendUint64(preimage,
		uint64(position)) //nolint:gosec // two's complement, whatever a forger wrote
	preimage = binary.BigEndian.AppendUint64(preimage, uint64(seq)) //nolint:gosec // as above
	preimage = append(preimage, prev[:]...)
	preimage = append(preimage, canonical...)
	return tlog.RecordHash(preimage)
}

// A Link is the end of a chain: what the next entry of the chain continues.
type Link struct {
	Seq  int64
	Hash tlog.Hash
}

// Next places an event at the given position after the link.
func (l Link) Next(position int64, canonical []byte) (Entry, Link) {
	e := Entry{Position: position, Seq: l.Seq + 1, Prev: l.Hash, Canonical: canonical}
	e.Hash = HashEntry(e.Position, e.Seq, e.Prev, canonical)
	return e, Link{Seq: e.Seq, Hash: e.Hash}
}
