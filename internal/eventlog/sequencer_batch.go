package eventlog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
)

const (
	// passLimit is about how many events a pass places, so that a backlog is worked off in steps.
	passLimit = 5000
	// chainsKept is how many ends of chains are kept in memory; others are read again.
	chainsKept = 100_000
)

// A candidate is a committed event that has no place yet.
type candidate struct {
	id, procurement models.ID
	canonical       []byte
}

// candidates are events in the order they were inserted. When full is true, those of the transactions after last are
// still to be read.
type candidates struct {
	events []candidate
	last   uint64
	full   bool
}

// findCandidates reads the events of the transactions that were not visible to the last pass and are visible now, and
// the snapshot that "now" is. It never splits a transaction. It leaves out events that already have a place: there are
// none, unless the transaction numbers overlap with those of events restored from another cluster.
//
// Insertion order (ordinal) agrees with the order of commits: a transaction that saw the commit of another inserted
// later.
func findCandidates(ctx context.Context, conn *pgx.Conn, p progress) (now snapshot, found candidates, err error) {
	round := &pgx.Batch{}
	round.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
	round.Queue("SELECT pg_snapshot_xmax(now), ARRAY(SELECT pg_snapshot_xip(now)) FROM pg_current_snapshot() AS now").
		QueryRow(func(row pgx.Row) error { return row.Scan(&now.before, &now.inProgress) })
	round.Queue(`SELECT id, coalesce(procurement_id, ''), canonical, xid FROM (
			(SELECT id, procurement_id, canonical, xid, ordinal FROM events e
			 WHERE xid >= $1 AND ($3 OR xid < pg_snapshot_xmax(pg_current_snapshot()))
			   AND NOT EXISTS (SELECT FROM event_log l WHERE l.event_id = e.id)
			 ORDER BY xid FETCH FIRST $4 ROWS WITH TIES)
			UNION ALL
			(SELECT id, procurement_id, canonical, xid, ordinal FROM events e
			 WHERE xid = ANY ($2) AND xid < $1
			   AND NOT EXISTS (SELECT FROM event_log l WHERE l.event_id = e.id))
		) found ORDER BY ordinal`, p.seen.before, p.seen.inProgress, p.foreign, passLimit).
		Query(func(rows pgx.Rows) (err error) {
			found, err = scanCandidates(rows, p.seen.before)
			return err
		})
	round.Queue("COMMIT")
	if err := conn.SendBatch(ctx, round).Close(); err != nil {
		return snapshot{}, candidates{}, fmt.Errorf("find events: %w", err)
	}
	return now, found, nil
}

func scanCandidates(rows pgx.Rows, from uint64) (candidates, error) {
	var c candidates
	var e candidate
	var xid uint64
	fresh := 0
	_, err := pgx.ForEachRow(rows, []any{&e.id, &e.procurement, &e.canonical, &xid}, func() error {
		c.events = append(c.events, e)
		e.canonical = nil
		if xid >= from {
			fresh++
			c.last = max(c.last, xid)
		}
		return nil
	})
	if err != nil {
		return candidates{}, fmt.Errorf("read: %w", err)
	}
	c.full = fresh >= passLimit
	return c, nil
}

// chains are the ends of the chains met so far. They stay true because only this sequencer inserts.
type chains map[models.ID]audit.Link

// load reads the ends of the events' chains that are not in memory.
func (c chains) load(ctx context.Context, conn *pgx.Conn, events []candidate) error {
	if len(c) > chainsKept {
		clear(c)
	}
	var missing []string
	for _, e := range events {
		if _, ok := c[e.procurement]; !ok {
			c[e.procurement] = audit.Link{}
			missing = append(missing, string(e.procurement))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	rows, err := conn.Query(ctx, `SELECT c.id, l.seq, l.link FROM unnest($1::text[]) AS c (id), LATERAL (
			SELECT seq, coalesce(link, hash) AS link FROM event_log
			WHERE procurement_id = c.id::ppi_id ORDER BY seq DESC LIMIT 1) l WHERE c.id <> ''
		UNION ALL (SELECT '', seq, coalesce(link, hash) FROM event_log
			WHERE procurement_id IS NULL ORDER BY procurement_id DESC, seq DESC LIMIT 1)`, missing)
	if err != nil {
		return fmt.Errorf("read ends of chains: %w", err)
	}
	var id models.ID
	var seq int64
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &seq, &hash}, func() error {
		link := audit.Link{Seq: seq}
		copy(link.Hash[:], hash)
		c[id] = link
		return nil
	})
	if err != nil {
		return fmt.Errorf("read ends of chains: %w", err)
	}
	return nil
}

// A batch is what one pass adds to the log and its tree, column by column.
type batch struct {
	positions, seqs []int64
	events          []models.ID
	procurements    []models.ID
	prevs, hashes   [][]byte
	links           [][]byte
	nodeLevels      []int16
	nodeNumbers     []int64
	nodeHashes      [][]byte
}

func (b *batch) place(c candidate, tree *audit.Tree, chains chains) {
	e, link := chains[c.procurement].Next(audit.FormSilent, tree.Size()+1, c.canonical)
	chains[c.procurement] = link
	b.positions, b.seqs = append(b.positions, e.Position), append(b.seqs, e.Seq)
	b.events, b.procurements = append(b.events, c.id), append(b.procurements, c.procurement)
	b.prevs, b.hashes = append(b.prevs, e.Prev[:]), append(b.hashes, e.Hash[:])
	b.links = append(b.links, e.Link[:])
	var completed []audit.Node
	*tree, completed = tree.Append(e.Hash)
	for _, node := range completed {
		b.nodeLevels = append(b.nodeLevels, node.Level)
		b.nodeNumbers = append(b.nodeNumbers, node.N)
		b.nodeHashes = append(b.nodeHashes, node.Hash[:])
	}
}

// insert writes the batch and the progress in one statement. It writes nothing and fails when another sequencer has
// moved the progress since.
func (b *batch) insert(ctx context.Context, conn *pgx.Conn, oldSize int64, p progress) error {
	var moved int
	err := conn.QueryRow(ctx, `WITH moved AS (
			UPDATE sequencer SET cluster = $1, seen_before = $2, in_progress = coalesce($3::xid8[], '{}'), size = $4
			WHERE size = $5 RETURNING size
		), entries AS (
			INSERT INTO event_log (position, event_id, procurement_id, seq, prev_hash, hash, link)
			SELECT e.position, e.id, nullif(e.procurement, ''), e.seq, e.prev, e.hash, e.link
			FROM moved, unnest($6::bigint[], $7::text[], $8::text[], $9::bigint[], $10::bytea[], $11::bytea[],
				$12::bytea[]) AS e (position, id, procurement, seq, prev, hash, link)
		), nodes AS (
			INSERT INTO event_tree (level, n, hash)
			SELECT n.* FROM moved, unnest($13::smallint[], $14::bigint[], $15::bytea[]) AS n
		)
		SELECT count(*) FROM moved`,
		p.cluster, p.seen.before, p.seen.inProgress, p.tree.Size(), oldSize,
		b.positions, b.events, b.procurements, b.seqs, b.prevs, b.hashes, b.links,
		b.nodeLevels, b.nodeNumbers, b.nodeHashes).Scan(&moved)
	if err != nil {
		return fmt.Errorf("insert log entries: %w", err)
	}
	if moved != 1 {
		return errors.New("insert log entries: another sequencer has moved the progress")
	}
	return nil
}
