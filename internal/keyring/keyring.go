// Package keyring gives a process the keys of its installation: master, checkpoints, receipts. The record knows which
// keys these are, by their fingerprints, so nothing works with other keys than the installation has: what they would
// encrypt or sign could not be read or verified beside the rest. Keys are replaced here, too.
package keyring

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Options say whose keys are meant.
type Options struct {
	Record *store.Store
	Config *config.Config
	Log    *slog.Logger
}

// Keys are the keys of the installation, by use.
type Keys map[models.KeyUse]config.Key

// Register returns the keys for the uses once they are those that the record knows. The first process of an
// installation makes the keys that are missing and has the record know them; of several first processes one does so,
// and the others compare. It returns a [*MismatchError] for keys that are missing or others, and makes none in their
// place.
func Register(ctx context.Context, o Options, uses ...models.KeyUse) (Keys, error) {
	var keys Keys
	err := o.Record.InTx(ctx, func(tx *store.Tx) error {
		l, err := readLedger(tx, o)
		if err != nil {
			return err
		}
		keys, err = l.register(ctx, uses)
		return err
	})
	return keys, err
}

// Match returns the keys for the uses if they are those that the record knows, as [Register] does; it makes and records
// nothing.
func Match(ctx context.Context, o Options, uses ...models.KeyUse) (Keys, error) {
	var keys Keys
	err := o.Record.Snapshot(ctx, func(tx *store.Tx) error {
		entries, err := tx.KeyEntries()
		if err != nil {
			return err
		}
		l := &ledger{tx: tx, o: o, keys: models.InstallationKeys(entries)}
		found, err := l.judge(uses)
		if err != nil {
			return err
		}
		keys = Keys{}
		for use, f := range found {
			if !f.key.IsSet() {
				return &MismatchError{Faults: []Fault{{Use: use, Looked: o.Config.WhereKeyIsLookedFor(use)}}}
			}
			keys[use] = f.key.Key
		}
		return nil
	})
	return keys, err
}

// A ledger is what the record knows about the keys, in the transaction that compares or changes it.
type ledger struct {
	tx   *store.Tx
	o    Options
	keys []models.InstallationKey
	// now is the database's time of all that is appended; zero before the first.
	now time.Time
}

func readLedger(tx *store.Tx, o Options) (*ledger, error) {
	entries, err := tx.LockKeyEntries()
	if err != nil {
		return nil, err
	}
	return &ledger{tx: tx, o: o, keys: models.InstallationKeys(entries)}, nil
}

// A suited is the key for a use that suits the record; without one, the record has nothing from an earlier key, and a
// key may be made.
type suited struct {
	key   config.FoundKey
	known *models.InstallationKey
	// signedAs is the name under which the key signed what is in a record that did not know it yet.
	signedAs string
}

// judge finds, for each use, the key that suits the record, or reports all that are missing or others at once.
func (l *ledger) judge(uses []models.KeyUse) (map[models.KeyUse]suited, error) {
	all := map[models.KeyUse]suited{}
	var faults []Fault
	for _, use := range uses {
		found, err := l.o.Config.FindKeys(use)
		if err != nil {
			return nil, err
		}
		s := suited{known: models.KeyInUse(l.keys, use)}
		var fault *Fault
		if s.known != nil {
			fault, err = s.match(use, found)
		} else {
			fault, err = l.byEvidence(&s, use, found)
		}
		if err != nil {
			return nil, err
		}
		if fault != nil {
			fault.Looked = l.o.Config.WhereKeyIsLookedFor(use)
			faults = append(faults, *fault)
		}
		all[use] = s
	}
	if len(faults) > 0 {
		return nil, &MismatchError{Faults: faults}
	}
	return all, nil
}

// match takes the key that has the fingerprint which the record knows.
func (s *suited) match(use models.KeyUse, found []config.FoundKey) (*Fault, error) {
	for _, f := range found {
		fingerprint, err := Fingerprint(use, f.Key)
		if err != nil {
			return nil, err
		}
		if fingerprint == s.known.Fingerprint {
			s.key = f
			return nil, nil //nolint:nilnil // no fault
		}
	}
	return &Fault{Use: use, Known: s.known.Fingerprint, Since: s.known.Since, Found: sources(found)}, nil
}

func sources(found []config.FoundKey) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.Source)
	}
	return all
}

func (l *ledger) register(ctx context.Context, uses []models.KeyUse) (Keys, error) {
	found, err := l.judge(uses)
	if err != nil {
		return nil, err
	}
	keys := Keys{}
	for _, use := range uses {
		s := found[use]
		if !s.key.IsSet() {
			if s.key, err = l.o.Config.KeepKey(use, config.NewKey(), ""); err != nil {
				return nil, err
			}
			l.o.Log.InfoContext(ctx, "key made: back it up, apart from the database", "key", use, "file", s.key.Source)
		}
		keys[use] = s.key.Key
		if err := l.know(use, s); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// know has the record know a key, and each name under which it signs.
func (l *ledger) know(use models.KeyUse, s suited) error {
	names := []string{Name(l.o.Config, use)}
	if s.signedAs != "" && s.signedAs != names[0] {
		names = append([]string{s.signedAs}, names...)
	}
	for _, name := range names {
		verifier, err := verifierOf(use, name, s.key.Key)
		if err != nil {
			return err
		}
		switch {
		case s.known == nil:
			if s.known, err = l.introduce(use, s.key.Key, verifier); err != nil {
				return err
			}
		case verifier != "" && !slices.Contains(s.known.Verifiers, verifier):
			if err := l.add(models.KeyEntry{
				Use: use, Fingerprint: s.known.Fingerprint, Act: models.KeyNamed, Verifier: verifier,
			}, event.InstallationKeyNamed{Use: use, Fingerprint: s.known.Fingerprint, Verifier: verifier}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *ledger) introduce(use models.KeyUse, key config.Key, verifier string) (*models.InstallationKey, error) {
	fingerprint, err := Fingerprint(use, key)
	if err != nil {
		return nil, err
	}
	known := &models.InstallationKey{Use: use, Fingerprint: fingerprint}
	if verifier != "" {
		known.Verifiers = []string{verifier}
	}
	return known, l.add(models.KeyEntry{
		Use: use, Fingerprint: fingerprint, Act: models.KeyIntroduced, Verifier: verifier,
	}, event.InstallationKeyIntroduced{Use: use, Fingerprint: fingerprint, Verifier: verifier})
}

func (l *ledger) retire(k models.InstallationKey, because models.KeyEnd) error {
	return l.add(models.KeyEntry{Use: k.Use, Fingerprint: k.Fingerprint, Act: models.KeyRetired, Because: because},
		event.InstallationKeyRetired{Use: k.Use, Fingerprint: k.Fingerprint, Because: because})
}

// add appends an entry and its event, which has no actor: whoever runs the installation acts from outside.
func (l *ledger) add(e models.KeyEntry, why event.Payload) error {
	if l.now.IsZero() {
		var err error
		if l.now, err = l.tx.Now(); err != nil {
			return err
		}
	}
	e.At = l.now
	l.tx.AddKeyEntry(e)
	_, err := l.tx.Append(event.Event{RecordedAt: l.now, Payload: why})
	return err
}
