package config

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// A FoundKey is a key of the installation, and where it was found: the name of a variable or of a file.
type FoundKey struct {
	Key

	Source string
}

// keyVariable is the setting that can hold the key for a use.
func keyVariable(use models.KeyUse) string { return "PPI_" + strings.ToUpper(string(use)) + "_KEY" }

// ConfiguredKey is the key that the environment gives for a use; false: it gives none, and files are looked at.
func (c *Config) ConfiguredKey(use models.KeyUse) (FoundKey, bool) {
	key := map[models.KeyUse]Key{
		models.KeyMaster: c.MasterKey, models.KeyCheckpoint: c.CheckpointKey, models.KeyReceipt: c.ReceiptKey,
	}[use]
	return FoundKey{key, keyVariable(use)}, key.IsSet()
}

// FindKeys returns the keys that there are for a use: the one that the environment gives, else those in
// DataDir/keys. There are several after a key was replaced: which of them is in use, the record knows. It makes
// nothing.
func (c *Config) FindKeys(use models.KeyUse) ([]FoundKey, error) {
	if key, is := c.ConfiguredKey(use); is {
		return []FoundKey{key}, nil
	}
	entries, err := os.ReadDir(c.keyDir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("get the %s key: %w", use, err)
	}
	var found []FoundKey
	for _, e := range entries {
		if e.Name() != string(use)+keyFileEnd &&
			(!strings.HasPrefix(e.Name(), string(use)+"-") || !strings.HasSuffix(e.Name(), keyFileEnd)) {
			continue
		}
		file := filepath.Join(c.keyDir(), e.Name())
		key, err := readKey(file)
		if err != nil {
			return nil, fmt.Errorf("get the %s key: %w", use, err)
		}
		found = append(found, FoundKey{key, file})
	}
	return found, nil
}

const keyFileEnd = ".key"

func (c *Config) keyDir() string { return filepath.Join(c.DataDir, "keys") }

// WhereKeyIsLookedFor names the file and the variable that a key for a use is expected in.
func (c *Config) WhereKeyIsLookedFor(use models.KeyUse) string {
	return "neither in " + keyVariable(use) + " nor in " + filepath.Join(c.keyDir(), string(use)+keyFileEnd)
}

// NewKey makes a key.
func NewKey() Key {
	var secret [keySize]byte
	rand.Read(secret[:]) // never fails, see crypto/rand
	return Key{bytes: seal(secret)}
}

// KeepKey writes a key to a file in DataDir/keys with mode 0600 and returns where. mark tells it from earlier keys
// for the same use; empty: it is the first.
func (c *Config) KeepKey(use models.KeyUse, key Key, mark string) (FoundKey, error) {
	if err := c.MakeDataDir(); err != nil {
		return FoundKey{}, err
	}
	name := string(use)
	if mark != "" {
		name += "-" + mark
	}
	file := filepath.Join(c.keyDir(), name+keyFileEnd)
	if err := writeKey(file, key); err != nil {
		return FoundKey{}, fmt.Errorf("keep the %s key: %w", use, err)
	}
	return FoundKey{key, file}, nil
}

// MakeDataDir makes the data directory unless it exists. Other users may pass through it, because the data of
// PostgreSQL below may belong to another user, but they may not list or read it.
func (c *Config) MakeDataDir() error {
	//nolint:gosec // see above: others may only pass
	if err := os.MkdirAll(c.DataDir, 0o711); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	return nil
}

func readKey(file string) (Key, error) {
	info, err := os.Stat(file)
	if err != nil {
		return Key{}, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{},
			fmt.Errorf("%s may be read by other users: chmod 600 it, and consider whether the key is still secret",
				file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return Key{}, err
	}
	key, err := parseKey(strings.TrimSpace(string(text)))
	if err != nil {
		return Key{}, fmt.Errorf("%s does not contain a key: %w", file, err)
	}
	return key, nil
}

// writeKey writes a key to a file that must not exist. The key is complete and on the disk before the file appears, so
// that nobody reads half a key.
func writeKey(file string, key Key) error {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.WriteString(key.Reveal() + "\n")
	if err := errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Link(temporary.Name(), file)
}
