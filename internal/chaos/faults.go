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

// errMissed means that a fault found nothing to disturb, such as a part that an earlier fault has ended.
var errMissed = errors.New("there was nothing to disturb")

// A fault is something that happens to machines. It returns [errMissed].
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
		return signal(syscall.SIGKILL, which(f, random))
	}
}

// freezes stops parts for a while; their connections stay open, and nobody answers.
func freezes(which func(*Fleet, *rand.Rand) []*member) func(context.Context, *Fleet, *rand.Rand) error {
	return func(ctx context.Context, f *Fleet, random *rand.Rand) error {
		members := which(f, random)
		if err := signal(syscall.SIGSTOP, members); err != nil {
			return err
		}
		pause(ctx, between(random, shortestFreeze, longestFreeze))
		if err := signal(syscall.SIGCONT, members); !errors.Is(err, errMissed) { // another fault may have ended it
			return err
		}
		return nil
	}
}

// signal sends a signal to parts. It returns [errMissed] when none of them runs.
func signal(what syscall.Signal, parts []*member) error {
	hit := false
	for _, m := range parts {
		pid := m.pid()
		if pid == 0 {
			continue
		}
		switch err := syscall.Kill(pid, what); {
		case err == nil:
			hit = true
		case !errors.Is(err, syscall.ESRCH):
			return fmt.Errorf("signal %s: %w", m.name, err)
		}
	}
	if !hit {
		return errMissed
	}
	return nil
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

// onServer does something as superuser. Where PostgreSQL is away, or goes away meanwhile, it returns [errMissed].
func (f *Fleet) onServer(ctx context.Context, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, f.admin())
	if err != nil {
		return fmt.Errorf("%w: %w", errMissed, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := do(conn); err != nil {
		return fmt.Errorf("%w: %w", errMissed, err)
	}
	return nil
}
