package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// shortestFreeze and longestFreeze bound how long a part does nothing and is then there again.
const shortestFreeze, longestFreeze = 500 * time.Millisecond, 4 * time.Second

// A fault is something that happens to machines.
type fault struct {
	name   string
	happen func(ctx context.Context, f *Fleet, random *rand.Rand) error
}

// faults are those that are chosen from, each as likely as the other.
func faults() []fault {
	return []fault{
		{"API killed", kills(func(f *Fleet, _ *rand.Rand) []*member { return []*member{f.api} })},
		{"worker killed", kills(oneWorker)},
		{"both workers killed", kills(func(f *Fleet, _ *rand.Rand) []*member { return f.workers })},
		{"Temporal killed", kills(func(f *Fleet, _ *rand.Rand) []*member { return []*member{f.temporal} })},
		{"PostgreSQL killed", kills(func(f *Fleet, _ *rand.Rand) []*member { return []*member{f.postgres} })},
		{"all killed", kills(func(f *Fleet, _ *rand.Rand) []*member {
			return append([]*member{f.api, f.temporal, f.postgres}, f.workers...)
		})},
		{"API frozen", freezes(func(f *Fleet, _ *rand.Rand) []*member { return []*member{f.api} })},
		{"worker frozen", freezes(oneWorker)},
		{"Temporal frozen", freezes(func(f *Fleet, _ *rand.Rand) []*member { return []*member{f.temporal} })},
		{"connections cut", cut},
		{"backend killed", killBackend},
	}
}

func oneWorker(f *Fleet, random *rand.Rand) []*member {
	return []*member{f.workers[random.IntN(len(f.workers))]}
}

// kills ends parts without a word, all at once (kill -9).
func kills(which func(*Fleet, *rand.Rand) []*member) func(context.Context, *Fleet, *rand.Rand) error {
	return func(_ context.Context, f *Fleet, random *rand.Rand) error {
		var errs []error
		for _, m := range which(f, random) {
			errs = append(errs, m.signal(syscall.SIGKILL))
		}
		return errors.Join(errs...)
	}
}

// freezes stops parts for a while; their connections stay open, and nobody answers.
func freezes(which func(*Fleet, *rand.Rand) []*member) func(context.Context, *Fleet, *rand.Rand) error {
	return func(ctx context.Context, f *Fleet, random *rand.Rand) error {
		var errs []error
		members := which(f, random)
		for _, m := range members {
			errs = append(errs, m.signal(syscall.SIGSTOP))
		}
		pause(ctx, between(random, shortestFreeze, longestFreeze))
		for _, m := range members {
			errs = append(errs, m.signal(syscall.SIGCONT))
		}
		return errors.Join(errs...)
	}
}

// cut ends all connections to the database but its own, whatever they are doing.
func cut(ctx context.Context, f *Fleet, _ *rand.Rand) error {
	return f.onServer(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "+
			"WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
		return err //nolint:wrapcheck // onServer says what was tried
	})
}

// killBackend kills one process of PostgreSQL that serves a client: PostgreSQL ends all others and recovers.
func killBackend(ctx context.Context, f *Fleet, random *rand.Rand) error {
	return f.onServer(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, "SELECT pid FROM pg_stat_activity "+
			"WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
		if err != nil {
			return err
		}
		pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if err != nil || len(pids) == 0 {
			return err //nolint:wrapcheck // as above
		}
		return syscall.Kill(pids[random.IntN(len(pids))], syscall.SIGKILL)
	})
}

// onServer does something as superuser, unless PostgreSQL is away: then the fault is there already.
func (f *Fleet) onServer(ctx context.Context, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, f.admin())
	if err != nil {
		fmt.Fprintf(f.log, "chaos: no connection to disturb: %v\n", err)
		return nil
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := do(conn); err != nil {
		fmt.Fprintf(f.log, "chaos: disturb PostgreSQL: %v\n", err)
	}
	return nil
}
