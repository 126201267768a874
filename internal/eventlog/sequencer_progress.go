package eventlog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
)

// A snapshot says which transactions had ended: those with numbers below before, except those in progress.
type snapshot struct {
	before     uint64
	inProgress []uint64
}

// cut returns the part of the snapshot before a transaction.
func (s snapshot) cut(before uint64) snapshot {
	if before >= s.before {
		return s
	}
	return snapshot{before: before, inProgress: slices.DeleteFunc(slices.Clone(s.inProgress), func(xid uint64) bool {
		return xid >= before
	})}
}

// progress is how far a sequencer has come. It is a value, so a pass that fails leaves it unchanged.
type progress struct {
	seen snapshot
	tree audit.Tree
	// cluster is the system identifier of the server; transaction numbers mean nothing on another server.
	cluster int64
	// foreign is true until the events that came from another cluster, by a restored dump or an upgrade, have been
	// looked through. Events with numbers that this cluster had not reached come first, then all others.
	foreign bool
}

// after returns the progress once the events that were found have their places.
func (p progress) after(now snapshot, found candidates) progress {
	switch {
	case !p.foreign && found.full:
		p.seen = now.cut(found.last + 1)
	case !p.foreign:
		p.seen = now
	case !found.full:
		p.seen, p.foreign = snapshot{}, false
	}
	return p
}

func loadProgress(ctx context.Context, conn *pgx.Conn) (progress, error) {
	var p progress
	var current uint64
	var cluster *int64
	var size int64
	err := conn.QueryRow(ctx, `SELECT seen_before, in_progress, size, cluster,
			(SELECT system_identifier FROM pg_control_system()), pg_snapshot_xmax(pg_current_snapshot())
		FROM sequencer`).
		Scan(&p.seen.before, &p.seen.inProgress, &size, &cluster, &p.cluster, &current)
	if err != nil {
		return progress{}, fmt.Errorf("load the sequencer's progress: %w", err)
	}
	if cluster != nil && *cluster != p.cluster {
		p.foreign, p.seen = true, snapshot{before: current}
	}
	if p.tree, err = loadTree(ctx, conn, size); err != nil {
		return progress{}, err
	}
	return p, nil
}

// errNodeMissing means that the stored tree has been damaged.
var errNodeMissing = errors.New("a node of the tree is missing or damaged")

// loadTree rebuilds the tree of the log's first size entries; it costs O(log size).
func loadTree(ctx context.Context, db pg.Querier, size int64) (audit.Tree, error) {
	edge := audit.Edge(size)
	levels, numbers := make([]int16, len(edge)), make([]int64, len(edge))
	for i, place := range edge {
		levels[i], numbers[i] = place.Level, place.N
	}
	rows, err := db.Query(ctx, `SELECT coalesce(t.hash, l.hash)
		FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS e (level, n, i)
		LEFT JOIN event_tree t ON t.level = e.level AND t.n = e.n
		LEFT JOIN event_log l ON e.level = 0 AND l.position = e.n + 1
		ORDER BY e.i`, levels, numbers)
	if err != nil {
		return audit.Tree{}, fmt.Errorf("load tree: %w", err)
	}
	nodes, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return audit.Tree{}, fmt.Errorf("load tree: %w", err)
	}
	hashes := make([]tlog.Hash, len(nodes))
	for i, node := range nodes {
		if len(node) != tlog.HashSize {
			return audit.Tree{}, fmt.Errorf("load tree of %d entries: %w", size, errNodeMissing)
		}
		hashes[i] = tlog.Hash(node)
	}
	return audit.NewTree(size, hashes)
}
