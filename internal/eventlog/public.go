package eventlog

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

const (
	// The lock of the public log has the class of the sequencer's.
	publicLogLock = 2
	// At most this many events that everybody may know, of at most this many events, lead to entries in one go: what is
	// left over is for the next time. Only a record that is new to the public log has more.
	publicAtOnce, lookedAtOnce = 1000, 200_000
	// wholeEvery is how often there is an entry about the whole log at least.
	wholeEvery = time.Hour
)

// publicTypes are the events that everybody may know, or whose moment everybody knows beforehand: the public log may
// show that something happened when one of them was recorded, and at no other time.
var publicTypes = append(slices.Clone(supplierTypes), string(event.TypeOf(event.LotClosed{})),
	string(event.TypeOf(event.NoticeDispatched{})))

// publish adds entries to the public log and signs its new head: for each procurement of which something was recorded
// that everybody may know, a commitment to the part of its chain that may be disclosed; and with them, or when an hour
// has passed, one to the head of the whole log. So it does not show whether anything else happened.
func (l *Log) publish(ctx context.Context, key audit.Key, archive audit.Archive, log audit.Checkpoint) error {
	var c audit.Checkpoint
	err := pg.OnConn(ctx, l.db, func(conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			p, err := loadPublication(ctx, tx, archive.Public())
			if err != nil {
				return err
			}
			before := p.tree.Size()
			if err := p.commit(ctx, tx, log); err != nil || p.tree.Size() == before {
				return err
			}
			c, err = p.sign(ctx, tx, key)
			return err
		})
	})
	if err == nil && c.Size > 0 {
		err = archive.Public().Keep(c)
	}
	if err != nil {
		return fmt.Errorf("add to the public log: %w", err)
	}
	return nil
}

// A publication is how far the public log has come.
type publication struct {
	tree audit.Tree
	// through is the position of the log up to which events were looked at.
	through int64
	// due says that the last entry about the whole log was made long ago.
	due bool
}

// loadPublication locks the public log and reads how far it has come. It returns [ErrLogRewritten] when the log
// contradicts what was signed.
func loadPublication(ctx context.Context, tx pgx.Tx, archive audit.Archive) (*publication, error) {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1, $2)", sequencerLockClass, publicLogLock); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	var (
		size    int64
		root    hash
		edge    []byte
		through *int64
		due     *bool
		longer  bool
	)
	err := tx.QueryRow(ctx, `SELECT c.size, c.root, c.edge, l.through, l.made_at <= clock_timestamp() - make_interval(
				secs => $1), (SELECT max(n) FROM public_log) > c.size
		FROM (SELECT * FROM public_checkpoints ORDER BY size DESC LIMIT 1) c LEFT JOIN public_log l ON l.n = c.size`,
		wholeEvery.Seconds()).Scan(&size, &root, &edge, &through, &due, &longer)
	p := &publication{due: true}
	switch {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil:
		return nil, fmt.Errorf("read: %w", err)
	default:
		var hashes []tlog.Hash
		for ; len(edge) >= tlog.HashSize; edge = edge[tlog.HashSize:] {
			hashes = append(hashes, tlog.Hash(edge[:tlog.HashSize]))
		}
		p.tree, err = audit.NewTree(size, hashes)
		if err != nil || p.tree.Root() != tlog.Hash(root) || through == nil || longer {
			return nil, fmt.Errorf("%w: the public log is not what the head of its %d entries says", ErrLogRewritten,
				size)
		}
		p.through, p.due = *through, *due
	}
	kept, err := archive.Latest()
	if err != nil || kept.Size == 0 {
		return p, err
	}
	var signed []byte
	err = tx.QueryRow(ctx, "SELECT root FROM public_checkpoints WHERE size = $1", kept.Size).Scan(&signed)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("read: %w", err)
	}
	if !bytes.Equal(signed, kept.Root[:]) {
		return nil, fmt.Errorf("%w: a head of the public log of %d entries was signed that it does not have",
			ErrLogRewritten, kept.Size)
	}
	return p, nil
}

// commit adds the entries for what was recorded up to the head of the log.
func (p *publication) commit(ctx context.Context, tx pgx.Tx, log audit.Checkpoint) error {
	procurements, err := p.lookFurther(ctx, tx, log.Size)
	if err != nil {
		return err
	}
	for _, id := range procurements {
		b, err := ownBounds(ctx, tx, id)
		if err != nil {
			return err
		}
		d, err := disclosedTree(ctx, tx, id, b, log.Size)
		if err != nil {
			return err
		}
		var before int64
		if err := tx.QueryRow(ctx, committedTo, id).Scan(&before); err != nil {
			return fmt.Errorf("read what was committed to: %w", err)
		}
		if d.tree.Size() <= before {
			continue
		}
		if err := p.add(ctx, tx, id, d.tree.Size(), d.tree.Root()); err != nil {
			return err
		}
	}
	if len(procurements) == 0 && p.through >= log.Size && !p.due {
		return nil
	}
	return p.add(ctx, tx, "", log.Size, log.Root)
}

// lookFurther lists the procurements of the next events that everybody may know. An event of a procurement that does
// not exist was forged: it has no part in the public log, and must not stop it.
func (p *publication) lookFurther(ctx context.Context, tx pgx.Tx, size int64) ([]models.ID, error) {
	// Somebody else may have looked further meanwhile.
	last := max(p.through, min(size, p.through+lookedAtOnce))
	rows, err := tx.Query(ctx, `SELECT l.position, l.procurement_id
		FROM event_log l JOIN events e ON e.id = l.event_id
		WHERE l.position > $1 AND l.position <= $2 AND e.type = ANY ($3)
			AND EXISTS (SELECT FROM procurements p WHERE p.id = l.procurement_id)
		ORDER BY l.position LIMIT $4`, p.through, last, publicTypes, publicAtOnce)
	if err != nil {
		return nil, fmt.Errorf("look for what everybody may know: %w", err)
	}
	var found []models.ID
	var position int64
	var id models.ID
	n := 0
	_, err = pgx.ForEachRow(rows, []any{&position, &id}, func() error {
		n++
		if !slices.Contains(found, id) {
			found = append(found, id)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for what everybody may know: %w", err)
	}
	p.through = last
	if n == publicAtOnce {
		p.through = position
	}
	return found, nil
}

// add adds an entry that commits to the head of a tree: of the procurement's chain, or, if it is empty, of the log.
func (p *publication) add(ctx context.Context, tx pgx.Tx, procurement models.ID, size int64, root tlog.Hash) error {
	head := audit.PublicHead{N: p.tree.Size() + 1, Size: size}
	if _, err := rand.Read(head.Salt[:]); err != nil {
		return fmt.Errorf("make salt: %w", err)
	}
	e := audit.PublicEntry{N: head.N, Label: audit.PublicLabel(procurement), Commitment: head.Commitment(root)}
	_, err := tx.Exec(ctx, `INSERT INTO public_log (n, label, commitment, salt, procurement_id, size, root, through)
		VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7, $8)`,
		e.N, e.Label[:], e.Commitment[:], head.Salt[:], string(procurement), size, root[:], p.through)
	if err != nil {
		return fmt.Errorf("add entry: %w", err)
	}
	p.tree, _ = p.tree.Append(e.Hash())
	return nil
}

func (p *publication) sign(ctx context.Context, tx pgx.Tx, key audit.Key) (audit.Checkpoint, error) {
	c, err := audit.SignCheckpoint(key, audit.PublicOrigin(key.Name()), p.tree)
	if err != nil {
		return c, err
	}
	var edge []byte
	for _, h := range p.tree.EdgeHashes() {
		edge = append(edge, h[:]...)
	}
	_, err = tx.Exec(ctx, "INSERT INTO public_checkpoints (size, root, edge, note) VALUES ($1, $2, $3, $4)",
		c.Size, c.Root[:], edge, string(c.Note))
	if err != nil {
		return c, fmt.Errorf("store head: %w", err)
	}
	return c, nil
}

const latestPublicHead = "SELECT note FROM public_checkpoints ORDER BY size DESC LIMIT 1"

// PublicCheckpoint returns the newest signed head of the public log, or [ErrNoCheckpoint].
func (l *Log) PublicCheckpoint(ctx context.Context) (c audit.Checkpoint, err error) {
	err = pg.OnConn(ctx, l.db, func(conn *pgx.Conn) error {
		c, err = newestNote(ctx, conn, latestPublicHead)
		return err
	})
	return c, err
}

const publicPage = "SELECT n, label, commitment FROM public_log WHERE n > $1 ORDER BY n LIMIT $2"

// PublicLog returns at most limit entries of the public log after the given one; [ErrNoPlace] if it is shorter.
func (l *Log) PublicLog(ctx context.Context, after int64, limit int) (entries []audit.PublicEntry, err error) {
	err = pg.OnConn(ctx, l.db, func(conn *pgx.Conn) error {
		if entries, err = readPublicLog(ctx, conn, after, limit); err != nil || len(entries) > 0 {
			return err
		}
		var size int64
		if err := conn.QueryRow(ctx, publicSize).Scan(&size); err != nil {
			return fmt.Errorf("read size of the public log: %w", err)
		}
		if after > size {
			return ErrNoPlace
		}
		return nil
	})
	return entries, err
}

func readPublicLog(ctx context.Context, db pg.Querier, after int64, limit int) ([]audit.PublicEntry, error) {
	rows, err := db.Query(ctx, publicPage, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read public log: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e audit.PublicEntry, err error) {
		return e, row.Scan(&e.N, (*hash)(&e.Label), (*hash)(&e.Commitment))
	})
	if err != nil {
		return nil, fmt.Errorf("read public log: %w", err)
	}
	return entries, nil
}

const (
	headsOfProcurement = "SELECT n, size, salt FROM public_log WHERE procurement_id = $1 ORDER BY n"
	publicSize         = "SELECT coalesce(max(n), 0) FROM public_log"
)

// publicHeads are what the entries of the public log about a procurement commit to.
func publicHeads(ctx context.Context, tx pgx.Tx, procurement models.ID) ([]audit.PublicHead, error) {
	rows, err := tx.Query(ctx, headsOfProcurement, procurement)
	if err != nil {
		return nil, fmt.Errorf("read what was committed to: %w", err)
	}
	heads, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h audit.PublicHead, err error) {
		return h, row.Scan(&h.N, &h.Size, (*hash)(&h.Salt))
	})
	if err != nil {
		return nil, fmt.Errorf("read what was committed to: %w", err)
	}
	return heads, nil
}
