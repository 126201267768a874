package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// Credential reads an API key with its owner. It returns a refusal with [models.CodeNotFound].
func (s *Store) Credential(ctx context.Context, key models.ID) (models.Credential, error) {
	return credential(s.rows(ctx), key)
}

// Credential is the same within the transaction.
func (tx *Tx) Credential(key models.ID) (models.Credential, error) { return credential(tx.db(), key) }

func credential(db *gorm.DB, key models.ID) (models.Credential, error) {
	var c models.Credential
	err := db.Raw(`SELECT clock_timestamp() AS at, o.kind,
			k.id AS key_id, k.person_id AS key_person_id, k.label AS key_label, k.digest AS key_digest,
			k.created_at AS key_created_at, k.expires_at AS key_expires_at, k.revoked_at AS key_revoked_at,
			p.id AS person_id, p.organisation_id AS person_organisation_id, p.name AS person_name,
			p.email AS person_email, p.administrator AS person_administrator,
			p.representative AS person_representative, p.version AS person_version, p.created_at AS person_created_at
		FROM api_keys k JOIN people p ON p.id = k.person_id JOIN organisations o ON o.id = p.organisation_id
		WHERE k.id = ?`, key).Take(&c).Error
	if err != nil {
		return c, notFound("read API key", err)
	}
	return c, nil
}

// APIKey reads one key of a person. It returns a refusal with [models.CodeNotFound].
func (s *Store) APIKey(ctx context.Context, person, id models.ID) (models.APIKey, error) {
	return takeByID[models.APIKey](s.rows(ctx).Where("person_id = ?", person), "read API key", id)
}

// LockAPIKey reads one key of a person to change it. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) LockAPIKey(person, id models.ID) (models.APIKey, error) {
	return takeByID[models.APIKey](tx.db().Clauses(forChange()).Where("person_id = ?", person), "lock API key", id)
}

// APIKeys lists the keys of a person by ID, those after the given one, at most limit.
func (s *Store) APIKeys(ctx context.Context, person, after models.ID, limit int) ([]models.APIKey, error) {
	return listAfter[models.APIKey](s.rows(ctx).Where("person_id = ?", person), "list API keys", after, limit)
}

// LiveAPIKeys counts the keys of a person that are neither expired nor revoked by the database's clock.
func (tx *Tx) LiveAPIKeys(person models.ID) (int64, error) {
	var n int64
	err := tx.db().Model(&models.APIKey{}).
		Where("person_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())",
			person).
		Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count API keys: %w", err)
	}
	return n, nil
}

// CreateAPIKey inserts a key.
func (tx *Tx) CreateAPIKey(k *models.APIKey) error {
	if err := tx.db().Create(k).Error; err != nil {
		return fmt.Errorf("create API key: %w", err)
	}
	return nil
}

// RevokeAPIKeys ends all keys of a person that are not revoked, at the instant now (real time), and lists them.
func (tx *Tx) RevokeAPIKeys(person models.ID, now time.Time) ([]models.APIKey, error) {
	var ended []models.APIKey
	err := tx.db().Raw(`UPDATE api_keys SET revoked_at = ? WHERE person_id = ? AND revoked_at IS NULL RETURNING *`,
		now, person).Scan(&ended).Error
	if err != nil {
		return nil, fmt.Errorf("revoke API keys: %w", err)
	}
	return ended, nil
}

// RevokeAPIKey ends a locked key at the instant of k.RevokedAt (real time).
func (tx *Tx) RevokeAPIKey(k *models.APIKey) error {
	if err := tx.db().Model(k).Select("revoked_at").Updates(k).Error; err != nil {
		return fmt.Errorf("revoke API key: %w", err)
	}
	return nil
}
