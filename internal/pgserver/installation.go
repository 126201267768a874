package pgserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oldestMajor is the oldest PostgreSQL whose support had not ended when this was
// written (14 ends on 12 November 2026; see postgresql.org/support/versioning).
const oldestMajor = 15

// inspectTimeout is far more than a program needs to say its version.
const inspectTimeout = 10 * time.Second

// Installation is one set of PostgreSQL server programs on this machine.
type Installation struct {
	BinDir  string // has postgres and initdb
	Major   int    // 15 of 15.18
	Version string // as the server prints it, for messages
}

// NotInstalledError says that this machine has no usable PostgreSQL server.
type NotInstalledError struct {
	Install string // the one line that installs it
	Found   []Installation
}

func (e *NotInstalledError) Error() string {
	if len(e.Found) > 0 {
		return fmt.Sprintf("PostgreSQL %d or later is needed, but this machine has only %s; install it with: %s",
			oldestMajor, e.Found[0].Version, e.Install)
	}
	return "this machine has no PostgreSQL server; install it with: " + e.Install
}

// Find returns the newest PostgreSQL in PATH or where Debian keeps it. The error
// is a *NotInstalledError unless ctx has ended.
func Find(ctx context.Context) (Installation, error) {
	found := installations(ctx, searchDirs())
	if ctx.Err() != nil {
		return Installation{}, fmt.Errorf("find PostgreSQL: %w", context.Cause(ctx))
	}
	if len(found) == 0 || found[0].Major < oldestMajor {
		return Installation{}, &NotInstalledError{
			Install: installLine("/etc/os-release", os.Geteuid() == 0),
			Found:   found,
		}
	}
	return found[0], nil
}

func searchDirs() []string {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well-formed
	if path, err := exec.LookPath("postgres"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(target))
		}
	}
	return dirs
}

// installations returns the complete installations in dirs, newest first.
func installations(ctx context.Context, dirs []string) []Installation {
	var found []Installation
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		if inst, err := inspect(ctx, dir); err == nil {
			found = append(found, inst)
		}
	}
	slices.SortStableFunc(found, func(a, b Installation) int { return cmp.Compare(b.Major, a.Major) })
	return found
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)[^\s]*`)

func inspect(ctx context.Context, dir string) (Installation, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return Installation{}, fmt.Errorf("inspect PostgreSQL in %s: %w", dir, err)
	}
	ctx, cancel := context.WithTimeout(ctx, inspectTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Installation{}, fmt.Errorf("inspect PostgreSQL in %s: %w", dir, err)
	}
	match := versionPattern.FindSubmatch(out)
	if match == nil {
		return Installation{}, errors.New("inspect PostgreSQL in " + dir + ": unknown version " + string(out))
	}
	major, err := strconv.Atoi(string(match[1]))
	if err != nil {
		return Installation{}, fmt.Errorf("inspect PostgreSQL in %s: %w", dir, err)
	}
	return Installation{BinDir: dir, Major: major, Version: strings.TrimPrefix(string(match[0]), "(PostgreSQL) ")}, nil
}

// installLine is the command that a person types on this system to install a PostgreSQL server.
func installLine(osRelease string, root bool) string {
	sudo := "sudo "
	if root {
		sudo = ""
	}
	text, _ := os.ReadFile(osRelease) // without it the general advice is given
	if regexp.MustCompile(`(?m)^ID(_LIKE)?=.*\b(debian|ubuntu)\b`).Match(text) {
		return sudo + "apt-get install -y postgresql"
	}
	return fmt.Sprintf("install your system's PostgreSQL %d (or later) server package, so that postgres and initdb "+
		"are in PATH", oldestMajor)
}
