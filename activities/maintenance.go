package activities

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

const (
	// commandsLeft is the age at which a command without an outcome is sent again: its sender is gone by then.
	commandsLeft    = time.Minute
	reconcileBatch  = 500
	reconcileAtOnce = 8
	// passBatch is how many procurements of the pass over all open ones a reconciliation visits: 100,000 are visited in
	// three and a half hours.
	passBatch    = 500
	passOverRuns = "runs"
	// stoppedLately is how far back a reconciliation looks for runs that were stopped: several of its intervals.
	stoppedLately = 5 * time.Minute
	// sendPatience bounds one attempt to send a command again.
	sendPatience = 20 * time.Second
)

// An Engine starts runs and sends commands to them.
type Engine interface {
	Runs

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
// is too old and was never begun. It starts runs that are missing, and reminds those that know less than the record. A
// record that is older than its run is left to an operator.
func (m *Maintenance) Reconcile(ctx context.Context) (process.Reconciled, error) {
	var done process.Reconciled
	pending, err := m.Store.PendingCommands(ctx, commandsLeft, reconcileBatch)
	if err != nil {
		return done, sanitise(ctx, m.Log, err)
	}
	err = m.each(ctx, len(pending), func(ctx context.Context, i int) { m.resend(ctx, pending[i], &done) })
	if err == nil {
		err = m.reunite(ctx, &done)
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

// reunite looks after procurements whose run was stopped a short time ago, and after the next ones of the pass over all
// that are open. What one reconciliation looks at is bounded; where it stops, the next one goes on.
func (m *Maintenance) reunite(ctx context.Context, done *process.Reconciled) error {
	stopped := m.stopped(ctx)
	after, err := m.Store.Pass(ctx, passOverRuns)
	if err != nil {
		return err
	}
	next, err := m.Store.OpenProcurements(ctx, after, passBatch)
	if err != nil {
		return err
	}
	ids := stopped
	for _, standing := range next {
		if !slices.Contains(stopped, standing.ID) {
			ids = append(ids, standing.ID)
		}
	}
	done.Open = len(ids)
	if err := m.each(ctx, len(ids), func(ctx context.Context, i int) { m.reuniteOne(ctx, ids[i], done) }); err != nil {
		return err
	}
	if len(next) < passBatch {
		return m.Store.MovePass(ctx, passOverRuns, "")
	}
	return m.Store.MovePass(ctx, passOverRuns, next[len(next)-1].ID)
}

// stopped lists procurements whose run was stopped since the last reconciliations. What it misses, the pass finds.
func (m *Maintenance) stopped(ctx context.Context) []models.ID {
	var ids []models.ID
	for id, err := range m.Engine.StoppedRuns(ctx, time.Now().Add(-stoppedLately)) {
		if err != nil {
			m.Log.WarnContext(ctx, "runs that were stopped are not listed", "error", err)
			break
		}
		if ids = append(ids, id); len(ids) == passBatch {
			break
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (m *Maintenance) reuniteOne(ctx context.Context, id models.ID, done *process.Reconciled) {
	r := m.reuniter()
	found, err := r.Look(ctx, id)
	if err == nil {
		err = r.Mend(ctx, found)
	}
	switch {
	case err != nil:
		m.Log.WarnContext(ctx, "record and run are not brought together", "procurement", id, "found", found.Finding,
			"error", err)
	case found.Finding.restored():
		m.Log.ErrorContext(ctx, "the record was restored from a backup and nothing is done on it", "procurement", id,
			"found", found.Finding, "version", found.Version, "version_of_run", found.RunVersion,
			"advice", "run ppi recover; docs/backup.md says what it does")
	case found.Finding != FoundAgreed:
		m.Log.WarnContext(ctx, "record and run were brought together", "procurement", id, "found", found.Finding)
	}
	m.counts.Lock()
	defer m.counts.Unlock()
	found.count(err, done)
}

func (m *Maintenance) reuniter() *Reuniter {
	return &Reuniter{Store: m.Store, Runs: m.Engine, Log: m.Log}
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
		if err := m.reuniter().startRun(ctx, cmd.ProcurementID); err != nil {
			return err
		}
	}
	_, err := m.Engine.Command(ctx, cmd)
	if errors.Is(err, engine.ErrNotRunning) {
		m.reuniteOne(ctx, cmd.ProcurementID, &process.Reconciled{})
		_, err = m.Engine.Command(ctx, cmd)
	}
	if err == nil {
		err = m.mustBeAnswered(ctx, cmd)
	}
	if err != nil {
		return err
	}
	return m.Store.TellCommands(ctx, []string{cmd.ID})
}

// mustBeAnswered sends a command again that has no outcome on record though its run has answered: it was carried out
// before the record was restored.
func (m *Maintenance) mustBeAnswered(ctx context.Context, cmd models.Command) error {
	now, err := m.Store.Command(ctx, cmd.ID)
	if err == nil && acts.Pending(now) {
		_, err = m.Engine.Anew(ctx, cmd)
	}
	return err
}

// SignCheckpoint signs the head of the event log and writes it where the database cannot alter it.
func (m *Maintenance) SignCheckpoint(ctx context.Context) error {
	return sanitise(ctx, m.Log, m.Checkpoint(ctx))
}
