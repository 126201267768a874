package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	// patience is how long a server that is ending may keep the data in use.
	patience = 15 * time.Second
	// orphanGrace is how long backends get to notice that their postmaster was killed; a backend in a long computation
	// does not notice.
	orphanGrace = 3 * time.Second

	retryInterval = 100 * time.Millisecond
)

// InUseError says that another server uses the data directory.
type InUseError struct {
	Dir     string
	PID     int  // its postmaster
	Orphans bool // the postmaster is dead, but some of its backends still run
}

func (e *InUseError) Error() string {
	if e.Orphans {
		return fmt.Sprintf("the data in %s is in use by processes that a killed PostgreSQL (process %d) left behind: "+
			"end them first", e.Dir, e.PID)
	}
	return fmt.Sprintf("the data in %s is in use by another PostgreSQL (process %d): stop it first", e.Dir, e.PID)
}

// takeover waits for the end of a previous server on the same data: one that is shutting down, backends that outlive a
// killed postmaster, or a lock file whose process number now belongs to another process.
type takeover struct {
	dir   string
	since time.Time
	inUse error // the last refusal that was waited out
}

// again returns nil when the failed start should be repeated, else the reason to give up.
func (t *takeover) again(ctx context.Context, failure error) error {
	inUse, isInUse := errors.AsType[*InUseError](failure)
	switch {
	case ctx.Err() != nil:
		return errors.Join(t.inUse, failure)
	case !isInUse, time.Since(t.since) > patience:
		return failure
	}
	t.inUse = failure
	switch {
	case inUse.Orphans && time.Since(t.since) > orphanGrace:
		killServerProcesses(t.dir)
	case !inUse.Orphans && worksElsewhere(inUse.PID, t.dir):
		// PostgreSQL takes any process of its own user for the postmaster, but after a restart of the machine or
		// container the number may belong to any process.
		if err := removeLock(t.dir, inUse.PID); err != nil {
			return err
		}
	}
	select {
	case <-time.After(retryInterval):
		return nil
	case <-ctx.Done():
		return errors.Join(failure, context.Cause(ctx))
	}
}

// lockOwner reads the postmaster's process number from its lock file; 0 when there is no lock file.
func lockOwner(dir string) int {
	text, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0
	}
	return pid
}

// removeLock removes the lock file if it is still that of pid.
func removeLock(dir string, pid int) error {
	if lockOwner(dir) != pid {
		return nil
	}
	if err := os.Remove(filepath.Join(dir, "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the lock file of a server that is gone: %w", err)
	}
	return nil
}
