package pgserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/ppi-engine/ppi/internal/supervise"
)

// BackUp copies the data in dir, of the server that runs on it at a port, into the directory target, while the server
// goes on working. target must not exist. It uses PostgreSQL's own pg_basebackup and pg_verifybackup.
func BackUp(ctx context.Context, dir string, port int, target string) error {
	c, err := existing(ctx, dir)
	if err != nil {
		return err
	}
	if err := os.Mkdir(target, 0o700); err != nil {
		return fmt.Errorf("make the directory of the backup: %w", err)
	}
	if err := c.account.own(target); err != nil {
		return err
	}
	server := url.URL{
		Scheme: "postgres", User: url.User(Superuser), Host: net.JoinHostPort(host, strconv.Itoa(port)),
	}
	err = c.run(ctx, target, []string{"PGPASSWORD=" + c.password}, "pg_basebackup", "--dbname="+server.String(),
		"--pgdata="+target, "--wal-method=stream", "--checkpoint=fast", "--no-password")
	if err == nil {
		err = c.run(ctx, target, nil, "pg_verifybackup", "--quiet", target)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("back up PostgreSQL: %w", err), os.RemoveAll(target))
	}
	return nil
}

// Restore copies a backup that [BackUp] made to dir, which must not exist, after it was verified.
func Restore(ctx context.Context, backup, dir string) error {
	inst, exists, err := choose(ctx, backup)
	if err != nil {
		return err
	}
	if !exists {
		return fmt.Errorf("restore PostgreSQL: %s has no data of PostgreSQL", backup)
	}
	acc, err := accountFor(backup)
	if err != nil {
		return err
	}
	c := &cluster{Installation: inst, dir: dir, account: acc}
	if err := c.run(ctx, backup, nil, "pg_verifybackup", "--quiet", backup); err != nil {
		return fmt.Errorf("verify the backup: %w", err)
	}
	if err := c.copyTree(ctx, backup, dir); err != nil {
		return errors.Join(fmt.Errorf("restore PostgreSQL: %w", err), os.RemoveAll(dir))
	}
	return nil
}

// existing finds the programs and the account for data that exists.
func existing(ctx context.Context, dir string) (*cluster, error) {
	if _, err := os.Stat(filepath.Join(dir, "PG_VERSION")); err != nil {
		return nil, fmt.Errorf("find the data of PostgreSQL: %w", err)
	}
	return openCluster(ctx, dir, true)
}

// run carries out one of the installation's programs as the account, with further variables in its environment.
func (c *cluster) run(ctx context.Context, dir string, environ []string, program string, args ...string) error {
	cmd := c.command(program, dir, args...)
	cmd.Env = append(cmd.Env, environ...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	p, err := supervise.StartProcess(cmd, syscall.SIGTERM)
	if err != nil {
		return c.account.explain(fmt.Errorf("%s: %w", program, err), dir, c.BinDir)
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), p.Stop(context.WithoutCancel(ctx), syscall.SIGTERM))
	}
	if err := p.Err(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, lastLine(output.String()))
	}
	return nil
}

// copyTree copies files and directories, which then belong to the account. Data with tablespaces elsewhere is refused:
// standalone makes none.
func (c *cluster) copyTree(ctx context.Context, from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		switch {
		case entry.IsDir():
			err = os.Mkdir(target, 0o700)
		case entry.Type().IsRegular():
			err = copyFile(path, target)
		default:
			return fmt.Errorf("%s is neither a file nor a directory", path)
		}
		if err != nil {
			return err
		}
		return c.account.own(target)
	})
}

func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = target.ReadFrom(source)
	return errors.Join(err, target.Sync(), target.Close())
}
