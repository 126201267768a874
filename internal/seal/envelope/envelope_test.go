package envelope_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

var deadline = time.Date(2026, 12, 1, 11, 0, 0, 0, time.UTC)

// A world is a box with its openers, of whom the first two of three are of different buyers.
type world struct {
	t    testing.TB
	keys []envelope.Key
	box  envelope.Box
}

// setup makes a box with an opener for each of the buyers, by their numbers.
func setup(t testing.TB, threshold int, buyers ...int) *world {
	t.Helper()
	w := &world{t: t}
	procurement := models.NewID(models.PrefixProcurement)
	ids := make(map[int]models.ID)
	announced := make([]envelope.Announcement, 0, len(buyers))
	for _, b := range buyers {
		if ids[b] == "" {
			ids[b] = models.NewID(models.PrefixOrganisation)
		}
		key, err := envelope.NewKey(envelope.Owner{
			Mode: models.ModeLive, Procurement: procurement, Buyer: ids[b], Person: models.NewID(models.PrefixPerson),
		})
		require.NoError(t, err)
		a, err := key.Announce()
		require.NoError(t, err)
		w.keys, announced = append(w.keys, key), append(announced, a)
	}
	set, err := envelope.NewSet(threshold, announced)
	require.NoError(t, err)
	w.box, err = envelope.NewBox(models.NewID(models.PrefixBox), 1, deadline, set)
	require.NoError(t, err)
	return w
}

func (w *world) fingerprint() string {
	w.t.Helper()
	f, err := w.box.Set.Fingerprint()
	require.NoError(w.t, err)
	return f
}

// said is what an opener has read in the notice, an hour after the deadline.
func (w *world) said() envelope.Confirmation {
	return envelope.Confirmation{Fingerprint: w.fingerprint(), Deadline: deadline, Now: deadline.Add(time.Hour)}
}

// seal seals a text in some supplier's name.
func (w *world) seal(kind envelope.Kind, text string) []byte {
	w.t.Helper()
	return w.sealFor(w.box.For(models.NewID(models.PrefixOrganisation), kind), text)
}

func (w *world) sealFor(c envelope.Context, text string) []byte {
	w.t.Helper()
	var file bytes.Buffer
	sealed, err := envelope.Seal(&file, bytes.NewBufferString(text), c)
	require.NoError(w.t, err)
	require.Equal(w.t, models.Digest(file.Bytes()), sealed.SHA256)
	require.EqualValues(w.t, file.Len(), sealed.Size)
	return file.Bytes()
}

func (w *world) headers(files ...[]byte) []envelope.Header {
	w.t.Helper()
	var all []envelope.Header
	for _, f := range files {
		h, err := envelope.Check(bytes.NewReader(f))
		require.NoError(w.t, err)
		all = append(all, h)
	}
	return all
}

func (w *world) opening(kind envelope.Kind, files ...[]byte) *envelope.Opening {
	w.t.Helper()
	o, err := envelope.NewOpening(w.box, kind, w.headers(files...))
	require.NoError(w.t, err)
	return o
}

// release has opener i release, by a program of its own.
func (w *world) release(i int, kind envelope.Kind, files ...[]byte) envelope.Release {
	w.t.Helper()
	r, err := w.opening(kind, files...).Release(w.keys[i], w.said())
	require.NoError(w.t, err)
	text, err := envelope.Render(r)
	require.NoError(w.t, err)
	r, err = envelope.ReadRelease(text)
	require.NoError(w.t, err)
	return r
}

func (w *world) accept(o *envelope.Opening, releases ...envelope.Release) {
	w.t.Helper()
	for _, r := range releases {
		require.NoError(w.t, o.Accept(r))
	}
}

// read opens a file by an opening with enough releases.
func (w *world) read(o *envelope.Opening, file []byte) (string, error) {
	w.t.Helper()
	identities, err := o.Identities()
	require.NoError(w.t, err)
	var out bytes.Buffer
	err = envelope.Open(&out, bytes.NewReader(file), identities)
	return out.String(), err
}

func refused(t *testing.T, code models.Code, err error) models.Refusal {
	t.Helper()
	r, is := models.RefusalOf(err)
	require.True(t, is, "%v", err)
	require.Equal(t, code, r.Code, "%v", r)
	return *r
}

func TestKOpenersOpenABoxTogetherAndFewerOpenNothing(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	one, two := w.seal(models.EnvelopePrice, "100.00 EUR"), w.seal(models.EnvelopePrice, "200.00 EUR")
	o := w.opening(models.EnvelopePrice, one, two)
	w.accept(o, w.release(0, models.EnvelopePrice, two, one))
	_, err := o.Identities()
	refused(t, models.CodeReleasesMissing, err)
	w.accept(o, w.release(2, models.EnvelopePrice, one, two))
	for file, text := range map[*[]byte]string{&one: "100.00 EUR", &two: "200.00 EUR"} {
		got, err := w.read(o, *file)
		require.NoError(t, err)
		require.Equal(t, text, got)
	}
}

func TestLostKeysStillOpenAndAnyQuorumFindsTheSame(t *testing.T) {
	t.Parallel()
	w := setup(t, 3, 1, 1, 2, 2, 3)
	file := w.seal(models.EnvelopeQuality, "what we offer")
	for _, who := range [][]int{{0, 1, 2}, {2, 3, 4}, {4, 0, 3}} {
		o := w.opening(models.EnvelopeQuality, file)
		for _, i := range who {
			w.accept(o, w.release(i, models.EnvelopeQuality, file))
		}
		got, err := w.read(o, file)
		require.NoError(t, err)
		require.Equal(t, "what we offer", got)
	}
}

func TestAnEnvelopeCopiedToAnotherPlaceIsRefusedByTheOpenersProgram(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	supplier := models.NewID(models.PrefixOrganisation)
	price := w.sealFor(w.box.For(supplier, models.EnvelopePrice), "100.00 EUR")
	h := w.headers(price)

	_, err := envelope.NewOpening(w.box, envelope.KindTest, h)
	require.Equal(t, "/context/kind", refused(t, models.CodeEnvelopeElsewhere, err).Field)
	elsewhere := w.box
	elsewhere.Box = models.NewID(models.PrefixBox)
	_, err = envelope.NewOpening(elsewhere, models.EnvelopePrice, h)
	require.Equal(t, "/context/box", refused(t, models.CodeEnvelopeElsewhere, err).Field)
	later := w.box
	later.Round = 2
	_, err = envelope.NewOpening(later, models.EnvelopePrice, h)
	require.Equal(t, "/context/round", refused(t, models.CodeEnvelopeElsewhere, err).Field)
	err = h[0].Context().Differs(w.box.For(models.NewID(models.PrefixOrganisation), models.EnvelopePrice))
	require.Equal(t, "/context/supplier", refused(t, models.CodeEnvelopeElsewhere, err).Field)
	other := setup(t, 2, 1, 2, 3)
	_, err = envelope.NewOpening(other.box, models.EnvelopePrice, h)
	require.Equal(t, "/context/procurement", refused(t, models.CodeEnvelopeElsewhere, err).Field)
	require.NoError(t, h[0].Context().Differs(w.box.For(supplier, models.EnvelopePrice)))
	_, err = envelope.NewOpening(w.box, models.EnvelopePrice, nil)
	refused(t, models.CodeReleaseIncomplete, err)
}

func TestAnEnvelopeReadressedBySomebodyElseIsRefusedWithoutAKey(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	supplier, rival := models.NewID(models.PrefixOrganisation), models.NewID(models.PrefixOrganisation)
	file := w.sealFor(w.box.For(supplier, models.EnvelopePrice), "100.00 EUR")
	for from, to := range map[string]string{
		string(supplier):  string(rival),
		`"kind":"price"`:  `"kind":"test"`,
		`"round":1`:       `"round":2`,
		string(w.box.Box): string(models.NewID(models.PrefixBox)),
		`"mode":"live"`:   `"mode":"rehearsal"`,
	} {
		changed := bytes.Replace(file, []byte(from), []byte(to), 1)
		require.NotEqual(t, file, changed)
		_, err := envelope.Check(bytes.NewReader(changed))
		refused(t, models.CodeShareWrong, err)
	}
}

func TestTheOpenersProgramComparesNoticeAndClockFirst(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	o := w.opening(models.EnvelopePrice, w.seal(models.EnvelopePrice, "100.00 EUR"))

	said := w.said()
	said.Now = deadline.Add(-time.Microsecond)
	_, err := o.Release(w.keys[0], said)
	refused(t, models.CodeDeadlineNotOver, err)
	said = w.said()
	said.Deadline = deadline.Add(time.Hour)
	_, err = o.Release(w.keys[0], said)
	refused(t, models.CodeDeadlineDiffers, err)
	_, err = o.Release(w.keys[0], envelope.Confirmation{Fingerprint: w.fingerprint()})
	refused(t, models.CodeDeadlineDiffers, err)
	said = w.said()
	said.Fingerprint = "0000-0000-0000-0000-0000-0000-0000-0000"
	_, err = o.Release(w.keys[0], said)
	refused(t, models.CodeFingerprintDiffers, err)
	stranger := setup(t, 2, 1, 2, 3)
	_, err = o.Release(stranger.keys[0], w.said())
	refused(t, models.CodeNotAnOpener, err)
	own := w.keys[0].Owner()
	own.Person = models.NewID(models.PrefixPerson)
	nobody, err := envelope.NewKey(own)
	require.NoError(t, err)
	_, err = o.Release(nobody, w.said())
	refused(t, models.CodeNotAnOpener, err)
}

func TestTwoFilesUnderOneHeaderDoNotKeepABoxClosed(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	one, two := w.seal(models.EnvelopeOther, "1"), w.seal(models.EnvelopeOther, "2")
	o := w.opening(models.EnvelopeOther, one, two, one)
	w.accept(o, w.release(0, models.EnvelopeOther, one, two), w.release(1, models.EnvelopeOther, two, two, one))
	got, err := w.read(o, one)
	require.NoError(t, err)
	require.Equal(t, "1", got)
}

func TestATestEnvelopeIsOpenedBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	file := w.seal(envelope.KindTest, "")
	o := w.opening(envelope.KindTest, file)
	early := envelope.Confirmation{Fingerprint: w.fingerprint(), Now: deadline.Add(-1000 * time.Hour)}
	r, err := o.Release(w.keys[1], early)
	require.NoError(t, err)
	require.NoError(t, o.Accept(r), "who opened the test has the key")
}

func TestAForgedReleaseNamesItsOpener(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	one, two := w.seal(models.EnvelopePrice, "100.00 EUR"), w.seal(models.EnvelopePrice, "200.00 EUR")
	good := w.release(0, models.EnvelopePrice, one, two)
	forged := good
	forged.Envelopes = []envelope.ReleasedPart{good.Envelopes[0], good.Envelopes[1]}
	forged.Envelopes[1].Opened = good.Envelopes[0].Opened
	err := w.opening(models.EnvelopePrice, one, two).Accept(forged)
	require.Contains(t, refused(t, models.CodeReleaseForged, err).Detail, string(w.keys[0].Owner().Person))

	claimed := good
	claimed.Person, claimed.Key = w.keys[1].Owner().Person, w.box.Set.Openers[1].Key
	err = w.opening(models.EnvelopePrice, one, two).Accept(claimed)
	refused(t, models.CodeReleaseForged, err)
	claimed = good
	claimed.Person = w.keys[1].Owner().Person
	refused(t, models.CodeNotAnOpener, w.opening(models.EnvelopePrice, one, two).Accept(claimed))

	o := w.opening(models.EnvelopePrice, one, two)
	w.accept(o, good)
	refused(t, models.CodeReleaseTwice, o.Accept(good))
}

func TestAReleaseCoversEveryEnvelopeOfItsPlaceAndNoOther(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	one, two := w.seal(models.EnvelopePrice, "100.00 EUR"), w.seal(models.EnvelopePrice, "200.00 EUR")
	partial := w.release(0, models.EnvelopePrice, one)
	refused(t, models.CodeReleaseIncomplete, w.opening(models.EnvelopePrice, one, two).Accept(partial))
	whole := w.release(0, models.EnvelopePrice, one, two)
	refused(t, models.CodeReleaseIncomplete, w.opening(models.EnvelopePrice, one).Accept(whole))

	cut := w.release(0, models.EnvelopePrice, one, two)
	for i, e := range cut.Envelopes {
		if e.Header == w.headers(one)[0].Digest() {
			cut.Envelopes = cut.Envelopes[i : i+1]
			break
		}
	}
	refused(t, models.CodeReleaseForged, w.opening(models.EnvelopePrice, one).Accept(cut))

	test := w.release(0, envelope.KindTest, w.seal(envelope.KindTest, ""))
	refused(t, models.CodeReleaseIncomplete, w.opening(models.EnvelopePrice, one, two).Accept(test))
	test.Kind = models.EnvelopePrice
	refused(t, models.CodeReleaseIncomplete, w.opening(models.EnvelopePrice, one, two).Accept(test))
	test.Format = ""
	refused(t, models.CodeReleaseMalformed, w.opening(models.EnvelopePrice, one, two).Accept(test))
	_, err := envelope.ReadRelease([]byte(`{"format": 1}`))
	refused(t, models.CodeReleaseMalformed, err)
}

func TestATenderSealedWithAnotherSecretIsUnreadableAndRivalsAreNot(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	good := w.seal(models.EnvelopePrice, "100.00 EUR")
	bad, other := w.seal(models.EnvelopePrice, "1.00 EUR"), w.seal(models.EnvelopePrice, "2.00 EUR")
	// The header of one envelope before the content of another: no check can see it before the box is opened.
	header, _, _ := bytes.Cut(bad, []byte("\n"))
	_, content, _ := bytes.Cut(other, []byte("\n"))
	swapped := bytes.Join([][]byte{header, content}, []byte("\n"))

	o := w.opening(models.EnvelopePrice, good, swapped)
	w.accept(o, w.release(0, models.EnvelopePrice, good, swapped), w.release(1, models.EnvelopePrice, good, swapped))
	got, err := w.read(o, good)
	require.NoError(t, err)
	require.Equal(t, "100.00 EUR", got)
	_, err = w.read(o, swapped)
	refused(t, models.CodeUnreadable, err)
	_, err = w.read(o, other)
	refused(t, models.CodeEnvelopeElsewhere, err)
}

func TestAnEnvelopeThatWasChangedAfterwardsIsUnreadable(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	file := w.seal(models.EnvelopePrice, "100.00 EUR")
	o := w.opening(models.EnvelopePrice, file)
	w.accept(o, w.release(0, models.EnvelopePrice, file), w.release(1, models.EnvelopePrice, file))
	file[len(file)-1] ^= 1
	_, err := w.read(o, file)
	refused(t, models.CodeUnreadable, err)

	identities, err := o.Identities()
	require.NoError(t, err)
	err = envelope.Open(io.Discard, &broken{bytes.NewReader(file[:len(file)-5])}, identities)
	var failed *envelope.FailedReadError
	require.ErrorAs(t, err, &failed, "a disk that fails says nothing about the tender")
}

// broken fails where the file should go on.
type broken struct{ r io.Reader }

func (b *broken) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err == io.EOF {
		err = io.ErrNoProgress
	}
	return n, err
}
