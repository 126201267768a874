package receipt

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/views"
)

const (
	warmUpTime = 2 * time.Second
	// The deadline is always this far ahead, and moved this often.
	ahead, moves = 6 * time.Second, 2 * time.Second
	// afterwards is how long clients go on once the deadline is no longer moved.
	afterwards = ahead + 2*time.Second
	// receiptConns and otherConns are what serve has by default.
	receiptConns, otherConns = 16, 16
	// many is how many requests may come from one address: here it is the address of all suppliers.
	many = 1_000_000
)

// product is the API as it is served, and its clients.
type product struct {
	store   *store.Store
	acts    *acts.Acts
	server  *http.Server
	address string
	clients []*client
	// next counts the suppliers that have handed in.
	next      atomic.Int64
	suppliers int64
}

// idle is an engine that nobody asks: receiving tenders needs none.
type idle struct{}

func (idle) Start(context.Context, models.ID, string, []string) error { return engine.ErrUnavailable }

func (i idle) Anew(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	return i.Command(ctx, cmd)
}

func (idle) Command(context.Context, models.Command) (process.Outcome, error) {
	return process.Outcome{}, engine.ErrUnavailable
}

// startProduct starts the product; conns are its connections for the receipt of tenders.
func startProduct(ctx context.Context, dsn string, o Options, conns int) (*product, error) {
	s, err := store.Open(ctx, store.Options{DSN: dsn, MaxConns: otherConns, ReceiptConns: conns, Logger: o.Log})
	if err != nil {
		return nil, err
	}
	p := &product{store: s, acts: &acts.Acts{Store: s, Log: o.Log}, suppliers: int64(o.Suppliers)}
	if err := p.serve(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	for range o.Clients {
		c, err := dial(ctx, p.address)
		if err != nil {
			return nil, errors.Join(err, p.close())
		}
		p.clients = append(p.clients, c)
	}
	return p, nil
}

func (p *product) serve(ctx context.Context) error {
	signer, err := seal.NewSigner("bench/receipts", make([]byte, ed25519.SeedSize))
	if err != nil {
		return err
	}
	checkpoints, err := audit.NewKey("bench/log", make([]byte, ed25519.SeedSize))
	if err != nil {
		return err
	}
	p.acts.Courier, err = webhook.NewCourier(webhook.Options{MasterKey: make([]byte, ed25519.SeedSize)})
	if err != nil {
		return err
	}
	p.acts.Receipts = signer
	handler, err := api.New(api.Deps{
		// The access log is written, though nobody reads it.
		Acts: p.acts, Views: &views.Views{Store: p.store, Checkpoints: checkpoints},
		Engine: idle{}, Logger: slog.New(slog.DiscardHandler),
		CursorKey: make([]byte, ed25519.SeedSize), BuildVersion: "bench",
		Ready:  func(ctx context.Context) error { return p.store.Ping(ctx) },
		Limits: rest.Limits{PerAddress: many},
	})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	p.address = listener.Addr().String()
	p.server = rest.NewServer(handler, rest.Timeouts{}, slog.New(slog.DiscardHandler))
	go func() { _ = p.server.Serve(listener) }()
	return nil
}

func (p *product) close() error {
	for _, c := range p.clients {
		_ = c.conn.Close()
	}
	return errors.Join(p.server.Close(), p.store.Close())
}

func (p *product) warmUp(ctx context.Context) error {
	_, err := p.slice(ctx, warmUpTime)
	return err
}

// slice has all clients hand in tenders for a time, while the deadline is moved, and returns how many a
// second were acknowledged.
func (p *product) slice(ctx context.Context, length time.Duration) (float64, error) {
	before := p.acknowledged()
	if err := p.moveDeadline(ctx); err != nil {
		return 0, err
	}
	begin := time.Now()
	running, stop := context.WithTimeout(ctx, length)
	defer stop()
	group, _ := errgroup.WithContext(ctx)
	group.Go(func() error { return p.keepMoving(running) })
	for _, c := range p.clients {
		group.Go(func() error { return p.handIn(running, c) })
	}
	err := group.Wait()
	return float64(p.acknowledged()-before) / time.Since(begin).Seconds(), err
}

// handIn hands in one supplier's tender after the other until running ends.
func (p *product) handIn(running context.Context, c *client) error {
	for running.Err() == nil {
		n := p.next.Add(1)
		if n > p.suppliers {
			return fmt.Errorf("all %d suppliers have handed in: prepare more", p.suppliers)
		}
		if err := c.handIn(int(n)); err != nil {
			return err
		}
	}
	return nil
}

func (p *product) acknowledged() int64 {
	var sum int64
	for _, c := range p.clients {
		sum += int64(len(c.acknowledged))
	}
	return sum
}

func (p *product) keepMoving(running context.Context) error {
	ticker := time.NewTicker(moves)
	defer ticker.Stop()
	for {
		select {
		case <-running.Done():
			return nil
		case <-ticker.C:
			// The move is not cut off by the end of the slice.
			if err := p.moveDeadline(context.WithoutCancel(running)); err != nil {
				return err
			}
		}
	}
}

// moveDeadline does what the command does: under the box's lock it moves the deadline to a later instant.
func (p *product) moveDeadline(ctx context.Context) error {
	return p.store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.LockBoxes(boxID(0)); err != nil {
			return err
		}
		now, err := tx.Now()
		if err != nil {
			return err
		}
		lot, err := tx.Lot(procurementID(), lotID(0))
		if err != nil || lot.Box().Deadline.After(now.Add(ahead)) {
			return err
		}
		return tx.MoveDeadline(lot.Box(), now.Add(ahead), "2100-01-01T12:00", "UTC")
	})
}

// passDeadline lets the deadline pass while the clients go on, and closes the box as the timer does.
func (p *product) passDeadline(ctx context.Context) error {
	if err := p.moveDeadline(ctx); err != nil { // it passed while it was pgbench's turn
		return err
	}
	lot, err := p.store.Lot(ctx, procurementID(), lotID(0))
	if err != nil {
		return err
	}
	running, stop := context.WithDeadline(ctx, lot.Box().Deadline.Add(time.Second))
	defer stop()
	group, _ := errgroup.WithContext(ctx)
	for _, c := range p.clients {
		group.Go(func() error { return p.handIn(running, c) })
	}
	group.Go(func() error { return p.closeOnTime(ctx, lot) })
	return group.Wait()
}

func (p *product) closeOnTime(ctx context.Context, lot models.Lot) error {
	due := process.Due{
		Kind: process.DueCloseBox, Phase: models.PhaseTender, Subject: lot.Box().ID,
		At: lot.Box().Deadline.UTC(),
	}
	for {
		out, err := p.acts.RunDue(ctx, process.RunDue{ProcurementID: procurementID(), Due: due})
		if err != nil || out.Wait == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(out.Wait):
		}
	}
}
