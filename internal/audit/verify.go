package audit

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/models"
)

// A Log is what is to be verified: entries as they were stored, and the heads that were signed for them.
type Log struct {
	// Entries in order. An error ends the verification.
	Entries iter.Seq2[Entry, error]
	// Whole says that these are all entries of the log, so that positions have no gap; otherwise they are
	// those of one procurement.
	Whole bool
	// Closed says that nothing was recorded after the largest head.
	Closed bool
	// Heads are signed heads of this log, of any size and in any order.
	Heads []Checkpoint
	// Each, if not nil, is called with the tree whenever an entry was found to be good.
	Each func(Tree)
}

// Verify reads a log once. It compares every entry with what it must be after the entries before it, and the tree with
// every signed head. It needs memory for the end of each chain, not for the entries. It returns an error when reading
// fails; the faults of the log are in the report.
func Verify(log Log) (Report, error) {
	v := &verifier{whole: log.Whole, closed: log.Closed, each: log.Each, chains: map[models.ID]chainEnd{}}
	v.heads = slices.SortedFunc(slices.Values(log.Heads),
		func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	fault, err := v.run(log.Entries)
	if err != nil {
		return Report{}, fmt.Errorf("verify log: %w", err)
	}
	return Report{
		Valid:       fault == nil,
		Events:      v.tree.Size(),
		Root:        v.tree.Root(),
		Checkpoints: v.agreed,
		Fault:       fault,
	}, nil
}

// A verifier knows the good part of the log.
type verifier struct {
	whole    bool
	closed   bool
	each     func(Tree)
	chains   map[models.ID]chainEnd
	tree     Tree
	position int64
	recent   recent
	heads    []Checkpoint
	agreed   int
	// doubted is the first entry that no signed head confirms yet; confirmed is how many entries are before it.
	doubted   *Entry
	confirmed int64
	// last is the event of the last good entry.
	last []byte
}

// A chainEnd is the last good entry of a chain.
type chainEnd struct {
	Link
	position int64
	event    models.ID
}

func (v *verifier) run(entries iter.Seq2[Entry, error]) (*Fault, error) {
	next, stop := iter.Pull2(entries)
	defer stop()
	if fault := v.compareHeads(); fault != nil {
		return fault, nil
	}
	for {
		e, err, ok := next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return v.atEnd(), nil
		}
		if !v.accept(e) {
			return v.diagnose(e, next)
		}
		if v.each != nil {
			v.each(v.tree)
		}
		if fault := v.compareHeads(); fault != nil {
			return fault, nil
		}
	}
}

// accept adds an entry to the good part, if it is what the entries before it require.
func (v *verifier) accept(e Entry) bool {
	end := v.chains[e.ProcurementID]
	want, after := end.Next(e.Form, v.place(e), e.Canonical)
	if e.Damage != "" || e.Canonical == nil || v.comesTooLate(e) || e.Position != want.Position ||
		e.Seq != want.Seq || e.Prev != want.Prev || e.Link != want.Link || e.Hash != v.hashOf(want) {
		return false
	}
	v.recent.add(e, end.Link)
	v.chains[e.ProcurementID] = chainEnd{Link: after, position: e.Position, event: e.EventID}
	v.position = max(v.position, e.Position)
	v.last = e.Canonical
	v.tree, _ = v.tree.Append(e.Hash)
	if v.doubted == nil {
		v.doubted = &Entry{Position: e.Position, Seq: e.Seq, EventID: e.EventID}
	}
	return true
}

// hashOf is the leaf that the verified tree has for an entry: an export does not tell positions of [FormSilent], and
// its tree is over the links.
func (v *verifier) hashOf(e Entry) tlog.Hash {
	if v.whole {
		return e.Hash
	}
	return e.Link
}

// comesTooLate tells whether an entry is told to be at a place that was passed.
func (v *verifier) comesTooLate(e Entry) bool {
	return e.Position <= v.position && (v.whole || e.Form == FormCounting)
}

// place is the position that the next entry must have. The entries of one procurement can be anywhere in the log: their
// position is the one they claim, which their hash covers.
func (v *verifier) place(e Entry) int64 {
	if v.whole {
		return v.tree.Size() + 1
	}
	return e.Position
}

func (v *verifier) compareHeads() *Fault {
	for len(v.heads) > 0 && v.heads[0].Size == v.tree.Size() {
		head := v.heads[0]
		if head.Root != v.tree.Root() {
			return v.rehashed(head)
		}
		v.heads = v.heads[1:]
		v.agreed++
		v.doubted, v.confirmed = nil, head.Size
	}
	return nil
}

// rehashed is the fault of a log that is consistent but differs from the one that was signed: all hashes from the first
// false entry on were computed again. Only the heads show where that is.
func (v *verifier) rehashed(head Checkpoint) *Fault {
	f := &Fault{
		Kind: FaultRehashed,
		Detail: fmt.Sprintf("the %d entries are consistent, but their root is %s and a head signed by %s says %s: "+
			"they were rewritten and hashed again",
			v.tree.Size(), v.tree.Root(), head.Signer, head.Root),
	}
	if d := v.doubted; d != nil {
		f.Position, f.Seq, f.Through = d.Position, d.Seq, v.position
		if v.tree.Size() == v.confirmed+1 {
			f.EventID, f.Through = d.EventID, 0
		}
	}
	return f
}

func (v *verifier) atEnd() *Fault {
	switch {
	case len(v.heads) > 0:
		return v.cut()
	case v.closed && v.doubted != nil:
		return &Fault{
			Kind: FaultInserted, Position: v.doubted.Position, Seq: v.doubted.Seq, EventID: v.doubted.EventID,
			Detail: "this entry was added after the last one that the head counts",
		}
	}
	return nil
}

func (v *verifier) cut() *Fault {
	largest := v.heads[len(v.heads)-1]
	f := &Fault{
		Kind: FaultCut,
		Detail: fmt.Sprintf("a head signed by %s counts %d entries, but there are only %d: the end is cut off, and %d "+
			"entries are missing that were recorded %s",
			largest.Signer, largest.Size, v.tree.Size(), largest.Size-v.tree.Size(), v.sinceLast()),
	}
	if v.whole {
		f.Position, f.Through = v.tree.Size()+1, largest.Size
	} else {
		f.Seq = v.tree.Size() + 1
	}
	return f
}

// sinceLast says when what is missing at the end was recorded.
func (v *verifier) sinceLast() string {
	last, err := ParseEvent(v.last)
	if err != nil {
		return "from the beginning on"
	}
	return "after " + last.RecordedAt.UTC().Format(time.RFC3339)
}
