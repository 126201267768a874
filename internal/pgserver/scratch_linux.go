package pgserver

import (
	"bufio"
	"fmt"
	"os"
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
	if os.Getenv("TMPDIR") == "" && room(inMemory) && available() >= plenty {
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
