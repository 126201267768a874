package envelope_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// colleague makes a new key for somebody of opener i's buyer.
func (w *world) colleague(i int) (envelope.Key, pvss.Point) {
	w.t.Helper()
	owner := w.keys[i].Owner()
	owner.Person = models.NewID(models.PrefixPerson)
	key, err := envelope.NewKey(owner)
	require.NoError(w.t, err)
	a, err := key.Announce()
	require.NoError(w.t, err)
	return key, a.Key
}

// handOver has opener i hand over to a colleague, by programs of their own.
func (w *world) handOver(i int, kind envelope.Kind, file []byte) (envelope.Key, envelope.Handover) {
	w.t.Helper()
	fresh, public := w.colleague(i)
	r, err := w.opening(kind, file).Request(fresh, w.box.Set.Openers[i].Key, w.said())
	require.NoError(w.t, err)
	text, err := envelope.Render(r)
	require.NoError(w.t, err)
	r, err = envelope.ReadRequest(text)
	require.NoError(w.t, err)
	h, err := w.opening(kind, file).HandOver(w.keys[i], r, public, w.said())
	require.NoError(w.t, err)
	text, err = envelope.Render(h)
	require.NoError(w.t, err)
	h, err = envelope.ReadHandover(text)
	require.NoError(w.t, err)
	return fresh, h
}

func TestAShareIsHandedOverWithinABuyerAndTheNewKeyOpens(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	file := w.seal(models.EnvelopePrice, "100.00 EUR")
	fresh, h := w.handOver(0, models.EnvelopePrice, file)

	o := w.opening(models.EnvelopePrice, file)
	require.NoError(t, o.Apply(h))
	refused(t, models.CodeNotAnOpener, o.Accept(w.release(0, models.EnvelopePrice, file)))
	r, err := o.Release(fresh, w.said())
	require.NoError(t, err)
	w.accept(o, r, w.release(2, models.EnvelopePrice, file))
	got, err := w.read(o, file)
	require.NoError(t, err)
	require.Equal(t, "100.00 EUR", got)
	refused(t, models.CodeHandoverRefused, o.Apply(h))

	// And on to a third person, by the same steps.
	o = w.opening(models.EnvelopePrice, file)
	require.NoError(t, o.Apply(h))
	third, public := w.colleague(0)
	request, err := o.Request(third, h.Request.To.Key, w.said())
	require.NoError(t, err)
	on, err := o.HandOver(fresh, request, public, w.said())
	require.NoError(t, err)
	require.NoError(t, o.Apply(on))
	r, err = o.Release(third, w.said())
	require.NoError(t, err)
	w.accept(o, r, w.release(1, models.EnvelopePrice, file))
	_, err = w.read(o, file)
	require.NoError(t, err)
}

func TestAHandoverIsRefusedToAnotherBuyerBeforeTheDeadlineAndWithoutProof(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	file := w.seal(models.EnvelopePrice, "100.00 EUR")
	o := w.opening(models.EnvelopePrice, file)
	from := w.box.Set.Openers[0].Key
	fresh, public := w.colleague(0)
	stranger, _ := w.colleague(1)

	_, err := o.Request(stranger, from, w.said())
	refused(t, models.CodeHandoverRefused, err)
	_, err = o.Request(w.keys[1], from, w.said())
	refused(t, models.CodeHandoverRefused, err)
	_, err = o.Request(fresh, public, w.said())
	refused(t, models.CodeHandoverRefused, err)

	request, err := o.Request(fresh, from, w.said())
	require.NoError(t, err)
	early := w.said()
	early.Now = deadline.Add(-time.Second)
	_, err = o.HandOver(w.keys[0], request, public, early)
	refused(t, models.CodeDeadlineNotOver, err)
	_, err = o.HandOver(w.keys[0], request, from, w.said())
	refused(t, models.CodeHandoverRefused, err)
	_, err = o.HandOver(w.keys[1], request, public, w.said())
	refused(t, models.CodeNotAnOpener, err)

	lifted := request
	lifted.To.Buyer = w.keys[1].Owner().Buyer
	_, err = o.HandOver(w.keys[0], lifted, public, w.said())
	refused(t, models.CodeOpenerUnproven, err)
	lifted = request
	lifted.Kind = models.EnvelopeQuality
	_, err = o.HandOver(w.keys[0], lifted, public, w.said())
	refused(t, models.CodeReleaseIncomplete, err)
	lifted = request
	lifted.From = w.box.Set.Openers[1].Key
	lifted.To.Buyer = w.box.Set.Openers[1].Buyer
	_, err = o.HandOver(w.keys[1], lifted, public, w.said())
	refused(t, models.CodeOpenerUnproven, err)

	good, err := o.HandOver(w.keys[0], request, public, w.said())
	require.NoError(t, err)
	_, other := w.handOver(0, models.EnvelopePrice, file)
	forged := good
	forged.Envelopes = other.Envelopes
	refused(t, models.CodeHandoverRefused, o.Apply(forged))
	forged = good
	forged.Envelopes = nil
	refused(t, models.CodeHandoverRefused, o.Apply(forged))
	forged = good
	forged.Request.Envelopes = other.Request.Envelopes
	refused(t, models.CodeHandoverRefused, o.Apply(forged))
	_, err = envelope.ReadHandover(nil)
	refused(t, models.CodeHandoverRefused, err)
	_, err = envelope.ReadRequest([]byte("{}"))
	refused(t, models.CodeHandoverRefused, err)

	w.accept(o, w.release(0, models.EnvelopePrice, file))
	refused(t, models.CodeHandoverRefused, o.Apply(good))
}
