package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// keysLock is taken by whoever writes which keys the installation has. keysHeld is shared by every process that works
// with the keys, for as long as it does, and taken alone by whoever replaces one.
const (
	keysLock = "installation keys"
	keysHeld = 0x5050_494b
)

const selectKeyEntries = `SELECT ordinal, use, encode(fingerprint, 'hex') AS fingerprint, act, verifier, because, at
	FROM installation_keys ORDER BY ordinal`

// KeyEntries lists what happened to the keys of the installation, oldest first.
func (s *Store) KeyEntries(ctx context.Context) ([]models.KeyEntry, error) {
	return keyEntries(s.rows(ctx))
}

// LockKeyEntries lists what happened to the keys of the installation; nobody else writes there until the transaction
// ends.
func (tx *Tx) LockKeyEntries() ([]models.KeyEntry, error) {
	tx.Lock(false, keysLock)
	return tx.KeyEntries()
}

// KeyEntries lists what happened to the keys of the installation, oldest first.
func (tx *Tx) KeyEntries() ([]models.KeyEntry, error) { return keyEntries(tx.db()) }

func keyEntries(db *gorm.DB) ([]models.KeyEntry, error) {
	var entries []models.KeyEntry
	if err := db.Raw(selectKeyEntries).Scan(&entries).Error; err != nil {
		return nil, fmt.Errorf("list keys of the installation: %w", err)
	}
	return entries, nil
}

// AddKeyEntry appends an entry.
func (tx *Tx) AddKeyEntry(e models.KeyEntry) {
	tx.Send("record key of the installation", `INSERT INTO installation_keys
			(use, fingerprint, act, verifier, because, at)
		VALUES ($1, decode($2, 'hex'), $3, $4, $5, $6)`,
		e.Use, e.Fingerprint, e.Act, e.Verifier, e.Because, e.At)
}

// LastReceipt is a signed receipt of a tender, or "" when none was ever given.
func (tx *Tx) LastReceipt() (string, error) {
	return oneText(tx, "SELECT coalesce((SELECT receipt FROM tenders ORDER BY id DESC LIMIT 1), '')")
}

// LastCheckpoint is the signed note of the newest checkpoint, or "" when there is none.
func (tx *Tx) LastCheckpoint() (string, error) {
	return oneText(tx, "SELECT coalesce((SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1), '')")
}

func oneText(tx *Tx, sql string) (text string, err error) {
	if err := tx.Ask(sql, nil, &text); err != nil {
		return "", fmt.Errorf("read what a key signed: %w", err)
	}
	return text, nil
}

// An EndpointSecret is what is encrypted of an endpoint.
type EndpointSecret struct {
	ID             models.ID
	OrganisationID models.ID
	Rehearsals     bool
	Secret         []byte
	FormerSecret   []byte
}

// LockEndpointSecrets lists the secrets of all endpoints that have one, to change them.
func (tx *Tx) LockEndpointSecrets() ([]EndpointSecret, error) {
	var all []EndpointSecret
	err := tx.db().Raw(`SELECT id, organisation_id, rehearsals, secret, former_secret FROM endpoints
		WHERE secret IS NOT NULL ORDER BY id FOR NO KEY UPDATE`).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list secrets of endpoints: %w", err)
	}
	return all, nil
}

// SaveEndpointSecret writes the same secrets back, encrypted anew.
func (tx *Tx) SaveEndpointSecret(e EndpointSecret) {
	tx.SendFor(1, "save secret of endpoint", "UPDATE endpoints SET secret = $2, former_secret = $3 WHERE id = $1",
		e.ID, e.Secret, e.FormerSecret)
}

// ForgetEndpointSecret removes secrets that nobody can read.
func (tx *Tx) ForgetEndpointSecret(id models.ID) {
	tx.SendFor(1, "forget secret of endpoint", `UPDATE endpoints
		SET secret = NULL, former_secret = NULL, former_until = NULL, version = version + 1 WHERE id = $1`, id)
}

// HeldKeysError says that processes work with the keys of the installation.
type HeldKeysError struct{ Processes int }

func (e *HeldKeysError) Error() string {
	return fmt.Sprintf("the keys are in use by %d processes: stop every ppi serve and ppi worker first", e.Processes)
}

// lingering is how long PostgreSQL may take to notice that a process which worked with the keys is gone.
const (
	lingering   = 3 * time.Second
	lingerPause = 50 * time.Millisecond
)

// TakeKeys makes sure that no process works with the keys of the installation, nor begins to, until the transaction
// ends. It returns a [*HeldKeysError] while some do.
func (tx *Tx) TakeKeys() error {
	again := time.NewTicker(lingerPause)
	defer again.Stop()
	for until := time.Now().Add(lingering); ; <-again.C {
		var taken bool
		var processes int
		err := tx.Ask(`SELECT pg_try_advisory_xact_lock($1), (SELECT count(*) FROM pg_locks
			WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND (classid, objid) = (0, $1::bigint::oid)
				AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
				AND pid <> pg_backend_pid())`, []any{int64(keysHeld)}, &taken, &processes)
		switch {
		case err != nil:
			return fmt.Errorf("take the keys of the installation: %w", err)
		case taken:
			return nil
		case time.Now().After(until):
			return &HeldKeysError{processes}
		}
	}
}

// A KeyHold keeps the keys of the installation from being replaced, as long as its connection lives.
type KeyHold struct{ conn *pgx.Conn }

// holdTimeout bounds each question of a hold to the database.
const holdTimeout = 5 * time.Second

// HoldKeys waits until nobody replaces keys and returns a hold.
func (s *Store) HoldKeys(ctx context.Context) (*KeyHold, error) {
	conn, err := pg.Apart(ctx, s.DB, map[string]string{"application_name": "ppi keys"})
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock_shared($1)", int64(keysHeld)); err != nil {
		return nil, errors.Join(fmt.Errorf("hold the keys of the installation: %w", err), closeNow(conn))
	}
	return &KeyHold{conn}, nil
}

// Check tells whether the hold is still there.
func (h *KeyHold) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, holdTimeout)
	defer cancel()
	if err := h.conn.Ping(ctx); err != nil {
		return fmt.Errorf("hold the keys of the installation: %w", err)
	}
	return nil
}

// Release gives the hold up.
func (h *KeyHold) Release() { _ = closeNow(h.conn) }

func closeNow(conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := conn.Close(ctx); err != nil {
		return fmt.Errorf("disconnect: %w", err)
	}
	return nil
}

// AnyEndpointSecret reads the newest secret of an endpoint; false: there is none.
func (tx *Tx) AnyEndpointSecret() (EndpointSecret, bool, error) {
	var found []EndpointSecret
	err := tx.db().Raw(`SELECT id, organisation_id, rehearsals, secret, former_secret FROM endpoints
		WHERE secret IS NOT NULL ORDER BY id DESC LIMIT 1`).Scan(&found).Error
	switch {
	case err != nil:
		return EndpointSecret{}, false, fmt.Errorf("read a secret of an endpoint: %w", err)
	case len(found) == 0:
		return EndpointSecret{}, false, nil
	}
	return found[0], true, nil
}
