package api

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// A chunkReads counts the statements that read the bytes of a chunk.
type chunkReads struct {
	mu sync.Mutex
	n  int
}

func (r *chunkReads) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	if strings.HasPrefix(data.SQL, "SELECT content FROM upload_chunks") {
		r.n++
	}
	return ctx
}

func (*chunkReads) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (*chunkReads) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (*chunkReads) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (*chunkReads) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

// since tells how many chunks were read since it was asked last.
func (r *chunkReads) since() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() { r.n = 0 }()
	return r.n
}

// An attack is a procurement in its tender phase, on few connections, with a lot, somebody who tenders for it and a
// rival.
type attack struct {
	*tendering

	lot           LotView
	bidder, rival caller
	// tender is what the bidder will hand in.
	tender TenderBody
	reads  *chunkReads
}

// The connections of an attack: few, so that few requests take them all.
const fewConns, fewReceiptConns = 4, 2

func underAttack(t testing.TB) *attack {
	t.Helper()
	a := &attack{reads: &chunkReads{}}
	w := setup(t)
	few, err := store.Open(t.Context(), store.Options{
		DSN: w.db.Application, MaxConns: fewConns, ReceiptConns: fewReceiptConns, Tracer: a.reads,
		Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, few.Close()) })
	w.store, w.acts.Store = few, few
	w.server, err = newServer(Deps{
		Acts: w.acts, Views: &views.Views{Store: few, Checkpoints: checkpointKey(t)}, Engine: away{},
		Logger: slog.New(slog.DiscardHandler), CursorKey: make([]byte, 32), BuildVersion: "test", Limits: manyAtOnce(),
		Ready: func(context.Context) error { return nil },
	})
	require.NoError(t, err)
	a.tendering = inTenderOf(w)
	a.lot, a.bidder, a.rival = a.openLot(), a.supplier(), a.supplier()
	a.tender = a.tendering.tender(a.bidder)
	a.reads.since()
	return a
}

// wrong uploads a file whose bytes are not those that were announced.
func (a *attack) wrong(content []byte) UploadView {
	a.Helper()
	body := announcement(content, models.PurposeEnvelope)
	body["sha256"] = sha([]byte("another file"))
	var u UploadView
	a.do(a.rival, POST, a.Self()+"/uploads", body).is(http.StatusCreated).into(&u)
	a.sendAll(u, content)
	return u
}

func (a *attack) sendAll(u UploadView, content []byte) {
	a.Helper()
	for n := range u.Chunks {
		a.send(a.rival, u, n, chunkOf(content, n)).is(http.StatusNoContent)
	}
}

func (a *attack) complete(u UploadView, headers ...header) response {
	a.Helper()
	return a.do(a.rival, POST, u.Self()+"/actions/complete", nil, headers...)
}

// slowDisk lets nobody read or write a chunk until it is released.
func (a *attack) slowDisk() (release func()) {
	a.Helper()
	return sync.OnceFunc(a.hold("LOCK TABLE upload_chunks IN ACCESS EXCLUSIVE MODE"))
}

// receivedMeanwhile hands in the bidder's tender and expects its receipt, although others are held up until release.
func (a *attack) receivedMeanwhile(release func()) {
	a.Helper()
	answered := make(chan response, 1)
	go func() { answered <- a.submit(a.bidder, a.lot.ID, a.tender) }()
	select {
	case answer := <-answered:
		answer.is(http.StatusCreated)
	case <-time.After(patienceOfTests):
		release()
		require.Fail(a, "the tender waits for others")
	}
}

func TestCompletionsOfAWrongFileDelayNoTender(t *testing.T) {
	t.Parallel()
	a := underAttack(t)
	u := a.wrong(a.envelope(a.rival, models.EnvelopeQuality, 3*models.ChunkSize))
	release := a.slowDisk()
	const completions = 40
	answers := make(chan response, completions)
	for range completions {
		go func() { answers <- a.complete(u) }()
	}
	a.untilWaiting(1)
	a.receivedMeanwhile(release)
	for range completions - 1 {
		answer := <-answers
		answer.is(http.StatusConflict).refused(models.CodeUploadInCheck)
		require.Equal(t, "1", answer.Header().Get("Retry-After"))
	}
	release()
	(<-answers).is(http.StatusUnprocessableEntity).refused(models.CodeDigestMismatch)
}

func TestATenderIsReceivedWhileEveryOtherConnectionIsTaken(t *testing.T) {
	t.Parallel()
	a := underAttack(t)
	u := a.upload(a.rival, a.envelope(a.rival, models.EnvelopeQuality, 100), models.PurposeEnvelope)
	release := a.slowDisk()
	const readers = 3 * fewConns
	answers := make(chan response, readers)
	for range readers {
		go func() { answers <- a.do(a.rival, GET, u.Self()+"/content", nil) }()
	}
	a.untilWaiting(fewConns)
	a.receivedMeanwhile(release)
	var r ReceiptView
	a.submit(a.bidder, a.lot.ID, a.tender).is(http.StatusConflict).refused(models.CodeTenderExists)
	standing := models.ID(a.text("SELECT id FROM tenders WHERE organisation_id = $1", a.bidder.organisation))
	a.replace(a.bidder, standing, a.tender).is(http.StatusCreated).into(&r)
	a.withdraw(a.bidder, r.TenderID).is(http.StatusOK)
	a.submit(caller{}, a.lot.ID, a.tender).is(http.StatusUnauthorized)
	release()
	for range readers {
		(<-answers).is(http.StatusOK)
	}
}

func (a *attack) text(query string, args ...any) (s string) {
	a.Helper()
	a.read(query, args, &s)
	return s
}

func TestBytesThatWereWrongAreNotReadAgain(t *testing.T) {
	t.Parallel()
	a := underAttack(t)
	content := a.envelope(a.rival, models.EnvelopeQuality, 2*models.ChunkSize)
	u := a.wrong(content)
	key := with(headerIdempotencyKey, "one")
	told := a.complete(u, key).is(http.StatusUnprocessableEntity).refused(models.CodeDigestMismatch)
	require.Equal(t, u.Chunks, a.reads.since())
	for range 3 {
		again := a.complete(u).is(http.StatusUnprocessableEntity).refused(models.CodeDigestMismatch)
		require.Equal(t, told.Detail, again.Detail)
		require.Equal(t, told.Errors, again.Errors)
	}
	a.sendAll(u, content) // the same bytes again
	a.complete(u, key).is(http.StatusUnprocessableEntity).refused(models.CodeDigestMismatch)
	require.Zero(t, a.reads.since())

	plain := a.announce(a.rival, []byte("our price is 100 EUR"), models.PurposeEnvelope)
	a.exec("INSERT INTO upload_chunks (upload_id, n, content) VALUES ($1, 0, $2)", plain.ID, "our price is 100 EUR")
	for range 2 {
		a.complete(plain).is(http.StatusUnprocessableEntity).refused(models.CodeNotSealed)
	}
	require.Equal(t, 1, a.reads.since(), "what is not sealed is not read again either")
}

func TestOtherBytesAreCheckedAnewButNotForEver(t *testing.T) {
	t.Parallel()
	a := underAttack(t)
	content := a.envelope(a.rival, models.EnvelopeQuality, 3000)
	body := announcement(content, models.PurposeEnvelope)
	var u UploadView
	a.do(a.rival, POST, a.Self()+"/uploads", body).is(http.StatusCreated).into(&u)
	wrong := func(n byte) []byte {
		other := slices.Clone(content)
		other[len(other)-1] ^= n
		return other
	}
	for n := range byte(4) {
		a.sendAll(u, wrong(n+1))
		a.complete(u).is(http.StatusUnprocessableEntity).refused(models.CodeDigestMismatch)
	}
	corrected := a.announce(a.rival, content, models.PurposeEnvelope)
	a.sendAll(corrected, wrong(1))
	a.complete(corrected).is(http.StatusUnprocessableEntity).refused(models.CodeDigestMismatch)
	a.sendAll(corrected, content)
	a.complete(corrected).is(http.StatusOK)

	a.sendAll(u, wrong(5))
	a.complete(u).is(http.StatusUnprocessableEntity).refused(models.CodeDigestMismatch)
	a.sendAll(u, content)
	a.reads.since()
	spent := a.complete(u).is(http.StatusConflict).refused(models.CodeUploadSpent)
	require.Equal(t, "the bytes of this upload were wrong 5 times", spent.Detail)
	require.Equal(t, "a new upload", spent.Errors[0].Accepted)
	require.Zero(t, a.reads.since())
}

func TestAChunkThatIsSentWhileTheBytesAreCheckedIsNotKeptUnchecked(t *testing.T) {
	t.Parallel()
	a := underAttack(t)
	content := a.envelope(a.rival, models.EnvelopeQuality, 100)
	u := a.announce(a.rival, content, models.PurposeEnvelope)
	a.sendAll(u, content)
	other := slices.Clone(content)
	other[len(other)-1] ^= 1

	// The check ends, and then the upload is locked to be completed: between the two the chunk is written.
	release := a.hold("SELECT FROM uploads WHERE id = $1 FOR SHARE", u.ID)
	answer := a.begin(func() response { return a.complete(u) })
	a.untilWaiting(1)
	a.exec("UPDATE upload_chunks SET content = $2, digest = sha256($2) WHERE upload_id = $1", u.ID, other)
	release()
	answer().is(http.StatusConflict).refused(models.CodeUploadChanged)
	a.complete(u).is(http.StatusUnprocessableEntity).refused(models.CodeDigestMismatch)
	a.sendAll(u, content)
	a.complete(u).is(http.StatusOK)
}

func TestNobodyWaitsToSendAChunkWhileTheBytesAreChecked(t *testing.T) {
	t.Parallel()
	a := underAttack(t)
	first, second := a.envelope(a.rival, models.EnvelopeQuality, 100), a.envelope(a.rival, models.EnvelopeQuality, 100)
	checked, sent := a.announce(a.rival, first, models.PurposeEnvelope), a.announce(a.rival, second,
		models.PurposeEnvelope)
	a.sendAll(checked, first)
	a.sendAll(sent, second)
	// Of the upload that is checked, no row is locked while its bytes are read.
	release := a.hold("LOCK TABLE upload_faults IN ACCESS EXCLUSIVE MODE")
	answer := a.begin(func() response { return a.complete(checked) })
	a.untilWaiting(1)
	a.sendAll(checked, first)
	a.sendAll(sent, second)
	release()
	answer().is(http.StatusOK)
}

func TestAnUploadThatAnEarlierReleaseHasReceivedIsCompleted(t *testing.T) {
	t.Parallel()
	a := underAttack(t)
	content := a.envelope(a.rival, models.EnvelopeQuality, models.ChunkSize)
	u := a.announce(a.rival, content, models.PurposeEnvelope)
	a.sendAll(u, content)
	a.exec("UPDATE upload_chunks SET digest = NULL WHERE upload_id = $1 AND n = 0", u.ID)
	a.complete(u).is(http.StatusOK)
}
