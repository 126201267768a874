package e2e

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
	follow "github.com/ppi-engine/ppi/views/audit"
)

// What the application's role can do, whoever has its password can do. It cannot rewrite what was decided, or that is
// found.
func TestWhoeverRewritesADecisionIsRefusedOrFound(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	b.sign(t, b.post(t, b.Lead, "/agreement", b.agreement("unanimous")))
	p := b.ranked(t)
	p.award(t)
	b.database.ReadsWhole("boxes", "lot_awards", "role_assignments", "tenders", "votes") // by an intruder
	application, superuser := pgtest.Connect(t, b.database.Application), pgtest.Connect(t, b.database.Superuser)
	_, err := superuser.Exec(t.Context(), "SET session_replication_role = replica")
	require.NoError(t, err)
	for _, c := range []struct {
		what, table, statement, undo string
		// refused tells that a trigger keeps the application from it.
		refused bool
	}{
		{
			"another winner", "lot_awards", `UPDATE lot_awards SET winner_id = (SELECT id FROM tenders
				WHERE id <> winner_id LIMIT 1)`, "", true,
		},
		{"the other choice of a vote", "votes", "UPDATE votes SET choice = 'reject'", "", true},
		{
			"votes that nobody cast", "votes", `INSERT INTO votes
				SELECT left(id, -1) || CASE right(id, 1) WHEN '0' THEN '1' ELSE '0' END,
					procurement_id, subject, round + 1, digest, organisation_id,
					person_id, choice, reason, cast_at, asked_at, voided_at FROM votes LIMIT 1`,
			"DELETE FROM votes WHERE round > 1", false,
		},
		{"a role in another's hands", "role_assignments", `UPDATE role_assignments
			SET person_id = (SELECT id FROM people LIMIT 1) WHERE role = 'opener'`, "", true},
		{
			"a role that goes on for ever", "role_assignments", `UPDATE role_assignments SET valid_until = '2090-01-01'
				WHERE role = 'opener'`, "UPDATE role_assignments SET valid_until = NULL WHERE role = 'opener'", false,
		},
		{
			"openers that nobody named", "role_assignments", `INSERT INTO role_assignments
				(id, procurement_id, person_id, organisation_id, role, valid_from)
				SELECT left(id, -1) || CASE right(id, 1) WHEN '0' THEN '1' ELSE '0' END,
					procurement_id, person_id, organisation_id, 'observer',
					valid_from FROM role_assignments WHERE role = 'opener' LIMIT 1`,
			"DELETE FROM role_assignments WHERE role = 'observer'", false,
		},
		{
			"another rule of an entry", "entries", `UPDATE entries
				SET body = jsonb_set(body, '{method}', '"linear_to_best"') WHERE kind = 'award_criteria'`,
			`UPDATE entries e SET body = v.body FROM entry_versions v
				WHERE v.entry_id = e.id AND v.version = e.version`,
			false,
		},
		{
			"another rule of the agreement", "entries", `UPDATE entries
				SET body = jsonb_set(body, '{decision_rule}', '"lead_alone"') WHERE kind = 'agreement'`,
			`UPDATE entries e SET body = v.body FROM entry_versions v
				WHERE v.entry_id = e.id AND v.version = e.version`,
			false,
		},
		{"a tender of another supplier", "tenders", `UPDATE tenders SET organisation_id = (SELECT organisation_id
			FROM tenders ORDER BY id DESC LIMIT 1)`, "", true},
		{"a box that takes tenders again", "boxes", "UPDATE boxes SET closed_at = NULL", "", true},
		{"a vote that is gone", "votes", "DELETE FROM votes", "", true},
	} {
		_, err := application.Exec(t.Context(), c.statement)
		if c.refused {
			require.ErrorContains(t, err, "23001", c.what)
			continue
		}
		require.NoError(t, err, c.what)
		report, err := b.Follow(t.Context())
		require.NoError(t, err)
		var tables []string
		for _, d := range report.Differences {
			tables = append(tables, d.Table)
			require.NotEmpty(t, d.Key)
		}
		require.Contains(t, tables, c.table, c.what)
		_, err = superuser.Exec(t.Context(), c.undo)
		require.NoError(t, err, c.what)
		_, err = b.CheckFollowed(t.Context(), "phase_rounds")
		require.NoError(t, err, "%s, undone", c.what)
	}
	b.prepared = []string{"phase_rounds"}
}

// The tables commit to bytes that they do not hold: files are hashed as they are stored.
func TestChangedBytesOfAFileAreNamed(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	b.post(t, b.Lead, "/documents", map[string]any{
		"title": models.Text{"en": "T"}, "audience": "buyers",
		"upload": b.upload(t, b.Lead, []byte("written"), models.PurposeDocument),
	})
	b.tendered(t)
	b.database.ReadsWhole("documents") // by an intruder
	application, superuser := pgtest.Connect(t, b.database.Application), pgtest.Connect(t, b.database.Superuser)
	exec := func(conn *pgx.Conn, statements ...string) {
		t.Helper()
		for _, statement := range statements {
			_, err := conn.Exec(t.Context(), statement)
			require.NoError(t, err, statement)
		}
	}
	exec(superuser, "SET session_replication_role = replica")
	named := func(what string) {
		t.Helper()
		report, err := b.Follow(t.Context())
		require.NoError(t, err)
		require.False(t, slices.ContainsFunc(report.Differences,
			func(d follow.Difference) bool { return d.Table != "phase_rounds" }), "the tables are as they were")
		before := len(report.Differences)
		require.NoError(t, report.CompareFiles(t.Context(), b.Store, func(follow.Files) {}))
		require.Len(t, report.Differences, before+1)
		require.Contains(t, report.Differences[before].String(), what)
		require.Contains(t, report.Differences[before].String(), b.Procurement)
	}

	const ofEnvelope = " WHERE upload_id = (SELECT upload_id FROM tender_envelopes ORDER BY tender_id, n LIMIT 1)"
	const flip = "UPDATE upload_chunks SET content = set_byte(content, 99, get_byte(content, 99) # 1)" + ofEnvelope
	_, err := application.Exec(t.Context(), flip)
	require.ErrorContains(t, err, "23001")
	exec(superuser, flip)
	named("the stored bytes of envelope 1 of tender")
	const chunk = "upload_id, n, content, digest"
	exec(superuser, flip, "CREATE TABLE kept AS SELECT "+chunk+" FROM upload_chunks"+ofEnvelope,
		"DELETE FROM upload_chunks"+ofEnvelope)
	named("the bytes of envelope 1 of tender")
	exec(superuser, "INSERT INTO upload_chunks ("+chunk+") TABLE kept", "DROP TABLE kept")

	// Whoever has the password of the application can put another file in a document's place.
	forged := models.NewID(models.PrefixUpload)
	exec(application, `INSERT INTO uploads (id, procurement_id, organisation_id, person_id, purpose, filename,
			media_type, size, digest)
		SELECT '`+string(forged)+`', u.procurement_id, u.organisation_id, u.person_id, u.purpose, u.filename,
			u.media_type, u.size, u.digest FROM documents d JOIN uploads u ON u.id = d.upload_id
			WHERE d.rendering = ''`,
		`INSERT INTO upload_chunks (upload_id, n, content) VALUES ('`+string(forged)+`', 0, 'forged!')`,
		"UPDATE uploads SET completed_at = clock_timestamp() WHERE id = '"+string(forged)+"'",
		"UPDATE documents SET upload_id = '"+string(forged)+"' WHERE rendering = ''")
	named("the stored bytes of document doc_")
	exec(application, `UPDATE documents d SET upload_id = v.upload_id FROM document_versions v
		WHERE v.document_id = d.id AND v.version = d.version`)
}

// What people wrote of themselves, and why they voted as they did, is erased once it need not be kept; the record stays
// valid and says what is missing.
func TestPersonalPartsAreErasedOnceTheirTimeIsOver(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	const own = "My sister works for a supplier of nodes."
	for person, client := range b.everyone(t) {
		b.post(t, client, "/interest-declarations",
			map[string]any{"person": person, "conflict": false, "statement": own})
	}
	motion := b.act(t, b.Buyers[0].Board, models.VerbCancel,
		map[string]any{"code": "chan-need", "reason": "The need has gone."})
	for _, buyer := range b.Buyers[1:] {
		b.act(t, buyer.Board, models.VerbVote, map[string]any{
			"motion": motion["motion_id"], "digest": motion["digest"], "choice": "approve", "reason": own,
		})
	}
	b.awaitClosed(t)

	a := &acts.Acts{Store: b.Store}
	application, superuser := pgtest.Connect(t, b.database.Application), pgtest.Connect(t, b.database.Superuser)
	stands := func() bool {
		return count(t, superuser, "SELECT count(*) FROM entry_versions WHERE body::text LIKE '%sister%'")+
			count(t, superuser, "SELECT count(*) FROM entries WHERE body::text LIKE '%sister%'")+
			count(t, superuser, "SELECT count(*) FROM votes WHERE reason LIKE '%sister%'")+
			count(t, superuser, "SELECT count(*) FROM commands WHERE payload::text LIKE '%sister%'")+
			count(t, superuser, "SELECT count(*) FROM event_parts WHERE position('sister'::bytea in content) > 0") > 0
	}
	require.Equal(t, int64(0), count(t, superuser,
		"SELECT count(*) FROM events WHERE position('sister'::bytea in canonical) > 0"), "events hold no words")
	n, err := a.EraseDue(t.Context())
	require.NoError(t, err)
	require.Zero(t, n, "it is to be kept")
	_, err = application.Exec(t.Context(), "SELECT erase_part(event_id, name) FROM event_parts WHERE name = 'body'")
	require.ErrorContains(t, err, "still to be kept")
	_, err = application.Exec(t.Context(), "DELETE FROM event_parts")
	require.Error(t, err)
	require.True(t, stands())

	for _, statement := range []string{
		"SET session_replication_role = replica", "ALTER TABLE retention DROP CONSTRAINT retention_years_check",
		"UPDATE retention SET years = 0",
	} {
		_, err := superuser.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool {
		return count(t, superuser, "SELECT count(*) - (SELECT size FROM sequencer) FROM events") == 0
	}, patience, 20*time.Millisecond, "the end has its place in the log")
	_, err = application.Exec(t.Context(), "SELECT erase_part(event_id, name) FROM event_parts WHERE name = 'body'")
	require.ErrorContains(t, err, "nothing records")
	n, err = a.EraseDue(t.Context())
	require.NoError(t, err)
	require.Positive(t, n)
	require.False(t, stands())
	report, err := b.CheckFollowed(t.Context())
	require.NoError(t, err)
	require.Positive(t, report.Erased)
	verified, err := b.Store.Log().Verify(t.Context(), eventlog.VerifyOptions{})
	require.NoError(t, err)
	require.True(t, verified.Valid)
}

// Whoever gets an export after the end can see what the decisions rest on, and prove that it is what the events name.
func TestAnExportAfterTheEndCarriesWhatWasWithheld(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	key, err := audit.NewKey("test.example/log", bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	export := func(status models.Status) (lines string, report audit.Report) {
		var out bytes.Buffer
		_, err := b.Store.Log().Export(t.Context(), key, models.ID(b.Procurement), views.SharedParts(status), &out)
		require.NoError(t, err)
		report, err = audit.VerifyExport(bytes.NewReader(out.Bytes()), audit.Options{})
		require.NoError(t, err)
		return out.String(), report
	}
	p := b.ranked(t)
	p.award(t)
	lines, report := export(models.StatusRunning)
	require.True(t, report.Valid)
	require.NotContains(t, lines, `"parts":[`)

	lines, report = export(models.StatusCompleted)
	require.True(t, report.Valid, "%+v", report.Fault)
	require.Contains(t, lines, `"name":"scores"`)
	require.Contains(t, lines, `"amount":"480000.00"`)
	require.NotContains(t, lines, `"conflict":false`, "declarations are personal")
	cheaper := strings.Replace(lines, `"amount":"480000.00"`, `"amount":"380000.00"`, 1)
	forged, err := audit.VerifyExport(strings.NewReader(cheaper), audit.Options{})
	require.NoError(t, err)
	require.False(t, forged.Valid)
	require.Contains(t, forged.Fault.Detail, `the part "content" is not the one`)
}
