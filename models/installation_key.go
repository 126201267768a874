package models

import (
	"slices"
	"time"
)

// A KeyUse says what a key of the installation is for.
type KeyUse string

// The uses.
const (
	// KeyMaster encrypts the secrets of webhook endpoints and derives the key of cursors.
	KeyMaster KeyUse = "master"
	// KeyCheckpoint signs checkpoints and exports, KeyReceipt receipts of tenders.
	KeyCheckpoint KeyUse = "checkpoint"
	KeyReceipt    KeyUse = "receipt"
)

// KeyUses lists the uses.
func KeyUses() []KeyUse { return []KeyUse{KeyMaster, KeyCheckpoint, KeyReceipt} }

// A KeyAct is what happened to a key of the installation.
type KeyAct string

// The acts. A key is in use from the one that introduces it to the one that retires it.
const (
	KeyIntroduced KeyAct = "introduced"
	// KeyNamed is a further name under which a signing key signs.
	KeyNamed   KeyAct = "named"
	KeyRetired KeyAct = "retired"
)

// A KeyEnd is why a key was retired.
type KeyEnd string

// The ends.
const (
	KeyRotated KeyEnd = "rotated"
	// KeyExposed may be known to others: what it signed after it was retired is not ours.
	KeyExposed KeyEnd = "exposed"
	KeyLost    KeyEnd = "lost"
)

// A KeyEntry is one row of what the record knows about the keys of its installation; rows are only appended.
type KeyEntry struct {
	Ordinal int64
	Use     KeyUse
	// Fingerprint is 32 bytes in hexadecimal: of the public key of a signing key, or derived from the master key.
	Fingerprint string
	Act         KeyAct
	// Verifier is the public key with its name, as signed notes have it; empty for the master key and when retired.
	Verifier string
	// Because is set when the key is retired.
	Because KeyEnd
	At      time.Time
}

// An InstallationKey is a key that the record knows, without its secret.
type InstallationKey struct {
	Use         KeyUse
	Fingerprint string
	// Verifiers are the public key under each name that it signs or signed under, the first one first.
	Verifiers []string
	Since     time.Time
	// RetiredAt and Because are set once the key is not used any more.
	RetiredAt *time.Time
	Because   KeyEnd
}

// InstallationKeys sums up entries, which are in their order, by key: the keys in the order of their introduction.
func InstallationKeys(entries []KeyEntry) []InstallationKey {
	var keys []InstallationKey
	for _, e := range entries {
		at := slices.IndexFunc(keys, func(k InstallationKey) bool {
			return k.Use == e.Use && k.Fingerprint == e.Fingerprint
		})
		if at < 0 {
			at = len(keys)
			keys = append(keys, InstallationKey{Use: e.Use, Fingerprint: e.Fingerprint, Since: e.At})
		}
		if e.Act == KeyRetired {
			retired := e.At
			keys[at].RetiredAt, keys[at].Because = &retired, e.Because
		} else if e.Verifier != "" {
			keys[at].Verifiers = append(keys[at].Verifiers, e.Verifier)
		}
	}
	return keys
}

// KeyInUse finds the key that is in use; nil: the record knows none.
func KeyInUse(keys []InstallationKey, use KeyUse) *InstallationKey {
	for i, k := range keys {
		if k.Use == use && k.RetiredAt == nil {
			return &keys[i]
		}
	}
	return nil
}
