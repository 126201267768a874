package keyring

import (
	"context"
	"errors"
	"fmt"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Replaced key is one that took the place of another.
type Replaced struct {
	// New is the key that is in use now, and where it is.
	New config.FoundKey
	// Former is the fingerprint of the key that is retired; empty: the record did not know it.
	Former string
	// Resealed and Forgotten count the endpoints whose secrets were encrypted anew, and those whose secrets nobody can
	// read any more.
	Resealed, Forgotten int
}

// Errors of a replacement. Nothing was changed.
var (
	ErrNoKey = errors.New("the record knows no such key yet: ppi serve and ppi worker make the keys " +
		"when they first start")
	// ErrNotLost means that the key that is said to be lost is there.
	ErrNotLost = errors.New("the key is there, and is the one that the record knows: it is not lost. " +
		"To replace it, use ppi key rotate")
)

// Rotate replaces a key that is there by a new one. A new master key encrypts all secrets of endpoints anew; the public
// half of a signing key stays known as retired. A key that the environment gives cannot be replaced there: show is
// called with the new one before anything is changed, and its error stops the rotation. A key in a file gets a file
// beside it. It returns a [*MismatchError], a [*store.HeldKeysError] while processes work with the keys, or [ErrNoKey].
func Rotate(
	ctx context.Context, o Options, use models.KeyUse, because models.KeyEnd, show func(config.FoundKey) error,
) (Replaced, error) {
	return replace(ctx, o, func(l *ledger) (Replaced, error) {
		found, err := l.judge([]models.KeyUse{use})
		if err != nil {
			return Replaced{}, err
		}
		former := found[use]
		if former.known == nil {
			return Replaced{}, ErrNoKey
		}
		next := config.FoundKey{Key: config.NewKey(), Source: former.key.Source}
		if _, configured := o.Config.ConfiguredKey(use); configured {
			err = show(next)
		} else {
			next, err = l.keep(use, next.Key)
		}
		if err != nil {
			return Replaced{}, err
		}
		done := Replaced{New: next}
		if err := l.succeed(&done, former.known, because, use); err != nil {
			return Replaced{}, err
		}
		if use == models.KeyMaster {
			return done, l.reseal(&done, former.key.Key)
		}
		return done, nil
	})
}

// Lose replaces a key that is gone for good: by the one that the environment gives, else by a new one in a file. After
// the loss of the master key every endpoint needs a new secret. It returns [ErrNotLost], or a [*store.HeldKeysError]
// while processes work with the keys.
func Lose(ctx context.Context, o Options, use models.KeyUse) (Replaced, error) {
	return replace(ctx, o, func(l *ledger) (Replaced, error) {
		_, err := l.judge([]models.KeyUse{use})
		mismatch, lost := errors.AsType[*MismatchError](err)
		switch {
		case err == nil && models.KeyInUse(l.keys, use) == nil:
			return Replaced{}, ErrNoKey
		case err == nil:
			return Replaced{}, ErrNotLost
		case !lost:
			return Replaced{}, err
		}
		next, configured := o.Config.ConfiguredKey(use)
		if configured {
			err = l.mustBeNew(use, next)
		} else {
			next, err = l.keep(use, config.NewKey())
		}
		if err != nil {
			return Replaced{}, err
		}
		done := Replaced{New: next, Former: mismatch.Faults[0].Known}
		if err := l.succeed(&done, models.KeyInUse(l.keys, use), models.KeyLost, use); err != nil {
			return Replaced{}, err
		}
		if use == models.KeyMaster {
			return done, l.forget(&done)
		}
		return done, nil
	})
}

func replace(ctx context.Context, o Options, f func(*ledger) (Replaced, error)) (Replaced, error) {
	var done Replaced
	err := o.Record.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.TakeKeys(); err != nil {
			return err
		}
		l, err := readLedger(tx, o)
		if err != nil {
			return err
		}
		done, err = f(l)
		return err
	})
	return done, err
}

// keep writes a new key to a file beside those of earlier keys. If the transaction then fails, the file holds a key
// that the record does not know, and that nothing uses.
func (l *ledger) keep(use models.KeyUse, key config.Key) (config.FoundKey, error) {
	fingerprint, err := Fingerprint(use, key)
	if err != nil {
		return config.FoundKey{}, err
	}
	return l.o.Config.KeepKey(use, key, short(fingerprint))
}

// mustBeNew refuses a key that was retired: what was said about it stays true.
func (l *ledger) mustBeNew(use models.KeyUse, key config.FoundKey) error {
	fingerprint, err := Fingerprint(use, key.Key)
	if err != nil {
		return err
	}
	for _, k := range l.keys {
		if k.Use == use && k.Fingerprint == fingerprint {
			return fmt.Errorf("the key in %s was retired on %s and is not used again: set it to a new one, made by: "+
				"openssl rand -base64 32", key.Source, k.RetiredAt.UTC().Format("2006-01-02"))
		}
	}
	return nil
}

// succeed retires the former key, if the record knows it, and introduces the new one.
func (l *ledger) succeed(
	done *Replaced, former *models.InstallationKey, because models.KeyEnd, use models.KeyUse,
) error {
	if former != nil {
		done.Former = former.Fingerprint
		if err := l.retire(*former, because); err != nil {
			return err
		}
	}
	verifier, err := verifierOf(use, Name(l.o.Config, use), done.New.Key)
	if err != nil {
		return err
	}
	_, err = l.introduce(use, done.New.Key, verifier)
	return err
}

// reseal encrypts the secrets of all endpoints with the new master key. A secret that the former one does not open was
// lost before.
func (l *ledger) reseal(done *Replaced, former config.Key) error {
	all, err := l.tx.LockEndpointSecrets()
	if err != nil {
		return err
	}
	for _, e := range all {
		secret, err := webhook.Reseal(former.Bytes(), done.New.Bytes(), e.ID, e.Secret)
		if errors.Is(err, webhook.ErrSecretUnreadable) {
			if err := l.forgetOne(done, e); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		e.Secret = secret
		if e.FormerSecret != nil {
			e.FormerSecret, err = webhook.Reseal(former.Bytes(), done.New.Bytes(), e.ID, e.FormerSecret)
			if err != nil {
				return err
			}
		}
		l.tx.SaveEndpointSecret(e)
		done.Resealed++
	}
	return nil
}

// forget removes the secrets of all endpoints, which nobody can read. Deliveries then wait for the owner's new secret.
func (l *ledger) forget(done *Replaced) error {
	all, err := l.tx.LockEndpointSecrets()
	if err != nil {
		return err
	}
	for _, e := range all {
		if err := l.forgetOne(done, e); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) forgetOne(done *Replaced, e store.EndpointSecret) error {
	l.tx.ForgetEndpointSecret(e.ID)
	done.Forgotten++
	_, err := l.tx.Append(event.Event{Payload: event.EndpointSecretLost{
		EndpointID: e.ID, OrganisationID: e.OrganisationID, Rehearsals: e.Rehearsals,
	}})
	return err
}
