package supervise

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const lockName = "lock"

// DirLock is the exclusive use of a directory. The kernel releases it when the process ends, for whatever reason.
type DirLock struct {
	file *os.File
	// Abandoned is the process that had the lock before and did not release it, because it was killed; 0 if there was
	// none. Processes that it had started may still be ending.
	Abandoned int
}

// LockedError says that another process uses the directory.
type LockedError struct {
	Dir string
	PID int // 0 when unknown
}

func (e *LockedError) Error() string {
	if e.PID == 0 { // "kill 0" would end the reader's own session
		return e.Dir + " is in use by another process: stop that one first, or choose another data directory"
	}
	return fmt.Sprintf("%s is in use by process %d: stop that one first (kill %d), or choose another data directory",
		e.Dir, e.PID, e.PID)
}

// LockDir takes the exclusive use of dir, which must exist. It returns a *LockedError when another process has it.
func LockDir(dir string) (*DirLock, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	lock := &DirLock{file: file}
	owner, err := lock.take()
	if err != nil {
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, &LockedError{Dir: dir, PID: owner}
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	lock.Abandoned = owner
	return lock, nil
}

// take locks the file and writes our process number into it. It returns the number that was in it.
func (l *DirLock) take() (owner int, err error) {
	lockErr := syscall.Flock(int(l.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	text, err := io.ReadAll(l.file)
	if err != nil {
		return 0, fmt.Errorf("read the lock file: %w", err)
	}
	owner, _ = strconv.Atoi(strings.TrimSpace(string(text))) // 0 when there is no number
	if lockErr != nil {
		return owner, fmt.Errorf("lock the lock file: %w", lockErr)
	}
	return owner, l.write(strconv.Itoa(os.Getpid()) + "\n")
}

func (l *DirLock) write(text string) error {
	if err := l.file.Truncate(0); err != nil {
		return fmt.Errorf("empty the lock file: %w", err)
	}
	if _, err := l.file.WriteAt([]byte(text), 0); err != nil {
		return fmt.Errorf("write the lock file: %w", err)
	}
	return nil
}

// Release releases the directory. The file stays, because to remove it could remove the lock of the next process.
// To close it is not enough: a process that is being started at this moment still has our open file, and the lock
// with it, until it becomes another program.
func (l *DirLock) Release() error {
	return errors.Join(l.write(""), syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
}
