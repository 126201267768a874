package pgserver

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// worksElsewhere tells whether process pid is certainly not a server on dir: the working directory of a server is its
// data directory. pid 0 means that no process is known.
func worksElsewhere(pid int, dir string) bool {
	if pid == 0 {
		return false
	}
	cwd, err := os.Readlink(procPath(pid, "cwd"))
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return cwd != resolved(dir)
}

// killServerProcesses kills the processes that a dead postmaster left behind on dir. Nothing is lost, because the data
// is recovered from the write-ahead log anyway.
func killServerProcesses(dir string) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || !isServer(pid) || worksElsewhere(pid, dir) {
			continue
		}
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may be gone by now
	}
}

func isServer(pid int) bool {
	comm, err := os.ReadFile(procPath(pid, "comm"))
	return err == nil && strings.TrimSpace(string(comm)) == "postgres"
}

func procPath(pid int, name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), name)
}

func resolved(dir string) string {
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		return target
	}
	return dir
}
