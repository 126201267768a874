package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/ppi-engine/ppi/internal/store"
)

// adviceOn says what is wrong and what an operator can do about it, in whole sentences, where the error itself is only
// what the system said; "" when the error says enough.
func adviceOn(err error) string {
	if _, says := errors.AsType[*pathError](err); says {
		return ""
	}
	if _, says := errors.AsType[*diskFullError](err); says {
		return ""
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok && e.Op != "mkdir" && errors.Is(e.Err, fs.ErrNotExist) {
		return "" // a file that is to be read is not there
	}
	if path, cause := pathOf(err); path != "" {
		return adviceOnPath(path, cause)
	}
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return "Too many files are open. Raise the limit (ulimit -n, or LimitNOFILE of the service), then start again."
	}
	return store.Advice(err)
}

// pathOf finds the file or directory that an error is about.
func pathOf(err error) (string, error) {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Path, e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.New, e.Err
	}
	return "", nil
}

func adviceOnPath(path string, cause error) string {
	another := " Or set another directory: PPI_DATA_DIR, or PPI_CHECKPOINT_DIR for checkpoints (ppi config shows them)."
	switch {
	case errors.Is(cause, syscall.ENOSPC), errors.Is(cause, syscall.EDQUOT):
		return fmt.Sprintf("The disk that holds %s is full. Make room there, then start again: what was begun is "+
			"completed.", path) + another
	case errors.Is(cause, fs.ErrPermission):
		return fmt.Sprintf("%s may not read or write %s. Give it to that user (chown %s), or start ppi as a user "+
			"who may.", whoWeAre(), path, nearest(path)) + another
	case errors.Is(cause, syscall.EROFS):
		return path + " is on a disk that is mounted read-only." + another
	case errors.Is(cause, syscall.ENOTDIR):
		return path + " cannot be a directory, because a part of that path is a file." + another
	case errors.Is(cause, fs.ErrNotExist):
		return path + " does not exist and cannot be made." + another
	}
	return ""
}

func whoWeAre() string {
	uid := strconv.Itoa(os.Geteuid())
	if u, err := user.LookupId(uid); err == nil {
		return fmt.Sprintf("The user %s (%s)", u.Username, uid)
	}
	return "The user " + uid
}

// nearest is the lowest part of a path that exists.
func nearest(path string) string {
	for dir := filepath.Clean(path); ; dir = filepath.Dir(dir) {
		//nolint:gosec // the operator's own path, which is only named
		if _, err := os.Lstat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
	}
}

// A pathError says which setting names a directory that cannot be used.
type pathError struct {
	variable, path string
	cause          error
}

func (e *pathError) Error() string {
	about, cause := pathOf(e.cause)
	if advice := adviceOnPath(about, cause); advice != "" {
		return fmt.Sprintf("the directory of %s cannot be used: %s\n%s", e.variable, e.cause, advice)
	}
	return fmt.Sprintf("the directory of %s cannot be used: %s", e.variable, e.cause)
}

func (e *pathError) Unwrap() error { return e.cause }

// mustWrite makes a directory, unless it exists, and tries whether a file can be written there.
func mustWrite(variable, dir string, mode fs.FileMode) error {
	err := os.MkdirAll(dir, mode)
	if err == nil {
		err = tryWrite(dir)
	}
	if err != nil {
		return &pathError{variable: variable, path: dir, cause: err}
	}
	return nil
}

func tryWrite(dir string) error {
	file, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return err
	}
	_, err = file.WriteString("x")
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}

// enoughRoom is as much as PostgreSQL takes at once for a part of its log; with less it stops.
const enoughRoom = 32 << 20

// A diskFullError says that standalone did not start because its disk is full.
type diskFullError struct {
	dir   string
	free  uint64
	cause error
}

func (e *diskFullError) Error() string {
	return fmt.Sprintf("the disk that holds %s (PPI_DATA_DIR) is full: %d MiB are free. Make room there, or set "+
		"PPI_DATA_DIR to an empty directory on another disk, then start again: what was begun is completed. "+
		"The cause: %v",
		e.dir, e.free>>20, e.cause)
}

func (e *diskFullError) Unwrap() error { return e.cause }

// orDiskFull returns why standalone did not start. A disk that is full shows in many ways, in our process or in those
// that it started: as a state of SQL, as a connection that breaks off, as the exit of a program.
func orDiskFull(ctx context.Context, dir string, cause error) error {
	if cause == nil || ctx.Err() != nil {
		return cause
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(nearest(dir), &disk); err != nil {
		return cause
	}
	free := disk.Bavail * uint64(disk.Bsize) //nolint:gosec // a size is not negative
	said := errors.Is(cause, syscall.ENOSPC) || strings.Contains(cause.Error(), "No space left on device") ||
		strings.Contains(cause.Error(), "SQLSTATE 53100")
	if free < enoughRoom || said {
		return &diskFullError{dir: dir, free: free, cause: cause}
	}
	return cause
}
