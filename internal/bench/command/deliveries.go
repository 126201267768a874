package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/bench/stack"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

const (
	// deadProcurements is how many procurements have events for the endpoint that never answers.
	deadProcurements = 1000
	// DeliveriesBar is the ratio of the medians that the product is held to, at most.
	DeliveriesBar = 1.2
	// stuckWithin is how long it may take until the endpoint's receiver has as many connections as it is given.
	stuckWithin = time.Minute
)

// RunDeliveries measures how long a command takes while an endpoint, which accepts connections and never answers, has
// events of 1,000 procurements waiting, and while its deliveries are paused. It returns the ratio.
func RunDeliveries(ctx context.Context, o Options) (ratio float64, err error) {
	s, err := stack.Start(ctx, true, o.Log)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	r, err := rig.Start(ctx, rig.Options{
		DSN: s.DSN, TemporalAddress: s.Temporal, TaskQueue: "deliveries", MaxConns: 32, Log: o.Log,
		Webhooks: rig.Webhooks{Pace: 0.1}, // attempts in 1,000 procurements are due all the time
	})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	worker := r.StartWorker(ctx)
	defer func() { err = errors.Join(err, worker.Stop()) }()
	calls, err := productCalls(ctx, r, 1)
	if err != nil {
		return 0, err
	}
	dead, err := newDeadEndpoint(ctx, s, r)
	if err != nil {
		return 0, err
	}
	defer dead.close()
	return compare(ctx, o, calls, dead)
}

// compare gives commands with and without deliveries their turns.
func compare(ctx context.Context, o Options, calls []call, dead *deadEndpoint) (float64, error) {
	var times [2][]time.Duration
	for round := range o.Rounds + 1 {
		for side, action := range []string{"resume", "pause"} {
			if err := dead.act(ctx, action); err != nil {
				return 0, err
			}
			took, err := slice(ctx, calls, o.Slice)
			if err != nil {
				return 0, err
			}
			if round > 0 {
				times[side] = append(times[side], took...)
			}
		}
	}
	ratio := ratioAt(times[:], 50)
	fmt.Fprintf(o.Out, "deliveries: a command p50 %v, p99 %v while an endpoint that never answers has events of %d "+
		"procurements waiting; p50 %v, p99 %v while it is paused; ratio of p50 %.2f (bar at most %.1f)\n",
		brief(percentile(times[0], 50)), brief(percentile(times[0], 99)), deadProcurements,
		brief(percentile(times[1], 50)), brief(percentile(times[1], 99)), ratio, DeliveriesBar)
	return ratio, nil
}

// A deadEndpoint accepts connections and never answers.
type deadEndpoint struct {
	owner    *apiclient.Client
	path     string
	listener net.Listener
	reached  chan struct{}
}

func newDeadEndpoint(ctx context.Context, s *stack.Stack, r *rig.Rig) (*deadEndpoint, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	d := &deadEndpoint{listener: listener, reached: make(chan struct{}, deadProcurements)}
	go d.accept()
	c, err := r.Consortium(ctx, rig.Draft{Mode: models.ModeLive, Countries: []string{"FR"}})
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	var made struct{ ID string }
	_, err = c.Lead.Post(ctx, "/v1/endpoints", map[string]any{"url": "http://" + listener.Addr().String()}, &made)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	d.owner, d.path = c.Lead, "/v1/endpoints/"+made.ID
	if err := d.fill(ctx, s, r, models.ID(c.Procurement)); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return d, nil
}

// accept takes connections, reads what comes, and says nothing.
func (d *deadEndpoint) accept() {
	for {
		conn, err := d.listener.Accept()
		if err != nil {
			return
		}
		select {
		case d.reached <- struct{}{}:
		default:
		}
		go func() {
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}()
	}
}

func (d *deadEndpoint) close() { _ = d.listener.Close() }

// fill makes procurements like one, led by the same person, with an event each, and waits until the receiver has been
// reached.
func (d *deadEndpoint) fill(ctx context.Context, s *stack.Stack, r *rig.Rig, like models.ID) error {
	conn, err := pgx.Connect(ctx, s.Admin)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	ids := make([]models.ID, deadProcurements)
	for i := range ids {
		ids[i] = models.NewID(models.PrefixProcurement)
		_, err := conn.Exec(ctx, `INSERT INTO procurements (id, title, description, languages, mode, zone, status,
				created_by)
			SELECT $1, title, description, languages, mode, zone, 'draft', created_by FROM procurements WHERE id = $2`,
			ids[i], like)
		if err == nil {
			_, err = conn.Exec(ctx, `INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id,
					role, valid_from)
				SELECT $1, $2, person_id, organisation_id, role, valid_from FROM role_assignments
				WHERE procurement_id = $3 AND role = 'lead_procurer'`, models.NewID(models.PrefixRole), ids[i], like)
		}
		if err != nil {
			return fmt.Errorf("make procurement: %w", err)
		}
	}
	err = r.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			if _, err := tx.Append(event.Event{ProcurementID: id, Payload: event.LotCreated{}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	select {
	case <-d.reached:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(stuckWithin):
		return errors.New("no message reached the endpoint")
	}
}

func (d *deadEndpoint) act(ctx context.Context, action string) error {
	_, err := d.owner.Do(ctx, apiclient.Request{Method: "POST", Path: d.path + "/actions/" + action, IfMatch: "*"})
	return err
}
