package chaos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// settleTime is how long what faults left behind may take to be made good: reconcile looks every minute at what is
// older than half a minute.
const settleTime = 4 * time.Minute

// settled waits until nothing is under way any more, and checks what is left after all runs: each command is finished,
// each event stands in the log once, no box is open after its deadline, each run knows what the record knows, and the
// tables follow from the events, but for the phases that were skipped when the lots were prepared.
func (f *Fleet) settled(ctx context.Context) error {
	if err := f.ready(ctx); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, f.admin())
	if err != nil {
		return fmt.Errorf("connect to check: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, rest := range []struct{ what, query string }{
		{"commands that are not finished", "SELECT count(*) FROM commands WHERE told_at IS NULL"},
		{"events that are not in the log", "SELECT count(*) FROM events WHERE NOT EXISTS " +
			"(SELECT FROM event_log WHERE event_id = events.id)"},
		{"boxes that are open after their deadline", "SELECT count(*) FROM boxes b " +
			"JOIN procurements p ON p.id = b.procurement_id WHERE b.closed_at IS NULL " +
			"AND b.deadline < clock_timestamp() + p.clock_offset * interval '1 microsecond'"},
	} {
		if err := f.noneLeft(ctx, conn, rest.what, rest.query); err != nil {
			return err
		}
	}
	if err := noneNow(ctx, conn, "events that stand in the log twice, and positions that are missing",
		`SELECT count(*) - count(DISTINCT event_id) + max(position) - count(*) FROM event_log`); err != nil {
		return err
	}
	if err := f.sameVersions(ctx, conn); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{DSN: f.dsn()})
	if err != nil {
		return err
	}
	_, err = rig.CheckFollowed(ctx, s, "phase_rounds")
	return errors.Join(err, s.Close())
}

// noneLeft waits until a query counts none.
func (f *Fleet) noneLeft(ctx context.Context, conn *pgx.Conn, what, query string) error {
	for began := time.Now(); ; pause(ctx, time.Second) {
		var err error
		if err = noneNow(ctx, conn, what, query); err == nil || ctx.Err() != nil || time.Since(began) > settleTime {
			return err
		}
	}
}

func noneNow(ctx context.Context, conn *pgx.Conn, what, query string) error {
	var n int64
	if err := conn.QueryRow(ctx, query).Scan(&n); err != nil {
		return fmt.Errorf("count %s: %w", what, err)
	}
	if n != 0 {
		return fmt.Errorf("%d %s", n, what)
	}
	return nil
}

// sameVersions asks each run what it knows.
func (f *Fleet) sameVersions(ctx context.Context, conn *pgx.Conn) error {
	temporal, err := client.DialContext(ctx, client.Options{
		HostPort: f.temporalAddress(), Namespace: "ppi",
		Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return fmt.Errorf("reach Temporal: %w", err)
	}
	defer temporal.Close()
	type known struct {
		ID      models.ID
		Version int64
	}
	rows, err := conn.Query(ctx, "SELECT id, version FROM procurements")
	if err != nil {
		return fmt.Errorf("read versions: %w", err)
	}
	record, err := pgx.CollectRows(rows, pgx.RowToStructByPos[known])
	if err != nil {
		return fmt.Errorf("read versions: %w", err)
	}
	for _, p := range record {
		value, err := temporal.QueryWorkflow(ctx, process.WorkflowID(p.ID), "", process.QueryState)
		if err != nil {
			return fmt.Errorf("ask the run of %s: %w", p.ID, err)
		}
		var state process.State
		if err := value.Get(&state); err != nil {
			return fmt.Errorf("read what the run of %s knows: %w", p.ID, err)
		}
		if state.Version != p.Version {
			return fmt.Errorf("the run of %s knows version %d, the record has %d", p.ID, state.Version, p.Version)
		}
	}
	return nil
}
