package views_test

import (
	"crypto/sha256"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// upload keeps content of the buyer's, complete or not.
func (r *record) upload(content string, complete bool) models.Upload {
	r.Helper()
	u := models.Upload{
		ProcurementID: r.procurement.ID, OrganisationID: r.buyer, PersonID: r.procurement.CreatedBy,
		Purpose: models.PurposeDocument, Filename: "f.pdf", MediaType: "application/pdf", Size: int64(len(content)),
		Digest: strings.Repeat("0", 64),
	}
	r.tx(func(tx *store.Tx) error { return tx.CreateUpload(&u) })
	for n := range u.Chunks() {
		from := n * models.ChunkSize
		chunk := []byte(content[from : from+u.ChunkLength(n)])
		require.NoError(r, r.views.Store.PutChunk(r.Context(), u.ID, n, chunk, sha256.Sum256(chunk)))
	}
	if complete {
		r.tx(func(tx *store.Tx) error { return tx.CompleteUpload(&u) })
	}
	return u
}

// document has one version for each of the audiences.
func (r *record) document(audiences ...models.Audience) models.ID {
	r.Helper()
	id, u := models.NewID(models.PrefixDocument), r.upload("text", true)
	r.tx(func(tx *store.Tx) error {
		for i, audience := range audiences {
			if err := tx.WriteDocument(models.Document{
				ID: id, ProcurementID: r.procurement.ID, Version: int64(i + 1), Title: models.Text{"en": "T"},
				Audience: audience, UploadID: u.ID, AuthorID: r.procurement.CreatedBy,
				WrittenAt: r.procurement.CreatedAt,
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

func TestASupplierReadsTheVersionsOfDocumentsThatAreForTenderers(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	supplier, observer := r.as(models.RoleSupplier), r.as(models.RoleObserver)
	internal := r.document(models.AudienceBuyers)
	given := r.document(models.AudienceBuyers, models.AudienceTenderers)

	all, err := r.views.Documents(t.Context(), observer, "", 10)
	require.NoError(t, err)
	require.Len(t, all, 2)
	seen, err := r.views.Documents(t.Context(), supplier, "", 10)
	require.NoError(t, err)
	require.Len(t, seen, 1)
	require.Equal(t, given, seen[0].ID)

	_, err = r.views.Document(t.Context(), supplier, internal)
	refused(t, err, models.CodeNotFound)
	_, err = r.views.DocumentVersions(t.Context(), supplier, internal)
	refused(t, err, models.CodeNotFound)
	_, err = r.views.DocumentVersion(t.Context(), supplier, given, 1)
	refused(t, err, models.CodeNotFound)
	d, err := r.views.DocumentVersion(t.Context(), supplier, given, 2)
	require.NoError(t, err)
	require.Equal(t, int64(2), d.Version)
	versions, err := r.views.DocumentVersions(t.Context(), supplier, given)
	require.NoError(t, err)
	require.Len(t, versions, 1)
	versions, err = r.views.DocumentVersions(t.Context(), observer, given)
	require.NoError(t, err)
	require.Len(t, versions, 2)
}

func TestBeforePublicationASupplierReadsNoDocument(t *testing.T) {
	t.Parallel()
	r := setUpDraft(t)
	supplier := r.as(models.RoleSupplier)
	given := r.document(models.AudienceTenderers)
	_, err := r.views.Documents(t.Context(), supplier, "", 10)
	refused(t, err, models.CodeNotFound)
	_, err = r.views.Document(t.Context(), supplier, given)
	refused(t, err, models.CodeNotFound)
	_, err = r.views.Document(t.Context(), r.as(models.RoleObserver), given)
	require.NoError(t, err)
}

func TestAnUploadIsReadByItsOwnOrganisationOnly(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	content := string(make([]byte, models.ChunkSize)) + "the end"
	open, whole := r.upload("x", false), r.upload(content, true)
	mine := r.as(models.RoleBuyer)
	mine.Actor.OrganisationID = r.buyer
	u, err := r.views.Upload(t.Context(), mine, open.ID)
	require.NoError(t, err)
	require.Equal(t, []int{0}, u.There)
	_, err = r.views.UploadedFile(t.Context(), mine, open.ID)
	refused(t, err, models.CodeUploadIncomplete)

	// Another organisation's does not learn that there is such an upload.
	for _, stranger := range []views.Reader{r.as(models.RoleBuyer), {Actor: mine.Actor}} {
		_, err = r.views.Upload(t.Context(), stranger, whole.ID)
		refused(t, err, models.CodeNotFound)
		_, err = r.views.UploadedFile(t.Context(), stranger, whole.ID)
		refused(t, err, models.CodeNotFound)
	}

	file, err := r.views.UploadedFile(t.Context(), mine, whole.ID)
	require.NoError(t, err)
	bytes := r.views.Content(t.Context(), file)
	all, err := io.ReadAll(bytes)
	require.NoError(t, err)
	require.Equal(t, content, string(all))
	_, err = bytes.Seek(-3, io.SeekEnd)
	require.NoError(t, err)
	end, err := io.ReadAll(bytes)
	require.NoError(t, err)
	require.Equal(t, "end", string(end))
	require.NoError(t, bytes.Err())
}
