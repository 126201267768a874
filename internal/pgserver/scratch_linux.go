package pgserver

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

const (
	inMemory = "/dev/shm"
	// plenty is how many bytes of memory must be available for disposable data to go there; tests use a fifth of it.
	plenty = 8 << 30
)

// scratchParents are where disposable data may be, the best first: in memory, where there is plenty, since tests that
// have a database each make and remove hundreds of thousands of files, which costs a disk more than all they ask.
// TMPDIR decides otherwise.
func scratchParents() []string {
	if os.Getenv("TMPDIR") == "" && room(inMemory) && available() >= plenty && ours() >= plenty {
		return []string{inMemory, os.TempDir()}
	}
	return []string{os.TempDir(), inMemory}
}

// room tells whether there is plenty left of what a file system may take.
func room(dir string) bool {
	var free syscall.Statfs_t
	return syscall.Statfs(dir, &free) == nil && free.Bavail*uint64(max(free.Bsize, 0)) >= plenty
}

// available is how many bytes of memory the machine can give (proc(5)).
func available() uint64 {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var kB uint64
		if _, err := fmt.Sscanf(lines.Text(), "MemAvailable: %d kB", &kB); err == nil {
			return kB << 10
		}
	}
	return 0
}

// ours is how many bytes a container may still take (the kernel's documentation of cgroups, versions 2 and 1); outside
// of one there is no bound.
func ours() uint64 {
	for most, taken := range map[string]string{
		"/sys/fs/cgroup/memory.max":                   "/sys/fs/cgroup/memory.current",
		"/sys/fs/cgroup/memory/memory.limit_in_bytes": "/sys/fs/cgroup/memory/memory.usage_in_bytes",
	} {
		if bound, ok := number(most); ok {
			used, _ := number(taken)
			return bound - min(bound, used)
		}
	}
	return plenty
}

func number(file string) (uint64, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
