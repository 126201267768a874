package activities

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// Runs are the runs of procurements; see [engine.Engine].
type Runs interface {
	Start(ctx context.Context, procurement models.ID, title string, buyers []string) error
	Replace(ctx context.Context, procurement models.ID, title string, buyers []string) error
	End(ctx context.Context, procurement models.ID, reason string) error
	AskRun(ctx context.Context, procurement models.ID) (engine.Run, error)
	Anew(ctx context.Context, cmd models.Command) (process.Outcome, error)
	StoppedRuns(ctx context.Context, since time.Time) iter.Seq2[models.ID, error]
}

// A Finding says how the record of a procurement and its run stand to each other.
type Finding string

// What can be found.
const (
	// FoundAgreed needs nothing.
	FoundAgreed Finding = "agreed"
	// FoundNoRun has a record that is under way and no run: it was terminated, or Temporal has lost it.
	FoundNoRun Finding = "no_run"
	// FoundRunBehind has a run that knows less than the record: Temporal was restored from a backup.
	FoundRunBehind Finding = "run_behind"
	// FoundRecordBehind has a record that is older than the run: it was restored from a backup.
	FoundRecordBehind Finding = "record_behind"
	// FoundNoRecord has a run, and a record that knows nothing of the procurement, or that it is a draft again.
	FoundNoRecord Finding = "no_record"
)

// restored tells that the record was restored from a backup that is older than what was done: an operator decides.
func (f Finding) restored() bool { return f == FoundRecordBehind || f == FoundNoRecord }

// A Case is one procurement as it was found.
type Case struct {
	Procurement models.ID
	Finding     Finding
	// Status and Version are those of the record; Version is 0 if there is none.
	Status  models.Status
	Version int64
	// Run is what Temporal knows, RunVersion the version that the run knows; 0: none.
	Run        engine.Run
	RunVersion int64
}

// A Reuniter brings the record of a procurement and its run together again. Whatever it does may be repeated, and be
// done while API and workers run.
type Reuniter struct {
	Store *store.Store
	Runs  Runs
	Log   *slog.Logger
}

// askPatience bounds the questions about one run, remindPatience how long a run may take to answer a reminder.
const (
	askPatience    = 10 * time.Second
	remindPatience = 20 * time.Second
)

// Look finds out how a procurement stands, and changes nothing.
func (r *Reuniter) Look(ctx context.Context, id models.ID) (Case, error) {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	c := Case{Procurement: id}
	var err error
	if c.Run, err = r.Runs.AskRun(ctx, id); err != nil {
		return c, err
	}
	if c.Run.State != nil {
		c.RunVersion = c.Run.State.Version
	}
	// The record is read after the run. What the run knows was committed before, so a lower version was restored.
	standing, err := r.Store.Standing(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNoProcurement) {
		return c, err
	}
	c.Status, c.Version = standing.Status, standing.Version
	c.Finding = c.judge(err == nil)
	return c, nil
}

// WaitsForStart tells of a procurement that is a draft again and whose run has ended, so that it could not take another
// start: a new run is to wait for it.
func (c Case) WaitsForStart() bool {
	return c.Finding == FoundNoRecord && c.Status == models.StatusDraft && c.Run.Ended
}

// judge compares what was read.
func (c Case) judge(known bool) Finding {
	underWay := known && c.Status != models.StatusDraft && !c.Status.Ended()
	switch {
	case !known || c.Status == models.StatusDraft:
		// The run of a draft waits for its start, and has read it.
		if c.Run.Open && c.RunVersion > c.Version || known && c.Run.Ended {
			return FoundNoRecord
		}
	case c.RunVersion > c.Version:
		return FoundRecordBehind
	case underWay && !c.Run.Open:
		return FoundNoRun
	case c.Run.Open && c.RunVersion == 0: // it has just begun, by reading the record
		return FoundAgreed
	case c.Run.Open && c.RunVersion < c.Version:
		return FoundRunBehind
	}
	return FoundAgreed
}

// Mend does by itself what is safe: it starts a run that is missing, and reminds one that knows less than the record.
// It leaves alone what an operator decides; see [Reuniter.Decide].
func (r *Reuniter) Mend(ctx context.Context, c Case) error {
	switch c.Finding {
	case FoundNoRun:
		if c.Run.Ended {
			return r.replace(ctx, c.Procurement)
		}
		return r.startRun(ctx, c.Procurement)
	case FoundRunBehind:
		return r.remind(ctx, c)
	case FoundAgreed, FoundRecordBehind, FoundNoRecord:
	}
	return nil
}

// Decide does what [Reuniter.Mend] does, and goes on from a record that is older than its run: whatever was done after
// the backup is given up, on record, and a new run begins with what the record says. The run of a procurement that the
// record does not know is ended.
func (r *Reuniter) Decide(ctx context.Context, c Case) error {
	switch c.Finding {
	case FoundRecordBehind:
		if err := r.acts().GoOnRestored(ctx, c.Procurement, c.RunVersion); err != nil {
			return err
		}
		return r.replace(ctx, c.Procurement)
	case FoundNoRecord:
		if c.WaitsForStart() {
			return r.replace(ctx, c.Procurement)
		}
		return r.Runs.End(ctx, c.Procurement, "the record, restored from a backup, does not know that this was started")
	case FoundAgreed, FoundNoRun, FoundRunBehind:
	}
	return r.Mend(ctx, c)
}

func (r *Reuniter) acts() *acts.Acts { return &acts.Acts{Store: r.Store, Log: r.Log} }

func (r *Reuniter) startRun(ctx context.Context, id models.ID) error {
	face, err := r.Store.Face(ctx, id)
	if err != nil {
		return err
	}
	return r.Runs.Start(ctx, id, face.Title, face.Buyers)
}

// replace starts a new run, which reads the record, in place of the last one.
func (r *Reuniter) replace(ctx context.Context, id models.ID) error {
	face, err := r.Store.Face(ctx, id)
	if err != nil {
		return err
	}
	return r.Runs.Replace(ctx, id, face.Title, face.Buyers)
}

// remind sends the run a command that was carried out long ago: the answer comes with today's state.
func (r *Reuniter) remind(ctx context.Context, c Case) error {
	cmd, found, err := r.Store.LastDone(ctx, c.Procurement)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("remind run of %s: the record has no command that was carried out", c.Procurement)
	}
	ctx, cancel := context.WithTimeout(ctx, remindPatience)
	defer cancel()
	_, err = r.Runs.Anew(ctx, cmd)
	if errors.Is(err, engine.ErrNotRunning) {
		return nil // it ended meanwhile, or the next one begins by reading the record
	}
	return err
}

// count adds what was found and done to the counts of a reconciliation.
func (c Case) count(err error, done *process.Reconciled) {
	switch {
	case c.Finding.restored():
		done.Behind++
	case c.Finding == FoundNoRun && err == nil:
		done.Started++
	case c.Finding == FoundRunBehind && err == nil:
		done.Reminded++
	case err != nil:
		done.WithoutRun++
	}
}
