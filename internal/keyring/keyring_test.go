package keyring_test

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/keyring"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	patience = 30 * time.Second
	pause    = 10 * time.Millisecond
)

// installation is a record and one of the machines that work on it.
type installation struct {
	*pgtest.Platform

	o   keyring.Options
	dir string
}

func newInstallation(t *testing.T) *installation {
	t.Helper()
	i := &installation{Platform: pgtest.NewPlatform(t)}
	i.o = keyring.Options{Record: i.Store, Log: slog.New(slog.DiscardHandler)}
	i.use(t)
	return i
}

// use goes on with another machine, whose key directory is empty.
func (i *installation) use(t *testing.T, environ ...string) {
	t.Helper()
	i.dir = t.TempDir()
	i.configure(t, environ...)
}

// configure goes on with the same key directory.
func (i *installation) configure(t *testing.T, environ ...string) {
	t.Helper()
	var err error
	i.o.Config, err = config.Load(append([]string{"PPI_DATA_DIR=" + i.dir, "PPI_PUBLIC_URL=https://ppi.example.eu"},
		environ...), config.Inspect)
	require.NoError(t, err)
}

func (i *installation) register(t *testing.T) keyring.Keys {
	t.Helper()
	keys, err := keyring.Register(t.Context(), i.o, models.KeyUses()...)
	require.NoError(t, err)
	return keys
}

func (i *installation) refused(t *testing.T) *keyring.MismatchError {
	t.Helper()
	_, err := keyring.Register(t.Context(), i.o, models.KeyUses()...)
	var mismatch *keyring.MismatchError
	require.ErrorAs(t, err, &mismatch)
	return mismatch
}

func (i *installation) known(t *testing.T, use models.KeyUse) (found []models.InstallationKey) {
	t.Helper()
	entries, err := i.KeyEntries(t.Context())
	require.NoError(t, err)
	for _, k := range models.InstallationKeys(entries) {
		if k.Use == use {
			found = append(found, k)
		}
	}
	return found
}

func (i *installation) courier(t *testing.T, keys keyring.Keys) *webhook.Courier {
	t.Helper()
	c, err := webhook.NewCourier(webhook.Options{MasterKey: keys[models.KeyMaster].Bytes()})
	require.NoError(t, err)
	return c
}

// endpoint stores an endpoint whose secret the courier has encrypted, and one that signs with a former secret, too.
func (i *installation) endpoint(t *testing.T, c *webhook.Courier) models.Endpoint {
	t.Helper()
	e := models.Endpoint{ID: models.NewID(models.PrefixEndpoint)}
	_, e.Secret = c.NewSecret(e.ID)
	i.Exec(`INSERT INTO endpoints (id, organisation_id, owner_id, url, types, procurements, rehearsals, secret,
		former_secret, former_until, status, since, version, created_at)
		VALUES ($1, $2, $3, 'https://portal.example.eu', '[]', '[]', false, $4, $4, now() + interval '1 hour',
		'active',
		0, 1, now())`, e.ID, i.Organisation, i.Person(), e.Secret)
	return e
}

func (i *installation) count(t *testing.T, sql string) (n int64) {
	t.Helper()
	require.NoError(t, i.SQL.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

func (i *installation) secret(t *testing.T, id models.ID) (current, former []byte) {
	t.Helper()
	require.NoError(t, i.SQL.QueryRow(t.Context(), "SELECT secret, former_secret FROM endpoints WHERE id = $1", id).
		Scan(&current, &former))
	return current, former
}

func TestManyFirstProcessesMakeOneSetOfKeys(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	var all [8]keyring.Keys
	var errs [8]error
	var group sync.WaitGroup
	for n := range all {
		group.Go(func() { all[n], errs[n] = keyring.Register(t.Context(), i.o, models.KeyUses()...) })
	}
	group.Wait()
	for n := range all {
		require.NoError(t, errs[n])
		for _, use := range models.KeyUses() {
			require.Equal(t, all[0][use].Bytes(), all[n][use].Bytes())
		}
	}
	require.NotEqual(t, all[0][models.KeyMaster].Bytes(), all[0][models.KeyReceipt].Bytes())
	for _, use := range models.KeyUses() {
		require.Len(t, i.known(t, use), 1)
	}
	files, err := os.ReadDir(filepath.Join(i.dir, "keys"))
	require.NoError(t, err)
	require.Len(t, files, 3)
	require.EqualValues(t, 3, i.count(t, "SELECT count(*) FROM events WHERE type = 'installation_key.introduced'"))
}

func TestAllFaultsOfKeysAreSaidAtOnce(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.register(t)
	i.use(t, "PPI_RECEIPT_KEY="+base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	mismatch := i.refused(t)
	require.Len(t, mismatch.Faults, 3)
	require.Empty(t, mismatch.Faults[0].Found, "missing")
	require.Equal(t, []string{"PPI_RECEIPT_KEY"}, mismatch.Faults[2].Found)
	require.NoDirExists(t, filepath.Join(i.dir, "keys"))
}

// A record from before this release does not know its keys, but has what they made.
func TestAnEarlierRecordKnowsItsKeysByWhatTheyMade(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	first := i.register(t)
	i.endpoint(t, i.courier(t, first))
	pgtest.Sequence(t, i.Sequencer)
	former, err := audit.NewKey("old.example.eu/log", first[models.KeyCheckpoint].Bytes())
	require.NoError(t, err)
	_, err = i.Log().Checkpoint(t.Context(), former, "")
	require.NoError(t, err)
	forget := func() {
		i.Exec("SET session_replication_role = replica")
		i.Exec("DELETE FROM installation_keys")
		i.Exec("SET session_replication_role = origin")
	}

	forget()
	kept := i.dir
	i.use(t)
	mismatch := i.refused(t)
	require.Len(t, mismatch.Faults, 2, "no receipt was ever given")
	require.Empty(t, mismatch.Faults[0].Known)
	require.Contains(t, mismatch.Error(), "the record has what another key made")
	i.dir = kept
	i.configure(t)
	require.Equal(t, first[models.KeyMaster].Bytes(), i.register(t)[models.KeyMaster].Bytes())
	names := i.known(t, models.KeyCheckpoint)[0].Verifiers
	require.Len(t, names, 2)
	require.Equal(t, former.Verifier(), names[0], "what it signed under another name can still be verified")
}

func TestAKeyThatGetsAnotherNameIsListedWithBoth(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	keys := i.register(t)
	i.configure(t, "PPI_PUBLIC_URL=https://new.example.eu")
	require.Equal(t, keys[models.KeyReceipt].Bytes(), i.register(t)[models.KeyReceipt].Bytes())
	i.register(t)
	names := i.known(t, models.KeyReceipt)[0].Verifiers
	require.Len(t, names, 2)
	require.Contains(t, names[0], "ppi.example.eu/receipts+")
	require.Contains(t, names[1], "new.example.eu/receipts+")
	require.EqualValues(t, 2, i.count(t, "SELECT count(*) FROM events WHERE type = 'installation_key.named'"))
}

func TestANewMasterKeyReadsEverySecret(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	before := i.register(t)
	e := i.endpoint(t, i.courier(t, before))
	strange := i.endpoint(t, i.courier(t, keyring.Keys{models.KeyMaster: config.NewKey()}))

	done, err := keyring.Rotate(t.Context(), i.o, models.KeyMaster, models.KeyRotated, nil)
	require.NoError(t, err)
	require.Equal(t, 1, done.Resealed)
	require.Equal(t, 1, done.Forgotten, "what nobody could read before is not kept as if somebody could")
	after := i.register(t)
	require.NotEqual(t, before[models.KeyMaster].Bytes(), after[models.KeyMaster].Bytes())
	current, former := i.secret(t, e.ID)
	for _, sealed := range [][]byte{current, former} {
		readable, err := webhook.Readable(after[models.KeyMaster].Bytes(), e.ID, sealed)
		require.NoError(t, err)
		require.True(t, readable)
		readable, err = webhook.Readable(before[models.KeyMaster].Bytes(), e.ID, sealed)
		require.NoError(t, err)
		require.False(t, readable)
	}
	current, _ = i.secret(t, strange.ID)
	require.Nil(t, current)
	require.EqualValues(t, 1, i.count(t, "SELECT count(*) FROM events WHERE type = 'endpoint.secret_lost'"))

	keys := i.known(t, models.KeyMaster)
	require.Len(t, keys, 2)
	require.Equal(t, models.KeyRotated, keys[0].Because)
	require.Nil(t, keys[1].RetiredAt)
}

func TestALostMasterKeyLeavesEndpointsWithoutASecret(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	e := i.endpoint(t, i.courier(t, i.register(t)))
	i.use(t)
	done, err := keyring.Lose(t.Context(), i.o, models.KeyMaster)
	require.NoError(t, err)
	require.Equal(t, 1, done.Forgotten)
	current, former := i.secret(t, e.ID)
	require.Nil(t, current)
	require.Nil(t, former)
	require.EqualValues(t, 1, i.count(t, "SELECT count(*) FROM events WHERE type = 'endpoint.secret_lost'"))
	require.Equal(t, models.KeyLost, i.known(t, models.KeyMaster)[0].Because)
	_, err = keyring.Lose(t.Context(), i.o, models.KeyMaster)
	require.ErrorIs(t, err, keyring.ErrNotLost)
}

func TestAKeyIsNotReplacedWhileAProcessWorksWithIt(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	held, err := keyring.Hold(t.Context(), i.o, models.KeyReceipt)
	require.NoError(t, err)
	_, err = keyring.Rotate(t.Context(), i.o, models.KeyReceipt, models.KeyRotated, nil)
	var inUse *store.HeldKeysError
	require.ErrorAs(t, err, &inUse)
	require.Equal(t, 1, inUse.Processes)
	require.Len(t, i.known(t, models.KeyReceipt), 1)
	held.Release()
	require.Eventually(t, func() bool {
		_, err = keyring.Rotate(t.Context(), i.o, models.KeyReceipt, models.KeyRotated, nil)
		return err == nil
	}, patience, pause, "%v", &err)
}

func TestAProcessEndsWhenItsKeyWasReplacedBehindItsBack(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	held, err := keyring.Hold(t.Context(), i.o, models.KeyReceipt)
	require.NoError(t, err)
	watched := make(chan error, 1)
	go func() { watched <- held.Watch(t.Context()) }()
	var rotated error
	require.Eventually(t, func() bool {
		i.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ppi keys' " +
			"AND datname = current_database()")
		_, rotated = keyring.Rotate(t.Context(), i.o, models.KeyReceipt, models.KeyRotated, nil)
		return rotated == nil
	}, patience, pause, "%v", &rotated)
	select {
	case err := <-watched:
		require.ErrorIs(t, err, keyring.ErrReplaced)
	case <-time.After(patience):
		require.Fail(t, "the process goes on with the key that was replaced")
	}
}

func TestWithoutAKeyInTheRecordThereIsNothingToReplace(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	_, err := keyring.Rotate(t.Context(), i.o, models.KeyReceipt, models.KeyRotated, nil)
	require.ErrorIs(t, err, keyring.ErrNoKey)
	_, err = keyring.Lose(t.Context(), i.o, models.KeyReceipt)
	require.ErrorIs(t, err, keyring.ErrNoKey)
	_, err = keyring.Match(t.Context(), i.o, models.KeyReceipt)
	require.Error(t, err)
	require.NoDirExists(t, filepath.Join(i.dir, "keys"))
}
