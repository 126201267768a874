package main

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/activities"
	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/internal/temporalserver/temporaltest"
	"github.com/ppi-engine/ppi/models"
)

// A fleet is API and worker as processes of their own, on a PostgreSQL and a Temporal that others manage.
type fleet struct {
	*testing.T

	environ  []string
	database pgtest.Database
	address  string
	serve    *program
	worker   *program
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	f := &fleet{T: t, database: pgtest.NewDatabase(t), address: "http://" + freeAddress(t).String()}
	f.environ = []string{
		"PPI_DATABASE_URL=" + f.database.Application, "PPI_DATA_DIR=" + t.TempDir(),
		"TEMPORAL_ADDRESS=" + temporaltest.Address(t), "TEMPORAL_NAMESPACE=ppi",
		"PPI_TASK_QUEUE=fleet/" + f.database.Name,
	}
	f.start()
	return f
}

func (f *fleet) start() {
	f.Helper()
	f.serve = startProgram(f.T, append(f.environ, "PPI_LISTEN="+f.address[len("http://"):]), "serve")
	f.worker = startProgram(f.T, f.environ, "worker")
	readyAt(f.T, f.address)
}

func (f *fleet) stop() {
	f.Helper()
	for _, p := range []*program{f.serve, f.worker} {
		p.signal(syscall.SIGTERM)
		require.Equal(f, exitDone, p.wait())
	}
}

// postgres carries out one of PostgreSQL's own programs.
func (f *fleet) postgres(name string, args ...string) {
	f.Helper()
	installed, err := pgserver.Find(f.Context())
	require.NoError(f, err)
	out, err := exec.CommandContext(f.Context(), filepath.Join(installed.BinDir, name), args...).CombinedOutput()
	require.NoError(f, err, "%s: %s", name, out)
}

// joinBoard has the lead of a procurement decide for its organisation, too.
func joinBoard(t *testing.T, lead *apiclient.Client, procurement string) {
	t.Helper()
	var me struct {
		Person struct {
			ID string `json:"id"`
		} `json:"person"`
	}
	_, err := lead.Get(t.Context(), "/v1/me", &me)
	require.NoError(t, err)
	_, err = lead.Post(t.Context(), "/v1/procurements/"+procurement+"/roles",
		map[string]any{"person_id": me.Person.ID, "role": "board"}, nil)
	require.NoError(t, err)
}

// suspends has the only buyer suspend its procurement.
func suspends(t *testing.T, who *apiclient.Client, procurement string) error {
	t.Helper()
	_, err := who.Do(t.Context(), apiclient.Request{
		Method: http.MethodPost, Path: "/v1/procurements/" + procurement + "/actions/suspend", Key: uuid.NewString(),
		In: map[string]any{"reason": "a flood"}, IfMatch: "*",
	})
	return err
}

// The pair of commands for a managed PostgreSQL, played: the record is restored from a dump, Temporal is not. Commands
// say that the operator is to act, and ppi recover brings both together while API and worker run.
func TestARecordRestoredFromADumpIsRecovered(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	token, err := auth.CreateAdministrator(t.Context(), pgtest.Open(t, f.database.Application),
		auth.Administrator{Name: "A", Organisation: "P", Country: "FR"})
	require.NoError(t, err)
	admin := &apiclient.Client{Base: f.address, Key: token.Reveal(), HTTP: http.DefaultClient}
	key, kept := fleetProcurement(t, []*apiclient.Client{admin, admin})
	lead := admin.As(key)
	joinBoard(t, lead, kept)
	_, err = startAgain(t, lead, kept)
	require.NoError(t, err)

	dump := filepath.Join(t.TempDir(), "record.dump")
	f.postgres("pg_dump", "--format=custom", "--file="+dump, f.database.Owner)
	require.NoError(t, suspends(t, lead, kept))
	otherKey, lost := fleetProcurement(t, []*apiclient.Client{admin, admin})
	_, err = startAgain(t, admin.As(otherKey), lost)
	require.NoError(t, err)
	f.stop()
	f.postgres("pg_restore", "--clean", "--if-exists", "--single-transaction", "--exit-on-error",
		"--dbname="+f.database.Owner, dump)
	f.start()

	err = suspends(t, lead, kept)
	problem, refused := apiclient.ProblemOf(err)
	require.True(t, refused, "%v", err)
	require.Equal(t, "record_behind", problem.Code)

	code, out, stderr := invoke(t, f.environ, "recover", "--all", "--dry-run")
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, kept+": the record is at version")
	require.Contains(t, out, "Without --dry-run, this would be done: a new run goes on from the record")
	require.Contains(t, out, lost+": it has an open run, and the record does not know it")
	code, out, stderr = invoke(t, f.environ, "recover", kept)
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, "1 records behind")
	require.NoError(t, suspends(t, lead, kept))
	code, out, stderr = invoke(t, f.environ, "recover", "--all")
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, "1 agree")
	require.Contains(t, out, "1 runs without a record")
	code, out, _ = invoke(t, f.environ, "recover", lost)
	require.Equal(t, exitDone, code)
	require.Contains(t, out, "no run of it is open")
}

func TestRecoverRefusesWhatItCannotDoAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	temporal, database := temporaltest.Address(t), pgtest.NewDatabase(t)
	target := filepath.Join(t.TempDir(), "backup")
	environ := []string{
		"PPI_DATA_DIR=" + t.TempDir(), "TEMPORAL_NAMESPACE=ppi", "PPI_TASK_QUEUE=none/" + database.Name,
	}
	onRecord := "PPI_DATABASE_URL=" + database.Application
	for _, c := range []struct {
		environ []string
		args    []string
		code    int
		says    string
	}{
		{nil, []string{"recover"}, exitUsage, "name one procurement, or say --all"},
		{nil, []string{"recover", "--all", "prc_x"}, exitUsage, "name one procurement, or say --all"},
		{nil, []string{"recover", "--temporal-lost", "prc_x"}, exitUsage, "--temporal-lost goes with --all"},
		{nil, []string{"recover", "--all"}, exitFailed, "set PPI_DATABASE_URL"},
		{
			[]string{onRecord, "TEMPORAL_ADDRESS=127.0.0.1:1"},
			[]string{"recover", "--all"},
			exitFailed, "no answer from Temporal at 127.0.0.1:1",
		},
		{
			[]string{onRecord, "TEMPORAL_ADDRESS=" + temporal, "TEMPORAL_NAMESPACE=no"},
			[]string{"recover", "--all"},
			exitFailed, "there is no namespace no (TEMPORAL_NAMESPACE)",
		},
		{
			[]string{onRecord, "TEMPORAL_ADDRESS=" + temporal},
			[]string{"recover", "frc_1"},
			exitFailed, "not an ID of this kind",
		},
		{[]string{onRecord}, []string{"backup", target}, exitFailed, "pg_dump"},
	} {
		code, _, stderr := invoke(t, append(environ, c.environ...), c.args...)
		require.Equal(t, c.code, code, stderr)
		require.Contains(t, stderr, c.says)
	}
	p := newRunning(t, database)
	code, _, stderr := invoke(t, append(environ, onRecord, "TEMPORAL_ADDRESS="+temporal),
		"recover", "--all")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "repeat the command with --temporal-lost")
	code, out, stderr := invoke(t, append(environ, onRecord,
		"TEMPORAL_ADDRESS="+temporal), "recover", "--all", "--temporal-lost")
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, p+": it is running, and Temporal has no open run of it. Done: a new run is started")
	require.NoDirExists(t, target)
}

// newRunning makes a procurement that is under way on record only.
func newRunning(t *testing.T, database pgtest.Database) string {
	t.Helper()
	id := "prc_" + uuid.Must(uuid.NewV7()).String()
	conn := pgtest.Connect(t, database.Superuser)
	for _, statement := range []string{
		"SET session_replication_role = replica",
		`INSERT INTO procurements (id, title, description, languages, mode, zone, status, created_by, started_at)
			VALUES ('` + id + `', '{"en": "T"}', '{}', '["en"]', 'live', 'Europe/Paris', 'running',
			'per_00002000-0000-7000-8000-000000000001', now())`,
	} {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	return id
}

// What is said to an operator says what will be done or was done, and nothing else.
func TestRecoverSaysWhatItDoesOrWouldDo(t *testing.T) {
	t.Parallel()
	ended := activities.Case{
		Finding: activities.FoundNoRecord, Status: models.StatusDraft, Run: engine.Run{Known: true, Ended: true},
	}
	for _, c := range []struct {
		found     activities.Case
		dry, done string
	}{
		{
			activities.Case{Finding: activities.FoundNoRun},
			"Without --dry-run, this would be done: a new run is started",
			"Done: a new run is started",
		},
		{
			activities.Case{Finding: activities.FoundNoRecord},
			"Without --dry-run, this would be done: the run is ended",
			"Done: the run is ended",
		},
		{
			ended, "Without --dry-run, this would be done: a new run waits for the start",
			"Done: a new run waits for the start",
		},
		{activities.Case{Finding: activities.FoundAgreed}, "Nothing is to be done", "Nothing is to be done"},
	} {
		require.Contains(t, (&reunion{recoverCommand: &recoverCommand{DryRun: true}}).did(c.found), c.dry)
		require.Contains(t, (&reunion{recoverCommand: &recoverCommand{}}).did(c.found), c.done)
	}
}
