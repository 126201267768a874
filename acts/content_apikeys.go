package acts

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// mostLiveKeys lets a person replace one key by another without a gap.
const mostLiveKeys = 2

// A MadeKey is an API key that was just made, without the digest of its secret.
type MadeKey struct {
	Key models.APIKey
	// Secret is the whole key. It is shown once: the stored result of the request does not contain it.
	Secret string
}

// WithoutSecret returns the key as a repeat of the request gets it.
func (k MadeKey) WithoutSecret() MadeKey {
	k.Secret = ""
	return k
}

// A NewKey is an API key to be made.
type NewKey struct {
	Owner models.ID
	Label string
	// Until is real time; nil: until the key is revoked.
	Until *time.Time
}

// MakeKey makes an API key for the actor. Nobody makes one for anybody else: who is to get a first key gets a code of
// enrolment.
func (a *Acts) MakeKey(ctx context.Context, by By, in NewKey) (Done[MadeKey], error) {
	if by.Actor.PersonID != in.Owner {
		return Done[MadeKey]{}, models.Refuse(models.CodeForbidden, "", "nobody makes an API key for another person").
			Accepting("the person itself, or a code of enrolment for the person")
	}
	if refusal := checkInstant("/expires_at", in.Until); refusal != nil {
		return Done[MadeKey]{}, refusal
	}
	return once(ctx, a, by, func(d *deed) (MadeKey, error) {
		now, err := d.roomForKey(in.Owner)
		if err != nil {
			return MadeKey{}, err
		}
		// Again, after the wait for the owner's row: an ended key makes no other.
		if err := d.confirm(); err != nil {
			return MadeKey{}, err
		}
		return d.makeKey(in, now)
	})
}

func (d *deed) makeKey(in NewKey, now time.Time) (MadeKey, error) {
	if in.Until != nil && !in.Until.After(now) {
		return MadeKey{}, models.Refuse(models.CodeInvalidValue, "/expires_at", "the key would have expired already").
			Accepting("an instant after %s", now.Format(time.RFC3339))
	}
	token := auth.NewToken()
	k := models.APIKey{
		ID: token.ID, PersonID: in.Owner, Label: in.Label, Digest: token.Digest(), CreatedAt: now,
		ExpiresAt: utcOrNil(in.Until),
	}
	if err := d.tx.CreateAPIKey(&k); err != nil {
		return MadeKey{}, err
	}
	k.Digest = nil
	return MadeKey{Key: k, Secret: token.Reveal()}, d.record(aboutKey(k))
}

func aboutKey(k models.APIKey) event.APIKeyCreated {
	return event.APIKeyCreated{APIKeyID: k.ID, PersonID: k.PersonID}
}

// roomForKey locks the owner, so that keys made at once are counted one after the other.
func (d *deed) roomForKey(owner models.ID) (time.Time, error) {
	if _, err := d.tx.LockPerson(owner); err != nil {
		return time.Time{}, err
	}
	alive, err := d.tx.LiveAPIKeys(owner)
	if err != nil {
		return time.Time{}, err
	}
	if alive >= mostLiveKeys {
		return time.Time{}, models.Refuse(models.CodeKeyLimit, "",
			"the person has %d keys that are neither expired nor revoked", alive).
			Accepting("at most %d such keys", mostLiveKeys)
	}
	return d.tx.Now()
}

// mayRevoke lets in the owner of a key and the representatives of the owner's organisation.
func (d *deed) mayRevoke(owner models.ID) error {
	if d.Actor.PersonID == owner {
		return nil
	}
	p, err := d.tx.Person(owner)
	if err != nil {
		return err
	}
	return d.mayEnrol(p)
}

// RevokeKey ends a key at once. A key that was revoked before keeps its time of revocation.
func (a *Acts) RevokeKey(ctx context.Context, by By, owner, id models.ID) (models.APIKey, error) {
	return change(ctx, a, by, func(d *deed) (models.APIKey, error) {
		if err := d.mayRevoke(owner); err != nil {
			return models.APIKey{}, err
		}
		// No key is being made with this one.
		if _, err := d.tx.LockPerson(owner); err != nil {
			return models.APIKey{}, err
		}
		k, err := d.tx.LockAPIKey(owner, id)
		if err != nil {
			return k, err
		}
		if err := d.On.check(k.Version()); err != nil || k.RevokedAt != nil {
			return k, err
		}
		now, err := d.tx.Now()
		if err != nil {
			return k, err
		}
		k.RevokedAt = &now
		if err := d.tx.RevokeAPIKey(&k); err != nil {
			return k, err
		}
		return k, d.record(event.APIKeyRevoked(aboutKey(k)))
	})
}
