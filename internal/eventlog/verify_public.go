package eventlog

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
)

// keptHeads are checkpoints that were kept outside the database.
type keptHeads struct {
	log, public  []audit.Checkpoint
	procurements map[models.ID][]audit.Checkpoint
}

func headsByTree(heads []audit.Checkpoint) (keptHeads, error) {
	kept := keptHeads{procurements: map[models.ID][]audit.Checkpoint{}}
	for _, c := range heads {
		of, procurement, err := c.Of()
		switch {
		case err != nil:
			return kept, err
		case of == audit.HeadOfLog:
			kept.log = append(kept.log, c)
		case of == audit.HeadOfPublicLog:
			kept.public = append(kept.public, c)
		default:
			kept.procurements[procurement] = append(kept.procurements[procurement], c)
		}
	}
	return kept, nil
}

// A claim says what the root of a chain's tree was when it had that size; who says it that.
type claim struct {
	size int64
	root tlog.Hash
	who  string
	// public: it is an entry of the public log.
	public bool
}

// verifyPublic verifies the public log of a log that was found to be valid, and what was signed about its chains: every
// entry commits to what the record was, and every head is that of the entries.
func verifyPublic(
	ctx context.Context, tx pgx.Tx, r *audit.Report, earlier keptHeads, verifiers note.Verifiers,
) error {
	heads, forged, err := storedCheckpoints(ctx, tx, "SELECT size, root, note FROM public_checkpoints ORDER BY size",
		verifiers)
	if err != nil || forged != nil {
		r.Fault = forged
		return err
	}
	entries, claims, err := readPublication(ctx, tx, r)
	if err != nil || r.Fault != nil {
		return err
	}
	r.Fault = audit.ComparePublic(slices.Values(entries), slices.Concat(heads, earlier.public))
	r.Checkpoints += len(earlier.public)
	for procurement, kept := range earlier.procurements {
		for _, c := range kept {
			who := "a head signed by " + c.Signer
			claims[procurement] = append(claims[procurement], claim{c.Size, c.Root, who, false})
		}
	}
	for _, procurement := range slices.Sorted(maps.Keys(claims)) {
		if r.Fault != nil {
			return nil
		}
		if err := verifyClaims(ctx, tx, r, procurement, claims[procurement]); err != nil {
			return err
		}
	}
	return nil
}

// readPublication reads the entries of the public log, and what they claim about the chains. What they claim about the
// whole log was signed in a checkpoint of the database, and verified with the log.
func readPublication(
	ctx context.Context, tx pgx.Tx, r *audit.Report,
) (entries []audit.PublicEntry, claims map[models.ID][]claim, err error) {
	rows, err := tx.Query(ctx, `SELECT l.n, l.label, l.commitment, l.salt, coalesce(l.procurement_id, ''), l.size,
			l.root, EXISTS (SELECT FROM checkpoints c WHERE c.size = l.size AND c.root = l.root)
		FROM public_log l ORDER BY l.n`)
	if err != nil {
		return nil, nil, fmt.Errorf("read public log: %w", err)
	}
	claims = map[models.ID][]claim{}
	var e audit.PublicEntry
	var head audit.PublicHead
	var procurement models.ID
	var root tlog.Hash
	var signed bool
	_, err = pgx.ForEachRow(rows, []any{
		&e.N, (*hash)(&e.Label), (*hash)(&e.Commitment), (*hash)(&head.Salt), &procurement, &head.Size, (*hash)(&root),
		&signed,
	}, func() error {
		entries = append(entries, e)
		altered := e.N != int64(len(entries)) || e.Label != audit.PublicLabel(procurement) ||
			e.Commitment != head.Commitment(root)
		switch {
		case r.Fault != nil:
		case altered:
			r.Fault = fault(audit.FaultAltered, "entry %d of the public log is not what was committed to, or one is "+
				"missing", len(entries))
		case procurement == "" && !signed:
			r.Fault = fault(audit.FaultRehashed, "entry %d of the public log commits to a head of the log that was "+
				"not signed", e.N)
		case procurement == "":
			r.Public++
		default:
			claims[procurement] = append(claims[procurement],
				claim{head.Size, root, fmt.Sprintf("entry %d of the public log", e.N), true})
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read public log: %w", err)
	}
	return entries, claims, nil
}

// verifyClaims compares what is claimed about a chain with its tree.
func verifyClaims(ctx context.Context, tx pgx.Tx, r *audit.Report, procurement models.ID, claims []claim) error {
	bySize := map[int64][]claim{}
	for _, c := range claims {
		bySize[c.size] = append(bySize[c.size], c)
	}
	rows, err := tx.Query(ctx, `SELECT coalesce(link, hash) FROM event_log
		WHERE procurement_id = $1 AND seq <= $2 ORDER BY seq`, procurement,
		slices.Max(slices.Collect(maps.Keys(bySize))))
	if err != nil {
		return fmt.Errorf("read chain: %w", err)
	}
	var tree audit.Tree
	compare := func() {
		for _, c := range bySize[tree.Size()] {
			switch {
			case c.root != tree.Root() && r.Fault == nil:
				r.Fault = fault(audit.FaultRehashed, "the first %d events of %s have the root %s, and %s says %s",
					c.size, procurement, tree.Root(), c.who, c.root)
			case c.public:
				r.Public++
			default:
				r.Checkpoints++
			}
		}
		delete(bySize, tree.Size())
	}
	compare()
	var link hash
	_, err = pgx.ForEachRow(rows, []any{&link}, func() error {
		tree, _ = tree.Append(tlog.Hash(link))
		compare()
		return nil
	})
	if err != nil {
		return fmt.Errorf("read chain: %w", err)
	}
	for _, left := range bySize {
		if r.Fault == nil {
			r.Fault = fault(audit.FaultCut, "%s counts %d events of %s, but there are only %d", left[0].who,
				left[0].size, procurement, tree.Size())
		}
	}
	return nil
}

func fault(kind audit.FaultKind, format string, args ...any) *audit.Fault {
	return &audit.Fault{Kind: kind, Detail: fmt.Sprintf(format, args...)}
}
