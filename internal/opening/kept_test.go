package opening

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

func kitFile(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "seal", "envelope", "testdata", "kit", name))
	require.NoError(t, err)
	return string(content)
}

// ofKit is the opening of the frozen kit: with the releases of two openers, or with a handover of the first to a fourth
// and its release.
func ofKit(t testing.TB, handed bool) (k Kept, fingerprint string) {
	t.Helper()
	box, err := envelope.ReadBox([]byte(kitFile(t, "box.json")))
	require.NoError(t, err)
	fingerprint, err = box.Set.Fingerprint()
	require.NoError(t, err)
	k = Kept{
		Format: KeptFormat, Procurement: box.Set.Procurement, Box: box.Box, Kind: models.EnvelopePrice, Turn: 1,
		Described: json.RawMessage(kitFile(t, "box.json")),
	}
	for _, name := range []string{"a", "b", "c"} {
		header, _, _ := strings.Cut(kitFile(t, "price-"+name+".sealed"), "\n")
		k.Headers = append(k.Headers, header)
	}
	release := func(n int) {
		content := kitFile(t, fmt.Sprintf("release-%d.json", n))
		r, err := envelope.ReadRelease([]byte(content))
		require.NoError(t, err)
		k.Releases = append(k.Releases, KeptFile{Person: r.Person, Content: content})
	}
	if !handed {
		release(1)
		release(2)
		return k, fingerprint
	}
	content := kitFile(t, "handover.json")
	h, err := envelope.ReadHandover([]byte(content))
	require.NoError(t, err)
	k.Handovers = []KeptFile{{Person: box.Set.Openers[0].Person, To: h.Request.To.Person, Content: content}}
	release(2)
	release(4)
	return k, fingerprint
}

func TestWhatOpenersDidIsProvenAgainWithoutAnyKey(t *testing.T) {
	t.Parallel()
	for _, handed := range []bool{false, true} {
		k, fingerprint := ofKit(t, handed)
		require.Empty(t, k.Faults(fingerprint))
		var file bytes.Buffer
		require.NoError(t, json.NewEncoder(&file).Encode(k))
		require.NoError(t, ReadKept(&file, func(read Kept) error {
			require.Empty(t, read.Faults(fingerprint), "a file is read as it was written")
			return nil
		}))
	}
}

// swapped exchanges two texts.
func swapped(s, a, b string) string {
	return strings.NewReplacer(a, b, b, a).Replace(s)
}

func TestAnAlteredFileOfAnOpenerIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handed bool
		alter  func(*testing.T, *Kept)
		what   []string
		of     func(Kept) models.ID
	}{
		"a point of a release": {false, func(t *testing.T, k *Kept) {
			t.Helper()
			r, err := envelope.ReadRelease([]byte(k.Releases[1].Content))
			require.NoError(t, err)
			one, err := r.Envelopes[0].Point.MarshalText()
			require.NoError(t, err)
			two, err := r.Envelopes[1].Point.MarshalText()
			require.NoError(t, err)
			k.Releases[1].Content = swapped(k.Releases[1].Content, string(one), string(two))
		}, []string{FaultyRelease}, func(k Kept) models.ID { return k.Releases[1].Person }},
		"a release in the name of another": {false, func(_ *testing.T, k *Kept) {
			k.Releases[0].Person = k.Releases[1].Person
		}, []string{FaultyRelease}, func(k Kept) models.ID { return k.Releases[1].Person }},
		"a release that was cut": {false, func(_ *testing.T, k *Kept) {
			k.Releases[0].Content = k.Releases[0].Content[:100]
		}, []string{FaultyRelease}, func(k Kept) models.ID { return k.Releases[0].Person }},
		"a handover": {true, func(_ *testing.T, k *Kept) {
			k.Handovers[0].Content = strings.Replace(k.Handovers[0].Content, `"round":1`, `"round":2`, 1)
		}, []string{FaultyHandover, FaultyRelease}, func(k Kept) models.ID { return k.Handovers[0].Person }},
		"an envelope that nobody released": {false, func(_ *testing.T, k *Kept) {
			k.Headers[2] += " "
		}, []string{FaultyOpening}, func(Kept) models.ID { return "" }},
		"an envelope that is missing": {false, func(_ *testing.T, k *Kept) {
			k.Headers = k.Headers[1:]
		}, []string{FaultyRelease, FaultyRelease}, func(k Kept) models.ID { return k.Releases[0].Person }},
		"another box": {false, func(_ *testing.T, k *Kept) {
			k.Box = models.NewID(models.PrefixBox)
		}, []string{FaultyOpening}, func(Kept) models.ID { return "" }},
		"no description": {false, func(_ *testing.T, k *Kept) {
			k.Described = nil
		}, []string{FaultyOpening}, func(Kept) models.ID { return "" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, fingerprint := ofKit(t, c.handed)
			c.alter(t, &k)
			var what []string
			faults := k.Faults(fingerprint)
			for _, f := range faults {
				what = append(what, f.What)
				require.NotEmpty(t, f.Detail)
			}
			require.Equal(t, c.what, what, "%v", faults)
			require.Equal(t, c.of(k), faults[0].Person)
		})
	}
}

func TestAnOpeningByOtherOpenersThanThoseOfTheNoticeIsNoProof(t *testing.T) {
	t.Parallel()
	k, fingerprint := ofKit(t, false)
	faults := k.Faults(strings.Repeat("0", len(fingerprint)))
	require.Len(t, faults, 1)
	require.Equal(t, FaultyOpening, faults[0].What)
}

func TestAFileOfAnotherFormIsNotRead(t *testing.T) {
	t.Parallel()
	for _, file := range []string{`{"format":"ppi-engine.org/openings/2"}`, `{"key":"x"}`, `{`, "[]"} {
		require.Error(t, ReadKept(strings.NewReader(file), func(Kept) error { return nil }), file)
	}
	require.NoError(t, ReadKept(strings.NewReader(""), func(Kept) error { return nil }))
}

// What an auditor computes again of a box that 20 openers have opened, with 100 envelopes.
func BenchmarkFaults(b *testing.B) {
	owner := envelope.Owner{Mode: models.ModeRehearsal, Procurement: models.NewID(models.PrefixProcurement)}
	var keys []envelope.Key
	var announced []envelope.Announcement
	for range envelope.MostOpeners {
		owner.Buyer, owner.Person = models.NewID(models.PrefixOrganisation), models.NewID(models.PrefixPerson)
		key, err := envelope.NewKey(owner)
		require.NoError(b, err)
		a, err := key.Announce()
		require.NoError(b, err)
		keys, announced = append(keys, key), append(announced, a)
	}
	set, err := envelope.NewSet(10, announced)
	require.NoError(b, err)
	box, err := envelope.NewBox(models.NewID(models.PrefixBox), 1, time.Now(), set)
	require.NoError(b, err)
	fingerprint, err := set.Fingerprint()
	require.NoError(b, err)
	k := Kept{Procurement: owner.Procurement, Box: box.Box, Kind: models.EnvelopeQuality, Turn: 1}
	k.Described, err = json.Marshal(box)
	require.NoError(b, err)
	headers := make([]envelope.Header, 100)
	for i := range headers {
		var file bytes.Buffer
		c := box.For(models.NewID(models.PrefixOrganisation), models.EnvelopeQuality)
		_, err := envelope.Seal(&file, strings.NewReader("an offer"), c)
		require.NoError(b, err)
		line, _, _ := strings.Cut(file.String(), "\n")
		headers[i], err = envelope.KnownHeader(line, models.Digest([]byte(line)))
		require.NoError(b, err)
		k.Headers = append(k.Headers, line)
	}
	o, err := envelope.NewOpening(box, models.EnvelopeQuality, headers)
	require.NoError(b, err)
	for _, key := range keys {
		r, err := o.Release(key, envelope.Confirmation{Fingerprint: fingerprint})
		require.NoError(b, err)
		text, err := envelope.Render(r)
		require.NoError(b, err)
		k.Releases = append(k.Releases, KeptFile{Person: r.Person, Content: string(text)})
	}
	for b.Loop() {
		require.Empty(b, k.Faults(fingerprint))
	}
}
