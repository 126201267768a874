package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// Key shows an API key without its secret.
type Key struct {
	ID        models.ID  `json:"id"`
	PersonID  models.ID  `json:"person_id"`
	Label     string     `json:"label"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

func (k Key) Self() string {
	return "/v1/people/" + string(k.PersonID) + "/api-keys/" + string(k.ID)
}

func (k Key) AtVersion() int64 { return models.APIKey{RevokedAt: k.RevokedAt}.Version() }

func showAPIKey(k models.APIKey) Key {
	return Key{k.ID, k.PersonID, k.Label, utc(k.CreatedAt), utcOrNil(k.ExpiresAt), utcOrNil(k.RevokedAt)}
}

// MadeKey is a key with its secret, which is shown once.
type MadeKey struct {
	Key

	Secret string `json:"secret,omitempty" doc:"Send it as Authorization: Bearer. Shown once: only its digest is kept"`
	Note   string `json:"note,omitempty" doc:"Why the secret is not shown"`
}

const secretNote = "The secret was shown once, when the key was made. If it is lost, revoke this key and make another."

func showMadeKey(m acts.MadeKey) MadeKey {
	k := MadeKey{Key: showAPIKey(m.Key), Secret: m.Secret}
	if k.Secret == "" {
		k.Note = secretNote
	}
	return k
}

type newAPIKey struct {
	PersonPath

	Body struct {
		Label string `json:"label" maxLength:"200" pattern:"\\S" patternDescription:"not blank" doc:"What it is for"`

		ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Real time; absent: until it is revoked"`
	}
}

func (s *server) createAPIKey(ctx context.Context, in *newAPIKey) (*rest.Answer[MadeKey], error) {
	owner, err := pathID(models.PrefixPerson, "person", in.Person)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.MakeKey(ctx, rest.By(ctx), acts.NewKey{
		Owner: owner, Label: in.Body.Label, Until: in.Body.ExpiresAt,
	})
	return rest.Created(ctx, done, err, showMadeKey)
}

type apiKeysQuery struct {
	PersonPath
	rest.Paging
}

func (s *server) listAPIKeys(ctx context.Context, in *apiKeysQuery) (*rest.Listed[Key], error) {
	owner, err := pathID(models.PrefixPerson, "person", in.Person)
	if err != nil {
		return nil, err
	}
	read := func(after models.ID, limit int) ([]models.APIKey, error) {
		return s.views.Keys(ctx, rest.Reader(ctx), owner, after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(k models.APIKey) models.ID { return k.ID }, showAPIKey)
}

// KeyPath is embedded by the inputs of operations on one API key.
type KeyPath struct {
	PersonPath

	Key string `path:"key" doc:"ID of the API key"`
}

func (in KeyPath) ids() (owner, key models.ID, err error) {
	if owner, err = pathID(models.PrefixPerson, "person", in.Person); err != nil {
		return "", "", err
	}
	key, err = pathID(models.PrefixAPIKey, "key", in.Key)
	return owner, key, err
}

func (s *server) getAPIKey(ctx context.Context, in *struct{ KeyPath }) (*rest.Answer[Key], error) {
	owner, id, err := in.ids()
	if err != nil {
		return nil, err
	}
	k, err := s.views.Key(ctx, rest.Reader(ctx), owner, id)
	return rest.Got(ctx, k, err, showAPIKey)
}

func (s *server) revokeAPIKey(ctx context.Context, in *struct{ KeyPath }) (*rest.Answer[Key], error) {
	owner, id, err := in.ids()
	if err != nil {
		return nil, err
	}
	k, err := s.acts.RevokeKey(ctx, rest.By(ctx), owner, id)
	return rest.Changed(ctx, k, err, showAPIKey)
}
