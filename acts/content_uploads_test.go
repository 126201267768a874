package acts_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
)

// noDigest has the form of a SHA-256.
var noDigest = strings.Repeat("0", 2*sha256.Size)

// announced announces content for a purpose.
func (b *bench) announced(by acts.By, content []byte, purpose models.Purpose) models.Upload {
	b.Helper()
	sum := sha256.Sum256(content)
	done, err := b.acts.AnnounceUpload(b.Context(), b.new(by), acts.NewUpload{
		Purpose: purpose, Filename: "file.pdf", MediaType: "application/pdf",
		Size: int64(len(content)), Digest: hex.EncodeToString(sum[:]),
	})
	require.NoError(b, err)
	return done.Result
}

// uploaded uploads a document of one chunk.
func (b *bench) uploaded(by acts.By, content string) models.ID {
	b.Helper()
	u := b.announced(by, []byte(content), models.PurposeDocument)
	_, err := b.acts.PutChunk(b.Context(), by, u.ID, 0, []byte(content))
	require.NoError(b, err)
	_, err = b.acts.CompleteUpload(b.Context(), b.new(by), u.ID)
	require.NoError(b, err)
	return u.ID
}

func TestAFileIsKeptOnceItsBytesAreThoseThatWereAnnounced(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	content := bytes.Repeat([]byte("quantum "), models.ChunkSize/8+1)
	u := b.announced(b.asLead(), content, models.PurposeDocument)
	put := func(n int, chunk []byte) error {
		sum, err := b.acts.PutChunk(t.Context(), b.asLead(), u.ID, n, chunk)
		if err == nil {
			require.Equal(t, sha256.Sum256(chunk), sum)
		}
		return err
	}
	refusedAt(t, put(2, content[:8]), models.CodeInvalidValue, "n")
	refused(t, put(1, content[:9]), models.CodeInvalidValue)
	require.NoError(t, put(1, content[models.ChunkSize:]))
	complete := b.asLead()
	_, err := b.acts.CompleteUpload(t.Context(), complete, u.ID)
	refused(t, err, models.CodeUploadIncomplete)
	require.NoError(t, put(0, bytes.Repeat([]byte("x"), models.ChunkSize)))
	_, err = b.acts.CompleteUpload(t.Context(), complete, u.ID)
	refused(t, err, models.CodeDigestMismatch)
	require.NoError(t, put(0, content[:models.ChunkSize]))

	first, err := b.acts.CompleteUpload(t.Context(), complete, u.ID)
	require.NoError(t, err)
	require.True(t, first.Result.Complete())
	again, err := b.acts.CompleteUpload(t.Context(), complete, u.ID)
	require.NoError(t, err)
	require.True(t, again.Again)
	require.True(t, first.Result.CompletedAt.Equal(*again.Result.CompletedAt))
	refused(t, put(0, content[:models.ChunkSize]), models.CodeUploadComplete)
}

func TestNobodyElseKnowsOfAnUpload(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	u := b.announced(b.asLead(), []byte("offer"), models.PurposeDocument)
	rival := b.by(b.person(models.OrganisationContractingAuthority), models.RoleBuyer)
	// A supplier of the same organisation could not be one of the buyers'.
	turned := b.by(b.lead, models.RoleSupplier)
	for _, stranger := range []acts.By{rival, turned, b.new(acts.By{Actor: b.lead})} {
		_, err := b.acts.PutChunk(t.Context(), stranger, u.ID, 0, []byte("offer"))
		refused(t, err, models.CodeNotFound)
		_, err = b.acts.CompleteUpload(t.Context(), stranger, u.ID)
		refused(t, err, models.CodeNotFound)
	}
}

func TestAnEnvelopeIsSealedAndASuppliers(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	in := acts.NewUpload{Purpose: models.PurposeEnvelope, Filename: "e.age", Size: 5, Digest: noDigest}
	_, err := b.acts.AnnounceUpload(t.Context(), b.asLead(), in)
	refusedAt(t, err, models.CodeForbidden, "/purpose")

	supplier := b.by(b.person(models.OrganisationEconomicOperator), models.RoleSupplier)
	open := b.announced(supplier, []byte("our price is 5"), models.PurposeEnvelope)
	_, err = b.acts.PutChunk(t.Context(), supplier, open.ID, 0, []byte("our price is 5"))
	refused(t, err, models.CodeNotSealed)
}

func TestWhatOnePersonLeavesUnfinishedIsBounded(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.acts.Limits = acts.Limits{Upload: 10, OpenUploads: 1, Envelopes: 1}
	in := acts.NewUpload{Purpose: models.PurposeDocument, Filename: "f", Size: 11, Digest: noDigest}
	_, err := b.acts.AnnounceUpload(t.Context(), b.asLead(), in)
	refused(t, err, models.CodeUploadTooLarge)
	in.Size = 10
	by := b.asLead()
	_, err = b.acts.AnnounceUpload(t.Context(), by, in)
	require.NoError(t, err)
	again, err := b.acts.AnnounceUpload(t.Context(), by, in)
	require.NoError(t, err)
	require.True(t, again.Again)
	_, err = b.acts.AnnounceUpload(t.Context(), b.asLead(), in)
	refused(t, err, models.CodeUploadLimit)
}

func TestWhatAnOrganisationStoresIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.acts.Limits = acts.Limits{Upload: 60, Stored: 100}
	in := acts.NewUpload{Purpose: models.PurposeDocument, Filename: "f", Size: 60, Digest: noDigest}
	_, err := b.acts.AnnounceUpload(t.Context(), b.asLead(), in)
	require.NoError(t, err)
	_, err = b.acts.AnnounceUpload(t.Context(), b.asLead(), in)
	refused(t, err, models.CodeUploadLimit)
	require.ErrorContains(t, err, "60 bytes")
	in.Size = 40
	_, err = b.acts.AnnounceUpload(t.Context(), b.asLead(), in)
	require.NoError(t, err)
}
