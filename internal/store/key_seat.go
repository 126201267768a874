package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// A KeyAndSeat is what decides whether a request about a procurement is let in.
type KeyAndSeat struct {
	Credential models.Credential
	// Seat is the seat of the key's owner on the procurement; nil when no procurement has the ID.
	Seat *models.Seat
}

var selectKeyAndSeat = `SELECT c.at, o.kind, k.person_id, k.label, k.digest, k.created_at, k.expires_at, k.revoked_at,
	h.organisation_id, h.name, h.email, h.administrator, h.representative, h.version, h.created_at,
	p.title, p.description, p.languages, p.mode, p.clock_offset, p.profile, p.edition, p.zone, p.status, p.version,
	p.end_reason, p.created_by, p.created_at, p.started_at, p.ended_at,
	` + rolesHeld("h.id") + `
	FROM (SELECT clock_timestamp() AS at) c, api_keys k JOIN people h ON h.id = k.person_id
		JOIN organisations o ON o.id = h.organisation_id, procurements p
	WHERE k.id = $1 AND p.id = $2`

// KeyAndSeat reads, in one query, an API key with its owner, and a procurement with its clock and the roles that the
// owner holds on it now. It returns a refusal with [models.CodeNotFound] when there is no such key.
func (s *Store) KeyAndSeat(ctx context.Context, key, procurement models.ID) (KeyAndSeat, error) {
	var a KeyAndSeat
	err := pg.OnLiveConn(ctx, s.DB, func(conn *pgx.Conn) error {
		return a.scan(conn.QueryRow(ctx, selectKeyAndSeat, key, procurement))
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		credential, err := s.Credential(ctx, key)
		return KeyAndSeat{Credential: credential}, err
	case err != nil:
		return KeyAndSeat{}, fmt.Errorf("read API key and procurement: %w", err)
	}
	a.Credential.Key.ID, a.Seat.Procurement.ID = key, procurement
	return a, nil
}

func (a *KeyAndSeat) scan(row pgx.Row) error {
	a.Seat = &models.Seat{}
	c, k, h, p := &a.Credential, &a.Credential.Key, &a.Credential.Person, &a.Seat.Procurement
	err := row.Scan(&c.At, &c.Kind, &k.PersonID, &k.Label, &k.Digest, &k.CreatedAt, &k.ExpiresAt, &k.RevokedAt,
		&h.OrganisationID, &h.Name, &h.Email, &h.Administrator, &h.Representative, &h.Version, &h.CreatedAt,
		&p.Title, &p.Description, &p.Languages, &p.Mode, &p.ClockOffset, &p.Profile, &p.Edition, &p.Zone, &p.Status,
		&p.Version, &p.EndReason,
		&p.CreatedBy, &p.CreatedAt, &p.StartedAt, &p.EndedAt, &a.Seat.Roles)
	h.ID, a.Seat.Now = k.PersonID, p.Now(c.At)
	return err
}
