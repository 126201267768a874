package supervise_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/supervise"
)

// sh starts a shell script as a child and returns its lines as they come.
func sh(t *testing.T, script string) (*supervise.Process, <-chan string) {
	t.Helper()
	lines := make(chan string, 100)
	cmd := exec.Command("sh", "-c", script)
	cmd.Stdout = supervise.Lines(func(line string) { lines <- line })
	p, err := supervise.StartProcess(cmd, syscall.SIGKILL)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = p.Stop(ctx, syscall.SIGKILL)
	})
	return p, lines
}

func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }, 10*time.Second,
		10*time.Millisecond)
}

func TestAProcessTellsHowItEnded(t *testing.T) {
	t.Parallel()
	good, lines := sh(t, "printf 'first\\r\\nsecond\\n'")
	<-good.Done()
	require.NoError(t, good.Err())
	require.Equal(t, "first", <-lines)
	require.Equal(t, "second", <-lines)

	bad, _ := sh(t, "exit 3")
	<-bad.Done()
	var exit *exec.ExitError
	require.ErrorAs(t, bad.Err(), &exit)
	require.Equal(t, 3, exit.ExitCode())
	require.NoError(t, bad.Stop(t.Context(), syscall.SIGTERM), "stopping what has ended is no error")

	_, err := supervise.StartProcess(exec.Command(filepath.Join(t.TempDir(), "absent")), syscall.SIGKILL)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestStopIsPoliteFirst(t *testing.T) {
	t.Parallel()
	p, lines := sh(t, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done")
	require.Equal(t, "up", <-lines)
	require.NoError(t, p.Stop(t.Context(), syscall.SIGTERM))
	require.Equal(t, "bye", <-lines)
	require.NoError(t, p.Err())
}

func TestStopKillsTheWholeGroupInTheEnd(t *testing.T) {
	t.Parallel()
	p, lines := sh(t, "trap '' TERM; (trap '' TERM; echo $$; exec sleep 600) & echo child=$!; wait")
	child := 0
	for child == 0 {
		if number, ok := strings.CutPrefix(<-lines, "child="); ok {
			child, _ = strconv.Atoi(number)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, p.Stop(ctx, syscall.SIGTERM), "killed")
	requireGone(t, p.PID())
	requireGone(t, child)
}

func TestGrandchildrenEndWithTheProcess(t *testing.T) {
	t.Parallel()
	p, lines := sh(t, "sleep 600 & echo $!; exec sleep 0.2")
	grandchild, err := strconv.Atoi(<-lines)
	require.NoError(t, err)
	<-p.Done()
	requireGone(t, grandchild)
}

// TestKilledParent is no test of its own: it is the parent in the test below.
func TestKilledParent(t *testing.T) {
	t.Parallel()
	if os.Getenv("SUPERVISE_TEST_PARENT") == "" {
		t.Skip("runs as a child of the next test")
	}
	p, err := supervise.StartProcess(exec.Command("sleep", "600"), syscall.SIGKILL)
	require.NoError(t, err)
	_, _ = os.Stdout.WriteString("child=" + strconv.Itoa(p.PID()) + "\n")
	<-p.Done()
}

func TestAChildDiesWithAKilledParent(t *testing.T) {
	t.Parallel()
	parent := exec.Command(os.Args[0], "-test.run=^TestKilledParent$")
	parent.Env = append(os.Environ(), "SUPERVISE_TEST_PARENT=1")
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	t.Cleanup(func() { _ = parent.Process.Kill(); _ = parent.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	child, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "child=")))
	require.NoError(t, err)

	require.NoError(t, parent.Process.Kill())
	requireGone(t, child)
}

func TestADirectoryIsLockedByOneProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := supervise.LockDir(dir)
	require.NoError(t, err)
	require.Zero(t, first.Abandoned)

	_, err = supervise.LockDir(dir)
	var locked *supervise.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, os.Getpid(), locked.PID)
	require.ErrorContains(t, err, dir)

	require.NoError(t, first.Release())
	second, err := supervise.LockDir(dir)
	require.NoError(t, err)
	require.Zero(t, second.Abandoned, "the first released it in good order")
	require.NoError(t, second.Release())
}

// A process that is being started has our open files until it becomes another program; the copy stands for it.
func TestAReleasedDirectoryIsFreeThoughAStartingProcessHasTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := supervise.LockDir(dir)
	require.NoError(t, err)
	starting, err := syscall.Dup(first.FD())
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Close(starting) })

	require.NoError(t, first.Release())
	second, err := supervise.LockDir(dir)
	require.NoError(t, err)
	require.NoError(t, second.Release())
}

func TestWhoHasADirectoryIsOnlyNamedWhenKnown(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, &supervise.LockedError{Dir: "/data", PID: 42}, "kill 42")
	require.NotContains(t, (&supervise.LockedError{Dir: "/data"}).Error(), "kill")
}

func TestALockWhoseHolderWasKilledSaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "lock"), []byte("4711\n"), 0o600))
	lock, err := supervise.LockDir(dir)
	require.NoError(t, err)
	require.Equal(t, 4711, lock.Abandoned)
	require.NoError(t, lock.Release())
}

func TestALineLongerThanTheLimitComesInPieces(t *testing.T) {
	t.Parallel()
	var lengths []int
	w := supervise.Lines(func(line string) { lengths = append(lengths, len(line)) })
	_, err := w.Write([]byte(strings.Repeat("x", 64<<10)))
	require.NoError(t, err)
	_, err = w.Write([]byte("yz\n"))
	require.NoError(t, err)
	require.Equal(t, []int{64 << 10, 2}, lengths)
}
