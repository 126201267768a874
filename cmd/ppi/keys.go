package main

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/keyring"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
)

// cursorKeyBytes is the length of the key that signs cursors.
const cursorKeyBytes = 32

// Each process is given the keys that it works with, and no others.
var (
	keysOfAPI    = models.KeyUses()
	keysOfWorker = []models.KeyUse{models.KeyMaster, models.KeyCheckpoint}
)

// holdKeys returns the keys for the uses as soon as the record has the schema of this version and knows them. It gives
// up when they are not those of the record ([*keyring.MismatchError]), when they cannot be read or kept, or when ctx
// ends.
func holdKeys(ctx context.Context, a *app, record *store.Store, uses []models.KeyUse) (*keyring.Held, error) {
	for attempt := 0; ; attempt++ {
		err := checkSchema(ctx, record)
		if err == nil {
			var held *keyring.Held
			held, err = keyring.Hold(ctx, keyring.Options{Record: record, Config: a.cfg, Log: a.log}, uses...)
			if file, _ := pathOf(err); err == nil || file != "" || (ctx.Err() == nil && !acts.MayRepeat(err)) {
				return held, err
			}
		}
		if attempt == 0 {
			a.log.WarnContext(ctx, "the record is not ready, will try again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("compare the keys with the record: %w", context.Cause(ctx))
		case <-time.After(retryPause):
		}
	}
}

// withHeld runs f until it returns. It ends f, and returns why, when a key was replaced, and lets the keys be replaced
// afterwards.
func withHeld(ctx context.Context, held *keyring.Held, f func(ctx context.Context) error) error {
	defer held.Release()
	group, ctx := errgroup.WithContext(ctx)
	ctx, done := context.WithCancel(ctx)
	group.Go(func() error { return held.Watch(ctx) })
	group.Go(func() error {
		defer done()
		return f(ctx)
	})
	return group.Wait()
}

// unlessEnded returns nil for what was broken off because ctx has ended.
func unlessEnded(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}

// A workshop is what the keys of an installation make possible.
type workshop struct {
	checkpoints audit.Key
	// receipts is nil where no receipts are signed.
	receipts *seal.Signer
	cursors  []byte
	// courier signs webhooks, each with the secret of its endpoint.
	courier *webhook.Courier
}

func openWorkshop(cfg *config.Config, keys keyring.Keys) (w workshop, err error) {
	if w.checkpoints, err = checkpointKey(cfg, keys); err != nil {
		return w, err
	}
	if receipt := keys[models.KeyReceipt]; receipt.IsSet() {
		if w.receipts, err = seal.NewSigner(keyring.Name(cfg, models.KeyReceipt), receipt.Bytes()); err != nil {
			return w, err
		}
	}
	master := keys[models.KeyMaster].Bytes()
	// All instances must read each other's cursors, so the key of cursors is derived from the key that they share.
	w.cursors, err = hkdf.Key(sha256.New, master, nil, "cursors", cursorKeyBytes)
	if err != nil {
		return w, fmt.Errorf("derive the key of cursors: %w", err)
	}
	w.courier, err = webhook.NewCourier(webhook.Options{MasterKey: master, Allow: cfg.WebhookAllow})
	return w, err
}

func checkpointKey(cfg *config.Config, keys keyring.Keys) (audit.Key, error) {
	return audit.NewKey(keyring.Name(cfg, models.KeyCheckpoint), keys[models.KeyCheckpoint].Bytes())
}
