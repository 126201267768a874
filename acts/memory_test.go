package acts_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// zeroes is so many bytes.
func zeroes(n int64) io.Reader { return io.LimitReader(endless{}, n) }

type endless struct{}

// Read fills p.
func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// BenchmarkAnEnvelopeOf200MB tells how much of the heap the server needs while it checks an envelope, and while it
// opens and reads it: less than 64 MB are asked for.
func BenchmarkAnEnvelopeOf200MB(b *testing.B) {
	const size = 200 << 20
	box := openBox(b)
	supplier := box.supplier()
	context := box.described().For(supplier.OrganisationID, models.EnvelopeQuality)
	file := new(bytes.Buffer)
	_, err := envelope.Seal(file, zeroes(size), context)
	require.NoError(b, err)
	sum := sha256.Sum256(file.Bytes())
	by := box.asSupplier(supplier)
	done, err := box.acts.AnnounceUpload(b.Context(), by, acts.NewUpload{
		Purpose: models.PurposeEnvelope, Filename: "offer.sealed", MediaType: models.MediaTypeBytes,
		Size: int64(file.Len()), Digest: hex.EncodeToString(sum[:]),
	})
	require.NoError(b, err)
	u := done.Result
	for n := range u.Chunks() {
		_, err := box.acts.PutChunk(b.Context(), by, u.ID, n, file.Next(u.ChunkLength(n)))
		require.NoError(b, err)
	}
	*file = bytes.Buffer{} // its bytes are not counted
	for b.Loop() {
		began := time.Now()
		reportPeak(b, "MB-check", func() {
			_, err := box.acts.CompleteUpload(b.Context(), box.asSupplier(supplier), u.ID)
			require.NoError(b, err)
		})
		b.ReportMetric(time.Since(began).Seconds(), "s-check")
	}
	_, err = box.acts.HandIn(b.Context(), box.asSupplier(supplier), box.lot, []models.Envelope{
		{N: 1, Kind: models.EnvelopeQuality, UploadID: u.ID, Digest: u.Digest},
	})
	require.NoError(b, err)
	box.shut()
	for _, o := range box.openers[:2] {
		_, err := box.release(o, box.made(o, models.EnvelopeQuality))
		require.NoError(b, err)
	}
	box.opens()
	began := time.Now()
	reportPeak(b, "MB-read", box.read)
	b.ReportMetric(time.Since(began).Seconds(), "s-read")
	require.Equal(b, 1, box.count("SELECT count(*) FROM openings WHERE readable AND size = $1", size))
}

// reportPeak reports the peak of something, and fails where it is not less than what is asked for.
func reportPeak(b *testing.B, name string, do func()) {
	b.Helper()
	const bar = 64
	most := peak(do)
	b.ReportMetric(most, name)
	require.Less(b, most, float64(bar), name)
}

// peak is the most of the heap, in MB, beyond what was taken before, that something needs.
func peak(do func()) float64 {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	runtime.GC()
	before, most, over := heap(), atomic.Uint64{}, make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-over:
				return
			case <-time.After(time.Millisecond):
				if now := heap(); now > most.Load() {
					most.Store(now)
				}
			}
		}
	}()
	do()
	close(over)
	<-watched
	return float64(max(most.Load(), before)-before) / (1 << 20)
}
