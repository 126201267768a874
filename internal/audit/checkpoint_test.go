package audit_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
)

func newKey(t *testing.T, name string) audit.Key {
	t.Helper()
	secret := make([]byte, 32)
	_, err := rand.Read(secret)
	require.NoError(t, err)
	key, err := audit.NewKey(name, secret)
	require.NoError(t, err)
	return key
}

func treeOf(n int) audit.Tree {
	var tree audit.Tree
	for i := range n {
		tree, _ = tree.Append(tlog.RecordHash([]byte{byte(i)}))
	}
	return tree
}

func TestACheckpointIsAC2SPNote(t *testing.T) {
	t.Parallel()
	key := newKey(t, "procurement.example.org/log")
	c, err := audit.SignCheckpoint(key, key.Name(), treeOf(3))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(c.Note),
		"procurement.example.org/log\n3\n"+c.Root.String()+"\n\n— procurement.example.org/log "), "%s", c.Note)

	verifiers, err := audit.Verifiers(newKey(t, "other").Verifier(), key.Verifier())
	require.NoError(t, err)
	opened, err := audit.OpenCheckpoint(c.Note, verifiers)
	require.NoError(t, err)
	require.Equal(t, c, opened)
	believed, err := audit.ReadCheckpoint(c.Note, nil)
	require.NoError(t, err)
	require.Equal(t, c, believed)

	_, err = audit.OpenCheckpoint(bytes.Replace(c.Note, []byte("\n3\n"), []byte("\n4\n"), 1), verifiers)
	require.Error(t, err)
	others, err := audit.Verifiers(newKey(t, key.Name()).Verifier())
	require.NoError(t, err)
	_, err = audit.OpenCheckpoint(c.Note, others)
	require.Error(t, err, "another key of the same name")
}

func TestANoteThatIsNoTreeHeadIsRefused(t *testing.T) {
	t.Parallel()
	text, verifier, err := note.GenerateKey(zeroes{}, "k")
	require.NoError(t, err)
	signer, err := note.NewSigner(text)
	require.NoError(t, err)
	verifiers, err := audit.Verifiers(verifier)
	require.NoError(t, err)
	root := treeOf(0).Root().String()
	for _, bad := range []string{
		"o\n", "o\n1\n", "\n1\n" + root + "\n", "o\n-1\n" + root + "\n", "o\n01\n" + root + "\n", "o\n1\nroot\n",
		"o\n1 \n" + root + "\n",
	} {
		signed, err := note.Sign(&note.Note{Text: bad}, signer)
		require.NoError(t, err)
		_, err = audit.OpenCheckpoint(signed, verifiers)
		require.Error(t, err, bad)
		_, err = audit.ReadCheckpoint(signed, nil)
		require.Error(t, err, bad)
	}
	signed, err := note.Sign(&note.Note{Text: "o\n1\n" + root + "\nextension\n"}, signer)
	require.NoError(t, err)
	_, err = audit.OpenCheckpoint(signed, verifiers)
	require.NoError(t, err, "extension lines are allowed")
}

// zeroes is a poor source of randomness.
type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestTheSameSecretAndNameMakeTheSameKey(t *testing.T) {
	t.Parallel()
	secret := bytes.Repeat([]byte{7}, 32)
	one, err := audit.NewKey("example.org/log", secret)
	require.NoError(t, err)
	again, err := audit.NewKey("example.org/log", secret)
	require.NoError(t, err)
	require.Equal(t, one.Verifier(), again.Verifier())
	// As openssl and the definition in golang.org/x/mod/sumdb/note make it.
	require.Equal(t, "example.org/log+5e2cef00+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs", one.Verifier())

	for range 64 { // some secrets hold a plus sign in base64
		key := newKey(t, "example.org")
		verifiers, err := audit.Verifiers(key.Verifier() + "\n")
		require.NoError(t, err)
		c, err := audit.SignCheckpoint(key, "o", treeOf(1))
		require.NoError(t, err)
		_, err = audit.OpenCheckpoint(c.Note, verifiers)
		require.NoError(t, err)
	}
	for _, bad := range []string{"", "two words", "a+b"} {
		_, err := audit.NewKey(bad, secret)
		require.Error(t, err, bad)
	}
	_, err = audit.NewKey("example.org", secret[1:])
	require.Error(t, err)
	_, err = audit.Verifiers("PRIVATE+KEY+a+b+c")
	require.Error(t, err)
}

func TestTheArchiveKeepsEveryCheckpointAndTheLatest(t *testing.T) {
	t.Parallel()
	archive := audit.Archive(filepath.Join(t.TempDir(), "checkpoints"))
	none, err := archive.Latest()
	require.NoError(t, err)
	require.Zero(t, none)
	key := newKey(t, "k")
	for _, n := range []int{1, 3, 3} {
		c, err := audit.SignCheckpoint(key, "k", treeOf(n))
		require.NoError(t, err)
		require.NoError(t, archive.Keep(c))
		latest, err := archive.Latest()
		require.NoError(t, err)
		require.Equal(t, c, latest)
	}
	files, err := filepath.Glob(string(archive) + "/*")
	require.NoError(t, err)
	require.Len(t, files, 3)
	require.FileExists(t, filepath.Join(string(archive), "00000000000000000003.checkpoint"))
	drafts, err := filepath.Glob(string(archive) + "/.*")
	require.NoError(t, err)
	require.Empty(t, drafts)

	other, err := audit.SignCheckpoint(key, "another log", treeOf(3))
	require.NoError(t, err)
	require.ErrorContains(t, archive.Keep(other), "another head of the same size")
}

func TestAnArchiveThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	c, err := audit.SignCheckpoint(newKey(t, "k"), "k", treeOf(1))
	require.NoError(t, err)
	require.Error(t, audit.Archive(file).Keep(c))
	require.NoError(t, audit.Archive("").Keep(c), "no archive is configured")
}
