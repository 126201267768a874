package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/keyring"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// audited is an installation with five events of one procurement in its log.
type audited struct {
	db          pgtest.Database
	store       *store.Store
	procurement models.ID
	environ     []string
	dir         string
	key         audit.Key
}

func newAudited(t *testing.T) audited {
	t.Helper()
	a := audited{db: pgtest.NewDatabase(t), procurement: models.NewID(models.PrefixProcurement), dir: t.TempDir()}
	_, err := pgtest.Connect(t, a.db.Owner).
		Exec(t.Context(), "ALTER TABLE events DROP CONSTRAINT IF EXISTS events_procurement")
	require.NoError(t, err)
	a.environ = []string{"PPI_DATABASE_URL=" + a.db.Application, "PPI_DATA_DIR=" + a.dir}
	a.store = pgtest.Open(t, a.db.Application)
	require.NoError(t, a.store.InTx(t.Context(), func(tx *store.Tx) error {
		for range 5 {
			if _, err := tx.Append(event.Event{
				ProcurementID: a.procurement,
				Payload:       event.ProcurementChanged{},
			}); err != nil {
				return err
			}
		}
		return nil
	}))
	a.sequence(t)
	cfg, err := config.Load(a.environ, config.Inspect)
	require.NoError(t, err)
	keys, err := keyring.Register(t.Context(), keyring.Options{
		Record: a.store, Config: cfg, Log: slog.New(slog.DiscardHandler),
	}, models.KeyCheckpoint)
	require.NoError(t, err)
	a.key, err = checkpointKey(cfg, keys)
	require.NoError(t, err)
	return a
}

func (a audited) sequence(t *testing.T) {
	t.Helper()
	q, err := a.store.Log().OpenSequencer(t.Context())
	require.NoError(t, err)
	defer q.Close()
	_, _, err = q.Pass(t.Context())
	require.NoError(t, err)
}

// audit runs ppi audit and reads the report from its output.
func (a audited) audit(t *testing.T, args ...string) (code int, report audit.Report) {
	t.Helper()
	code, stdout, stderr := invoke(t, a.environ, append([]string{"audit", "verify", "--json"}, args...)...)
	require.NoError(t, json.Unmarshal([]byte(stdout), &report), "%s", stderr)
	return code, report
}

func (a audited) file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(a.dir, name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestAnExportVerifiesWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	code, key, _ := invoke(t, a.environ, "audit", "key")
	require.Equal(t, exitDone, code)
	code, export, stderr := invoke(t, a.environ, "audit", "export", string(a.procurement))
	require.Equal(t, exitDone, code, stderr)
	a.environ = nil

	code, report := a.audit(t, "--export", a.file(t, "export", export), "--key", strings.TrimSpace(key))
	require.Equal(t, exitDone, code)
	require.True(t, report.Valid)
	require.True(t, report.KeyGiven)
	require.EqualValues(t, 5, report.Events)

	forged := a.file(t, "forged", strings.Replace(export, `"type":"procurement.changed"`, `"type":"test.invented"`, 1))
	code, report = a.audit(t, "--export", forged)
	require.Equal(t, exitFailed, code)
	require.Equal(t, audit.FaultAltered, report.Fault.Kind)
	code, stdout, _ := invoke(t, nil, "audit", "verify", "--export", forged)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stdout, "NOT VALID")
	require.Contains(t, stdout, "first fault: altered at number 1 of its chain")
}

func TestTheRecordIsComparedWithCheckpointsOutsideTheDatabase(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	archive := audit.Archive(filepath.Join(a.dir, "checkpoints"))
	checkpoint, err := a.store.Log().Checkpoint(t.Context(), a.key, archive)
	require.NoError(t, err)
	given := a.file(t, "given.checkpoint", string(checkpoint.Note))

	code, report := a.audit(t, "--key", a.key.Verifier(), "--checkpoint", given)
	require.Equal(t, exitDone, code)
	require.Equal(t, 4, report.Checkpoints, "that in the database, two in the archive and the one given")

	super := pgtest.Connect(t, a.db.Superuser)
	for _, statement := range []string{
		"SET session_replication_role = replica", "DELETE FROM checkpoints", "DELETE FROM event_log WHERE position = 5",
		"DELETE FROM public_log", "DELETE FROM public_checkpoints",
		"DELETE FROM events WHERE id NOT IN (SELECT event_id FROM event_log)", "UPDATE sequencer SET size = 4",
	} {
		_, err := super.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	code, report = a.audit(t)
	require.Equal(t, exitFailed, code)
	require.Equal(t, audit.FaultCut, report.Fault.Kind, "the archive remembers")
	require.NoError(t, os.RemoveAll(string(archive)))
	code, _ = a.audit(t)
	require.Equal(t, exitDone, code, "nothing that is left shows it")
	code, report = a.audit(t, "--checkpoint", given)
	require.Equal(t, exitFailed, code)
	require.Equal(t, audit.FaultCut, report.Fault.Kind)
}

// What somebody outside has: an export, the public log, and a head of it that was kept.
func TestAnExportIsComparedWithThePublicLog(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	_, err := a.store.Log().Checkpoint(t.Context(), a.key, "")
	require.NoError(t, err)
	head, err := a.store.Log().PublicCheckpoint(t.Context())
	require.NoError(t, err)
	kept := a.file(t, "kept", string(head.Note))
	entries, err := a.store.Log().PublicLog(t.Context(), 0, 100)
	require.NoError(t, err)
	page, err := json.Marshal(map[string]any{"items": entries})
	require.NoError(t, err)
	_, export, _ := invoke(t, a.environ, "audit", "export", string(a.procurement))
	file := a.file(t, "export", export)

	code, report := a.audit(t, "--export", file, "--checkpoint", kept, "--public-log", a.file(t, "log", string(page)))
	require.Equal(t, exitDone, code)
	require.Equal(t, 1, report.Checkpoints)
	cut := a.file(t, "cut", `{"items":[]}`)
	code, stdout, stderr := invoke(t, nil, "audit", "verify", "--export", file, "--checkpoint", kept,
		"--public-log", cut)
	require.Equal(t, exitFailed, code, stdout)
	require.Contains(t, stderr, "give both")
	code, report = a.audit(t, "--checkpoint", kept)
	require.Equal(t, exitDone, code)
	require.Equal(t, 2, report.Checkpoints)
	require.Equal(t, 1, report.Public)
}

func TestAnAuditWithoutItsInputSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	environ := []string{"PPI_DATA_DIR=" + t.TempDir()}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"verify"}, "set PPI_DATABASE_URL, or start ppi standalone"},
		{[]string{"verify", "--export", "/nowhere"}, "/nowhere"},
		{[]string{"verify", "--key", "x"}, "verifier key 1"},
		{[]string{"export", "lot_1"}, "is not an ID of this kind"},
		{[]string{"export", string(models.NewID(models.PrefixProcurement))}, "set PPI_DATABASE_URL"},
	} {
		code, stdout, stderr := invoke(t, environ, append([]string{"audit"}, c.args...)...)
		require.NotEqual(t, exitDone, code)
		require.Empty(t, stdout)
		require.Contains(t, stderr, c.says)
		require.NotContains(t, stderr, "cannot be made", "it is to be read")
	}
}

// The commands find standalone's own PostgreSQL by its lock file.
func TestStandalonesOwnDatabaseIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, roles{
		Owner: "o", Application: "a/p",
		Temporal: "t",
	}.write(filepath.Join(dir, "postgres-roles.json")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "postgres"), 0o700))
	lock := strings.Join([]string{"4711", dir, "1700000000", "54321", "/tmp", "127.0.0.1", "  1 2", "ready   ", ""},
		"\n")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "postgres", "postmaster.pid"), []byte(lock), 0o600))
	cfg, err := config.Load([]string{"PPI_DATA_DIR=" + dir}, config.Inspect)
	require.NoError(t, err)
	dsn, err := recordURL(cfg)
	require.NoError(t, err)
	require.Equal(t, "postgres://ppi_app:a%2Fp@127.0.0.1:54321/ppi?sslmode=disable", dsn)
}

func TestVerifyNamesTheFirstRowThatDoesNotFollow(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	code, stdout, stderr := invoke(t, a.environ, "audit", "verify")
	require.Zero(t, code, "%s %s", stdout, stderr)
	require.Contains(t, stdout, "follow from the events")
	require.Contains(t, stdout, "files whose stored bytes were compared: 0 (0 bytes)")
	code, stdout, stderr = invoke(t, a.environ, "audit", "verify", "--without-files")
	require.Zero(t, code, "%s %s", stdout, stderr)
	require.Contains(t, stdout, "note: the stored bytes of files were not compared")

	_, err := pgtest.Connect(t, a.db.Application).Exec(t.Context(),
		"INSERT INTO organisations (id, legal_name, country, kind) VALUES ($1, 'Invented', 'FR', 'other')",
		models.NewID(models.PrefixOrganisation))
	require.NoError(t, err)
	code, stdout, _ = invoke(t, a.environ, "audit", "verify")
	require.Equal(t, 1, code)
	require.Contains(t, stdout,
		"NOT VALID: tables or files do not follow from the events; differences: 1\n")
	require.Contains(t, stdout, "\ntable organisations, row org_")
	var report struct {
		Valid  bool `json:"valid"`
		Tables struct {
			Differences []struct {
				Table string `json:"table"`
			} `json:"differences"`
		} `json:"tables"`
	}
	_, stdout, _ = invoke(t, a.environ, "audit", "verify", "--json")
	require.NoError(t, json.Unmarshal([]byte(stdout), &report))
	require.False(t, report.Valid)
	require.Equal(t, "organisations", report.Tables.Differences[0].Table)
}

// What is damaged does not hide what was forged, and a damaged file does not hide another.
func TestVerifyTellsWhatDoesNotFollowThoughFilesCannotBeRead(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	superuser := pgtest.Connect(t, a.db.Superuser)
	exec := func(statement string, args ...any) {
		t.Helper()
		_, err := superuser.Exec(t.Context(), statement, args...)
		require.NoError(t, err, statement)
	}
	exec("SET session_replication_role = replica")
	damaged := models.NewID(models.PrefixUpload)
	for _, upload := range []models.ID{damaged, models.NewID(models.PrefixUpload)} {
		document, person := models.NewID(models.PrefixDocument), models.NewID(models.PrefixPerson)
		exec(`INSERT INTO uploads (id, procurement_id, organisation_id, person_id, purpose, filename, media_type, size,
				digest, completed_at)
			VALUES ($1, $2, $3, $4, 'document', 'f', 'text/plain', 4, encode(sha256('kept'), 'hex'), now())`,
			upload, a.procurement, models.NewID(models.PrefixOrganisation), person)
		exec("INSERT INTO upload_chunks (upload_id, n, content) VALUES ($1, 0, 'kept')", upload)
		exec(`INSERT INTO documents (id, procurement_id, version, title, audience, upload_id, author_id, written_at)
			VALUES ($1, $2, 1, '{"en": "T"}', 'buyers', $3, $4, now())`, document, a.procurement, upload, person)
		exec(`INSERT INTO document_versions (document_id, version, title, audience, upload_id, author_id, written_at)
			SELECT id, version, title, audience, upload_id, author_id, written_at FROM documents WHERE id = $1`,
			document)
	}
	exec("ALTER TABLE upload_chunks RENAME TO kept_chunks")
	exec(`CREATE FUNCTION damaged() RETURNS bytea LANGUAGE plpgsql AS $$ BEGIN
		RAISE EXCEPTION 'missing chunk number 0' USING ERRCODE = 'data_corrupted'; END $$`)
	exec(`CREATE VIEW upload_chunks AS SELECT upload_id, n,
		CASE WHEN upload_id = '` + string(damaged) + `' THEN damaged() ELSE content END AS content FROM kept_chunks`)
	exec("GRANT SELECT ON upload_chunks TO PUBLIC")
	code, stdout, stderr := invoke(t, a.environ, "audit", "verify")
	require.Equal(t, 1, code, stderr)
	require.Contains(t, stderr, "ppi: rows and events that do not follow: 4; now comparing files\n")
	require.Contains(t, stdout, "differences: 5\n")
	require.Contains(t, stdout, "files whose stored bytes were compared: 2 (4 bytes)\n")
	require.Contains(t, stdout, "cannot be read: read bytes of upload "+string(damaged))

	exec("REVOKE SELECT ON upload_chunks FROM PUBLIC")
	code, stdout, stderr = invoke(t, a.environ, "audit", "verify")
	require.NotZero(t, code)
	require.Contains(t, stderr, "permission denied")
	require.Contains(t, stdout, "differences: 4\n")
	require.Contains(t, stdout, "note: the stored bytes of other files were not compared, because that failed\n")
}
