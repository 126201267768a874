package main

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/webhook"
)

// cursorKeyBytes is the length of the key that signs cursors.
const cursorKeyBytes = 32

// keyring is the keys that an installation signs with.
type keyring struct {
	checkpoints audit.Key
	receipts    *seal.Signer
	cursors     []byte
	// courier signs webhooks, each with the secret of its endpoint.
	courier *webhook.Courier
}

// openKeyring reads the installation's keys, or makes them, and names them after its public address.
func openKeyring(cfg *config.Config) (keyring, error) {
	var k keyring
	keys, err := cfg.Keys()
	if err != nil {
		return k, err
	}
	if k.checkpoints, err = audit.NewKey(keyName(cfg, "log"), keys.Checkpoint.Bytes()); err != nil {
		return k, err
	}
	if k.receipts, err = seal.NewSigner(keyName(cfg, "receipts"), keys.Receipt.Bytes()); err != nil {
		return k, err
	}
	// All instances must read each other's cursors, so the key of cursors is derived from the key that they share.
	k.cursors, err = hkdf.Key(sha256.New, keys.Master.Bytes(), nil, "cursors", cursorKeyBytes)
	if err != nil {
		return k, fmt.Errorf("derive the key of cursors: %w", err)
	}
	k.courier, err = webhook.NewCourier(webhook.Options{MasterKey: keys.Master.Bytes(), Allow: cfg.WebhookAllow})
	return k, err
}

// keyName names a key by the host name under which clients know us, so that the receipts of several installations can
// be told apart. The port is left out, because it may change from start to start.
func keyName(cfg *config.Config, purpose string) string {
	return cfg.PublicURL.Hostname() + "/" + purpose
}
