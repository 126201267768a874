package seal_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/models"
)

func sealed(t testing.TB, content string, recipients int, armored bool) []byte {
	t.Helper()
	var file bytes.Buffer
	var out io.WriteCloser = nopCloser{&file}
	if armored {
		out = armor.NewWriter(&file)
	}
	var to []age.Recipient
	for range recipients {
		identity, err := age.GenerateX25519Identity()
		require.NoError(t, err)
		to = append(to, identity.Recipient())
	}
	in, err := age.Encrypt(out, to...)
	require.NoError(t, err)
	_, err = io.WriteString(in, content)
	require.NoError(t, err)
	require.NoError(t, in.Close())
	require.NoError(t, out.Close())
	return file.Bytes()
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func TestAgeFilesAreSealed(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"binary":           sealed(t, "our offer", 1, false),
		"armored":          sealed(t, "our offer", 1, true),
		"empty":            sealed(t, "", 1, false),
		"empty, armored":   sealed(t, "", 1, true),
		"many recipients":  sealed(t, "our offer", 50, false),
		"first part only":  sealed(t, strings.Repeat("offer", 1<<20), 1, false)[:models.ChunkSize],
		"armored, partial": sealed(t, strings.Repeat("offer", 1<<20), 1, true)[:models.ChunkSize],
	} {
		require.NoError(t, seal.CheckSealed(file), name)
	}
}

func TestWhatIsNoAgeFileIsNotSealed(t *testing.T) {
	t.Parallel()
	binary, armored := sealed(t, "our offer", 1, false), sealed(t, "our offer", 1, true)
	headerEnds := bytes.Index(binary, []byte("\n---")) + len("\n--- ") + 44
	for name, file := range map[string][]byte{
		"nothing":                  nil,
		"plaintext":                []byte("%PDF-1.7 our offer"),
		"the first line alone":     []byte("age-encryption.org/v1\n"),
		"another version":          bytes.Replace(binary, []byte("/v1"), []byte("/v2"), 1),
		"a header without payload": binary[:headerEnds],
		"half a header":            binary[:headerEnds/2],
		"plaintext before it":      append([]byte("our offer\n"), binary...),
		"an armor around text":     []byte(armor.Header + "\nb3VyIG9mZmVy\n" + armor.Footer + "\n"),
		"a broken armor":           bytes.Replace(armored, []byte("\n"), []byte("\n!"), 1),
		"another tool's armor":     []byte("-----BEGIN PGP MESSAGE-----\n\nb3VyIG9mZmVy\n-----END PGP MESSAGE-----\n"),
	} {
		err := seal.CheckSealed(file)
		refusal, refused := models.RefusalOf(err)
		require.True(t, refused, "%s: %v", name, err)
		require.Equal(t, models.CodeNotSealed, refusal.Code, name)
	}
}

func FuzzCheckSealed(f *testing.F) {
	f.Add([]byte("age-encryption.org/v1\n-> X25519 x\n"))
	f.Add([]byte(armor.Header + "\n"))
	f.Add(sealed(f, "our offer", 1, false))
	f.Fuzz(func(t *testing.T, beginning []byte) {
		if err := seal.CheckSealed(beginning); err != nil {
			_, refused := models.RefusalOf(err)
			require.True(t, refused, err)
		}
	})
}
