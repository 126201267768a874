package activities

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

const (
	// commandsLeft is the age at which a command without an outcome is sent again: its sender is gone by then.
	commandsLeft    = time.Minute
	reconcileBatch  = 500
	reconcileAtOnce = 8
	// sendPatience bounds one attempt to send a command again.
	sendPatience = 20 * time.Second
)

// An Engine starts runs and sends commands to them.
type Engine interface {
	Start(ctx context.Context, procurement models.ID, title string, buyers []string) error
	Command(ctx context.Context, cmd models.Command) (process.Outcome, error)
}

// Maintenance has the activities that schedules run.
type Maintenance struct {
	Store  *store.Store
	Engine Engine
	Log    *slog.Logger
	// Checkpoint signs the head of the event log; it does nothing when there is nothing new.
	Checkpoint func(ctx context.Context) error

	counts sync.Mutex
}

// Reconcile makes process and record agree. It sends every old command without an outcome again, or expires it when it
// is too old and was never begun. It starts a run for every open procurement that has none.
func (m *Maintenance) Reconcile(ctx context.Context) (process.Reconciled, error) {
	var done process.Reconciled
	pending, err := m.Store.PendingCommands(ctx, commandsLeft, reconcileBatch)
	if err != nil {
		return done, sanitise(ctx, m.Log, err)
	}
	err = m.each(ctx, len(pending), func(ctx context.Context, i int) { m.resend(ctx, pending[i], &done) })
	if err == nil {
		err = m.restartRuns(ctx, &done)
	}
	return done, sanitise(ctx, m.Log, err)
}

// each calls do n times, several at once, with a heartbeat for each.
func (m *Maintenance) each(ctx context.Context, n int, do func(ctx context.Context, i int)) error {
	var group errgroup.Group
	group.SetLimit(reconcileAtOnce)
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		activity.RecordHeartbeat(ctx, i)
		group.Go(func() error {
			do(ctx, i)
			return nil
		})
	}
	_ = group.Wait() // what fails is counted, and tried again next time
	return ctx.Err()
}

func (m *Maintenance) restartRuns(ctx context.Context, done *process.Reconciled) error {
	var without atomic.Int64
	for after := models.ID(""); ; {
		ids, err := m.Store.OpenProcurements(ctx, after, reconcileBatch)
		if err != nil || len(ids) == 0 {
			done.WithoutRun = int(without.Load())
			return err
		}
		err = m.each(ctx, len(ids), func(ctx context.Context, i int) {
			if err := m.ensureRun(ctx, ids[i]); err != nil {
				m.Log.WarnContext(ctx, "procurement has no run", "procurement", ids[i], "error", err)
				without.Add(1)
			}
		})
		if err != nil {
			return err
		}
		done.Open += len(ids)
		after = ids[len(ids)-1]
	}
}

// ensureRun starts the run of an open procurement; one that is open already is left alone.
func (m *Maintenance) ensureRun(ctx context.Context, id models.ID) error {
	face, err := m.Store.Face(ctx, id)
	if err != nil {
		return err
	}
	return m.Engine.Start(ctx, id, face.Title, face.Buyers)
}

func (m *Maintenance) resend(ctx context.Context, cmd models.Command, done *process.Reconciled) {
	expired, err := m.acts().ExpireCommand(ctx, cmd)
	if err == nil && !expired {
		err = m.send(ctx, cmd)
	}
	m.counts.Lock()
	defer m.counts.Unlock()
	switch {
	case expired:
		done.Expired++
	case err == nil:
		done.Resent++
	default:
		done.Waiting++
		m.Log.WarnContext(ctx, "command without an outcome", "command", cmd.ID, "verb", cmd.Verb, "error", err)
	}
}

func (m *Maintenance) acts() *acts.Acts { return &acts.Acts{Store: m.Store, Log: m.Log} }

func (m *Maintenance) send(ctx context.Context, cmd models.Command) error {
	ctx, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	if cmd.Verb == models.VerbStart {
		if err := m.ensureRun(ctx, cmd.ProcurementID); err != nil {
			return err
		}
	}
	if _, err := m.Engine.Command(ctx, cmd); err != nil {
		return err
	}
	return m.Store.TellCommands(ctx, []string{cmd.ID})
}

// SignCheckpoint signs the head of the event log and writes it where the database cannot alter it.
func (m *Maintenance) SignCheckpoint(ctx context.Context) error {
	return sanitise(ctx, m.Log, m.Checkpoint(ctx))
}
