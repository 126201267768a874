package e2e

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	followed "github.com/ppi-engine/ppi/views/audit"
)

// Whoever alters what openers have released is found: in the record, and by anybody who has an export and the openings.
func TestAReleaseThatWasAlteredAfterwardsIsNamedByTheAudit(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.tendered(t)
	p.opened(t)
	b.settle(t)
	var export bytes.Buffer
	_, err := p.Lead.Do(t.Context(), apiclient.Request{
		Method: "GET", Path: p.Path("/events?export=1"), Out: &export,
	})
	require.NoError(t, err)
	openings := func() string {
		var file bytes.Buffer
		require.NoError(t, followed.WriteOpenings(t.Context(), b.Store, models.ID(b.Procurement), &file))
		return file.String()
	}
	compare := func(file string) followed.Openings {
		told := followed.NewToldOpenings()
		report, err := audit.VerifyExport(bytes.NewReader(export.Bytes()), audit.Options{Read: told.Read})
		require.NoError(t, err)
		require.True(t, report.Valid)
		found, err := told.Compare(strings.NewReader(file))
		require.NoError(t, err)
		return found
	}
	record := func() (report followed.Report) {
		require.NoError(t, report.CompareReleases(t.Context(), b.Store))
		return report
	}
	whole := openings()
	found := compare(whole)
	require.True(t, found.Valid(), "%v", found.Faults)
	require.Equal(t, followed.Proofs{Releases: p.threshold, Envelopes: len(p.suppliers)}, found.Proofs)
	require.True(t, record().Valid())
	require.False(t, compare("").Valid(), "a file of nothing proves nothing")
	before, err := followed.NewToldOpenings().Compare(strings.NewReader(whole))
	require.NoError(t, err)
	require.True(t, before.Valid(), "an export that ends before the publication says nothing of the box")
	require.Equal(t, followed.Openings{Later: 1}, before)

	conn := pgtest.Connect(t, b.database.Superuser)
	_, err = conn.Exec(t.Context(), "SET session_replication_role = replica")
	require.NoError(t, err)
	forger := p.openers[0].Person
	var content string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT content FROM box_releases WHERE person_id = $1", forger).
		Scan(&content))
	r, err := envelope.ReadRelease([]byte(content))
	require.NoError(t, err)
	r.Envelopes[0].Opened = r.Envelopes[1].Opened
	altered, err := envelope.Render(r)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "UPDATE box_releases SET content = $1, digest = $2 WHERE person_id = $3",
		string(altered), models.Digest(altered), forger)
	require.NoError(t, err)

	report := record()
	require.Len(t, report.Differences, 1)
	require.Equal(t, "box_releases", report.Differences[0].Table)
	require.Contains(t, report.Differences[0].Key, string(forger))
	var said strings.Builder
	require.NoError(t, report.Print(&said))
	require.Contains(t, said.String(), "releases of openers whose proofs were computed again: 2")
	found = compare(openings())
	require.Len(t, found.Faults, 3, "%v", found.Faults)
	require.Contains(t, found.Faults[0], "no event tells of this content")
	require.Contains(t, found.Faults[1], "was not made with its key")
	require.Contains(t, found.Faults[2], "an event tells of it, and it is not there")
	for _, fault := range found.Faults {
		require.Contains(t, fault, string(forger))
	}
	said.Reset()
	require.NoError(t, found.Print(&said))
	require.Contains(t, said.String(), "NOT VALID: 3: releases of openers")
	_, err = conn.Exec(t.Context(), "UPDATE box_releases SET content = $1, digest = $2 WHERE person_id = $3",
		content, models.Digest([]byte(content)), forger)
	require.NoError(t, err, "as it was: the record is compared once more at the end")
}
