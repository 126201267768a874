package config

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Keys are the secrets of one installation. Losing them means: secrets at rest
// are gone (Master), checkpoints and receipts can no longer be continued under
// the same name (Checkpoint, Receipt).
type Keys struct {
	Master, Checkpoint, Receipt Key
	// Made are the files of keys that were made just now.
	Made []string
}

// Keys returns the configured keys; one that is not set is read from DataDir/keys,
// where it is made with mode 0600 the first time. Several processes may do so at
// once and get the same keys.
func (c *Config) Keys() (Keys, error) {
	var keys Keys
	if err := c.MakeDataDir(); err != nil {
		return Keys{}, err
	}
	for _, k := range []struct {
		name       string
		configured Key
		target     *Key
	}{
		{"master", c.MasterKey, &keys.Master},
		{"checkpoint", c.CheckpointKey, &keys.Checkpoint},
		{"receipt", c.ReceiptKey, &keys.Receipt},
	} {
		*k.target = k.configured
		if k.configured.IsSet() {
			continue
		}
		file := filepath.Join(c.DataDir, "keys", k.name+".key")
		made, err := readOrMakeKey(file, k.target)
		if err != nil {
			return Keys{}, fmt.Errorf("get the %s key: %w", k.name, err)
		}
		if made {
			keys.Made = append(keys.Made, file)
		}
	}
	return keys, nil
}

// MakeDataDir makes the data directory unless it exists. Others may pass, since
// PostgreSQL's data below may belong to another user, but neither list nor read.
func (c *Config) MakeDataDir() error {
	//nolint:gosec // see above: passing is all that others may
	if err := os.MkdirAll(c.DataDir, 0o711); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	return nil
}

func readOrMakeKey(file string, target *Key) (made bool, err error) {
	*target, err = readKey(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err := makeKey(file); err != nil && !errors.Is(err, fs.ErrExist) {
		return false, err
	} else if err == nil {
		made = true
	}
	*target, err = readKey(file)
	return made, err
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
		return Key{}, fmt.Errorf("%s holds no key: %w", file, err)
	}
	return key, nil
}

// makeKey writes a new key to file unless it exists: complete and on disk before
// it appears under its name, so that nobody ever works with half of it.
func makeKey(file string) error {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	var secret [keySize]byte
	rand.Read(secret[:]) // never fails, see crypto/rand
	_, err = temporary.WriteString(base64.StdEncoding.EncodeToString(secret[:]) + "\n")
	if err := errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Link(temporary.Name(), file)
}
