package pgserver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the operating system user that runs the server. PostgreSQL refuses to run as root, so the zero value can
// mean our own user.
type account struct {
	name     string
	uid, gid uint32
}

func (a account) isUs() bool { return a.uid == 0 }

// accountFor chooses who runs the server on dir: our own user or, when that is root, the owner of existing data, else
// postgres, else nobody.
func accountFor(dir string) (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	if info, err := os.Stat(filepath.Join(dir, "PG_VERSION")); err == nil {
		return ownerOf(dir, info)
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return accountOf(u)
		}
	}
	return account{}, errors.New("PostgreSQL refuses to run as root and this machine has neither a user postgres nor " +
		"nobody: " +
		"run as another user or create one with: useradd --system postgres")
}

func ownerOf(dir string, info fs.FileInfo) (account, error) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return account{}, fmt.Errorf("find the owner of %s: this system does not tell it", dir)
	}
	if stat.Uid == 0 {
		return account{}, fmt.Errorf("%s belongs to root, and PostgreSQL does not run as root: change the owner with: "+
			"chown -R postgres %s", dir, dir)
	}
	name := strconv.FormatUint(uint64(stat.Uid), 10)
	if u, err := user.LookupId(name); err == nil {
		name = u.Username
	}
	return account{name: name, uid: stat.Uid, gid: stat.Gid}, nil
}

func accountOf(u *user.User) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the user ID of %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the group ID of %s: %w", u.Username, err)
	}
	return account{name: u.Username, uid: uint32(uid), gid: uint32(gid)}, nil
}

// sysProcAttr makes a child run as the account.
func (a account) sysProcAttr() *syscall.SysProcAttr {
	if a.isUs() {
		return &syscall.SysProcAttr{}
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: a.uid, Gid: a.gid}}
}

// own makes the account the owner of path.
func (a account) own(path string) error {
	if a.isUs() {
		return nil
	}
	if err := os.Chown(path, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("give %s to user %s: %w", path, a.name, err)
	}
	return nil
}

// UnreachableError says that the account that must run the server cannot reach
// a directory it needs.
type UnreachableError struct {
	Path    string // what the server needs
	Blocks  string // the directory on the path that the account may not pass
	Account string
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("PostgreSQL runs as user %s here and cannot reach %s, because %s is closed to that user: "+
		"open it with: chmod o+x %s (or choose another data directory)", e.Account, e.Path, e.Blocks, e.Blocks)
}

// explain turns a "permission denied" at the start as the account into an error that names the directory that causes
// it, if the permission bits show one.
func (a account) explain(err error, paths ...string) error {
	if a.isUs() || !errors.Is(err, fs.ErrPermission) {
		return err
	}
	for _, path := range paths {
		if blocks := a.blockedAt(path); blocks != "" {
			return &UnreachableError{Path: path, Blocks: blocks, Account: a.name}
		}
	}
	return err
}

// blockedAt returns the topmost directory on the path that the account may not pass, or "".
func (a account) blockedAt(path string) string {
	var blocks string
	for dir := filepath.Clean(path); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.IsDir() && !a.mayPass(info) {
			blocks = dir
		}
		if dir == filepath.Dir(dir) {
			return blocks
		}
	}
}

func (a account) mayPass(dir fs.FileInfo) bool {
	stat, ok := dir.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	switch {
	case stat.Uid == a.uid:
		return dir.Mode()&0o100 != 0
	case stat.Gid == a.gid:
		return dir.Mode()&0o010 != 0
	default:
		return dir.Mode()&0o001 != 0
	}
}
