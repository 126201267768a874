package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

// keyed is a record with its keys, and what serve and worker need besides.
type keyed struct {
	db      pgtest.Database
	listen  string
	environ []string
}

func newKeyed(t *testing.T) keyed {
	t.Helper()
	k := keyed{db: pgtest.NewDatabase(t), listen: freeAddress(t).String()}
	k.environ = []string{
		"PPI_DATABASE_URL=" + k.db.Application, "PPI_LISTEN=" + k.listen, "PPI_PUBLIC_URL=https://ppi.example.eu",
		"TEMPORAL_ADDRESS=" + k.listen, // anything that answers
	}
	return k
}

func (k keyed) in(dir string, more ...string) []string {
	return append(append([]string{"PPI_DATA_DIR=" + dir}, k.environ...), more...)
}

// published reads the keys as anybody does.
func (k keyed) published(t *testing.T) []map[string]string {
	t.Helper()
	var keys struct{ Items []map[string]string }
	require.Eventually(t, func() bool {
		status, body := get(t.Context(), "http://"+k.listen+"/v1/keys")
		return status == http.StatusOK && json.Unmarshal([]byte(body), &keys) == nil
	}, recovery, 20*time.Millisecond)
	return keys.Items
}

// begun lets a first instance make the keys of the installation, and returns the directory they are in.
func (k keyed) begun(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	p := startProgram(t, k.in(dir), "serve")
	require.Len(t, k.published(t), 2)
	p.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, p.wait())
	return dir
}

func TestNothingStartsWithOtherKeysThanTheRecords(t *testing.T) {
	t.Parallel()
	k := newKeyed(t)
	kept := k.begun(t)

	empty, others := t.TempDir(), newKeyed(t).begun(t)
	for _, command := range []string{"serve", "worker", "standalone"} {
		environ := k.in(empty, "PPI_DATABASE_OWNER_URL="+k.db.Owner)
		p := startProgram(t, environ, command)
		require.Equal(t, exitKeys, p.wait(), command)
		said := p.stderr.String()
		require.Contains(t, said, "the keys here are not those of the record, so nothing was started")
		require.Contains(t, said, filepath.Join(empty, "keys", "master.key"))
		require.Contains(t, said, "PPI_CHECKPOINT_KEY")
		require.Contains(t, said, "ppi key lost master")
		require.NoDirExists(t, filepath.Join(empty, "keys"), "no key is made in the place of one that is missing")

		p = startProgram(t, k.in(others, "PPI_DATABASE_OWNER_URL="+k.db.Owner), command)
		require.Equal(t, exitKeys, p.wait(), command)
		require.Contains(t, p.stderr.String(), "another key is in "+filepath.Join(others, "keys", "checkpoint.key"))
	}

	p := startProgram(t, k.in(kept), "serve")
	require.Len(t, k.published(t), 2)
	p.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, p.wait())
}

func TestTheKeysMayComeFromTheEnvironmentAlone(t *testing.T) {
	t.Parallel()
	k := newKeyed(t)
	kept := k.begun(t)
	var variables []string
	for _, name := range []string{"master", "checkpoint", "receipt"} {
		text, err := os.ReadFile(filepath.Join(kept, "keys", name+".key"))
		require.NoError(t, err)
		variables = append(variables, "PPI_"+strings.ToUpper(name)+"_KEY="+strings.TrimSpace(string(text)))
	}
	empty := t.TempDir()
	startProgram(t, k.in(empty, variables...), "serve")
	require.Len(t, k.published(t), 2)
	require.NoDirExists(t, filepath.Join(empty, "keys"))
}

// Each of two first instances has a key directory of its own: the record cannot have the keys of both.
func TestOfTwoFirstInstancesOneMakesTheKeys(t *testing.T) {
	t.Parallel()
	k := newKeyed(t)
	a, b := freeAddress(t).String(), freeAddress(t).String()
	programs := []*program{
		startProgram(t, k.in(t.TempDir(), "PPI_LISTEN="+a), "serve"),
		startProgram(t, k.in(t.TempDir(), "PPI_LISTEN="+b), "serve"),
	}
	var ended, other *program
	select {
	case <-programs[0].ended:
		ended, other = programs[0], programs[1]
	case <-programs[1].ended:
		ended, other = programs[1], programs[0]
	case <-time.After(recovery):
		require.Fail(t, "both go on")
	}
	require.Equal(t, exitKeys, ended.wait())
	other.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, other.wait(), other.stderr)
}

func TestAReplacedReceiptKeyStaysListed(t *testing.T) {
	t.Parallel()
	k := newKeyed(t)
	dir := k.begun(t)
	code, _, stderr := invoke(t, k.in(dir), "key", "rotate", "receipt")
	require.Equal(t, exitDone, code, stderr)

	p := startProgram(t, k.in(dir), "serve")
	keys := k.published(t)
	require.Len(t, keys, 3)
	require.Equal(t, "receipts", keys[0]["use"])
	require.Equal(t, "in_use", keys[0]["status"])
	require.Equal(t, "receipts", keys[2]["use"])
	require.Equal(t, "retired", keys[2]["status"])
	require.Equal(t, "rotated", keys[2]["retired_because"])
	require.Equal(t, "ppi.example.eu/receipts", keys[2]["name"])
	require.NotEqual(t, keys[0]["verifier"], keys[2]["verifier"])
	require.Equal(t, keys[0]["since"], keys[2]["retired_at"], "one ends where the other begins")

	code, _, stderr = invoke(t, k.in(dir), "key", "rotate", "checkpoint")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "stop every ppi serve and ppi worker first")
	p.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, p.wait())
}

func TestALostKeyIsReplacedOnRecord(t *testing.T) {
	t.Parallel()
	k := newKeyed(t)
	dir := k.begun(t)
	code, _, stderr := invoke(t, k.in(dir), "key", "lost", "receipt")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "it is not lost")

	empty := t.TempDir()
	for _, use := range []string{"master", "checkpoint", "receipt"} {
		code, _, stderr := invoke(t, k.in(empty), "key", "lost", use)
		require.Equal(t, exitDone, code, stderr)
	}
	startProgram(t, k.in(empty), "serve")
	keys := k.published(t)
	require.Len(t, keys, 4)
	require.Equal(t, "lost", keys[3]["retired_because"])
	code, stdout, stderr := invoke(t, k.in(empty), "audit", "key")
	require.Equal(t, exitDone, code, stderr)
	require.Len(t, strings.Fields(stdout), 2, "that in use, and the lost one")
	require.Equal(t, keys[1]["verifier"], strings.Fields(stdout)[0])
}

func TestStandalonesKeysAreReplacedWhileItIsStopped(t *testing.T) {
	t.Parallel()
	requirePrograms(t)
	dir, k := dataDir(t), keyed{listen: freeAddress(t).String()}
	environ := []string{"PPI_DATA_DIR=" + dir, "PPI_LISTEN=" + k.listen, "TEMPORAL_ADDRESS=" + k.listen}
	code, _, stderr := invoke(t, environ, "key", "rotate", "receipt")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "start ppi standalone on this data directory")

	p := startProgram(t, environ, "standalone")
	require.Len(t, k.published(t), 2)
	code, _, stderr = invoke(t, environ, "key", "rotate", "receipt")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "stop that one first")
	p.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, p.wait())

	code, _, stderr = invoke(t, environ, "key", "rotate", "receipt")
	require.Equal(t, exitDone, code, stderr)
	p = startProgram(t, environ, "standalone")
	require.Len(t, k.published(t), 3)
	p.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, p.wait())
}

func TestAKeyOfTheEnvironmentIsShownOnceWhenItIsReplaced(t *testing.T) {
	t.Parallel()
	k := newKeyed(t)
	first := "PPI_RECEIPT_KEY=" + strings.Repeat("A", 43) + "="
	dir := t.TempDir()
	p := startProgram(t, k.in(dir, first), "serve")
	k.published(t)
	p.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, p.wait())

	code, stdout, stderr := invoke(t, k.in(dir, first), "key", "rotate", "receipt", "--exposed")
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, stderr, "PPI_RECEIPT_KEY")
	p = startProgram(t, k.in(dir, first), "serve")
	require.Equal(t, exitKeys, p.wait())
	require.Contains(t, p.stderr.String(), "another key is in PPI_RECEIPT_KEY")
	code, _, stderr = invoke(t, k.in(dir, first), "key", "lost", "receipt")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "was retired on")

	startProgram(t, k.in(dir, "PPI_RECEIPT_KEY="+strings.TrimSpace(stdout)), "serve")
	keys := k.published(t)
	require.Equal(t, "exposed", keys[2]["retired_because"])
}
