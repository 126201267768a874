package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/temporalserver"
)

// program is a ppi process under test.
type program struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stderr *safeBuffer
	ended  chan struct{}
}

// startProgram runs ppi with only the given environment and what any process has.
func startProgram(t *testing.T, environ []string, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(os.Args[0], args...), stderr: &safeBuffer{}, ended: make(chan struct{})}
	p.cmd.Env = append([]string{
		beProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"PPI_LOG_LEVEL=debug",
	}, environ...)
	// The children of a killed parent must not keep us waiting for its output.
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	p.stdout, p.cmd.Stdout, p.cmd.Stderr = bufio.NewReader(reader), writer, p.stderr
	p.cmd.WaitDelay = time.Second
	require.NoError(t, p.cmd.Start())
	require.NoError(t, writer.Close())
	go func() { _ = p.cmd.Wait(); close(p.ended) }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		p.wait()
		_ = reader.Close()
		if t.Failed() {
			t.Logf("stderr of %v:\n%s", args, p.stderr.String())
		}
	})
	return p
}

// wait returns the exit code, -1 after a kill. A process that hangs is killed.
func (p *program) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(time.Minute):
		_ = p.cmd.Process.Kill()
		<-p.ended
		p.t.Errorf("%v hung and was killed", p.cmd.Args)
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *program) signal(sig syscall.Signal) { require.NoError(p.t, p.cmd.Process.Signal(sig)) }

// ready waits for the line that says where everything is.
func (p *program) ready() addresses {
	p.t.Helper()
	line, err := p.stdout.ReadString('\n')
	require.NoError(p.t, err, "ppi ended before it was ready:\n%s", p.stderr)
	var a addresses
	require.NoError(p.t, json.Unmarshal([]byte(line), &a), line)
	return a
}

// descendants are the processes that the program started, and those these started.
func (p *program) descendants() []process {
	p.t.Helper()
	all := processes(p.t)
	family := map[int]bool{p.cmd.Process.Pid: true}
	var found []process
	for grown := true; grown; {
		grown = false
		for _, candidate := range all {
			if family[candidate.parent] && !family[candidate.pid] {
				family[candidate.pid], grown = true, true
				found = append(found, candidate)
			}
		}
	}
	return found
}

// child finds the one direct child whose command line contains text.
func (p *program) child(text string) int {
	p.t.Helper()
	var found []int
	for _, d := range p.descendants() {
		if d.parent == p.cmd.Process.Pid && strings.Contains(d.command, text) {
			found = append(found, d.pid)
		}
	}
	require.Len(p.t, found, 1, text)
	return found[0]
}

// process is one entry of /proc; number and start time identify it for good.
type process struct {
	pid, parent int
	started     string
	command     string
	cwd         string
}

func processes(t *testing.T) []process {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	require.NoError(t, err)
	var all []process
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			if p, ok := readProcess(pid); ok {
				all = append(all, p)
			}
		}
	}
	return all
}

// readProcess reads a process that is not a zombie.
func readProcess(pid int) (process, bool) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return process{}, false
	}
	// Fields after the name, which may hold blanks (man 5 proc): state, parent, …
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 20 || fields[0] == "Z" {
		return process{}, false
	}
	parent, _ := strconv.Atoi(fields[1])
	command, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
	cwd, _ := os.Readlink(filepath.Join(dir, "cwd"))
	return process{
		pid: pid, parent: parent, started: fields[19], cwd: cwd,
		command: string(bytes.ReplaceAll(command, []byte{0}, []byte{' '})),
	}, true
}

// requireNoneLeft waits until none of the processes lives and none uses the data
// directory.
func requireNoneLeft(t *testing.T, family []process, dataDir string) {
	t.Helper()
	var left []process
	require.Eventually(t, func() bool {
		left = nil
		for _, p := range processes(t) {
			for _, f := range family {
				if p.pid == f.pid && p.started == f.started {
					left = append(left, p)
				}
			}
			if strings.HasPrefix(p.cwd, dataDir) || strings.Contains(p.command, dataDir) {
				left = append(left, p)
			}
		}
		return len(left) == 0
	}, 30*time.Second, 20*time.Millisecond, "%+v", &left)
}

// dataDir makes a directory that the account which runs PostgreSQL can reach.
func dataDir(t *testing.T) string {
	t.Helper()
	//nolint:usetesting // another user must pass, and t.TempDir lies in a closed directory
	dir, err := os.MkdirTemp("", "ppi-test-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// requirePrograms skips a test that needs PostgreSQL or ppi-temporal where one is
// missing, but not in CI. It returns the path of ppi-temporal.
func requirePrograms(t *testing.T) string {
	t.Helper()
	_, noPostgres := pgserver.Find(t.Context())
	temporal, noTemporal := temporalserver.Find(os.Getenv("PPI_TEMPORAL_BIN"), filepath.Join("..", "..", "bin", "ppi"))
	if err := errors.Join(noPostgres, noTemporal); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	temporal, err := filepath.Abs(temporal)
	require.NoError(t, err)
	return temporal
}

// get returns status and body, 0 when nobody answers.
func get(ctx context.Context, url string) (int, string) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err.Error()
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(body)
}

// safeBuffer is a buffer that may be read while a process writes to it.
type safeBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
