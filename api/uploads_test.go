package api

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// noise is content of several chunks, the last one short.
func noise(t testing.TB, size int) []byte {
	t.Helper()
	content := make([]byte, size)
	_, err := rand.Read(content)
	require.NoError(t, err)
	return content
}

func TestAFileArrivesInChunksInAnyOrderAndIsResumed(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	content := noise(t, 5*models.ChunkSize+77)
	u := d.announce(d.lead, content, models.PurposeDocument)
	require.Equal(t, 6, u.Chunks)
	require.Equal(t, []ChunkRange{{0, 5}}, u.Missing)

	sum := sha256.Sum256(chunkOf(content, 5))
	confirmed := d.send(d.lead, u, 5, chunkOf(content, 5)).is(http.StatusNoContent)
	require.Equal(t, "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":", confirmed.Header().Get("Repr-Digest"))
	d.send(d.lead, u, 2, chunkOf(content, 2)).is(http.StatusNoContent)
	d.send(d.lead, u, 0, chunkOf(content, 1)).is(http.StatusNoContent)
	d.send(d.lead, u, 0, chunkOf(content, 0)).is(http.StatusNoContent)

	var now UploadView
	before := d.do(d.lead, GET, u.Self(), nil).is(http.StatusOK).into(&now).etag()
	require.Equal(t, []ChunkRange{{1, 1}, {3, 4}}, now.Missing)
	d.do(d.lead, POST, u.Self()+"/actions/complete", nil).is(http.StatusConflict).refused(models.CodeUploadIncomplete)
	d.do(d.lead, GET, u.Self()+"/content", nil).is(http.StatusConflict).refused(models.CodeUploadIncomplete)

	for _, n := range []int{1, 3, 4} {
		d.send(d.lead, u, n, chunkOf(content, n)).is(http.StatusNoContent)
	}
	d.do(d.lead, POST, u.Self()+"/actions/complete", nil).is(http.StatusOK).into(&now)
	require.Empty(t, now.Missing)
	require.NotNil(t, now.CompletedAt)
	require.NotEqual(t, before, d.do(d.lead, GET, u.Self(), nil).etag())
	require.Equal(t, content, d.do(d.lead, GET, u.Self()+"/content", nil).is(http.StatusOK).Body.Bytes())
}

func TestAnUploadWhoseBytesAreOthersIsNotKept(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	content := noise(t, models.ChunkSize+10)
	u := d.announce(d.lead, content, models.PurposeDocument)
	altered := bytes.Clone(content)
	altered[models.ChunkSize] ^= 1
	d.send(d.lead, u, 0, chunkOf(altered, 0)).is(http.StatusNoContent)
	d.send(d.lead, u, 1, chunkOf(altered, 1)).is(http.StatusNoContent)
	d.do(d.lead, POST, u.Self()+"/actions/complete", nil).is(http.StatusUnprocessableEntity).
		refused(models.CodeDigestMismatch)
	d.send(d.lead, u, 1, chunkOf(content, 1)).is(http.StatusNoContent)
	d.do(d.lead, POST, u.Self()+"/actions/complete", nil).is(http.StatusOK)

	// Complete is for good.
	d.send(d.lead, u, 1, chunkOf(content, 1)).is(http.StatusConflict).refused(models.CodeUploadComplete)
	d.do(d.lead, POST, u.Self()+"/actions/complete", nil).is(http.StatusOK)
	require.Equal(t, content, d.do(d.lead, GET, u.Self()+"/content", nil).is(http.StatusOK).Body.Bytes())
}

func TestAChunkWrittenWhileAnUploadIsCompletedIsRefused(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	content := noise(t, 10)
	u := d.announce(d.lead, content, models.PurposeDocument)
	d.send(d.lead, u, 0, content).is(http.StatusNoContent)
	release := d.hold("UPDATE uploads SET completed_at = clock_timestamp() WHERE id = $1", u.ID)
	answered, other := make(chan response, 1), noise(t, 10)
	go func() { answered <- d.send(d.lead, u, 0, other) }()
	d.untilWaiting(1)
	release()
	(<-answered).is(http.StatusConflict).refused(models.CodeUploadComplete)
	require.Equal(t, content, d.do(d.lead, GET, u.Self()+"/content", nil).Body.Bytes())
}

func TestWhatIsNoChunkIsRefused(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	content := noise(t, models.ChunkSize+10)
	u := d.announce(d.lead, content, models.PurposeDocument)
	for name, c := range map[string]struct {
		n       int
		content []byte
		status  int
	}{
		"too short":     {0, chunkOf(content, 0)[1:], http.StatusUnprocessableEntity},
		"too long":      {1, chunkOf(content, 0), http.StatusUnprocessableEntity},
		"empty":         {1, nil, http.StatusUnprocessableEntity},
		"out of range":  {2, chunkOf(content, 1), http.StatusUnprocessableEntity},
		"over the size": {0, content, http.StatusRequestEntityTooLarge},
	} {
		require.Equal(t, c.status, d.send(d.lead, u, c.n, c.content).Code, name)
	}
	d.do(d.lead, PUT, u.Self()+"/chunks/0", chunkOf(content, 0), with("Content-Type", rest.MediaJSON)).
		is(http.StatusUnsupportedMediaType)
	d.do(d.lead, PUT, u.Self()+"/chunks/x", chunkOf(content, 0), with("Content-Type", models.MediaTypeBytes)).
		is(http.StatusUnprocessableEntity)
	d.do(d.lead, PUT, u.Self()+"/chunks/-1", chunkOf(content, 0), with("Content-Type", models.MediaTypeBytes)).
		is(http.StatusUnprocessableEntity)
	require.Zero(t, d.count("SELECT count(*) FROM upload_chunks WHERE upload_id = $1", u.ID))
}

func TestAPlaintextEnvelopeNeverReachesTheDatabase(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	d.openLot()
	supplier := d.supplier()
	plain := []byte(strings.Repeat("our price is 100 EUR\n", 20))
	u := d.announce(supplier, plain, models.PurposeEnvelope)
	d.send(supplier, u, 0, plain).is(http.StatusUnprocessableEntity).refused(models.CodeNotSealed)
	d.send(supplier, u, 0, append([]byte("age-encryption.org/v1\n"), plain...)[:len(plain)]).
		refused(models.CodeNotSealed)
	require.Zero(t, d.count("SELECT count(*) FROM upload_chunks WHERE upload_id = $1", u.ID))

	// Nor is one completed that got there otherwise.
	d.exec("INSERT INTO upload_chunks VALUES ($1, 0, $2)", u.ID, plain)
	d.do(supplier, POST, u.Self()+"/actions/complete", nil).is(http.StatusUnprocessableEntity).
		refused(models.CodeNotSealed)
}

func TestAnEnvelopeIsReadByItsOwnerAlone(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier, other := d.openLot(), d.supplier(), d.supplier()
	content := d.envelope(supplier, models.EnvelopeQuality, 3000)
	u := d.upload(supplier, content, models.PurposeEnvelope)
	colleague := d.personOf(supplier.organisation)
	d.do(colleague, GET, u.Self(), nil).is(http.StatusNotFound)
	d.employ(supplier, colleague)
	require.Equal(t, content, d.do(colleague, GET, u.Self()+"/content", nil).is(http.StatusOK).Body.Bytes())
	opener := d.personOf(d.lead.organisation)
	d.give(d.lead, d.procurement, opener.person, models.RoleOpener)
	for _, stranger := range []caller{other, d.lead, opener} {
		for _, path := range []string{u.Self(), u.Self() + "/content"} {
			d.do(stranger, GET, path, nil).is(http.StatusNotFound)
		}
		d.send(stranger, u, 0, content).is(http.StatusNotFound)
		d.do(stranger, POST, u.Self()+"/actions/complete", nil).is(http.StatusNotFound)
	}
	d.do(opener, GET, d.Self()+"/uploads/"+string(lot.ID), nil).is(http.StatusNotFound)
}

func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	d.acts.Limits.Upload, d.acts.Limits.OpenUploads = 1000, 3
	body := announcement(noise(t, 1000), models.PurposeDocument)
	body["size"] = 1001
	d.do(d.lead, POST, d.Self()+"/uploads", body).is(http.StatusRequestEntityTooLarge).
		refused(models.CodeUploadTooLarge)
	body["size"] = 0
	d.do(d.lead, POST, d.Self()+"/uploads", body).is(http.StatusUnprocessableEntity)

	content := noise(t, 1000)
	created := 0
	for _, answer := range d.atOnce(8, func(int) response {
		return d.do(d.lead, POST, d.Self()+"/uploads", announcement(content, models.PurposeDocument))
	}) {
		if answer.Code == http.StatusCreated {
			created++
			continue
		}
		answer.is(http.StatusConflict).refused(models.CodeUploadLimit)
	}
	require.Equal(t, 3, created)
	d.exec("DELETE FROM uploads WHERE id = (SELECT id FROM uploads LIMIT 1)")
	d.upload(d.lead, content, models.PurposeDocument)
	d.announce(d.lead, content, models.PurposeDocument)
	d.do(d.lead, POST, d.Self()+"/uploads", announcement(content, models.PurposeEnvelope)).is(http.StatusForbidden)
}

func TestAFileIsServedToBeSavedNotShown(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	content := noise(t, models.ChunkSize+100)
	body := announcement(content, models.PurposeDocument)
	body["filename"], body["media_type"] = `..\..\CON.häßlich "x".html`, "text/html"
	var u UploadView
	d.do(d.lead, POST, d.Self()+"/uploads", body).is(http.StatusCreated).into(&u)
	d.send(d.lead, u, 0, chunkOf(content, 0))
	d.send(d.lead, u, 1, chunkOf(content, 1))
	d.do(d.lead, POST, u.Self()+"/actions/complete", nil).is(http.StatusOK)

	whole := d.do(d.lead, GET, u.Self()+"/content", nil).is(http.StatusOK)
	h := whole.Header()
	require.Equal(t, "application/octet-stream", h.Get("Content-Type"))
	require.Equal(t, "attachment; filename*=utf-8''_CON.h%C3%A4%C3%9Flich%20_x_.html", h.Get("Content-Disposition"))
	require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
	require.Equal(t, strconv.Quote(sha(content)), h.Get("ETag"))
	require.Equal(t, strconv.Itoa(len(content)), h.Get("Content-Length"))
	require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'")

	d.do(d.lead, GET, u.Self()+"/content", nil, with("If-None-Match", h.Get("ETag"))).is(http.StatusNotModified)
	for asked, want := range map[string][]byte{
		"bytes=0-9":             content[:10],
		"bytes=1048570-1048585": content[1048570:1048586], // over the border of two chunks
		"bytes=1048576-":        content[1048576:],
		"bytes=-50":             content[len(content)-50:],
	} {
		part := d.do(d.lead, GET, u.Self()+"/content", nil, with("Range", asked)).is(http.StatusPartialContent)
		require.Equal(t, want, part.Body.Bytes(), asked)
	}
	for _, unusable := range []string{
		"bytes=9999999-", "bytes=5-4", "bytes=-0", "bytes=0-1,5-6", "lines=1-2",
		"bytes=-", "bytes=99999999999999999999-",
	} {
		all := d.do(d.lead, GET, u.Self()+"/content", nil, with("Range", unusable)).is(http.StatusOK)
		require.Equal(t, len(content), all.Body.Len(), unusable)
	}
}

func TestAbandonedUploadsAreRemoved(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier := d.openLot(), d.supplier()
	content := noise(t, 10)
	begun, finished := d.announce(d.lead, content, models.PurposeDocument),
		d.upload(d.lead, content, models.PurposeDocument)
	written := d.upload(d.lead, content, models.PurposeDocument)
	d.do(d.lead, POST, d.Self()+"/documents",
		map[string]any{"title": models.Text{"en": "T"}, "audience": "buyers", "upload": written.ID}).
		is(http.StatusCreated)
	d.submitted(supplier, lot.ID)
	all := d.count("SELECT count(*) FROM uploads")

	removed, err := d.store.CleanUploads(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, removed, "nothing is old enough")
	d.exec("ALTER TABLE uploads DISABLE TRIGGER kept")
	d.exec("UPDATE uploads SET created_at = created_at - interval '91 days', completed_at = completed_at - interval " +
		"'91 days'")
	removed, err = d.store.CleanUploads(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, int64(2), removed)
	require.Equal(t, all-2, d.count("SELECT count(*) FROM uploads"))
	require.Zero(t, d.count("SELECT count(*) FROM upload_chunks WHERE upload_id IN ($1, $2)", begun.ID, finished.ID))
	d.do(d.lead, GET, finished.Self(), nil).is(http.StatusNotFound)
	d.do(d.lead, GET, written.Self()+"/content", nil).is(http.StatusOK)
}

func TestASuppliersEnvelopesAreBounded(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	d.openLot()
	d.acts.Limits.Envelopes = 2
	supplier, rival := d.supplier(), d.supplier()
	for range 2 {
		d.upload(supplier, d.envelope(supplier, models.EnvelopeQuality, 400), models.PurposeEnvelope)
	}
	one := announcement(d.envelope(supplier, models.EnvelopeQuality, 400), models.PurposeEnvelope)
	problem := d.do(supplier, POST, d.Self()+"/uploads", one).is(http.StatusConflict).refused(models.CodeUploadLimit)
	require.Contains(t, problem.Errors[0].Accepted, "2 envelopes per supplier")
	d.do(rival, POST, d.Self()+"/uploads", one).is(http.StatusCreated)
}

func TestAnEnvelopeThatWasCutOffIsNotCompleted(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	d.openLot()
	supplier := d.supplier()
	// Its last chunk holds 32 bytes and their tag.
	whole := d.envelope(supplier, models.EnvelopeQuality, models.ChunkSize)
	envelope := whole[:len(whole)-40]
	u := d.announce(supplier, envelope, models.PurposeEnvelope)
	for n := range 2 {
		require.Less(t, d.send(supplier, u, n, chunkOf(envelope, n)).Code, http.StatusBadRequest)
	}
	d.do(supplier, POST, u.Self()+"/actions/complete", nil).is(http.StatusUnprocessableEntity).
		refused(models.CodeNotSealed)
	require.Equal(t, 1, d.count("SELECT count(*) FROM uploads WHERE id = $1 AND completed_at IS NULL", u.ID))
}
