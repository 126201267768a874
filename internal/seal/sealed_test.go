package seal_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
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
		"one full chunk":   sealed(t, strings.Repeat("x", 64<<10), 1, false),
		"and one byte":     sealed(t, strings.Repeat("x", 64<<10+1), 1, false),
		"armored, big":     sealed(t, strings.Repeat("offer", 1<<16), 1, true),
		"armored, CRLF":    bytes.ReplaceAll(sealed(t, "our offer", 1, true), []byte("\n"), []byte("\r\n")),
		"armored, blanks":  append(sealed(t, "our offer", 1, true), " \n\t\r\n"...),
		"no last new line": bytes.TrimSpace(sealed(t, "our offer", 1, true)),
	} {
		require.NoError(t, seal.CheckBeginning(file), name)
		require.NoError(t, seal.CheckSealed(bytes.NewReader(file)), name)
	}
}

func TestAPartOfAnEnvelopeIsABeginningButNotSealed(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("offer", 1<<20)
	for name, file := range map[string][]byte{
		"cut within a tag":            cut(sealed(t, strings.Repeat("x", 64<<10+1), 1, false), 1),
		"armored":                     sealed(t, big, 1, true)[:models.ChunkSize],
		"armored, half":               cut(sealed(t, strings.Repeat("x", 5000), 1, true), 10),
		"text after the end":          append(sealed(t, "our offer", 1, true), "\nour offer\n"...),
		"a second file after the end": append(sealed(t, "our offer", 1, true), sealed(t, "our offer", 1, true)...),
		"many blanks after the end":   append(sealed(t, "our offer", 1, true), strings.Repeat("\n", 2000)...),
		"a damaged line": bytes.Replace(sealed(t, strings.Repeat("x", 50_000), 1, true),
			[]byte("\n-----END"), []byte("!\n-----END"), 1),
		"binary with a little after it": append(sealed(t, strings.Repeat("x", 64<<10), 1, false), "more"...),
	} {
		require.NoError(t, seal.CheckBeginning(file), name)
		notSealed(t, seal.CheckSealed(bytes.NewReader(file)), name)
	}
}

func TestAnEnvelopeThatNoOpeningKeyOpensIsNotSealed(t *testing.T) {
	t.Parallel()
	passphrase, err := age.NewScryptRecipient("correct horse battery staple")
	require.NoError(t, err)
	passphrase.SetWorkFactor(2)
	hybrid, err := age.GenerateHybridIdentity()
	require.NoError(t, err)
	x25519 := []byte("-> X25519 ")
	file := sealed(t, "our offer", 1, false)
	at := bytes.Index(file, x25519) + len(x25519)
	changed := func(to string) []byte { return slices.Concat(file[:at], []byte(to), file[at+43:]) }
	for name, file := range map[string][]byte{
		"passphrase":            sealedFor(t, "our offer", passphrase),
		"post-quantum":          sealedFor(t, "our offer", hybrid.Recipient()),
		"point of low order":    changed(strings.Repeat("A", 43)),
		"too short a point":     changed(strings.Repeat("A", 20)),
		"no point":              changed("x"),
		"another kind of key":   bytes.Replace(file, []byte("X25519"), []byte("x25519"), 1),
		"more than can be read": sealed(t, "our offer", 101, false),
	} {
		notSealed(t, seal.CheckBeginning(file), name)
		notSealed(t, seal.CheckSealed(bytes.NewReader(file)), name)
	}
}

func TestOpeningKeysAreX25519(t *testing.T) {
	t.Parallel()
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	require.Nil(t, seal.CheckRecipient("/quality", identity.Recipient().String()))
	hybrid, err := age.GenerateHybridIdentity()
	require.NoError(t, err)
	require.Contains(t, seal.CheckRecipient("/quality", hybrid.Recipient().String()).Detail, "post-quantum key")
	for _, other := range []string{
		"", "age1", "ssh-ed25519 AAAA", strings.ToUpper(identity.Recipient().String()),
		identity.Recipient().String() + "x",
	} {
		require.NotNil(t, seal.CheckRecipient("/quality", other), other)
	}
}

func cut(file []byte, n int) []byte { return file[:len(file)-n] }

func notSealed(t *testing.T, err error, name string) {
	t.Helper()
	refusal, refused := models.RefusalOf(err)
	require.True(t, refused, "%s: %v", name, err)
	require.Equal(t, models.CodeNotSealed, refusal.Code, name)
}

func sealedFor(t testing.TB, content string, recipients ...age.Recipient) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := age.Encrypt(&file, recipients...)
	require.NoError(t, err)
	_, err = w.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return file.Bytes()
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
		notSealed(t, seal.CheckSealed(bytes.NewReader(file)), name)
	}
}

func FuzzCheckSealed(f *testing.F) {
	f.Add([]byte("age-encryption.org/v1\n-> X25519 x\n"))
	f.Add([]byte(armor.Header + "\n"))
	f.Add(sealed(f, "our offer", 1, false))
	f.Fuzz(func(t *testing.T, file []byte) {
		whole := seal.CheckSealed(bytes.NewReader(file))
		for _, err := range []error{whole, seal.CheckBeginning(file)} {
			_, refused := models.RefusalOf(err)
			require.True(t, err == nil || refused, err)
		}
		if whole == nil {
			require.NoError(t, seal.CheckBeginning(file), "what is whole begins well")
		}
	})
}

func TestASecretKeyIsRefusedWhereverItStands(t *testing.T) {
	t.Parallel()
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	opener, err := envelope.NewKey(envelope.Owner{
		Mode: models.ModeLive, Procurement: models.NewID(models.PrefixProcurement),
		Buyer: models.NewID(models.PrefixOrganisation), Person: models.NewID(models.PrefixPerson),
	})
	require.NoError(t, err)
	kept, err := opener.Keep()
	require.NoError(t, err)
	announced, err := opener.Announce()
	require.NoError(t, err)
	public, err := envelope.Render(announced)
	require.NoError(t, err)
	for _, secret := range []string{identity.String(), string(kept)} {
		refused := seal.RefuseSecret([]byte(`{"note": "` + secret + `"}`))
		require.NotNil(t, refused)
		require.Equal(t, models.CodeSecretKey, refused.Code)
		require.NotContains(t, refused.Detail, secret)
	}
	require.Nil(t, seal.RefuseSecret(public))
}
