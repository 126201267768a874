package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/stretchr/testify/require"
)

// sealing runs ppi seal with the arguments and returns its exit code and stdout.
func sealing(t *testing.T, arguments ...string) (int, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), append([]string{"seal"}, arguments...), nil, &stdout, &stderr)
	t.Log(stderr.String())
	return code, stdout.String()
}

func TestWhatIsSealedOpensWithTheSecretKeyAndNoOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	plain := bytes.Repeat([]byte("price: 1250000.10 EUR\n"), 10_000)
	require.NoError(t, os.WriteFile(at("price.json"), plain, 0o600))

	code, public := sealing(t, "keygen", at("opening.key"))
	require.Zero(t, code)
	info, err := os.Stat(at("opening.key"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	code, _ = sealing(t, "keygen", at("opening.key"))
	require.Equal(t, exitFailed, code, "a key is never overwritten")

	code, printed := sealing(t, "close", "-r", strings.TrimSpace(public), at("price.json"), at("price.json.age"))
	require.Zero(t, code)
	var closed sealedFile
	require.NoError(t, json.Unmarshal([]byte(printed), &closed))
	sealed, err := os.ReadFile(at("price.json.age"))
	require.NoError(t, err)
	require.Equal(t, digestOf(sealed), closed.SHA256)
	require.EqualValues(t, len(sealed), closed.Size)

	require.NoError(t, os.Mkdir(at("out"), 0o700))
	code, printed = sealing(t, "open", "-i", at("opening.key"), "-o", at("out"), at("price.json.age"))
	require.Zero(t, code)
	var opened openedFile
	require.NoError(t, json.Unmarshal([]byte(printed), &opened))
	require.True(t, opened.Readable)
	require.Equal(t, digestOf(plain), opened.PlaintextDigest)
	require.EqualValues(t, len(plain), opened.Size)
	kept, err := os.ReadFile(at("out/price.json"))
	require.NoError(t, err)
	require.Equal(t, plain, kept)

	_, _ = sealing(t, "keygen", at("other.key"))
	code, printed = sealing(t, "open", "-i", at("other.key"), at("price.json.age"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, printed, `"readable":false`)
}

func TestAnAlteredEnvelopeLeavesNoPlaintext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key"), []byte(identity.String()), 0o600))
	var file bytes.Buffer
	w, err := age.Encrypt(&file, identity.Recipient())
	require.NoError(t, err)
	_, err = w.Write(bytes.Repeat([]byte{1}, 200_000))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	altered := file.Bytes()
	altered[len(altered)-1] ^= 1
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.age"), altered, 0o600))

	code, printed := sealing(t, "open", "-i", filepath.Join(dir, "key"), "-o", dir, filepath.Join(dir, "a.age"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, printed, `"readable":false`)
	require.NoFileExists(t, filepath.Join(dir, "a"))
}

func TestArmoredEnvelopesOpenToo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key"), []byte(identity.String()), 0o600))
	var file bytes.Buffer
	armored := armor.NewWriter(&file)
	w, err := age.Encrypt(armored, identity.Recipient())
	require.NoError(t, err)
	_, err = w.Write([]byte("text"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, armored.Close())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.age"), file.Bytes(), 0o600))

	code, printed := sealing(t, "open", "-i", filepath.Join(dir, "key"), filepath.Join(dir, "a.age"))
	require.Zero(t, code)
	require.Contains(t, printed, digestOf([]byte("text")))
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
