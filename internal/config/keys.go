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

// Keys are the secrets of one installation. Without the master key, stored secrets can no longer be read. Without the
// checkpoint key or the receipt key, nothing more can be signed under the same name.
type Keys struct {
	Master, Checkpoint, Receipt Key
	// Made are the files of the keys that this call made.
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

// MakeDataDir makes the data directory unless it exists. Other users may pass through it, because the data of
// PostgreSQL below may belong to another user, but they may not list or read it.
func (c *Config) MakeDataDir() error {
	//nolint:gosec // see above: others may only pass
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
		return Key{}, fmt.Errorf("%s does not contain a key: %w", file, err)
	}
	return key, nil
}

// makeKey writes a new key to file unless the file exists. The key is complete and on the disk before the file appears,
// so that nobody reads half a key.
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
