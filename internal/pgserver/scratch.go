package pgserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ppi-engine/ppi/internal/supervise"
)

const (
	scratchPattern = "ppi-postgres-*"
	// settled is the age from which a directory without a lock is abandoned; a younger one may just be being made.
	settled = time.Minute
)

// scratch is a temporary directory for a disposable server, locked while this process uses it; nil means that there is
// none.
type scratch struct {
	dir  string
	lock *supervise.DirLock
}

// newScratch makes one, and removes those that killed processes left behind.
func newScratch() (*scratch, error) {
	for _, parent := range scratchParents() {
		if err := removeAbandoned(filepath.Join(parent, scratchPattern)); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp(scratchParents()[0], scratchPattern)
	if err != nil {
		return nil, fmt.Errorf("make a temporary data directory: %w", err)
	}
	lock, err := supervise.LockDir(dir)
	if err != nil {
		return nil, err
	}
	//nolint:gosec // the account that runs the server must pass; it cannot list, and the data below is 0700
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, fmt.Errorf("open the temporary data directory: %w", err)
	}
	return &scratch{dir: dir, lock: lock}, nil
}

func (s *scratch) remove() error {
	if s == nil {
		return nil
	}
	return errors.Join(os.RemoveAll(s.dir), s.lock.Release())
}

// removeAbandoned removes the scratch directories that no process has locked.
func removeAbandoned(pattern string) error {
	dirs, err := filepath.Glob(pattern)
	if err != nil {
		return fmt.Errorf("look for abandoned data directories: %w", err)
	}
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < settled {
			continue
		}
		data := filepath.Join(dir, "data")
		if pid := lockOwner(data); pid != 0 && !worksElsewhere(pid, data) {
			continue // its server still runs
		}
		lock, err := supervise.LockDir(dir)
		if err != nil {
			continue // in use, or another user's
		}
		abandoned := scratch{dir: dir, lock: lock}
		_ = abandoned.remove() // the next start tries again
	}
	return nil
}
