package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// mostLiveKeys lets a person replace one key by another without a gap.
const mostLiveKeys = 2

// Key shows an API key without its secret.
type Key struct {
	ID        models.ID  `json:"id"`
	PersonID  models.ID  `json:"person_id"`
	Label     string     `json:"label"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

func (k Key) self() string {
	return "/v1/people/" + string(k.PersonID) + "/api-keys/" + string(k.ID)
}

// version changes once, when the key is revoked: that instant is the second version.
func (k Key) version() int64 {
	if k.RevokedAt == nil {
		return 1
	}
	return k.RevokedAt.UnixMicro()
}

func showAPIKey(k models.APIKey) Key {
	return Key{k.ID, k.PersonID, k.Label, utc(k.CreatedAt), utcOrNil(k.ExpiresAt), utcOrNil(k.RevokedAt)}
}

// MadeKey is a key with its secret, which is shown once: the answer is kept without it.
type MadeKey struct {
	Key

	Secret string `json:"secret,omitempty" doc:"What to send as Authorization: Bearer. Only its digest is kept, so it is shown this once"`
	Note   string `json:"note,omitempty" doc:"Why the secret is not shown"`
}

const secretNote = "The secret was shown once, when the key was made. If it is lost, revoke this key and make another."

func (k MadeKey) withoutSecret() MadeKey {
	k.Secret, k.Note = "", secretNote
	return k
}

type newAPIKey struct {
	PersonPath

	Body struct {
		Label     string     `json:"label" maxLength:"200" pattern:"\\S" patternDescription:"not blank" doc:"What the key is for"`
		ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Real time; absent: until it is revoked"`
	}
}

func (s *server) createAPIKey(ctx context.Context, in *newAPIKey) (*Answer[MadeKey], error) {
	holder, err := pathID(models.PrefixPerson, "person", in.Person)
	if err != nil {
		return nil, err
	}
	if err := gather(checkInstant("/expires_at", in.Body.ExpiresAt)); err != nil {
		return nil, err
	}
	return create(ctx, s, func(tx *store.Tx) (MadeKey, error) {
		now, err := roomForKey(tx, holder)
		if err != nil {
			return MadeKey{}, err
		}
		if in.Body.ExpiresAt != nil && !in.Body.ExpiresAt.After(now) {
			return MadeKey{}, models.Refuse(models.CodeInvalidValue, "/expires_at", "the key would have expired already").Accepting("an instant after %s", now.Format(time.RFC3339))
		}
		token := auth.NewToken()
		k := models.APIKey{
			ID: token.KeyID, PersonID: holder, Label: in.Body.Label, Digest: token.Digest(), CreatedAt: now, ExpiresAt: utcOrNil(in.Body.ExpiresAt),
		}
		if err := tx.CreateAPIKey(&k); err != nil {
			return MadeKey{}, err
		}
		made := MadeKey{Key: showAPIKey(k), Secret: token.Reveal()}
		return made, record(ctx, tx, models.EventAPIKeyCreated, map[string]any{"api_key_id": k.ID, "person_id": holder})
	})
}

// roomForKey locks the holder, so that keys made at once are counted one after the other.
func roomForKey(tx *store.Tx, holder models.ID) (time.Time, error) {
	if _, err := tx.LockPerson(holder); err != nil {
		return time.Time{}, err
	}
	alive, err := tx.LiveAPIKeys(holder)
	if err != nil {
		return time.Time{}, err
	}
	if alive >= mostLiveKeys {
		return time.Time{}, models.Refuse(models.CodeKeyLimit, "", "the person holds %d keys that are neither expired nor revoked", alive)
	}
	return tx.Now()
}

type apiKeysQuery struct {
	PersonPath
	Paging
}

func (s *server) listAPIKeys(ctx context.Context, in *apiKeysQuery) (*Listed[Key], error) {
	holder, err := pathID(models.PrefixPerson, "person", in.Person)
	if err != nil {
		return nil, err
	}
	read := func(after models.ID, limit int) ([]models.APIKey, error) {
		return s.store.APIKeys(ctx, holder, after, limit)
	}
	return list(s, callOf(ctx), in.Paging, nil, read, func(k models.APIKey) models.ID { return k.ID }, showAPIKey)
}

// KeyPath is embedded by the input of what concerns one API key.
type KeyPath struct {
	PersonPath

	Key string `path:"key" doc:"ID of the API key"`
}

func (in KeyPath) ids() (holder, key models.ID, err error) {
	if holder, err = pathID(models.PrefixPerson, "person", in.Person); err != nil {
		return "", "", err
	}
	key, err = pathID(models.PrefixAPIKey, "key", in.Key)
	return holder, key, err
}

func (s *server) getAPIKey(ctx context.Context, in *struct{ KeyPath }) (*Answer[Key], error) {
	holder, id, err := in.ids()
	if err != nil {
		return nil, err
	}
	k, err := s.store.APIKey(ctx, holder, id)
	if err != nil {
		return nil, err
	}
	return show(ctx, showAPIKey(k)), nil
}

// revokeAPIKey ends a key at once. A key that is revoked already stays revoked since then.
func (s *server) revokeAPIKey(ctx context.Context, in *struct{ KeyPath }) (*Answer[Key], error) {
	holder, id, err := in.ids()
	if err != nil {
		return nil, err
	}
	return change(ctx, s, func(tx *store.Tx) (Key, error) {
		k, err := tx.LockAPIKey(holder, id)
		if err != nil {
			return Key{}, err
		}
		if err := callOf(ctx).ifMatch.check(showAPIKey(k).version()); err != nil || k.RevokedAt != nil {
			return showAPIKey(k), err
		}
		now, err := tx.Now()
		if err != nil {
			return Key{}, err
		}
		k.RevokedAt = &now
		if err := tx.RevokeAPIKey(&k); err != nil {
			return Key{}, err
		}
		return showAPIKey(k), record(ctx, tx, models.EventAPIKeyRevoked, map[string]any{"api_key_id": k.ID, "person_id": holder})
	})
}
