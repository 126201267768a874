package envelope_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

func TestWhatIsNoEnvelopeIsRefusedWithoutAKey(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	file := w.seal(models.EnvelopePrice, strings.Repeat("100.00 EUR ", 20_000))
	header, content, _ := bytes.Cut(file, []byte("\n"))
	replace := func(from, to string) []byte { return bytes.Replace(file, []byte(from), []byte(to), 1) }
	under := func(h []byte) []byte { return bytes.Join([][]byte{h, content}, []byte("\n")) }
	over := func(c []byte) []byte { return bytes.Join([][]byte{header, c}, []byte("\n")) }
	point := w.headers(file)[0].Context().Openers[0].Key.String()

	for name, wrong := range map[string][]byte{
		"nothing":                nil,
		"no header":              content,
		"no content":             header,
		"a newline":              []byte("\n"),
		"nothing in the content": append(header, '\n'),
		"unknown version":        replace("envelope/1", "envelope/2"),
		"unknown member":         under(append([]byte(`{"aaa":1,`), header[1:]...)),
		"member twice":           replace(`"round":1`, `"round":1,"round":1`),
		"space":                  replace(`"round":1`, `"round": 1`),
		"carriage return":        replace("\n", "\r\n"),
		"other case":             replace(`"round"`, `"Round"`),
		"number with fraction":   replace(`"round":1`, `"round":1.0`),
		"no round":               replace(`"round":1`, `"round":0`),
		"unknown kind":           replace(`"price"`, `"prize"`),
		"unknown mode":           replace(`"live"`, `"dead"`),
		"escaped letter":         replace(`"price"`, `"\u0070rice"`),
		"a point with padding":   replace(point, point+"="),
		"a point of zeros":       replace(point, strings.Repeat("A", 43)),
		"null for a point":       replace(`"`+point+`"`, "null"),
		"null for shares":        under([]byte(`{"commitments":null,"context":null,"shares":null}`)),
		"a list":                 under([]byte(`[]`)),
		"too long":               under(append(bytes.Repeat([]byte(" "), envelope.MostHeader), header...)),
		"threshold of 0":         replace(`"threshold":2`, `"threshold":0`),
		"threshold of all":       replace(`"threshold":2`, `"threshold":3`),
		"negative threshold":     replace(`"threshold":2`, `"threshold":-2`),
		"cut off":                file[:len(header)+1+168+10],
		"one byte of a chunk":    file[:len(header)+1+168+16+64<<10+16+5],
		"only a tag at the end":  file[:len(header)+1+168+16+64<<10+16+16],
		"armored":                over(armored(t, w)),
		"two recipients":         over(ageFile(t, recipient(t), recipient(t))),
		"a passphrase":           over(ageFile(t, passphrase(t))),
		"post-quantum":           over(ageFile(t, hybrid(t))),
		"age of another version": replace("age-encryption.org/v1", "age-encryption.org/v2"),
		"low order share":        lowOrder(file),
	} {
		_, err := envelope.Check(bytes.NewReader(wrong))
		_, is := models.RefusalOf(err)
		require.True(t, is, "%s: %v", name, err)
	}
	h, err := envelope.Check(bytes.NewReader(file))
	require.NoError(t, err)
	require.Equal(t, models.Digest(header), h.Digest())
	_, err = envelope.Check(&broken{bytes.NewReader(file[:len(file)-7])})
	var failed *envelope.FailedReadError
	require.ErrorAs(t, err, &failed)
	_, err = envelope.Check(&broken{bytes.NewReader(file[:100])})
	require.ErrorAs(t, err, &failed)
}

func recipient(t *testing.T) age.Recipient {
	t.Helper()
	i, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	return i.Recipient()
}

func hybrid(t *testing.T) age.Recipient {
	t.Helper()
	i, err := age.GenerateHybridIdentity()
	require.NoError(t, err)
	return i.Recipient()
}

func passphrase(t *testing.T) age.Recipient {
	t.Helper()
	r, err := age.NewScryptRecipient("secret")
	require.NoError(t, err)
	r.SetWorkFactor(2)
	return r
}

func ageFile(t *testing.T, to ...age.Recipient) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := age.Encrypt(&file, to...)
	require.NoError(t, err)
	_, err = w.Write([]byte("100.00 EUR"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return file.Bytes()
}

func armored(t *testing.T, _ *world) []byte {
	t.Helper()
	var file bytes.Buffer
	a := armor.NewWriter(&file)
	_, err := a.Write(ageFile(t, recipient(t)))
	require.NoError(t, err)
	require.NoError(t, a.Close())
	return file.Bytes()
}

// lowOrder puts the neutral element of Curve25519 into the stanza: no key opens what is under it.
func lowOrder(file []byte) []byte {
	at := bytes.Index(file, []byte("-> X25519 ")) + len("-> X25519 ")
	out := bytes.Clone(file)
	copy(out[at:], bytes.Repeat([]byte("A"), 43))
	return out
}

func TestEveryByteOfAHeaderCounts(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	file := w.seal(models.EnvelopePrice, "100.00 EUR")
	header, _, _ := bytes.Cut(file, []byte("\n"))
	rapid.Check(t, func(t *rapid.T) {
		changed := bytes.Clone(header)
		at := rapid.IntRange(0, len(changed)-1).Draw(t, "at")
		changed[at] ^= rapid.ByteRange(1, 255).Draw(t, "change")
		_, err := envelope.ParseHeader(changed)
		_, is := models.RefusalOf(err)
		require.True(t, is, "%v", err)
	})
}

func TestHeadersAreReadFromAListOrFromAnEnvelope(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	one, two := w.seal(models.EnvelopePrice, "1"), w.seal(models.EnvelopePrice, "2")
	headers, err := envelope.ReadHeaders(bytes.NewReader(one))
	require.NoError(t, err)
	require.Len(t, headers, 1)
	first, _, _ := bytes.Cut(one, []byte("\n"))
	second, _, _ := bytes.Cut(two, []byte("\n"))
	list := bytes.Join([][]byte{first, second, nil}, []byte("\n"))
	headers, err = envelope.ReadHeaders(bytes.NewReader(list))
	require.NoError(t, err)
	require.Len(t, headers, 2)
	unended := append(bytes.Clone(list), one[:9]...)
	for _, wrong := range [][]byte{nil, list[:len(list)-1], []byte("\n"), unended} {
		_, err = envelope.ReadHeaders(bytes.NewReader(wrong))
		refused(t, models.CodeNotSealed, err)
	}
}

func TestOnlyForAProperPlaceIsSealed(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	for name, change := range map[string]func(c *envelope.Context){
		"format":    func(c *envelope.Context) { c.Format = "" },
		"box":       func(c *envelope.Context) { c.Box = "" },
		"supplier":  func(c *envelope.Context) { c.Supplier = "org_1" },
		"round":     func(c *envelope.Context) { c.Round = -1 },
		"kind":      func(c *envelope.Context) { c.Kind = "" },
		"threshold": func(c *envelope.Context) { c.Threshold = 3 },
		"openers":   func(c *envelope.Context) { c.Openers = c.Openers[:2] },
		"no key":    func(c *envelope.Context) { c.Openers[1].Key = envelope.Opener{}.Key },
	} {
		c := w.box.For(models.NewID(models.PrefixOrganisation), models.EnvelopePrice)
		change(&c)
		var out bytes.Buffer
		_, err := envelope.Seal(&out, strings.NewReader("1"), c)
		_, is := models.RefusalOf(err)
		require.True(t, is, name)
		require.Zero(t, out.Len(), name)
	}
}

// zeros are n bytes.
func zeros(n int64) io.Reader { return io.LimitReader(nothing{}, n) }

type nothing struct{}

func (nothing) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// streamed seals, checks and opens a file of that size on disk and returns the most heap that was in use.
func streamed(t testing.TB, size int64) uint64 {
	t.Helper()
	w := setup(t, 2, 1, 2, 3)
	name := filepath.Join(t.TempDir(), "sealed")
	file, err := os.Create(name)
	require.NoError(t, err)
	defer file.Close()
	var most uint64
	watch := func(r io.Reader) io.Reader { return &watched{r: r, most: &most} }
	_, err = envelope.Seal(file, watch(zeros(size)), w.box.For(models.NewID(models.PrefixOrganisation), "quality"))
	require.NoError(t, err)
	again := func() io.Reader {
		_, err := file.Seek(0, io.SeekStart)
		require.NoError(t, err)
		return watch(file)
	}
	h, err := envelope.Check(again())
	require.NoError(t, err)
	o, err := envelope.NewOpening(w.box, "quality", []envelope.Header{h})
	require.NoError(t, err)
	for _, key := range w.keys[:2] {
		r, err := o.Release(key, w.said())
		require.NoError(t, err)
		require.NoError(t, o.Accept(r))
	}
	identities, err := o.Identities()
	require.NoError(t, err)
	sum, want := sha256.New(), sha256.New()
	require.NoError(t, envelope.Open(sum, again(), identities))
	_, err = io.Copy(want, zeros(size))
	require.NoError(t, err)
	require.Equal(t, want.Sum(nil), sum.Sum(nil))
	return most
}

// watched measures the heap at every MiB that is read.
type watched struct {
	r        io.Reader
	since    int
	most     *uint64
	measured runtime.MemStats
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if w.since += n; w.since >= 1<<20 {
		w.since = 0
		runtime.ReadMemStats(&w.measured)
		*w.most = max(*w.most, w.measured.HeapInuse)
	}
	return n, err
}

//nolint:paralleltest // other tests would add their memory
func TestEnvelopesAreStreamed(t *testing.T) {
	require.Less(t, streamed(t, 64<<20), uint64(48<<20), "64 MiB must not be held in memory")
}

// BenchmarkStream prints how much memory sealing, checking and opening 200 MB takes.
func BenchmarkStream(b *testing.B) {
	b.SetBytes(200e6)
	var most uint64
	for b.Loop() {
		most = max(most, streamed(b, 200e6))
	}
	b.ReportMetric(float64(most)/1e6, "MB-heap")
}

func FuzzParseHeader(f *testing.F) {
	kit, err := os.ReadFile("testdata/kit/price-a.sealed")
	require.NoError(f, err)
	header, _, _ := bytes.Cut(kit, []byte("\n"))
	f.Add(header)
	f.Add([]byte(`{"context":{"format":"ppi-engine.org/envelope/1"}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		h, err := envelope.ParseHeader(line)
		if err != nil {
			_, is := models.RefusalOf(err)
			require.True(t, is, "%v", err)
			return
		}
		require.Equal(t, header, line, "there is no other right header in the corpus")
		require.Equal(t, models.Digest(line), h.Digest())
	})
}

func FuzzCheck(f *testing.F) {
	kit, err := os.ReadFile("testdata/kit/price-a.sealed")
	require.NoError(f, err)
	f.Add(kit)
	f.Add(kit[:len(kit)-1])
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := envelope.Check(bytes.NewReader(file)); err != nil {
			_, is := models.RefusalOf(err)
			require.True(t, is, "%v", err)
		}
	})
}

// BenchmarkParseHeader prints what checking a header costs the server, by the number of openers.
func BenchmarkParseHeader(b *testing.B) {
	for _, buyers := range [][]int{
		{1, 2, 3}, {1, 2, 3, 4, 5}, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10},
	} {
		w := setup(b, len(buyers)/2+1, buyers...)
		header, _, _ := bytes.Cut(w.seal(models.EnvelopePrice, ""), []byte("\n"))
		b.Run(strconv.Itoa(len(buyers)), func(b *testing.B) {
			for b.Loop() {
				_, err := envelope.ParseHeader(header)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(len(header)), "bytes")
		})
	}
}
