package pgserver

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/ppi-engine/ppi/internal/supervise"
)

const (
	// Superuser is the role that owns the server. Products get roles of their own.
	Superuser = "postgres"

	// passwordFile is in the data directory, with mode 0600.
	passwordFile = "superuser.password"
)

// VersionError says that the data directory was made by another major version; no installed version can read it.
type VersionError struct {
	Dir       string
	Data      int // the major version that made the data
	Installed []Installation
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the data in %s was made by PostgreSQL %d, but this machine has %s: install PostgreSQL %d, "+
		"or move the data with pg_upgrade", e.Dir, e.Data, versions(e.Installed), e.Data)
}

func versions(installed []Installation) string {
	if len(installed) == 0 {
		return "none"
	}
	names := make([]string, len(installed))
	for i, inst := range installed {
		names[i] = inst.Version
	}
	return strings.Join(names, " and ")
}

// cluster is a data directory, the programs that fit it, and the account that runs them.
type cluster struct {
	Installation
	dir      string
	account  account
	password string // the superuser's
}

// openCluster finds the programs for the data in dir, and makes the data if there is none. If durable is false, nothing
// is synced to disk.
func openCluster(ctx context.Context, dir string, durable bool) (*cluster, error) {
	inst, exists, err := choose(ctx, dir)
	if err != nil {
		return nil, err
	}
	acc, err := accountFor(dir)
	if err != nil {
		return nil, err
	}
	c := &cluster{Installation: inst, dir: dir, account: acc}
	if !exists {
		if err := c.initialise(ctx, durable); err != nil {
			return nil, fmt.Errorf("initialise PostgreSQL in %s: %w", dir, err)
		}
		return c, nil
	}
	password, err := os.ReadFile(filepath.Join(dir, passwordFile))
	if err != nil {
		return nil, fmt.Errorf("read the superuser's password: %w", err)
	}
	c.password = strings.TrimSpace(string(password))
	return c, nil
}

// choose picks the installation that made the data in dir, or the newest when
// there is no data yet.
func choose(ctx context.Context, dir string) (inst Installation, exists bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		inst, err = Find(ctx)
		return inst, false, err
	}
	if err != nil {
		return inst, true, fmt.Errorf("read the version of the data: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return inst, true, fmt.Errorf("read the version of the data in %s: %w", dir, err)
	}
	installed := installations(ctx, searchDirs())
	for _, inst := range installed {
		if inst.Major == major {
			return inst, true, nil
		}
	}
	if len(installed) == 0 {
		_, err := Find(ctx)
		return inst, true, err
	}
	return inst, true, &VersionError{Dir: dir, Data: major, Installed: installed}
}

// initialise makes the data beside dir and renames it into place, so that an interrupted run leaves no data directory
// that looks complete.
func (c *cluster) initialise(ctx context.Context, durable bool) error {
	if err := c.refuseForeignFiles(); err != nil {
		return err
	}
	staging := c.dir + ".new"
	if err := c.prepare(staging); err != nil {
		return err
	}
	defer os.RemoveAll(staging)
	if err := c.initdb(ctx, staging, durable); err != nil {
		return err
	}
	data := filepath.Join(staging, "data")
	if err := os.Rename(filepath.Join(staging, passwordFile), filepath.Join(data, passwordFile)); err != nil {
		return err
	}
	if err := os.Remove(c.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(data, c.dir)
}

func (c *cluster) refuseForeignFiles() error {
	entries, err := os.ReadDir(c.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s has files (%s, …) but no PostgreSQL data: empty it or choose another directory", c.dir,
			entries[0].Name())
	}
	return nil
}

func (c *cluster) prepare(staging string) error {
	if err := os.RemoveAll(staging); err != nil {
		return err
	}
	//nolint:gosec // the account that runs the server must pass; it cannot list, and the data below is 0700
	if err := os.MkdirAll(filepath.Dir(staging), 0o711); err != nil {
		return err
	}
	if err := os.Mkdir(staging, 0o700); err != nil {
		return err
	}
	c.password = rand.Text()
	file := filepath.Join(staging, passwordFile)
	if err := os.WriteFile(file, []byte(c.password+"\n"), 0o600); err != nil {
		return err
	}
	return errors.Join(c.account.own(file), c.account.own(staging))
}

func (c *cluster) initdb(ctx context.Context, staging string, durable bool) error {
	args := []string{
		"--pgdata=" + filepath.Join(staging, "data"),
		"--username=" + Superuser, "--pwfile=" + filepath.Join(staging, passwordFile),
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums",
	}
	if !durable {
		args = append(args, "--no-sync")
	}
	cmd := c.command("initdb", staging, args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	p, err := supervise.StartProcess(cmd, syscall.SIGKILL)
	if err != nil {
		return c.account.explain(err, staging, c.BinDir)
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), p.Stop(ctx, syscall.SIGTERM))
	}
	if err := p.Err(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLine(output.String()))
	}
	return nil
}

// command prepares one of the installation's programs to run in dir as the account. Its environment has none of our
// secrets and no PG* variable.
func (c *cluster) command(program, dir string, args ...string) *exec.Cmd {
	//nolint:noctx // its life is its Process's, which stops it in order
	cmd := exec.Command(filepath.Join(c.BinDir, program), args...)
	cmd.Dir = dir
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = c.account.sysProcAttr()
	return cmd
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
