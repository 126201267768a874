package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

const (
	// commandsLeft is the age at which a command without outcome is sent again: its sender is gone.
	commandsLeft = time.Minute
	// commandsExpire is the age at which a command that nobody could carry out never will be.
	commandsExpire = 24 * time.Hour
	reconcileBatch = 500
	// sendPatience bounds one attempt to send a command again.
	sendPatience = 20 * time.Second
)

// An Engine starts runs and sends commands to them.
type Engine interface {
	Start(ctx context.Context, procurement models.ID, title string, buyers []string) error
	Command(ctx context.Context, procurement models.ID, verb models.Verb, commandID string) (process.Outcome, error)
}

// Maintenance holds what schedules call.
type Maintenance struct {
	Store  *store.Store
	Engine Engine
	Log    *slog.Logger
	// Checkpoint signs the head of the event log; it is idempotent when nothing is new.
	Checkpoint func(ctx context.Context) error
}

// Reconcile makes process and record agree: an open procurement without a run gets one, a command
// without an outcome is sent again, and expires after a day.
func (m *Maintenance) Reconcile(ctx context.Context) (process.Reconciled, error) {
	var done process.Reconciled
	if err := m.restartRuns(ctx, &done); err != nil {
		return done, once(err)
	}
	pending, err := m.Store.PendingCommands(ctx, commandsLeft, reconcileBatch)
	if err != nil {
		return done, once(err)
	}
	for _, cmd := range pending {
		if err := m.resend(ctx, cmd, &done); err != nil {
			return done, once(err)
		}
	}
	return done, nil
}

func (m *Maintenance) restartRuns(ctx context.Context, done *process.Reconciled) error {
	for after := models.ID(""); ; {
		ids, err := m.Store.OpenProcurements(ctx, after, reconcileBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := m.ensureRun(ctx, id); err != nil {
				m.Log.WarnContext(ctx, "procurement has no run", "procurement", id, "error", err)
				done.WithoutRun++
			}
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

func (m *Maintenance) resend(ctx context.Context, cmd models.Command, done *process.Reconciled) error {
	if time.Since(cmd.CreatedAt) > commandsExpire {
		done.Expired++
		return m.Store.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.AnswerCommand(cmd.ID, store.Answer{Status: process.CommandExpired})
			return err
		})
	}
	sending, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	_, err := m.Engine.Command(sending, cmd.ProcurementID, cmd.Verb, cmd.ID)
	switch {
	case err == nil:
		done.Resent++
	case errors.Is(err, engine.ErrNotRunning), errors.Is(err, engine.ErrUnavailable):
		done.Waiting++
	default:
		return fmt.Errorf("send command %s again: %w", cmd.ID, err)
	}
	return nil
}

// SignCheckpoint signs the head of the event log and writes it where the database cannot alter it.
func (m *Maintenance) SignCheckpoint(ctx context.Context) error { return once(m.Checkpoint(ctx)) }
