package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/activities"
	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/telemetry"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// recoverCommand brings the record and the runs of procurements together after one of them was lost or restored.
type recoverCommand struct {
	Procurement  string `arg:"" optional:"" placeholder:"PRC" help:"The procurement's ID, prc_…"`
	All          bool   `help:"All procurements of the record, and all runs of Temporal."`
	DryRun       bool   `help:"Say what would be done, and change nothing."`
	TemporalLost bool   `help:"Temporal was lost: start the runs of all procurements anew."`
}

// Validate is called by the parser of the command line.
func (c *recoverCommand) Validate() error {
	switch {
	case c.All == (c.Procurement != ""):
		return errors.New("name one procurement, or say --all")
	case c.TemporalLost && !c.All:
		return errors.New("--temporal-lost goes with --all; without it, the run of one procurement is started anew")
	}
	return nil
}

func (c *recoverCommand) Run(ctx context.Context, inv *invocation) error {
	return withRecord(ctx, inv, func(cfg *config.Config, record *store.Store) error {
		return c.recover(ctx, inv, cfg, record)
	})
}

func (c *recoverCommand) recover(
	ctx context.Context, inv *invocation, cfg *config.Config, record *store.Store,
) error {
	if err := checkSchema(ctx, record); err != nil {
		return fmt.Errorf("the record does not have the schema of this release; run ppi migrate first: %w", err)
	}
	where := temporalOf(cfg)
	log := telemetry.NewLogger(inv.stderr, max(cfg.LogLevel, slog.LevelWarn), cfg.LogFormat)
	temporal, err := engine.ConnectBy(where, engine.Watch{}, log)
	if err != nil {
		return err
	}
	defer temporal.Close()
	runs := engine.New(temporal, cfg.TaskQueue, nil, engine.Runs{})
	if err := reachNamespace(ctx, runs, where); err != nil {
		return err
	}
	r := &reunion{
		recoverCommand: c, where: where, record: record, runs: runs, out: inv.stdout,
		reuniter: &activities.Reuniter{Store: record, Runs: runs, Log: log},
		acts:     &acts.Acts{Store: record, Log: log}, archive: audit.Archive(cfg.CheckpointDir),
	}
	return r.run(ctx)
}

// temporalOf says where Temporal is: without an address, it is that of standalone on its port.
func temporalOf(cfg *config.Config) config.Temporal {
	if cfg.Temporal.IsSet() || cfg.TemporalPort == 0 {
		return cfg.Temporal
	}
	return cfg.Temporal.At(net.JoinHostPort(loopback, strconv.Itoa(cfg.TemporalPort)))
}

func reachNamespace(ctx context.Context, runs *engine.Engine, where config.Temporal) error {
	bounded, cancel := context.WithTimeout(ctx, reachPatience)
	defer cancel()
	exists, err := runs.NamespaceExists(bounded, where.Namespace())
	if err != nil {
		return fmt.Errorf("no answer from Temporal at %s (TEMPORAL_ADDRESS): start it, then repeat the command: %w",
			where.Address(), err)
	}
	if !exists {
		return fmt.Errorf("there is no namespace %s (TEMPORAL_NAMESPACE) in Temporal at %s. If Temporal was lost, "+
			"make the namespace first, as at the first start: ppi standalone and docker compose do it by themselves",
			where.Namespace(), where.Address())
	}
	return nil
}

// A reunion is one carrying out of the command.
type reunion struct {
	*recoverCommand

	where    config.Temporal
	record   *store.Store
	runs     *engine.Engine
	reuniter *activities.Reuniter
	acts     *acts.Acts
	archive  audit.Archive

	mu  sync.Mutex // guards what follows
	out io.Writer
	// found counts procurements, failed those that could not be recovered.
	found  map[activities.Finding]int
	failed int
}

const (
	reachPatience = 10 * time.Second
	recoverAtOnce = 8
	recoverBatch  = 500
)

func (r *reunion) run(ctx context.Context) error {
	r.found = map[activities.Finding]int{}
	if r.Procurement != "" {
		id, err := models.ParseID(models.PrefixProcurement, "procurement", r.Procurement)
		if err != nil {
			return err
		}
		r.one(ctx, id)
		return r.summary()
	}
	open, err := r.openRuns(ctx)
	if err != nil {
		return err
	}
	if err := r.mustBeOurs(ctx, open); err != nil {
		return err
	}
	if err := r.openOnRecord(ctx, open); err != nil {
		return err
	}
	var others []models.ID
	for id := range open {
		others = append(others, id)
	}
	if err := r.several(ctx, others); err != nil {
		return err
	}
	if err := r.log(ctx); err != nil {
		return err
	}
	return r.summary()
}

// log says what the checkpoints outside of the database prove that is missing, and lets new ones be signed.
func (r *reunion) log(ctx context.Context) error {
	loss, lost, err := r.record.Log().Lost(ctx, r.archive)
	if err != nil || !lost {
		return err
	}
	since := "from the beginning on"
	if loss.Kept > 0 {
		since = "after " + loss.Since.Format(time.RFC3339)
	}
	fmt.Fprintf(r.out, "event log: a checkpoint in %s counts %d entries, and the record has %d. The first %d are as "+
		"they were signed; those that followed, recorded %s, are missing.", r.archive, loss.Newest.Size, loss.Size,
		loss.Kept, since)
	if r.DryRun {
		fmt.Fprintln(r.out, " Without --dry-run, checkpoints would be signed for the record as it is.")
		return nil
	}
	err = r.acts.GoOnWithLog(ctx, event.RecordRestored{
		Kept: loss.Kept, Lost: loss.Newest.Size, Root: loss.Newest.Root.String(),
	})
	if err != nil {
		return err
	}
	aside := "lost-" + time.Now().UTC().Format("20060102T150405Z")
	if err := errors.Join(r.archive.SetAside(loss.Kept, aside), r.setPublicAside(ctx, aside)); err != nil {
		return err
	}
	fmt.Fprintf(r.out, " Checkpoints are signed for the record as it is; the earlier ones are in %s.\n",
		filepath.Join(string(r.archive), aside))
	return nil
}

// setPublicAside keeps the heads of the public log that the restored one has not reached.
func (r *reunion) setPublicAside(ctx context.Context, directory string) error {
	head, err := r.record.Log().PublicCheckpoint(ctx)
	if err != nil && !errors.Is(err, eventlog.ErrNoCheckpoint) {
		return err
	}
	return r.archive.Public().SetAside(head.Size, directory)
}

// openRuns lists the procurements with an open run.
func (r *reunion) openRuns(ctx context.Context) (map[models.ID]bool, error) {
	open := map[models.ID]bool{}
	for id, err := range r.runs.OpenRuns(ctx) {
		if err != nil {
			return nil, err
		}
		open[id] = true
	}
	return open, nil
}

// mustBeOurs refuses a namespace that looks like another installation's, or like one where everything was lost unless
// the operator says so.
func (r *reunion) mustBeOurs(ctx context.Context, open map[models.ID]bool) error {
	first, err := r.record.OpenProcurements(ctx, "", 1)
	if err != nil {
		return err
	}
	known := 0
	for id := range open {
		_, err := r.record.Standing(ctx, id)
		if err == nil {
			known++
			break
		}
		if !errors.Is(err, store.ErrNoProcurement) {
			return err
		}
	}
	switch {
	case known > 0:
		return nil
	case len(open) > 0:
		return fmt.Errorf("the namespace %s of Temporal has %d open procurements, and the record knows none of "+
			"them: it belongs to another installation, or this is the wrong database. Set TEMPORAL_NAMESPACE, "+
			"PPI_TASK_QUEUE and PPI_DATABASE_URL as for ppi worker. If the record was restored from before all of "+
			"them, end them in Temporal first", r.where, len(open))
	case len(first) > 0 && !r.TemporalLost && !r.DryRun:
		return fmt.Errorf("the namespace %s of Temporal has no open procurement, and the record has some. If "+
			"Temporal was lost, repeat the command with --temporal-lost. Otherwise set TEMPORAL_ADDRESS, "+
			"TEMPORAL_NAMESPACE and PPI_TASK_QUEUE as for ppi worker", r.where)
	}
	return nil
}

// openOnRecord recovers the procurements that are under way on record, and removes them from the list.
func (r *reunion) openOnRecord(ctx context.Context, list map[models.ID]bool) error {
	for after := models.ID(""); ; {
		batch, err := r.record.OpenProcurements(ctx, after, recoverBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		ids := make([]models.ID, len(batch))
		for i, standing := range batch {
			ids[i] = standing.ID
			delete(list, standing.ID)
		}
		if err := r.several(ctx, ids); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

func (r *reunion) several(ctx context.Context, ids []models.ID) error {
	var group errgroup.Group
	group.SetLimit(recoverAtOnce)
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			r.one(ctx, id)
			return nil
		})
	}
	_ = group.Wait() // each has said what it met
	return ctx.Err()
}

// one recovers a procurement and says what it found and did.
func (r *reunion) one(ctx context.Context, id models.ID) {
	c, err := r.reuniter.Look(ctx, id)
	if err == nil && !r.DryRun {
		err = r.reuniter.Decide(ctx, c)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.failed++
		fmt.Fprintf(r.out, "%s: %snot recovered: %s\n", id, said(found(c)), reason(err))
		return
	}
	r.found[c.Finding]++
	if c.Finding != activities.FoundAgreed || r.Procurement != "" {
		fmt.Fprintf(r.out, "%s: %s%s\n", id, said(found(c)), r.did(c))
	}
}

// said separates what was found from what follows.
func said(text string) string {
	if text == "" {
		return ""
	}
	return text + " "
}

// reason says why a procurement was not recovered.
func reason(err error) string {
	if errors.Is(err, engine.ErrUnavailable) {
		return "its run does not answer. Start ppi worker, which answers for it, then repeat the command (" +
			err.Error() + ")"
	}
	return err.Error()
}

// found says how a procurement was found.
func found(c activities.Case) string {
	switch c.Finding {
	case activities.FoundAgreed:
		if c.Version == 0 {
			return "the record does not know it, and no run of it is open."
		}
		return fmt.Sprintf("record and run agree (%s, version %d).", c.Status, c.Version)
	case activities.FoundNoRun:
		return fmt.Sprintf("it is %s, and Temporal has no open run of it.", c.Status)
	case activities.FoundRunBehind:
		return fmt.Sprintf("the record is at version %d, and the run knows version %d only: Temporal was restored "+
			"from a backup, or the run was not told.", c.Version, c.RunVersion)
	case activities.FoundRecordBehind:
		return fmt.Sprintf("the record is at version %d, and the run knows version %d: the record was restored from "+
			"an older backup.", c.Version, c.RunVersion)
	case activities.FoundNoRecord:
		if c.Status == models.StatusDraft {
			return "it was started, and the record says that it is a draft: the record was restored from an older " +
				"backup."
		}
		return "it has an open run, and the record does not know it: the record was restored from an older backup."
	}
	return ""
}

// did says what was done about it, or would be.
func (r *reunion) did(c activities.Case) string {
	if c.Finding == activities.FoundAgreed {
		return "Nothing is to be done."
	}
	text := map[activities.Finding]string{
		activities.FoundNoRun:     "a new run is started from the record.",
		activities.FoundRunBehind: "the run is told what the record says.",
		activities.FoundRecordBehind: "a new run goes on from the record. What had been done after the backup is " +
			"missing; a task asks the buyers to look after it.",
		activities.FoundNoRecord: "the run is ended.",
	}[c.Finding]
	if c.WaitsForStart() {
		text = "a new run waits for the start."
	}
	if r.DryRun {
		return "Without --dry-run, this would be done: " + text
	}
	return "Done: " + text
}

// summary says how much was found, and is an error when something is left to do.
func (r *reunion) summary() error {
	total := r.failed
	for _, n := range r.found {
		total += n
	}
	fmt.Fprintf(r.out, "%d looked at: %d agree, %d without a run, %d runs behind, %d records behind, %d runs "+
		"without a record, %d not recovered\n", total, r.found[activities.FoundAgreed], r.found[activities.FoundNoRun],
		r.found[activities.FoundRunBehind], r.found[activities.FoundRecordBehind], r.found[activities.FoundNoRecord],
		r.failed)
	if r.failed > 0 {
		return fmt.Errorf("%d procurements were not recovered; the command may be repeated", r.failed)
	}
	return nil
}
