package audit

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/models"
)

// The public log is what anybody may hold the operator to while much of the record is still secret. Each of its entries
// commits to the head of a tree without telling it: one entry each time for the whole log, whether or not anything
// happened, and one for a procurement when something happened that everybody may know. Its own tree is signed and
// public.

const (
	publicDomain     = "ppi-engine.org/public-log/1\n"
	labelDomain      = "ppi-engine.org/public-log/1 procurement\n"
	commitmentDomain = "ppi-engine.org/public-log/1 head\n"
)

// A PublicEntry is an entry of the public log.
type PublicEntry struct {
	// N counts the entries from 1.
	N int64 `json:"n" doc:"Counts the entries from 1"`
	// Label tells whose head it is to those who know the procurement's ID, see [PublicLabel].
	Label tlog.Hash `json:"label"`
	// Commitment is that of the head, see [PublicHead.Commitment].
	Commitment tlog.Hash `json:"commitment"`
}

// Hash is the leaf of the tree over the public log: the RFC 6962 leaf hash of
//
//	"ppi-engine.org/public-log/1\n" ‖ label ‖ commitment
func (e PublicEntry) Hash() tlog.Hash {
	return leaf(publicDomain, nil, e.Label, e.Commitment[:])
}

// PublicLabel is SHA-256("ppi-engine.org/public-log/1 procurement\n" ‖ ID), or zeroes for the whole log, which has no
// procurement.
func PublicLabel(procurement models.ID) tlog.Hash {
	if procurement == "" {
		return tlog.Hash{}
	}
	return digest(labelDomain, []byte(procurement))
}

// A PublicHead is what an entry of the public log commits to: the head of a tree.
type PublicHead struct {
	N    int64     `json:"n"`
	Size int64     `json:"size"`
	Salt tlog.Hash `json:"salt"`
}

// Commitment is SHA-256("ppi-engine.org/public-log/1 head\n" ‖ salt ‖ size ‖ root), the size as 8 bytes, most
// significant first. The salt is random, so the commitment tells nobody whether the head has changed.
func (h PublicHead) Commitment(root tlog.Hash) tlog.Hash {
	// Two's complement, whatever a forger wrote.
	size := binary.BigEndian.AppendUint64(nil, uint64(h.Size)) //nolint:gosec // as said
	return digest(commitmentDomain, h.Salt[:], size, root[:])
}

// ReadPublicLog reads the public log from its first entry on, as answers of GET /v1/public-log one after the other.
func ReadPublicLog(in io.Reader) ([]PublicEntry, error) {
	var entries []PublicEntry
	for pages := json.NewDecoder(in); ; {
		var page struct {
			Items []PublicEntry `json:"items"`
		}
		err := pages.Decode(&page)
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read public log: %w", err)
		}
		for _, e := range page.Items {
			if e.N != int64(len(entries))+1 {
				return nil, fmt.Errorf("read public log: entry %d follows entry %d", e.N, len(entries))
			}
			entries = append(entries, e)
		}
	}
}

// ComparePublic compares the public log, from its first entry on, with its signed heads, of any size and in any order.
// It returns nil if they agree.
func ComparePublic(entries iter.Seq[PublicEntry], heads []Checkpoint) *Fault {
	heads = slices.SortedFunc(slices.Values(heads), func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	var tree Tree
	compare := func() *Fault {
		for ; len(heads) > 0 && heads[0].Size == tree.Size(); heads = heads[1:] {
			if head := heads[0]; head.Root != tree.Root() {
				return publicFault(FaultRehashed, "the first %d entries of the public log have the root %s, and a "+
					"head signed by %s says %s", head.Size, tree.Root(), head.Signer, head.Root)
			}
		}
		return nil
	}
	if fault := compare(); fault != nil {
		return fault
	}
	for e := range entries {
		tree, _ = tree.Append(e.Hash())
		if fault := compare(); fault != nil {
			return fault
		}
	}
	if len(heads) > 0 {
		largest := heads[len(heads)-1]
		return publicFault(FaultCut, "a head signed by %s counts %d entries of the public log, but there are only %d",
			largest.Signer, largest.Size, tree.Size())
	}
	return nil
}

func publicFault(kind FaultKind, format string, args ...any) *Fault {
	return &Fault{Kind: kind, Detail: fmt.Sprintf(format, args...)}
}

// explained compares the entries of the public log about one procurement with the heads that its export tells, and
// says in the report how many of them commit to what is in the export; roots are those of its tree, by size.
func (r *Report) explained(entries []PublicEntry, told []PublicHead, roots map[int64]tlog.Hash, covers Coverage) {
	label := PublicLabel(r.Procurement)
	for _, e := range entries {
		if e.Label != label {
			continue
		}
		if e.N > covers.Public {
			r.NotCovered++
			continue
		}
		i := slices.IndexFunc(told, func(h PublicHead) bool { return h.N == e.N })
		if i < 0 {
			r.refutef(FaultRehashed, "entry %d of the public log is about this procurement, and the export does not "+
				"say what it commits to", e.N)
			return
		}
		root, exported := roots[told[i].Size]
		switch {
		case !exported && told[i].Size > r.Events && covers.CutCounting:
			r.NotCompared++
		case !exported:
			r.refutef(FaultCut, "entry %d of the public log commits to the first %d events, as the export says, but "+
				"there are %d", e.N, told[i].Size, r.Events)
			return
		case told[i].Commitment(root) != e.Commitment:
			r.refutef(FaultRehashed, "entry %d of the public log does not commit to the first %d events of this "+
				"export: they were rewritten", e.N, told[i].Size)
			return
		default:
			r.Public++
		}
	}
}

// refutef makes the report that of an export which contradicts the public log.
func (r *Report) refutef(kind FaultKind, format string, args ...any) {
	r.Valid, r.Fault = false, publicFault(kind, format, args...)
}
